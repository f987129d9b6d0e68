"""A program as JSON, for a machine that has arithmetic and no calculus: the partials are operations too.

    {"version": 2,
     "inputs": ["a", "o"],
     "names": ["a", "b", ...],                      the vertices in topological order, as `Graph.label` calls them
     "numbers": [5.0, 3.0, ...],                    floats, or nested lists for constant arrays; null: no number
     "operations": [["mul", 3, 0], ["sub", 2, 4], ["sum", 5, {"axis": 0}], ...],
     "values": [slot of each name, in order],
     "edges": [[child, parent, slot], ...],         child and parent as positions in "names"
     "needs": {"log": "a positive number", ...}}    what the operations above that have a domain say of it

Slots are counted: first the inputs, then the numbers, then one for each operation, in order. An operation is the name
of its row and the slots of its arguments. The settings of a structured row, such as {"axis": 0}, come last; an entry of
an index is an int, {"span": [1, 3, null]} or {"pick": [0, 2]}.

Every operation of the graph that is not constant has a slot of its own, so one equation can be run again with another
value of one parent. The edges are those of a flow, in its order: parallel ones merged, unless the graph is expanded. A
local partial is written so that it has no value where the flow says that it does not exist.

In a graph with arrays a local partial is a map, so an edge says how a cotangent goes through it:
[child, parent, seed, operations, result]. Its operations continue the slots: number `seed`, which is how many slots the
program has, is the cotangent of the child in the child's shape, and each operation fills one more. `result` is the slot
of the parent's cotangent. Each edge counts from `seed` again.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any

from ...errors import NotExpressible
from ..graph import Graph
from ..node import Node
from ..operations import Pick, Span, row
from ..worlds.exact import NEEDS
from .plan import inside, replay, steps_of
from .simpler import ADD, MUL
from .source import as_float
from .tape import Ref, Statement, Tape

VERSION = 2


def portable(graph: Graph, arrays: bool) -> dict[str, Any]:
    """The JSON-able form of a graph's program; only operations that something depends on."""
    drawn = _drawn(graph)
    sweep = _Sweep(graph, {id(node): i for i, node in enumerate(drawn)}, arrays)
    values = [sweep.slots[id(node)] for node in drawn]
    edges = [edge for node in drawn for edge in sweep.edges(node)]
    written = _Writing(sweep, [sweep.slots[id(graph.named[name])] for name in graph.inputs], values, edges)
    return {
        "version": VERSION,
        "inputs": list(graph.inputs),
        "names": [graph.label(node) for node in drawn],
        "numbers": written.numbers,
        "operations": [written.operation(s, written.places) for s in written.kept],
        "values": [written.place(ref, written.places) for ref in values],
        "edges": [written.edge(*edge) for edge in edges],
        "needs": {s[1].name: NEEDS[s[1].name] for s in written.kept if s[1].name in NEEDS},
    }


def _drawn(graph: Graph) -> list[Node]:
    own = {id(node) for node in graph.named.values()}
    return [n for n in graph.nodes if id(n) in own or (graph.expanded and not n.is_constant)]


class _Sweep:
    """The values and the local partials of a graph on one tape.

    The tape folds as it does for arrays, where 0 · x stays: so a partial that does not exist is not folded away.
    `seeds` are the slots of the cotangents from which the edges of a graph with arrays begin.
    """

    def __init__(self, graph: Graph, vertices: dict[int, int], arrays: bool) -> None:
        self.expanded, self.vertices, self.arrays = graph.expanded, vertices, arrays
        self.tape = Tape(exact=False, arrays=True)
        self.seeds: set[str] = set()
        self.slots: dict[int, Ref] = {id(graph.named[name]): self.tape.leaf() for name in graph.inputs}
        for node in graph.nodes:
            if node.operation is not None:
                self.slots[id(node)] = self._value(node)

    def _value(self, node: Node) -> Ref:
        operation = node.operation
        if operation.name == "opaque":
            raise NotExpressible(f"{operation.symbol} is an opaque function: without numbers there is no program.")
        arguments = tuple(map(self._ref, node.arguments))
        number = self.tape.number(operation, arguments)
        return self.tape.share(operation, arguments, fresh=True) if number is None else number

    def _ref(self, argument: Any) -> Ref:
        return self.slots[id(argument)] if isinstance(argument, Node) else self.tape.constant(argument)

    def edges(self, node: Node) -> Iterator[tuple[int, int, Ref, Ref]]:
        """Child, parent, the cotangent of the child and that of the parent; for scalars these are 1 and the partial."""
        if node.operation is None or node.is_constant:
            return
        seed: Ref = 1
        if self.arrays:
            self.seeds.add(seed := self.tape.leaf())
        found = self._parts(node, seed) if self.expanded else self._merged(node, seed)
        for parent, ref in found:
            yield self.vertices[id(node)], parent, seed, ref

    def _parts(self, node: Node, g: Ref) -> list[tuple[int, Ref]]:
        return [(self.vertices[key], part) for key, part in self._contributions(node, g)]

    def _merged(self, top: Node, seed: Ref) -> list[tuple[int, Ref]]:
        """A reverse sweep inside one equation."""
        found = {id(top): seed}
        for node in inside(top, self.vertices):
            for key, part in self._contributions(node, found.pop(id(node))):
                found[key] = self.tape.make(ADD, (found[key], part)) if key in found else part
        return sorted((self.vertices[key], ref) for key, ref in found.items())

    def _contributions(self, node: Node, g: Ref) -> Iterator[tuple[int, Ref]]:
        given = [g, self.slots[id(node)], *map(self._ref, node.arguments)]
        for i, argument in enumerate(node.arguments):
            if isinstance(argument, Node) and not argument.is_constant:
                yield id(argument), self._contribution(node, i, given)

    def _contribution(self, node: Node, i: int, given: list[Ref]) -> Ref:
        operation, make = node.operation, self.tape.make
        if operation.is_elementwise:
            part = make(MUL, (given[0], replay(self.tape, steps_of(operation, i), given)))
            several = sum(isinstance(a, Node) or hasattr(a, "shape") for a in node.arguments) > 1
            return make(row("fit"), (part, given[2 + i])) if self.arrays and several else part
        if operation.vjps[i] is None:  # zero everywhere, but not where g itself does not exist
            nothing = make(MUL, (0, make(row("sum"), (given[0],))))
            return make(row("broadcast"), (nothing, given[2 + i]))
        return replay(self.tape, steps_of(operation, i), given)


class _Writing:
    """Which statements are kept, and the numbers of their slots."""

    def __init__(self, sweep: _Sweep, inputs: list[Ref], values: list[Ref], edges: list[tuple]) -> None:
        self.made = {statement[0]: (i, statement) for i, statement in enumerate(sweep.tape.operations)}
        self.moving = set(sweep.seeds)
        for slot, _, arguments in sweep.tape.operations:
            if not self.moving.isdisjoint(arguments):
                self.moving.add(slot)
        self.inner = {edge[3]: self._needed([edge[3]], self.moving) for edge in edges if edge[3] in self.moving}
        within = [s for statements in self.inner.values() for s in statements]
        still = [a for a in (*values, *(e[3] for e in edges), *_arguments(within)) if a not in self.moving]
        self.kept = self._needed(still, set(self.made) - self.moving)
        refs = dict.fromkeys((*inputs, *still, *_arguments(self.kept)))
        numbers = dict.fromkeys(as_float(ref) for ref in refs if type(ref) is not str)
        arrays = [slot for slot in sweep.tape.constants if slot in refs]
        self.numbers = [_finite(n) for n in (*numbers, *(sweep.tape.constants[slot].tolist() for slot in arrays))]
        ordered = dict.fromkeys((*inputs, *numbers, *arrays, *(slot for slot, _, _ in self.kept)))
        self.places: dict[Any, int] = {ref: i for i, ref in enumerate(ordered)}

    def _needed(self, refs: Iterable[Ref], among: set[str]) -> list[Statement]:
        """The statements among these slots on which the refs depend, in order."""
        found: dict[Ref, tuple[int, Statement]] = {}
        waiting = list(refs)
        while waiting:
            ref = waiting.pop()
            if type(ref) is str and ref not in found and ref in among and ref in self.made:
                found[ref] = self.made[ref]
                waiting += self.made[ref][1][2]
        return [statement for _, statement in sorted(found.values(), key=lambda entry: entry[0])]

    def place(self, ref: Ref, places: dict[Any, int]) -> int:
        return places[ref if type(ref) is str else as_float(ref)]

    def operation(self, statement: Statement, places: dict[Any, int]) -> list[Any]:
        _, operation, arguments = statement
        settings = {key: _plain(value) for key, value in operation.settings}
        return [operation.name, *(self.place(a, places) for a in arguments), *([settings] if settings else [])]

    def edge(self, child: int, parent: int, seed: Ref, ref: Ref) -> list[Any]:
        if type(seed) is not str:
            return [child, parent, self.place(ref, self.places)]
        first = len(self.places)
        inner = self.inner[ref]
        places = _Chained({seed: first} | {s[0]: first + i for i, s in enumerate(inner, 1)}, self.places)
        return [child, parent, first, [self.operation(s, places) for s in inner], self.place(ref, places)]


class _Chained(dict):
    """Places of an edge, and behind them those of the program."""

    def __init__(self, own: dict[Any, int], others: dict[Any, int]) -> None:
        super().__init__(own)
        self.others = others

    def __missing__(self, ref: Any) -> int:
        return self.others[ref]


def _arguments(statements: Iterable[Statement]) -> list[Ref]:
    return [argument for statement in statements for argument in statement[2]]


def _finite(number: Any) -> Any:
    if isinstance(number, list):
        return [_finite(entry) for entry in number]
    return number if math.isfinite(number) else None


def _plain(value: Any) -> Any:
    """A setting in JSON."""
    if isinstance(value, Span):
        return {"span": list(value)}
    if isinstance(value, Pick):
        return {"pick": list(value)}
    return [_plain(entry) for entry in value] if isinstance(value, (tuple, list)) else value
