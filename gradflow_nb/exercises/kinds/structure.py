"""Questions about the shape of a graph: orders, paths, their factorised sum, and the graph itself."""

from __future__ import annotations

import re
from typing import Any

from ...core.flow import GradientFlow
from ...core.graph import Graph
from ...core.language import read_graph
from ...core.node import in_order
from ...core.sweeps import sweep_order
from ...errors import GradflowError
from ...notation.plain import Derivative, Equation, Name, Words
from ..boxes.equations import EquationsBox
from ..boxes.factoring import FactoredBox
from ..boxes.forms import Form
from ..boxes.listings import OrderBox, PathsBox
from ..boxes.predicting import Program
from ..sought import as_it_is
from ..task import Task
from ..working import WorkedStep, Working, listed, told
from .common import again, figure_of, flow_of, has_arrays_anywhere


def order(graph: Graph, flow: Any, of: str, wrt: str | None, form: Form, program: Program) -> Task:
    """An order in which the backward pass can take the nodes."""
    shown = flow_of(graph, flow)
    box = OrderBox("", Words("order"), flow=shown, of=of, lines=2)
    lines = [
        f"{name}: used by {listed(uses)}."
        if (uses := [edge.child for edge in shown.up[name]])
        else f"{name} comes first."
        for name in sweep_order(shown, of)
    ]
    return Task(
        "order",
        graph,
        flow,
        Words(f"An order for the backward pass from {of}"),
        "",
        (box,),
        lambda: told("Which rule? A node is taken when all nodes that use it have been taken.", *lines),
        again(order, of, None, form, program, flow),
        instruction="all the nodes that it reaches",
        figure=lambda: figure_of(graph, flow, []),
    )


def paths(graph: Graph, flow: Any, of: str, wrt: str, form: Form, program: Program) -> Task:
    """All paths from wrt to of."""
    shown = flow_of(graph, flow)
    ways = shown.paths(of, wrt)
    _check_few(ways, "list")
    box = PathsBox("", Words("paths"), flow=shown, of=of, wrt=wrt, lines=5)
    return Task(
        "paths",
        graph,
        flow,
        Words(f"All paths from {wrt} to {of}"),
        "",
        (box,),
        lambda: told(
            f"Which rule? Walk from {of} against the arrows; at each node, take every edge in turn.",
            *(path.route for path in ways),
        ),
        again(paths, of, wrt, form, program, flow),
        instruction=f"one a line, such as {of} ← … ← {wrt}",
        figure=lambda: figure_of(graph, flow, []),
    )


def _check_few(ways: Any, what: str) -> None:
    if not 0 < ways.count <= 64:
        count = f"is no path from {ways.wrt} to {ways.of}" if not ways.count else f"are {ways.count} paths"
        raise GradflowError(f"There {count}: one can be asked to {what} from 1 to 64.")


_KEYS = "; d may be typed for ∂"


def factored(graph: Graph, flow: Any, of: str, wrt: str, form: Form, program: Program) -> Task:
    """The sum over paths in a factorised form."""
    own = flow if as_it_is(flow) else None
    ways = flow_of(graph, own).paths(of, wrt)
    _check_few(ways, "factor")
    if of == wrt:
        raise GradflowError(f"d{of}/d{wrt} is 1, and there is nothing to factor.")
    asked = Derivative(of, wrt, "d")
    box = FactoredBox("", asked, paths=ways, lines=2)
    letters = list(box.letters.values())
    return Task(
        "factored",
        graph,
        own,
        asked,
        "",
        (box,),
        lambda: Working(
            "Which rule? Paths that share their last factors share a bracket: take the common factor out.",
            [
                WorkedStep("All paths, written out:", ways.factored("expanded").written(box.letter)),
                WorkedStep("With the common factors taken out:", box.solution),
            ],
        ),
        again(factored, of, wrt, form, program, flow),
        instruction=f"as a factorised sum over paths, in {letters[0]} and the like{_KEYS if '∂' in letters[0] else ''}",
        figure=lambda: figure_of(graph, own, []),
    )


def equations(expression: Graph | str | Any, of: str | None, single: bool) -> Task:
    """The equations of an expression."""
    if isinstance(expression, GradientFlow):
        expression = expression.graph
    graph = expression if isinstance(expression, Graph) else _graph_of(expression)
    if has_arrays_anywhere(graph):
        raise GradflowError("A graph can be asked for of numbers only, and this one has arrays.")
    of = of or graph.outputs[-1]
    needed = {id(node) for node in in_order([graph[of]])}
    if any(id(node) not in needed for node in graph.named.values()):
        graph = Graph({name: node for name, node in graph.named.items() if id(node) in needed})
    if single:
        graph = _one_by_one(graph)
    if len(graph.named) - len(graph.inputs) < 2:
        raise GradflowError("There is nothing to take apart in one operation: give a longer expression.")
    shown = str(_whole(graph, of))
    box = EquationsBox("", Words("equations"), right=graph, of=of, single=single, lines=6)
    rows = [WorkedStep(f"{name}:", Equation((Name(name), right))) for name, right in graph.equations.items()]
    return Task(
        "graph",
        graph,
        None,
        Words(f"Write {shown} as a graph"),
        "",
        (box,),
        lambda: Working("Which rule? Give each part that you would work out by itself an equation.", rows),
        lambda other, at, names: equations(other, names[of], single),
        instruction="one equation a line" + (", one operation in each" if single else ""),
    )


def _graph_of(text: str) -> Graph:
    """`(a+b)(b+1)` as a graph with an equation for each operation; equations as the graph that they are."""
    if not isinstance(text, str):
        raise GradflowError(f"A graph is asked for of a text, such as '(a + b)(b + 1)', and not of {text!r:.40}.")
    if "=" in text:
        return read_graph(text)
    used = set(re.findall(r"[A-Za-z]", text))
    free = [letter for letter in _LETTERS if letter not in used]
    whole = read_graph(f"{free[-1]} = {text}")
    steps = [node for node in whole.nodes if node.operation is not None and not node.is_constant]
    if len(steps) > len(free):
        raise GradflowError(f"That is more than {len(free)} operations: give a shorter expression, or a graph.")
    letters = sorted(free[: len(steps)], key=_by_place)
    return Graph({name: whole[name] for name in whole.inputs} | dict(zip(letters, steps)))


_LETTERS = "cdefghjkmnpqrstuvwxyzabABCDEFGHJKMNPQRSTUVWXYZ"


def _one_by_one(graph: Graph) -> Graph:
    """The graph with an equation for each operation; those that have no name get letters."""
    own = {id(node): name for name, node in graph.named.items()}
    nameless = [n for n in graph.nodes if n.operation is not None and not n.is_constant and id(n) not in own]
    free = [letter for letter in _LETTERS if letter not in graph.named]
    if len(nameless) > len(free):
        raise GradflowError(f"That is more than {len(free)} operations: give a shorter expression, or a graph.")
    own |= dict(zip(map(id, nameless), sorted(free[: len(nameless)], key=_by_place)))
    return Graph({own[id(node)]: node for node in graph.nodes if id(node) in own})


def _by_place(name: str) -> tuple[bool, str]:
    return name.isupper(), name


def _whole(graph: Graph, of: str) -> Any:
    """The output as one expression of the inputs, as it was written."""
    from ...core.written import written

    own = {id(graph[name]): name for name in graph.inputs}
    return written(graph[of], lambda node: own.get(id(node)))
