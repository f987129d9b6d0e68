"""A plain layered layout, for graphs that are too tangled for Graphviz to lay out in seconds.

What Graphviz takes grows with the number of ranks that edges cross, each rank once for every edge. Past `MOST_CROSSED`
of them nodes are put into ranks here, ordered by the mean place of their neighbours a few times (Sugiyama, Tagawa and
Toda, Methods for visual understanding of hierarchical system structures, 1981), and joined by single curves, which may
run over nodes: a live picture shows them faintly, and what is written on them when they are pointed at.
"""

from __future__ import annotations

from collections.abc import Sequence

from .dot import digraph
from .layout import Layout, Point, layout

MOST_CROSSED = 3_000
_SWEEPS = 8
_GAP, _RANK_GAP = 26.0, 46.0

Node = tuple[float, float, str]
Edge = tuple[int, int, float, float, str]


def ranks(count: int, edges: Sequence[Edge]) -> list[int]:
    """The rank of each node: its longest path from an input; an input stands right above the first that uses it.

    >>> ranks(4, [(0, 1, 0, 0, ""), (1, 2, 0, 0, ""), (3, 2, 0, 0, "")])
    [0, 1, 2, 1]
    """
    found = [0] * count
    for tail, head, *_ in sorted(edges, key=lambda edge: edge[1]):  # nodes are numbered in topological order
        found[head] = max(found[head], found[tail] + 1)
    heads = {head for _, head, *_ in edges}
    users: dict[int, int] = {}
    for tail, head, *_ in edges:
        if tail not in heads:
            users[tail] = min(users.get(tail, found[head]), found[head])
    return [users[node] - 1 if node in users else rank for node, rank in enumerate(found)]


def placed(nodes: Sequence[Node], edges: Sequence[Edge], orientation: str) -> Layout:
    """Where everything goes: by Graphviz, or in plain layers where that would take too long.

    `nodes` are (width, height, label) in topological order and `edges` (tail, head, label width, label height, label),
    as `dot.digraph` takes them; `orientation` is "down" or "right".
    """
    if is_tangled(len(nodes), edges):
        return layered(nodes, edges, orientation == "right")
    return layout(digraph(nodes, edges, "TB" if orientation == "down" else "LR"))


def is_tangled(count: int, edges: Sequence[Edge]) -> bool:
    """Whether the edges cross more ranks than Graphviz can manage in a second or two."""
    rank = ranks(count, edges)
    return sum(rank[head] - rank[tail] for tail, head, *_ in edges) > MOST_CROSSED


def layered(nodes: Sequence[Node], edges: Sequence[Edge], right: bool = False) -> Layout:
    """Lays out nodes (width, height, …) and edges (tail, head, label width, label height, …), in time about linear."""
    turned = [(height, width, "") for width, height, _ in nodes] if right else nodes
    rank = ranks(len(nodes), edges)
    rows: list[list[int]] = [[] for _ in range(max(rank, default=0) + 1)]
    for node, at in enumerate(rank):
        rows[at].append(node)
    near: list[list[int]] = [[] for _ in nodes]
    for tail, head, *_ in edges:
        near[tail].append(head)
        near[head].append(tail)
    widths = [width for width, *_ in turned]
    xs = [0.0] * len(nodes)
    for row in rows:
        _pack(row, [0.0] * len(row), widths, xs)
    for sweep in range(_SWEEPS):
        for row in rows if sweep % 2 else reversed(rows):
            wanted = {n: sum(xs[other] for other in near[n]) / len(near[n]) if near[n] else xs[n] for n in row}
            row.sort(key=lambda node: (wanted[node], node))
            _pack(row, [wanted[node] for node in row], widths, xs)
    space = max((height for *_, height, _ in edges), default=0.0) + _RANK_GAP
    tops, top = [], 0.0
    for row in rows:
        tops.append(top)
        top += max((turned[node][1] for node in row), default=0.0) + space
    left = min((xs[n] - widths[n] / 2 for n in range(len(nodes))), default=0.0)
    centres = [(xs[n] - left, tops[rank[n]] + turned[n][1] / 2) for n in range(len(nodes))]
    width = max((x + w / 2 for (x, _), w in zip(centres, widths)), default=0.0)
    curves, labels = [], []
    for tail, head, label_width, *_ in edges:
        (ax, ay), (bx, by) = centres[tail], centres[head]
        ay, by = ay + turned[tail][1] / 2, by - turned[head][1] / 2
        bend = (by - ay) / 2
        curves.append(((ax, ay), (ax, ay + bend), (bx, by - bend), (bx, by)))
        labels.append((bx - (bx - ax) * 0.16 + label_width / 2, by - (by - ay) * 0.3))
    size = width, top - space
    if right:
        return Layout(size[1], size[0], *(_turned(points) for points in (centres, curves, labels)), tangled=True)
    return Layout(*size, tuple(centres), tuple(curves), tuple(labels), tangled=True)


def _pack(row: Sequence[int], wanted: Sequence[float], widths: Sequence[float], xs: list[float]) -> None:
    """Puts a row's nodes near where they want to be, in this order and apart: between pushed right and pushed left."""
    pushed_right, pushed_left = list(wanted), list(wanted)
    for i in range(1, len(row)):
        pushed_right[i] = max(wanted[i], pushed_right[i - 1] + (widths[row[i - 1]] + widths[row[i]]) / 2 + _GAP)
    for i in reversed(range(len(row) - 1)):
        pushed_left[i] = min(wanted[i], pushed_left[i + 1] - (widths[row[i + 1]] + widths[row[i]]) / 2 - _GAP)
    for node, right, left in zip(row, pushed_right, pushed_left):
        xs[node] = (right + left) / 2


def _turned(points: Sequence) -> tuple:
    """The same on its side: the computation runs to the right."""
    return tuple(_point(p) if isinstance(p[0], float) else tuple(map(_point, p)) for p in points)


def _point(point: Point) -> Point:
    return point[1], point[0]
