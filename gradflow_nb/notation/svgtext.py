"""A formula as SVG text: fractions with a bar, real subscripts and superscripts.

Every piece of text is given the width that Times has for it, and is told to keep that width (`textLength`), so a
reader without Times sees the same layout. A `Box` knows its size before anything is drawn; Graphviz needs that.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from .plain import (
    ATOM,
    PRODUCT,
    Bars,
    Blank,
    Call,
    Derivative,
    DerivativeName,
    Formula,
    Item,
    Keyword,
    Matrix,
    Name,
    Negative,
    Norm,
    Number,
    Power,
    Quotient,
    Root,
    Said,
    Script,
    Transposed,
    Vector,
    Words,
    number_text,
    scientific,
    split_name,
    wide,
)  # fmt: skip

# Widths in thousandths of the font size: those of Times and of the fonts made to its measure.
_UPRIGHT = {
    180: "'", 200: "|", 250: " ,.·", 278: "/:;\\ijlt", 333: "!()-I[]`fr", 389: "Js", 402: "τ", 420: "ε",
    444: "?acezχγξν", 469: "^δθ{}", 494: "∂λυ", 541: "~α√", 556: "FPSμ", 564: "+<=>−×σφ", 611: "ELTZΓΣψ",
    667: "BCRΔΞω", 713: "∞", 722: "ADGHKNOQUVXYwΘΠΛΦΨΩ", 778: "&m", 833: "%", 889: "M", 921: "@", 944: "W", 1000: "…←",
}  # fmt: skip
_ITALIC = {
    214: "'", 250: " ,.·", 275: "|", 278: "/\\fijltι", 333: "!()-:;I`", 358: "τ", 389: "[]rszγε", 405: "ζς{}",
    430: "^ξλ", 444: "Jcekvxyνχυδ", 480: "κρθσ∂η", 510: "αμπβ", 541: "~√φ", 556: "LTYZΓ", 587: "ΔΣΛ",
    611: "ABEFPRVXψΞ", 667: "CKNw", 675: "+<=>−×", 706: "ωΨ", 722: "DGHOQUmΘΠΩΦ", 778: "&", 833: "%MW",
    889: "…", 920: "@",
}  # fmt: skip
_WIDTHS = [{c: width for width, group in table.items() for c in group} for table in (_UPRIGHT, _ITALIC)]


def text_width(text: str, italic: bool = False) -> float:
    """The width of `text` in Times, in units of the font size."""
    return sum(_WIDTHS[italic].get(c, 500 if c.isascii() or c.isalpha() else 600) for c in text) / 1000


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of text: its left end and baseline."""

    x: float
    y: float
    text: str
    size: float
    italic: bool

    def moved(self, dx: float, dy: float, scale: float) -> Text:
        return Text(self.x * scale + dx, self.y * scale + dy, self.text, self.size * scale, self.italic)

    def svg(self) -> str:
        style = ' font-style="italic"' if self.italic else ""
        width = text_width(self.text, self.italic) * self.size
        return (
            f'<text x="{self.x:.1f}" y="{self.y:.1f}" font-size="{self.size:.1f}"{style} textLength="{width:.1f}" '
            f'lengthAdjust="spacingAndGlyphs" xml:space="preserve">{escape(self.text)}</text>'
        )


@dataclass(frozen=True, slots=True)
class Line:
    """A fraction bar, the stroke of a root, or the line to write on of the blank with this name."""

    points: tuple[tuple[float, float], ...]
    width: float = 0.05
    blank: str | None = None

    def moved(self, dx: float, dy: float, scale: float) -> Line:
        return Line(tuple((x * scale + dx, y * scale + dy) for x, y in self.points), self.width * scale, self.blank)

    def svg(self) -> str:
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in self.points)
        name = "" if self.blank is None else f' data-blank="{escape(self.blank)}"'
        return f'<polyline class="gf-bar" points="{points}" stroke-width="{max(0.8, self.width):.1f}"{name}/>'


@dataclass(frozen=True, slots=True)
class Box:
    """Ink with a baseline at y = 0: a width, and how far it reaches above and below. Units: the font size."""

    width: float
    above: float
    below: float
    ink: tuple[Text | Line, ...] = ()

    @property
    def height(self) -> float:
        return self.above + self.below

    def moved(self, dx: float = 0, dy: float = 0, scale: float = 1) -> tuple[Text | Line, ...]:
        return tuple(mark.moved(dx, dy, scale) for mark in self.ink)

    def scaled(self, scale: float) -> Box:
        return Box(self.width * scale, self.above * scale, self.below * scale, self.moved(scale=scale))

    def svg(self, x: float, y: float, size: float) -> str:
        """The ink with its left end at x and its baseline at y, in a font of `size`."""
        return "".join(mark.svg() for mark in self.moved(x, y, size))


_AXIS = 0.27
"""The height of a fraction's bar above the baseline."""


def _text(text: str, italic: bool = False) -> Box:
    return Box(text_width(text, italic), 0.72, 0.22, (Text(0, 0, text, 1, italic),))


def _space(width: float) -> Box:
    return Box(width, 0, 0)


def beside(parts: Iterable[Box]) -> Box:
    """Boxes in a row on one baseline."""
    x, above, below, ink = 0.0, 0.0, 0.0, []
    for part in parts:
        ink += part.moved(x)
        x, above, below = x + part.width, max(above, part.above), max(below, part.below)
    return Box(x, above, below, tuple(ink))


def raised(box: Box, by: float) -> Box:
    return Box(box.width, box.above + by, box.below - by, box.moved(0, -by))


def over(numerator: Box, denominator: Box) -> Box:
    """A fraction with a bar."""
    width = max(numerator.width, denominator.width) + 0.2
    up, down = _AXIS + 0.12 + numerator.below, denominator.above + 0.12 - _AXIS
    ink = (
        *numerator.moved((width - numerator.width) / 2, -up),
        *denominator.moved((width - denominator.width) / 2, down),
        Line(((0.03, -_AXIS), (width - 0.03, -_AXIS))),
    )
    return Box(width, up + numerator.above, down + denominator.below, ink)


def grid(rows: list[list[Box]]) -> Box:
    """Boxes in rows and centred columns, the whole centred on the axis of a fraction's bar."""
    widths = [max(box.width for box in column) for column in zip(*rows)]
    y, ink = 0.0, []
    for row in rows:
        y += max(box.above for box in row) + 0.04
        x = 0.0
        for box, width in zip(row, widths):
            ink += box.moved(x + (width - box.width) / 2, y)
            x += width + 0.6
        y += max(box.below for box in row) + 0.04
    width, up = sum(widths) + 0.6 * (len(widths) - 1), y / 2 + _AXIS
    return Box(width + 0.16, up, y - up, tuple(mark.moved(0.08, -up, 1) for mark in ink))


def square(inside: Box) -> Box:
    """Square brackets as tall as what they hold, drawn as strokes."""
    top, bottom, right = -inside.above, inside.below, inside.width + 2 * _INSET
    left, close = (
        Line(((at + foot, top), (at, top), (at, bottom), (at + foot, bottom)))
        for at, foot in ((0.07, _FOOT), (right - 0.07, -_FOOT))
    )
    return Box(right, inside.above + 0.05, inside.below + 0.05, (left, *inside.moved(_INSET), close))


_FOOT, _INSET = 0.16, 0.3
"""How long the feet of a square bracket are, and how far inside its edge the first entry starts."""


_STACKS = (Derivative, DerivativeName, Quotient)


class SvgText(Script):
    """Formulas as boxes."""

    stacked = True
    plus, minus, equals = (beside([_space(0.2), _text(c), _space(0.2)]) for c in "+−=")
    comma, times, thin = (
        beside([_text(","), _space(0.17)]),
        beside([_space(0.06), _text("·"), _space(0.06)]),
        _space(0.17),
    )
    matrix_times = beside([_space(0.2), _text("@"), _space(0.2)])

    def join(self, parts: Iterable[Box]) -> Box:
        return beside(parts)

    def _fence(self, left: str, inside: Box, right: str) -> Box:
        tall = max(1.0, inside.height / 0.98)
        drop = (inside.below - inside.above) / 2 + 0.25 * tall
        sides = [raised(_text(side).scaled(tall), -drop) for side in (left, right)]
        return beside([sides[0], inside, sides[1]])

    def brackets(self, written: Box) -> Box:
        return self._fence("(", written, ")")

    def number(self, formula: Number) -> Box:
        above, slash, below = number_text(abs(formula.value), formula.decimal).partition("/")
        if slash:
            box = over(_text(above).scaled(0.85), _text(below).scaled(0.85))
        else:
            mantissa, exponent = scientific(above)
            box = _text(mantissa)
            if exponent:
                power = [_text("10"), raised(_text(exponent.replace("-", "−")).scaled(0.7), 0.38)]
                box = beside([box, self.times, *power] if mantissa else power)
        return beside([_text("−"), box]) if formula.value < 0 else box

    def name(self, formula: Name) -> Box:
        base, index = split_name(formula.text)
        if not index:
            return _text(formula.text, italic=True)
        return beside([_text(base, italic=True), raised(_text(index, italic=not index.isdigit()).scaled(0.7), -0.18)])

    def negative(self, formula: Negative) -> Box:
        return beside([_text("−"), self.write(formula.operand, PRODUCT)])

    def quotient(self, formula: Quotient) -> Box:
        return over(self.write(formula.numerator).scaled(0.85), self.write(formula.denominator).scaled(0.85))

    def power(self, formula: Power) -> Box:
        base, exponent = self.write(formula.base, ATOM), self.write(formula.exponent).scaled(0.7)
        return beside([base, _space(0.03), raised(exponent, max(0.36, base.above - 0.34) + exponent.below - 0.154)])

    def call(self, formula: Call) -> Box:
        return beside(
            [_text(formula.function, len(formula.function) == 1), self.brackets(self.arguments(formula.arguments))]
        )

    def bars(self, formula: Bars) -> Box:
        return self._fence("|", self.write(formula.operand), "|")

    def root(self, formula: Root) -> Box:
        inside = self.write(formula.operand)
        top, bottom = -inside.above - 0.08, inside.below - 0.05
        stroke = Line(((0.02, -0.3), (0.12, -0.36), (0.28, bottom), (0.5, top), (0.6 + inside.width, top)))
        return Box(inside.width + 0.65, inside.above + 0.15, inside.below, (stroke, *inside.moved(0.55)))

    def derivative(self, formula: Derivative) -> Box:
        d = _text(formula.sign, italic=True)
        return over(*(self._end(d, end).scaled(0.9) for end in (formula.child, formula.parent)))

    def _end(self, d: Box, end: str | DerivativeName) -> Box:
        """`da`, `d loss`, `d(dg/da)`."""
        if isinstance(end, str):
            return beside([d, *([_space(0.12)] if wide(end) else []), self.name(Name(end))])
        return beside([d, self.brackets(self.inline(end))])

    def _ends(self, formula: DerivativeName) -> tuple[Box, Box]:
        d, order = _text("d", italic=True), len(formula.wrt)
        above = self._end(d if order == 1 else beside([d, self._small(order)]), formula.of)
        below: list[Box] = []
        for name, times in formula.runs:
            below += [self.thin] if below else []
            below += [self._end(d, name), *([self._small(times)] if times > 1 else [])]
        return above, beside(below)

    def _small(self, number: int) -> Box:
        return raised(_text(str(number)).scaled(0.7), 0.38)

    def inline(self, formula: DerivativeName) -> Box:
        """The fraction on one line: `dg/da`."""
        above, below = self._ends(formula)
        return beside([above, _text("/"), below if len(formula.runs) == 1 else self.brackets(below)])

    def derivativename(self, formula: DerivativeName) -> Box:
        return over(*(part.scaled(0.9) for part in self._ends(formula)))

    def between(self, before: Formula, after: Formula) -> Box:
        """Between two stacked fractions the dot has more room, or it would touch their bars."""
        stacks = isinstance(before, _STACKS) and isinstance(after, _STACKS)
        return beside([self.thin, _text("·"), self.thin]) if stacks else super().between(before, after)

    def transposed(self, formula: Transposed) -> Box:
        base = self.write(formula.operand, ATOM)
        return beside([base, _space(0.03), raised(_text("T").scaled(0.7), max(0.36, base.above - 0.34))])

    def item(self, formula: Item) -> Box:
        index = _text(", ".join(formula.index).replace("-", "−"))
        return beside([self.indexed(formula), square(index)])

    def norm(self, formula: Norm) -> Box:
        inside = self.write(formula.operand)
        bars = [Line(((x, -inside.above), (x, inside.below))) for x in (0.08, 0.2)]
        right = [Line(tuple((x + 0.28 + inside.width, y) for x, y in bar.points)) for bar in bars]
        return Box(inside.width + 0.56, inside.above + 0.05, inside.below + 0.05, (*bars, *inside.moved(0.28), *right))

    def keyword(self, formula: Keyword) -> Box:
        return beside([_text(formula.name, True), self.equals, self.write(formula.value)])

    def vector(self, formula: Vector) -> Box:
        inner = self.arguments(formula.entries)
        if not formula.size:
            return square(inner)
        size = self.brackets(_text(formula.size))
        return beside([square(beside([inner, self.comma, _text("…")])), _space(0.25), size])

    def matrix(self, formula: Matrix) -> Box:
        return square(grid([[self.write(entry).scaled(0.85) for entry in row] for row in formula.rows]))

    def words(self, formula: Words) -> Box:
        return _text(formula.text)

    def blank(self, formula: Blank) -> Box:
        return Box(formula.width, 1.0, 0.4, (Line(((0, 0.2), (formula.width, 0.2)), 0.05, formula.name),))

    def said(self, formula: Said) -> Box:
        return beside([self.write(formula.subject), _text(formula.spaced)])


SVG_TEXT = SvgText()


def box(formula: Formula) -> Box:
    """`formula` as a box of ink, in units of the font size.

    >>> round(box(Number(12)).width, 2)
    1.0
    """
    return SVG_TEXT.write(formula)
