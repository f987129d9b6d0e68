"""The picture in words: a table of nodes and a table of edges, as text and as HTML."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from ..notation.mathml import mathml
from ..notation.plain import Equation, Formula
from .labels import EdgeLabel, NodeLabel

Row = tuple[str, ...]


def _right(formula: Formula) -> str:
    """What stands right of the name: the node's own equation without `e =`."""
    return str(formula.sides[-1]) if isinstance(formula, Equation) else ""


def node_rows(nodes: Sequence[NodeLabel]) -> tuple[Row, list[Row]]:
    """Heading and rows of the table of nodes; columns that would be empty are left out."""
    columns = [
        ("node", [node.name for node in nodes]),
        ("is", [node.kind if node.kind == "input" else _right(node.written) or str(node.written) for node in nodes]),
        ("value", [str(node.value) if node.value else "" for node in nodes]),
        ("derivative", [str(node.adjoint) if node.adjoint else "" for node in nodes]),
    ]
    kept = [(head, cells) for head, cells in columns if any(cells)]
    return tuple(head for head, _ in kept), list(zip(*(cells for _, cells in kept)))


def edge_rows(edges: Sequence[EdgeLabel]) -> tuple[Row, list[Row]]:
    """Heading and rows of the table of edges."""
    rows = [
        (
            f"{edge.parent} → {edge.child}",
            str(edge.written),
            edge.convention or ("" if edge.exists else "does not exist here"),
        )
        for edge in edges
    ]
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
    """Both tables as HTML, formulas as MathML."""
    node_body = "".join(
        f'<tr><th scope="row">{mathml(node.written)}</th><td>{mathml(node.value) if node.value else ""}</td>'
        f"<td>{mathml(node.adjoint) if node.adjoint else ''}</td></tr>"
        for node in nodes
    )
    edge_body = "".join(
        f'<tr><th scope="row">{escape(edge.parent)} → {escape(edge.child)}</th><td>{mathml(edge.written)}</td>'
        f"<td>{escape(edge.convention or ('' if edge.exists else 'does not exist here'))}</td></tr>"
        for edge in edges
    )
    return (
        '<table class="gf-table"><caption>Nodes</caption><thead><tr><th scope="col">node</th><th scope="col">value</th>'
        f'<th scope="col">derivative</th></tr></thead><tbody>{node_body}</tbody></table>'
        '<table class="gf-table"><caption>Edges</caption><thead><tr><th scope="col">edge</th><th scope="col">partial</th>'
        f'<th scope="col">note</th></tr></thead><tbody>{edge_body}</tbody></table>'
    )
