"""What a question says to an answer: outcomes as types.

`Correct`, `CarriedForward` and `Incorrect` are judgements and count as an attempt. `Invalid` (the answer could not be
read, or is not of the kind that was asked for) and `Undecided` cost nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from ..core.paths import Path
from ..notation.plain import Formula


@dataclass(frozen=True)
class Mistake:
    """What went wrong: a short name for it, the sentence that says it, and the places that a figure lights up."""

    name: str
    says: str = ""
    edges: tuple[tuple[str, str], ...] = ()
    nodes: tuple[str, ...] = ()
    path: Path | None = None
    also: tuple[str, ...] = ()
    """Other names for the same: what else loses the same paths."""


def shared(lit: Iterable[tuple[Any, ...]]) -> tuple[Any, ...]:
    """The nodes and edges that stand in every one of some lists, each once."""
    first, *others = [*lit] or [()]
    return tuple(dict.fromkeys(mark for mark in first if all(mark in other for other in others)))


@dataclass(frozen=True, repr=False)
class Verdict:
    """`text` is what was typed, `reading` how it was read (None if it was not), `message` what to tell the student.

    `parts` are the verdicts on the single boxes of a question that has several, by the box's name. `credit` is between
    0 and 1.
    """

    text: str
    reading: Formula | None
    message: str
    parts: Mapping[str, Verdict] = field(default_factory=dict, kw_only=True)

    is_correct: ClassVar[bool] = False
    costs_attempt: ClassVar[bool] = False

    @property
    def correct(self) -> bool:
        """Whether the answer is right: `assert question.best.correct`."""
        return self.is_correct

    @property
    def credit(self) -> float:
        """The share of the answer that is right, between 0 and 1."""
        if self.parts:
            return sum(part.credit for part in self.parts.values()) / len(self.parts)
        return float(self.is_correct)

    def __str__(self) -> str:
        return f"{type(self).__name__}: {self.message}"

    __repr__ = __str__  # what a notebook shows


@dataclass(frozen=True, repr=False)
class Correct(Verdict):
    """The answer is right."""

    is_correct: ClassVar[bool] = True
    costs_attempt: ClassVar[bool] = True

    @property
    def credit(self) -> float:
        return 1.0


@dataclass(frozen=True, repr=False)
class Incorrect(Verdict):
    """The answer is wrong; `mistakes` are the ways in which it may have come about, if they are known and few.

    `share` is the part of it that is right, as of the entries of an array.
    """

    mistakes: tuple[Mistake, ...] = ()
    share: float = 0.0
    costs_attempt: ClassVar[bool] = True

    @property
    def credit(self) -> float:
        return super().credit if self.parts else self.share

    @property
    def mistake(self) -> Mistake | None:
        """The first of the mistakes, if there is any."""
        return self.mistakes[0] if self.mistakes else None

    @property
    def marks(self) -> tuple[str | tuple[str, str], ...]:
        """The nodes and the edges (child, parent) that all the mistakes are about: what a figure lights up."""
        return shared((*mistake.nodes, *mistake.edges) for mistake in self.mistakes)


@dataclass(frozen=True, repr=False)
class CarriedForward(Verdict):
    """Wrong, but right from what stands earlier in the student's own sweep: the slip is there and not here."""

    costs_attempt: ClassVar[bool] = True

    @property
    def credit(self) -> float:
        return 1.0


@dataclass(frozen=True, repr=False)
class Invalid(Verdict):
    """The answer cannot be marked as it stands: characters `position` to `end`, and `readings` to choose from."""

    position: int = 0
    end: int = 1
    readings: tuple[str, ...] = ()


@dataclass(frozen=True, repr=False)
class Blank(Verdict):
    """A box with nothing in it yet."""


@dataclass(frozen=True, repr=False)
class Undecided(Verdict):
    """Whether the answer is right could not be decided."""
