"""Which of PyTorch's operations leave entries apart, and which only move them: what their Jacobians look like."""

from __future__ import annotations

from functools import cache

from .rows import ROWS, base

# Entries that do not mix: the Jacobian is diagonal, and what was broadcast is added up.
_ELEMENTWISE = {
    *ROWS, "Reciprocal", "Rsqrt", "Exp2", "Log2", "Log1P", "Expm1", "Gelu", "Silu", "Mish", "Elu", "Celu",
    "LeakyRelu", "Hardtanh", "Hardswish", "Hardsigmoid", "LogSigmoid", "Softshrink", "Hardshrink", "Threshold", "Clamp",
    "ClampMin", "ClampMax", "Erf", "Erfc", "Erfinv", "Lerp", "Addcmul", "Addcdiv", "Atan2", "Hypot", "Fmod",
    "Remainder", "MaskedFill", "Floor", "Ceil", "Round", "Trunc", "Frac", "Xlogy", "Logaddexp", "Fmax", "Fmin",
    "Lgamma", "Digamma", "Sinc", "Logit", "NanToNum", "Deg2Rad", "Rad2Deg", "Copysign",
    "SigmoidBackward", "TanhBackward", "NativeDropout",
}  # fmt: skip
# Entries that only change their places.
_MOVING = {
    "View", "UnsafeView", "ReshapeAlias", "Alias", "T", "Transpose", "Permute", "Select", "Slice", "Index",
    "Squeeze", "Unsqueeze", "Expand", "Repeat", "Cat", "Stack", "Split", "SplitWithSizes", "Unbind", "UnsafeSplit",
    "Flip", "Roll", "Rot90", "Gather", "IndexSelect", "Diagonal", "DiagEmbed", "Unfold", "AsStrided", "ConstantPadNd",
    "Tril", "Triu", "Embedding", "SelectBackward", "SliceBackward",
}  # fmt: skip


@cache
def is_elementwise(name: str) -> bool:
    return base(name) in _ELEMENTWISE


@cache
def moves_entries(name: str) -> bool:
    return base(name) in _MOVING
