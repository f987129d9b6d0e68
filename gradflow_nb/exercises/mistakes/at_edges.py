"""Wrong backward passes in which one partial goes wrong: left out, turned over, or differentiated by a wrong rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial, reduce
from operator import add, matmul
from typing import Any

from ...core.edge import Edge
from ...core.linear import IDENTITY, LinearMap
from ...core.node import Node
from ...core.paths import Path
from ...core.worlds import power
from .maps import entries, entry_by_entry, is_factor, like, minus, pair, times
from .passes import Pass, Wrong


def edge_skipped(p: Pass) -> Iterator[Wrong]:
    for edge in p.on_way():
        if p.node(edge.child).operation.name in ("max", "min"):  # there it is given the wrong way
            continue
        if entry_by_entry(edge) and not _all(entries(edge), lambda m: m == -1):  # that is a sign lost
            yield Wrong(lambda e=edge: p.instead(e, like(e, 1)), (pair(edge),), (pair(edge),))


def lost_on_one_path(p: Pass) -> Iterator[Wrong]:
    """A factor that several paths share is left out on one of them."""
    for path in p.listed if len(p.listed) > 1 else ():
        for i, edge in enumerate(path.edges):
            if not all(map(is_factor, path.edges)) or sum(edge in other.edges for other in p.listed) < 2:
                continue
            rest = (*path.edges[:i], *path.edges[i + 1 :])

            def wrong(path: Path = path, rest: tuple[Edge, ...] = rest) -> LinearMap:
                whole, short = (reduce(matmul, (e.map for e in edges), IDENTITY) for edges in (path.edges, rest))
                return minus(p.total, whole) + short

            yield Wrong(wrong, (path.nodes, pair(edge)), (pair(edge),), path.nodes, path)


def _all(value: Any, holds: Callable[[Any], Any]) -> bool:
    """Whether something holds of a number, or of every entry."""
    found = holds(value)
    return bool(found.all()) if hasattr(found, "all") else bool(found)


def reciprocal(p: Pass) -> Iterator[Wrong]:
    for edge in p.on_way():
        if entry_by_entry(edge):
            yield Wrong(lambda e=edge: p.instead(e, like(e, 1 / entries(e))), (pair(edge),), (pair(edge),))


_MINUS = {("sub", 1), ("neg", 0), ("div", 1), ("cos", 0), ("acos", 0), ("csc", 0), ("cot", 0)}


def sign_lost(p: Pass) -> Iterator[Wrong]:
    """The minus of a difference, of a denominator, of a cosine, of a partial that is negative here; or one that is won.

    An edge that all paths take turns the sign of the whole.
    """
    any_minus = False
    for name, node, i, edge in p.operations():
        falling = node.operation.name == "pow" and i == 0 and not isinstance(node.arguments[1], Node)
        if (node.operation.name, i) in _MINUS or (falling and node.arguments[1] < 0):
            any_minus = True
            says = {"at": f" in {p.owner(name)}"}
            wrong = partial(p.instead, edge, times(-1, edge.map))
            yield Wrong(wrong, (name, i), p.drawn(name, edge), (p.owner(name),), None, says)
    if p.elsewhere is not None or not p.flow.from_graph:
        for edge in p.on_way():
            if entry_by_entry(edge) and _all(entries(edge), lambda m: m < 0):
                any_minus = True
                says = {"at": f" on the edge {edge.child} ← {edge.parent}"}
                wrong = partial(p.instead, edge, times(-1, edge.map))
                yield Wrong(wrong, (pair(edge),), (pair(edge),), (), None, says)
    for edge in p.on_way():
        if entry_by_entry(edge) and not p.is_cut(edge):
            says = {"at": f" or won on the edge {edge.child} ← {edge.parent}"}
            wrong = partial(p.instead, edge, times(-1, edge.map))
            yield Wrong(wrong, ("won", pair(edge)), (pair(edge),), (), None, says)
    if not any_minus:
        yield Wrong(lambda: times(-1, p.total), ("whole",), (), (p.of,), None, {"at": " or won"})


def power_rule(p: Pass) -> Iterator[Wrong]:
    """The exponent not brought down, or not lowered, or both rules mixed up with those of integration."""
    for name, node, i, edge in p.operations():
        operation, drawn = node.operation.name, p.drawn(name, edge)
        if i or not entry_by_entry(edge):
            continue
        if operation == "sqrt":
            root = lambda node=node: p.value_of(node)  # noqa: E731
            ways = [("the ½ is missing", lambda y=root: 1 / y()), ("½ is not lowered", lambda y=root: y() / 2)]
        elif operation == "pow" and not isinstance(node.arguments[1], Node):
            ways = _powers(p, node)
        else:
            continue
        for says, wrong in ways:
            yield Wrong(
                lambda e=edge, w=wrong: p.instead(e, like(e, w())),
                (name, says),
                drawn,
                (p.owner(name),),
                None,
                {"what": says},
            )


def _powers(p: Pass, node: Node) -> list[tuple[str, Callable[[], Any]]]:
    def made(front: Any, exponent: Any) -> Any:
        base, n = p.arguments(node)
        return front(n) * power(base, exponent(n))

    ways = [
        ("the exponent is not brought down", lambda: made(lambda n: 1, lambda n: n - 1)),
        ("the exponent is not lowered", lambda: made(lambda n: n, lambda n: n)),
        ("the exponent is raised", lambda: made(lambda n: n, lambda n: n + 1)),
        ("the lowered exponent is brought down", lambda: made(lambda n: n - 1, lambda n: n - 1)),
        ("the power itself is taken", lambda: made(lambda n: 1, lambda n: n)),
    ]
    return [way for way in ways if node.arguments[1] != 2 or "lowered exponent" not in way[0]]  # 1x is x


def _outer(p: Pass) -> Iterator[tuple[str, Node, Edge]]:
    """Operations of one argument that is not itself an input: where there is an inner derivative."""
    for name, node, i, edge in p.operations():
        linear = node.operation.name in ("add", "sub", "mul", "neg", "same", "div") or not node.operation.is_elementwise
        inner = node.arguments[i]
        if entry_by_entry(edge) and not linear and i == 0 and inner.operation is not None:
            yield name, node, edge


def inner_missing(p: Pass) -> Iterator[Wrong]:
    for name, node, edge in _outer(p):
        inside = node.arguments[0]
        if edge.parent in p.flow.known:
            continue  # that is a whole edge skipped
        leaves = [leaf for leaf in p.leaves(inside) if leaf in p.below]

        def wrong(name: str = name, edge: Edge = edge, leaves: list[str] = leaves) -> LinearMap:
            outer = p.above[name] @ edge.map
            return minus(p.total, p.through(edge, edge.map)) + outer @ reduce(add, (p.below[leaf] for leaf in leaves))

        yield Wrong(wrong, (name,), p.drawn(name, edge), (p.owner(name),), None, {"what": str(node.operation.symbol)})


def outer_missing(p: Pass) -> Iterator[Wrong]:
    for name, node, edge in _outer(p):
        if edge.parent not in p.flow.known:  # else that is a whole edge skipped
            says = {"what": str(node.operation.symbol)}
            wrong = lambda e=edge: p.instead(e, like(e, 1))  # noqa: E731
            yield Wrong(wrong, (name,), p.drawn(name, edge), (p.owner(name),), None, says)


def undifferentiated(p: Pass) -> Iterator[Wrong]:
    """The function itself is taken for its derivative."""
    for name, node, i, edge in p.operations():
        row = node.operation
        if i == 0 and row.arity == 1 and row.name not in ("neg", "same", "exp") and entry_by_entry(edge):
            says = {"what": str(row.symbol)}
            wrong = lambda e=edge, n=node: p.instead(e, like(e, p.value_of(n)))  # noqa: E731
            yield Wrong(wrong, (name,), p.drawn(name, edge), (p.owner(name),), None, says)


def wrong_point(p: Pass) -> Iterator[Wrong]:
    """The outer derivative is taken at what stands further inside, or at its own value."""
    for name, node, edge in _outer(p):
        inside = node.arguments[0]
        points = [(leaf, p.inner.known[leaf]) for leaf in p.leaves(inside)]
        for called, value in [*points, (p.owner(name), None)]:

            def wrong(node: Node = node, edge: Edge = edge, called: str = called, value: Any = value) -> LinearMap:
                at = p.value_of(node) if value is None else p.world.seen(called, value)
                rest = p.arguments(node)[1:]
                here = node.operation.value(at, *rest)
                return p.instead(edge, like(edge, node.operation.partials[0](here, at, *rest)))

            own = value is None
            says = {"point": "the value of the function" if own else called}
            yield Wrong(wrong, (name, called), p.drawn(name, edge), (p.owner(name),), None, says)


def wrong_factor(p: Pass) -> Iterator[Wrong]:
    """In a product the factor itself is taken, where the other one is its partial; in a sum, the other term."""
    for name, node, i, edge in p.operations():
        if node.operation.name in ("mul", "add") and entry_by_entry(edge) and len(node.arguments) == 2:
            own = node.operation.name == "mul"
            wrong = lambda n=node, i=i, own=own, e=edge: p.instead(  # noqa: E731
                e, like(e, p.arguments(n)[i if own else 1 - i])
            )
            if own and node.arguments[0] is node.arguments[1]:
                continue
            says = {"what": "the factor itself is taken, and the other one is its partial"}
            says = says if own else {"what": "a sum is treated as a product: the partial of a term is 1"}
            yield Wrong(wrong, (name, i), p.drawn(name, edge), (p.owner(name),), None, says)
        if node.operation.name == "mul" and entry_by_entry(edge) and len(node.parents) == 2:
            says = {"what": "a product is treated as a sum: the partial of a factor is the other factor"}
            one = lambda e=edge: p.instead(e, like(e, 1))  # noqa: E731
            yield Wrong(one, (name, i, "sum"), p.drawn(name, edge), (p.owner(name),), None, says)
