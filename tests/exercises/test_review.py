"""What a review of all this found, so that it stays found."""

import numpy as np
import pytest

from gradflow_nb import ask, graph
from gradflow_nb.errors import GradflowError
from gradflow_nb.exercises.verdict import CarriedForward, Correct, Incorrect, Invalid

SMALL = graph("c = a + b; d = b + 1; e = c d").at(a=2, b=1)


def test_a_lit_figure_does_not_show_the_value_that_is_asked_for():
    question = ask(graph("u = 37x; v = x + 53; w = u v").at(x=11), "w", kind="value")
    question.check("471")
    lit = question.lit()
    assert lit is not None and "26048" not in lit.svg and "26048" not in lit.text


@pytest.mark.parametrize(
    ("text", "of"),
    [("b=a+7; d=max(b,1); e=b+d+9; g=max(e,3)", "g"), ("c=b+max(a,5); d=max(a,5); e=d+max(c,3); f=c+d; g=f+max(e,5)", "g")],
)
def test_kinks_within_kinks(text, of):
    question = ask(graph(text), of, "a")
    assert question.check(str(question.boxes[0].solution)).correct
    assert isinstance(question.check("10^400"), Incorrect) and isinstance(question.check("10^400 a"), Incorrect)


def test_equations_that_double_again_and_again():
    text = "\n".join(["x1 = a b", *(f"x{i} = x{i - 1} x{i - 1}" for i in range(2, 26))])
    verdict = ask("(a+b)(b+1)", kind="graph").check(text)
    assert isinstance(verdict, Incorrect) and len(verdict.message) < 200


def test_arrays_where_they_cannot_be_asked_about():
    flow = graph("y = W @ x; L = sum(y)").at(W=[[1, 2], [3, 4]], x=[1, 2])
    for kind in ("gradient", "backward"):
        with pytest.raises(GradflowError, match="single number"):
            ask(flow, of="y", kind=kind)
    with pytest.raises(GradflowError, match="no steps"):
        ask(flow, of="y", wrt="x").faded("all")
    with pytest.raises(GradflowError, match="arrays"):
        ask("sum(x)", kind="graph")
    assert isinstance(ask("(a+b)(b+1)", kind="graph").check("c = sum(a)"), Invalid)
    assert "y" in str(ask(graph("y = x^2"), "y", "y", {"x": np.array([1.0, 2.0])}).solution())


def test_keys_tell_large_arrays_and_tolerances_apart():
    W = np.eye(10)
    one, other = (ask(graph("L = sum(W @ x)").at(W=w, x=np.ones(10)), wrt="x") for w in (W, W + 1e-7))
    assert one.key != other.key
    third = graph("y = x/7").at(x=1)
    assert ask(third, wrt="x", within=0.12345678).key != ask(third, wrt="x", within=0.12345679).key


@pytest.mark.parametrize(("at", "text"), [(10, "-4.53999·10^-5"), (10, "-4.53999*10^(-5)"), (-30, "-1.06865*10^13")])
def test_decimals_times_a_power_of_ten(at, text):
    assert ask(graph("c = exp(-a)"), "c", "a", {"a": at}).check(text).correct


@pytest.mark.torch
@pytest.mark.filterwarnings("ignore:The .grad attribute")
@pytest.mark.parametrize("text", ["c = (-a)^2", "b = a; c = b^2", "c = pi a^2", "c = sqrt(2) a", "c = (-2)^3 a", "c = a^2/100000"])
def test_programs_say_what_the_graph_says(text, capsys):
    made = graph(text)
    for wrt in [name for name in made.names if name != "c"]:
        question = ask(made.at(a=3), "c", wrt, kind="predict")
        exec(question.task.code, {})
        assert question.check(capsys.readouterr().out.strip()).correct, question.task.code
    tiny = ask(graph("c = a^2").at(a="0.00001"), "c", "a", kind="predict")
    assert not tiny.check("0").correct
    assert not ask(graph("c = 50000a").at(a=1), "c", "a", kind="predict").check("50002").correct


def test_zeros_earn_nothing_by_following_from_zeros():
    question = ask(SMALL, kind="backward")
    verdict = question.check(dict.fromkeys([box.name for box in question.boxes], "0"))
    assert verdict.credit == 0 and not any(isinstance(part, CarriedForward) for part in verdict.parts.values())


def test_what_follows_from_an_answer_that_is_too_short_is_not_judged():
    question = ask(graph("c = a/3; d = c*2; e = d + c").at(a=1), kind="forward")
    assert isinstance(question.check({"c": "0.333", "d": "0.666", "e": "0.999"}), Invalid) and question.attempts == 0


def test_no_zero_for_a_small_entry():
    question = ask(graph("L = sum(1/(1 + exp(-x)))").at(x=[-30, -29]), wrt="x", kind="gradient")
    assert not question.check("[0, 0]").correct


def test_forms_that_do_not_fit_are_refused():
    with pytest.raises(GradflowError, match="total derivative"):
        ask(SMALL, "e", kind="value", form="named")
    partial = ask(graph("b = 2a; c = 3a; d = b; e = 7c + d^2 + b c"), "e", "b", kind="partial", in_terms_of="c")
    assert str(partial.boxes[0].solution) == "c" and partial.check("c").correct


def test_graphs_whose_solution_is_their_own():
    assert ask(graph("c = b + a^2; d = c + log(a); e = a + log(d)"), "e", "a", kind="factored").check("").message
    question = ask(graph("c = b + a^2; d = c + log(a); e = a + log(d)"), "e", "a", kind="factored")
    assert question.check(str(question.boxes[0].solution)).correct
    for question in (
        ask(graph("b = 2a + 1; c = b^2; d = 3c; e = 5d"), "d", kind="graph"),
        ask(graph("b = 2a + 1; c = 3b^2"), kind="graph", single=True),
    ):
        assert question.check(str(question.boxes[0].solution)).correct, question.boxes[0].solution
    with pytest.raises(GradflowError, match="nothing to take apart"):
        ask("a + b", kind="graph")


def test_what_is_right_in_another_form_is_no_slip():
    exact = ask("c = a/3", "c", "a", {"a": 1}, form="exact").check("0.33333")
    assert isinstance(exact, Invalid) and "exactly" in exact.message
    flow = graph("L = sum(x^2)").at(x=[1, 2])
    assert isinstance(ask(flow, wrt="x", kind="gradient").check("[[2, 4]]"), Invalid)


def test_a_whole_number_is_no_rounding():
    question = ask(graph("y = x^2/18").at(x=9002), wrt="x")
    assert not question.check("1000").correct and question.check("1000.2222").correct


@pytest.mark.parametrize(
    "arguments",
    [
        {"graph": None}, {"graph": 5}, {"of": 5}, {"of": ["e"]}, {"wrt": 3}, {"in_terms_of": 5}, {"in_terms_of": [1]},
        {"in_terms_of": []}, {"within": "a"}, {"within": [1]}, {"within": float("inf")}, {"places": True}, {"program": "x"},
        {"kind": "graph", "graph": 5},
    ],
    ids=str,
)  # fmt: skip
def test_wrong_arguments_are_explained(arguments):
    with pytest.raises(GradflowError):
        ask(**{"graph": SMALL, "of": "e", "wrt": "b", **arguments})


def test_questions_about_nothing():
    for kind in ("edges", "forward"):
        with pytest.raises(GradflowError, match="nothing to ask"):
            ask(graph("c = 3"), kind=kind, at={})
    with pytest.raises(GradflowError, match="is 1"):
        ask(SMALL, "e", "e", kind="factored")


@pytest.mark.parametrize("level", ["abc", None, [1], float("nan"), 10**400, -3, True])
def test_a_record_with_a_strange_level_is_taken_as_a_hint(monkeypatch, level):
    from gradflow_nb.exercises.keeping import answers

    monkeypatch.setattr(answers, "events", lambda key: [{"do": "hint", "level": level}])
    assert 0 <= ask(SMALL, "e", "b").hints <= 3


def test_slips_of_arrays_are_silent(recwarn):
    ask(graph("y = x + s; z = y*s; L = sum(z)").at(x=[1, 2], s=[0, 1]), "L", "x", kind="gradient").check("[5, 6]")
    assert not recwarn.list
    assert isinstance(ask(graph("y = x").at(x=[1, 2]), "y", kind="value").check("[10^400/3^20, 1]"), Incorrect)
    assert isinstance(ask(graph("y = 2x").at(x=1), "y", "x").check("2"), Correct)


def test_names_that_do_not_suffice_are_refused():
    with pytest.raises(GradflowError, match="cannot be written in terms of c"):
        ask(graph("c = a b; d = c a"), of="d", wrt="a", in_terms_of="c")


def test_claims_hold_on_every_side_of_a_kink():
    question = ask(graph("b = 2a; h = max(b, 3) + a"), of="h", wrt="a")
    sides = {flow.values["b"] > 3 for flow in question.boxes[0].sought.flows}
    assert sides == {True, False} and len(question.boxes[0].sought.flows) == 16
