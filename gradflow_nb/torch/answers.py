"""PyTorch's backward functions, asked one by one.

A backward function applies the transpose of its operation's Jacobian to a cotangent. It is called here by itself, so
no pass is run: no hook is called, nothing is freed and no `.grad` is touched.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import prod
from typing import Any

import numpy as np
import torch

from ..core.linear import Missing
from .walking import Checkpointed, Function, Key, is_leaf, numbers

Shape = tuple[int, ...]
Row = Callable[[torch.Tensor], tuple[torch.Tensor, ...]]
_FEW_ROWS = 12
"""For more rows one call in a batch is faster than a call for each."""
_MOST_AT_ONCE = 2_000_000
"""So many entries the units of one batch may have, or its answers."""

FREED = "a backward pass freed what it needs; mirror before backward(), or write backward(retain_graph=True)"
EDITED = "a tensor that it needs was edited in place, by += or by an optimizer; compute the result anew"
CHECKPOINT = "a checkpoint would run a part of the program again for it; mirror the result of that part alone"
NOT_LINEAR = "its backward, which somebody wrote, multiplies by no Jacobian: it is not linear in what comes in"


def refusal(error: BaseException) -> Missing:
    """Why PyTorch gives no partial, as it stands on an edge."""
    text = str(error)
    if isinstance(error, Checkpointed):
        return Missing(CHECKPOINT, "was not asked for")
    if "a second time" in text or "been freed" in text:
        return Missing(FREED, "was freed")
    if "inplace operation" in text:
        return Missing(EDITED, "is lost")
    return Missing(f"PyTorch says: {text.splitlines()[0] if text else type(error).__name__}", "cannot be given")


def is_refusal(found: Any) -> bool:
    """Whether a partial is missing because PyTorch gave none; others are inf or nan."""
    return isinstance(found, Missing) and (found.says != "cannot be given" or found.reason.startswith("PyTorch says"))


@dataclass(frozen=True, slots=True)
class Result:
    """One of the `count` tensors that a function gives: which one, and what a cotangent for it looks like."""

    function: Function
    number: int
    count: int
    shape: Shape
    dtype: torch.dtype
    device: torch.device

    @classmethod
    def of(cls, key: Key) -> Result:
        function, number = key
        if is_leaf(function):
            leaf = function.variable
            return cls(function, number, 1, tuple(leaf.shape), leaf.dtype, leaf.device)
        known = function._input_metadata  # the inputs of a backward function are the results of its operation
        meta = known[number]
        return cls(function, number, len(known), tuple(meta.shape), meta.dtype, meta.device)

    def backward(self, cotangent: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        """The function's own answer to a cotangent of this result, one tensor for each argument."""
        function = self.function
        if not callable(function):
            return self._python_backward(cotangent)
        others = self.count - 1
        answer = (
            function(*[None] * self.number, cotangent, *[None] * (others - self.number))
            if others
            else function(cotangent)
        )
        return answer if isinstance(answer, tuple) else (answer,)

    def _python_backward(self, cotangent: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        """The same of a function that somebody wrote in Python, with what PyTorch does around such a call."""
        function = self.function
        given = [
            cotangent.clone() if i == self.number else torch.zeros(meta.shape, dtype=meta.dtype, device=meta.device)
            for i, meta in enumerate(function._input_metadata)
        ]  # zeros, for it may reckon with all of them; and a copy, for it may edit what it is given
        answer = function.apply(*given)
        answer = answer if isinstance(answer, tuple) else (answer,)
        needed = (each for each, need in zip(answer, function.needs_input_grad) if need)  # some were no tensors
        return tuple(None if linked is None else next(needed) for linked, _ in function.next_functions)

    @property
    def is_linear(self) -> bool:
        """Whether a function's answers grow with the cotangent, as far as two of them can tell."""
        cotangent = torch.linspace(0.5, 1.5, prod(self.shape), dtype=self.dtype, device=self.device).reshape(self.shape)
        pairs = zip(self.backward(cotangent), self.backward(1000 * cotangent))
        return all(a is None or torch.allclose(1000 * a, b, rtol=1e-2, equal_nan=True) for a, b in pairs)

    def ones(self) -> torch.Tensor:
        """The cotangent that has 1 everywhere."""
        return _ones(self.dtype, self.device, self.shape)

    def rows(self, wanted: Sequence[tuple[int, Shape]]) -> list[np.ndarray | None]:
        """The Jacobians by some arguments, each given by its number and shape; None where no gradient flows at all."""
        size = prod(self.shape)
        nothing: set[int] = set()

        def row(unit: torch.Tensor) -> tuple[torch.Tensor, ...]:
            answers = self.backward(unit)
            nothing.update(i for i, _ in wanted if answers[i] is None)
            return tuple(
                torch.zeros(shape, dtype=self.dtype, device=self.device)
                if answers[i] is None
                else fitted(answers[i], shape)
                for i, shape in wanted
            )

        at_once = max(1, min(size, _MOST_AT_ONCE // max(size, *(prod(shape) for _, shape in wanted), 1)))
        blocks = [self._block(row, first, min(first + at_once, size)) for first in range(0, size, at_once)]
        found = [np.concatenate(parts) for parts in zip(*blocks)]
        return [None if i in nothing else matrix for (i, _), matrix in zip(wanted, found)]

    def _block(self, row: Row, first: int, last: int) -> list[np.ndarray]:
        """The rows from `first` up to `last`."""
        size, count = prod(self.shape), last - first
        units = torch.zeros(count, size, dtype=self.dtype, device=self.device)
        units[torch.arange(count), torch.arange(first, last)] = 1
        units = units.reshape(count, *self.shape)
        with torch.no_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that a batch is slow, for some functions
            if count > _FEW_ROWS:
                try:
                    blocks = [numbers(block.reshape(count, -1)) for block in torch.vmap(row)(units)]
                    if self._agree(blocks, units, row):
                        return blocks
                except Exception:  # not every function can be called in a batch
                    pass
            found = [torch.stack(column) for column in zip(*map(row, units))]
        return [numbers(block.reshape(count, -1)) for block in found]

    def _agree(self, blocks: Sequence[np.ndarray], units: torch.Tensor, row: Row) -> bool:
        """Whether what came from a batch agrees with a single call: PyTorch has batches that give wrong numbers."""
        weights = np.linspace(1, 2, len(units))
        together = torch.tensor(weights, dtype=self.dtype, device=self.device)
        answers = row(torch.tensordot(together, units, dims=1))
        near = torch.finfo(self.dtype).eps ** 0.5
        return all(
            (abs(weights @ block - np.ravel(numbers(answer))) <= near * (weights @ abs(block))).all()
            for block, answer in zip(blocks, answers)
        )


@lru_cache(maxsize=256)
def _ones(dtype: torch.dtype, device: torch.device, shape: Shape) -> torch.Tensor:
    return torch.ones((), dtype=dtype, device=device).expand(shape)


def fitted(answer: torch.Tensor, shape: Shape) -> torch.Tensor:
    """An answer in the shape of its argument: PyTorch adds up what was broadcast after the function has run."""
    if answer.layout is not torch.strided:
        answer = answer.to_dense()
    return answer if tuple(answer.shape) == shape else answer.sum_to_size(shape)
