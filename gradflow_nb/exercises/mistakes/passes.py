"""A backward pass with all that wrong ones are made of: both sweeps as maps, in either grain.

Every total is linear in every edge: d of/d wrt = Σ over the paths, so an edge c ← p with the partial m has the share
(d of/dc)·m·(dp/d wrt) in it. With one sweep from above and one from below, whatever goes wrong at one edge costs two
products and no further sweep.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

from ...core.edge import Edge
from ...core.evaluate import NUMBERS, World
from ...core.flow import GradientFlow
from ...core.linear import Factor, LinearMap, factor
from ...core.node import Node
from ...core.paths import Path, Paths
from ...core.sweeps import added
from .maps import is_factor, minus, unit

MOST_PATHS = 64
"""Past this many paths none is looked at by itself."""


@dataclass(frozen=True)
class Wrong:
    """What one wrong pass gives: `value` works it out, `where` says at which place it went wrong.

    `value` is a map, a number, a formula or an array, and may raise where the wrong pass has no value either. `edges`
    and `nodes` are what a figure lights up, `path` is the path concerned, `says` fills the sentence of the catalogue.
    `lost` are the paths that are missing, where that is all that goes wrong: two slips that lose the same are one.
    """

    value: Callable[[], Any]
    where: tuple[Any, ...]
    edges: tuple[tuple[str, str], ...] = ()
    nodes: tuple[str, ...] = ()
    path: Path | None = None
    says: Mapping[str, str] | None = None
    lost: frozenset[tuple[str, ...]] | None = None


@dataclass(frozen=True)
class Pass:
    """The derivative d `of`/d `wrt` of a flow. `inner` is the same flow with every operation a vertex.

    `world` is the one that their values live in. `elsewhere` gives the derivative at another point, where the pass has
    a point; `other` the total where the explicit partial is asked for, and the other way round. `around` is the whole
    flow, where `flow` is one equation of it. Where numbers do not follow from the graph, `inner` is `flow`; of a flow
    that was altered, `unaltered` gives the derivative before that.
    """

    flow: GradientFlow
    inner: GradientFlow
    of: str
    wrt: str
    world: World = NUMBERS
    elsewhere: Callable[[Mapping[str, Any]], Any] | None = None
    other: Callable[[], Any] | None = None
    kind: str = "total"
    around: GradientFlow | None = None
    unaltered: Callable[[], Any] | None = None

    @cached_property
    def above(self) -> dict[str, LinearMap]:
        """d of/d node as a map, for every operation between the two ends."""
        found: dict[str, LinearMap] = {self.of: unit(self.flow.known.get(self.of))}
        for name in reversed(self.inner.names):
            if name in found:
                for edge in self.inner.down[name]:
                    part = found[name] @ edge.map
                    found[edge.parent] = found[edge.parent] + part if edge.parent in found else part
        return found

    @cached_property
    def below(self) -> dict[str, LinearMap]:
        """d node/d wrt as a map, for every operation that depends on it."""
        found: dict[str, LinearMap] = {self.wrt: unit(self.flow.known.get(self.wrt))}
        for name in self.inner.names:
            parts = [edge.map @ found[edge.parent] for edge in self.inner.down[name] if edge.parent in found]
            if parts and name != self.wrt:
                found[name] = added(parts)
        return found

    @property
    def total(self) -> LinearMap:
        return self.derivative_by(self.wrt)

    def derivative_by(self, name: str) -> LinearMap:
        """d of/d any node."""
        return self.above.get(name, factor(Fraction(0)))

    @cached_property
    def ways(self) -> Paths:
        return self.flow.paths(self.of, self.wrt)

    @cached_property
    def listed(self) -> tuple[Path, ...]:
        """All paths, or none where there are too many."""
        return tuple(self.ways) if self.ways.count <= MOST_PATHS else ()

    def on_way(self, inner: bool = False) -> Iterable[Edge]:
        """The edges on some path from `wrt` to `of`."""
        flow = self.inner if inner else self.flow
        return (edge for edge in flow.edges if edge.child in self.above and edge.parent in self.below)

    def is_cut(self, edge: Edge) -> bool:
        """Whether all paths take this edge."""
        before, after = self.flow.paths(self.of, edge.child).count, self.flow.paths(edge.parent, self.wrt).count
        return before * after == self.ways.count

    @cached_property
    def scale(self) -> float:
        """The largest contribution of any edge: what is much smaller than it may be the dust of a cancellation."""
        parts = (self.through(edge, edge.map) for edge in self.on_way(inner=True) if is_factor(edge))
        return max((abs(float(part.value)) for part in parts if isinstance(part, Factor)), default=0.0)

    def over(self, edges: Iterable[Edge]) -> frozenset[tuple[str, ...]] | None:
        """The paths over any of these edges; None where there are too many to list."""
        wanted = {id(edge) for edge in edges}
        found = (path.nodes for path in self.listed if any(id(edge) in wanted for edge in path.edges))
        return frozenset(found) if self.listed else None

    @cached_property
    def between(self) -> tuple[str, ...]:
        """The named nodes strictly between the two ends, on some path."""
        ends = {self.of, self.wrt}
        return tuple(n for n in self.flow.names if n in self.above and n in self.below and n not in ends)

    def through(self, edge: Edge, partial: LinearMap) -> LinearMap:
        """What an edge contributes to the total, with this partial on it."""
        return self.above[edge.child] @ partial @ self.below[edge.parent]

    def instead(self, edge: Edge, partial: LinearMap) -> LinearMap:
        """The total with another partial on one edge."""
        return minus(self.total, self.through(edge, edge.map)) + self.through(edge, partial)

    def node(self, name: str) -> Node:
        """The operation that a vertex stands for."""
        return self._nodes[name]

    @cached_property
    def _nodes(self) -> dict[str, Node]:
        graph = self.inner.graph
        return {graph.label(node): node for node in graph.nodes if not node.is_constant}

    def operations(self) -> Iterable[tuple[str, Node, int, Edge]]:
        """Every edge of every operation on the way: the vertex, its node, the argument's number, the edge.

        There are none where the partials do not follow from the operations.
        """
        if not self.inner.from_graph:
            return
        on = {id(edge) for edge in self.on_way(inner=True)}
        for name, node in self._nodes.items():
            edges = iter(self.inner.down.get(name, ()))
            for i, argument in enumerate(node.arguments):
                if not isinstance(argument, Node) or argument.is_constant:
                    continue
                edge = next(edges, None)
                if edge and id(edge) in on and edge.parent == self.inner.graph.label(argument):
                    yield name, node, i, edge

    def arguments(self, node: Node) -> list[Any]:
        """The values of a node's arguments in this pass's world."""
        return [self.value_of(argument) for argument in node.arguments]

    def value_of(self, argument: Any) -> Any:
        """The value of a node or a constant, as an operation is given it."""
        if not isinstance(argument, Node):
            return self.world.lift(argument)
        if argument.is_constant:
            return argument.operation.value(*self.arguments(argument))
        name = self.inner.graph.label(argument)
        return self.world.seen(name, self.inner.known[name]) if name in self.flow.known else self.inner.known[name]

    def owner(self, name: str) -> str:
        """The equation that an operation belongs to: `e` for `e.1`."""
        return name if name in self.flow.known else name.rpartition(".")[0]

    def drawn(self, name: str, edge: Edge) -> tuple[tuple[str, str], ...]:
        """The edges of the figure in which an operation's edge is hidden."""
        child = self.owner(name)
        below = [edge.parent] if edge.parent in self.flow.known else self.leaves(self.node(edge.parent))
        shown = {(e.child, e.parent) for e in self.flow.down.get(child, ())}
        return tuple((child, parent) for parent in below if (child, parent) in shown and parent in self.below)

    def leaves(self, node: Node) -> list[str]:
        """The names that an operation's equation uses below it, each once; for a named node those of its equation."""
        found: dict[str, None] = {}
        stack = list(reversed(node.parents))
        while stack:
            current = stack.pop()
            name = self.inner.graph.label(current)
            if name in self.flow.known or current.operation is None:
                found.setdefault(name)
            else:
                stack += reversed(current.parents)
        return list(found)


def at_local(whole: Pass, wrt: str, given: Mapping[str, Any]) -> Pass:
    """One step of the backward sweep as a pass of its own: the nodes above keep the derivatives that are `given`.

    Each use c of `wrt` becomes a path of two edges: d of/dc as it is given, and ∂c/∂wrt.
    """
    children = dict.fromkeys(edge.child for edge in whole.flow.up[wrt] if edge.child in given)
    tops = [Edge(whole.of, child, factor(given[child])) for child in children if child != whole.of]

    def cut(flow: GradientFlow) -> GradientFlow:
        owned = {n for n in flow.names if n not in whole.flow.known and whole.owner(n) in children}
        names = tuple(n for n in flow.names if n in {*children, *owned, wrt, whole.of})
        steps = (e for e in flow.edges if e.child in {*children, *owned} and e.parent in {*owned, wrt})
        return replace(flow, names=names, edges=(*steps, *tops))

    return replace(whole, flow=cut(whole.flow), inner=cut(whole.inner), wrt=wrt, elsewhere=None, other=None)
