"""The picture of a live figure: one layout for both directions, with room kept for every number that may come.

Formulas are ink, as in any picture. Numbers stand in slots (`slots`), which the browser fills again and again; what is
shown of them is a matter of classes on the SVG, so nothing moves of what stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from ..core.flow import GradientFlow
from ..core.linear import Factor, Missing
from ..core.sweeps import sweep_order
from ..core.worlds import is_array
from ..notation.plain import Derivative, Equation, Negative, Number
from ..notation.svgtext import Box, box
from .arrows import curve, head
from .labels import EdgeLabel, cut_labels, labels
from .layered import placed
from .layout import Point
from .slots import NUMBER_ROOM, derivative, derivative_room, ems, matrix_text, number, value_text
from .svg import EDGE_FONT, HEAD, NODE_FONT, STYLE, edges_into, fitted, framed, remark_box

_STYLE = STYLE + (Path(__file__).parent / "live.css").read_text(encoding="utf-8")
_VALUE, _DERIVATIVE, _LINE = 16.0, 15.0, 1.2
_PAD_X, _PAD_Y = 10.0, 6.0
_WIDEST_NODE, _WIDEST_EDGE = 260.0, 190.0
_ARRAY_ROOM = 8.0
_EQUALS, _EDGE_PAD = 1.06, 6.0
_REMARK_GAP = 4.0
_PANEL = 330.0
"""The width of the panel that an inner picture stands in."""
_LARGEST_MAP = 10_000


class LivePicture:
    """A flow in symbols drawn with slots. `numbers`, a flow at a point, fills them; `of` is what derivatives are of.

    `flow` may also have numbers itself and no symbols, as one from which nodes were eliminated.
    """

    def __init__(self, flow: GradientFlow, numbers: GradientFlow | None, orientation: str = "down") -> None:
        self.flow, self.numbers = flow, numbers
        self.nodes, self.edges = labels(flow, "computation", None)
        self.arrays = {name for name in (numbers.known if numbers else ()) if is_array(numbers.known[name])}
        longest = max((derivative_room(name, "") for name in flow.names), default=0)
        self._longest = min(longest, derivative_room("x" * 6, ""))
        self._written = [fitted(node.written, _WIDEST_NODE / NODE_FONT) for node in self.nodes]
        self._remarks = [
            [remark_box(each, _WIDEST_NODE / NODE_FONT) for each in node.remarks.values()] for node in self.nodes
        ]
        arrays = [not self.arrays.isdisjoint((edge.child, edge.parent)) for edge in self.edges]
        self._ink = [_formula_ink(edge, array) for edge, array in zip(self.edges, arrays)]
        self._constant = [_is_number(edge) and not array for edge, array in zip(self.edges, arrays)]
        position = {node.name: i for i, node in enumerate(self.nodes)}
        self.ends = [(position[edge.child], position[edge.parent]) for edge in self.edges]
        self._cuts = cut_labels(flow if numbers is None else numbers)
        sizes = [(*self._node_size(i), "") for i in range(len(self.nodes))]
        joins = [(parent, child, *self._edge_size(i), "") for i, (child, parent) in enumerate(self.ends)]
        joins += [(position[cut.parent], position[cut.child], 2 * _PAD_X, 2 * _PAD_X, "") for cut in self._cuts]
        self._place = placed(sizes, joins, orientation)

    def svg(self, title: str, description: str, direction: str, shown: str, of: str | None, steps: int) -> str:
        """The picture at the flow's point, after so many steps of the reverse sweep from `of`."""
        adjoints: dict[str, Any] = {}
        if self.numbers and of and of not in self.arrays:
            found = self.numbers.adjoint_or_missing(of)
            adjoints = {name: found[name] for name in sweep_order(self.flow, of)[:steps]}
        kind = f" gf-picture gf-shows-{shown}" + " gf-tangled" * self._place.tangled
        kind += " gf-gradient" * (direction == "gradient")
        return framed("".join(self._drawn(of, adjoints)), self._place, title, description, kind=kind, style=_STYLE)

    @property
    def inner_svg(self) -> str:
        """The picture without numbers, and without a style: that of the figure around it serves both."""
        drawn, kind = "".join(self._drawn(None, {})), " gf-picture gf-shows-both"
        return framed(drawn, self._place, "", "", kind=kind, style="", room=_PANEL)

    def _drawn(self, of: str | None, adjoints: Mapping[str, Any]) -> Iterator[str]:
        """Every node after the edges into it, in topological order."""
        into = edges_into(self.edges)
        for cut, points in zip(self._cuts, self._place.curves[len(self.edges) :]):  # nothing of it ever changes
            drawn = f"{curve(points)}{head(points, HEAD, '')}"
            yield f'<g class="gf-cut-off" role="img" aria-label="{escape(cut.spoken)}">{drawn}</g>'
        for i, (node, centre) in enumerate(zip(self.nodes, self._place.nodes)):
            for k in into.get(node.name, []):
                yield self._edge(k, self._place.curves[k], self._place.labels[k])
            yield self._node(i, centre, of, adjoints)

    # Nodes ------------------------------------------------------------------------------------------------------------

    def _room(self, i: int) -> float:
        return _ARRAY_ROOM if self.nodes[i].name in self.arrays else NUMBER_ROOM

    def _derivative_room(self, i: int) -> float:
        name = derivative_room("", self.nodes[i].name) - 0.5 - _EQUALS
        return min(self._longest + name, 9.0) + self._room(i)

    def _node_size(self, i: int) -> tuple[float, float]:
        ink = self._written[i]
        widths = [ink.width * NODE_FONT, self._room(i) * _VALUE, self._derivative_room(i) * _DERIVATIVE]
        widths += [remark.width * NODE_FONT for remark in self._remarks[i]]
        remarks = sum(remark.height * NODE_FONT for remark in self._remarks[i])
        height = ink.height * NODE_FONT + _LINE * (_VALUE + _DERIVATIVE) + remarks + _REMARK_GAP * bool(remarks)
        return max(widths) + 2 * _PAD_X, height + 2 * _PAD_Y

    def _node(self, i: int, centre: Point, of: str | None, adjoints: Mapping[str, Any]) -> str:
        label, ink = self.nodes[i], self._written[i]
        (width, height), (cx, cy) = self._node_size(i), centre
        x, y = cx - width / 2, cy - height / 2
        top = y + _PAD_Y + ink.above * NODE_FONT
        below = y + _PAD_Y + ink.height * NODE_FONT
        value = self.numbers.known.get(label.name) if self.numbers else None
        held = " gf-held" if label.kind == "held" else ""
        kind = "input" if label.kind == "held" else label.kind
        return (
            f'<g class="gf-node gf-{kind}{held}" data-node="{escape(label.name)}" role="img" '
            f'aria-label="{escape(label.heard)}">'
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="8"/>'
            f'<g class="gf-ink">{ink.svg(cx - ink.width * NODE_FONT / 2, top, NODE_FONT)}</g>'
            f'{_slot("value", cx, below + _VALUE, _VALUE, self._room(i), escape(value_text(value, self._room(i))))}'
            f"{self._derivative(i, cx, below + _LINE * _VALUE + _DERIVATIVE, of, adjoints)}"
            f"{self._remarked(i, cx, below + _LINE * (_VALUE + _DERIVATIVE) + _REMARK_GAP)}</g>"
        )

    def _remarked(self, i: int, x: float, top: float) -> str:
        """The remarks of a node, under everything else."""
        lines = []
        for remark in self._remarks[i]:
            lines.append(remark.svg(x - remark.width * NODE_FONT / 2, top + remark.above * NODE_FONT, NODE_FONT))
            top += remark.height * NODE_FONT
        return f'<g class="gf-ink gf-remark">{"".join(lines)}</g>' if lines else ""

    def _derivative(self, i: int, x: float, y: float, of: str | None, adjoints: Mapping[str, Any]) -> str:
        name, room = self.nodes[i].name, self._derivative_room(i)
        found, text = adjoints.get(name), ""
        if of and name in adjoints:
            value = "does not exist" if isinstance(found, Missing) else value_text(found, self._room(i))
            named = name in self.flow.graph and derivative_room(of, name) + ems(value) <= room
            text = derivative(of, name, _DERIVATIVE) * named + f"<tspan>{' = ' * named}{value}</tspan>"
        return _slot("derivative", x, y, _DERIVATIVE, room, text)

    # Edges ------------------------------------------------------------------------------------------------------------

    def _edge_size(self, k: int) -> tuple[float, float]:
        ink = self._ink[k]
        width = ink.width * EDGE_FONT + (0 if self._constant[k] else (_EQUALS + NUMBER_ROOM) * EDGE_FONT)
        return max(width, NUMBER_ROOM * EDGE_FONT) + 2 * _EDGE_PAD, max(ink.height, 1.2) * EDGE_FONT + 4

    def _edge(self, k: int, points: Sequence[Point], at: Point | None) -> str:
        label, ink, constant = self.edges[k], self._ink[k], self._constant[k]
        map = self.numbers.edges[k].map if self.numbers else None
        text = "" if map is None else _map_text(map)
        slots = ""
        if at is not None:
            x = at[0] - self._edge_size(k)[0] / 2 + _EDGE_PAD
            y = at[1] + (ink.above - ink.below) * EDGE_FONT / 2
            after = x + ink.width * EDGE_FONT
            slots = (
                f'<g class="gf-ink gf-formula">{ink.svg(x, y, EDGE_FONT)}</g>'
                + ("" if constant else _slot("equals", after, y, EDGE_FONT, NUMBER_ROOM, f" = {text}" if text else ""))
                + _slot("number", x, at[1] + 0.25 * EDGE_FONT, EDGE_FONT, NUMBER_ROOM, text)
            )
        missing = " gf-missing" if isinstance(map, Missing) else ""
        return (
            f'<g class="gf-edge{missing}" data-edge="{k}" data-child="{escape(label.child)}" '
            f'data-parent="{escape(label.parent)}" role="img" aria-label="{escape(label.spoken)}">'
            f'{curve(points)}{head(points, HEAD, " gf-computes")}{head(points[::-1], HEAD, " gf-returns")}{slots}</g>'
        )


def _formula_ink(edge: EdgeLabel, array: bool) -> Box:
    """`∂e/∂d = 2d`; only `∂e/∂d` where the formula is too wide, or is of arrays."""
    first = edge.written.sides[0] if isinstance(edge.written, Equation) else edge.written
    if isinstance(first, Derivative) and (array or not edge.exists):
        return box(first)
    return fitted(edge.written, _WIDEST_EDGE / EDGE_FONT, [first] if isinstance(first, Derivative) else [])


def _is_number(edge: EdgeLabel) -> bool:
    """Whether the formula of this partial is a number, so that the number need not be said twice."""
    last = edge.written.sides[-1] if isinstance(edge.written, Equation) else edge.written
    return isinstance(last, Number) or (isinstance(last, Negative) and isinstance(last.operand, Number))


def _map_text(map: Any) -> str:
    if isinstance(map, Missing):
        return "none"
    if isinstance(map, Factor):
        return number(float(map.value)) if not hasattr(map.value, "free_symbols") else ""
    return "{}×{}".format(*map.shape) if is_large(map) else matrix_text(map.matrix)


def is_large(map: Any) -> bool:
    """Whether a Jacobian is too large to be written down: then only its shape is shown."""
    rows, columns = map.shape
    return rows * max(rows, columns) > _LARGEST_MAP


def _slot(kind: str, x: float, y: float, size: float, room: float, text: str) -> str:
    return (
        f'<text class="gf-slot gf-{kind}" data-slot="{kind}" data-room="{room:.2f}" x="{x:.1f}" y="{y:.1f}" '
        f'font-size="{size:.0f}">{text}</text>'
    )
