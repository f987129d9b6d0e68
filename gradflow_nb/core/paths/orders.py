"""The orders in which all inner nodes of a flow can be eliminated, compared by what they cost.

Once only inputs and outputs are left, the edges are the whole Jacobian, and the order decides the number of
multiplications. A product of Jacobians, m×k by k×n, counts m·k·n: they are taken as dense. To find the best order
is hard (Naumann, Optimal Jacobian accumulation is NP-complete, 2008).

Source: Griewank and Walther, Evaluating Derivatives, 2nd ed. (2008), ch. 9 and 10, Markowitz's rule among them.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..display import Shown
from ..worlds import is_array

if TYPE_CHECKING:
    from ..flow import GradientFlow

MOST_TRIED = 8
"""Up to so many inner nodes the best order is found for certain."""


def inner_nodes(flow: GradientFlow) -> tuple[str, ...]:
    """The nodes that are neither inputs nor outputs, in topological order."""
    ends = {*flow.graph.inputs, *flow.outputs}
    return tuple(name for name in flow.names if name not in ends)


def sizes(flow: GradientFlow) -> dict[str, int]:
    """How many entries each node has; 1 for numbers, and in symbols, where shapes are not known."""
    return {name: value.size if is_array(value) else 1 for name, value in flow.known.items()}


@dataclass(frozen=True, slots=True)
class Order:
    """An order in which all inner nodes are eliminated, and how many multiplications that takes."""

    called: str
    nodes: tuple[str, ...]
    multiplications: int


@dataclass(frozen=True, repr=False)
class Orders(Shown):
    """Orders of elimination, compared; prints as a small table. `certain` says whether `best` is surely the best."""

    forward: Order
    reverse: Order
    best: Order
    certain: bool

    def __repr__(self) -> str:
        rows = [("order", "multiplications", "nodes eliminated")]
        for order in (self.forward, self.reverse, self.best):
            nodes = ", ".join(order.nodes[:12]) + (", …" if len(order.nodes) > 12 else "")
            rows.append((order.called, str(order.multiplications), nodes or "none"))
        widths = [max(len(row[i]) for row in rows) for i in range(2)]
        return "\n".join(f"{a:<{widths[0]}}  {b:<{widths[1]}}  {c}".rstrip() for a, b, c in rows)


def orders(flow: GradientFlow) -> Orders:
    """Forward (inputs first), reverse (outputs first) and the best order of elimination, compared.

    Up to 8 inner nodes the best is the best of all orders; past that it is what Markowitz's rule finds, which
    takes the node with the fewest multiplications next, or forward or reverse if they are no worse. Between arrays
    the sizes count: a product of Jacobians, m×k by k×n, takes m·k·n multiplications.

    >>> from gradflow_nb import graph
    >>> orders(graph("u = a b; v = sin(u); w = exp(v); y = w^2; z = 3w").flow())
    order               multiplications  nodes eliminated
    forward             8                u, v, w
    reverse             8                w, v, u
    best of all orders  7                v, u, w
    """
    nodes = inner_nodes(flow)
    web = _Web(flow)
    forward = Order("forward", nodes, web.cost(nodes))
    reverse = Order("reverse", nodes[::-1], web.cost(nodes[::-1]))
    if len(nodes) <= MOST_TRIED:
        return Orders(forward, reverse, _best(web, nodes), True)
    greedy = _markowitz(_Web(flow), nodes)
    best = min((greedy, forward, reverse), key=lambda order: order.multiplications)
    return Orders(forward, reverse, Order("best found (Markowitz)", best.nodes, best.multiplications), False)


class _Web:
    """Who uses whom, and how large they are: enough to count multiplications."""

    def __init__(self, flow: GradientFlow) -> None:
        self.size = sizes(flow)
        self.into: dict[str, set[str]] = {name: set() for name in flow.names}
        self.out: dict[str, set[str]] = {name: set() for name in flow.names}
        for edge in flow.edges:
            self.into[edge.child].add(edge.parent)
            self.out[edge.parent].add(edge.child)

    def price(self, name: str) -> int:
        """The multiplications that eliminating this node now takes."""
        return self.size[name] * self.entries(self.into[name]) * self.entries(self.out[name])

    def entries(self, names: Iterable[str]) -> int:
        """How many entries these nodes have in all."""
        return sum(self.size[name] for name in names)

    def remove(self, name: str) -> None:
        for child in self.out[name]:
            self.into[child] |= self.into[name]
            self.into[child].discard(name)
        for parent in self.into[name]:
            self.out[parent] |= self.out[name]
            self.out[parent].discard(name)

    def cost(self, nodes: Iterable[str]) -> int:
        """The multiplications of a whole order; this web stays as it is."""
        other = _Web.__new__(_Web)
        other.size = self.size
        other.into, other.out = ({name: set(ends) for name, ends in way.items()} for way in (self.into, self.out))
        total = 0
        for name in nodes:
            total += other.price(name)
            other.remove(name)
        return total


def _best(web: _Web, nodes: tuple[str, ...]) -> Order:
    """Dynamic programming over the sets of nodes that are gone: what is left depends on the set, not on its order."""

    def reach(name: str, gone: int, ways: dict[str, set[str]]) -> int:
        """How many entries the nodes that are still there and that this one has edges with have, on one side."""
        found: set[str] = set()
        stack, seen = [name], {name}
        while stack:
            for end in ways[stack.pop()] - seen:
                seen.add(end)
                if end in bit and gone >> bit[end] & 1:
                    stack.append(end)
                else:
                    found.add(end)
        return web.entries(found)

    bit = {name: i for i, name in enumerate(nodes)}
    best: dict[int, tuple[int, tuple[str, ...]]] = {0: (0, ())}
    for gone in range(1, 1 << len(nodes)):
        candidates = []
        for name, i in bit.items():
            if gone >> i & 1:
                total, order = best[gone ^ 1 << i]
                price = web.size[name] * reach(name, gone ^ 1 << i, web.into) * reach(name, gone ^ 1 << i, web.out)
                candidates.append((total + price, (*order, name)))
        best[gone] = min(candidates, key=lambda found: (found[0], [bit[name] for name in found[1]]))
    total, order = best[(1 << len(nodes)) - 1]
    return Order("best of all orders", order, total)


def _markowitz(web: _Web, nodes: tuple[str, ...]) -> Order:
    """The cheapest node next, ties in topological order."""
    rank = {name: i for i, name in enumerate(nodes)}
    waiting = [(web.price(name), i) for name, i in rank.items()]
    heapq.heapify(waiting)
    order: list[str] = []
    total, gone = 0, set()
    while waiting:
        price, i = heapq.heappop(waiting)
        name = nodes[i]
        if name in gone or price != web.price(name):
            continue  # an entry that a later one replaced
        gone.add(name)
        order.append(name)
        total += price
        near = (web.into[name] | web.out[name]) & rank.keys()
        web.remove(name)
        for other in near - gone:
            heapq.heappush(waiting, (web.price(other), rank[other]))
    return Order("best found (Markowitz)", tuple(order), total)
