"""The cell magics, in an IPython shell."""

import pytest
from IPython.core.interactiveshell import InteractiveShell


@pytest.fixture
def shell():
    shell = InteractiveShell()
    shell.run_line_magic("load_ext", "gradflow_nb")
    return shell


def test_equations_are_drawn_at_a_point(shell):
    assert shell.run_cell("%%gradflow a=2 b=1/2\nc = a b").result.values["c"] == 1
    assert shell.run_cell("%%gradflow\nc = a b").result.inputs == ("a", "b")


def test_a_cell_runs_where_its_module_is(shell, capsys):
    assert shell.run_cell("%%needs json\nimport json\nfound = json.loads('[1, 2]')\nfound").success
    assert shell.user_ns["found"] == [1, 2]
    assert "[1, 2]" in capsys.readouterr().out


def test_a_cell_is_left_out_where_its_module_is_not(shell, capsys):
    assert shell.run_cell("%%needs no_such_module\nfound = 1").success
    assert "found" not in shell.user_ns
    assert capsys.readouterr().out == "This cell needs no_such_module, which is not installed here, and was left out.\n"


def test_an_error_in_the_cell_is_shown_once_and_stops(shell, capsys):
    assert not shell.run_cell("%%needs json\n1 / 0").success
    assert capsys.readouterr().out.count("division by zero") == 1
