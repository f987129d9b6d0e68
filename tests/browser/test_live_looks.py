"""How the live figure looks: light, dark, narrow, large; nothing cut, nothing that axe finds, nothing that moves against the reader's wish."""

from .figures import IMPORT, Figure

TOOLS = ("Look", "Paths", "Hold", "Eliminate", "Nudge", "In words")
LARGE = """
kinds = ["x{a} + x{b}", "2x{a} - x{b}", "tanh(x{a}) x{b}"]
lines = [kinds[i % 3].format(a=i - 10, b=i - 9 + i // 10 % 3) for i in range(10, 200)]
gf.explore(gf.graph("\\n".join(f"x{i} = {line}" for i, line in enumerate(lines, 10))), x0=0.5)
"""
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

# What would move by itself.
MOVING = """() => [...document.querySelectorAll(".gradflow-widget, .gradflow-widget *")].filter((part) => {
    const { transitionDuration, animationName, scrollBehavior } = getComputedStyle(part);
    return /[1-9]/.test(transitionDuration) || animationName !== "none" || scrollBehavior === "smooth";
}).map((part) => part.outerHTML.slice(0, 120))"""


def figure_in(notebook, index):
    return Figure(notebook.cell_output(index).locator(".gradflow-widget").first).ready()


def wrong(notebook, **axe):
    """All that is wrong with the figures on the page: what axe finds, what is cut, what is squeezed."""
    violations = notebook.axe(".gradflow-widget", **axe)
    return [
        *[(violation["id"], [node["html"][:120] for node in violation["nodes"]]) for violation in violations],
        *[("cut", part) for part in notebook.page.evaluate(CUT)],
        *[("squeezed", part) for part in notebook.page.evaluate(SQUEEZED)],
    ]


def test_every_tool_in_light_and_dark(open_notebook):
    notebook = open_notebook(
        [IMPORT, "gf.explore(chain, a=1, o=2)", ARRAYS], viewport={"width": 1280, "height": 1300}
    ).run_all()
    figure, found = figure_in(notebook, 1), []
    for theme in ("Light", "Dark"):
        notebook.set_theme(f"JupyterLab {theme}")
        rules = {"runOnly": ["color-contrast"]} if theme == "Dark" else {}  # the rest does not depend on colours
        for tool in TOOLS:
            figure.tab(tool).click()
            if tool in ("Look", "Hold"):
                figure.node("c").click()
            elif tool == "Eliminate":
                figure.node("d").click()
            elif tool == "Nudge":
                figure.slider("Δ, the nudge").press("End")
            notebook.screenshot(f"live_{tool.replace(' ', '_')}_{theme}.png".lower(), of=notebook.cell_output(1))
            found += [(theme, tool, what) for what in wrong(notebook, **rules)]
            if tool == "Hold":
                figure.button("Release c").click()
            elif tool == "Eliminate":
                figure.button("Undo").click()
        figure.to_part("node e")
        notebook.screenshot(f"live_focus_{theme}.png".lower(), of=notebook.cell_output(1))
        notebook.screenshot(f"live_arrays_{theme}.png".lower(), of=notebook.cell_output(2))
    assert found == []
    assert notebook.console_errors == []


def test_narrow_and_without_motion(open_notebook):
    notebook = open_notebook([IMPORT, "gf.explore(chain, a=1, o=2)", ARRAYS], reduced_motion="reduce").run_all()
    notebook.page.evaluate("() => jupyterapp.shell.collapseLeft()")
    notebook.page.set_viewport_size({"width": 480, "height": 1900})
    found = []
    for index, tools in ((1, TOOLS), (2, ("Look", "In words"))):
        figure = figure_in(notebook, index)
        for tool in tools:
            figure.tab(tool).click()
            notebook.screenshot(
                f"live_narrow_{index}_{tool.replace(' ', '_')}.png".lower(), of=notebook.cell_output(index)
            )
            found += [
                (index, tool, what) for what in wrong(notebook, runOnly=["target-size", "scrollable-region-focusable"])
            ]
    assert notebook.page.evaluate(MOVING) == []
    assert found == []
    assert notebook.console_errors == []


def test_two_hundred_nodes(open_notebook):
    notebook = open_notebook([IMPORT, LARGE]).run_all()
    figure = figure_in(notebook, 1)
    assert figure.pane.locator(".gf-node").count() >= 200
    notebook.screenshot("live_200.png", of=notebook.cell_output(1))
    room = "(pane) => [pane.scrollWidth - pane.clientWidth, pane.scrollHeight - pane.clientHeight]"
    assert max(figure.pane.evaluate(room)) > 0  # it scrolls
    height = "(node) => node.querySelector('text').getBoundingClientRect().height"
    assert figure.node("x0").evaluate(height) > 9  # and can be read
    figure.start_of_keyboard()
    figure.to_part("input x0")
    figure.press("End")
    notebook.screenshot("live_200_end.png", of=notebook.cell_output(1))
    assert figure.focused().startswith("output x199")
    box, pane = figure.node("x199").bounding_box(), figure.pane.bounding_box()
    assert pane["x"] <= box["x"] and box["y"] + box["height"] <= pane["y"] + pane["height"] + 1
    figure.button("Fit").click()
    notebook.screenshot("live_200_fit.png", of=notebook.cell_output(1))
    assert wrong(notebook) == []
    assert max(figure.pane.evaluate(room)) <= 1
    assert notebook.console_errors == []
