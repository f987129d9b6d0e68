"""A question as a still picture: for a notebook without a kernel, and for paper."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from ..diagram.svg import STYLE
from ..notation.plain import Equation, Name
from ..notation.svgtext import box, text_width

if TYPE_CHECKING:
    from .question import Question

_SIZE, _PAD, _BLANK = 17.0, 10.0, 220.0


def card(question: Question) -> str:
    """The question with a blank to write in, as a self-contained SVG."""
    left = box(Equation((question.asked, Name(" "))))
    after = f"at {question.place}" if question.place else ""
    start = _PAD + left.width * _SIZE
    width = start + _BLANK + (12 + text_width(after) * 15 if after else 0) + 2 * _PAD
    height = left.height * _SIZE + 2 * _PAD
    base = _PAD + left.above * _SIZE
    x = start + _BLANK + 12
    note = f'<text class="gf-note" x="{x:.1f}" y="{base:.1f}" font-size="15">{escape(after)}</text>'
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="gradflow" role="img" aria-label="{escape(question.prompt)}" '
        f'viewBox="0 0 {width:.1f} {height:.1f}" width="{width:.0f}" height="{height:.0f}">'
    )
    paper = f'<rect class="gf-paper" width="{width:.1f}" height="{height:.1f}" rx="4"/>'
    asked = f'<g class="gf-ink">{left.svg(_PAD, base, _SIZE)}</g>'
    ends = f"{start:.1f},{base + 5:.1f} {start + _BLANK:.1f},{base + 5:.1f}"
    blank = f'<polyline class="gf-bar" points="{ends}" stroke-width="1"/>'
    return f"{head}<style>{STYLE}</style>{paper}{asked}{blank}{note if after else ''}</svg>"
