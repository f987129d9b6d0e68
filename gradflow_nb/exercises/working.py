"""Worked steps: the chain rule in words, in formulas and in numbers, reusing what was found already."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ..core.display import Shown
from ..core.edge import Edge
from ..core.flow import GradientFlow
from ..core.linear import Factor, Missing
from ..core.worlds import is_array
from ..core.written import map_formula, value_formula
from ..errors import GradflowError
from ..notation.latex import latex
from ..notation.plain import Derivative, Equation, Formula, Name, Product, Sum
from .sought import Sought, as_it_is


@dataclass(frozen=True)
class WorkedStep:
    """One step: what is done, in words, and the formula that does it."""

    words: str
    formula: Formula | None = None

    def __str__(self) -> str:
        return self.words + (f"\n    {self.formula}" if self.formula is not None else "")


class Working(Shown, Sequence[WorkedStep]):
    """Worked steps, from "which rule?" to the result. `upto` is a hint: the beginning of them.

    Prints as text; a notebook shows the formulas typeset.
    """

    def __init__(self, rule: str, steps: Iterable[WorkedStep], title: str = "") -> None:
        self.rule, self.title = rule, title
        self._steps = tuple(steps)

    def upto(self, level: int, first: int = 0) -> Working:
        """1: which rule; 2: a step too, the `first` that is of use; 3: everything."""
        shown = {1: (), 2: self._steps[first : first + 1]}.get(level, self._steps)
        return Working(self.rule, shown, self.title)

    def __getitem__(self, index: Any) -> Any:
        return self._steps[index]

    def __len__(self) -> int:
        return len(self._steps)

    def __iter__(self) -> Iterator[WorkedStep]:
        return iter(self._steps)

    def __str__(self) -> str:
        return "\n".join([self.rule, *(f"{i}. {step}" for i, step in enumerate(self._steps, 1))])

    __repr__ = __str__

    @property
    def markdown(self) -> str:
        """The steps with their formulas in LaTeX, as a notebook shows them."""
        lines = [_escaped(self.rule), ""]
        for i, step in enumerate(self._steps, 1):
            lines.append(f"{i}. {_escaped(step.words)}")
            if step.formula is not None:
                lines.append(f"\n    $\\displaystyle {latex(step.formula)}$\n")
        return "\n".join(lines)


def _escaped(words: str) -> str:
    return "".join(f"\\{c}" if c in "\\`*_{}[]<>#$|~" else c for c in words)


def listed(names: Sequence[str]) -> str:
    """`c`, `c and d`, `c, d and e`."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


# A derivative --------------------------------------------------------------------------------------------------------


def derivative_working(sought: Sought) -> Working:
    """The reverse sweep from `of` down to `wrt`, told step by step; of an explicit partial, the one equation."""
    flow = sought.flow if sought.flow is not None else sought.graph.flow()
    if sought.kind == "partial":
        return _partial_working(sought, flow)
    steps = sweep_steps(flow, sought.of, sought.wrt)
    if sought.flow is None and steps and (ending := _put_in(sought)):
        steps.append(ending)
    return Working(_rule(flow, sought), steps)


def _rule(flow: GradientFlow, sought: Sought) -> str:
    of, wrt = sought.of, sought.wrt
    count = flow.paths(of, wrt).count
    if of == wrt:
        return f"Which rule? A node changes as much as itself: d{of}/d{of} = 1."
    if not count:
        return f"Which rule? No path leads from {wrt} to {of}, so {of} does not depend on it."
    if count == 1:
        long = len(flow.paths(of, wrt)[0].edges) > 1
        along = (
            "multiply the partials along it (the chain rule)"
            if long
            else "it is one edge, and its partial is the answer"
        )
        return f"Which rule? One path leads from {wrt} to {of}: {along}."
    return (
        f"Which rule? {count} paths lead from {wrt} to {of}: multiply the partials along each path and add the "
        f"products (the multivariable chain rule). Work backwards from {of}, and reuse what you have."
    )


def sweep_steps(flow: GradientFlow, of: str, wrt: str | None = None) -> list[WorkedStep]:
    """The steps of the reverse sweep that lead from `of` to `wrt`, or to everything."""
    try:
        found = flow.adjoint_or_missing(of)
    except GradflowError:  # of an array: its Jacobians have no sweep of numbers
        return _jacobian_steps(flow, of, wrt)
    on = set(flow.names) if wrt is None else {*flow.paths(of, wrt).nodes}
    reached = [name for name in reversed(flow.names) if name in on and (name == of or _uses(flow, of, name))]
    return [_step(flow, of, name, found) for name in reached if name != of]


def _uses(flow: GradientFlow, of: str, name: str) -> list[Edge]:
    return [edge for edge in flow.up[name] if edge.child == of or flow.paths(of, edge.child).count]


def _step(flow: GradientFlow, of: str, name: str, found: Any) -> WorkedStep:
    uses = _uses(flow, of, name)
    children = [edge.child for edge in uses]
    left = Derivative(of, name, "d")
    if children == [of]:
        words = f"{name} feeds {of} directly: the edge is the derivative."
        sides = [left, Derivative(of, name), map_formula(uses[0].map)]
        return WorkedStep(words, Equation(tuple(dict.fromkeys([*sides, _written(found[name])]))))
    if len(children) == 1:
        words = f"{name} is used by {children[0]} alone: d{of}/d{children[0]} is known, times the edge."
    else:
        by = [f"{child} ({count} times)" if count > 1 else child for child, count in Counter(children).items()]
        words = f"{name} is used by {listed(by)}: one product for each use, and they add."
    parallel = len(set(children)) < len(children)  # one of several edges side by side is not the whole ∂child/∂name
    symbols = [
        _product_of(
            Derivative(of, e.child, "d") if e.child != of else None,
            map_formula(e.map) if parallel else Derivative(e.child, name),
        )
        for e in uses
    ]
    sides = [left, symbols[0] if len(symbols) == 1 else Sum(tuple(symbols))]
    if not any(is_array(found[child]) for child in children) and all(isinstance(e.map, Factor) for e in uses):
        values = [
            _product_of(_written(found[e.child]) if e.child != of else None, map_formula(e.map)) for e in uses
        ]
        sides.append(values[0] if len(values) == 1 else Sum(tuple(values)))
    return WorkedStep(words, Equation(tuple(dict.fromkeys([*sides, _written(found[name])]))))


def _written(value: Any) -> Formula:
    """A derivative as a formula; one that is too long to write down, as …"""
    return Name("…") if isinstance(value, Missing) else value_formula(value)


def _product_of(first: Formula | None, second: Formula) -> Formula:
    return second if first is None else Product((first, second))


def _jacobian_steps(flow: GradientFlow, of: str, wrt: str | None) -> list[WorkedStep]:
    steps = []
    for path in flow.paths(of, wrt)[:8] if wrt not in (None, of) else ():
        rows = "·".join(f"({'×'.join(map(str, edge.map.shape))})" for edge in path.edges)
        factors = tuple(Derivative(edge.child, edge.parent) for edge in path.edges)
        words = f"The path {path.route}: Jacobians of the shapes {rows}, multiplied from {of} inwards."
        steps.append(WorkedStep(words, factors[0] if len(factors) == 1 else Product(factors)))
    total = flow.total(of, wrt)
    rows, columns = total.shape
    words = f"Added up: {rows}×{columns}, a row for each entry of {of}, a column for each of {wrt}."
    return [*steps, WorkedStep(words, Equation((Derivative(of, wrt, "d"), value_formula(total))))]


def _partial_working(sought: Sought, flow: GradientFlow) -> Working:
    of, wrt = sought.of, sought.wrt
    inside = [edge for edge in flow.down[of] if edge.parent == wrt]
    rule = f"Which rule? ∂{of}/∂{wrt} is the equation of {of} alone, with its other names held fixed."
    if not inside:
        why = f"No edge leads from {wrt} to {of}." if as_it_is(flow) else f"{wrt} does not stand in it."
        return Working(rule, [WorkedStep(why, Equation((Derivative(of, wrt), Name("0"))))])
    symbolic = flow.in_symbols()
    steps = [WorkedStep("The equation:", symbolic.equation(of))]
    sides: list[Formula] = [Derivative(of, wrt)]
    for source in (symbolic, flow):
        sides += [map_formula(edge.map) for edge in source.down[of] if edge.parent == wrt and edge.exists]
    return Working(rule, [*steps, WorkedStep(f"Differentiate by {wrt}:", Equation(tuple(dict.fromkeys(sides))))])


def _put_in(sought: Sought) -> WorkedStep | None:
    """`60d + 84 = 300b + 444 = 1944 − 900a`: the result in terms of names further and further in."""
    graph, names, sides = sought.graph, [], []
    try:
        symbols = graph.flow()
        expression = symbols.total(sought.of, sought.wrt)
        sides.append(value_formula(expression))
        from ..core.formula import simplest

        for name in reversed(graph.names):
            used = {str(symbol) for symbol in getattr(expression, "free_symbols", ())}
            if name in used and graph[name].operation is not None:
                expression = simplest(expression.subs(name, symbols.values[name]))
                names.append(f"{name} = {symbols.equations[name]}")
                sides.append(value_formula(expression))
    except (GradflowError, ValueError, TypeError):
        return None
    sides = list(dict.fromkeys(sides))
    if len(sides) < 2 or len(sides) > 6 or max(len(str(side)) for side in sides) > 80:
        return None
    return WorkedStep(f"Unrolled further, with {', then '.join(names)}:", Equation((sought.asked, *sides)))


# Values --------------------------------------------------------------------------------------------------------------


def value_steps(flow: GradientFlow, of: str | None = None) -> list[WorkedStep]:
    """The forward pass in order, down to `of`: each equation with the values put in."""
    from ..core.node import in_order

    needed = (
        flow.names if of is None else [flow.graph.label(n) for n in in_order([flow.graph[of]]) if not n.is_constant]
    )
    steps = []
    for name in flow.names:
        if name in needed and name in flow.equations:
            value = value_formula(flow.values[name])
            used = [edge.parent for edge in flow.down[name]]
            known = ", ".join(f"{parent} = {value_formula(flow.values[parent])}" for parent in used)
            words = f"{name}: put in {known}." if known else f"{name} is a constant."
            steps.append(WorkedStep(words, Equation((Name(name), flow.equations[name], value))))
    return steps


def told(rule: str, *lines: str) -> Working:
    """A working that needs words only."""
    return Working(rule, [WorkedStep(line) for line in lines])
