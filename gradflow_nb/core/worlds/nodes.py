"""The world of Nodes: every word makes a new node, so a row applied to nodes gives a graph."""

from __future__ import annotations

from fractions import Fraction

from ..graph import Node
from ..operations import OPERATIONS


def __getattr__(name: str):
    """The word `name` as a maker of nodes of the operation of that name."""
    operation = OPERATIONS.get({"magnitude": "abs", "maximum": "max", "minimum": "min", "power": "pow"}.get(name, name))
    if operation is None:
        raise AttributeError(f"no operation is called {name!r}")

    def word(*arguments):
        return Node(operation, arguments)

    return word


def where(condition, x, y):
    """A condition that is a constant is decided at once; a node's is decided when the graph is evaluated."""
    return Node(OPERATIONS["where"], (condition, x, y)) if isinstance(condition, Node) else x if condition else y


def constant(number, x):
    """Constants are not nodes: they stay numbers among a node's arguments."""
    return number if isinstance(number, float) else Fraction(number)
