"""A figure saved as one page: opened from the file system, with the network off and no kernel, all of it works."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

import gradflow_nb as gf
from gradflow_nb.widgets.page import page as page_of

from .figures import CHAIN, Figure

HOSTILE = "</script><script>window.pwned=1</script><img src=x onerror='window.pwned=1'>"


@pytest.fixture
def offline(chromium):
    """`offline(file, ...)` opens a file where nothing else can be had; any request for another thing fails the test."""
    contexts, asked, errors = [], [], []

    def open(file, **context):
        contexts.append(chromium.new_context(**{"viewport": {"width": 1280, "height": 900}, **context}))
        contexts[-1].set_offline(True)
        page = contexts[-1].new_page()
        page.route(
            "**/*",
            lambda route: (
                route.continue_()
                if route.request.url == file.as_uri()
                else (asked.append(route.request.url), route.abort())
            ),
        )
        page.on("request", lambda request: request.url == file.as_uri() or asked.append(request.url))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: message.type == "error" and errors.append(message.text))
        page.goto(file.as_uri())
        return page

    yield open
    for context in contexts:
        context.close()
    assert (asked, errors) == ([], [])


@pytest.fixture(scope="module")
def saved(chain, tmp_path_factory):
    return gf.explore(chain, a=1, o=2).save(tmp_path_factory.mktemp("page") / "chain.html")


def figure_on(page):
    return Figure(page.locator(".gradflow-widget")).ready()


def test_the_page_by_mouse(offline, saved, chain):
    figure = figure_on(offline(saved))
    assert figure.shows(chain.at(a=1, o=2))
    a = figure.drag(figure.slider("a"), 0.2)
    assert figure.shows(chain.at(a=a, o=2))
    figure.field("value of a").fill("1")
    figure.button("gradient flow").click()
    figure.button("First step").click()
    for _ in range(7):
        figure.button("One step forward").click()
    expect(figure.says).to_have_text("dg/db = 42·2 + 192·5 = 1044, from c and d")
    assert set(figure.lit()) == {"c b", "d b"}
    figure.node("e").click()
    figure.button("Step inside e").click()
    expect(figure.tool.locator(".gf-inside svg")).to_be_visible()
    figure.tab("Paths").click()
    figure.tool.locator(".gf-row").first.hover()
    assert set(figure.lit()) == {"g f", "f e", "e c", "c b", "b a"}
    figure.tab("Hold").click()
    figure.node("c").click()
    figure.button("Last step").click()
    assert figure.derivatives()["b"] == "dg/db = 960"
    figure.button("Release c").click()
    figure.tab("Eliminate").click()
    figure.node("c").click()
    expect(figure.pane.locator(".gf-born")).to_contain_text("7·2 = 14")
    figure.button("Undo").click()
    figure.tab("Nudge").click()
    figure.drag(figure.slider("Δ, the nudge"), 0.2)
    expect(figure.node("g").locator("[data-slot=value]")).to_contain_text("Δ≈")


def test_the_page_by_keyboard(offline, saved, chain):
    page = offline(saved)
    figure = figure_on(page)
    page.keyboard.press("Tab")
    assert figure.focused() == "computation"
    figure.reach("a")
    figure.press("ArrowRight")
    assert figure.shows(chain.at(a=1.1, o=2))
    figure.press("ArrowLeft")
    figure.reach("One step back")
    figure.press("Enter")
    expect(figure.says).to_have_text("dg/db = 42·2 + 192·5 = 1044, from c and d")
    figure.to_tab("Paths")
    figure.reach("g ← f ← e ← c ← b ← a3·2·7·2·(−3) = −252")
    assert set(figure.lit()) == {"g f", "f e", "e c", "c b", "b a"}
    figure.to_tab("Hold")
    figure.to_part("node c")
    figure.press("Enter")
    figure.reach("Release c")
    figure.press("Enter")
    figure.to_tab("Eliminate")
    figure.to_part("node c")
    figure.press("Enter")
    figure.to_part("new edge from b to e: 14")
    figure.to_tab("Nudge")
    figure.reach("Δ, the nudge")
    figure.press("End")
    expect(figure.node("g").locator("[data-slot=value]")).to_contain_text("Δ≈")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_light_and_dark(offline, saved, scheme):
    page = offline(saved, color_scheme=scheme)
    figure = figure_on(page)
    red = page.locator("body").evaluate("(body) => Number(getComputedStyle(body).backgroundColor.match(/\\d+/)[0])")
    assert (red > 128) == (scheme == "light")
    for tool in ("Look", "Paths", "Hold", "Eliminate", "Nudge", "In words"):
        figure.tab(tool).click()
        violations = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
        assert [(tool, found["id"], [node["html"] for node in found["nodes"]]) for found in violations] == []


def test_a_page_follows_the_state_it_was_saved_in(offline, chain, tmp_path):
    figure = gf.explore(chain, a=1, o=2, direction="gradient", labels="number", of="e", step=2)
    figure.inputs = {"a": 3}
    figure.selected = "c"
    seen = figure_on(offline(figure.save(tmp_path / "state.html")))
    assert list(seen.derivatives()) == ["d", "e"]
    assert seen.numbers()["values"]["b"] == "−4"
    expect(seen.button("number")).to_have_attribute("aria-pressed", "true")
    expect(seen.button("gradient flow")).to_have_attribute("aria-pressed", "true")
    expect(seen.tool).to_contain_text("Node c = 2b + 3, value −5")


def test_a_page_of_a_figure_without_a_program(offline, chain, tmp_path):
    """Eliminated, so there are no sliders; the rest remains."""
    seen = figure_on(offline(gf.explore(chain.at(a=1, o=2).eliminate("c")).save(tmp_path / "flow.html")))
    expect(seen.root).to_contain_text("its inputs cannot be moved")
    assert seen.derivatives()["b"] == "dg/db = 1044"
    seen.button("First step").click()
    assert seen.derivatives() == {}
    seen.tab("Paths").click()
    expect(seen.tool).to_contain_text("2 paths")


def test_equations_of_a_large_graph_can_be_opened_without_a_kernel(offline, tmp_path):
    many = gf.graph("; ".join(f"x{i + 1} = 2x{i}^2 - sin(x{i}) + 1" for i in range(45)))
    seen = figure_on(offline(gf.explore(many, x0=0.1).save(tmp_path / "many.html")))
    seen.start_of_keyboard()
    seen.to_part("node x20")
    seen.press("Enter")
    seen.button("Step inside x20").click()
    expect(seen.tool.locator(".gf-inside svg")).to_be_visible()


def test_hostile_texts_stay_texts(offline, saved, tmp_path):
    """A title or a name from elsewhere ends neither the script nor the page."""
    figure = gf.explore(gf.graph(CHAIN), a=1, o=2)
    state = {
        "figure": dict(figure.figure, title=HOSTILE, notes=[HOSTILE]),
        "inputs": figure.inputs,
        "selected": HOSTILE,
        "step": 8,
    }
    file = tmp_path / "hostile.html"
    file.write_text(page_of(HOSTILE, figure.module, figure._css, state), encoding="utf-8")
    page = offline(file)
    figure_on(page)
    assert page.title() == HOSTILE
    expect(page.locator(".gf-live")).to_contain_text(HOSTILE)
    assert page.evaluate("typeof window.pwned") == "undefined"
    assert page.locator("img").count() == 0


def test_the_file_names_nothing_outside(saved):
    text = saved.read_text(encoding="utf-8")
    assert set(re.findall(r"https?://[^\"'\\\s]+", text)) == {"http://www.w3.org/2000/svg"}
    assert "default-src 'none'" in text


def test_a_finger(offline, saved, chain):
    """Taps do what clicks do, and a swipe in the picture scrolls it."""
    page = offline(saved, has_touch=True, viewport={"width": 420, "height": 800})
    figure = figure_on(page)
    figure.tab("Hold").tap()
    figure.node("c").tap()
    assert figure.derivatives()["b"] == "dg/db = 960"
    figure.button("Release c").tap()
    assert figure.shows(chain.at(a=1, o=2))
    figure.tab("Eliminate").tap()
    figure.node("d").tap()
    expect(figure.pane.locator(".gf-born")).to_contain_text("32·5 = 160")
    for _ in range(3):
        figure.button("Larger").tap()
    box, touch = figure.pane.bounding_box(), page.context.new_cdp_session(page)
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    touch.send("Input.synthesizeScrollGesture", {"x": x, "y": y, "xDistance": -120, "yDistance": 0, "gestureSourceType": "touch"})
    assert figure.pane.evaluate("pane => pane.scrollLeft") > 60
