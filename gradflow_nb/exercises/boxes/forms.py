"""The form in which an answer is asked for: expanded, factored, a single fraction, exact, in terms of some names.

A right answer in another form costs nothing: it is sent back with what is missing. The form is that of the expression
as it was typed, so nothing is simplified before it is looked at.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, get_args

from ...core.language import Reading
from ...core.node import Node, in_order
from ...errors import GradflowError, nearest

Named = Literal["expanded", "factored", "single fraction", "exact", "named"]
_SUMS = ("add", "sub")


@dataclass(frozen=True)
class Form:
    """What is asked of an answer beyond its value.

    `named` is one of the forms, or None for any. `in_terms_of` are the only names that may occur (None for any).
    `places` asks for a decimal rounded to so many places, `within` accepts a decimal that is off by at most that much.
    """

    named: Named | None = None
    in_terms_of: tuple[str, ...] | None = None
    places: int | None = None
    within: float | None = None

    def __post_init__(self) -> None:
        legal = get_args(Named)
        if self.named is not None and self.named not in legal:
            known = ", ".join(map(repr, legal))
            raise GradflowError(f"form={self.named!r} is not known: it is {known}. {nearest(str(self.named), legal)}")
        if self.places is not None and (not isinstance(self.places, int) or not 0 <= self.places <= 15):
            raise GradflowError(f"places={self.places!r} is no number of decimal places: write 0 to 15.")
        if self.within is not None and not self.within > 0:
            raise GradflowError(f"within={self.within!r} is no tolerance: write a number above 0, such as 0.01.")

    @property
    def words(self) -> str:
        """What is added to the question: `expanded, in terms of b`."""
        said = [
            {"named": "in named derivatives", "single fraction": "as a single fraction"}.get(self.named, self.named)
        ]
        said += [f"in terms of {' and '.join(self.in_terms_of)}"] if self.in_terms_of else []
        said += [f"to {self.places} decimal places"] if self.places is not None else []
        said += [f"within {self.within:g}"] if self.within is not None else []
        return ", ".join(part for part in said if part)

    def missing(self, reading: Reading, typed: Any) -> str:
        """What keeps a right answer from having this form, as a sentence; empty if nothing does.

        `typed` is the expression with names for the graph's nodes.
        """
        if self.in_terms_of is not None and (others := sorted(reading.names - set(self.in_terms_of))):
            return f"It is asked in terms of {' and '.join(self.in_terms_of)}: put in {', '.join(others)}."
        match self.named:
            case "expanded":
                return _not_expanded(typed)
            case "factored":
                return _not_factored(typed)
            case "single fraction":
                return _not_one_fraction(typed)
            case "exact" if "." in reading.text:
                return "It is asked exactly: write fractions and roots, and no decimals."
        return ""


def _nodes(value: Any) -> list[Node]:
    return in_order([value]) if isinstance(value, Node) else []


def _is(value: Any, *names: str) -> bool:
    return isinstance(value, Node) and value.operation is not None and value.operation.name in names


def _bare(value: Any) -> Any:
    """Without the signs before it."""
    while _is(value, "neg", "same"):
        value = value.arguments[0]
    return value


def _not_expanded(value: Any) -> str:
    for node in _nodes(value):
        whole_power = _is(node, "pow") and not isinstance(node.arguments[1], Node) and node.arguments[1] > 1
        inside = node.arguments if _is(node, "mul") else node.arguments[:1] if whole_power or _is(node, "div") else ()
        if any(_is(_bare(argument), *_SUMS) for argument in inside):
            return "It is asked expanded: multiply the brackets out."
        if _is(node, "neg") and _is(_bare(node), *_SUMS):
            return "It is asked expanded: resolve the bracket after the minus."
    return ""


def _not_one_fraction(value: Any) -> str:
    top = _bare(value)
    inside = top.arguments if _is(top, "div") else (top,)
    fractions = [n for part in inside for n in _nodes(part) if _is(n, "div")]
    negative = [
        n for n in _nodes(value) if _is(n, "pow") and not isinstance(n.arguments[1], Node) and n.arguments[1] < 0
    ]
    return "It is asked as a single fraction: bring everything over one bar." if fractions or negative else ""


def _not_factored(value: Any) -> str:
    """Whether some factor of the product, as it is written, can be taken apart further: a matter for sympy."""
    import sympy

    from ...core.evaluate import put_in
    from ...core.worlds import symbols

    inputs = [n for n in _nodes(value) if n.operation is None]
    names = {id(n): sympy.Symbol(f"x{i}") for i, n in enumerate(inputs)}
    for factor in _factors(value):
        (expression,) = put_in([factor], names, symbols.lift)
        if not getattr(expression, "free_symbols", ()):
            continue
        if not expression.is_polynomial(*expression.free_symbols):
            if _is(_bare(factor), *_SUMS) and sympy.factor_terms(expression).is_Mul:
                return "It is asked factored: a sum in it still has a common factor."
            continue
        content, parts = sympy.factor_list(expression)
        further = len(parts) > 1 or (parts and parts[0][1] > 1) or abs(content) != 1
        if further and _is(_bare(factor), *_SUMS):
            return "It is asked factored: a sum in it still has a common factor, or can be taken apart."
    return ""


def _factors(value: Any) -> Iterable[Any]:
    value = _bare(value)
    if _is(value, "mul"):
        for argument in value.arguments:
            yield from _factors(argument)
    elif _is(value, "div"):
        yield from _factors(value.arguments[0])
        yield from _factors(value.arguments[1])
    elif _is(value, "pow") and not isinstance(value.arguments[1], Node):
        yield from _factors(value.arguments[0])
    else:
        yield value
