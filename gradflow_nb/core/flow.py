"""A gradient flow: a value on each node, a local partial on each edge.

A flow is a graph at a point (numbers) or a graph in symbols (formulas). It owns a labelled graph without
cycles and needs nothing else: every derivative is a sum over paths of products of local partials, and the two
sweeps are the two orders in which that sum is carried out without listing the paths.

Source of the mathematics: Griewank and Walther, Evaluating Derivatives, 2nd ed. (2008), ch. 3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..errors import NoDerivative, UnknownName
from ..notation.plain import Equation, Formula, Name
from .display import Shown
from .linear import Factor, LinearMap, Missing, kept
from .steps import Contribution, Step, Steps
from .worlds import exact
from .written import value_formula

if TYPE_CHECKING:
    from .graph import Graph
    from .paths import Paths


@dataclass(frozen=True, repr=False)
class Edge:
    """A local partial ∂child/∂parent. `convention` says so where a kink's convention stands in for a derivative."""

    child: str
    parent: str
    map: LinearMap
    convention: str | None = None

    @property
    def exists(self) -> bool:
        """False where the partial does not exist at this point."""
        return not isinstance(self.map, Missing)

    @property
    def partial(self) -> Any:
        """The local partial: an int, a Fraction, a float or a formula. Raises `NoDerivative` where there is none."""
        return present(self.map, f"∂{self.child}/∂{self.parent}")

    def __repr__(self) -> str:
        partial = value_formula(self.partial) if self.exists else self.map.says
        return f"Edge(child={self.child!r}, parent={self.parent!r}, partial={partial})"


@dataclass(frozen=True, eq=False, repr=False)
class GradientFlow(Shown):
    """Vertices in topological order, their values, and the edges between them.

    `inputs` maps the name of each input to its value. `graph` is the graph that the flow came from. `notes` are
    sentences that a reader should know, such as that a number became too long to stay exact.
    """

    graph: Graph
    names: tuple[str, ...]
    edges: tuple[Edge, ...]
    equations: Mapping[str, Formula]
    known: Mapping[str, Any] = field(default_factory=dict)
    symbolic: bool = False
    notes: tuple[str, ...] = ()

    @cached_property
    def down(self) -> dict[str, list[Edge]]:
        """The edges from each node to the nodes that it uses."""
        return self._edges_by(lambda edge: edge.child)

    @cached_property
    def up(self) -> dict[str, list[Edge]]:
        """The edges from each node to the nodes that use it."""
        return self._edges_by(lambda edge: edge.parent)

    def _edges_by(self, end: Callable[[Edge], str]) -> dict[str, list[Edge]]:
        found: dict[str, list[Edge]] = {name: [] for name in self.names}
        for edge in self.edges:
            found[end(edge)].append(edge)
        return found

    @property
    def values(self) -> dict[str, Any]:
        """The value of every node, by name; whole numbers as ints, other exact ones as Fractions."""
        return {name: exact.public(self.known[name]) for name in self.names}

    @property
    def inputs(self) -> dict[str, Any]:
        """The values of the inputs, by name."""
        return {name: exact.public(self.known[name]) for name in self.graph.inputs}

    @property
    def outputs(self) -> tuple[str, ...]:
        return self.graph.outputs

    @property
    def conventions(self) -> tuple[str, ...]:
        """Sentences that name the edges on which a kink's convention stands in for a derivative."""
        return tuple(f"∂{e.child}/∂{e.parent}: {e.convention}" for e in self.edges if e.convention)

    def partial(self, child: str, parent: str) -> Any:
        """The explicit partial ∂child/∂parent: the edge itself, 0 where there is no edge.

        Raises `UnknownName`, or `NoDerivative` where it does not exist at this point.
        """
        self._check(child, parent)
        maps = [edge.map for edge in self.down[child] if edge.parent == parent]
        return present(_added(maps) if maps else Factor(0), f"∂{child}/∂{parent}")

    def total(self, of: str, wrt: str) -> Any:
        """The total derivative d of / d wrt: the sum over all paths of the products of their partials.

        Raises `UnknownName`, or `NoDerivative` where a partial that it needs does not exist.

        >>> from gradflow_nb import graph
        >>> flow = graph("c = a + b; d = b + 1; e = c d").at(a=2, b=1)
        >>> flow.total("e", "b"), flow.partial("e", "b")
        (5, 0)
        """
        self._check(of, wrt)
        return self.tidy(present(self._cotangents(of, wrt).get(wrt, 0), f"d{of}/d{wrt}"))

    def gradient(self, of: str) -> dict[str, Any]:
        """d of / d input, for every input."""
        adjoints = self.adjoints(of)
        return {name: adjoints[name] for name in self.graph.inputs}

    def adjoints(self, of: str) -> dict[str, Any]:
        """d of / d node, for every node: one reverse sweep. A node that `of` does not depend on has 0."""
        return {name: present(value, f"d{of}/d{name}") for name, value in self.adjoint_or_missing(of).items()}

    def adjoint_or_missing(self, of: str) -> dict[str, Any]:
        """As `adjoints`, but a derivative that does not exist is a `Missing` and not an error: for drawing."""
        self._check(of)
        cotangents = self._cotangents(of)
        return {name: self.tidy(cotangents.get(name, 0)) for name in self.names}

    def in_symbols(self) -> GradientFlow:
        """The same flow in symbols: the same nodes, and edges in the same order."""
        return self if self.symbolic else self.graph.flow()

    def paths(self, of: str, wrt: str) -> Paths:
        """The routes from `wrt` to `of`: counted without listing, listed lazily, summed."""
        from .paths import Paths

        self._check(of, wrt)
        return Paths(self, of, wrt)

    def backward(self, of: str) -> Steps:
        """The reverse sweep from `of`, step by step: each node that it reaches, after all that use it.

        >>> from gradflow_nb import graph
        >>> print(graph("c = 2b; d = 5b; e = c + d").at(b=1).backward("e")[-1])
        de/db = 1·2 from c + 1·5 from d = 7
        """
        self._check(of)
        found = self._cotangents(of)
        steps = []
        for name in reversed([n for n in self.names if n in found]):
            parts = [(e, found[e.child], e.map.vjp(found[e.child])) for e in self.up[name] if e.child in found]
            contributions = (
                Contribution(e.child, self.tidy(c), self.tidy_map(e.map), self.tidy(p)) for e, c, p in parts
            )
            steps.append(Step("backward", of, name, tuple(contributions), self.tidy(found[name])))
        return Steps(steps)

    def forward(self, wrt: str) -> Steps:
        """The forward sweep from `wrt`, step by step: each node that it reaches, after all that it uses."""
        self._check(wrt)
        found = self._tangents(wrt)
        steps = []
        for name in (n for n in self.names if n in found):
            parts = [] if name == wrt else [(e, found[e.parent]) for e in self.down[name] if e.parent in found]
            contributions = (
                Contribution(e.parent, self.tidy(t), self.tidy_map(e.map), self.tidy(e.map.jvp(t))) for e, t in parts
            )
            steps.append(Step("forward", wrt, name, tuple(contributions), self.tidy(found[name])))
        return Steps(steps)

    def equation(self, name: str) -> Formula:
        """`e = 7c + d^2` for a node that has an equation, `a` for an input."""
        self._check(name)
        return Equation((Name(name), self.equations[name])) if name in self.equations else Name(name)

    def _check(self, *names: str) -> None:
        for name in names:
            if name not in self.known:
                raise UnknownName(name, self.names)

    def _cotangents(self, of: str, wrt: str | None = None) -> dict[str, Any]:
        """The reverse sweep: every name that `of` depends on (or that also depends on `wrt`), with its cotangent."""
        wanted = None if wrt is None else self._reached_from(wrt)
        found: dict[str, Any] = {of: 1}
        for name in reversed(self.names[: self.names.index(of) + 1]):
            if name not in found:
                continue
            for edge in self.down[name]:
                if wanted is None or edge.parent in wanted:
                    part = edge.map.vjp(found[name])
                    found[edge.parent] = kept(found[edge.parent] + part) if edge.parent in found else part
        return found

    def _tangents(self, wrt: str) -> dict[str, Any]:
        """The forward sweep: every name that depends on `wrt`, with its tangent."""
        found: dict[str, Any] = {wrt: 1}
        for name in self.names[self.names.index(wrt) + 1 :]:
            parts = [edge.map.jvp(found[edge.parent]) for edge in self.down[name] if edge.parent in found]
            if parts:
                found[name] = _added(parts)
        return found

    def _reached_from(self, wrt: str) -> set[str]:
        reached = {wrt}
        for name in self.names[self.names.index(wrt) + 1 :]:
            if any(edge.parent in reached for edge in self.down[name]):
                reached.add(name)
        return reached

    def tidy(self, value: Any) -> Any:
        """A formula in its simplest form, a whole Fraction as an int."""
        if not self.symbolic or isinstance(value, (int, Missing)):
            return exact.public(value)
        from .formula import simplest

        return simplest(value)

    def tidy_map(self, partial: LinearMap) -> Any:
        return partial if isinstance(partial, Missing) else self.tidy(partial.value)


def _added(parts: Iterable[Any]) -> Any:
    first, *others = parts
    for other in others:
        first = kept(first + other)
    return first


def present(value: Any, what: str) -> Any:
    if isinstance(value, Missing):
        at = " at this point" if value.says == "does not exist" else ""
        raise NoDerivative(f"{what} {value.says}{at}: {value.reason}.")
    return exact.public(value.value if isinstance(value, Factor) else value)
