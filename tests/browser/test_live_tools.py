"""The live figure's tools in a real JupyterLab, through the mouse and again through the keyboard alone: paths, pins, elimination, nudges."""

import pytest
from playwright.sync_api import expect

from gradflow_nb.diagram.slots import NUMBER_ROOM, number

DIAMONDS = "; ".join(f"b{i} = 2x{i}; c{i} = 3x{i}; x{i + 1} = b{i} + c{i}" for i in range(6))
TWO_PATHS = [["g ← f ← e ← c ← b", "3·2·7·2 = 84"], ["g ← f ← e ← d ← b", "3·2·32·5 = 960"]]
THROUGH_C, THROUGH_D = {"g f", "f e", "e c", "c b"}, {"g f", "f e", "e d", "d b"}
CELLS = [f"gf.explore(gf.graph({DIAMONDS!r}), x0=1)"]


# The ledger of paths ----------------------------------------------------------------------------------------------


def ledger(figure):
    return [row.locator("span").all_text_contents() for row in figure.tool.locator(".gf-row").all()]


def lit_rows(figure):
    return [i for i, row in enumerate(figure.tool.locator(".gf-row").all()) if "gf-lit" in row.get_attribute("class")]


def test_paths_by_mouse(figure, chain):
    figure.tab("Paths").click()
    figure.node("b").click()
    figure.node("g").click()
    assert ledger(figure) == TWO_PATHS
    for row, path in enumerate((THROUGH_C, THROUGH_D)):
        figure.tool.locator(".gf-row").nth(row).hover()
        assert set(figure.lit()) == path
    figure.label("e", "c").hover()
    assert lit_rows(figure) == [0] and figure.lit() == []
    figure.label("f", "e").hover()
    assert lit_rows(figure) == [0, 1]
    expanded, factored = (chain.at(a=1, o=2).paths("g", "b").factored(style) for style in ("expanded", "suffix"))
    expect(figure.tool).to_contain_text(f"dg/db = {expanded} = 1044{expanded.multiplications} multiplications")
    figure.button("factored").click()
    expect(figure.tool).to_contain_text(
        f"dg/db = {factored} = 1044{factored.multiplications} multiplications instead of 6"
    )
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
    assert set(figure.lit()) == THROUGH_C
    figure.press("Tab")
    assert set(figure.lit()) == THROUGH_D
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


# Pins -------------------------------------------------------------------------------------------------------------


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
    was, now = (number(float(flow.total("e", "b"))) for flow in (chain.at(a=a, o=2), chain.at(a=a, o=2).hold("c")))
    expect(figure.tool.get_by_role("row", name=f"de/db {was} de/db = {now}")).to_be_visible()  # as if c were free
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


# Elimination ------------------------------------------------------------------------------------------------------


def counted(figure, chain):
    """Python's counts of the three whole orders stand in the table, which is not opened for whoever counts first."""
    expect(figure.tool.locator("tbody")).to_be_hidden()
    figure.tool.get_by_text("Compare whole orders").click()
    orders = chain.at(a=1, o=2).orders()
    rows = figure.tool.locator("tbody tr").all_inner_texts()
    counts = [order.multiplications for order in (orders.forward, orders.reverse, orders.best)]
    assert [row.split("\t")[1] for row in rows] == list(map(str, counts))


def test_elimination_by_mouse(figure, chain):
    figure.tab("Eliminate").click()
    counted(figure, chain)
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


# The nudge lens ------------------------------------------------------------------------------------------------------


def pair(predicted, true, room=3.2):
    return [number(float(f"{x:.10g}"), room) for x in (predicted, true)]


def lens_shows(figure, chain, delta):
    """At every edge and at the output: what the partials predict beside what is true, as Python has it."""
    here, there = chain.at(a=1, o=2), chain.at(a=1 + delta, o=2)
    change = {name: float(there.values[name] - here.values[name]) for name in here.names}
    seen = figure.numbers()
    both = float(here.total("g", "a")) * delta, change["g"]
    assert seen["values"]["g"] == "Δ≈ {} | {}".format(*pair(*both)) and both[0] != both[1]
    in_full = " ".join(pair(*both, room=NUMBER_ROOM))
    expect(figure.tool.get_by_role("row", name=f"Δg, the output {in_full}")).to_be_visible()
    by = change["d"]
    expected = pair(32 * by, float((16 + by) ** 2 - 16**2))
    assert seen["partials"]["e d"] == "≈ {} | {}".format(*expected)
    assert seen["partials"]["b a"] == "≈ {} | {}".format(*pair(-3 * delta, -3 * delta))  # a straight line


def test_nudge_by_mouse(figure, chain):
    figure.tab("Nudge").click()
    slider = figure.slider("Δ, the nudge")
    for by in (0.3, -0.5):
        lens_shows(figure, chain, figure.drag(slider, by))
    figure.node("o").click()
    expect(figure.tool).to_contain_text("Δo = 0")
    delta = figure.drag(slider, 0.3)
    assert figure.numbers()["values"]["g"] == "Δ≈ {0} | {0}".format(number(-delta, 3.2))
    figure.tab("Look").click()
    assert figure.shows(chain.at(a=1, o=2))


def test_nudge_by_keyboard(figure, chain):
    figure.start_of_keyboard()
    figure.to_tab("Nudge")
    figure.reach("Δ, the nudge")
    figure.press("ArrowRight", "ArrowRight")
    slider = figure.slider("Δ, the nudge")
    lens_shows(figure, chain, float(slider.input_value()))
    figure.reach("Nudge the input", "Shift+Tab")
    figure.page.keyboard.type("o")
    expect(figure.tool).to_contain_text("Δo = 0")


@pytest.mark.parametrize(("tool", "node", "button"), [("Look", "e", "Step inside e"), ("Hold", "c", "Release c"), ("Eliminate", "d", "Eliminate c"), ("Eliminate", "c", "Undo")])  # fmt: skip
def test_a_button_that_goes_away_leaves_the_focus_in_the_figure(figure, tool, node, button):
    figure.tab(tool).click()
    figure.node(node).click()
    figure.button(button).focus()
    figure.press("Enter")
    assert figure.root.evaluate("(root) => root.contains(document.activeElement)")
