"""The live figure in a real JupyterLab, through the mouse and again through the keyboard alone: inputs, views, stepping."""

import pytest
from playwright.sync_api import expect

from gradflow_nb.diagram.slots import number

SENTENCE = "dg/db = 42·2 + 192·5 = 1044, from c and d"


# 1. Inputs -----------------------------------------------------------------------------------------------------------


def test_inputs_by_mouse(figure, chain):
    assert figure.shows(chain.at(a=1, o=2))
    for by in (0.2, -0.55):
        a = figure.drag(figure.slider("a"), by)
        assert a != 1 and figure.shows(chain.at(a=a, o=2))
        assert float(figure.field("value of a").input_value()) == a
    figure.field("value of o").click()
    figure.field("value of o").fill("-1/2")
    assert figure.shows(chain.at(a=a, o="-1/2"))
    assert float(figure.slider("o").input_value()) == -0.5


def test_inputs_by_keyboard(bench, figure, chain):
    before = bench.cells_and_active()
    figure.start_of_keyboard()
    figure.reach("a")
    figure.press("ArrowRight", "ArrowRight", "ArrowUp")
    a = float(figure.slider("a").input_value())
    assert a == pytest.approx(1.3) and figure.shows(chain.at(a=a, o=2))
    figure.press("Home")
    assert figure.shows(chain.at(a=figure.slider("a").get_attribute("min"), o=2))
    figure.press("Tab", "Control+a")
    figure.page.keyboard.type("0.5")
    assert figure.shows(chain.at(a=0.5, o=2))
    figure.press("Enter")
    assert bench.cells_and_active() == before


# 2. Views ------------------------------------------------------------------------------------------------------------


def visible_labels(figure, child, parent):
    """Which of formula, equals sign with number, and number alone an edge shows."""
    slots = [figure.edge(child, parent).locator(f".gf-{kind}") for kind in ("formula", "equals", "number")]
    return [slot.is_visible() for slot in slots]


def test_views_by_mouse(figure):
    before = figure.places()
    assert visible_labels(figure, "e", "d") == [True, True, False]
    figure.button("number").click()
    assert visible_labels(figure, "e", "d") == [False, False, True]
    figure.button("formula").click()
    assert visible_labels(figure, "e", "d") == [True, False, False]
    assert figure.places() == before
    figure.button("gradient flow").click()
    expect(figure.edge("e", "d").locator(".gf-returns")).to_be_visible()
    expect(figure.edge("e", "d").locator(".gf-computes")).to_be_hidden()
    assert figure.places() == before

    figure.node("e").click()
    expect(figure.tool).to_contain_text("Node e = 7c + d², value 305, dg/de = 6")
    figure.button("Step inside e").click()
    inside = figure.tool.locator(".gf-inside svg")
    expect(inside.locator('[data-node="e"] [data-slot=value]')).to_have_text("305")
    assert {"49", "256"} <= set(inside.locator("[data-slot=value]").all_text_contents())  # 7c and d²
    assert figure.places() == before
    figure.drag(figure.slider("a"), 0.1)
    assert inside.locator('[data-node="e"] [data-slot=value]').text_content() == figure.numbers()["values"]["e"]
    assert figure.places() == before
    figure.button("Step outside").click()
    expect(inside).to_have_count(0)


def test_views_by_keyboard(figure):
    before = figure.places()
    figure.start_of_keyboard()
    for name, key in (("gradient flow", "Enter"), ("number", "Space"), ("both", "Enter")):
        figure.reach(name)
        figure.press(key)
        expect(figure.button(name)).to_have_attribute("aria-pressed", "true")
    figure.to_part("node e")
    figure.press("Enter")
    expect(figure.tool).to_contain_text("Node e")
    figure.reach("Step inside e")
    figure.press("Enter")
    expect(figure.tool.locator(".gf-inside svg")).to_be_visible()
    figure.to_part("edge from d to e")
    figure.press("Space")
    expect(figure.tool).to_contain_text("Edge from d to e: ∂e/∂d = 2d = 32")
    figure.press("Escape")
    expect(figure.tool).to_contain_text("Select a node or an edge")
    assert figure.places()["nodes"] == before["nodes"]


# 3. Stepping ---------------------------------------------------------------------------------------------------------


def step_through(figure, do):
    """The whole sweep, one step after another; `do` is how a button is pressed."""
    before = figure.places()
    do("First step")
    assert figure.derivatives() == {}
    expect(figure.says).to_have_text("Step forward to begin.")
    for known, node in enumerate("gofedcb", 1):
        do("One step forward")
        seen = figure.derivatives()
        assert len(seen) == known and node in seen  # and none before the sweep has reached it
    expect(figure.says).to_have_text(SENTENCE)
    assert set(figure.lit()) == {"c b", "d b"}
    do("One step back")
    assert "b" not in figure.derivatives() and figure.lit() == ["e c"]
    do("Play")
    expect(figure.button("Pause")).to_be_visible()
    expect(figure.count).to_have_text("step 8 of 8")
    expect(figure.button("Play")).to_be_visible()
    do("First step")
    do("Last step")
    assert len(figure.derivatives()) == 8
    assert figure.places() == before


def test_stepping_by_mouse(figure, chain):
    figure.chooser("Speed").select_option("4×")
    step_through(figure, lambda name: figure.button(name).click())
    figure.chooser("The sweep starts from").select_option("e")
    assert figure.derivatives() == {
        n: f"de/d{n} = {number(float(x))}" for n, x in chain.at(a=1, o=2).adjoints("e").items() if n in "abcde"
    }
    figure.button("forward").click()
    assert figure.derivatives()["g"] == "dg/da = −3132" and "o" not in figure.derivatives()
    figure.chooser("The sweep starts from").select_option("b")
    assert figure.derivatives()["e"] == "de/db = 174"
    expect(figure.says).to_have_text("dg/db = 3·348 = 1044, from f")


def test_stepping_by_keyboard(figure):
    figure.start_of_keyboard()
    figure.reach("Speed")
    figure.press("ArrowDown", "ArrowDown")

    row = ("First step", "One step back", "Play", "One step forward", "Last step", "Speed")

    def do(name):
        figure.reach(name, "Tab" if row.index(name) > row.index(figure.focused()) else "Shift+Tab")
        figure.press("Enter")

    step_through(figure, do)
    figure.reach("The sweep starts from", "Shift+Tab")
    figure.page.keyboard.type("e")
    assert figure.derivatives()["b"] == "de/db = 174" and "g" not in figure.derivatives()
    figure.reach("forward", "Shift+Tab")
    figure.press("Space")
    assert figure.derivatives()["g"] == "dg/da = −3132"


# The keyboard everywhere ---------------------------------------------------------------------------------------------

STOPS = ["computation", "gradient flow", "formula", "number", "both", "Smaller", "Larger", "Fit", "input a", "a", "value of a", "o",
         "value of o", "backward", "forward", "The sweep starts from", "First step", "One step back", "Play", "One step forward",
         "Last step", "Speed", "Look"]  # fmt: skip
PARTS = ["input a", "edge from a to b", "node b", "edge from b to c", "node c", "edge from b to d", "node d", "edge from c to e",
         "edge from d to e", "node e", "edge from e to f", "node f", "input o", "edge from f to g", "edge from o to g", "output g"]  # fmt: skip


def test_tab_reaches_everything(figure):
    figure.start_of_keyboard()
    for name in STOPS:
        figure.reach(name, most=2)  # the picture itself is a stop too: a wide one is scrolled there
    figure.reach("Paths", "ArrowRight", 1)
    figure.reach("In words", "End", 1)
    figure.reach("Look", "ArrowRight", 1)
    figure.reach("In words", "ArrowLeft", 1)
    expect(figure.tool.get_by_role("table", name="Nodes")).to_be_visible()


def test_arrows_go_through_the_picture_in_topological_order(figure):
    figure.start_of_keyboard()
    figure.to_part("input a")
    seen = []
    for _ in PARTS:
        seen.append(figure.focused())
        figure.press("ArrowRight")
    assert all(heard.startswith(name) for name, heard in zip(PARTS, seen))
    assert seen[2] == "node b = 5 − 3a, value 2, dg/db = 1044"
    assert seen[8] == "edge from d to e: ∂e/∂d = 2d = 32"
    figure.press("ArrowUp", "ArrowLeft")
    assert figure.focused().startswith(PARTS[-3])
    expect(figure.pane.locator("[tabindex='0']")).to_have_count(1)


def test_a_number_is_not_said_twice(figure):
    """∂b/∂a = −3 has no formula beside the number."""
    assert figure.edge("b", "a").get_attribute("aria-label").removeprefix("edge from a to b: ∂b/∂a = ") in ("-3", "−3")


def test_zoom_by_keyboard_keeps_to_the_pane(figure):
    width = "(svg) => svg.getBoundingClientRect().width"
    svg = figure.pane.locator("svg")
    figure.start_of_keyboard()
    figure.to_part("node e")
    figure.press("+", "+", "+", "+")
    assert svg.evaluate(width) > 1.5 * figure.root.evaluate(
        "(root) => root.querySelector('.gf-pane svg').viewBox.baseVal.width"
    )
    inside = "(part) => { const [i, o] = [part, part.closest('.gf-pane')].map((e) => e.getBoundingClientRect()); return i.top >= o.top && i.bottom <= o.bottom; }"
    figure.press("End")
    assert figure.node("g").evaluate(inside)
    figure.press("-", "-", "-", "-", "0")
    assert svg.evaluate(width) <= figure.pane.evaluate(width)


@pytest.mark.parametrize("stop", ["input a", "value of a", "a", "Speed", "Play", "Look", "gradient flow"])
def test_no_shortcut_of_jupyter_fires_from_within(bench, figure, stop):
    bench.cells.nth(1).locator(".jp-InputPrompt").click()  # command mode, where a and b make cells and x cuts one
    before = bench.cells_and_active()
    figure.start_of_keyboard()
    figure.to_part("input a") if stop == "input a" else figure.reach(stop)
    figure.press(
        *"abxymdd00", "ArrowDown", "ArrowUp", "+", "-", "Enter", "Shift+Enter", "Control+Enter", "Delete", "Escape"
    )
    assert bench.cells_and_active() == before
    assert figure.root.is_visible()  # and Shift+Enter did not run the cell again
    expect(bench.page.locator(".jp-Dialog, .jp-mod-editMode")).to_have_count(0)
