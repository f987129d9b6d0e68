"""The two sweeps over Nodes at one point: floats, arrays, or Nodes again.

For one-shot differentiation of traced functions. Nothing is stored but a value for each node; local partials are
made when a sweep passes, and the reverse sweep frees values as it goes. Nothing is recursive, so a graph may be a
million operations deep. The values may themselves be Nodes: then the same sweep makes a new graph, which can be
differentiated again.

Source of the mathematics: Griewank and Walther, Evaluating Derivatives, 2nd ed. (2008), sections 3.1 and 3.2.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import isfinite
from typing import Any

from ...errors import DomainError, ShapeError, Undefined
from ...notation.plain import number_text
from ..node import Node
from ..row import Operation, Rule
from .partials import forward, reverse
from .spoken import ARRAYS, FLOATS, NODES, OtherKind, lifted, spoken

Values = dict[Node, Any]
"""The value of each node, in topological order: a dict remembers the order in which it was filled."""


class Sweep:
    """Values at one point, and the sweeps over them.

    `known` gives the inputs' values: floats, float64 arrays, or Nodes. `values` is filled as far as outputs have
    been asked for. `arrays` says that Nodes among the values may stand for arrays.

    >>> x = Node(None)
    >>> sweep = Sweep({x: 3.0})
    >>> y = x * x + x
    >>> sweep.at([y]), sweep.forward({x: 1.0})[y], sweep.reverse({y: 1.0})[x]
    ([12.0], 7.0, 7.0)
    """

    def __init__(self, known: Mapping[Node, Any], arrays: bool = False) -> None:
        kinds = set(map(type, known.values()))
        self.known = dict(known)
        self.kind = NODES if Node in kinds else FLOATS if kinds <= {float} else ARRAYS
        self.arrays = arrays or bool(kinds - {float, Node})
        self.values: Values = dict(known)

    def at(self, outputs: Iterable[Any]) -> list[Any]:
        """The values of `outputs` (Nodes or numbers).

        Raises `DomainError` for the first node that has none, `ShapeError` where arrays do not fit together.
        """
        outputs = list(outputs)
        wanted = [o for o in outputs if isinstance(o, Node)]
        while True:
            try:
                _evaluate(wanted, self.values, self.kind)
                return [self.values[o] if isinstance(o, Node) else o for o in outputs]
            except OtherKind as found:  # an array among floats, or a variable of a function around this one
                self.kind, self.values = found.kind, dict(self.known)

    def check(self, found: Iterable[Any]) -> None:
        """Raises `DomainError` for the first node that is infinite or not a number, if one of `found` is."""
        if self.kind is NODES or all(map(finite, found)):
            return
        for node, value in self.values.items():
            if not finite(value):
                what = "an input" if node.operation is None else f"the result of {node.operation.name}"
                raise DomainError(f"The function has no value here: {what} is infinite or not a number.")

    def reverse(self, seeds: Mapping[Node, Any], keep: bool = True) -> dict[Node, Any]:
        """The cotangents of the inputs, given those of some nodes; inputs that are not reached are left out.

        Without `keep` the values are used up on the way, which halves the memory.
        """
        return reverse(dict(self.values) if keep else self.values, dict(seeds), self.kind, self._has_arrays())

    def forward(self, tangents: Mapping[Node, Any]) -> dict[Node, Any]:
        """The tangents of all nodes that depend on the inputs whose tangents are given."""
        return forward(self.values, dict(tangents), self.kind, self._has_arrays())

    def _has_arrays(self) -> bool:
        """Whether shapes must be looked after. Among Nodes they are not known, so it is told by the operations."""
        if self.kind is not NODES or self.arrays:
            return self.kind is not FLOATS
        from .tracing import traced_arrays

        if traced_arrays():
            return True
        return any(
            not node.operation.is_elementwise or any(type(a).__module__ == "numpy" for a in node.arguments)
            for node in self.values
            if node.operation is not None
        )


def finite(value: Any) -> bool:
    """Whether a float or every entry of an array is a finite number."""
    if not getattr(value, "ndim", 0):
        return isfinite(value)
    if isfinite(value.sum()):
        return True
    import numpy as np

    return bool(np.isfinite(value).all())  # the sum alone may have been too large


# Values -------------------------------------------------------------------------------------------------------------


def _evaluate(outputs: Sequence[Node], values: Values, kind: str) -> None:
    """Fill `values` with all that the outputs need, each node after its arguments.

    Most operations of a long graph take two arguments, so these have lines of their own.
    """
    rules: dict[Operation | None, Rule] = {}
    stack = list(reversed(outputs))
    push, pop, get = stack.append, stack.pop, values.get
    while stack:
        node = stack[-1]
        if node in values:
            pop()
            continue
        arguments = node.arguments
        if len(arguments) == 2:
            a, b = arguments
            x = get(a) if type(a) is Node else a if type(a) is float else lifted(a, kind)
            y = get(b) if type(b) is Node else b if type(b) is float else lifted(b, kind)
            if x is None or y is None:
                if x is None:
                    push(a)
                if y is None:
                    push(b)
                continue
            known: Sequence[Any] = (x, y)
        else:
            known = [get(a) if type(a) is Node else lifted(a, kind) for a in arguments]
            if any(value is None for value in known):
                stack += [a for a, value in zip(arguments, known) if value is None]
                continue
        pop()
        operation = node.operation
        if kind is NODES:
            values[node] = _replaced(node, known)
            continue
        rule = rules.get(operation)
        if rule is None:
            rule = rules[operation] = _value_rule(operation, kind)
        try:
            values[node] = rule(*known)
        except (ValueError, ArithmeticError) as error:
            raise _no_value(operation, known, error) from None


def _value_rule(operation: Operation | None, kind: str) -> Rule:
    if operation is None:
        raise OtherKind(NODES)  # an input without a value: it belongs to a function around this one
    if kind is FLOATS and not operation.is_elementwise:
        raise OtherKind(ARRAYS)
    return spoken(operation, kind).value


def _replaced(node: Node, known: Sequence[Any]) -> Any:
    """The value of a node among Nodes: itself, if nothing below it has another value."""
    if all(value is argument for value, argument in zip(known, node.arguments)):
        return node
    if any(type(value) is Node for value in known):
        return Node(node.operation, known)
    return spoken(node.operation, ARRAYS).value(*(lifted(value, ARRAYS) for value in known))


def _no_value(operation: Operation, known: Sequence[Any], error: BaseException) -> Exception:
    """The error to raise where a row has no value."""
    shapes = [value.shape for value in known if getattr(value, "ndim", 0)]
    if shapes:
        told = " and ".join(f"{shape}" for shape in shapes)
        settings = "".join(f", {name}={value}" for name, value in operation.settings)
        return ShapeError(f"{operation.name}{settings} cannot take arrays of the shapes {told}: {error}.")
    try:  # the exact world gives its reasons at length
        operation.value(*(float(value) for value in known))
        reason = str(error)
    except ZeroDivisionError:
        reason = "division by zero"
    except (Undefined, ValueError, ArithmeticError) as told_at_length:
        reason = str(told_at_length)
    at = ", ".join(number_text(value) for value in known)
    return DomainError(f"{operation.name} has no value at {at}: {reason}.")
