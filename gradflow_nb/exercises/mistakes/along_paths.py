"""Wrong backward passes in which paths go wrong: lost, counted twice, cut short, or put together wrongly."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial, reduce
from operator import add, matmul

from ...core.edge import Edge
from ...core.linear import IDENTITY, LinearMap
from ...core.paths import Path
from .maps import is_factor, minus, pair, times
from .passes import MOST_PATHS, Pass, Wrong


def _edges(path: Path) -> tuple[tuple[str, str], ...]:
    return tuple(map(pair, path.edges))


def _product(path: Path) -> LinearMap:
    return reduce(matmul, (edge.map for edge in path.edges), IDENTITY)


def _summed(path: Path) -> LinearMap:
    return reduce(add, (edge.map for edge in path.edges))


def path_dropped(p: Pass) -> Iterator[Wrong]:
    if len(p.listed) < 2:
        return
    for path in p.listed:
        left = [other for other in p.listed if other is not path]
        alone = f"That is {_alone(left[0], p.listed)}: {left[0].route}. " if len(left) == 1 else ""
        said = f"{alone}The other path, {path.route}, is missing." if alone else f"The path {path.route} is missing."
        if beside := next((e for e in path.edges if any(map(partial(_is_beside, e), p.flow.edges))), None):
            said = f"One of the edges from {beside.parent} to {beside.child}, which run side by side, is missing."
        lost = frozenset([path.nodes])
        wrong = lambda path=path: minus(p.total, _product(path))  # noqa: E731
        yield Wrong(wrong, (path.nodes,), _edges(path), path.nodes, path, {"said": said}, lost)


def _is_beside(edge: Edge, other: Edge) -> bool:
    return other is not edge and pair(other) == pair(edge)


def one_path_only(p: Pass) -> Iterator[Wrong]:
    for path in p.listed if len(p.listed) > 2 else ():
        says = {"said": f"{_alone(path, p.listed)}: {path.route}", "count": str(len(p.listed))}
        lost = frozenset(other.nodes for other in p.listed if other is not path)
        wrong = lambda path=path: _product(path)  # noqa: E731
        yield Wrong(wrong, (path.nodes,), _edges(path), path.nodes, path, says, lost)


def _alone(path: Path, among: Iterable[Path]) -> str:
    """`the path through c alone`: by the nodes that only this path meets."""
    others = {name for other in among if other is not path for name in other.nodes}
    own = [name for name in reversed(path.nodes) if name not in others]
    return f"the path through {' and '.join(own)} alone" if own else "one path alone"


def branch_dropped(p: Pass) -> Iterator[Wrong]:
    """All paths through one edge are missing, where that is more than one and not all."""
    if not p.listed:
        return
    for edge in p.on_way():
        through = sum(any(e is edge for e in path.edges) for path in p.listed)
        if 1 < through < len(p.listed):
            yield Wrong(partial(p.instead, edge, times(0, edge.map)), (pair(edge),), (pair(edge),), lost=p.over([edge]))


def overwritten(p: Pass) -> Iterator[Wrong]:
    """At a fork only one contribution is kept: the last of the sweep, or the first."""
    forks = [name for name in (*p.between, p.wrt) if name != p.of and len(_uses(p, name)) > 1]
    for name in forks:
        uses = _uses(p, name)
        for kept in {id(uses[0]): uses[0], id(uses[-1]): uses[-1]}.values():
            lost = [edge for edge in uses if edge is not kept]
            says = {"node": name, "kept": kept.child, "lost": " and ".join(dict.fromkeys(e.child for e in lost))}
            wrong = lambda lost=lost: reduce(minus, (p.through(e, e.map) for e in lost), p.total)  # noqa: E731
            where = (name, kept.child)
            yield Wrong(wrong, where, tuple(map(pair, lost)), (name,), None, says, p.over(lost))
    if len(forks) > 1:
        says = {"node": "every fork", "kept": "the last use", "lost": "all else"}
        yield Wrong(lambda: _swept(p, overwriting=True), ("everywhere",), (), tuple(forks), None, says)


def _uses(p: Pass, name: str) -> list[Edge]:
    return [edge for edge in p.flow.up[name] if edge.child in p.above and edge.parent in p.below]


def _swept(p: Pass, overwriting: bool) -> LinearMap:
    found = {p.of: p.above[p.of]}
    for name in reversed(p.flow.names):
        for edge in p.flow.down[name] if name in found and name != p.wrt else ():
            part = found[name] @ edge.map
            found[edge.parent] = part if overwriting or edge.parent not in found else found[edge.parent] + part
    return found[p.wrt]


def without_order(p: Pass) -> Iterator[Wrong]:
    """Recursion or a queue that does not wait until all uses of a node have been counted."""
    if not 1 < p.ways.count <= MOST_PATHS:
        return
    for how in (_depth_first, _once_each):
        for backwards in (False, True):
            yield Wrong(partial(how, p, backwards), (how.__name__, backwards))


def _turned(edges: list[Edge], backwards: bool) -> list[Edge]:
    return edges[::-1] if backwards else edges


def _depth_first(p: Pass, backwards: bool) -> LinearMap:
    """Every visit adds to a node and passes on all that it has by then."""
    found: dict[str, LinearMap] = {}
    stack = [(p.of, p.above[p.of])]
    while stack:
        name, part = stack.pop()
        found[name] = found[name] + part if name in found else part
        if name != p.wrt:
            on = [edge for edge in p.flow.down[name] if edge.parent in p.below]
            stack += [(edge.parent, found[name] @ edge.map) for edge in _turned(on, not backwards)]
    return found[p.wrt]


def _once_each(p: Pass, backwards: bool) -> LinearMap:
    """Every node passes on what it has when it is met first, and nothing of what comes later."""
    found: dict[str, LinearMap] = {p.of: p.above[p.of]}
    queue = [p.of]
    for name in queue:
        for edge in _turned(p.flow.down[name], backwards):
            if edge.parent in p.below:
                part = found[name] @ edge.map
                if edge.parent not in found:
                    queue.append(edge.parent)
                found[edge.parent] = found[edge.parent] + part if edge.parent in found else part
    return found[p.wrt]


def counted_twice(p: Pass) -> Iterator[Wrong]:
    if p.kind == "total":
        yield Wrong(lambda: times(2, p.total), ("all",), (), (p.wrt,), None, {"what": "The whole gradient"})
    for name in p.between:
        if p.flow.paths(p.of, name).count * p.flow.paths(name, p.wrt).count == p.ways.count:
            continue  # everything arrives through it
        says = {"what": f"What arrives through {name}"}
        yield Wrong(lambda name=name: p.total + p.above[name] @ p.below[name], (name,), (), (name,), None, says)
    for path in p.listed if len(p.listed) > 1 else ():
        says = {"what": f"The path {path.route}"}
        yield Wrong(lambda path=path: p.total + _product(path), (path.nodes,), _edges(path), path.nodes, path, says)


def stopped_elsewhere(p: Pass) -> Iterator[Wrong]:
    """The sweep ends a node early or late, or starts a node late."""
    aim = f", and asked for is d{p.of}/d{p.wrt}"
    for name in p.between:
        says = {"got": f"d{p.of}/d{name}", "aim": aim}
        yield Wrong(lambda n=name: p.above[n], ("early", name), (), (name,), None, says)
    last = [edge for edge in _uses(p, p.wrt) if edge.child != p.of] if p.wrt != p.of else []
    if len(last) > 1:
        says = {"got": " + ".join(f"d{p.of}/d{edge.child}" for edge in last), "aim": aim}
        where = tuple(map(pair, last))
        yield Wrong(lambda: reduce(add, (p.above[e.child] for e in last)), ("early", "all"), where, (), None, says)
    d = "d" if p.kind == "total" else "∂"
    for name in p.flow.graph.inputs[:6]:
        if name in p.flow.known and name != p.wrt and name not in p.below and p.flow.paths(p.of, name).count:
            says = {"got": f"{d}{p.of}/{d}{name}", "aim": ""}
            yield Wrong(lambda n=name: p.derivative_by(n), ("input", name), (), (name,), None, says)
    for edge in p.flow.down[p.wrt]:
        says = {"got": f"d{p.of}/d{edge.parent}", "aim": aim}
        yield Wrong(lambda e=edge: p.total @ e.map, ("late", edge.parent), (pair(edge),), (edge.parent,), None, says)
    for name in p.between:
        says = {"got": f"d{name}/d{p.wrt}", "aim": aim}
        yield Wrong(lambda n=name: p.below[n], ("start", name), (), (name,), None, says)


def sum_for_product(p: Pass) -> Iterator[Wrong]:
    """The partials along a path are added, or the paths are multiplied."""
    long = [path for path in p.listed if len(path.edges) > 1 and all(map(is_factor, path.edges))]
    for path in long:
        says = {"what": f"along {path.route} the partials are added, and they multiply"}
        wrong = lambda path=path: minus(p.total, _product(path)) + _summed(path)  # noqa: E731
        yield Wrong(wrong, (path.nodes,), _edges(path), path.nodes, path, says)
    if len(long) > 1:
        says = {"what": "along each path the partials are added, and they multiply"}
        yield Wrong(lambda: reduce(add, map(_summed, p.listed)), ("along all",), (), (), None, says)
    if len(p.listed) > 1 and all(map(is_factor, p.on_way())):
        says = {"what": "the paths are multiplied, and their products add"}
        yield Wrong(lambda: reduce(matmul, map(_product, p.listed)), ("between",), (), (), None, says)
