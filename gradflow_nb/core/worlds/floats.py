"""The world of plain floats, for sweeps over many nodes: every word is one call of `math`.

A word raises ValueError, OverflowError or ZeroDivisionError where it has no value; `exact` says the same at length.
"""

from __future__ import annotations

from math import (  # noqa: F401  (words of this world, looked up by name)
    acos,
    acosh,
    asin,
    asinh,
    atan,
    atanh,
    cos,
    cosh,
    exp,
    log,
    log1p,
    log10,
    sin,
    sinh,
    sqrt,
    tan,
    tanh,
)

from .exact import opaque, opaque_partial  # noqa: F401

magnitude = abs


def sec(x: float) -> float:
    return 1 / cos(x)


def csc(x: float) -> float:
    return 1 / sin(x)


def cot(x: float) -> float:
    return cos(x) / sin(x)


def sigmoid(x: float) -> float:
    t = exp(-abs(x))  # the argument is never positive, so this cannot overflow
    return (1 if x > 0 else t) / (1 + t)


def softplus(x: float) -> float:
    return max(x, 0.0) + log1p(exp(-abs(x)))


def sign(x: float) -> float:
    return float((x > 0) - (x < 0))


def step(x: float) -> float:
    return 1.0 if x > 0 else 0.0


def power(x: float, y: float) -> float:
    if x < 0 and y != int(y):
        raise ValueError("a negative number has whole powers only")
    return float(x**y)


def maximum(x: float, y: float) -> float:
    return x if x >= y else y


def minimum(x: float, y: float) -> float:
    return x if x <= y else y


def where(condition: float, x: float, y: float) -> float:
    return x if condition else y


choose = where


def constant(number: float, x: float) -> float:
    return float(number)
