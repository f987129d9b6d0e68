"""A box for the sum over paths in a factorised form: `(D_Lx + D_Ly·D_yx)·D_xw + D_Ly·D_yw`, or with ∂e/∂d for names.

Factors are Jacobians, so their order counts: what was typed is multiplied out as a polynomial in names that do not
commute, and compared with the sum over all paths term by term.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from ...core.edge import Edge
from ...core.language import Reading, read_expression
from ...core.node import Node, in_order
from ...core.paths import Paths
from ...core.paths.factored import Factored
from ...core.written import written
from ...errors import NotationError
from ...notation.plain import Derivative, Formula, Name
from ...notation.renaming import renamed
from ..verdict import Correct, Incorrect, Invalid, Mistake, Verdict
from .box import Box, invalid

_MOST_TERMS = 4_000
Polynomial = dict[tuple[str, ...], Fraction]
"""Coefficients by words: the factors of a term in their order."""


class _NotAPolynomial(Exception):
    """Internal: an operation that no sum of products has, and the node at which it stands."""


@dataclass(eq=False)
class FactoredBox(Box):
    """Any form with fewer multiplications than the plain sum is accepted."""

    wants = "the sum over paths, factorised"
    paths: Paths = None  # type: ignore[assignment]

    @cached_property
    def best(self) -> Factored:
        """The full grouping that has fewer multiplications."""
        forms = (self.paths.factored(style) for style in ("suffix", "prefix"))
        return min(forms, key=lambda form: form.multiplications)

    @cached_property
    def _names(self) -> dict[str, Node]:
        """What may be written for each edge: `∂e/∂d`, and for an opaque function `D_xw`."""
        names = {_partial(edge): Node(None, (), _partial(edge)) for edge in self.paths.edges}
        for edge in self.paths.edges:
            if (name := _symbol(edge)) is not None:
                names[name] = names[_partial(edge)]
        return names

    @property
    def letters(self) -> dict[str, str]:
        """How each edge is written, by `∂child/∂parent`: its symbol if it has one."""
        return {_partial(edge): _symbol(edge) or _partial(edge) for edge in self.paths.edges}

    def letter(self, edge: Edge) -> Formula:
        """An edge's partial as a formula: `D_xw`, or `∂e/∂d`."""
        symbol = _symbol(edge)
        return Name(symbol) if symbol else Derivative(edge.child, edge.parent)

    def read(self, text: str) -> Reading:
        """How an answer is read. Raises `NotationError`."""
        flow, edges, totals = self.paths.flow, {}, {}
        none = {(c, p): Node(None, (), f"{c}/{p}") for c in flow.names for p in flow.names}
        for edge in self.paths.edges:
            child, parent = edge.child, edge.parent
            edges["∂", child, parent] = edges["d", child, parent] = self._names[_partial(edge)]
            if flow.paths(child, parent).count > 1:  # there are other paths beside the edge: d and ∂ differ
                edges["d", child, parent] = total = Node(None, (), f"d{child}/d{parent}")
                totals[id(total)] = edge
            none.pop((child, parent), None)
        symbols = {name: node for name, node in self._names.items() if not name.startswith("∂")}
        others = {name: Node(None, (), name) for name in self.paths.flow.names if name not in symbols}
        reading = read_expression(text, {**others, **symbols}, split=False, derivatives=none | edges)
        for node in in_order([reading.value]) if isinstance(reading.value, Node) else ():
            if edge := totals.get(id(node)):
                letter = self.letter(edge)
                message = f"{node.name} is a total, over all paths: write it out in partials, such as {letter}."
                raise NotationError(message, text, *reading.positions.get(id(node), (0, len(text))))
            if any(node is other for other in none.values()):
                child, parent = node.name.split("/")
                message = f"There is no edge from {parent} to {child} on these paths: use the partials on the edges."
                raise NotationError(message, text, *reading.positions.get(id(node), (0, len(text))))
            if any(node is other for other in others.values()):
                start = text.find(node.name)
                letter = next(iter(self.letters.values()))
                message = f"Use the partials on the edges, such as {letter}, and no values of nodes."
                raise NotationError(message, text, max(0, start), start + len(node.name))
        return reading

    def echo(self, text: str) -> tuple[Formula, tuple[str, ...]]:
        return self._formula(self.read(text)), ()

    def _formula(self, reading: Reading) -> Formula:
        shown = {id(node): name for name, node in self._names.items()}
        formula = written(reading.value, lambda node: shown.get(id(node)), own=False)
        return renamed(formula, {_partial(e): Derivative(e.child, e.parent) for e in self.paths.edges})

    @property
    def solution(self) -> Formula:
        return self.best.written(self.letter)

    @cached_property
    def right(self) -> Polynomial:
        found: Polynomial = {}
        for path in self.paths:
            word = tuple(map(_partial, path.edges))
            found[word] = found.get(word, Fraction(0)) + 1
        return found

    def mark(self, text: str, earlier: Mapping[str, Any] | None = None) -> Verdict:
        try:
            reading = self.read(text)
        except NotationError as wrong:
            return invalid(text, wrong)
        formula = self._formula(reading)
        try:
            found, products = _multiplied_out(reading.value)
        except _NotAPolynomial as wrong:
            place = reading.positions.get(id(wrong.args[0]), (0, len(text)))
            return Invalid(text, formula, "A sum over paths has sums and products, and nothing else.", *place)
        if found == self.right:
            written_out, fewest = self.best.expanded_multiplications, self.best.multiplications
            if products >= written_out > fewest:
                message = f"Right so far: {products} multiplications, as in the plain sum. Look for a common factor."
                return Invalid(text, formula, message, 0, len(text))
            if written_out == fewest:
                return Correct(text, formula, "Right: there is no common factor to take out.")
            more = " It can be done with fewer." if products > fewest else ""
            return Correct(text, formula, f"Right: {products} multiplications in place of {written_out}.{more}")
        mistake = self._mistake(found)
        return Incorrect(text, formula, mistake.says, mistakes=(mistake,))

    def _mistake(self, found: Polynomial) -> Mistake:
        def route(word: tuple[str, ...]) -> str:
            return "·".join(self.letters[name] for name in word)

        missing = [word for word in self.right if word not in found]
        surplus = [word for word in found if word not in self.right]
        for word in surplus:
            for other in missing:
                if sorted(word) == sorted(other):
                    says = (
                        f"Multiplied out, {route(word)} stands in the wrong order: "
                        f"Jacobians are multiplied from the target inwards."
                    )
                    return Mistake("product in the wrong order", says)
        if missing and not surplus:
            says = f"Multiplied out, the path {route(missing[0])} is missing."
            return Mistake("a path dropped", says)
        if surplus:
            return Mistake(
                "no path", f"Multiplied out there is {route(surplus[0]) or 'a number alone'}, which is no path."
            )
        return Mistake("counted twice", "Multiplied out, a path does not stand there exactly once.")


def _partial(edge: Edge) -> str:
    return f"∂{edge.child}/∂{edge.parent}"


def _symbol(edge: Any) -> str | None:
    """`D_xw` for the edge of an opaque function."""
    value = getattr(edge.map, "value", None)
    return value.name if getattr(value, "is_Symbol", False) and not value.is_commutative else None


def _multiplied_out(value: Any) -> tuple[Polynomial, int]:
    """The polynomial of an expression, and how many products of names it has as written."""
    found: dict[int, tuple[Polynomial, int]] = {}

    def of(argument: Any, node: Any) -> tuple[Polynomial, int]:
        if isinstance(argument, Node):
            return found[id(argument)]
        if not isinstance(argument, Fraction):
            raise _NotAPolynomial(node)
        return {(): argument}, 0

    for node in in_order([value]) if isinstance(value, Node) else ():
        if node.operation is None:
            found[id(node)] = {(node.name,): Fraction(1)}, 0
            continue
        parts = [of(argument, node) for argument in node.arguments]
        count = sum(products for _, products in parts)
        match node.operation.name:
            case "add" | "sub":
                sign = 1 if node.operation.name == "add" else -1
                total = dict(parts[0][0])
                for word, number in parts[1][0].items():
                    total[word] = total.get(word, Fraction(0)) + sign * number
            case "neg":
                total = {word: -number for word, number in parts[0][0].items()}
            case "same":
                total = parts[0][0]
            case "mul":
                if len(parts[0][0]) * len(parts[1][0]) > _MOST_TERMS:
                    raise _NotAPolynomial(node)
                total = {}
                for left, a in parts[0][0].items():
                    for right, b in parts[1][0].items():
                        total[left + right] = total.get(left + right, Fraction(0)) + a * b
                count += all(set(part) != {()} for part, _ in parts)
            case _:
                raise _NotAPolynomial(node)
        found[id(node)] = {word: number for word, number in total.items() if number}, count
    return found[id(value)] if isinstance(value, Node) else of(value, None)
