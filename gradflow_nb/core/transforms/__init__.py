"""Derivatives of ordinary Python functions: grad, jvp, vjp, jacobian, hessian, hvp.

A function of numbers, of numpy arrays, or of lists, tuples and dicts of these is traced once, and swept over. What a
transform returns is a function again, so transforms can be nested: an inner one makes Nodes for the outer one to
differentiate. A derivative has the form of the argument that it is taken by; results are floats.

Source of the mathematics: Griewank and Walther, Evaluating Derivatives, 2nd ed. (2008), ch. 3; for `hvp`, Pearlmutter,
Fast exact multiplication by the Hessian (1994).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from ...errors import TracingError
from .calls import bound
from .traced import Traced, handed_out, matching
from .trees import is_array, mapped

Function = Callable[..., Any]


def grad(function: Function, argnums: int | Sequence[int] = 0) -> Function:
    """The gradient of a function with one scalar result, as a function of the same arguments.

    `argnums` says by which arguments; several give a tuple. Arguments may be given by name, too. Raises `NotScalar`
    for other results.

    >>> grad(lambda x: x**3)(2)
    12.0
    >>> grad(grad(lambda x: x**3))(2)
    12.0
    >>> grad(lambda w, x: sum(a * b for a, b in zip(w, x)), argnums=(0, 1))([2, 3], [1, 4])
    ([1.0, 4.0], [2.0, 3.0])
    """
    _refuse_others("grad", function)
    of_value = value_and_grad(function, argnums)
    return _like(function, lambda *given, **named: of_value(*given, **named)[1], "the gradient of")


def value_and_grad(function: Function, argnums: int | Sequence[int] = 0) -> Function:
    """As `grad`, with the function's value before the gradient.

    >>> value_and_grad(lambda x: x * x)(3)
    (9.0, 6.0)
    """

    _refuse_others("value_and_grad", function)

    def both(*given: Any, **named: Any) -> Any:
        traced = Traced(*bound(function, given, named), argnums)
        value = traced.scalar()
        return handed_out(value), traced.pull([1.0], keep=False)

    return _like(function, both, "the value and the gradient of")


def vjp(function: Function, *primals: Any) -> tuple[Any, Function]:
    """The value, and the function that takes a cotangent of the value to the cotangents of the primals (a tuple).

    A cotangent has the form of the value. One trace serves all cotangents.

    >>> value, pullback = vjp(lambda x, y: (x * y, x + y), 2, 3)
    >>> value, pullback((1, 0)), pullback((0, 1))
    ((6.0, 5.0), (3.0, 2.0), (1.0, 1.0))
    """
    _refuse_others("vjp", function)
    # copies, for the caller may write to his arrays before he calls the pullback
    kept = mapped(lambda leaf: leaf.copy() if is_array(leaf) else leaf, primals)
    traced = Traced(function, kept, range(len(primals)))

    def pullback(cotangent: Any) -> tuple[Any, ...]:
        return traced.pull(matching(cotangent, traced.result, traced.values, "The cotangent"))

    return traced.value(), pullback


def jvp(function: Function, primals: Any, tangents: Any) -> tuple[Any, Any]:
    """The value, and its tangent for the given tangents of the primals: one sweep forward.

    `primals` and `tangents` are tuples, one entry an argument; anything else is taken as the only argument.

    >>> jvp(lambda x, y: x * y, (2, 3), (1, 0))
    (6.0, 3.0)
    """
    _refuse_others("jvp", function)
    primals, tangents = _tuple(primals), _tuple(tangents)
    traced = Traced(function, primals, range(len(primals)))
    return traced.value(), traced.push(matching(tangents, primals, traced.sweep.known.values(), "The tangent"))


def jacobian(function: Function, argnums: int | Sequence[int] = 0) -> Function:
    """The Jacobian, as a function of the same arguments.

    Each number of the result is replaced by its gradient, in the argument's form: lists of lists for lists, an array
    of shape (*result's shape, *argument's shape) for arrays. Swept in the direction that takes fewer sweeps.

    >>> jacobian(lambda v: [v[0] * v[1], v[0] + v[1]])([2, 3])
    [[3.0, 2.0], [1.0, 1.0]]
    """

    _refuse_others("jacobian", function)

    def matrix(*given: Any, **named: Any) -> Any:
        traced = Traced(*bound(function, given, named), argnums)
        traced.value()
        return traced.jacobian()

    return _like(function, matrix, "the Jacobian of")


def hessian(function: Function, argnums: int | Sequence[int] = 0) -> Function:
    """The second derivatives of a function with one scalar result: the Jacobian of its gradient.

    >>> hessian(lambda v: v[0] ** 2 * v[1])([3, 5])
    [[10.0, 6.0], [6.0, 0.0]]
    """
    _refuse_others("hessian", function)
    return _like(function, jacobian(grad(function, argnums), argnums), "the Hessian of")


def hvp(function: Function, primals: Any, vector: Any) -> Any:
    """The Hessian times a vector, without the Hessian: the tangent of the gradient (Pearlmutter 1994).

    `primals` and `vector` are tuples, one entry an argument, or the only argument; so is the result.

    >>> hvp(lambda v: v[0] ** 2 * v[1], [3, 5], [1, 0])
    [10.0, 6.0]
    """
    _refuse_others("hvp", function)
    several = isinstance(primals, tuple)
    return jvp(grad(function, range(len(primals)) if several else 0), primals, vector)[1]


def _tuple(arguments: Any) -> tuple[Any, ...]:
    return arguments if isinstance(arguments, tuple) else (arguments,)


def _refuse_others(transform: str, function: Any) -> None:
    if not callable(function):
        raise TracingError(
            f"{transform} takes a Python function, and got {type(function).__name__} {function!r:.40}: write "
            f"{transform}(f) for a function f. A graph has derivatives of its own: graph.at(...).gradient()."
        )


def _like(function: Function, made: Function, what: str) -> Function:
    """`made` under the name and signature of the function that it was made from."""
    try:
        made = wraps(function)(made)
    except (AttributeError, TypeError):
        return made
    made.__doc__ = f"{what} {getattr(function, '__name__', 'a function')}"
    return made
