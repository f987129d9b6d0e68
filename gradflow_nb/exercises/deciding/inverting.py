"""Roots by walking down an expression: f(g(x)) = c where g(x) is a preimage of c, for every row that has an inverse.

So roots are found that no search would meet, at exp(1000) or 10^-14 beside a pole. It needs an input that stands once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any

from ...core.evaluate import NoValue, put_in
from ...core.node import Node, in_order
from ...core.worlds import precise
from .points import Point, context

DIGITS = 250
"""To which roots are right; a few more are carried."""
_MOST = 8
_FAILED = (ArithmeticError, ValueError, TypeError, NoValue)

Rule = Callable[[Any], Sequence[Any]]


def _arc(name: str, *turns: Callable[[Any, Any], Any]) -> Rule:
    def preimages(c: Any) -> Sequence[Any]:
        first = getattr(precise, name)(c)
        return [first, *(turn(first, c.context.pi) for turn in turns)]

    return preimages


def _other(name: str, inside: Callable[[Any], bool] = lambda c: True) -> Rule:
    return lambda c: [getattr(precise, name)(c)] if inside(c) else []


def _both(name: str) -> Rule:
    def preimages(c: Any) -> Sequence[Any]:
        found = getattr(precise, name)(c)
        return [found, -found] if found else [found]

    return preimages


_LINE: dict[str, Rule] = {
    "neg": lambda c: [-c],
    "same": lambda c: [c],
    "exp": _other("log"),
    "log": _other("exp"),
    "log10": lambda c: [precise.exp(c * c.context.log(10))],
    "sqrt": lambda c: [c * c] if c >= 0 else [],
    "asin": _other("sin", lambda c: 2 * abs(c) <= c.context.pi),
    "acos": _other("cos", lambda c: 0 <= c <= c.context.pi),
    "atan": _other("tan", lambda c: 2 * abs(c) < c.context.pi),
    "sinh": _other("asinh"),
    "cosh": _both("acosh"),
    "tanh": _other("atanh"),
    "asinh": _other("sinh"),
    "acosh": _other("cosh", lambda c: c >= 0),
    "atanh": lambda c: [c.context.tanh(c)],
    "sigmoid": lambda c: [precise.log(c / (1 - c))],
    "softplus": lambda c: [precise.log(precise.exp(c) - 1)],
    "relu": lambda c: [c] if c > 0 else [],
    "abs": lambda c: [c, -c] if c > 0 else [c] if c == 0 else [],
}
"""The preimages of a number, for rows whose inverse has no more than two branches."""
_CIRCLE: dict[str, Rule] = {
    "sin": _arc("asin", lambda a, pi: pi - a, lambda a, pi: a - 2 * pi, lambda a, pi: a + 2 * pi),
    "cos": _arc("acos", lambda a, pi: -a, lambda a, pi: 2 * pi - a, lambda a, pi: 2 * pi + a),
    "tan": _arc("atan", lambda a, pi: a + pi, lambda a, pi: a - pi),
    "sec": lambda c: _CIRCLE["cos"](1 / c),
    "csc": lambda c: _CIRCLE["sin"](1 / c),
    "cot": lambda c: _CIRCLE["tan"](1 / c) if c else [c.context.pi / 2, -c.context.pi / 2],
}
"""The first ones, where there are infinitely many."""


def inverted(inputs: Sequence[Node], border: Node, axis: int, base: Point) -> tuple[list[Any], bool]:
    """Where the border is zero along one input, and whether that is everywhere; ([], False) if it cannot be told."""
    fine = context(DIGITS + 50)
    sought, whole = inputs[axis], True
    above = _above(border, sought)
    known = {id(node): precise.lift(fine, value) for node, value in zip(inputs, base)}
    waiting: list[tuple[Any, Any]] = [(border, fine.mpf(0))]
    found: list[Any] = []
    while waiting and len(found) < _MOST:
        node, c = waiting.pop()
        if node is sought:
            found.append(c)
            continue
        places = [i for i, a in enumerate(node.arguments) if isinstance(a, Node) and id(a) in above]
        name = node.operation.name
        if len(places) != 1 and not (name == "mul" and node.arguments[0] is node.arguments[1]):
            return [], False
        try:
            if len(places) == 2:
                below = _powers(c, 2, fine)
            elif len(node.arguments) == 1:
                below = (_LINE.get(name) or _CIRCLE[name])(c)
            else:
                other = node.arguments[1 - places[0]]
                if name == "pow" and places[0] == 0 and isinstance(other, Fraction):
                    below = _powers(c, other, fine)
                else:
                    (value,) = put_in([other], known, lambda constant: precise.lift(fine, constant))
                    below = list(_parted(name, places[0], value, c))
        except KeyError:
            return [], False
        except _FAILED:
            continue  # no preimage
        whole = whole and not (below and name in _CIRCLE)
        waiting += [(node.arguments[places[0]], b) for b in below]
    return found, whole and not waiting


def _above(border: Node, sought: Node) -> set[int]:
    """The nodes that depend on an input, itself among them."""
    found = {id(sought)}
    for node in in_order([border]):
        if any(id(parent) in found for parent in node.parents):
            found.add(id(node))
    return found


def _parted(name: str, place: int, other: Any, c: Any) -> Iterator[Any]:
    """Preimages under an operation of two arguments of which one is known."""
    match name, place:
        case "add", _:
            yield c - other
        case "sub", 0:
            yield c + other
        case "sub", 1:
            yield other - c
        case "mul", _:
            yield c / other
        case "div", 0:
            yield c * other
        case "div", 1:
            yield other / c
        case "pow", 0:
            yield precise.exp(precise.log(c) / other)
        case "pow", 1:
            yield precise.log(c) / precise.log(other)
        case "max", _:
            yield from [c] if c >= other else []
        case "min", _:
            yield from [c] if c <= other else []
        case _:
            raise KeyError(name)


def _powers(c: Any, power: Any, fine: Any) -> list[Any]:
    """Whose power is c."""
    power = Fraction(power)
    if c == 0:
        return [c] if power > 0 else []
    if power.denominator != 1 or power % 2 == 0:
        if c < 0:
            return []
        size = precise.exp(precise.log(c) * power.denominator / power.numerator)
        return [size, -size] if power.denominator == 1 else [size]
    size = precise.exp(precise.log(abs(c)) / int(power))
    return [size if c > 0 else -size]
