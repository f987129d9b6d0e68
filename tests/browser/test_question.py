"""Questions in a page: each kind answered right and wrong, what cannot be read, help, and what is left behind."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from gradflow_nb import ask, graph

from .asking import open_asking
from .figures import CHAIN

SMALL = "c = a + b; d = b + 1; e = c d"


def chain():
    return graph(CHAIN)


def flow():
    return graph(SMALL).at(a=2, b=1)


def net():
    return graph("y = W @ x; L = sum(y^2)").at(W=[[1, 2], [3, 4]], x=[1, 2])


@pytest.fixture(scope="module")
def opened(chromium):
    with open_asking(chromium) as page:
        yield page


@pytest.fixture
def asking(opened):
    yield opened
    opened.runs = True
    opened.page.evaluate("() => { for (const each of Object.values(window.shown ?? {})) each.close(); window.shown = {}; }")
    left = opened.page.evaluate("() => [live.listeners, live.timers.size, live.observers, document.body.childElementCount]")
    assert left == [0, 0, 0, 0]  # no listener, timer, observer or element outlives its view
    assert opened.page.errors == [] and opened.page.evaluate("typeof window.pwned") == "undefined"


# Every kind -------------------------------------------------------------------------------------------------------------

KINDS = {
    "total": (lambda: ask(chain(), "g", "b"), "84", "through c alone", "60d + 84"),
    "point": (lambda: ask(chain(), "g", "b", at={"a": 1, "o": 2}), "84", "through c alone", "1044"),
    "partial": (lambda: ask(chain(), "e", "d", kind="partial"), "d", "Incorrect", "2d"),
    "value": (lambda: ask(flow(), "e", kind="value"), "5", "Incorrect", "6"),
    "gradient": (lambda: ask(flow(), kind="gradient"), {"de/da": "2", "de/db": "2"}, "1 of 2", {"de/db": "5"}),
    "edges": (
        lambda: ask(graph(SMALL), kind="edges"),
        {"∂c/∂a": "1", "∂c/∂b": "1", "∂d/∂b": "1", "∂e/∂c": "c", "∂e/∂d": "c"},
        "4 of 5 are right",
        {"∂e/∂c": "d"},
    ),
    "forward": (lambda: ask(flow(), kind="forward"), {"c": "3", "d": "1", "e": "3"}, "The first slip is at d", {"d": "2", "e": "6"}),
    "backward": (
        lambda: ask(flow(), kind="backward"),
        {"de/de": "1", "de/dd": "3", "de/dc": "1", "de/db": "4", "de/da": "1"},
        "The first slip is at de/dc",
        {"de/dc": "2", "de/db": "5", "de/da": "2"},
    ),
    "order": (lambda: ask(graph(SMALL), kind="order"), "e c b d a", "b comes too early", "e c d b a"),
    "paths": (lambda: ask(chain(), "g", "b", kind="paths"), "g f d b", "there is no edge", "g f e c b\ng f e d b"),
    "factored": (lambda: ask(chain(), "g", "b", kind="factored"), "∂g/∂f", "Incorrect", "∂g/∂f ∂f/∂e (∂e/∂c ∂c/∂b + ∂e/∂d ∂d/∂b)"),
    "graph": (lambda: ask("(a+b)(b+1)", kind="graph"), "c = a + b\ne = c b", "these equations give", "c = a + b\nd = b + 1\ne = c d"),
    "predict": (lambda: ask(flow(), "e", "b", kind="predict", program="twice"), "5", "Incorrect", "RuntimeError"),
    "steps": (lambda: ask(chain(), "g", "a").faded(4), {"dg/db": "84", "dg/da": "-252"}, "The first slip is at dg/db", {"dg/db": "60d + 84", "dg/da": "-180d - 252"}),
    "arrays": (lambda: ask(net(), kind="gradient"), {"dL/dW": "[[10, 20], [22, 40]]", "dL/dx": "[76, 108]"}, "row 2, column 2", {"dL/dW": "[[10, 20], [22, 44]]"}),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_wrong_then_right(asking, kind):
    make, wrong, says, right = KINDS[kind]
    asked = asking.show(make())
    asked.check(wrong, says)
    assert "✗" in asked.marks() and asked.said.text_content().startswith(("✗ Incorrect: ", "✗ Partly right: "))
    asked.check(right, "✓")
    assert set(asked.marks()) <= {"✓", ""} and "✓" in asked.marks() and asked.lit() == []
    expect(asked.score).to_have_text("2 attempts: worth 1")
    assert asked.view.questions[0].best.correct


def test_a_slip_is_marked_where_it_is_and_lights_up(asking):
    asked = asking.show(KINDS["backward"][0]())
    asked.check(KINDS["backward"][1], "2 of 5 are right")
    assert asked.marks() == ["✓", "✓", "✗", "→", "→"]
    expect(asked.box("de/dc")).to_be_focused()
    assert asked.box("de/dc").get_attribute("aria-invalid") == "true"
    assert asked.box("de/db").get_attribute("aria-description").startswith("follows from your earlier ones: ")
    assert asked.lit() == ["e c"]  # what the two possible slips share
    asked.box("de/da").press("End")
    asked.box("de/da").type("0")
    assert asked.lit() == [] and asked.marks() == ["✓", "✓", "✗", "→", ""]  # the others are as they were
    expect(asked.said).to_have_text("")


# What is typed ----------------------------------------------------------------------------------------------------------


def test_the_echo_follows_the_box_that_is_typed_in(asking):
    asked = asking.show(ask(graph(SMALL), kind="edges"))
    expect(asked.echo).to_have_text("a formula or a number")
    asked.box("∂e/∂c").press_sequentially("2 d")
    expect(asked.echo.locator("math")).to_have_count(1)
    assert asked.echo.inner_text().startswith("Read as") and asked.box("∂e/∂c").get_attribute("aria-description") == "read as 2d"
    asked.box("∂e/∂d").press_sequentially("c +")
    expect(asked.echo).to_contain_text("Something is missing after")
    asked.box("∂e/∂c").focus()
    expect(asked.echo.locator("math")).to_have_count(1)
    expect(asked.said).to_have_text("")


def test_what_cannot_be_read_is_pointed_at_and_costs_nothing(asking):
    asked = asking.show(ask(chain(), "g", "b"))
    asked.check("60d + * 84", "Not marked")
    expect(asked.said.locator("mark")).to_have_count(1)
    selected = "(field) => field.value.slice(field.selectionStart, field.selectionEnd)"
    expect(asked.box()).to_be_focused()
    assert asked.box().evaluate(selected) == asked.said.locator("mark").text_content() == "+"
    expect(asked.score).to_have_text("")
    asked.check("60d/2b", "Put brackets")
    asked.button("60d/(2b)").click()
    expect(asked.box()).to_have_value("60d/(2b)")
    expect(asked.box()).to_be_focused()
    expect(asked.echo.locator("mfrac").nth(1)).to_be_visible()
    assert asked.view.questions[0].attempts == 0


def test_in_several_boxes_the_place_is_named(asking):
    asked = asking.show(ask(flow(), kind="forward"))
    asked.check({"c": "3", "d": "2 +"}, "d: 2 +")
    expect(asked.box("d")).to_be_focused()
    assert asked.box("d").evaluate("(f) => f.value.slice(f.selectionStart, f.selectionEnd)") == "+"
    asked.check({"d": "2"}, "2 of 3 are right. Fill in the rest.")
    expect(asked.box("e")).to_be_focused()


def test_several_causes_are_a_list(asking):
    asked = asking.show(ask(graph(SMALL), "e", "b"))
    asked.check("c", "Several slips give this")
    assert asked.said.get_by_role("listitem").count() >= 2 and "•" not in asked.said.text_content()


def test_what_is_typed_is_text_and_nothing_else(asking):
    hostile = "<img src=x onerror='window.pwned=1'>"
    for question in (ask(chain(), "g", "b"), ask(graph(SMALL), kind="order"), ask("(a+b)b", kind="graph")):
        asked = asking.show(question)
        asked.check(hostile, "Not marked")
        assert asked.root.locator("img, script").count() == 0 and asked.box().input_value() == hostile


def test_enter_makes_a_line_where_there_are_lines(asking):
    asked = asking.show(ask(chain(), "g", "b", kind="paths"))
    asked.box().press_sequentially("g f e c b")
    asked.box().press("Enter")
    asked.box().press_sequentially("g f e d b")
    assert asked.view.questions[0].attempts == 0
    asked.box().press("Control+Enter")
    expect(asked.said).to_contain_text("These are all 2 paths.")


# Help -------------------------------------------------------------------------------------------------------------------


def test_hints_then_the_working_then_another_one(asking):
    asked = asking.show(ask(chain(), "g", "b"))
    asked.button("Hint").click()
    expect(asked.help).to_contain_text("2 paths lead from b to g")
    asked.button("Another hint").click()
    expect(asked.help.get_by_role("listitem")).to_have_count(1)
    expect(asked.score).to_have_text("2 hints: a right answer is worth 0.75")
    assert asked.button("Another hint").get_attribute("aria-disabled") == "true"
    asked.button("Show the working").click()
    expect(asked.button("Show it")).to_be_focused()
    asked.page.keyboard.press("Escape")
    expect(asked.button("Show it")).to_be_hidden()
    expect(asked.button("Show the working")).to_be_focused()
    assert asked.view.questions[0].hints == 2
    asked.page.keyboard.press("Enter")
    asked.page.keyboard.press("Enter")
    expect(asked.help.get_by_role("listitem")).to_have_count(6)
    expect(asked.help.locator(".gf-rule")).to_be_focused()
    expect(asked.score).to_have_text("the working: try another one to earn credit")
    first = asked.view.questions[0]
    asked.button("Try another").click()
    expect(asked.help).to_be_empty()
    expect(asked.box()).to_be_focused()
    assert asked.view.questions[0] is not first and asked.view.questions[0].seed == 1
    asked.check(f"{asked.view.questions[0].boxes[0].solution}", "Correct")
    expect(asked.score).to_have_text("1 attempt: worth 1")


def test_after_a_right_answer_the_working_costs_nothing_and_does_not_ask(asking):
    asked = asking.show(ask(chain(), "g", "b"))
    asked.check("60d+84", "Correct")
    asked.button("Show the working").click()
    expect(asked.help.get_by_role("listitem")).to_have_count(6)
    expect(asked.score).to_have_text("1 attempt, the working: worth 1")


def test_without_a_kernel_nothing_is_lost(asking):
    asked = asking.show(ask(chain(), "g", "b"))
    asking.runs = False
    asked.fill("60d+84")
    asked.button("Check").click()
    expect(asked.said).to_contain_text("No answer from Python so far", timeout=20_000)
    expect(asked.box()).to_have_value("60d+84")
    asking.runs = True
    asked.button("Check").click()
    expect(asked.said).to_contain_text("Correct")
    assert "No answer" not in asked.said.text_content()


# Views ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [420, 760, 1200])
def test_boxes_stand_on_their_blanks(asking, width):
    asking.page.set_viewport_size({"width": width, "height": 900})
    for question in (ask(chain(), kind="edges"), ask(flow(), kind="backward"), ask(flow(), kind="forward")):
        asked = asking.show(question)
        for scale in ("", "60%"):  # as wide as it is, and scaled with the page
            asked.root.locator(".gf-sheet").evaluate("(sheet, width) => { if (width) sheet.style.width = width; }", scale)
            for box in question.boxes:
                field, blank, factor = asked.root.evaluate(PLACES, box.name)
                assert abs(field["x"] - blank["x"]) < 2 and abs(field["width"] - blank["width"]) < 2, (box.name, scale)
                below = field["y"] + field["height"] - blank["y"]
                assert 2 * factor < below < 7 * factor and field["height"] == pytest.approx(24 * factor, abs=1)
        assert not asked.root.evaluate(OVERLAP)


PLACES = """(root, name) => {
    const line = [...root.querySelectorAll("[data-blank]")].find((each) => each.dataset.blank === name);
    const field = [...root.querySelectorAll(".gf-spot .gf-box")].find((each) => each.ariaLabel.startsWith(`${name},`));
    const svg = line.ownerSVGElement;
    return [field.getBoundingClientRect(), line.getBoundingClientRect(), svg.getBoundingClientRect().width / svg.viewBox.baseVal.width];
}"""

OVERLAP = """(root) => {
    const boxes = [...root.querySelectorAll(".gf-spot")].map((each) => each.getBoundingClientRect());
    return boxes.some((a, i) => boxes.slice(0, i).some((b) => a.x < b.right && b.x < a.right && a.y < b.bottom && b.y < a.bottom));
}"""


def test_the_tab_key_takes_the_boxes_in_their_order_and_each_has_a_name(asking):
    question = ask(flow(), kind="edges")
    asked = asking.show(question)
    asked.box("∂c/∂a").focus()
    names = []
    for _ in question.boxes:
        names.append(asked.page.evaluate("document.activeElement.ariaLabel"))
        asked.page.keyboard.press("Tab")
    assert names == [f"{box.name}, partial on the edge from {box.anchor[1]} to {box.anchor[0]}" for box in question.boxes]


def test_two_views_of_one_question_share_what_is_typed_and_no_element(asking):
    page, first = asking.page, asking.show(ask(chain(), "g", "b"))
    page.evaluate("() => { const el = document.body.appendChild(document.createElement('main')); "
                  "shown.again = { close: widget.render({ model: shown[Object.keys(shown)[0]].model, el }) }; }")  # fmt: skip
    second = page.locator("main").last.get_by_role("textbox")
    first.check("60d+84", "Correct")
    expect(second).to_have_value("60d+84")
    expect(page.locator("main").last.get_by_role("status")).to_contain_text("Correct")
    page.evaluate("() => { document.querySelectorAll('main')[1].remove(); }")


def test_a_question_stands_alone_when_it_is_shown_again(asking):
    """What was typed and not checked is in the model, and outlives the view."""
    asked = asking.show(ask(chain(), "g", "b"))
    asked.fill("60d + 8")
    value = asked.page.evaluate(
        """(key) => { const { el, model, close } = shown[key]; close(); const again = document.body.appendChild(document.createElement("main"));
        shown[key] = { model, close: widget.render({ model, el: again }) }; const { value } = again.querySelector("input");
        shown[key].close(); again.remove(); shown[key].close = () => {}; return value; }""",
        asked.key,
    )
    assert value == "60d + 8"


def test_axe_finds_nothing(asking):
    for kind, (make, wrong, says, _) in KINDS.items():
        asking.show(make()).check(wrong, says)
        asking.page.locator("main").last.get_by_role("button", name="Hint").click()
        asking.page.locator("main").last.locator(".gf-rule").wait_for()
        assert kind
    found = Axe().run(asking.page, context=".gradflow-widget", options={"resultTypes": ["violations"]}).response["violations"]
    assert [(each["id"], [node["html"][:150] for node in each["nodes"]][:3]) for each in found] == []


def test_a_wrong_answer_lights_the_place_in_a_figure_that_comes_with_it(asking):
    asked = asking.show(ask(chain(), of="g", wrt="b"))
    assert asked.root.locator("svg").count() == 0
    asked.check("60d^2 + 84", "power rule")
    assert set(asked.lit()) == {"e", "e d"} and "60" not in asked.root.locator(".gf-where svg").text_content()
    asked.fill("30d + 8")
    expect(asked.root.locator(".gf-where")).to_have_count(0)
    asked.check("85", "is not 85")
    assert asked.root.locator("svg").count() == 0
