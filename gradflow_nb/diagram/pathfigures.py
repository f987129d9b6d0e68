"""The paths between two nodes, drawn: one small picture a path, joined by +, and in words.

Every picture shows the same piece of the graph, the nodes and edges that lie on some path, with one path lit and
its product underneath. Like every picture here it has no `id`, and its colours are variables with fallbacks.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from html import escape

from ..core.edge import Edge
from ..core.paths import Paths
from ..core.paths.path import Path, number_of, partial_formula, short
from ..core.written import array_formula
from ..errors import NoDerivative
from ..notation.plain import Derivative, Equation, Formula, Name, Number, Product, Said, Vector, Words
from ..notation.renaming import renamed
from ..notation.svgtext import SVG_TEXT, Box, box
from .arrows import arrow
from .dot import digraph
from .labels import derivative_names
from .layout import Layout, Point, layout
from .svg import STYLE, fitted

MOST_DRAWN, MOST_LISTED = 12, 50
"""So many paths are drawn, and so many are listed in words."""
_MOST_NODES, _MOST_EDGES, _LONGEST_NAME = 30, 90, 12
_WIDEST_PRODUCT, _WIDEST_SUM = 24.0, 46.0
_WIDEST, _MARGIN, _GAP, _PLUS, _HEAD = 780.0, 12.0, 14.0, 26.0, 7.0
_NAME, _INK, _SUM, _HEIGHT = 12.0, 14.0, 16.0, 20.0
_STYLE = """
.gf-paths .gf-faint rect, .gf-paths .gf-faint .gf-curve, .gf-paths .gf-faint .gf-head { opacity: 0.4; }
.gf-paths .gf-faint .gf-ink { opacity: 0.64; }
.gf-paths .gf-lit .gf-curve, .gf-paths .gf-lit rect { stroke-width: 2; }
"""


def text(paths: Paths) -> str:
    """The paths in words: one line a path, and the sum."""
    if not paths.count:
        return f"No path from {paths.wrt} to {paths.of}, so d{paths.of}/d{paths.wrt} = 0."
    lines = [f"{number_of(paths.count)} {'path' if paths.count == 1 else 'paths'} from {paths.wrt} to {paths.of}"]
    lines += [f"  {path}" for path in paths[:MOST_LISTED]]
    if paths.count > MOST_LISTED:
        lines.append(f"  … and {number_of(paths.count - MOST_LISTED)} more")
    return "\n".join([*lines, f"  sum: {_sum(paths)}"])


def _outcome(path: Path) -> Formula:
    """What a path's product comes to, or in words that it does not exist."""
    try:
        return short(path.product)
    except NoDerivative:
        return _says(path.edges)


def _says(edges: Iterable[Edge]) -> Words:
    """What is said of a product, or of a sum, that these edges do not make."""
    return Words(next((edge.map.says for edge in edges if not edge.exists), "cannot be given"))


def _sum(paths: Paths) -> Formula:
    """The sum over the paths as an equation; between arrays it is the Jacobian, which says so where it lies flat."""
    left = Derivative(paths.of, paths.wrt, "d")
    try:
        total = paths.sum
    except NoDerivative:
        return Said(left, _says(paths.edges).text)
    if not getattr(total, "ndim", 0):
        return Equation((left, short(total)))
    rows, columns = total.shape
    formula = array_formula(total.reshape(-1), (columns,) if rows == 1 else (rows, columns))
    if isinstance(formula, Vector) and formula.size:
        return Equation((left, replace(formula, size=f"{rows}×{columns} Jacobian")))
    flat = any(getattr(paths.flow.known[name], "ndim", 0) > 1 for name in (paths.of, paths.wrt))
    whole = Equation((left, formula))
    return Said(whole, f"({rows}×{columns} Jacobian)") if flat else whole


def _total_ink(paths: Paths) -> Box:
    """The ink of the sum; of one in symbols that is too wide, by its named totals."""
    total = _sum(paths)
    named = paths.flow.symbolic and isinstance(total, Equation) and box(total).width > _WIDEST_SUM
    shorter = [Equation((total.sides[0], paths.factored("named").formula))] if named else []
    names = derivative_names(paths.flow.graph)
    return fitted(renamed(total, names), _WIDEST_SUM, [renamed(form, names) for form in shorter])


def written(path: Path) -> Formula:
    """A path's product as it is written, and what it comes to: `3·2·32·5 = 960`."""
    factors = tuple(partial_formula(edge) for edge in path.edges)
    if not all(isinstance(factor, Number) for factor in factors):
        factors = tuple(factor for factor in factors if factor != Number(1))  # 1(x + y) is x + y
    product = Number(1) if not factors else factors[0] if len(factors) == 1 else Product(factors)
    outcome = _outcome(path)
    if isinstance(outcome, Words):
        return product if outcome.text.startswith("has no formula") else Said(product, f", which {outcome}")
    return product if str(product) == str(outcome) or not path.is_scalar else Equation((product, outcome))


def svg(paths: Paths) -> str | None:
    """One picture of all paths (of many, the first 12), or None where they cannot be drawn small."""
    if not 0 < len(paths.nodes) <= _MOST_NODES or len(paths.edges) > _MOST_EDGES:
        return None
    piece = _Piece.of(paths)
    if piece.place.width > _WIDEST:
        return None
    inks = [_product_ink(path) for path in paths[:MOST_DRAWN]]
    above, below = max(ink.above for ink in inks) * _INK, max(ink.below for ink in inks) * _INK
    cells = [_Cell(path, ink, piece, above) for path, ink in zip(paths, inks)]
    body: list[str] = []
    one_row = sum(cell.width + _PLUS for cell in cells) - _PLUS <= _WIDEST
    x, y, widest = _MARGIN + (0.0 if one_row else _PLUS), _MARGIN, 0.0
    row = piece.place.height + _GAP + above + below + 2 * _GAP
    for i, cell in enumerate(cells):
        lead = _PLUS if i else 0.0
        if i and x + lead + cell.width > _MARGIN + _WIDEST:
            x, y = _MARGIN, y + row
        if i:
            body.append(_ink(box(Name("+")), x + _PLUS / 2, y + piece.place.height / 2, 20.0))
            x += _PLUS
        body.append(cell.svg(x, y))
        x += cell.width
        widest = max(widest, x)
    y += row
    if paths.count > len(cells):
        more = box(Words(f"+ … and {number_of(paths.count - len(cells))} more"))
        body.append(_left(more, _MARGIN, y, _INK))
        widest, y = max(widest, _MARGIN + more.width * _INK), y + more.height * _INK + _GAP
    total = _total_ink(paths)
    body.append(_left(total, _MARGIN, y, _SUM))
    width = max(widest, _MARGIN + total.width * _SUM) + _MARGIN
    height = y + total.height * _SUM + _MARGIN
    title = f"{number_of(paths.count)} {'path' if paths.count == 1 else 'paths'} from {paths.wrt} to {paths.of}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="gradflow gf-paths" role="group" aria-label="{escape(title)}" '
        f'viewBox="0 0 {width:.1f} {height:.1f}" width="{width:.0f}" height="{height:.0f}">'
        f"<title>{escape(title)}</title><desc>{escape(text(paths))}</desc><style>{STYLE}{_STYLE}</style>"
        f'<rect class="gf-paper" width="{width:.1f}" height="{height:.1f}" rx="4"/>{"".join(body)}</svg>'
    )


@dataclass(frozen=True)
class _Piece:
    """The piece of the graph that every picture shows, laid out once."""

    paths: Paths
    place: Layout
    names: dict[str, Box]

    @classmethod
    def of(cls, paths: Paths) -> _Piece:
        fractions = derivative_names(paths.flow.graph)
        names = {
            name: SVG_TEXT.inline(fractions[name]) if name in fractions else box(Name(_short(name)))
            for name in paths.nodes
        }
        position = {name: i for i, name in enumerate(paths.nodes)}
        nodes = [(_node_width(ink), _HEIGHT, "") for ink in names.values()]
        structure = digraph(nodes, [])
        structure.attr("graph", nodesep="0.2", ranksep="0.32")
        for i, edge in enumerate(paths.edges):
            structure.edge(f"n{position[edge.parent]}", f"n{position[edge.child]}", comment=str(i))
        return cls(paths, layout(structure), names)

    def svg(self, path: Path, x: float, y: float) -> str:
        """The piece with this path lit; what is faint lies underneath."""
        on, lit = set(path.nodes), {id(edge) for edge in path.edges}
        drawn = []
        for edge, curve in zip(self.paths.edges, self.place.curves):
            drawn.append((id(edge) in lit, arrow([(x + a, y + b) for a, b in curve], _HEAD)))
        for (name, ink), centre in zip(self.names.items(), self.place.nodes):
            drawn.append((name in on, _node(ink, (x + centre[0], y + centre[1]))))
        shining, faint = ("".join(ink for shines, ink in drawn if shines == kind) for kind in (True, False))
        return f'<g class="gf-faint">{faint}</g><g class="gf-lit">{shining}</g>'


@dataclass(frozen=True)
class _Cell:
    """One path's picture, with its product underneath."""

    path: Path
    ink: Box
    piece: _Piece
    above: float
    """How far the products of all cells reach above their common baseline."""

    @property
    def width(self) -> float:
        return max(self.piece.place.width, self.ink.width * _INK) + _GAP

    def svg(self, x: float, y: float) -> str:
        place = self.piece.place
        centre = x + self.width / 2
        top = y + place.height + _GAP + self.above - self.ink.above * _INK
        ink = _left(self.ink, centre - self.ink.width * _INK / 2, top, _INK)
        picture = self.piece.svg(self.path, centre - place.width / 2, y)
        return f'<g class="gf-path" role="img" aria-label="{escape(str(self.path))}">{picture}{ink}</g>'


def _product_ink(path: Path) -> Box:
    """The product with its outcome; where that is too wide the outcome alone, or the partials by name."""
    whole = written(path)
    named = tuple(Derivative(edge.child, edge.parent) for edge in path.edges)
    by_name = Product(named) if len(named) > 1 else Name("…")
    if isinstance(whole, Said):
        forms = [whole, Said(by_name, whole.words), Words(whole.words.removeprefix(", which "))]
    else:
        forms = [whole, *(whole.sides[::-1] if isinstance(whole, Equation) else ()), by_name]
    names = derivative_names(path.flow.graph)
    forms = [renamed(form, names) for form in forms]
    return next((ink for ink in map(box, forms) if ink.width <= _WIDEST_PRODUCT), box(Name("…")))


def _short(name: str) -> str:
    """A long name by its start and its end, where names that are alike differ."""
    return name if len(name) <= _LONGEST_NAME else f"{name[:6].rstrip('_')}…{name[-5:].lstrip('_')}"


def _node_width(ink: Box) -> float:
    return max(24.0, ink.width * _NAME + 12)


def _left(ink: Box, x: float, top: float, size: float) -> str:
    """Ink with its left end at x and its upper edge at `top`."""
    return f'<g class="gf-ink">{ink.svg(x, top + ink.above * size, size)}</g>'


def _ink(ink: Box, x: float, y: float, size: float) -> str:
    """Ink centred on a point."""
    return _left(ink, x - ink.width * size / 2, y - ink.height * size / 2, size)


def _node(ink: Box, centre: Point) -> str:
    width = _node_width(ink)
    left, top = centre[0] - width / 2, centre[1] - _HEIGHT / 2
    return (
        f'<g class="gf-node"><rect x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{_HEIGHT:.1f}" rx="6"/>'
        f"{_ink(ink, *centre, _NAME)}</g>"
    )
