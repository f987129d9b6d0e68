"""Slips as people make them, written without the package's catalogue: sweeps over a dictionary of partials, sympy for
the equations, and wrong rules of differentiation. What comes out is typed as an answer by `test_diagnosis.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import sympy

Partials = dict[tuple[str, str], Any]


class Slips:
    """All slips that can be made on d of/d wrt: pairs of a name in the catalogue and the wrong result.

    `values` are sympy expressions of the equations over the names they use, `point` numbers for the inputs or None.
    """

    def __init__(
        self, values: dict[str, Any], names: list[str], of: str, wrt: str, point: dict[str, Any] | None
    ) -> None:
        self.values, self.names, self.of, self.wrt, self.point = values, names, of, wrt, point
        self.partials = self.all_partials()

    def all_partials(self, wrong: Callable[[str, Any, sympy.Symbol], Any] | None = None) -> Partials:
        found: Partials = {}
        for name, expression in self.values.items():
            for parent in sorted(map(str, expression.free_symbols), key=self.names.index):
                symbol = sympy.Symbol(parent)
                slope = expression.diff(symbol) if wrong is None else wrong(name, expression, symbol)
                found[name, parent] = self.put(slope)
        return found

    def put(self, expression: Any) -> Any:
        """An expression in general, or as an exact number at the point."""
        if self.point is None:
            return expression
        for name in reversed(self.names):
            if name in self.values:
                expression = sympy.sympify(expression).subs(sympy.Symbol(name), self.values[name])
        return sympy.sympify(expression).subs({sympy.Symbol(k): sympy.Rational(str(v)) for k, v in self.point.items()})

    # The sum over paths, and sweeps ----------------------------------------------------------------------------------

    def routes(self, start: str | None = None) -> Iterator[tuple[str, ...]]:
        """All paths from `of` down to `wrt`, by walking."""
        start = start or self.of
        if start == self.wrt:
            yield (start,)
            return
        for child, parent in self.partials:
            if child == start:
                yield from ((start, *rest) for rest in self.routes(parent))

    def product(self, route: tuple[str, ...], partials: Partials | None = None) -> Any:
        result = sympy.Integer(1)
        for edge in pairwise(route):
            result *= (partials or self.partials)[edge]
        return result

    def total(self, partials: Partials | None = None) -> Any:
        return sum((self.product(route, partials) for route in self.routes()), sympy.Integer(0))

    def sweep(self, overwrite: str | None = None) -> dict[str, Any]:
        """The reverse sweep; at the node `overwrite` each contribution replaces the one before."""
        grad = {self.of: sympy.Integer(1)}
        for name in reversed(self.names):
            for (child, parent), partial in self.partials.items():
                if child == name and name in grad:
                    part = grad[name] * partial
                    grad[parent] = part if parent == overwrite or parent not in grad else grad[parent] + part
        return grad

    def all(self) -> Iterator[tuple[str, Any]]:
        """Every slip that can be made here."""
        routes, right = list(self.routes()), self.total()
        on = {edge for route in routes for edge in pairwise(route)}
        if len(routes) > 1:
            for route in routes:
                yield "a path dropped", right - self.product(route)
                if len(routes) > 2:  # of two, that is the other one dropped
                    yield "one path alone", self.product(route)
                yield "counted twice", right + self.product(route)
            for fork in {parent for _, parent in on}:
                if sum(parent == fork for _, parent in on) > 1:
                    yield "= in place of +=", self.sweep(overwrite=fork)[self.wrt]
            if (self.of, self.wrt) in self.partials:
                yield "the other derivative", self.partials[self.of, self.wrt]
        yield "counted twice", 2 * right
        for edge in sorted(on):
            if self.partials[edge] != -1:  # that is a sign lost
                yield "an edge skipped", self.total({**self.partials, edge: sympy.Integer(1)})
            if self.partials[edge] != 0:
                yield "reciprocal edge", self.total({**self.partials, edge: 1 / self.partials[edge]})
        grad = self.sweep()
        for node in {node for route in routes for node in route[1:-1]}:
            yield "stopped elsewhere", grad[node]
        for route in routes:
            if len(route) > 2:
                summed = sum((self.partials[edge] for edge in pairwise(route)), sympy.Integer(0))
                yield "sum and product exchanged", right - self.product(route) + summed
        value = sympy.Symbol(self.of) if self.point is None else self.values[self.of]
        yield "a value for the derivative", self.put(value)
        for rule in (_power, _inner, _sign, _product_as_sum):
            for k in range(4):
                yield from self.differentiated(rule, k)

    def differentiated(self, rule: Callable[..., Any], k: int) -> Iterator[tuple[str, Any]]:
        """The total with the k-th chance in some equation to get one rule wrong taken."""
        for target in self.values:
            seen = [0]

            def wrong(name: str, expression: Any, symbol: Any, target: str = target, seen: list[int] = seen) -> Any:
                if name != target:
                    return expression.diff(symbol)
                return _differentiate(expression, symbol, rule, k, seen)

            partials = self.all_partials(wrong)
            if seen[0] > k:
                yield rule.__doc__, self.total(partials)


def _differentiate(f: Any, x: sympy.Symbol, rule: Callable[..., Any], k: int, seen: list[int]) -> Any:
    """The derivative by the rules one learns, with `rule` wrong at its k-th use."""
    if not f.has(x):
        return sympy.Integer(0)
    if f == x:
        return sympy.Integer(1)
    slip = rule(f, x, lambda g: _differentiate(g, x, rule, k, seen))
    if slip is not None:
        seen[0] += 1
        if seen[0] - 1 == k:
            return slip
    if f.is_Add:
        return sympy.Add(*(_differentiate(g, x, rule, k, seen) for g in f.args))
    if f.is_Mul:
        return sympy.Add(*(_differentiate(g, x, rule, k, seen) * f / g for g in f.args))
    if f.is_Pow and not f.exp.has(x):
        return f.exp * f.base ** (f.exp - 1) * _differentiate(f.base, x, rule, k, seen)
    u = sympy.Dummy()
    return f.func(u).diff(u).subs(u, f.args[0]) * _differentiate(f.args[0], x, rule, k, seen)


def _power(f: Any, x: sympy.Symbol, d: Callable[[Any], Any]) -> Any:
    """power rule"""
    whole = f.is_Pow and f.exp.is_Integer and f.exp > 1
    return f.base ** (f.exp - 1) * d(f.base) if whole else None


def _inner(f: Any, x: sympy.Symbol, d: Callable[[Any], Any]) -> Any:
    """inner derivative missing"""
    if not isinstance(f, (sympy.sin, sympy.exp, sympy.tanh)) or f.args[0].is_Symbol:
        return None
    u = sympy.Dummy()
    return f.func(u).diff(u).subs(u, f.args[0])


def _sign(f: Any, x: sympy.Symbol, d: Callable[[Any], Any]) -> Any:
    """a sign lost"""
    falling = f.is_Mul and f.args[0].is_Number and f.args[0] < 0
    return d(-f) if falling else None


def _product_as_sum(f: Any, x: sympy.Symbol, d: Callable[[Any], Any]) -> Any:
    """wrong factor"""
    both = f.is_Mul and len(f.args) == 2 and all(g.is_Symbol for g in f.args)
    return sympy.Integer(1) if both else None
