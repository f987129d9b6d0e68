"""A question as a still picture: for a notebook without a kernel, and for paper.

Blocks one below the other: what is asked, what is given (equations, a figure with blanks, a program), and lines to
write on. Colours are the variables of a figure, widths are those of Times, so the picture is the same everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING

from ..diagram.svg import STYLE
from ..notation.plain import Equation, Formula, Name, Words
from ..notation.svgtext import box, text_width

if TYPE_CHECKING:
    from .boxes.box import Box as AnswerBox
    from .question import Question

_SIZE, _SMALL, _CODE = 17.0, 15.0, 13.0
_PAD, _GAP, _ROOM, _WIDEST = 12.0, 10.0, 740.0, 760.0
_ONE_LINE, _LINE = 300.0, 30.0
_MONO = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace"
_FRAME = r'<title>.*?</title>|<desc>.*?</desc>|<style>.*?</style>|<rect class="gf-paper"[^>]*/>'

_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")

_Drawn = tuple[float, float, str]
"""A block: its width, its height, and its ink from the corner (0, 0)."""


def where(question: Question) -> str:
    """`at a = 1, w₁ = −2`: the point, as it stands after what is asked."""
    place = re.sub(r"_(\d+)\b", lambda index: index[1].translate(_SUBSCRIPTS), question.place).replace("-", "−")
    return place if place.startswith(",") or not place else f"at {place}"


def equations(question: Question) -> list[Equation]:
    """The graph as equations, where neither a figure nor a program shows it, and it is not itself asked for."""
    if question.graph is None or question.kind in ("graph", "predict") or question.task.figure is not None:
        return []
    return [Equation((Name(name), right)) for name, right in question.graph.flow().equations.items()]


def card(question: Question) -> str:
    """The question with room to write in, as a self-contained SVG."""
    return _framed(list(_blocks(question)), question.prompt)


def set_card(questions: Sequence[Question], title: str = "") -> str:
    """All questions of a set, numbered, in one SVG."""
    blocks = [_text(title, 19.0, bold=True)] if title else []
    for number, question in enumerate(questions, 1):
        again = number > 1 and equations(question) == equations(questions[number - 2])  # they stand right above
        width, height, ink = _stacked(_blocks(question, _ROOM - 30, again))
        bold = f'y="{0.75 * _SIZE:.1f}" font-size="{_SIZE}" font-weight="bold"'
        label = f'<text class="gf-note" x="0" {bold}>{number}</text>'
        blocks.append((width + 30, height + 8, f'{label}<g transform="translate(30 0)">{ink}</g>'))
    return _framed(blocks, title or f"{len(questions)} questions")


def _framed(blocks: Iterable[_Drawn], label: str) -> str:
    width, height, ink = _stacked(blocks)
    width, height = width + 2 * _PAD, height + 2 * _PAD
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="gradflow" role="img" aria-label="{escape(label)}" '
        f'viewBox="0 0 {width:.1f} {height:.1f}" width="{width:.0f}" height="{height:.0f}"><style>{STYLE}</style>'
        f'<rect class="gf-paper" width="{width:.1f}" height="{height:.1f}" rx="4"/>'
        f'<g transform="translate({_PAD} {_PAD})">{ink}</g></svg>'
    )


def _stacked(blocks: Iterable[_Drawn]) -> _Drawn:
    y, widest, ink = 0.0, 0.0, []
    for width, height, drawn in blocks:
        ink.append(f'<g transform="translate(0 {y:.1f})">{drawn}</g>')
        y, widest = y + height + _GAP, max(widest, width)
    return widest, max(0.0, y - _GAP), "".join(ink)


def _blocks(question: Question, room: float = _ROOM, again: bool = False) -> Iterator[_Drawn]:
    """All that a question shows, in order, at most `room` wide where it can be broken; `again` leaves equations out."""
    boxes, figure = question.boxes, question.figure
    on_figure = set(figure.blanks.values()) if figure else set()
    alone = figure is None and len(boxes) == 1 and boxes[0].asked == question.asked
    after = " ".join(filter(None, (where(question), question.instruction and f"({question.instruction})")))
    if not alone:
        yield _flowing([*_words_of(question.asked), *_words_of(Words(after))], _SIZE, room)
    if (rows := equations(question)) and not again:
        yield _flowing(rows, _SMALL, room, between=22.0)
    if figure:
        yield _figure(figure.svg, room)
    if question.task.code:
        yield _code(question.task.code)
    for answer in boxes:
        if answer.name not in on_figure:
            yield _field(answer, question.task.given.get(answer.name, ""), after if alone else "", room)


def _words_of(formula: Formula) -> list[Formula]:
    """Words one by one, so that a line can end between them; another formula as it is."""
    return [Words(word) for word in formula.text.split()] if isinstance(formula, Words) else [formula]


def _flowing(parts: Sequence[Formula], size: float, room: float, between: float = 0.0) -> _Drawn:
    """Formulas and words in lines that are at most `room` wide."""
    space, lines, x = between or 0.27 * size, [[]], 0.0
    for part in map(box, parts):
        if lines[-1] and x + part.width * size > room:
            lines.append([])
            x = 0.0
        lines[-1].append((x, part))
        x += part.width * size + space
    y, ink, widest = 0.0, [], 0.0
    for line in lines:
        above, below = (max((getattr(part, side) for _, part in line), default=0) * size for side in ("above", "below"))
        ink += [part.svg(x, y + above, size) for x, part in line]
        widest = max([widest, *(x + part.width * size for x, part in line)])
        y += above + below + 3
    return widest, y, f'<g class="gf-ink">{"".join(ink)}</g>'


def _text(text: str, size: float, bold: bool = False) -> _Drawn:
    weight = ' font-weight="bold"' if bold else ""
    drawn = f'<text class="gf-note" x="0" y="{size:.1f}" font-size="{size}"{weight}>{escape(text)}</text>'
    return text_width(text) * size * (1.1 if bold else 1), size * 1.3, drawn


def _figure(svg: str, room: float) -> _Drawn:
    """A figure as part of this picture: without a style and a paper of its own, and made smaller if it is too wide."""
    width, height = map(float, re.search(r'viewBox="\S+ \S+ (\S+) (\S+)"', svg).groups())
    inside = re.sub(_FRAME, "", svg, flags=re.DOTALL)
    scale = min(1.0, room / width)
    size = f'width="{width * scale:.0f}" height="{height * scale:.0f}"'
    return width * scale, height * scale, re.sub(r'width="\d+" height="\d+"', size, inside, count=1)


def _code(code: str) -> _Drawn:
    """A program in a frame, a line of it in a line."""
    lines, step = code.split("\n"), _CODE * 1.5
    width, height = max(map(len, lines)) * _CODE * 0.6 + 20, len(lines) * step + 12
    ink = [
        f'<text class="gf-note" x="10" y="{6 + step * (i + 0.72):.1f}" font-size="{_CODE}" '
        f'style="font-family: {_MONO}" textLength="{len(line) * _CODE * 0.6:.1f}" '
        f'lengthAdjust="spacingAndGlyphs" xml:space="preserve">{escape(line)}</text>'
        for i, line in enumerate(lines)
        if line
    ]
    frame = f'<g class="gf-node"><rect x="0.6" y="0.6" width="{width:.1f}" height="{height:.1f}" rx="4"/></g>'
    return width + 1.2, height + 1.2, frame + "".join(ink)


def _field(answer: AnswerBox, given: str, after: str, room: float) -> _Drawn:
    """`dg/db = ______`, with as many lines as the answer needs; what is given stands on its line."""
    label = box(answer.asked if isinstance(answer.asked, Words) else Equation((answer.asked, Name(" "))))
    start = label.width * _SIZE + (10 if isinstance(answer.asked, Words) else 0)
    long = answer.lines > 1
    end = min(room, start + (460.0 if long else _ONE_LINE))
    base = max(label.above * _SIZE, 20.0)
    ink = f'<g class="gf-ink">{label.svg(0, base, _SIZE)}</g>'
    for line in range(answer.lines):
        y = base + 5 + line * _LINE
        ink += f'<polyline class="gf-bar" points="{start:.1f},{y:.1f} {end:.1f},{y:.1f}" stroke-width="1"/>'
    if given:
        ink += f'<text class="gf-note" x="{start + 6:.1f}" y="{base:.1f}" font-size="{_SMALL}">{escape(given)}</text>'
    width, height = end, base + max(label.below * _SIZE, 8.0) + (answer.lines - 1) * _LINE
    if after:
        drawn = _flowing(_words_of(Words(after)), _SMALL, room)
        if end + 12 + drawn[0] <= room:
            ink += f'<g transform="translate({end + 12:.1f} {base - 0.72 * _SMALL:.1f})">{drawn[2]}</g>'
            width = end + 12 + drawn[0]
        else:
            ink += f'<g transform="translate(0 {height + 4:.1f})">{drawn[2]}</g>'
            width, height = max(width, drawn[0]), height + 4 + drawn[1]
    return width, height, ink
