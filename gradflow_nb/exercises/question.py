"""A question about a graph, and the marking of its answers: read, validate, decide, explain."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Literal

from ..core.display import Shown
from ..core.evaluate import World, flow_in
from ..core.flow import GradientFlow
from ..core.graph import Graph
from ..core.language import Reading, read_expression
from ..core.node import Node, in_order
from ..core.paths import Path
from ..core.worlds import is_array
from ..core.written import value_formula, written
from ..errors import GradflowError, NotationError
from ..notation.plain import Call, Derivative, Equation, Formula, Name, Number, exact_decimal
from .equivalence import decide, nowhere_defined, precisely
from .verdict import Correct, Incorrect, Invalid, Mistake, Undecided, Verdict

_PATHS_TO_TRY = 64
_SHORTEST_DECIMAL = 4
"""Significant digits that a decimal answer needs where the exact value has no finite decimal."""


def ask(
    graph: Graph | GradientFlow,
    of: str,
    wrt: str,
    at: Mapping[str, Any] | None = None,
    kind: Literal["total", "partial"] = "total",
) -> Question:
    """A question for the derivative of one node with respect to another.

    Without a point the answer is a formula, in which any node's name may be used. With `at` (or for a flow at a
    point) it is a number. `kind` is "total", d along all paths, or "partial", ∂ with the direct arguments fixed.
    Raises `UnknownName` for names that the graph does not have.

    >>> from gradflow_nb import graph
    >>> question = ask(graph("c = 2b + 3; d = 5b + 6; e = 7c + d^2"), of="e", wrt="b")
    >>> print(question.check("14 + 10d"))
    Correct: de/db = 14 + 10d is right.
    >>> print(question.check("14"))
    Incorrect: That is the path through c alone: e ← c ← b. There are 2 paths from b to e, and all of them count.
    """
    return Question(graph, of, wrt, at, kind)


class Question(Shown):
    """A question for a derivative; `check` marks an answer. In a notebook it shows a box to type in."""

    def __init__(
        self,
        graph: Graph | GradientFlow,
        of: str,
        wrt: str,
        at: Mapping[str, Any] | None = None,
        kind: Literal["total", "partial"] = "total",
    ) -> None:
        if kind not in ("total", "partial"):
            raise GradflowError(
                f"kind={kind!r} is not known: it is 'total' (d, all paths) or 'partial' (∂, the edge alone)."
            )
        if isinstance(graph, GradientFlow):
            at = graph.inputs if at is None and not graph.symbolic else at
            graph = graph.graph
        self.graph, self.of, self.wrt, self.kind = graph, of, wrt, kind
        graph[of], graph[wrt]  # raises UnknownName
        if mixing := [n for n in graph.nodes if n.operation is not None and not n.operation.is_elementwise]:
            raise GradflowError(
                f"Questions are about graphs of single numbers so far, and this one has "
                f"{mixing[0].operation.symbol}(...), which takes arrays."
            )
        self.flow = None if at is None else graph.at(at)
        if self.flow is not None and (arrays := [n for n, v in self.flow.inputs.items() if is_array(v)]):
            raise GradflowError(f"Questions are about single numbers so far, and {arrays[0]} is an array.")
        self.attempts = 0
        self.verdict: Verdict | None = None
        own = World(lift=lambda constant: constant, seen=lambda name, value: graph[name])
        self._formulas = flow_in(graph, {name: graph[name] for name in graph.inputs}, own)
        self._right = self._formulas.partial(of, wrt) if kind == "partial" else self._formulas.total(of, wrt)
        self._seed = zlib.crc32(f"{self.prompt}".encode())
        self._point = None if self.flow is None else {id(graph[n]): Fraction(v) for n, v in self.flow.inputs.items()}
        if self.flow is not None:
            self._number = self.flow.partial(of, wrt) if kind == "partial" else self.flow.total(of, wrt)

    @property
    def asked(self) -> Formula:
        """What is asked for, as a formula: `dg/db`."""
        return Derivative(self.of, self.wrt, "d" if self.kind == "total" else "∂")

    @property
    def place(self) -> str:
        """The point at which a number is asked for, as text; empty where a formula is."""
        return ", ".join(f"{n} = {value_formula(v)}" for n, v in self.flow.inputs.items()) if self.flow else ""

    @property
    def prompt(self) -> str:
        """The question in words."""
        return f"{self.asked} = ?" + (f" at {self.place}" if self.place else "")

    def read(self, text: str) -> Reading:
        """How an answer is read. Raises `NotationError`."""
        return read_expression(text, self.graph.named)

    def check(self, text: str) -> Verdict:
        """The verdict on an answer. Never raises for what a person types, and runs nothing of it.

        `Correct` and `Incorrect` count as an attempt; `Invalid` and `Undecided` cost nothing.
        """
        self.verdict = self._mark(text)
        self.attempts += self.verdict.costs_attempt
        return self.verdict

    def _mark(self, text: str) -> Verdict:
        try:
            reading = self.read(text)
        except NotationError as wrong:
            return Invalid(text, None, wrong.message, wrong.position, wrong.end, wrong.readings)
        formula = self.formula(reading)
        if nothing := nowhere_defined(reading.value):
            place = reading.positions.get(id(nothing.node), (0, len(text)))
            return Invalid(text, formula, f"This has no value: {nothing}.", *place)
        if self.flow is not None:
            return self._mark_number(text, formula, reading)
        same = decide(reading.value, self._right, self._seed, self._kinks())
        if same:
            return Correct(text, formula, f"{Equation((self.asked, formula))} is right.")
        return self._undecided(text, formula) if same is None else self._explain(text, formula, reading.value, None)

    def _mark_number(self, text: str, formula: Formula, reading: Reading) -> Verdict:
        answer = reading.value
        if isinstance(answer, Node) and not answer.is_constant:
            if decide(answer, self._right, self._seed, self._kinks()):
                names = ", ".join(sorted(reading.names, key=self.graph.names.index))
                return Invalid(
                    text,
                    formula,
                    f"Right so far. Now put in {names} for {self.place}: a number is asked for.",
                    0,
                    len(text),
                )
            return Invalid(text, formula, f"A number is asked for: the value at {self.place}.", 0, len(text))
        here = _at(self._right, self._point)
        same = decide(answer, here)
        if same:
            return Correct(text, formula, f"{Equation((self.asked, formula))} is right.")
        places = self._rounded(answer)
        if places:
            return Correct(text, formula, f"{self.asked} is {formula} to {places} significant digits.")
        return self._undecided(text, formula) if same is None else self._explain(text, formula, answer, self._point)

    def _rounded(self, answer: Any) -> int:
        """How many significant digits of a typed decimal are those of the right answer, if enough and all are."""
        decimal = answer.arguments[0] if isinstance(answer, Node) and answer.operation.name == "neg" else answer
        if not isinstance(decimal, Fraction) or decimal.denominator == 1:
            return 0
        if isinstance(self._number, (int, Fraction)) and exact_decimal(Fraction(self._number)):
            return 0
        digits = exact_decimal(decimal) or ""
        places, significant = len(digits.partition(".")[2]), len(digits.replace(".", "").lstrip("0"))
        right, typed = precisely([_at(self._right, self._point), answer], {}, 80)
        close = abs(right - typed) <= right.context.mpf(10) ** -places * 0.500001
        return significant if close and significant >= _SHORTEST_DECIMAL else 0

    def _kinks(self) -> list[Node]:
        """Expressions that are zero where the right answer rests on a convention."""
        marked = (n for n in self.graph.nodes if n.operation and n.operation.kink and not n.is_constant)
        return [kink for n in marked if isinstance(kink := n.operation.kink(*n.arguments), Node)]

    def _undecided(self, text: str, formula: Formula) -> Undecided:
        return Undecided(
            text, formula, "I could not decide whether this is right, so it costs nothing. Try to write it more simply."
        )

    def _explain(self, text: str, formula: Formula, answer: Any, point: Mapping[int, Fraction] | None) -> Incorrect:
        ways = self._formulas.paths(self.of, self.wrt)
        if self.kind == "total" and 1 < ways.count <= _PATHS_TO_TRY:
            paths = list(ways)
            products = [path.product if point is None else _at(path.product, point) for path in paths]
            matching = [i for i, product in enumerate(products) if decide(answer, product, self._seed)]
            if len(matching) == 1:
                path = (self.flow or self.graph.flow()).paths(self.of, self.wrt)[matching[0]]
                message = (
                    f"That is the path {_through(matching[0], paths)}: {' ← '.join(path.nodes)}. "
                    f"There are {ways.count} paths from {self.wrt} to {self.of}, and all of them count."
                )
                return Incorrect(text, formula, message, Mistake("one path", path))
        return Incorrect(text, formula, f"{self.asked} is not {formula}.")

    def formula(self, reading: Reading) -> Formula:
        """An answer as it was read, for the echo."""
        own = {id(node): name for name, node in self.graph.named.items()}
        formula = written(reading.value, lambda node: own.get(id(node)), own=False)
        euler = isinstance(formula, Name) and formula.text == "e" and "e" not in self.graph
        return Call("exp", (Number(1),)) if euler else formula


def _at(expression: Any, point: Mapping[int, Fraction]) -> Any:
    """An expression with constants in place of its inputs; nothing is computed."""
    if not isinstance(expression, Node):
        return Fraction(expression)
    made: dict[int, Any] = dict(point)
    for node in in_order([expression]):
        if node.operation is not None:
            made[id(node)] = Node(node.operation, [made[id(a)] if isinstance(a, Node) else a for a in node.arguments])
    return made[id(expression)]


def _through(number: int, paths: list[Path]) -> str:
    """`through c alone`: the nodes that only this path meets."""
    others = {name for i, path in enumerate(paths) if i != number for name in path.nodes}
    own = [name for name in reversed(paths[number].nodes) if name not in others]
    return f"through {' and '.join(own)} alone" if own else "alone"
