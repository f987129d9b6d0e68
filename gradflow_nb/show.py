"""How shown classes look: as text anywhere, as a picture or a widget in a notebook.

The picture and the text stay in a saved notebook and are what a test compares; the widget's view stands beside
them while a kernel runs.
"""

from __future__ import annotations

from typing import Any

from .core.paths import Paths
from .core.steps import Steps
from .core.written import value_formula
from .diagram.figure import Figure, draw
from .exercises.question import Question

_PATHS_SHOWN = 50


def text(shown: Any) -> str:
    """The plain form of a shown object, the same on every machine."""
    match shown:
        case Steps():
            return "\n".join(str(step) for step in shown)
        case Paths():
            return _paths_text(shown)
        case Question():
            return f"{shown.prompt}   (run this cell for a box to type in)"
    return _figure(shown).text


def mimebundle(shown: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """All forms of a shown object, for a notebook."""
    if isinstance(shown, (Steps, Paths)):
        return {"text/plain": text(shown)}, {}
    if isinstance(shown, Question):
        from .exercises.card import card
        from .widgets.answer_box import AnswerBox

        return _beside(AnswerBox(shown), card(shown), text(shown))
    from .widgets.figure_view import FigureView

    figure = _figure(shown)
    return _beside(FigureView(figure), figure.svg, figure.text)


def _figure(shown: Any) -> Figure:
    return shown if isinstance(shown, Figure) else draw(shown)


def _beside(widget: Any, svg: str, plain: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """A widget's view beside the picture and the text."""
    view = "application/vnd.jupyter.widget-view+json"
    data, metadata = widget._repr_mimebundle_()
    return {view: data[view], "image/svg+xml": svg, "text/plain": plain}, {
        key: value for key, value in metadata.items() if key == view
    }


def _paths_text(paths: Paths) -> str:
    one = "path" if paths.count == 1 else "paths"
    lines = [f"{paths.count} {one} from {paths.wrt} to {paths.of}"]
    lines += [f"  {path}" for path in paths[:_PATHS_SHOWN]]
    lines += [f"  … and {paths.count - _PATHS_SHOWN} more"] if paths.count > _PATHS_SHOWN else []
    lines += [f"  sum: d{paths.of}/d{paths.wrt} = {value_formula(paths.sum)}"] if paths.count else []
    return "\n".join(lines)
