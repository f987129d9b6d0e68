"""A function traced at a point: its value, and its derivatives in the forms of its arguments and of its result."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import product
from math import prod
from typing import Any

from ...errors import InputError, NoDerivative, NotScalar, TracingError
from ..node import Node
from ..operations import row
from .spoken import ARRAYS, NODES
from .sweep import Sweep, finite
from .tracing import shape_of, trace
from .trees import is_array, leaves, mapped, value_of


class Traced:
    """A function traced at a point: `result` has Nodes or numbers for leaves, and `sweep` their values."""

    def __init__(self, function: Callable[..., Any], arguments: Sequence[Any], argnums: int | Sequence[int]) -> None:
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
        return mapped(lambda _: handed_out(next(values)), self.result)

    def scalar(self) -> Any:
        """The value, if it is one number."""
        shape = _shape_if_known(self.values[0]) if len(self.outputs) == 1 else None
        if shape != () or self.outputs[0] is not self.result:
            several = f"a {type(self.result).__name__} of {len(self.outputs)} numbers"
            what = f"an array of shape {shape}" if shape else several
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
            derivative = handed_out(found.get(node), known[node])
            if is_array(derivative):
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
        return mapped(
            lambda leaf: handed_out(found.get(leaf) if isinstance(leaf, Node) else None, next(values)), self.result
        )

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
                blocks[i, n] = _joined([handed_out(f.get(n), known) for f in found], _shape(value), _shape(known))
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
                parts = [handed_out(c.get(node) if isinstance(node, Node) else None, value) for c in columns]
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


def handed_out(derivative: Any, like: Any = 0.0) -> Any:
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
            "The derivative does not exist here: it is infinite or not a number somewhere. At a branch that is not "
            "taken, as in where(x > 0, log(x), 0), give log a harmless argument: log(where(x > 0, x, 1))."
        )
    return derivative if is_array(derivative) else float(derivative) + 0.0


def matching(given: Any, form: Any, values: Sequence[Any], what: str) -> list[Any]:
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
    if len(set(positions)) < len(positions):
        raise InputError(f"argnums={argnums}: each argument is named once.")
    for position in positions:
        if not -count <= position < count:
            given = "1 argument" if count == 1 else f"{count} arguments"
            raise InputError(f"argnums={position}: the function was called with {given}, and they are counted from 0.")
    return tuple(position % count for position in positions)
