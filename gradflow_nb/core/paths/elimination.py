"""Cutting edges, holding and eliminating nodes of a flow.

To cut an edge takes all paths over it out of every sum. To hold a node cuts the edges into it: it keeps its value and
no longer moves. To eliminate a node joins every edge into it with every edge out of it, outer @ inner, and adds what
is parallel: the chain rule at one node.

Source: Griewank and Walther, Evaluating Derivatives, 2nd ed. (2008), ch. 9 and 10 (vertex elimination).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from ...errors import GradflowError, UnknownName
from ..edge import Edge
from ..flow import GradientFlow
from ..grains import plain
from .orders import Orders, inner_nodes, orders, sizes
from .remaining import Remaining, Substitution

__all__ = ["AlteredFlow", "Orders", "cut", "eliminate", "hold", "orders"]


@dataclass(frozen=True, eq=False, repr=False)
class AlteredFlow(GradientFlow):
    """A flow in which edges were cut, nodes held or eliminated; `history` says which, in order.

    `cuts` are the edges that were cut one by one, as far as both their ends are still there; `origin` is the flow to
    which all of it was done.
    """

    from_graph = False
    history: tuple[tuple[str, tuple[str, ...]], ...] = ()
    cuts: tuple[Edge, ...] = ()
    origin: GradientFlow | None = None

    @property
    def held(self) -> set[str]:
        """The nodes that were held, also those that are gone since."""
        return {name for done, names in self.history if done == "hold" for name in names}

    def in_symbols(self) -> GradientFlow:
        """The flow in symbols with the same done to it: the same nodes, and edges in the same order."""
        if self.symbolic:
            return self
        flow = self.origin.in_symbols()
        again = {"cut": cut, "hold": hold, "eliminate": lambda flow, *names: eliminate(flow, names)}
        for done, names in self.history:
            flow = again[done](flow, *names)
        return flow


def cut(flow: GradientFlow, child: str, parent: str) -> GradientFlow:
    """The flow without the edges from `parent` to `child`: what runs over them is left out of every total.

    A figure shows them dotted, without a partial. Raises `UnknownName`, and `GradflowError` where there are none.

    >>> from gradflow_nb import graph
    >>> flow = graph("c = a + b; d = b + 1; e = c d").at(a=2, b=1)
    >>> flow.total("e", "b"), cut(flow, "d", "b").total("e", "b"), cut(flow, "d", "b").notes
    (5, 2, ('the edge b → d is cut',))
    """
    _check(flow, (child, parent))
    gone = tuple(edge for edge in flow.edges if (edge.child, edge.parent) == (child, parent))
    if not gone:
        into = " and ".join(dict.fromkeys(edge.parent for edge in flow.down[child])) or "no node"
        raise GradflowError(f"There is no edge from {parent} to {child} to cut: into {child} run edges from {into}.")
    edges = tuple(edge for edge in flow.edges if (edge.child, edge.parent) != (child, parent))
    cuts = (*_cuts(flow), gone[0])
    notes = (*flow.notes, f"the edge {parent} → {child} is cut")
    return _altered(flow, ("cut", (child, parent)), edges=edges, cuts=cuts, notes=notes)


def hold(flow: GradientFlow, *names: str | Iterable[str]) -> GradientFlow:
    """The flow in which these nodes do not move: the edges into them are cut, and all values stay.

    Takes names, one by one or in a list; the flow's `notes` say them. Raises `UnknownName`.

    >>> from gradflow_nb import graph
    >>> flow = graph("c = 2b + 3; d = 5b + 6; e = 7c + d^2").at(b=2)
    >>> flow.total("e", "b"), hold(flow, "c").total("e", "b"), hold(flow, ["c", "d"]).notes
    (174, 160, ('c is held fixed', 'd is held fixed'))
    """
    chosen = tuple(name for given in names for name in _names(given))
    _check(flow, chosen)
    held = set(chosen)
    edges = tuple(edge for edge in flow.edges if edge.child not in held)
    notes = dict.fromkeys([*flow.notes, *(f"{name} is held fixed" for name in chosen)])
    return _altered(flow, ("hold", chosen), edges=edges, notes=tuple(notes))


def eliminate(flow: GradientFlow, names: str | Iterable[str]) -> GradientFlow:
    """The flow without these nodes, eliminated in this order; totals between the others stay as they are.

    The flow's `multiplications` grows by one product for each edge into an eliminated node and each edge out of it,
    parallel ones added first. A product of Jacobians, m×k by k×n, counts m·k·n: they are taken as dense. Equations
    and formulas of the others have the eliminated nodes put in; a held node that is eliminated keeps its name there,
    as it does not move. Raises `UnknownName`, and `GradflowError` for inputs, outputs and repeated names.

    >>> from gradflow_nb import graph
    >>> flow = eliminate(graph("c = 2b + 3; d = 5b + 6; e = 7c + d^2").at(b=2), "d")
    >>> flow.partial("e", "b"), flow.multiplications, eliminate(flow, "c").partial("e", "b")
    (160, 1, 174)
    """
    order = _names(names)
    _check(flow, order)
    for i, name in enumerate(order):
        _may_go(flow, name)
        if name in order[:i]:
            raise GradflowError(f"{name} can be eliminated only once: leave its second mention out.")
    into: dict[str, dict[str, list[Edge]]] = {name: {} for name in flow.names}
    users: dict[str, dict[str, None]] = {name: {} for name in flow.names}
    for edge in flow.edges:
        into[edge.child].setdefault(edge.parent, []).append(edge)
        users[edge.parent][edge.child] = None
    size = sizes(flow)
    multiplications, changed = 0, set()
    for name in order:
        inner = [_merged(edges) for edges in into.pop(name).values()]
        entering = size[name] * sum(size[edge.parent] for edge in inner)
        for child in users.pop(name):
            outer = _merged(into[child].pop(name))
            for edge in inner:
                into[child].setdefault(edge.parent, []).append(_through(outer, edge))
                into[child][edge.parent] = [_merged(into[child][edge.parent])]
                users[edge.parent][child] = None
            multiplications += size[child] * entering
            changed.add(child)
        for edge in inner:
            del users[edge.parent][name]
    rank = {name: i for i, name in enumerate(flow.names)}
    gone = set(order)
    left = tuple(name for name in flow.names if name not in gone)
    edges: list[Edge] = []
    for child in left:
        parents = sorted(into[child], key=rank.__getitem__) if child in changed else into[child]
        edges += [edge for parent in parents for edge in into[child][parent]]
    held = flow.held if isinstance(flow, AlteredFlow) else set()
    remaining = Remaining(flow.graph, (*left, *held))
    known = _without(flow.known, gone)
    if flow.symbolic:
        put = Substitution(flow, gone - held, remaining)
        edges = [put.edge(edge) for edge in edges]
        known = {name: put.value(name) for name in left}
    return _altered(
        flow,
        ("eliminate", order),
        cuts=tuple(edge for edge in _cuts(flow) if gone.isdisjoint((edge.child, edge.parent))),
        names=left,
        edges=tuple(edges),
        equations={name: remaining.equation(name, flow.equations[name]) for name in flow.equations if name not in gone},
        known=known,
        multiplications=flow.multiplications + multiplications,
    )


def _through(outer: Edge, inner: Edge) -> Edge:
    """The edge that two edges in a row make."""
    return Edge(outer.child, inner.parent, plain(outer.map @ inner.map), _said(outer, inner))


def _merged(edges: list[Edge]) -> Edge:
    """Parallel edges as one."""
    whole = edges[0]
    for edge in edges[1:]:
        whole = Edge(whole.child, whole.parent, whole.map + edge.map, _said(whole, edge))
    return whole


def _said(*edges: Edge) -> str | None:
    """The conventions that stand on these edges, each once."""
    return "; ".join(dict.fromkeys(part for e in edges if e.convention for part in e.convention.split("; "))) or None


def _altered(flow: GradientFlow, done: tuple[str, tuple[str, ...]], **changes: Any) -> AlteredFlow:
    """The flow with some of its fields changed, and what was done added to its history."""
    kept = {each.name: getattr(flow, each.name) for each in fields(GradientFlow)}
    before = flow if isinstance(flow, AlteredFlow) else AlteredFlow(**kept, cuts=_cuts(flow), origin=flow)
    return replace(before, **changes, history=(*before.history, done))


def _cuts(flow: GradientFlow) -> tuple[Edge, ...]:
    """The edges of a flow over which nothing passes."""
    return getattr(flow, "cuts", ())


def _without(mapping: Mapping[str, Any], gone: set[str]) -> dict[str, Any]:
    return {name: value for name, value in mapping.items() if name not in gone}


def _names(given: Any) -> tuple[str, ...]:
    """One name, or several in a list."""
    return tuple(given) if isinstance(given, Iterable) and not isinstance(given, str) else (given,)


def _check(flow: GradientFlow, names: Iterable[str]) -> None:
    for name in names:
        if not isinstance(name, str) or name not in flow.known:
            raise UnknownName(str(name), flow.names)


def _may_go(flow: GradientFlow, name: str) -> None:
    if name in flow.graph.inputs or name in flow.outputs:
        kind = "an input" if name in flow.graph.inputs else "an output"
        inner = ", ".join(inner_nodes(flow)) or "and this flow has none"
        raise GradflowError(f"{name} is {kind}, and only nodes between inputs and outputs can be eliminated: {inner}.")
