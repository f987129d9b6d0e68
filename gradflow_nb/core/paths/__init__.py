"""The routes between two nodes: counted without listing, listed lazily, summed, factorised.

A total derivative is the sum over all paths of the product of the partials along each (the multivariable
chain rule; Olah, Calculus on Computational Graphs, 2015; Bauer, Computational graphs and rounding error, 1974).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from operator import index as whole
from sys import maxsize
from typing import TYPE_CHECKING, Any, Literal

from ...errors import GradflowError
from ..display import Shown
from ..worlds.exact import public
from .path import Path, exact_number, number_of, short, too_long

if TYPE_CHECKING:
    from ..edge import Edge
    from ..flow import GradientFlow
    from .factored import Factored

Style = Literal["suffix", "prefix", "named", "expanded"]


class TooManyPaths(GradflowError, OverflowError):
    """More paths than `len` can say; `count` says them."""


def _length(count: int) -> int:
    if count > maxsize:
        raise TooManyPaths(f"There are {number_of(count)} paths, more than len(...) can say: ask for .count.")
    return count


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
        for name in self._from_source():
            if total := sum(ways.get(edge.parent, 0) for edge in flow.down[name]):
                ways[name] = total
        self._ways = ways

    def _from_source(self) -> tuple[str, ...]:
        """The names after `wrt` up to `of`, in topological order."""
        names = self.flow.names
        return names[names.index(self.wrt) + 1 : names.index(self.of) + 1]

    @property
    def count(self) -> int:
        """How many paths there are; an exact int, found in one pass over the edges."""
        return self._ways.get(self.of, 0)

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        """The edges that lie on some path, in the flow's order."""
        needed = {self.of} if self.count else set()
        kept: dict[int, Edge] = {}
        for name in reversed((self.wrt, *self._from_source())):
            if name in needed and name != self.wrt:
                on = [edge for edge in self.flow.down[name] if edge.parent in self._ways]
                kept.update((id(edge), edge) for edge in on)
                needed.update(edge.parent for edge in on)
        return tuple(edge for edge in self.flow.edges if id(edge) in kept)

    @cached_property
    def nodes(self) -> tuple[str, ...]:
        """The names that lie on some path, in topological order."""
        if not self.count:
            return ()
        on = {self.of, self.wrt, *(edge.parent for edge in self.edges)}
        return tuple(name for name in (self.wrt, *self._from_source()) if name in on)

    @property
    def sum(self) -> Any:
        """The sum of all products: the total derivative, found by a sweep and not by listing.

        Exact numbers stay exact (up to 100,000 bits). Raises `NoDerivative` where a partial is missing.
        """
        exact = self._exact_sum() if self.count else None  # without paths, a zero of the right shape
        return self.flow.total(self.of, self.wrt) if exact is None else exact

    def _exact_sum(self) -> Any:
        """The sum in exact numbers, or None where a partial is no such number or the sum grows too long."""
        found: dict[str, Any] = {self.wrt: 1}
        for name in self._from_source():
            total, reached = 0, False
            for edge in self.flow.down[name]:
                if edge.parent in found:
                    number = exact_number(edge.map)
                    if number is None:
                        return None
                    total, reached = total + number * found[edge.parent], True
            if reached:
                if too_long(total):
                    return None
                found[name] = total
        return public(found.get(self.of, 0))

    def factored(self, style: Style = "suffix", depth: int | None = None) -> Factored:
        """The sum of all products with its common factors taken out: prints as written, has a `value` and its cost.

        `"suffix"` takes out the factors nearest the source (the rightmost), as the chain rule is mostly written;
        `"prefix"` those nearest the target; `"named"` writes d of/d node for what has been summed already;
        `"expanded"` is the plain sum. `depth` stops the grouping after so many levels of brackets.

        >>> from gradflow_nb import graph
        >>> paths = graph("x = x(w); y = y(x, w); L = L(x, y)").flow().paths("L", "w")
        >>> paths.factored()
        (D_Lx + D_Ly·D_yx)·D_xw + D_Ly·D_yw
        >>> paths.factored("prefix"), paths.factored("named")
        (D_Lx·D_xw + D_Ly·(D_yw + D_yx·D_xw), dL/dx·D_xw + dL/dy·D_yw)
        """
        from .factored import factored

        return factored(self, style, depth)

    def __bool__(self) -> bool:  # len() fails past sys.maxsize
        return self.count > 0

    def __len__(self) -> int:
        return _length(self.count)

    def __contains__(self, path: object) -> bool:
        return self.number(path) is not None

    def number(self, path: object) -> int | None:
        """The path's number here, found along the way and not by listing; None for anything that is no path here."""
        if not isinstance(path, Path) or path.flow is not self.flow or path.source != self.wrt:
            return None
        found, node = 0, self.of
        for taken in path.edges:
            for edge in self.flow.down[node]:
                if edge is taken:
                    break
                found += self._ways.get(edge.parent, 0)
            else:
                return None
            node = taken.parent
        return found if node == self.wrt else None

    def same(self, other: Paths) -> bool:
        """Whether the other paths have the same flow and the same ends."""
        return self.flow is other.flow and (self.of, self.wrt) == (other.of, other.wrt)

    def index(self, path: Any, start: int = 0, stop: int | None = None) -> int:
        """The path's number, as a list's `index`: `paths[paths.index(path)] == path`. Raises `ValueError`."""
        return _index(self.number(path), self, path, start, stop)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return PathSlice(self, range(self.count)[index])
        index = whole(index)
        position = index + self.count if index < 0 else index
        if not 0 <= position < self.count:
            count = number_of(self.count)
            raise IndexError(f"there are {count} paths from {self.wrt} to {self.of}, so no path number {short(index)}")
        return self._path(position)

    def __iter__(self) -> Iterator[Path]:
        return (self._path(i) for i in range(self.count))

    def __reversed__(self) -> Iterator[Path]:
        return (self._path(i) for i in reversed(range(self.count)))

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


def _index(found: int | None, among: Paths | PathSlice, path: object, start: int, stop: int | None) -> int:
    """`found`, if it lies between start and stop, which count from the end where they are negative."""
    first, beyond, _ = slice(start, stop).indices(among.count)
    if found is None or not first <= found < beyond:
        raise ValueError(f"{path!r} is not among these paths")
    return found


class PathSlice(Sequence[Path]):
    """Some of the paths, found when they are asked for: a slice of 2^1000 paths costs nothing."""

    def __init__(self, paths: Paths, numbers: range) -> None:
        self._paths, self._numbers = paths, numbers

    @property
    def count(self) -> int:
        """How many paths; `len` fails past sys.maxsize, this does not."""
        numbers = self._numbers
        return max(0, (numbers.stop - numbers.start + numbers.step - (1 if numbers.step > 0 else -1)) // numbers.step)

    def __len__(self) -> int:
        return _length(self.count)

    def __bool__(self) -> bool:
        return bool(self._numbers)

    def __contains__(self, path: object) -> bool:
        number = self._paths.number(path)
        return number is not None and number in self._numbers  # a range looks for None by listing

    def index(self, path: Any, start: int = 0, stop: int | None = None) -> int:
        """The path's number in this slice. Raises `ValueError`."""
        found = self._numbers.index(self._paths.number(path)) if path in self else None
        return _index(found, self, path, start, stop)

    def __getitem__(self, index: Any) -> Any:
        found = self._numbers[index]
        return PathSlice(self._paths, found) if isinstance(index, slice) else self._paths[found]

    def __iter__(self) -> Iterator[Path]:
        return (self._paths[number] for number in self._numbers)

    def __reversed__(self) -> Iterator[Path]:
        return (self._paths[number] for number in reversed(self._numbers))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, (PathSlice, list, tuple)):
            return NotImplemented
        if isinstance(other, PathSlice) and self._paths.same(other._paths):
            return self._numbers == other._numbers
        count = other.count if isinstance(other, PathSlice) else len(other)
        return self.count == count and all(a == b for a, b in zip(self, other))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        shown = [repr(self[i]) for i in range(min(self.count, 50))]
        return "[" + ", ".join(shown) + (", …]" if self.count > 50 else "]")
