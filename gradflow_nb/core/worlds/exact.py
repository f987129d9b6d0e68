"""The world of ints, Fractions and floats: exact where the arguments are exact and the result is rational.

Arguments outside a function's real domain raise `Undefined` with the reason.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ...errors import Undefined
from ...notation.plain import number_text
from . import Unknown

Real = int | Fraction | float
EXACT_DIGITS = 60
"""An exact value with more digits than this, above or below the bar, becomes a float."""
_LIMIT = 10**EXACT_DIGITS


def settle(value: Real) -> Real:
    """`value` as it is kept on a node: exact up to 60 digits, past that a float; never infinite or nan.

    Raises `Undefined` for what is not a finite real number.
    """
    if isinstance(value, float):
        if math.isfinite(value):
            return float(value) + 0.0  # -0.0 is written 0, and numpy's float is Python's
        raise Undefined("the result is too large for a number" if math.isinf(value) else "the result is not a number")
    value = Fraction(value)
    if abs(value.numerator) < _LIMIT and value.denominator < _LIMIT:
        return value
    return _float(value)


_TYPED = re.compile(r"\s*([-−]?)\s*(\d{1,60}(?:\.\d{0,60})?|\.\d{1,60})(?:\s*/\s*(\d{1,60}))?\s*", re.ASCII)


def exact(value: Any) -> Real:
    """A number that a person gave, kept exact: an int, a Fraction, a Decimal, a text such as "0.5" or "1/2", or a
    float, which is taken as the decimal it prints as. Raises `ValueError` with the reason for anything else.

    >>> exact(0.1), exact("-1/2"), exact(3)
    (Fraction(1, 10), Fraction(-1, 2), Fraction(3, 1))
    """
    if type(value).__module__ == "numpy" and getattr(value, "shape", None) == ():
        value = float(str(value)) if isinstance(value.item(), float) else value.item()  # float32(0.1) prints as 0.1
    if isinstance(value, str):
        typed = _TYPED.fullmatch(value)
        if not typed or (typed[3] and not int(typed[3])):
            raise ValueError(f"{value!r} is not a number such as 3, -0.5 or 1/2")
        sign, number, under = typed.groups()
        return settle(Fraction(number.rstrip(".")) / int(under or 1) * (-1 if sign else 1))
    if isinstance(value, bool) or not isinstance(value, (int, float, Fraction, Decimal)):
        raise ValueError(f"{value!r} is not a single number")
    finite = (
        value.is_finite() if isinstance(value, Decimal) else isinstance(value, (int, Fraction)) or math.isfinite(value)
    )
    if not finite:
        raise ValueError(f"{value} is not a finite number")
    if isinstance(value, Decimal) and abs(value.adjusted()) > 400:
        raise ValueError(f"{value} is too large or too small to work with")
    return settle(Fraction(str(value)) if isinstance(value, (float, Decimal)) else Fraction(value))


def was_rounded(value: Real, operation: str, arguments: Sequence[Any]) -> bool:
    """Whether a value that is kept as a float would be exact if it had fewer digits."""
    whole_power = operation == "pow" and _is_exact(arguments[1]) and Fraction(arguments[1]).denominator == 1
    return isinstance(value, Fraction) or (whole_power and _is_exact(arguments[0]))


def public(value: Any) -> Any:
    """A value as it is handed out: whole Fractions as ints, no -0.0, and None for one that is not known."""
    if isinstance(value, float):
        return value + 0.0
    if type(value) is Unknown:
        return None
    return value.numerator if isinstance(value, Fraction) and value.denominator == 1 else value


def lift(number: Any) -> Real:
    """A constant of a graph as a number of this world."""
    if isinstance(number, (int, Fraction)):
        return Fraction(number)
    if type(number).__module__ == "numpy":
        return number  # a constant array
    return number if isinstance(number, float) else {"pi": math.pi, "e": math.e}[number.name]


def _float(value: Real) -> float:
    try:
        return float(value)
    except OverflowError:
        raise Undefined("the result is too large for a number") from None


def _is_exact(value: Real) -> bool:
    return not isinstance(value, float)


NEEDS = {
    "log": "a positive number",
    "log10": "a positive number",
    "sqrt": "a number that is not negative",
    "asin": "a number from -1 to 1",
    "acos": "a number from -1 to 1",
    "acosh": "a number of at least 1",
    "atanh": "a number between -1 and 1",
}
"""What is said of a function's domain, by its row's name."""


def _domain(allowed: bool, function: str, x: Real) -> None:
    if not allowed:
        raise Undefined(f"{function} needs {NEEDS[function]}, and got {number_text(x)}")


def _from_math(
    function: Callable[[float], float],
    at: Mapping[Real, int] | None = None,
    domain: Callable[[Real], bool] = lambda x: True,
) -> Callable[[Real], Real]:
    """A function of `math`, with the places `at` which its result is rational, and its domain."""
    known = at or {}

    def word(x: Real) -> Real:
        if _is_exact(x) and x in known:
            return Fraction(known[x])
        _domain(domain(x), function.__name__, x)
        try:
            return function(_float(x))
        except OverflowError:
            raise Undefined("the result is too large for a number") from None
        except ValueError:  # a float that rounds onto the border of the domain
            raise Undefined(f"{function.__name__} has no value at {number_text(x)}") from None

    word.__name__ = function.__name__
    return word


exp = _from_math(math.exp, {0: 1})
log = _from_math(math.log, {1: 0}, lambda x: x > 0)
_TENS = {Fraction(10) ** n: n for n in range(-EXACT_DIGITS, EXACT_DIGITS + 1)}
log10 = _from_math(math.log10, _TENS, lambda x: x > 0)
sin, cos, tan = _from_math(math.sin, {0: 0}), _from_math(math.cos, {0: 1}), _from_math(math.tan, {0: 0})
sinh, cosh, tanh = _from_math(math.sinh, {0: 0}), _from_math(math.cosh, {0: 1}), _from_math(math.tanh, {0: 0})
asin = _from_math(math.asin, {0: 0}, lambda x: -1 <= x <= 1)
acos = _from_math(math.acos, {1: 0}, lambda x: -1 <= x <= 1)
atan, asinh = _from_math(math.atan, {0: 0}), _from_math(math.asinh, {0: 0})
acosh = _from_math(math.acosh, {1: 0}, lambda x: x >= 1)
atanh = _from_math(math.atanh, {0: 0}, lambda x: -1 < x < 1)


def sec(x: Real) -> Real:
    return 1 / cos(x)


def csc(x: Real) -> Real:
    return 1 / sin(x)


def cot(x: Real) -> Real:
    return cos(x) / sin(x)


def sqrt(x: Real) -> Real:
    _domain(x >= 0, "sqrt", x)
    root = _exact_root(x, 2)
    return math.sqrt(_float(x)) if root is None else root


def sigmoid(x: Real) -> Real:
    if _is_exact(x) and x == 0:
        return Fraction(1, 2)
    t = math.exp(-abs(_float(x)))  # the argument is never positive, so this cannot overflow
    return 1 / (1 + t) if x > 0 else t / (1 + t)


def softplus(x: Real) -> Real:
    x = _float(x)
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def sign(x: Real) -> Real:
    return Fraction((x > 0) - (x < 0))


def step(x: Real) -> Real:
    return Fraction(int(x > 0))


def magnitude(x: Real) -> Real:
    return abs(x)


def maximum(x: Real, y: Real) -> Real:
    return x if x >= y else y


def minimum(x: Real, y: Real) -> Real:
    return x if x <= y else y


def where(condition: Real, x: Real, y: Real) -> Real:
    return x if condition else y


choose = where


def constant(number: Real, x: Real) -> Real:
    return Fraction(number) if _is_exact(number) else number


def power(x: Real, y: Real) -> Real:
    if y == 0:
        return Fraction(1) if _is_exact(x) and _is_exact(y) else 1.0
    if x == 0 and y < 0:
        raise Undefined(f"0 to the power {number_text(y)} divides by zero")
    whole = y == int(y)
    if x < 0 and not whole:
        raise Undefined(f"the negative number {number_text(x)} has no real power {number_text(y)}")
    if _is_exact(x) and _is_exact(y):
        if not whole:
            root = _exact_root(x, y.denominator)
            x, y = (_float(x), _float(y)) if root is None else (root, Fraction(y.numerator))
        if _is_exact(x) and digits(x) * abs(y) <= 20 * EXACT_DIGITS:
            return Fraction(x) ** int(y)
    try:
        result = float(_float(x) ** _float(y))
    except OverflowError:
        raise Undefined("the result is too large for a number") from None
    return result


def digits(x: Real) -> int:
    """A bound on the decimal digits of an exact number, above or below the bar."""
    x = Fraction(x)
    return 0 if abs(x) == 1 or x == 0 else max(abs(x.numerator).bit_length(), x.denominator.bit_length()) * 3 // 10 + 1


def _exact_root(x: Real, degree: int) -> Fraction | None:
    """The rational number whose power `degree` is x >= 0, if there is one."""
    if not _is_exact(x) or degree > 64:
        return None
    roots = []
    for part in (Fraction(x).numerator, Fraction(x).denominator):
        root = math.isqrt(part) if degree == 2 else round(_float(part) ** (1 / degree))
        if root**degree != part:
            return None
        roots.append(root)
    return Fraction(*roots)


def opaque(name: str, *arguments: Real) -> Real:
    raise Undefined(f"{name} is an opaque function: its formula is not known, so it has no numbers")


def opaque_partial(name: str, *arguments: Real) -> Real:
    raise Undefined(f"{name} belongs to an opaque function, so it has no number")
