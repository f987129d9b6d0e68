"""What a question is after: one derivative of a graph, at a point or in general, in every form that marking needs."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property, lru_cache
from random import Random
from typing import Any, Literal

from ..core.evaluate import NUMBERS, World, entered, flow_in
from ..core.flow import GradientFlow
from ..core.graph import Graph
from ..core.node import Node
from ..core.worlds.exact import public
from ..core.written import shape_text, value_formula
from ..errors import GradflowError
from ..notation.plain import Derivative, Formula, Name
from .mistakes.passes import Pass

Kind = Literal["total", "partial", "value"]
_POINTS, _POINTS_AT_KINKS, _TRIES = 4, 16, 60
_SCALES = (Fraction(1), Fraction(6), Fraction(1, 5), Fraction(40))
"""How far out points are looked for: where a graph has values differs from graph to graph."""


@dataclass(frozen=True, eq=False)
class Sought:
    """d `of`/d `wrt` (kind "total"), ∂ `of`/∂ `wrt` ("partial"), or the value of `of` ("value", without `wrt`).

    `flow` is the flow at the point where a number is asked for; None where a formula is. One whose numbers do not
    follow from its graph is itself the truth: nothing is worked out from the graph then.
    """

    graph: Graph
    of: str
    wrt: str | None
    flow: GradientFlow | None
    kind: Kind = "total"

    @property
    def asked(self) -> Formula:
        """What is asked for, as a formula: `dg/db`."""
        return (
            Name(self.of) if self.wrt is None else Derivative(self.of, self.wrt, "d" if self.kind == "total" else "∂")
        )

    @property
    def place(self) -> str:
        """The point at which a number is asked for, as text; empty where a formula is."""
        return place(self.flow)

    @property
    def names(self) -> Mapping[str, Node]:
        """What a name stands for in an answer: the graph's node, or in a flow as it is the value there, if known."""
        return _named(self.flow) if as_it_is(self.flow) else self.graph.named

    def known(self, flow: GradientFlow) -> dict[int, Any]:
        """The values at a point from which those of all `names` follow, by the `id` of their nodes."""
        names = flow.values if as_it_is(flow) else self.graph.inputs
        return {id(self.names[name]): flow.known[name] for name in names if public(flow.known[name]) is not None}

    @cached_property
    def formulas(self) -> GradientFlow:
        """The flow whose values and partials are expressions over the graph's own nodes, or numbers as they are."""
        return self.flow if as_it_is(self.flow) else _formulas(self.graph)

    @cached_property
    def right(self) -> Any:
        """The right answer as an expression over the graph's inputs, or the number that it is everywhere."""
        if self.kind == "value":
            return self.graph[self.of]
        return self._of(self.formulas)

    @cached_property
    def number(self) -> Any:
        """The right answer at the point: a number, or the Jacobian as an array."""
        return self.flow.values[self.of] if self.kind == "value" else self._of(self.flow)

    def _of(self, flow: GradientFlow) -> Any:
        return flow.partial(self.of, self.wrt) if self.kind == "partial" else flow.total(self.of, self.wrt)

    @cached_property
    def seed(self) -> int:
        return zlib.crc32(f"{self.asked} {self.place}".encode())

    @cached_property
    def point(self) -> dict[int, Fraction] | None:
        """The point by the `id` of the input nodes."""
        if self.flow is None or as_it_is(self.flow):
            return None
        return {id(self.graph[n]): Fraction(v) for n, v in self.flow.inputs.items()}

    @cached_property
    def kinks(self) -> list[Node]:
        """Expressions that are zero where the right answer rests on a convention."""
        marked = (n for n in self.graph.nodes if n.operation and n.operation.kink and not n.is_constant)
        return [kink for n in marked if isinstance(kink := n.operation.kink(*n.arguments), Node)]

    # Passes, for the diagnosis -------------------------------------------------------------------------------------

    @cached_property
    def flows(self) -> list[GradientFlow]:
        """The flow at the point; for a formula, at several points that the seed chooses."""
        if self.flow is not None:
            return [self.flow]
        random, found, others = Random(self.seed), [], []
        count = _POINTS_AT_KINKS if self.kinks else _POINTS  # a claim is to hold on every side of a kink
        for i in range(_TRIES):
            flow = self._flow_somewhere(random, _SCALES[i // 15 % len(_SCALES)], positive=i % 4 < 2)
            if flow is not None:
                (found if self._tells(flow) else others).append(flow)
            if len(found) == count:
                break
        return (found + others)[:count]

    def _tells(self, flow: GradientFlow) -> bool:
        """Whether the derivative is neither dust nor huge at this point."""
        try:
            return 1e-6 < abs(self._of(flow)) < 1e12
        except GradflowError:
            return False

    @cached_property
    def passes(self) -> list[Pass]:
        """The backward pass at each of `flows`, ready to be done wrongly."""
        return [self._pass_at(flow) for flow in self.flows]

    def _flow_somewhere(self, random: Random, scale: Fraction, positive: bool) -> GradientFlow | None:
        draw = (scale * Fraction(3 + int(random.random() * 19), 7) for _ in self.graph.inputs)
        signs = (1 if positive or random.random() < 0.5 else -1 for _ in self.graph.inputs)
        try:
            return self.graph.at({name: x * sign for name, x, sign in zip(self.graph.inputs, draw, signs)})
        except GradflowError:
            return None

    def _pass_at(self, flow: GradientFlow) -> Pass:
        """The derivative at a point, ready to be done wrongly. An explicit partial is the total of one equation."""
        if as_it_is(flow):
            return self._pass_as_it_is(flow)
        graph, at = self.graph, flow.inputs
        if self.kind == "partial":
            graph = self.graph.inside(self.of)
            at = {name: flow.values[name] for name in graph.inputs}
        of, wrt = self.of, self.wrt
        apart = wrt not in graph  # no edge: nothing is left to go wrong but the kind of derivative
        if apart:
            graph, at = self.graph, flow.inputs
        named = Graph(graph.named, graph.defaults, graph.notes)
        here = flow_in(named, _entered(at), NUMBERS) if graph is not self.graph else flow
        inner = flow_in(named.expand(), _entered(at), NUMBERS)
        if apart:
            here, inner = replace(here, edges=()), replace(inner, edges=())
        return Pass(
            here,
            inner,
            of,
            wrt,
            elsewhere=None
            if self.flow is None
            else lambda point: flow_in(named, _entered(point), NUMBERS).total(of, wrt),
            other=lambda: flow.total(of, wrt) if self.kind == "partial" else flow.partial(of, wrt),
            kind=self.kind,
            around=flow if self.kind == "partial" else None,
        )

    def _pass_as_it_is(self, flow: GradientFlow) -> Pass:
        """The same in a flow of numbers alone: operations are not looked into, and no other point is tried."""
        of, wrt, here, origin = self.of, self.wrt, flow, getattr(flow, "origin", None)
        if self.kind == "partial":
            edges = tuple(flow.down[of])
            ends = {of, wrt, *(edge.parent for edge in edges)}
            names = tuple(name for name in flow.names if name in ends)
            here = replace(flow, names=names, edges=edges, known={name: flow.known[name] for name in names})
        return Pass(
            here,
            here,
            of,
            wrt,
            other=lambda: flow.total(of, wrt) if self.kind == "partial" else flow.partial(of, wrt),
            kind=self.kind,
            around=flow if self.kind == "partial" else None,
            unaltered=None if origin is None else lambda: self._of(origin),
        )


@lru_cache(maxsize=8)
def _formulas(graph: Graph) -> GradientFlow:
    """Made once for all boxes of a question."""
    own = World(lift=lambda constant: constant, seen=lambda name, value: graph[name])
    return flow_in(graph, {name: graph[name] for name in graph.inputs}, own)


@lru_cache(maxsize=8)
def _named(flow: GradientFlow) -> dict[str, Node]:
    """The same for all boxes of a question, for a sweep's answers are used in later boxes."""
    return {name: Node(None, (), name) for name in flow.names}


def _entered(point: Mapping[str, Any]) -> dict[str, Any]:
    return {name: entered(value) for name, value in point.items()}


def as_it_is(flow: GradientFlow | None) -> bool:
    """Whether a question is about this very flow, whose numbers do not follow from its graph."""
    return flow is not None and not flow.from_graph


def point_of(flow: GradientFlow | None) -> dict[str, Any]:
    """The inputs whose values are known; none without a flow."""
    return {name: value for name, value in flow.inputs.items() if value is not None} if flow else {}


def place(flow: GradientFlow | None) -> str:
    """A point as text: `a = 1, o = 2`; empty for none. Of a flow as it is, whose figure shows it, large arrays and more
    than a few inputs are left to the figure."""
    point = point_of(flow)
    if as_it_is(flow) and len(point) > _MOST_NAMED:
        return "the point of the figure"
    large = {n for n, v in point.items() if as_it_is(flow) and getattr(v, "size", 1) > _MOST_SHOWN}
    said = (f"{n} ({shape_text(v.shape)})" if n in large else f"{n} = {value_formula(v)}" for n, v in point.items())
    return ", ".join(said)


_MOST_NAMED, _MOST_SHOWN = 4, 3
