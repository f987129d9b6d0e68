"""The eight capabilities of the live figure in a real JupyterLab: through the mouse, and again through the keyboard alone."""

import pytest
from playwright.sync_api import expect

import gradflow_nb as gf
from gradflow_nb.diagram.slots import number

from .figures import CHAIN, IMPORT, open_bench

DIAMONDS = "; ".join(f"b{i} = 2x{i}; c{i} = 3x{i}; x{i + 1} = b{i} + c{i}" for i in range(6))
SENTENCE = "dg/db = 42·2 from c + 192·5 from d = 1044"
ALL = {f"{child} {parent}" for child, parent in ("ba", "cb", "db", "ec", "ed", "fe", "gf")}
THROUGH_C, THROUGH_D = ALL - {"d b", "e d"}, ALL - {"c b", "e c"}


@pytest.fixture(scope="module")
def bench(lab, chromium, tmp_path_factory):
    cells = [IMPORT, "figure = gf.explore(chain, a=1, o=2)\nfigure", f"gf.explore(gf.graph({DIAMONDS!r}), x0=1)"]
    with open_bench(lab, chromium, cells, "live-figure", tmp_path_factory.mktemp("live")) as bench:
        yield bench


@pytest.fixture
def figure(bench):
    yield bench.fresh(1)
    assert bench.console_errors == []


@pytest.fixture(scope="module")
def chain():
    return gf.graph(CHAIN)


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


def same_arrows(before, after):
    """The other way round an arrow has its head at the other end: at most a few pixels apart."""
    return all(abs(a - b) < 6 for old, new in zip(before, after) for a, b in zip(old, new))


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
    after = figure.places()
    assert (after["nodes"], after["names"]) == (before["nodes"], before["names"])
    assert same_arrows(before["arrows"], after["arrows"])

    figure.node("e").click()
    expect(figure.tool).to_contain_text("Node e = 7c + d², value 305, dg/de = 6")
    figure.button("Step inside e").click()
    inside = figure.tool.locator(".gf-inside svg")
    expect(inside.locator('[data-node="e"] [data-slot=value]')).to_have_text("305")
    assert {"49", "256"} <= set(inside.locator("[data-slot=value]").all_text_contents())  # 7c and d²
    assert figure.places() == after
    figure.drag(figure.slider("a"), 0.1)
    assert inside.locator('[data-node="e"] [data-slot=value]').text_content() == figure.numbers()["values"]["e"]
    assert figure.places() == after
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
    expect(figure.says).to_have_text("Nothing is known yet: step forward to begin.")
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
    assert figure.derivatives() == {n: f"de/d{n} = {number(float(x))}" for n, x in chain.at(a=1, o=2).adjoints("e").items() if n in "abcde"}
    figure.button("forward").click()
    assert figure.derivatives()["g"] == "dg/da = −3132" and "o" not in figure.derivatives()
    figure.chooser("The sweep starts from").select_option("b")
    assert figure.derivatives()["e"] == "de/db = 174"
    expect(figure.says).to_have_text("dg/db = 3·348 from f = 1044")


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


# 4. The ledger of paths ----------------------------------------------------------------------------------------------


def ledger(figure):
    return [row.locator("span").all_text_contents() for row in figure.tool.locator(".gf-row").all()]


def lit_rows(figure):
    return [i for i, row in enumerate(figure.tool.locator(".gf-row").all()) if "gf-lit" in row.get_attribute("class")]


TWO_PATHS = [["g ← f ← e ← c ← b", "3·2·7·2 = 84"], ["g ← f ← e ← d ← b", "3·2·32·5 = 960"]]


def test_paths_by_mouse(figure, chain):
    figure.tab("Paths").click()
    figure.node("b").click()
    figure.node("g").click()
    assert ledger(figure) == TWO_PATHS
    for row, path in enumerate((THROUGH_C, THROUGH_D)):
        figure.tool.locator(".gf-row").nth(row).hover()
        assert set(figure.lit()) == path - {"b a"}
    figure.label("e", "c").hover()
    assert lit_rows(figure) == [0] and figure.lit() == []
    figure.label("f", "e").hover()
    assert lit_rows(figure) == [0, 1]
    expanded, factored = (chain.at(a=1, o=2).paths("g", "b").factored(style) for style in ("expanded", "suffix"))
    expect(figure.tool).to_contain_text(f"dg/db = {expanded} = 1044{expanded.multiplications} multiplications")
    figure.button("factored").click()
    expect(figure.tool).to_contain_text(f"dg/db = {factored} = 1044{factored.multiplications} multiplications instead of 6")
    figure.chooser("Paths from").select_option("o")
    figure.chooser("Paths to").select_option("f")
    expect(figure.tool).to_contain_text("No path leads from o to f, so df/do = 0.")


def test_paths_by_keyboard(figure):
    figure.start_of_keyboard()
    figure.to_tab("Paths")
    figure.reach("Paths from")
    figure.page.keyboard.type("b")
    figure.press("Tab", "Tab")
    assert ledger(figure) == TWO_PATHS
    assert set(figure.lit()) == THROUGH_C - {"b a"}
    figure.press("Tab")
    assert set(figure.lit()) == THROUGH_D - {"b a"}
    figure.reach("factored")
    assert figure.lit() == []
    figure.press("Space")
    expect(figure.tool).to_contain_text("dg/db = 3·2(7·2 + 32·5) = 1044")
    figure.to_part("edge from d to e")
    assert lit_rows(figure) == [1]


def test_more_paths_than_can_be_read(bench):
    figure = bench.fresh(2)
    figure.tab("Paths").click()
    expect(figure.tool).to_contain_text("64 paths; here are the first 50")
    expect(figure.tool.locator(".gf-row")).to_have_count(50)
    expect(figure.tool).to_contain_text(f"dx6/dx0 = the sum of all these products = {5**6}")
    figure.button("factored").click()
    expect(figure.tool).to_contain_text(f" = {5**6}")


def test_negative_factors_stand_in_brackets(figure, chain):
    figure.tab("Paths").click()
    figure.button("factored").click()
    factored = str(chain.at(a=1, o=2).paths("g", "a").factored("suffix")).replace("-", "−")
    expect(figure.tool).to_contain_text(f"dg/da = {factored} = −3132")


# 5. Pins -------------------------------------------------------------------------------------------------------------


def test_pins_by_mouse(figure, chain):
    figure.chooser("The sweep starts from").select_option("e")
    figure.tab("Hold").click()
    figure.node("c").click()
    assert figure.derivatives()["b"] == "de/db = 160"
    expect(figure.edge("c", "b")).to_have_class("gf-edge gf-cut")
    figure.node("d").click()
    assert figure.derivatives()["b"] == "∂e/∂b = 0"  # no path is left but the explicit one, and there is none
    expect(figure.tool.get_by_role("row", name="de/db 174 ∂e/∂b = 0")).to_be_visible()
    figure.button("Release d").click()
    a = figure.drag(figure.slider("a"), 0.2)
    free, seen = chain.at(a=a, o=2).values, figure.numbers()["values"]
    assert seen["c"] == "7" != number(float(free["c"]))  # pinned where it stood
    assert seen["d"] == number(float(free["d"])) and seen["e"] == number(float(7 * 7 + free["d"] ** 2))
    figure.button("Release c").click()
    figure.chooser("The sweep starts from").select_option("g")
    assert figure.shows(chain.at(a=a, o=2))


def test_pins_by_keyboard(figure, chain):
    figure.start_of_keyboard()
    figure.to_tab("Hold")
    figure.to_part("node c")
    figure.press("Enter")
    held = chain.at(a=1, o=2).hold("c").adjoints("g")
    assert figure.derivatives() == {n: f"dg/d{n} = {number(float(x))}" for n, x in held.items()}
    assert figure.focused().startswith("node c") and figure.node("c").get_attribute("tabindex") == "0"
    figure.reach("Release c")
    figure.press("Space")
    assert figure.shows(chain.at(a=1, o=2))


# 6. Elimination ------------------------------------------------------------------------------------------------------


def counted(figure, chain):
    """Python's counts of the three whole orders stand in the table."""
    flow = chain.at(a=1, o=2)
    rows = figure.tool.locator("tbody tr").all_inner_texts()
    assert [row.split("\t")[1] for row in rows] == [str(flow.orders()[name].multiplications) for name in ("forward", "reverse", "best")]


def test_elimination_by_mouse(figure, chain):
    figure.tab("Eliminate").click()
    arc = figure.pane.locator(".gf-born")
    figure.node("c").click()
    expect(arc).to_have_count(1)
    expect(arc).to_contain_text("7·2 = 14")
    figure.node("d").click()
    expect(arc).to_contain_text("14 + 32·5 = 174")
    expect(figure.tool.get_by_role("status")).to_have_text("2 multiplications so far.")
    assert figure.derivatives()["b"] == "dg/db = 1044"  # the sweep goes on over what is left
    figure.button("Undo").click()
    expect(arc).to_contain_text("7·2 = 14")
    figure.node("a").click()
    expect(figure.tool.get_by_role("status")).to_have_text("a is an input: only nodes between them can be eliminated.")
    figure.button("Start again").click()
    expect(arc).to_have_count(0)
    assert figure.shows(chain.at(a=1, o=2))


def test_elimination_by_keyboard(figure, chain):
    figure.start_of_keyboard()
    figure.to_tab("Eliminate")
    for name in "cd":
        figure.to_part(f"node {name}")
        figure.press("Enter")
    figure.to_part("new edge from b to e: 174")
    for name in "bef":
        figure.start_of_keyboard()
        figure.reach(f"Eliminate {name}")
        figure.press("Enter")
    expect(figure.tool).to_contain_text("every edge is now a whole derivative")
    expect(figure.pane.locator(".gf-born").first).to_contain_text("−3132")
    for left in range(4, -1, -1):
        figure.start_of_keyboard()
        figure.reach("Undo")
        figure.press("Space")
        expect(figure.tool.locator(".gf-log li")).to_have_count(left)
    assert figure.shows(chain.at(a=1, o=2))
