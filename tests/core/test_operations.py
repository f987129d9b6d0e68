"""Every row of the table: its value and its partials, in all four worlds, against mpmath's own differentiation."""

import math
from fractions import Fraction

import mpmath
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from gradflow_nb.core.graph import Graph
from gradflow_nb.core.node import Node
from gradflow_nb.core.operations import FUNCTIONS, OPERATIONS, declare_opaque
from gradflow_nb.core.worlds import exact, precise, symbols
from gradflow_nb.errors import DomainError

CONTEXT = mpmath.MPContext()
CONTEXT.dps = 60


def ratios(low, high):
    """Exact numbers strictly between two whole ones."""
    return st.fractions(low, high, max_denominator=40).filter(lambda x: low < x < high)


ANY, POSITIVE = ratios(-5, 5), ratios(0, 6)
APART = st.tuples(ANY, ANY).filter(lambda pair: pair[0] != pair[1])
NOT_ZERO = ANY.filter(bool)
mp = CONTEXT

# The mathematics once more, in mpmath's words, with the points at which a row has an ordinary derivative.
MEANING = {
    "add": (lambda a, b: a + b, st.tuples(ANY, ANY)),
    "sub": (lambda a, b: a - b, st.tuples(ANY, ANY)),
    "mul": (lambda a, b: a * b, st.tuples(ANY, ANY)),
    "div": (lambda a, b: a / b, st.tuples(ANY, NOT_ZERO)),
    "pow": (lambda a, b: mp.exp(b * mp.log(a)), st.tuples(POSITIVE, ANY)),
    "neg": (lambda x: -x, st.tuples(ANY)),
    "same": (lambda x: x, st.tuples(ANY)),
    "exp": (mp.exp, st.tuples(ANY)),
    "log": (mp.log, st.tuples(POSITIVE)),
    "log10": (mp.log10, st.tuples(POSITIVE)),
    "sqrt": (mp.sqrt, st.tuples(POSITIVE)),
    "sin": (mp.sin, st.tuples(ANY)),
    "cos": (mp.cos, st.tuples(ANY)),
    "tan": (mp.tan, st.tuples(ratios(-1, 1))),
    "sec": (mp.sec, st.tuples(ratios(-1, 1))),
    "csc": (mp.csc, st.tuples(ratios(0, 3))),
    "cot": (mp.cot, st.tuples(ratios(0, 3))),
    "asin": (mp.asin, st.tuples(ratios(-1, 1))),
    "acos": (mp.acos, st.tuples(ratios(-1, 1))),
    "atan": (mp.atan, st.tuples(ANY)),
    "sinh": (mp.sinh, st.tuples(ANY)),
    "cosh": (mp.cosh, st.tuples(ANY)),
    "tanh": (mp.tanh, st.tuples(ANY)),
    "asinh": (mp.asinh, st.tuples(ANY)),
    "acosh": (mp.acosh, st.tuples(ratios(1, 6))),
    "atanh": (mp.atanh, st.tuples(ratios(-1, 1))),
    "sigmoid": (lambda x: 1 / (1 + mp.exp(-x)), st.tuples(ANY)),
    "softplus": (lambda x: mp.log(1 + mp.exp(x)), st.tuples(ANY)),
    "relu": (lambda x: (x + abs(x)) / 2, st.tuples(NOT_ZERO)),
    "abs": (lambda x: mp.sqrt(x * x), st.tuples(NOT_ZERO)),
    "sign": (lambda x: x / abs(x), st.tuples(NOT_ZERO)),
    "step": (lambda x: (1 + x / abs(x)) / 2, st.tuples(NOT_ZERO)),
    "max": (lambda a, b: (a + b + abs(a - b)) / 2, APART),
    "min": (lambda a, b: (a + b - abs(a - b)) / 2, APART),
    "where": (lambda c, a, b: a if c else b, st.tuples(NOT_ZERO, ANY, ANY)),
}
ROWS = sorted(MEANING)


def lifted(point):
    return [precise.lift(CONTEXT, x) for x in point]


def expected(name, point):
    """The value and the partials, by central differences with 60 digits."""
    meaning, step = MEANING[name][0], CONTEXT.mpf(10) ** -20
    slopes = []
    for i in range(len(point)):
        up, down = ([x + side * step * (i == j) for j, x in enumerate(lifted(point))] for side in (1, -1))
        slopes.append((meaning(*up) - meaning(*down)) / (2 * step))
    return [meaning(*lifted(point)), *slopes]


def close(found, wanted, digits):
    found, wanted = (x if isinstance(x, CONTEXT.mpf) else precise.lift(CONTEXT, x) for x in (found, wanted))
    return abs(found - wanted) <= CONTEXT.mpf(10) ** -digits * (1 + abs(wanted))


def row(name, arguments):
    """What the row says: the value, then one partial per argument."""
    operation = OPERATIONS[name]
    value = operation.value(*arguments)
    return [value, *(partial(value, *arguments) for partial in operation.partials)]


def test_every_row_is_tested_here():
    assert set(MEANING) == set(OPERATIONS)
    wanted = """exp log sqrt sin cos tan sinh cosh tanh asin acos atan sec csc cot asinh acosh atanh log10 sigmoid
        softplus relu abs sign step max min"""
    assert set(wanted.split()) <= set(FUNCTIONS)
    assert all(len(OPERATIONS[name].partials) == OPERATIONS[name].arity for name in ROWS)


@pytest.mark.parametrize("name", ROWS)
@settings(max_examples=25)
@given(data=st.data())
def test_exact_and_precise_worlds_agree_with_mpmath(name, data):
    point = data.draw(MEANING[name][1])
    wanted = expected(name, point)
    for found, want in zip(row(name, lifted(point)), wanted, strict=True):
        assert close(found, want, 35)
    for arguments in (point, [float(x) for x in point]):
        for found, want in zip(row(name, arguments), wanted, strict=True):
            assert close(exact.settle(found), want, 11)


@pytest.mark.parametrize("name", ROWS)
@settings(max_examples=6)
@given(data=st.data())
def test_formulas_agree_with_mpmath(name, data):
    point = data.draw(MEANING[name][1])
    letters = sympy.symbols("a b c")[: len(point)]
    at = {letter: sympy.Rational(x.numerator, x.denominator) for letter, x in zip(letters, point, strict=True)}
    for formula, want in zip(row(name, letters), expected(name, point), strict=True):
        assert close(float(sympy.sympify(formula).subs(at).evalf(25)), want, 11)


@pytest.mark.parametrize("name", ROWS)
@settings(max_examples=6)
@given(data=st.data())
def test_a_row_applied_to_nodes_gives_a_graph_of_the_same_value(name, data):
    point = data.draw(MEANING[name][1])
    inputs = {letter: Node(None, (), letter) for letter in "abc"[: len(point)]}
    for made, want in zip(row(name, tuple(inputs.values())), row(name, point), strict=True):
        if isinstance(made, Node):
            flow = Graph({**inputs, "y": Node(OPERATIONS["same"], (made,))}).at(dict(zip(inputs, point, strict=True)))
            assert close(flow.values["y"], exact.settle(want), 11)
        else:
            assert made == want  # a partial that is a constant, and so no node


def test_a_constant_argument_has_no_edge():
    x = Node(None, (), "x")
    assert [len(node.parents) for node in (x * 3, 3 * x, x**2, 2**x, x * x)] == [1, 1, 1, 1, 2]
    negative_base = Graph({"x": x, "y": (x - 5) ** 3}).at(x=2)  # log(−3) is never needed
    assert (negative_base.values["y"], negative_base.total("y", "x")) == (-27, 27)


@pytest.mark.parametrize(
    ("name", "point", "partials"),
    [
        ("relu", (0,), (0,)),
        ("abs", (0,), (0,)),
        ("sign", (0,), (0,)),
        ("step", (0,), (0,)),
        ("sign", (3,), (0,)),
        ("step", (3,), (0,)),
        ("max", (2, 2), (Fraction(1, 2), Fraction(1, 2))),
        ("min", (2, 2), (Fraction(1, 2), Fraction(1, 2))),
        ("pow", (0, 0), (0, 0)),
        ("pow", (0, 1), (1, 0)),
        ("pow", (0, 2), (0, 0)),
        ("pow", (5, 0), (0, math.log(5))),
    ],
)
def test_kinks_follow_pytorch(name, point, partials):
    for arguments in (tuple(map(Fraction, point)), lifted(tuple(map(Fraction, point)))):
        assert tuple(map(float, row(name, arguments)[1:])) == pytest.approx(tuple(map(float, partials)))


@pytest.mark.torch
@pytest.mark.parametrize("name", "relu abs sign max min pow softplus sigmoid sqrt".split())
@pytest.mark.parametrize("point", [(0.0, 0.0), (0.0, 1.0), (0.0, 2.0), (2.0, 2.0), (2.0, -3.0), (-2.0, 2.0)])
def test_torch_gives_the_same(name, point):
    torch = pytest.importorskip("torch")
    names = {"max": "maximum", "min": "minimum"}
    function = getattr(torch, names.get(name, name), None) or getattr(torch.nn.functional, name)
    operation = OPERATIONS[name]
    ours = [Fraction(x) for x in point[: operation.arity]]
    theirs = [torch.tensor(float(x), dtype=torch.float64, requires_grad=True) for x in ours]
    function(*theirs).backward()
    for partial, argument in zip(operation.partials, theirs, strict=True):
        if math.isfinite(float(argument.grad)):  # where it is not, our row raises
            assert float(partial(operation.value(*ours), *ours)) == pytest.approx(float(argument.grad))


@pytest.mark.parametrize(
    ("name", "point", "value"),
    [
        ("pow", (0, 0), 1), ("pow", (4, "1/2"), 2), ("pow", ("8/27", "2/3"), "4/9"), ("pow", (-2, 3), -8),
        ("pow", (2, -2), "1/4"), ("sqrt", ("9/16",), "3/4"), ("exp", (0,), 1), ("log", (1,), 0), ("cos", (0,), 1),
        ("sin", (0,), 0), ("sigmoid", (0,), "1/2"), ("relu", (-3,), 0), ("abs", ("-1/3",), "1/3"), ("max", (1, 2), 2),
        ("sec", (0,), 1), ("acosh", (1,), 0), ("acos", (1,), 0), ("step", (0,), 0), ("sign", (-7,), -1),
    ],
)  # fmt: skip
def test_what_is_rational_stays_exact(name, point, value):
    found = OPERATIONS[name].value(*map(Fraction, point))
    assert (type(found), found) == (Fraction, Fraction(value))


@pytest.mark.parametrize(
    ("name", "point"),
    [
        ("div", (1, 0)), ("log", (0,)), ("log", (-1,)), ("log10", (0,)), ("sqrt", (-1,)), ("asin", (2,)),
        ("acos", (-2,)),
        ("acosh", (0,)), ("atanh", (1,)), ("csc", (0,)), ("cot", (0,)), ("pow", (0, -1)), ("pow", (-8, "1/3")),
    ],
)  # fmt: skip
def test_outside_its_domain_a_row_has_no_value(name, point):
    for arguments in (tuple(map(Fraction, point)), lifted(tuple(map(Fraction, point)))):
        with pytest.raises(ArithmeticError):
            OPERATIONS[name].value(*arguments)


def test_formulas_without_a_real_value_are_refused():
    for expression in (symbols.log(sympy.Integer(-1)), symbols.sqrt(sympy.Integer(-2)), sympy.Integer(1) / 0):
        with pytest.raises(ArithmeticError, match="no real value anywhere"):
            symbols.settle(expression)


@pytest.mark.parametrize("power", range(-3, 7))
def test_the_logarithm_of_a_power_of_ten_is_exact(power):
    assert (
        OPERATIONS["log10"].value(Fraction(10) ** power) == power
    )  # log(1000)/log(10) is 2.9999999999999996 in floats


def test_small_denominators_do_not_underflow():
    x, w = 1e-100, 1e-170
    assert row("div", (x, w))[2] == pytest.approx(-1e240)  # −a/b² would divide by a zero


def test_opaque_functions_have_symbols_and_no_numbers():
    opaque = declare_opaque("y", ("x", "w"))
    x, w = Node(None, (), "x"), Node(None, (), "w")
    graph = Graph({"x": x, "w": w, "y": Node(opaque, (x, w))})
    assert [str(edge.partial) for edge in graph.flow().edges] == ["D_yx", "D_yw"]
    with pytest.raises(DomainError, match="y is an opaque function: its formula is not known, so it has no numbers"):
        graph.at(x=1, w=2)
