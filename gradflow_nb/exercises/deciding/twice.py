"""Expressions put into numbers: quickly in floats, or carefully with two numbers of digits side by side.

What the two results of one operation have in common is what is known of its value, and what they differ by is the
error of the coarser one. So a value that only rounding keeps from a whole number is seen to be that number, which
matters on kinks, at borders of domains and below fractions: sign(sin(x)^2 + cos(x)^2 - 1) is 0.

The errors are measured and not bounded, which is what "Stochastic arithmetic" (Vignes, 1993) does; that a value is
whole when so many digits say so is the usual conjecture for constants (Richardson, "How to recognise zero", 1997).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import inf, isfinite
from typing import Any

from ...core.node import Node, in_order
from ...core.transforms.spoken import spoken
from ...core.worlds import precise
from .points import context, lifted, to_float

DIGITS = (100, 300, 900, 2600, 6000)
"""How many digits are tried, one after the other. Beside each goes half as many."""
_MARGIN = 60
"""Digits that must be left over when the range of the numbers met has been taken off twice."""
_SLACK = 30
"""Bits by which an error may be larger than it was measured."""
_FAILED = (ArithmeticError, ValueError, TypeError)


class Nothing(ArithmeticError):
    """Internal: an expression has no value here, or not one that so many digits tell."""


class TooFew(Nothing):
    """Internal: more digits may tell; about so many."""

    def __init__(self, digits: float) -> None:
        self.digits = digits


Pair = tuple[Any, Any]
"""One value with few digits and with many."""


class Script:
    """Expressions as one list of steps over slots: first the inputs, then the constants, then the operations.

    `functions` counts the steps that are no plain arithmetic, `done` those carried out in floats.
    """

    def __init__(self, inputs: Sequence[Node], outputs: Sequence[Any]) -> None:
        slots = {id(node): i for i, node in enumerate(inputs)}
        order = [n for n in in_order(o for o in outputs if isinstance(o, Node)) if n.operation is not None]
        loose = [a for node in order for a in node.arguments if not isinstance(a, Node)]
        constants: dict[Any, int] = {}
        for constant in (*loose, *(o for o in outputs if not isinstance(o, Node))):
            slots[id(constant)] = constants.setdefault(constant, len(inputs) + len(constants))
        self.constants = list(constants)
        self._first = len(inputs) + len(constants)
        steps: dict[tuple, Node] = {}  # an operation that stands twice is done once
        places: dict[tuple, int] = {}
        for node in order:
            step = node.operation, *(slots[id(a)] for a in node.arguments)
            steps.setdefault(step, node)
            slots[id(node)] = places.setdefault(step, self._first + len(places))
        self.outputs = [slots[id(o)] for o in outputs]
        self._floats = list(map(to_float, self.constants))
        self._in_floats = [(spoken(operation, "floats").value, where) for operation, *where in steps]
        self._steps = [(spoken(step[0], "precise").value, step[1:], node) for step, node in steps.items()]
        self._settled: dict[int, dict[int, Any]] = {}
        self.functions = 1 + sum(operation.name not in _ARITHMETIC for operation, *_ in steps)
        self.done = 0

    def __len__(self) -> int:
        return len(self._steps)

    def floats(self, point: Iterable[float | None]) -> list[float | None]:
        """The outputs in floats; None where there is none, or it is too large for a float."""
        self.done += len(self._steps)
        values = [*point, *self._floats]
        for rule, places in self._in_floats:
            try:
                values.append(rule(*[values[i] for i in places]))
            except _FAILED:  # an argument may be None too
                values.append(None)
        found = [values[i] for i in self.outputs]
        return [None if value is None or not isfinite(value) else value for value in found]

    def once(self, point: Sequence[Any], into: Any) -> list[Any]:
        """The outputs in one context of mpmath. Raises `Nothing`."""
        key = -into.prec
        if key not in self._settled:
            self._settled[key] = {-1: [lifted(into, cell) for cell in self.constants]}
        values = [*(lifted(into, cell) for cell in point), *self._settled[key][-1]]
        try:
            for rule, places, _ in self._steps:
                values.append(rule(*[values[i] for i in places]))
        except _FAILED:
            raise Nothing from None
        return [values[i] for i in self.outputs]

    def twice(self, point: Sequence[Any], digits: int) -> tuple[list[Pair], float]:
        """The outputs with half as many digits and with `digits`, and how many it takes to see everything.

        With fewer a term is lost beside a much larger one, and a cancellation that may bring it to light is refused.
        Raises `Nothing`.
        """
        contexts = context(digits // 2), context(digits)
        if digits not in self._settled:
            self._settled[digits] = {-1: [tuple(lifted(c, cell) for c in contexts) for cell in self.constants]}
        settled = self._settled[digits]
        values = [tuple(lifted(c, cell) for c in contexts) for cell in point] + settled[-1]
        span = 0.0
        for place, (rule, places, node) in enumerate(self._steps, self._first):
            name = node.operation.name
            if place in settled:
                pair, lost = settled[place]
            else:
                known = [values[i] for i in places]
                lost = _lost(name, known)
                try:
                    pair = rule(*[a for a, _ in known]), rule(*[b for _, b in known])
                except precise.TooFewDigits:
                    raise TooFew(_needed(2 * lost)) from None
                except _FAILED:
                    span = max(span, lost)
                    few = _needed(span) > digits or _has_value(rule, [b for _, b in known])
                    raise TooFew(max(_needed(span), digits + 1)) if few else Nothing from None
                pair = _cleaned(pair, known if name in _SUMS else ())
                if name in _SUMS and pair[1] and lost:
                    lost = max(lost, _size(known[0][1]) - _size(pair[1]))
                if node.is_constant:
                    settled[place] = pair, lost
            if lost > span:
                span = lost
            if not pair[1] and _needed(span) > digits and name not in _ZERO_BY_RIGHT:
                raise TooFew(_needed(span))
            values.append(pair)
        return [values[i] for i in self.outputs], _needed(span)


def _has_value(rule: Any, arguments: Sequence[Any]) -> bool:
    """Whether only the coarser arguments had none: tanh(200) is taken for 1, where atanh ends."""
    try:
        rule(*arguments)
    except _FAILED:
        return False
    return True


def same(a: Pair, b: Pair, everything: bool) -> bool | None:
    """Whether two values are equal; None where the digits are too few to tell."""
    difference = abs(a[1] - b[1])
    if not everything:
        return False if difference > a[1].context.ldexp(max(abs(a[1]), abs(b[1])), -_SLACK) else None
    gained = a[1].context.prec - a[0].context.prec
    if not difference or _bits(difference) < max(_bits(a[1]), _bits(b[1])) - a[1].context.prec + _SLACK:
        return True
    error = max(_error(side, ()) for side in (a, b))
    if difference <= error.context.ldexp(error, _SLACK - gained):
        return True
    return False if difference > error.context.ldexp(error, 2 * _SLACK - gained) else None


_SUMS = frozenset(("add", "sub"))
_ZERO_BY_RIGHT = frozenset("mul div pow neg same sqrt abs max min relu sign step where".split())
"""Operations whose value may be zero without a cancellation."""
_ARITHMETIC = _SUMS | _ZERO_BY_RIGHT - {"pow", "sqrt"}
_LOSE_NOTHING = _ZERO_BY_RIGHT - {"pow"} | {"log", "log10"}
_SATURATE = frozenset("sinh cosh tanh sigmoid softplus".split())


def _lost(name: str, arguments: Sequence[Pair]) -> float:
    """How many digits lie between what an operation adds up, be it 1 and the argument of exp, or exp(x) and exp(-x)."""
    if name in _LOSE_NOTHING:
        return 0.0
    fine = arguments[-1][1]
    if name in _SUMS:
        other = arguments[0][1]
        return abs(_size(fine) - _size(other)) if fine and other else 0.0
    if not fine:
        return 0.0
    size = _size(fine)
    if name in _SATURATE and size > 0:
        return 0.87 * float(abs(fine)) if size < 30 else inf
    return -size if name in ("exp", "pow", "sin", "cos", "tan") else abs(size)


def _error(pair: Pair, terms: Sequence[Pair]) -> Any:
    """The error of the coarser value, at least what rounding it, and the terms it is a sum of, comes to."""
    coarse, fine = pair
    largest = max(map(_bits, (fine, *(term for _, term in terms))))
    measured = abs(coarse - fine)
    return max(measured, fine.context.ldexp(1, largest - coarse.context.prec)) if largest > -inf else measured


def _cleaned(pair: Pair, terms: Sequence[Pair]) -> Pair:
    """The whole number that only rounding keeps these from, or the pair as it is. Raises `TooFew` for noise."""
    coarse, fine = pair
    if coarse._mpf_ == fine._mpf_:
        return pair
    rough = float(fine)
    if abs(rough) < 1e12:
        near = round(rough)
        if abs(rough - near) < 1e-8:
            gained = fine.context.prec - coarse.context.prec
            if abs(fine - near) <= fine.context.ldexp(_error(pair, terms), _SLACK - gained):
                return coarse.context.mpf(near), fine.context.mpf(near)
        elif abs(float(coarse) - rough) < 1e-4 * abs(rough):
            return pair
    if _bits(coarse - fine) > _bits(fine) - 10:
        raise TooFew(2.0 * fine.context.dps)
    return pair


def _bits(x: Any) -> float:
    """The binary exponent of an mpmath number."""
    _, mantissa, exponent, length = x._mpf_
    return exponent + length if mantissa else -inf


def _size(x: Any) -> float:
    """The decimal exponent of an mpmath number."""
    return _bits(x) * 0.30103


def _needed(span: float) -> float:
    """The digits that see everything: no sum hides less than the square of what it visibly adds."""
    return 2 * span + _MARGIN


def same_at(script: Script, point: Sequence[Fraction], levels: Sequence[int]) -> bool | None:
    """Whether both outputs agree at a point; None where one has no value. Raises `TooFew` if no level tells."""
    needed = 0.0
    for digits in levels:
        try:
            values, needed = script.twice(point, digits)
        except TooFew as few:
            needed = few.digits
            continue
        except Nothing:
            return None
        told = same(*values, needed <= digits)
        if told is not None:
            return told
        needed = max(needed, digits + 1)
    raise TooFew(needed)
