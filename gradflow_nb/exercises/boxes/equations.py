"""A box for the graph itself: an expression is given, its equations are asked for, and any right graph passes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ...core.derived.fold import has_arrays
from ...core.evaluate import NoValue, put_in
from ...core.graph import Graph
from ...core.language import read_graph
from ...core.worlds import exact
from ...errors import GradflowError, NotationError
from ...notation.plain import Formula, Words
from ..deciding.equivalence import decide
from ..mistakes.diagnosis import close
from ..verdict import Correct, Incorrect, Invalid, Undecided, Verdict
from .box import Box, check_length, invalid

_MOST_CHARACTERS, _MOST_OPERATIONS = 4_000, 400


@dataclass(eq=False)
class EquationsBox(Box):
    """`right` is a graph of the expression; `single` asks for one operation in each equation."""

    wants = "equations, one a line, such as u = 2v"
    right: Graph = None  # type: ignore[assignment]
    of: str = ""
    single: bool = False

    def read(self, text: str) -> Graph:
        """The graph of the equations that were typed. Raises `NotationError`."""
        check_length(text, _MOST_CHARACTERS)
        try:
            graph = read_graph(text)
        except NotationError:
            raise
        except GradflowError as wrong:
            raise NotationError(str(wrong), text) from None
        if not any(node.operation for node in graph.named.values()):
            raise NotationError("Write equations, such as u = 2v.", text)
        if any(map(has_arrays, graph.nodes)):
            raise NotationError("This is about numbers, and not about arrays.", text)
        if len(graph.nodes) > _MOST_OPERATIONS:
            raise NotationError(f"That is more than {_MOST_OPERATIONS} operations.", text)
        return graph

    def echo(self, text: str) -> tuple[Formula, tuple[str, ...]]:
        graph = self.read(text)
        equations = graph.equations if len(graph.nodes) < 60 else {}
        return Words("; ".join(f"{name} = {right}" for name, right in equations.items())), graph.notes

    @property
    def solution(self) -> Formula:
        return Words("; ".join(f"{name} = {right}" for name, right in self.right.equations.items()))

    def mark(self, text: str, earlier: Mapping[str, Any] | None = None) -> Verdict:
        try:
            graph = self.read(text)
        except NotationError as wrong:
            return invalid(text, wrong)
        reading, _ = self.echo(text)
        known = {*graph.named} - {*graph.inputs} | {*self.right.inputs}
        for name in graph.inputs:
            if name not in known and len(name) > 1 and all(letter in known for letter in name):
                message = f"{name} is read as one name: write {'·'.join(name)} or {' '.join(name)} for the product."
                return Invalid(text, reading, message, max(0, text.find(name)), max(0, text.find(name)) + len(name))
        if len(graph.outputs) != 1:
            ends = " and ".join(graph.outputs[:4])
            return Invalid(
                text,
                reading,
                f"The graph has one end, and here are {ends}: each equation is used by another.",
                0,
                len(text),
            )
        wanted = list(self.right.inputs)
        if surplus := [name for name in graph.inputs if name not in wanted]:
            message = f"{surplus[0]} is not defined: the inputs are {', '.join(wanted)}."
            return Invalid(text, reading, message, max(0, text.find(surplus[0])), len(text))
        if defined := [name for name in wanted if name in graph and name not in graph.inputs]:
            return Invalid(text, reading, f"{defined[0]} is an input, and has no equation.", 0, len(text))
        inputs = {id(graph[name]): self.right[name] for name in graph.inputs}
        inputs |= {id(node): node for node in graph.nodes if node.is_constant}  # √2 stays what it is, and no decimal
        (theirs,) = put_in([graph[graph.outputs[0]]], inputs, lambda constant: constant)
        same = decide(theirs, self.right[self.of], len(text))
        if same is None:
            return Undecided(text, reading, "I could not decide whether this is the same, so it costs nothing.")
        if not same:
            return Incorrect(text, reading, self._counterexample(theirs))
        if message := self._not_in_steps(graph):
            return Invalid(text, reading, message, 0, len(text))
        count = sum(node.operation is not None for node in graph.named.values())
        return Correct(text, reading, f"These {count} equations make the same.")

    def _counterexample(self, theirs: Any) -> str:
        """A point at which the two differ, so that the student can follow it."""
        for first in range(2, 12):
            point = {id(self.right[name]): Fraction(first + 3 * i) for i, name in enumerate(self.right.inputs)}
            try:
                got, wanted = put_in([theirs, self.right[self.of]], point, exact.lift, _short_enough)
            except (NoValue, ArithmeticError):
                continue
            if not close(got, wanted):
                where = ", ".join(f"{name} = {first + 3 * i}" for i, name in enumerate(self.right.inputs))
                return f"At {where} these equations give {_short(got)}, and the expression {_short(wanted)}."
        return "These equations do not make the same."

    def _not_in_steps(self, graph: Graph) -> str:
        if self.single:
            for name, node in graph.named.items():
                inside = [n for n in graph.inside(name).nodes if n.operation is not None] if node.operation else []
                if len(inside) > 1:
                    return f"Right so far. In {name} are {len(inside)} operations: give each an equation of its own."
        elif sum(node.operation is not None for node in graph.named.values()) < 2:
            return "Right so far. That is the expression itself: give its parts equations of their own."
        return ""


def _short_enough(value: Any) -> None:
    """Raises `ArithmeticError` for a number that nobody could follow."""
    if isinstance(value, Fraction) and max(value.numerator.bit_length(), value.denominator.bit_length()) > 200:
        raise ArithmeticError


def _short(value: Any) -> str:
    return f"{float(value):.6g}" if not isinstance(value, int) and getattr(value, "denominator", 1) != 1 else f"{value}"
