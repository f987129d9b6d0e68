"""A box for an array: a gradient in the shape of its input, a Jacobian, or a value, with credit for each entry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from ...core.linear import Missing
from ...core.written import array_formula, shape_text, value_formula
from ...errors import GradflowError, NotationError
from ...notation.plain import Equation, Formula, Number, exact_decimal
from ..mistakes.diagnosis import causes, offered, said
from ..sought import Sought, as_it_is
from ..verdict import CarriedForward, Correct, Incorrect, Invalid, Verdict
from .box import FOLLOWS, Box, invalid
from .decimals import SHOWN, SHOWN_IN_ARRAYS, Rounding, rounding
from .entries import MOST_ENTRIES, Entries, read_entries
from .forms import Form
from .values import floated

if TYPE_CHECKING:
    import numpy as np



@dataclass(eq=False)
class ArrayBox(Box):
    """`shape` says what is asked for: "own" is the shape of the input (a gradient), "matrix" the Jacobian."""

    sought: Sought = None  # type: ignore[assignment]
    shaped: Literal["own", "matrix"] = "matrix"
    form: Form = field(default_factory=Form)
    carries: bool = False
    """Whether it is a step of a sweep, and is marked again from the student's own earlier values."""

    @property
    def wants(self) -> str:
        """What is to be typed, by the number of axes."""
        return ("a number", "a list such as [1, 2]", "an array such as [[1, 2], [3, 4]]")[min(self.right.ndim, 2)]

    @property
    def right(self) -> np.ndarray:
        """The right answer, as an array in the shape that is asked for; of a single number, without axes."""
        import numpy as np

        found = np.asarray(self.sought.number, float)
        if self.shaped == "own" and self.sought.wrt is not None:
            return found.reshape(np.shape(self.sought.flow.known[self.sought.wrt]))
        return found

    @property
    def solution(self) -> Formula:
        return array_formula(self.right, limit=64, digits=6) if self.right.ndim else value_formula(self.sought.number)

    def value(self, text: str) -> Any:
        import numpy as np

        try:
            read = read_entries(text)
            return np.array([floated(n) for n in read.numbers()]).reshape(read.shape)
        except (NotationError, TypeError):
            return None

    def _from_own(self, earlier: Mapping[str, Any]) -> Any:
        """What this box should hold, given the student's own values in those before it; None if they say nothing."""
        import numpy as np

        flow, of, wrt = self.sought.flow, self.sought.of, self.sought.wrt
        fits = {n: v for n, v in earlier.items() if v is not None and v.shape == np.shape(flow.known[n])}
        if self.sought.kind == "value":
            inside = self.sought.graph.inside(of)
            try:
                return np.asarray(inside.at({n: fits.get(n, flow.values[n]) for n in inside.inputs}).values[of], float)
            except GradflowError:
                return None
        uses = [edge for edge in flow.up[wrt] if edge.child == of or flow.paths(of, edge.child).count]
        if not uses or any(edge.child not in fits for edge in uses):
            return None
        parts = [edge.map.vjp(_plain(fits[edge.child])) for edge in uses]
        if any(isinstance(part, Missing) for part in parts):
            return None
        return sum(np.asarray(part, float) for part in parts)

    def echo(self, text: str) -> tuple[Formula, tuple[str, ...]]:
        read = read_entries(text)
        if not read.shape:
            number = read.numbers()[0]
            return (value_formula(number) if number is not None else value_formula(0)), ()
        return array_formula([_shown(n) for n in read.numbers()], read.shape, MOST_ENTRIES), ()

    def mark(self, text: str, earlier: Mapping[str, Any] | None = None) -> Verdict:
        try:
            read = read_entries(text)
        except NotationError as wrong:
            return invalid(text, wrong)
        numbers = read.numbers()
        formula, _ = self.echo(text)
        if None in numbers:
            return Invalid(text, formula, f"Entry number {numbers.index(None) + 1} has no value.", 0, len(text))
        if read.shape not in self._shapes:
            return self._misshapen(text, formula, read, numbers)
        near = self._near(text, read, numbers, self.right)
        if all(each.accepted for each in near):
            return Correct(text, formula, f"{Equation((self.asked, formula))} is right.")
        if all(each.accepted or each.says for each in near):
            return Invalid(text, formula, next(each.says for each in near if not each.accepted), 0, len(text))
        own = self._from_own(earlier) if self.carries and earlier else None
        follows = self._near(text, read, numbers, own) if own is not None and own.shape == read.shape else []
        if follows and all(each.accepted for each in follows):
            return CarriedForward(text, formula, FOLLOWS.format(Equation((self.asked, formula))))
        mistakes, good = self._mistakes(text, read, numbers), [bool(each.accepted or each.says) for each in near]
        told = said(mistakes) or self._where(good, read.shape)
        return Incorrect(text, formula, told, mistakes=offered(mistakes), share=sum(good) / len(good))

    @cached_property
    def _shapes(self) -> tuple[tuple[int, ...], ...]:
        """The shapes that are right. Where one end is a single number, its Jacobian may also have the other's shape."""
        import numpy as np

        flow, right = self.sought.flow, self.right
        ends = [np.shape(flow.known[name]) for name in (self.sought.of, self.sought.wrt) if name is not None]
        other = [shape for shape in ends if shape] if len(ends) == 2 and () in ends and self.shaped == "matrix" else []
        return (right.shape, *other)

    def _near(self, text: str, read: Entries, numbers: list[Any], right: np.ndarray) -> list[Rounding]:
        """Whether each entry is right, to nine digits or as a rounded decimal; one that is wrong says nothing.

        Entries that follow from no equation are as exact as a figure shows them.
        """
        found, largest, own = [], float(abs(right).max(initial=0.0)), as_it_is(self.sought.flow)
        for cell, number, wanted in zip(read.cells, numbers, right.reshape(-1).tolist()):
            off, long = abs(floated(number) - wanted), len(repr(wanted)) > 12
            share, dust = (SHOWN_IN_ARRAYS, SHOWN / 10) if own and long else (1e-9, 1e-15)
            exactly = off <= max(share * abs(wanted), dust * largest)
            near = Rounding(True, "") if exactly and self.form.places is None else None
            near = near or rounding(off, wanted, cell, self.form, long, "." in text)
            found.append(near or Rounding(False, ""))
        return found

    def _where(self, good: list[bool], shape: tuple[int, ...]) -> str:
        """Which entries are wrong, without saying what is right."""
        if not shape:
            return f"{self.asked} is another number."
        wrong = [_position(i, shape) for i, fine in enumerate(good) if not fine]
        listed = "; ".join(wrong[:4]) + (f"; and {len(wrong) - 4} more" if len(wrong) > 4 else "")
        return f"{sum(good)} of {len(good)} entries {'is' if sum(good) == 1 else 'are'} right. Look at {listed}."

    def _misshapen(self, text: str, formula: Formula, read: Entries, numbers: list[Any]) -> Verdict:
        if self.right.ndim == 1 and sorted(read.shape) == sorted((1, *self.right.shape)):  # a column, or a row
            near = self._near(text, read, numbers, self.right)
            if all(each.accepted for each in near):
                message = f"Right so far. {self.asked} is asked for as a plain list, such as [1, 2, 3]."
                return Invalid(text, formula, message, 0, len(text))
        mistakes = self._mistakes(text, read, numbers)
        if mistakes:
            return Incorrect(text, formula, said(mistakes) or "The shape is another one.", mistakes=offered(mistakes))
        of, wrt = self.sought.of, self.sought.wrt
        kind = f"has the shape of {of if wrt is None else wrt}"
        if self.shaped == "matrix" and wrt is not None:
            kind = f"has a row for each entry of {of} and a column for each of {wrt}"
        return Invalid(text, formula, f"This is {_shape(read.shape)}, and {self.asked} {kind}.", 0, len(text))

    def _mistakes(self, text: str, read: Entries, numbers: list[Any]) -> list[Any]:
        import numpy as np

        if self.sought.kind == "value":
            return []

        def matches(value: Any, i: int) -> bool:
            value = np.asarray(value, float)
            if value.shape != read.shape and read.shape in self._shapes and value.size == self.right.size:
                value = value.reshape(read.shape)
            fits = value.shape == read.shape
            return fits and all(each.accepted for each in self._near(text, read, numbers, value))

        return causes(self.sought.passes, matches)


def _plain(value: Any) -> Any:
    """An array as it is, one without axes as a number."""
    return value if value.ndim else value.item()


def _shown(number: Any) -> Any:
    """An entry for the echo: a decimal as one, a long fraction as a float."""
    if not isinstance(number, Fraction) or number.denominator == 1:
        return 0 if number is None else number
    if number.denominator > 10 and exact_decimal(number) is not None:
        return Number(number, decimal=True)
    return floated(number) if number.denominator > 10**6 else number


def _position(i: int, shape: tuple[int, ...]) -> str:
    if len(shape) == 1:
        return f"entry {i + 1}"
    if len(shape) == 2:
        return f"row {i // shape[1] + 1}, column {i % shape[1] + 1}"
    return f"entry {i + 1} of all"


def _shape(shape: tuple[int, ...]) -> str:
    return f"an array of {shape_text(shape)}" if shape else "a single number"
