"""What numpy's functions do on Nodes: they make nodes of our own rows.

numpy asks its arguments first (NEP 13 for ufuncs such as `np.sin`, NEP 18 for functions such as `np.sum`), so an
ordinary function of arrays can be traced as it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from math import log as _ln
from math import pi
from typing import Any

from ...errors import TracingError
from ..node import Node
from ..operations import OPERATIONS, row


def ufunc(called: Any, method: str, inputs: Sequence[Any], settings: Mapping[str, Any]) -> Any:
    """`called(*inputs)` for a numpy ufunc with a Node among its inputs. Raises `TracingError` for what has no row.

    >>> import numpy as np
    >>> np.sin(Node(None, name="x"))
    <Node ?: sin>
    """
    name = called.__name__
    if method == "reduce" and name == "add":
        return _reduce("sum")(*inputs, **{"axis": 0, **settings})
    if method == "outer" and name == "multiply":
        return Node(row("outer"), inputs)
    if method != "__call__":
        raise TracingError(f"np.{name}.{method} cannot be traced. {_LISTED}")
    extra = [key for key, value in settings.items() if value is not None]
    if extra:
        raise TracingError(f"np.{name} cannot be traced with {extra[0]}=…: leave it out.")
    if name in _UFUNCS:
        return Node(_UFUNCS[name], [_numeric(i) for i in inputs])
    if name in _COMPOSED:
        return _COMPOSED[name](*inputs)
    raise TracingError(f"np.{name} cannot be traced. {_hint(name)}")


def function(called: Any, types: Any, arguments: Sequence[Any], settings: Mapping[str, Any]) -> Any:
    """`called(*arguments, **settings)` for a numpy function with a Node among its arguments.

    Raises `TracingError` for a function that has no row, or a setting that a row does not have.
    """
    name = f"linalg.{called.__name__}" if "linalg" in called.__module__ else called.__name__
    if name not in _FUNCTIONS:
        raise TracingError(f"np.{name} cannot be traced. {_hint(name)}")
    try:
        return _FUNCTIONS[name](*arguments, **settings)
    except TypeError as error:
        if isinstance(error, TracingError) or "argument" not in str(error):
            raise
        raise TracingError(f"np.{name} cannot be traced with these arguments: {error}.") from None


def _numeric(value: Any) -> Any:
    """An argument that may be a list or tuple of numbers, as numpy takes them."""
    if isinstance(value, (list, tuple)):
        import numpy as np

        return np.asarray(value, dtype=float)
    return value


_UFUNCS = {
    name: OPERATIONS[name]
    for name in ("exp", "log", "log10", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh", "sign")
}
_UFUNCS |= {
    theirs: OPERATIONS[ours]
    for theirs, ours in {
        "add": "add", "subtract": "sub", "multiply": "mul", "divide": "div", "true_divide": "div", "power": "pow",
        "float_power": "pow", "negative": "neg", "positive": "same", "absolute": "abs", "fabs": "abs",
        "maximum": "max", "fmax": "max", "minimum": "min", "fmin": "min",
        "arcsin": "asin", "arccos": "acos", "arctan": "atan",
        "arcsinh": "asinh", "arccosh": "acosh", "arctanh": "atanh",
    }.items()
}  # fmt: skip
_UFUNCS["matmul"] = row("matmul")

_COMPOSED: dict[str, Callable] = {
    "square": lambda x: x * x,
    "reciprocal": lambda x: 1 / x,
    "exp2": lambda x: 2**x,
    "expm1": lambda x: _node("exp", x) - 1,
    "log2": lambda x: _node("log", x) / _ln(2),
    "log1p": lambda x: _node("log", 1 + x),
    "hypot": lambda x, y: _node("sqrt", x * x + y * y),
    "logaddexp": lambda x, y: _node("max", x, y) + _node("softplus", -_node("abs", x - y)),
    "deg2rad": lambda x: x * (pi / 180),
    "radians": lambda x: x * (pi / 180),
    "rad2deg": lambda x: x * (180 / pi),
    "degrees": lambda x: x * (180 / pi),
    "greater": lambda a, b: a > b if isinstance(a, Node) else b < a,
    "less": lambda a, b: a < b if isinstance(a, Node) else b > a,
    "greater_equal": lambda a, b: a >= b if isinstance(a, Node) else b <= a,
    "less_equal": lambda a, b: a <= b if isinstance(a, Node) else b >= a,
}


def _node(name: str, *arguments: Any) -> Node:
    return Node(OPERATIONS[name], arguments)


def _reduce(name: str) -> Callable:
    def reduced(x: Any, axis: Any = None, *, keepdims: bool = False, **settings: Any) -> Any:
        _nothing_else(name, settings)
        axes = (axis,) if axis is None or isinstance(axis, int) else tuple(axis)
        kept = _shape(x) if keepdims else ()
        if len(axes) > 1:
            axes = tuple(sorted((a % len(_shape(x)) for a in axes), reverse=True))
        for one in axes:
            x = Node(row(name, axis=one), (x,))
        if keepdims:
            gone = range(len(kept)) if axis is None else [a % len(kept) for a in axes]
            x = x.reshape(*(1 if i in gone else n for i, n in enumerate(kept)))
        return x

    return reduced


def _nothing_else(name: str, settings: Mapping[str, Any]) -> None:
    extra = [key for key, value in settings.items() if value is not None and type(value).__name__ != "_NoValueType"]
    if extra:
        raise TracingError(f"np.{name} cannot be traced with {extra[0]}=…: leave it out.")


def _joined(name: str) -> Callable:
    def join(arrays: Sequence[Any], axis: int = 0, **settings: Any) -> Node:
        _nothing_else(name, settings)
        return Node(row(name, axis=axis, count=len(arrays)), [_numeric(a) for a in arrays])

    return join


def _norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Node:
    if ord not in (None, 2) or axis is not None or keepdims:
        raise TracingError("np.linalg.norm can be traced as norm(x), the root of the sum of squares, and nothing else.")
    return Node(row("norm"), (x,))


def _transpose(x: Any, axes: Any = None) -> Node:
    if axes is not None:
        raise TracingError("np.transpose can be traced without axes=… only: it turns the axes around.")
    return x.T


def _clip(x: Any, a_min: Any = None, a_max: Any = None, **settings: Any) -> Any:
    _nothing_else("clip", settings)
    x = x if a_min is None else _node("max", x, a_min)
    return x if a_max is None else _node("min", x, a_max)


def _where(condition: Any, *values: Any) -> Node:
    if len(values) != 2:
        raise TracingError("np.where can be traced with three arguments only: where(condition, x, y).")
    return Node(OPERATIONS["where"], [_numeric(v) for v in (condition, *values)])


def _variance(x: Any, axis: int | None = None, ddof: int = 0, **settings: Any) -> Any:
    _nothing_else("var", settings)
    mean = _reduce("mean")(x, axis, keepdims=axis is not None)
    squares = (x - mean) * (x - mean)
    if not ddof:
        return _reduce("mean")(squares, axis)
    shape = _shape(x)
    count = shape[axis] if axis is not None else _product(shape)
    return _reduce("sum")(squares, axis) / (count - ddof)


def _product(sizes: Sequence[int]) -> int:
    from math import prod

    return prod(sizes)


def _shape(x: Any) -> tuple[int, ...]:
    from .tracing import shape_of

    return shape_of(x)


def _filled(value: float) -> Callable:
    def filled(x: Any, **settings: Any) -> Any:
        import numpy as np

        return np.full(_shape(x), value)

    return filled


_matmul = lambda a, b: Node(row("matmul"), (_numeric(a), _numeric(b)))  # noqa: E731
_FUNCTIONS: dict[str, Callable] = {
    "sum": _reduce("sum"), "mean": _reduce("mean"),
    "max": _reduce("amax"), "amax": _reduce("amax"), "min": _reduce("amin"), "amin": _reduce("amin"),
    "dot": _matmul, "inner": _matmul, "vdot": _matmul,
    "outer": lambda a, b: Node(row("outer"), (_numeric(a), _numeric(b))),
    "linalg.norm": _norm, "transpose": _transpose,
    "reshape": lambda x, shape: x.reshape(shape),
    "ravel": lambda x: x.reshape(-1),
    "concatenate": _joined("concat"), "stack": _joined("stack"),
    "where": _where, "clip": _clip,
    "var": _variance, "std": lambda x, axis=None, **settings: _node("sqrt", _variance(x, axis, **settings)),
    "square": lambda x: x * x,
    "shape": lambda x: _shape(x), "ndim": lambda x: len(_shape(x)), "size": lambda x: _product(_shape(x)),
    "zeros_like": _filled(0.0), "ones_like": _filled(1.0),
}  # fmt: skip
"""The numpy functions that can be traced, by name, with what each makes."""

SUPPORTED = tuple(sorted({*_UFUNCS, *_COMPOSED, *_FUNCTIONS}))
"""The names of all numpy functions that can be traced."""
_LISTED = f"These can be: {', '.join(SUPPORTED)}."


_FLAT = frozenset("floor ceil trunc fix rint round around floor_divide heaviside digitize argmax argmin".split())
"""Functions whose results move in jumps."""


def _hint(name: str) -> str:
    """Why there is no such row, and which function may have been meant."""
    if name in _FLAT:
        return (
            "Its result moves in jumps, and its derivative is 0 between them: none worth taking. Apply it to plain "
            "numbers, or leave it out."
        )
    near = get_close_matches(name, SUPPORTED, n=1, cutoff=0.75)
    return f"It is not in the table of derivatives. {f'Did you mean {near[0]!r}?' if near else _LISTED}"
