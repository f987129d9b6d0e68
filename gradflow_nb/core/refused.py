"""Python's operators that have no place in a graph, and what to write in their stead."""

from __future__ import annotations

_JUMPS = "its result moves in jumps, and has no useful derivative. Apply it to plain numbers, or leave it out"
_TRUTHS = "conditions are numbers here, 1 and 0. Write a * b for “and”, np.maximum(a, b) for “or”, 1 - a for “not”"
_WRITING = "a traced value is not written to. Write np.where(condition, new, x), or build the array with np.stack"

REFUSED = (
    ("floordiv", "x // y", _JUMPS), ("rfloordiv", "x // y", _JUMPS), ("mod", "x % y", _JUMPS),
    ("rmod", "x % y", _JUMPS), ("divmod", "divmod(x, y)", _JUMPS), ("rdivmod", "divmod(x, y)", _JUMPS),
    ("round", "round(x)", _JUMPS), ("floor", "floor(x)", _JUMPS), ("ceil", "ceil(x)", _JUMPS),
    ("trunc", "trunc(x)", _JUMPS), ("and", "a & b", _TRUTHS), ("rand", "a & b", _TRUTHS), ("or", "a | b", _TRUTHS),
    ("ror", "a | b", _TRUTHS), ("invert", "~a", _TRUTHS), ("setitem", "x[i] = y", _WRITING),
)  # fmt: skip
"""Each method's name without its underscores, how it is written, and why it is refused."""
