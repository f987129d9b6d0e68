"""What an expression's zeros and signs are made of: factors, terms of one sign, the polynomial without double roots."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import zip_longest
from typing import Any

from ...core.evaluate import UNDEFINED
from ...core.node import Node, in_order
from ...core.operations import OPERATIONS
from ...core.worlds import rational
from .twice import Script

_HIGHEST = 16
"""Polynomials of a higher degree are left alone."""


def factors(border: Any) -> Iterator[Node]:
    """Where a product is zero, one of its factors is; the same of powers, fractions, roots and sizes."""
    waiting, met = [border], set()
    while waiting:
        node = waiting.pop()
        if not isinstance(node, Node) or node.is_constant or id(node) in met:
            continue
        met.add(id(node))
        name = node.operation.name if node.operation else ""
        if name in ("mul", "pow", "div", "sqrt", "abs", "neg", "same"):
            waiting += node.arguments if name == "mul" else node.arguments[:1]
        else:
            yield node


_POSITIVE = frozenset("exp cosh sqrt abs relu sigmoid softplus acos acosh step".split())
_ODD = frozenset("asin atan sinh tanh asinh atanh sign neg same".split())


def one_sided(expressions: Sequence[Any]) -> dict[int, int]:
    """By the `id` of a node: 1 where it is nowhere negative, -1 where nowhere positive, else 0. As far as is plain."""
    found: dict[int, int] = {}

    def side(part: Any) -> int:
        if isinstance(part, Node):
            return found[id(part)]
        return (part > 0) - (part < 0) if isinstance(part, (int, Fraction, float)) else 1  # pi and e

    for node in in_order(e for e in expressions if isinstance(e, Node)):
        found[id(node)] = _side(node, [side(a) for a in node.arguments]) if node.operation else 0
    return found


def _side(node: Node, sides: Sequence[int]) -> int:
    name = node.operation.name
    if name in _POSITIVE:
        return 1
    if name in _ODD:
        return -sides[0] if name == "neg" else sides[0]
    match name, sides:
        case "pow", [first, _]:
            power = node.arguments[1]
            even = isinstance(power, Fraction) and power.denominator == 1 and power % 2 == 0
            return int(even or first > 0 or (isinstance(power, Fraction) and power.denominator > 1))
        case "mul", [first, second]:
            return 1 if node.arguments[0] is node.arguments[1] else first * second
        case "div", [first, second]:
            return first * second
        case "add" | "max" | "min" | "sub", [first, second]:
            second = -second if name == "sub" else second
            if name in ("max", "min") and (1 if name == "max" else -1) in sides:
                return 1 if name == "max" else -1
            return first if first == second else 0
    return 0


def terms(border: Node, sides: dict[int, int]) -> list[Node]:
    """Expressions that are zero all at once where a sum of terms of one sign is: a - b and c for |a - b| + c^2."""
    found: list[Node] = []
    waiting: list[Any] = [border]
    while waiting:
        node = waiting.pop()
        if not isinstance(node, Node) or node.is_constant:
            continue
        name = node.operation.name if node.operation else ""
        if name in ("add", "sub", "max", "min") and sides.get(id(node)):
            waiting += node.arguments
        elif name in ("pow", "div", "sqrt", "abs", "neg", "same"):
            waiting.append(node.arguments[0])
        elif name == "mul" and len({id(a) for a in node.arguments if isinstance(a, Node) and not a.is_constant}) == 1:
            waiting += node.arguments
        elif all(node is not other for other in found):
            found.append(node)
    return found


def steep(border: Node) -> list[Node]:
    """What is zero where parts of a border grow without bound: divisors, arguments of logarithms, cosines below tan."""
    found: list[Any] = []
    for node in in_order([border]):
        if node.operation is None or node.is_constant:
            continue
        name, last = node.operation.name, node.arguments[-1]
        if name in ("tan", "sec", "cot", "csc"):
            found.append(Node(OPERATIONS["cos" if name in ("tan", "sec") else "sin"], node.arguments))
        elif name in ("div", "log", "log10"):
            found.append(last)
        elif name == "pow" and isinstance(last, Fraction) and last < 0:
            found.append(node.arguments[0])
        elif name == "atanh":
            found += [1 - last, 1 + last]
    return [part for part in found if isinstance(part, Node)]


@dataclass(frozen=True, slots=True)
class _Polynomial:
    """In one variable, with whole coefficients from the lowest up."""

    coefficients: tuple[int, ...]

    def __add__(self, other: _Polynomial) -> _Polynomial:
        return _trimmed([a + b for a, b in zip_longest(self.coefficients, other.coefficients, fillvalue=0)])

    def __mul__(self, other: _Polynomial) -> _Polynomial:
        a, b = self.coefficients, other.coefficients
        if len(a) + len(b) > _HIGHEST + 2:
            raise rational.NotRational("a high degree")
        found = [0] * max(0, len(a) + len(b) - 1)
        for i, x in enumerate(a):
            for j, y in enumerate(b):
                found[i + j] += x * y
        return _trimmed(found)

    def __neg__(self) -> _Polynomial:
        return _Polynomial(tuple(-a for a in self.coefficients))

    def __pow__(self, n: int) -> _Polynomial:
        found = _Polynomial((1,))
        for _ in range(n):
            found = found * self
        return found

    def __bool__(self) -> bool:
        return bool(self.coefficients)


def _trimmed(coefficients: Sequence[Any]) -> _Polynomial:
    last = next((i for i in reversed(range(len(coefficients))) if coefficients[i]), -1)
    return _Polynomial(tuple(coefficients[: last + 1]))


def simply(border: Node, inputs: Sequence[Node], axis: int, base: Sequence[Any]) -> Node | None:
    """The same zeros along one input, each once: exp(x) - 3 for exp(x)^2 - 6*exp(x) + 9; None if that is no help.

    That is p / gcd(p, p') of the numerator of a border that is rational in the input, or in one function of it (Knuth,
    The Art of Computer Programming, vol. 2, 4.6.2); or p itself if that has degree 1.
    """
    variable = _variable(border, inputs, axis)
    if not variable:
        return None

    def make(k: int) -> _Polynomial:
        return _Polynomial((k,) if k else ())

    lift = rational.lift(make)
    free = {id(node): rational.Ratio(_Polynomial((0, 1)), None, make) for node in variable}
    try:
        known = {id(node): lift(Fraction(value)) for node, value in zip(inputs, base)} | {id(inputs[axis]): None} | free
        for node in in_order([border]):
            if id(node) not in known:
                arguments = [known[id(a)] if isinstance(a, Node) else lift(a) for a in node.arguments]
                known[id(node)] = None if None in arguments else node.operation.value(*arguments)
    except (rational.NotRational, *UNDEFINED, TypeError):
        return None
    if known[id(border)] is None:
        return None
    above = [Fraction(c) for c in known[id(border)].above.coefficients]
    if len(above) < 2:
        return None
    common = _common(above, [k * c for k, c in enumerate(above)][1:])
    if len(common) < 2 < len(above):
        return None
    simple = _divided(above, common)[0]
    x, horner = variable[0], simple[-1]
    for c in reversed(simple[:-1]):
        horner = Node(OPERATIONS["add"], (Node(OPERATIONS["mul"], (horner, x)), c))
    return horner


_RATIONAL = frozenset("add sub mul div neg same".split())


def _variable(border: Node, inputs: Sequence[Node], axis: int) -> list[Node]:
    """The input, or the one function of it that a border is made of, as often as it is written; [] if there is none."""
    above, found = {id(inputs[axis])}, []
    order = in_order([border])
    for node in order:
        if not any(id(parent) in above for parent in node.parents):
            continue
        above.add(id(node))
        power = node.arguments[-1]
        whole = node.operation.name == "pow" and isinstance(power, Fraction) and power.denominator == 1
        if node.operation.name not in _RATIONAL and not whole:
            found.append(node)
    if not found:
        return [inputs[axis]]
    inner = {id(node) for one in found for node in in_order(one.parents)}
    found = [node for node in found if id(node) not in inner]
    loose = [n for n in order if n.operation is not None and id(n) not in inner and n not in found]
    bare = any(parent is inputs[axis] for node in loose for parent in node.parents)
    return found if not bare and len(set(Script(inputs, found).outputs)) == 1 else []


def _common(a: list[Fraction], b: list[Fraction]) -> list[Fraction]:
    """The greatest common divisor, with 1 as its first coefficient."""
    while b:
        a, b = b, _divided(a, b)[1]
        b = [c / b[-1] for c in b]
    return [c / a[-1] for c in a]


def _divided(a: list[Fraction], b: list[Fraction]) -> tuple[list[Fraction], list[Fraction]]:
    """Quotient and rest."""
    rest, quotient = list(a), [Fraction(0)] * max(1, len(a) - len(b) + 1)
    for k in reversed(range(len(a) - len(b) + 1)):
        quotient[k] = rest[k + len(b) - 1] / b[-1]
        for i, c in enumerate(b):
            rest[k + i] -= quotient[k] * c
    return quotient, list(_trimmed(rest[: len(b) - 1]).coefficients)
