"""The lessons as a student meets them: opened in JupyterLab, run, and worked through by hand."""

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import expect

LESSONS = sorted((Path(__file__).parents[2] / "lessons").glob("*.ipynb"))


def box(notebook, prompt):
    """The question whose prompt is this, as an element."""
    field = notebook.page.get_by_label(f"Your answer: {prompt}", exact=True)
    return notebook.page.locator(".gf-question").filter(has=field).first


def answer(notebook, question, text):
    """Types an answer, presses Enter, and gives the place where the verdict appears."""
    field = question.get_by_role("textbox")
    field.fill(text)
    field.press("Enter")
    return question.get_by_role("status")


def test_the_chain_is_worked_through(open_notebook, root):
    notebook = open_notebook(root / "lessons" / "05_the_chain.ipynb")
    notebook.run_all()
    chain = notebook.page.locator(".gf-figure svg").first
    expect(chain).to_be_visible()
    assert chain.locator('[data-child="e"][data-parent="d"]').get_attribute("aria-label") == "edge from d to e: ∂e/∂d = 2d"

    question = box(notebook, "dg/db = ?")
    expect(answer(notebook, question, "60d+84")).to_contain_text("Correct: dg/db = 60d + 84 is right.")
    expect(question.locator(".gf-echo math")).to_be_visible()
    notebook.screenshot("answer_correct.png", of=question)
    expect(answer(notebook, question, "84")).to_contain_text("the path through c alone")
    notebook.screenshot("answer_one_path.png", of=question)
    verdict = answer(notebook, question, "60d +")
    expect(verdict).to_contain_text("Something is missing after")
    expect(verdict.locator("mark")).to_have_text("+")
    notebook.screenshot("answer_invalid.png", of=question)
    expect(answer(notebook, question, "60d/2b").get_by_role("button")).to_have_count(2)
    notebook.screenshot("answer_readings.png", of=question)

    assert notebook.axe(".gradflow-widget") == []
    assert notebook.console_errors == []


def test_a_number_is_asked_for_at_a_point(open_notebook, root):
    notebook = open_notebook(root / "lessons" / "05_the_chain.ipynb")
    notebook.run_all()
    question = box(notebook, "dg/dd = ? at a = 1/2, o = 0")
    expect(answer(notebook, question, "12d")).to_contain_text("Right so far. Now put in d")
    expect(answer(notebook, question, "47")).to_contain_text("Incorrect")
    expect(answer(notebook, question, "282")).to_contain_text("Correct: dg/dd = 282 is right.")
    sent = notebook.page.evaluate("() => document.querySelector('.jp-NotebookPanel').innerHTML.includes('372')")
    assert sent  # the lesson's own prose shows it; what follows is about the widgets
    assert "372" not in question.inner_html()


def test_by_keyboard_alone(open_notebook):
    notebook = open_notebook(
        ["import gradflow_nb as gf\nchain = gf.graph('c = a + b; d = b + 1; e = c d')\nchain.at(a=2, b=1)", "gf.ask(chain, 'e', 'b')"]
    )
    notebook.run_all()
    page = notebook.page
    page.locator(".gf-figure [tabindex='0']").focus()
    focused = "() => document.activeElement.getAttribute('aria-label')"
    assert page.evaluate(focused) == "input a, value 2"
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert page.evaluate(focused) == "edge from a to c: ∂c/∂a = 1"
    notebook.screenshot("focused_edge.png", of=notebook.cell_output(0))
    page.keyboard.press("End")
    assert page.evaluate(focused) == "output e = c·d, value 6"
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.textContent") == "The same in words"
    page.keyboard.press("Enter")
    expect(page.locator(".gf-words table").first).to_be_visible()
    notebook.screenshot("words.png", of=notebook.cell_output(0))
    assert notebook.axe(".gradflow-widget") == []
    page.locator(".gf-question input").focus()
    page.keyboard.type("c + d")
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.textContent") == "Check"
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="Correct: de/db = c + d is right.")).to_be_visible()


SHOWN = """() => [...document.querySelectorAll('.gradflow-widget')].map(widget => [
    widget.className, widget.getBoundingClientRect().height, widget.querySelectorAll('svg, input, button').length])"""

CUT = """() => [...document.querySelectorAll('.gf-figure, .gf-question, .gf-pane')]
    .filter(part => part.scrollWidth > part.clientWidth + 1 && getComputedStyle(part).overflowX !== 'auto')
    .map(part => part.className)"""


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.stem)
def test_every_lesson_runs_and_looks_well(open_notebook, lab, lesson):
    shutil.copy(lesson.parent / "map.svg", lab.notebooks)
    notebook = open_notebook(lesson)
    notebook.run_all()
    page, name = notebook.page, lesson.stem[:2]
    views = page.locator(".jp-OutputArea-output .gradflow-widget")
    committed = lesson.read_text(encoding="utf-8").count('"image/svg+xml"')
    expect(views).to_have_count(committed)  # where a picture is stored, a widget shows itself
    for kind, height, parts in page.evaluate(SHOWN):
        assert height > 30 and parts, kind
    for theme in ("Light", "Dark"):
        notebook.set_theme(f"JupyterLab {theme}")
        page.evaluate("() => document.querySelector('.jp-WindowedPanel-outer')?.scrollTo(0, 0)")
        notebook.screenshot(f"{name}_page_{theme}.png")
    if committed:  # on the dark page: on a light one the widgets' own tests do it
        assert notebook.axe(".gradflow-widget") == []
    page.evaluate("() => { jupyterapp.shell.collapseLeft(); }")
    page.set_viewport_size({"width": 560, "height": 900})
    assert page.evaluate(CUT) == []
    notebook.screenshot(f"{name}_narrow.png")
    assert notebook.console_errors == []
