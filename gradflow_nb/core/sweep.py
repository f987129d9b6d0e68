"""The two sweeps over Nodes at one point: floats, arrays, or Nodes again.

For one-shot differentiation of traced functions. Nothing is stored but a value for each node; local partials are
made when a sweep passes, and the reverse sweep frees values as it goes. Nothing is recursive, so a graph may be a
million operations deep. The values may themselves be Nodes: then the same sweep makes a new graph, which can be
differentiated again.

Source of the mathematics: Griewank and Walther, Evaluating Derivatives, 2nd ed. (2008), sections 3.1 and 3.2.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from math import isfinite
from typing import Any

from ..errors import DomainError, NoDerivative, ShapeError, Undefined
from ..notation.plain import number_text
from .graph import Constant, Node
from .row import Operation, Rule
from .spoken import spoken
from .worlds import broadcast, exact, fit

Values = dict[Node, Any]
"""The value of each node, in topological order: a dict remembers the order in which it was filled."""

FLOATS, ARRAYS, NODES = "floats", "arrays", "nodes"


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
            except _Other as found:  # an array among floats, or a variable of a function around this one
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
        return _reverse(dict(self.values) if keep else self.values, dict(seeds), self.kind, self._has_arrays())

    def forward(self, tangents: Mapping[Node, Any]) -> dict[Node, Any]:
        """The tangents of all nodes that depend on the inputs whose tangents are given."""
        return _forward(self.values, dict(tangents), self.kind, self._has_arrays())

    def _has_arrays(self) -> bool:
        """Whether shapes must be looked after. Among Nodes they are not known, so it is told by the operations."""
        if self.kind is not NODES or self.arrays:
            return self.kind is not FLOATS
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


class _Other(Exception):
    """Internal: the values are of another kind than was thought."""

    def __init__(self, kind: str) -> None:
        self.kind = kind


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
            x = get(a) if type(a) is Node else a if type(a) is float else _lifted(a, kind)
            y = get(b) if type(b) is Node else b if type(b) is float else _lifted(b, kind)
            if x is None or y is None:
                if x is None:
                    push(a)
                if y is None:
                    push(b)
                continue
            known: Sequence[Any] = (x, y)
        else:
            known = [get(a) if type(a) is Node else _lifted(a, kind) for a in arguments]
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


def _lifted(constant: Any, kind: str) -> Any:
    """A constant among the arguments of a node, as values of this kind have it."""
    if type(constant) is Constant:
        return exact.lift(constant)
    if kind is NODES:
        return constant
    if type(constant).__module__ == "numpy":
        if kind is FLOATS:
            raise _Other(ARRAYS)
        return constant
    return float(constant)


def _value_rule(operation: Operation | None, kind: str) -> Rule:
    if operation is None:
        raise _Other(NODES)  # an input without a value: it belongs to a function around this one
    if kind is FLOATS and not operation.is_elementwise:
        raise _Other(ARRAYS)
    return spoken(operation, kind).value


def _replaced(node: Node, known: Sequence[Any]) -> Any:
    """The value of a node among Nodes: itself, if nothing below it has another value."""
    if all(value is argument for value, argument in zip(known, node.arguments)):
        return node
    if any(type(value) is Node for value in known):
        return Node(node.operation, known)
    return spoken(node.operation, ARRAYS).value(*(_lifted(value, ARRAYS) for value in known))


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


# Local partials -----------------------------------------------------------------------------------------------------

_FIRST, _SECOND = "first", "second"
_PRODUCT = (_SECOND, _FIRST)


@lru_cache(maxsize=4096)
def _rules(operation: Operation, kind: str, structured: str) -> tuple[Any, ...]:
    """One rule for each argument: the row's partials, or else its `structured` rules ("vjps" or "jvps").

    In place of a partial stands an int where it is the same everywhere, and `_FIRST` or `_SECOND` where it is that
    one of two arguments. This is found by showing the rule arguments with which nothing can be done.
    """
    row = operation if kind is NODES else spoken(operation, kind)
    if not operation.is_elementwise:
        return getattr(row, structured)
    blank = [object() for _ in range(operation.arity + 1)]
    plain = {id(blank[1]): _FIRST, id(blank[2]): _SECOND} if operation.arity == 2 and kind is not NODES else {}
    found = []
    for rule in row.partials:
        try:
            result = rule(*blank)
        except Exception:  # the rule computes something
            result = None
        found.append(result if type(result) is int else plain.get(id(result), rule))
    return tuple(found)


def _part(operation: Operation, rule: Any, g: Any, y: Any, known: Sequence[Any]) -> Any:
    """What one argument contributes to a tangent, or is due of a cotangent g; None where that is zero."""
    try:
        if not operation.is_elementwise:
            return rule(g, y, *known)
        factor = rule if type(rule) is int else rule(y, *known)
    except (ValueError, ArithmeticError) as error:
        raise _no_partial(operation, known, error) from None
    if type(factor) is int:
        return g if factor == 1 else -g if factor == -1 else g * factor if factor else None
    return g * factor


def _no_partial(operation: Operation, known: Sequence[Any], error: BaseException) -> NoDerivative:
    reason = "division by zero" if isinstance(error, ZeroDivisionError) else str(error)
    at = ", ".join(number_text(v) if isinstance(v, (int, float)) else f"an array of shape {v.shape}" for v in known)
    return NoDerivative(f"{operation.name} has no derivative at {at}: {reason}.")


def _reverse(values: Values, found: dict[Node, Any], kind: str, arrays: bool) -> dict[Node, Any]:
    """The cotangents of the inputs. `values` and `found` are used up on the way."""
    rows: dict[Operation, tuple[bool, tuple]] = {}
    while values:
        node, y = values.popitem()
        operation = node.operation
        if operation is None or node not in found or y is node:
            continue
        g = found.pop(node)
        if operation not in rows:
            rules = _rules(operation, kind, "vjps")
            rows[operation] = (rules == _PRODUCT, rules)
        is_product, rules = rows[operation]
        arguments = node.arguments
        if is_product:
            a, b = arguments
            if type(a) is Node:
                part = g * (values[b] if type(b) is Node else b if type(b) is float else _lifted(b, kind))
                if arrays:
                    part = _fitted(part, values[a], arguments)
                found[a] = found[a] + part if a in found else part
            if type(b) is Node:
                part = g * (values[a] if type(a) is Node else a if type(a) is float else _lifted(a, kind))
                if arrays:
                    part = _fitted(part, values[b], arguments)
                found[b] = found[b] + part if b in found else part
            continue
        known = None
        for argument, rule in zip(arguments, rules):
            if type(argument) is not Node:
                continue
            if rule == 1:
                part = g
            else:
                if known is None:
                    known = [values[a] if type(a) is Node else _lifted(a, kind) for a in arguments]
                if rule is None or (kind is NODES and values[argument] is argument):
                    continue
                part = _part(operation, rule, g, y, known)
                if part is None:
                    continue
            if arrays and operation.is_elementwise:
                part = _fitted(part, values[argument], arguments)
            found[argument] = found[argument] + part if argument in found else part
    return found


def _fitted(part: Any, value: Any, arguments: Sequence[Any]) -> Any:
    """A cotangent in the shape of the value that it belongs to: what broadcasting repeated is summed again."""
    if type(part) is Node or type(value) is Node:
        return fit(part, value) if sum(type(a) is Node or hasattr(a, "shape") for a in arguments) > 1 else part
    return part if getattr(part, "shape", ()) == getattr(value, "shape", ()) else fit(part, value)


def _forward(values: Values, found: dict[Node, Any], kind: str, arrays: bool) -> dict[Node, Any]:
    """The tangents of all nodes that depend on those in `found`."""
    rows: dict[Operation, tuple] = {}
    for node, y in values.items():
        arguments = node.arguments
        if node.operation is None or not any(type(a) is Node and a in found for a in arguments):
            continue
        operation = node.operation
        if operation not in rows:
            rows[operation] = _rules(operation, kind, "jvps")
        known = [values[a] if type(a) is Node else _lifted(a, kind) for a in arguments]
        total = None
        for i, (argument, rule) in enumerate(zip(arguments, rows[operation])):
            if type(argument) is not Node or argument not in found or rule is None:
                continue
            t = found[argument]
            if rule is _FIRST or rule is _SECOND:
                part = t * known[rule is _SECOND]
            else:
                part = _part(operation, rule, t, y, known)
            if part is not None:
                total = part if total is None else total + part
        if total is not None:
            found[node] = _spread(total, y, arguments) if arrays and operation.is_elementwise else total
    return found


def _spread(total: Any, y: Any, arguments: Sequence[Any]) -> Any:
    """A tangent in the shape of the value that it belongs to: repeated as broadcasting repeats."""
    if type(total) is Node or type(y) is Node:
        return broadcast(total, y) if sum(type(a) is Node or hasattr(a, "shape") for a in arguments) > 1 else total
    return total if getattr(total, "shape", ()) == getattr(y, "shape", ()) else broadcast(total, y)
