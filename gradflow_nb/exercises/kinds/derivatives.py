"""Questions for one derivative or value, for its steps, and for a gradient."""

from __future__ import annotations

from typing import Any

from ...core.graph import Graph
from ...notation.plain import Derivative, Words
from ..boxes.arrays import ArrayBox
from ..boxes.forms import Form
from ..boxes.predicting import Program
from ..sought import Sought, as_it_is, place
from ..task import Task
from ..working import Working, derivative_working, sweep_steps, value_steps
from .common import again, box_for, check_number, check_opaque, flow_of, given_by, is_number


def derivative(graph: Graph, flow: Any, of: str, wrt: str, form: Form, program: Program, kind: str = "total") -> Task:
    """d of/d wrt, or ∂ of/∂ wrt."""
    sought = Sought(graph, of, wrt, flow, kind)
    check_opaque(graph, flow)

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
        (box_for(sought, form),),
        lambda: derivative_working(sought),
        again(lambda *given: derivative(*given, kind=kind), of, wrt, form, program, flow),
        given_by(flow, of, partials=kind == "total"),
        instruction="; ".join(filter(None, (form.words, *sorted(filter(None, kinked))))),
        faded=faded if kind == "total" and is_number(flow, of) and len(_between(graph, flow, of, wrt)) > 1 else None,
    )


def _between(graph: Graph, flow: Any, of: str, wrt: str) -> list[str]:
    """The nodes of the reverse sweep from `of` to `wrt`, without `of`."""
    found = flow_of(graph, flow)
    on = found.paths(of, wrt).nodes
    return [name for name in reversed(found.names) if name in on and name != of]


def steps(graph: Graph, flow: Any, of: str, wrt: str, form: Form, program: Program, given: int | None) -> Task:
    """The same question with its steps as boxes, the first `given` of them filled in (all but the last if None)."""
    names = _between(graph, flow, of, wrt)
    boxes = tuple(box_for(Sought(graph, of, n, flow), Form(), f"d{of}/d{n}", n, True, carries=True) for n in names)
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
        again(lambda *a: steps(*a, given=given), of, wrt, form, program, flow),
        given_by(flow, of),
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
        (box_for(sought, form),),
        lambda: Working(
            f"Which rule? Work forwards from the inputs, equation by equation, to {of}.", value_steps(flow, of)
        ),
        again(value, of, None, form, program),
        instruction=form.words,
    )


def gradient(graph: Graph, flow: Any, of: str, wrt: str | None, form: Form, program: Program) -> Task:
    """d of/d input for every input, or for the one that is named, each in its own shape."""
    check_opaque(graph, flow)
    check_number(flow, of)
    wanted = [wrt] if wrt else [n for n in graph.inputs if not as_it_is(flow) or flow.paths(of, n).count]
    boxes = []
    for name in wanted:
        sought = Sought(graph, of, name, flow)
        boxes.append(box_for(sought, form, "" if wrt else f"d{of}/d{name}", None if wrt else name, own=True))
    asked = Derivative(of, wrt, "d") if wrt else Words(f"The gradient of {of}")
    arrays = any(isinstance(box, ArrayBox) for box in boxes)
    shape = f"in the shape of {wrt}" if arrays and wrt else "each in the shape of its input" if arrays else ""
    numbers = flow_of(graph, flow)
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
        again(gradient, of, wrt, form, program, flow),
        given_by(flow, of),
        instruction=", ".join(filter(None, (form.words, shape))),
    )
