"""The world of sympy expressions: formulas over plain `Symbol(name)`.

Formulas hold at generic points: a condition on a symbol counts as met unless it is literally zero. sympy
simplifies and prints; the derivatives come from the table.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

import sympy
from sympy import (  # noqa: F401  (words of this world, looked up by name)
    acos,
    acosh,
    asin,
    asinh,
    atan,
    atanh,
    cos,
    cosh,
    cot,
    csc,
    exp,
    log,
    sec,
    sign,
    sin,
    sinh,
    sqrt,
    tan,
    tanh,
)

from ...errors import Undefined


class sigmoid(sympy.Function):
    """1/(1 + exp(−x)), kept whole so that its derivative reads σ(1 − σ)."""

    @classmethod
    def eval(cls, x):
        return sympy.Rational(1, 2) if x.is_zero else None

    def _eval_rewrite_as_exp(self, x, **hints):
        return 1 / (1 + exp(-x))

    def _eval_evalf(self, precision):
        return self.rewrite(exp)._eval_evalf(precision)

    def fdiff(self, argindex=1):
        return self * (1 - self)


def log10(x):
    return log(x) / log(10)


def softplus(x):
    return log(1 + exp(x))


def step(x):
    return sympy.Heaviside(x, 0)


def magnitude(x):
    return sympy.Abs(x)


def maximum(x, y):
    return sympy.Max(x, y)


def minimum(x, y):
    return sympy.Min(x, y)


def power(x, y):
    return sympy.sympify(x) ** y


def where(condition, x, y):
    return y if condition == 0 else x


class choose(sympy.Function):
    """where(c, x, y), kept whole until c is a number."""

    @classmethod
    def eval(cls, condition, x, y):
        return where(condition, x, y) if condition.is_number else None


choose.__name__ = "where"


class Written(sympy.Symbol):
    """What has no formula in symbols, such as `W @ x`, whose entries depend on shapes: a symbol that is written so."""

    __slots__ = ("formula",)

    def __new__(cls, formula):
        symbol = sympy.Symbol.__xnew__(cls, str(formula))
        symbol.formula = formula
        return symbol


def constant(number, x):
    return lift(number)


def opaque(name, *arguments):
    return sympy.Function(name)(*arguments)


def opaque_partial(name, *arguments):
    return sympy.Symbol(name, commutative=False)


LONGEST = 1_000
"""Formulas with more parts than this are not written: nobody reads them, and shared parts may double at every node."""


@lru_cache(maxsize=100_000)
def size(expression) -> int:
    """The number of parts of a formula, counted once for each part that is shared."""
    return 1 + sum(map(size, expression.args))


DEEPEST = 100
"""Nor are formulas that are nested deeper than this: sympy recurses."""


@lru_cache(maxsize=100_000)
def depth(expression) -> int:
    """How deep a formula is nested."""
    return 1 + max(map(depth, expression.args), default=0)


def lift(number):
    """A constant of a graph as a sympy number; floats stay floats."""
    if isinstance(number, Fraction):
        return sympy.Rational(number.numerator, number.denominator)
    if isinstance(number, (int, float)):
        return sympy.sympify(number)
    if type(number).__module__ == "numpy":
        from ..written import array_formula

        return Written(array_formula(number))
    return {"pi": sympy.pi, "e": sympy.E}[number.name]


def settle(value):
    """A formula that stands for real numbers; division by a literal zero raises `Undefined`."""
    value = sympy.sympify(value)
    if value.has(sympy.zoo, sympy.nan, sympy.oo, sympy.I):
        raise Undefined("it has no real value anywhere")
    return value
