"""Are two expressions equal wherever both are real?

Rational expressions are decided exactly, by Kronecker's substitution (see `worlds.rational`). All others are compared
at points that a seed chooses: of either sign, small and wide, at the constants that occur, in every region that kinks
and borders of domains bound, and on these borders themselves. Floats look at every point. Digits are spent where floats
see a difference, which is then a certain one, and at a few points of each region: an analytic function that is zero
around one point of a region is zero in all of it. `twice` says how many digits settle a point, so that neither
1 + exp(-1000) nor cosh(x)^2 - sinh(x)^2 deceives.

Agreement counts only where both sides are defined, and too few such points decide nothing. There is no clock: limits
are counted in points and digits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from fractions import Fraction
from itertools import chain
from math import inf, prod
from random import Random
from typing import Any

from ...core.evaluate import NoValue, put_in
from ...core.language import read_expression
from ...core.node import Node, in_order
from ...core.worlds import precise, rational
from .borders import Regions, bases, borders, in_regions, jumps, signs
from .points import Point, context, landmarks, starts, to_float
from .roots import beyond, roots
from .twice import DIGITS, Nothing, Script, TooFew, same_at

_EXACT_BITS = 400_000
"""Kronecker points with more bits than this are replaced by residues modulo two large primes."""
_PRIMES = (2**1279 - 1, 2**2203 - 1)
_ENOUGH_POINTS = 4
_CHEAP = DIGITS[:2]
_COSTLY = ((DIGITS[2], 1000), (DIGITS[3], 130), (DIGITS[4], 24))
"""How many functions, at most, may be evaluated with more digits."""


def equivalent(left: str, right: str, names: Iterable[str] | None = None) -> bool | None:
    """True, False, or None where it could not be decided.

    `names` are the names that may occur; without it, single letters are names (and `e` is Euler's number).
    Raises `NotationError` for what cannot be read.

    >>> equivalent("12(31 - 15a)", "372 - 180a"), equivalent("sin(x)^2 + cos(x)^2", "1"), equivalent("sqrt(x^2)", "x")
    (True, True, False)
    """
    if names is None:
        letters = {*map(chr, range(ord("a"), ord("z") + 1))} - {"e"}
        names = sorted({*letters, *(c.upper() for c in letters), *"αβγδεζηθικλμνξρστυφχψω"})
    inputs = {name: Node(None, (), name) for name in names}
    return decide(read_expression(left, inputs).value, read_expression(right, inputs).value)


def decide(left: Any, right: Any, seed: int = 0, smooth: Sequence[Node] = ()) -> bool | None:
    """Whether two expressions over the same input nodes are equal wherever both are real.

    Points at which one of the expressions in `smooth` is zero do not count: there the derivative that is asked
    for rests on a convention.
    """
    try:
        return _rationally_equal(left, right)
    except NoValue:
        return None
    except rational.NotRational:
        pass
    comparison = _Comparison(left, right, smooth)
    try:
        return _from_points(comparison, Random(seed)) if comparison.inputs else comparison.told([], DIGITS)
    except _Different:
        return False


def nowhere_defined(expression: Any) -> NoValue | None:
    """Why an expression has no value anywhere, as far as that is certain: `1/(x - x)`, `log(-1)`, `2/0`."""
    constants = [n for n in in_order([expression] if isinstance(expression, Node) else []) if n.is_constant]
    try:
        precisely(constants, {}, DIGITS[1])
        _rationally_equal(expression, Fraction(0))
    except NoValue as nothing:
        return nothing
    except rational.NotRational:
        pass
    return None


def inputs_of(*expressions: Any) -> list[Node]:
    """The input nodes of expressions, in order of first use."""
    return [n for n in in_order(e for e in expressions if isinstance(e, Node)) if n.operation is None]


def _rationally_equal(left: Any, right: Any) -> bool:
    inputs = inputs_of(left, right)

    def cross(make: Any, at: Iterable[Any]) -> Any:
        known = {id(node): rational.Ratio(value, None, make) for node, value in zip(inputs, at)}
        a, b = put_in([left, right], known, rational.lift(make))
        return (a - b).above

    n = len(inputs)
    none = (0,) * n
    bound = cross(
        lambda k: rational.Bound(none, abs(k).bit_length()),
        (rational.Bound(tuple(int(i == j) for j in range(n)), 0) for i in range(n)),
    )
    width = int(bound.bits) + 2
    room = [d + 1 for d in bound.degrees]
    if width * prod(room) <= _EXACT_BITS:
        return not cross(lambda k: k, (1 << (width * prod(room[:i])) for i in range(n)))
    for prime in _PRIMES:
        random = Random(prime % 1_000_003)
        at = (rational.Residue(random.randrange(prime), prime) for _ in inputs)
        if cross(lambda k, p=prime: rational.Residue(k % p, p), at):
            return False
    return True


class _Different(Exception):
    """Internal: a point at which the sides are not equal."""


class _Comparison:
    """Two sides, and what points have told of them so far."""

    def __init__(self, left: Any, right: Any, smooth: Sequence[Node]) -> None:
        self.sides = left, right
        self.inputs = inputs_of(left, right, *smooth)
        self.script = Script(self.inputs, self.sides)
        self.agreed: set[int] = set()
        """By `id`, as points that were asked are kept."""
        self.costly: dict[int, float] = {}
        """How many digits a point needs at least, where it was too few."""
        self._settled: dict[int, Point] = {}
        self._smooth = [Script(self.inputs, [border]) for border in smooth]

    def seen(self, point: Point, floats: Sequence[float | None]) -> bool:
        """Whether both sides have a float here; where these differ, digits are spent at once."""
        a, b = self.script.floats(floats)
        if a is None or b is None:
            return False
        if abs(a - b) > 1e-9 * (1 + abs(a) + abs(b)) + 1e-13 * max(abs(x or 0) for x in floats):
            self.told(point)
        return True

    def told(self, point: Point, levels: Sequence[int] = _CHEAP) -> bool | None:
        """True where the sides agree at a point; None where one has no value, or the digits do not tell.

        Raises `_Different`. A point is asked once for each number of digits.
        """
        if id(point) in self._settled and self.costly.get(id(point), inf) > levels[-1]:
            return None
        self._settled[id(point)] = point
        try:
            if any(_is_zero(script, point) for script in self._smooth):
                return None
            same = same_at(self.script, point, levels)
        except TooFew as few:
            self.costly[id(point)] = max(few.digits, levels[-1] + 1)
            return None
        if same is False:
            raise _Different
        if same:
            self.agreed.add(id(point))
        return same


def _is_zero(script: Script, point: Point) -> bool:
    for digits in _CHEAP:
        with suppress(Nothing):
            if script.twice(point, digits)[0][0][1] == 0:
                return True
    return False


def _from_points(comparison: _Comparison, random: Random) -> bool | None:
    """Raises `_Different` at the first point that tells the sides apart."""
    inputs, marks = comparison.inputs, landmarks(comparison.sides)
    found = borders(comparison.sides)
    lines = Script(inputs, list(chain(*found)))
    regions: Regions = {}

    def look(points: Iterable[Point]) -> None:
        for point in points:
            floats = list(map(to_float, point))
            seen = comparison.seen(point, floats)
            regions.setdefault(signs(lines.floats(floats)), ([], []))[not seen].append(point)
            if seen and len(comparison.agreed) < 2:
                comparison.told(point)

    look(starts(len(inputs), marks, random))
    scarce = sum(len(visible) for visible, _ in regions.values()) < 2 * _ENOUGH_POINTS
    if found.kinks or (found.domains and scarce):
        look(in_regions(lines, found, regions, marks))
    base, jumping = bases(regions), jumps(comparison.sides)
    if jumping:
        for point in roots(inputs, [*found.kinks, *found.domains], base, marks):
            comparison.told(point)
    if found.kinks or found.domains:
        sought = [*((kink, False) for kink in found.kinks), *((domain, True) for domain in found.domains)]
        for point in beyond(inputs, sought, base, meetings=not jumping):
            comparison.told(point)
    ordered = {name: [*visible, *others] for name, (visible, others) in regions.items()}
    for point in chain(*(points[:1] for points in ordered.values())):
        comparison.told(point)
    for point in chain(*(points[1:] for points in ordered.values())):
        if len(comparison.agreed) >= _ENOUGH_POINTS:
            break
        comparison.told(point)
    if comparison.costly and _spend(comparison, ordered, len(found.kinks)):
        return None
    if len(comparison.agreed) >= _ENOUGH_POINTS:
        return True
    needed = slice(len(found.kinks), len(found.kinks) + len(found.domains))
    if found.domains and not any(set(region[needed]) == {1} for region in regions):
        lonely = [*roots(inputs, found.domains, base, marks)]  # both sides are real at single points, if at all
        return any(list(map(comparison.told, lonely))) or bool(comparison.agreed) or None
    return None


def _spend(comparison: _Comparison, regions: Mapping[tuple, list[Point]], kinks: int) -> bool:
    """More digits, between kinks where no point agreed so far; whether a place is left that they might settle."""
    places: dict[tuple, list[Point]] = {}
    for name, points in regions.items():
        if not {None, 0} & set(name[:kinks]):
            places.setdefault(name[:kinks], []).extend(points)

    def costly(groups: Iterable[list[Point]]) -> list[Point]:
        return [point for points in groups for point in points if id(point) in comparison.costly]

    def unsettled() -> list[Point]:
        return costly(p for p in places.values() if not any(id(point) in comparison.agreed for point in p))

    for digits, functions in _COSTLY:
        few = len(comparison.agreed) < _ENOUGH_POINTS
        most = min(10, functions // comparison.script.functions)
        waiting = costly(regions.values()) if few else unsettled()
        for point in sorted(waiting, key=lambda point: comparison.costly[id(point)])[:most]:
            if digits < comparison.costly[id(point)] <= DIGITS[-1]:
                break  # a later turn will tell
            if len(comparison.agreed) >= _ENOUGH_POINTS and all(point is not other for other in unsettled()):
                continue
            comparison.told(point, (digits,))
    return bool(unsettled())


def precisely(expressions: Sequence[Any], point: Mapping[int, Fraction], digits: int) -> list[Any]:
    """The values of expressions at an exact point, as mpmath numbers of this many digits. Raises `NoValue`."""
    known = {key: precise.lift(context(digits), value) for key, value in point.items()}
    return put_in(expressions, known, lambda constant: precise.lift(context(digits), constant))
