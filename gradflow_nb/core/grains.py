"""The edges of a graph in its two grains: one for each argument of each operation, or one for each variable of each
equation."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping

from .edge import Edge
from .linear import IDENTITY, Factor, LinearMap, Missing
from .node import Node

CONVENTIONS = {
    "relu": "relu has a kink at 0; the slope is taken as 0 there",
    "abs": "|x| has a kink at 0; the slope is taken as 0 there",
    "max": "the arguments of max are equal; each is given the slope 1/2",
    "min": "the arguments of min are equal; each is given the slope 1/2",
    "amax": "the largest entries are equal; they share the slope evenly",
    "amin": "the smallest entries are equal; they share the slope evenly",
    "norm": "norm has a kink at 0; the slope is taken as 0 there",
    "sign": "sign jumps at 0; the slope is taken as 0 everywhere",
    "step": "step jumps at 0; the slope is taken as 0 everywhere",
}
"""What is said of an edge on which a kink's convention stands for a derivative, by the row's name."""

Local = Callable[[Node, int], LinearMap]
Convention = Callable[[Node], str | None]


def each(node: Node, vertices: Mapping[int, str], local: Local, convention: Convention) -> list[Edge]:
    """The edges of one operation: one for each argument that is not constant."""
    return [
        Edge(vertices[id(node)], vertices[id(argument)], plain(local(node, i)), convention(node))
        for i, argument in enumerate(node.arguments)
        if isinstance(argument, Node) and not argument.is_constant
    ]


def merged(top: Node, vertices: Mapping[int, str], local: Local, convention: Convention) -> list[Edge]:
    """The edges of one equation in the named grain: a reverse sweep inside it, parallel edges merged."""
    found: dict[int, LinearMap] = {id(top): IDENTITY}
    marks: dict[int, dict[str, None]] = {id(top): {}}
    for node in within(top, vertices):
        said = convention(node)
        mark = {**marks[id(node)], **({said: None} if said else {})}
        for i, argument in enumerate(node.arguments):
            if isinstance(argument, Node) and not argument.is_constant:
                part = found[id(node)] @ local(node, i)
                found[id(argument)] = found[id(argument)] + part if id(argument) in found else part
                marks[id(argument)] = {**marks.get(id(argument), {}), **mark}
    child = vertices[id(top)]
    return [
        Edge(child, vertices[key], plain(found[key]), "; ".join(marks[key]) or None)
        for key in found
        if key in vertices and key != id(top)
    ]


def plain(found: LinearMap) -> LinearMap:
    """A map between two scalars as one factor, also where arrays lie between them."""
    if isinstance(found, (Factor, Missing)):
        return found
    from .jacobians import collapsed

    return collapsed(found)


def within(top: Node, vertices: Container[int]) -> list[Node]:
    """The operations of one equation, each before its arguments; `vertices` are the others, by their `id`."""
    order: list[Node] = []
    done = {id(top)}
    stack = [(top, iter(top.parents))]
    while stack:
        node, parents = stack[-1]
        for parent in parents:
            if id(parent) not in vertices and id(parent) not in done:
                done.add(id(parent))
                stack.append((parent, iter(parent.parents)))
                break
        else:
            order.append(node)
            stack.pop()
    return order[::-1]
