"""The sum over paths as a form: edges multiplied and added in some grouping, equal sub-forms shared.

A form is a table of parts in which each part uses earlier ones only, so nothing here is recursive and a sum over
2^n paths needs no more parts than the graph has edges, times a little.

Grouping by suffix, from the target `of` inwards: the paths to v are Σ (paths to c)·∂c/∂v over the edges c ← v, no
two of which share their inner factor. A node that all those paths pass through is a cut; the last such node is v's
immediate dominator, and the sum splits there into a product of smaller sums. Prefix is the mirror image, from
the source `wrt` outwards. Dominators in one pass over a graph without cycles: Cooper, Harvey and Kennedy, A Simple,
Fast Dominance Algorithm (2001); the pointers that make the walk logarithmic: Myers, An Applicative Random-Access
Stack (1983).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from ..edge import Edge
    from . import Paths
    from .path import Path


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a form; `parts` are the positions of those that it is made of.

    "one" is the path without edges, "edge" a local partial, "times" outer times inner, "plus" a sum, and "total"
    stands under its own name, d `of` / d `wrt`, for the one part that defines it.
    """

    kind: Literal["one", "edge", "times", "plus", "total"]
    parts: tuple[int, ...] = ()
    edge: Edge | None = None
    named: tuple[str, str] | None = None


class Table:
    """The parts of a form under construction: an equal part is made once."""

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self._found: dict[object, int] = {}

    def _add(self, key: object, part: Part) -> int:
        if key not in self._found:
            self._found[key] = len(self.parts)
            self.parts.append(part)
        return self._found[key]

    def one(self) -> int:
        return self._add("one", Part("one"))

    def edge(self, edge: Edge) -> int:
        return self._add(id(edge), Part("edge", edge=edge))

    def times(self, outer: int, inner: int) -> int:
        """The product, without the factor of a path that has no edges."""
        if self.parts[outer].kind == "one":
            return inner
        return outer if self.parts[inner].kind == "one" else self._add((outer, inner), Part("times", (outer, inner)))

    def plus(self, terms: Sequence[int]) -> int:
        return terms[0] if len(terms) == 1 else self._add(("plus", *terms), Part("plus", tuple(terms)))

    def total(self, of: str, wrt: str, defined: int) -> int:
        return self._add((of, wrt), Part("total", (defined,), named=(of, wrt)))

    def path(self, path: Path) -> int:
        """The product along one path."""
        product = self.one()
        for edge in path.edges:
            product = self.times(product, self.edge(edge))
        return product


class Walk:
    """The nodes and edges between two ends, as they are met on the way from one end, the root, to the other.

    `before[v]` are the edges that lead on from v towards the root, each with the node at its other end.
    """

    def __init__(self, paths: Paths, suffix: bool) -> None:
        self.suffix, self.root = suffix, paths.of if suffix else paths.wrt
        self.order = paths.nodes[::-1] if suffix else paths.nodes
        self.before: dict[str, list[tuple[Edge, str]]] = {name: [] for name in self.order}
        for edge in paths.edges:
            near, far = (edge.child, edge.parent) if suffix else (edge.parent, edge.child)
            self.before[far].append((edge, near))
        for ways in self.before.values():
            ways.sort(key=lambda way: way[1] != self.root)  # the direct edge first: D_Ly + D_Lz·D_zy

    def dominators(self) -> dict[str, str]:
        """The last node, for each node but the root, through which all ways from the root to it pass."""
        above, jump, depth = {self.root: self.root}, {self.root: self.root}, {self.root: 0}
        for name in self.order[1:]:
            nearest, *others = (near for _, near in self.before[name])
            for other in others:
                nearest = _common(nearest, other, above, jump, depth)
            above[name], depth[name] = nearest, depth[nearest] + 1
            far = jump[nearest]
            even = depth[nearest] - depth[far] == depth[far] - depth[jump[far]]
            jump[name] = jump[far] if even else nearest
        del above[self.root]
        return above


def _common(a: str, b: str, above: dict[str, str], jump: dict[str, str], depth: dict[str, int]) -> str:
    """The last node that is above both, itself included."""
    while a != b:
        if depth[a] < depth[b]:
            a, b = b, a
        if depth[a] > depth[b]:
            a = jump[a] if depth[jump[a]] >= depth[b] else above[a]
        else:
            a, b = (jump[a], jump[b]) if jump[a] != jump[b] else (above[a], above[b])
    return a


Ways = Callable[[str, str], int]
"""(root, node) -> the part that sums all ways between them."""


def grouped(paths: Paths, suffix: bool, depth: int | None, listed: Callable[[str, str], Iterable[Path]]) -> list[Part]:
    """The form grouped by suffix or by prefix; past `depth` levels of grouping, the plain sum of what `listed` gives.

    The last part is the whole.
    """
    table, walk = Table(), Walk(paths, suffix)
    end = walk.order[-1]
    if depth is None:
        _deep(table, walk)
        return table.parts
    memo: dict[tuple[str, str, int], int] = {}

    def ways(root: str, name: str, left: int) -> int:
        """Recursive over `left` only, which is small: a person chose it."""
        if (root, name, left) not in memo:
            if left == 0 or root == name:
                terms = [table.path(path) for path in (listed(root, name) if suffix else listed(name, root))]
                memo[root, name, left] = table.plus(terms)
            else:
                whole = table.one()
                for near, far in cuts(root, name):
                    terms = [
                        _join(table, suffix, ways(near, last, left - 1), table.edge(edge))
                        for edge, last in walk.before[far]
                    ]
                    whole = _join(table, suffix, whole, table.plus(terms))
                memo[root, name, left] = whole
        return memo[root, name, left]

    dominator = walk.dominators()

    def cuts(root: str, name: str) -> list[tuple[str, str]]:
        stops = [name]
        while stops[-1] != root:
            stops.append(dominator[stops[-1]])
        return list(zip(stops[:0:-1], stops[-2::-1]))

    _last(table, ways(walk.root, end, depth))
    return table.parts


def _deep(table: Table, walk: Walk) -> None:
    """Grouping all the way down: one block for each node and its dominator, chained where they follow one another."""
    dominator = walk.dominators()
    block: dict[str, int] = {}
    chains: dict[tuple[str, str], int] = {}

    def ways(root: str, name: str) -> int:
        """The blocks from `root` to `name`, multiplied."""
        missing = []
        while name != root and (root, name) not in chains:
            missing.append(name)
            name = dominator[name]
        whole = table.one() if name == root else chains[root, name]
        for name in reversed(missing):
            whole = chains[root, name] = _join(table, walk.suffix, whole, block[name])
        return whole

    for name in walk.order[1:]:
        root = dominator[name]
        terms = [_join(table, walk.suffix, ways(root, last), table.edge(edge)) for edge, last in walk.before[name]]
        block[name] = table.plus(terms)
    _last(table, ways(walk.root, walk.order[-1]))


def named(paths: Paths) -> list[Part]:
    """Σ d of/d c · ∂c/∂v for each node v, with the totals under their own names: dynamic programming, told in full."""
    table, walk = Table(), Walk(paths, suffix=True)
    found = {paths.of: table.one()}
    for name in walk.order[1:]:
        whole = table.plus([table.times(found[child], table.edge(edge)) for edge, child in walk.before[name]])
        found[name] = whole if name == paths.wrt else table.total(paths.of, name, whole)
    _last(table, found[paths.wrt])
    return table.parts


def expanded(paths: Iterable[Path]) -> list[Part]:
    """One product a path, all added."""
    table = Table()
    _last(table, table.plus([table.path(path) for path in paths]))
    return table.parts


def _join(table: Table, suffix: bool, near: int, far: int) -> int:
    """The product of what lies nearer the root and what lies farther off; the target's side is the outer one."""
    return table.times(near, far) if suffix else table.times(far, near)


def _last(table: Table, whole: int) -> None:
    """Drops what was made after the whole; it is part of something that is not needed."""
    del table.parts[whole + 1 :]
