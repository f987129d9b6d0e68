"""A formula in LaTeX, for notebooks' Markdown and for papers."""

from __future__ import annotations

from .plain import (
    ATOM,
    PRODUCT,
    Bars,
    Call,
    Derivative,
    Formula,
    Name,
    Negative,
    Number,
    Power,
    Quotient,
    Root,
    Script,
    number_text,
)  # fmt: skip

GREEK = dict(
    zip(
        "αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΦΨΩ",
        "alpha beta gamma delta varepsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon "
        "varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega".split(),
    )
)
_ESCAPED = {c: "\\" + c for c in "_%$#&{} "} | {"\\": r"\backslash ", "^": r"\wedge ", "~": r"\sim "}
_KNOWN = {*"exp log sin cos tan sec csc cot sinh cosh tanh max min".split()}


class Latex(Script):
    """LaTeX, with amsmath; what a name holds is escaped."""

    stacked = True
    times, thin = r" \cdot ", r"\,"

    def brackets(self, written: str) -> str:
        return rf"\left({written}\right)"

    def number(self, formula: Number) -> str:
        text = number_text(abs(formula.value), formula.decimal)
        sign = "-" if formula.value < 0 else ""
        above, slash, below = text.partition("/")
        if slash:
            return rf"{sign}\frac{{{above}}}{{{below}}}"
        mantissa, dot, exponent = text.partition("·10^")
        return rf"{sign}{mantissa} \cdot 10^{{{exponent}}}" if dot else sign + text

    def name(self, formula: Name) -> str:
        base, _, index = formula.text.partition("_")
        if not base or not index:
            base, index = formula.text, ""
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
        return rf"\frac{{{d}{self.name(Name(formula.child))}}}{{{d}{self.name(Name(formula.parent))}}}"


LATEX = Latex()


def latex(formula: Formula) -> str:
    r"""`formula` in LaTeX.

    >>> latex(Quotient(Number(1), Name("w_1")))
    '\\frac{1}{w_{1}}'
    """
    return LATEX.write(formula)
