"""The harness itself: if one of these fails, look here before looking at a widget."""

import json
import sys

import pytest

COUNTER = '''
import anywidget, traitlets

class Counter(anywidget.AnyWidget):
    _esm = """
    export default {
        render({ model, el }) {
            const button = document.createElement("button");
            const show = () => button.textContent = `count is ${model.get("count")}`;
            button.className = "counter";
            button.onclick = () => { model.set("count", model.get("count") + 1); model.save_changes(); };
            model.on("change:count", show);
            el.append(button);
            show();
        }
    }
    """
    _css = ".counter { color: var(--jp-ui-font-color0); background: var(--jp-layout-color0) }"
    count = traitlets.Int(0).tag(sync=True)

Counter()
'''


def notebook(*cells: dict) -> dict:
    """One that was run and saved, where `open_notebook([...])` makes one that never ran."""
    blank = {"cell_type": "code", "metadata": {}, "source": "", "outputs": [], "execution_count": None}
    return {
        "cells": [blank | {"id": f"cell-{i}"} | cell for i, cell in enumerate(cells)],
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def test_widget(open_notebook):
    lab = open_notebook([COUNTER]).run_all()
    output = lab.cell_output(0)
    output.get_by_role("button", name="count is 0").click()
    button = output.get_by_role("button", name="count is 1")
    button.wait_for()

    assert lab.axe(".counter") == []
    assert lab.console_errors == []
    assert lab.screenshot("counter.png", of=output).read_bytes().startswith(b"\x89PNG")

    def brightness_of_ink() -> int:
        return button.evaluate("button => Number(getComputedStyle(button).color.match(/\\d+/)[0])")

    assert brightness_of_ink() < 128
    lab.set_theme("JupyterLab Dark")
    assert brightness_of_ink() > 128
    assert lab.axe(".counter") == []


def test_every_cell_is_in_the_dom_and_the_theme_is_light_again(open_notebook):
    tall = "print('\\n' * 20)"
    lab = open_notebook(["import sys; sys.prefix", *[tall] * 30, "print('the end')"]).run_all()
    assert sys.prefix in lab.cell_output(0).text_content()  # the kernel is this environment's
    assert lab.cell_output(31).text_content().strip() == "the end"
    assert lab.page.evaluate("document.body.dataset.jpThemeName") == "JupyterLab Light"


def test_an_error_in_a_cell_fails_the_test(open_notebook):
    lab = open_notebook(["1 / 0"])
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        lab.run_all()


def test_an_expected_error_does_not(open_notebook):
    failing = {"source": "1 / 0", "metadata": {"tags": ["raises-exception"]}}
    lab = open_notebook(notebook(failing, {"source": "print('went on')"})).run_all()
    assert "went on" in lab.cell_output(1).text_content()


def test_a_file_with_its_saved_output(open_notebook, tmp_path):
    unlabelled = {"text/html": "<p class='ours'><input></p>"}
    output = {"output_type": "display_data", "metadata": {}, "data": unlabelled}
    source = tmp_path / "lesson.ipynb"
    source.write_text(json.dumps(notebook({"outputs": [output]})))
    lab = open_notebook(source)
    assert [violation["id"] for violation in lab.axe(".ours")] == ["label"]
