"""Hostile and careless texts through every box: nothing raises, nothing is lost, nothing is run."""

import json
import sys
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradflow_nb.errors import NotationError
from gradflow_nb.exercises.boxes.entries import read_entries
from gradflow_nb.exercises.verdict import Blank, Correct, Incorrect, Invalid, Undecided

from .questions import QUESTIONS

RUN: list[str] = []
_watching = False


def _watch(event, arguments):
    if _watching and event in ("exec", "compile", "os.system", "os.exec", "subprocess.Popen", "socket.connect", "open"):
        RUN.append(f"{event} {arguments!r:.80}")


sys.addaudithook(_watch)


def checked(question, text):
    """The verdict, and the echo if there is one; anything that is compiled, run or opened on the way is noted."""
    global _watching
    box = question.boxes[-1]
    box.mark(text)  # what is imported late is imported now
    _watching = True
    try:
        verdict = box.mark(text)
        with suppress(NotationError):
            box.echo(text)
    finally:
        _watching = False
    return verdict


@pytest.mark.parametrize("name", QUESTIONS)
def test_bad_inputs(corpus, name):
    question = QUESTIONS[name]
    RUN.clear()
    for line in (corpus / "bad_inputs.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        text = row["input"] if row.get("input") is not None else eval(row["input_gen"], {"__builtins__": {}}, {"chr": chr})
        verdict = checked(question, text)
        assert isinstance(verdict, (Invalid, Incorrect, Undecided)), (row["id"], verdict)
        assert verdict.text == text and verdict.message
        if row["category"] == "code_exec":
            assert isinstance(verdict, Invalid), (row["id"], verdict)
    assert RUN == []


@pytest.mark.parametrize("name", QUESTIONS)
@given(text=st.text(st.characters(codec=None), max_size=40) | st.text("abcdefgo0123456789.+-*/^()[]|,;=∂ \n←→@√²", max_size=30))
def test_any_text_gets_a_verdict(name, text):
    verdict = QUESTIONS[name].boxes[0].mark(text)
    assert isinstance(verdict, (Invalid, Incorrect, Undecided, Correct)) and verdict.text == text
    if isinstance(verdict, Invalid):
        assert 0 <= verdict.position <= len(text) and verdict.position < verdict.end


@pytest.mark.parametrize("name", QUESTIONS)
@pytest.mark.parametrize("text", ["10^400", "-10^999", "[10^400, 1]", "[[10^400, 1], [2, 10^999]]", "2^1000/3^1000", "10^400 a"])
def test_numbers_that_no_float_can_hold(name, text):
    question = QUESTIONS[name]
    verdict = question.boxes[-1].mark(text, dict.fromkeys(question.graph.names, question.boxes[-1].value(text)))
    assert isinstance(verdict, (Invalid, Incorrect)), verdict
    if not isinstance(verdict, Invalid):
        question.boxes[-1].echo(text)
    if len(question.boxes) > 1:
        assert not question.check({box.name: text for box in question.boxes}).correct


@pytest.mark.parametrize("what", [None, 5, b"60d", ["60d"], float("nan")])
@pytest.mark.parametrize("name", QUESTIONS)
def test_what_is_no_text_is_invalid(name, what):
    question = QUESTIONS[name]
    if len(question.boxes) == 1:
        assert isinstance(question.boxes[0].mark(what), Invalid)
    else:
        assert isinstance(question.check({question.boxes[0].name: what}).parts[question.boxes[0].name], (Invalid, Blank))


@given(st.recursive(st.integers(-9, 9), lambda inner: st.lists(inner, min_size=1, max_size=3), max_leaves=12))
def test_nested_lists_are_read_as_numpy_reads_them(nested):
    import numpy as np

    text = str(nested)
    try:
        shape = np.array(nested).shape
    except ValueError:  # ragged
        with pytest.raises(NotationError):
            read_entries(text)
        return
    if len(shape) > 4:
        return
    read = read_entries(text)
    assert read.shape == shape and [float(n) for n in read.numbers()] == np.array(nested, float).reshape(-1).tolist()
