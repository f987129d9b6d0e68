"""PyTorch's operations in plain mathematics: as people write them, and `gelu(x)` where there is no other way."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from typing import Any

from ..core.written import array_formula
from ..notation.plain import (
    Call,
    Formula,
    Item,
    MatrixProduct,
    Negative,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Words,
)  # fmt: skip
from .rows import Saved, Shape, base, is_scaled

MORE = Words("…")


@cache
def plain_name(name: str) -> str:
    """The name as a function's: `leaky_relu` of `LeakyReluBackward0`.

    >>> plain_name("LeakyReluBackward0"), plain_name("Log1PBackward0"), plain_name("NativeLayerNormBackward0")
    ('leaky_relu', 'log1p', 'layer_norm')
    """
    if base(name) == name:
        return name.removesuffix("Backward")  # as the person called it who wrote it
    words = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", base(name).removeprefix("Native")).lower()
    return {"convolution": "conv", "linalg_vector_norm": "norm", "t": "transpose"}.get(words, words)


def formula(name: str, parts: Sequence[Formula], saved: Saved, into: Shape) -> Formula:
    """An operation for which there is no row, as people write it."""
    match base(name), [*parts]:
        case ("Add" | "Sub" | "Rsub") as called, [left, right]:
            left, right = (right, left) if called == "Rsub" else (left, right)
            scaled = Product((constant(saved["alpha"]), right)) if is_scaled(saved) else right
            return Sum((left, scaled if called == "Add" else Negative(scaled)))
        case "Div", [left, *right] if saved.get("rounding_mode"):
            return Call(saved["rounding_mode"], (Quotient(left, right[0] if right else constant(saved.get("other"))),))
        case "Addmm" | "Addmv" | "Baddbmm", [bias, left, right] if not is_scaled(saved):
            return Sum((MatrixProduct((left, right)), bias))
        case "Mm" | "Bmm" | "Mv", [left, right]:
            return MatrixProduct((left, right))
        case "Reciprocal", [operand]:
            return Quotient(Number(1), operand)
        case "MseLoss", [left, right]:
            square = Power(Sum((left, Negative(right))), Number(2))
            return {0: square, 2: Call("sum", (square,))}.get(saved.get("reduction", 1), Call("mean", (square,)))
        case "Convolution", [signal, weight, *bias]:
            product = Call("conv_transpose" if saved.get("transposed") else "conv", (signal, weight))
            return Sum((product, *bias)) if bias and bias[0] != MORE else product
        case "Elu", [operand] if saved.get("scale", 1) != 1:
            return Call("selu", (operand,))
        case "Addcmul", [first, left, right] if not is_scaled(saved):
            return Sum((first, Product((left, right))))
        case "Select", [operand]:
            place = [str(int(saved["index"]))] if "index" in saved and saved.get("dim") == 0 else []
            return Item(operand, tuple(place)) if place else Call("select", (operand,))
    return Call(plain_name(name), tuple(parts))


def constant(value: Any) -> Formula:
    """A constant as it stands in a formula: a number, a small array, … where it is not known."""
    if value is None:
        return MORE
    return array_formula(value, limit=4) if getattr(value, "shape", ()) else Number(short(value))


def short(value: Any) -> Any:
    """A constant in six digits, if it has many."""
    return float(f"{float(value):.6g}") if isinstance(value, Fraction) and value.denominator > 10**8 else value
