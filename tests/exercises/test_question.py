"""Questions: what is right, wrong, invalid, and what is said."""

from fractions import Fraction

import pytest

from gradflow_nb import ask, graph
from gradflow_nb.errors import GradflowError, InputError, UnknownName
from gradflow_nb.exercises.verdict import Correct, Incorrect, Invalid, Undecided


@pytest.fixture
def chain():
    return graph("b = 5 - 3a; c = 2b + 3; d = 5b + 6; e = 7c + d^2; f = 2e; g = 3f - o")


@pytest.mark.parametrize("answer", ["60d + 84", "60 d+84", "300b+444", "1944-900a", "12(5d+7)", "60·d + 84", "30d*2+2*42"])
def test_an_answer_may_use_any_nodes_name(chain, answer):
    verdict = ask(chain, of="g", wrt="b").check(answer)
    assert isinstance(verdict, Correct) and verdict.is_correct and verdict.costs_attempt


@pytest.mark.parametrize(
    ("node", "answer"),
    [("g", "1"), ("o", "-1"), ("f", "3"), ("e", "6"), ("d", "12d"), ("c", "42"), ("b", "60d+84"), ("a", "2700a-5832")],
)
def test_all_eight_derivatives(chain, node, answer):
    question = ask(chain, of="g", wrt=node)
    assert question.check(answer).is_correct
    assert isinstance(question.check(f"{answer} + 1"), Incorrect)


@pytest.mark.parametrize(("answer", "node", "product"), [("84", "c", 84), ("60d", "d", 60), ("300b + 360", "d", None)])
def test_one_path_is_named(chain, answer, node, product):
    verdict = ask(chain, of="g", wrt="b").check(answer)
    assert isinstance(verdict, Incorrect)
    assert f"the path through {node} alone" in verdict.message and "2 paths" in verdict.message
    assert verdict.mistake.name == "one path" and node in verdict.mistake.path.nodes


def test_one_path_is_named_at_a_point_too(chain):
    verdict = ask(chain.at(a=1, o=2), of="g", wrt="b").check("960")
    assert verdict.mistake.path.nodes == ("g", "f", "e", "d", "b") and verdict.mistake.path.product == 960


def test_a_wrong_answer_without_a_known_cause_gives_nothing_away(chain):
    verdict = ask(chain, of="g", wrt="b").check("85")
    assert isinstance(verdict, Incorrect) and verdict.mistake is None
    assert verdict.message == "dg/db is not 85."


@pytest.mark.parametrize(
    ("answer", "marked", "message"),
    [
        ("60d +", "+", "missing"),
        ("60x", "x", "no node called 'x'"),
        ("1/(b - b)", "/(b - b)", "division by zero"),
        ("2/0", "/0", "division by zero"),
        ("log(-1)", "log(-1)", "positive"),
        ("3 + tan(pi/2)", "tan(pi/2)", "division by zero"),
        ("exp(exp(exp(exp(10))))", None, "too large"),
        ("dg/db", "dg/db", "asked"),
        ("", None, ""),
        ("60d = 84", "=", "right side"),
    ],
)
def test_invalid_points_at_the_place_and_costs_nothing(chain, answer, marked, message):
    question = ask(chain, of="g", wrt="b")
    verdict = question.check(answer)
    assert isinstance(verdict, Invalid) and question.attempts == 0
    assert message in verdict.message
    if marked:
        assert answer[verdict.position : verdict.end] == marked


def test_readings_to_choose_from(chain):
    assert ask(chain, of="g", wrt="b").check("60d/2b").readings == ("60d/(2b)", "(60d/2)b")


def test_at_a_point_a_number_is_asked_for(chain):
    question = ask(chain, of="g", wrt="d", at={"a": "1/2", "o": 0})
    assert question.prompt == "dg/dd = ? at a = 1/2, o = 0"
    for right in ("282", "282.0", "564/2", "372 - 180*1/2", "2*141"):
        assert question.check(right).is_correct, right
    assert question.attempts == 5
    right_so_far = question.check("12d")
    assert isinstance(right_so_far, Invalid) and "Right so far" in right_so_far.message and "put in d" in right_so_far.message
    assert "Right so far" not in question.check("13d").message
    assert question.attempts == 5
    assert isinstance(question.check("47"), Incorrect)


def test_a_flow_at_a_point_asks_for_a_number(chain):
    assert ask(chain.at(a=1, o=2), of="g", wrt="b").check("1044").is_correct
    assert ask(chain.at(a=1, o=2), of="g", wrt="b", at={"a": 2, "o": 0}).check("144").is_correct


def test_decimals_that_round_an_endless_number():
    question = ask(graph("y = exp(x) sin(x)"), of="y", wrt="x", at={"x": 1})
    assert question.check("e(sin(1) + cos(1))").is_correct
    rounded = question.check("3.7560")
    assert rounded.is_correct and "significant digits" in rounded.message
    for wrong in ("3.757", "3.75", "4", "3.7561"):
        assert not question.check(wrong).is_correct, wrong
    third = ask(graph("y = x^2/6"), of="y", wrt="x", at={"x": 1})
    assert third.check("1/3").is_correct and third.check("0.3333").is_correct
    assert not third.check("0.33").is_correct and not third.check("0.3334").is_correct
    exact = ask(graph("y = x^2/8"), of="y", wrt="x", at={"x": Fraction(1, 1000)})
    assert exact.check("0.00025").is_correct and not exact.check("0.0002501").is_correct


def test_the_explicit_partial(chain):
    question = ask(chain, of="e", wrt="b", kind="partial")
    assert f"{question.asked}" == "∂e/∂b"
    assert question.check("0").is_correct and not question.check("174").is_correct


def test_a_kink_does_not_turn_a_right_answer_away():
    question = ask(graph("y = |x|"), of="y", wrt="x")
    for right in ("sign(x)", "x/|x|", "|x|/x", "2step(x) - 1"):
        assert question.check(right).is_correct, right
    assert not question.check("1").is_correct and not question.check("-1").is_correct


def test_what_cannot_be_decided_costs_nothing(chain):
    question = ask(graph("y = 3x"), of="y", wrt="x")
    verdict = question.check("3 + 0*log(-x^2)")
    assert isinstance(verdict, Undecided) and question.attempts == 0


def test_bad_questions_explain_themselves(chain):
    with pytest.raises(UnknownName, match="no node called 'q'"):
        ask(chain, of="q", wrt="b")
    with pytest.raises(GradflowError, match="kind='sum'"):
        ask(chain, of="g", wrt="b", kind="sum")
    with pytest.raises(InputError, match="missing for o"):
        ask(chain, of="g", wrt="b", at={"a": 1})


def test_what_was_typed_is_kept(chain):
    question = ask(chain, of="g", wrt="b")
    for typed in ("60d +", "84", "  60d+84 "):
        assert question.check(typed).text == typed
    assert str(question.check("300b+444").reading) == "300b + 444"


def test_questions_about_arrays_are_declined():
    with pytest.raises(GradflowError, match="single numbers so far, and this one has sum"):
        ask(graph("y = 3x; L = sum(y)"), of="L", wrt="x")
    with pytest.raises(GradflowError, match="single numbers so far, and x is an array"):
        ask(graph("y = 3x"), of="y", wrt="x", at={"x": [1, 2]})
