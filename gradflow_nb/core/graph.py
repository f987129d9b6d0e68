"""A computation graph: operations in topological order, and no values.

A graph has two grains. In the *named* grain each equation is one vertex, with one edge for each variable it uses;
`expand()` shows every operation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..errors import GraphError, InputError, UnknownName
from .display import Shown
from .node import Node, in_order

if TYPE_CHECKING:
    import sympy

    from ..notation.plain import Formula
    from .derived.program import Program
    from .derived.pytorch import TorchFunction
    from .flow import GradientFlow


def _check_names(named: Mapping[str, Node]) -> None:
    """Refuses names that could not be shown or told apart."""
    seen: dict[int, str] = {}
    for name, node in named.items():
        if not isinstance(name, str) or not name or not name.isprintable():
            raise GraphError(f"{name!r} cannot be the name of a node: use letters, digits and underscores.")
        if not isinstance(node, Node):
            raise GraphError(f"{name} is a {type(node).__name__}, not a Node.")
        if id(node) in seen:
            raise GraphError(f"{seen[id(node)]} and {name} name the same node: leave one of the names out.")
        seen[id(node)] = name


class Graph(Shown):
    """Nodes in topological order.

    `inputs`, `outputs` and `names` are tuples of names; an output is a node that no other node uses.
    `notes` are sentences that a reader of the text should know, such as that `e` is an input here. In a gradient
    graph `derivatives` says of each new name what it is the derivative of, and with respect to which names, and
    `roots` has the nodes of which derivatives were taken: single numbers at every point.
    """

    def __init__(
        self,
        named: Mapping[str, Node],
        defaults: Mapping[str, Any] | None = None,
        notes: Iterable[str] = (),
        expanded: bool = False,
    ) -> None:
        _check_names(named)
        self.nodes = in_order(named.values())
        position = {id(node): i for i, node in enumerate(self.nodes)}
        for node in self.nodes:
            assert all(position[id(parent)] < position[id(node)] for parent in node.parents)
        self.named = dict(sorted(named.items(), key=lambda item: position[id(item[1])]))
        self.defaults = dict(defaults or {})
        self.notes = tuple(notes)
        self.expanded = expanded
        self.derivatives: dict[str, tuple[str, tuple[str, ...]]] = {}
        self.roots: dict[str, Node] = {}
        known = {id(node) for node in named.values()}
        if nameless := [node for node in self.nodes if node.operation is None and id(node) not in known]:
            called = nameless[0].name or "without a name"
            raise GraphError(f"The graph uses an input ({called}) that is not among its named nodes: list it there.")
        used = {id(parent) for node in self.nodes for parent in node.parents}
        self.names = tuple(self.named)
        self.inputs = tuple(name for name in named if named[name].operation is None)
        unused = [name for name, node in self.named.items() if id(node) not in used]
        self.outputs = tuple(n for n in unused if named[n].operation is not None) or tuple(unused)
        self._labels = self._label()

    def __deepcopy__(self, memo: Any) -> Graph:
        return self  # nothing in a graph changes

    def __reduce__(self) -> Any:
        return Graph, (self.named, self.defaults, self.notes, self.expanded)

    def _label(self) -> dict[int, str]:
        """What every node that is drawn is called: its name, or `e.1`, `e.2`, … for operations inside equation e."""
        labels = {id(node): name for name, node in self.named.items()}
        position = {id(node): i for i, node in enumerate(self.nodes)}
        for name, top in self.named.items():
            found: dict[int, Node] = {}
            stack = list(top.parents)
            while stack:
                node = stack.pop()
                if id(node) not in labels and id(node) not in found:
                    found[id(node)] = node
                    stack += node.parents
            inside = sorted(found, key=position.__getitem__)
            labels |= {key: f"{name}.{i}" for i, key in enumerate(inside, 1)}
        return labels

    def label(self, node: Node) -> str:
        """The name of a node, or the one that was made up for an operation inside an equation."""
        return self._labels[id(node)]

    @cached_property
    def equations(self) -> dict[str, Formula]:
        """The right side of every equation as it is written, by the name that it defines.

        >>> from gradflow_nb import graph
        >>> {name: str(right) for name, right in graph("c = 2b + 3; e = 7c + b^2").equations.items()}
        {'c': '2b + 3', 'e': '7c + b^2'}
        """
        from .written import written

        own = {id(node): name for name, node in self.named.items()}
        return {name: written(node, lambda n: own.get(id(n))) for name, node in self.named.items() if node.operation}

    def __getitem__(self, name: str) -> Node:
        if name not in self.named:
            raise UnknownName(name, self.names)
        return self.named[name]

    def __contains__(self, name: object) -> bool:
        return name in self.named

    def expand(self) -> Graph:
        """The same graph in the expanded grain: every operation a vertex, parallel edges kept.

        >>> from gradflow_nb import graph
        >>> [f"{e.child} <- {e.parent}: {e.partial}" for e in graph("y = a a").expand().at(a=3).edges]
        ['y <- a: 3', 'y <- a: 3']
        """
        return Graph(self.named, self.defaults, self.notes, expanded=True)

    def inside(self, name: str) -> Graph:
        """One equation as a graph of its own: the names in it are inputs, and every operation is a vertex.

        >>> from gradflow_nb import graph
        >>> inner = graph("d = 5b + 6; e = 7d + d^2").inside("e")
        >>> inner.inputs, [f"{edge.child} <- {edge.parent}: {edge.partial}" for edge in inner.at(d=2).edges]
        (('d',), ['e.1 <- d: 7', 'e.2 <- d: 4', 'e <- e.1: 1', 'e <- e.2: 1'])
        """
        top = self[name]
        own = {id(node): other for other, node in self.named.items() if node is not top}
        made: dict[int, Node] = {}
        stack = [top]
        while stack:
            node = stack.pop()
            if id(node) in made:
                continue
            if id(node) in own:
                made[id(node)] = Node(None, (), own[id(node)])
            elif waiting := [a for a in node.arguments if isinstance(a, Node) and id(a) not in made]:
                stack += [node, *reversed(waiting)]
            else:
                arguments = [made[id(a)] if isinstance(a, Node) else a for a in node.arguments]
                made[id(node)] = Node(node.operation, arguments, node.name)
        inputs = {other: made[id(self[other])] for other in self.names if id(self[other]) in made and other != name}
        return Graph({**inputs, name: made[id(top)]}, expanded=True)

    def at(self, point: Mapping[str, Any] | None = None, /, **inputs: Any) -> GradientFlow:
        """The gradient flow at a point: a value on every node and a local partial on every edge.

        Takes a number for each input, by keyword or in a mapping: an int, a Fraction, a Decimal, a text such as
        "0.5" or "1/2" (all exact), or a float, which is taken as the decimal it prints as. Inputs that have a
        default may be left out. Raises `InputError` for missing, surplus or unusable values and `DomainError`
        where a node has no value.

        >>> from gradflow_nb import graph
        >>> flow = graph("c = a + b; d = b + 1; e = c d").at(a=2, b=1)
        >>> flow.values["e"], flow.total("e", "b")
        (6, 5)
        """
        from .evaluate import numeric_flow

        if point is not None and not isinstance(point, Mapping):
            raise InputError(f"Values are given by name, as in at({self.inputs[0] if self.inputs else 'x'}=1).")
        return numeric_flow(self, {**(point or {}), **inputs})

    def flow(self) -> GradientFlow:
        """The gradient flow in symbols: formulas in terms of each node's direct parents (sympy expressions).

        >>> from gradflow_nb import graph
        >>> graph("c = 2b + 3; e = 7c + b^2").flow().partial("e", "b")
        2*b
        """
        from .evaluate import symbolic_flow

        return symbolic_flow(self)

    def gradient_graph(self, of: str, wrt: str | Iterable[str]) -> Graph:
        """d of / d wrt as a graph of its own, folded and shared: draw it, ask about it, differentiate it again.

        `wrt` is a name or several. The output is called `dg_da`, and of the second order `d2g_da2`.

        >>> from gradflow_nb import graph
        >>> slope = graph("y = x^3 - 6x").gradient_graph("y", "x")
        >>> slope.at(x=2).values["dy_dx"], slope.gradient_graph("dy_dx", "x").at(x=2).values["d2y_dx2"]
        (6, 12)
        """
        from .derived.gradient import gradient_graph

        return gradient_graph(self, of, wrt)

    def program(self, of: str | None = None, wrt: str | Iterable[str] | None = None) -> Program:
        """The graph compiled once to straight-line Python, for fast replay at other inputs and at arrays of points.

        With `of` it has the adjoints of that node, too; `wrt` lists the inputs whose gradient is wanted, if not all.

        >>> from gradflow_nb import graph
        >>> run = graph("c = a + b; d = b + 1; e = c d").program(of="e")(a=2, b=1)
        >>> run.values["e"], run.partials["e", "c"], run.adjoints["b"]
        (6.0, 2.0, 5.0)
        """
        from .derived.program import Program

        return Program(self, of, wrt)

    def to_torch(self) -> TorchFunction:
        """The same computation as a PyTorch function: print it to read its source, call it to run it on tensors.

        Raises `GradflowError` where a node is an opaque function. PyTorch is needed for the call only.

        >>> from gradflow_nb import graph
        >>> graph("p = x^2; z = x p").to_torch()
        import torch
        <BLANKLINE>
        def f(x):
            p = x ** 2
            z = x * p
            return z
        """
        from .derived.pytorch import TorchFunction

        return TorchFunction(self)

    def formula(self, of: str, wrt: str | None = None, in_terms_of: str | Iterable[str] | None = None) -> sympy.Expr:
        """The formula of a node, or of its total derivative, as a sympy expression.

        Without `in_terms_of` it stands as the equations (or the local partials) give it. `in_terms_of` is a name
        or several that together suffice; `NotExpressible` says which are missing.

        >>> from gradflow_nb import graph
        >>> chain = graph("b = 5 - 3a; c = 2b + 3; d = 5b + 6; e = 7c + d^2; f = 2e; g = 3f - o")
        >>> chain.formula("g", wrt="d"), chain.formula("g", wrt="d", in_terms_of="b")
        (12*d, 60*b + 72)
        >>> chain.formula("g", in_terms_of=("c", "d", "o"))
        42*c + 6*d**2 - o
        """
        from .formula import formula

        return formula(self, of, wrt, in_terms_of)
