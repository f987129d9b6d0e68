"""Numbers and matrices put in for the names of a form; products keep their order, for matrices do not commute."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import reduce
from typing import Any

from ...errors import InputError, ShapeError
from ..worlds import exact


def given(name: str, value: Any) -> Any:
    """A value for `at`: an exact number, or a matrix of floats."""
    if hasattr(value, "__len__") and not isinstance(value, str) and getattr(value, "shape", None) != ():
        import numpy as np

        try:
            matrix = np.array(value, dtype=float)
        except (TypeError, ValueError):
            raise InputError(f"{name} is neither a number nor a matrix: write a list of rows of one length.") from None
        if matrix.ndim > 2 or matrix.size == 0:
            raise InputError(f"{name} has the shape {matrix.shape}, and a matrix has rows and columns.")
        return np.atleast_2d(matrix)
    try:
        return exact.exact(value)
    except ValueError as reason:
        raise InputError(f"{name} cannot take this value: {reason}.") from None


def put(partial: Any, values: Mapping[str, Any]) -> Any:
    """A local partial with numbers and matrices put in; products keep their order."""
    symbols = getattr(partial, "free_symbols", None)
    if symbols is None:
        return partial
    import sympy

    if isinstance(partial, sympy.Symbol):
        return values[partial.name]
    inside = [values[symbol.name] for symbol in symbols]
    if all(isinstance(value, (int, Fraction, float)) for value in inside):
        found = partial.subs({symbol: sympy.sympify(values[symbol.name]) for symbol in symbols})
        if found.is_Rational:
            return Fraction(int(found.p), int(found.q))
        if not found.is_real:
            raise InputError(f"{partial} has no real value there.")
        return float(found)
    if isinstance(partial, (sympy.Add, sympy.Mul)):
        join = plus if isinstance(partial, sympy.Add) else times
        return reduce(join, [put(argument, values) for argument in partial.args])
    if isinstance(partial, sympy.Pow) and partial.exp.is_Integer and 0 < partial.exp <= 1_000:
        return reduce(times, [put(partial.base, values)] * int(partial.exp))
    raise InputError(f"{partial} takes numbers, and was given a matrix.")


def is_matrix(value: Any) -> bool:
    return hasattr(value, "shape")


def times(outer: Any, inner: Any) -> Any:
    if is_matrix(outer) and is_matrix(inner):
        if outer.shape[1] != inner.shape[0]:
            raise ShapeError(f"A product meets the shapes {outer.shape} and {inner.shape}, which do not fit.")
        return outer @ inner
    matrix, number = (outer, inner) if is_matrix(outer) else (inner, outer)
    return matrix * float(number) if is_matrix(matrix) else outer * inner


def plus(left: Any, right: Any) -> Any:
    if not is_matrix(left) and not is_matrix(right):
        return left + right
    import numpy as np

    matrix = left if is_matrix(left) else right
    left, right = (side if is_matrix(side) else float(side) * np.eye(len(matrix)) for side in (left, right))
    if left.shape != right.shape:
        raise ShapeError(f"A sum meets the shapes {left.shape} and {right.shape}, which do not fit.")
    return left + right
