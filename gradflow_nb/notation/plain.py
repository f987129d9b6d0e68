"""The formula as people write it, and its plain script.

A formula is a small tree of the classes below. It keeps what was written (`3a` stays a product, `a/b` a
quotient) and says nothing about values. A `Script` turns the tree into one notation; it decides where
brackets are needed in that notation and nowhere else. This module imports nothing of the house.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby


class Formula:
    """Base of the tree. `str(formula)` is the plain script."""

    __slots__ = ()

    def __str__(self) -> str:
        return PLAIN.write(self)


@dataclass(frozen=True, slots=True)
class Number(Formula):
    """A number: an int, a Fraction or a float; `decimal` prints an exact fraction as `0.5`, as it was typed."""

    value: int | Fraction | float
    decimal: bool = False
    __str__ = Formula.__str__


@dataclass(frozen=True, slots=True)
class Name(Formula):
    """The name of a node, of a constant, or of an opaque derivative such as `D_xw`."""

    text: str
    __str__ = Formula.__str__


@dataclass(frozen=True, slots=True)
class Sum(Formula):
    """Terms joined by +; a `Negative` term is joined by −."""

    terms: tuple[Formula, ...]
    __str__ = Formula.__str__


@dataclass(frozen=True, slots=True)
class Negative(Formula):
    """−operand."""

    operand: Formula
    __str__ = Formula.__str__


@dataclass(frozen=True, slots=True)
class Product(Formula):
    """Factors side by side: `3a`, `2(x + 1)`, `a·b`."""

    factors: tuple[Formula, ...]
    __str__ = Formula.__str__


@dataclass(frozen=True, slots=True)
class Quotient(Formula):
    """numerator over denominator."""

    numerator: Formula
    denominator: Formula
    __str__ = Formula.__str__


@dataclass(frozen=True, slots=True)
class Power(Formula):
    """base to the exponent."""

    base: Formula
    exponent: Formula
    __str__ = Formula.__str__


@dataclass(frozen=True, slots=True)
class Call(Formula):
    """A function and its arguments: `sin(x)`, `max(a, b)`, `x(w)`."""

    function: str
    arguments: tuple[Formula, ...]
    __str__ = Formula.__str__


@dataclass(frozen=True, slots=True)
class Bars(Formula):
    """|operand|."""

    operand: Formula
    __str__ = Formula.__str__


@dataclass(frozen=True, slots=True)
class Root(Formula):
    """The square root of operand."""

    operand: Formula
    __str__ = Formula.__str__


@dataclass(frozen=True, slots=True)
class Derivative(Formula):
    """∂child/∂parent, or dchild/dparent with `sign="d"`. An end may itself be named after a derivative."""

    child: str | DerivativeName
    parent: str | DerivativeName
    sign: str = "∂"
    __str__ = Formula.__str__


@dataclass(frozen=True, slots=True)
class DerivativeName(Formula):
    """A name that stands for a derivative: `dg_da`, drawn as d`of` over d`wrt`; `d2g_da_db` where `wrt` has two."""

    text: str
    of: str
    wrt: tuple[str, ...]
    __str__ = Formula.__str__

    @property
    def runs(self) -> list[tuple[str, int]]:
        """The names below the bar, each with how often it stands in a row there."""
        return [(name, len(list(group))) for name, group in groupby(self.wrt)]


@dataclass(frozen=True, slots=True)
class MatrixProduct(Formula):
    """Matrix factors, multiplied from the left: `W @ x`."""

    factors: tuple[Formula, ...]
    __str__ = Formula.__str__


@dataclass(frozen=True, slots=True)
class Transposed(Formula):
    """operand, its axes in the opposite order: `W.T`."""

    operand: Formula
    __str__ = Formula.__str__


@dataclass(frozen=True, slots=True)
class Item(Formula):
    """Entries of operand: `x[0]`, `W[0, 1:3]`. Each entry of `index` is as it is written: "0", "1:3", ":"."""

    operand: Formula
    index: tuple[str, ...]
    __str__ = Formula.__str__


@dataclass(frozen=True, slots=True)
class Norm(Formula):
    """‖operand‖."""

    operand: Formula
    __str__ = Formula.__str__


@dataclass(frozen=True, slots=True)
class Keyword(Formula):
    """A setting among a function's arguments: `axis=0`."""

    name: str
    value: Formula
    __str__ = Formula.__str__


@dataclass(frozen=True, slots=True)
class Vector(Formula):
    """Entries in a row: `[1, 4]`. With a `size` these are only the first entries: `[1, 2, 3, …] (1000×1000)`."""

    entries: tuple[Formula, ...]
    size: str = ""
    __str__ = Formula.__str__


@dataclass(frozen=True, slots=True)
class Matrix(Formula):
    """Rows of equally many entries: `[[1, 4], [2, 3]]`."""

    rows: tuple[tuple[Formula, ...], ...]
    __str__ = Formula.__str__


@dataclass(frozen=True, slots=True)
class Words(Formula):
    """Words in the place of a formula, such as `10×1000 Jacobian` for a matrix too large to show."""

    text: str
    __str__ = Formula.__str__


@dataclass(frozen=True, slots=True)
class Blank(Formula):
    """Room to write in, `width` letters m wide. `name` says which answer belongs there."""

    name: str = ""
    width: float = 4.0
    __str__ = Formula.__str__


@dataclass(frozen=True, slots=True)
class Said(Formula):
    """A formula and what is said of it: `dy/dx does not exist`, `y = 1/x, which does not exist`."""

    subject: Formula
    words: str
    __str__ = Formula.__str__

    @property
    def spaced(self) -> str:
        """The words as they follow the subject: after a space, or at once where they start with a comma."""
        return self.words if self.words.startswith(",") else f" {self.words}"


@dataclass(frozen=True, slots=True)
class Equation(Formula):
    """Sides joined by =."""

    sides: tuple[Formula, ...]
    __str__ = Formula.__str__


def number_text(value: int | Fraction | float, decimal: bool = False) -> str:
    """A number for people: exact numbers whole, floats to six significant digits.

    >>> number_text(305), number_text(Fraction(3, 8)), number_text(Fraction(3, 8), decimal=True)
    ('305', '3/8', '0.375')
    >>> number_text(2 / 3), number_text(1.5e22)
    ('0.666667', '1.5·10^22')
    >>> number_text(-1e-7)
    '-10^-7'
    """
    if isinstance(value, float):
        mantissa, e, exponent = f"{value:.6g}".partition("e")
        if not e:
            return mantissa
        lead = {"1": "", "-1": "-"}.get(mantissa, f"{mantissa}·")
        return f"{lead}10^{int(exponent)}"
    value = Fraction(value)
    if value.denominator == 1:
        return str(value.numerator)
    return (decimal and exact_decimal(value)) or f"{value.numerator}/{value.denominator}"


def scientific(text: str) -> tuple[str, str]:
    """The mantissa and the exponent of a number's text: no mantissa where it is 1, no exponent where there is none.

    >>> scientific("1.5·10^22"), scientific("10^-7"), scientific("305")
    (('1.5', '22'), ('', '-7'), ('305', ''))
    """
    mantissa, ten, exponent = text.partition("10^")
    return (mantissa.removesuffix("·"), exponent) if ten else (text, "")


def wide(name: str) -> bool:
    """Whether a name has more than one letter before its index, so that it stands apart from the d of a derivative.

    >>> wide("x_1"), wide("loss")
    (False, True)
    """
    return len(split_name(name)[0]) > 1


def split_name(name: str) -> tuple[str, str]:
    """A name as it is set in type: what stands on the line, and the index below it, empty where there is none.

    >>> split_name("x_1"), split_name("loss"), split_name("cell.weight_ih")
    (('x', '1'), ('loss', ''), ('cell.weight_ih', ''))
    """
    base, _, index = name.partition("_")
    return (base, index) if base and index and "." not in name else (name, "")


def exact_decimal(value: Fraction) -> str | None:
    """The decimal that is exactly this fraction, or None where there is none.

    >>> exact_decimal(Fraction(-1, 8)), exact_decimal(Fraction(1, 3))
    ('-0.125', None)
    """
    rest, places = value.denominator, 0
    for prime in (2, 5):
        count = 0
        while rest % prime == 0:
            rest, count = rest // prime, count + 1
        places = max(places, count)
    if rest != 1 or places > 60:
        return None
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    sign = "-" if value < 0 else ""
    return sign + digits[: len(digits) - places] + ("." + digits[len(digits) - places :] if places else "")


# How tightly each kind of formula holds together; a script puts brackets where a looser one stands in a tighter place.
EQUATION, SUM, NEGATIVE, PRODUCT, FACTOR, POWER, ATOM = range(7)


class Script:
    """One notation: a method for every kind of formula. Subclasses override what they write differently.

    `stacked` scripts draw quotients with a bar, which needs no brackets around numerator and denominator.
    """

    stacked = False
    plus, minus, equals, comma, times, thin, matrix_times = " + ", " - ", " = ", ", ", "·", " ", " @ "

    def write(self, formula: Formula, place: int = EQUATION):
        """`formula` in this notation, in brackets if it is looser than its `place` allows."""
        written = getattr(self, type(formula).__name__.lower())(formula)
        return self.brackets(written) if self.tightness(formula) < place else written

    def tightness(self, formula: Formula) -> int:
        match formula:
            case Number(value, decimal):
                if value < 0:
                    return NEGATIVE
                text = number_text(value, decimal)
                if text.startswith("10^"):
                    return POWER
                return PRODUCT if "·" in text or ("/" in text and not self.stacked) else FACTOR if "/" in text else ATOM
            case Equation() | Said():
                return EQUATION
            case Sum():
                return SUM
            case Negative():
                return NEGATIVE
            case Product((Number(value), *_)) if value < 0:
                return NEGATIVE
            case Product() | MatrixProduct():
                return PRODUCT
            case Vector(_, size) if size:
                return PRODUCT
            case Transposed():
                return POWER if self.stacked else ATOM
            case Words():
                return PRODUCT if " " in formula.text or "×" in formula.text else ATOM
            case Derivative():
                return FACTOR
            case DerivativeName():
                return FACTOR if self.stacked else ATOM
            case Quotient():
                return FACTOR if self.stacked else PRODUCT
            case Power():
                return POWER
        return ATOM

    def join(self, parts: Iterable):
        return "".join(parts)

    def sum(self, formula: Sum):
        parts = [self.write(formula.terms[0], NEGATIVE)]
        for term in formula.terms[1:]:
            if isinstance(term, Negative):
                parts += [self.minus, self.write(term.operand, PRODUCT)]
            elif isinstance(term, Number) and term.value < 0:
                parts += [self.minus, self.write(Number(-term.value, term.decimal), PRODUCT)]
            elif isinstance(term, Product) and isinstance(term.factors[0], Number) and term.factors[0].value < 0:
                first = Number(-term.factors[0].value, term.factors[0].decimal)
                parts += [self.minus, self.write(Product((first, *term.factors[1:])), PRODUCT)]
            else:
                parts += [self.plus, self.write(term, PRODUCT)]
        return self.join(parts)

    def product(self, formula: Product):
        first, *others = formula.factors
        parts = [self.write(first, NEGATIVE if isinstance(first, Number) and "/" not in str(first) else FACTOR)]
        for before, after in zip(formula.factors, others):
            parts += [self.between(before, after), self.write(after, FACTOR)]
        return self.join(parts)

    def between(self, before: Formula, after: Formula):
        """What stands between two factors: nothing in `3a` and `2(x + 1)`, a thin space in `2 sin(x)`, else a dot."""
        head = after.base if isinstance(after, Power) else after
        while isinstance(head, (Transposed, Item)):
            head = head.operand
        like_an_exponent = (
            isinstance(head, Name) and head.text[:1] in ("e", "E") and head.text[1:2].isdigit()
        )  # 2·e1, not 2e1
        if not isinstance(before, Number) or "10^" in str(before):  # 10^-7·x, not 10^-7x
            return self.times
        if isinstance(head, DerivativeName):
            return self.thin if self.stacked else self.join([])
        if isinstance(head, (Name, Sum, MatrixProduct)) and not like_an_exponent:
            return self.join([])
        return self.thin if isinstance(head, (Call, Root)) else self.times

    def matrixproduct(self, formula: MatrixProduct):
        first = formula.factors[0]
        plain_multiple = isinstance(first, Product) and len(first.factors) == 2 and isinstance(first.factors[0], Number)
        parts = [self.write(first, PRODUCT if plain_multiple else FACTOR)]  # 2W @ x
        for factor in formula.factors[1:]:
            parts += [self.matrix_times, self.write(factor, FACTOR)]
        return self.join(parts)

    def indexed(self, formula: Item):
        """What an index stands beside; a raised T needs no brackets there."""
        return self.write(formula.operand, POWER if isinstance(formula.operand, Transposed) else ATOM)

    def equation(self, formula: Equation):
        parts = [self.write(formula.sides[0], SUM)]
        for side in formula.sides[1:]:
            parts += [self.equals, self.write(side, SUM)]
        return self.join(parts)

    def arguments(self, formulas: tuple[Formula, ...]):
        parts = []
        for formula in formulas:
            parts += [self.comma, self.write(formula)] if parts else [self.write(formula)]
        return self.join(parts)


class Plain(Script):
    """Text that a person can type back."""

    def brackets(self, written: str) -> str:
        return f"({written})"

    def number(self, formula: Number) -> str:
        return number_text(formula.value, formula.decimal)

    def name(self, formula: Name) -> str:
        return formula.text

    def negative(self, formula: Negative) -> str:
        return "-" + self.write(formula.operand, PRODUCT)

    def quotient(self, formula: Quotient) -> str:
        place = FACTOR if isinstance(formula.numerator, MatrixProduct) else PRODUCT  # (W @ x)/y
        return self.write(formula.numerator, place) + "/" + self.write(formula.denominator, POWER)

    def power(self, formula: Power) -> str:
        return self.write(formula.base, ATOM) + "^" + self.write(formula.exponent, POWER)

    def call(self, formula: Call) -> str:
        return f"{formula.function}({self.arguments(formula.arguments)})"

    def bars(self, formula: Bars) -> str:
        return f"|{self.write(formula.operand)}|"

    def root(self, formula: Root) -> str:
        return f"sqrt({self.write(formula.operand)})"

    def derivative(self, formula: Derivative) -> str:
        return f"{formula.sign}{formula.child}/{formula.sign}{formula.parent}"

    def derivativename(self, formula: DerivativeName) -> str:
        return formula.text

    def transposed(self, formula: Transposed) -> str:
        return self.write(formula.operand, ATOM) + ".T"

    def item(self, formula: Item) -> str:
        return f"{self.indexed(formula)}[{', '.join(formula.index)}]"

    def norm(self, formula: Norm) -> str:
        return f"norm({self.write(formula.operand)})"

    def keyword(self, formula: Keyword) -> str:
        return f"{formula.name}={self.write(formula.value)}"

    def vector(self, formula: Vector) -> str:
        inner = self.arguments(formula.entries)
        return f"[{inner}, …] ({formula.size})" if formula.size else f"[{inner}]"

    def matrix(self, formula: Matrix) -> str:
        return f"[{', '.join(f'[{self.arguments(row)}]' for row in formula.rows)}]"

    def words(self, formula: Words) -> str:
        return formula.text

    def blank(self, formula: Blank) -> str:
        return "____"

    def said(self, formula: Said) -> str:
        return self.write(formula.subject) + formula.spaced


PLAIN = Plain()


def plain(formula: Formula) -> str:
    """`formula` as plain text.

    >>> plain(Equation((Name("e"), Sum((Product((Number(7), Name("c"))), Power(Name("d"), Number(2)))))))
    'e = 7c + d^2'
    >>> plain(Quotient(Number(1), Product((Number(2), Name("x")))))
    '1/(2x)'
    """
    return PLAIN.write(formula)
