"""A mirror in which modules are closed: what a call of a module made is one node, and is opened on demand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..core.flow import GradientFlow
from ..core.grains import plain
from ..core.jacobians import ArrayMap
from ..core.linear import LinearMap
from ..core.sweeps import cotangents, jacobian, tangents
from .reading import Entry, Ref
from .watching import NamedCall


def closed(calls: Iterable[NamedCall], opened: Iterable[str], entries: Iterable[Entry]) -> list[NamedCall]:
    """The calls that are drawn as one node: not opened, inside opened ones only, and such as made something."""
    opened = set(opened)
    shut = [each for each in calls if each.name not in opened]
    orders = [entry.order for entry in entries if entry.pytorch is not None]
    return [
        each
        for each in shut
        if not any(other.call.holds(each.call) for other in shut) and any(map(each.call.made, orders))
    ]


def collapsed(
    entries: Sequence[Entry],
    shut: Sequence[NamedCall],
    roots: Iterable[str],
    flow_of: Callable[[list[Entry]], GradientFlow],
) -> list[Entry]:
    """The entries with one for each result of a closed call, in place of all that the call made."""
    made = [entry for entry in entries if entry.pytorch is not None]
    owner = {entry.name: each for entry in made for each in shut if each.call.made(entry.order)}
    results = {name for name in roots if name in owner}
    for entry in entries:
        inputs = (*filter(_is_ref, entry.arguments), *entry.cut)
        results |= {name for name in inputs if name in owner and owner[name] is not owner.get(entry.name)}
    by_name = {entry.name: entry for entry in entries}
    found = []
    for entry in entries:
        if entry.name not in owner:
            found.append(entry)
        elif entry.name in results:
            found.append(_closed(entry, owner, results, by_name, flow_of))
    return found


def _closed(
    result: Entry,
    owner: Mapping[str, NamedCall],
    results: set[str],
    entries: Mapping[str, Entry],
    flow_of: Callable[[list[Entry]], GradientFlow],
) -> Entry:
    """A result of a closed call as one entry: its partials go through all that the call made for it."""
    shut = owner[result.name]
    inside, ends, stack = {result.name}, set(), [result]
    while stack:
        used = stack.pop()
        for name in (*filter(_is_ref, used.arguments), *used.cut):
            if owner.get(name) is shut and name not in results:
                if name not in inside:
                    inside.add(name)
                    stack.append(entries[name])
            else:
                ends.add(name)
    within = [
        entry if entry.name in inside else _end(entry)
        for entry in entries.values()
        if entry.name in inside or entry.name in ends
    ]
    flow = flow_of(within)
    arguments = [Ref(entry.name) for entry in within if entry.name in ends]
    live = {i: name for i, name in enumerate(arguments) if flow.paths(result.name, name).count}
    return replace(
        result,
        pytorch=shut.call.kind,
        module=shut.name,
        arguments=tuple(arguments),
        partials={i: _through(flow, result.name, name) for i, name in live.items()},
        settings={},
        within=tuple(within),
        cut=tuple(name for i, name in enumerate(arguments) if i not in live),
    )


def _end(entry: Entry) -> Entry:
    """An entry from outside, as an input of what is inside."""
    if entry.pytorch is None:
        return replace(entry, cut=())
    return replace(entry, pytorch=None, arguments=(), partials={}, cut=(), within=(), is_outside=True)


def _through(flow: GradientFlow, of: str, wrt: str) -> LinearMap:
    """The partial through a closed module: a sweep inside it, and the one number between two numbers."""
    edges = flow.paths(of, wrt).edges
    if len(edges) == 1:
        return edges[0].map
    for edge in edges:
        if not edge.exists:
            return edge.map
    return plain(Through(flow, of, wrt))


@dataclass(frozen=True, slots=True, eq=False)
class Through(ArrayMap):
    """The Jacobian of a whole module: applied by a sweep inside it, and never multiplied out."""

    flow: GradientFlow
    of: str
    wrt: str

    @property
    def into(self) -> tuple[int, ...]:  # type: ignore[override]
        return np.shape(self.flow.known[self.of])

    @property
    def out_of(self) -> tuple[int, ...]:  # type: ignore[override]
        return np.shape(self.flow.known[self.wrt])

    def written_down(self) -> np.ndarray:
        return jacobian(self.flow, self.of, self.wrt)

    def forward(self, tangent: Any) -> Any:
        return tangents(self.flow, self.wrt, tangent)[self.of]

    def backward(self, cotangent: Any) -> Any:
        return cotangents(self.flow, self.of, self.wrt, cotangent)[self.wrt]


def _is_ref(argument: Any) -> bool:
    return type(argument) is Ref
