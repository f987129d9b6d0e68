"""What a notebook is given: a widget's view, and beside it the picture and the text."""

import pytest

from gradflow_nb import ask, draw, graph
from gradflow_nb.show import mimebundle

VIEW = "application/vnd.jupyter.widget-view+json"


@pytest.fixture
def small():
    return graph("c = a + b; d = b + 1; e = c d")


def test_figures_and_questions_carry_picture_and_text(small):
    for shown in (small, small.at(a=2, b=1), small.flow(), draw(small, direction="gradient"), ask(small, "e", "b")):
        data, metadata = shown._repr_mimebundle_()
        assert set(data) == {VIEW, "image/svg+xml", "text/plain"}
        assert data["image/svg+xml"].startswith("<svg ") and data["text/plain"] == repr(shown)
        assert "0x" not in data["text/plain"]
        assert set(metadata) <= {VIEW}


def test_paths_and_steps_are_text(small):
    flow = small.at(a=2, b=1)
    data, _ = flow.paths("e", "b")._repr_mimebundle_()
    assert set(data) == {"image/svg+xml", "text/plain", "application/vnd.jupyter.widget-view+json"}
    assert data["text/plain"] == "2 paths from b to e\n  e ← c ← b: 2·1 = 2\n  e ← d ← b: 3·1 = 3\n  sum: de/db = 5"
    assert repr(flow.backward("e")).splitlines()[3] == "de/db = 2·1 + 3·1 = 5, from c and d"
    assert repr(flow.paths("a", "b")) == "No path from b to a, so da/db = 0."


def test_lines_of_words_scroll_in_a_narrow_page_and_do_not_break(small):
    for shown in (small.at(a=2, b=1).backward("e"), small.at(a=2, b=1).paths("a", "b")):
        data, _ = shown._repr_mimebundle_()
        assert set(data) == {"text/html", "text/plain"} and data["text/plain"] == repr(shown)
        assert data["text/html"] == f'<pre style="white-space: pre; overflow-x: auto">{shown!r}</pre>'
    assert mimebundle(small.at(a=2, b=1).orders())[0]["text/plain"].startswith("order ")


def test_a_gradient_graph_writes_its_names_as_fractions():
    slope = graph("b = 5 - 3a; c = b^3").gradient_graph("c", "a")
    data, _ = slope.flow().paths("dc_da", "b").factored()._repr_mimebundle_()
    assert "dc_d" not in data["text/latex"] and "dc_d" in repr(slope)


def test_many_paths_are_not_all_listed():
    above = ["x", *(f"j{i}" for i in range(7))]
    diamonds = "; ".join(f"l{i} = 2{x}; r{i} = 3{x}; j{i} = l{i} + r{i}" for i, x in enumerate(above))
    shown = repr(graph(diamonds).at(x=1).paths("j7", "x"))
    assert shown.startswith("256 paths") and "… and 206 more" in shown and shown.endswith("= 390625")


def test_a_notebook_shows_the_message_of_an_error_and_no_traceback():
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output

    shell = InteractiveShell.instance()
    with capture_output() as shown:
        shell.run_cell("import gradflow_nb as gf\ngf.graph('a = b +')")
    InteractiveShell.clear_instance()
    assert "NotationError" in shown.stdout and "missing after '+'" in shown.stdout
    assert "Traceback" not in shown.stdout and "grammar.py" not in shown.stdout
