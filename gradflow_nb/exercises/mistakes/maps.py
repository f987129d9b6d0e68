"""Partials as they are put wrong: multiples, sums, and maps like another one with other numbers."""

from __future__ import annotations

from typing import Any

from ...core.edge import Edge
from ...core.linear import IDENTITY, Factor, LinearMap, Missing, factor
from ...core.worlds import is_array


def pair(edge: Edge) -> tuple[str, str]:
    return edge.child, edge.parent


def is_factor(edge: Edge) -> bool:
    """Whether the edge's partial is one number or formula."""
    return isinstance(edge.map, Factor)


def entry_by_entry(edge: Edge) -> bool:
    """Whether the edge multiplies by a number, or every entry of an array by one."""
    return isinstance(edge.map, Factor) or edge.map.structure in ("identity", "scaled identity", "diagonal")


def entries(edge: Edge) -> Any:
    """What such an edge multiplies by: a number, a formula, or an array."""
    return edge.map.value if isinstance(edge.map, Factor) else edge.map.entries


def like(edge: Edge, value: Any) -> LinearMap:
    """A map like the edge's, of another number or other entries."""
    if isinstance(edge.map, Factor):
        return factor(value)
    import numpy as np

    from ...core.jacobians import Diagonal

    return Diagonal(np.broadcast_to(np.asarray(value, float), edge.map.into), edge.map.into)


def unit(value: Any) -> LinearMap:
    """The derivative of a node by itself."""
    if not is_array(value):
        return IDENTITY
    from ...core.jacobians import Diagonal

    return Diagonal(1.0, value.shape)


def times(number: Any, partial: LinearMap) -> LinearMap:
    """A multiple of a map."""
    if isinstance(partial, Factor):
        return factor(number * partial.value)
    if isinstance(partial, Missing):
        return partial
    from ...core.jacobians import Diagonal

    return Diagonal(float(number), partial.into) @ partial


def minus(left: LinearMap, right: LinearMap) -> LinearMap:
    return left + times(-1, right)
