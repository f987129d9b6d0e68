"""What a program computes: values, local partials and adjoints as operations on a tape, in the order of two sweeps.

A rule of the table is applied once to placeholders; the operations that it makes are then replayed on the slots of
every node that it is needed for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import lru_cache
from typing import Any

from ...errors import NotExpressible
from ..graph import Graph
from ..node import Node, in_order
from ..operations import Operation, row
from .fold import has_arrays
from .simpler import ADD, MUL
from .tape import Ref, Statement, Tape

CHUNK = 2_000
"""Programs with more operations than this are written as several functions, each over at least this many."""

_RISKY = set("div pow exp log log10 sqrt tan sec csc cot asin acos sinh cosh acosh atanh".split())
"""Operations that have no value at some points: nan or infinite there, which the next operation may hide."""
_GROWING = {"add", "sub", "mul"}
"""Operations that may be too large for a float. They and the next two pass on what is infinite; others may hide it."""
_OPEN = {*_GROWING, "neg", "same"}


class Plan:
    """One pass over a graph. `chunks()` gives the statements, and fills everything else while it does.

    `values`, `adjoints` and `edges` say in which slot, or what number, each of them is. `witnesses` are unnamed parts
    that decide whether a point has a value. With arrays there are no `edges`: a local partial may be a Jacobian.
    """

    def __init__(self, graph: Graph, of: str | None, wrt: Iterable[str] | None = None) -> None:
        self.graph, self.of = graph, of
        self.wrt = None if wrt is None else set(wrt)
        self.arrays = any(map(has_arrays, graph.nodes))
        self.own = {id(node): name for name, node in graph.named.items()}
        self.tape = Tape(exact=False, arrays=self.arrays)
        self.slots: dict[int, Ref] = {id(graph.named[name]): self.tape.leaf() for name in graph.inputs}
        self.constants = self.tape.constants
        self.values: dict[str, Ref] = {}
        self.adjoints: dict[str, Ref] = {}
        self.edges: dict[tuple[str, str], Ref] = {}
        self.witnesses: list[str] = []
        self.hidden = {
            id(argument)
            for node in graph.nodes
            if node.operation is not None and node.operation.name not in _OPEN
            for argument in node.parents
            if argument.operation is not None and argument.operation.name in _GROWING
        }

    def chunks(self) -> Iterator[list[Statement]]:
        """The statements in order: all of a short program at once, a long one in parts that end where they may."""
        for _ in self._steps():
            if len(self.tape.operations) >= CHUNK:
                yield self.tape.cut()
        self.values = {name: self.slots[id(node)] for name, node in self.graph.named.items()}
        yield self.tape.cut()

    def _steps(self) -> Iterator[None]:
        for node in self.graph.nodes:
            if node.operation is not None:
                self._value(node)
                yield
        yield from self._array_sweep() if self.arrays else self._scalar_sweep()

    def _value(self, node: Node) -> None:
        """A value as it was written: nothing is folded but what is all numbers, so no error is folded away."""
        operation = node.operation
        if operation.name == "opaque":
            raise NotExpressible(f"{operation.symbol} is an opaque function: without numbers there is no program.")
        arguments = tuple(self.slots[id(a)] if isinstance(a, Node) else self.tape.constant(a) for a in node.arguments)
        ref = arguments[0] if operation.name == "same" else self.tape.number(operation, arguments)
        if ref is None:
            ref = self.tape.share(operation, arguments)
            if (operation.name in _RISKY or id(node) in self.hidden) and id(node) not in self.own:
                self.witnesses.append(ref)
        self.slots[id(node)] = ref

    # Scalars: local partials equation by equation, and the adjoints through them -------------------------------

    def _scalar_sweep(self) -> Iterator[None]:
        found: dict[int, Ref] = {} if self.of is None else {id(self.graph.named[self.of]): 1}
        needed = self._needed()
        for name, top in reversed(self.graph.named.items()):
            own = found.get(id(top))
            if top.operation is None or top.is_constant:
                continue
            local: dict[int, Ref] = {id(top): 1}
            for node in inside(top, self.own):
                self._pass_on(node, local.pop(id(node)), local)
                yield
            for key, partial in local.items():
                self.edges[name, self.own[key]] = partial
                if own is not None and (needed is None or key in needed):
                    part = self.tape.make(MUL, (own, partial))
                    found[key] = self.tape.make(ADD, (found[key], part)) if key in found else part
            yield
        self._finish(found)

    def _pass_on(self, node: Node, g: Ref, found: dict[int, Ref]) -> None:
        """The contributions of one operation to its arguments, added to what was found so far."""
        given = None
        for i, argument in enumerate(node.arguments):
            if isinstance(argument, Node) and not argument.is_constant:
                given = given or [g, self.slots[id(node)], *map(self._slot, node.arguments)]
                part = self._contribution(node, i, given)
                if part is not None:
                    key = id(argument)
                    found[key] = self.tape.make(ADD, (found[key], part)) if key in found else part
                elif not self.arrays:
                    found.setdefault(id(argument), 0)

    def _contribution(self, node: Node, i: int, given: list[Ref]) -> Ref | None:
        operation = node.operation
        if not operation.is_elementwise:
            return None if operation.vjps[i] is None else replay(self.tape, steps_of(operation, i), given)
        partial = replay(self.tape, steps_of(operation, i), given)
        if type(partial) is not str and partial == 0:
            return None
        part = self.tape.make(MUL, (given[0], partial))
        if self.arrays and sum(isinstance(a, Node) or hasattr(a, "shape") for a in node.arguments) > 1:
            return self.tape.make(row("fit"), (part, given[2 + i]))
        return part

    def _slot(self, argument: Any) -> Ref:
        return self.slots[id(argument)] if isinstance(argument, Node) else self.tape.constant(argument)

    # Arrays: the adjoints operation by operation, through vjps -----------------------------------------------

    def _array_sweep(self) -> Iterator[None]:
        if self.of is None:
            return
        top, needed = self.graph.named[self.of], self._needed()
        found: dict[int, Ref] = {id(top): 1}
        kept: dict[int, Ref] = {}
        for node in reversed(self.graph.nodes):
            if id(node) in found and id(node) in self.own:
                kept[id(node)] = found[id(node)]
            if id(node) in found and node.operation is not None and not node.is_constant:
                self._needed_parts(node, found, needed)
                yield
        self._finish(kept)

    def _needed_parts(self, node: Node, found: dict[int, Ref], needed: set[int] | None) -> None:
        g = found.pop(id(node))
        given = [g, self.slots[id(node)], *map(self._slot, node.arguments)]
        for i, argument in enumerate(node.arguments):
            if isinstance(argument, Node) and not argument.is_constant and (needed is None or id(argument) in needed):
                part = self._contribution(node, i, given)
                if part is not None:
                    key = id(argument)
                    found[key] = self.tape.make(ADD, (found[key], part)) if key in found else part

    def _needed(self) -> set[int] | None:
        """The nodes that depend on one of those whose derivative is wanted; None for all of them."""
        if self.wrt is None:
            return None
        needed: set[int] = set()
        for node in self.graph.nodes:
            if self.own.get(id(node)) in self.wrt or any(id(parent) in needed for parent in node.parents):
                needed.add(id(node))
        return needed

    def _finish(self, found: dict[int, Ref]) -> None:
        if self.of is None:
            return
        needed = self._needed()
        self.adjoints = {
            name: found.get(id(node), 0)
            for name, node in self.graph.named.items()
            if not node.is_constant and (needed is None or id(node) in needed or name == self.of)
        }


def inside(top: Node, own: dict[int, str]) -> Iterator[Node]:
    """The operations of one equation, each before its arguments, down to the nodes that have names.

    Counts how often each is used in the equation, and gives it once all its users were given: a stack as deep as
    the equation is long would cost more memory than the equation.
    """
    uses: dict[int, int] = {}
    stack = [top]
    while stack:
        for parent in stack.pop().parents:
            if id(parent) not in own:
                if id(parent) not in uses:
                    stack.append(parent)
                uses[id(parent)] = uses.get(id(parent), 0) + 1
    ready = [top]
    while ready:
        yield (node := ready.pop())
        for parent in node.parents:
            if id(parent) in uses:
                uses[id(parent)] -= 1
                if not uses[id(parent)]:
                    ready.append(parent)


Recipe = tuple[tuple[Ref, ...], tuple[tuple[Operation, tuple[int, ...]], ...], int]
"""Numbers, then operations on places (given slots, numbers, earlier results), then the place of the result."""


@lru_cache(maxsize=4096)
def steps_of(operation: Operation, i: int) -> Recipe:
    """The rule for argument number i as operations on `[g, y, *arguments]`: a partial, or a structured row's vjp."""
    g, y, *arguments = given = [Node(None) for _ in range(2 + operation.arity)]
    if operation.is_elementwise:
        result = operation.partials[i](y, *arguments)
    else:
        result = operation.vjps[i](g, y, *arguments)
    order = [n for n in in_order([result]) if n.operation is not None] if isinstance(result, Node) else []
    numbers = [a for node in order for a in node.arguments if not isinstance(a, Node)]
    numbers += [] if isinstance(result, Node) else [result]
    places: dict[Any, int] = {node: at for at, node in enumerate(given)}
    base = len(given) + len(numbers)
    places |= {node: base + at for at, node in enumerate(order)}
    at = iter(range(len(given), base))
    steps = tuple(
        (node.operation, tuple(places[a] if isinstance(a, Node) else next(at) for a in node.arguments))
        for node in order
    )
    whole = tuple(int(n) if isinstance(n, Fraction) and n.denominator == 1 else n for n in numbers)
    return whole, steps, places[result] if isinstance(result, Node) else base - 1


def replay(tape: Tape, recipe: Recipe, given: list[Ref]) -> Ref:
    numbers, steps, result = recipe
    refs = [*given, *numbers]
    for operation, places in steps:
        refs.append(tape.make(operation, tuple([refs[place] for place in places])))
    return refs[result]
