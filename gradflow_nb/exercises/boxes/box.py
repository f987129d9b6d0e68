"""One place to write an answer in: what all boxes share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from ...errors import NotationError
from ...notation.plain import Formula
from ..verdict import Invalid, Verdict

FOLLOWS = "{} follows from your own earlier values; the slip is before it."


@dataclass(eq=False)
class Box:
    """A place for one answer. `name` is its key (empty for the only one), `asked` what stands before it.

    `anchor` is the node (a name) or edge (a pair) of the figure at which it stands; `lines` is the room that it needs.
    """

    name: str
    asked: Formula
    anchor: str | tuple[str, str] | None = None
    lines: int = 1
    wants: ClassVar[str] = "a formula or a number"
    """What is typed here, for those who hear the page or see an empty field."""

    def echo(self, text: str) -> tuple[Formula, tuple[str, ...]]:
        """How an answer is read, and notes about it. Raises `NotationError`."""
        raise NotImplementedError

    def mark(self, text: str, earlier: Mapping[str, Any] | None = None) -> Verdict:
        """The verdict on an answer; `earlier` has the student's own answers to the boxes before, as they were read."""
        raise NotImplementedError

    def value(self, text: str) -> Any:
        """The answer as later boxes use it; None if it cannot be read."""
        return None

    @property
    def solution(self) -> Formula:
        """The right answer, as it is written."""
        raise NotImplementedError


def check_length(text: str, most: int) -> None:
    """Raises `NotationError` for what is no text, or too long a one."""
    if not isinstance(text, str):
        raise NotationError(f"An answer is a text, and this is a {type(text).__name__}.")
    if len(text) > most:
        raise NotationError(f"An answer has at most {most:,} characters here; this one has {len(text):,}.", text, most)


def invalid(text: str, wrong: NotationError) -> Invalid:
    """The verdict on what could not be read."""
    return Invalid(text, None, wrong.message, wrong.position, wrong.end, wrong.readings)
