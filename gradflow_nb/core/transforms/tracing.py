"""A Python function, called once with Nodes, becomes a graph.

The function is run as it stands: loops unroll, and calls pass Nodes on. The names of the function's own local
variables become the names of the nodes; what helper functions call theirs does not matter.
"""

from __future__ import annotations

import inspect
import linecache
import sys
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from fractions import Fraction
from pathlib import Path
from types import FrameType
from typing import Any

from ...errors import TracingError
from ..graph import Graph
from ..node import Node
from ..operations import OPERATIONS
from .collector import held_back
from .naming import named_nodes, watched
from .spoken import ARRAYS
from .sweep import Sweep

_PACKAGE = str(Path(__file__).parents[2])


def trace(function: Callable[..., Any], *inputs: Any, at: Sweep | None = None) -> Any:
    """What `function` returns when it is called with Nodes: Nodes, or containers with Nodes in them.

    `inputs` are input Nodes (`Node(None)`) or containers of them. With `at`, the point at which the result will be
    differentiated, arrays know their shapes while the function runs. The garbage collector is held back meanwhile:
    a trace makes many objects and no garbage.

    >>> trace(lambda x: 2 * x, Node(None, name="x"))
    <Node ?: mul>
    """
    with held_back():
        if at is None:
            return function(*inputs)
        token = _POINTS.set((*_POINTS.get(), at))
        try:
            return function(*inputs)
        finally:
            _POINTS.reset(token)


_POINTS: ContextVar[tuple[Sweep, ...]] = ContextVar("points", default=())
"""The points at which functions are being traced just now, outermost first; each thread has its own."""


def traced_arrays() -> bool:
    """Whether a function around this one is being traced at a point with arrays."""
    return any(point.kind is ARRAYS for point in _POINTS.get())


def shape_of(value: Any) -> tuple[int, ...]:
    """The shape of a traced value at the point where it will be differentiated; () for a number.

    Raises `TracingError` where no point is given, as in `graph(function)`.
    """
    for point in reversed(_POINTS.get()):
        if isinstance(value, Node):
            (value,) = point.at([value])
    if isinstance(value, Node):
        raise TracingError(
            f"{_line()}asks for the shape of a traced value. A graph is made for arrays of any shape: take lengths and "
            "shapes from numbers that the function is not traced by, or write x[0], x[1] for what it needs."
        )
    return tuple(getattr(value, "shape", ()))


# A function as a graph -----------------------------------------------------------------------------------------------


def graph_of(function: Callable[..., Any]) -> Graph:
    """The graph of a Python function: its parameters are the inputs, its local variables name the nodes.

    A name that is bound again and again becomes `h_1`, `h_2`, …; a returned value without a name is `y`. Defaults
    that are numbers or arrays become the graph's defaults; other defaults are passed as they are. Raises
    `TracingError` for what no graph can hold, such as a branch on a traced value.

    >>> def f(a, b=2):
    ...     c = a + b
    ...     return c * (b + 1)
    >>> graph = graph_of(f)
    >>> graph.names, graph.at(a=1).values["y"]
    (('a', 'b', 'c', 'y'), 9)
    """
    positional, keywords, defaults = _parameters(function)
    inputs = {name: node for name, node in {**positional, **keywords}.items() if isinstance(node, Node)}
    with watched(function) as bindings, held_back():
        result = function(*positional.values(), **keywords)
    named = named_nodes(inputs, bindings, _returned(function, result))
    return Graph(named, defaults)


def _parameters(function: Callable[..., Any]) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """What to pass by position and by keyword, and the defaults of the inputs."""
    if type(function).__name__ in ("ufunc", "_ArrayFunctionDispatcher"):
        raise _numpys_own(function)
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        said = f"{_called(function)} does not say what its parameters are: wrap it, lambda x: f(x)."
        raise TracingError(said) from None
    settled = getattr(function, "keywords", {})  # functools.partial: given already, so not inputs
    positional: dict[str, Any] = {}
    keywords: dict[str, Any] = {}
    defaults = {}
    for parameter in parameters:
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            raise TracingError(
                f"{_called(function)} takes {parameter}, which does not say how many inputs there are. "
                "Wrap it in a function with named parameters."
            )
        default = parameter.default
        is_input = default is parameter.empty or (_is_number(default) and parameter.name not in settled)
        value = Node(None, (), parameter.name) if is_input else default
        (keywords if parameter.kind is parameter.KEYWORD_ONLY else positional)[parameter.name] = value
        if is_input and default is not parameter.empty:
            defaults[parameter.name] = default
    return positional, keywords, defaults


def _is_number(value: Any) -> bool:
    if type(value).__module__ == "numpy":
        return getattr(value, "dtype", None) is not None and value.dtype.kind in "iuf"
    return isinstance(value, (int, float, Fraction)) and not isinstance(value, bool)


def _returned(function: Any, result: Any) -> list[tuple[str | None, Node]]:
    """The Nodes that a function returned, with the names that a dict gives them."""
    entries = list(_outputs(None, result))
    for _, value in entries:
        if not isinstance(value, Node) and not _is_number(value):
            hint = " Does it lack a return?" if value is None else ""
            raise TracingError(
                f"{_called(function)} returned {_briefly(value)}, and a graph's outputs are numbers.{hint}"
            )
    if not any(isinstance(value, Node) for _, value in entries):
        raise TracingError(f"{_called(function)} returned {_briefly(result)}, which does not depend on its inputs.")
    return [
        (name, value if isinstance(value, Node) and value.operation is not None else Node(OPERATIONS["same"], (value,)))
        for name, value in entries
    ]


def _outputs(name: str | None, result: Any) -> Iterator[tuple[str | None, Any]]:
    if isinstance(result, dict):
        for key, value in result.items():
            yield from _outputs(key if isinstance(key, str) and key.isidentifier() else None, value)
    elif isinstance(result, (list, tuple)) or getattr(getattr(result, "dtype", None), "kind", "") == "O":
        for value in result:
            yield from _outputs(None, value)
    else:
        yield name, result


# What a traced value cannot do ---------------------------------------------------------------------------------------


def branch_error(node: Node) -> TracingError:
    """The error for a traced value of which it was asked whether it is true, or equal to something."""
    return TracingError(
        f"{_line()}needs to know a traced value, and it is not known yet: a graph holds for all values, so it cannot "
        "branch on one. Write where(x > 0, a, b) (np.where) for a choice, np.maximum(x, 0) or np.minimum for max and "
        "min, abs(x) for the distance from 0. A loop may run as often as a plain number says."
    )


def number_error(node: Node) -> TracingError:
    """The error for a traced value where a plain number is needed: `math.sin(x)`, `range(x)`, `x[x > 0]`, `len(x)`."""
    line = _line()
    if _is_condition(node):
        return TracingError(
            f"{line}needs to know where a condition holds, and that is not known yet: a graph holds for all values. "
            "Write where(x > 0, x, 0) (np.where), which keeps every entry in its place, for x[x > 0]."
        )
    remedy = "In place of the functions of math write numpy's: np.sin(x) for math.sin(x)."
    if "math." not in line:
        remedy += " Counts, positions and lengths must be plain numbers; entries are reached by x[0], x[1]."
    return TracingError(f"{line}needs a plain number, and a traced value is not known yet. {remedy}")


def _is_condition(node: Any) -> bool:
    """Whether a node is `x > 0`, a step, or `x <= 0`, which is 1 - step, or an entry of such."""
    while isinstance(node, Node) and node.operation is not None and node.operation.name != "step":
        if node.operation.name != "item" and not (node.operation.name == "sub" and node.arguments[0] == 1):
            return False
        node = node.arguments[-1]
    return isinstance(node, Node) and node.operation is not None


def _numpys_own(function: Any) -> TracingError:
    """The error for `graph(np.sin)`."""
    try:
        parameters = inspect.signature(function).parameters.values()
        names = [p.name for p in parameters if p.default is p.empty and p.kind < p.VAR_POSITIONAL]
    except (TypeError, ValueError):
        names = []
    names = ["x", "y", "z"][: function.nin] if hasattr(function, "nin") else names or ["x"]
    inside = "linalg." if "linalg" in (getattr(function, "__module__", None) or "") else ""
    given, name = ", ".join(names), f"np.{inside}{function.__name__}"
    return TracingError(
        f"{name} is numpy's own function, with settings that are no inputs of a graph: "
        f"wrap it, lambda {given}: {name}({given})."
    )


def _line() -> str:
    """`In f, line 3, "if x > 0:" ` for the innermost line that is not ours."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and (_ours(frame.f_code.co_filename)):
        frame = frame.f_back
    if frame is None:
        return "This "
    text = _briefly(linecache.getline(frame.f_code.co_filename, frame.f_lineno).strip(), str)
    return f"In {frame.f_code.co_name}, line {frame.f_lineno}, {f'“{text}” ' if text else 'this '}"


def _ours(file: str) -> bool:
    return file.startswith((_PACKAGE, "<__array_function__")) or "numpy" in Path(file).parts


def _called(function: Any) -> str:
    return f"The function {getattr(function, '__name__', None) or type(function).__name__}"


def _briefly(value: Any, written: Callable[[Any], str] = repr) -> str:
    text = written(value)
    return text if len(text) <= 70 else f"{text[:69]}…"
