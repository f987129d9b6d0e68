"""Edges as ink: a curve of Bézier segments with its head drawn at the end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import hypot

from .layout import Point


def arrow(points: Sequence[Point], length: float) -> str:
    """A curve from the first point to the last, where an arrowhead of this length stands.

    `points` are a start and three for each cubic segment. The curve ends inside the head, so that its square end does
    not show.

    >>> arrow([(0, 0), (0, 10), (0, 20), (0, 30)], 10).partition("<polygon")[0]
    '<path class="gf-curve" d="M0.0,0.0C0.0,10.0 0.0,20.0 0.0,23.0"/>'
    """
    (ux, uy), tip = _direction(points), points[-1]
    return curve([*points[:-1], (tip[0] - 0.7 * length * ux, tip[1] - 0.7 * length * uy)]) + head(points, length)


def curve(points: Sequence[Point]) -> str:
    """The curve alone."""
    start, *rest = points
    segments = "".join(f"C{pairs(rest[i : i + 3])}" for i in range(0, len(rest), 3))
    return f'<path class="gf-curve" d="M{pairs([start])}{segments}"/>'


def head(points: Sequence[Point], length: float, kind: str = "") -> str:
    """The head alone, at the last point; `kind` is one more class."""
    (ux, uy), tip = _direction(points), points[-1]
    base = tip[0] - length * ux, tip[1] - length * uy
    wings = [(base[0] - side * 0.42 * length * uy, base[1] + side * 0.42 * length * ux) for side in (1, -1)]
    return f'<polygon class="gf-head{kind}" points="{pairs([tip, *wings])}"/>'


def _direction(points: Sequence[Point]) -> Point:
    """The unit vector in which the curve arrives."""
    tip, before = points[-1], next((p for p in reversed(points[:-1]) if p != points[-1]), points[0])
    length = hypot(tip[0] - before[0], tip[1] - before[1]) or 1.0
    return (tip[0] - before[0]) / length, (tip[1] - before[1]) / length


def pairs(points: Iterable[Point]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
