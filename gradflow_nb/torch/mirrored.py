"""The flow that a mirror makes: numbers from PyTorch on every edge, and on the nodes whatever PyTorch still holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from ..core.edge import Edge
from ..core.flow import GradientFlow
from ..core.graph import Graph
from ..core.linear import Factor, Missing
from ..core.node import Node
from ..core.worlds import Unknown, exact
from ..core.written import value_formula, written
from ..errors import DomainError, UnknownName
from ..notation.plain import Call, Equation, Formula, Name, Words
from . import wording
from .modules import closed, collapsed
from .reading import Entry, Ref
from .rows import opaque_row, table_row
from .walking import numbers
from .watching import NamedCall

_NOTHING = Factor(0)
"""What flows over an edge that is cut."""
_NO_FORMULA = Missing("it was asked of PyTorch", "has no formula in symbols")


@dataclass(frozen=True, eq=False, repr=False)
class MirroredFlow(GradientFlow):
    """What PyTorch holds of a result, as a gradient flow; `mirror` makes it.

    `grads` has the `.grad` of every leaf at that moment, None where there was none. `cuts` are the edges over which
    values pass and no gradients: of tensors that were detached, made under `no_grad`, or that require no gradient.
    The value of a node is None where PyTorch no longer holds it.
    """

    from_graph: ClassVar[bool] = False
    graph: Graph = field(init=False)
    make_graph: Callable[[], Graph] = field(kw_only=True)
    places: tuple[int, ...] = field(kw_only=True)
    """Of every edge: which of the arguments that have a node it stands for."""
    grads: Mapping[str, Any] = field(default_factory=dict)
    cuts: tuple[Edge, ...] = ()
    snapshot: Snapshot | None = None
    modules: Mapping[str, str] = field(default_factory=dict)
    """Of every node that is a closed module: the call of a module that it is a result of."""
    parts: Mapping[str, MirroredFlow] = field(default_factory=dict)
    """Of every node that is a closed module: what it is made of, as a flow of its own."""

    @property
    def outputs(self) -> tuple[str, ...]:
        """The results that were mirrored; other tensors that have a name may stand unused beside them."""
        return self.graph.outputs if self.snapshot is None else tuple(dict.fromkeys(self.snapshot.roots))

    @property
    def closed(self) -> tuple[str, ...]:
        """The calls of modules that stand here as one node, or as one for each of their results."""
        return tuple(dict.fromkeys(self.modules.values()))

    def open(self, *names: str) -> MirroredFlow:
        """The same flow with these modules opened: what they are made of is shown. Without names, all of it.

        Takes names of nodes, or of calls as `closed` has them. Raises `UnknownName`.
        """
        calls = [self.modules.get(name, name) for name in names]
        for call in calls:
            if call not in self.closed:
                raise UnknownName(call, self.closed, "closed module")
        return self if self.snapshot is None else self.snapshot.opened(calls or None)

    def in_symbols(self) -> GradientFlow:
        """The same nodes and edges, with formulas where the table has a row for what PyTorch did."""
        import sympy

        graph = Graph(self.graph.named, expanded=True)
        try:
            formulas: dict[str, list[Edge]] = {}
            for edge in graph.flow().edges:
                formulas.setdefault(edge.child, []).append(edge)
            edges = tuple(formulas[edge.child][place] for edge, place in zip(self.edges, self.places))
        except DomainError:  # such as of x/0, which is inf for PyTorch
            edges = tuple(replace(edge, map=_NO_FORMULA) for edge in self.edges)
        known = {name: sympy.Symbol(name) for name in self.names}
        return GradientFlow(graph, self.names, edges, self.equations, known, True, self.notes, self.remarks)


# A large graph is put together when somebody needs it. Put on afterwards, for a dataclass takes what stands in its body
# for the field's default.
_graph_of = cached_property(lambda flow: flow.make_graph())
_graph_of.__set_name__(MirroredFlow, "graph")
MirroredFlow.graph = _graph_of


class Lazy(Mapping[str, Any]):
    """Something of every name, made when somebody looks at it."""

    def __init__(self, names: Sequence[str], make: Callable[[str], Any]) -> None:
        self._names, self._make, self._made = dict.fromkeys(names), make, {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._made:
            if name not in self._names:
                raise KeyError(name)
            self._made[name] = self._make(name)
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


@dataclass(frozen=True)
class Snapshot:
    """All that was read, and which calls of modules are closed in a flow of it."""

    entries: Sequence[Entry]
    roots: Sequence[str]
    calls: Sequence[NamedCall]
    notes: Sequence[str]
    open: frozenset[str] = frozenset()

    def flow(self) -> MirroredFlow:
        shut = closed(self.calls, self.open, self.entries)
        shown = collapsed(self.entries, shut, self.roots, flow_of) if shut else self.entries
        cuts = [f"{parent} → {entry.name}" for entry in shown for parent in entry.cut]
        said = [f"no gradient flows over {' and '.join(cuts)}"] if cuts else []
        apart = [e.name for e in shown if e.pytorch is None and not e.is_parameter and not e.requires_grad]
        used = {name for entry in shown for name in entry.cut} if apart else set()
        alone = [name for name in apart if name not in used]
        said += [f"PyTorch keeps no link to {', '.join(alone)}"] if alone else []
        return flow_of(shown, [*self.notes, *said], self)

    def part(self, entry: Entry) -> MirroredFlow:
        """What a closed module is made of, modules inside it closed."""
        opened = self.open | {entry.module}
        return replace(self, entries=entry.within, roots=(entry.name,), notes=(), open=opened).flow()

    def opened(self, names: Iterable[str] | None) -> MirroredFlow:
        """The flow with these calls opened too; all of them if None."""
        more = [each.name for each in self.calls] if names is None else names
        return replace(self, open=self.open | set(more)).flow()


def flow_of(entries: Sequence[Entry], notes: Sequence[str] = (), snapshot: Snapshot | None = None) -> MirroredFlow:
    """The flow of entries, each after those that it uses."""
    by_name = {entry.name: entry for entry in entries}
    rows = Lazy(by_name, lambda name: _row(by_name[name], by_name))
    return MirroredFlow(
        tuple(by_name),
        tuple(Edge(e.name, e.arguments[place], map) for e in entries for place, map in e.partials.items()),
        Lazy([e.name for e in entries if e.pytorch is not None], lambda name: _written(name, rows[name], by_name)),
        Lazy(by_name, lambda name: _value(by_name[name])),
        notes=tuple(notes),
        remarks=Lazy(by_name, lambda name: _remarks(by_name[name])),
        make_graph=lambda: _graph(entries, rows),
        places=tuple(_refs(e.arguments[:place]) for e in entries for place in e.partials),
        snapshot=snapshot,
        modules={entry.name: entry.module for entry in entries if entry.module is not None},
        parts=Lazy([e.name for e in entries if e.within], lambda name: snapshot.part(by_name[name])),
        grads={entry.name: entry.grad for entry in entries if entry.pytorch is None and not entry.is_outside},
        cuts=tuple(Edge(entry.name, parent, _NOTHING) for entry in entries for parent in entry.cut),
    )


def _value(entry: Entry) -> Any:
    return entry.value if isinstance(entry.value, (float, np.ndarray, Unknown)) else numbers(entry.value)


def _refs(arguments: Sequence[Any]) -> int:
    return sum(type(argument) is Ref for argument in arguments)


def _remarks(entry: Entry) -> dict[str, Formula]:
    if entry.is_outside:
        return {}
    said: dict[str, Formula] = {} if entry.pytorch is None else {"PyTorch": Words(entry.pytorch)}
    if entry.grad is not None or (entry.requires_grad and entry.pytorch is None):
        grad = Words("None") if entry.grad is None else value_formula(entry.grad)
        said[".grad"] = Equation((Words(".grad"), grad))
    elif entry.pytorch is None:
        said["PyTorch"] = Words("requires_grad=False")
    return said


def _row(entry: Entry, entries: Mapping[str, Entry]) -> tuple | None:
    """The row of the table for an entry, and its arguments, with numbers as graphs keep them."""
    if entry.pytorch is None or entry.module is not None:
        return None
    shapes = [entries[a].shape if type(a) is Ref else getattr(a, "shape", ()) for a in entry.arguments]
    found = table_row(entry.pytorch, entry.arguments, entry.settings, entry.shape, shapes)
    if found is None:
        return None
    operation, arguments = found
    if not all(np.isfinite(a).all() for a in arguments if isinstance(a, (int, float, np.ndarray))):
        return None  # a graph has no inf and no nan
    return operation, [exact.exact(a) if isinstance(a, (int, float)) else a for a in arguments]


def _graph(entries: Sequence[Entry], rows: Mapping[str, tuple | None]) -> Graph:
    """The computation: a row of the table for each operation of which all is known, and a name for the others."""
    nodes: dict[str, Node] = {}
    for entry in entries:
        row = rows[entry.name]
        if entry.pytorch is None:
            nodes[entry.name] = Node(None, (), entry.name)
        elif row is not None and not any(argument is None for argument in row[1]):
            arguments = [nodes[a] if type(a) is Ref else a for a in row[1]]
            nodes[entry.name] = Node(row[0], arguments, entry.name)
        else:
            parents = [nodes[a] for a in entry.arguments if type(a) is Ref]
            called = wording.plain_name(entry.pytorch) if entry.module is None else entry.module
            opaque = opaque_row(called, len(parents))
            nodes[entry.name] = Node(opaque, parents, entry.name)
    return Graph(nodes, expanded=True)


def _written(name: str, row: tuple | None, entries: Mapping[str, Entry]) -> Formula:
    """The right side of an entry's equation, with … for what is not known."""
    entry = entries[name]
    if row is not None:
        refs = [Name(a) for a in row[1] if type(a) is Ref]
        if row[0].name == "mul" and len(refs) == 1 and any(np.array_equal(a, 1) for a in row[1]):
            return refs[0]  # times one, as a backward pass begins
        parts = [Node(None, (), a or "…") if a is None or type(a) is Ref else wording.short(a) for a in row[1]]
        return written(Node(row[0], parts), lambda node: node.name)
    if entry.module is not None:  # its parameters go without saying
        inputs = [Name(a) for a in entry.arguments if not entries[a].is_parameter]
        return Call(entry.module.partition("(")[0], tuple(inputs or [wording.MORE]))
    given = {argument for argument in entry.arguments if type(argument) is Ref}
    others = [Ref(name) for name in entry.cut if name not in given]
    parts = [Name(a) if type(a) is Ref else wording.constant(a) for a in (*entry.arguments, *others)]
    return wording.formula(entry.pytorch, parts, entry.settings, entry.shape)
