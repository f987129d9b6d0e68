"""What the kinds of question share: boxes, figures with blanks, and how to ask the same of another graph."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from ...core.derived.fold import has_arrays
from ...core.flow import GradientFlow
from ...core.graph import Graph
from ...core.worlds import is_array
from ...errors import GradflowError
from ..boxes.arrays import ArrayBox
from ..boxes.box import Box
from ..boxes.forms import Form
from ..boxes.formula import FormulaBox
from ..boxes.predicting import Program
from ..sought import Sought, as_it_is
from ..task import Task


def has_arrays_anywhere(graph: Graph) -> bool:
    """Whether the graph mixes the entries of arrays, and so has no formulas in symbols."""
    return any(map(has_arrays, graph.nodes))


def flow_of(graph: Graph, flow: GradientFlow | None) -> GradientFlow:
    """The flow at the point, or in symbols where there is none."""
    return graph.flow() if flow is None else flow


def again(
    make: Callable[..., Task], of: str, wrt: str | None, form: Form, program: Program, flow: GradientFlow | None = None
) -> Callable[..., Task] | None:
    """The same kind of question about another graph, with its names; None for one about this `flow` as it is."""
    if as_it_is(flow):
        return None

    def made(graph: Graph, at: Mapping[str, Any] | None, names: Mapping[str, str]) -> Task:
        terms = None if form.in_terms_of is None else tuple(names[name] for name in form.in_terms_of)
        flow = None if at is None else graph.at(at)
        return make(
            graph, flow, names[of], None if wrt is None else names[wrt], replace(form, in_terms_of=terms), program
        )

    return made


def box_for(
    sought: Sought, form: Form, name: str = "", anchor: Any = None, own: bool = False, carries: bool = False
) -> Box:
    """A box for a derivative or a value: of numbers and formulas, or of arrays."""
    arrays = sought.flow is not None and any(map(is_array, sought.flow.known.values()))
    if arrays:
        shaped = "own" if own else "matrix"
        return ArrayBox(name, sought.asked, anchor, sought=sought, shaped=shaped, form=form, carries=carries)
    return FormulaBox(name, sought.asked, anchor, sought=sought, form=form, carries=carries)


def is_number(flow: GradientFlow | None, name: str) -> bool:
    """Whether a node is a single number, as far as is known."""
    return flow is None or not is_array(flow.known[name])


def check_number(flow: GradientFlow | None, of: str) -> None:
    """Raises `NotScalar` where a gradient is asked for of an array."""
    if flow is not None:
        flow.scalar(of, "A gradient")


def check_opaque(graph: Graph, flow: GradientFlow | None = None) -> None:
    """Raises `GradflowError` where a partial has no formula, unless the `flow` has numbers of its own."""
    for node in () if as_it_is(flow) else graph.nodes:
        if node.operation is not None and node.operation.name == "opaque":
            raise GradflowError('Opaque functions have no formula to ask for: ask(..., kind="factored") or "paths".')


def figure_of(graph: Graph, flow: Any, boxes: Iterable[Box], of: str | None = None) -> Any:
    """The figure with blanks at the boxes, and nothing on it that answers them."""
    from ...diagram.figure import Figure

    anchors = {box.anchor: box.name for box in boxes}
    shown = flow_of(graph, flow)
    return Figure(shown, blanks=anchors, direction="gradient" if of else "computation", of=of)


def given_by(flow: GradientFlow | None, of: str, partials: bool = True) -> Callable[[], Any] | None:
    """Of a question about a flow as it is: its figure with the partials that the answer is made of. Else None."""
    if not as_it_is(flow):
        return None
    return lambda: figure_of(flow.graph, flow, [], of if partials and is_number(flow, of) else None)
