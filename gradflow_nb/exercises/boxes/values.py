"""Answers as values: expressions with others put in, and numbers."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import inf
from typing import Any

from ...core.evaluate import NoValue, put_in
from ...core.node import Node, in_order
from ...core.operations import OPERATIONS
from ...core.worlds import exact


def times(left: Any, right: Any) -> Any:
    """The product of two expressions: nodes, numbers, or constants such as π."""
    return Node(OPERATIONS["mul"], [Fraction(side) if isinstance(side, int) else side for side in (left, right)])


def at(expression: Any, known: Mapping[int, Any]) -> Any:
    """An expression with others in place of its inputs, by their `id`; nothing is computed."""
    if not isinstance(expression, Node):
        return Fraction(expression) if isinstance(expression, int) else expression
    made: dict[int, Any] = dict(known)
    for node in in_order([expression]):
        if id(node) not in made:
            arguments = [made.get(id(a), a) if isinstance(a, Node) else a for a in node.arguments]
            made[id(node)] = Node(node.operation, arguments, node.name)
    return made[id(expression)]


def floated(number: Any) -> float:
    """A number as a float; one that is too large for it is infinite."""
    try:
        return float(number)
    except OverflowError:
        return inf if number > 0 else -inf


def evaluated(answer: Any, known: Mapping[int, Any] | None = None) -> Any:
    """An answer as a number, exact where it is, with the values of its names by `id`; None if it has none."""
    if answer is None:
        return None
    try:
        (value,) = put_in([answer], known or {}, exact.lift)
    except (NoValue, ArithmeticError, KeyError):
        return None
    return value
