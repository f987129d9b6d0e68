"""Are two expressions equal wherever both are real?

Rational expressions are decided exactly, by Kronecker's substitution (see `worlds.rational`). All others are
compared with 80 digits or more at points that a seed chooses: of either sign, small and wide, whole, at the constants
that occur, and on both sides of every kink and border of a domain. How many digits a point needs follows from the
largest and the smallest number met on the way, so that neither 1 + exp(-1000) nor cosh(x)^2 - sinh(x)^2 deceives.
Agreement counts only where both sides are defined, and too few such points decide nothing. There is no clock: limits
are counted in points and digits.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from math import inf, prod
from random import Random
from typing import Any

from ..core.evaluate import NoValue, put_in
from ..core.graph import Node, in_order
from ..core.language import read_expression
from ..core.worlds import exact, precise, rational

_EXACT_BITS = 400_000
"""Kronecker points with more bits than this are replaced by residues modulo two large primes."""
_PRIMES = (2**1279 - 1, 2**2203 - 1)
_DIGITS = (80, 250, 900, 2600)
_MARGIN = 60
"""Digits that must be left over when the range of the numbers met has been taken off twice."""
_ENOUGH_POINTS, _PLENTY_OF_POINTS = 6, 12


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
    except rational.NotRational:
        return _sampled_equal(left, right, seed, smooth)
    except NoValue:
        return None


def nowhere_defined(expression: Any) -> NoValue | None:
    """Why an expression has no value anywhere, as far as that is certain: `1/(x - x)`, `log(-1)`, `2/0`."""
    constants = [n for n in in_order([expression] if isinstance(expression, Node) else []) if n.is_constant]
    try:
        precisely(constants, {}, _DIGITS[1])
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


def _sampled_equal(left: Any, right: Any, seed: int, smooth: Sequence[Node]) -> bool | None:
    inputs = inputs_of(left, right)
    if not inputs:
        return _same_at(left, right, {})
    agreed, costly = 0, []
    for point in points(inputs, [left, right], seed):
        if smooth and any(value == 0 for value in _quick(smooth, point)):
            continue
        same = _same_at(left, right, point, _DIGITS[:2])
        if same is False:
            return False
        agreed += bool(same)
        if same is None:
            costly.append(point)
    for point in costly[:_PLENTY_OF_POINTS] if agreed < _PLENTY_OF_POINTS else ():
        same = _same_at(left, right, point, _DIGITS[2:])
        if same is False:
            return False
        agreed += bool(same)
    return True if agreed >= _ENOUGH_POINTS else None


def _same_at(left: Any, right: Any, point: Mapping[int, Fraction], levels: Sequence[int] = _DIGITS) -> bool | None:
    """Whether both sides agree at a point; None where one of them is not defined, or these digits do not tell.

    No sum hides less than the smallest number met on the way, and no error is much larger than the largest one is
    precise. So where `span` digits lie between the two, twice that and a margin settle the matter. A number whose
    size changes with the digits is the dust of a cancellation, and does not count as met.
    """
    before: list[float] = []
    for digits in levels:
        sizes: list[float] = []
        try:
            a, b = precisely([left, right], point, digits, lambda value, sizes=sizes: sizes.append(_size(value)))
        except (NoValue, ArithmeticError, ValueError) as nothing:
            if not isinstance(nothing.__cause__, precise.TooFewDigits) and not _dusty(sizes, digits):
                return None
            before = sizes
            continue
        dusty = _dusty(sizes, digits)
        if dusty and not before:
            before = sizes
            continue
        met = [s for i, s in enumerate(sizes) if not dusty or (i < len(before) and abs(s - before[i]) < 1)]
        high, low = max([0.0, *met]), min([0.0, *(s for s in met if s > -inf)])
        span = high - low
        if 2 * span + _MARGIN <= digits:
            return bool(abs(a - b) <= a.context.mpf(10) ** int(high + span + 10 - digits))
        before = sizes
    return None


def _size(value: Any) -> float:
    """The decimal exponent of an mpmath number."""
    return precise.bits(value) * 0.30103 if value else -inf


def _dusty(sizes: Sequence[float], digits: int) -> bool:
    """Whether a number was met that is so small that it may be the dust of a cancellation."""
    high = max([0.0, *sizes])
    return any(-inf < size < high - digits + 15 for size in sizes)


_contexts = threading.local()


def precisely(
    expressions: Sequence[Any],
    point: Mapping[int, Fraction],
    digits: int,
    watch: Callable[[Any], None] = lambda value: None,
) -> list[Any]:
    """The values of expressions at an exact point, as mpmath numbers of this many digits. Raises `NoValue`."""
    context = getattr(_contexts, str(digits), None)
    if context is None:
        from mpmath import MPContext

        context = MPContext()
        context.dps = digits
        setattr(_contexts, str(digits), context)
    known = {key: precise.lift(context, value) for key, value in point.items()}
    return put_in(expressions, known, lambda constant: precise.lift(context, constant), watch)


# Where to look


def points(inputs: Sequence[Node], expressions: Sequence[Any], seed: int) -> list[dict[int, Fraction]]:
    """The points of comparison, the same for the same seed."""
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
        if (
            node.operation.name == "pow"
            and isinstance(node.arguments[1], Fraction)
            and node.arguments[1].denominator == 1
        ):
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
    """For every border: points well inside both sides, and points close to it on either side."""
    found: list[dict[int, Fraction]] = []
    for border in borders(expressions):
        sides: dict[int, list[dict[int, Fraction]]] = {1: [], -1: []}
        best: dict[int, tuple[Any, dict[int, Fraction]]] = {}
        for tried, point in enumerate(_scan(inputs, base, marks, random)):
            (value,) = _quick([border], point)
            for side in (1, -1):
                if value is not None and (side not in best or side * value > side * best[side][0]):
                    best[side] = value, point
            if value:
                sides[1 if value > 0 else -1].append(point)
            if min(len(side) for side in sides.values()) >= 3 or tried > 160:
                break
        for side, reached in sides.items():
            if not reached and side in best:
                reached += _climbed(border, *best[side], side)
        for side in sides.values():
            found += side[-3:]
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
        heights = [(side * v, i) for i, (v,) in enumerate(_quick([border], move) for move in moves) if v is not None]
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
        (value,) = _quick([border], middle)
        if value is None or value == 0:
            break
        above, below = (middle, below) if value > 0 else (above, middle)
    return [above, below]


def _quick(expressions: Sequence[Node], point: Mapping[int, Fraction]) -> list[Any]:
    """The expressions' values in ordinary numbers; None where there is none."""
    values = []
    for expression in expressions:
        try:
            values += put_in([expression], point, exact.lift)
        except (NoValue, ArithmeticError):
            values.append(None)
    return values
