"""Arguments given by name, put where the function's signature has them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from ...errors import InputError


def bound(
    function: Callable[..., Any], given: Sequence[Any], named: Mapping[str, Any]
) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    """The function and its arguments by position, so that `argnums` counts those that were given by name.

    Parameters that can be given by name only are settled in the function, and so are all names where there is no
    signature. Raises `InputError` for arguments that do not fit the signature.

    >>> bound(lambda x, y=1, z=2: x, (5,), {"z": 3})[1]
    (5, 1, 3)
    """
    if not named:
        return function, tuple(given)
    try:
        if type(function).__name__ == "ufunc":
            raise ValueError  # a ufunc's signature lists settings that exclude each other
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return partial(function, **named), tuple(given)
    try:
        call = signature.bind(*given, **named)
    except TypeError as error:
        name = getattr(function, "__name__", type(function).__name__)
        raise InputError(f"{name}{signature} cannot be called with these arguments: {error}.") from None
    positional = [p for p in signature.parameters.values() if p.kind <= p.POSITIONAL_OR_KEYWORD]
    while positional and positional[-1].name not in call.arguments:
        positional.pop()
    for parameter in positional:  # one that was left out before one that was given has its default
        call.arguments.setdefault(parameter.name, parameter.default)
    return (partial(function, **call.kwargs) if call.kwargs else function), call.args
