"""`mirror`: a PyTorch result as a gradient flow."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from itertools import chain, count
from typing import Any

import torch

from ..core.transforms.collector import held_back
from ..errors import GradflowError
from . import naming
from .answers import EDITED, FREED
from .mirrored import MirroredFlow, Snapshot
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
    until it is asked for. Hooks on tensors are not called, and a checkpoint is not run again; a backward that somebody
    wrote in Python is called. Everything else is a snapshot of this moment: the values are those that tensors have now,
    also where they were changed after they had been used. What no gradient flows from is drawn where it has a name.
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
    return snapshot_of(result, modules, named, naming.variables(sys._getframe(1).f_locals)).flow()


def snapshot_of(result: Any, modules: Sequence[Any], given: Mapping[str, Any], variables: naming.Tensors) -> Snapshot:
    """All that is to be read behind a result; see `mirror`. `variables` are the caller's own names."""
    tensors, called = naming.named(modules, given), naming.results(result)
    for name, tensor in called:
        if name is not None:
            tensors.setdefault(name, tensor)
    hints = {name: tensor for name, tensor in variables.items() if name not in tensors}
    for i, (_, tensor) in enumerate(called, 1):
        if naming.name_of(tensor, tensors | hints) is None:
            own = f"_{i}" if len(called) > 1 else ""
            words = chain((f"y{own}", f"result{own}"), (f"y{own}_{j}" for j in count(2)))
            hints[next(word for word in words if word not in tensors and word not in hints)] = tensor
    roots = [_root(tensor, naming.name_of(tensor, tensors | hints)) for _, tensor in called]
    calls = [call for module in modules for call in named_calls("", module)]
    for name, each in given.items():
        calls += named_calls(name, each) if isinstance(each, torch.nn.Module) else []
    with held_back():
        entries, names = read(roots, tensors, hints, calls)
        return Snapshot(entries, names, calls, _notes(entries))


def _root(tensor: torch.Tensor, called: str) -> Key:
    naming.check([tensor], called)
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
    """What a reader should know of the snapshot."""
    notes: list[str] = []
    reasons = {entry.refused.reason for entry in entries if entry.refused is not None}
    if FREED in reasons:
        notes.append(
            "a backward pass has freed part of this graph, so some partials are gone: mirror it before backward(), "
            "or keep it with backward(retain_graph=True)"
        )
    if EDITED in reasons:
        notes.append("a tensor that PyTorch had saved was edited in place, so a backward pass would fail here")
    if hooked := [entry.name for entry in entries if entry.is_hooked]:
        notes.append(f"hooks change what comes at {', '.join(hooked)} in a backward pass; they are not called here")
    return notes
