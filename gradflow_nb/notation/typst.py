"""A formula in Typst's math language, for paper."""

from __future__ import annotations

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


def _quoted(text: str) -> str:
    """A string, in which nothing is a command."""
    escaped = {"\\": r"\\", '"': r"\"", "\n": r"\n", "\r": r"\r"}
    return f'"{"".join(escaped.get(c, c) for c in text)}"'


class Typst(Script):
    """What stands between the dollar signs; what a name holds is in quotes, unless it is one plain letter."""

    stacked = True
    times, thin, matrix_times = " dot ", " thin ", r' class("binary", \@) '

    def brackets(self, written: str) -> str:
        return f"({written})"

    def number(self, formula: Number) -> str:
        text = number_text(abs(formula.value), formula.decimal)
        sign = "-" if formula.value < 0 else ""
        above, slash, below = text.partition("/")
        if slash:
            return f"{sign}frac({above}, {below})"
        mantissa, exponent = scientific(text)
        return f"{sign}{mantissa}{self.times if mantissa else ''}10^({exponent})" if exponent else sign + text

    def name(self, formula: Name) -> str:
        base, index = split_name(formula.text)
        return self._letters(base) + (f"_({self._letters(index)})" if index else "")

    def _letters(self, text: str) -> str:
        if text.isascii() and (text.isdigit() or (len(text) == 1 and text.isalpha())):
            return text
        return f"italic({_quoted(text)})"

    def negative(self, formula: Negative) -> str:
        return "-" + self.write(formula.operand, PRODUCT)

    def quotient(self, formula: Quotient) -> str:
        return f"frac({self.write(formula.numerator)}, {self.write(formula.denominator)})"

    def power(self, formula: Power) -> str:
        return f"{self.write(formula.base, ATOM)}^({self.write(formula.exponent)})"

    def call(self, formula: Call) -> str:
        called = formula.function
        name = self._letters(called) if len(called) == 1 else f"upright({_quoted(called)})"
        return f"{name}({self.arguments(formula.arguments)})"

    def bars(self, formula: Bars) -> str:
        return f"abs({self.write(formula.operand)})"

    def root(self, formula: Root) -> str:
        return f"sqrt({self.write(formula.operand)})"

    def derivative(self, formula: Derivative) -> str:
        d = "partial" if formula.sign == "∂" else "d"
        return f"frac({self._end(d, formula.child)}, {self._end(d, formula.parent)})"

    def _end(self, d: str, end: str | DerivativeName) -> str:
        """`d a`, `d thin italic("loss")`, `d (d g\\/d a)`."""
        if isinstance(end, str):
            return d + (self.thin if wide(end) else " ") + self.name(Name(end))
        above, below = self._ends(end)
        return rf"{d} ({above} \/ {below if len(end.runs) == 1 else f'({below})'})"

    def _ends(self, formula: DerivativeName) -> tuple[str, str]:
        order = len(formula.wrt)
        above = self._end("d" if order == 1 else f"d^({order})", formula.of)
        below = self.thin.join(
            self._end("d", name) + (f"^({times})" if times > 1 else "") for name, times in formula.runs
        )
        return above, below

    def derivativename(self, formula: DerivativeName) -> str:
        above, below = self._ends(formula)
        return f"frac({above}, {below})"

    def transposed(self, formula: Transposed) -> str:
        return f"{self.write(formula.operand, ATOM)}^(upright(T))"

    def item(self, formula: Item) -> str:
        return f"{self.indexed(formula)}[{', '.join(formula.index)}]"

    def norm(self, formula: Norm) -> str:
        return f"norm({self.write(formula.operand)})"

    def keyword(self, formula: Keyword) -> str:
        return f"{self._letters(formula.name)}={self.write(formula.value)}"

    def vector(self, formula: Vector) -> str:
        inner = self.arguments(formula.entries)
        if not formula.size:
            return f"[{inner}]"
        return f"[{inner}, dots]{self.thin}({self.words(Words(formula.size))})"

    def matrix(self, formula: Matrix) -> str:
        return f"mat(delim: \"[\", {'; '.join(', '.join(map(self.write, row)) for row in formula.rows)})"

    def words(self, formula: Words) -> str:
        return _quoted(formula.text)

    def blank(self, formula: Blank) -> str:
        return f"#box(width: {formula.width:g}em, height: 1em, stroke: (bottom: 0.5pt))"

    def said(self, formula: Said) -> str:
        return self.write(formula.subject) + self.words(Words(formula.spaced))


TYPST = Typst()


def typst(formula: Formula) -> str:
    """`formula` in Typst's math language.

    >>> typst(Quotient(Number(1), Name("w_1")))
    'frac(1, w_(1))'
    """
    return TYPST.write(formula)
