"""A box for one number or formula: a derivative or a value. Read, validate, decide, explain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any

from ...core.evaluate import NoValue
from ...core.language import Reading, read_expression
from ...core.linear import Factor
from ...core.node import Node, in_order
from ...core.operations import OPERATIONS
from ...core.written import value_formula, written
from ...errors import NotationError
from ...notation.plain import Call, Derivative, Equation, Formula, Name, Number, exact_decimal
from ...notation.renaming import renamed
from ..deciding.equivalence import decide, nowhere_defined, precisely
from ..mistakes.diagnosis import causes, close, offered, said
from ..mistakes.forward import forward_slips
from ..mistakes.passes import at_local
from ..sought import Sought, as_it_is
from ..verdict import CarriedForward, Correct, Incorrect, Invalid, Mistake, Undecided, Verdict
from .box import FOLLOWS, Box, invalid
from .decimals import ENOUGH, SHOWN, Rounding, rounding, typed
from .forms import Form
from .values import at, evaluated, times


@dataclass(eq=False)
class FormulaBox(Box):
    """A box for one number or formula: a derivative or a value. Any node's name may be used."""

    sought: Sought = None  # type: ignore[assignment]
    form: Form = field(default_factory=Form)
    carries: bool = False
    """Whether it is a step of a sweep, and is marked again from the student's own earlier values."""

    @property
    def wants(self) -> str:  # type: ignore[override]
        return "a number" if self.sought.flow is not None else "a formula or a number"

    def read(self, text: str) -> Reading:
        """How an answer is read. Raises `NotationError`."""
        return read_expression(text, self.sought.names, derivatives=self._named)

    @cached_property
    def _named(self) -> dict[tuple[str, str, str], Node]:
        """The derivatives that an answer in named form may use, as nodes of their own: not the one that is asked."""
        if self.form.named != "named":
            return {}
        flow, sign = self.sought.formulas, "d" if self.sought.kind == "total" else "∂"
        found = {("∂", edge.child, edge.parent): edge.partial for edge in flow.edges if edge.exists}
        for name in flow.names:
            for of, wrt in ((self.sought.of, name), (name, self.sought.wrt)):
                if of != wrt and flow.paths(of, wrt).count:
                    found["d", of, wrt] = flow.total(of, wrt)
        found.pop((sign, self.sought.of, self.sought.wrt), None)
        return {key: Node(OPERATIONS["same"], (value,)) for key, value in found.items()}

    def echo(self, text: str) -> tuple[Formula, tuple[str, ...]]:
        reading = self.read(text)
        return self.formula(reading), reading.notes

    def formula(self, reading: Reading) -> Formula:
        """An answer as it was read."""
        own = {id(node): name for name, node in self.sought.names.items()}
        named = {
            f"{sign}{of}/{sign}{wrt}": (node, Derivative(of, wrt, sign))
            for (sign, of, wrt), node in self._named.items()
        }
        own |= {id(node): name for name, (node, _) in named.items()}
        formula = written(reading.value, lambda node: own.get(id(node)), own=False)
        formula = renamed(formula, {name: derivative for name, (_, derivative) in named.items()}) if named else formula
        euler = isinstance(formula, Name) and formula.text == "e" and "e" not in self.sought.names
        return Call("exp", (Number(1),)) if euler else formula

    @property
    def solution(self) -> Formula:
        sought = self.sought
        if sought.flow is not None:
            return value_formula(sought.number)
        if sought.kind == "value":
            return value_formula(sought.graph.formula(sought.of))
        if self.form.in_terms_of and sought.kind == "total":
            return value_formula(sought.graph.formula(sought.of, sought.wrt, self.form.in_terms_of))
        symbols = sought.graph.flow()
        how = symbols.partial if sought.kind == "partial" else symbols.total
        return value_formula(how(sought.of, sought.wrt))

    def value(self, text: str) -> Any:
        try:
            return self.read(text).value
        except NotationError:
            return None

    def mark(self, text: str, earlier: Mapping[str, Any] | None = None) -> Verdict:
        try:
            reading = self.read(text)
        except NotationError as wrong:
            return invalid(text, wrong)
        formula, right = self.formula(reading), self.sought.right
        if nothing := nowhere_defined(reading.value):
            place = reading.positions.get(id(nothing.node), (0, len(text)))
            return Invalid(text, formula, f"This has no value: {nothing}.", *place)
        if self.sought.flow is not None:
            if isinstance(reading.value, Node) and not reading.value.is_constant:
                return self._names_left(text, formula, reading)
            right = at(right, self.sought.point or {})
        same = self._same(reading.value, right)
        if same:
            return self._right(text, formula, reading)
        if near := self._rounded(text, reading.value, right):
            if near.accepted:
                return Correct(text, formula, f"{Equation((self.asked, formula))} {near.says}.")
            return Invalid(text, formula, near.says, 0, len(text))
        if same is None:
            message = "I could not decide whether this is right, so it costs nothing. Try to write it more simply."
            return Undecided(text, formula, message)
        return self._explain(text, formula, reading.value, earlier or {})

    def _same(self, answer: Any, right: Any) -> bool | None:
        """Whether two expressions are the same; None if that could not be decided.

        Floats that follow from no equation are as exact as a figure shows them.
        """
        if as_it_is(self.sought.flow):
            known = self.sought.known(self.sought.flow)
            number, wanted = evaluated(answer, known), evaluated(right, known)
            if isinstance(wanted, float) or isinstance(answer, float):
                decimal, places = typed(answer), self.form.places
                rounded = places is not None and decimal is not None and decimal.places <= places  # to be marked so
                near = number is not None and close(number, wanted, self.sought.passes[0].scale, SHOWN)
                return near and not rounded
        return decide(answer, right, self.sought.seed, self.sought.kinks)

    def _right(self, text: str, formula: Formula, reading: Reading) -> Verdict:
        if missing := self.form.missing(reading, self._bare(reading.value)):
            return Invalid(text, formula, f"Right so far. {missing}", 0, len(text))
        used = in_order([reading.value]) if isinstance(reading.value, Node) else []
        if self._named and not {id(node) for node in used} & {id(node) for node in self._named.values()}:
            message = "Right so far. It is asked with named derivatives in it, such as dy/dx."
            return Invalid(text, formula, message, 0, len(text))
        number = typed(reading.value)
        if self.form.places is not None and (number is None or number.places > self.form.places):
            message = f"Right so far. It is asked to {self.form.places} decimal places."
            return Invalid(text, formula, message, 0, len(text))
        return Correct(text, formula, f"{Equation((self.asked, formula))} is right.")

    def _bare(self, answer: Any) -> Any:
        """The answer as it was typed: a node of the graph is a name in it, and not its equation."""
        names = {id(node): Node(None, (), name) for name, node in self.sought.names.items()}
        return at(answer, names | {id(node): Node(None, (), "d") for node in self._named.values()})

    def _names_left(self, text: str, formula: Formula, reading: Reading) -> Verdict:
        where = f" at {self.sought.place}" if self.sought.place else ""
        message = f"A number is asked for: the value{where}."
        answer, flow = reading.value, self.sought.flow
        if as_it_is(flow):  # names stand for the values that are known
            answer = evaluated(answer, self.sought.known(flow))
        if answer is not None and self._same(answer, self.sought.right):
            names = ", ".join(sorted(reading.names, key=list(self.sought.names).index))
            message = f"Right so far. Now put in {names}{where}: a number is asked for."
        return Invalid(text, formula, message, 0, len(text))

    def _rounded(self, text: str, answer: Any, right: Any) -> Rounding | None:
        """What is to be said of an answer that is only near the right number; None if it is not near."""
        if (isinstance(answer, Node) and not answer.is_constant) or (isinstance(right, Node) and not right.is_constant):
            return None
        try:
            exactly, near = precisely([right, answer], {}, 80)
        except (NoValue, ArithmeticError):
            return None
        number = self.sought.number if self.sought.flow is not None else right
        endless = not (isinstance(number, (int, Fraction)) and exact_decimal(Fraction(number)))
        return rounding(abs(exactly - near), exactly, answer, self.form, endless, "." in text)

    # What went wrong -----------------------------------------------------------------------------------------------

    def _explain(self, text: str, formula: Formula, answer: Any, earlier: Mapping[str, Any]) -> Verdict:
        own = self._from_own(earlier) if self.carries and earlier else None
        follows = own is not None and self._same(answer, own)
        if follows or (own is not None and (near := self._rounded(text, answer, own)) and near.accepted):
            return CarriedForward(text, formula, FOLLOWS.format(Equation((self.asked, formula))))
        mistakes = self._mistakes(answer, earlier)
        told = said(mistakes) or f"{self.asked} is not {formula}.{self._look_again(answer)}"
        return Incorrect(text, formula, told, mistakes=offered(mistakes))

    def _look_again(self, answer: Any) -> str:
        """Where nothing is known of a wrong answer: what to look at."""
        sought = self.sought
        if sought.kind == "partial" and all(edge.parent != sought.wrt for edge in sought.formulas.down[sought.of]):
            if as_it_is(sought.flow):
                return f" Look at the figure: is there an edge from {sought.wrt} to {sought.of}?"
            return f" Look at the equation of {sought.of}: does {sought.wrt} stand in it?"
        if sought.flow is None and (not isinstance(answer, Node) or answer.is_constant) and self._varies:
            return " It is asked for in general, and no single number is right everywhere."
        return ""

    @property
    def _varies(self) -> bool:
        """Whether the right answer is not the same number at all the points at which slips are looked for."""
        numbers = [each.total.value for each in self.sought.passes if isinstance(each.total, Factor)]
        return any(not close(number, numbers[0]) for number in numbers)

    def _from_own(self, earlier: Mapping[str, Any]) -> Any:
        """What this box should hold, given the student's own values in those before it; None if they say nothing."""
        sought = self.sought
        if sought.kind == "value":
            names = {name: value for name, value in earlier.items() if value is not None}
            inside = sought.graph.inside(sought.of)
            known = {id(inside[n]): names.get(n, at(sought.graph[n], sought.point)) for n in inside.inputs}
            return at(inside[sought.of], known)
        terms = []
        for edge in sought.formulas.up[sought.wrt]:
            if sought.formulas.paths(sought.of, edge.child).count or edge.child == sought.of:
                if earlier.get(edge.child) is None or not edge.exists:
                    return None
                partial = edge.partial if sought.flow is None else at(edge.partial, sought.point or {})
                terms.append(times(earlier[edge.child], partial))
        return None if not terms else sum(terms[1:], start=terms[0])

    def _mistakes(self, answer: Any, earlier: Mapping[str, Any]) -> list[Mistake]:
        sought = self.sought
        if sought.kind == "value":
            return self._forward_mistakes(answer, earlier)
        passes = sought.passes
        known = [sought.known(flow) for flow in sought.flows]
        numbers = [evaluated(answer, values) for values in known]
        if not passes or None in numbers:
            return []
        if self.carries and earlier:
            given = [
                {n: number for n, v in earlier.items() if (number := evaluated(v, values)) is not None}
                for values in known
            ]
            passes = [at_local(p, sought.wrt, g) for p, g in zip(passes, given)]
            if not passes[0].flow.up[sought.wrt]:
                return []
        number, shown = typed(answer), SHOWN if as_it_is(sought.flow) else 0.0

        def matches(value: Any, i: int) -> bool:
            endless = isinstance(value, float) or exact_decimal(Fraction(value)) is None
            if endless and number is not None and number.digits >= ENOUGH and number.pointed:  # it is rounded
                return abs(value - numbers[i]) <= 0.500001 * 10.0**-number.places
            scale = max(passes[i].scale, 1.0) if sought.flow is None else passes[i].scale
            return close(value, numbers[i], scale, shown)

        return causes(passes, matches)

    def _forward_mistakes(self, answer: Any, earlier: Mapping[str, Any]) -> list[Mistake]:
        if self.sought.flow is None or self.sought.of in self.sought.graph.inputs:
            return []
        values = dict(self.sought.flow.known)
        values |= {name: number for name, own in earlier.items() if (number := evaluated(own)) is not None}
        number = evaluated(answer)
        slips = forward_slips(self.sought.graph, self.sought.of, values)
        return list(dict.fromkeys(m for m, value in slips if number is not None and close(value, number)))
