"""A graph put into numbers or symbols: one pass over the operations, whatever world their values live in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ..errors import DomainError, InputError, NotScalar, ShapeError, Undefined, nearest
from .edge import Edge
from .explain import equation_of, misfit, no_value, reason
from .flow import GradientFlow
from .grains import CONVENTIONS, each, merged
from .graph import Graph
from .linear import Factor, LinearMap, Missing
from .node import Node, in_order
from .row import Operation
from .worlds import exact, is_array
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


def settled(value: Any) -> Any:
    """A number or an array as it is kept on a node; raises `Undefined` for what is not finite."""
    if isinstance(value, (Fraction, int, float)):
        return exact.settle(value)
    from .worlds import arrays

    return arrays.settle(value)


NUMBERS = World(exact.lift, settled)


def numeric_flow(graph: Graph, point: Mapping[str, Any]) -> GradientFlow:
    """`graph` at a point; see `Graph.at`."""
    for name in point:
        if name not in graph.inputs:
            hint = (
                "It has an equation of its own, so its value follows."
                if name in graph
                else nearest(str(name), graph.inputs)
                if graph.inputs
                else "It has none: write at()."
            )
            raise InputError(f"{name!r} is not an input of this graph. {hint}")
    missing = [name for name in graph.inputs if name not in point and name not in graph.defaults]
    if missing:
        example = ", ".join(f"{name}=1" for name in missing)
        raise InputError(f"A value is missing for {', '.join(missing)}: write at({example}), with your own numbers.")
    values = {}
    for name in graph.inputs:
        try:
            values[name] = entered(point[name] if name in point else graph.defaults[name])
        except (ValueError, Undefined) as reason:
            raise InputError(f"The input {name} cannot take this value: {reason}.") from None
    if any(map(is_array, values.values())):
        _check_roots(graph, values)
    return flow_in(graph, values, NUMBERS)


def _check_roots(graph: Graph, values: Mapping[str, Any]) -> None:
    """A gradient graph is of single numbers: raises `NotScalar` where what it is the derivative of is an array."""
    import numpy as np

    known = {id(graph.named[name]): np.asarray(value, float) for name, value in values.items()}
    for name, root in graph.roots.items():
        dropped = {id(node): 1.0 for node in in_order([root]) if node.operation is None and id(node) not in known}
        try:
            with np.errstate(all="ignore"):
                (value,) = put_in([root], known | dropped, lambda number: np.asarray(exact.lift(number), float))
        except NoValue:
            continue  # where it has no value its derivative may have one
        if is_array(value):
            raise NotScalar(
                f"This is the gradient of {name}, which is an array of shape {value.shape} at this point, and a "
                f"gradient is of a single number. Ask the graph itself: at(...).total({name!r}, ...) is the Jacobian."
            )


def entered(value: Any) -> Any:
    """A number or an array that a person gave; raises `ValueError` with the reason for anything else."""
    if isinstance(value, (list, tuple)) or (hasattr(value, "__array__") and getattr(value, "ndim", 0)):
        from .worlds import arrays

        return arrays.entered(value)
    return exact.exact(value)


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
    """The values of expressions in any world, given those of their inputs, and perhaps of other nodes, by `id`.

    `watch` is shown every value on the way. Raises `NoValue` for the first node that has none.
    """
    values = dict(known)
    for node in in_order(o for o in outputs if isinstance(o, Node)):
        if node.operation is not None and id(node) not in values:
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
                value = _as_written(node, own) if _has_no_formula(node, arguments, world) else None
                if value is None:
                    value = _value(node.operation, arguments)
                values[id(node)] = world.settle(value)
            except (*UNDEFINED, IndexError) as error:
                if isinstance(error, (ValueError, IndexError)) and any(map(is_array, arguments)):
                    raise ShapeError(misfit(graph, node, arguments, error)) from None
                raise DomainError(no_value(graph, node, arguments, error)) from None
            if isinstance(values[id(node)], float) and exact.was_rounded(value, node.operation.name, arguments):
                rounded.append(node)
        views[id(node)] = world.seen(own[id(node)], values[id(node)]) if id(node) in own else values[id(node)]

    def local(node: Node, index: int) -> LinearMap:
        arguments = _arguments(node, views, world)
        try:
            if not node.operation.is_elementwise or any(map(is_array, arguments)):
                return _local_map(node.operation, index, values[id(node)], arguments, world)
            return Factor(world.settle(node.operation.partials[index](values[id(node)], *arguments)))
        except UNDEFINED as error:
            at = ", ".join(str(value_formula(a)) for a in arguments)
            return Missing(f"{node.operation.name} has no derivative at {at} ({reason(error)})")

    def convention(node: Node) -> str | None:
        if node.operation.kink is None or world is not NUMBERS:
            return None
        at_kink = node.operation.kink(*_arguments(node, views, world)) == 0
        return CONVENTIONS[node.operation.name] if (at_kink.any() if is_array(at_kink) else at_kink) else None

    drawn = [n for n in graph.nodes if id(n) in own or (graph.expanded and not n.is_constant)]
    vertices = {id(n): graph.label(n) for n in drawn}
    rank = {name: i for i, name in enumerate(vertices.values())}
    edges: list[Edge] = []
    for node in (n for n in drawn if n.operation):
        if graph.expanded:
            edges += each(node, vertices, local, convention)
        else:
            edges += sorted(merged(node, vertices, local, convention), key=lambda edge: rank[edge.parent])
    equations = {vertices[id(n)]: written(n, lambda m: own.get(id(m))) for n in drawn if n.operation}
    known = {vertices[id(n)]: values[id(n)] for n in drawn}
    notes = [*graph.notes, *(_ROUNDED.format(equation_of(graph, node)) for node in rounded)]
    return GradientFlow(
        graph, tuple(known), tuple(edges), equations, known, world.symbolic, tuple(dict.fromkeys(notes))
    )


_ROUNDED = f"In the equation of {{}} a number has more than {exact.EXACT_DIGITS} digits; it is rounded from there on."


def _arguments(node: Node, views: Mapping[int, Any], world: World) -> list[Any]:
    """The values of a node's arguments; where arrays take part, exact numbers become floats as they are."""
    found = [views[id(a)] if isinstance(a, Node) else world.lift(a) for a in node.arguments]
    if not world.symbolic and (not node.operation.is_elementwise or any(map(is_array, found))):
        return [float(a) if isinstance(a, (int, Fraction)) else a for a in found]
    return found


def _has_no_formula(node: Node, arguments: Sequence[Any], world: World) -> bool:
    """In symbols: an operation that mixes the entries of arrays, or a formula longer than anybody reads."""
    if not world.symbolic:
        return False
    from .worlds.symbols import DEEPEST, LONGEST, depth, size

    long = sum(map(size, arguments)) > LONGEST or max(map(depth, arguments), default=0) > DEEPEST
    return long or not node.operation.is_elementwise


def _as_written(node: Node, own: Mapping[int, str]) -> Any:
    """What stands in symbols for an operation that mixes the entries of arrays: a symbol that is written so."""
    from .worlds.symbols import Written

    return Written(written(node, lambda m: own.get(id(m))))


def _value(operation: Operation, arguments: list[Any]) -> Any:
    """A row's value. Raises `Undefined` with the place for an entry that has none."""
    if not any(map(is_array, arguments)):
        return operation.value(*arguments)
    import numpy as np

    from .worlds.arrays import why_not

    with np.errstate(all="ignore"):
        value = operation.value(*arguments)
        if operation.is_elementwise and not np.isfinite(value).all():
            raise Undefined(why_not(operation.value, arguments, value))
    return value


def _local_map(operation: Operation, index: int, y: Any, arguments: list[Any], world: World) -> LinearMap:
    """The local partial of a row where arrays take part."""
    if world.symbolic:
        return Missing("it depends on the shapes of arrays; put them in with at(...)", "has no formula in symbols")
    import numpy as np

    from .jacobians import local_map

    with np.errstate(all="ignore"):  # numbers beside arrays are of the arrays' world: no exact 1 among floats
        return local_map(operation, index, y, tuple(np.float64(a) if isinstance(a, float) else a for a in arguments))
