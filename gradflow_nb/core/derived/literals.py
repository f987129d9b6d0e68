"""What PyTorch's spelling is made of: texts that know their brackets, indices, numbers and arrays.

An index is meant as numpy means it. PyTorch has no negative step, so such an axis is flipped; and it takes a number
apart from the lists beside it, so there the number becomes a list too.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from ...notation.plain import exact_decimal
from ..node import Constant
from ..row import Pick, Span
from .source import as_float

SUM, MATRIX, PRODUCT, UNARY, POWER, ATOM = range(6)
"""How tightly a text holds together. A matrix product and a product bind alike in Python, and are kept apart here."""


class Text(NamedTuple):
    """An expression: its text, how tightly it holds together, and whether it is a Python number and no tensor."""

    text: str
    level: int = ATOM
    number: bool = False

    @property
    def atom(self) -> str:
        """The text, in brackets where it is more than one name, number or call."""
        return self.text if self.level == ATOM else f"({self.text})"


def indexed(text: str, index: Sequence[Any]) -> str:
    """A tensor's text with an index as numpy means it.

    >>> indexed("x", (0, Span(1, 3))), indexed("x", (0, Pick((1, 2)))), indexed("x", (Span(4, 0, -1), 2))
    ('x[0, 1:3]', 'x[[0], [1, 2]]', 'x.flip(0)[-5:-1, 2]')
    """
    lists = any(isinstance(entry, Pick) for entry in index)
    flipped = [i for i, entry in enumerate(index) if isinstance(entry, Span) and (entry.step or 1) < 0]
    inside = ", ".join(_entry(entry, lists) for entry in index)
    turned = f".flip({', '.join(map(str, flipped))})" if flipped else ""
    everything = all(isinstance(entry, Span) and _entry(entry, lists) == ":" for entry in index)
    return f"{text}{turned}" + ("" if everything and turned else f"[{inside or '...'}]")


def _entry(entry: Any, lists: bool) -> str:
    if isinstance(entry, Pick):
        return f"[{', '.join(f'{place:d}' for place in entry)}]"
    if not isinstance(entry, Span):
        return f"[{entry:d}]" if lists else f"{entry:d}"
    start, stop, step = entry
    if (step or 1) < 0:  # the place p, from whichever end, is ~p from the other one
        start, stop, step = *(None if at is None else ~at for at in (start, stop)), -step
    return str(Span(start, stop, None if step == 1 else step))


# Constants ------------------------------------------------------------------------------------------------------------

_WHOLE = 2**53
"""Whole numbers below this are exact in a tensor."""


def number(value: Any) -> Text:
    """A number: as it was written where a float holds it, else as a quotient or a float.

    >>> number(Fraction(1, 2)).text, number(Fraction(1, 3)).text, number(-2).text, number(Constant("pi")).text
    ('0.5', '1 / 3', '-2', 'torch.pi')
    """
    if isinstance(value, Constant):
        return Text(f"torch.{value.name}", ATOM, True)
    level = UNARY if value < 0 else ATOM
    if isinstance(value, (int, Fraction)):
        exact = Fraction(value)
        written = exact_decimal(exact)
        small = abs(exact.numerator) < _WHOLE and exact.denominator < _WHOLE
        if written and len(written) < 20 and (small or exact.denominator > 1):
            return Text(written, level, True)
        if small:
            return Text(f"{exact.numerator} / {exact.denominator}", PRODUCT, True)
    return Text(_float(as_float(value)), level, True)


def _float(value: float) -> str:
    written = repr(float(value))
    return f"torch.{written}" if written in ("inf", "nan") else written.replace("-inf", "-torch.inf")


def array(values: Any, dtype: str = "", more: str = "") -> Text:
    """An array, or a number that has to be a tensor; `more` are further arguments, as `requires_grad=True`."""
    return Text(f"torch.tensor({_nested(values)}{dtype and f', dtype={dtype}'}{more and f', {more}'})")


def _nested(values: Any) -> str:
    listed = values.tolist() if hasattr(values, "tolist") else values
    return f"[{', '.join(map(_nested, listed))}]" if isinstance(listed, list) else _float(as_float(listed))


def tensor(part: Text, dtype: str = "") -> Text:
    """The same as a tensor, for functions that take nothing else."""
    if not part.number:
        return part
    written = f"{part.text}.0" if part.text.lstrip("-").isdecimal() else part.text
    return Text(f"torch.tensor({written}{dtype and f', dtype={dtype}'})")
