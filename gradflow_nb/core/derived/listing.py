"""A graph as lines of PyTorch, one an equation: what `to_torch` writes, and the programs of questions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..grains import within
from ..node import Node
from ..worlds import exact
from .identifiers import Identifiers, identifier
from .literals import ATOM, Text, array, number, tensor
from .spelling import HELPERS, helper, spelled

if TYPE_CHECKING:
    from ..graph import Graph

_LONGEST = 80
"""An expression inside an equation that is longer than this gets a line of its own."""
_ARITHMETIC = ("add", "sub", "mul", "div", "pow", "neg", "same")


class Listing:
    """The lines of a graph. `lines` are pairs (identifier, right side), in an order in which they can run.

    `names` gives the identifier of every name, `helpers` are the functions that the lines call, as source. `dtype` is
    the type of constants that have to be tensors ("": PyTorch's own choice). `detached` is an edge (child, parent) over
    which no gradient flows. Raises `GradflowError` for an opaque function.

    >>> from gradflow_nb import graph
    >>> Listing(graph("d = 5b + 6; e = 7d + d^2")).lines
    [('d', '5 * b + 6'), ('e', '7 * d + d ** 2')]
    """

    def __init__(self, graph: Graph, dtype: str = "", detached: tuple[str, str] | None = None) -> None:
        rows = {helper(node.operation): None for node in graph.nodes if node.operation is not None}
        called = [name for name in rows if name]
        self.helpers = tuple(HELPERS[name] for name in called)
        self.names = Identifiers(["torch", "print", "range", "tuple", *called])
        self.lines: list[tuple[str, str]] = []
        self._graph, self._dtype = graph, dtype
        for name in sorted(graph.names, key=lambda name: identifier(name) != name):  # what is fine stays as it is
            self.names(name)
        self._cut: set[int] = set()
        self._held: dict[int, Text] = {}
        if detached:
            child, parent = detached
            self._cut = {id(node) for node in inner(graph, child)}
            self._held = {id(graph[parent]): Text(f"{self.names(parent)}.detach()")}
        self._texts: dict[int, Text] = {}
        self._write()

    def _write(self) -> None:
        values: dict[int, Any] = {}
        own = {id(node): name for name, node in self._graph.named.items()}
        uses = Counter(id(a) for node in self._graph.nodes for a in node.arguments if isinstance(a, Node))
        for node in self._graph.nodes:
            name = own.get(id(node))
            if node.operation is None:
                self._texts[id(node)] = Text(self.names(name))
                continue
            written = _folded(node, values) or self._expression(node, values)
            if name is not None:
                written = tensor(written, self._dtype)
                self.lines.append((self.names(name), written.text))
                written = Text(self.names(name))
            elif len(written.text) > _LONGEST or (uses[id(node)] > 1 and not written.number):
                written = self._own_line("constant" if node.is_constant else self._graph.label(node), written)
            self._texts[id(node)] = written

    def _expression(self, node: Node, values: Mapping[int, Any]) -> Text:
        parts = [self._part(node, argument) for argument in node.arguments]
        if all(part.number for part in parts) and id(node) not in values:
            parts = [tensor(part, self._dtype) for part in parts]  # PyTorch says nan or inf where Python would raise
        return spelled(node.operation, parts, self._dtype)

    def _part(self, node: Node, argument: Any) -> Text:
        """An argument of a node."""
        if id(node) in self._cut and id(argument) in self._held:
            return self._held[id(argument)]
        if not isinstance(argument, Node) and not hasattr(argument, "shape"):
            return number(argument)
        if id(argument) not in self._texts:  # an array
            written = array(argument, self._dtype)
            self._texts[id(argument)] = written if len(written.text) <= _LONGEST else self._own_line("array", written)
        return self._texts[id(argument)]

    def _own_line(self, name: str, written: Text) -> Text:
        made = self.names.fresh(name)
        self.lines.append((made, written.text))
        return Text(made, ATOM, written.number)


def inner(graph: Graph, name: str) -> list[Node]:
    """The operations of one equation: its node, and the nameless ones inside it."""
    return within(graph[name], {id(node) for node in graph.named.values()})


def _folded(node: Node, values: dict[int, Any]) -> Text | None:
    """A constant operation on numbers as one number, or None where it has none, or is clearer written out (2π).

    `values` has those of the constant operations before, and gets this one.
    """
    arguments = [values.get(id(a)) if isinstance(a, Node) else a for a in node.arguments]
    if not node.operation.is_elementwise or any(a is None or hasattr(a, "shape") for a in arguments):
        return None
    try:
        value = node.operation.value(*map(exact.lift, arguments))
    except (ArithmeticError, ValueError):
        return None
    values[id(node)] = value
    return None if isinstance(value, float) and node.operation.name in _ARITHMETIC else number(value)
