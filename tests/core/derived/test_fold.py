"""Folded expressions: the same value, in the form that a person would write, nothing twice, nothing recursive."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradflow_nb.core.derived.fold import folded
from gradflow_nb.core.graph import Graph
from gradflow_nb.core.node import Constant, Node, in_order
from gradflow_nb.core.operations import OPERATIONS, row
from gradflow_nb.core.written import written

x, y, z = (Node(None, (), name) for name in "xyz")


def make(name, *arguments):
    return Node(OPERATIONS[name], arguments)


def said(expression, **how):
    (result,) = folded([expression], **how)
    return str(written(result, lambda node: node.name, own=False))


ONE = make("same", 1)
TWO = make("add", ONE, 1)


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (x + 0, "x"), (0 + x, "x"), (x - 0, "x"), (0 - x, "-x"), (x * 1, "x"), (x * 0, "0"), (x / 1, "x"),
        (x**1, "x"), (x**0, "1"), (0 / x, "0"), (0 - (-x), "x"), (make("neg", -x), "x"), (x - x, "0"), (2 * (3 * x), "6x"), (x * 3, "3x"),
        ((x * 3) * (2 * y), "6x·y"), (x + (-y), "x - y"), ((-x) + y, "y - x"), (x - (-y), "x + y"), (x + x, "2x"),
        (3 * x - 2 * x, "x"), (372 + -180 * x, "372 - 180x"), (84 + 60 * x, "60x + 84"), ((x + 2) + 3, "x + 5"),
        ((2 - x) + 3, "5 - x"), ((x + 2) - 2, "x"), (x + -3, "x - 3"), (-(x - y), "y - x"), (-(3 * x), "-3x"),
        ((-x) * (-y), "x·y"), ((-x) / y, "-x/y"), (x / (-y), "-x/y"), ((1 / x) * y, "y/x"), (x / 2, "x/2"),
        ((x / 2) * 2, "x"), ((x / 2) / 3, "x/6"), ((4 * x) / 2, "2x"), (TWO * x, "2x"), (TWO**3 - 8, "0"),
        (make("where", TWO, x, y), "x"), (make("same", x), "x"), (x - 2 * y, "x - 2y"), (x + -2 * y, "x - 2y"),
        (make("sqrt", make("same", 4)) * x, "2x"), (x * y - y * x, "0"), (x * Fraction(2, 3) * 3, "2x"),
    ],
)  # fmt: skip
def test_forms_that_people_write(expression, text):
    assert said(expression) == text


def test_what_has_no_rational_value_stays():
    assert said(make("log", make("same", 2)) * x) == "log(2)·x"
    assert said(Node(OPERATIONS["same"], (Constant("pi"),)) * (2 * x)) == "2π·x"
    assert said(make("log", make("same", 1)) + x) == "x"
    (never,) = folded([make("log", make("same", -1))])
    assert isinstance(never, Node)


def test_equal_nodes_become_one():
    left, right = make("sin", x * y), make("sin", y * x)
    (result,) = folded([left / (right + 2)])
    assert len(in_order([result])) == 6  # x, y, x·y, sin, + 2, /


def test_names_are_kept_where_asked_and_nothing_is_folded_across_them():
    named = Node(OPERATIONS["mul"], (2, x), "c")
    assert said(3 * named) == "6x"
    assert said(3 * named, keep=[named]) == "3c"
    same = Node(OPERATIONS["mul"], (2, x), "d")
    (result,) = folded([named * same], keep=[named, same], written=[named, same])
    assert sorted(node.name for node in result.arguments) == ["c", "d"]  # equal, and yet two nodes of a drawing


def test_written_nodes_stand_as_they_were_written():
    typed = 0 * x + 1 * y
    assert said(typed + 0, written=in_order([typed])) == "0x + 1y"


def test_with_arrays_only_what_keeps_the_shape_is_folded():
    total = Node(row("sum", axis=None), (x,))
    first, second, third = folded([total + 0, x * 0, 1 * x])
    assert first.operation is total.operation and isinstance(second, Node) and third is x


def test_very_deep_expressions():
    expression = x
    for _ in range(30_000):
        expression = (expression + 1) * 1
    assert said(expression) == "x + 30000"


RATIONAL = ("add", "sub", "mul", "div", "neg", "pow")


@st.composite
def expressions(draw, depth=4):
    if depth == 0 or draw(st.integers(0, 4)) == 0:
        return draw(st.sampled_from([x, y, z]))
    operation = OPERATIONS[draw(st.sampled_from(RATIONAL))]
    first = draw(expressions(depth=depth - 1))
    if operation.name == "pow":
        return Node(operation, (first, draw(st.integers(-2, 3))))
    if operation.arity == 1:
        return Node(operation, (first,))
    second = draw(st.one_of(st.integers(-3, 3), st.fractions(-2, 2, max_denominator=4), expressions(depth=depth - 1)))
    return Node(operation, (first, second) if draw(st.booleans()) else (second, first))


@given(expressions(), st.tuples(*[st.fractions(-3, 3, max_denominator=5)] * 3))
def test_the_value_stays_the_same(expression, point):
    inputs = {node.name: node for node in (x, y, z)}
    (result,) = folded([expression])
    result = Node(OPERATIONS["same"], (result,))
    try:
        expected = Graph({**inputs, "v": make("same", expression)}).at(dict(zip("xyz", point))).values["v"]
    except ArithmeticError:
        return
    if not isinstance(expected, float):
        assert Graph({**inputs, "v": result}).at(dict(zip("xyz", point))).values["v"] == expected

