"""Where two expressions are compared first: points that a seed chooses. What stands in a point, and its digits."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from fractions import Fraction
from math import isfinite
from random import Random
from typing import Any

from ...core.evaluate import UNDEFINED, NoValue, put_in
from ...core.node import Constant, Node, in_order
from ...core.worlds import exact, precise

Point = list[Any]
"""A value for each input: a Fraction or float, which counts as exact, an mpmath number, or a root, which has a value
`within` every context."""


def starts(count: int, marks: Sequence[Fraction], random: Random) -> Iterator[Point]:
    """Points of either sign, small and wide, whole, at constants and on their scale.

    No simple fractions: (x^2)^y and x^(2y) part at x = -1, y = 1/2, and whoever writes them means whole or any y.
    Not all of them are multiples of one number, nor are all small ones: sin(2^60 pi x) is zero at every usual float.
    """

    def draw(kind: int) -> Fraction | float:
        below = random.randrange(5_000, 50_000) | 1
        fine = Fraction(random.randrange(1, below), below) if kind in (0, 7, 8) else random.random()
        sign = random.choice((-1, 1))
        match kind:
            case 0:
                return fine
            case 1:
                return -1 - 3 * fine
            case 2:
                return 1 + 3 * fine
            case 3:
                return -fine
            case 4:
                return sign * fine * 40
            case 5:
                return random.choice(marks) + Fraction(sign * fine / 7)
            case 6:
                return Fraction(random.randrange(-6, 7))
            case 7:
                return sign * fine * Fraction(10) ** random.randrange(-4, 5)
            case 8:
                return sign * fine / (random.choice(marks) or 1)
        return (1 + Fraction(fine)) * random.choice(marks)

    for kind in (*range(10), None, None, *[6] * (8 if count > 1 else 2)):
        yield [draw(random.randrange(10) if kind is None else kind) for _ in range(count)]
    yield from ([Fraction(sign * 10**k, 7)] * count for k in (4, 7, 13) for sign in (1, -1))
    for mark in marks[:7]:
        yield [mark] * count
    for mark in marks[:9]:
        yield [mark + draw(0) * Fraction(random.choice((-1, 1)), 10 ** random.randrange(3, 9)) for _ in range(count)]
    for mark in marks[3:24] if count > 1 else marks[7:24]:
        point = [draw(random.randrange(3)) for _ in range(count)]
        point[random.randrange(count)] = mark
        yield point
    for mark in [mark for mark in marks if mark and not 1_000 > abs(mark) > Fraction(1, 1_000)][:8]:
        yield [draw(0) / mark for _ in range(count)]  # tanh(10^30 x) is sign(x) but there


def landmarks(expressions: Sequence[Any]) -> list[Fraction]:
    """The constants that occur, the values of constant parts, and their negatives: thresholds lie there."""
    found = {Fraction(0), Fraction(1), Fraction(-1)}
    values: dict[int, Any] = {}
    for node in in_order(e for e in expressions if isinstance(e, Node)):
        for constant in (a for a in node.arguments if not isinstance(a, Node)):
            values[id(constant)] = exact.lift(constant)
        if node.is_constant and all(id(a) in values for a in node.arguments):
            with suppress(*UNDEFINED):
                values[id(node)] = node.operation.value(*(values[id(a)] for a in node.arguments))
    for value in values.values():
        if len(found) < 40 and (isinstance(value, Fraction) or (isinstance(value, float) and isfinite(value))):
            value = Fraction(value)
            if value.numerator.bit_length() + value.denominator.bit_length() < 5_000:
                found |= {value, -value}
    return sorted(found, key=lambda value: (abs(value), value))


_contexts = threading.local()


def context(digits: int) -> Any:
    """This thread's own mpmath context of so many digits."""
    found = getattr(_contexts, str(digits), None)
    if found is None:
        from mpmath import MPContext

        found = MPContext()
        found.dps = digits
        setattr(_contexts, str(digits), found)
    return found


def lifted(into: Any, number: Any) -> Any:
    """A cell of a point, or a constant, as a number of this mpmath context."""
    if hasattr(number, "within"):
        return number.within(into)
    return into.mpf(number) if hasattr(number, "context") else precise.lift(into, number)


def to_float(number: Any) -> float | None:
    """A number as a float, None where it is too large for one."""
    if number is None or type(number) is float:
        return number
    try:
        value = float(exact.lift(number) if isinstance(number, Constant) else number)
    except (OverflowError, TypeError):
        return None
    return value if isfinite(value) else None


def quickly(expressions: Sequence[Node], point: Mapping[int, Fraction]) -> list[Any]:
    """The expressions' values in ordinary numbers; None where there is none."""
    values = []
    for expression in expressions:
        try:
            values += put_in([expression], point, exact.lift)
        except (NoValue, ArithmeticError):
            values.append(None)
    return values
