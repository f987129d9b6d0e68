"""Ink: labels put where the layout says, as one SVG.

No element has an `id`, for a graph may be shown twice on a page; arrowheads are drawn. Everything that a person
named passes through `escape`. Colours are variables with fallbacks, so the same bytes suit a dark page and paper.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from html import escape
from pathlib import Path

from ..notation.plain import Equation, Formula, Words
from ..notation.svgtext import Box, beside, box, raised, text_width
from .arrows import arrow
from .labels import MORE, EdgeLabel, NodeLabel
from .layout import Layout, Point

NODE_FONT, EDGE_FONT, NOTE_FONT = 16.0, 15.0, 12.0
REMARK = 0.75
"""The size of a remark beside that of the node's other lines."""
_PAD_X, _PAD_Y, _GAP, _MARGIN, HEAD = 11.0, 7.0, 3.0, 8.0, 9.0
_WIDEST_NODE, _WIDEST_EDGE = 340.0, 230.0
_MARKS = "†‡§¶"
STYLE = (Path(__file__).parent / "figure.css").read_text(encoding="utf-8")


def fitted(formula: Formula, widest: float, shorter: Iterable[Formula] = ()) -> Box:
    """The ink of a formula; of one that is too wide, the first form that fits: its ends, a shorter one, its beginning.

    The table has it whole.
    """
    forms = [formula, *shorter]
    if isinstance(formula, Equation):
        first, last = formula.sides[0], formula.sides[-1]
        forms = [formula, Equation((first, last)), *shorter, Equation((first, MORE))]
    return next((ink for ink in map(box, forms) if ink.width <= widest), box(MORE))


def node_lines(label: NodeLabel) -> list[tuple[str, Box]]:
    """The lines of a node: a class for the colour, and the ink."""
    lines = [
        ("", label.written, ()),
        ("gf-value", label.value, label.shorter_value),
        ("gf-adjoint", label.adjoint, label.shorter_adjoint),
    ]
    return [
        *(
            (kind, fitted(formula, _WIDEST_NODE / NODE_FONT, shorter))
            for kind, formula, shorter in lines
            if formula is not None
        ),
        *(("gf-remark", remark_box(remark, _WIDEST_NODE / NODE_FONT)) for remark in label.remarks.values()),
    ]


def remark_box(remark: Formula, widest: float) -> Box:
    """The ink of a remark, smaller than the rest."""
    return fitted(remark, widest / REMARK).scaled(REMARK)


def node_size(label: NodeLabel) -> tuple[float, float]:
    """Width and height of a node in points."""
    boxes = [line for _, line in node_lines(label)]
    width = max(line.width for line in boxes) * NODE_FONT + 2 * _PAD_X
    return max(width, 44.0), sum(line.height for line in boxes) * NODE_FONT + _GAP * (len(boxes) - 1) + 2 * _PAD_Y


def edge_box(label: EdgeLabel, mark: str = _MARKS[0]) -> Box:
    """The ink of an edge's label; a `mark` points to the note on its convention."""
    ink = fitted(label.written, _WIDEST_EDGE / EDGE_FONT, label.shorter)
    sign = raised(box(Words(f" {mark}")).scaled(0.7), max(0.38, ink.above - 0.6))
    return beside([ink, sign]) if label.convention else ink


def edge_size(label: EdgeLabel) -> tuple[float, float]:
    """Width and height of an edge's label in points, with room around it."""
    ink = edge_box(label)
    return ink.width * EDGE_FONT + 14, ink.height * EDGE_FONT + 6


def conventions(edges: Sequence[EdgeLabel]) -> dict[str, tuple[str, str]]:
    """For every convention its mark, and the note that explains it: what it is about, and what it says."""
    about: dict[str, list[str]] = {}
    for edge in edges:
        if edge.convention:
            about.setdefault(edge.convention, []).extend([edge.subject] if edge.subject else [])
    marked = {}
    for i, (convention, subjects) in enumerate(about.items()):
        mark = _MARKS[i % len(_MARKS)] * (i // len(_MARKS) + 1)
        of = f"{', '.join(dict.fromkeys(subjects))}: " if subjects else ""
        marked[convention] = mark, f"{mark} {of}{convention}"
    return marked


def svg(
    nodes: Sequence[NodeLabel],
    edges: Sequence[EdgeLabel],
    place: Layout,
    title: str,
    description: str,
    notes: Sequence[str] = (),
    reverse: bool = False,
    lit: Collection[str | tuple[str, str]] = (),
) -> str:
    """The picture, with `notes` under it.

    `reverse` turns the arrows round; `lit` holds the names and the (child, parent) pairs to light up.
    """
    said = conventions(edges)
    notes = list(dict.fromkeys([*notes, *(note for _, note in said.values())]))
    into = edges_into(edges)
    body = []
    for node, centre in zip(nodes, place.nodes):
        for i in into.get(node.name, []):
            edge, shines = edges[i], (edges[i].child, edges[i].parent) in lit
            mark, _ = said.get(edge.convention, ("", ""))
            body.append(_edge(i, edge, mark, place.curves[i], place.labels[i], reverse, shines))
        body.append(_node(node, centre, node.name in lit))
    return framed("".join(body), place, title, description, notes, " gf-gradient" if reverse else "")


def edges_into(edges: Sequence[EdgeLabel]) -> dict[str, list[int]]:
    """The numbers of the edges into each node: an edge is drawn before the node at its head."""
    into: dict[str, list[int]] = {}
    for i, edge in enumerate(edges):
        into.setdefault(edge.child, []).append(i)
    return into


def framed(
    body: str,
    place: Layout,
    title: str,
    description: str,
    notes: Sequence[str] = (),
    kind: str = "",
    style: str = STYLE,
    room: float | None = None,
) -> str:
    """The whole SVG around what was drawn, as large as the layout and the `notes` under it need.

    Where it has only so much `room` it is drawn smaller, but not by more than a quarter.
    """
    xs = [x for curve in place.curves for x, _ in curve]
    left, right = min([0.0, *xs]), max([place.width, *xs])
    right = max(right, left + max((text_width(note) * NOTE_FONT for note in notes), default=0))
    width, height = right - left + 2 * _MARGIN, place.height + 2 * _MARGIN + 18 * len(notes)
    for i, note in enumerate(notes):
        y = place.height + _MARGIN + 10 + 18 * i
        body += f'<text class="gf-note" x="{left:.1f}" y="{y:.1f}" font-size="{NOTE_FONT}">{escape(note)}</text>'
    scale = 1.0 if room is None else max(0.75, min(1.0, room / width))
    view = f"{left - _MARGIN:.1f} {-_MARGIN:.1f} {width:.1f} {height:.1f}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="gradflow{kind}" role="group" '
        f'aria-label="{escape(title)}" viewBox="{view}" width="{width * scale:.0f}" height="{height * scale:.0f}">'
        f"<title>{escape(title)}</title><desc>{escape(description)}</desc><style>{style}</style>"
        f'<rect class="gf-paper" x="{left - _MARGIN:.1f}" y="{-_MARGIN:.1f}" '
        f'width="{width:.1f}" height="{height:.1f}" rx="4"/>'
        f"{body}</svg>"
    )


def _node(label: NodeLabel, centre: Point, lit: bool) -> str:
    width, height = node_size(label)
    x, y = centre[0] - width / 2, centre[1] - height / 2
    ink, top = [], y + _PAD_Y
    for kind, line in node_lines(label):
        top += line.above * NODE_FONT
        drawn = line.svg(centre[0] - line.width * NODE_FONT / 2, top, NODE_FONT)
        ink.append(f'<g class="gf-ink {kind}" data-role="{kind.removeprefix("gf-") or "written"}">{drawn}</g>')
        top += line.below * NODE_FONT + _GAP
    held = label.kind == "held"  # like an input, with a dotted outline
    kinds = f"gf-{'input gf-held' if held else label.kind}{' gf-lit' if lit else ''}"
    outline = ' stroke-dasharray="2 3"' if held else ""
    return (
        f'<g class="gf-node {kinds}" data-node="{escape(label.name)}" role="img" '
        f'aria-label="{escape(label.heard)}">'
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="8"{outline}/>'
        f"{''.join(ink)}</g>"
    )


def _edge(
    number: int,
    label: EdgeLabel,
    mark: str,
    curve: Sequence[Point],
    at: Point | None,
    reverse: bool,
    lit: bool,
) -> str:
    ink = edge_box(label, mark)
    text = ""
    if at is not None and ink.width:
        x = at[0] - ink.width * EDGE_FONT / 2
        y = at[1] + (ink.above - ink.below) * EDGE_FONT / 2
        text = f'<g class="gf-ink" data-role="partial">{ink.svg(x, y, EDGE_FONT)}</g>'
    kind = " gf-cut" * label.cut + " gf-missing" * (not label.exists) + " gf-lit" * lit
    return (
        f'<g class="gf-edge{kind}" data-edge="{number}" '
        f'data-child="{escape(label.child)}" data-parent="{escape(label.parent)}" '
        f'role="img" aria-label="{escape(label.spoken)}">{arrow(curve[::-1] if reverse else curve, HEAD)}{text}</g>'
    )
