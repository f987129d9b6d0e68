"""What the browser is given of a live figure, once: the picture with its slots, the program, and the words.

    {"version": 1, "title": "...", "svg": "...", "names": [...], "inputs": [positions], "outputs": [positions],
     "widths": [...],                       of each name, in units of the font size; null where it is not shown
     "held": [positions],
     "program": {...} or null,              `core.derived.portable`; without one there are no sliders, and
     "flow": {"values": [...], "edges": [[child, parent, map], ...], "sizes": [...], "symbolic": false} or null
     "equations": ["", "5 - 3a", ...],      of each name, in plain text
     "formulas": ["-3", "2d", ...],         of each edge: its partial in symbols
     "ranges": {"a": [least, most, step]}, "conventions": {...}, "notes": [...], "inside": {"e": {...}}, "view": {...}}

Edges are numbered as in the flow and in the picture. An entry of "inside" is the figure of one equation, with its
program, or of a part that is a flow of its own, such as a module of PyTorch.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from math import floor, log10
from typing import Any

from ..core.derived.portable import portable
from ..core.edge import Edge
from ..core.flow import GradientFlow
from ..core.graph import Graph
from ..core.linear import Factor, Missing
from ..core.node import Node
from ..core.worlds import Unknown, is_array
from ..core.written import map_formula
from ..diagram.live import LivePicture, is_large
from ..diagram.slots import name_width
from ..errors import GradflowError

VERSION = 1
MOST_INSIDE = 40
"""So many equations are sent with their own figures; in a larger graph the kernel is asked for one at a time."""
MOST_SAVED = 300
"""A saved page has so many of them."""


def can_run(graph: Graph) -> bool:
    """Whether the browser can run this graph: opaque functions have no program."""
    return not any(node.operation is not None and node.operation.name == "opaque" for node in graph.nodes)


def flow_data(flow: GradientFlow) -> dict[str, Any]:
    """A flow as it is, for a figure that has no program."""
    position = {name: i for i, name in enumerate(flow.names)}
    return {
        "values": [plain_value(flow.known[name]) if not flow.symbolic else None for name in flow.names],
        "edges": [[position[e.child], position[e.parent], _plain_map(e.map)] for e in flow.edges],
        "symbolic": flow.symbolic,
        "sizes": [getattr(flow.known[name], "size", 1) if not flow.symbolic else 1 for name in flow.names],
    }


def words(flow: GradientFlow, arrays: Collection[str] = ()) -> dict[str, Any]:
    """The names and formulas of a flow in symbols (or of one that has only numbers), in plain text.

    Between `arrays` a partial is a Jacobian, of which the formula of one entry would say something else.
    """
    arrays = set(arrays)
    position = {name: i for i, name in enumerate(flow.names)}
    return {
        "names": list(flow.names),
        "inputs": [position[name] for name in flow.graph.inputs if name in position],
        "outputs": [position[name] for name in flow.outputs if name in position],
        "widths": [round(name_width(name), 3) if name in flow.graph else None for name in flow.names],
        "held": [i for i, name in enumerate(flow.names) if f"{name} is held fixed" in flow.notes],
        "equations": [str(flow.equations[name]) if name in flow.equations else "" for name in flow.names],
        "formulas": ["" if {edge.child, edge.parent} & arrays else _formula(edge) for edge in flow.edges],
    }


def inside(graph: Graph, name: str) -> dict[str, Any]:
    """The figure of one equation: every operation a node. Its numbers come from those of the whole."""
    inner = graph.inside(name)
    flow = inner.flow()
    return {**words(flow), "svg": LivePicture(flow, None).inner_svg, "program": portable(inner, False)}


def inside_flow(flow: GradientFlow) -> dict[str, Any]:
    """The figure of a part that is a flow of its own, with the numbers that it has."""
    return {**words(flow), "svg": LivePicture(flow, flow).inner_svg, "flow": flow_data(flow)}


def can_open(graph: Graph) -> list[str]:
    """The names whose equations have something inside: more than one operation, on numbers."""
    own = {id(node) for node in graph.named.values()}
    return [
        name
        for name, node in graph.named.items()
        if not graph.expanded
        and node.operation is not None
        and any(isinstance(a, Node) and id(a) not in own and not a.is_constant for a in node.arguments)
    ]


def default_range(value: float) -> list[float]:
    """Least, most and step of a slider: symmetric, round, at least twice as far as the value, 100 steps.

    >>> default_range(1), default_range(-30), default_range(0.002)
    ([-5.0, 5.0, 0.1], [-100.0, 100.0, 2.0], [-5.0, 5.0, 0.1])
    """
    most = min(max(2 * abs(value), 5.0), 4e307)
    ten = 10.0 ** floor(log10(most))
    top = next(factor for factor in (1, 2, 5, 10) if factor * ten >= most * (1 - 1e-12)) * ten
    return [-top, top, top / 50]


def ranges(inputs: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, list[float]]:
    """The sliders' ranges: those that were given, as (least, most) or (least, most, step), and default ones."""
    for name in given:
        if name not in inputs:
            raise GradflowError(f"ranges has {name!r}, which is not an input. The inputs are {', '.join(inputs)}.")
    return {
        name: _range(name, given[name]) if name in given else default_range(float(value))
        for name, value in inputs.items()
        if not isinstance(value, list)
    }


def _range(name: str, given: Any) -> list[float]:
    try:
        numbers = [float(number) for number in given]
        least, most, step = numbers if len(numbers) == 3 else (*numbers, (numbers[1] - numbers[0]) / 100)
        if least < most and 0 < step <= most - least and most - least < float("inf"):
            return [least, most, step]
    except (TypeError, ValueError, IndexError):
        pass
    raise GradflowError(
        f"The range of {name} is two numbers, or three with a step: ranges={{{name!r}: (0, 5)}}, or (0, 5, 0.1)."
    )


def plain_value(value: Any) -> Any:
    """A value in JSON: a float, or nested lists of floats; None where it is not known."""
    if isinstance(value, Unknown):
        return None
    return value.tolist() if is_array(value) else float(value)


def _plain_map(map: Any) -> Any:
    """A linear map in JSON: a number, a matrix with its entries in C order, None where only a symbol is known."""
    if isinstance(map, Missing):
        return "missing"
    if isinstance(map, Factor):
        return float(map.value) if not getattr(map.value, "free_symbols", ()) else None
    if is_large(map):
        return None
    rows, columns = map.shape
    return {"rows": rows, "cols": columns, "data": map.matrix.reshape(-1).tolist()}


def _formula(edge: Edge) -> str:
    return str(map_formula(edge.map)) if edge.exists else ""
