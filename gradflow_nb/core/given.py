"""What a person writes beside a Node: constants and indices, as a node keeps them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from numbers import Real
from operator import index as index_number
from typing import Any

from ..errors import ShapeError, TracingError
from .row import Pick, Span

_READ = "An index is a number, a slice such as 1:3, a list of numbers, or a mask of True and False"


def constant(value: Any) -> Any:
    """A constant: an exact number, or an array of float64 that is ours alone, so that a buffer may be filled anew.

    Raises `TracingError` for what is no real number.

    >>> constant(True), constant(Fraction(1, 2))
    (Fraction(1, 1), Fraction(1, 2))
    """
    kind = getattr(getattr(value, "dtype", None), "kind", None)
    if kind is not None and type(value).__module__ == "numpy" and kind in "biufO":
        if value.ndim:
            return _array(value)
        value = float(value) if kind == "f" else value.item()
    if isinstance(value, float):
        return float(value)
    if not isinstance(value, (str, bytes)):
        try:
            return Fraction(value)
        except (TypeError, ValueError, OverflowError):
            pass
    what = f"an array of {value.dtype}" if kind is not None else f"{type(value).__name__} {value!r:.40}"
    raise TracingError(f"A traced value is combined with real numbers and arrays of them, and not with {what}.")


def _array(value: Any) -> Any:
    import numpy as np

    flags = value.flags
    if type(value) is np.ndarray and value.dtype == np.float64 and flags.owndata and not flags.writeable:
        return value
    if isinstance(value, np.matrix):
        raise TracingError("np.matrix multiplies by rules of its own: write np.asarray(m), and @ for the product.")
    if value.dtype.kind == "O" and any(hasattr(entry, "operation") for entry in value.flat):
        raise TracingError("np.array([...]) cannot hold traced values beside another one: write np.stack([...]).")
    try:
        if value.dtype.kind == "O" and not all(isinstance(entry, (Real, Decimal)) for entry in value.flat):
            raise ValueError  # numpy would read None as nan, and a text as the number in it
        own = np.array(value, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        raise TracingError(f"Some entries of this array are no real numbers: {value!r:.60}") from None
    own.flags.writeable = False
    return own


def listed(value: Any) -> Any:
    """A list or tuple of numbers as an array, as numpy takes it; anything else as it is."""
    if not isinstance(value, (list, tuple)):
        return value
    import numpy as np

    try:
        return np.array(value, dtype=np.float64)
    except (ValueError, OverflowError):
        raise TracingError(f"This list is no array of real numbers: {value!r:.60}") from None


def index_of(given: Any) -> tuple:
    """An index as a row keeps it: numbers, `Span`s, and `Pick`s; a mask is the places where it is True.

    Raises `TracingError` for anything else.

    >>> index_of((0, slice(1, 3))), index_of([True, False, True])
    ((0, Span(start=1, stop=3, step=None)), ((0, 2),))
    """
    entries = given if isinstance(given, tuple) else (given,)
    return tuple(part for entry in entries for part in _parts(entry))


def _parts(given: Any) -> Sequence[Any]:
    """One entry of an index; a mask of a matrix is two, its rows and its columns."""
    if isinstance(given, slice):
        if given.step is not None and _whole(given.step) == 0:
            raise TracingError("The step of a slice is not 0.")
        return (Span(*(None if p is None else _whole(p) for p in (given.start, given.stop, given.step))),)
    if isinstance(given, (list, tuple)) or (getattr(given, "ndim", 0) and type(given).__module__ == "numpy"):
        return _places(given)
    return (_whole(given),)


def _places(given: Any) -> Sequence[Pick]:
    import numpy as np

    flat = list(given.flat) if isinstance(given, np.ndarray) else _entries(given)
    for entry in flat:
        if hasattr(entry, "operation"):
            _whole(entry)  # a traced value, which says itself why it is no index
    truths = {isinstance(entry, (bool, np.bool_)) for entry in flat}
    if truths == {True}:
        return _some([Pick(map(int, axis)) for axis in np.asarray(given).nonzero()], given)
    if True in truths:
        raise TracingError(f"This index mixes numbers with True and False. {_READ}: {given!r:.60}")
    if getattr(given, "ndim", 1) > 1 or any(isinstance(entry, (list, tuple)) for entry in given):
        raise TracingError(f"{_READ}, one list an axis, and not an array of several axes: {given!r:.60}")
    return _some([Pick(map(_whole, given))], given)


def _entries(given: Any) -> list[Any]:
    found = []
    for entry in given:
        found += _entries(entry) if isinstance(entry, (list, tuple)) else [entry]
    return found


def _some(picks: list[Pick], given: Any) -> list[Pick]:
    if not picks[0]:
        raise TracingError(f"This index takes nothing, and there are no empty arrays here: {given!r:.60}")
    return picks


def _whole(given: Any) -> int:
    if type(given).__name__ in ("bool", "bool_"):
        raise TracingError(f"{given} alone is no index. {_READ}.")
    try:
        return index_number(given)
    except TracingError:
        raise  # a traced value says so itself
    except TypeError:
        raise TracingError(f"{given!r:.40} is no index here. {_READ}.") from None


def check_index(given: Any, shape: tuple[int, ...]) -> None:
    """Raises `ShapeError` for an index that points outside an array of this shape, or a mask of another length."""
    import numpy as np

    try:
        np.broadcast_to(0.0, shape)[given]  # one number, whatever the shape
    except (IndexError, ValueError) as error:
        raise ShapeError(f"[{given!r:.40}] does not fit an array of the shape {shape}: {error}.") from None
