"""`predict`: what `backward()` will do to somebody's own tensors, said before it runs."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from ..core.linear import Missing
from ..core.sweeps import cotangents
from ..core.written import value_formula
from ..errors import GradflowError
from ..exercises.torch_program import MESSAGES
from . import naming
from .answers import EDITED, FREED
from .mirroring import snapshot_of
from .reading import Entry
from .walking import key_of, numbers


@dataclass(frozen=True, eq=False)
class Forecast:
    """What `result.backward()` will do: the `error` that it will raise, by its name, or the `grads` that it will leave.

    `grads` has for every named tensor what its `.grad` will be: None where it stays empty, nan where inf or nan
    will stand in it. `why` says for each name how that comes about, and under "" why there is an error. `message` is a
    piece of what PyTorch will say, and `remedy` what to write instead.
    """

    result: torch.Tensor
    name: str
    tensors: naming.Tensors
    error: str | None
    grads: Mapping[str, Any]
    why: Mapping[str, str]
    message: str = ""
    remedy: str = ""

    def __str__(self) -> str:
        if self.error:
            said = f"{self.name}.backward() will raise {self.error}: {self.message}"
            return f"{said}\n  because {self.why['']}\n  {self.remedy}"
        width = max((len(name) for name in self.grads), default=0)
        if not self.grads:
            return f"{self.name}.backward() will run. To see each .grad, give names: predict({self.name}, x=x)."
        lines = [f"{self.name}.backward() will leave"]
        for name, grad in self.grads.items():
            shown = "None" if grad is None else f"{value_formula(grad)}" if np.isfinite(grad).all() else "inf or nan"
            lines.append(f"  {name.rjust(width)}.grad = {shown}   {self.why[name]}")
        return "\n".join(lines)

    __repr__ = __str__

    def check(self) -> bool:
        """Runs `backward()` on the tensor itself, and says whether all of it came as predicted.

        This fills every `.grad`, and frees the graph.
        """
        try:
            self.result.backward()
        except Exception as error:
            return type(error).__name__ == self.error and self.message in str(error)
        return self.error is None and all(_alike(self.grads[n], _grad(t)) for n, t in self.tensors.items())


def predict(result: torch.Tensor, /, *modules: torch.nn.Module, **named: Any) -> Forecast:
    """What `result.backward()` will do, from the graph alone: nothing is run. Names are given as to `mirror`.

    Without names it speaks of the caller's own variables. `check` runs it, and compares. Raises `GradflowError` where
    only running it would tell: with hooks, and across a checkpoint.

    >>> import torch
    >>> from gradflow_nb.torch import predict
    >>> x = torch.tensor([1.0, 2.0], requires_grad=True)
    >>> p = x**2
    >>> print(predict(p.sum(), x=x, p=p))
    y.backward() will leave
      x.grad = [2, 4]   dy/dx
      p.grad = None   p is no leaf: only leaves keep their .grad, unless retain_grad() is called
    >>> print(predict(p, x=x))
    p.backward() will raise RuntimeError: grad can be implicitly created only for scalar outputs
      because p has 2 entries, and only a single number starts a backward pass without being told its weights
      Write p.sum().backward(), or give weights: p.backward(torch.ones_like(p)).
    >>> predict(p, x=x).check()
    True
    """
    variables = naming.variables(sys._getframe(1).f_locals)
    tensors = naming.named(modules, named)
    if not isinstance(result, torch.Tensor):
        kind = type(result).__name__
        raise GradflowError(f"predict takes one tensor, whose backward() is meant, and this is a {kind}.")
    name = naming.name_of(result, tensors | variables) or "y"

    def fails(why: str, message: str, remedy: str) -> Forecast:
        return Forecast(result, name, tensors, "RuntimeError", {}, {"": why}, message, remedy)

    if key_of(result) is None:
        why = "is made of integers" if not result.is_floating_point() else "was detached, or made of what needs none"
        return fails(
            f"{name} requires no gradient: it {why}",
            MESSAGES["no graph"],
            "Let an input require one, torch.tensor(2.0, requires_grad=True), with no detach() or no_grad() between.",
        )
    if result.numel() != 1:
        return fails(
            f"{name} has {result.numel()} entries, and only a single number starts a backward pass without being told "
            "its weights",
            MESSAGES["vector"],
            f"Write {name}.sum().backward(), or give weights: {name}.backward(torch.ones_like({name})).",
        )
    snapshot = snapshot_of(result, modules, named, variables)
    refused = [entry for entry in snapshot.entries if entry.refused is not None]
    first = max(refused, key=lambda entry: entry.order).refused.reason if refused else ""  # the pass goes backwards
    if first not in ("", FREED, EDITED):
        raise GradflowError(f"What {name}.backward() does cannot be foretold: {first}.")
    _check_hooks(snapshot.entries)
    if first == FREED:
        return fails(
            "a backward pass has freed what it had used",
            MESSAGES["freed"],
            f"Compute {name} anew, or keep its graph the first time: backward(retain_graph=True).",
        )
    if first == EDITED:
        return fails(
            "a tensor that was saved for the backward pass was changed in place",
            MESSAGES["edited"],
            f"Make a new tensor of it, t = t + 1 and not t += 1; after an optimizer's step compute {name} anew.",
        )
    name, flow = snapshot.roots[0], snapshot.opened(None)
    if not tensors:
        tensors = {n: t for n, t in variables.items() if n in flow.known and t is not result}
    found = cotangents(flow, name, seed=np.ones(tuple(result.shape)) if result.ndim else 1.0)
    said = {each: _after(found, name, each, tensor) for each, tensor in tensors.items()}
    grads, why = ({each: pair[i] for each, pair in said.items()} for i in (0, 1))
    return Forecast(result, name, tensors, None, grads, why)


def _check_hooks(entries: Sequence[Entry]) -> None:
    """Raises `GradflowError` where hooks decide what a gradient becomes on its way."""
    hooked = [entry.name for entry in entries if entry.is_hooked]
    if hooked:
        raise GradflowError(f"Hooks decide what comes at {hooked[0]}, and only running them shows it: remove them.")


def _after(found: Mapping[str, Any], of: str, name: str, tensor: torch.Tensor) -> tuple[Any, str]:
    """What the `.grad` of a tensor will be, and why; `found` are the cotangents of all that `of` reaches."""
    before = _grad(tensor)
    if not tensor.requires_grad:
        return before, f"{name} requires no gradient"
    if not tensor.is_leaf and not tensor.retains_grad:
        return before, f"{name} is no leaf: only leaves keep their .grad, unless retain_grad() is called"
    if name not in found:
        return before, f"no path leads from {of} to {name}"
    added = found[name]
    if isinstance(added, Missing):
        return np.nan, f"d{of}/d{name} is inf or nan: {added.reason}"
    made = f"d{of}/d{name}"
    if before is None:
        return added, made
    return before + added, f"{made}, added to the {value_formula(before)} from before"


def _grad(tensor: torch.Tensor) -> Any:
    """The `.grad` of a tensor as numbers; that of an inner one is asked for only where it keeps one."""
    grad = tensor.grad if tensor.is_leaf or tensor.retains_grad else None
    return None if grad is None else numbers(grad)


def _alike(wanted: Any, found: Any) -> bool:
    if wanted is None or found is None:
        return wanted is found
    if not np.isfinite(wanted).all():
        return not np.isfinite(found).all()
    return np.shape(wanted) == np.shape(found) and bool(np.allclose(wanted, found, rtol=1e-4, atol=1e-6))
