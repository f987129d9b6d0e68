"""The world of rational functions, as numbers: a ratio of two polynomials' values at one clever point.

A polynomial with whole coefficients is zero exactly when its value is zero at a point whose coordinates are far
enough apart (Kronecker's substitution): x = B, y = B^(d+1), … with B above twice the sum of the coefficients'
sizes and d above the degree. So two rational expressions are compared without expanding either, and the answer
is a proof. `Bound` finds how far apart is enough; where that would take too many digits, `Residue` computes
modulo a very large prime instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ...errors import Undefined
from . import exact


class NotRational(Exception):
    """Internal: the expression is no rational function of its inputs."""


@dataclass(frozen=True, slots=True)
class Bound:
    """What is known of a polynomial: its degree in each variable, and log2 of the sum of its coefficients' sizes."""

    degrees: tuple[int, ...]
    bits: float

    def __add__(self, other: Bound) -> Bound:
        return Bound(tuple(map(max, self.degrees, other.degrees)), max(self.bits, other.bits) + 1)

    def __mul__(self, other: Bound) -> Bound:
        return Bound(tuple(a + b for a, b in zip(self.degrees, other.degrees)), self.bits + other.bits)

    def __neg__(self) -> Bound:
        return self

    def __pow__(self, n: int) -> Bound:
        return Bound(tuple(d * n for d in self.degrees), self.bits * n)

    def __bool__(self) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class Residue:
    """A polynomial's value modulo a prime."""

    value: int
    prime: int

    def __add__(self, other: Residue) -> Residue:
        return Residue((self.value + other.value) % self.prime, self.prime)

    def __mul__(self, other: Residue) -> Residue:
        return Residue(self.value * other.value % self.prime, self.prime)

    def __neg__(self) -> Residue:
        return Residue(-self.value % self.prime, self.prime)

    def __pow__(self, n: int) -> Residue:
        return Residue(pow(self.value, n, self.prime), self.prime)

    def __bool__(self) -> bool:
        return self.value != 0


class Ratio:
    """above / below, in any of the three kinds of element; `known` is the exact number where it is a constant."""

    __slots__ = ("above", "below", "known", "make")
    world = "gradflow_nb.core.worlds.rational"

    def __init__(self, above: Any, below: Any, make: Any, known: Fraction | None = None) -> None:
        self.above, self.below, self.make, self.known = above, below, make, known

    def _with(self, other: Any) -> Ratio:
        return other if isinstance(other, Ratio) else number(Fraction(other), self.make)

    def _constant(self, value: Fraction) -> Ratio:
        return number(value, self.make)

    def __add__(self, other: Any) -> Ratio:
        other = self._with(other)
        if self.known is not None and other.known is not None:
            return self._constant(self.known + other.known)
        if self.below is None and other.below is None:
            return Ratio(self.above + other.above, None, self.make)
        left, right = _times(self.above, other.below), _times(other.above, self.below)
        return Ratio(left + right, _times(self.below, other.below), self.make)

    def __mul__(self, other: Any) -> Ratio:
        other = self._with(other)
        if self.known is not None and other.known is not None:
            return self._constant(self.known * other.known)
        return Ratio(self.above * other.above, _times(self.below, other.below), self.make)

    def __neg__(self) -> Ratio:
        return Ratio(-self.above, self.below, self.make, None if self.known is None else -self.known)

    def inverse(self) -> Ratio:
        if not self.above:
            raise Undefined("division by zero")
        if self.known is not None:
            return self._constant(1 / self.known)
        return Ratio(self.make(1) if self.below is None else self.below, self.above, self.make)

    def __sub__(self, other: Any) -> Ratio:
        return self + -self._with(other)

    def __rsub__(self, other: Any) -> Ratio:
        return self._with(other) + -self

    def __truediv__(self, other: Any) -> Ratio:
        return self * self._with(other).inverse()

    def __rtruediv__(self, other: Any) -> Ratio:
        return self._with(other) * self.inverse()

    __radd__, __rmul__ = __add__, __mul__


def _times(a: Any, b: Any) -> Any:
    return b if a is None else a if b is None else a * b


def number(value: Fraction, make: Any) -> Ratio:
    """A constant; `make` turns a whole number into an element."""
    below = None if value.denominator == 1 else make(value.denominator)
    return Ratio(make(value.numerator), below, make, value)


def lift(make: Any) -> Any:
    """What makes a graph's constants values of this world."""

    def lifted(constant: Any) -> Ratio:
        if not isinstance(constant, (int, Fraction)):
            raise NotRational("a constant is not rational")
        return number(Fraction(constant), make)

    return lifted


def power(x: Ratio, y: Ratio) -> Ratio:
    if y.known is None or y.known.denominator != 1:
        return _word("power")(x, y)
    n = int(y.known)
    if n == 0:
        return number(Fraction(1), x.make)
    x = x.inverse() if n < 0 else x
    if x.known is not None and exact.digits(x.known) * abs(n) > 100_000:
        raise Undefined("the number is too large to work with")
    below = None if x.below is None else x.below ** abs(n)
    return Ratio(x.above ** abs(n), below, x.make, None if x.known is None else x.known ** abs(n))


def where(condition: Ratio, x: Any, y: Any) -> Any:
    return y if condition.known == 0 else x


def choose(condition: Ratio, x: Any, y: Any) -> Any:
    if condition.known is None:
        raise NotRational("where")
    return where(condition, x, y)


def constant(value: Any, x: Ratio) -> Ratio:
    return number(Fraction(value), x.make)


def _word(name: str) -> Any:
    """Any other word: a rational number where its arguments are numbers for which it has a rational value."""

    def word(*arguments: Ratio) -> Ratio:
        if any(a.known is None for a in arguments):
            raise NotRational(name)
        try:
            value = getattr(exact, name)(*(a.known for a in arguments))
        except Undefined:  # or only too large for a float
            raise NotRational(name) from None
        if not isinstance(value, Fraction):
            raise NotRational(name)
        return number(value, arguments[0].make)

    return word


def __getattr__(name: str) -> Any:
    if name.startswith("_") or not hasattr(exact, name):
        raise AttributeError(name)
    return _word(name)
