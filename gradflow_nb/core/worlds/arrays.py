"""The world of numpy arrays of float64, entry by entry where the words are; scalars are floats.

Nothing raises here: an entry without a value is nan or infinite, and `settle` says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy import (  # noqa: F401  (words of this world, looked up by name)
    cos,
    cosh,
    exp,
    log,
    log10,
    maximum,
    minimum,
    outer,
    sign,
    sin,
    sinh,
    sqrt,
    tan,
    tanh,
)

from ...errors import Undefined
from ..row import Pick, Span
from .exact import opaque, opaque_partial  # noqa: F401

asin, acos, atan, asinh, acosh, atanh = np.arcsin, np.arccos, np.arctan, np.arcsinh, np.arccosh, np.arctanh
magnitude, power = np.abs, np.power


def sec(x: Any) -> Any:
    return 1 / np.cos(x)


def csc(x: Any) -> Any:
    return 1 / np.sin(x)


def cot(x: Any) -> Any:
    return np.cos(x) / np.sin(x)


def sigmoid(x: Any) -> Any:
    t = np.exp(-np.abs(x))  # the argument is never positive, so this cannot overflow
    return np.where(x > 0, 1, t) / (1 + t)


def softplus(x: Any) -> Any:
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def step(x: Any) -> Any:
    return np.greater(x, 0).astype(float)


def where(condition: Any, x: Any, y: Any) -> Any:
    return np.where(np.not_equal(condition, 0), x, y)


choose = where


def constant(number: Any, x: Any) -> float:
    return float(number)


# Products ---------------------------------------------------------------------------------------------------------


def matmul(a: Any, b: Any) -> Any:
    if max(np.ndim(a), np.ndim(b)) > 2 or min(np.ndim(a), np.ndim(b)) < 1:
        raise ValueError("@ multiplies vectors and matrices, which have one or two axes")
    columns, rows = np.shape(a)[-1], np.shape(b)[0]
    if columns != rows:
        raise ValueError(f"@ needs as many columns on its left as rows on its right, not {columns} and {rows}")
    return np.matmul(a, b)


def matmul_t(g: Any, b: Any) -> Any:
    """The cotangent of a in a @ b: g bᵀ, where vectors count as rows or columns as they must."""
    return np.multiply.outer(g, b) if np.ndim(b) == 1 else np.matmul(g, np.transpose(b))


def t_matmul(a: Any, g: Any) -> Any:
    """The cotangent of b in a @ b: aᵀ g."""
    return np.multiply.outer(a, g) if np.ndim(a) == 1 else np.matmul(np.transpose(a), g)


def dot(a: Any, b: Any) -> Any:
    if np.ndim(a) != 1 or np.shape(a) != np.shape(b):
        raise ValueError("dot takes two vectors of one length")
    return np.dot(a, b)


def norm(x: Any) -> Any:
    largest = np.max(np.abs(x))  # as in hypot, so that no square overflows
    return largest * np.sqrt(np.sum((x / largest) ** 2)) if 0 < largest < np.inf else largest


# Reductions, and what undoes them -----------------------------------------------------------------------------------


def total(x: Any, axis: int | None = None) -> Any:
    return np.sum(x, axis)


def mean(x: Any, axis: int | None = None) -> Any:
    return np.mean(x, axis)


def amax(x: Any, axis: int | None = None) -> Any:
    return np.max(_of_entries(x, "max"), axis)


def amin(x: Any, axis: int | None = None) -> Any:
    return np.min(_of_entries(x, "min"), axis)


def _of_entries(x: Any, name: str) -> Any:
    if np.ndim(x) == 0:
        raise ValueError(f"{name} of one argument takes an array; two numbers are compared by {name}(a, b)")
    return x


def spread(g: Any, like: Any, axis: int | None = None) -> Any:
    """g repeated along the axis that a reduction of `like` took away."""
    return np.broadcast_to(g if axis is None else np.expand_dims(g, axis), np.shape(like))


def share(g: Any, like: Any, axis: int | None = None) -> Any:
    """`spread`, divided by how many share it."""
    return spread(g, like, axis) / (np.size(like) if axis is None else np.shape(like)[axis])


def winners(x: Any, axis: int | None = None) -> Any:
    """1 at the largest entry, shared evenly among equals; 0 elsewhere."""
    first = np.equal(x, np.max(x, axis, keepdims=True))
    return first / np.sum(first, axis, keepdims=True)


def softmax(x: Any, axis: int | None = -1) -> Any:
    powers = np.exp(x - np.max(x, axis, keepdims=True))
    return powers / np.sum(powers, axis, keepdims=True)


def logsumexp(x: Any, axis: int | None = None) -> Any:
    largest = np.max(x, axis, keepdims=True)
    return np.squeeze(largest, axis) + np.log(np.sum(np.exp(x - largest), axis))


def fit(g: Any, like: Any) -> Any:
    """g summed over what broadcasting had repeated, so that it has the shape of `like`."""
    shape = np.shape(like)
    if np.shape(g) == shape:
        return g
    extra = np.ndim(g) - len(shape)
    g = np.sum(g, tuple(range(extra))) if extra > 0 else g
    stretched = tuple(i for i, n in enumerate(shape) if n == 1 and np.shape(g)[i] != 1)
    return np.sum(g, stretched, keepdims=True) if stretched else g


def broadcast(g: Any, like: Any) -> Any:
    return np.broadcast_to(g, np.shape(like))


# Shapes and places ---------------------------------------------------------------------------------------------------


def transpose(x: Any) -> Any:
    return np.transpose(x)


def reshape(x: Any, shape: tuple[int, ...]) -> Any:
    return np.reshape(x, shape)


def reshape_like(g: Any, like: Any) -> Any:
    return np.reshape(g, np.shape(like))


def _index(index: tuple) -> tuple:
    turned = {Span: lambda entry: slice(*entry), Pick: list}
    return tuple(turned.get(type(entry), lambda entry: entry)(entry) for entry in index)


def item(x: Any, index: tuple) -> Any:
    return np.asarray(x)[_index(index)]


def place(g: Any, like: Any, index: tuple) -> Any:
    """Zeros in the shape of `like`, with g where the index points, added where it points twice."""
    zeros = np.zeros(np.shape(like))
    np.add.at(zeros, _index(index), g)
    return zeros


def concat(*xs: Any, axis: int = 0) -> Any:
    return np.concatenate([np.atleast_1d(x) for x in xs], axis)


def stack(*xs: Any, axis: int = 0) -> Any:
    return np.stack(xs, axis)


def part(g: Any, *xs: Any, i: int, axis: int, stacked: bool) -> Any:
    """What belongs to number i of the arrays that were put together."""
    if stacked:
        return np.take(g, i, axis)
    sizes = [np.shape(np.atleast_1d(x))[axis] for x in xs]
    start = sum(sizes[:i])
    return np.reshape(np.take(g, range(start, start + sizes[i]), axis), np.shape(xs[i]))


def place_part(g: Any, *xs: Any, i: int, axis: int, stacked: bool) -> Any:
    """Zeros in the shape of all together, with g in the place of number i."""
    parts = [np.asarray(g, float) if j == i else np.zeros(np.shape(x)) for j, x in enumerate(xs)]
    return stack(*parts, axis=axis) if stacked else concat(*parts, axis=axis)


# Values ---------------------------------------------------------------------------------------------------------------


def settle(value: Any) -> Any:
    """An array as it is kept on a node; one entry without axes is a float. Raises `Undefined` at nan and infinity."""
    if np.size(value) == 0:
        raise Undefined(f"the result is an empty array, of shape {np.shape(value)}")
    if np.isfinite(value).all():
        if not np.ndim(value):
            return float(value) + 0.0
        value.flags.writeable = False  # what a flow hands out is what it computes with
        return value
    where = tuple(int(i) for i in np.argwhere(~np.isfinite(value))[0])
    place = f" at index {list(where)}" if where else ""
    says = "not a number" if np.isnan(np.asarray(value)[where]) else "too large for a number"
    raise Undefined(f"the result is {says}{place}")


def why_not(value_rule: Any, arguments: Sequence[Any], value: Any) -> str:
    """Why an elementwise row has no value: what it says of the first entry that has none, and where that is."""
    index = tuple(int(i) for i in np.argwhere(~np.isfinite(value))[0])
    try:
        settle(value_rule(*(float(np.broadcast_to(a, np.shape(value))[index]) for a in arguments)))
    except ZeroDivisionError:
        return f"division by zero at index {list(index)}"
    except ArithmeticError as error:
        return f"{error} at index {list(index)}"
    return f"the result is not finite at index {list(index)}"


def entered(value: Any) -> Any:
    """An array that a person gave, as a fresh float64 array that cannot be written to.

    Raises `ValueError` with the reason for what is not a full array of finite real numbers.
    """
    if np.ma.is_masked(value):
        raise ValueError("some of its entries are masked")
    try:
        given = np.asarray(value)
        if given.dtype == object:
            kinds = sorted({type(entry).__name__ for entry in given.flat} - {"int", "float", "Fraction", "Decimal"})
            if kinds:
                raise TypeError(f"an entry is a {kinds[0]}")
    except TypeError as error:
        raise ValueError(f"its entries are not all numbers: {error}") from None
    except ValueError:
        raise ValueError(f"its rows have different lengths ({_lengths(value)})") from None
    if given.dtype.kind not in "iufO":
        kind = {"b": "truth values", "c": "complex numbers"}.get(given.dtype.kind, "texts")
        raise ValueError(f"its entries are {kind}, not real numbers")
    if given.size == 0:
        raise ValueError(f"the array is empty: its shape is {given.shape}")
    try:
        array = np.array(given, dtype=np.float64)
    except OverflowError:
        raise ValueError("an entry is too large for a number") from None
    bad = np.argwhere(~np.isfinite(array))
    if len(bad):
        raise ValueError(f"the entry at index {bad[0].tolist()} is {array[tuple(bad[0])]}, not a finite number")
    array.flags.writeable = False
    return array


def _lengths(value: Any) -> str:
    rows = [len(row) if hasattr(row, "__len__") else 1 for row in value]
    return ", ".join(map(str, rows[:6])) + (", …" if len(rows) > 6 else "")
