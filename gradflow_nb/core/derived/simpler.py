"""Arithmetic in the form that a person would write: 0 and 1 gone, signs and numbers in front, 372 - 180x.

Each rule takes a tape and the arguments of an operation (slots and numbers, not all of them numbers) and gives a
simpler place that has the same value, or None where the operation stands as it is. No rule looks deeper than two
operations, so none takes longer in a larger expression.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING

from ...errors import Undefined
from ..operations import OPERATIONS
from ..worlds import exact

if TYPE_CHECKING:
    from .tape import Number, Ref, Tape

ADD, SUB, MUL, DIV, NEG = (OPERATIONS[name] for name in ("add", "sub", "mul", "div", "neg"))


def settled(value: Number) -> Number:
    """An exact number up to 60 digits, whole ones as ints; past that a float."""
    value = exact.settle(value)
    return value.numerator if isinstance(value, Fraction) and value.denominator == 1 else value


def _scaled(tape: Tape, x: Ref) -> tuple[Number, str | None]:
    """x as number · slot; a number has no slot."""
    if type(x) is not str:
        return x, None
    name, arguments = tape.inside(x)
    if name == "mul" and type(arguments[0]) is not str:
        return arguments[0], arguments[1]
    if name == "neg":
        return -1, arguments[0]
    if name == "div" and type(arguments[1]) is not str and arguments[1] != 0 and type(arguments[0]) is str:
        return settled(Fraction(1) / arguments[1]), arguments[0]
    return 1, x


def _times(tape: Tape, number: Number, slot: str) -> Ref:
    """number · slot, as a person writes it: x, -x, 3x, x/2, 2/3·x."""
    if number == 1:
        return slot
    if number == 0 and not tape.arrays:
        return 0
    if number == -1:
        name, arguments = tape.inside(slot)
        return tape.share(SUB, arguments[::-1]) if name == "sub" else tape.share(NEG, (slot,))
    if isinstance(number, Fraction) and number.numerator == 1:
        return tape.share(DIV, (slot, number.denominator))
    return tape.share(MUL, (number, slot))


def _mul(tape: Tape, a: Ref, b: Ref) -> Ref:
    (m, x), (n, y) = _scaled(tape, a), _scaled(tape, b)
    try:
        number = settled(m * n)
    except Undefined:
        return tape.share(MUL, (a, b))
    if x is None or y is None:
        return _times(tape, number, x or y)
    if number == 0 and not tape.arrays:
        return 0
    for over, other in ((x, y), (y, x)):
        name, arguments = tape.inside(over)
        if name == "div" and arguments[0] == 1:
            return _times(tape, number, tape.share(DIV, (other, arguments[1])))
    return _times(tape, number, tape.share(MUL, (x, y)))


def _sum(tape: Tape, a: Ref, b: Ref, sign: int) -> Ref:
    """a + b, or a - b where the sign is -1."""
    (m, x), (n, y) = _scaled(tape, a), _scaled(tape, b)
    try:
        n = settled(sign * n)
        together = settled(m + n)
    except Undefined:
        return tape.share(ADD if sign == 1 else SUB, (a, b))
    if x is not None and x == y:
        return _times(tape, together, x)
    if x is None:
        return _plus(tape, n, y, m)
    if y is None:
        return _plus(tape, m, x, n)
    if n < 0:
        return tape.share(SUB, (a, _times(tape, -n, y)))
    if m < 0:
        return tape.share(SUB, (_times(tape, n, y), _times(tape, -m, x)))
    return tape.share(ADD, (a, _times(tape, n, y)))


def _plus(tape: Tape, scale: Number, slot: str, number: Number) -> Ref:
    """scale · slot + number, with the number last unless that would begin with a sign: 60x + 84, 372 - 180x."""
    name, arguments = tape.inside(slot)
    if scale == 1 and name in ("add", "sub"):
        left, right = arguments
        if type(right) is not str:
            number = settled(number + (right if name == "add" else -right))
            scale, slot = _scaled(tape, left)
        elif type(left) is not str:
            return _sum(tape, settled(number + left), right, 1 if name == "add" else -1)
    if number == 0:
        return _times(tape, scale, slot)
    if scale < 0 < number:
        return tape.share(SUB, (number, _times(tape, -scale, slot)))
    whole = _times(tape, scale, slot)
    return tape.share(SUB, (whole, -number)) if number < 0 else tape.share(ADD, (whole, number))


def _neg(tape: Tape, a: Ref) -> Ref:
    number, slot = _scaled(tape, a)
    return _times(tape, -number, slot) if slot else -number


def _div(tape: Tape, a: Ref, b: Ref) -> Ref | None:
    (m, x), (n, y) = _scaled(tape, a), _scaled(tape, b)
    try:
        if y is None and b != 0:
            return _times(tape, settled(m / (b if isinstance(b, float) else Fraction(b))), x)
    except Undefined:
        return None
    if x is None:
        return 0 if m == 0 and not tape.arrays else None
    if n == -1:
        return _times(tape, -m, tape.make(DIV, (x, y)))
    return None if m == 1 else _times(tape, m, tape.make(DIV, (x, b)))


def _pow(tape: Tape, a: Ref, b: Ref) -> Ref | None:
    if b == 1:
        return a
    return 1 if not tape.arrays and (b == 0 or a == 1) else None


def _where(tape: Tape, condition: Ref, a: Ref, b: Ref) -> Ref | None:
    if type(condition) is str:
        return a if a == b and not tape.arrays else None
    return a if condition else b


SIMPLER: dict[str, Callable[..., Ref | None]] = {
    "add": lambda tape, a, b: _sum(tape, a, b, 1),
    "sub": lambda tape, a, b: _sum(tape, a, b, -1),
    "mul": _mul, "div": _div, "neg": _neg, "pow": _pow, "where": _where,
    "same": lambda tape, a: a,
    "fit": lambda tape, g, like: g if g == like else None,
}  # fmt: skip
