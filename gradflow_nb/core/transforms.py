"""Derivatives of ordinary Python functions: grad, jvp, vjp, jacobian, hessian, hvp.

A function of numbers, of numpy arrays, or of lists, tuples and dicts of these is traced once, and swept over. What a
transform returns is a function again, so transforms can be nested: an inner one makes Nodes for the outer one to
differentiate. A derivative has the form of the argument that it is taken by; results are floats.

Source of the mathematics: Griewank and Walther, Evaluating Derivatives, 2nd ed. (2008), ch. 3; for `hvp`, Pearlmutter,
Fast exact multiplication by the Hessian (1994).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import wraps
from itertools import product
from math import prod
from typing import Any

from ..errors import InputError, NoDerivative, NotScalar, TracingError
from .graph import Node
from .operations import row
from .sweep import ARRAYS, NODES, Sweep, finite
from .tracing import shape_of, trace
from .trees import leaves, mapped, value_of

Function = Callable[..., Any]


def grad(function: Function, argnums: int | Sequence[int] = 0) -> Function:
    """The gradient of a function with one scalar result, as a function of the same arguments.

    `argnums` says by which arguments; several give a tuple. Raises `NotScalar` for other results.

    >>> grad(lambda x: x**3)(2)
    12.0
    >>> grad(grad(lambda x: x**3))(2)
    12.0
    >>> grad(lambda w, x: sum(a * b for a, b in zip(w, x)), argnums=(0, 1))([2, 3], [1, 4])
    ([1.0, 4.0], [2.0, 3.0])
    """
    of_value = value_and_grad(function, argnums)
    return _like(function, lambda *arguments: of_value(*arguments)[1], "the gradient of")


def value_and_grad(function: Function, argnums: int | Sequence[int] = 0) -> Function:
    """As `grad`, with the function's value before the gradient.

    >>> value_and_grad(lambda x: x * x)(3)
    (9.0, 6.0)
    """

    def both(*arguments: Any) -> Any:
        traced = _Traced(function, arguments, argnums)
        value = traced.scalar()
        return _out(value), traced.pull([1.0], keep=False)

    return _like(function, both, "the value and the gradient of")


def vjp(function: Function, *primals: Any) -> tuple[Any, Function]:
    """The value, and the function that takes a cotangent of the value to the cotangents of the primals (a tuple).

    A cotangent has the form of the value. One trace serves all cotangents.

    >>> value, pullback = vjp(lambda x, y: (x * y, x + y), 2, 3)
    >>> value, pullback((1, 0)), pullback((0, 1))
    ((6.0, 5.0), (3.0, 2.0), (1.0, 1.0))
    """
    kept = mapped(lambda leaf: leaf.copy() if getattr(leaf, "ndim", 0) else leaf, primals)  # the caller may write to his
    traced = _Traced(function, kept, range(len(primals)))

    def pullback(cotangent: Any) -> tuple[Any, ...]:
        return traced.pull(_matching(cotangent, traced.result, traced.values, "The cotangent"))

    return traced.value(), pullback


def jvp(function: Function, primals: Any, tangents: Any) -> tuple[Any, Any]:
    """The value, and its tangent for the given tangents of the primals: one sweep forward.

    `primals` and `tangents` are tuples, one entry an argument; anything else is taken as the only argument.

    >>> jvp(lambda x, y: x * y, (2, 3), (1, 0))
    (6.0, 3.0)
    """
    primals, tangents = _tuple(primals), _tuple(tangents)
    traced = _Traced(function, primals, range(len(primals)))
    return traced.value(), traced.push(_matching(tangents, primals, traced.sweep.known.values(), "The tangent"))


def jacobian(function: Function, argnums: int | Sequence[int] = 0) -> Function:
    """The Jacobian, as a function of the same arguments.

    Each number of the result is replaced by its gradient, in the argument's form: lists of lists for lists, an array
    of shape (*result's shape, *argument's shape) for arrays. Swept in the direction that takes fewer sweeps.

    >>> jacobian(lambda v: [v[0] * v[1], v[0] + v[1]])([2, 3])
    [[3.0, 2.0], [1.0, 1.0]]
    """

    def matrix(*arguments: Any) -> Any:
        traced = _Traced(function, arguments, argnums)
        traced.value()
        return traced.jacobian()

    return _like(function, matrix, "the Jacobian of")


def hessian(function: Function, argnums: int | Sequence[int] = 0) -> Function:
    """The second derivatives of a function with one scalar result: the Jacobian of its gradient.

    >>> hessian(lambda v: v[0] ** 2 * v[1])([3, 5])
    [[10.0, 6.0], [6.0, 0.0]]
    """
    return _like(function, jacobian(grad(function, argnums), argnums), "the Hessian of")


def hvp(function: Function, primals: Any, vector: Any) -> Any:
    """The Hessian times a vector, without the Hessian: the tangent of the gradient (Pearlmutter 1994).

    `primals` and `vector` are tuples, one entry an argument, or the only argument; so is the result.

    >>> hvp(lambda v: v[0] ** 2 * v[1], [3, 5], [1, 0])
    [10.0, 6.0]
    """
    several = isinstance(primals, tuple)
    return jvp(grad(function, range(len(primals)) if several else 0), primals, vector)[1]


# What they share ------------------------------------------------------------------------------------------------------


class _Traced:
    """A function traced at a point: `result` has Nodes or numbers for leaves, and `sweep` their values."""

    def __init__(self, function: Function, arguments: Sequence[Any], argnums: int | Sequence[int]) -> None:
        self.single = isinstance(argnums, int)
        self.by = _positions(argnums, len(arguments))
        known: dict[Node, Any] = {}

        def fresh(leaf: Any) -> Node:
            node = Node(None)
            known[node] = value_of(leaf, f"argument {position}")
            return node

        called, inputs = list(arguments), []
        for position in self.by:
            called[position] = mapped(fresh, arguments[position])
            inputs.append(called[position])
        self.inputs = tuple(inputs)
        self.sweep = Sweep(known)
        self.result = trace(function, *called, at=self.sweep)
        self.outputs = list(leaves(self.result))
        with _quiet(self.sweep):
            self.values = [value_of(value, "the function's result") for value in self.sweep.at(self.outputs)]
        self.sweep.check(self.values)

    def value(self) -> Any:
        """The function's value, in the form in which it returned it."""
        values = iter(self.values)
        return mapped(lambda _: _out(next(values)), self.result)

    def scalar(self) -> Any:
        """The value, if it is one number."""
        shape = _shape_if_known(self.values[0]) if len(self.outputs) == 1 else None
        if shape != () or self.outputs[0] is not self.result:
            what = f"an array of shape {shape}" if shape else f"a {type(self.result).__name__} of {len(self.outputs)} numbers"
            raise NotScalar(
                f"A gradient belongs to a single number, and the function returned {what}. For all its partial "
                "derivatives take jacobian(f), for a weighted sum of its rows vjp(f, …); or return one number, such as "
                "its sum."
            )
        return self.values[0]

    def pull(self, cotangents: Sequence[Any], keep: bool = True) -> Any:
        """The cotangents of the arguments, for those of the outputs."""
        seeds: dict[Node, Any] = {}
        for node, cotangent in zip(self.outputs, cotangents):
            if isinstance(node, Node):
                seeds[node] = seeds[node] + cotangent if node in seeds else cotangent
        with _quiet(self.sweep):
            found = self.sweep.reverse(seeds, keep)
        known = self.sweep.known
        shared = set(map(id, cotangents))

        def own(node: Node) -> Any:
            """A gradient that no other gradient shares its memory with, so that a person may write to it."""
            derivative = _out(found.get(node), known[node])
            if getattr(derivative, "ndim", 0):
                if id(derivative) in shared or not derivative.flags.owndata:
                    derivative = derivative.copy()
                shared.add(id(derivative))
            return derivative

        pulled = tuple(mapped(own, tree) for tree in self.inputs)
        return pulled[0] if self.single else pulled

    def push(self, tangents: Sequence[Any]) -> Any:
        """The tangent of the result, for those of the arguments."""
        with _quiet(self.sweep):
            found = self.sweep.forward(dict(zip(self.sweep.known, tangents)))
        values = iter(self.values)
        return mapped(lambda leaf: _out(found.get(leaf) if isinstance(leaf, Node) else None, next(values)), self.result)

    def jacobian(self) -> Any:
        """Every output by every input: trees of inputs in the tree of the result."""
        rows = sum(prod(_shape(v)) for v in self.values)
        columns = sum(prod(_shape(v)) for v in self.sweep.known.values())
        find = self._by_rows if rows <= columns or self.sweep.kind is NODES else self._by_columns
        blocks = find()
        places = iter(range(len(self.outputs)))

        def of_output(_: Any) -> Any:
            i = next(places)
            trees = tuple(mapped(lambda n: blocks[i, n], tree) for tree in self.inputs)
            return trees[0] if self.single else trees

        return mapped(of_output, self.result)

    def _by_rows(self) -> dict[tuple[int, Node], Any]:
        """One reverse sweep an entry of the outputs."""
        blocks = {}
        for i, (node, value) in enumerate(zip(self.outputs, self.values)):
            found = []
            for unit in _units(_shape(value)):
                with _quiet(self.sweep):
                    found.append(self.sweep.reverse({node: unit}) if isinstance(node, Node) else {})
            for n, known in self.sweep.known.items():
                blocks[i, n] = _joined([_out(f.get(n), known) for f in found], _shape(value), _shape(known))
        return blocks

    def _by_columns(self) -> dict[tuple[int, Node], Any]:
        """One forward sweep an entry of the inputs."""
        import numpy as np

        blocks = {}
        for n, known in self.sweep.known.items():
            columns = []
            for unit in _units(_shape(known)):
                with _quiet(self.sweep):
                    columns.append(self.sweep.forward({n: unit}))
            for i, (node, value) in enumerate(zip(self.outputs, self.values)):
                parts = [_out(c.get(node) if isinstance(node, Node) else None, value) for c in columns]
                block = np.stack(parts, -1).reshape(_shape(value) + _shape(known))
                blocks[i, n] = block if block.ndim else float(block)
        return blocks


def _quiet(sweep: Sweep) -> AbstractContextManager:
    """numpy's warnings held back: what is not finite is found in the result, and said once."""
    if sweep.kind is not ARRAYS:
        return nullcontext()
    import numpy as np

    return np.errstate(all="ignore")


def _joined(found: list[Any], shape: tuple[int, ...], inner: tuple[int, ...]) -> Any:
    """The gradients of all entries of a result of this shape, as one array, or one Node."""
    if not shape:
        return found[0]
    if any(isinstance(f, Node) for f in found):
        return Node(row("stack", axis=0, count=len(found)), found).reshape(shape + inner)
    import numpy as np

    return np.stack(found).reshape(shape + inner) + 0.0  # -0.0 is written 0


def _units(shape: tuple[int, ...]) -> Iterator[Any]:
    """Every array of this shape that is 1 in one place and 0 elsewhere."""
    if not shape:
        yield 1.0
        return
    import numpy as np

    for place in product(*map(range, shape)):
        unit = np.zeros(shape)
        unit[place] = 1.0
        yield unit


def _shape(value: Any) -> tuple[int, ...]:
    return shape_of(value) if isinstance(value, Node) else getattr(value, "shape", ())


def _shape_if_known(value: Any) -> tuple[int, ...]:
    """The shape; in a graph for arrays of any shape, where it is not known, that of a number."""
    try:
        return _shape(value)
    except TracingError:
        return ()


def _out(derivative: Any, like: Any = 0.0) -> Any:
    """A derivative as it is handed out, in the shape of `like`: a float, a float64 array, or a Node.

    Raises `NoDerivative` where it is infinite or not a number.
    """
    if derivative is None:
        shape = _shape_if_known(like)
        if not shape:
            return 0.0
        import numpy as np

        return np.zeros(shape)
    if isinstance(derivative, Node):
        return derivative
    if not finite(derivative):
        raise NoDerivative(
            "The derivative does not exist here: it is infinite or not a number somewhere. At a branch that is not taken, "
            "as in where(x > 0, log(x), 0), give log a harmless argument: log(where(x > 0, x, 1))."
        )
    return derivative if getattr(derivative, "ndim", 0) else float(derivative) + 0.0


def _matching(given: Any, form: Any, values: Sequence[Any], what: str) -> list[Any]:
    """The leaves of `given`, which must have the form and the shapes of another tree."""
    found: list[Any] = []
    expected = iter(list(values))

    def check(_: Any, leaf: Any) -> None:
        value, like = value_of(leaf, what), next(expected)
        if not isinstance(value, Node) and not isinstance(like, Node) and _shape(value) != _shape(like):
            raise InputError(f"{what} has the shape {_shape(value)} where the value has {_shape(like)}.")
        found.append(value)

    mapped(check, form, given)
    return found


def _positions(argnums: int | Sequence[int], count: int) -> tuple[int, ...]:
    positions = (argnums,) if isinstance(argnums, int) else tuple(argnums)
    for position in positions:
        if not -count <= position < count:
            given = "1 argument" if count == 1 else f"{count} arguments"
            raise InputError(f"argnums={position} names no argument: the function was called with {given}, counted from 0.")
    return tuple(position % count for position in positions)


def _tuple(arguments: Any) -> tuple[Any, ...]:
    return arguments if isinstance(arguments, tuple) else (arguments,)


def _like(function: Function, made: Function, what: str) -> Function:
    """`made` under the name and signature of the function that it was made from."""
    try:
        made = wraps(function)(made)
    except (AttributeError, TypeError):
        return made
    made.__doc__ = f"{what} {getattr(function, '__name__', 'a function')}"
    return made
