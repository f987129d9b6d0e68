"""Questions with boxes to type in. An answer that is right never leaves Python before it is given or asked for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import anywidget
import traitlets

from ..errors import GradflowError
from ..exercises.question import Question
from . import question_data as data
from .base import static

_PARTS = ("dom.js", "rove.js", "boxes.js", "verdicts.js", "question.js")
MOST = 25_000
"""Characters that are read of one text; `MOST` in boxes.js is the same."""


class QuestionView(anywidget.AnyWidget):
    """One question, or several with progress. The browser sends what is typed and pressed; all else is done here.

    `asked` holds what each question asks and `state` what has come of it, both under an `id` that is new for each
    question; `typed` is what stands in the boxes, and at which of them the cursor is; `echo` says how that one is read.
    """

    _esm = static("loader.js")
    _css = static("theme.css", "figure_view.css", "question.css")

    module = traitlets.Unicode(static(*_PARTS), read_only=True).tag(sync=True)
    title = traitlets.Unicode().tag(sync=True)
    asked = traitlets.List().tag(sync=True)
    state = traitlets.List().tag(sync=True)
    progress = traitlets.Dict().tag(sync=True)
    typed = traitlets.Dict().tag(sync=True)
    echo = traitlets.Dict().tag(sync=True)

    def __init__(self, questions: Iterable[Question], title: str = "") -> None:
        self._slots = [_Slot(f"{i}", question) for i, question in enumerate(questions)]
        self._shown = len(self._slots)
        super().__init__(title=title)
        self._tell(asked=True)
        self.on_msg(self._receive)

    @property
    def questions(self) -> tuple[Question, ...]:
        """The questions that are shown now: where another one was tried, that one."""
        return tuple(slot.question for slot in self._slots)

    def _slot(self, key: Any) -> _Slot | None:
        return next((slot for slot in self._slots if slot.id == key), None)

    def _tell(self, asked: bool = False) -> None:
        with self.hold_sync():
            if asked:
                self.asked = [{"id": slot.id, **data.asked(slot.question)} for slot in self._slots]
            self.state = [slot.state for slot in self._slots]
            right, credit = sum(slot.right for slot in self._slots), sum(slot.credit for slot in self._slots)
            count = len(self._slots)
            text = f"{right} of {count} right, credit {credit:.3g} of {count}"
            self.progress = {"right": right, "of": count, "text": text}

    # What the browser sends ------------------------------------------------------------------------------------------

    @traitlets.observe("typed")
    def _echo(self, change: Any) -> None:
        match self.typed:
            case {"at": [str(key), str(name)], "texts": dict(texts)} if slot := self._slot(key):
                given = texts.get(key)
                text = given.get(name) if isinstance(given, dict) else None
                box = next((box for box in slot.question.boxes if box.name == name), None)
                if box is not None and isinstance(text, str):
                    self.echo = {"id": key, "box": name, **data.echo(box, text[:MOST])}

    def _receive(self, _: Any, content: Any, buffers: Any) -> None:
        match content:
            case {"do": str(do), "question": str(key), **more} if slot := self._slot(key):
                asked = False
                try:
                    match do, more.get("texts"):
                        case "check", dict(texts):
                            slot.check({name: text for name, text in texts.items() if isinstance(text, str)})
                        case "hint", _:
                            slot.hint()
                        case "working", _:
                            slot.help = slot.question.solution()
                        case "next", _:
                            asked = self._next(slot)
                        case _:
                            return
                except Exception as error:  # the page must hear of it, or it would wait
                    slot.note = f"This did not work, which is our mistake and costs nothing ({type(error).__name__})."
                slot.number += 1
                self._tell(asked)

    def _next(self, slot: _Slot) -> bool:
        try:
            other = slot.question.next()
        except GradflowError as error:
            slot.note = str(error)
            return False
        slot.put(f"{self._shown}", other)
        self._shown += 1
        return True


class _Slot:
    """A place in the view: the question that stands there now, and the best that was earned at this place."""

    def __init__(self, key: str, question: Question) -> None:
        self.number, self._right, self._credit = 0, False, 0.0
        self.put(key, question)

    def put(self, key: str, question: Question) -> None:
        """Puts a question here; what the one before has earned stays."""
        if hasattr(self, "question"):
            self._right, self._credit = self.right, self.credit
        self.id, self.question, self.note = key, question, ""
        self.help = question.help if question.hints else None

    @property
    def right(self) -> bool:
        return self._right or self.question.best.correct

    @property
    def credit(self) -> float:
        return max(self._credit, self.question.credit)

    def check(self, texts: dict[str, str]) -> None:
        boxes, before, self.note = self.question.boxes, self.question.typed, ""
        given = {box.name: texts.get(box.name, "")[:MOST] for box in boxes}
        try:
            self.question.check(given if len(boxes) > 1 else given[boxes[0].name])
        except Exception:  # the last verdict keeps its texts
            self.question.typed = before
            raise

    def hint(self) -> None:
        """The next hint; the last level is the whole working, for which another button asks first."""
        if self.question.hints < data.HINTS:
            self.help = self.question.hint()

    @property
    def state(self) -> dict[str, Any]:
        more = {"help": None if self.help is None else data.working(self.help), "note": self.note}
        return {"id": self.id, "number": self.number, **data.state(self.question), **more}
