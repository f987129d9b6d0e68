"""The command, the magic, and lessons as they are committed."""

import json
import subprocess
import sys

import pytest

from gradflow_nb.cli import main
from gradflow_nb.errors import InputError
from gradflow_nb.magics import gradflow, point


def test_draw_writes_a_picture(tmp_path, capsys):
    file = tmp_path / "e.svg"
    assert main(["draw", "c = a + b; d = b + 1; e = c d", str(file), "--at", "a=2", "b=1", "--gradient"]) == 0
    assert "de/db = 5" in file.read_text(encoding="utf-8") and capsys.readouterr().out.strip() == str(file)


def test_draw_writes_a_live_page(tmp_path):
    file = tmp_path / "e.html"
    assert main(["draw", "c = a + b; d = b + 1; e = c d", str(file), "--at", "a=2", "b=1"]) == 0
    page = file.read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>") and '"inputs": {"a": 2.0, "b": 1.0}' in page


@pytest.mark.parametrize(
    ("equations", "file", "said"), [("c = a +", "x.svg", "missing"), ("c = a", "x.bmp", "no kind of picture"), ("c = a", "x.svg --at a", "a=1")]
)
def test_draw_explains_what_is_wrong(tmp_path, capsys, equations, file, said):
    assert main(["draw", equations, *str(tmp_path / file).split(" ")]) == 1
    assert said in capsys.readouterr().err


def test_the_magic_reads_a_cell():
    assert gradflow("a=2 b=1", "c = a + b\ne = c^2").values["e"] == 9
    assert gradflow("", "c = a + b").inputs == ("a", "b")
    with pytest.raises(InputError, match="'a' gives no value"):
        point(["a"])


def test_load_ext_registers_the_magic():
    from IPython.core.interactiveshell import InteractiveShell

    import gradflow_nb

    shell = InteractiveShell.instance()
    gradflow_nb.load_ipython_extension(shell)
    assert shell.run_cell_magic("gradflow", "x=3", "y = x^2").total("y", "x") == 6
    InteractiveShell.clear_instance()


def notebook(*cells):
    import nbformat

    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])


def test_lessons_are_stored_as_pictures_and_texts(tmp_path):
    import nbformat

    file = tmp_path / "lesson.ipynb"
    nbformat.write(notebook("import gradflow_nb as gf\ngf.graph('y = x^2').at(x=3)", "print(6)"), file)
    assert main(["lessons", str(file)]) == 0
    stored = json.loads(file.read_text(encoding="utf-8"))
    assert "widgets" not in stored["metadata"]
    assert set(stored["cells"][0]["outputs"][0]["data"]) == {"image/svg+xml", "text/plain"}
    once = file.read_bytes()
    assert main(["lessons", str(file)]) == 0
    assert file.read_bytes() == once


def test_a_folder_of_lessons_is_run_whole_and_what_fails_stays(tmp_path, capfd):
    import nbformat

    nbformat.write(notebook("1 / 0"), tmp_path / "a.ipynb")
    nbformat.write(notebook("%load_ext gradflow_nb", "%%needs no_such_module\n6"), tmp_path / "b.ipynb")
    nbformat.write(notebook("print(6)"), tmp_path / "c.ipynb")
    before = {name: (tmp_path / name).read_bytes() for name in ("a.ipynb", "b.ipynb")}
    assert main(["lessons", str(tmp_path)]) == 1
    assert {name: (tmp_path / name).read_bytes() for name in before} == before
    assert nbformat.read(tmp_path / "c.ipynb", as_version=4).cells[0].outputs[0].text == "6\n"
    said = capfd.readouterr().err
    assert "ZeroDivisionError" in said and "b.ipynb needs no_such_module, which is not installed" in said
    assert "3/3" in said and "WARNING" not in said


def test_a_lesson_that_is_not_there_is_said(tmp_path, capsys):
    assert main(["lessons", str(tmp_path / "none.ipynb")]) == 1
    assert main(["lessons", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert "There is no notebook" in said and "No notebooks in" in said


@pytest.mark.parametrize(("old", "new"), [("-3132", "3132"), ("∂e/∂d = 2d = 32", "∂e/∂d = 2d = 33"), ("1044", "1045")])
def test_a_changed_number_in_a_lesson_is_caught(root, tmp_path, old, new):
    """Strict nbval compares pictures and texts: a lesson whose outputs say something else must fail."""
    content = json.loads((root / "lessons" / "05_the_chain.ipynb").read_text(encoding="utf-8"))
    changed = 0
    for cell in content["cells"]:
        if cell["cell_type"] == "code":
            before = json.dumps(cell["outputs"], ensure_ascii=False)
            after = before.replace(old, new)
            changed += before != after
            cell["outputs"] = json.loads(after)
    assert changed
    file = tmp_path / "changed.ipynb"
    file.write_text(json.dumps(content), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", "-q", "-p", "no:cacheprovider", str(file)]
    made = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert made.returncode == 1 and " failed" in made.stdout, made.stdout[-2000:]


def answer_lines(*lines):
    """A file of answers: each line is a notebook, a question, what was done, its verdict and the credit."""
    keys = ("notebook", "question", "do", "verdict", "credit")
    events = [{"time": f"2025-03-01T09:00:0{i}Z"} | dict(zip(keys, line)) for i, line in enumerate(lines)]
    return "".join(json.dumps(line) + "\n" for line in [{"gradflow_nb": "answers", "version": 1}, *events])


@pytest.fixture
def submitted(tmp_path):
    """The answers of two students, and what else lies beside them."""
    ann, bob = tmp_path / "ann" / "gradflow-answers.jsonl", tmp_path / "bob" / "gradflow-answers-2.jsonl"
    for folder in (ann.parent, bob.parent / ".ipynb_checkpoints", tmp_path / "cy"):
        folder.mkdir(parents=True)
    wrong = ("chain", "∂g/∂b = ?", "check", "Incorrect", 0.0)
    ann.write_text(answer_lines(wrong, ("chain", "∂g/∂b = ?", "hint"), ("chain", "∂g/∂b = ?", "check", "Correct", 0.75), ("chain", "=1+1", "hint")))
    bob.write_text(answer_lines(wrong))
    for left_out in ("gradflow-answers.set-aside-1.jsonl", ".ipynb_checkpoints/gradflow-answers-checkpoint.jsonl"):
        (bob.parent / left_out).write_text(answer_lines(wrong))
    return tmp_path


def test_grade_prints_a_row_for_each_question(submitted, capsysbinary):
    assert main(["grade", str(submitted), str(submitted / "ann" / "gradflow-answers.jsonl")]) == 0
    printed, said = capsysbinary.readouterr()
    assert printed.decode().split("\r\n") == [
        "file,notebook,question,attempts,hints,credit,correct,first,last",
        f"{submitted / 'ann' / 'gradflow-answers.jsonl'},chain,∂g/∂b = ?,2,1,0.75,True,2025-03-01T09:00:00Z,2025-03-01T09:00:02Z",
        f"{submitted / 'ann' / 'gradflow-answers.jsonl'},chain,'=1+1,0,1,0.0,False,2025-03-01T09:00:03Z,2025-03-01T09:00:03Z",
        f"{submitted / 'bob' / 'gradflow-answers-2.jsonl'},chain,∂g/∂b = ?,1,0,0.0,False,2025-03-01T09:00:00Z,2025-03-01T09:00:00Z",
        "",
    ]
    assert said == b""


def test_grade_writes_a_file(submitted, capsys):
    assert main(["grade", str(submitted / "bob"), "-o", str(submitted / "all.csv")]) == 0
    assert capsys.readouterr().out.strip() == str(submitted / "all.csv")
    assert (submitted / "all.csv").read_text(encoding="utf-8-sig").count("\n") == 2


def test_grade_says_what_is_wrong_and_goes_on(submitted, capsys):
    foreign = submitted / "foreign.jsonl"
    foreign.write_text("{}")
    assert main(["grade", str(submitted / "gone"), str(foreign), str(submitted / "bob")]) == 1
    printed, said = capsys.readouterr()
    assert printed.count("\n") == 2 and "∂g/∂b" in printed
    assert [line.partition(str(submitted))[0] for line in said.splitlines()] == ["There is no file ", ""]
    assert "holds no answers" in said


@pytest.mark.parametrize(("path", "code", "message"), [("gone", 1, "There is no file"), ("cy", 0, "There are no answers in")])
def test_grade_of_nothing(submitted, capsys, path, code, message):
    assert main(["grade", str(submitted / path), "-o", str(submitted / "all.csv")]) == code
    assert message in (said := capsys.readouterr().err) and said.count("\n") == 1
    assert (submitted / "all.csv").exists() == (code == 0)


def test_grade_says_where_it_cannot_write(submitted, capsys):
    assert main(["grade", str(submitted), "-o", str(submitted / "no" / "all.csv")]) == 1
    assert "No such file" in capsys.readouterr().err.splitlines()[-1]
