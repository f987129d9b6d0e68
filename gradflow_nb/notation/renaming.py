"""A formula with other formulas in place of some of its names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from .plain import Derivative, DerivativeName, Formula, Name


def renamed(formula: Formula, names: Mapping[str, DerivativeName]) -> Formula:
    """`formula` with each of these names written as the derivative that it stands for; the plain text is the same.

    >>> from .latex import latex
    >>> latex(renamed(Name("dg_da"), {"dg_da": DerivativeName("dg_da", "g", ("a",))}))
    '\\\\frac{dg}{da}'
    """
    return _put(formula, names) if names else formula


def _put(part: Any, names: Mapping[str, DerivativeName]) -> Any:
    match part:
        case Name(text):
            return names.get(text, part)
        case DerivativeName():
            return part
        case Derivative(child, parent):
            return replace(part, child=names.get(child, child), parent=names.get(parent, parent))
        case Formula():
            return replace(part, **{each.name: _put(getattr(part, each.name), names) for each in fields(part)})
        case tuple():
            return tuple(_put(inner, names) for inner in part)
    return part
