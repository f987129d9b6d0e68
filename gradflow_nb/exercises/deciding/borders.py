"""Kinks, folds, poles and borders of domains, and points in all the regions that they bound.

A region is known by the signs of its borders. Lines along each input are searched for changes of sign, and a region
that none of the points has reached is sought uphill.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import chain, pairwise, product
from typing import Any, NamedTuple

from ...core.node import Node, in_order
from ...core.operations import OPERATIONS
from .parts import factors
from .points import Point, to_float
from .twice import Script

_MOST_BORDERS, _MOST_CROSSINGS = 14, 16
_CLIMB, _PEOPLED = 120, 5
"""Steps of a search uphill, and points that are enough in the domain of both sides."""
WORK = 250_000
"""Operations in floats that the search may take. A small expression needs a hundredth of it."""
_STEPS = (0.02, 0.3, 0.7, 1.6, 2.4, 3.9, 6, 11, 33, 150, 2e3, 7e5, 3e9)
DENSE = [step / 4 for step in range(-40, 41)]
_LADDER = [sign * step for step in _STEPS for sign in (1, -1)]

_DOMAINS: dict[str, Callable[..., Any]] = {
    **dict.fromkeys(("log", "log10", "sqrt", "pow"), lambda x, y=None: x),
    **dict.fromkeys(("asin", "acos", "atanh"), lambda x: 1 - x * x),
    "acosh": lambda x: x - 1,
}
"""For operations that are not defined everywhere: an expression that is negative where they are not."""
_FOLDS = {"sin": "cos", "cos": "sin", "tan": "cos"}
"""Where asin(sin(x)) and its like turn: the function that is zero there."""


class Borders(NamedTuple):
    """Expressions whose sign tells regions apart: zero at kinks and folds, negative outside a domain, zero at poles."""

    kinks: list[Node]
    domains: list[Node]
    poles: list[Node]


def borders(expressions: Sequence[Any]) -> Borders:
    kinks: list[Any] = []
    domains: list[Any] = []
    poles: list[Any] = []
    for node in in_order(e for e in expressions if isinstance(e, Node)):
        if node.operation is None or node.is_constant:
            continue
        name, inner = node.operation.name, node.arguments[-1]
        whole = name == "pow" and isinstance(inner, Fraction) and inner.denominator == 1
        if node.operation.kink:
            kinks.append(node.operation.kink(*node.arguments))
        elif name == "pow" and not isinstance(node.arguments[0], Node) and node.arguments[0] == 0:
            domains.append(inner)  # 0^f is 0, and 1 where f is zero
        elif name in _DOMAINS and not whole:
            domains.append(_DOMAINS[name](*node.arguments))
            kinks += [f for f in factors(domains[-1]) if f is not domains[-1]]  # sqrt(x^2) is |x|
        elif name == "div" or (whole and inner < 0):
            poles.append(inner if name == "div" else node.arguments[0])
        if name in ("asin", "acos", "atan") and isinstance(inner, Node) and inner.operation:
            fold = _FOLDS.get(inner.operation.name)
            kinks += [Node(OPERATIONS[fold], inner.arguments)] if fold else []
    domains, poles = _distinct(domains), _distinct(poles)
    return Borders(_distinct(kinks, domains), domains, poles)


def jumps(expressions: Sequence[Any]) -> bool:
    """Whether there is a sign, a step or a power of 0: what is not continuous."""
    for node in in_order(e for e in expressions if isinstance(e, Node)):
        name, first = (node.operation.name, node.arguments[0]) if node.operation else ("", None)
        if name in ("sign", "step") or (name == "pow" and not isinstance(first, Node) and first == 0):
            return True
    return False


def _distinct(borders: Sequence[Any], others: Sequence[Node] = ()) -> list[Node]:
    """Those that are not constant, without repetitions and without the others."""
    variable = [border for border in borders if isinstance(border, Node) and not border.is_constant]
    written = [*variable, *others]
    slots = Script([n for n in in_order(written) if n.operation is None], written).outputs
    there = set(slots[len(variable) :])
    return [border for slot, border in dict(zip(slots, variable)).items() if slot not in there][:_MOST_BORDERS]


Regions = dict[tuple[int | None, ...], tuple[list[Point], list[Point]]]
"""By the signs that the borders have there: points at which floats see both sides, and others."""


def in_regions(script: Script, found: Borders, regions: Regions, marks: Sequence[Fraction]) -> Iterator[Point]:
    """Points between the borders along lines, and points in regions that none of the known ones reaches.

    The outputs of `script` are the borders. Those of domains have to be positive, and kinks may have either sign.
    Whoever takes a point puts it among those of its region.
    """
    limit = script.done + WORK
    first = next(_floats(regions))
    for axis in range(len(first)) if len(script.outputs) > 1 else ():
        cuts = sorted(crossings(script, first, axis, marks))
        for left, right in pairwise([cuts[0] - 1, *cuts, cuts[-1] + 1] if cuts else []):
            yield moved(first, axis, left + 0.4142 * (right - left))
        if script.done > limit:
            return
    kinks = len(found.kinks)
    wanted: list[dict[int, int]] = [{}, *({i: side} for i in range(kinks) for side in (1, -1))]
    wanted += [dict(enumerate(sides)) for sides in product((1, -1), repeat=kinks) if 1 < kinks <= 3]
    wanted += [dict.fromkeys(range(kinks), 1)] if kinks > 3 else []
    for sides in wanted:
        inside = sides | dict.fromkeys(range(kinks, kinks + len(found.domains)), 1)
        if inside and script.done < limit:
            yield from _climbed(script, inside, regions, 2 if sides else _PEOPLED)


def signs(heights: Iterable[float | None]) -> tuple[int | None, ...]:
    """The name of a region."""
    return tuple(height if height is None else (height > 0) - (height < 0) for height in heights)


def _floats(regions: Regions) -> Iterator[list[float]]:
    for points in chain.from_iterable(chain.from_iterable(regions.values())):
        floats = list(map(to_float, points))
        if None not in floats:
            yield floats


def bases(regions: Regions) -> list[list[float]]:
    """The points that floats see, first one of each region."""
    groups = [[list(map(to_float, point)) for point in chain(*points)] for points in regions.values()]
    return [p for p in (*(g[0] for g in groups), *chain(*(g[1:] for g in groups))) if None not in p]


def moved(point: list[Any], axis: int, value: Any) -> list[Any]:
    return [*point[:axis], value, *point[axis + 1 :]]


def crossings(
    script: Script, base: list[float], axis: int, marks: Sequence[Fraction], more: Iterable[float] = ()
) -> Iterator[float]:
    """Where borders change their sign along one input."""
    line = [t for t in map(to_float, marks[:24]) if t is not None]
    ladder = sorted({*line, *more, *_LADDER, *(t + side * 0.013 for t in line[:12] for side in (1, -1))})
    rungs = [(t, script.floats(moved(base, axis, t))) for t in ladder]
    most = _MOST_CROSSINGS
    for (left, at_left), (right, at_right) in pairwise(rungs):
        for i, (a, b) in enumerate(zip(at_left, at_right)):
            if a is not None and b is not None and a * b < 0 and most:
                most -= 1
                yield _bisected(lambda t, i=i: script.floats(moved(base, axis, t))[i], left, right, a)
            elif a == 0:
                yield left


def _bisected(height: Callable[[float], float | None], left: float, right: float, at_left: float) -> float:
    for _ in range(44):
        middle = (left + right) / 2
        value = height(middle)
        if not value or middle in (left, right):
            return middle
        left, right = (middle, right) if value * at_left > 0 else (left, middle)
    return left


def _climbed(script: Script, sides: dict[int, int], regions: Regions, enough: int) -> list[list[float]]:
    """Points at which the borders have these signs; none if there are enough of them, or none is found.

    Sought uphill along the inputs: first every border has to have a value, then the sum of what is missing to the
    right signs is to vanish. Where all are to be positive, a search also starts where one of them is, and stays there.
    """

    def height(point: list[float], firm: int | None = None) -> tuple[float, float, float]:
        values = script.floats(point)
        heights = [side * values[i] for i, side in sides.items() if values[i] is not None]
        lost = firm is not None and not (values[firm] or 0) > 0
        return len(heights) - len(sides) - lost, sum(h for h in heights if h < 0), min(heights, default=0.0)

    def inside(point: list[float]) -> bool:
        having, _, low = height(point)
        return having == 0 and low > 0

    there = {name: points for name, points in regions.items() if all(name[i] == side for i, side in sides.items())}
    reached = [point for visible, _ in there.values() for point in visible]
    if reached:
        return _around(list(map(to_float, reached[-1])), inside) if len(reached) < enough else []
    known = list(_floats({name: points for name, points in regions.items() if name not in there} or regions))
    if not known:
        return []
    together = sides if len(sides) > 1 and all(side == 1 for side in sides.values()) else ()
    for firm in (None, *together):
        best, point = max((height(point, firm), point) for point in known)
        if best[0] < 0 and firm is not None:
            continue
        point, best = uphill(lambda p, firm=firm: height(p, firm), point, _CLIMB, lambda h: h[0] == 0 and h[2] > 0)
        if best[0] == 0 and best[2] > 0:
            return [point, *_around(point, inside)]
    return []


def uphill(
    height: Callable[[list[float]], Any], point: list[float], steps: int, there: Callable[[Any], bool] = lambda h: False
) -> tuple[list[float], Any]:
    """The highest point that so many steps lead to, and its height."""
    best, step = height(point), 1.0
    for _ in range(0 if there(best) else steps):
        moves = [moved(point, i, x + turn * step) for i, x in enumerate(point) for turn in (1, -1)]
        if 1 < len(point) < 4:  # out of a corner
            moves += [[x + t * step for x, t in zip(point, turn)] for turn in product((1, -1), repeat=len(point))]
        found, move = max((height(m), m) for m in moves)
        if found > best:
            best, point, step = found, move, step * 2
        else:
            step /= 4
        if there(best) or step < 1e-15 * (1 + max(map(abs, point))):
            break
    return point, best


def _around(point: list[float], inside: Callable[[list[float]], bool]) -> list[list[float]]:
    """Up to eight points in the neighbourhood of one."""
    found = []
    for k in range(1, 26):
        for turn in (0.83, -0.59):
            near = [x + turn * (1 + 0.17 * i) * 0.3**k * max(1.0, abs(x)) for i, x in enumerate(point)]
            if near != point and len(found) < 8 and inside(near):
                found.append(near)
    return found
