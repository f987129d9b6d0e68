"""What PyTorch holds of a computation: operations by `grad_fn`, and the tensors that they have saved.

Nothing is changed on the way, and no backward pass is started: `next_functions` are followed, and `_saved_...` read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import torch

Function = Any
"""What stands in a tensor's `grad_fn`: PyTorch's node of an operation, or the collector of a leaf's gradient."""
Key = tuple[Function, int]
"""A tensor's place in the graph: the function that it came from, and which of its results it is."""


def key_of(tensor: torch.Tensor) -> Key | None:
    """The place of a tensor in PyTorch's graph; None for one through which no gradient flows."""
    if not tensor.requires_grad:
        return None
    if tensor.grad_fn is not None:
        return tensor.grad_fn, tensor.output_nr
    with torch.inference_mode(False):  # in which a leaf would not be found
        return torch.autograd.graph.get_gradient_edge(tensor).node, 0


def is_leaf(function: Function) -> bool:
    """Whether the function only collects a leaf's gradient."""
    return type(function).__name__ == "AccumulateGrad"


Links = dict[Function, list[Key | None]]


def walk(roots: Iterable[Key]) -> Links:
    """Every function that the roots depend on, after those that it uses; and the keys that it uses, in order.

    None stands for an argument through which no gradient flows. Functions stand in the order in which they ran.
    """
    found = _reached(roots)
    ran = dict(sorted(found.items(), key=lambda item: -1 if is_leaf(item[0]) else item[0]._sequence_nr()))
    place = {function: i for i, function in enumerate(ran)}
    as_they_ran = all(place[key[0]] < place[f] for f, links in ran.items() for key in links if key is not None)
    return ran if as_they_ran else found  # views of what was edited in place may have been counted late


def _reached(roots: Iterable[Key]) -> Links:
    """The functions in some order that puts each after those that it uses."""
    found: Links = {}
    open_: dict[Function, Iterator[Key | None]] = {}
    for root, _ in roots:
        stack = [] if root in found else [root]
        while stack:
            function = stack[-1]
            if function not in open_:
                links = [key if key[0] is not None else None for key in function.next_functions]
                found[function] = links
                open_[function] = iter(links)
            for key in open_[function]:
                if key is not None and key[0] not in open_:
                    stack.append(key[0])
                    break
            else:
                stack.pop()
                found[function] = found.pop(function)  # to the end: those that it uses are there
    return found


class Checkpointed(RuntimeError):
    """Internal: what a function needs is left to a checkpoint, and to read it would run a part of the program again."""


_NAMES: dict[type, tuple[tuple[str, ...], tuple[str, ...]]] = {}
"""Of each class of functions: the names of what it has saved, and the same as objects that are not read yet."""


def saved(function: Function) -> tuple[dict[str, Any], BaseException | None]:
    """What a function has saved for its backward pass, by the argument's name; and why the rest cannot be read.

    A graph that was gone through gives nothing, and neither does a tensor that was edited in place since.
    """
    kind = type(function)
    if kind not in _NAMES:
        names = [name for name in dir(kind) if name.startswith("_saved_") and "_sym_" not in name]
        names += ["saved_tensors"] if hasattr(kind, "saved_tensors") else []
        _NAMES[kind] = tuple(names), tuple(name for name in dir(kind) if name.startswith("_raw_saved_"))
    names, raw = _NAMES[kind]
    if (raw and _is_checkpoint(getattr(function, raw[0]))) or kind.__name__ == "CheckpointFunctionBackward":
        return {}, Checkpointed()  # a checkpoint holds all that a function has saved, or nothing
    found: dict[str, Any] = {}
    refused = None
    for name in names:
        try:
            found[name.removeprefix("_saved_")] = getattr(function, name)
        except RuntimeError as error:
            refused = error
    return found, refused


def _is_checkpoint(kept: Any) -> bool:
    """Whether what was saved, one tensor or several, is left to a checkpoint."""
    if type(kept) is tuple:
        return any(map(_is_checkpoint, kept))
    hook = kept.unpack_hook
    return hook is not None and hook.__module__ == "torch.utils.checkpoint"


def tensors_in(value: Any) -> Iterator[torch.Tensor]:
    """The tensors in what a function has saved, or in what a module was given or gave."""
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from tensors_in(part)
    elif isinstance(value, dict):
        yield from tensors_in(list(value.values()))


def copied(tensor: torch.Tensor) -> Any:
    """A copy of a tensor, to be read as `numbers` later; of a single number the number."""
    return float(tensor.item()) if tensor.ndim == 0 else tensor.detach().clone()


def numbers(tensor: torch.Tensor) -> Any:
    """A copy of a tensor's entries: a float, or an array of float64."""
    if tensor.ndim == 0:
        return float(tensor.item())
    plain = tensor.detach()
    if plain.layout is not torch.strided:
        plain = plain.to_dense()
    return plain.to(device="cpu", dtype=torch.float64, copy=True).numpy()
