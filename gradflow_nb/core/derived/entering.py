"""What a program takes at a call: numbers, arrays of points or arrays; and what it says when they do not fit."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from ...errors import InputError
from ..worlds import exact

MISSING = object()
"""Stands for an input that was not given."""


def real(value: Any) -> float:
    """A whole number as a float; raises `TypeError` for what needs a closer look."""
    if type(value) is int:
        return float(value)
    raise TypeError


def is_array(value: Any) -> bool:
    return isinstance(value, (list, tuple)) or bool(getattr(value, "ndim", 0))


def entered(value: Any) -> Any:
    """An input as numpy takes it: float64 arrays as they are, anything else checked."""
    from ..worlds import arrays

    if type(value) is float or str(getattr(value, "dtype", "")) == "float64":
        return value
    return arrays.entered(value) if is_array(value) else float(exact.exact(value))


def missing_error(inputs: Sequence[str], given: Collection[str]) -> InputError:
    """The error for inputs without a value.

    >>> print(missing_error(("a", "o"), {"a"}))
    A value is missing for o: write program(..., o=1), with your own numbers.
    """
    missing = [name for name in inputs if name not in given]
    example = ["..."] * (len(missing) < len(inputs)) + [f"{name}=1" for name in missing]
    return InputError(
        f"A value is missing for {', '.join(missing)}: write program({', '.join(example)}), with your own numbers."
    )


def surplus_error(inputs: Sequence[str], count: int) -> InputError:
    """The error for more values by position than there are inputs."""
    return InputError(
        f"{count} values were given, and this graph has {len(inputs)} inputs: {', '.join(inputs) or 'none'}."
    )
