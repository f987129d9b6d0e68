"""Questions about a whole figure: every edge, and the two sweeps."""

from __future__ import annotations

from collections import Counter
from typing import Any

from ...core.graph import Graph
from ...core.sweeps import sweep_order
from ...errors import GradflowError
from ...notation.plain import Words
from ..boxes.forms import Form
from ..boxes.predicting import Program
from ..sought import Sought, place
from ..task import Task
from ..working import Working, derivative_working, sweep_steps, value_steps
from .common import again, box_for, check_number, check_opaque, figure_of, flow_of


def edges(graph: Graph, flow: Any, of: str, wrt: str | None, form: Form, program: Program) -> Task:
    """The partial on every edge of the figure."""
    check_opaque(graph, flow)
    shown = flow_of(graph, flow)
    times = Counter((edge.child, edge.parent) for edge in shown.edges)
    for (child, parent), count in times.items():
        if count > 1:
            raise GradflowError(
                f"From {parent} to {child} run {count} edges side by side, and each has a partial of its own: "
                "ask about the graph that is not expanded, or give the second use a name."
            )
    boxes = []
    for edge in shown.edges:
        sought = Sought(graph, edge.child, edge.parent, flow, "partial")
        name = f"∂{edge.child}/∂{edge.parent}"
        boxes.append(box_for(sought, form, name, (edge.child, edge.parent)))
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
        again(edges, of, None, form, program, flow),
        figure=lambda: figure_of(graph, flow, boxes),
    )


def forward(graph: Graph, flow: Any, of: str, wrt: str | None, form: Form, program: Program) -> Task:
    """The value of every node."""
    names = [name for name in flow.names if name not in graph.inputs]
    boxes = [box_for(Sought(graph, n, None, flow, "value"), form, n, n, carries=True) for n in names]
    return Task(
        "forward",
        graph,
        flow,
        Words("The value of every node"),
        place(flow),
        tuple(boxes),
        lambda: Working("Which rule? Work forwards: each equation needs the values before it.", value_steps(flow)),
        again(forward, of, None, form, program),
        figure=lambda: figure_of(graph, flow, boxes),
        ordered=True,
    )


def backward(graph: Graph, flow: Any, of: str, wrt: str | None, form: Form, program: Program) -> Task:
    """d of/d node for every node that the reverse sweep reaches."""
    check_number(flow, of)
    check_opaque(graph, flow)
    shown = flow_of(graph, flow)
    boxes = [
        box_for(Sought(graph, of, n, flow), form, f"d{of}/d{n}", n, own=True, carries=True)
        for n in sweep_order(shown, of)
    ]
    return Task(
        "backward",
        graph,
        flow,
        Words(f"The derivative of {of} with respect to every node"),
        place(flow),
        tuple(boxes),
        lambda: Working(
            f"Which rule? Work backwards from {of}: a node is ready when all that use it are known.",
            sweep_steps(shown, of),
        ),
        again(backward, of, None, form, program, flow),
        figure=lambda: figure_of(graph, flow, boxes, of),
        ordered=True,
    )
