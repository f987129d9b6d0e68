"""A picture in the page itself, where the theme's colours reach it and its parts can be focused."""

from __future__ import annotations

import anywidget
import traitlets

from .base import static


class FigureView(anywidget.AnyWidget):
    """Shows an SVG of ours, and the HTML that says the same in words."""

    _esm = static("rove.js", "figure_view.js")
    _css = static("theme.css", "figure_view.css")

    svg = traitlets.Unicode().tag(sync=True)
    words = traitlets.Unicode().tag(sync=True)

    def __init__(self, svg: str, words: str) -> None:
        super().__init__(svg=svg, words=words)
