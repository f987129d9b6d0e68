"""Sets of questions, questions from nothing, and what is restored from saved answers."""

import json
import os
import subprocess
import sys

import pytest

from gradflow_nb import ask, graph, question_set, random_question
from gradflow_nb.errors import GradflowError
from gradflow_nb.exercises.asking import Kind
from gradflow_nb.exercises.keeping import answers

CHAIN = graph("b = 5 - 3a; c = 2b + 3; d = 5b + 6; e = 7c + d^2; f = 2e; g = 3f - o")


def test_progress_and_credit():
    practice = question_set([ask(CHAIN, of="g", wrt=name) for name in "fed"], title="The chain")
    assert repr(practice) == "The chain: 0 of 3 right, credit 0 of 3"
    practice[0].check("3")
    practice[1].hint()
    practice[1].check("6")
    practice[2].check("12")
    assert practice.right == 2 and practice.credit == 1.9 and practice.progress == "2 of 3 right, credit 1.9 of 3"
    assert len(practice) == 3 and tuple(practice[:2]) == tuple(practice)[:2]


def test_a_set_has_variants_and_holds_questions_only():
    practice = question_set([ask(CHAIN.at(a=1, o=2), of="g", wrt="b"), ask(CHAIN, kind="order")])
    other = practice.variant(4)
    assert [q.prompt for q in other] == [q.prompt for q in practice.variant(4)] != [q.prompt for q in practice]
    with pytest.raises(GradflowError, match="not of str"):
        question_set(["dg/db"])


def kinds():
    from typing import get_args

    return get_args(Kind)


@pytest.mark.parametrize("kind", kinds())
def test_questions_from_nothing(kind):
    for seed in (1, "two"):
        question = random_question(seed, paths=2, depth=4, kind=kind)
        texts = {box.name: str(box.solution) for box in question.boxes}
        assert question.check(texts).correct
        assert question.seed == seed and question.prompt == random_question(seed, paths=2, depth=4, kind=kind).prompt


def test_questions_from_nothing_are_as_they_are_asked_for():
    question = random_question(7, paths=3, depth=5, operations=("+", "*", "sin"), formula=True)
    sought = question.boxes[0].sought
    ways = question.graph.flow().paths(sought.of, sought.wrt)
    assert ways.count == 3 and max(len(path.edges) for path in ways) == 5 and question.flow is None
    with pytest.raises(GradflowError):
        random_question(1, operations=("+", "spin"))
    with pytest.raises(GradflowError):
        random_question(1, paths=100, depth=2)


def test_the_same_seed_gives_the_same_everywhere():
    code = (
        "from gradflow_nb import *; q = random_question(5, paths=3); v = q.variant('x');"
        "print(q.key, v.key, [f'{k}={e}' for k, e in v.graph.flow().equations.items()], v.prompt)"
    )
    made = {
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, "PYTHONHASHSEED": seed}, check=True
        ).stdout
        for seed in ("0", "1")
    }
    assert len(made) == 1 and "=" in made.pop()


# What is kept --------------------------------------------------------------------------------------------------------


@pytest.fixture
def kept(tmp_path, monkeypatch):
    file = tmp_path / "answers.jsonl"
    monkeypatch.setenv("GRADFLOW_ANSWERS", str(file))
    return file


def test_answers_are_restored_and_marked_again(kept):
    question = ask(CHAIN, of="g", wrt="b")
    question.check("84")
    question.hint()
    question.check("60d +")
    question.check("60d + 84")
    question.solution()
    again = ask(CHAIN, of="g", wrt="b")
    assert again.best.correct and again.attempts == 2 and again.hints == 3 and again.credit == 0.9 == question.credit
    assert again.typed == {"": "60d + 84"} and again.verdict.correct
    assert ask(CHAIN, of="g", wrt="d").attempts == 0


def test_several_boxes_are_restored(kept):
    question = ask(CHAIN, kind="edges")
    question.check({"∂b/∂a": "-3", "∂c/∂b": "3"})
    again = ask(CHAIN, kind="edges")
    assert again.typed["∂c/∂b"] == "3" and not again.verdict.parts["∂c/∂b"].correct and again.attempts == 1


def test_a_forged_record_is_marked_again(kept):
    question = ask(CHAIN, of="g", wrt="b")
    question.check("1")
    with kept.open("a", encoding="utf-8") as stream:
        for line in ({"answer": "2", "credit": 1, "verdict": "Correct"}, {"answer": {"x": 1}}, {"answer": 5}, {}):
            stream.write(json.dumps({"question": question.key, "do": "check", "notebook": "", "time": "2026-11-26T00:00:00Z", **line}) + "\n")
    again = ask(CHAIN, of="g", wrt="b")
    assert not again.best.correct and again.credit == 0


def test_a_question_with_another_graph_is_another_question(kept):
    ask(graph("c = 2b; g = 3c"), of="g", wrt="b").check("6")
    assert ask(graph("c = 3b; g = 3c"), of="g", wrt="b").attempts == 0


def test_off_means_off(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ask(CHAIN, of="g", wrt="b").check("84")
    assert list(tmp_path.iterdir()) == [] and answers.events("dg/db") == []


def test_the_table_counts_what_counted(kept):
    question = ask(CHAIN, of="g", wrt="b")
    for text in ("60d +", "84", "60d + 84"):
        question.check(text)
    (row,) = answers.saved_answers().summary()
    assert (row["attempts"], row["correct"], row["credit"], row["hints"]) == (2, True, 1.0, 0)
    helped = ask(CHAIN, of="g", wrt="d")
    helped.hint()
    helped.hint()
    helped.check("12d")
    copied = ask(CHAIN, of="g", wrt="c")
    copied.solution()
    copied.check("42")
    rows = answers.saved_answers().summary()
    assert [(row["hints"], row["credit"], row["correct"]) for row in rows][1:] == [(2, 0.75, True), (3, 0.0, True)]
