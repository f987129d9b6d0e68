"""The world of Nodes: every word makes a new node, so a row applied to nodes gives a graph."""

from __future__ import annotations

from fractions import Fraction

from ..node import Node
from ..operations import OPERATIONS, STRUCTURED, row

_ROW_OF = {"magnitude": "abs", "maximum": "max", "minimum": "min", "power": "pow", "total": "sum"}


def __getattr__(name: str):
    """The word `name` as a maker of nodes of the operation of that name."""
    operation = _ROW_OF.get(name, name)
    if operation in STRUCTURED:
        varying = operation in ("concat", "stack", "part", "place_part")

        def word(*arguments, **settings):
            if varying:
                settings["count"] = len(arguments) - (operation in ("part", "place_part"))
            return Node(row(operation, **settings), arguments)

        return word
    if operation not in OPERATIONS:
        raise AttributeError(f"no operation is called {name!r}")
    return lambda *arguments: Node(OPERATIONS[operation], arguments)


def choose(condition, x, y):
    """A condition that is a constant is decided at once; a node's is decided when the graph is evaluated."""
    return Node(OPERATIONS["where"], (condition, x, y)) if isinstance(condition, Node) else x if condition else y


where = choose


def constant(number, x):
    """Constants are not nodes: they stay numbers among a node's arguments."""
    return number if isinstance(number, float) else Fraction(number)
