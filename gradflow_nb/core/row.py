"""What a row of the table is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

Rule = Callable[..., Any]


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """One row of the table.

    An *elementwise* row has in `partials` one rule for each argument, given `(y, *arguments)`: the factor by which
    a small change of that argument is multiplied. A *structured* row, which mixes the entries of arrays, has in
    their place `vjps` with rules `(g, y, *arguments)`, the cotangent of an argument, and `jvps` with rules
    `(t, y, *arguments)`, the tangent of the result; None stands for a derivative that is zero everywhere.
    `moves` says that the row only puts entries into other places. `settings` are what the row was made with, such
    as `(("axis", 0),)`. `kink` is an expression that is zero exactly where a convention stands for a derivative.
    """

    name: str
    symbol: str
    value: Rule
    partials: tuple[Rule, ...] = ()
    kink: Rule | None = None
    vjps: tuple[Rule | None, ...] = ()
    jvps: tuple[Rule | None, ...] = ()
    settings: tuple[tuple[str, Any], ...] = ()
    moves: bool = False

    @property
    def is_elementwise(self) -> bool:
        return not self.vjps

    @property
    def arity(self) -> int:
        """The number of arguments."""
        return len(self.partials or self.vjps)

    def __reduce__(self) -> Any:
        from .operations import found

        return found, (self.name, self.settings)

    def __repr__(self) -> str:
        settings = "".join(f" {name}={value}" for name, value in self.settings)
        return f"<operation {self.name}{settings}>"


class Span(NamedTuple):
    """A slice in an index, as `1:3` in `x[1:3]`; None where nothing is written."""

    start: int | None = None
    stop: int | None = None
    step: int | None = None

    def __str__(self) -> str:
        parts = ["" if part is None else str(part) for part in self]
        return ":".join(parts if self.step is not None else parts[:2])


class Pick(tuple):
    """A list of positions in an index, as `[0, 2]` in `x[[0, 2]]`."""

    __slots__ = ()

    def __str__(self) -> str:
        return f"[{', '.join(map(str, self))}]"
