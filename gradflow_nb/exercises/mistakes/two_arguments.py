"""Wrong backward passes at an operation of two arguments: a product, a quotient, a maximum taken by a wrong rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import reduce
from operator import add
from typing import Any

from ...core.edge import Edge
from ...core.linear import LinearMap, factor
from .maps import entries, is_factor, like, minus
from .passes import Pass, Wrong

_ELSEWHERE: dict[str, Callable[[Any], Any]] = {
    "to both": lambda m: 1,
    "to the other one": lambda m: 1 - m,
    "half to each": lambda m: Fraction(1, 2),
}
"""Where a maximum's gradient may be given, and what each argument's partial, 1 or 0, then is."""


def _places(p: Pass, *operations: str) -> Iterator[tuple[str, str, list[Edge], tuple[tuple[str, str], ...]]]:
    """Operations of these names on the way: the vertex, the name, its edges that are numbers, and what lights up."""
    found: dict[str, list[Edge]] = {}
    for name, node, _, edge in p.operations():
        if node.operation.name in operations and is_factor(edge):
            found.setdefault(name, []).append(edge)
    for name, edges in found.items():
        yield name, p.node(name).operation.name, edges, tuple(mark for edge in edges for mark in p.drawn(name, edge))


def product_rule(p: Pass) -> Iterator[Wrong]:
    """The product of the derivatives for the derivative of a product; of a quotient, their quotient."""
    for name, operation, edges, lit in _places(p, "mul", "div"):
        if len(edges) != 2:
            continue

        def wrong(name: str = name, edges: list[Edge] = edges, operation: str = operation) -> LinearMap:
            first, second = (p.below[edge.parent] for edge in edges)
            together = first @ second if operation == "mul" else first @ factor(1 / second.value)
            return minus(p.total, _share(p, edges)) + p.above[name] @ together

        what = "product" if operation == "mul" else "quotient"
        says = {"what": f"the derivative of a {what} is not the {what} of the derivatives"}
        yield Wrong(wrong, (name, what), lit, (p.owner(name),), None, says)


def maximum_routed(p: Pass) -> Iterator[Wrong]:
    """A maximum's gradient given to both arguments, to the wrong one, or half to each."""
    for name, operation, edges, lit in _places(p, "max", "min"):
        kind = "larger" if operation == "max" else "smaller"
        says = {"what": f"the {kind} argument gets all of the gradient and the other one nothing"}
        for to, partial in _ELSEWHERE.items():
            if to == "to both" and len(edges) == 1:
                continue  # of one alone that is the same as to the other one, or right

            def wrong(edges: list[Edge] = edges, partial: Callable[[Any], Any] = partial) -> LinearMap:
                changed = [p.through(edge, like(edge, partial(entries(edge)))) for edge in edges]
                return reduce(add, changed, minus(p.total, _share(p, edges)))

            yield Wrong(wrong, (name, to), lit, (p.owner(name),), None, says)


def _share(p: Pass, edges: list[Edge]) -> LinearMap:
    """What these edges contribute to the total."""
    return reduce(add, (p.through(edge, edge.map) for edge in edges))
