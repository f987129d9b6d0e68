"""Why a node has no value, as a sentence that names its equation and the values that broke it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..notation.plain import Equation, Name
from .graph import Graph
from .node import Node
from .written import value_formula, written


def reason(error: BaseException) -> str:
    """Why a row had no value, as the end of a sentence."""
    return "division by zero" if isinstance(error, ZeroDivisionError) else str(error) or "it is too large"


def no_value(graph: Graph, node: Node, arguments: list[Any], error: BaseException) -> str:
    """`In c = log(a - 2): log needs a positive number, and got -1, where a - 2 = -1.`"""
    name, name_of = equation_of(graph, node), _names(graph)
    at = []
    for argument, value in zip(node.arguments, arguments):
        if isinstance(argument, Node) and not argument.is_constant:
            formula = written(argument, name_of, own=False)
            at.append(f"{formula} = {value_formula(value)}")
    where = f", where {' and '.join(dict.fromkeys(at))}" if at else ""
    return f"The node {name} has no value here. In {_equation(graph, name)}: {reason(error)}{where}."


def misfit(graph: Graph, node: Node, arguments: list[Any], error: BaseException) -> str:
    """`In y = W @ x the shapes do not fit: W has shape (2, 3) and x has shape (2,).`"""
    name_of = _names(graph)
    shapes = []
    for argument, value in zip(node.arguments, arguments):
        formula = written(argument, name_of, own=False)
        shapes.append(f"{formula} has shape {getattr(value, 'shape', ())}")
    says = str(error)
    whole = _equation(graph, equation_of(graph, node))
    return f"In {whole} the shapes do not fit: {' and '.join(dict.fromkeys(shapes))}. {says[:1].upper()}{says[1:]}."


def _names(graph: Graph) -> Callable[[Node], str | None]:
    own = {id(node): name for name, node in graph.named.items()}
    return lambda node: own.get(id(node))


def _equation(graph: Graph, name: str) -> Equation:
    return Equation((Name(name), written(graph[name], _names(graph))))


def equation_of(graph: Graph, node: Node) -> str:
    """The name of the node in whose equation this operation stands."""
    own = {id(n): name for name, n in graph.named.items()}
    return own.get(id(node)) or next(name for name, n in graph.named.items() if node in _all_within(n, own))


def _all_within(top: Node, own: Mapping[int, str]) -> list[Node]:
    found, stack, seen = [], [top], {id(top)}
    while stack:
        for argument in stack.pop().arguments:
            if isinstance(argument, Node) and id(argument) not in own and id(argument) not in seen:
                seen.add(id(argument))
                found.append(argument)
                stack.append(argument)
    return found
