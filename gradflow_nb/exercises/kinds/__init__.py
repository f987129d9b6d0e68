"""The kinds of question: what each lays down for a graph, as a `Task`."""

from __future__ import annotations

from collections.abc import Callable

from ..task import Task
from .common import has_arrays_anywhere
from .derivatives import derivative, gradient, value
from .predict import predict
from .structure import equations, factored, order, paths
from .sweeps import backward, edges, forward

__all__ = ["KINDS", "equations", "has_arrays_anywhere"]

KINDS: dict[str, Callable[..., Task]] = {
    "total": derivative,
    "partial": lambda *given: derivative(*given, kind="partial"),
    "value": value,
    "gradient": gradient,
    "edges": edges,
    "forward": forward,
    "backward": backward,
    "order": order,
    "paths": paths,
    "factored": factored,
    "predict": predict,
}
