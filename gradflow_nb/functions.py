"""The functions of the table, for Python functions that are traced: of numbers, of numpy arrays and of traced values.

numpy's own functions work on traced values too; here are also those that numpy lacks.

>>> from gradflow_nb import grad
>>> from gradflow_nb.functions import sigmoid
>>> grad(sigmoid)(0.0)
0.25
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .core.node import Node
from .core.operations import FUNCTIONS, OPERATIONS, row

__all__ = [
    "concat", "dot", "logsumexp", "mean", "norm", "outer", "softmax", "stack", "sum", "transpose", "where",
    *(name for name in FUNCTIONS if name.isascii()),
]  # fmt: skip


def _applied(operation: Any, arguments: tuple[Any, ...]) -> Any:
    if any(isinstance(argument, Node) for argument in arguments):
        return Node(operation, arguments)
    return operation.value(*arguments)


def _elementwise(name: str) -> Callable[..., Any]:
    operation = FUNCTIONS[name]

    def function(*arguments: Any) -> Any:
        if len(arguments) != operation.arity:
            raise TypeError(f"{name} takes {operation.arity} arguments, and got {len(arguments)}")
        return _applied(operation, arguments)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"The row `{operation.name}` of the table, entry by entry."
    return function


globals().update({name: _elementwise(name) for name in FUNCTIONS if name.isascii()})


def where(condition: Any, x: Any, y: Any) -> Any:
    """x where the condition is not zero, else y."""
    return _applied(OPERATIONS["where"], (condition, x, y))


def sum(x: Any, axis: int | None = None) -> Any:
    """The sum of all entries, or along an axis."""
    return _applied(row("sum", axis=axis), (x,))


def mean(x: Any, axis: int | None = None) -> Any:
    """The mean of all entries, or along an axis."""
    return _applied(row("mean", axis=axis), (x,))


def softmax(x: Any, axis: int = -1) -> Any:
    """exp(x) over its sum along an axis."""
    return _applied(row("softmax", axis=axis), (x,))


def logsumexp(x: Any, axis: int | None = None) -> Any:
    """The logarithm of the sum of exp(x), of all entries or along an axis, without overflow."""
    return _applied(row("logsumexp", axis=axis), (x,))


def norm(x: Any) -> Any:
    """The root of the sum of the squares of all entries; at 0 all its derivatives are taken as 0."""
    return _applied(row("norm"), (x,))


def dot(a: Any, b: Any) -> Any:
    """The sum of the products of two vectors' entries."""
    return _applied(row("dot"), (a, b))


def outer(a: Any, b: Any) -> Any:
    """All products of an entry of one array with an entry of the other, both taken flat as numpy does."""
    return _applied(row("outer"), (a.reshape(-1), b.reshape(-1)))


def transpose(x: Any) -> Any:
    """The axes in the opposite order."""
    return _applied(row("transpose"), (x,))


def concat(*arrays: Any, axis: int = 0) -> Any:
    """Arrays one after another along an axis that they have."""
    return _applied(row("concat", axis=axis, count=len(arrays)), arrays)


def stack(*arrays: Any, axis: int = 0) -> Any:
    """Arrays of one shape along a new axis."""
    return _applied(row("stack", axis=axis, count=len(arrays)), arrays)
