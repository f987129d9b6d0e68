"""A list of operations in order, on which equal parts are shared and numbers are folded.

Each operation fills a *slot*, which is called as generated source calls it (`x7`); an argument is a slot or a number.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from ...errors import Undefined
from ..operations import Operation
from ..worlds import exact
from .simpler import ADD, MUL, SIMPLER

Number = int | Fraction | float
Ref = str | Number
"""An argument on a tape: the name of a slot, or a number."""
Statement = tuple[str, Operation, Sequence[Ref]]
"""The slot that is filled, the row, its arguments."""

_NOTHING: tuple[str, tuple] = ("", ())


class Tape:
    """Operations in order, none twice.

    `exact`: numbers without a rational value, such as log(2) and π, stay operations; else they become floats.
    `arrays`: fold only what keeps shapes. `operations` has `(slot, row, arguments)`; `cut` may empty it on the way.
    """

    def __init__(self, exact: bool = True, arrays: bool = False) -> None:
        self.exact = exact
        self.arrays = arrays
        self.operations: list[Statement] = []
        self.constants: dict[str, Any] = {}
        self._count = 0
        self._inside: dict[str, tuple[str, tuple[Ref, ...]]] = {}
        self._known: dict[tuple, str] = {}

    def leaf(self) -> str:
        """A new slot that no operation fills."""
        self._count += 1
        return f"x{self._count - 1}"

    def constant(self, value: Any) -> Ref:
        """A constant among a node's arguments: a number, or a slot for what has no exact one (π, an array)."""
        if type(value) is Fraction:
            return value.numerator if value.denominator == 1 else value
        if isinstance(value, (int, float, Fraction)):
            return value
        if not self.exact and hasattr(value, "name"):
            return exact.lift(value)
        key = ("constant", id(value))
        if key not in self._known:
            self._known[key] = self.leaf()
            self.constants[self._known[key]] = value
        return self._known[key]

    def make(self, row: Operation, arguments: tuple[Ref, ...]) -> Ref:
        """The operation folded: an equal slot, a simpler one or a number."""
        number = self.number(row, arguments)
        if number is not None:
            return number
        simpler = SIMPLER.get(row.name) if str in map(type, arguments) else None
        try:
            found = simpler(self, *arguments) if simpler else None
        except Undefined:  # two numbers that are too large together: they stand as they are
            found = None
        return self.share(row, arguments) if found is None else found

    def share(self, row: Operation, arguments: tuple[Ref, ...], fresh: bool = False) -> str:
        """The operation as it stands: the slot that has it already, or a new one (always, if `fresh`)."""
        key = (row, *arguments)
        if row is ADD or row is MUL:
            a, b = arguments
            if type(a) is str and type(b) is str and b < a:
                key = (row, b, a)
        slot = None if fresh else self._known.get(key)
        if slot is None:
            self._known.setdefault(key, slot := self.leaf())
            self._inside[slot] = (row.name, arguments)
            self.operations.append((slot, row, arguments))
        return slot

    def seal(self, slot: str) -> None:
        """Nothing is folded with what is inside this slot: it has a name, and is to be seen as such."""
        self._inside.pop(slot, None)

    def cut(self) -> list[Statement]:
        """The operations so far. They are forgotten, and nothing that follows shares or looks into them."""
        operations, self.operations = self.operations, []
        self._inside.clear()
        self._known.clear()
        return operations

    def number(self, row: Operation, arguments: tuple[Ref, ...]) -> Number | None:
        """The value of an operation on numbers, if it is to be folded."""
        for argument in arguments:
            if type(argument) is str:
                return None
        if not row.is_elementwise:
            return None
        lifted = [exact.lift(a) for a in arguments]
        try:
            whole = row.value(*lifted)
            value = exact.settle(whole)
        except (Undefined, ArithmeticError, ValueError):
            return None
        if isinstance(value, float):  # of exact numbers: either it has more than 60 digits, or no rational value
            irrational = all(isinstance(a, Fraction) for a in lifted) and not exact.was_rounded(whole, row.name, lifted)
            return None if self.exact and irrational else value
        return value.numerator if value.denominator == 1 else value

    def inside(self, ref: Ref) -> tuple[str, tuple[Ref, ...]]:
        return self._inside.get(ref, _NOTHING) if type(ref) is str else _NOTHING
