"""A formula in MathML, which browsers show without any library."""

from __future__ import annotations

from collections.abc import Iterable
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


def _operator(text: str, **attributes: str) -> str:
    return (
        f"<mo{''.join(f' {name}={chr(34)}{value}{chr(34)}' for name, value in attributes.items())}>{escape(text)}</mo>"
    )


class MathML(Script):
    """Presentation MathML. Everything that a person typed is escaped."""

    stacked = True
    plus, minus, equals, comma = _operator("+"), _operator("−"), _operator("="), _operator(",")
    times, thin = _operator("·"), "<mspace width='0.17em'></mspace>"
    matrix_times = _operator("@", lspace="0.2em", rspace="0.2em")

    def row(self, *parts: str) -> str:
        return f"<mrow>{''.join(parts)}</mrow>"

    def join(self, parts: Iterable[str]) -> str:
        parts = list(parts)
        return self.row(*parts) if parts else ""

    def brackets(self, written: str) -> str:
        return self.row(_operator("("), written, _operator(")"))

    def number(self, formula: Number) -> str:
        above, slash, below = number_text(abs(formula.value), formula.decimal).partition("/")
        mantissa, exponent = scientific(above)
        text = f"<mn>{mantissa}</mn>"
        if slash:
            text = f"<mfrac><mn>{above}</mn><mn>{below}</mn></mfrac>"
        elif exponent:
            power = f"<msup><mn>10</mn><mn>{exponent.replace('-', '−')}</mn></msup>"
            text = self.row(text, self.times, power) if mantissa else power
        return self.row(self.minus_sign(), text) if formula.value < 0 else text

    def minus_sign(self) -> str:
        return _operator("−", form="prefix")

    def name(self, formula: Name) -> str:
        base, index = split_name(formula.text)
        if not index:
            return f"<mi>{escape(formula.text)}</mi>"
        tag = "mn" if index.isdigit() else "mi"
        return f"<msub><mi>{escape(base)}</mi><{tag}>{escape(index)}</{tag}></msub>"

    def negative(self, formula: Negative) -> str:
        return self.row(self.minus_sign(), self.write(formula.operand, PRODUCT))

    def quotient(self, formula: Quotient) -> str:
        return f"<mfrac>{self.write(formula.numerator)}{self.write(formula.denominator)}</mfrac>"

    def power(self, formula: Power) -> str:
        return f"<msup>{self.write(formula.base, ATOM)}{self.write(formula.exponent)}</msup>"

    def call(self, formula: Call) -> str:
        name = f"<mi>{escape(formula.function)}</mi>"
        return self.row(name, _operator("\u2061"), self.brackets(self.arguments(formula.arguments)))

    def bars(self, formula: Bars) -> str:
        return self.row(_operator("|", form="prefix"), self.write(formula.operand), _operator("|", form="postfix"))

    def root(self, formula: Root) -> str:
        return f"<msqrt>{self.write(formula.operand)}</msqrt>"

    def derivative(self, formula: Derivative) -> str:
        d = "<mo form='prefix' rspace='0'>∂</mo>" if formula.sign == "∂" else "<mi>d</mi>"
        return f"<mfrac>{self._end(d, formula.child)}{self._end(d, formula.parent)}</mfrac>"

    def _end(self, d: str, end: str | DerivativeName) -> str:
        """`da`, `d loss`, `d(dg/da)`."""
        if isinstance(end, str):
            return self.row(d, *([self.thin] if wide(end) else []), self.name(Name(end)))
        above, below = self._ends(end)
        below = below if len(end.runs) == 1 else self.brackets(below)
        return self.row(d, self.brackets(self.row(above, _operator("/"), below)))

    def _ends(self, formula: DerivativeName) -> tuple[str, str]:
        order = len(formula.wrt)
        above = self._end("<mi>d</mi>" if order == 1 else f"<msup><mi>d</mi><mn>{order}</mn></msup>", formula.of)
        below: list[str] = []
        for name, times in formula.runs:
            end = self._end("<mi>d</mi>", name)
            below += [*([self.thin] if below else []), end if times == 1 else f"<msup>{end}<mn>{times}</mn></msup>"]
        return above, below[0] if len(below) == 1 else self.row(*below)

    def derivativename(self, formula: DerivativeName) -> str:
        above, below = self._ends(formula)
        return f"<mfrac>{above}{below}</mfrac>"

    def transposed(self, formula: Transposed) -> str:
        return f"<msup>{self.write(formula.operand, ATOM)}<mi mathvariant='normal'>T</mi></msup>"

    def square(self, *inside: str) -> str:
        left, right = (
            _operator(sign, form=form, fence="true", stretchy="true")
            for sign, form in (("[", "prefix"), ("]", "postfix"))
        )
        return self.row(left, *inside, right)

    def item(self, formula: Item) -> str:
        index = ", ".join(formula.index).replace("-", "−")
        return self.row(self.indexed(formula), self.square(f"<mn>{escape(index)}</mn>"))

    def norm(self, formula: Norm) -> str:
        return self.row(_operator("‖", form="prefix"), self.write(formula.operand), _operator("‖", form="postfix"))

    def keyword(self, formula: Keyword) -> str:
        return self.row(f"<mi>{escape(formula.name)}</mi>", self.equals, self.write(formula.value))

    def vector(self, formula: Vector) -> str:
        inner = self.arguments(formula.entries)
        if not formula.size:
            return self.square(inner)
        first = self.square(inner, self.comma, "<mo>…</mo>")
        return self.row(first, self.thin, self.brackets(self.words(Words(formula.size))))

    def matrix(self, formula: Matrix) -> str:
        rows = ("".join(f"<mtd>{self.write(entry)}</mtd>" for entry in row) for row in formula.rows)
        return self.square(f"<mtable>{''.join(f'<mtr>{row}</mtr>' for row in rows)}</mtable>")

    def words(self, formula: Words) -> str:
        return f"<mtext>{escape(formula.text)}</mtext>"

    def blank(self, formula: Blank) -> str:
        return f'<mspace width="{formula.width:g}em" height="0.9em" depth="0.1em" style="border-bottom: 1px solid"/>'

    def said(self, formula: Said) -> str:
        return self.row(self.write(formula.subject), self.words(Words(formula.spaced.replace(" ", "\u00a0", 1))))


MATHML = MathML()


def mathml(formula: Formula, large: bool = False) -> str:
    """`formula` as a `<math>` element; `large` gives fractions their full size where the line is text.

    >>> mathml(Power(Name("d"), Number(2)))
    '<math><msup><mi>d</mi><mn>2</mn></msup></math>'
    """
    return f"<math{' displaystyle=' + chr(34) + 'true' + chr(34) if large else ''}>{MATHML.write(formula)}</math>"
