"""A question with a box to type in. The answer that is right never leaves Python."""

from __future__ import annotations

from typing import Any

import anywidget
import traitlets

from ..errors import NotationError
from ..exercises.question import Question
from ..exercises.verdict import Invalid, Verdict
from ..notation.mathml import mathml
from ..notation.plain import Equation
from .base import static


class AnswerBox(anywidget.AnyWidget):
    """What was typed is `answer`; `echo` says how it was read, `verdict` how it was marked."""

    _esm = static("answer_box.js")
    _css = static("theme.css", "answer_box.css")

    asked = traitlets.Unicode().tag(sync=True)
    prompt = traitlets.Unicode().tag(sync=True)
    place = traitlets.Unicode().tag(sync=True)
    answer = traitlets.Unicode().tag(sync=True)
    echo = traitlets.Dict().tag(sync=True)
    verdict = traitlets.Dict().tag(sync=True)

    def __init__(self, question: Question) -> None:
        self._question = question
        super().__init__(asked=mathml(question.asked), prompt=question.prompt, place=question.place)
        self.on_msg(self._receive)

    @traitlets.observe("answer")
    def _echo(self, change: Any) -> None:
        self.echo = self._read(self.answer)

    def _read(self, text: str) -> dict[str, Any]:
        if not text.strip():
            return {}
        try:
            reading = self._question.read(text)
        except NotationError as wrong:
            return {"text": text, "hint": wrong.message}
        formula = self._question.formula(reading)
        return {"text": text, "math": mathml(Equation((self._question.asked, formula))), "notes": list(reading.notes)}

    def _receive(self, _: Any, content: Any, buffers: Any) -> None:
        if isinstance(content, dict) and content.get("do") == "check" and isinstance(content.get("text"), str):
            self.answer = content["text"][:5000]
            self.verdict = {**_told(self._question.check(content["text"])), "number": self.verdict.get("number", 0) + 1}


def _told(verdict: Verdict) -> dict[str, Any]:
    """What the browser is told of a verdict."""
    told: dict[str, Any] = {"kind": type(verdict).__name__, "message": verdict.message, "text": verdict.text}
    if isinstance(verdict, Invalid):
        told |= {"position": verdict.position, "end": verdict.end, "readings": list(verdict.readings)}
    return told
