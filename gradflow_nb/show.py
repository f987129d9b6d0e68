"""How shown classes look: as text anywhere, as a picture or a widget in a notebook.

The picture and the text stay in a saved notebook and are what a test compares; the widget's view stands beside
them while a kernel runs.
"""

from __future__ import annotations

from html import escape
from typing import Any

from .core.paths import Paths
from .core.paths.factored import Factored
from .core.paths.orders import Orders
from .core.steps import Steps
from .diagram import pathfigures
from .diagram.figure import Figure, draw
from .diagram.labels import derivative_names
from .diagram.plot import Plot
from .errors import LayoutUnavailable
from .exercises.card import card, equations, set_card
from .exercises.question import Question
from .exercises.question_set import QuestionSet
from .exercises.working import Working


def text(shown: Any) -> str:
    """The plain form of a shown object, the same on every machine."""
    match shown:
        case Steps():
            return "\n".join(str(step) for step in shown)
        case Paths():
            return pathfigures.text(shown)
        case Factored():
            return str(shown)
        case Orders():
            return repr(shown)
        case Question():
            boxes = "a box" if len(shown.boxes) == 1 else "boxes"
            return _question(shown, f"   (run this cell for {boxes} to type in)")
        case QuestionSet():
            asked = [f"{i}. {_question(question)}" for i, question in enumerate(shown, 1)]
            return "\n".join([f"{shown.title or 'Questions'}   (run this cell for boxes to type in)", *asked])
        case Working():
            return str(shown)
    return _figure(shown).text


def mimebundle(shown: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """All forms of a shown object, for a notebook."""
    if isinstance(shown, (Steps, Orders)):
        return _words(shown)
    if isinstance(shown, Paths):
        try:
            picture = pathfigures.svg(shown)
        except LayoutUnavailable:  # the words say it all
            picture = None
        return _beside(picture, f"<pre>{escape(text(shown))}</pre>", text(shown)) if picture else _words(shown)
    if isinstance(shown, Factored):
        from .notation.latex import latex
        from .notation.renaming import renamed

        formula = renamed(shown.formula, derivative_names(shown.paths.flow.graph))
        return {"text/latex": f"$\\displaystyle {latex(formula)}$", "text/plain": text(shown)}, {}
    if isinstance(shown, Working):
        return {"text/markdown": shown.markdown, "text/plain": text(shown)}, {}
    if isinstance(shown, Question | QuestionSet):
        from .widgets.question_view import QuestionView

        if isinstance(shown, Question):
            return _with(QuestionView([shown]), card(shown), text(shown))
        return _with(QuestionView(shown, shown.title), set_card(shown, shown.title), text(shown))
    figure = _figure(shown)
    return _beside(figure.svg, figure.table, figure.text)


def _question(question: Question, more: str = "") -> str:
    """What is asked and what is given, a line for each thing; then the places to fill in, if they are several."""
    figure, given = question.figure, question.task.given
    lines = [*(f"{equation}" for equation in equations(question)), *question.task.code.splitlines()]
    if figure:
        lines += figure.text.splitlines()
    elif len(question.boxes) > 1:
        lines += [f"{box.asked} = {given.get(box.name, '____')}" for box in question.boxes]
    return "\n".join([question.prompt + more, *(f"    {line}".rstrip() for line in lines)])


def _figure(shown: Any) -> Figure | Plot:
    return shown if isinstance(shown, Figure | Plot) else draw(shown)


def _words(shown: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Lines that a narrow page scrolls and does not break inside a number."""
    plain = text(shown)
    html = f'<pre style="white-space: pre; overflow-x: auto">{escape(plain)}</pre>'
    return {"text/html": html, "text/plain": plain}, {}


def _beside(svg: str, words: str, plain: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """A picture, still and in the page itself; `words` is HTML that says the same."""
    from .widgets.figure_view import FigureView

    return _with(FigureView(svg, words), svg, plain)


def _with(widget: Any, svg: str, plain: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """A widget's view beside the picture and the text."""
    view = "application/vnd.jupyter.widget-view+json"
    data, metadata = widget._repr_mimebundle_()
    return {view: data[view], "image/svg+xml": svg, "text/plain": plain}, {
        key: value for key, value in metadata.items() if key == view
    }
