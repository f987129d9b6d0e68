"""The live figure as the hand and the eye meet it, and a notebook in which one page serves a whole file of tests."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Locator, expect

from gradflow_nb.diagram.slots import number

from .lab import LabServer, Notebook

CHAIN = "b = 5 - 3a; c = 2b + 3; d = 5b + 6; e = 7c + d^2; f = 2e; g = 3f - o"
IMPORT = f"import gradflow_nb as gf\nchain = gf.graph({CHAIN!r})"


@contextmanager
def open_bench(lab: LabServer, chromium: Browser, cells: list[str], name: str, folder: Path) -> Iterator["Bench"]:
    """A notebook with these cells and a last one for whatever a test wants to ask Python, all of them run."""
    page = chromium.new_context(viewport={"width": 1280, "height": 1000}).new_page()
    screenshots = Path(os.environ.get("GRADFLOW_SCREENSHOTS", folder)).absolute()
    notebook = Bench(lab, page, [*cells, ""], name, screenshots)
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: notebook.sent.append(frame)))
    notebook.open()
    notebook.run_all()
    yield notebook
    notebook.close()


class Bench(Notebook):
    """A notebook whose cells can be run one by one, so that every test starts with a figure of its own."""

    def __init__(self, *arguments) -> None:
        super().__init__(*arguments)
        self.sent: list = []
        """What the page has sent to the kernel."""

    def fresh(self, index: int) -> "Figure":
        """Runs one cell again and gives its new figure; those of other cells are gone from the page."""
        self.page.evaluate("() => document.querySelectorAll('.gf-live').forEach((old) => old.remove())")
        self._run(index)
        return self.figure(index)

    def also(self, index: int) -> "Figure":
        """Runs another cell, beside the figures that are there."""
        self._run(index)
        return self.figure(index)

    def figure(self, index: int) -> "Figure":
        return Figure(self.cell_output(index).locator(".gradflow-widget").first).ready()

    def until(self, source: str, text: str) -> None:
        """Asks Python until it shows this: what a hand did arrives once it has settled."""
        seen = ""
        for _ in range(60):
            if (seen := self.python(source)) == text:
                return
        raise AssertionError(f"{source} is {seen}, and never became {text}")

    def python(self, source: str) -> str:
        """Runs this in the last cell; gives the text that it shows."""
        last = self.cells.count() - 1
        self.page.evaluate(
            "([i, source]) => gradflowPanel.content.widgets[i].model.sharedModel.setSource(source)", [last, source]
        )
        self._run(last)
        return "".join(self.cell_output(last).locator(".jp-OutputArea-output").all_text_contents()).strip()

    def _run(self, index: int) -> None:
        self.page.evaluate(RUN_ONE, index)
        assert not (errors := self.page.evaluate(ERRORS_OF, index)), errors

    def cells_and_active(self) -> list[int]:
        return self.page.evaluate("() => [gradflowPanel.content.widgets.length, gradflowPanel.content.activeCellIndex]")


RUN_ONE = """async (i) => {
    gradflowPanel.content.deselectAll();
    gradflowPanel.content.activeCellIndex = i;
    await jupyterapp.commands.execute("notebook:run-cell");
}"""

ERRORS_OF = """(i) => (gradflowPanel.content.widgets[i].model.toJSON().outputs ?? [])
    .filter((output) => output.output_type === "error").map((output) => output.traceback.join("\\n"))"""


class Figure:
    """One live figure: its parts by the names that people have for them. `root` is its widget's element."""

    def __init__(self, root: Locator) -> None:
        self.root, self.page = root, root.page
        self.pane = root.locator(".gf-pane")
        self.tool = root.get_by_role("tabpanel")
        self.says = root.get_by_role("group", name="Sweep").get_by_role("status")
        self.count = root.get_by_role("group", name="Sweep").locator(".gf-hint")
        self.alert = root.get_by_role("alert").filter(visible=True)

    def ready(self) -> "Figure":
        expect(self.pane.locator("svg")).to_be_visible()
        return self

    # Parts ---------------------------------------------------------------------------------------------------------

    def node(self, name: str) -> Locator:
        return self.pane.locator(f'.gf-node[data-node="{name}"]')

    def edge(self, child: str, parent: str) -> Locator:
        return self.pane.locator(f'.gf-edge[data-child="{child}"][data-parent="{parent}"]')

    def label(self, child: str, parent: str) -> Locator:
        """Where the hand points at an edge: its label."""
        return self.edge(child, parent).locator(".gf-ink text").first

    def button(self, name: str) -> Locator:
        return self.root.get_by_role("button", name=name, exact=True)

    def tab(self, name: str) -> Locator:
        return self.root.get_by_role("tab", name=name, exact=True)

    def slider(self, name: str) -> Locator:
        return self.root.get_by_role("slider", name=name, exact=True)

    def field(self, name: str) -> Locator:
        return self.root.get_by_role("textbox", name=name, exact=True)

    def chooser(self, name: str) -> Locator:
        return self.root.get_by_role("combobox", name=name, exact=True)

    # What the eye sees -----------------------------------------------------------------------------------------------

    def numbers(self) -> dict:
        """All numbers in the picture: values and derivatives by node, partials by edge."""
        return self.root.evaluate(NUMBERS)

    def derivatives(self) -> dict:
        return {name: text for name, text in self.numbers()["derivatives"].items() if text}

    def shows(self, flow, of: str = "g") -> bool:
        """Asserts that every number in the picture is Python's."""
        seen, adjoints = self.numbers(), flow.adjoints(of)
        assert seen["values"] == {name: number(float(value)) for name, value in flow.values.items()}
        assert seen["derivatives"] == {name: f"d{of}/d{name} = {number(float(adjoints[name]))}" for name in flow.names}
        assert seen["partials"] == {f"{e.child} {e.parent}": number(float(e.partial)) for e in flow.edges}
        return True

    def lit(self) -> list[str]:
        """The edges that are lit, as "child parent"."""
        return self.root.evaluate(
            "(root) => [...root.querySelectorAll('.gf-edge.gf-lit')].map((e) => `${e.dataset.child} ${e.dataset.parent}`)"
        )

    def places(self) -> dict:
        """Where boxes, arrows and formulas are, from the figure's own corner."""
        return self.root.evaluate(PLACES)

    # What the hand does ----------------------------------------------------------------------------------------------

    def drag(self, slider: Locator, by: float) -> float:
        """Drags the thumb by this part of the slider's length, in a few moves; gives the value where it was let go."""
        slider.scroll_into_view_if_needed()
        box = slider.bounding_box()
        at = slider.evaluate("(s) => (s.value - s.min) / (s.max - s.min)")
        x, y = box["x"] + 8 + at * (box["width"] - 16), box["y"] + box["height"] / 2
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(x + by * box["width"], y, steps=6)
        self.page.mouse.up()
        return float(slider.input_value())

    def start_of_keyboard(self) -> None:
        """The first control of the figure: from here on there is no mouse."""
        self.root.get_by_role("button").first.focus()

    def focused(self) -> str:
        """What the element with the focus is called."""
        return self.page.evaluate(
            "() => document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent"
        )

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def reach(self, name: str, key: str = "Tab", most: int = 60) -> None:
        """Presses Tab, or another key, until the focus is on what has this name, or on what begins with it."""
        for _ in range(most + 1):
            if self.focused() == name or self.focused().startswith(f"{name},"):
                return
            self.press(key)
        raise AssertionError(f"{key} never led to {name!r}; it stopped at {self.focused()!r}")

    def to_part(self, name: str) -> None:
        """To a node or an edge of the picture, from any control: `input a`, `edge from a to b`."""
        for _ in range(60):
            if self.page.evaluate("() => Boolean(document.activeElement.closest('.gf-pane svg'))"):
                break
            self.press("Shift+Tab")
        self.press("Home")
        for _ in range(self.pane.locator(".gf-node, .gf-edge").count()):
            if self.focused().removeprefix("held ").startswith(name):
                return
            self.press("ArrowDown")
        raise AssertionError(f"no arrow led to {name!r}; it stopped at {self.focused()!r}")

    def to_tab(self, name: str) -> None:
        """To a tool, by keyboard: Tab to the row of tabs, then arrows."""
        below = self.tool.evaluate("(tool) => tool.contains(document.activeElement)")
        for _ in range(60):
            if self.page.evaluate("() => document.activeElement.getAttribute('role') === 'tab'"):
                break
            self.press("Shift+Tab" if below else "Tab")
        self.reach(name, "ArrowRight", 6)


NUMBERS = """(root) => {
    const plain = (slot) => slot.textContent.replace(/[\\u200b\\u2009]/g, "");
    const all = (selector, slot, key) => Object.fromEntries([...root.querySelectorAll(`.gf-pane ${selector}`)]
        .map((part) => [key(part.dataset), plain(part.querySelector(`[data-slot=${slot}]`) ?? new Text())]));
    return {
        values: all(".gf-node", "value", ({ node }) => node),
        derivatives: all(".gf-node", "derivative", ({ node }) => node),
        partials: all(".gf-edge:not(.gf-born)", "number", ({ child, parent }) => `${child} ${parent}`),
    };
}"""

PLACES = """(root) => {
    const corner = root.querySelector(".gf-live").getBoundingClientRect();
    const boxes = (selector) => [...root.querySelectorAll(selector)].map((part) => {
        const { x, y, width, height } = part.getBoundingClientRect();
        return [x - corner.x, y - corner.y, width, height].map((n) => Math.round(10 * n) / 10);
    });
    return { nodes: boxes(".gf-pane .gf-node rect"), names: boxes(".gf-pane .gf-node .gf-ink"), curves: boxes(".gf-pane .gf-curve") };
}"""
