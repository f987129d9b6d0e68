"""A row of the table spoken in one world: its words looked up once, and not at every call.

A rule such as `lambda y, x: cos(x)` asks at each call which world x lives in. In a sweep over a million floats, or
over arrays, the answer is known beforehand. So the rule's own code is given that world's words in place of the
dispatching ones; there is still one rule, written once.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from importlib import import_module
from types import CellType, FunctionType
from typing import Any, NamedTuple

from .. import worlds
from ..node import Constant
from ..row import Operation, Rule
from ..worlds import exact
from .trees import value_of

FLOATS, ARRAYS, NODES = "floats", "arrays", "nodes"
"""The kinds of value that a sweep may have. Nodes are told apart by the dispatching words themselves."""


class Spoken(NamedTuple):
    """The rules of one row in one world: `partials` for elementwise rows, else `vjps` and `jvps`."""

    value: Rule
    partials: tuple[Rule, ...]
    vjps: tuple[Rule | None, ...]
    jvps: tuple[Rule | None, ...]


@lru_cache(maxsize=4096)
def spoken(operation: Operation, world: str) -> Spoken:
    """The rules of `operation` in the world of this name ("floats", "arrays").

    >>> from gradflow_nb.core.operations import OPERATIONS
    >>> spoken(OPERATIONS["sin"], "floats").partials[0](0.0, 0.0)
    1.0
    """
    words = vars(import_module(f"{worlds.__name__}.{world}"))

    def rules(given: tuple[Rule | None, ...]) -> tuple[Rule | None, ...]:
        return tuple(rule and _told(rule, words) for rule in given)

    return Spoken(
        _told(operation.value, words), rules(operation.partials), rules(operation.vjps), rules(operation.jvps)
    )


def _told(rule: Callable, words: dict[str, Any]) -> Callable:
    """`rule` with each dispatching word in it replaced, among its globals and in its closure."""
    if _is_word(rule):
        return words.get(rule.__name__, rule)
    if not isinstance(rule, FunctionType):
        return rule
    used = rule.__code__.co_names
    known = {
        **rule.__globals__,
        **{name: words[name] for name in used if _is_word(rule.__globals__.get(name)) and name in words},
    }
    cells = tuple(
        CellType(words.get(cell.cell_contents.__name__)) if _is_word(cell.cell_contents) else cell
        for cell in rule.__closure__ or ()
    )
    made = FunctionType(rule.__code__, known, rule.__name__, rule.__defaults__, cells or None)
    made.__kwdefaults__ = rule.__kwdefaults__
    return made


def _is_word(thing: Any) -> bool:
    name = getattr(thing, "__name__", None)
    return isinstance(name, str) and callable(thing) and getattr(worlds, name, None) is thing


class OtherKind(Exception):
    """Internal: the values are of another kind than was thought."""

    def __init__(self, kind: str) -> None:
        self.kind = kind


def lifted(constant: Any, kind: str) -> Any:
    """A constant among the arguments of a node, as values of this kind have it."""
    if type(constant) is Constant:
        return exact.lift(constant)
    if kind is NODES:
        return constant
    if type(constant).__module__ == "numpy":
        if kind is FLOATS:
            raise OtherKind(ARRAYS)
        return constant if constant.dtype.kind != "O" else value_of(constant, _CONSTANT)
    try:
        return float(constant)
    except OverflowError:
        return value_of(constant, _CONSTANT)  # which says so


_CONSTANT = "a constant in the function"
