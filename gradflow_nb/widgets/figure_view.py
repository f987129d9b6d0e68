"""A drawn flow in the page itself, where the theme's colours reach it and its nodes and edges can be focused."""

from __future__ import annotations

import anywidget
import traitlets

from ..diagram.figure import Figure
from .base import static


class FigureView(anywidget.AnyWidget):
    """Shows a figure's SVG, and the table that says the same in words."""

    _esm = static("figure_view.js")
    _css = static("theme.css", "figure_view.css")

    svg = traitlets.Unicode().tag(sync=True)
    table = traitlets.Unicode().tag(sync=True)

    def __init__(self, figure: Figure) -> None:
        super().__init__(svg=figure.svg, table=figure.table)
