"""`draw` and the `Figure` it makes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any, Literal

from ..core.display import Shown
from ..core.flow import GradientFlow
from ..core.graph import Graph
from ..core.paths import Path
from ..core.sweeps import sweep_order
from ..core.written import shape_text, value_formula
from ..errors import GradflowError
from .blanks import blanked
from .dot import digraph
from .labels import Direction, cut_labels, labels, target
from .layered import placed
from .moving import moved
from .saving import save_picture
from .svg import edge_size, node_size, svg
from .table import html, text

if TYPE_CHECKING:
    import graphviz


def draw(
    shown: Graph | GradientFlow,
    direction: Direction = "computation",
    of: str | None = None,
    highlight: str | Path | tuple[str, str] | Iterable[str | Path | tuple[str, str]] = (),
    orientation: Literal["down", "right"] = "down",
    moving: bool = False,
) -> Figure:
    """A picture of a graph (formulas) or of a flow (formulas and numbers).

    `direction="gradient"` turns the arrows round and writes d of / d node on every node; `of` may be left out
    where there is one output. `highlight` takes node names, (child, parent) pairs and paths. `orientation` is
    the way in which the computation runs on the page. With `moving` the picture, a gradient flow, plays the backward
    sweep over and over: on a screen, for readers who do not want less motion, and wherever an SVG is shown.
    Raises `GradflowError` for what is not known, and `UnknownName`.

    >>> from gradflow_nb import draw, graph
    >>> print(draw(graph("c = a + b; d = b + 1; e = c d").at(a=2, b=1)).text)
    gradient flow at a = 2, b = 1
    node  is     value
    a     input  2
    b     input  1
    c     a + b  3
    d     b + 1  2
    e     c·d    6
    <BLANKLINE>
    edge   partial
    a → c  ∂c/∂a = 1
    b → c  ∂c/∂b = 1
    b → d  ∂d/∂b = 1
    c → e  ∂e/∂c = d = 2
    d → e  ∂e/∂d = c = 3
    """
    if not isinstance(shown, Graph | GradientFlow):
        kind = type(shown).__name__
        raise GradflowError(f'draw takes a graph or a flow, and this is a {kind}: write draw(graph("c = a + b")).')
    for name, value, legal in (
        ("direction", direction, ("computation", "gradient")),
        ("orientation", orientation, ("down", "right")),
    ):
        if value not in legal:
            raise GradflowError(f"{name}={value!r} is not known: it is {' or '.join(map(repr, legal))}.")
    if moving and direction != "gradient":
        raise GradflowError('What moves is the backward sweep: write draw(..., direction="gradient", moving=True).')
    flow = shown.flow() if isinstance(shown, Graph) else shown
    of = target(flow, of) if direction == "gradient" or of is not None else None
    return Figure(flow, direction, of, frozenset(_lit(flow, highlight)), orientation, moving=moving)


def _lit(flow: GradientFlow, wanted: object) -> Iterable[str | tuple[str, str]]:
    if isinstance(wanted, Path):
        yield from wanted.nodes
        yield from ((edge.child, edge.parent) for edge in wanted.edges)
    elif isinstance(wanted, str):
        flow.partial(wanted, wanted)
        yield wanted
    elif isinstance(wanted, tuple) and len(wanted) == 2 and all(isinstance(part, str) for part in wanted):
        flow.partial(*wanted)
        yield wanted
    else:
        for part in wanted:  # type: ignore[attr-defined]
            yield from _lit(flow, part)


_MOST_NAMED = 12
"""So many inputs stand in the title."""


def _brief(value: Any) -> str:
    """` = 2` of a number, ` (2×3)` of an array, nothing of what is not known."""
    if value is None:
        return ""
    shape = getattr(value, "shape", ())
    return f" ({shape_text(shape)})" if shape else f" = {value_formula(value)}"


@dataclass(frozen=True, eq=False, repr=False)
class Figure(Shown):
    """A drawn flow. It shows itself; `svg`, `dot` and `text` are its forms, `save` writes a file."""

    flow: GradientFlow
    direction: Direction = "computation"
    of: str | None = None
    lit: frozenset[str | tuple[str, str]] = field(default_factory=frozenset)
    orientation: Literal["down", "right"] = "down"
    blanks: Mapping[str | tuple[str, str], str] | None = None
    """Of a question's figure: where room is left to write, with the name of the answer that belongs there."""
    moving: bool = False
    """Whether the picture plays the backward sweep."""

    @cached_property
    def _labels(self):
        nodes, edges = labels(self.flow, self.direction, self.of)
        found = nodes, [*edges, *cut_labels(self.flow)]
        return found if self.blanks is None else blanked(*found, self.blanks, self.direction, self.of)

    @property
    def title(self) -> str:
        """One line that says what is drawn, arrays by their shape."""
        done = "".join(f", {change}" for change in self.flow.changes)
        if self.flow.symbolic:
            return ("computation graph" if self.direction == "computation" else f"gradient flow of {self.of}") + done
        inputs = [f"{name}{_brief(value)}" for name, value in self.flow.inputs.items()]
        point = ", ".join(inputs if len(inputs) <= _MOST_NAMED else [*inputs[:_MOST_NAMED], "…"])
        return f"gradient flow{f' of {self.of}' if self.direction == 'gradient' else ''} at {point}{done}"

    @cached_property
    def svg(self) -> str:
        """The picture as a self-contained SVG, the same bytes in every process."""
        nodes, edges = self._labels
        place = placed(*self._structure(), self.orientation)
        reverse = self.direction == "gradient"
        picture = svg(nodes, edges, place, self.title, self.text, self.flow.notes, reverse, self.lit)
        return moved(picture, sweep_order(self.flow, self.of)) if self.moving and self.of else picture

    @property
    def dot(self) -> graphviz.Digraph:
        """The structure with its labels, for other Graphviz tools."""
        return digraph(*self._structure(), "TB" if self.orientation == "down" else "LR", labelled=True)

    @cached_property
    def text(self) -> str:
        """The picture in words."""
        return "\n".join([text(self.title, *self._labels), *(f"\nnote: {note}" for note in self.flow.notes)])

    @property
    def table(self) -> str:
        """The picture in words, as HTML tables."""
        return html(*self._labels)

    def save(self, file: str | FilePath) -> FilePath:
        """Writes an .svg, .png or .pdf, with colours that need no theme. Returns the path."""
        return save_picture(self.svg, file)

    def _structure(self) -> tuple[list, list]:
        """The nodes and edges with their sizes and labels."""
        nodes, edges = self._labels
        position = {node.name: i for i, node in enumerate(nodes)}
        return (
            [(*node_size(n), f"{n.written}" + (f"\n{n.value}" if n.value else "")) for n in nodes],
            [(position[e.parent], position[e.child], *edge_size(e), str(e.written)) for e in edges],
        )
