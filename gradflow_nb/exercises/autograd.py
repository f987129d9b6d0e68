"""What PyTorch's autograd does with a graph: what it follows, what it keeps for the backward pass, what shares memory.

PyTorch is not needed: the rules are those of PyTorch 2.13 for the spelling in `core.derived.spelling`, and tests hold
them to it. An operation keeps the values that its backward pass needs. A value that is kept must not be changed in
place, and the first backward pass frees it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ..core.derived.listing import inner
from ..core.graph import Graph
from ..core.node import Node
from ..core.operations import Pick

_KEEPS_ARGUMENTS = set(
    "log log10 sin cos asin acos atan sinh cosh asinh acosh atanh abs softplus sec csc max min".split()
    + "amax amin norm logsumexp winners".split()
)
_KEEPS_RESULT = set("exp sqrt tan tanh sigmoid relu step softmax amax amin norm logsumexp".split())
_PRODUCTS = {"mul", "matmul", "dot", "outer", "matmul_t", "t_matmul"}
"""Each factor is kept for the gradient of the other one."""
_KEEPS_NOTHING = set(
    "add sub neg same sign sum mean transpose reshape reshape_like item concat stack spread broadcast fit".split()
    + "part place_part".split()
)
_SAME_MEMORY = {"transpose", "reshape", "reshape_like", "item", "spread", "broadcast", "fit", "part"}
_MAY_COPY = {"reshape", "reshape_like", "part", "fit", "logsumexp", "softmax"}
_SCATTERED = {"transpose", "item", "spread", "broadcast"}
"""Rows after which entries lie in another order, or not side by side: then the rows in `_MAY_COPY` copy."""


class Autograd:
    """A graph whose inputs `leaves` require a gradient, and perhaps one edge (child, parent) that is detached.

    >>> from gradflow_nb import graph
    >>> rules = Autograd(graph("p = x^2; q = 3p; z = q + u"), ["x"])
    >>> rules.follows("z"), rules.reaches("z", "u"), rules.frees("z"), rules.spoils("z", "q"), rules.spoils("z", "x")
    (True, False, True, False, True)
    """

    def __init__(self, graph: Graph, leaves: Iterable[str], detached: tuple[str, str] | None = None) -> None:
        self.graph = graph
        self._cut = {id(node) for node in inner(graph, detached[0])} if detached else set()
        self._held = graph[detached[1]] if detached else None
        self._named = {id(node) for node in graph.named.values()}
        self._followed = {id(graph[name]) for name in leaves}
        for node in graph.nodes:
            if any(id(argument) in self._followed for argument in self._connected(node)):
                self._followed.add(id(node))

    def follows(self, name: str) -> bool:
        """Whether a node requires a gradient."""
        return id(self.graph[name]) in self._followed

    def reaches(self, of: str, wrt: str) -> bool:
        """Whether the backward pass from `of` comes to `wrt`."""
        return any(node is self.graph[wrt] for node in self._backward(of))

    def connects(self, child: str, parent: str) -> bool:
        """Whether a gradient flows from `child` to `parent` inside the equation of `child`."""
        source = self.graph[parent]
        return any(argument is source for node in inner(self.graph, child) for argument in self._connected(node))

    def frees(self, of: str) -> bool:
        """Whether the backward pass from `of` uses a value that was kept."""
        return any(node.operation is not None and _is_freed(node) for node in self._backward(of))

    def spoils(self, of: str, edited: str) -> bool:
        """Whether the backward pass from `of` needs the value that is overwritten by changing `edited` in place."""
        memory = _memory(self.graph[edited])
        return any(_memory(kept) is memory for node in self._backward(of) for kept in self._kept(node))

    def is_clear(self, edited: str) -> bool:
        """Whether `spoils` can be told: the node has its own memory, and no order of entries decides what shares it."""
        node = self.graph[edited]
        operations = [n for n in self.graph.nodes if n.operation is not None]
        scattered = any(n.operation.name in _SCATTERED for n in operations)
        copied = any(n.operation.name in _MAY_COPY and _memory(_first(n)) is node for n in operations)
        return _memory(node) is node and not (scattered and copied)

    def _connected(self, node: Node) -> Iterator[Node]:
        """The arguments to which a backward pass can go on from a node."""
        row = node.operation
        for i, argument in enumerate(node.arguments):
            passes = i > 0 if row.name == "where" else row.is_elementwise or row.name == "winners" or row.vjps[i]
            if passes and isinstance(argument, Node) and not (id(node) in self._cut and argument is self._held):
                yield argument

    def _backward(self, of: str) -> list[Node]:
        """The nodes that the backward pass from `of` comes to."""
        found: dict[int, Node] = {}
        stack = [self.graph[of]]
        while stack:
            node = stack.pop()
            if id(node) in self._followed and id(node) not in found:
                found[id(node)] = node
                stack += self._connected(node)
        return list(found.values())

    def _kept(self, node: Node) -> list[Node]:
        """The nodes whose values a node keeps for its backward pass."""
        if node.operation is None:
            return []
        name, arguments = node.operation.name, node.arguments
        followed = [isinstance(a, Node) and id(a) in self._followed for a in arguments]
        numbers = [self._is_number(a) for a in arguments]
        kept: list[Any] = list(arguments) if name in _KEEPS_ARGUMENTS else []
        if name in _PRODUCTS:
            kept = [a for a, other in zip(arguments, reversed(followed)) if other]
        elif name == "div":
            kept = arguments[: followed[1]] + (() if numbers[0] else arguments[1:])  # 3/x keeps its result, inside
        elif name == "pow":
            kept = [*arguments, *([] if numbers[1] else [node])]
        if name in _KEEPS_RESULT:
            kept = [*kept, node]
        return [a for a in kept if isinstance(a, Node)]

    def _is_number(self, argument: Any) -> bool:
        """Whether a number of Python stands here, and no tensor."""
        if not isinstance(argument, Node):
            return not hasattr(argument, "shape")
        return argument.is_constant and id(argument) not in self._named and argument.operation.is_elementwise


def _is_freed(node: Node) -> bool:
    return node.operation.name not in _KEEPS_NOTHING or _is_copied(node)


def _is_copied(node: Node) -> bool:
    """Whether an index has lists in it; their places are kept, and the entries copied."""
    return any(isinstance(entry, Pick) for entry in dict(node.operation.settings).get("index", ()))


def _first(node: Node) -> Any:
    return node.arguments[0] if node.arguments else None


def _memory(node: Any) -> Any:
    """The node whose memory a node's value lies in: its own, or that of what it is a view of."""
    while isinstance(node, Node) and node.operation is not None and node.operation.name in _SAME_MEMORY:
        index = dict(node.operation.settings).get("index", ())
        if _is_copied(node) or any((getattr(entry, "step", None) or 1) < 0 for entry in index):  # a flip copies
            break
        node = _first(node)
    return node
