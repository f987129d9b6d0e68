"""Questions in JupyterLab: a set worked through by keyboard alone, and how they look in light, dark and narrow."""

import pytest
from playwright.sync_api import expect

from .asking import Asked
from .figures import Bench, open_bench
from .test_live_looks import CUT, SQUEEZED

SMALL = """
import gradflow_nb as gf
small = gf.graph("c = a + b; d = b + 1; e = c d")
flow = small.at(a=2, b=1)
practice = gf.question_set([
    gf.ask(small, "e", "b"),
    gf.ask(flow, kind="edges"),
    gf.ask(small, "e", "b", kind="paths"),
    gf.ask(flow, "e", "b", kind="predict"),
], title="Two additions and a product")
"""
TWO = "gf.question_set([gf.ask(small, 'e', 'b'), gf.ask(small, 'e', 'a')])"
CELLS = [SMALL, "practice", "gf.ask(flow, 'e', 'a').faded('all')", "gf.ask(flow, kind='backward')", TWO]


@pytest.fixture(scope="module")
def bench(lab, chromium, tmp_path_factory):
    with open_bench(lab, chromium, CELLS, "questions", tmp_path_factory.mktemp("questions")) as bench:
        yield bench


def shown(bench: Bench, index: int) -> Asked:
    root = bench.cell_output(index).locator(".gradflow-widget").first
    expect(root.locator(".gf-question").first).to_be_visible()
    return Asked(root, None)


def test_a_set_is_worked_through_by_keyboard_alone(bench):
    page, asked = bench.page, shown(bench, 1)
    cells = bench.cells_and_active()
    said = asked.root.get_by_role("status")

    def name() -> str:
        return page.evaluate("() => document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent")

    def reach(start: str) -> None:
        for _ in range(40):
            if name().startswith(start):
                return
            page.keyboard.press("Tab")
        raise AssertionError(f"Tab never led to {start!r}; it stopped at {name()!r}")

    asked.root.get_by_role("textbox").first.focus()  # from here on there is no mouse
    page.keyboard.type("c")
    page.keyboard.press("Enter")
    expect(said.nth(0)).to_contain_text("Several slips give this")
    page.keyboard.press("Control+a")
    page.keyboard.type("c + d")
    expect(asked.root.locator(".gf-echo").nth(0).locator("math")).to_be_visible()
    page.keyboard.press("Enter")
    expect(said.nth(0)).to_contain_text("Correct: de/db = c + d is right.")
    expect(asked.root.locator(".gf-progress")).to_contain_text("1 of 4 right")

    reach("∂c/∂a, partial on the edge")
    for text in ("1", "1", "1", "3", "3"):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    reach("Check")
    page.keyboard.press("Enter")
    expect(said.nth(1)).to_contain_text("4 of 5 are right")
    assert name().startswith("∂e/∂c, partial")  # the first that is wrong, with its text selected
    bench.screenshot("set_halfway.png", of=bench.cell_output(1))
    page.keyboard.type("2")
    page.keyboard.press("Enter")
    expect(said.nth(1)).to_contain_text("All 5 are right.")

    reach("Your answer: All paths")
    page.keyboard.type("e c b")
    page.keyboard.press("Enter")
    page.keyboard.type("e d b")
    page.keyboard.press("Control+Enter")
    expect(said.nth(2)).to_contain_text("These are all 2 paths.")

    reach("Your answer: What does PyTorch")
    page.keyboard.type("None")
    page.keyboard.press("Enter")
    expect(said.nth(3)).to_contain_text("Incorrect")
    reach("Hint")
    page.keyboard.press("Space")
    expect(asked.root.get_by_role("group", name="Help").nth(3)).to_contain_text("Ask of every line")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    assert name().startswith("Your answer: What does PyTorch")
    page.keyboard.press("Control+a")
    page.keyboard.type("tensor(5.)")
    page.keyboard.press("Enter")
    expect(said.nth(3)).to_contain_text("Right")
    expect(asked.root.locator(".gf-progress")).to_have_text("4 of 4 right, credit 3.9 of 4")
    assert asked.root.get_by_role("progressbar").evaluate("(bar) => bar.value / bar.max") == 1
    assert bench.python("print(practice)") == "Two additions and a product: 4 of 4 right, credit 3.9 of 4"
    assert bench.cells_and_active()[0] == cells[0]  # no key was a command of the notebook
    assert bench.console_errors == []


def test_light_dark_and_narrow(bench):
    page = bench.page
    shown(bench, 2).check({"de/da": "7"}, "✗")
    shown(bench, 3).check({"de/de": "1", "de/dd": "2", "de/dc": "2 +"}, "1 of 5")
    found = []
    for theme, size in (("Light", 1280), ("Dark", 1280), ("Dark", 480)):
        bench.set_theme(f"JupyterLab {theme}")
        if size < 1000:
            page.evaluate("() => jupyterapp.shell.collapseLeft()")
        page.set_viewport_size({"width": size, "height": 1000})
        for index in (1, 2, 3):
            bench.screenshot(f"question_{index}_{theme}_{size}.png".lower(), of=bench.cell_output(index))
        found += [(theme, size, each["id"], [node["html"][:120] for node in each["nodes"]]) for each in bench.axe(".gradflow-widget")]
        found += [(theme, size, part) for part in page.evaluate(CUT) + page.evaluate(SQUEEZED)]
    assert found == []
    assert bench.console_errors == []


def test_equations_that_stand_right_above_are_not_shown_again(bench):
    asked = shown(bench, 4)
    rows = asked.root.locator(".gf-equations")
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_be_visible()
    expect(rows.nth(1)).to_be_hidden()
    asked.root.get_by_role("textbox").nth(1).fill("d")
    asked.root.get_by_role("button", name="Try another").first.click()
    expect(rows.nth(1)).to_be_visible()  # now they are other ones
    expect(asked.root.get_by_role("textbox").nth(1)).to_have_value("d")


def test_when_the_kernel_is_gone_the_text_stays(bench):
    """The last test of this file: it ends the kernel."""
    asked = shown(bench, 2)
    bench.page.evaluate("() => gradflowPanel.sessionContext.session.kernel.shutdown()")
    asked.fill({"de/da": "d + 0"})
    asked.button("Check").click()
    expect(asked.said).to_contain_text("No answer from Python so far", timeout=20_000)
    expect(asked.box("de/da")).to_have_value("d + 0")
    said = [error for error in bench.console_errors if "blob:" in error]  # ours: a widget's module is a blob
    assert [error for error in said if not error.startswith("Could not send")] == []  # which the host says by itself


def test_saving_by_keyboard_works_from_a_field(bench):
    page, asked = bench.page, shown(bench, 1)
    field = asked.root.get_by_role("textbox").first
    field.click()
    page.keyboard.type(" ")
    with page.expect_response(lambda answer: answer.request.method == "PUT" and "/api/contents/" in answer.url):
        page.keyboard.press("Control+s")
    expect(field).to_be_focused()
