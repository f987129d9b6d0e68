"""The routes between two nodes: counted without listing, listed lazily, summed.

A total derivative is the sum over all paths of the product of the partials along each (the multivariable
chain rule; Olah, Calculus on Computational Graphs, 2015; Bauer, Computational graphs and rounding error, 1974).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..notation.plain import PLAIN, PRODUCT, Number
from .display import Shown
from .linear import IDENTITY
from .written import value_formula

if TYPE_CHECKING:
    from .flow import Edge, GradientFlow


@dataclass(frozen=True, repr=False)
class Path:
    """One route, told from the target back to the source, in the order in which its partials multiply."""

    flow: GradientFlow
    source: str
    edges: tuple[Edge, ...]

    @property
    def nodes(self) -> tuple[str, ...]:
        """The names along the way, target first."""
        return (*(edge.child for edge in self.edges), self.source)

    @property
    def partials(self) -> tuple[Any, ...]:
        """The local partials along the way, outermost first."""
        return tuple(edge.partial for edge in self.edges)

    @property
    def product(self) -> Any:
        """The product of the partials; 1 for the path without edges. Raises `NoDerivative` where one is missing."""
        from .flow import present

        product = IDENTITY
        for edge in self.edges:
            product = product @ edge.map
        return self.flow.tidy(present(product, f"the product along {' ← '.join(self.nodes)}"))

    def __str__(self) -> str:
        factors = []
        for partial in self.partials:
            formula = value_formula(partial)
            factors.append(PLAIN.write(formula, PRODUCT + (not isinstance(formula, Number))))
        product = str(value_formula(self.product))
        return f"{' ← '.join(self.nodes)}: " + " = ".join(dict.fromkeys(filter(None, ["·".join(factors), product])))

    def __repr__(self) -> str:
        return f"<Path {self}>"


class Paths(Shown, Sequence[Path]):
    """All paths from `wrt` to `of`. `count` is exact however many there are; indexing finds a path by its number.

    >>> from gradflow_nb import graph
    >>> flow = graph("c = 2b + 3; d = 5b + 6; e = 7c + d^2").at(b=2)
    >>> paths = flow.paths("e", "b")
    >>> paths.count, [path.product for path in paths], paths.sum
    (2, [14, 160], 174)
    """

    def __init__(self, flow: GradientFlow, of: str, wrt: str) -> None:
        self.flow, self.of, self.wrt = flow, of, wrt
        ways = {wrt: 1}
        for name in flow.names[flow.names.index(wrt) + 1 :]:
            if total := sum(ways.get(edge.parent, 0) for edge in flow.down[name]):
                ways[name] = total
        self._ways = ways

    @property
    def count(self) -> int:
        """How many paths there are; an exact int, found in one pass over the edges."""
        return self._ways.get(self.of, 0)

    @property
    def sum(self) -> Any:
        """The sum of all products: the total derivative, found by a sweep and not by listing."""
        return self.flow.total(self.of, self.wrt)

    def __bool__(self) -> bool:  # len() fails past sys.maxsize
        return self.count > 0

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self._path(i) for i in range(*index.indices(self.count))]
        position = index + self.count if index < 0 else index
        if not 0 <= position < self.count:
            raise IndexError(f"there are {self.count} paths from {self.wrt} to {self.of}, so no path number {index}")
        return self._path(position)

    def __iter__(self) -> Iterator[Path]:
        return (self._path(i) for i in range(self.count))

    def _path(self, number: int) -> Path:
        """The path of this number: at each node, skip as many paths as the edges before hold."""
        edges, node = [], self.of
        while node != self.wrt:
            for edge in self.flow.down[node]:
                ways = self._ways.get(edge.parent, 0)
                if number < ways:
                    edges.append(edge)
                    node = edge.parent
                    break
                number -= ways
        return Path(self.flow, self.wrt, tuple(edges))
