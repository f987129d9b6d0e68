"""numpy's functions of whole arrays, made of our own rows: what each of their settings means, and which are refused.

Products, shapes and choices; `numpy_reductions` has the rest. Parameters have numpy's names. A setting is followed or
refused, never passed over. Some functions mean one thing for vectors and another for matrices; where no shape is
known, as in `graph(function)`, these are refused too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import prod
from operator import index as whole
from typing import Any

from ...errors import GradflowError, TracingError
from ..given import listed
from ..node import Node
from ..operations import OPERATIONS, row
from .tracing import _POINTS, shape_of

Shape = tuple[int, ...]


def node(name: str, *arguments: Any) -> Node:
    """A node of the elementwise row of this name, of numbers, arrays, lists and Nodes."""
    return Node(OPERATIONS[name], [listed(a) for a in arguments])


def of_row(name: str, *arguments: Any, **settings: Any) -> Node:
    """A node of the structured row of this name."""
    return Node(row(name, **settings), [listed(a) for a in arguments])


def shape_if_known(value: Any) -> Shape | None:
    """The shape of a value at the point where it will be differentiated; None where there is no point."""
    if not isinstance(value, Node):
        return tuple(getattr(listed(value), "shape", ()))
    if not _POINTS.get():
        return None
    import numpy as np

    try:
        with np.errstate(all="ignore"):
            return shape_of(value)
    except GradflowError:
        return None  # it has no value here, which is said when a value is asked for


def refuse(name: str, settings: Mapping[str, Any]) -> None:
    """Raises `TracingError` if one of these settings is given."""
    for key, value in given(settings).items():
        if (key, value) not in _USUAL:
            raise TracingError(f"np.{name} cannot be traced with {key}=…: leave it out.")


_USUAL = [("order", "C"), ("casting", "same_kind"), ("subok", True), ("dtype", float)]
"""Settings that change nothing."""


def given(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that a person gave: numpy has its own way to write "nothing"."""
    return {key: value for key, value in settings.items() if value is not None and not nothing(value)}


def nothing(value: Any) -> bool:
    return type(value).__name__ == "_NoValueType"


# Products -------------------------------------------------------------------------------------------------------------


def matmul(a: Any, b: Any) -> Any:
    return of_row("matmul", a, b)


def dot(a: Any, b: Any, out: Any = None) -> Any:
    refuse("dot", {"out": out})
    return node("mul", a, b) if () in (shape_if_known(a), shape_if_known(b)) else matmul(a, b)


def inner(a: Any, b: Any) -> Any:
    """The sum over the last axis of both, which for matrices is a bᵀ."""
    shapes = shape_if_known(a), shape_if_known(b)
    if () in shapes:
        return node("mul", a, b)
    return matmul(a, b if shapes[1] is not None and len(shapes[1]) == 1 else of_row("transpose", b))


def vdot(a: Any, b: Any) -> Any:
    return matmul(_flat(a), _flat(b))


def outer(a: Any, b: Any, out: Any = None) -> Any:
    refuse("outer", {"out": out})
    return of_row("outer", _flat(a), _flat(b))


def multiply_outer(a: Any, b: Any) -> Any:
    """np.multiply.outer: the axes of a, then those of b."""
    a, b = listed(a), listed(b)
    left, right = shape_of(a), shape_of(b)
    if len(left) == len(right) == 1:
        return of_row("outer", a, b)
    return node("mul", a.reshape(left + (1,) * len(right)) if left and right else a, b)


def _flat(x: Any) -> Any:
    x, shape = listed(x), shape_if_known(x)
    return x if shape is not None and len(shape) == 1 else of_row("reshape", x, shape=(-1,))


# Shapes and choices ---------------------------------------------------------------------------------------------


def joined(name: str, word: str) -> Callable[..., Node]:
    def join(arrays: Sequence[Any], axis: Any = 0, **settings: Any) -> Node:
        refuse(name, settings)
        parts = list(arrays) if axis is not None else [_flat(a) for a in arrays]
        return of_row(word, *parts, axis=0 if axis is None else whole(axis), count=len(parts))

    return join


def transpose(a: Any, axes: Any = None) -> Any:
    if axes is not None:
        raise TracingError("np.transpose can be traced without axes=… only: it turns the axes around.")
    return a.T


def reshape(a: Any, shape: Any = None, newshape: Any = None, **settings: Any) -> Any:
    refuse("reshape", settings)
    return a.reshape(shape if newshape is None else newshape)


def ravel(a: Any, **settings: Any) -> Any:
    refuse("ravel", settings)
    return a.reshape(-1)


def same(a: Any, **settings: Any) -> Any:
    """np.copy: nobody writes to a traced value, so it is its own copy."""
    refuse("copy", settings)
    return a


def clip(a: Any, a_min: Any = None, a_max: Any = None, min: Any = None, max: Any = None, **settings: Any) -> Any:
    refuse("clip", settings)
    bounds = given({"low": a_min, "high": a_max}) | given({"low": min, "high": max})
    a = node("max", a, bounds["low"]) if "low" in bounds else a
    return node("min", a, bounds["high"]) if "high" in bounds else a


def where(condition: Any, *values: Any) -> Node:
    if len(values) != 2:
        raise TracingError("np.where can be traced with three arguments only: where(condition, x, y).")
    return node("where", condition, *values)


def size(a: Any, axis: Any = None) -> int:
    refuse("size", {"axis": axis})
    return prod(shape_of(a))


def filled(name: str, value: float) -> Callable[..., Any]:
    def fill(a: Any, **settings: Any) -> Any:
        refuse(name, {key: value for key, value in settings.items() if (key, value) != ("order", "K")})
        import numpy as np

        return np.full(shape_of(a), value)

    return fill
