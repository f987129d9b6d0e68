"""`mirror`: a PyTorch result as a gradient flow."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import torch

from ..core.transforms.collector import held_back
from ..errors import GradflowError
from .mirrored import MirroredFlow, Whole
from .partials import EDITED, FREED
from .reading import Entry, read
from .walking import Key, key_of
from .watching import named_calls


def mirror(result: Any, /, *modules: torch.nn.Module, **named: Any) -> MirroredFlow:
    """The gradient flow that PyTorch holds behind a tensor, or behind several in a list, a tuple or a mapping.

    Names come from keywords: `mirror(z, x=x, y=y)`. A keyword may also be a module, `mirror(loss, net=net)`: its
    parameters are then called `net.0.weight`, and those of modules that are given without a keyword `0.weight`.
    Tensors that have no name take that of the caller's variable, or else v_1, v_2, … in the order of computation. What
    a module made while it was watched (`watch`) is one node, until `open` is called.

    Nothing of PyTorch's is altered: no pass is run, nothing is freed, and no `.grad` is touched. Every edge has the
    local partial that PyTorch's own backward function gives; a Jacobian of more than 10,000 entries is left to PyTorch
    until it is asked for. Hooks are not called. Everything else is a snapshot of this moment.
    Raises `GradflowError` for what has no graph behind it, and for complex numbers.

    Source: Paszke et al., Automatic differentiation in PyTorch (2017).

    >>> import torch
    >>> from gradflow_nb.torch import mirror
    >>> x, y = torch.tensor(2.0, requires_grad=True), torch.tensor(3.0, requires_grad=True)
    >>> z = x * y + torch.sin(x)
    >>> flow = mirror(z, x=x, y=y)
    >>> flow.total("z", "y"), flow.names, str(flow.equations["z"])
    (2.0, ('x', 'y', 'v_1', 'v_2', 'z'), 'v_1 + v_2')
    """
    caller = _variables(sys._getframe(1).f_locals)
    results = _results(result)
    tensors = _named(modules, named)
    for called, tensor in results:
        if not isinstance(tensor, torch.Tensor):
            raise GradflowError(f"mirror takes a tensor, or several in a list, and this is a {type(tensor).__name__}.")
        if called is not None:
            tensors.setdefault(called, tensor)
    hints = {name: tensor for name, tensor in caller.items() if name not in tensors}
    roots = [_root(tensor, _called(tensor, tensors | hints)) for _, tensor in results]
    for i, (_, tensor) in enumerate(results, 1):
        if _called(tensor, tensors | hints) is None:
            name = "y" if len(results) == 1 else f"y_{i}"
            hints.setdefault(name if name not in tensors else f"{name}_out", tensor)
    with held_back():
        calls = [call for module in modules for call in named_calls("", module)]
        for name, given in named.items():
            calls += named_calls(name, given) if isinstance(given, torch.nn.Module) else []
        entries, called = read(roots, tensors, hints, calls)
        return Whole(entries, called, calls, _notes(entries)).flow()


def _results(result: Any) -> list[tuple[str | None, Any]]:
    if isinstance(result, Mapping):
        return list(result.items())
    several = list(result) if isinstance(result, (list, tuple)) else [result]
    return [(None, each) for each in several]


def _named(modules: Iterable[Any], named: Mapping[str, Any]) -> dict[str, torch.Tensor]:
    """Every tensor that has a name, with the parameters of modules."""
    found: dict[str, torch.Tensor] = {}
    for given in modules:
        if not isinstance(given, torch.nn.Module):
            raise GradflowError(
                f"After the result come modules, and this is a {type(given).__name__}: give tensors by name."
            )
        found.update(given.named_parameters())
    for name, given in named.items():
        if isinstance(given, torch.nn.Module):
            found.update({f"{name}.{path}": parameter for path, parameter in given.named_parameters()})
        elif isinstance(given, torch.Tensor):
            found[name] = given
        else:
            raise GradflowError(
                f"{name} is a {type(given).__name__}: only tensors and modules have a place in PyTorch's graph."
            )
    return found


def _variables(frame: Mapping[str, Any]) -> dict[str, torch.Tensor]:
    """The caller's own names for tensors."""
    return {n: value for n, value in frame.items() if isinstance(value, torch.Tensor) and not n.startswith("_")}


def _called(tensor: torch.Tensor, names: Mapping[str, torch.Tensor]) -> str | None:
    return next((name for name, other in names.items() if other is tensor), None)


def _root(tensor: torch.Tensor, name: str | None) -> Key:
    called = name or "The result"
    if tensor.is_complex():
        raise GradflowError(f"{called} is complex, and partials here are of real numbers: mirror its .real or .abs().")
    key = key_of(tensor)
    if key is None:
        why = (
            f"it is of {str(tensor.dtype).removeprefix('torch.')}, and only floating-point numbers have gradients"
            if not tensor.is_floating_point()
            else "nothing that it was made from requires a gradient, or it was made under no_grad() or detached"
        )
        raise GradflowError(
            f"{called} has no graph behind it: {why}. "
            "Write x = torch.tensor(2.0, requires_grad=True) and compute it anew."
        )
    return key


def _notes(entries: Sequence[Entry]) -> list[str]:
    """What a reader should know of the whole."""
    notes: list[str] = []
    reasons = {getattr(each, "reason", "") for entry in entries for each in entry.partials.values()}
    if FREED in reasons:
        notes.append(
            "a backward pass has freed part of this graph, so some partials are gone: mirror it before backward(), "
            "or keep it with backward(retain_graph=True)"
        )
    if EDITED in reasons:
        notes.append("a tensor that PyTorch had saved was edited in place, so a backward pass would fail here")
    if cuts := [f"{parent} → {entry.name}" for entry in entries for parent in entry.cut]:
        notes.append(f"no gradient flows over {' and '.join(cuts)}")
    return notes
