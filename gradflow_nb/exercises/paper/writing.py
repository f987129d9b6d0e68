"""Worksheets on paper: parts, as `handout.py` makes them, written as PDF or PNG pages (with Typst) or as HTML.

A part is a sheet or a key: its `heading` (empty for a sheet), the `variant`, and `items`. An item has a `number`, says
whether it is `sticky` (stays with the next one) and `breaks` (may be torn across pages), and has `blocks`, each of one
kind: {"text": …}, {"figure": …}, …. Texts stand in them as strings and formulas as `Formula`s; each writer puts both
into its own script, so that nothing that a person typed is a command or a tag.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any, Literal

from ...notation.mathml import MATHML
from ...notation.plain import SUM, Equation, Formula, Matrix, Script, Vector, Words
from ...notation.typst import TYPST

_HERE = Path(__file__).parent
Paper = Literal["a4", "letter"]
PAPERS = {"a4": ("a4", "A4"), "letter": ("us-letter", "letter")}
"""What each paper is called in Typst and in CSS."""
LARGEST = {"a4": (455.0, 415.0), "letter": (470.0, 390.0)}
"""The largest size of a figure, in points: as wide as the text beside a number, and half as high as the page."""
Part = Mapping[str, Any]


def _sides(formula: Formula, script: Script) -> list[str]:
    """The sides of a long equation, between which lines may break; anything else stays in one piece."""
    if isinstance(formula, Equation) and len(f"{formula}") > _SHORT:
        return [script.write(side, SUM) for side in formula.sides]
    return [script.write(formula)]


_SHORT = 30
"""The characters of an equation that is not broken."""


# PDF and PNG --------------------------------------------------------------------------------------------------------


def source(parts: Iterable[Part], title: str, paper: Paper) -> str:
    """The data of the pages, as `paper.typ` reads it."""
    data = {"title": title, "paper": PAPERS[paper][0], "parts": list(parts)}
    return json.dumps(data, default=_typst, ensure_ascii=False)


def _typst(formula: Formula) -> Any:
    if isinstance(formula, Words):
        return formula.text
    first, *others = _sides(formula, TYPST)
    ends = formula.sides if isinstance(formula, Equation) else (formula,)
    solid = any(isinstance(end, (Vector, Matrix)) for end in ends)
    return {"math": [first, *(f"= {side}" for side in others)], "solid": solid}


def typeset(source: str, format: Literal["pdf", "png"] = "pdf", ppi: float = 110) -> Any:
    """The bytes of a PDF, or of each page as a PNG."""
    import typst

    template = (_HERE / "paper.typ").read_bytes()
    made = typst.compile(template, format=format, ppi=ppi, sys_inputs={"data": source})
    return [made] if format == "png" and isinstance(made, bytes) else made


# HTML ---------------------------------------------------------------------------------------------------------------

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
{style}@page {{ size: {size}; margin: 1.8cm 2cm 2.1cm; {footer} }}
</style>
</head>
<body>
{body}
</body>
</html>
"""
_FOOTER = '@bottom-right { font: 9pt serif; content: "page " counter(page) " of " counter(pages); }'


def html(parts: Iterable[Part], title: str, paper: Paper) -> str:
    """One page that needs nothing from outside, and prints on this paper."""
    return _PAGE.format(
        title=escape(title or "Worksheet"),
        style=(_HERE / "paper.css").read_text(encoding="utf-8"),
        size=PAPERS[paper][1],
        footer=_FOOTER,
        body="\n".join(_part(part, title) for part in parts),
    )


def _part(part: Part, title: str) -> str:
    lines = "".join(f'<div class="answer">{name}<span class="line"></span></div>' for name in ("Name", "Date"))
    lines = "" if part["heading"] else f'<div class="row">{lines}</div>'
    heading = ": ".join(filter(None, (part["heading"], title)))
    return (
        f"<section><header>{lines}"
        f'<div class="row"><h1>{escape(heading)}</h1><span>{escape(part["variant"])}</span></div></header>\n'
        + "\n".join(map(_item, part["items"]))
        + "\n</section>"
    )


def _item(item: Part) -> str:
    blocks = "\n".join(_block(*next(iter(block.items()))) for block in item["blocks"])
    kinds = " ".join(["item", *(kind for kind in ("sticky", "breaks") if item[kind])])
    kinds += " numbered" if item["number"] else ""
    number = f"<b>{escape(item['number'])}</b>" if item["number"] else ""
    return f'<div class="{kinds}">{number}<div>{blocks}</div></div>'


def _block(kind: str, value: Any) -> str:
    match kind:
        case "text":
            return f"<p>{_inline(value)}</p>"
        case "equations":
            return f'<div class="equations">{"".join(f"<span>{_inline(row)}</span>" for row in value)}</div>'
        case "code":
            return f"<pre>{escape(value)}</pre>"
        case "figure":
            return f'<figure>{_sized(value["svg"], value["width"])}</figure>'
        case "room":
            return f'<div style="height: {value * 0.85:.2f}cm"></div>'
        case "rules":
            return '<div class="rule"></div>' * value
        case "answers":
            kind = "answers" + " pairs" * (value["columns"] > 1)
            return f'<div class="{kind}">{"".join(map(_answer, value["rows"]))}</div>'
    formula = f'<div class="wide">{_inline(value["formula"])}</div>' if value["formula"] else ""
    return f'<div class="row step"><span>{value["number"]}</span><div>{escape(value["words"])}{formula}</div></div>'


def _answer(row: Part) -> str:
    filled = '<span class="line"></span>' if row["given"] is None else f"<span>{_inline(row['given'])}</span>"
    above = f"{(row['lines'] - 0.5) * 0.85:.2f}cm"
    return f'<div class="answer" style="padding-top: {above}"><span>{_inline(row["label"])}</span>{filled}</div>'


def _sized(svg: str, width: float) -> str:
    """An SVG as wide as it is on paper; a narrow page makes it smaller."""
    return re.sub(r' width="[\d.]+" height="[\d.]+"', f' style="width: {width:.1f}pt"', svg, count=1)


def _inline(parts: Sequence[str | Formula]) -> str:
    """Texts and formulas in a row, with fractions in their full size."""
    return "".join(_written(part) for part in parts)


def _written(part: str | Formula) -> str:
    if isinstance(part, str):
        return escape(part)
    if isinstance(part, Words):
        return escape(part.text)
    first, *others = _sides(part, MATHML)
    rows = [first, *(f'<mo form="infix">=</mo>{side}' for side in others)]
    return "<wbr>".join(f'<math displaystyle="true"><mrow>{row}</mrow></math>' for row in rows)
