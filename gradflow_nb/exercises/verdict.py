"""What a question says to an answer: one of four outcomes, as types.

`Correct` and `Incorrect` are judgements and count as an attempt. `Invalid` (the answer could not be read, or is not
of the kind that was asked for) and `Undecided` cost nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..core.paths import Path
from ..notation.plain import Formula


@dataclass(frozen=True, slots=True, repr=False)
class Verdict:
    """`text` is what was typed, `reading` how it was read (None if it was not), `message` what to tell the student."""

    text: str
    reading: Formula | None
    message: str

    is_correct: ClassVar[bool] = False
    costs_attempt: ClassVar[bool] = False

    def __str__(self) -> str:
        return f"{type(self).__name__}: {self.message}"

    __repr__ = __str__  # what a notebook shows


@dataclass(frozen=True, slots=True, repr=False)
class Correct(Verdict):
    """The answer is right."""

    is_correct: ClassVar[bool] = True
    costs_attempt: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class Mistake:
    """What went wrong: a short name for it, and the path that it concerns."""

    name: str
    path: Path | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Incorrect(Verdict):
    """The answer is wrong; `mistake` says how, where that is known."""

    mistake: Mistake | None = None
    costs_attempt: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, repr=False)
class Invalid(Verdict):
    """The answer cannot be marked as it stands: characters `position` to `end`, and `readings` to choose from."""

    position: int = 0
    end: int = 1
    readings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Undecided(Verdict):
    """Whether the answer is right could not be decided."""
