"""Which tensor another one was detached from, or is a part of: they share their memory."""

from __future__ import annotations

from collections.abc import Container, Sequence

import numpy as np
import torch


class Memory:
    """Where the entries of known tensors lie. It is looked at when somebody first asks."""

    def __init__(self, tensors: Sequence[tuple[str, torch.Tensor]], named: Container[str]) -> None:
        """Parts are found of tensors that are `named`; of others, of which there may be many, only their whole."""
        self._tensors, self._named = tensors, named
        self._starts: dict[int, list[tuple[str, torch.Tensor]]] = {}
        self._storages: dict[int, list[tuple[str, torch.Tensor]]] = {}

    def owner(self, tensor: torch.Tensor) -> str | None:
        """The name of a known tensor that this one was detached from; None where there is none, or it is not sure.

        They have entries in common, and the other one has more of a history: it was computed, or is a leaf of which a
        gradient is wanted where this one is none; or this one is a view of it.
        """
        if not self._starts:
            for name, known in self._tensors:
                self._starts.setdefault(_start(known), []).append((name, known))
                if name in self._named:
                    self._storages.setdefault(_storage(known), []).append((name, known))
        if not tensor.numel():
            return None
        alike = [*self._starts.get(_start(tensor), []), *self._storages.get(_storage(tensor), [])]
        older = [(n, known) for n, known in alike if _history(known) > _history(tensor) or tensor._base is known]
        return next((name for name, known in older if _overlap(tensor, known)), None)


def _history(tensor: torch.Tensor) -> int:
    return 2 if tensor.grad_fn is not None else int(tensor.requires_grad)


def _start(tensor: torch.Tensor) -> int:
    return tensor.data_ptr() if tensor.layout is torch.strided else 0


def _storage(tensor: torch.Tensor) -> int:
    return tensor.untyped_storage().data_ptr() if tensor.layout is torch.strided else 0


def _overlap(one: torch.Tensor, other: torch.Tensor) -> bool:
    """Whether two tensors of one storage have an entry in common. Of large ones only if they lie alike."""
    if _layout(one) == _layout(other):
        return True
    if max(one.numel(), other.numel()) > _MOST_COMPARED or one.dtype != other.dtype:
        return False
    return bool(np.intersect1d(_offsets(one), _offsets(other)).size)


def _layout(tensor: torch.Tensor) -> tuple:
    return tensor.data_ptr(), tensor.shape, tensor.stride()


def _offsets(tensor: torch.Tensor) -> np.ndarray:
    """Where each entry lies in the storage."""
    places = np.full((1,) * max(tensor.ndim, 1), tensor.storage_offset())
    for axis, (size, stride) in enumerate(zip(tensor.shape, tensor.stride())):
        shape = [1] * tensor.ndim
        shape[axis] = size
        places = places + (np.arange(size) * stride).reshape(shape)
    return places.ravel()


_MOST_COMPARED = 100_000
