"""Wrong backward passes that take a value for the derivative, another derivative, or another point."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import combinations
from typing import Any

from ...core.worlds import is_array
from ...core.worlds.exact import public
from .passes import Pass, Wrong


def other_kind(p: Pass) -> Iterator[Wrong]:
    if p.other is None or p.of == p.wrt:
        return
    direct = (p.of, p.wrt)
    others = frozenset(path.nodes for path in p.listed if path.nodes != direct)
    lost = others if p.kind == "total" and p.listed else None
    drawn = tuple(direct for edge in p.flow.down[p.of] if edge.parent == p.wrt)
    yield Wrong(p.other, (), drawn, direct, None, None, lost)


def beyond_the_edge(p: Pass) -> Iterator[Wrong]:
    """A derivative over whole paths is given for the partial on one edge; or the edge is taken at another's value."""
    if p.around is None or is_array(p.around.known[p.of]):
        return
    below = [name for name in p.around.names if name not in (p.of, p.wrt) and p.around.paths(p.of, name).count]
    for name in below:
        if name not in p.flow.known:
            says = {"what": f"That is d{p.of}/d{name}, over all paths; asked for is the one edge from {p.wrt}"}
            yield Wrong(lambda n=name: p.around.total(p.of, n), ("total", name), (), (name,), None, says)
        if p.elsewhere is not None and p.wrt in p.flow.known and not is_array(p.around.known[name]):
            says = {"what": f"The value of {name} is put in for {p.wrt}"}
            moved = {**p.flow.inputs, p.wrt: p.around.known[name]}
            yield Wrong(partial(p.elsewhere, moved), ("value", name), (), (name,), None, says)


def unaltered(p: Pass) -> Iterator[Wrong]:
    """The derivative as it was before edges were cut, or nodes held or eliminated."""
    if p.unaltered is not None:
        here = p.flow.changes
        cuts = (e for e in getattr(p.flow, "cuts", ()) if f"the edge {e.parent} → {e.child} is cut" in here)
        says = {"here": " and ".join(here) or "the edges are not the same"}
        yield Wrong(p.unaltered, (), tuple((e.child, e.parent) for e in cuts), (), None, says)


def value_given(p: Pass) -> Iterator[Wrong]:
    for name in dict.fromkeys((p.of, *reversed(p.between), p.wrt)):
        value = p.flow.known.get(name)
        if value is not None and not is_array(value) and public(value) is not None:
            says = {"node": name}
            yield Wrong(lambda n=name, v=value: p.world.seen(n, v), (name,), (), (name,), None, says)


def other_point(p: Pass) -> Iterator[Wrong]:
    """At a point: two inputs exchanged, a sign of an input lost, an input taken as 0 or as 1."""
    if p.elsewhere is None:
        return
    inputs = {n: v for n, v in p.flow.inputs.items() if not is_array(v)} if p.flow.graph.inputs else {}
    moves: list[tuple[str, dict[str, Any]]] = []
    for a, b in combinations(list(inputs)[:6], 2):
        moves.append((f"{a} and {b} exchanged", {a: inputs[b], b: inputs[a]}))
    for name, value in inputs.items():
        moves += [(f"{name} = {new}", {name: new}) for new in dict.fromkeys((-value, 0, 1)) if new != value]
    for says, change in moves[:40]:
        moved = tuple(change)
        yield Wrong(partial(p.elsewhere, {**p.flow.inputs, **change}), (says,), (), moved, None, {"what": says})
