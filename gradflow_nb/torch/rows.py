"""PyTorch's operations as rows of the table, where there is a row that does the same.

PyTorch prints `MulBackward0` for a product. Where the table has a row for it, and everything that it was given is
known, a node is that row, with its formula and its symbols; else it is a function of which only the name is known.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import torch

from ..core.operations import OPERATIONS, Operation, row
from ..errors import Undefined
from .walking import numbers

Saved = Mapping[str, Any]
Shape = tuple[int, ...]

ROWS = {
    "Add": "add", "Sub": "sub", "Mul": "mul", "Div": "div", "Neg": "neg", "Exp": "exp", "Log": "log", "Log10": "log10",
    "Sqrt": "sqrt", "Sin": "sin", "Cos": "cos", "Tan": "tan", "Asin": "asin", "Acos": "acos", "Atan": "atan",
    "Sinh": "sinh", "Cosh": "cosh", "Tanh": "tanh", "Asinh": "asinh", "Acosh": "acosh", "Atanh": "atanh",
    "Sigmoid": "sigmoid", "Relu": "relu", "Abs": "abs", "Sign": "sign", "Sgn": "sign", "Maximum": "max",
    "Minimum": "min", "Pow": "pow", "Where": "where", "Clone": "same", "ToCopy": "same", "Rsub": "sub",
    "Softplus": "softplus",
}  # fmt: skip

# The arguments through which gradients can flow, in the order of PyTorch's `next_functions`, by the names under which
# they may be saved: where these differ from "self" and "other".
_ARGUMENTS = {
    "Mm": ("self", "mat2"), "Bmm": ("self", "mat2"), "Mv": ("self", "vec"), "Dot": ("self", "tensor"),
    "Addmm": ("self", "mat1", "mat2"), "Baddbmm": ("self", "batch1", "batch2"), "Lerp": ("self", "end", "weight"),
    "Convolution": ("input", "weight", "bias"), "NativeLayerNorm": ("input", "weight", "bias"),
    **dict.fromkeys(("MseLoss", "BinaryCrossEntropy", "BinaryCrossEntropyWithLogits"), ("self", "target")),
}  # fmt: skip
_POWERS = {"PowBackward0": ("self",), "PowBackward1": ("self", "exponent"), "PowBackward2": ("exponent",)}


@cache
def base(name: str) -> str:
    """`Mul` of `MulBackward0`, `TanhBackward` of `TanhBackwardBackward0`: an operation without its ending.

    `DiagonalBackward0_copy` is a view that was copied at once, such as `torch.diag` gives. `MulBackward`, without a
    number, is a function that somebody wrote and called Mul: it keeps its name, and is none of PyTorch's.
    """
    return re.sub(r"Backward\d+(_copy)?$", "", name)


@cache
def argument_names(name: str, count: int) -> tuple[str, ...]:
    """The names under which a function's arguments may be saved, in order."""
    names = _POWERS.get(name) or _ARGUMENTS.get(base(name)) or ("self", "other")
    return (*names, *[""] * count)[:count]


@cache
def opaque_row(name: str, count: int) -> Operation:
    """A row for an operation of which only the name is known."""

    def unknown(*_: Any) -> Any:
        raise Undefined(f"PyTorch worked {name} out, and the table has no rule for it")

    settings = (("name", name), ("argument_names", ("",) * count))
    return Operation("opaque", name, unknown, vjps=(unknown,) * count, jvps=(unknown,) * count, settings=settings)


def table_row(name: str, arguments: Sequence[Any], saved: Saved, into: Shape, shapes: Sequence[Shape]) -> tuple | None:
    """The row of the table that does what this function did, and its arguments; None where there is none.

    `arguments` stand for the function's own, in order; `shapes` are those through which gradients can flow.
    """
    called = base(name)
    if is_scaled(saved) or saved.get("rounding_mode"):
        return None
    match called, [*arguments]:
        case "Pow", [argument]:
            power = saved.get("exponent" if name == "PowBackward0" else "self")
            both = (argument, power) if name == "PowBackward0" else (power, argument)
            return None if power is None else (OPERATIONS["pow"], both)
        case "Rsub", [argument, *other]:
            if other and isinstance(other[0], str):
                return None  # the edges would stand in another order than PyTorch has them
            return OPERATIONS["sub"], (other[0] if other else None, argument)
        case "Where", [first, second]:
            condition = saved.get("condition")
            return None if condition is None else (OPERATIONS["where"], (condition, first, second))
        case "Softplus", [argument] if saved.get("beta") != 1 or saved.get("threshold", 0) < 20:
            return None
        case ("Add" | "Sub" | "Mul" | "Div"), [argument]:  # by a number
            return OPERATIONS[ROWS[called]], (argument, saved.get("other"))
        case ("Mm" | "Mv"), [first, second]:
            return row("matmul"), (first, second)
        case "Dot", [first, second]:
            return row("dot"), (first, second)
        case ("Sum" | "Mean"), [argument]:
            axis = _one_axis(saved, shapes[0])
            keeps = saved.get("keepdim", False)
            return None if axis is _MANY or keeps else (row(called.lower(), axis=axis), (argument,))
        case ("T" | "Transpose" | "Permute"), [argument] if _swaps(saved, into):
            return row("transpose"), (argument,)
        case ("View" | "UnsafeView" | "ReshapeAlias"), [argument] if into:
            return row("reshape", shape=into), (argument,)
        case "Softmax", [argument] if shapes[0]:
            axis = _signed(int(saved["dim"]), shapes[0]) if "dim" in saved else -1
            return row("softmax", axis=axis), (argument,)
    if called in ROWS and len(arguments) == OPERATIONS[ROWS[called]].arity:
        return OPERATIONS[ROWS[called]], tuple(arguments)
    return None


def is_scaled(saved: Saved) -> bool:
    """Whether a number comes in beside the arguments: `torch.add(x, y, alpha=2)` is x + 2y."""
    return any(saved.get(factor, 1) != 1 for factor in ("alpha", "beta", "value"))


def _swaps(saved: Saved, shape: Shape) -> bool:
    """Whether the two axes of a matrix change places; −1 and −2 are as odd and even as 1 and 0."""
    if len(shape) != 2:
        return False
    if "dims" in saved:
        return saved["dims"][0] % 2 == 1
    return saved.get("dim0", 0) % 2 != saved.get("dim1", 1) % 2


_MANY = object()


def _signed(axis: int, shape: Shape) -> int:
    """An axis as PyTorch keeps it (an unsigned number), counted from the end where it is the last."""
    axis = axis - 2**64 if axis >= 2**63 else axis
    axis = axis % len(shape)
    return -1 if axis == len(shape) - 1 else axis


def _one_axis(saved: Saved, shape: Shape) -> Any:
    """The axis of a sum: None for all of them."""
    axes = saved.get("dim")
    if axes is None:
        return None
    axes = [axis - 2**64 if axis >= 2**63 else axis for axis in axes]
    if len(axes) == len(shape):
        return None
    return axes[0] % len(shape) if len(axes) == 1 else _MANY


def number(value: Any) -> Any:
    """A constant that PyTorch has saved: a number as the decimal that it prints as, an array of floats; else None."""
    if isinstance(value, torch.Tensor):
        if value.is_complex():
            return None
        value = numbers(value) if value.ndim or value.dtype is torch.float64 else float(f"{float(value.item()):.7g}")
    return value if isinstance(value, (int, float)) or hasattr(value, "shape") else None


_SETTINGS = {
    **dict.fromkeys(("Add", "Sub", "Rsub"), ("alpha",)), "MulBackward1": ("other",), "DivBackward1": ("other",),
    "DivBackward2": ("rounding_mode",), "DivBackward3": ("other", "rounding_mode"), "Addcmul": ("value",),
    **dict.fromkeys(("Addmm", "Addmv", "Baddbmm"), ("alpha", "beta")), "Elu": ("scale",),
    **dict.fromkeys(("Sum", "Mean"), ("dim", "keepdim")), "Pow": ("self", "exponent"), "Where": ("condition",),
    "Softplus": ("beta", "threshold"), "Softmax": ("dim",), "MseLoss": ("reduction",), "Select": ("dim", "index"),
    "Permute": ("dims",), "Transpose": ("dim0", "dim1"), "Convolution": ("transposed",),
}  # fmt: skip
"""What is to be known of an operation beside its arguments, by the names under which PyTorch saves it."""


@cache
def _wanted(name: str) -> tuple[str, ...]:
    return _SETTINGS.get(base(name)) or _SETTINGS.get(name) or ()


def settings(name: str, saved: Saved) -> Saved:
    """What is to be known of an operation beside its arguments, so far as PyTorch has saved it."""
    wanted = _wanted(name)
    if not wanted or not saved:
        return {}
    found = {called: saved[called] for called in wanted if called in saved}
    return {called: value if type(value) in (tuple, str) else number(value) for called, value in found.items()}
