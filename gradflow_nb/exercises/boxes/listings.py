"""Boxes for lists of names: all paths between two nodes, and the order of the backward pass."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Any

from ...core.flow import GradientFlow
from ...core.sweeps import sweep_order
from ...errors import NotationError, nearest
from ...notation.plain import Formula, Words
from ..verdict import Correct, Incorrect, Invalid, Mistake, Verdict
from .box import Box, check_length, invalid

_MOST_CHARACTERS = 20_000
_ARROWS = re.compile(r"<-+|-+>|←|→|⟵|⟶|↦|<=|=>|,|\s+")


@dataclass(eq=False)
class NamesBox(Box):
    """What both have in common: a text of names is read against the names of the flow."""

    flow: GradientFlow = None  # type: ignore[assignment]

    def names(self, text: str, start: int, end: int) -> list[str]:
        """The names between two places of the text. Raises `NotationError` with the place of one that is unknown."""
        found, position = [], start
        for gap in [*_ARROWS.finditer(text, start, end), None]:
            stop = gap.start() if gap else end
            if word := text[position:stop].strip():
                found += self._split(text, text.index(word, position), word)
            position = gap.end() if gap else end
        return found

    def _split(self, text: str, start: int, word: str) -> list[str]:
        """One name, or several single letters written together: `gfedb`."""
        if word in self.flow.names:
            return [word]
        if len(word) <= 64 and all(letter in self.flow.names for letter in word):
            return list(word)
        shown = word if len(word) <= 40 else f"{word[:40]}…"
        message = f"There is no node called {shown!r}. {nearest(word[:60], self.flow.names)}"
        raise NotationError(message, text, start, start + len(word))


@dataclass(eq=False)
class PathsBox(NamesBox):
    """All paths from `wrt` to `of`, one a line (or between semicolons), from either end."""

    wants = "one path a line, its names with ← or spaces between"
    of: str = ""
    wrt: str = ""

    def read(self, text: str) -> list[tuple[str, ...]]:
        """The paths that were typed, each told from `of` back to `wrt`. Raises `NotationError`."""
        check_length(text, _MOST_CHARACTERS)
        found = []
        for names in self._each(text):
            found.append(names[::-1] if names[0] == self.wrt != self.of else names)
        if not found:
            raise NotationError(f"Write the paths, one a line: {self.of} ← … ← {self.wrt}.", text)
        return found

    def _each(self, text: str) -> Iterator[tuple[str, ...]]:
        """The paths as they stand there. A comma ends a path where all that commas divide are whole paths."""
        for line in re.finditer(r"[^\n;]+", text):
            commas = [at.start() for at in re.compile(",").finditer(text, *line.span())]
            places = pairwise([line.start() - 1, *commas, line.end()])
            parts = [tuple(self.names(text, start + 1, end)) for start, end in places]
            whole = all(len(part) > 1 and {part[0], part[-1]} == {self.of, self.wrt} for part in parts)
            yield from filter(None, parts if whole else [tuple(chain.from_iterable(parts))])

    def echo(self, text: str) -> tuple[Formula, tuple[str, ...]]:
        return Words("; ".join(" ← ".join(path) for path in self.read(text)[:12])), ()

    @property
    def right(self) -> set[tuple[str, ...]]:
        return {path.nodes for path in self.flow.paths(self.of, self.wrt)}

    @property
    def solution(self) -> Formula:
        return Words("; ".join(" ← ".join(path.nodes) for path in self.flow.paths(self.of, self.wrt)))

    def mark(self, text: str, earlier: Mapping[str, Any] | None = None) -> Verdict:
        try:
            found = self.read(text)
        except NotationError as wrong:
            return invalid(text, wrong)
        reading, right = Words("; ".join(" ← ".join(path) for path in found)), self.right
        if twice := [path for path in found if found.count(path) > 1]:
            return Invalid(text, reading, f"{' ← '.join(twice[0])} stands here twice.", 0, len(text))
        good = [path for path in found if path in right]
        share = max(0.0, len(good) - (len(found) - len(good))) / len(right)
        if wrong := [path for path in found if path not in right]:
            mistake = Mistake("no path", self._why_not(wrong[0]), (), wrong[0])
            return Incorrect(text, reading, mistake.says, mistakes=(mistake,), share=share)
        if len(good) < len(right):
            missing = (
                f"{len(good)} of {len(right)} paths: {'one is' if len(right) - len(good) == 1 else 'some are'} missing."
            )
            return Incorrect(text, reading, missing, mistakes=(Mistake("a path dropped", missing),), share=share)
        return Correct(
            text, reading, f"These are all {len(right)} paths." if len(right) > 1 else "That is the only path."
        )

    def _why_not(self, path: tuple[str, ...]) -> str:
        drawn = {(edge.child, edge.parent) for edge in self.flow.edges}
        for child, parent in pairwise(path):
            if (child, parent) not in drawn:
                back = f" The arrow goes the other way, {parent} ← {child}." if (parent, child) in drawn else ""
                return f"{' ← '.join(path)} is no path: there is no edge from {parent} to {child}.{back}"
        ends = f"it does not end at {self.wrt}" if path[0] == self.of else f"it does not start at {self.of}"
        return f"{' ← '.join(path)} is no path from {self.wrt} to {self.of}: {ends}."


@dataclass(eq=False)
class OrderBox(NamesBox):
    """The order in which the backward pass from `of` can take the nodes; every right one is accepted."""

    wants = "the names in their order, with spaces or commas between"
    of: str = ""

    def read(self, text: str) -> list[str]:
        """The names in the order that was typed. Raises `NotationError`."""
        check_length(text, _MOST_CHARACTERS)
        names = self.names(text, 0, len(text))
        if not names:
            raise NotationError("Write the names of the nodes in their order.", text)
        return names

    def echo(self, text: str) -> tuple[Formula, tuple[str, ...]]:
        return Words(", ".join(self.read(text))), ()

    @property
    def solution(self) -> Formula:
        return Words(", ".join(sweep_order(self.flow, self.of)))

    def mark(self, text: str, earlier: Mapping[str, Any] | None = None) -> Verdict:
        try:
            names = self.read(text)
        except NotationError as wrong:
            return invalid(text, wrong)
        reading, wanted = Words(", ".join(names)), set(sweep_order(self.flow, self.of))
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            return Invalid(text, reading, f"{twice} stands here twice: each node is taken once.", 0, len(text))
        if surplus := [name for name in names if name not in wanted]:
            says = f"{surplus[0]} is not reached: {self.of} does not depend on it."
            return Incorrect(text, reading, says, mistakes=(Mistake("not reached", says, (), (surplus[0],)),))
        done: set[str] = set()
        for name in names:
            waiting = [e.child for e in self.flow.up[name] if e.child in wanted and e.child not in done]
            if waiting:
                says = (
                    f"{name} comes too early: it is used by {waiting[0]}, "
                    f"so d{self.of}/d{waiting[0]} must be known before d{self.of}/d{name}."
                )
                mistake = Mistake("no topological order", says, ((waiting[0], name),), (name, waiting[0]))
                return Incorrect(text, reading, says, mistakes=(mistake,))
            done.add(name)
        if len(done) < len(wanted):
            return Invalid(text, reading, f"Right so far: {len(done)} of {len(wanted)} nodes. Go on.", 0, len(text))
        return Correct(text, reading, f"{', '.join(names)} is a right order: every node comes after all that use it.")
