"""Equations and formulas in terms of the nodes that remain: the eliminated ones are put in, as far as that can be read.

Put in again and again, what is used twice doubles. So sizes are found first, each node once, and what would be too
long is written as a function of which only the name and the arguments are said: `x8 = x8(x0)`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from ...errors import Undefined
from ...notation.plain import Call, Formula, Name
from ..edge import Edge
from ..linear import Factor, factor
from ..node import Node
from ..written import written

if TYPE_CHECKING:
    from ..flow import GradientFlow
    from ..graph import Graph

MOST_PARTS = 60
"""An equation into which others are put has at most so many parts."""
_MOST_PUT_IN = 200
"""A formula that is put in for a node's name has at most so many parts; deeply nested ones take sympy long."""
_MOST_ARGUMENTS = 8


class Remaining:
    """The nodes of a graph that still have names of their own, and how the others are written by means of them."""

    def __init__(self, graph: Graph, names: Iterable[str]) -> None:
        own = {id(node) for node in graph.named.values()}
        self._names = {id(graph[name]): name for name in names if name in graph}
        self._labelled = {graph.label(n): n for n in graph.nodes if id(n) in own or not n.is_constant}
        self._sizes: dict[int, int] = {}
        self._changed: set[int] = set()
        for node in graph.nodes:
            inside = [a for a in node.arguments if isinstance(a, Node) and id(a) not in self._names]
            size = 1 + len(node.arguments) - len(inside) + sum(self._sizes[id(a)] for a in inside)
            self._sizes[id(node)] = min(size, MOST_PARTS + 1)
            if any(id(a) in own or id(a) in self._changed for a in inside):
                self._changed.add(id(node))

    def equation(self, name: str, as_it_was: Formula) -> Formula:
        """The right side of a node's equation, the nodes that are gone put in."""
        node = self._labelled[name]
        if id(node) not in self._changed:
            return as_it_was
        if self._sizes[id(node)] <= MOST_PARTS:
            return written(node, lambda inner: self._names.get(id(inner)))
        needed = [Name(each) for each in self._needed(node)]
        return Call(name, (*needed[: _MOST_ARGUMENTS - 1], Name("…")) if len(needed) > _MOST_ARGUMENTS else (*needed,))

    def _needed(self, node: Node) -> list[str]:
        """The remaining names that a node depends on, in topological order."""
        stack, seen = [node], {id(node)}
        while stack:
            for argument in stack.pop().arguments:
                if isinstance(argument, Node) and id(argument) not in seen:
                    seen.add(id(argument))
                    if id(argument) not in self._names:
                        stack.append(argument)
        return [name for key, name in self._names.items() if key in seen and key != id(node)]


class Substitution:
    """The formulas of eliminated nodes, put into what a flow in symbols says of the others.

    Where a formula would get too long, a node stands in it as a function of what remains, `x8(x0)`.
    """

    def __init__(self, flow: GradientFlow, gone: Iterable[str], remaining: Remaining) -> None:
        from sympy import Symbol

        self.flow, self._remaining = flow, remaining
        self._rank = {name: i for i, name in enumerate(flow.names)}
        self._formulas: dict[Any, Any] = {}
        for name in sorted(gone, key=self._rank.__getitem__):
            self._formulas[Symbol(name)] = self.value(name)

    def value(self, name: str) -> Any:
        """A node's formula in terms of what remains; one that is too long is only `x8(x0)`."""
        value = self.flow.known[name]
        found = self._put(value, self._formulas, _MOST_PUT_IN)
        return self._function(name) if found is None else found

    def edge(self, edge: Edge) -> Edge:
        """An edge with its formula in terms of what remains; the same edge if no eliminated node occurs in it."""
        if not isinstance(edge.map, Factor):
            return edge
        value = edge.map.value
        found = self._put(value, self._formulas)
        if found is None:
            occurring = self._formulas.keys() & _symbols(value)
            found = self._put(value, {symbol: self._function(symbol.name) for symbol in occurring})
        return edge if found is None or found is value else replace(edge, map=factor(self.flow.tidy(found)))

    def _put(self, value: Any, formulas: Mapping[Any, Any], longest: int | None = None) -> Any:
        """The value with these put in, itself where none of them occurs, or None where that is no fit formula."""
        from ..worlds.symbols import LONGEST, Written, settle, size

        inside = _symbols(value)
        put = {symbol: formulas[symbol] for symbol in inside & formulas.keys()}
        for symbol in inside:
            if isinstance(symbol, Written) and (changed := _renamed(symbol.formula, self._mention)) != symbol.formula:
                put[symbol] = Written(changed)
        if not put:
            return value
        try:
            found = settle(value.xreplace(put))
            return found if size(found) <= (longest or LONGEST) else None
        except (Undefined, RecursionError):  # it may be nested 1,000 deep
            return None

    def _mention(self, name: str) -> Formula | None:
        """What is written for an eliminated node's name; None for a name that remains."""
        from sympy import Symbol

        gone = Symbol(name) in self._formulas
        return self._remaining.equation(name, self.flow.equations[name]) if gone else None

    def _function(self, name: str) -> Any:
        """The node as an unknown function of the remaining nodes that it depends on."""
        from sympy import Function

        direct = _symbols(self.flow.known[name])
        needed = {inner for symbol in direct for inner in _symbols(self._formulas.get(symbol, symbol))}
        names = [symbol for symbol in needed if symbol.name in self._rank]
        return Function(name)(*sorted(names, key=lambda symbol: self._rank[symbol.name]))


def _symbols(value: Any) -> set[Any]:
    """The symbols in a formula; none in a number or where there is no formula."""
    return getattr(value, "free_symbols", set())


def _renamed(formula: Any, put: Callable[[str], Formula | None]) -> Any:
    """A written formula with others put in for names. As deep as one equation is written."""
    if isinstance(formula, tuple):
        return tuple(_renamed(part, put) for part in formula)
    if isinstance(formula, Name):
        return put(formula.text) or formula
    if not isinstance(formula, Formula):
        return formula
    return replace(formula, **{each.name: _renamed(getattr(formula, each.name), put) for each in fields(formula)})
