"""Computation graphs with a partial derivative on every edge, for Jupyter.

>>> import gradflow_nb as gf
>>> chain = gf.graph("b = 5 - 3a; c = 2b + 3; d = 5b + 6; e = 7c + d^2; f = 2e; g = 3f - o")
>>> flow = chain.at(a=1, o=2)
>>> flow.partial("e", "d"), flow.total("g", "b")
(32, 1044)
>>> gf.ask(chain, of="g", wrt="b").check("60d + 84").is_correct
True
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module
from typing import TYPE_CHECKING, Any

from . import errors

if TYPE_CHECKING:
    from . import functions
    from .core.edge import Edge
    from .core.flow import GradientFlow
    from .core.graph import Graph
    from .core.node import Node
    from .core.transforms import grad, hessian, hvp, jacobian, jvp, vjp
    from .core.transforms.gradcheck import check_grads
    from .diagram.figure import Figure, draw
    from .diagram.plot import Plot, plot
    from .exercises.asking import ask, random_question
    from .exercises.deciding.equivalence import equivalent
    from .exercises.keeping.answers import saved_answers
    from .exercises.paper.worksheet import Worksheet, worksheet
    from .exercises.question import Question
    from .exercises.question_set import QuestionSet, question_set
    from .exercises.verdict import CarriedForward, Correct, Incorrect, Invalid, Undecided
    from .widgets.live_figure import explore

__version__ = "0.1.0"
__all__ = [
    "CarriedForward", "Correct", "Edge", "Figure", "GradientFlow", "Graph", "Incorrect", "Invalid", "Node", "Plot",
    "Question", "QuestionSet", "Undecided", "Worksheet", "ask", "check_grads", "draw", "equivalent", "errors",
    "explore", "functions", "grad", "graph", "hessian", "hvp", "jacobian", "jvp", "plot", "question_set",
    "random_question", "saved_answers", "vjp", "worksheet",
]  # fmt: skip

_LATER = {
    "Edge": "core.edge",
    "GradientFlow": "core.flow",
    "Graph": "core.graph",
    "Node": "core.node",
    "draw": "diagram.figure",
    "Figure": "diagram.figure",
    **dict.fromkeys(("Plot", "plot"), "diagram.plot"),
    "explore": "widgets.live_figure",
    "equivalent": "exercises.deciding.equivalence",
    **dict.fromkeys(("ask", "random_question"), "exercises.asking"),
    "saved_answers": "exercises.keeping.answers",
    "Question": "exercises.question",
    **dict.fromkeys(("QuestionSet", "question_set"), "exercises.question_set"),
    **dict.fromkeys(("grad", "hessian", "hvp", "jacobian", "jvp", "vjp"), "core.transforms"),
    **dict.fromkeys(("Worksheet", "worksheet"), "exercises.paper.worksheet"),
    "check_grads": "core.transforms.gradcheck",
    **dict.fromkeys(("CarriedForward", "Correct", "Incorrect", "Invalid", "Undecided"), "exercises.verdict"),
}
"""Everything is imported when it is first used, so that the package itself imports at once."""


def graph(source: str | Callable[..., Any], inputs: Iterable[str] | None = None) -> Graph:
    """A computation graph from equations, one a line or between `;`, or from a Python function.

    In equations, names that are never defined are inputs; `inputs` lists them, and makes every other undefined name
    an error. Of a function the parameters are the inputs, and its local variables name the nodes.
    Raises `NotationError` for what cannot be read, `GraphError` for equations that make no graph, and `TracingError`
    for a function that does what no graph can hold.

    >>> chain = graph("c = a + b; d = b + 1; e = c d")
    >>> chain.inputs, chain.outputs
    (('a', 'b'), ('e',))
    >>> def loss(w, x=3):
    ...     h = w * x
    ...     return (h - 1) ** 2
    >>> graph(loss).names
    ('w', 'x', 'h', 'y')
    """
    if callable(source):
        from .core.transforms.tracing import graph_of

        return graph_of(source)
    from .core.language import read_graph

    return read_graph(source, inputs)


def __getattr__(name: str) -> Any:
    if name == "functions":
        return import_module(".functions", __name__)
    if name in _LATER:
        return getattr(import_module(f".{_LATER[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*__all__, *(name for name in globals() if name.startswith("__"))})


def load_ipython_extension(shell: Any) -> None:
    """What `%load_ext gradflow_nb` calls: it registers the cell magic `%%gradflow`."""
    from .magics import register

    register(shell)
