"""What tensors are called: by keywords, by modules, and else by the caller's own variables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import torch

from ..errors import GradflowError

Tensors = dict[str, torch.Tensor]


def check(tensors: Iterable[Any], called: str = "A tensor on the way") -> None:
    """Raises `GradflowError` for tensors, or results, of complex numbers, and for such as have no numbers at all."""
    for tensor in {tensor.dtype: tensor for tensor in tensors}.values():
        if tensor.dtype.is_complex:
            raise GradflowError(f"{called} is complex, and partials here are of real numbers: mirror what is real.")
        if tensor.device.type == "meta":
            raise GradflowError(f"{called} is on the device meta, where tensors have a shape and no numbers.")


def results(result: Any) -> list[tuple[str | None, torch.Tensor]]:
    """The tensors of a result, one or several, with their names if they come with names."""
    if isinstance(result, Mapping):
        found = [(f"{name}", each) for name, each in result.items()]
    else:
        found = [(None, each) for each in (result if isinstance(result, (list, tuple)) else [result])]
    if not found:
        raise GradflowError("There is nothing to mirror in an empty list: give a tensor.")
    for _, tensor in found:
        if not isinstance(tensor, torch.Tensor):
            raise GradflowError(f"mirror takes a tensor, or several in a list, and this is a {type(tensor).__name__}.")
    return found


def named(modules: Iterable[Any], given: Mapping[str, Any]) -> Tensors:
    """Every tensor that was given a name, with the parameters of modules. Raises `GradflowError` for anything else."""
    found: Tensors = {}
    for module in modules:
        if not isinstance(module, torch.nn.Module):
            kind = type(module).__name__
            raise GradflowError(f"After the result come modules, and this is a {kind}: give tensors by name.")
        _add(found, module.named_parameters())
    for name, each in given.items():
        if isinstance(each, torch.nn.Module):
            _add(found, ((f"{name}.{path}", parameter) for path, parameter in each.named_parameters()))
        elif isinstance(each, torch.Tensor):
            found[name] = each
        else:
            kind = type(each).__name__
            raise GradflowError(f"{name} is a {kind}: only tensors and modules have a place in PyTorch's graph.")
    for name, tensor in found.items():
        check([tensor], name)
    return found


def _add(found: Tensors, parameters: Iterable[tuple[str, torch.Tensor]]) -> None:
    for name, parameter in parameters:
        if found.setdefault(name, parameter) is not parameter:
            raise GradflowError(f"Two parameters are called {name}: give modules by keyword, as in enc=enc, dec=dec.")


def variables(frame: Mapping[str, Any]) -> Tensors:
    """The tensors among somebody's variables."""
    tensors = {name: value for name, value in frame.items() if isinstance(value, torch.Tensor)}
    return {name: tensor for name, tensor in tensors.items() if name.isidentifier() and not name.startswith("_")}


def name_of(tensor: torch.Tensor, names: Mapping[str, torch.Tensor]) -> str | None:
    return next((name for name, other in names.items() if other is tensor), None)
