"""What each operation passes on in a sweep: a cotangent to its arguments, or their tangents to its result.

Elementwise rows give a factor for each argument, structured rows a rule that applies the Jacobian or its transpose.
No Jacobian is written down. What broadcasting repeated is summed again (reverse), or repeated (forward).

Source of the mathematics: Griewank and Walther, Evaluating Derivatives, 2nd ed. (2008), sections 3.1 and 3.2.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from ...errors import NoDerivative
from ...notation.plain import number_text
from ..node import Node
from ..row import Operation
from ..worlds import broadcast, fit
from .spoken import NODES, lifted, spoken

Values = dict[Node, Any]

_FIRST, _SECOND = "first", "second"
_PRODUCT = (_SECOND, _FIRST)


@lru_cache(maxsize=4096)
def rules_of(operation: Operation, kind: str, structured: str) -> tuple[Any, ...]:
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


def reverse(values: Values, found: dict[Node, Any], kind: str, arrays: bool) -> dict[Node, Any]:
    """The cotangents of the inputs. `values` and `found` are used up on the way."""
    rows: dict[Operation, tuple[bool, tuple]] = {}
    while values:
        node, y = values.popitem()
        operation = node.operation
        if operation is None or node not in found or y is node:
            continue
        g = found.pop(node)
        if operation not in rows:
            rules = rules_of(operation, kind, "vjps")
            rows[operation] = (rules == _PRODUCT, rules)
        is_product, rules = rows[operation]
        arguments = node.arguments
        if is_product:
            a, b = arguments
            if type(a) is Node:
                part = g * (values[b] if type(b) is Node else b if type(b) is float else lifted(b, kind))
                if arrays:
                    part = _fitted(part, values[a], arguments)
                found[a] = found[a] + part if a in found else part
            if type(b) is Node:
                part = g * (values[a] if type(a) is Node else a if type(a) is float else lifted(a, kind))
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
                    known = [values[a] if type(a) is Node else lifted(a, kind) for a in arguments]
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


def forward(values: Values, found: dict[Node, Any], kind: str, arrays: bool) -> dict[Node, Any]:
    """The tangents of all nodes that depend on those in `found`."""
    rows: dict[Operation, tuple] = {}
    for node, y in values.items():
        arguments = node.arguments
        if node.operation is None or not any(type(a) is Node and a in found for a in arguments):
            continue
        operation = node.operation
        if operation not in rows:
            rows[operation] = rules_of(operation, kind, "jvps")
        known = [values[a] if type(a) is Node else lifted(a, kind) for a in arguments]
        total = None
        for argument, rule in zip(arguments, rows[operation]):
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
