"""Every question of every lesson, answered: right, and wrong in the ways that the lesson and its readers know.

What is typed lies in `answers/`, a TOML file a lesson, an entry a question in the order of the lesson:

    [[question]]
    asks = "dg/db = ?"                                  # its prompt
    right = ["60d + 84", "1944 - 900a"]                 # of several boxes a table {c = "3", d = "2"}
    wrong = [{ answer = "84", says = "the path through c alone" }]
    sent_back = [{ answer = "60d +", says = "missing" }]   # costs no attempt; may be left out
"""

import tomllib
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell

import gradflow_nb as gf
from gradflow_nb.exercises.verdict import Verdict

nbformat = pytest.importorskip("nbformat")
LESSONS = sorted((Path(__file__).parents[2] / "lessons").glob("*.ipynb"))
ANSWERS = Path(__file__).parent / "answers"


def questions(lesson: Path) -> list[gf.Question]:
    """The questions that the lesson's cells show, in order: its code is run, and nothing is drawn."""
    shell = InteractiveShell()
    shell.user_ns["display"] = lambda *shown: None
    shell.displayhook.write_format_data = lambda *data: None
    shell.display_formatter.format = lambda shown, **_: ({}, {})
    found: list[gf.Question] = []
    for cell in nbformat.read(lesson, as_version=4).cells:
        if cell.cell_type == "code":
            result = shell.run_cell(cell.source)
            if "raises-exception" not in cell.metadata.get("tags", ()):
                result.raise_error()
            shown = result.result
            found += shown if isinstance(shown, gf.QuestionSet) else [shown] if isinstance(shown, gf.Question) else []
    return found


@pytest.fixture(scope="module", params=LESSONS, ids=lambda lesson: lesson.stem)
def answered(request, monkeymodule) -> tuple[list[gf.Question], list[dict]]:
    lesson = request.param
    monkeymodule.chdir(lesson.parent)
    file = ANSWERS / f"{lesson.stem}.toml"
    entries = tomllib.loads(file.read_text(encoding="utf-8"))["question"] if file.exists() else []
    return questions(lesson), entries


@pytest.fixture(scope="module")
def monkeymodule():
    """What a lesson's code may change, put back after it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADFLOW_ANSWERS", "off")
        yield patch


def test_every_question_has_its_answers(answered):
    shown, entries = answered
    assert [question.prompt for question in shown] == [entry["asks"] for entry in entries]
    for entry in entries:
        assert entry["right"] and entry["wrong"], entry["asks"]


def test_right_answers_are_taken(answered):
    for question, entry in zip(*answered):
        for answer in entry["right"]:
            verdict = question.check(answer)
            assert verdict.correct, f"{entry['asks']} {answer}: {verdict}"


def test_wrong_answers_are_explained(answered):
    for question, entry in zip(*answered):
        for wrong in entry["wrong"]:
            said = judged(question, wrong)
            assert not said.correct and said.costs_attempt, f"{entry['asks']} {wrong['answer']}: {said}"


def test_what_cannot_be_read_costs_nothing(answered):
    for question, entry in zip(*answered):
        for unread in entry.get("sent_back", ()):
            said = judged(question, unread)
            assert not said.correct and not said.costs_attempt, f"{entry['asks']} {unread['answer']}: {said}"


def judged(question: gf.Question, entry: dict) -> Verdict:
    """The verdict on the entry's answer, which says what the entry says that it says."""
    verdict = question.check(entry["answer"])
    assert entry["says"] and entry["says"] in str(verdict), f"{question.prompt} {entry['answer']}: {verdict}"
    return verdict
