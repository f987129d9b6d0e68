"""Wrong backward passes that only arrays can have: transposes, orders of products, broadcasts, means."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial, reduce
from itertools import pairwise, permutations
from typing import Any

from ...core.linear import Factor
from ...core.worlds import is_array
from .maps import pair, times
from .passes import Pass, Wrong


def _has_arrays(p: Pass) -> bool:
    return any(map(is_array, p.flow.known.values()))


def transposed(p: Pass) -> Iterator[Wrong]:
    if not _has_arrays(p) or isinstance(p.total, Factor):
        return
    wrt, of = (p.flow.known[name] for name in (p.wrt, p.of))
    if getattr(wrt, "ndim", 0) == 2 and not is_array(of):
        says = {"what": f"That is the transpose: the gradient has the shape of {p.wrt}, entry by entry."}
        yield Wrong(lambda: p.total.matrix.reshape(wrt.shape).T, ("whole",), (), (p.wrt,), None, says)
    else:
        says = {"what": f"That is the transpose: one row for each entry of {p.of}, one column for each of {p.wrt}."}
        yield Wrong(lambda: p.total.matrix.T, ("whole",), (), (p.of, p.wrt), None, says)
    for edge in p.on_way():
        rows, columns = edge.map.shape
        if rows == columns > 1 and pair(edge) != (p.of, p.wrt):
            says = {"what": f"The Jacobian ∂{edge.child}/∂{edge.parent} is transposed."}
            def wrong(edge: Any = edge) -> Any:
                above, below = p.above[edge.child].matrix, p.below[edge.parent].matrix
                return p.total.matrix + above @ (edge.map.matrix.T - edge.map.matrix) @ below

            yield Wrong(wrong, pair(edge), (pair(edge),), (), None, says)


def wrong_order(p: Pass) -> Iterator[Wrong]:
    """The Jacobians along one path in every other order that fits together."""
    if not _has_arrays(p):
        return
    for path in p.listed:
        maps = [edge.map for edge in path.edges if not isinstance(edge.map, Factor)]
        if not 2 <= len(maps) <= 4:
            continue
        for order in permutations(range(len(maps))):
            fits = all(maps[i].shape[1] == maps[j].shape[0] for i, j in pairwise(order))
            ends = (maps[order[0]].shape[0], maps[order[-1]].shape[1])
            if not fits or list(order) == sorted(order) or ends != p.total.shape:
                continue

            def wrong(path: Any = path, maps: Any = maps, order: Any = order) -> Any:
                right = reduce(lambda a, b: a @ b, (m.matrix for m in maps))
                other = reduce(lambda a, b: a @ b, (maps[i].matrix for i in order))
                scale = reduce(lambda a, b: a * b, (e.map.value for e in path.edges if isinstance(e.map, Factor)), 1.0)
                return p.total.matrix + float(scale) * (other - right)

            yield Wrong(wrong, (path.nodes, order), tuple(map(pair, path.edges)), path.nodes, path)


def broadcast(p: Pass) -> Iterator[Wrong]:
    """An argument was stretched to a larger shape, and its cotangent keeps that shape, one part of it, or its mean."""
    if is_array(p.flow.known[p.of]):
        return
    for name, node, i, edge in p.operations():
        into, out_of = p.inner.known[name], p.inner.known[edge.parent]
        shape, own = getattr(into, "shape", ()), getattr(out_of, "shape", ())
        if not node.operation.is_elementwise or shape == own or edge.parent != p.wrt:
            continue

        def unsummed(name: str = name, node: Any = node, i: int = i, shape: Any = shape) -> Any:
            import numpy as np

            partial_ = node.operation.partials[i](p.inner.known[name], *p.arguments(node))
            return p.above[name].matrix.reshape(shape) * np.broadcast_to(np.asarray(partial_, float), shape)

        size = max(1, getattr(out_of, "size", 1))
        says = {"node": p.wrt, "what": f"its gradient has the shape of {p.wrt}"}
        yield Wrong(unsummed, (name, i, "all"), (), (p.wrt,), None, says)
        times_ = getattr(into, "size", 1) // size
        if (times_ > 1 and shape[-len(own) :] == own) or not own:
            says = {"node": p.wrt, "what": "one place alone is taken"}
            first = lambda u=unsummed, own=own: u().reshape(-1, *own)[0]  # noqa: E731
            yield Wrong(first, (name, i, "first"), (), (p.wrt,), None, says)
        says = {"node": p.wrt, "what": "the mean over those places is taken, and they add"}
        mean = lambda e=edge, n=times_: p.instead(e, times(1 / n, e.map))  # noqa: E731
        yield Wrong(mean, (name, i, "mean"), (), (p.wrt,), None, says)


def sum_for_mean(p: Pass) -> Iterator[Wrong]:
    for name, node, i, edge in p.operations():
        if node.operation.name in ("mean", "sum"):
            count = p.inner.known[edge.parent].size // max(1, getattr(p.inner.known[name], "size", 1))
            mean = node.operation.name == "mean"
            says = f"In {p.owner(name)}, the 1/{count} of the mean is missing: a sum is taken in its place."
            says = says if mean else f"In {p.owner(name)}, a mean is taken in place of the sum: there is no 1/{count}."
            new = times(count if mean else 1 / count, edge.map)
            where = (p.owner(name),)
            yield Wrong(partial(p.instead, edge, new), (name, i), p.drawn(name, edge), where, None, {"what": says})
