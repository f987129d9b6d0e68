"""The Python side of the answer box: what is sent to the browser, and what never is."""

import json

import pytest

from gradflow_nb import ask, graph
from gradflow_nb.widgets.answer_box import AnswerBox


@pytest.fixture
def box():
    chain = graph("b = 5 - 3a; c = 2b + 3; d = 5b + 6; e = 7c + d^2; f = 2e; g = 3f - o")
    return AnswerBox(ask(chain, of="g", wrt="b"))


def state(box):
    """All that the browser is given, save the module and its style, which are the same for every question."""
    return {k: v for k, v in box.get_state().items() if k not in ("_esm", "_css")}


def check(box, text):
    box._receive(box, {"do": "check", "text": text}, [])
    return box.verdict


def test_the_right_answer_is_never_in_the_state(box):
    for text in ("1", "84", "60d +", "x"):
        check(box, text)
        said = json.dumps(state(box), default=str)
        assert not any(secret in said for secret in ("1944", "900", "300b", "60b", "444"))


def test_the_echo_says_how_the_text_was_read(box):
    box.answer = "60d+84"
    assert box.echo["math"].startswith("<math>") and "<mn>60</mn>" in box.echo["math"]
    box.answer = "60d +"
    assert "math" not in box.echo and "missing" in box.echo["hint"]
    box.answer = "  "
    assert box.echo == {}


def test_a_verdict_for_each_check(box):
    assert check(box, "60d+84")["kind"] == "Correct"
    assert check(box, "84")["kind"] == "Incorrect" and "through c alone" in box.verdict["message"]
    invalid = check(box, "60d/2b")
    assert invalid["kind"] == "Invalid" and invalid["readings"] == ["60d/(2b)", "(60d/2)b"]
    assert (invalid["position"], invalid["end"]) == (0, 6)
    first = box.verdict["number"]
    assert check(box, "60d/2b")["number"] == first + 1  # the same verdict again is still news
    assert box.answer == "60d/2b"


def test_what_is_typed_is_escaped(box):
    for hostile in ("<img src=x onerror=alert(1)>", "</math><script>alert(1)</script>", "&lt;"):
        box.answer = hostile
        assert "math" not in box.echo
        assert check(box, hostile)["kind"] == "Invalid" and box.verdict["text"] == hostile


@pytest.mark.parametrize("content", [None, "check", {}, {"do": "run", "text": "1"}, {"do": "check"}, {"do": "check", "text": 5}])
def test_messages_of_another_form_are_ignored(box, content):
    box._receive(box, content, [])
    assert box.verdict == {}
