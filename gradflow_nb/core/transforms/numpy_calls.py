"""What numpy's functions do on Nodes: they make nodes of our own rows.

numpy asks its arguments first (NEP 13 for ufuncs such as `np.sin`, NEP 18 for functions such as `np.sum`), so an
ordinary function of arrays can be traced as it stands.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from inspect import Parameter, signature
from math import log as _ln
from math import pi
from typing import Any

from ...errors import TracingError
from ..given import listed
from ..node import Node
from ..operations import OPERATIONS, row
from . import numpy_arrays as arrays
from .numpy_arrays import given, node, refuse
from .numpy_reductions import deviation, norm, reduction, variance
from .tracing import shape_of


def ufunc(called: Any, method: str, inputs: Sequence[Any], settings: Mapping[str, Any]) -> Any:
    """`called(*inputs)` for a numpy ufunc with a Node among its inputs. Raises `TracingError` for what has no row.

    >>> import numpy as np
    >>> np.sin(Node(None, name="x"))
    <Node ?: sin>
    """
    name = called.__name__
    if method == "reduce" and name in _REDUCED:
        return reduction(f"{name}.reduce", _REDUCED[name])(*inputs, **{"axis": 0, **settings})
    if method == "outer" and name == "multiply" and not given(settings):
        return arrays.multiply_outer(*inputs)
    if method != "__call__":
        raise TracingError(f"np.{name}.{method} cannot be traced. {_LISTED}")
    if settings.get("out") is not None:
        raise TracingError(
            f"np.{name} cannot be traced with out=…, nor an array be changed in place by a traced value, as in a += x: "
            "leave it out, and write a = a + x."
        )
    refuse(name, settings)
    if name in _UFUNCS:
        return Node(_UFUNCS[name], [listed(i) for i in inputs])
    if name in _COMPOSED:
        return _COMPOSED[name](*map(listed, inputs))
    raise TracingError(f"np.{name} cannot be traced. {_hint(name)}")


def function(called: Any, types: Any, arguments: Sequence[Any], settings: Mapping[str, Any]) -> Any:
    """`called(*arguments, **settings)` for a numpy function with a Node among its arguments.

    Raises `TracingError` for a function that has no row, or a setting that a row does not have.
    """
    name = f"linalg.{called.__name__}" if "linalg" in called.__module__ else called.__name__
    if name not in _FUNCTIONS:
        raise TracingError(f"np.{name} cannot be traced. {_hint(name)}")
    try:
        positional, named = _by_name(called, arguments, settings)
        return _FUNCTIONS[name](*positional, **named)
    except TracingError:
        raise
    except TypeError as error:
        raise TracingError(f"np.{name} cannot be traced with these arguments: {error}.") from None


def method(name: str, arguments: Sequence[Any], settings: Mapping[str, Any]) -> Any:
    """`x.name(...)` for a Node x, which means what numpy's function of the name says."""
    if name == "astype":
        return _as_type(*arguments, **settings)
    import numpy as np

    return function(getattr(np, {"flatten": "ravel"}.get(name, name)), (), arguments, settings)


def _as_type(x: Node, dtype: Any = None, **settings: Any) -> Node:
    if dtype not in (float, "float", "float64", "d") and getattr(dtype, "__name__", "") != "float64":
        raise TracingError(f"x.astype({dtype!r:.40}) cannot be traced: traced values are floats of 64 bits.")
    return x


def _by_name(called: Any, arguments: Sequence[Any], settings: Mapping[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    """The arguments by numpy's names for them, but for those that have a place only."""
    placed, named = _parameters(called)
    rest = dict(zip(named, arguments[placed:]))
    if len(arguments) > placed + len(named) or not rest.keys().isdisjoint(settings):
        raise TypeError(f"{called.__name__} has no place for all of these arguments")  # numpy has refused them before
    return list(arguments[:placed]), {**rest, **settings}


@cache
def _parameters(called: Any) -> tuple[int, tuple[str, ...]]:
    """How many parameters have a place only, and the names of those that may be given by place or by name.

    Where numpy does not say what they are, all have a place only.
    """
    try:
        parameters = signature(called).parameters.values()
    except ValueError:
        return sys.maxsize, ()
    if any(parameter.kind is Parameter.VAR_POSITIONAL for parameter in parameters):
        return sys.maxsize, ()
    placed = sum(parameter.kind is Parameter.POSITIONAL_ONLY for parameter in parameters)
    return placed, tuple(p.name for p in parameters if p.kind is Parameter.POSITIONAL_OR_KEYWORD)


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
_REDUCED = {"add": "sum", "maximum": "amax", "minimum": "amin"}


_NEAR = 0.7071067811865476
"""√½, which nobody's input hits, so that no edge stands at the step's kink."""


def _chosen_near_0(x: Any, near: Callable[[Any], Any], far: Any) -> Node:
    """near(x) where |x| < √½, else `far`; near is given 0 where it is not chosen, which harms nobody."""
    is_near = node("step", _NEAR - x) * node("step", _NEAR + x)
    return node("where", is_near, near(node("where", is_near, x, 0)), far)


def _expm1(x: Any) -> Node:
    """exp(x) - 1 = 2 sinh(x/2) exp(x/2), where nothing cancels; far from 0 its slope is exp(x) as it stands."""
    return _chosen_near_0(x, lambda x: 2 * node("sinh", x / 2) * node("exp", x / 2), node("exp", x) - 1)


def _log1p(x: Any) -> Node:
    """log(1 + x) = 2 artanh(x / (2 + x)), where nothing cancels."""
    return _chosen_near_0(x, lambda x: 2 * node("atanh", x / (2 + x)), node("log", 1 + x))


def _logaddexp(a: Any, b: Any) -> Node:
    """max(a, b) + softplus(-|a - b|), put so that each of its two cases is smooth where a = b."""
    above = node("step", a - b)
    return node("where", above, a, b) + node("softplus", node("where", above, b - a, a - b))


_COMPOSED: dict[str, Callable] = {
    "square": lambda x: x * x,
    "reciprocal": lambda x: 1 / x,
    "exp2": lambda x: 2**x,
    "expm1": _expm1,
    "log2": lambda x: node("log", x) / _ln(2),
    "log1p": _log1p,
    "hypot": lambda x, y: node("sqrt", x * x + y * y),
    "logaddexp": _logaddexp,
    "deg2rad": lambda x: x * (pi / 180),
    "radians": lambda x: x * (pi / 180),
    "rad2deg": lambda x: x * (180 / pi),
    "degrees": lambda x: x * (180 / pi),
    "greater": lambda a, b: a > b if isinstance(a, Node) else b < a,
    "less": lambda a, b: a < b if isinstance(a, Node) else b > a,
    "greater_equal": lambda a, b: a >= b if isinstance(a, Node) else b <= a,
    "less_equal": lambda a, b: a <= b if isinstance(a, Node) else b >= a,
}


_FUNCTIONS: dict[str, Callable] = {
    "sum": reduction("sum", "sum"), "mean": reduction("mean", "mean"),
    "max": reduction("max", "amax"), "amax": reduction("amax", "amax"),
    "min": reduction("min", "amin"), "amin": reduction("amin", "amin"),
    "var": variance, "std": deviation, "linalg.norm": norm,
    "dot": arrays.dot, "inner": arrays.inner, "vdot": arrays.vdot, "outer": arrays.outer,
    "transpose": arrays.transpose, "reshape": arrays.reshape, "ravel": arrays.ravel, "copy": arrays.same,
    "concatenate": arrays.joined("concatenate", "concat"), "stack": arrays.joined("stack", "stack"),
    "where": arrays.where, "clip": arrays.clip,
    "shape": lambda a: shape_of(a), "ndim": lambda a: len(shape_of(a)), "size": arrays.size,
    "zeros_like": arrays.filled("zeros_like", 0.0), "ones_like": arrays.filled("ones_like", 1.0),
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
