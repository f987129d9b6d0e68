"""Points on kinks and borders: exact ones where they are simple, and others to more digits than are compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import chain, islice, product
from math import inf
from typing import Any

from ...core.evaluate import put_in
from ...core.node import Node
from ...core.worlds import precise
from .borders import WORK, crossings, factors, moved
from .points import Point
from .twice import Script, context

_MOST = 16
"""Roots of short expressions; of long ones fewer."""
_DENSE = [step / 4 for step in range(-40, 41)]


def roots(
    inputs: Sequence[Node], lines: Sequence[Node], known: Sequence[list[float]], marks: Sequence[Fraction]
) -> Iterator[Point]:
    """Points on borders: rational ones as they are, and others to as many digits as the first comparison takes."""
    left = _MOST
    for border in {id(f): f for b in lines for f in factors(b)}.values():
        script = Script(inputs, [border])
        for axis, base in product(range(len(inputs)), known[: min(len(inputs), 2)]):
            crossing = ((start, False) for start in islice(crossings(script, base, axis, marks), 4))
            touching = ((start, True) for start in islice(_touchings(script, base, axis), 2))
            for start, touches in chain(crossing, touching):
                if left <= 0 or script.done > WORK:
                    return
                left -= max(1, len(script) // 20)  # long ones take long
                yield _polished(inputs, border, base, axis, start, touches)


def _touchings(script: Script, base: list[float], axis: int) -> Iterator[float]:
    """Where a border comes to zero without a change of sign, as 1 - sin(x) does, to half of a float's digits."""

    def height(t: float) -> float:
        (value,) = script.floats(moved(base, axis, t))
        return inf if value is None else abs(value)

    rungs = [(t, script.floats(moved(base, axis, t))[0]) for t in _DENSE]
    for (low, a), (_, b), (high, c) in zip(rungs, rungs[1:], rungs[2:]):
        if None in (a, b, c) or min(a * b, b * c) <= 0 or abs(b) > min(abs(a), abs(c)):
            continue
        for _ in range(50):
            third = (high - low) / 3
            low, high = (low, high - third) if height(low + third) < height(high - third) else (low + third, high)
        if height(low) < 1e-12:
            yield low


def _polished(inputs: Sequence[Node], border: Node, base: Point, axis: int, start: float, touches: bool) -> Point:
    """The root near a float, or the root of its slope where the border only touches zero, by the secant method."""
    simple = Fraction(start).limit_denominator(1_000)
    fine = context(300 if touches else 110)
    known = {id(node): precise.lift(fine, value) for node, value in zip(inputs, base)}
    tiny = fine.mpf(10) ** -70

    def height(x: Any) -> Any:
        return put_in([border], known | {id(inputs[axis]): x}, lambda constant: precise.lift(fine, constant))[0]

    def sought(x: Any) -> Any:
        return (height(x + tiny) - height(x - tiny)) / tiny if touches else height(x)

    x = fine.mpf(start)
    try:
        if abs(height(precise.lift(fine, simple))) < fine.mpf(10) ** -90:
            return moved(base, axis, simple)
        before = x + fine.mpf(10) ** -5
        low, high = sought(before), sought(x)
        for _ in range(12):
            if low == high or abs(high) < fine.mpf(10) ** -105:
                break
            before, x = x, x - high * (x - before) / (high - low)
            low, high = high, sought(x)
    except (ArithmeticError, ValueError):
        pass  # the last one that was found is a point like any other
    return moved(base, axis, x)
