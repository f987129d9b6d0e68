"""What stands on a worksheet and in its key, as parts for `paper.py` to write."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from ...core.graph import Graph
from ...core.worlds import is_array
from ...core.written import array_formula, value_formula, written
from ...diagram.figure import Figure
from ...diagram.svg import STYLE
from ...errors import NotationError
from ...notation.plain import Equation, Formula, Name, Words
from ..boxes.arrays import ArrayBox
from ..boxes.box import Box
from ..boxes.equations import EquationsBox
from ..boxes.factoring import FactoredBox
from ..kinds import has_arrays_anywhere
from ..question import Question
from ..sought import as_it_is, point_of
from ..working import listed
from .writing import LARGEST, Paper, Part

_SPEAKS_FOR_ITSELF = ("graph", "predict")
"""Kinds that are answered without the graph's equations: it is what is asked for, or a program stands in its place."""
_LARGEST_ARRAY = 64
"""Entries of an array that are printed, so that one can compute with them."""
Block = dict[str, Any]


def sheet_part(questions: Sequence[Question], paper: Paper) -> Part:
    """The sheet: each question with room to write, and what several of them share once, before them."""
    items = []
    for _, run in groupby(enumerate(questions, 1), key=lambda each: id(each[1].about)):
        run = list(run)
        figures = {number: _figure(question, questions) for number, question in run}
        about = [n for n, q in run if q.kind not in _SPEAKS_FOR_ITSELF and not (figures[n] and figures[n].blanks)]
        given = _given(run[0][1].graph, [figures[number] for number in about], paper)
        for number, question in run:
            blocks, figure, drawn = [{"text": _prompt(question)}], figures[number], set()
            if about[:1] == [number] != about:
                items.append(_item([{"text": [f"For questions {_range(about)}:"]}, *given], sticky=True))
            elif about == [number]:
                blocks += given
            if figure and figure.blanks:
                picture, scale = _picture(figure, paper)
                blocks.append(picture)
                drawn = set(figure.blanks) if scale >= _SMALLEST else drawn
            if question.task.code:
                blocks.append({"code": question.task.code})
            items.append(_item([*blocks, *_answers(question, drawn)], f"{number}."))
    return {"heading": "", "variant": _variant(questions), "items": items}


def key_part(questions: Sequence[Question]) -> Part:
    """The key: the right answer of each question, and the worked steps."""
    items = []
    for number, question in enumerate(questions, 1):
        working = question.task.working()
        answers = [_solved(box) for box in question.boxes]
        if isinstance(question.asked, Words) or len(answers) > 1:
            words = [*_asked(question), "" if str(question.asked).endswith("?") else ":"]
            first = [{"text": words}, {"equations": [[answer] for answer in answers]}]
        else:
            first = [{"text": answers}]
        steps = [
            {"step": {"number": f"{i}.", "words": step.words, "formula": [step.formula] if step.formula else []}}
            for i, step in enumerate(working, 1)
        ]
        rule = {"text": [working.rule.removeprefix("Which rule? ")]}
        items.append(_item([*first, rule, *steps], f"{number}.", breaks=True))
    return {"heading": "Key", "variant": _variant(questions), "items": items}


def _item(blocks: list[Block], number: str = "", sticky: bool = False, breaks: bool = False) -> Block:
    return {"number": number, "sticky": sticky, "breaks": breaks, "blocks": blocks}


def _variant(questions: Iterable[Question]) -> str:
    """`Variant 17`: the seeds with which the key is found; empty for questions that are no variants."""
    seeds = list(dict.fromkeys(f"{q.seed}" for q in questions if q.seed is not None))
    return f"Variant{'s' * (len(seeds) > 1)} {', '.join(seeds)}" if seeds else ""


def _range(numbers: Sequence[int]) -> str:
    """`1 and 2`, `1 to 4`, `1, 2 and 5`."""
    whole = numbers[-1] - numbers[0] == len(numbers) - 1 > 1
    return f"{numbers[0]} to {numbers[-1]}" if whole else listed([f"{n}" for n in numbers])


# What is asked -------------------------------------------------------------------------------------------------------


def _prompt(question: Question) -> list[str | Formula]:
    """`Find dg/db at a = 1, o = 2.`"""
    asked, ends = _asked(question), "." * (not str(question.asked).endswith("?"))
    if not isinstance(question.asked, Words):
        asked = ["Find ", *asked]
    elif ends and question.kind != "graph":
        asked = [f"Find {asked[0][0].lower()}{asked[0][1:]}", *asked[1:]]
    point = [" at ", *_point(question)] if question.place else []
    if not question.instruction:
        return [*asked, *point, ends]
    before, letter, after = question.instruction, [], ""
    if isinstance(box := question.boxes[0], FactoredBox):  # its letters as they stand in formulas
        edge = box.paths.edges[0]
        before, _, after = before.partition(str(box.letter(edge)))
        letter = [box.letter(edge)]
    return [*asked, *point, f" ({before}", *letter, f"{after})."]


def _asked(question: Question) -> list[str | Formula]:
    """What is asked for; in words, the names of nodes and the expression of a graph as formulas."""
    if not isinstance(question.asked, Words):
        return [question.asked]
    if isinstance(box := question.boxes[0], EquationsBox):
        own = {id(box.right[name]): name for name in box.right.inputs}
        return ["Write ", written(box.right[box.of], lambda node: own.get(id(node))), " as a graph"]
    names = set(question.graph.names) if question.graph is not None else set()
    parts = re.split(r"(?<= )(\w+)", question.asked.text)
    return [Name(part) if part in names else part for part in parts if part]


def _point(question: Question) -> list[str | Formula]:
    """The inputs' values, arrays whole."""
    if question.flow is None:
        return [question.place]
    parts: list[str | Formula] = []
    for name, value in point_of(question.flow).items():
        shown = array_formula(value, limit=_LARGEST_ARRAY) if is_array(value) else value_formula(value)
        parts += [*([", "] if parts else []), Equation((Name(name), shown))]
    return parts


# What is shown -------------------------------------------------------------------------------------------------------


def _given(graph: Graph | None, figures: Sequence[Figure | None], paper: Paper) -> list[Block]:
    """What is to be known of the graph: a figure without blanks, or else the equations where some figure is missing.

    Of several figures, one that has partials.
    """
    if plain := [figure for figure in figures if figure and not figure.blanks]:
        return [_picture(max(plain, key=lambda figure: figure.direction == "gradient"), paper)[0]]
    if graph is None or all(figures):
        return []
    return [{"equations": [[Equation((Name(n), right))] for n, right in graph.equations.items()]}]


def _figure(question: Question, questions: Iterable[Question]) -> Figure | None:
    """The question's figure, without what another question about the same graph asks for."""
    figure = question.figure
    if figure is None:
        return None
    others = [q for q in questions if q.about is question.about and q is not question]
    asked = [box.sought for other in others for box in other.boxes if hasattr(box, "sought")]
    values = question.kind != "forward" and any(sought.kind == "value" for sought in asked)
    flow = figure.flow
    arrays = figure.direction == "gradient" and has_arrays_anywhere(flow.graph)
    if (values or not figure.blanks) and not arrays and not as_it_is(flow):
        flow = flow.graph.flow()
    edges = {(s.of, s.wrt): f"∂{s.of}/∂{s.wrt}" for s in asked if s.kind == "partial"}
    blanks = {**edges, **(figure.blanks or {})} if figure.direction == "gradient" else figure.blanks
    return replace(figure, flow=flow, blanks=blanks)


def _picture(figure: Figure, paper: Paper) -> tuple[Block, float]:
    """The figure in black, upright or lying, whichever is larger on the page, and its scale.

    One with blanks is large, for there is to be room to write in them.
    """
    best = ("", 0.0, 0.0)
    for orientation in ("down", "right"):
        svg = replace(figure, orientation=orientation).svg
        width, height = map(float, re.search(r' width="([\d.]+)" height="([\d.]+)"', svg).groups())
        most_wide, most_high = LARGEST[paper]
        scale = min(0.95 if figure.blanks else 0.75, most_wide / width, most_high / height)
        if scale > best[2] * 1.001:
            best = (svg, scale * width, scale)
    return {"figure": {"svg": _black(best[0]), "width": round(best[1], 1), "alt": figure.title}}, best[2]


_SMALLEST = 0.7
"""The scale below which the blanks of a figure are too small to write in, so that lines follow the figure."""
_PRINTED = dict(re.findall(r"(--gf-\w+): (#\w+);", STYLE[STYLE.index("@media print") :]))


def _black(svg: str) -> str:
    """The picture in the colours that it has in print, without variables."""
    svg = re.sub(r"@media print \{.*\}", "", svg)
    return re.sub(r"var\((--[\w-]+), (#\w+)\)", lambda found: _PRINTED.get(found[1], found[2]), svg)


# Where it is answered ------------------------------------------------------------------------------------------------


def _answers(question: Question, drawn: set[Any]) -> list[Block]:
    """Room to work, and a line for every box for which a blank of the figure (`drawn`) is not enough."""
    boxes = [box for box in question.boxes if box.anchor is None or box.anchor not in drawn or _is_long(box)]
    rows = [_row(box, question) for box in boxes if not isinstance(box.asked, Words) or box.lines == 1]
    pairs = len(rows) > 3 and all(row["lines"] == 1 for row in rows)
    lines = sum(box.lines - (not isinstance(box.asked, Words)) for box in boxes if box.lines > 1)
    return [
        *([{"room": room}] if (room := _room(question)) and not (pairs and question.figure) else []),
        *([{"answers": {"columns": 1 + pairs, "rows": rows}}] if rows else []),
        *([{"rules": lines}] if lines else []),
    ]


def _is_long(box: Box) -> bool:
    """Whether the answer is an array that has no room in a figure."""
    return isinstance(box, ArrayBox) and box.right.size > 3


def _room(question: Question) -> int:
    """The lines of free room: as many as there are steps, within reason."""
    match question.kind:
        case "graph" | "predict" | "order" | "paths" | "steps":
            return 0  # the lines themselves are the room
        case "edges" | "forward" | "backward":
            return 2
    return max(2, min(6, len(question.task.working())))


def _row(box: Box, question: Question) -> Block:
    lines = 3 if isinstance(box, ArrayBox) else 1.6 if question.kind == "steps" else 1
    label = [f"{str(box.asked).capitalize()}:"] if isinstance(box.asked, Words) else [box.asked, " ="]
    if box.name in question.task.given:
        return {"label": label, "given": [_read(box, question.task.given[box.name])], "lines": 1}
    return {"label": label, "given": None, "lines": lines}


def _read(box: Box, text: str) -> str | Formula:
    """What is given, as a formula if it can be read as one."""
    try:
        return box.echo(text)[0]
    except NotationError:
        return text


def _solved(box: Box) -> Formula:
    return box.solution if isinstance(box.asked, Words) else Equation((box.asked, box.solution))
