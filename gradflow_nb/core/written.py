"""A node's expression, or a value, as the formula that a person would write."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from ..notation.plain import (
    Bars, Call, Formula, Name, Negative, Number, Power, Product, Quotient, Root, Sum, exact_decimal,
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
        waiting = [a for a in current.arguments if isinstance(a, Node) and id(a) not in done]
        if waiting:
            stack.extend(reversed(waiting))
            continue
        parts = [done[id(a)] if isinstance(a, Node) else _constant(a) for a in current.arguments]
        done[id(current)] = _combine(current.operation.name, current.operation.symbol, parts)
    return done[id(node)]


def _constant(value: Any) -> Formula:
    if isinstance(value, Constant):
        return Name("π" if value.name == "pi" else value.name)
    return Number(value, decimal=isinstance(value, Fraction) and exact_decimal(value) is not None)


def _combine(operation: str, symbol: str, parts: list[Formula]) -> Formula:
    match operation, parts:
        case "add", [left, right]:
            return Sum((*(left.terms if isinstance(left, Sum) else (left,)), right))
        case "sub", [left, right]:
            return Sum((*(left.terms if isinstance(left, Sum) else (left,)), Negative(right)))
        case "mul", [left, right]:
            return Product((*(left.factors if isinstance(left, Product) else (left,)), right))
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
    """A number or a sympy expression as a formula."""
    if isinstance(value, (int, float, Fraction)):
        return Number(value)
    from .formula import from_sympy

    return from_sympy(value)
