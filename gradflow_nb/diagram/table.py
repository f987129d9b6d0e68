"""The picture in words: a table of nodes and a table of edges, as text and as HTML."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from ..notation.mathml import mathml
from ..notation.plain import Equation, Formula
from .labels import EdgeLabel, NodeLabel

Row = tuple[str, ...]


_KINDS = {"input": "input", "held": "held fixed"}


def _right(formula: Formula) -> str:
    """What stands right of the name: the node's own equation without `e =`."""
    return str(formula.sides[-1]) if isinstance(formula, Equation) else ""


def node_rows(nodes: Sequence[NodeLabel]) -> tuple[Row, list[Row]]:
    """Heading and rows of the table of nodes; columns that would be empty are left out."""
    columns = [
        ("node", [node.name for node in nodes]),
        ("is", [_KINDS.get(node.kind) or _right(node.written) or str(node.written) for node in nodes]),
        ("value", [str(node.value) if node.value else "" for node in nodes]),
        ("derivative", [str(node.adjoint) if node.adjoint else "" for node in nodes]),
        *((head, [str(_bare(node, head) or "") for node in nodes]) for head in _headings(nodes)),
    ]
    kept = [(head, cells) for head, cells in columns if any(cells)]
    return tuple(head for head, _ in kept), list(zip(*(cells for _, cells in kept)))


def _headings(nodes: Sequence[NodeLabel]) -> list[str]:
    """The headings of all remarks, in the order in which they are met."""
    return list(dict.fromkeys(heading for node in nodes for heading in node.remarks))


def _bare(node: NodeLabel, heading: str) -> Formula | None:
    """What a remark says under its heading, without its own beginning."""
    remark = node.remarks.get(heading)
    return remark.sides[-1] if isinstance(remark, Equation) else remark


def edge_rows(edges: Sequence[EdgeLabel]) -> tuple[Row, list[Row]]:
    """Heading and rows of the table of edges."""
    rows = [(f"{edge.parent} → {edge.child}", str(edge.written), _note(edge)) for edge in edges]
    return ("edge", "partial", "note"), rows


def text(heading: str, nodes: Sequence[NodeLabel], edges: Sequence[EdgeLabel]) -> str:
    """Both tables in plain text, the same on every machine."""
    parts = [heading, *_aligned(*node_rows(nodes))]
    if edges:
        parts += ["", *_aligned(*edge_rows(edges))]
    return "\n".join(parts)


def _aligned(head: Row, rows: list[Row]) -> list[str]:
    keep = [i for i in range(len(head)) if any(row[i] for row in rows)]
    table = [[row[i] for i in keep] for row in (head, *rows)]
    widths = [max(len(row[i]) for row in table) for i in range(len(keep))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in table]


def html(nodes: Sequence[NodeLabel], edges: Sequence[EdgeLabel]) -> str:
    """Both tables as HTML, formulas as MathML; columns that would be empty are left out."""
    about_nodes = {
        "node": [escape(node.name) for node in nodes],
        "is": [_KINDS.get(node.kind) or mathml(node.written, large=True) for node in nodes],
        "value": [mathml(node.value, large=True) if node.value else "" for node in nodes],
        "derivative": [mathml(node.adjoint, large=True) if node.adjoint else "" for node in nodes],
    }
    for head in _headings(nodes):
        about_nodes[head] = [mathml(bare, large=True) if (bare := _bare(node, head)) else "" for node in nodes]
    about_edges = {
        "edge": [escape(f"{edge.parent} → {edge.child}") for edge in edges],
        "partial": [mathml(edge.written, large=True) for edge in edges],
        "note": [escape(_note(edge)) for edge in edges],
    }
    return _table("Nodes", about_nodes) + (_table("Edges", about_edges) if edges else "")


def _note(edge: EdgeLabel) -> str:
    return edge.convention or edge.note


_LEFT = 'style="text-align: left"'
"""On every cell, for notebooks align the cells of tables to the right."""


def _table(caption: str, columns: dict[str, list[str]]) -> str:
    kept = {head: cells for head, cells in columns.items() if any(cells)}
    head = "".join(f'<th scope="col" {_LEFT}>{name}</th>' for name in kept)
    rows = "".join(
        f'<tr><th scope="row" {_LEFT}>{first}</th>{"".join(f"<td {_LEFT}>{cell}</td>" for cell in rest)}</tr>'
        for first, *rest in zip(*kept.values())
    )
    return (
        f'<table class="gf-table"><caption {_LEFT}>{caption}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    )
