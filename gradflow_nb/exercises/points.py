"""Where two expressions are compared: points that a seed chooses, and points beside every kink and border."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from random import Random
from typing import Any

from ..core.evaluate import NoValue, put_in
from ..core.node import Node, in_order
from ..core.worlds import exact


def points(inputs: Sequence[Node], expressions: Sequence[Any], seed: int) -> list[dict[int, Fraction]]:
    """The points of comparison, the same for the same seed: of either sign, small and wide, whole, at constants.

    Returns exact values by the `id` of the input nodes.
    """
    random = Random(seed)
    marks = _landmarks(expressions)

    def draw(kind: int) -> Fraction:
        fine = Fraction(random.randrange(1, 9973), 9973)
        match kind % 8:
            case 0:
                return fine
            case 1:
                return -fine
            case 2:
                return 1 + 3 * fine
            case 3:
                return -1 - 3 * fine
            case 4:
                return random.choice((-1, 1)) * fine * 40
            case 5:
                return Fraction(random.randrange(-6, 7))
            case 6:
                return random.choice((-1, 1)) * fine * random.choice((Fraction(1, 500), 300))
        return random.choice(marks) + random.choice((0, fine / 7, -fine / 7))

    uniform = [{id(node): draw(kind) for node in inputs} for kind in (*range(8), 0, 2, 5, 7)]
    mixed = [{id(node): draw(random.randrange(8)) for node in inputs} for _ in range(16)]
    exactly = [{id(node): mark for node in inputs} for mark in marks[:8]]
    base = [*uniform, *mixed, *exactly]
    return [*base, *_beside_borders(inputs, expressions, base, marks, random)]


def _exactly_on(border: Node, inputs: Sequence[Node], base: Sequence[dict[int, Fraction]]) -> list[dict[int, Fraction]]:
    """Points where a border is exactly zero, found along one input at a time by a secant, which is exact for lines."""
    found = []
    for node in inputs:
        for point in base[2:4]:
            moved = {**point, id(node): point[id(node)] + 1}
            (here,), (there,) = quickly([border], point), quickly([border], moved)
            if here is None or there is None or here == there:
                continue
            root = {**point, id(node): point[id(node)] - Fraction(here) / (Fraction(there) - Fraction(here))}
            if quickly([border], root) == [0]:
                found.append(root)
    return found


def _landmarks(expressions: Sequence[Any]) -> list[Fraction]:
    """The constants that occur, and their negatives: thresholds lie there."""
    found = {Fraction(0), Fraction(1), Fraction(-1)}
    for node in in_order(e for e in expressions if isinstance(e, Node)):
        for argument in node.arguments:
            if isinstance(argument, (Fraction, float)) and len(found) < 40:
                value = Fraction(argument)
                found |= {value, -value}
    return sorted(found, key=lambda value: (abs(value), value))


_BORDERS = {
    "log": lambda x: x,
    "log10": lambda x: x,
    "sqrt": lambda x: x,
    "asin": lambda x: 1 - x * x,
    "acos": lambda x: 1 - x * x,
    "atanh": lambda x: 1 - x * x,
    "acosh": lambda x: x - 1,
    "pow": lambda x, y: x,
}
"""For operations that are not defined everywhere: an expression that is negative where they are not."""


def borders(expressions: Sequence[Any]) -> list[Node]:
    """Expressions whose sign matters: arguments at kinks, and at the border of a domain."""
    found = []
    for node in in_order(e for e in expressions if isinstance(e, Node)):
        if node.operation is None or node.is_constant:
            continue
        rule = node.operation.kink or _BORDERS.get(node.operation.name)
        exponent = node.arguments[-1]
        if node.operation.name == "pow" and isinstance(exponent, Fraction) and exponent.denominator == 1:
            continue
        border = rule(*node.arguments) if rule else None
        if isinstance(border, Node):
            found.append(border)
    return found[:12]


def _beside_borders(
    inputs: Sequence[Node],
    expressions: Sequence[Any],
    base: list[dict[int, Fraction]],
    marks: list[Fraction],
    random: Random,
) -> list[dict[int, Fraction]]:
    """For every border: points well inside both sides, points close to it on either side, and points on it."""
    found: list[dict[int, Fraction]] = []
    lines = borders(expressions)
    if lines:
        found += [{**random.choice(base), id(node): mark} for node in inputs for mark in marks[:5]]
    for border in lines:
        found += _exactly_on(border, inputs, base)
        sides: dict[int, list[dict[int, Fraction]]] = {1: [], -1: []}
        best: dict[int, tuple[Any, dict[int, Fraction]]] = {}
        for tried, point in enumerate(_scan(inputs, base, marks, random)):
            (value,) = quickly([border], point)
            for side in (1, -1):
                if value is not None and (side not in best or side * value > side * best[side][0]):
                    best[side] = value, point
            if value:
                sides[1 if value > 0 else -1].append(point)
            if min(map(len, sides.values())) >= 3 or tried > 160:
                break
        for side, reached in sides.items():
            if not reached and side in best:
                reached += _climbed(border, *best[side], side)
        for reached in sides.values():
            found += reached[-3:]
        if sides[1] and sides[-1]:
            found += _bisected(border, sides[1][-1], sides[-1][-1])
    return found


def _scan(
    inputs: Sequence[Node], base: list[dict[int, Fraction]], marks: list[Fraction], random: Random
) -> Iterable[dict]:
    """The base points first, then points that walk one input far out and along the landmarks."""
    yield from base
    far = [sign * Fraction(10) ** k for k in (1, 2, 3, 4, 6) for sign in (1, -1)]
    near = [mark + side for mark in marks[:12] for side in (Fraction(1, 97), -Fraction(1, 97))]
    for value in (*near, *far):
        for node in inputs:
            yield {**random.choice(base), id(node): value}


def _climbed(border: Node, value: Any, point: dict[int, Fraction], side: int) -> list[dict[int, Fraction]]:
    """A point on the far side of a border that no trial reached, sought uphill; empty if it was not found."""
    step = Fraction(1)
    for _ in range(40):
        moves = [{**point, key: point[key] + turn * step} for key in point for turn in (1, -1)]
        heights = [(side * v, i) for i, (v,) in enumerate(quickly([border], move) for move in moves) if v is not None]
        height, i = max(heights, default=(side * value, 0))
        if height > side * value:
            point, value = moves[i], side * height
        else:
            step /= 2
        if side * value > 0:
            return [point]
    return []


def _bisected(border: Node, above: dict[int, Fraction], below: dict[int, Fraction]) -> list[dict[int, Fraction]]:
    """Points close to the border on the line between two points, one on each side."""
    for _ in range(24):
        middle = {key: ((above[key] + below[key]) / 2).limit_denominator(10**12) for key in above}
        (value,) = quickly([border], middle)
        if value is None or value == 0:
            break
        above, below = (middle, below) if value > 0 else (above, middle)
    return [above, below]


def quickly(expressions: Sequence[Node], point: Mapping[int, Fraction]) -> list[Any]:
    """The expressions' values in ordinary numbers; None where there is none."""
    values = []
    for expression in expressions:
        try:
            values += put_in([expression], point, exact.lift)
        except (NoValue, ArithmeticError):
            values.append(None)
    return values
