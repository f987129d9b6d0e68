"""The rows of the table that mix the entries of arrays: products, sums, shapes.

A Jacobian of these rows may be enormous, so a row says how to apply it (jvp) and its transpose (vjp) and never
writes it down. Every rule is written in words for which there is a row too, so a derivative can be differentiated
again: `spread` undoes a `sum`, `place` undoes indexing, and `@`, `matmul_t` and `t_matmul` have one another as
derivatives.

Source of the mathematics: Giles, Collected matrix derivative results for forward and reverse mode algorithmic
differentiation (2008).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from inspect import signature
from typing import Any

from .row import Operation
from .worlds import (
    amax,
    amin,
    broadcast,
    concat,
    dot,
    fit,
    item,
    logsumexp,
    matmul,
    matmul_t,
    mean,
    norm,
    outer,
    part,
    place,
    place_part,
    reshape,
    reshape_like,
    share,
    softmax,
    spread,
    stack,
    step,
    t_matmul,
    total,
    transpose,
    where,
    winners,
)  # fmt: skip


def _bilinear(name: str, symbol: str, word: Callable, vjps: tuple) -> Operation:
    """A product of two arrays: its tangent is the product with one of the two replaced."""
    jvps = (lambda t, y, a, b: word(t, b), lambda t, y, a, b: word(a, t))
    return Operation(name, symbol, word, vjps=vjps, jvps=jvps)


def _matmul() -> Operation:
    return _bilinear("matmul", "@", matmul, (lambda g, y, a, b: matmul_t(g, b), lambda g, y, a, b: t_matmul(a, g)))


def _matmul_t() -> Operation:
    return _bilinear(
        "matmul_t", "@ᵀ", matmul_t, (lambda s, y, g, b: matmul(s, b), lambda s, y, g, b: t_matmul(s, g))
    )


def _t_matmul() -> Operation:
    return _bilinear(
        "t_matmul", "ᵀ@", t_matmul, (lambda s, y, a, g: matmul_t(g, s), lambda s, y, a, g: matmul(a, s))
    )


def _dot() -> Operation:
    return _bilinear("dot", "dot", dot, (lambda g, y, a, b: g * b, lambda g, y, a, b: g * a))


def _outer() -> Operation:
    return _bilinear("outer", "outer", outer, (lambda g, y, a, b: matmul(g, b), lambda g, y, a, b: t_matmul(g, a)))


def _sum(axis: int | None = None) -> Operation:
    return Operation(
        "sum", "sum", lambda x: total(x, axis=axis),
        vjps=(lambda g, y, x: spread(g, x, axis=axis),), jvps=(lambda t, y, x: total(t, axis=axis),),
    )  # fmt: skip


def _mean(axis: int | None = None) -> Operation:
    return Operation(
        "mean", "mean", lambda x: mean(x, axis=axis),
        vjps=(lambda g, y, x: share(g, x, axis=axis),), jvps=(lambda t, y, x: mean(t, axis=axis),),
    )  # fmt: skip


def _spread(axis: int | None = None) -> Operation:
    return Operation(
        "spread", "spread", lambda g, like: spread(g, like, axis=axis),
        vjps=(lambda s, y, g, like: total(s, axis=axis), None),
        jvps=(lambda t, y, g, like: spread(t, like, axis=axis), None),
    )  # fmt: skip


def _share(axis: int | None = None) -> Operation:
    return Operation(
        "share", "share", lambda g, like: share(g, like, axis=axis),
        vjps=(lambda s, y, g, like: mean(s, axis=axis), None),
        jvps=(lambda t, y, g, like: share(t, like, axis=axis), None),
    )  # fmt: skip


def _tie(x: Any, axis: int | None) -> Any:
    """0 where a largest entry has an equal, else 1."""
    share_of_each = winners(x, axis=axis)
    return 1 - step(total(share_of_each * (1 - share_of_each)))


def _amax(axis: int | None = None) -> Operation:
    return Operation(
        "amax", "max", lambda x: amax(x, axis=axis), kink=lambda x: _tie(x, axis),
        vjps=(lambda g, y, x: spread(g, x, axis=axis) * winners(x, axis=axis),),
        jvps=(lambda t, y, x: total(t * winners(x, axis=axis), axis=axis),),
    )  # fmt: skip


def _amin(axis: int | None = None) -> Operation:
    return Operation(
        "amin", "min", lambda x: amin(x, axis=axis), kink=lambda x: _tie(-x, axis),
        vjps=(lambda g, y, x: spread(g, x, axis=axis) * winners(-x, axis=axis),),
        jvps=(lambda t, y, x: total(t * winners(-x, axis=axis), axis=axis),),
    )  # fmt: skip


def _winners(axis: int | None = None) -> Operation:
    return Operation("winners", "winners", lambda x: winners(x, axis=axis), vjps=(None,), jvps=(None,))


def _norm() -> Operation:
    """The root of the sum of squares; at 0, where it has a kink, the slope is taken as 0 as PyTorch does."""
    return Operation(
        "norm", "norm", norm, kink=lambda x: norm(x),
        vjps=(lambda g, y, x: g * x / where(y, y, 1),), jvps=(lambda t, y, x: total(t * x) / where(y, y, 1),),
    )  # fmt: skip


def _softmax(axis: int = -1) -> Operation:
    """The Jacobian is diag(y) − y yᵀ: symmetric, so one rule serves both ways."""

    def both(g: Any, y: Any, x: Any) -> Any:
        return y * (g - spread(total(g * y, axis=axis), y, axis=axis))

    return Operation("softmax", "softmax", lambda x: softmax(x, axis=axis), vjps=(both,), jvps=(both,))


def _logsumexp(axis: int | None = None) -> Operation:
    return Operation(
        "logsumexp", "logsumexp", lambda x: logsumexp(x, axis=axis),
        vjps=(lambda g, y, x: spread(g, x, axis=axis) * softmax(x, axis=axis),),
        jvps=(lambda t, y, x: total(t * softmax(x, axis=axis), axis=axis),),
    )  # fmt: skip


# Rows that put entries into other places: the tangent moves as the entries do ------------------------------------


def _transpose() -> Operation:
    both = lambda g, y, x: transpose(g)  # noqa: E731
    return Operation("transpose", "transpose", transpose, vjps=(both,), jvps=(both,), moves=True)


def _reshape(shape: tuple[int, ...]) -> Operation:
    return Operation(
        "reshape", "reshape", lambda x: reshape(x, shape=shape), moves=True,
        vjps=(lambda g, y, x: reshape_like(g, x),), jvps=(lambda t, y, x: reshape(t, shape=shape),),
    )  # fmt: skip


def _reshape_like() -> Operation:
    return Operation(
        "reshape_like", "reshape_like", reshape_like, moves=True,
        vjps=(lambda s, y, g, like: reshape_like(s, g), None), jvps=(lambda t, y, g, like: reshape_like(t, like), None),
    )  # fmt: skip


def _item(index: tuple) -> Operation:
    return Operation(
        "item", "item", lambda x: item(x, index=index), moves=True,
        vjps=(lambda g, y, x: place(g, x, index=index),), jvps=(lambda t, y, x: item(t, index=index),),
    )  # fmt: skip


def _place(index: tuple) -> Operation:
    return Operation(
        "place", "place", lambda g, like: place(g, like, index=index),
        vjps=(lambda s, y, g, like: item(s, index=index), None),
        jvps=(lambda t, y, g, like: place(t, like, index=index), None),
    )  # fmt: skip


def _fit() -> Operation:
    return Operation(
        "fit", "fit", fit,
        vjps=(lambda s, y, g, like: broadcast(s, g), None), jvps=(lambda t, y, g, like: fit(t, like), None),
    )  # fmt: skip


def _broadcast() -> Operation:
    return Operation(
        "broadcast", "broadcast", broadcast, moves=True,
        vjps=(lambda s, y, g, like: fit(s, g), None), jvps=(lambda t, y, g, like: broadcast(t, like), None),
    )  # fmt: skip


def _joined(name: str, word: Callable, axis: int, count: int) -> Operation:
    """Several arrays put together: what belongs to one of them is a part."""
    joins = name == "stack"

    def vjp(i: int) -> Callable:
        return lambda g, y, *xs: part(g, *xs, i=i, axis=axis, stacked=joins)

    def jvp(i: int) -> Callable:
        return lambda t, y, *xs: place_part(t, *xs, i=i, axis=axis, stacked=joins)

    return Operation(
        name, name, lambda *xs: word(*xs, axis=axis), moves=True,
        vjps=tuple(map(vjp, range(count))), jvps=tuple(map(jvp, range(count))),
    )  # fmt: skip


def _part(i: int, axis: int, stacked: bool, count: int) -> Operation:
    none = (None,) * count
    settings = {"i": i, "axis": axis, "stacked": stacked}
    return Operation(
        "part", "part", lambda g, *xs: part(g, *xs, **settings),
        vjps=(lambda s, y, g, *xs: place_part(s, *xs, **settings), *none),
        jvps=(lambda t, y, g, *xs: part(t, *xs, **settings), *none),
    )  # fmt: skip


def _place_part(i: int, axis: int, stacked: bool, count: int) -> Operation:
    none = (None,) * count
    settings = {"i": i, "axis": axis, "stacked": stacked}
    return Operation(
        "place_part", "place_part", lambda g, *xs: place_part(g, *xs, **settings),
        vjps=(lambda s, y, g, *xs: part(s, *xs, **settings), *none),
        jvps=(lambda t, y, g, *xs: place_part(t, *xs, **settings), *none),
    )  # fmt: skip


_MAKERS: dict[str, Callable[..., Operation]] = {
    "matmul": _matmul, "matmul_t": _matmul_t, "t_matmul": _t_matmul, "dot": _dot, "outer": _outer,
    "sum": _sum, "mean": _mean, "spread": _spread, "share": _share,
    "amax": _amax, "amin": _amin, "winners": _winners,
    "norm": _norm, "softmax": _softmax, "logsumexp": _logsumexp,
    "transpose": _transpose, "reshape": _reshape, "reshape_like": _reshape_like,
    "item": _item, "place": _place, "fit": _fit, "broadcast": _broadcast,
    "concat": lambda axis=0, *, count: _joined("concat", concat, axis, count),
    "stack": lambda axis=0, *, count: _joined("stack", stack, axis, count),
    "part": _part, "place_part": _place_part,
}  # fmt: skip
STRUCTURED = tuple(_MAKERS)
"""The names of the structured rows."""

ARRAY_FUNCTIONS: dict[str, tuple[str, ...]] = {
    "sum": ("axis",), "mean": ("axis",), "max": ("axis",), "min": ("axis",),
    "dot": (), "outer": (), "norm": (), "transpose": (), "reshape": ("shape",),
    "concat": ("axis",), "stack": ("axis",), "softmax": ("axis",), "logsumexp": ("axis",),
}  # fmt: skip
"""The array functions that a person writes as `name(...)`, with their settings."""


def row(name: str, **settings: Any) -> Operation:
    """The structured row of this name and these settings; the same settings give the same row.

    >>> row("sum", axis=0)
    <operation sum axis=0>
    >>> row("sum") is row("sum", axis=None)
    True
    """
    given = tuple(sorted(settings.items()))
    return _row(name, given, repr(given))


@cache
def _row(name: str, given: tuple[tuple[str, Any], ...], written: str) -> Operation:
    """`written` tells apart settings that are equal as tuples: the slice 0:2:1 and the list [0, 2, 1]."""
    bound = signature(_MAKERS[name]).bind(**dict(given))
    bound.apply_defaults()
    settings = tuple(sorted(bound.arguments.items()))
    if settings != given:
        return row(name, **bound.arguments)
    return replace(_MAKERS[name](**bound.arguments), settings=settings)
