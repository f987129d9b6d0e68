"""Roots: found by walking down, freed of what is double, known to any number of digits."""

from fractions import Fraction
from math import log

import pytest

from gradflow_nb.core.language import read_expression
from gradflow_nb.core.node import Node
from gradflow_nb.exercises.deciding.inverting import inverted
from gradflow_nb.exercises.deciding.parts import factors, one_sided, simply, terms
from gradflow_nb.exercises.deciding.points import context
from gradflow_nb.exercises.deciding.twice import Script
from gradflow_nb.exercises.deciding.zeros import Zero

INPUTS = [Node(None, (), name) for name in "xy"]


def read(text):
    return read_expression(text, {node.name: node for node in INPUTS}).value


INVERTIBLE = """
    log(x) - 1000
    exp(exp(x)) - 1 - 10^-50
    atan(x) - pi/2 + 10^-30
    1/(x - 37) + 10^-20
    acos(2*x) - 1
    cosh(x/3) - 10^30
    sigmoid(x) - 10^-20
    softplus(x) - 3
    tanh(x) - 1 + 10^-20
    (x - 2)^3 + 5
    2^x - 10^40
    x^(-1/2) - 7
    |asinh(x) - 4| - 1
    max(x, 1) - 3
    10 - log10(sqrt(x))
    sec(x) - 2
    cot(x) - 1
    atanh(x) + acosh(y)
"""


@pytest.mark.parametrize("text", [line.strip() for line in INVERTIBLE.strip().splitlines()])
def test_walking_down_finds_roots(text):
    border, base = read(text), [0.5, 1.5]
    found, _ = inverted(INPUTS, border, 0, base)
    assert found
    script = Script(INPUTS, [border])
    for root in found:
        low, high = (script.once([root * (1 + turn * context(300).mpf(10) ** -80), 1.5], context(300))[0] for turn in (-1, 1))
        assert low * high < 0


def test_it_says_whether_these_are_all():
    assert inverted(INPUTS, read("x^2 + 1"), 0, [0, 0]) == ([], True)
    assert inverted(INPUTS, read("x*exp(x) - 1"), 0, [0, 0]) == ([], False)
    assert inverted(INPUTS, read("sin(x) - 1/2"), 0, [0, 0])[1] is False
    assert inverted(INPUTS, read("sin(x) - 2"), 0, [0, 0]) == ([], True)


def test_double_roots_become_simple_ones():
    for text, root in (("x^2 - 6*x + 9", 3), ("x + 9/x - 6", 3), ("x^3 - 9*x^2 + 27*x - 27", 3), ("x^2 - 2*x*y + y^2", 2)):
        found, all_of_them = inverted(INPUTS, simply(read(text), INPUTS, 0, [0.5, 2]), 0, [0.5, 2])
        assert [float(x) for x in found] == [root] and all_of_them
    assert simply(read("x^2 - 2"), INPUTS, 0, [0, 0]) is None
    assert simply(read("exp(x)^2 - 6*exp(x) + 9 + x"), INPUTS, 0, [0, 0]) is None
    (root,), _ = inverted(INPUTS, simply(read("exp(x)^2 - 6*exp(x) + 9"), INPUTS, 0, [0, 0]), 0, [0, 0])
    assert float(root) == pytest.approx(log(3))


def test_sides_that_are_plain():
    for text, side in (("x^2 + |y|", 1), ("-x^2 - exp(y)", -1), ("x^2 - y^2", 0), ("sqrt(x) - 1", 0), ("max(x, y^2)", 1), ("x*x*x", 0)):
        border = read(text)
        assert one_sided([border])[id(border)] == side, text


def test_terms_and_factors():
    border = read("(x - 2)^2 + max(|y|, |x*y|)")
    assert len(terms(border, one_sided([border]))) == 3
    assert len(list(factors(read("(x - 2)^3*|y|/exp(x)")))) == 2


@pytest.mark.parametrize(
    ("system", "start", "flat", "root"),
    [
        (["x - 2", "y - x - 1/3"], [0.5, 0.5], False, [Fraction(2), Fraction(7, 3)]),
        (["x*y - 1", "x - 2"], [1.0, 1.0], False, [Fraction(2), Fraction(1, 2)]),
        (["x^2 + y^2 - 6*x + 9"], [1.0, 1.0], True, [Fraction(3), Fraction(0)]),
        (["x^2 - 2", "y^2 - 3"], [1.0, 1.0], False, [2**0.5, 3**0.5]),
    ],
)
def test_zeros_of_systems(system, start, flat, root):
    zero = Zero(Script(INPUTS, [read(text) for text in system]), range(2), start, start, flat)
    assert [type(cell) is Fraction for cell in zero.at] == [type(cell) is Fraction for cell in root]
    assert [float(cell) for cell in zero.at] == pytest.approx([float(cell) for cell in root])


def test_a_root_has_as_many_digits_as_are_asked_for():
    (root,) = Zero(Script(INPUTS[:1], [read("x^2 - 2")]), [0], [1.0], [1.4]).at
    for digits in (50, 100, 300, 900):
        exact = context(digits).sqrt(2)
        assert abs(root.within(context(digits)) - exact) < exact * context(digits).mpf(10) ** (3 - digits)


def test_where_there_is_none_there_is_no_point():
    assert Zero(Script(INPUTS[:1], [read("x^2 + 1")]), [0], [1.0], [1.4]).at is None
    assert Zero(Script(INPUTS, [read("x - y"), read("x - y - 1")]), [0, 1], [1.0, 2.0], [1.0, 2.0]).at is None
