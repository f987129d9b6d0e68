"""Asking: any kind of question in one line, from a graph that is given, or from nothing but a seed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import inf
from typing import Any, Literal, get_args

from ..core.flow import GradientFlow
from ..core.graph import Graph
from ..core.language import read_graph
from ..errors import GradflowError, InputError, UnknownName, nearest
from .boxes.forms import Form
from .boxes.predicting import Program
from .kinds import KINDS, equations, has_arrays_anywhere
from .question import Question
from .random_graphs import random_graph

Kind = Literal[
    "total",
    "partial",
    "value",
    "gradient",
    "edges",
    "forward",
    "backward",
    "order",
    "paths",
    "factored",
    "graph",
    "predict",
]


def ask(
    graph: Graph | GradientFlow | str,
    of: str | None = None,
    wrt: str | None = None,
    at: Mapping[str, Any] | None = None,
    kind: Kind = "total",
    *,
    form: str | None = None,
    in_terms_of: str | Iterable[str] | None = None,
    places: int | None = None,
    within: float | None = None,
    single: bool = False,
    program: Program = "backward",
) -> Question:
    """A question about a graph, of one of these kinds:

    - "total": d `of`/d `wrt` along all paths; "partial": the explicit ∂ `of`/∂ `wrt`; "value": the value of `of`.
      Between arrays the total is the Jacobian.
    - "gradient": d `of`/d input for every input, each in its own shape.
    - "edges": the partial on every edge of the figure, in boxes that stand on the edges.
    - "forward": the value of every node; "backward": d `of`/d node for every node. Later boxes are marked again from
      the student's own earlier ones.
    - "order": an order in which the backward pass can take the nodes.
    - "paths": all paths from `wrt` to `of`; "factored": their sum in a factorised form.
    - "graph": the equations of an expression (given as text); with `single`, one operation in each.
    - "predict": what a PyTorch program made from the graph prints; `program` is "backward", "twice", "retained",
      "frozen", "grad", or one of its traps: "vector", "edited", "inner", "leaf", "integers" or "detached".

    Without a point the answers are formulas, in which any node's name may be used. With `at` (or for a flow at a point)
    they are numbers. A flow whose numbers do not follow from its graph, such as one with an edge cut, is asked about as
    it is: no "value", "forward", "graph" or "predict" then, and no variants. `of` may be left out where there is one
    output. `form` asks for "expanded", "factored", "single fraction", "exact" or "named"; `in_terms_of` for certain
    names only; `places` for a decimal rounded to so many places, `within` accepts a decimal that is off by at most that
    much.
    Raises `UnknownName` for names that the graph does not have, and `GradflowError` for what does not fit.

    >>> from gradflow_nb import graph
    >>> question = ask(graph("c = 2b + 3; d = 5b + 6; e = 7c + d^2"), of="e", wrt="b")
    >>> print(question.check("14 + 10d"))
    Correct: de/db = 14 + 10d is right.
    >>> flow = graph("c = 2b + 3; d = 5b + 6; e = 7c + d^2").at(b=2)
    >>> print(ask(flow.cut("e", "c"), of="e", wrt="b").check("174"))
    Incorrect: That is de/db in the whole graph, and here the edge c → e is cut.
    """
    if kind not in get_args(Kind):
        raise GradflowError(f"kind={kind!r} is not known. {nearest(str(kind), get_args(Kind))}")
    _check_types(graph, of, wrt, in_terms_of, places, within, program)
    terms = (in_terms_of,) if isinstance(in_terms_of, str) else None if in_terms_of is None else tuple(in_terms_of)
    if form == "named" and kind != "total":
        raise GradflowError("form='named' is for a total derivative: ask(..., of=..., wrt=...).")
    asks = Form(form, terms, places, within)  # type: ignore[arg-type]
    flow = graph if isinstance(graph, GradientFlow) and not graph.from_graph else None
    if flow is not None:
        _check_itself(flow, kind, at, asks)
    if kind == "graph":
        return Question(equations(graph, of, single))
    if isinstance(graph, str):
        graph = read_graph(graph)
    if isinstance(graph, GradientFlow):
        at = graph.inputs if at is None and graph.from_graph and not graph.symbolic else at
        graph = graph.graph
    names = graph.names if flow is None else flow.names
    flow = graph.at(at) if at is not None else flow
    if flow is None and (places is not None or within is not None):
        raise InputError("places= and within= are about numbers: give a point, as in at={...}.")
    for name in (of, wrt, *(terms or ())):
        if name is not None and name not in names:
            raise UnknownName(name, names)
    if of is None:
        outputs = graph.outputs if flow is None else flow.outputs
        if len(outputs) != 1 and kind not in ("edges", "forward"):
            raise GradflowError(
                f"This graph has {len(outputs)} outputs: say which one, as in of={outputs[0]!r}."
            )
        of = outputs[-1]
    if wrt is None and kind in ("total", "partial", "paths", "factored", "predict"):
        raise GradflowError(f"A question of the kind {kind!r} is about two nodes: say wrt={graph.inputs[0]!r}.")
    if flow is None and (kind in ("value", "forward", "predict") or has_arrays_anywhere(graph)):
        raise InputError(f"This question is about numbers: give a point, as in at={{{graph.inputs[0]!r}: 1, …}}.")
    task = KINDS[kind](graph, flow, of, wrt, asks, program)
    if not task.boxes:
        raise GradflowError("There is nothing to ask for in this graph: it has no edges, or no equations with inputs.")
    for box in task.boxes:
        if flow is not None and hasattr(box, "sought"):
            _ = box.sought.number  # raises NoDerivative where there is none to ask for
        elif terms:
            _ = box.solution  # raises NotExpressible where these names do not suffice
    return Question(task)


def _check_itself(flow: GradientFlow, kind: str, at: Any, form: Form) -> None:
    """Raises `GradflowError` for what cannot be asked of a flow whose numbers do not follow from its graph."""
    if flow.symbolic:
        raise GradflowError(
            "This flow is in symbols, and edges are cut, or nodes held or eliminated: it is asked about in numbers. "
            "Put them in first, as in ask(graph.at(...).cut(...))."
        )
    if kind in ("value", "forward", "graph", "predict"):
        raise GradflowError(
            f"kind={kind!r} is about equations, and the numbers of this flow do not follow from its graph alone: ask "
            "for another kind, such as 'total' or 'backward', or about its graph at a point, flow.graph.at(...)."
        )
    if at is not None:
        raise GradflowError("This flow is asked about as it is, with its own numbers: leave at= out.")
    if form.named in ("expanded", "factored", "single fraction", "named") or form.in_terms_of:
        raise GradflowError("This flow has numbers only: leave form= and in_terms_of= out, which are about formulas.")


def _check_types(
    graph: Any, of: Any, wrt: Any, in_terms_of: Any, places: Any, within: Any, program: Any
) -> None:
    """Raises `GradflowError` for arguments of another kind."""
    if not isinstance(graph, (Graph, GradientFlow, str)):
        raise GradflowError(f"A question is about a graph, a flow or a text, and not about {graph!r:.40}.")
    terms = [in_terms_of] if in_terms_of is None or isinstance(in_terms_of, str) else in_terms_of
    if not isinstance(terms, Iterable) or not (terms := list(terms)):
        raise GradflowError(f"in_terms_of={in_terms_of!r:.40} is no name and no list of names.")
    for name in (of, wrt, *terms):
        if name is not None and not isinstance(name, str):
            raise GradflowError(f"A node is called by its name, a text, and not by {name!r:.40}.")
    if isinstance(within, bool) or not isinstance(within, (int, float, Fraction, type(None))) or within in (inf, -inf):
        raise GradflowError(f"within={within!r:.40} is no tolerance: write a number above 0, such as 0.01.")
    if isinstance(places, bool):
        raise GradflowError(f"places={places!r} is no number of decimal places: write 0 to 15.")
    if program not in get_args(Program):
        raise GradflowError(f"program={program!r:.40} is not known: {', '.join(map(repr, get_args(Program)))}.")


def random_question(
    seed: int | str,
    paths: int = 2,
    depth: int = 4,
    operations: Iterable[str] = ("+", "-", "*", "^"),
    kind: Kind = "total",
    formula: bool = False,
    **settings: Any,
) -> Question:
    """A question about a graph from nothing: so many paths, the longest of `depth` edges, the same for the same seed.

    It is asked at a friendly point, or with `formula` in general; `kind` and `settings` are those of `ask`. Raises
    `GradflowError` for what cannot be made, saying what can.

    >>> question = random_question(1)
    >>> print(question.prompt)
    df/da = ? at a = 2
    >>> question.check(str(question.boxes[0].solution)).correct
    True
    """
    drawn = random_graph(seed, paths, depth, operations)
    at = None if formula else drawn.at
    two = kind in ("total", "partial", "paths", "factored", "predict")
    wrt = drawn.wrt if kind != "partial" else drawn.graph.flow().down[drawn.of][0].parent
    question = ask(drawn.graph, drawn.of, wrt if two else None, at, kind, **settings)
    question.seed = seed
    return question
