"""What the browser is told of a question: what is asked, verdicts, and help that was asked for. No right answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..errors import NotationError
from ..exercises.boxes.box import Box
from ..exercises.card import equations, where
from ..exercises.question import WORTH, Question
from ..exercises.verdict import Incorrect, Invalid, Verdict
from ..exercises.working import Working
from ..notation.mathml import mathml
from ..notation.plain import Equation, Formula, Name, Words

HINTS = len(WORTH) - 2
"""Hints that there are before the whole working."""


def shown(formula: Formula) -> dict[str, str]:
    """A formula as MathML; words as words, which a narrow page can break."""
    return {"text": formula.text} if isinstance(formula, Words) else {"math": mathml(formula)}


def asked(question: Question) -> dict[str, Any]:
    """What stands there before anything is typed, and what was typed in an earlier session."""
    figure = question.figure
    return {
        "prompt": question.prompt,
        "asked": shown(question.asked),
        "place": where(question),
        "instruction": question.instruction,
        "equations": [mathml(equation) for equation in equations(question)],
        "code": question.task.code,
        "svg": figure.svg if figure else "",
        "words": figure.table if figure else "",
        "boxes": [_box(question, box) for box in question.boxes],
        "typed": {box.name: f"{question.typed.get(box.name, '')}" for box in question.boxes},
        "more": question.task.made is not None,
    }


def _box(question: Question, box: Box) -> dict[str, Any]:
    given = box.name in question.task.given
    label = _label(question, box) + (", given" if given else "")
    said = {"asked": shown(box.asked), "short": f"{box.asked}", "label": label, "wants": box.wants}
    return {"name": box.name, "lines": box.lines, "given": given, **said}


def _label(question: Question, box: Box) -> str:
    """What a field is called by those who hear the page."""
    if len(question.boxes) == 1:
        return f"Your answer: {question.prompt}"
    match box.anchor:
        case (child, parent):
            return f"{box.asked}, partial on the edge from {parent} to {child}"
        case str(node) if isinstance(box.asked, Name):
            return f"{node}, value of the node {node}"
        case str(node):
            return f"{box.asked}, derivative by the node {node}"
    return str(box.asked)


def echo(box: Box, text: str) -> dict[str, Any]:
    """How a text is read, or what is still wrong with it."""
    if not text.strip():
        return {"text": text}
    try:
        formula, notes = box.echo(text)
    except NotationError as wrong:
        return {"text": text, "hint": wrong.message}
    whole = formula if isinstance(box.asked, Words) or isinstance(formula, Words) else Equation((box.asked, formula))
    return {"text": text, "read": shown(whole), "said": str(formula), "notes": list(notes)}


def state(question: Question) -> dict[str, Any]:
    """What has come of a question: the last verdict, how far help was taken, and what that is worth."""
    right = question.best.correct
    worth = WORTH[min(question.hints, HINTS) + 1]
    hint = "It costs nothing now" if right else f"A right answer is worth {worth:g} after it"
    return {
        "verdict": _verdict(question) if question.verdict else {},
        "line": _line(question),
        "right": right,
        "hints": question.hints,
        "hint": hint * (question.hints < HINTS),
        "asks": not right and question.hints <= HINTS,
    }


def _line(question: Question) -> str:
    """`2 attempts, 1 hint: worth 0.9`."""
    hints = min(question.hints, HINTS)
    taken = "the working" if question.hints > HINTS else f"{hints} hint{'s' * (hints > 1)}" * bool(hints)
    tried = f"{question.attempts} attempt{'s' * (question.attempts != 1)}" * bool(question.attempts)
    so_far = ", ".join(filter(None, (tried, taken)))
    if question.best.correct:
        return f"{so_far}: worth {question.credit:.3g}"
    worth = f"worth {question.credit:.3g} so far" if question.credit else ""
    if question.hints:
        left = WORTH[question.hints]
        after = f"a right answer is worth {left:g}" if left else "try another one to earn credit"
        worth = ", ".join(filter(None, (worth, after)))
    return ": ".join(filter(None, (so_far, worth)))


def _verdict(question: Question) -> dict[str, Any]:
    verdict, names = question.verdict, [box.name for box in question.boxes]
    parts = verdict.parts or {names[0]: verdict}
    marks = verdict.marks if isinstance(verdict, Incorrect) else ()
    told = {
        "kind": type(verdict).__name__,
        "partly": 0 < verdict.credit < 1,
        "message": verdict.message,
        "lit": _lit(question),
        "texts": {name: f"{question.typed.get(name, '')}" for name in names},
        "marks": {name: {"kind": type(part).__name__, "message": part.message} for name, part in parts.items()},
        "edges": [list(mark) for mark in marks if not isinstance(mark, str)],
        "nodes": [mark for mark in marks if isinstance(mark, str)],
    }
    if isinstance(verdict, Invalid):
        told |= next((_place(name, part) for name, part in parts.items() if isinstance(part, Invalid)), {})
    return told


def _lit(question: Question) -> dict[str, str]:
    """Of a question without a figure: the graph with the place lit where the answer went wrong, if that is known."""
    lit = None if question.figure else question.lit()
    return {"svg": replace(lit, orientation="right").svg, "words": lit.table} if lit else {}


def _place(name: str, part: Verdict) -> dict[str, Any]:
    """Where in which box, as a browser counts characters."""
    ends = (len(f"{part.text}"[:at].encode("utf-16-le", "surrogatepass")) // 2 for at in (part.position, part.end))
    start, end = ends
    return {"box": name, "position": start, "end": max(end, start + 1), "readings": list(part.readings)}


def working(found: Working) -> dict[str, Any]:
    """Worked steps, as far as they were asked for."""
    steps = [{"words": s.words, "formula": None if s.formula is None else shown(s.formula)} for s in found]
    return {"rule": found.rule, "steps": steps}
