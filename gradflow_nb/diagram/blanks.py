"""A figure with blanks: room to write where a question asks, and nothing on it that answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ..notation.plain import Blank, Derivative, Equation, Words
from .labels import Direction, EdgeLabel, NodeLabel

_ROOM = 4.5
"""The width of a blank, in units of the font size."""


def blanked(
    nodes: Sequence[NodeLabel],
    edges: Sequence[EdgeLabel],
    blanks: Mapping[str | tuple[str, str], str],
    direction: Direction,
    of: str | None,
) -> tuple[list[NodeLabel], list[EdgeLabel]]:
    """The labels of a question's figure. `blanks` has the answer's name by the node or (child, parent) it stands at.

    A value or a derivative that is asked for becomes a blank, and remarks with numbers, such as `.grad`, are left out.
    Partials are shown only where derivatives of nodes are asked for, which are made of them; everywhere else they
    would say too much.
    """
    return (
        [_node(node, blanks.get(node.name), direction, of) for node in nodes],
        [_edge(edge, blanks.get((edge.child, edge.parent)), direction == "gradient") for edge in edges],
    )


def _node(label: NodeLabel, name: str | None, direction: Direction, of: str | None) -> NodeLabel:
    label = replace(label, remarks={h: each for h, each in label.remarks.items() if not isinstance(each, Equation)})
    written = f"{label.kind if label.kind != 'operation' else 'node'} {label.written}"
    if direction == "gradient":
        known = f", value {label.value}" if label.value is not None else ""
        room = None if name is None else Equation((Derivative(of, label.name, "d"), Blank(name, _ROOM)))
        heard = "" if name is None else f", d{of}/d{label.name} is asked for"
        return replace(label, adjoint=room, shorter_adjoint=(), spoken=written + known + heard)
    if name is None:
        return label
    return replace(label, value=Blank(name, _ROOM), shorter_value=(), spoken=f"{written}, its value is asked for")


def _edge(label: EdgeLabel, name: str | None, shown: bool) -> EdgeLabel:
    if name is None and shown:
        return label
    spoken, bare = (
        f"edge from {label.parent} to {label.child}",
        {"exists": True, "convention": None, "note": "", "shorter": ()},
    )
    if name is None:
        return replace(label, written=Words(""), spoken=spoken, **bare)
    asked = Equation((Derivative(label.child, label.parent), Blank(name, _ROOM)))
    return replace(label, written=asked, spoken=f"{spoken}, its partial is asked for", **bare)
