"""The two sweeps over a flow: the sum over all paths, carried out from one end or from the other.

Both work with any map on the edges: they apply it (jvp) or its transpose (vjp) and never write it down.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from .edge import present
from .linear import kept

if TYPE_CHECKING:
    import numpy as np

    from .flow import GradientFlow


def cotangents(flow: GradientFlow, of: str, wrt: str | None = None, seed: Any = 1) -> dict[str, Any]:
    """The reverse sweep: every name that `of` depends on (or that also depends on `wrt`), with its cotangent."""
    wanted = None if wrt is None else _reached_from(flow, wrt)
    found: dict[str, Any] = {of: seed}
    for name in reversed(flow.names[: flow.names.index(of) + 1]):
        if name not in found:
            continue
        for edge in flow.down[name]:
            if wanted is None or edge.parent in wanted:
                part = edge.map.vjp(found[name])
                found[edge.parent] = kept(found[edge.parent] + part) if edge.parent in found else part
    return found


def tangents(flow: GradientFlow, wrt: str, seed: Any = 1) -> dict[str, Any]:
    """The forward sweep: every name that depends on `wrt`, with its tangent."""
    found: dict[str, Any] = {wrt: seed}
    for name in flow.names[flow.names.index(wrt) + 1 :]:
        parts = [edge.map.jvp(found[edge.parent]) for edge in flow.down[name] if edge.parent in found]
        if parts:
            found[name] = added(parts)
    return found


def jacobian(flow: GradientFlow, of: str, wrt: str) -> np.ndarray:
    """The matrix d of / d wrt, by rows or by columns, whichever are fewer: one sweep for each."""
    import numpy as np

    from .jacobians import units

    into, out_of = (np.shape(flow.known[name]) for name in (of, wrt))
    sizes = int(np.prod(into)), int(np.prod(out_of))
    if 0 in sizes:
        return np.zeros(sizes)
    by_rows = sizes[0] <= sizes[1]
    if by_rows:
        found = (cotangents(flow, of, wrt, unit).get(wrt, np.zeros(out_of)) for unit in units(into))
    else:
        found = (tangents(flow, wrt, unit).get(of, np.zeros(into)) for unit in units(out_of))
    lines = np.stack([np.ravel(present(line, f"d{of}/d{wrt}")) for line in found])
    return lines if by_rows else lines.T


def added(parts: Iterable[Any]) -> Any:
    """The sum of parallel contributions, as a derivative is kept."""
    first, *others = parts
    for other in others:
        first = kept(first + other)
    return first


def sweep_order(flow: GradientFlow, of: str) -> list[str]:
    """The names that the reverse sweep from `of` reaches, in the order of its steps."""
    reached = {of}
    for name in reversed(flow.names):
        if name in reached:
            reached.update(edge.parent for edge in flow.down[name])
    return [name for name in reversed(flow.names) if name in reached]


def _reached_from(flow: GradientFlow, wrt: str) -> set[str]:
    reached = {wrt}
    for name in flow.names[flow.names.index(wrt) + 1 :]:
        if any(edge.parent in reached for edge in flow.down[name]):
            reached.add(name)
    return reached
