"""Equal wherever both are real: proofs, near misses, kinks, overflow, narrow domains."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradflow_nb import equivalent
from gradflow_nb.errors import NotationError

EQUAL = """
    12(31 - 15a) ~ 372 - 180a
    (x^2 - 1)/(x - 1) ~ x + 1
    x y/y ~ x
    1/(1/x) ~ x
    (x + 1)^1000 ~ (x + 1)^999 (x + 1)
    (x^1000)^10 ~ (x^10)^1000
    0^0 ~ 1
    sin(x)^2 + cos(x)^2 ~ 1
    cosh(x)^2 - sinh(x)^2 ~ 1
    sin(7pi) ~ 0
    sqrt(2) sqrt(3) ~ sqrt(6)
    sqrt(x^2) ~ |x|
    sqrt(x)^2 ~ x
    log(x^2) ~ 2 log(x)
    log(x*y) ~ log(x) + log(y)
    log(x - 1000) + log(2) ~ log(2x - 2000)
    sqrt(x - 2) sqrt(3 - x) ~ sqrt((x - 2)(3 - x))
    asin(x - 50) ~ asin(x - 50) + x - x
    asin(x) + acos(x) ~ pi/2
    softplus(x) ~ log(1 + exp(x))
    sigmoid(x)(1 - sigmoid(x)) ~ exp(-x)/(1 + exp(-x))^2
    tanh(x) ~ 2 sigmoid(2x) - 1
    max(x, y) ~ (x + y + |x - y|)/2
    relu(x) - relu(-x) ~ x
    x/|x| ~ sign(x)
    |x - 3| + |3 - x| ~ 2|x - 3|
    e^x ~ exp(x)
    x^x ~ exp(x log(x))
    (-1)^(2n) ~ 1
    step(exp(x)) ~ step(exp(y))
    sign(exp(x)) ~ 1
    x^(1/5) ~ x^0.2
    sqrt(x + 1) - sqrt(x) ~ 1/(sqrt(x + 1) + sqrt(x))
"""

DIFFERENT = """
    sqrt(x^2) ~ x
    log(x^2) ~ 3 log(x)
    relu(x - 5) ~ 0
    relu(x - 1000) ~ 0
    relu(-(x + 12345)) ~ 0
    relu(x - 7) relu(8 - x) ~ 0
    step(x - 7) step(7.5 - x) ~ 0
    relu(sin(x) - 0.999) ~ 0
    relu(1 - 1000|x - 0.3|) ~ 0
    |x - 1.5| ~ x - 1.5
    max(x, y) ~ x
    sign(x)^2 ~ 1
    sign(x + y)^2 ~ 1
    sign(2x - 3y + 1/7)^2 ~ 1
    sqrt(x y/4 + sign(x*y)) ~ sqrt(x y/4 + sign(x x))
    y + step(sqrt(x) + x) ~ y + step(sqrt(y) + x)
    step(x) ~ (1 + sign(x))/2
    exp(-x^2) ~ 0
    exp(-1000) ~ 0
    exp(1000) ~ exp(1000) + 1
    tanh(1000) ~ 1
    1 + exp(-1000) ~ 1
    1/(1 + exp(-50x)) ~ step(x)
    x + 10^-50 ~ x
    sin(x) + 10^-50 ~ sin(x)
    sqrt(2) ~ 1.41421356237309504880168872420969807856967187537694
    2/3 ~ 0.6667
    sin(x) - x + x^3/6 ~ 0
    sin(pi x) ~ 0
    sin(500pi x) ~ sin(pi x)
    atan(x) + atan(1/x) ~ pi/2
    (x + 1)^1000 ~ (x + 1)^1000 + 1
    ((x^1000)^1000)^1000 ~ ((x^1000)^1000)^999
    (x - 1)(x - 2)(x - 3)(x - 4)(x - 5)(x - 6) ~ 0
    asin(x - 50) ~ 2 asin(x - 50)
    exp(exp(x)) ~ exp(exp(x)) + 1
    2^n ~ 2^(n + 1)
"""

NOWHERE = """
    1/0 ~ 2/0
    0/0 ~ 0/0
    log(-1) ~ log(-1)
    log(-x^2) ~ 5
    1/(x - x) ~ 1/(y - y)
"""


def pairs(table):
    return [tuple(side.strip() for side in line.split("~")) for line in table.strip().splitlines()]


@pytest.mark.parametrize(("left", "right"), pairs(EQUAL))
def test_equal(left, right):
    assert equivalent(left, right) is True
    assert equivalent(right, left) is True


@pytest.mark.parametrize(("left", "right"), pairs(DIFFERENT))
def test_different(left, right):
    assert equivalent(left, right) is False
    assert equivalent(right, left) is False


@pytest.mark.parametrize(("left", "right"), pairs(NOWHERE))
def test_what_is_defined_nowhere_equals_nothing(left, right):
    assert equivalent(left, right) is None


@st.composite
def polynomials(draw):
    """A polynomial written in two ways, and a third that differs by one term."""
    roots = draw(st.lists(st.integers(-9, 9), min_size=1, max_size=4))
    factored = "".join(f"(x + y*({r}))" for r in roots)
    coefficients = [1]
    for r in roots:
        coefficients = [a + r * b for a, b in zip([*coefficients, 0], [0, *coefficients])]
    degree = len(roots)
    expanded = " + ".join(f"({c}) x^{degree - i} y^{i}" for i, c in enumerate(coefficients))
    return factored, expanded, f"{expanded} + {draw(st.integers(1, 9))}/10^{draw(st.integers(0, 30))}"


@given(polynomials())
def test_polynomials_are_proved_equal_and_never_taken_for_their_neighbours(written):
    factored, expanded, neighbour = written
    assert equivalent(factored, expanded) is True
    assert equivalent(factored, neighbour) is False


def test_names_are_those_that_were_given():
    assert equivalent("rate*2", "rate + rate", names=["rate"]) is True
    assert equivalent("e + 1", "1 + e", names=["e"]) is True
    with pytest.raises(NotationError, match="rate"):
        equivalent("rate", "x", names=["x"])


def test_the_same_in_every_process():
    code = "from gradflow_nb import equivalent as e; print(e('|x-3|', 'x-3'), e('tanh(x)', '2sigmoid(2x)-1'), e('1/0', '1'))"
    for seed in ("0", "1"):
        made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env={"PYTHONHASHSEED": seed})
        assert made.stdout.split() == ["False", "True", "None"], made.stderr


def test_it_works_off_the_main_thread():
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(lambda i: equivalent("sin(2x)", "2 sin(x) cos(x)"), range(32)))
