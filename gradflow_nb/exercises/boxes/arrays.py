"""A box for an array: a gradient in the shape of its input, a Jacobian, or a value, with credit for each entry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import TYPE_CHECKING, Any, Literal

from ...core.language import read_expression
from ...core.linear import Missing
from ...core.written import array_formula, shape_text, value_formula
from ...errors import GradflowError, NotationError
from ...notation.plain import Equation, Formula, exact_decimal
from ..mistakes.diagnosis import causes, offered, said
from ..sought import Sought
from ..verdict import CarriedForward, Correct, Incorrect, Invalid, Verdict
from .box import FOLLOWS, Box, check_length, invalid
from .values import SHORTEST_DECIMAL, decimal, evaluated, floated

if TYPE_CHECKING:
    import numpy as np

_MOST_ENTRIES, _MOST_CHARACTERS = 400, 8_000


@dataclass(frozen=True)
class Entries:
    """An array as it was typed: its shape, and each entry as an expression in C order."""

    shape: tuple[int, ...]
    cells: tuple[Any, ...]

    def numbers(self) -> list[Any]:
        return [evaluated(cell) for cell in self.cells]


@dataclass(eq=False)
class ArrayBox(Box):
    """`shape` says what is asked for: "own" is the shape of the input (a gradient), "matrix" the Jacobian."""

    wants = "an array such as [[1, 2], [3, 4]]"
    sought: Sought = None  # type: ignore[assignment]
    shaped: Literal["own", "matrix"] = "matrix"
    carries: bool = False
    """Whether it is a step of a sweep, and is marked again from the student's own earlier values."""

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
        return array_formula([_shown(n) for n in read.numbers()], read.shape, _MOST_ENTRIES), ()

    def mark(self, text: str, earlier: Mapping[str, Any] | None = None) -> Verdict:
        try:
            read = read_entries(text)
        except NotationError as wrong:
            return invalid(text, wrong)
        numbers = read.numbers()
        formula, _ = self.echo(text)
        if None in numbers:
            return Invalid(text, formula, f"Entry number {numbers.index(None) + 1} has no value.", 0, len(text))
        right = self.right
        if read.shape != right.shape:
            return self._misshapen(text, formula, read, numbers)
        good = [_same(cell, n, r) for cell, n, r in zip(read.cells, numbers, right.reshape(-1))]
        if all(good):
            return Correct(text, formula, f"{Equation((self.asked, formula))} is right.")
        own = self._from_own(earlier) if self.carries and earlier else None
        if own is not None and own.shape == read.shape:
            cells = zip(read.cells, numbers, own.reshape(-1))
            if all(_same(cell, n, r) for cell, n, r in cells):
                return CarriedForward(text, formula, FOLLOWS.format(Equation((self.asked, formula))))
        mistakes = self._mistakes(read, numbers)
        told = said(mistakes) or self._where(good, read.shape)
        return Incorrect(text, formula, told, mistakes=offered(mistakes), share=sum(good) / len(good))

    def _where(self, good: list[bool], shape: tuple[int, ...]) -> str:
        """Which entries are wrong, without saying what is right."""
        if not shape:
            return f"{self.asked} is another number."
        wrong = [_position(i, shape) for i, fine in enumerate(good) if not fine]
        listed = "; ".join(wrong[:4]) + (f"; and {len(wrong) - 4} more" if len(wrong) > 4 else "")
        return f"{sum(good)} of {len(good)} entries are right. Look at {listed}."

    def _misshapen(self, text: str, formula: Formula, read: Entries, numbers: list[Any]) -> Verdict:
        mistakes = self._mistakes(read, numbers)
        if mistakes:
            return Incorrect(text, formula, said(mistakes) or "The shape is another one.", mistakes=offered(mistakes))
        kind = f"of the shape of {self.sought.wrt}" if self.shaped == "own" and self.sought.wrt else "of another shape"
        message = f"This is {_shape(read.shape)}, and {self.asked} is {kind}."
        return Invalid(text, formula, message, 0, len(text))

    def _mistakes(self, read: Entries, numbers: list[Any]) -> list[Any]:
        import numpy as np

        if self.sought.kind == "value":
            return []
        own = self.right.shape

        def matches(value: Any, i: int) -> bool:
            value = np.asarray(value, float)
            if value.shape != read.shape == own and value.size == prod(own) and self.shaped == "own":
                value = value.reshape(own)
            cells = zip(read.cells, numbers, value.reshape(-1))
            return value.shape == read.shape and all(_same(cell, n, v) for cell, n, v in cells)

        return causes(self.sought.passes, matches)


def read_entries(text: str) -> Entries:
    """An array as people type it: `[[1, 2], [3, 4]]`, `[1, 2]`, or a number. Raises `NotationError`.

    >>> read_entries("[[1, 2/3], [3, -4]]").shape
    (2, 2)
    """
    check_length(text, _MOST_CHARACTERS)
    if not text.lstrip().startswith("["):
        return Entries((), (_entry(text, 0, len(text)),))
    cells: list[Any] = []
    shape = _level(text, list(_structure(text)), cells)
    if len(cells) > _MOST_ENTRIES:
        raise NotationError(f"An array has at most {_MOST_ENTRIES} entries here.", text)
    return Entries(shape, tuple(cells))


def _structure(text: str) -> Iterator[tuple[str, int, int]]:
    """The brackets and commas outside of round brackets, and what stands between them, with their places."""
    start, depth = 0, 0
    for i, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")")
        if depth <= 0 and sign in "[],;":
            if text[start:i].strip():
                yield "entry", start, i
            yield sign, i, i + 1
            start = i + 1
    if text[start:].strip():
        yield "entry", start, len(text)


def _level(text: str, parts: list[tuple[str, int, int]], cells: list[Any]) -> tuple[int, ...]:
    """Fills `cells` and returns the shape; nothing recursive, so nothing nested can hurt."""
    lengths: dict[int, int] = {}  # how long the lists at each depth are
    holds: dict[int, str] = {}  # whether they hold lists or entries
    counts: list[int] = []
    expecting = True
    for kind, start, end in parts:
        if kind == "[":
            if not expecting or len(counts) >= 4:
                raise NotationError("A comma is missing before this bracket.", text, start, end)
            if counts and holds.setdefault(len(counts), kind) != kind:
                raise NotationError("A row stands beside a number: write every row in brackets.", text, start, end)
            counts.append(0)
        elif kind == "]":
            if not counts or expecting:
                raise NotationError("An entry is missing before this bracket.", text, start, end)
            depth, length = len(counts), counts.pop()
            if lengths.setdefault(depth, length) != length:
                message = f"The rows differ in length: {lengths[depth]} entries before, {length} here."
                raise NotationError(message, text, start, end)
            if counts:
                counts[-1] += 1
            elif text[end:].strip():
                raise NotationError("The array ends here, and there is more.", text, end, len(text))
        elif kind == "entry":
            if not counts or not expecting:
                raise NotationError("A comma is missing here.", text, start, end)
            if holds.setdefault(len(counts), kind) != kind:
                raise NotationError("A number stands beside a row: write every row in brackets.", text, start, end)
            counts[-1] += 1
            cells.append(_entry(text, start, end))
        elif expecting:
            raise NotationError("An entry is missing before this comma.", text, start, end)
        expecting = kind in "[,;"
    if counts:
        raise NotationError("A closing bracket ] is missing at the end.", text, len(text))
    return tuple(lengths[depth] for depth in sorted(lengths))


def _entry(text: str, start: int, end: int) -> Any:
    """One entry, read as an answer without names; an error points into the whole text."""
    inner = text[start:end]
    try:
        return read_expression(inner, {}).value
    except NotationError as wrong:
        readings = (text[:start] + reading + text[end:] for reading in wrong.readings)
        raise NotationError(wrong.message, text, start + wrong.position, start + wrong.end, readings) from None


def _same(cell: Any, number: Any, right: float) -> bool:
    """To nine digits; a typed decimal may also be the right number rounded."""
    if abs(floated(number) - right) <= 1e-9 * max(abs(right), 1e-3):
        return True
    typed = decimal(cell)
    if typed is None or typed.denominator == 1:
        return False
    digits = exact_decimal(typed) or ""
    places, significant = len(digits.partition(".")[2]), len(digits.replace(".", "").lstrip("0"))
    return significant >= SHORTEST_DECIMAL and abs(floated(typed) - right) <= 0.500001 * 10.0**-places


def _plain(value: Any) -> Any:
    """An array as it is, one without axes as a number."""
    return value if value.ndim else value.item()


def _shown(number: Any) -> Any:
    return (
        0
        if number is None
        else float(number)
        if isinstance(number, Fraction) and number.denominator > 10**6
        else number
    )


def _position(i: int, shape: tuple[int, ...]) -> str:
    if len(shape) == 1:
        return f"entry {i + 1}"
    if len(shape) == 2:
        return f"row {i // shape[1] + 1}, column {i % shape[1] + 1}"
    return f"entry {i + 1} of all"


def _shape(shape: tuple[int, ...]) -> str:
    return f"an array of {shape_text(shape)}" if shape else "a single number"
