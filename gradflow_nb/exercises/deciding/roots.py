"""Points on kinks and borders, where they meet, and on the far side of those that were seen from one side only.

Exact points where they are simple, and others to as many digits as are asked for (see `zeros`). Where they are
looked for first is told by inverting, then by changes of sign along each input, and by places that nearly are zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import chain, combinations, islice, pairwise, product
from math import inf
from typing import Any

from ...core.node import Node, in_order
from .borders import DENSE, WORK, crossings, moved, uphill
from .inverting import DIGITS as INVERTED
from .inverting import inverted
from .parts import factors, one_sided, simply, steep, terms
from .points import Point, context, lifted
from .twice import Nothing, Script
from .zeros import Zero

_MOST, _MOST_MEETINGS = 16, 24
"""Roots of short expressions; of long ones fewer."""
_EFFORT = 150
"""What the searches for meetings, and beyond borders, may take: so many operations, each done some hundred times."""
_TOGETHER = 6
"""Borders of which each two may meet."""
_TENS = [Fraction(10) ** k for k in sorted(s * k for k in (3, 6, 13, 21, 40, 90, 210, 450, 1000) for s in (1, -1))]
_BESIDE = (2, 5, 11, 18, 30, 52, 90)
"""How near a root, in digits, its two sides are looked at."""
_CERTAIN = 1e-3
"""A sign of less is looked at again with more digits."""
_ENDS = 4
"""Points at which a border is highest, of which one has to have the sign."""


def roots(
    inputs: Sequence[Node], lines: Sequence[Node], known: Sequence[Point], marks: Sequence[Fraction]
) -> Iterator[Point]:
    """Points on borders: where each of their factors is zero along some input, and where several of them are."""
    left: float = _MOST
    whole = {id(f): f for line in lines for f in factors(line)}
    for border in whole.values():
        for axis, base in product(_axes(inputs, border), known[: min(len(inputs), 2)]):
            for zero, size in _along(inputs, border, axis, base, marks):
                left -= max(1, size // 20)  # long ones take long
                if zero.at:
                    yield zero.at
                if left <= 0:
                    break
    if len(inputs) > 1:
        yield from _meetings(inputs, list(whole.values()), known)


def _axes(inputs: Sequence[Node], border: Node) -> list[int]:
    there = {id(node) for node in in_order([border])}
    return [i for i, node in enumerate(inputs) if id(node) in there]


def _along(
    inputs: Sequence[Node], border: Node, axis: int, base: Point, marks: Sequence[Fraction]
) -> Iterator[tuple[Zero, int]]:
    """Zeros along one input, with the size of the script that they took."""
    simple = simply(border, inputs, axis, base)
    border = border if simple is None else simple
    script = Script(inputs, [border])
    found, all_of_them = inverted(inputs, border, axis, base)
    for start in found:
        yield Zero(script, [axis], base, [start], known=INVERTED), len(script)
    if all_of_them:
        return
    crossing = ((start, False) for start in islice(crossings(script, base, axis, marks, DENSE), 4))
    touching = ((start, True) for start in islice(_touchings(script, base, axis), 2))
    far = ((start, False) for start in _far_crossings(script, base, axis))
    if found:  # the others are more of the same, as of sin(x) - 1/2
        touching = far = ()
    for start, flat in chain(crossing, touching if simple is None else (), far):
        if any(abs(start - other) <= 1e-9 * abs(other) for other in found):
            continue
        yield Zero(script, [axis], base, [start], flat), len(script)
        if script.done > WORK:
            return


def _touchings(script: Script, base: list[float], axis: int) -> Iterator[float]:
    """Where a border comes to zero without a change of sign, as 1 - sin(x) does, to half of a float's digits."""

    def height(t: float) -> float:
        (value,) = script.floats(moved(base, axis, t))
        return inf if value is None else abs(value)

    rungs = [(t, script.floats(moved(base, axis, t))[0]) for t in DENSE]
    for (low, a), (_, b), (high, c) in zip(rungs, rungs[1:], rungs[2:]):
        if None in (a, b, c) or min(a * b, b * c) <= 0 or abs(b) > min(abs(a), abs(c)):
            continue
        for _ in range(50):
            third = (high - low) / 3
            low, high = (low, high - third) if height(low + third) < height(high - third) else (low + third, high)
        if height(low) < 1e-12:
            yield low


def _far_crossings(script: Script, base: Point, axis: int) -> Iterator[Any]:
    """Where a border changes its sign between powers of ten, roughly."""
    into = context(100)

    def height(t: Any) -> Any:
        try:
            return script.once(moved(base, axis, t), into)[0]
        except Nothing:
            return None

    for turn in (1, -1):
        rungs = [(turn * t, height(turn * t)) for t in _TENS]
        for (low, a), (high, b) in pairwise(rungs):
            if a is None or b is None or a * b >= 0:
                continue
            for _ in range(14):
                middle = turn * into.sqrt(lifted(into, low) * lifted(into, high))
                value = height(middle)
                if not value:
                    break
                low, high = (middle, high) if value * a > 0 else (low, middle)
            yield float(middle) if abs(middle) < 1e300 else middle


def _meetings(inputs: Sequence[Node], borders: Sequence[Node], known: Sequence[Point]) -> Iterator[Point]:
    """Where several borders are zero at once, or all the terms of one that is a sum of squares and sizes."""
    sides = one_sided(borders)
    sums = [(terms(b, sides), [*known[:2], *([-x for x in p] for p in known[:2])]) for b in borders if sides[id(b)]]
    smooth = [b for b in borders if not sides[id(b)]][:_TOGETHER]
    several = chain(*(combinations(smooth, k) for k in range(2, len(inputs) + 1)))
    left = _EFFORT
    for system, starts in chain(sums, ((system, known[:1]) for system in islice(several, _MOST_MEETINGS))):
        script = Script(inputs, system)
        left -= _effort(script)
        if left < 0:
            return
        yield from _common(inputs, script, starts)


def _effort(script: Script) -> int:
    return len(script) + 4 * script.functions


def _common(inputs: Sequence[Node], script: Script, starts: Sequence[Point]) -> Iterator[Point]:
    for base in starts:
        zero = Zero(script, range(len(inputs)), base, base)
        if zero.at:
            yield zero.at


def beyond(
    inputs: Sequence[Node], lines: Iterable[tuple[Node, bool]], known: Sequence[Point], meetings: bool
) -> Iterator[Point]:
    """Points on the other side of borders that `known` points see from one side only, if that is to be found.

    Each line comes with whether its positive side alone is sought, as that of a domain is. Beside roots it is looked
    for along powers of ten, as far as floats do not reach, at the bottom of what comes down to zero and, if these were
    not looked at before, at `meetings`.
    """
    whole = {id(f): (f, only) for line, only in lines for f in factors(line)}
    if not whole:
        return
    plain = one_sided([border for border, _ in whole.values()])
    script = Script(inputs, [border for border, _ in whole.values()])
    seen = [(point, script.floats(point)) for point in known]
    found, left = False, _EFFORT
    for i, (border, only) in enumerate(whole.values()):
        if plain[id(border)]:
            continue
        heights = sorted(((row[i], point) for point, row in seen if row[i]), key=lambda entry: entry[0])
        sides = []
        for side, highest in ((1, heights[::-1]), (-1, heights)):
            ends = highest[:_ENDS] or [(None, point) for point in known[:1]]  # None: too large for floats
            there = next((end for end in ends if _has(script, i, side, *end)), None)
            if there:
                sides.append(side)
                if abs(there[0] or 0) <= _CERTAIN:
                    yield there[1]  # floats only see noise, so this may be the one known point of its region
        if only and len({tuple(point) for height, point in heights if height > 0}) < 2:
            sides = [side for side in sides if side < 0]  # a single point may have been hit, as x = 2 is for |x - 2|
        if len(sides) == 1 and not (only and sides == [1]):
            found, own = True, Script(inputs, [border])
            left -= _effort(own)
            if left < 0:
                return
            yield from _across(inputs, border, own, sides[0], known)
    if found and meetings and len(inputs) > 1:
        yield from _meetings(inputs, [border for border, _ in whole.values()], known)


def _has(script: Script, place: int, side: int, height: float | None, point: Point) -> bool:
    """Whether a border has this sign at a point, where floats may only see noise."""
    if height is not None and (height * side <= 0 or abs(height) > _CERTAIN):
        return height * side > 0
    try:
        return script.once(point, context(100))[place] * side > 0
    except Nothing:
        return False


def _across(
    inputs: Sequence[Node], border: Node, script: Script, side: int, known: Sequence[Point]
) -> Iterator[Point]:
    fine, coarse = context(300), context(100)

    def crossed(point: Point, into: Any) -> bool:
        try:
            return script.once(point, into)[0] * side < 0
        except Nothing:
            return False

    axes, inversely = _axes(inputs, border), False
    for axis, base in product(axes, known[:2]):
        simple = simply(border, inputs, axis, base)
        starts, all_of_them = inverted(inputs, border if simple is None else simple, axis, base)
        for start in starts:
            near = (moved(base, axis, x) for (x,) in _around([start]))
            yield from islice((point for point in near if crossed(point, fine)), 3)
        inversely = inversely or bool(starts)
        far = (moved(base, axis, turn * t) for t in (() if starts or all_of_them else _TENS) for turn in (1, -1))
        yield from islice((point for point in far if crossed(point, coarse)), 2)

    def height(point: Sequence[float]) -> float:
        (value,) = script.floats(point)
        return -inf if value is None else -side * value

    if inversely and len(axes) == 1:
        return
    for base in sorted(known, key=height)[-2:]:
        start, _ = uphill(height, list(base), 60)
        zero = Zero(script, axes, start, [start[i] for i in axes], flat=True)
        if zero.at:
            yield zero.at
            yield from islice((point for point in _around(zero.at) if crossed(point, fine)), 5)
            break
    for point in islice(roots(inputs, steep(border), known[:2], ()), 4):
        yield from islice((near for near in _around(point) if crossed(near, fine)), 3)


def _around(point: Point) -> Iterator[Point]:
    """Points on two sides of one, ever nearer."""
    fine = context(300)
    middle = [fine.mpf(lifted(context(100), cell)) for cell in point]
    for k, turn in product(_BESIDE, (1, -1)):
        yield [x + (abs(x) or 1) * turn * (1 + i) * fine.mpf(10) ** -k for i, x in enumerate(middle)]
