"""One operation and its ordered arguments, and the order in which nodes depend on one another.

Constants are neither nodes nor edges; they stand as plain numbers among a node's arguments.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from operator import index as index_number
from typing import Any

from ..errors import TracingError
from .given import check_index, constant, index_of
from .operations import OPERATIONS, Operation, row
from .refused import REFUSED


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

    def __pos__(self) -> Node:
        return self

    def __abs__(self) -> Node:
        return Node(OPERATIONS["abs"], (self,))

    def __getitem__(self, index: Any) -> Node:
        from .transforms.numpy_arrays import shape_if_known

        entries = index_of(index)
        shape = shape_if_known(self)
        if shape is not None:
            check_index(index, shape)
        return Node(row("item", index=entries), (self,))

    @property
    def T(self) -> Node:
        """The transpose: the axes in the opposite order."""
        return Node(row("transpose"), (self,))

    def reshape(self, *shape: Any) -> Node:
        sizes = shape[0] if len(shape) == 1 and hasattr(shape[0], "__iter__") else shape
        try:
            return Node(row("reshape", shape=tuple(map(index_number, sizes))), (self,))
        except TracingError:
            raise
        except TypeError:
            raise TracingError(f"A shape is whole numbers, and not {sizes!r:.40}.") from None

    # A traced value knows its shape while a transform runs the function at a point ------------------------------------

    @property
    def shape(self) -> tuple[int, ...]:
        from .transforms.tracing import shape_of

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
        from .transforms.tracing import number_error, shape_of

        shape = shape_of(self)
        if not shape:
            raise number_error(self)
        return shape[0]

    def __iter__(self) -> Iterator[Node]:
        return (self[i] for i in range(len(self)))

    # What a value that is not known yet cannot do ------------------------------------------------------------------

    def __bool__(self) -> bool:
        from .transforms.tracing import branch_error

        raise branch_error(self)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Node):
            return self is other
        from .transforms.tracing import branch_error

        raise branch_error(self)

    __hash__ = object.__hash__

    def __copy__(self, memo: Any = None) -> Node:
        """Nothing writes to a node, so it is its own copy; another one would be another variable, with slope 0."""
        return self

    __deepcopy__ = __copy__

    def __float__(self) -> float:
        from .transforms.tracing import number_error

        raise number_error(self)

    __int__ = __index__ = __float__  # type: ignore[assignment]

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **settings: Any) -> Any:
        from .transforms.numpy_calls import ufunc as call

        return call(ufunc, method, inputs, settings)

    def __array_function__(self, function: Any, types: Any, arguments: Any, settings: Any) -> Any:
        from .transforms.numpy_calls import function as call

        return call(function, types, arguments, settings)


_EXACT = (int, float, Fraction, Constant)
_KEPT = frozenset((Node, *_EXACT))


def _argument(value: Any) -> Any:
    """An argument as a node keeps it: a Node, a number or a constant array that nobody else writes to."""
    if type(value) in _KEPT or (isinstance(value, (Node, *_EXACT)) and type(value).__module__ != "numpy"):
        return value if type(value) is not bool else constant(value)
    return constant(value)


def _arithmetic(operation: Operation, reflected: bool = False) -> Any:
    def method(self: Node, other: Any) -> Node:
        if type(other) is not Node and not isinstance(other, _EXACT) and type(other).__module__ != "numpy":
            return NotImplemented
        return Node(operation, (other, self) if reflected else (self, other))

    return method


def _numpys(name: str) -> Any:
    """x.sum(...) is np.sum(x, ...)."""

    def method(self: Node, *given: Any, **settings: Any) -> Any:
        from .transforms.numpy_calls import method as call

        return call(name, (self, *given), settings)

    method.__name__ = name
    method.__doc__ = f"As np.{name}."
    return method


for _name in ("sum", "mean", "max", "min", "var", "std", "dot", "clip", "ravel", "flatten", "copy", "astype"):
    setattr(Node, _name, _numpys(_name))


def _refused(written: str, why: str) -> Any:
    def method(self: Node, *given: Any) -> Any:
        raise TracingError(f"{written} cannot be traced: {why}.")

    return method


for _method, _written, _why in REFUSED:
    setattr(Node, f"__{_method}__", _refused(_written, _why))


_METHODS = {"add": "add", "sub": "sub", "mul": "mul", "div": "truediv", "pow": "pow", "matmul": "matmul"}
for _name, _method in _METHODS.items():
    _row = OPERATIONS.get(_name) or row(_name)
    setattr(Node, f"__{_method}__", _arithmetic(_row))
    setattr(Node, f"__r{_method}__", _arithmetic(_row, reflected=True))


def _comparison(first: bool, negated: bool) -> Any:
    """a > b is step(a - b), so that `where(a > b, …)` can hold it; `if a > b` asks for a bool and is refused."""

    def method(self: Node, other: Any) -> Node:
        nothing = isinstance(other, _EXACT) and not isinstance(other, Constant) and other == 0
        difference = (self if first else -self) if nothing else self - other if first else other - self
        above = Node(OPERATIONS["step"], (difference,))
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
