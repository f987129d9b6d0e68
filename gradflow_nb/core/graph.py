"""A computation graph: operations in topological order, and no values.

Constants are neither nodes nor edges; they stand as plain numbers among a node's arguments. A graph has two
grains. In the *named* grain each equation is one vertex, with one edge for each variable it uses; `expand()`
shows every operation.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import TYPE_CHECKING, Any

from ..errors import GraphError, TracingError, UnknownName
from .display import Shown
from .operations import OPERATIONS, Operation, Pick, Span, row

if TYPE_CHECKING:
    import sympy

    from .flow import GradientFlow
    from .program import Program


@dataclass(frozen=True, slots=True)
class Constant:
    """A number with a name: `pi` or `e`. Each world has its own value for it."""

    name: str


class Node:
    """One operation and its ordered arguments: Nodes, or constants. An input has no operation.

    `parents` are the arguments that are not constant, duplicates kept: `a*a` has two. A node whose arguments
    are all constant is itself a constant. Arithmetic on nodes, indexing and numpy's functions make nodes.
    """

    __slots__ = ("arguments", "is_constant", "name", "operation", "parents")
    world = "gradflow_nb.core.worlds.nodes"

    def __init__(self, operation: Operation | None, arguments: Iterable[Any] = (), name: str | None = None) -> None:
        self.operation = operation
        self.name = name
        for argument in arguments:
            if type(argument) is not Node or argument.is_constant:
                self.arguments = tuple(map(_argument, arguments))
                self.parents = tuple(a for a in self.arguments if isinstance(a, Node) and not a.is_constant)
                self.is_constant = not self.parents
                return
        self.arguments = self.parents = tuple(arguments)
        self.is_constant = operation is not None and not self.arguments

    def __repr__(self) -> str:
        return f"<Node {self.name or '?'}: {self.operation.name if self.operation else 'input'}>"

    def __neg__(self) -> Node:
        return Node(OPERATIONS["neg"], (self,))

    def __abs__(self) -> Node:
        return Node(OPERATIONS["abs"], (self,))

    def __getitem__(self, index: Any) -> Node:
        return Node(row("item", index=_index(index)), (self,))

    @property
    def T(self) -> Node:
        """The transpose: the axes in the opposite order."""
        return Node(row("transpose"), (self,))

    def sum(self, axis: int | None = None) -> Node:
        return Node(row("sum", axis=axis), (self,))

    def mean(self, axis: int | None = None) -> Node:
        return Node(row("mean", axis=axis), (self,))

    def reshape(self, *shape: Any) -> Node:
        sizes = shape[0] if len(shape) == 1 and isinstance(shape[0], (tuple, list)) else shape
        return Node(row("reshape", shape=tuple(map(index_number, sizes))), (self,))

    # A traced value knows its shape while a transform runs the function at a point ------------------------------------

    @property
    def shape(self) -> tuple[int, ...]:
        from .tracing import shape_of

        try:
            return shape_of(self)
        except TracingError as error:
            raise AttributeError(str(error)) from None  # hasattr() and getattr() must stay usable

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def size(self) -> int:
        return prod(self.shape)

    def __len__(self) -> int:
        from .tracing import number_error, shape_of

        shape = shape_of(self)
        if not shape:
            raise number_error(self)
        return shape[0]

    def __iter__(self) -> Iterator[Node]:
        return (self[i] for i in range(len(self)))

    # What a value that is not known yet cannot do ------------------------------------------------------------------

    def __bool__(self) -> bool:
        from .tracing import branch_error

        raise branch_error(self)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Node):
            return self is other
        from .tracing import branch_error

        raise branch_error(self)

    __hash__ = object.__hash__

    def __float__(self) -> float:
        from .tracing import number_error

        raise number_error(self)

    __int__ = __index__ = __float__  # type: ignore[assignment]

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **settings: Any) -> Any:
        from .numpy_calls import ufunc as call

        return call(ufunc, method, inputs, settings)

    def __array_function__(self, function: Any, types: Any, arguments: Any, settings: Any) -> Any:
        from .numpy_calls import function as call

        return call(function, types, arguments, settings)


_EXACT = (int, float, Fraction, Constant)


def _argument(value: Any) -> Any:
    """An argument as a node keeps it: a Node, a number or a constant array."""
    if isinstance(value, bool) or not isinstance(value, (Node, *_EXACT)):
        if type(value).__module__ == "numpy":
            return value if value.ndim else value.item()
        return Fraction(value)
    return value


def index_number(value: Any) -> int:
    """A whole number of an index or a shape; Nodes and floats are refused by Python's own TypeError."""
    import operator

    return operator.index(value)


def _index(index: Any) -> tuple:
    def entry(given: Any) -> Any:
        if isinstance(given, slice):
            parts = (given.start, given.stop, given.step)
            return Span(*(None if part is None else index_number(part) for part in parts))
        if isinstance(given, (list, tuple)) or getattr(given, "ndim", 0) == 1:
            return Pick(map(index_number, given))
        if given is None or given is Ellipsis:
            raise TracingError(f"{given} is no index here: write numbers, slices such as 1:3, or a list of numbers.")
        return index_number(given)

    return tuple(map(entry, index if isinstance(index, tuple) else (index,)))


def _arithmetic(operation: Operation, reflected: bool = False) -> Any:
    def method(self: Node, other: Any) -> Node:
        if type(other) is not Node and not isinstance(other, _EXACT) and type(other).__module__ != "numpy":
            return NotImplemented
        return Node(operation, (other, self) if reflected else (self, other))

    return method


_METHODS = {"add": "add", "sub": "sub", "mul": "mul", "div": "truediv", "pow": "pow", "matmul": "matmul"}
for _name, _method in _METHODS.items():
    _row = OPERATIONS.get(_name) or row(_name)
    setattr(Node, f"__{_method}__", _arithmetic(_row))
    setattr(Node, f"__r{_method}__", _arithmetic(_row, reflected=True))


def _comparison(first: bool, negated: bool) -> Any:
    """a > b is step(a - b), so that `where(a > b, …)` can hold it; `if a > b` asks for a bool and is refused."""

    def method(self: Node, other: Any) -> Node:
        above = Node(OPERATIONS["step"], (self - other if first else other - self,))
        return 1 - above if negated else above

    return method


for _method, _how in {"gt": (True, False), "lt": (False, False), "ge": (False, True), "le": (True, True)}.items():
    setattr(Node, f"__{_method}__", _comparison(*_how))


def in_order(outputs: Iterable[Node]) -> list[Node]:
    """Every node that the outputs need, constants included, each after its arguments.

    Nothing recursive: a graph may be a million operations deep.
    """
    order: list[Node] = []
    done: set[int] = set()
    stack: list[tuple[Node, Iterator[Any]]] = []
    for output in outputs:
        if id(output) not in done:
            done.add(id(output))
            stack.append((output, iter(output.arguments)))
        while stack:
            node, arguments = stack[-1]
            for argument in arguments:
                if isinstance(argument, Node) and id(argument) not in done:
                    done.add(id(argument))
                    stack.append((argument, iter(argument.arguments)))
                    break
            else:
                order.append(node)
                stack.pop()
    return order


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
    `notes` are sentences that a reader of the text should know, such as that `e` is an input here.
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
        known = {id(node) for node in named.values()}
        if nameless := [node for node in self.nodes if node.operation is None and id(node) not in known]:
            called = nameless[0].name or "without a name"
            raise GraphError(f"The graph uses an input ({called}) that is not among its named nodes: list it there.")
        used = {id(parent) for node in self.nodes for parent in node.parents}
        self.names = tuple(self.named)
        self.inputs = tuple(name for name in named if named[name].operation is None)
        self.outputs = tuple(name for name, node in self.named.items() if id(node) not in used)
        self._labels = self._label()

    def _label(self) -> dict[int, str]:
        """What every node that is drawn is called: its name, or `e.1`, `e.2`, … for operations inside equation e."""
        labels: dict[int, str] = {}
        waiting: list[Node] = []
        own = {id(node): name for name, node in self.named.items()}
        for node in self.nodes:
            if id(node) in own:
                labels |= {id(inner): f"{own[id(node)]}.{i}" for i, inner in enumerate(waiting, 1)}
                labels[id(node)] = own[id(node)]
                waiting = []
            elif not node.is_constant:
                waiting.append(node)
        return labels

    def label(self, node: Node) -> str:
        """The name of a node, or the one that was made up for an operation inside an equation."""
        return self._labels[id(node)]

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

        return numeric_flow(self, {**dict(point or {}), **inputs})

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
        from .gradient import gradient_graph

        return gradient_graph(self, of, wrt)

    def program(self, of: str | None = None, wrt: str | Iterable[str] | None = None) -> Program:
        """The graph compiled once to straight-line Python, for fast replay at other inputs and at arrays of points.

        With `of` it has the adjoints of that node, too; `wrt` lists the inputs whose gradient is wanted, if not all.

        >>> from gradflow_nb import graph
        >>> run = graph("c = a + b; d = b + 1; e = c d").program(of="e")(a=2, b=1)
        >>> run.values["e"], run.partials["e", "c"], run.adjoints["b"]
        (6.0, 2.0, 5.0)
        """
        from .program import Program

        return Program(self, of, wrt)

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
