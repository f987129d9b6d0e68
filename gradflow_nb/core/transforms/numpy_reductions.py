"""numpy's reductions, made of our own rows: sums, largest entries, variances and norms.

As in `numpy_arrays`, a setting is followed or refused, never passed over.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf, prod
from operator import index as whole
from typing import Any

from ...errors import ShapeError, TracingError
from .numpy_arrays import Shape, node, nothing, of_row, refuse, shape_if_known
from .tracing import shape_of


def reduction(name: str, word: str) -> Callable[..., Any]:
    """np.name, made of the row `word`."""

    def reduced(a: Any, axis: Any = None, keepdims: Any = False, **settings: Any) -> Any:
        refuse(name, settings)
        axes = _axes(name, a, axis)
        made = _over(name, word, a, axes)
        return _kept(made, shape_of(a), axes) if keepdims and not nothing(keepdims) else made

    return reduced


def _axes(name: str, a: Any, axis: Any) -> Shape | None:
    """The axes to reduce, in an order in which they can be taken away one after another; None for all of them."""
    if axis is None:
        return None
    try:
        axes = [whole(i) for i in (axis if isinstance(axis, (tuple, list)) else (axis,))]
    except TracingError:
        raise
    except TypeError:
        raise TracingError(f"np.{name}: axis is a whole number, or a tuple of them, and not {axis!r:.40}.") from None
    shape = shape_if_known(a)
    if shape is None and len({i < 0 for i in axes}) > 1:
        shape = shape_of(a)
    if shape is not None:
        count = max(len(shape), 1)  # a number has one axis to numpy's reductions
        outside = [i for i in axes if not -count <= i < count]
        if outside:
            raise ShapeError(f"np.{name}: an array of the shape {shape} has no axis {outside[0]}.")
        axes = [i % count for i in axes]
    if len(set(axes)) < len(axes):
        raise TracingError(f"np.{name}: axis={axis} names an axis twice.")
    if shape is not None and len(axes) >= len(shape):
        return None
    return tuple(sorted(axes, reverse=not axes or axes[0] >= 0))


def _over(name: str, word: str, a: Any, axes: Shape | None) -> Any:
    if axes is None:
        return of_row(word, a, axis=None)
    if word in ("amax", "amin") and len(axes) > 1:
        # one after another they would not share evenly among equals
        shape, first, last = shape_of(a), axes[-1], axes[0]
        if last - first + 1 != len(axes):
            raise TracingError(f"np.{name} can be traced over neighbouring axes only, and not over {axes[::-1]}.")
        a = a.reshape(*shape[:first], prod(shape[first : last + 1]), *shape[last + 1 :])
        axes = (first,)
    for axis in axes:
        a = of_row(word, a, axis=axis)
    return a


def _kept(made: Any, shape: Shape, axes: Shape | None) -> Any:
    gone = range(len(shape)) if axes is None else axes
    return made.reshape(*(1 if i in gone else n for i, n in enumerate(shape)))


def variance(
    a: Any, axis: Any = None, ddof: Any = 0, keepdims: Any = False, correction: Any = 0, **settings: Any
) -> Any:
    """np.var: the mean of the squared distances from the mean."""
    refuse("var", settings)
    mean = reduction("var", "mean")(a, axis, keepdims=axis is not None)
    squares = (a - mean) * (a - mean)
    less = ddof if nothing(correction) or not correction else correction
    if not less:
        return reduction("var", "mean")(squares, axis, keepdims)
    shape, axes = shape_of(a), _axes("var", a, axis)
    count = prod(shape if axes is None else [shape[i] for i in axes])
    return reduction("var", "sum")(squares, axis, keepdims) / (count - less)


def deviation(a: Any, *given: Any, **settings: Any) -> Any:
    """np.std."""
    return node("sqrt", variance(a, *given, **settings))


def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """np.linalg.norm of all entries.

    At 0 its slope is 0 by convention, and so are the second derivatives of norm(x)**2 there: write np.sum(x * x).
    """
    if axis is not None or keepdims:
        raise TracingError(
            "np.linalg.norm can be traced without axis=… and keepdims=… only: write np.sqrt(np.sum(x * x, axis=…))."
        )
    if ord is None:
        return of_row("norm", x)
    shape = shape_if_known(x)
    if shape is None:
        raise TracingError(
            f"np.linalg.norm(x, {ord!r}) is one thing for vectors and another for matrices, and a graph is made for "
            "both: write np.linalg.norm(x), the root of the sum of squares, or np.sum(np.abs(x))."
        )
    if len(shape) == 1 and ord in (1, 2):
        return of_row("norm", x) if ord == 2 else of_row("sum", abs(x))
    if len(shape) == 1 and ord in (inf, -inf):
        return of_row("amax" if ord > 0 else "amin", abs(x))
    if len(shape) == 2 and ord == "fro":
        return of_row("norm", x)
    if len(shape) == 2 and ord in (1, -1, inf, -inf):
        return of_row("amax" if ord > 0 else "amin", of_row("sum", abs(x), axis=0 if abs(ord) == 1 else 1))
    kind = {1: "a vector", 2: "a matrix"}.get(len(shape), f"an array of the shape {shape}")
    raise TracingError(
        f"np.linalg.norm of {kind} cannot be traced with ord={ord!r}. Without ord it is the root of the sum of "
        "squares; vectors have 1, 2, inf and -inf, and matrices 'fro', 1, -1, inf and -inf as well."
    )
