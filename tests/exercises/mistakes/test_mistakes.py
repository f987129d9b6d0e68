"""The catalogue of wrong backward passes: each slip, made on a graph and typed as an answer, is named."""

from fractions import Fraction

import numpy as np
import pytest

from gradflow_nb import ask, graph
from gradflow_nb.core.written import value_formula
from gradflow_nb.exercises.mistakes.catalogue import CATALOGUE
from gradflow_nb.exercises.mistakes.diagnosis import offered, outcome, runs, said
from gradflow_nb.exercises.random_graphs import random_graph
from gradflow_nb.exercises.verdict import Incorrect, Mistake

CHAIN = "b = 5 - 3a; c = 2b + 3; d = 5b + 6; e = 7c + d^2; f = 2e; g = 3f - o"
DIAMONDS = "b = 2a; c = 3a; d = b c; e = d + 5; f = d^2; g = e f + a"
WAVES = "b = a^2 + 1; c = sin(b); d = sqrt(3b + 2); e = c d; f = exp(e/4) - 2b"
BATCH = "h = X @ W + b; L = mean((h - T)^2)"

EXAMPLES = [
    # graph, what is asked, the point (None: a formula), the wrong answer, the slip, a part of what is said
    (CHAIN, "g", "b", None, "84", "a path dropped", "the path through c alone"),
    ("b = 2a; c = 5a; d = b + c^2; e = d + 3a", "e", "a", {"a": 1}, "50", "one path alone", "the path through c alone"),
    (CHAIN, "g", "b", None, "60d*84", "sum and product exchanged", "the paths are multiplied"),
    (CHAIN, "g", "b", None, "30d + 42", "an edge skipped", "The factor on the edge f ← e is missing."),
    (CHAIN, "g", "b", None, "120d + 168", "counted twice", "The whole gradient is counted twice."),
    (CHAIN, "g", "b", None, "12d", "stopped elsewhere", "That is dg/dd"),
    (CHAIN, "g", "b", None, "10d + 14", "stopped elsewhere", "That is de/db"),
    (CHAIN, "g", "b", None, "-180d - 252", "stopped elsewhere", "That is dg/da"),
    (CHAIN, "e", "b", {"a": 1, "o": 2}, "0", "the other derivative", "explicit ∂e/∂b"),
    (CHAIN, "g", "b", None, "15d + 21", "reciprocal edge", "f ← e is upside down"),
    (CHAIN, "g", "a", None, "180d + 252", "a sign lost", "in b"),
    (CHAIN, "g", "b", None, "60d - 84", "a sign lost", "lost or won on the edge c ← b"),
    (CHAIN, "g", "b", None, "30d + 84", "power rule", "the exponent is not brought down"),
    (CHAIN, "g", "b", None, "60d^2 + 84", "power rule", "the exponent is not lowered"),
    (CHAIN, "g", "b", None, "60b + 84", "outer derivative at the wrong point", "taken at b"),
    (CHAIN, "g", "b", None, "g", "a value for the derivative", "the value of g"),
    (CHAIN, "g", "a", {"a": 1, "o": 2}, "-432", "another point", "a and o exchanged"),
    ("y = sin(3x + 1)", "y", "x", None, "cos(3x + 1)", "inner derivative missing", "the inner derivative of sin"),
    ("y = sin(3x + 1)", "y", "x", None, "3", "outer derivative missing", "the derivative of sin(…) itself"),
    ("y = sin(3x + 1)", "y", "x", None, "3 sin(3x + 1)", "not differentiated", "sin(…) is not differentiated"),
    ("b = 2a; c = sin(b); d = c b", "d", "a", None, "2c + b cos(b)", "a factor lost on one path", "the edge b ← a is missing"),
    ("c = 2a + 3b", "c", "a", {"a": 1, "b": 2}, "3", "stopped elsewhere", "That is dc/db"),
    ("y = sin(3x + 1)", "y", "x", None, "3 cos(x)", "outer derivative at the wrong point", "taken at x"),
    ("y = (x^2 + 1)^3", "y", "x", None, "3(x^2 + 1)^2", "inner derivative missing", "In y"),
    ("y = sqrt(x)", "y", "x", None, "1/sqrt(x)", "power rule", "the ½ is missing"),
    ("y = cos(x)", "y", "x", None, "sin(x)", "a sign lost", "in y"),
    ("e = c d", "e", "c", None, "c", "wrong factor", "the other one is its partial"),
    ("e = c d", "e", "c", None, "1", "wrong factor", "treated as a sum"),
    ("e = c + d", "e", "c", None, "d", "wrong factor", "treated as a product"),
    ("v = log(x^2); s = sin(x); y = v s", "y", "x", None, "2cos(x)/x", "product rule", "not the product of the derivatives"),
    ("y = log(x^2) sin(x)", "y", "x", None, "2cos(x)/x", "product rule", "In y, the derivative of a product"),
    ("y = sin(x)/x^2", "y", "x", None, "cos(x)/(2x)", "product rule", "not the quotient of the derivatives"),
    ("m = max(x, y); f = m z", "f", "y", {"x": 2, "y": 7, "z": 3}, "3/2", "wrong way at a maximum", "In m, the larger argument gets all"),
    ("u = x^2; m = min(x, u); f = 5m", "f", "x", {"x": 2}, "25", "wrong way at a maximum", "the smaller argument gets all of the gradient"),
    ("b = 2a; c = 3b; d = b + c^2; e = d + b", "e", "a", {"a": 1}, "222", "no topological order", "before all its uses"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "of", "wrt", "at", "answer", "name", "says"), EXAMPLES)
def test_the_slip_is_named(text, of, wrt, at, answer, name, says):
    verdict = ask(graph(text), of=of, wrt=wrt, at=at).check(answer)
    assert isinstance(verdict, Incorrect), verdict
    names = {found for one in verdict.mistakes for found in (one.name, *one.also)}
    assert name in names and len({one.name for one in verdict.mistakes}) <= 3, (names, verdict.message)
    assert says in verdict.message, verdict.message


def test_a_partial_is_told_from_what_lies_beyond_its_edge():
    square, waves = graph("a = 2 + 3w; J = a^2").at(w=3), graph("u = x^2; v = log(u)")
    edge = ask(square, of="J", wrt="a", kind="partial")
    assert "The value of w is put in for a." in edge.check("6").message
    assert "That is dJ/dw, over all paths; asked for is the one edge from a." in edge.check("66").message
    assert "That is dv/dx, over all paths" in ask(waves, of="v", wrt="u", kind="partial").check("2/x").message


def batch():
    return graph(BATCH).at(X=[[1, 2], [3, 4]], W=[[1, 0], [2, 1]], b=[1, -1], T=[[1, 1], [2, 0]])


def written(array):
    return str(np.asarray(array).tolist())


def named(verdict):
    return {found for one in verdict.mistakes for found in (one.name, *one.also)}


def test_slips_that_only_arrays_can_have():
    flow = batch()
    right = flow.adjoints("L")
    bias = ask(flow, of="L", wrt="b", kind="gradient")
    assert bias.check(written(right["b"])).correct
    unsummed = bias.check(written(right["h"]))
    assert "broadcast not summed" in named(unsummed) and "the sum over all places" in unsummed.message
    assert "broadcast not summed" in named(bias.check(written(right["h"][0])))
    assert "broadcast not summed" in named(bias.check(written(right["b"] / 2)))
    weights = ask(flow, of="L", wrt="W", kind="gradient")
    assert named(weights.check(written(right["W"].T))) == {"transposed Jacobian"}
    assert "sum in place of mean" in named(weights.check(written(right["W"] * 4)))


def test_products_of_jacobians_in_the_wrong_order():
    flow = graph("y = A @ x; z = B @ y").at(A=[[1, 2], [3, 4]], B=[[0, 1], [2, 5]], x=[1, 1])
    question = ask(flow, of="z", wrt="x")
    a, b = np.array([[1, 2], [3, 4]]), np.array([[0, 1], [2, 5]])
    assert question.check(written(b @ a)).correct
    assert named(question.check(written(a @ b))) == {"product in the wrong order"}
    assert "transposed Jacobian" in named(question.check(written((b @ a).T)))
    assert "transposed Jacobian" in named(question.check(written(b @ a.T)))


def test_slips_entry_by_entry():
    flow = graph("h = tanh(W @ x); L = sum(h^2)").at(W=[[1, 0], [0, 0.5]], x=[1, 2])
    hidden = ask(flow, of="h", wrt="x")
    assert named(hidden.check("[[1, 0], [0, 0.5]]")) >= {"outer derivative missing"}
    assert "power rule" in named(ask(flow, of="L", wrt="h", kind="gradient").check("[0.7616, 0.7616]"))
    assert ask(flow, of="L", wrt="x", kind="gradient").check(str(flow.adjoints("L")["x"].tolist())).correct


def test_a_mean_in_place_of_a_sum():
    flow = graph("L = sum(x^2)").at(x=[1, 2, 3])
    verdict = ask(flow, of="L", wrt="x", kind="gradient").check("[2/3, 4/3, 2]")
    assert "sum in place of mean" in named(verdict) and "a mean is taken in place of the sum" in verdict.message


# Every entry, on every graph: its own outcome is explained by itself --------------------------------------------------


def graphs():
    yield "chain", ask(graph(CHAIN).at(a=2, o=3), of="g", wrt="a")
    yield "diamonds", ask(graph(DIAMONDS).at(a=3), of="g", wrt="a")
    yield "waves", ask(graph(WAVES).at(a=2), of="f", wrt="a")
    yield "partial", ask(graph(WAVES).at(a=2), of="d", wrt="b", kind="partial")
    for seed in range(6):
        graph_, at, of, wrt = random_graph(seed, paths=3, depth=4)
        yield f"random {seed}", ask(graph_.at(at), of=of, wrt=wrt)


@pytest.mark.parametrize(("label", "question"), list(graphs()), ids=lambda value: value if isinstance(value, str) else "")
def test_no_slip_is_taken_for_others_only(label, question):
    box = question.boxes[0]
    (only,) = box.sought.passes
    met = set()
    for (name, where), (_, wrong) in runs(only).items():
        value = outcome(wrong)
        if value is None:
            continue
        exact = isinstance(value, (int, Fraction))
        verdict = question.check(str(value_formula(Fraction(value))) if exact else f"{value:.9f}")
        if verdict.correct:
            continue
        found = named(verdict)
        assert not found or name in found, (name, where, value, verdict.message)
        met |= {name} if found else set()
    assert len(met) >= 3


def test_the_catalogue_is_covered():
    """Every entry is named by some example on this page."""
    shown = {example[5] for example in EXAMPLES}
    arrays = {"transposed Jacobian", "product in the wrong order", "broadcast not summed", "sum in place of mean"}
    tested = {"a branch dropped", "= in place of +=", "beyond the edge"}  # the first two are merged with the path that is lost
    tested |= {"not as it was altered"}
    assert {slip.name for slip in CATALOGUE} == shown | arrays | tested
    assert len({slip.name for slip in CATALOGUE}) == len(CATALOGUE)


def test_losing_the_same_paths_is_one_mistake():
    made = graph("b = 2a; c = 3a; d = b + 5c; e = d^2 + b; f = e - c")
    question = ask(made.at(a=1), of="f", wrt="a")
    flow = question.boxes[0].sought.flow
    lost = [path.product for path in flow.paths("f", "a") if ("d" in path.nodes)]
    verdict = question.check(str(value_formula(flow.total("f", "a") - sum(lost))))
    assert verdict.mistake.name == "a branch dropped" and verdict.mistake.edges == (("e", "d"),), verdict
    overwritten = question.check(str(value_formula(flow.total("f", "a") - flow.total("f", "b") * 2)))
    assert "= in place of +=" in named(overwritten)


def test_several_causes_share_and_too_many_say_little():
    question = ask(graph(CHAIN).at(a=1, o=2), of="g", wrt="b")
    assert named(question.check("564")) == {"a factor lost on one path", "power rule"}
    two = ask(graph("b = 3a; c = 2b; d = 2c + a").at(a=1), of="d", wrt="a").check("12")
    assert two.message.count("\n•") == 2 == len(two.mistakes) and "(In code: = in place of += at a.)" in two.message
    edges = [Mistake(str(i), "", (("e", "c"), ("c", str(i)))) for i in range(4)]
    assert said(edges).startswith("Something goes wrong at the edge e ← c. There are several ways") and offered(edges) == ()
    assert said([Mistake(str(i), "", (), ("v", str(i))) for i in range(4)]).startswith("Something goes wrong at v. ")
    assert said([Mistake(str(i), f"Case {i}.") for i in range(4)]).endswith("several ways to get this; one of them: Case 0.")
    assert said([]) == ""


def test_a_near_miss_is_not_taken_for_a_slip():
    question = ask(graph(CHAIN), of="g", wrt="b")
    for near in ("84 + 10^-30", "60d + 1/10^40", "84.0000001"):
        assert question.check(near).mistakes == (), near


def test_slips_in_edges_are_those_of_one_equation():
    made = graph("b = a^2; e = 7b + sin(2b)*a")
    assert "inner derivative" in ask(made, of="e", wrt="b", kind="partial").check("7 + a cos(2b)").message
    total = ask(made, of="e", wrt="a", kind="partial").check("14a + sin(2b) + 4a^2 cos(2b)")
    assert total.mistake.name == "the other derivative"
