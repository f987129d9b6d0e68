"""The world of mpmath numbers: real, with as many digits as their context carries.

Every value knows its context, so nothing here touches mpmath's global precision and threads do not meet.
Arguments so large that an evaluation would not end in reasonable time raise `Undefined`.
"""

from __future__ import annotations

from fractions import Fraction

from ...errors import Undefined

_LARGEST_BITS, _LARGEST_EXPONENT, _LARGEST_ANGLE = 40, 200, 300
"""Powers and hyperbolic functions take exponents below 2^40. Those of exp, and angles, only lose as many digits as they
have before the point, and may go further."""


def bits(x) -> int:
    """The binary exponent: 2^bits is just above |x|."""
    return x.exp + x.bc


def _bounded(x, most: int) -> None:
    if bits(x) > most:
        raise Undefined("the number is too large to work with")


def _entire(name, most=_LARGEST_BITS):
    def word(x):
        _bounded(x, most)
        return getattr(x.context, name)(x)

    return word


def _within(name, inside, needs):
    def word(x):
        if not inside(x):
            raise Undefined(f"{name} needs {needs}")
        return getattr(x.context, name)(x)

    return word


exp = _entire("exp", _LARGEST_EXPONENT)
sin, cos = _entire("sin", _LARGEST_ANGLE), _entire("cos", _LARGEST_ANGLE)
sinh, cosh = _entire("sinh"), _entire("cosh")
atan, asinh = _within("atan", lambda x: True, ""), _within("asinh", lambda x: True, "")
log = _within("log", lambda x: x > 0, "a positive number")
log10 = _within("log10", lambda x: x > 0, "a positive number")
sqrt = _within("sqrt", lambda x: x >= 0, "a number that is not negative")
asin = _within("asin", lambda x: -1 <= x <= 1, "a number from -1 to 1")
acos = _within("acos", lambda x: -1 <= x <= 1, "a number from -1 to 1")
acosh = _within("acosh", lambda x: x >= 1, "a number of at least 1")
atanh = _within("atanh", lambda x: -1 < x < 1, "a number between -1 and 1")


class TooFewDigits(Undefined):
    """A value would look like another one at this precision: 1 − tanh(x) is smaller than the last digit."""


def _unsaturated(x) -> None:
    if abs(x) > x.context.prec // 6:
        raise TooFewDigits("the number is too large to work with")


def tanh(x):
    _unsaturated(x)
    return x.context.tanh(x)


def _divisor(x):
    """A sine or cosine that is to be divided by: one that only rounding keeps from zero is zero."""
    if abs(x) < x.context.mpf(2) ** (40 - x.context.prec):
        raise Undefined("division by zero")
    return x


def tan(x):
    return sin(x) / _divisor(cos(x))


def sec(x):
    return 1 / _divisor(cos(x))


def csc(x):
    return 1 / _divisor(sin(x))


def cot(x):
    return cos(x) / _divisor(sin(x))


def sigmoid(x):
    _unsaturated(x)
    return 1 / (1 + exp(-x))


def softplus(x):
    return x.context.log1p(exp(-abs(x))) + (x if x > 0 else 0)


def sign(x):
    return x.context.mpf((x > 0) - (x < 0))


def step(x):
    return x.context.mpf(int(x > 0))


def magnitude(x):
    return abs(x)


def maximum(x, y):
    return x if x >= y else y


def minimum(x, y):
    return x if x <= y else y


def where(condition, x, y):
    return x if condition else y


choose = where


def constant(number, x):
    return lift(x.context, number)


def power(x, y):
    if y == 0:
        return x.context.mpf(1)
    if x == 0:
        if y < 0:
            raise Undefined("division by zero")
        return x
    whole = y == int(y) if bits(y) < 64 else True
    if x < 0 and not whole:
        raise Undefined("a negative number has no such real power")
    if bits(y) + max(0, abs(bits(x))).bit_length() > _LARGEST_BITS:
        raise Undefined("the number is too large to work with")
    return x ** int(y) if whole else x**y


def opaque(name, *arguments):
    raise Undefined(f"{name} is an opaque function: it has no numbers")


opaque_partial = opaque


def lift(context, number):
    """A constant of a graph as a number of this mpmath context."""
    if isinstance(number, Fraction):
        return context.mpf(number.numerator) / number.denominator
    if isinstance(number, (int, float)):
        return context.mpf(number)
    return +getattr(context, number.name)
