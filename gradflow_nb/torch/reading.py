"""PyTorch's graph as it was read: one entry for every tensor, each with its name, its value and its partials.

From here on everything goes by names. The entries are a snapshot: only Jacobians that are too large to be read at once
still need PyTorch's own graph.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from math import isfinite, log10
from typing import Any

import torch

from ..core.linear import LinearMap, Missing
from ..core.worlds import Unknown
from . import naming, rows
from .answers import CHECKPOINT, Result, is_refusal, refusal
from .partials import partials
from .sharing import Memory
from .walking import Checkpointed, Function, Key, copied, is_leaf, key_of, numbers, saved, tensors_in, walk
from .watching import NamedCall


@dataclass(slots=True)
class Entry:
    """One tensor of the graph. Its `value` is a float, a copy of the tensor, or `Unknown`.

    `pytorch` is what PyTorch calls the operation that it came from, None for a leaf and for what no gradient reaches.
    `arguments` are what the operation was given: names of entries, constants, and None for what is not known.
    `partials` has the partial by each argument through which gradients flow, by its place among the arguments.
    `settings` are what else PyTorch has saved, such as an axis.
    """

    name: str
    shape: tuple[int, ...]
    value: Any
    pytorch: str | None = None
    arguments: tuple[Any, ...] = ()
    partials: Mapping[int, LinearMap] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    grad: Any = None
    requires_grad: bool = True
    is_parameter: bool = False
    is_outside: bool = False
    """Of a part: whether the entry is a result of something outside of it."""
    order: int = -1
    """When the operation ran: PyTorch counts them."""
    cut: tuple[str, ...] = ()
    """The entries that this one was computed from, over which no gradient flows."""
    refused: Missing | None = None
    """Why PyTorch no longer gives some of the partials."""
    is_hooked: bool = False
    """Whether hooks of a person change what comes here in a backward pass."""
    module: str | None = None
    """The call of a module that the entry stands for as a whole, and `within` what it was made of."""
    within: tuple[Entry, ...] = ()


class Ref(str):
    """The name of an entry, among the arguments of another: a text that is no constant."""

    __slots__ = ()


def read(
    roots: Sequence[Key],
    named: Mapping[str, torch.Tensor],
    hints: Mapping[str, torch.Tensor],
    calls: Sequence[NamedCall] = (),
) -> tuple[list[Entry], list[str]]:
    """The entries of all that the roots depend on, each after those that it uses, and of all `named` tensors; and what
    the roots are called.

    `named` is what a person calls some tensors; `hints` are further names and tensors, for entries that have no name,
    and the results of `calls` of modules are called as these are.
    """
    with torch.no_grad():
        reader = _Reader(roots, named, hints, calls)
        return reader.entries(), [reader.names[key] for key in roots]


_NEVER = -1
"""In the place of an operation's number: what a person does with a result."""


class _Reader:
    def __init__(
        self, roots: Sequence[Key], named: Mapping[str, Any], hints: Mapping[str, Any], calls: Sequence[NamedCall]
    ) -> None:
        shown = [*roots, *filter(None, map(key_of, named.values()))]  # what has a name is shown, reached or not
        self.links = walk(shown)
        self.leaves = {function for function in self.links if is_leaf(function)}
        self.saved: dict[Function, dict[str, Any]] = {}
        self.refused: dict[Function, Missing] = {}
        self.held: dict[Key, torch.Tensor] = {}
        """The tensors that somebody still holds."""
        for function in self.links:
            if function in self.leaves:
                self.held[function, 0] = function.variable
                continue
            self.saved[function], refused = saved(function)
            if refused is not None and (callable(function) or isinstance(refused, Checkpointed)):
                self.refused[function] = refusal(refused)  # of a backward that somebody wrote, the call will tell
            for value in self.saved[function].values():
                for tensor in (value,) if isinstance(value, torch.Tensor) else tensors_in(value):
                    if (maker := tensor.grad_fn) is not None:
                        self.held[maker, tensor.output_nr] = tensor
        self.keys = self._used(shown)
        self.results = {key: Result.of(key) for key in self.keys}
        naming.check(self.results.values())
        self.names: dict[Key, str] = {}
        self.apart: dict[str, torch.Tensor] = {}
        """Named tensors through which no gradient flows."""
        taken = {**hints, **named}
        named = {**named, **self._constants(hints, named)}
        for own, tensors in ((True, named), (False, hints)):
            for name, tensor in tensors.items():
                key = key_of(tensor)
                if key in self.keys:
                    if key not in self.names and (own or name not in named):
                        self.names[key] = name
                    self.held[key] = tensor
                elif own:
                    self.apart[name] = tensor
        self.order = {name: i for i, name in enumerate([*named, *hints])}
        self._after_modules(roots, calls, taken)
        self._invent({*taken, *self.names.values()})
        self.refs = {key: Ref(name) for key, name in self.names.items()}
        self.constants = {id(tensor): name for name, tensor in self.apart.items()}
        held = ((self.names[key], self.held[key]) for key in self.keys if key in self.held)
        self.memory = Memory([*held, *self.apart.items()], taken)

    def _constants(self, hints: Mapping[str, Any], named: Mapping[str, Any]) -> dict[str, Any]:
        """The caller's own variables among the constants that were saved."""
        own = {id(each) for each in named.values()}
        called = {id(t): name for name, t in hints.items() if not t.requires_grad and id(t) not in own}
        held = (t for kept in self.saved.values() for t in tensors_in(list(kept.values())))
        return {called[id(tensor)]: tensor for tensor in held if id(tensor) in called} if called else {}

    def _used(self, roots: Sequence[Key]) -> dict[Key, None]:
        """Every tensor of the graph, each after those that it was computed from."""
        used: dict[Function, set[int]] = {}
        for function, number in [*roots, *(key for keys in self.links.values() for key in keys if key is not None)]:
            used.setdefault(function, set()).add(number)
        return {(function, number): None for function in self.links for number in sorted(used[function])}

    def _after_modules(self, roots: Sequence[Key], calls: Sequence[NamedCall], taken: Mapping[str, Any]) -> None:
        """Calls the results of modules after these, the outermost first; a second result of one call is `net[1]`."""
        if not calls:
            return
        users: dict[Key, list[int]] = {key: [_NEVER] for key in roots}
        for function, links in self.links.items():
            for key in filter(None, links):
                users.setdefault(key, []).append(function._sequence_nr())
        for each in sorted(calls, key=lambda each: each.call.first - each.call.last):
            made = [key for key in self.keys if key[0] not in self.leaves and each.call.made(key[0]._sequence_nr())]
            results = [key for key in made if not all(map(each.call.made, users.get(key, [])))]
            for i, key in enumerate(results):
                name = each.name if len(results) == 1 else f"{each.name}[{i}]"
                if key not in self.names and name not in taken:
                    self.names[key] = name

    def _invent(self, taken: set[str]) -> None:
        """Names for the others: v_1, v_2, … in the order of computation, as the textbooks have it; leaf_1, …"""
        inner, leaves = (_fresh(word, taken) for word in ("v_", "leaf_"))
        for key in self.keys:
            if key not in self.names:
                self.names[key] = next(leaves if key[0] in self.leaves else inner)

    # Entries ----------------------------------------------------------------------------------------------------------

    def entries(self) -> list[Entry]:
        """Inputs first, in the order in which they were named, parameters after the others; then the operations."""
        inputs = [self._apart(name, tensor) for name, tensor in self.apart.items()]
        inputs += [self._leaf(key) for key in self.keys if key[0] in self.leaves]
        inputs.sort(key=lambda entry: (entry.is_parameter, self.order.get(entry.name, len(self.order))))
        inner = [key for key in self.keys if key[0] not in self.leaves]
        partials = [self._partials(key) for key in inner]  # apart from the rest: PyTorch answers faster in a row
        return [*inputs, *map(self._operation, inner, partials)]

    def _apart(self, name: str, tensor: torch.Tensor) -> Entry:
        return self._input(name, tensor, self.memory.owner(tensor), requires_grad=tensor.requires_grad)

    def _leaf(self, key: Key) -> Entry:
        leaf = self.held[key]
        source = self.memory.owner(leaf)
        if source is not None and self._depends(source, key):  # such as a view of the leaf
            source = None
        grad = None if leaf.grad is None else numbers(leaf.grad)
        hooked = bool(leaf._backward_hooks or getattr(leaf, "_post_accumulate_grad_hooks", None))
        return self._input(self.names[key], leaf, source, grad=grad, is_hooked=hooked)

    def _input(self, name: str, tensor: torch.Tensor, source: str | None, **more: Any) -> Entry:
        """An entry that comes from no operation, but perhaps from memory that it shares with another one."""
        parameter = isinstance(tensor, torch.nn.Parameter)
        cut = () if source is None else (source,)
        return Entry(name, tuple(tensor.shape), numbers(tensor), is_parameter=parameter, cut=cut, **more)

    def _depends(self, name: str, on: Key) -> bool:
        """Whether a tensor was computed from another one."""
        stack, seen = [key for key, called in self.names.items() if called == name], set()
        while stack:
            key = stack.pop()
            if key == on:
                return True
            if key not in seen:
                seen.add(key)
                stack += filter(None, self.links[key[0]])
        return False

    def _operation(self, key: Key, partials: Mapping[int, LinearMap]) -> Entry:
        function, links = key[0], self.links[key[0]]
        kept, name, result = self.saved[function], type(function).__name__, self.results[key]
        arguments: list[Any] = [None if link is None else self.refs[link] for link in links]
        constants = links.count(None)
        cut = self._constant_arguments(name, arguments, kept) if constants else []
        if self.constants:  # what else it was given, such as the classes of a loss
            others = (self.constants.get(id(tensor)) for value in kept.values() for tensor in tensors_in(value))
            cut += filter(None, others)
        if len(partials) + constants < len(links):  # what no gradient flows to, for the function gives none
            cut += (self.names[link] for i, link in enumerate(links) if link is not None and i not in partials)
        tensor = self.held.get(key)
        value = Unknown(result.shape) if tensor is None else copied(tensor)
        if constants and not result.shape and any(argument is None for argument in arguments):
            self._recovered(name, kept, arguments, tensor, links)
        return Entry(
            self.names[key],
            result.shape,
            value,
            name,
            tuple(arguments),
            partials,
            rows.settings(name, kept),
            None if tensor is None or not tensor.retains_grad or tensor.grad is None else numbers(tensor.grad),
            order=function._sequence_nr(),
            refused=self.refused.get(function),
            is_hooked=(tensor is not None and bool(tensor._backward_hooks)) or name == "BackwardHookFunctionBackward",
            cut=tuple(dict.fromkeys(cut)) if cut else (),
        )

    def _constant_arguments(self, name: str, arguments: list[Any], kept: Mapping[str, Any]) -> list[str]:
        """Puts in what was saved of the arguments without gradients; gives the entries among them."""
        cut = []
        for i, called in enumerate(rows.argument_names(name, len(arguments))):
            constant = kept.get(called) if arguments[i] is None else None
            if isinstance(constant, torch.Tensor):
                known = self.constants.get(id(constant))
                source = known or self.memory.owner(constant)
                cut += [source] if source is not None else []
                arguments[i] = None if known is None else Ref(known)
            if constant is not None and arguments[i] is None:
                arguments[i] = rows.number(constant)
        return cut

    def _partials(self, key: Key) -> dict[int, LinearMap]:
        results = self.results
        skipped = self.refused.get(key[0])
        if skipped is not None and skipped.reason == CHECKPOINT:
            return {i: skipped for i, k in enumerate(self.links[key[0]]) if k is not None}
        found = partials(results[key], {i: results[k].shape for i, k in enumerate(self.links[key[0]]) if k is not None})
        refused = [each for each in found.values() if is_refusal(each)]
        if refused:  # what was saved says more of the reason than the call
            refused = self.refused.setdefault(key[0], refused[0])
            found = {i: refused if is_refusal(each) else each for i, each in found.items()}
        return found

    def _recovered(
        self, name: str, kept: Mapping[str, Any], arguments: list[Any], result: torch.Tensor | None, links: Sequence
    ) -> None:
        """The number in `b + 1`, which PyTorch does not keep: it follows from the two tensors, if these are held.

        Only if neither was changed in place, and if it is known to three digits at least.
        """
        place = next(i for i, argument in enumerate(arguments) if argument is None)
        other = self.held.get(links[1 - place]) if len(links) == 2 else None
        if result is None or other is None or other.ndim or kept.get("alpha", 1) != 1:
            return
        if result._version or other._version:
            return
        value, given = float(result.item()), float(other.item())
        change = {"Add": value - given, "Sub": given - value if place else value + given}.get(rows.base(name))
        blur = max(abs(value), abs(given)) * _PRECISION.get(result.dtype, 1.0)
        if change is not None and isfinite(change) and 1000 * blur < abs(change):
            digits = min(15, int(log10(abs(change) / blur))) if blur else 6
            arguments[place] = float(f"{change:.{digits}g}")


_PRECISION = {dtype: torch.finfo(dtype).eps for dtype in (torch.float64, torch.float32, torch.float16, torch.bfloat16)}


def _fresh(word: str, taken: set[str]) -> Iterator[str]:
    return (name for i in count(1) if (name := f"{word}{i}") not in taken)
