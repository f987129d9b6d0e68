"""How the live figure looks: light, dark, narrow, large; nothing cut, nothing that axe finds, nothing that moves against the reader's wish."""

import pytest
from playwright.sync_api import expect

from .figures import IMPORT, Figure

TOOLS = ("Look", "Paths", "Hold", "Eliminate", "Nudge", "In words")
LARGE = "\n".join(
    [
        "lines = ['x1 = sin(x0) + x0', 'x2 = x1 x0']",
        "lines += [f'x{i} = {[\"x{a} + x{b}\", \"x{a} - 2x{b}\", \"tanh(x{a}) + x{b}\"][i % 3].format(a=i - 1, b=i - 1 - i % 7)}' for i in range(8, 200)]",
        "lines[2:2] = [f'x{i} = x{i - 1} + x{i - 2}/2' for i in range(3, 8)]",
        "gf.explore(gf.graph('\\n'.join(lines)), x0=0.5)",
    ]
)
ARRAYS = "import numpy as np\ngf.explore(gf.graph('y = W @ x + b; z = tanh(y); L = sum((z - t)^2)'), W=np.eye(2, 3), x=[1, 2, 3], b=[0, 1], t=[1, 0])"

# Elements of ours that stick out of their cell, and whose overflow no container of ours scrolls.
CUT = """() => [...document.querySelectorAll(".gradflow-widget")].flatMap((root) => {
    const room = root.closest(".jp-OutputArea-output").getBoundingClientRect();
    const scrolls = (part) => part !== root && (/auto|scroll/.test(getComputedStyle(part).overflowX) || scrolls(part.parentElement));
    return [...root.querySelectorAll("*")].filter((part) => {
        const box = part.getBoundingClientRect();
        return box.width && (box.right > room.right + 1 || box.left < room.left - 1) && !scrolls(part.parentElement);
    }).map((part) => part.outerHTML.slice(0, 120));
})"""

# Text that is wider than the control it stands in.
SQUEEZED = """() => [...document.querySelectorAll(".gradflow-widget :is(button, select, th, td, p, label, .gf-name)")]
    .filter((part) => part.clientWidth && part.scrollWidth > part.clientWidth + 1).map((part) => part.outerHTML.slice(0, 120))"""


def figure_in(notebook, index):
    return Figure(notebook.cell_output(index).locator(".gradflow-widget").first).ready()


def found(notebook):
    return [(violation["id"], [node["html"][:120] for node in violation["nodes"]]) for violation in notebook.axe(".gradflow-widget")]


def test_every_tool_in_light_and_dark(open_notebook):
    notebook = open_notebook([IMPORT, "gf.explore(chain, a=1, o=2)", ARRAYS]).run_all()
    figure = figure_in(notebook, 1)
    for theme in ("Light", "Dark"):
        notebook.set_theme(f"JupyterLab {theme}")
        for tool in TOOLS:
            figure.tab(tool).click()
            if tool in ("Look", "Hold"):
                figure.node("c").click()
            elif tool == "Eliminate":
                figure.node("d").click()
            elif tool == "Nudge":
                figure.slider("Δ, the nudge").press("End")
            notebook.screenshot(f"live_{tool.replace(' ', '_')}_{theme}.png".lower(), of=notebook.cell_output(1))
            assert (tool, found(notebook)) == (tool, [])
            assert (tool, notebook.page.evaluate(CUT), notebook.page.evaluate(SQUEEZED)) == (tool, [], [])
            if tool == "Hold":
                figure.button("Release c").click()
            elif tool == "Eliminate":
                figure.button("Undo").click()
        figure.to_part("node e")
        notebook.screenshot(f"live_focus_{theme}.png".lower(), of=notebook.cell_output(1))
        notebook.screenshot(f"live_arrays_{theme}.png".lower(), of=notebook.cell_output(2))
    assert notebook.console_errors == []


def test_narrow(open_notebook):
    notebook = open_notebook([IMPORT, "gf.explore(chain, a=1, o=2)", ARRAYS]).run_all()
    notebook.page.evaluate("() => jupyterapp.shell.collapseLeft()")
    notebook.page.set_viewport_size({"width": 480, "height": 900})
    for index, tools in ((1, TOOLS), (2, ("Look", "In words"))):
        figure = figure_in(notebook, index)
        for tool in tools:
            figure.tab(tool).click()
            notebook.screenshot(f"live_narrow_{index}_{tool.replace(' ', '_')}.png".lower(), of=notebook.cell_output(index))
            assert (tool, notebook.page.evaluate(CUT), notebook.page.evaluate(SQUEEZED)) == (tool, [], [])
    assert found(notebook) == []
    assert notebook.console_errors == []


def test_two_hundred_nodes(open_notebook):
    notebook = open_notebook([IMPORT, LARGE]).run_all()
    figure = figure_in(notebook, 1)
    assert figure.pane.locator(".gf-node").count() == 200
    notebook.screenshot("live_200.png", of=notebook.cell_output(1))
    room = "(pane) => [pane.scrollWidth - pane.clientWidth, pane.scrollHeight - pane.clientHeight]"
    assert max(figure.pane.evaluate(room)) > 0  # it scrolls
    height = "(node) => node.querySelector('text').getBoundingClientRect().height"
    assert figure.node("x0").evaluate(height) > 9  # and can be read
    assert notebook.page.evaluate(CUT) == []
    figure.start_of_keyboard()
    figure.to_part("input x0")
    figure.press("End")
    notebook.screenshot("live_200_end.png", of=notebook.cell_output(1))
    assert figure.focused().startswith("output x199")
    box, pane = figure.node("x199").bounding_box(), figure.pane.bounding_box()
    assert pane["x"] <= box["x"] and box["y"] + box["height"] <= pane["y"] + pane["height"] + 1
    figure.button("Fit").click()
    assert max(figure.pane.evaluate(room)) <= 1
    notebook.screenshot("live_200_fit.png", of=notebook.cell_output(1))
    assert found(notebook) == []
    assert notebook.console_errors == []


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_what_moves_by_itself(open_notebook, motion):
    notebook = open_notebook([IMPORT, "gf.explore(chain, a=1, o=2)"], reduced_motion=motion).run_all()
    figure = figure_in(notebook, 1)
    figure.tab("Eliminate").click()
    figure.node("c").click()
    expect(figure.pane.locator(".gf-born")).to_have_count(1)
    moving = """() => [...document.querySelectorAll(".gradflow-widget, .gradflow-widget *")].filter((part) => {
        const { transitionDuration, animationName, scrollBehavior } = getComputedStyle(part);
        return /[1-9]/.test(transitionDuration) || animationName !== "none" || scrollBehavior === "smooth";
    }).length"""
    assert (notebook.page.evaluate(moving) == 0) or motion == "no-preference"
