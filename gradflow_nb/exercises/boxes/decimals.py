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
_MACHINE = 1e-12
"""The relative error up to which a decimal counts that a computer worked out."""


@dataclass(frozen=True)
class Typed:
    """A number as it was typed: its value, its decimal places, and its significant digits."""

    number: Fraction
    places: int
    digits: int


@dataclass(frozen=True)
class Rounding:
    """Whether a rounded answer is accepted, or sent back (right as far as it goes), and the sentence that says it."""

    accepted: bool
    says: str


def typed(answer: Any) -> Typed | None:
    """The number, if a number and nothing else was typed, perhaps with a minus.

    >>> typed(Fraction("0.0125"))
    Typed(number=Fraction(1, 80), places=4, digits=3)
    """
    negative = isinstance(answer, Node) and answer.operation is not None and answer.operation.name == "neg"
    number = answer.arguments[0] if negative else answer
    if not isinstance(number, Fraction):
        return None
    written = exact_decimal(abs(number)) or ""
    places, digits = len(written.partition(".")[2]), len(written.replace(".", "").lstrip("0"))
    return Typed(-number if negative else number, places, digits)


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
    if form.named == "exact" or not endless:
        return None
    if has_point and off <= abs(right) * _MACHINE:
        return Rounding(True, "is right to 12 significant digits")
    if number is None or off > ten**-number.places * 0.500001:
        return None
    if number.digits >= ENOUGH:
        return Rounding(True, f"is right to {number.digits} significant digits")
    if number.digits + (number.places > 0) > 2:
        says = f"Right as far as it goes: give at least {ENOUGH} significant digits, or the exact value."
        return Rounding(False, says)
    return None
