"""Arguments and results of Python functions: numbers and arrays in lists, tuples and dicts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from ...errors import InputError
from ..node import Node


def mapped(change: Callable[..., Any], tree: Any, *others: Any) -> Any:
    """`tree` with each leaf changed; `others` are trees of the same form whose leaves go along.

    >>> mapped(lambda x: 2 * x, {"w": [1, 2], "b": 3})
    {'w': [2, 4], 'b': 6}
    """
    parts = children(tree)
    if parts is None:
        return change(tree, *others)
    for other in others:
        if (children(other) or {}).keys() != parts.keys():
            raise InputError(f"Two arguments that belong together differ in form: {_form(tree)} and {_form(other)}.")
    made = {key: mapped(change, child, *(children(o)[key] for o in others)) for key, child in parts.items()}
    return _like(tree, made)


def leaves(tree: Any) -> Iterator[Any]:
    """The leaves of a tree, in order."""
    parts = children(tree)
    if parts is None:
        yield tree
    else:
        for child in parts.values():
            yield from leaves(child)


def children(tree: Any) -> dict[Any, Any] | None:
    """The parts of a container by key; None for a leaf."""
    if isinstance(tree, Mapping):
        return dict(tree)
    if isinstance(tree, (list, tuple)):
        return dict(enumerate(tree))
    is_of_objects = getattr(getattr(tree, "dtype", None), "kind", "") == "O" and tree.ndim
    if is_of_objects and any(isinstance(e, _CONTAINED) or getattr(e, "ndim", 0) for e in tree.flat):
        return dict(enumerate(tree))
    return None


_CONTAINED = (Node, list, tuple, Mapping)
"""An object array with one of these among its entries is a container; of numbers alone it is an array of them."""


def _like(tree: Any, made: dict[Any, Any]) -> Any:
    if isinstance(tree, Mapping):
        return made
    if hasattr(tree, "_fields"):
        return type(tree)(*made.values())
    return tuple(made.values()) if isinstance(tree, tuple) else list(made.values())


def _form(tree: Any) -> str:
    parts = children(tree)
    return "a number or an array" if parts is None else f"a {type(tree).__name__} of {len(parts)}"


def is_array(value: Any) -> bool:
    """Whether a value is a numpy array with at least one axis."""
    return type(value).__module__ == "numpy" and value.ndim > 0


def value_of(leaf: Any, what: str = "an argument") -> Any:
    """A leaf as a value of a sweep: a Node, a float, or a float64 array. Raises `InputError` for anything else."""
    if type(leaf) is float or type(leaf) is Node:
        return leaf
    if isinstance(leaf, (int, float, Fraction)) and not isinstance(leaf, bool):
        try:
            return float(leaf)
        except OverflowError:
            raise InputError(f"{what} is too large for a float: about 1.8·10^308 is the largest there is.") from None
    if hasattr(leaf, "__array__") and type(leaf).__module__ == "numpy":
        if leaf.dtype.kind in "iuf":
            return leaf.astype(float, copy=False) if leaf.ndim else float(leaf)
        if leaf.dtype.kind == "O":
            return _of_objects(leaf, what)
        raise InputError(f"{what} is an array of {leaf.dtype}, not of real numbers.")
    kind = f"{'an' if type(leaf).__name__[0] in 'aeiou' else 'a'} {type(leaf).__name__}"
    raise InputError(f"{what} is {kind}: derivatives are taken by numbers, arrays, and lists of them.")


def _of_objects(array: Any, what: str) -> Any:
    """An object array of numbers as a float64 array, or as a float where it has no axis."""
    if not array.ndim:
        return value_of(array.item(), what)
    import numpy as np

    return np.array([value_of(entry, f"an entry of {what}") for entry in array.flat], float).reshape(array.shape)
