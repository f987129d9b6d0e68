"""A graph put into numbers or symbols: one pass over the operations, whatever world their values live in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import DomainError, InputError, Undefined, nearest
from ..notation.plain import Equation, Name
from .flow import Edge, GradientFlow
from .graph import Graph, Node, in_order
from .linear import IDENTITY, Factor, LinearMap, Missing
from .worlds import exact
from .written import value_formula, written

UNDEFINED = (Undefined, ZeroDivisionError, OverflowError, ValueError)
"""What a row may raise where it has no value."""


@dataclass(frozen=True)
class World:
    """How a graph is put into values of one kind.

    `lift` makes a constant such a value, `settle` keeps a result fit to be stored (or raises `Undefined`), and
    `seen` is how a named node looks to the nodes that use it: its value, or in symbols its name.
    """

    lift: Callable[[Any], Any]
    settle: Callable[[Any], Any] = lambda value: value
    seen: Callable[[str, Any], Any] = lambda name, value: value
    symbolic: bool = False


NUMBERS = World(exact.lift, exact.settle)


def numeric_flow(graph: Graph, point: Mapping[str, Any]) -> GradientFlow:
    """`graph` at a point; see `Graph.at`."""
    for name in point:
        if name not in graph.inputs:
            hint = (
                "It has an equation of its own, so its value follows." if name in graph else nearest(name, graph.inputs)
            )
            raise InputError(f"{name!r} is not an input of this graph. {hint}")
    missing = [name for name in graph.inputs if name not in point and name not in graph.defaults]
    if missing:
        example = ", ".join(f"{name}=1" for name in missing)
        raise InputError(f"A value is missing for {', '.join(missing)}: write at({example}), with your own numbers.")
    values = {}
    for name in graph.inputs:
        try:
            values[name] = exact.exact(point[name] if name in point else graph.defaults[name])
        except (ValueError, Undefined) as reason:
            raise InputError(f"The input {name} cannot take this value: {reason}.") from None
    return flow_in(graph, values, NUMBERS)


def symbolic_flow(graph: Graph) -> GradientFlow:
    """`graph` in symbols; see `Graph.flow`."""
    import sympy

    from .worlds import symbols

    world = World(symbols.lift, symbols.settle, lambda name, value: sympy.Symbol(name), symbolic=True)
    return flow_in(graph, {name: sympy.Symbol(name) for name in graph.inputs}, world)


class NoValue(ArithmeticError):
    """Internal: `node` has no value, for this reason."""

    def __init__(self, node: Node, error: BaseException) -> None:
        self.node = node
        super().__init__(reason(error))


def put_in(
    outputs: Sequence[Any],
    known: Mapping[int, Any],
    lift: Callable[[Any], Any],
    watch: Callable[[Any], None] = lambda value: None,
) -> list[Any]:
    """The values of expressions in any world, given those of their inputs by the inputs' `id`.

    `watch` is shown every value on the way. Raises `NoValue` for the first node that has none.
    """
    values = dict(known)
    for node in in_order(o for o in outputs if isinstance(o, Node)):
        if node.operation is not None:
            arguments = [values[id(a)] if isinstance(a, Node) else lift(a) for a in node.arguments]
            try:
                values[id(node)] = node.operation.value(*arguments)
            except UNDEFINED as error:
                raise NoValue(node, error) from error
            watch(values[id(node)])
    return [values[id(o)] if isinstance(o, Node) else lift(o) for o in outputs]


def flow_in(graph: Graph, inputs: Mapping[str, Any], world: World) -> GradientFlow:
    """The flow of `graph` in any world. Raises `DomainError` where a node has no value."""
    own = {id(node): name for name, node in graph.named.items()}
    values: dict[int, Any] = {}
    views: dict[int, Any] = {}
    rounded: list[Node] = []
    for node in graph.nodes:
        if node.operation is None:
            values[id(node)] = inputs[own[id(node)]]
        else:
            arguments = _arguments(node, views, world)
            try:
                value = node.operation.value(*arguments)
                values[id(node)] = world.settle(value)
            except UNDEFINED as error:
                raise DomainError(_no_value(graph, node, arguments, error)) from None
            if isinstance(values[id(node)], float) and exact.was_rounded(value, node.operation.name, arguments):
                rounded.append(node)
        views[id(node)] = world.seen(own[id(node)], values[id(node)]) if id(node) in own else values[id(node)]

    def local(node: Node, index: int) -> LinearMap:
        arguments = _arguments(node, views, world)
        try:
            return Factor(world.settle(node.operation.partials[index](values[id(node)], *arguments)))
        except UNDEFINED as error:
            at = ", ".join(str(value_formula(a)) for a in arguments)
            return Missing(f"{node.operation.name} has no derivative at {at} ({reason(error)})")

    def convention(node: Node) -> str | None:
        if node.operation.kink is None or world.symbolic:
            return None
        return _CONVENTIONS[node.operation.name] if node.operation.kink(*_arguments(node, views, world)) == 0 else None

    drawn = [n for n in graph.nodes if id(n) in own or (graph.expanded and not n.is_constant)]
    vertices = {id(n): graph.label(n) for n in drawn}
    rank = {name: i for i, name in enumerate(vertices.values())}
    edges: list[Edge] = []
    for node in (n for n in drawn if n.operation):
        if graph.expanded:
            edges += _each(node, vertices, local, convention)
        else:
            edges += sorted(_merged(node, vertices, local, convention), key=lambda edge: rank[edge.parent])
    equations = {vertices[id(n)]: written(n, lambda m: own.get(id(m))) for n in drawn if n.operation}
    known = {vertices[id(n)]: values[id(n)] for n in drawn}
    notes = [*graph.notes, *(_ROUNDED.format(_equation_of(graph, node)) for node in rounded)]
    return GradientFlow(
        graph, tuple(known), tuple(edges), equations, known, world.symbolic, tuple(dict.fromkeys(notes))
    )


_ROUNDED = f"In the equation of {{}} a number has more than {exact.EXACT_DIGITS} digits; it is rounded from there on."


_CONVENTIONS = {
    "relu": "relu has a kink at 0; the slope is taken as 0 there",
    "abs": "|x| has a kink at 0; the slope is taken as 0 there",
    "max": "max of equal arguments; each is given the slope 1/2",
    "min": "min of equal arguments; each is given the slope 1/2",
    "sign": "sign jumps at 0; the slope is taken as 0 everywhere",
    "step": "step jumps at 0; the slope is taken as 0 everywhere",
}


def _arguments(node: Node, views: Mapping[int, Any], world: World) -> list[Any]:
    return [views[id(a)] if isinstance(a, Node) else world.lift(a) for a in node.arguments]


_Local = Callable[[Node, int], LinearMap]
_Convention = Callable[[Node], str | None]


def _each(node: Node, vertices: Mapping[int, str], local: _Local, convention: _Convention) -> list[Edge]:
    """The edges of one operation: one for each argument that is not constant."""
    return [
        Edge(vertices[id(node)], vertices[id(argument)], local(node, i), convention(node))
        for i, argument in enumerate(node.arguments)
        if isinstance(argument, Node) and not argument.is_constant
    ]


def _merged(top: Node, vertices: Mapping[int, str], local: _Local, convention: _Convention) -> list[Edge]:
    """The edges of one equation in the named grain: a reverse sweep inside it, parallel edges merged."""
    found: dict[int, LinearMap] = {id(top): IDENTITY}
    marks: dict[int, dict[str, None]] = {id(top): {}}
    for node in _within(top, vertices):
        said = convention(node)
        mark = {**marks[id(node)], **({said: None} if said else {})}
        for i, argument in enumerate(node.arguments):
            if isinstance(argument, Node) and not argument.is_constant:
                part = found[id(node)] @ local(node, i)
                found[id(argument)] = found[id(argument)] + part if id(argument) in found else part
                marks[id(argument)] = {**marks.get(id(argument), {}), **mark}
    child = vertices[id(top)]
    return [
        Edge(child, vertices[key], found[key], "; ".join(marks[key]) or None)
        for key in found
        if key in vertices and key != id(top)
    ]


def _within(top: Node, vertices: Mapping[int, str]) -> list[Node]:
    """The operations of one equation, each before its arguments."""
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


def reason(error: BaseException) -> str:
    """Why a row had no value, as the end of a sentence."""
    return "division by zero" if isinstance(error, ZeroDivisionError) else str(error) or "it is too large"


def _no_value(graph: Graph, node: Node, arguments: list[Any], error: BaseException) -> str:
    """`In c = log(a - 2): log needs a positive number, and got -1, where a - 2 = -1.`"""
    own = {id(n): name for name, n in graph.named.items()}
    name = _equation_of(graph, node)
    whole = Equation((Name(name), written(graph[name], lambda m: own.get(id(m)))))
    at = []
    for argument, value in zip(node.arguments, arguments):
        if isinstance(argument, Node) and not argument.is_constant:
            formula = written(argument, lambda m: own.get(id(m)), own=False)
            at.append(f"{formula} = {value_formula(value)}")
    where = f", where {' and '.join(dict.fromkeys(at))}" if at else ""
    return f"The node {name} has no value here. In {whole}: {reason(error)}{where}."


def _equation_of(graph: Graph, node: Node) -> str:
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
