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
from ..operations import STRUCTURED


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


def lift(number):
    """A constant of a graph as a sympy number; floats stay floats."""
    if isinstance(number, Fraction):
        return sympy.Rational(number.numerator, number.denominator)
    if isinstance(number, (int, float)):
        return sympy.sympify(number)
    return {"pi": sympy.pi, "e": sympy.E}[number.name]


def settle(value):
    """A formula that stands for real numbers; division by a literal zero raises `Undefined`."""
    value = sympy.sympify(value)
    if value.has(sympy.zoo, sympy.nan, sympy.oo, sympy.I):
        raise Undefined("it has no real value anywhere")
    return value


def __getattr__(name):
    """A word of arrays: its formula depends on shapes, so here it is a function of which only the name is known."""
    if name != "total" and name not in STRUCTURED:
        raise AttributeError(name)
    written = {"total": "sum", "amax": "max", "amin": "min"}.get(name, name)
    return lambda *arguments, **settings: sympy.Function(written)(*arguments)
