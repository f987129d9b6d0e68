"""A formula in LaTeX, for notebooks' Markdown and for papers."""

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

GREEK = dict(
    zip(
        "αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΦΨΩ",
        "alpha beta gamma delta varepsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon "
        "varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega".split(),
    )
)
_ESCAPED = {c: "\\" + c for c in "_%$#&{} "}
_ESCAPED |= {"\\": r"\backslash ", "^": r"\wedge ", "~": r"\sim ", "…": r"\ldots ", "×": r"\times "}
_IN_TEXT = {" ": " ", "×": r"$\times$", "…": r"\ldots{}", "\\": r"\textbackslash{}", "^": r"\^{}", "~": r"\~{}"}
_KNOWN = {*"exp log sin cos tan sec csc cot sinh cosh tanh max min".split()}


class Latex(Script):
    """LaTeX, with amsmath; what a name holds is escaped."""

    stacked = True
    times, thin, matrix_times = r" \cdot ", r"\,", r"\,"

    def brackets(self, written: str) -> str:
        return rf"\left({written}\right)"

    def number(self, formula: Number) -> str:
        text = number_text(abs(formula.value), formula.decimal)
        sign = "-" if formula.value < 0 else ""
        above, slash, below = text.partition("/")
        if slash:
            return rf"{sign}\frac{{{above}}}{{{below}}}"
        mantissa, exponent = scientific(text)
        times = r" \cdot " if mantissa else ""
        return rf"{sign}{mantissa}{times}10^{{{exponent}}}" if exponent else sign + text

    def name(self, formula: Name) -> str:
        base, index = split_name(formula.text)
        return self._letters(base) + (f"_{{{self._letters(index)}}}" if index else "")

    def _letters(self, text: str) -> str:
        body = "".join("\\" + GREEK[c] + " " if c in GREEK else _ESCAPED.get(c, c) for c in text)
        return body.rstrip() if text.isdigit() or len(text) == 1 else rf"\mathit{{{body}}}"

    def negative(self, formula: Negative) -> str:
        return "-" + self.write(formula.operand, PRODUCT)

    def quotient(self, formula: Quotient) -> str:
        return rf"\frac{{{self.write(formula.numerator)}}}{{{self.write(formula.denominator)}}}"

    def power(self, formula: Power) -> str:
        return f"{self.write(formula.base, ATOM)}^{{{self.write(formula.exponent)}}}"

    def call(self, formula: Call) -> str:
        called = formula.function
        if called in _KNOWN:
            name = "\\" + called
        elif len(called) == 1:
            name = self._letters(called)
        else:
            name = rf"\operatorname{{{''.join(_ESCAPED.get(c, c) for c in called)}}}"
        return rf"{name}\left({self.arguments(formula.arguments)}\right)"

    def bars(self, formula: Bars) -> str:
        return rf"\left|{self.write(formula.operand)}\right|"

    def root(self, formula: Root) -> str:
        return rf"\sqrt{{{self.write(formula.operand)}}}"

    def derivative(self, formula: Derivative) -> str:
        d = r"\partial " if formula.sign == "∂" else "d"
        return rf"\frac{{{self._end(d, formula.child)}}}{{{self._end(d, formula.parent)}}}"

    def _end(self, d: str, end: str | DerivativeName) -> str:
        """`da`, `d\\,\\mathit{loss}`, `d(dg/da)`."""
        if isinstance(end, str):
            return d + (r"\," if wide(end) else "") + self.name(Name(end))
        above, below = self._ends(end)
        return rf"{d}({above}/{below if len(end.runs) == 1 else f'({below})'})"

    def _ends(self, formula: DerivativeName) -> tuple[str, str]:
        order = len(formula.wrt)
        above = self._end("d" if order == 1 else f"d^{{{order}}}", formula.of)
        below = r"\,".join(
            self._end("d", name) + (f"^{{{times}}}" if times > 1 else "") for name, times in formula.runs
        )
        return above, below

    def derivativename(self, formula: DerivativeName) -> str:
        above, below = self._ends(formula)
        return rf"\frac{{{above}}}{{{below}}}"

    def transposed(self, formula: Transposed) -> str:
        return self.write(formula.operand, ATOM) + r"^{\mathsf{T}}"

    def item(self, formula: Item) -> str:
        index = ", ".join(formula.index).replace(":", "{:}")
        return rf"{self.indexed(formula)}\left[{index}\right]"

    def norm(self, formula: Norm) -> str:
        return rf"\left\lVert {self.write(formula.operand)} \right\rVert"

    def keyword(self, formula: Keyword) -> str:
        return f"{self._letters(formula.name)}={self.write(formula.value)}"

    def vector(self, formula: Vector) -> str:
        inner = self.arguments(formula.entries)
        if not formula.size:
            return rf"\left[{inner}\right]"
        return rf"\left[{inner}, \ldots\right]\,\left({self.words(Words(formula.size))}\right)"

    def matrix(self, formula: Matrix) -> str:
        rows = r" \\ ".join(" & ".join(map(self.write, row)) for row in formula.rows)
        return rf"\begin{{bmatrix}} {rows} \end{{bmatrix}}"

    def words(self, formula: Words) -> str:
        text = "".join(_IN_TEXT.get(c, _ESCAPED.get(c, c)) for c in formula.text)
        return rf"\text{{{text}}}"

    def blank(self, formula: Blank) -> str:
        return rf"\underline{{\hspace{{{formula.width:g}em}}}}"

    def said(self, formula: Said) -> str:
        return self.write(formula.subject) + self.words(Words(formula.spaced))


LATEX = Latex()


def latex(formula: Formula) -> str:
    r"""`formula` in LaTeX.

    >>> latex(Quotient(Number(1), Name("w_1")))
    '\\frac{1}{w_{1}}'
    """
    return LATEX.write(formula)
