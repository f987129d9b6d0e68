"""Graph to sympy and sympy to a written formula; formulas in terms of any nodes; the simplest form.

sympy simplifies and orders; the derivatives come from the flow.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from math import comb, prod
from typing import Any

import sympy

from ..errors import NotExpressible, UnknownName
from ..notation.plain import Bars, Call, Formula, Name, Negative, Number, Power, Product, Quotient, Root, Sum
from .graph import Graph
from .worlds.symbols import LONGEST, Written, size

_SIMPLIFY_UP_TO = 150
"""Formulas with more operations or, multiplied out, more terms than this are left as they are: factoring takes long."""
_FACTOR_UP_TO = 24
"""The degree up to which a rational formula is factored."""


def formula(graph: Graph, of: str, wrt: str | None, in_terms_of: str | Iterable[str] | None) -> sympy.Expr:
    """See `Graph.formula`."""
    flow = graph.flow()
    expression = flow.values[graph_name(graph, of)] if wrt is None else flow.total(of, wrt)
    if in_terms_of is None:
        return sympy.sympify(expression)
    wanted = (in_terms_of,) if isinstance(in_terms_of, str) else tuple(in_terms_of)
    for name in wanted:
        graph_name(graph, name)
    what = of if wrt is None else f"d{of}/d{wrt}"
    if wrt is None and of in wanted:
        return sympy.Symbol(of)
    return simplest(in_terms(graph, flow.values, expression, wanted, what))


def graph_name(graph: Graph, name: str) -> str:
    if name not in graph:
        raise UnknownName(name, graph.names)
    return name


def in_terms(graph: Graph, values: dict[str, Any], expression: Any, wanted: tuple[str, ...], what: str) -> sympy.Expr:
    """`expression` with every node that is not wanted put in by its equation, from the outputs inwards."""
    expression = sympy.sympify(expression)
    for name in reversed(graph.names):
        symbol = sympy.Symbol(name)
        if name not in wanted and graph[name].operation is not None and expression.has(symbol):
            expression = expression.subs(symbol, values[name])
            if size(expression) > LONGEST:
                raise NotExpressible(
                    f"{what} has more than {LONGEST:,} parts when it is written out so far. Keep more names in it, "
                    f"for example in_terms_of=({name!r}, ...), or put in numbers with at(...)."
                )
    allowed = {sympy.Symbol(name) for name in wanted}
    left = sorted(str(s) for s in expression.free_symbols - allowed if s.is_commutative)
    if left:
        given = ", ".join(wanted) or "nothing"
        raise NotExpressible(
            f"{what} cannot be written in terms of {given} alone: it also depends on {', '.join(left)}, which "
            f"{'they do' if len(wanted) > 1 else f'{given} does'} not determine. "
            f"Try in_terms_of={tuple(sorted({*wanted, *left}, key=graph.names.index))!r}."
        )
    return expression


def simplest(expression: Any) -> sympy.Expr:
    """The shortest of the forms that people write: as it stands, expanded, over one denominator, factored.

    >>> x = sympy.Symbol("x")
    >>> simplest(6 * (x + 1) * 2 - 12)
    12*x
    """
    expression = sympy.sympify(expression)
    if not expression.is_commutative or max(sympy.count_ops(expression), _terms(expression)) > _SIMPLIFY_UP_TO:
        return expression
    forms = [sympy.expand(expression), expression]
    if expression.is_rational_function() and _degree(expression) <= _FACTOR_UP_TO:
        forms += [sympy.cancel(expression), sympy.factor(expression)]
    return min(forms, key=lambda form: (sympy.count_ops(form), forms.index(form)))


def _degree(expression: sympy.Expr) -> int:
    """A bound on the degree of a rational expression, above and below the bar together."""
    inside = [_degree(argument) for argument in expression.args]
    if isinstance(expression, sympy.Pow) and expression.exp.is_Integer:
        return inside[0] * min(abs(int(expression.exp)), 10_000)
    return int(expression.is_Symbol) or (sum(inside) if isinstance(expression, sympy.Mul) else max(inside, default=0))


def _terms(expression: sympy.Expr) -> int:
    """A bound on the terms of the expression, or of anything inside it, once it is multiplied out."""
    inside = [_terms(argument) for argument in expression.args]
    if isinstance(expression, sympy.Add):
        return sum(inside)
    if isinstance(expression, sympy.Mul):
        return prod(inside)
    if isinstance(expression, sympy.Pow) and expression.exp.is_number and inside[0] > 1:
        power = min(int(abs(expression.exp)), 10_000)
        return comb(inside[0] + power - 1, power)
    return max(inside, default=1)


_CALLS = {"Abs": "abs", "Max": "max", "Min": "min", "Heaviside": "step"}


def from_sympy(expression: Any) -> Formula:
    """A sympy expression as a written formula, terms in the order in which people write them.

    >>> a = sympy.Symbol("a")
    >>> str(from_sympy(372 - 180 * a)), str(from_sympy(2700 * a - 5832)), str(from_sympy(a / 2))
    ('372 - 180a', '2700a - 5832', 'a/2')
    """
    if isinstance(expression, (int, float, Fraction)):
        return Number(expression)
    if isinstance(expression, sympy.Rational):
        return Number(Fraction(int(expression.p), int(expression.q)))
    if isinstance(expression, sympy.Float):
        return Number(float(expression))
    if isinstance(expression, Written):
        return expression.formula
    if isinstance(expression, sympy.Symbol):
        return Name(expression.name)
    if expression is sympy.pi:
        return Name("π")
    if expression is sympy.E:
        return Call("exp", (Number(1),))
    if isinstance(expression, sympy.Add):
        return _sum(expression)
    if isinstance(expression, sympy.Mul):
        return _product(expression)
    if isinstance(expression, sympy.exp):
        return Call("exp", (from_sympy(expression.exp),))
    if isinstance(expression, sympy.Pow):
        return _power(expression)
    name = expression.func.__name__
    arguments = tuple(from_sympy(argument) for argument in expression.args)
    if name == "Abs":
        return Bars(arguments[0])
    if name == "Heaviside":
        return Call("step", arguments[:1])
    called = Call(_CALLS.get(name, name), arguments[:2])
    for argument in arguments[2:]:
        called = Call(called.function, (called, argument)) if name in ("Max", "Min") else Call(name, arguments)
    return called


def _sum(expression: sympy.Add) -> Formula:
    terms = [from_sympy(term) for term in expression.as_ordered_terms()]
    first = next((i for i, term in enumerate(terms) if not _is_negative(term)), 0)
    return Sum((terms[first], *terms[:first], *terms[first + 1 :]))


def _is_negative(term: Formula) -> bool:
    return isinstance(term, Negative) or (isinstance(term, Number) and term.value < 0)


def _product(expression: sympy.Mul) -> Formula:
    number, rest = expression.as_coeff_Mul()
    if number.is_negative:
        return Negative(from_sympy(-expression))
    above, below = [], []
    for factor in rest.args if isinstance(rest, sympy.Mul) else (rest,):
        power = factor.as_base_exp()[1] if factor.is_commutative and not isinstance(factor, sympy.exp) else sympy.S.One
        if power.is_number and power.is_negative:
            below.append(from_sympy(1 / factor))
        else:
            above.append(from_sympy(factor))
    if isinstance(number, sympy.Rational):
        above = [Number(int(number.p)), *above] if number.p != 1 or not above else above
        below = [Number(int(number.q)), *below] if number.q != 1 else below
    elif number != 1:
        above = [from_sympy(number), *above]
    top = above[0] if len(above) == 1 else Product(tuple(above))
    if not below:
        return top
    return Quotient(top, below[0] if len(below) == 1 else Product(tuple(below)))


def _power(expression: sympy.Pow) -> Formula:
    base, exponent = expression.args
    if exponent == sympy.Rational(1, 2):
        return Root(from_sympy(base))
    if exponent.is_number and exponent.is_negative:
        return Quotient(Number(1), from_sympy(1 / expression))
    return Power(from_sympy(base), from_sympy(exponent))
