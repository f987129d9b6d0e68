"""The kinds of question: what each lays down for a graph, as a `Task`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from ..core.derived.fold import has_arrays
from ..core.flow import GradientFlow
from ..core.graph import Graph
from ..core.language import read_graph
from ..core.sweeps import sweep_order
from ..core.worlds import is_array
from ..errors import GradflowError
from ..notation.plain import Derivative, Equation, Name, Words
from .boxes.arrays import ArrayBox
from .boxes.box import Box
from .boxes.equations import EquationsBox
from .boxes.factoring import FactoredBox
from .boxes.forms import Form
from .boxes.formula import FormulaBox
from .boxes.listings import OrderBox, PathsBox
from .boxes.predicting import PredictBox, Program, torch_program
from .question import Task
from .sought import Sought, place
from .working import WorkedStep, Working, derivative_working, listed, sweep_steps, told, value_steps


def has_arrays_anywhere(graph: Graph) -> bool:
    """Whether the graph mixes the entries of arrays, and so has no formulas in symbols."""
    return any(map(has_arrays, graph.nodes))


def _again(make: Callable[..., Task], of: str, wrt: str | None, form: Form, program: Program) -> Callable[..., Task]:
    """The same kind of question about another graph, with its names."""

    def made(graph: Graph, at: Mapping[str, Any] | None, names: Mapping[str, str]) -> Task:
        terms = None if form.in_terms_of is None else tuple(names[name] for name in form.in_terms_of)
        flow = None if at is None else graph.at(at)
        return make(
            graph, flow, names[of], None if wrt is None else names[wrt], replace(form, in_terms_of=terms), program
        )

    return made


def _box(
    sought: Sought, form: Form, name: str = "", anchor: Any = None, own: bool = False, carries: bool = False
) -> Box:
    """A box for a derivative or a value: of numbers and formulas, or of arrays."""
    arrays = sought.flow is not None and any(map(is_array, sought.flow.known.values()))
    if arrays:
        shaped = "own" if own else "matrix"
        return ArrayBox(name, sought.asked, anchor, sought=sought, shaped=shaped, form=form, carries=carries)
    return FormulaBox(name, sought.asked, anchor, sought=sought, form=form, carries=carries)


def derivative(graph: Graph, flow: Any, of: str, wrt: str, form: Form, program: Program, kind: str = "total") -> Task:
    """d of/d wrt, or ∂ of/∂ wrt."""
    sought = Sought(graph, of, wrt, flow, kind)
    _check_opaque(graph)

    def faded(given: int | None) -> Task:
        return steps(graph, flow, of, wrt, form, program, given)

    ways = {(edge.child, edge.parent) for edge in flow.paths(of, wrt).edges} if flow is not None else set()
    kinked = {edge.convention for edge in flow.edges if (edge.child, edge.parent) in ways} if ways else set()
    return Task(
        kind,
        graph,
        flow,
        sought.asked,
        sought.place,
        (_box(sought, form),),
        lambda: derivative_working(sought),
        _again(lambda *given: derivative(*given, kind=kind), of, wrt, form, program),
        instruction="; ".join(filter(None, (form.words, *sorted(filter(None, kinked))))),
        faded=faded if kind == "total" and len(_between(graph, flow, of, wrt)) > 1 else None,
    )


def _between(graph: Graph, flow: Any, of: str, wrt: str) -> list[str]:
    """The nodes of the reverse sweep from `of` to `wrt`, without `of`."""
    found = flow if flow is not None else graph.flow()
    on = found.paths(of, wrt).nodes
    return [name for name in reversed(found.names) if name in on and name != of]


def steps(graph: Graph, flow: Any, of: str, wrt: str, form: Form, program: Program, given: int | None) -> Task:
    """The same question with its steps as boxes, the first `given` of them filled in (all but the last if None)."""
    names = _between(graph, flow, of, wrt)
    boxes = tuple(_box(Sought(graph, of, n, flow), Form(), f"d{of}/d{n}", n, True, carries=True) for n in names)
    count = len(boxes) - 1 if given is None else max(0, min(given, len(boxes) - 1))
    sought = Sought(graph, of, wrt, flow)
    return Task(
        "steps",
        graph,
        flow,
        sought.asked,
        sought.place,
        boxes,
        lambda: derivative_working(sought),
        _again(lambda *a: steps(*a, given=given), of, wrt, form, program),
        instruction="step by step",
        ordered=True,
        given={box.name: f"{box.solution}" for box in boxes[:count]},
        faded=lambda other: steps(graph, flow, of, wrt, form, program, other),
    )


def value(graph: Graph, flow: Any, of: str, wrt: str | None, form: Form, program: Program) -> Task:
    """The value of one node."""
    sought = Sought(graph, of, None, flow, "value")
    return Task(
        "value",
        graph,
        flow,
        sought.asked,
        sought.place,
        (_box(sought, form),),
        lambda: Working(
            f"Which rule? Work forwards from the inputs, equation by equation, to {of}.", value_steps(flow, of)
        ),
        _again(value, of, None, form, program),
        instruction=form.words,
    )


def gradient(graph: Graph, flow: Any, of: str, wrt: str | None, form: Form, program: Program) -> Task:
    """d of/d input for every input, or for the one that is named, each in its own shape."""
    _check_opaque(graph)
    wanted = [wrt] if wrt else list(graph.inputs)
    boxes = []
    for name in wanted:
        sought = Sought(graph, of, name, flow)
        boxes.append(_box(sought, form, "" if wrt else f"d{of}/d{name}", None if wrt else name, own=True))
    asked = Derivative(of, wrt, "d") if wrt else Words(f"The gradient of {of}")
    arrays = any(isinstance(box, ArrayBox) for box in boxes)
    shape = f"in the shape of {wrt}" if arrays and wrt else "each in the shape of its input" if arrays else ""
    numbers = flow if flow is not None else graph.flow()
    return Task(
        "gradient",
        graph,
        flow,
        asked,
        place(flow),
        tuple(boxes),
        lambda: Working(
            f"Which rule? One reverse sweep from {of} gives the derivatives by all inputs.",
            sweep_steps(numbers, of, wrt),
        ),
        _again(gradient, of, wrt, form, program),
        instruction=", ".join(filter(None, (form.words, shape))),
    )


def edges(graph: Graph, flow: Any, of: str, wrt: str | None, form: Form, program: Program) -> Task:
    """The partial on every edge of the figure."""
    _check_opaque(graph)
    shown = flow if flow is not None else graph.flow()
    boxes = []
    for edge in shown.edges:
        sought = Sought(graph, edge.child, edge.parent, flow, "partial")
        name = f"∂{edge.child}/∂{edge.parent}"
        boxes.append(_box(sought, form, name, (edge.child, edge.parent)))
    return Task(
        "edges",
        graph,
        flow,
        Words("The partial derivative on every edge"),
        place(flow),
        tuple(boxes),
        lambda: Working(
            "Which rule? Each edge is one equation, differentiated by one name in it, the others held fixed.",
            [derivative_working(box.sought)[-1] for box in boxes],
        ),
        _again(edges, of, None, form, program),
        figure=lambda: _figure(graph, flow, boxes),
    )


def forward(graph: Graph, flow: Any, of: str, wrt: str | None, form: Form, program: Program) -> Task:
    """The value of every node."""
    names = [name for name in flow.names if name not in graph.inputs]
    boxes = [_box(Sought(graph, n, None, flow, "value"), form, n, n, carries=True) for n in names]
    return Task(
        "forward",
        graph,
        flow,
        Words("The value of every node"),
        place(flow),
        tuple(boxes),
        lambda: Working("Which rule? Work forwards: each equation needs the values before it.", value_steps(flow)),
        _again(forward, of, None, form, program),
        figure=lambda: _figure(graph, flow, boxes),
        ordered=True,
    )


def backward(graph: Graph, flow: Any, of: str, wrt: str | None, form: Form, program: Program) -> Task:
    """d of/d node for every node that the reverse sweep reaches."""
    _check_opaque(graph)
    shown = flow if flow is not None else graph.flow()
    boxes = [
        _box(Sought(graph, of, n, flow), form, f"d{of}/d{n}", n, own=True, carries=True) for n in sweep_order(shown, of)
    ]
    return Task(
        "backward",
        graph,
        flow,
        Words(f"The derivative of {of} by every node"),
        place(flow),
        tuple(boxes),
        lambda: Working(
            f"Which rule? Work backwards from {of}: a node is ready when all that use it are known.",
            sweep_steps(shown, of),
        ),
        _again(backward, of, None, form, program),
        figure=lambda: _figure(graph, flow, boxes, of),
        ordered=True,
    )


def order(graph: Graph, flow: Any, of: str, wrt: str | None, form: Form, program: Program) -> Task:
    """An order in which the backward pass can take the nodes."""
    shown = flow if flow is not None else graph.flow()
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
        _again(order, of, None, form, program),
        instruction="all the nodes that it reaches",
        figure=lambda: _figure(graph, flow, []),
    )


def paths(graph: Graph, flow: Any, of: str, wrt: str, form: Form, program: Program) -> Task:
    """All paths from wrt to of."""
    shown = flow if flow is not None else graph.flow()
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
        _again(paths, of, wrt, form, program),
        instruction=f"one a line, such as {of} ← … ← {wrt}",
        figure=lambda: _figure(graph, flow, []),
    )


def _check_few(ways: Any, what: str) -> None:
    if not 0 < ways.count <= 64:
        count = f"is no path from {ways.wrt} to {ways.of}" if not ways.count else f"are {ways.count} paths"
        raise GradflowError(f"There {count}: one can be asked to {what} from 1 to 64.")


def factored(graph: Graph, flow: Any, of: str, wrt: str, form: Form, program: Program) -> Task:
    """The sum over paths in a factorised form."""
    ways = graph.flow().paths(of, wrt)
    _check_few(ways, "factor")
    asked = Derivative(of, wrt, "d")
    box = FactoredBox("", asked, paths=ways, lines=2)
    letters = list(box.letters.values())
    return Task(
        "factored",
        graph,
        None,
        asked,
        "",
        (box,),
        lambda: Working(
            "Which rule? Paths that share their last factors share a bracket: take the common factor out.",
            [
                WorkedStep("All paths, written out:", _in_letters(ways.factored("expanded"), box)),
                WorkedStep("With the common factors taken out:", _in_letters(ways.factored(), box)),
            ],
        ),
        _again(factored, of, wrt, form, program),
        instruction=f"as a factorised sum over paths, in {letters[0]} and the like{_KEYS if '∂' in letters[0] else ''}",
        figure=lambda: _figure(graph, None, []),
    )


_KEYS = "; d may be typed for ∂"


def _in_letters(form: Any, box: FactoredBox) -> Any:
    """A factorised form with the symbols of its edges in place of their formulas."""
    return form.written(box.letter)


def equations(expression: Graph | str | Any, of: str | None, single: bool) -> Task:
    """The equations of an expression."""
    if isinstance(expression, GradientFlow):
        expression = expression.graph
    graph = expression if isinstance(expression, Graph) else _graph_of(expression)
    of = of or graph.outputs[-1]
    graph[of]
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
    if "=" in text:
        return read_graph(text)
    used = set(re.findall(r"[A-Za-z]", text))
    names = [letter for letter in "cdefghjkmnpqrstuvwxyzabABCDEFGHJKMNPQRSTUVWXYZ" if letter not in used]
    whole = read_graph(f"{names[0]} = {text}")
    steps = [node for node in whole.nodes if node.operation is not None and not node.is_constant]
    if len(steps) > len(names):
        raise GradflowError(f"That is more than {len(names)} operations: give a shorter expression, or a graph.")
    named = {name: whole[name] for name in whole.inputs}
    named |= dict(zip(sorted(names[: len(steps)], key=_by_place), steps))
    return Graph(named)


def _by_place(name: str) -> tuple[bool, str]:
    return name.isupper(), name


def _whole(graph: Graph, of: str) -> Any:
    """The output as one expression of the inputs, as it was written."""
    from ..core.written import written

    own = {id(graph[name]): name for name in graph.inputs}
    return written(graph[of], lambda node: own.get(id(node)))


def predict(graph: Graph, flow: Any, of: str, wrt: str, form: Form, program: Program) -> Task:
    """What PyTorch prints, or which error it raises."""
    _check_opaque(graph)
    torch = torch_program(flow, of, wrt, program)
    once = None if is_array(flow.known[of]) else flow.adjoints(of)[wrt]
    return Task(
        "predict",
        graph,
        flow,
        Words("What does PyTorch print?"),
        "",
        (PredictBox("", Words("output"), torch=torch, once=once),),
        lambda: told("Which rule? Go through the program line by line.", f"That is so because {torch.why}."),
        _again(predict, of, wrt, form, program),
        instruction="a number, a tensor, None, or the name of the error",
        code=torch.code,
    )


def _check_opaque(graph: Graph) -> None:
    for node in graph.nodes:
        if node.operation is not None and node.operation.name == "opaque":
            raise GradflowError('Opaque functions have no formula to ask for: ask(..., kind="factored") or "paths".')


def _figure(graph: Graph, flow: Any, boxes: Iterable[Box], of: str | None = None) -> Any:
    """The figure with blanks at the boxes, and nothing on it that answers them."""
    from ..diagram.figure import Figure

    anchors = {box.anchor: box.name for box in boxes}
    shown = flow if flow is not None else graph.flow()
    return Figure(shown, blanks=anchors, direction="gradient" if of else "computation", of=of)


KINDS: dict[str, Callable[..., Task]] = {
    "total": derivative,
    "partial": lambda *given: derivative(*given, kind="partial"),
    "value": value,
    "gradient": gradient,
    "edges": edges,
    "forward": forward,
    "backward": backward,
    "order": order,
    "paths": paths,
    "factored": factored,
    "predict": predict,
}
