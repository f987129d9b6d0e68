"""A node's expression, or a value, as the formula that a person would write."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from ..notation.plain import (
    Bars,
    Call,
    Formula,
    Name,
    Negative,
    Number,
    Power,
    Product,
    Quotient,
    Root,
    Sum,
    exact_decimal,
)  # fmt: skip
from .graph import Constant, Node


def written(node: Any, name_of: Callable[[Node], str | None], own: bool = True) -> Formula:
    """The expression of `node` as it was written, down to the nodes that `name_of` has a name for.

    With `own`, the node's own name is not used. Nothing is folded and nothing recursive.
    """
    if not isinstance(node, Node):
        return _constant(node)
    done: dict[int, Formula] = {}
    stack = [node]
    while stack:
        current = stack[-1]
        if id(current) in done:
            stack.pop()
            continue
        name = None if own and current is node else name_of(current)
        if name is not None or current.operation is None:
            done[id(current)] = Name(name or current.name or "?")
            continue
        run = _run(current, name_of)
        arguments = [argument for _, argument in run] or current.arguments
        waiting = [a for a in arguments if isinstance(a, Node) and id(a) not in done]
        if waiting:
            stack.extend(reversed(waiting))
            continue
        parts = [done[id(a)] if isinstance(a, Node) else _constant(a) for a in arguments]
        if run:
            parts = [Negative(part) if kind == "sub" else part for (kind, _), part in zip(run, parts)]
            done[id(current)] = Product(tuple(parts)) if current.operation.name == "mul" else Sum(tuple(parts))
        else:
            done[id(current)] = _combine(current.operation.name, current.operation.symbol, parts)
    return done[id(node)]


_RUNS = {"add": ("add", "sub"), "sub": ("add", "sub"), "mul": ("mul",)}


def _run(node: Node, name_of: Callable[[Node], str | None]) -> list[tuple[str, Any]]:
    """The operands of `a + b - c` or `a·b·c`, which lean left and need no brackets, each with how it is joined on."""
    alike = _RUNS.get(node.operation.name, ())
    found: list[tuple[str, Any]] = []
    current: Any = node
    while isinstance(current, Node) and current.operation and current.operation.name in alike:
        if current is not node and name_of(current) is not None:
            break
        found.append((current.operation.name, current.arguments[1]))
        current = current.arguments[0]
    return [("", current), *reversed(found)] if found else []


def _constant(value: Any) -> Formula:
    if isinstance(value, Constant):
        return Name("π" if value.name == "pi" else value.name)
    return Number(value, decimal=isinstance(value, Fraction) and exact_decimal(value) is not None)


def _combine(operation: str, symbol: str, parts: list[Formula]) -> Formula:
    match operation, parts:
        case "div", [left, right]:
            return Quotient(left, right)
        case "pow", [left, right]:
            return Power(left, right)
        case "neg", [operand]:
            return Negative(operand)
        case "same", [operand]:
            return operand
        case "sqrt", [operand]:
            return Root(operand)
        case "abs", [operand]:
            return Bars(operand)
    return Call(symbol, tuple(parts))


def value_formula(value: Any) -> Formula:
    """A number (of mpmath's too) or a sympy expression as a formula."""
    if isinstance(value, (int, float, Fraction)):
        return Number(value)
    if type(value).__module__.startswith("mpmath"):
        return Number(float(value))
    from .formula import from_sympy

    return from_sympy(value)
