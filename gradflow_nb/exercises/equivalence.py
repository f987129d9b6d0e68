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
from ..core.language import read_expression
from ..core.node import Node, in_order
from ..core.worlds import exact, precise, rational
from .points import points, quickly

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
    kinked = any(n.operation and n.operation.kink for n in in_order(e for e in (left, right) if isinstance(e, Node)))
    for point in points(inputs, [left, right], seed):
        if smooth and any(value == 0 for value in quickly(smooth, point)):
            continue
        same = _exactly_same_at(left, right, point) if kinked else None  # on a kink, no number of digits would do
        if same is None:
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


class _Rounded(ArithmeticError):
    """Internal: a number on the way is not exact."""


def _exactly_same_at(left: Any, right: Any, point: Mapping[int, Fraction]) -> bool | None:
    """Whether both sides agree at a point where every number on the way is rational; None where one is not."""

    def watch(value: Any) -> None:
        if isinstance(value, float):
            raise _Rounded

    try:
        a, b = put_in([left, right], point, exact.lift, watch)
    except (NoValue, ArithmeticError):
        return None
    return a == b if isinstance(a, Fraction) and isinstance(b, Fraction) else None


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
