"""The gradient of a graph as a graph: the reverse sweep carried out on Nodes.

The table's rules, given Nodes, make Nodes. So a derivative is an expression like any other, and can be drawn, asked
about and differentiated again.

Source of the mathematics: Griewank and Walther, Evaluating Derivatives, 2nd ed. (2008), sections 3.2 and 3.3.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from ...errors import NotExpressible
from ..graph import Graph
from ..node import Node, in_order
from ..operations import OPERATIONS, row
from .fold import folded, has_arrays

Derivative = tuple[str, tuple[str, ...]]
"""What a derivative is of, and by what it was taken, in turn: ("g", ("a", "a"))."""


def adjoints(order: Sequence[Node], of: Node, seed: Any = 1) -> dict[Node, Any]:
    """d of / d node as an expression (a Node or a number), for every node of `order` that `of` depends on.

    `order` has every node after its arguments. Nothing is folded here. A node that is missing from the result has
    the derivative 0. Where there are arrays, `of` is a scalar, or `seed` a Node of its shape.
    Raises `NotExpressible` at an opaque function.
    """
    arrays = any(map(has_arrays, order))
    found: dict[Node, Any] = {of: seed}
    for node in reversed(order):
        if node in found and node.operation is not None and not node.is_constant:
            for i, argument in enumerate(node.arguments):
                if isinstance(argument, Node) and not argument.is_constant:
                    part = cotangent(node, i, found[node], arrays)
                    if part is not None:
                        found[argument] = _combined("add", found[argument], part) if argument in found else part
    return found


def cotangent(node: Node, i: int, g: Any, arrays: bool = False) -> Any:
    """What `node`, whose cotangent is g, passes on to its argument number i; None where that is zero everywhere.

    With `arrays`, what broadcasting repeated is summed again.
    """
    operation = node.operation
    if operation.name == "opaque":
        raise NotExpressible(f"{operation.symbol} is an opaque function, so its derivative has no formula.")
    arguments = [a if isinstance(a, Node) else Node(OPERATIONS["same"], (a,)) for a in node.arguments]
    if not operation.is_elementwise:
        rule = operation.vjps[i]
        return None if rule is None else rule(g, node, *arguments)
    partial = operation.partials[i](node, *arguments)
    if not isinstance(partial, Node) and partial == 0:
        return None
    part = _combined("mul", g, partial)
    broadcasts = arrays and sum(isinstance(a, Node) or hasattr(a, "shape") for a in node.arguments) > 1
    return Node(row("fit"), (part, node.arguments[i])) if broadcasts else part


def _combined(name: str, a: Any, b: Any) -> Any:
    """a + b or a · b: a number where both are numbers."""
    if isinstance(a, (int, Fraction)) and isinstance(b, (int, Fraction)):
        return a + b if name == "add" else a * b
    if name == "mul":
        for one, other in ((a, b), (b, a)):
            if isinstance(one, (int, Fraction)) and one == 1:
                return other
    return Node(OPERATIONS[name], (a, b))


def gradient_graph(graph: Graph, of: str, wrt: str | Iterable[str]) -> Graph:
    """d of / d wrt as a graph, folded and shared; `wrt` is the name of a node, or several.

    The nodes that it needs from `graph` keep their names and stand as they were written. The derivative is called
    `dg_da`, a second one `d2g_da2` or `d2g_da_db`, with `_` after it where that name is taken; the derivatives met
    on the way are nodes too. The sign d means the total derivative, along all paths. Raises `UnknownName`, and
    `NotExpressible` at an opaque function. `derivatives` of the result says what each new name stands for.

    >>> from gradflow_nb import graph
    >>> chain = graph("b = 5 - 3a; c = 2b + 3; d = 5b + 6; e = 7c + d^2; f = 2e; g = 3f - o")
    >>> first = gradient_graph(chain, "g", "a")
    >>> first.names, first.at(a=1).values["dg_da"]
    (('a', 'b', 'd', 'dg_dd', 'dg_db', 'dg_da'), -3132)
    >>> second = gradient_graph(first, "dg_da", "a")
    >>> second.names, second.at().values
    (('d2g_da2',), {'d2g_da2': 2700})
    """
    wanted = (wrt,) if isinstance(wrt, str) else tuple(wrt)
    top, sources = graph[of], [graph[name] for name in wanted]
    order = in_order([top])
    own = {node: name for name, node in graph.named.items()}
    found = adjoints(order, top)

    known: dict[str, Derivative] = dict(graph.derivatives)
    said: dict[Node, tuple[str, Derivative]] = {}
    taken = set(graph.names)
    for node, name in reversed(own.items()):
        root, by = known.get(of, (of, ()))
        meant = (root, (*by, name))
        said[node] = (_unique(derivative_name(*meant), taken), meant)

    keep = {node: own[node] for node in order if node in own}
    original = set(order)
    for node in reversed(order):
        adjoint = found.get(node)
        if node in own and isinstance(adjoint, Node) and adjoint not in original and adjoint not in keep:
            keep[adjoint] = said[node][0]
    results = folded([found.get(source, 0) for source in sources], keep, written=original)

    nodes = in_order(result for result in results if isinstance(result, Node))
    fresh = {name for name, _ in said.values()}
    named = {own.get(node, node.name): node for node in nodes if node in own or node.name}
    for source, result in zip(sources, results):
        name = said[source][0]
        if name not in named:
            is_new = isinstance(result, Node) and result not in own and not result.name
            named[name] = result if is_new else Node(OPERATIONS["same"], (result,), name)
    made = Graph(
        {**{name: named[name] for name in graph.names if name in named}, **named},
        {name: value for name, value in graph.defaults.items() if name in named},
    )
    meanings = {**known, **{name: meant for name, meant in said.values() if name in fresh}}
    made.roots = {**graph.roots, of: graph[of]}
    made.derivatives = {name: meanings[name] for name in made.names if name in meanings}
    return made


def derivative_name(of: str, by: Sequence[str]) -> str:
    """The name of a derivative as a node.

    >>> derivative_name("g", ["a"]), derivative_name("g", ["a", "a"]), derivative_name("g", ["a", "b", "b"])
    ('dg_da', 'd2g_da2', 'd3g_da_db2')
    """
    runs: list[list[Any]] = []
    for name in by:
        if runs and runs[-1][0] == name:
            runs[-1][1] += 1
        else:
            runs.append([name, 1])
    order = str(len(by)) if len(by) > 1 else ""
    return f"d{order}{of}" + "".join(f"_d{name}{count if count > 1 else ''}" for name, count in runs)


def _unique(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "_"
    taken.add(name)
    return name
