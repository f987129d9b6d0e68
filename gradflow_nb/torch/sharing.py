"""Which tensor another one was detached from, or is a part of: they share their memory."""

from __future__ import annotations

from collections.abc import Sequence

import torch


class Memory:
    """Where the entries of known tensors lie. It is looked at when somebody first asks."""

    def __init__(self, tensors: Sequence[tuple[str, torch.Tensor]]) -> None:
        self._tensors = tensors
        self._storages: dict[int, list[tuple[str, torch.Tensor]]] = {}

    def owner(self, tensor: torch.Tensor, own: str | None = None) -> tuple[str | None, bool]:
        """The name of a known tensor that this one shares memory with, and whether they are the same entries.

        `own` is what the tensor itself is called, if it is known too.
        """
        if not self._storages:
            for name, known in self._tensors:
                self._storages.setdefault(_storage(known), []).append((name, known))
        alike = self._storages.get(_storage(tensor), []) if tensor.numel() else []
        alike = [(name, known) for name, known in alike if name != own and _overlap(tensor, known)]
        for name, known in alike:
            if _layout(known) == _layout(tensor):
                return name, True
        return (alike[0][0] if alike else None), False


def _layout(tensor: torch.Tensor) -> tuple:
    return tensor.data_ptr(), tensor.shape, tensor.stride()


def _storage(tensor: torch.Tensor) -> int:
    return tensor.untyped_storage().data_ptr() if tensor.layout is torch.strided else 0


def _overlap(one: torch.Tensor, other: torch.Tensor) -> bool:
    """Whether two tensors reach over the same bytes of their storage."""
    (first, last), (low, high) = map(_reach, (one, other))
    return first < high and low < last


def _reach(tensor: torch.Tensor) -> tuple[int, int]:
    entries = 1 + sum((size - 1) * stride for size, stride in zip(tensor.shape, tensor.stride()))
    return tensor.data_ptr(), tensor.data_ptr() + entries * tensor.element_size()
