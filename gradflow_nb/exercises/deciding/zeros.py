"""Points at which expressions are zero, or at which one has no slope, to as many digits as are asked for.

Newton's method; for more equations than inputs that of Gauss and Newton, for fewer the shortest step (Deuflhard,
"Newton methods for nonlinear problems", 2004). Slopes are differences, over a quarter of three times the digits that
are sought, which slows nothing down: the digits of a simple root double at every step.

A root is the same number at every precision, as pi is, so that `twice` can see what is zero there.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import inf
from typing import Any

from .points import Point, context, lifted
from .twice import Nothing, Script

_NEAR, _FINE = 25, 100
"""Digits to which a root is sought at first, and those that the first comparison takes."""
_STEPS = 25
_LOST = 4
"""Steps in a row that do not halve what is to become zero."""
_SIMPLE = 10**6
"""The largest denominator of a root that is tried as a fraction."""


class Zero:
    """Where all outputs of a script are zero: along some inputs only, from a start. `at` has the point, if it is found.

    With `flat` it is where the slopes of the one output are zero. A start may be known to be right to many digits.
    Roots that are simple fractions become Fractions.
    """

    def __init__(
        self, script: Script, axes: Sequence[int], base: Point, start: Sequence[Any], flat: bool = False, known: int = 0
    ) -> None:
        self._script, self._axes, self._flat = script, axes, flat
        self._base = list(base)
        self._found: list[Any] | None = None
        self._digits = 0
        self.at: Point | None = None
        self._scale = max(map(abs, start)) or 1.0
        near = self._near = list(start) if known else self._newton(start, _NEAR, _STEPS)
        if near is None or not all(abs(x) < inf for x in near):
            return
        if known:
            self._found, self._digits = self._near, known
        simple = [_simple(x) for x in near]
        values = None if None in simple else self._residuals(simple)
        if values is not None and all(abs(v) < v.context.mpf(10) ** -(2 * _NEAR) for v in values):
            self.at = self._moved(simple)
        elif known or self._refined(_FINE):
            self.at = self._moved([Root(self, i) for i in range(len(axes))])

    def _moved(self, cells: Sequence[Any]) -> Point:
        point = list(self._base)
        for axis, cell in zip(self._axes, cells):
            point[axis] = cell
        return point

    def refined(self, digits: int) -> list[Any]:
        """The inputs that were sought, to so many digits; raises `Nothing` where they are not to be had."""
        if digits > self._digits and not self._refined(digits):
            raise Nothing
        return self._found

    def _refined(self, digits: int) -> bool:
        found = self._newton(self._found or self._near, digits, 12)
        if found is not None:
            self._found, self._digits = found, digits
        return found is not None

    def _residuals(self, cells: Sequence[Any]) -> list[Any] | None:
        try:
            if self._flat:
                return self._linear([lifted(context(3 * _NEAR), c) for c in cells], _NEAR)[0]
            return self._script.once(self._moved(cells), context(3 * _NEAR))
        except Nothing:
            return None

    def _newton(self, start: Sequence[Any], digits: int, steps: int) -> list[Any] | None:
        work = context(3 * digits)
        x = [lifted(work, value) for value in start]
        enough, lowest, lost = work.mpf(10) ** -(digits + 5), None, 0
        try:
            for _ in range(steps):
                values, slopes = self._linear(x, digits)
                height = sum(map(abs, values))
                lost = lost + 1 if lowest is not None and height > lowest / 2 else 0
                lowest = height if lowest is None or height < lowest else lowest
                if not height:
                    break
                if lost > _LOST:
                    return None
                move = _shortest(slopes, values)
                if move is None:
                    return None
                size = max(map(abs, (self._scale, *x)))
                x = self._stepped(x, move)
                if max(map(abs, move)) <= enough * size:
                    break
            else:
                return None
        except Nothing:
            return None
        return x

    def _stepped(self, x: list[Any], move: list[Any]) -> list[Any]:
        """A whole step, or as much of it as stays where the script has values."""
        for _ in range(6):
            there = [a - m for a, m in zip(x, move)]
            try:
                self._script.once(self._moved(there), x[0].context)
                return there
            except Nothing:
                move = [m / 4 for m in move]
        raise Nothing

    def _linear(self, x: list[Any], digits: int) -> tuple[list[Any], list[list[Any]]]:
        """What is to become zero, and its slopes along the inputs."""
        work = context(3 * digits)
        size = max(map(abs, (self._scale, *x)))
        steps = [size * work.mpf(10) ** -(3 * digits // 4)] * len(x)

        def height(*moves: tuple[int, int]) -> list[Any]:
            there = list(x)
            for i, side in moves:
                there[i] = there[i] + side * steps[i]
            return self._script.once(self._moved(there), work)

        here = height()
        ahead = [height((i, 1)) for i in range(len(x))]
        if not self._flat:
            return here, [[(ahead[i][k] - v) / steps[i] for i in range(len(x))] for k, v in enumerate(here)]
        behind = [height((i, -1))[0] for i in range(len(x))]
        n = range(len(x))
        (middle,) = here
        slopes = [(ahead[i][0] - behind[i]) / (2 * steps[i]) for i in n]
        curves = [[work.mpf(0) for _ in n] for _ in n]
        for i in n:
            curves[i][i] = (ahead[i][0] - 2 * middle + behind[i]) / steps[i] ** 2
            for j in range(i):
                both = height((i, 1), (j, 1))[0] - ahead[i][0] - ahead[j][0] + middle
                curves[i][j] = curves[j][i] = both / (steps[i] * steps[j])
        return slopes, curves


class Root:
    """One input at a `Zero`."""

    def __init__(self, zero: Zero, place: int) -> None:
        self._zero, self._place = zero, place

    def __float__(self) -> float:
        return float(self._zero.refined(_FINE)[self._place])

    def within(self, into: Any) -> Any:
        """The number in a context of mpmath."""
        return into.mpf(self._zero.refined(max(_FINE, into.dps))[self._place])


def _simple(x: Any) -> Fraction | None:
    """The simple fraction that is nearly this number."""
    if abs(x) > 1e12:
        whole = int(x) if abs(x) < x.context.mpf(10) ** 60 else 0
        return Fraction(whole) if whole and abs(x - whole) < 1e-9 else None
    simple = Fraction(float(x)).limit_denominator(_SIMPLE)
    return simple if abs(x - lifted(x.context, simple)) < 1e-15 * max(1, abs(x)) else None


def _shortest(slopes: list[list[Any]], values: list[Any]) -> list[Any] | None:
    """The shortest step that solves the equations as well as can be; None where they do not tell."""
    many, n = len(values), len(slopes[0])
    if many >= n:
        square = [[sum(r[i] * r[j] for r in slopes) for j in range(n)] for i in range(n)]
        return _solved(square, [sum(r[i] * v for r, v in zip(slopes, values)) for i in range(n)])
    square = [[sum(a * b for a, b in zip(r, s)) for s in slopes] for r in slopes]
    part = _solved(square, values)
    return part and [sum(r[i] * p for r, p in zip(slopes, part)) for i in range(n)]


def _solved(square: list[list[Any]], right: list[Any]) -> list[Any] | None:
    rows = [[*row, value] for row, value in zip(square, right)]
    n = len(rows)
    for k in range(n):
        best = max(range(k, n), key=lambda i: abs(rows[i][k]))
        rows[k], rows[best] = rows[best], rows[k]
        if abs(rows[k][k]) <= max(map(abs, square[k])) * rows[k][k].context.mpf(10) ** -30:
            return None
        for i in range(k + 1, n):
            factor = rows[i][k] / rows[k][k]
            rows[i] = [a - factor * b for a, b in zip(rows[i], rows[k])]
    found = [rows[0][0].context.mpf(0)] * n
    for k in reversed(range(n)):
        found[k] = (rows[k][n] - sum(rows[k][j] * found[j] for j in range(k + 1, n))) / rows[k][k]
    return found
