"""A question: what is asked, boxes to answer in, and what has been answered so far."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from ..core.display import Shown
from ..core.flow import GradientFlow
from ..core.graph import Graph
from ..errors import GradflowError, UnknownName
from ..notation.plain import Formula, Words
from .boxes.box import Box
from .keeping import answers
from .sought import as_it_is
from .task import Task
from .together import judged_again, together
from .verdict import Blank, CarriedForward, Incorrect, Verdict

if TYPE_CHECKING:
    from ..diagram.figure import Figure
    from .working import Working

WORTH = (1.0, 0.9, 0.75, 0.0)
"""The share of the credit that is left when so many levels of help were taken before the right answer."""
_LARGEST_FIGURE = 60
Answer = str | Mapping[str, str]


class Question(Shown):
    """A question with one box or several; `check` marks an answer. In a notebook it shows the boxes to type in.

    `attempts` counts judged answers, `hints` how far help was taken (0 to 3), `best` is the best verdict so far and
    `credit` what it is worth, between 0 and 1. What was answered in this notebook before is restored.
    """

    def __init__(self, task: Task, seed: Any = None) -> None:
        self.task, self.seed = task, seed
        self.attempts = self.hints = 0
        self.verdict: Verdict | None = None
        self._best: Verdict | None = None
        self._credit = 0.0
        self.typed: dict[str, str] = dict(task.given)
        self._restore()

    # What is asked ---------------------------------------------------------------------------------------------------

    @property
    def kind(self) -> str:
        return self.task.kind

    @property
    def graph(self) -> Graph | None:
        return self.task.graph

    @property
    def flow(self) -> GradientFlow | None:
        """The flow at the question's point; None where formulas are asked for."""
        return self.task.flow

    @property
    def about(self) -> Graph | GradientFlow | None:
        """What is asked about: questions about the same stand together on paper."""
        return self.flow if as_it_is(self.flow) else self.graph

    @property
    def boxes(self) -> tuple[Box, ...]:
        return self.task.boxes

    @property
    def asked(self) -> Formula:
        """What is asked for, as a formula: `dg/db`; of several boxes, in words."""
        return self.task.asked

    @property
    def place(self) -> str:
        """The point at which a number is asked for, as text; empty where a formula is."""
        return self.task.place

    @property
    def instruction(self) -> str:
        """What else is to be known: what was done to the flow, the form of the answer, or how it is written."""
        return "; ".join(filter(None, (*(self.flow.changes if self.flow else ()), self.task.instruction)))

    @property
    def prompt(self) -> str:
        """The question in words."""
        end = "" if isinstance(self.asked, Words) else " = ?"
        where = f" at {self.place}" if self.place else ""
        return f"{self.asked}{end}{where}" + (f" ({self.instruction})" if self.instruction else "")

    @property
    def figure(self) -> Figure | None:
        """The figure that belongs to the question, with blanks where its boxes stand; None if it has none."""
        return self.task.figure() if self.task.figure else None

    def lit(self, verdict: Verdict | None = None) -> Figure | None:
        """The figure with the place lit where an answer went wrong, the last one if left out; None if none is known.

        Of several causes it shows what they share. It holds no more than the question's own figure.
        """
        from ..diagram.figure import Figure

        verdict = self.verdict if verdict is None else verdict
        marks = verdict.marks if isinstance(verdict, Incorrect) else ()
        if not marks or self.graph is None or len(self.graph.names) > _LARGEST_FIGURE:
            return None
        shown = self.graph.flow() if self.flow is None or self.kind == "value" else self.flow  # values may be asked for
        figure = self.figure or Figure(shown, blanks={})
        return replace(figure, lit=frozenset(marks))

    @property
    def key(self) -> str:
        """The name under which answers are kept: the question in words, and a short sum over all that it depends on."""
        equations = [f"{name} = {right}" for name, right in self.graph.equations.items()] if self.graph else []
        inputs = {} if self.flow is None else self.flow.inputs
        point = {name: getattr(value, "tolist", lambda v=value: f"{v}")() for name, value in inputs.items()}
        forms = [getattr(box, "form", None) for box in self.boxes]
        whole = f"{self.kind}|{self.prompt}|{self.task.code}|{equations}|{sorted(self.task.given)}|{point}|{forms}"
        if as_it_is(self.flow):
            whole += f"|{self.flow.edges}"
        return f"{self.prompt} #{zlib.crc32(whole.encode()):08x}"

    # Marking ---------------------------------------------------------------------------------------------------------

    def check(self, answer: Answer) -> Verdict:
        """The verdict on an answer: a text, or for several boxes a text for each by its name.

        Never raises for what a person types, and runs nothing of it. `Correct`, `CarriedForward` and `Incorrect` count
        as an attempt; `Invalid` and `Undecided` cost nothing. Raises `UnknownName` for a box that there is not.
        """
        texts = self._texts(answer)
        self.typed = texts
        self.verdict = self._mark(texts)
        self.attempts += self.verdict.costs_attempt
        self._note(self.verdict)
        credit = round(self.verdict.credit * WORTH[self.hints], 4)
        event = {"do": "check", "answer": answer if isinstance(answer, str) else texts, "hints": self.hints}
        answers.record(self.key, {**event, "verdict": type(self.verdict).__name__, "credit": credit})
        return self.verdict

    def _texts(self, answer: Answer) -> dict[str, str]:
        """The text for each box; what was given stays."""
        if not isinstance(answer, Mapping):
            if len(self.boxes) > 1:
                names = ", ".join(repr(box.name) for box in self.boxes[:4])
                raise GradflowError(f"This question has {len(self.boxes)} boxes: give a text for each, by {names}, …")
            return {self.boxes[0].name: answer}
        for name in answer:
            if name not in {box.name for box in self.boxes}:
                raise UnknownName(str(name), [box.name for box in self.boxes], "box")
        return {box.name: answer.get(box.name, "") for box in self.boxes} | dict(self.task.given)

    def _mark(self, texts: Mapping[str, str]) -> Verdict:
        if len(self.boxes) == 1:
            return self.boxes[0].mark(texts[self.boxes[0].name])
        parts: dict[str, Verdict] = {}
        earlier: dict[str, Any] = {}
        for box in self.boxes:
            text = texts[box.name]
            if not isinstance(text, str) or not text.strip():
                parts[box.name] = Blank(text, None, "")
                continue
            part = box.mark(text, earlier if self.task.ordered else None)
            if isinstance(part, CarriedForward):
                part = judged_again(part, box, parts.values())
            parts[box.name] = part
            earlier[box.anchor or box.name] = box.value(text)
        judged = {name: part for name, part in parts.items() if name not in self.task.given}
        return together(texts, judged, {box.name: f"{box.asked}" for box in self.boxes}, self.task.ordered)

    def _note(self, verdict: Verdict) -> None:
        """Keeps the best verdict and the best credit: help that is taken later costs nothing."""
        if verdict.costs_attempt:
            self._credit = max(self._credit, verdict.credit * WORTH[self.hints])
            better = self._best is None or (verdict.correct, verdict.credit) > (self._best.correct, self._best.credit)
            self._best = verdict if better else self._best

    @property
    def best(self) -> Verdict:
        """The best verdict so far: `assert question.best.correct`. `Blank` before the first attempt."""
        return self._best or Blank("", None, "Not answered yet.")

    @property
    def credit(self) -> float:
        """What the best answer is worth, between 0 and 1, with what help cost."""
        return self._credit

    def _restore(self) -> None:
        """Marks again what was answered in this notebook before: a file says what was typed, not what is right."""
        for event in answers.events(self.key):
            if event.get("do") in ("hint", "working"):
                level = event.get("level")
                self.hints = min(len(WORTH) - 1, max(self.hints, level if type(level) is int else 1))
            elif event.get("do") == "check":
                try:
                    texts = self._texts(event["answer"])
                except (GradflowError, KeyError, TypeError):
                    continue
                self.typed, self.verdict = texts, self._mark(texts)
                self.attempts += self.verdict.costs_attempt
                self._note(self.verdict)

    # Help ------------------------------------------------------------------------------------------------------------

    def hint(self) -> Working:
        """A little more help each time: which rule, then the first step, then the whole working."""
        self.hints = min(self.hints + 1, len(WORTH) - 1)
        answers.record(self.key, {"do": "hint", "level": self.hints})
        return self.help

    @property
    def help(self) -> Working:
        """The help that has been taken. Where it is one step, that is the step of the first box that is not right."""
        working, parts = self.task.working(), self.verdict.parts if self.verdict else {}
        undone = (i for i, box in enumerate(self.boxes) if box.name not in parts or not parts[box.name].is_correct)
        return working.upto(self.hints, next(undone, 0) if len(working) == len(self.boxes) else 0)

    def solution(self) -> Working:
        """The worked steps, in words and formulas. After this an answer earns no credit; `variant` asks anew."""
        self.hints = len(WORTH) - 1
        answers.record(self.key, {"do": "working", "level": self.hints})
        return self.task.working()

    def variant(self, seed: Any) -> Question:
        """The same question about another graph: same shape and difficulty, other numbers and names.

        The same seed gives the same question everywhere. Raises `GradflowError` where a kind has no variants.
        """
        from .variants import varied

        if as_it_is(self.flow):
            raise GradflowError("This question is about one flow as it is, so it has no variants: ask about another.")
        if self.task.made is None or self.graph is None:
            raise GradflowError("There are no variants of this question.")
        other = varied(self.graph, seed, None if self.flow is None else self.flow.inputs)
        return Question(self.task.made(other.graph, other.at, other.names), seed)

    def faded(self, given: Literal["all", "some", "none"] | int = "all") -> Question:
        """The same question with its steps as boxes: all of them given but the last, some, or none.

        A number gives so many. Raises `GradflowError` where there are no steps in between.
        """
        if self.task.faded is None:
            raise GradflowError("This question has no steps in between that could be given.")
        full = self.task.faded(0)
        counts = {"all": len(full.boxes) - 1, "some": len(full.boxes) // 2, "none": 0}
        if given not in counts and (isinstance(given, bool) or not isinstance(given, int)):
            raise GradflowError(f"given={given!r} is not known: it is 'all', 'some', 'none' or a number of steps.")
        return Question(self.task.faded(counts.get(given, given)), self.seed)

    def next(self) -> Question:
        """Another one like it, from the next seed: after a right answer with a step fewer given, else with one more.

        Worked steps that fade as they are mastered help more than either alone (Atkinson, Renkl and Merrill, 2003).
        """
        seed = self.seed + 1 if isinstance(self.seed, int) else 1 if self.seed is None else f"{self.seed}+"
        other = self.variant(seed)
        if self.kind != "steps" or other.task.faded is None:
            return other
        given = len(self.task.given) + (-1 if self.best.correct else self._best is not None)
        return Question(other.task.faded(max(0, min(given, len(self.boxes) - 1))), seed)
