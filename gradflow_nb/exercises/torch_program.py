"""A PyTorch program made from a graph, and what it does: the rules of autograd, in the order in which it meets them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from math import prod
from typing import Any, NamedTuple

from ..core.derived.listing import Listing
from ..core.derived.literals import array
from ..core.flow import GradientFlow
from ..core.graph import Graph
from ..core.worlds import is_array
from ..errors import GradflowError, InputError
from .autograd import Autograd

ERROR = "RuntimeError"
MESSAGES = {
    "integers": "Only Tensors of floating point and complex dtype can require gradients",
    "leaf": "a leaf Variable that requires grad is being used in an in-place operation",
    "no graph": "element 0 of tensors does not require grad and does not have a grad_fn",
    "vector": "grad can be implicitly created only for scalar outputs",
    "edited": "one of the variables needed for gradient computation has been modified by an inplace operation",
    "freed": "Trying to backward through the graph a second time",
    "constant": "One of the differentiated Tensors does not require grad",
    "unused": "appears to not have been used in the graph",
    "inner": "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed",
}


class Outcome(NamedTuple):
    """What a program does: `value` is a number, an array, None, or the name of an error's class; `why` says it.

    `rule` is the reason in a word, `message` a piece of what PyTorch says of it, in an error or a warning.
    """

    value: Any
    rule: str
    why: str

    @property
    def message(self) -> str:
        return MESSAGES.get(self.rule, "")


@dataclass(frozen=True)
class TorchProgram:
    """A program for d of/d wrt at the flow's point: its inputs, its equations, a backward pass, and `wrt.grad` printed.

    `frozen` is an input that requires no gradient, `integer` one that is declared as an integer, `edited` a node that
    is changed in place before the backward pass (an input: at once), `detached` an edge (child, parent) with a
    `.detach()`. `stacked` are nodes from which the backward pass starts together. It runs `passes` times, the first
    time with `retain_graph=True` if `retained`. With `calls_grad`, `torch.autograd.grad` stands in its place.
    Raises `InputError` for a flow in symbols, or whose numbers do not follow from its graph, and `GradflowError` for an
    opaque function.
    """

    flow: GradientFlow
    of: str
    wrt: str
    frozen: str | None = None
    integer: str | None = None
    edited: str | None = None
    detached: tuple[str, str] | None = None
    stacked: tuple[str, ...] = ()
    passes: int = 1
    retained: bool = False
    calls_grad: bool = False

    def __post_init__(self) -> None:
        if self.flow.symbolic:
            raise InputError("PyTorch computes with numbers: give a flow at a point, as in graph.at(x=1).")
        if not self.flow.from_graph:
            raise InputError(
                "The numbers of this flow do not follow from its graph alone, so no program made from that has them: "
                "give a graph at a point, graph.at(...)."
            )

    @property
    def graph(self) -> Graph:
        return self.flow.graph

    @cached_property
    def rules(self) -> Autograd:
        return Autograd(self.graph, [name for name in self.graph.inputs if name != self.frozen], self.detached)

    # The text --------------------------------------------------------------------------------------------------------

    @cached_property
    def _listing(self) -> Listing:
        return Listing(self.graph, detached=self.detached)

    @cached_property
    def start(self) -> str:
        """What the backward pass starts from, as the program calls it."""
        return self._listing.names.fresh("both") if self.stacked else self.called(self.of)

    def called(self, name: str) -> str:
        """A node's name, as the program has it."""
        return self._listing.names(name)

    @cached_property
    def code(self) -> str:
        """The program as text, that runs as it stands."""
        lines = ["import torch", "", *(f"{helper}\n" for helper in self._listing.helpers)]
        lines += [f"{self.called(name)} = {self._declared(name)}" for name in self.graph.inputs]
        edit = [f"{self.called(self.edited)} += 1"] if self.edited else []
        equations = [f"{left} = {right}" for left, right in self._listing.lines]
        lines += edit + equations if self.edited in self.graph.inputs else equations + edit
        if self.stacked:
            lines.append(f"{self.start} = torch.stack([{', '.join(map(self.called, self.stacked))}])")
        wrt = self.called(self.wrt)
        if self.calls_grad:
            return "\n".join([*lines, "", f"print(torch.autograd.grad({self.start}, {wrt})[0])"])
        first = f"{self.start}.backward({'retain_graph=True' if self.retained else ''})"
        again = [f"{self.start}.backward()"] * (self.passes - 1)
        return "\n".join([*lines, "", first, *again, f"print({wrt}.grad)"])

    def _declared(self, name: str) -> str:
        value = self.flow.known[name]
        if name == self.integer:
            return f"torch.tensor({value.astype(int).tolist() if is_array(value) else int(value)}, requires_grad=True)"
        requires = "" if name == self.frozen else "requires_grad=True"
        return array(value if is_array(value) else float(value), more=requires).text

    # What it does ----------------------------------------------------------------------------------------------------

    @cached_property
    def outcome(self) -> Outcome:
        """What is printed, or the error that is raised, by the rules."""
        return self._stopped() or (self._returned() if self.calls_grad else self._stored())

    def _stopped(self) -> Outcome | None:
        """The first error that is met, if any."""
        of, rules = self.of, self.rules
        if self.integer:
            why = f"{self.integer} is a tensor of integers, and only tensors of real numbers can require a gradient"
            return Outcome(ERROR, "integers", why)
        if self.edited in self.graph.inputs:
            why = f"{self.edited} is a leaf that requires a gradient: changed in place, it would be a leaf no longer"
            return Outcome(ERROR, "leaf", why)
        if not rules.follows(of) and not self.stacked:
            why = f"nothing that {of} depends on requires a gradient, so {of} has no graph behind it"
            if self.detached:
                why = f"the only way from {of} to its inputs is detached, so {of} has no graph behind it"
            return Outcome(ERROR, "no graph", why)
        if self.stacked or self.size(of) > 1:
            what = "what was stacked" if self.stacked else of
            why = f"{what} is an array: only a single number starts a backward pass without being told its weights"
            return Outcome(ERROR, "vector", why)
        if self.edited and rules.spoils(of, self.edited):
            why = f"the backward pass needs the value of {self.edited} as it was, and that was overwritten in place"
            return Outcome(ERROR, "edited", why)
        if self.passes > 1 and not self.retained and rules.frees(of):
            why = "the first backward pass frees what it has used, so the second finds nothing"
            return Outcome(ERROR, "freed", why)
        return None

    def _returned(self) -> Outcome:
        """What `torch.autograd.grad` gives."""
        of, wrt = self.of, self.wrt
        if not self.rules.follows(wrt):
            return Outcome(ERROR, "constant", f"{wrt} depends on nothing that requires a gradient")
        if not self.rules.reaches(of, wrt):
            return Outcome(ERROR, "unused", f"{of} does not depend on {wrt}")
        why = "torch.autograd.grad returns the derivative, of any node, and fills no .grad"
        return Outcome(self.derivative, "returned", why)

    def _stored(self) -> Outcome:
        """What stands in `.grad` after the backward passes."""
        of, wrt = self.of, self.wrt
        if wrt == self.frozen or not self.rules.follows(wrt):
            why = f"{wrt} does not require a gradient, so nothing is stored in its .grad"
            return Outcome(None, "frozen", why)
        if wrt not in self.graph.inputs:
            why = f"{wrt} is no leaf: only inputs keep their .grad unless retain_grad() is called"
            return Outcome(None, "inner", why)
        if not self.rules.reaches(of, wrt):
            why = f"{of} does not depend on {wrt}, so its .grad is never filled"
            if self.detached:
                why = f"every way from {of} to {wrt} is detached, so its .grad is never filled"
            return Outcome(None, "unfilled", why)
        found = self.derivative
        if self.detached:
            child, parent = self.detached
            why = f"{parent} is detached in {child}, so no gradient flows there: the other paths alone count"
            return Outcome(found, "detached", why)
        if self.passes > 1:
            why = "the .grad is added to: two backward passes give twice the gradient"
            return Outcome(found * self.passes, "added", why)
        if self.edited:
            why = f"the backward pass needs no value of {self.edited}, so it may be changed: {wrt}.grad is d{of}/d{wrt}"
            return Outcome(found, "not kept", why)
        return Outcome(found, "stored", f"the .grad of a leaf is d{of}/d{wrt}")

    @cached_property
    def derivative(self) -> Any:
        """d of/d wrt over all edges that are not detached, in the shape of `wrt`."""
        import numpy as np

        flow = self.flow.cut(*self.detached) if self.detached else self.flow
        value = flow.known[self.of]
        return (flow.vjp(self.of, np.ones(value.shape)) if is_array(value) else flow.adjoints(self.of))[self.wrt]

    @property
    def whole(self) -> Any:
        """The derivative as it is where nothing is detached; None where `of` is no single number."""
        return None if self.size(self.of) > 1 else replace(self, detached=None).derivative

    @property
    def tempting(self) -> tuple[tuple[Any, str], ...]:
        """Numbers that a person may expect where there is an error, each with what is to be said of it."""
        try:
            if self.outcome.rule == "vector" and self.stacked:
                total = sum(replace(self, of=name, stacked=()).derivative for name in self.stacked)
                return ((total, "That is the gradient of the sum, and nobody has told PyTorch to add anything up."),)
            if self.outcome.rule == "leaf":
                there = {**self.flow.inputs, self.edited: self.flow.inputs[self.edited] + 1}
                after = replace(self, flow=self.graph.at(there), edited=None).derivative
                says = f"That is the derivative after {self.edited} has changed, and PyTorch refuses the change."
                return ((after, says),)
        except GradflowError:  # there is none at that point
            pass
        return ()

    def shape(self, name: str) -> tuple[int, ...]:
        """The shape of a node's value, () for a number."""
        return getattr(self.flow.known[name], "shape", ())

    def size(self, name: str) -> int:
        """The number of entries of a node's value."""
        return prod(self.shape(name))


def is_whole(value: Any) -> bool:
    """Whether a number is whole, or all entries of an array are."""
    return bool((value == value.round()).all()) if is_array(value) else value == int(value)
