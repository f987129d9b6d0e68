"""Arrays as people type them: `[[1, 2], [3, 4]]`. Every entry is read as an answer; nothing is ever run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ...core.language import read_expression
from ...errors import NotationError
from .box import check_length
from .values import evaluated

MOST_ENTRIES, _MOST_CHARACTERS = 400, 8_000


@dataclass(frozen=True)
class Entries:
    """An array as it was typed: its shape, and each entry as an expression in C order."""

    shape: tuple[int, ...]
    cells: tuple[Any, ...]

    def numbers(self) -> list[Any]:
        return [evaluated(cell) for cell in self.cells]


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
    if len(cells) > MOST_ENTRIES:
        raise NotationError(f"An array has at most {MOST_ENTRIES} entries here.", text)
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
