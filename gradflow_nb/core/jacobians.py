"""The maps between arrays: matrices of shape (output size, input size), entries counted in C order.

None of them is written down unless `matrix` is asked for: identities, diagonals and selections keep their
structure, and everything else is a recipe. An array and a scalar, whose shape is (), meet in the same maps.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any

from ..errors import NoDerivative
from .linear import Factor, LinearMap, Missing, kept

if TYPE_CHECKING:
    import numpy as np

    from .row import Operation

Shape = tuple[int, ...]
LARGEST = 10**8


class ArrayMap:
    """A map between arrays (or an array and a scalar, whose shape is ()): what its kinds have in common."""

    structure = "dense"
    into: Shape
    """The shape of what the map gives."""
    out_of: Shape
    """The shape of what the map takes."""

    @property
    def shape(self) -> tuple[int, int]:
        """(output size, input size)."""
        return prod(self.into), prod(self.out_of)

    @property
    def matrix(self) -> np.ndarray:
        """The whole matrix. Raises `NoDerivative` past 10^8 entries: nobody could look at so many."""
        rows, columns = self.shape
        if rows * columns > LARGEST:
            raise NoDerivative(
                f"This Jacobian has {rows:,}×{columns:,} entries, too many to write down. Apply it with jvp or vjp."
            )
        return self.written_down()

    def written_down(self) -> np.ndarray:
        """The matrix, found by applying the map to every unit array of its smaller side."""
        import numpy as np

        rows, columns = self.shape
        if rows < columns:
            return np.stack([np.ravel(self.backward(unit)) for unit in units(self.into)])
        return np.stack([np.ravel(self.forward(unit)) for unit in units(self.out_of)], axis=1)

    def jvp(self, tangent: Any) -> Any:
        """The map applied to a tangent of shape `out_of`."""
        return _applied(self.forward, tangent)

    def vjp(self, cotangent: Any) -> Any:
        """The transpose applied to a cotangent of shape `into`."""
        return _applied(self.backward, cotangent)

    def forward(self, tangent: Any) -> Any:
        raise NotImplementedError

    def backward(self, cotangent: Any) -> Any:
        raise NotImplementedError

    def __matmul__(self, inner: LinearMap) -> LinearMap:
        return inner if isinstance(inner, Missing) else composed(self, _as_array(inner))

    def __rmatmul__(self, outer: LinearMap) -> LinearMap:
        return outer if isinstance(outer, Missing) else composed(_as_array(outer), self)

    def __add__(self, other: LinearMap) -> LinearMap:
        if isinstance(other, Missing):
            return other
        other = _as_array(other)
        if isinstance(self, Diagonal) and isinstance(other, Diagonal):
            return Diagonal(self.entries + other.entries, self.into)
        return Together((*(self.maps if isinstance(self, Together) else (self,)), other))

    __radd__ = __add__


def units(shape: Shape) -> Iterator[np.ndarray]:
    """The unit arrays of a shape, in C order."""
    import numpy as np

    for i in range(prod(shape)):
        unit = np.zeros(prod(shape))
        unit[i] = 1.0
        yield unit.reshape(shape)


@dataclass(frozen=True, slots=True, eq=False)
class Diagonal(ArrayMap):
    """Entry by entry: `entries` is an array of the shape of what is taken and given, or one number for all."""

    entries: Any
    into: Shape

    @property
    def out_of(self) -> Shape:  # type: ignore[override]
        return self.into

    @property
    def scale(self) -> float | None:
        """The number that all entries are, if they are given as one."""
        return None if getattr(self.entries, "ndim", 0) else float(self.entries)

    @property
    def diagonal(self) -> np.ndarray:
        """The entries, flat."""
        import numpy as np

        return np.broadcast_to(self.entries, self.into).ravel()

    @property
    def structure(self) -> str:  # type: ignore[override]
        return "diagonal" if self.scale is None else "identity" if self.scale == 1 else "scaled identity"

    def written_down(self) -> np.ndarray:
        import numpy as np

        return np.diag(self.diagonal)

    def forward(self, tangent: Any) -> Any:
        return self.entries * tangent if self.scale != 1 else tangent

    backward = forward


@dataclass(frozen=True, slots=True, eq=False)
class Selection(ArrayMap):
    """Every entry given is an entry taken, or 0: `source` has its flat number, or −1. Covers permutations."""

    source: Any
    into: Shape
    out_of: Shape
    structure = "selection"

    def written_down(self) -> np.ndarray:
        import numpy as np

        whole = np.zeros(self.shape)
        (taken,) = np.nonzero(self.source >= 0)
        whole[taken, self.source[taken]] = 1
        return whole

    def forward(self, tangent: Any) -> Any:
        import numpy as np

        return np.append(np.ravel(tangent), 0.0)[self.source].reshape(self.into)

    def backward(self, cotangent: Any) -> Any:
        import numpy as np

        size = prod(self.out_of)
        where = np.where(self.source < 0, size, self.source)
        return np.bincount(where, np.ravel(cotangent), size + 1)[:size].reshape(self.out_of)


@dataclass(frozen=True, slots=True, eq=False)
class Dense(ArrayMap):
    """A matrix that is written down already."""

    entries: Any
    into: Shape
    out_of: Shape

    def written_down(self) -> np.ndarray:
        return self.entries

    def forward(self, tangent: Any) -> Any:
        import numpy as np

        return (self.entries @ np.ravel(tangent)).reshape(self.into)

    def backward(self, cotangent: Any) -> Any:
        import numpy as np

        return (np.ravel(cotangent) @ self.entries).reshape(self.out_of)


@dataclass(frozen=True, slots=True, eq=False)
class Rule(ArrayMap):
    """A structured row at its arguments: applied by the row's own rules, never written down."""

    operation: Operation
    index: int
    y: Any
    arguments: tuple
    into: Shape
    out_of: Shape

    def forward(self, tangent: Any) -> Any:
        return self.operation.jvps[self.index](tangent, self.y, *self.arguments)

    def backward(self, cotangent: Any) -> Any:
        return self.operation.vjps[self.index](cotangent, self.y, *self.arguments)


@dataclass(frozen=True, slots=True, eq=False)
class Several(ArrayMap):
    """A map that is made of others; the first gives its shape to the result, the last takes the argument."""

    maps: tuple[ArrayMap, ...]

    @property
    def into(self) -> Shape:  # type: ignore[override]
        return self.maps[0].into

    @property
    def out_of(self) -> Shape:  # type: ignore[override]
        return self.maps[-1].out_of


class Chain(Several):
    """Maps one after another, outermost first."""

    __slots__ = ()

    def forward(self, tangent: Any) -> Any:
        for inner in reversed(self.maps):
            tangent = inner.forward(tangent)
        return tangent

    def backward(self, cotangent: Any) -> Any:
        for outer in self.maps:
            cotangent = outer.backward(cotangent)
        return cotangent


class Together(Several):
    """The sum of maps."""

    __slots__ = ()

    def forward(self, tangent: Any) -> Any:
        return sum(part.forward(tangent) for part in self.maps)

    def backward(self, cotangent: Any) -> Any:
        return sum(part.backward(cotangent) for part in self.maps)


def _applied(way: Any, vector: Any) -> Any:
    import numpy as np

    if isinstance(vector, Missing):
        return vector
    with np.errstate(all="ignore"):  # what overflows is `Missing`, with its reason
        return kept(way(np.asarray(vector, float)))


def composed(outer: ArrayMap, inner: ArrayMap) -> ArrayMap:
    """outer @ inner, keeping the structure where both have one."""
    if isinstance(outer, Diagonal) and outer.scale == 1:
        return inner
    if isinstance(inner, Diagonal) and inner.scale == 1:
        return outer
    if isinstance(outer, Diagonal) and isinstance(inner, Diagonal):
        return Diagonal(outer.entries * inner.entries, outer.into)
    if isinstance(outer, Selection) and isinstance(inner, Selection):
        import numpy as np

        return Selection(np.append(inner.source, -1)[outer.source], outer.into, inner.out_of)
    ends = [m.maps if isinstance(m, Chain) else (m,) for m in (outer, inner)]
    return Chain((*ends[0], *ends[1]))


def _as_array(found: Any) -> ArrayMap:
    return found if isinstance(found, ArrayMap) else Diagonal(float(found.value), ())


def collapsed(found: LinearMap) -> LinearMap:
    """A map between two scalars as the one factor that it is, whatever lay between."""
    if isinstance(found, ArrayMap) and found.into == found.out_of == ():
        slope = found.jvp(1.0)
        return slope if isinstance(slope, Missing) else Factor(slope)
    return found


def local_map(operation: Operation, index: int, y: Any, arguments: tuple) -> LinearMap:
    """The local partial of a row with respect to an argument, where the result or that argument is an array.

    Raises `ArithmeticError` where it does not exist.
    """
    import numpy as np

    from .worlds import arrays

    into, out_of = np.shape(y), np.shape(arguments[index])
    if operation.is_elementwise:
        partial = operation.partials[index](y, *arguments)
        partial = arrays.settle(partial if np.ndim(partial) else float(partial))
        scaled = Diagonal(np.broadcast_to(partial, into) if np.ndim(partial) else partial, into)
        return scaled if into == out_of else composed(scaled, _moved(lambda x: np.broadcast_to(x, into), out_of))
    if operation.jvps[index] is None:
        return Selection(np.full(prod(into), -1), into, out_of)  # zero everywhere
    if operation.moves:
        return _moved(lambda x: operation.jvps[index](x, y, *arguments), out_of)
    return Rule(operation, index, y, arguments, into, out_of)


def _moved(move: Any, out_of: Shape) -> Selection:
    """What a move of entries does, found by moving their numbers."""
    import numpy as np

    numbers = move(np.arange(1.0, prod(out_of) + 1).reshape(out_of))
    return Selection(np.ravel(numbers).astype(np.int64) - 1, np.shape(numbers), out_of)
