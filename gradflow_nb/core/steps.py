"""The steps of a sweep, each one saying itself in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..notation.plain import PLAIN, PRODUCT, Number
from .display import Shown
from .linear import Missing
from .written import map_formula, value_formula

if TYPE_CHECKING:
    from .flow import GradientFlow


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one neighbour passes on: its own derivative, the edge's partial, and their product."""

    via: str
    derivative: Any
    partial: Any
    product: Any


@dataclass(frozen=True, slots=True, repr=False)
class Step:
    """One node of a sweep. `kind` is "backward" (d of / d node) or "forward" (d node / d wrt).

    `start` is the node that the sweep started from, `result` the derivative that this step found.
    """

    kind: str
    start: str
    node: str
    contributions: tuple[Contribution, ...]
    result: Any

    @property
    def derivative(self) -> str:
        """What was found, as text: `dg/db`."""
        child, parent = (self.start, self.node) if self.kind == "backward" else (self.node, self.start)
        return f"d{child}/d{parent}"

    def __str__(self) -> str:
        if not self.contributions:
            return f"{self.derivative} = {_text(self.result)}, where the sweep starts"
        backward = self.kind == "backward"
        parts = []
        for part in self.contributions:
            first, second = (part.derivative, part.partial) if backward else (part.partial, part.derivative)
            parts.append(f"{_factor(first)}·{_factor(second)}")
        if len(parts) > 1 and any(hasattr(part.partial, "into") for part in self.contributions):
            parts = [f"({part})" for part in parts]  # a Jacobian may itself be a row of numbers
        origin = " and ".join(dict.fromkeys(part.via for part in self.contributions))
        return f"{self.derivative} = {' + '.join(parts)} = {_text(self.result)}, from {origin}"

    def __repr__(self) -> str:
        return f"<{self}>"


class Steps(Shown, Sequence[Step]):
    """The steps of one sweep, in their order; a sequence that prints as one step a line."""

    def __init__(self, steps: list[Step]) -> None:
        self._steps = tuple(steps)

    def __getitem__(self, index: Any) -> Any:
        return self._steps[index]

    def __len__(self) -> int:
        return len(self._steps)

    def __iter__(self) -> Iterator[Step]:
        return iter(self._steps)


def backward(flow: GradientFlow, of: str, found: Mapping[str, Any]) -> Steps:
    """The steps of the reverse sweep that found these cotangents."""
    steps = []
    for name in reversed([n for n in flow.names if n in found]):
        parts = [(e, found[e.child], e.map.vjp(found[e.child])) for e in flow.up[name] if e.child in found]
        contributions = (Contribution(e.child, flow.tidy(c), flow.tidy_map(e.map), flow.tidy(p)) for e, c, p in parts)
        steps.append(Step("backward", of, name, tuple(contributions), flow.tidy(found[name])))
    return Steps(steps)


def forward(flow: GradientFlow, wrt: str, found: Mapping[str, Any]) -> Steps:
    """The steps of the forward sweep that found these tangents."""
    steps = []
    for name in (n for n in flow.names if n in found):
        parts = [] if name == wrt else [(e, found[e.parent]) for e in flow.down[name] if e.parent in found]
        contributions = (
            Contribution(e.parent, flow.tidy(t), flow.tidy_map(e.map), flow.tidy(e.map.jvp(t))) for e, t in parts
        )
        steps.append(Step("forward", wrt, name, tuple(contributions), flow.tidy(found[name])))
    return Steps(steps)


def _text(value: Any) -> str:
    return value.says if isinstance(value, Missing) else str(_formula(value))


def _formula(value: Any) -> Any:
    return map_formula(value) if hasattr(value, "structure") else value_formula(value)


def _factor(value: Any) -> str:
    """A factor of a written product: a sum or a negative number in brackets."""
    if isinstance(value, Missing):
        return f"({value.says})"
    formula = _formula(value)
    return PLAIN.write(formula, PRODUCT + (not isinstance(formula, Number)))
