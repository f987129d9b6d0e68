"""Decimals in answers: when one that was typed is the right number rounded, and what is said of it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ...core.node import Node
from ...notation.plain import exact_decimal
from .forms import Form

ENOUGH = 4
"""Significant digits that a decimal answer needs where the exact value has no finite decimal."""
SHOWN, SHOWN_IN_ARRAYS = 1e-5, 5e-4
"""The relative errors up to which floats count that follow from no equation, but from partials as figures show them."""
_MACHINE = 1e-12
"""The relative error up to which a decimal counts that a computer worked out."""


@dataclass(frozen=True)
class Typed:
    """A number as it was typed: its value, its decimal places, its significant digits, and whether it is no whole one.

    One with a power of ten may have fewer than no places.
    """

    number: Fraction
    places: int
    digits: int
    pointed: bool


@dataclass(frozen=True)
class Rounding:
    """Whether a rounded answer is accepted, or sent back (right as far as it goes), and the sentence that says it."""

    accepted: bool
    says: str


def typed(answer: Any) -> Typed | None:
    """The number, if a number and nothing else was typed, perhaps with a minus.

    >>> typed(Fraction("0.0125"))
    Typed(number=Fraction(1, 80), places=4, digits=3, pointed=True)
    """
    sign, power = 1, 0
    if _is(answer, "neg"):
        sign, answer = -1, answer.arguments[0]
    if _is(answer, "mul") and _is(answer.arguments[1], "pow"):  # 4.54·10^-5
        base, exponent = answer.arguments[1].arguments
        if _is(exponent, "neg") and isinstance(exponent.arguments[0], Fraction):
            exponent = -exponent.arguments[0]
        whole = isinstance(exponent, Fraction) and exponent.denominator == 1 and abs(exponent) < 400
        if isinstance(base, Fraction) and base == 10 and whole:
            power, answer = int(exponent), answer.arguments[0]
    if _is(answer, "neg"):
        sign, answer = -sign, answer.arguments[0]
    if not isinstance(answer, Fraction):
        return None
    written = exact_decimal(abs(answer)) or ""
    places, digits = len(written.partition(".")[2]), len(written.replace(".", "").lstrip("0"))
    return Typed(sign * answer * Fraction(10) ** power, places - power, digits, places > 0 or power != 0)


def _is(value: Any, name: str) -> bool:
    return isinstance(value, Node) and value.operation is not None and value.operation.name == name


def rounding(off: Any, right: Any, answer: Any, form: Form, endless: bool, has_point: bool) -> Rounding | None:
    """What is to be said of an answer that is `off` the right number; None if it is simply wrong.

    `endless` says that the right number has no finite decimal, `has_point` that a decimal was typed. The numbers may be
    of any kind, such as mpmath's.
    """
    number, ten = typed(answer), abs(right) * 0 + 10
    if form.places is not None:
        if number is not None and off <= ten**-form.places * 0.500001 and number.places <= form.places:
            return Rounding(True, f"is right to {form.places} decimal places")
        finer = number is not None and number.places > form.places and off <= ten**-number.places * 0.500001
        return Rounding(False, f"Right so far. It is asked to {form.places} decimal places.") if finer else None
    if form.within is not None and off <= form.within * (1 + 1e-12):
        return Rounding(True, f"is within {form.within:g} of the right value")
    if form.named == "exact":
        near = number is not None and number.pointed and number.digits > 2 and off <= ten**-number.places * 0.500001
        return Rounding(False, "Right as far as it goes. It is asked exactly: no decimals.") if near else None
    if not endless:
        return None
    if has_point and off <= abs(right) * _MACHINE:
        return Rounding(True, "is right to 12 significant digits")
    if number is None or off > ten**-number.places * 0.500001:
        return None
    if number.digits >= ENOUGH and number.pointed:
        return Rounding(True, f"is right to {number.digits} significant digits")
    if number.digits + number.pointed > 2 and number.number:
        says = f"Right as far as it goes: give at least {ENOUGH} significant digits, or the exact value."
        return Rounding(False, says)
    return None
