"""The partials on the edges, asked of PyTorch's own backward functions.

A backward function applies the transpose of its operation's Jacobian to a cotangent. It is called here by itself, so
no pass is run: no hook is called, nothing is freed and no `.grad` is touched. What it gives for every unit cotangent
are the rows of the Jacobian; where entries do not mix, one cotangent of ones gives the whole diagonal.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import prod
from typing import Any

import numpy as np
import torch

from ..core.jacobians import LARGEST, ArrayMap, Dense, Diagonal, Selection, composed
from ..core.linear import Factor, LinearMap, Missing, factor, kept
from ..errors import NoDerivative
from .spelling import is_elementwise, moves_entries
from .walking import Function, Key, is_leaf, numbers

Shape = tuple[int, ...]
MOST_ENTRIES = 10_000
"""A Jacobian up to this size is read at once; PyTorch is asked for a larger one when somebody needs it."""
_FEW_ROWS = 12
"""For more rows one call in a batch is faster than a call for each."""

FREED = "a backward pass freed what it needs; mirror before backward(), or write backward(retain_graph=True)"
EDITED = "a tensor that it needs was edited in place; write x = x + 1 in place of x += 1"


def refusal(error: BaseException) -> Missing:
    """Why PyTorch gives no partial, as it stands on an edge."""
    text = str(error)
    if "a second time" in text or "been freed" in text:
        return Missing(FREED, "was freed")
    if "inplace operation" in text:
        return Missing(EDITED, "is lost")
    return Missing(f"PyTorch says: {text.splitlines()[0] if text else type(error).__name__}", "cannot be given")


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
            return self._of_a_person(cotangent)
        others = self.count - 1
        answer = (
            function(*[None] * self.number, cotangent, *[None] * (others - self.number))
            if others
            else function(cotangent)
        )
        return answer if isinstance(answer, tuple) else (answer,)

    def _of_a_person(self, cotangent: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
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

    def ones(self) -> torch.Tensor:
        """The cotangent that has 1 everywhere."""
        one = _one(self.dtype, self.device)
        return one.expand(self.shape) if self.shape else one

    def rows(self, wanted: Sequence[tuple[int, Shape]]) -> list[np.ndarray | None]:
        """The Jacobians by some arguments, each given by its number and shape; None for one that is all zeros."""
        size = prod(self.shape)
        units = torch.eye(size, dtype=self.dtype, device=self.device).reshape(size, *self.shape)

        def row(unit: torch.Tensor) -> tuple[torch.Tensor, ...]:
            answers = self.backward(unit)
            return tuple(
                torch.zeros(shape, device=self.device) if answers[i] is None else fitted(answers[i], shape)
                for i, shape in wanted
            )

        with torch.no_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that a batch is slow, for some functions
            if size > _FEW_ROWS:
                try:
                    blocks = [numbers(block.reshape(size, -1)) for block in torch.vmap(row)(units)]
                    if self._agree(blocks, row):
                        return blocks
                except Exception:  # not every function can be called in a batch
                    pass
            found = [torch.stack(column) for column in zip(*map(row, units))]
        return [numbers(block.reshape(size, -1)) for block in found]

    def _agree(self, blocks: Sequence[np.ndarray], row: Callable[[torch.Tensor], tuple[torch.Tensor, ...]]) -> bool:
        """Whether what came from a batch agrees with a single call: PyTorch has batches that give wrong numbers."""
        weights = np.linspace(1, 2, prod(self.shape))
        answers = row(torch.tensor(weights, dtype=self.dtype, device=self.device).reshape(self.shape))
        near = torch.finfo(self.dtype).eps ** 0.5
        return all(
            (abs(weights @ block - np.ravel(numbers(answer))) <= near * (weights @ abs(block))).all()
            for block, answer in zip(blocks, answers)
        )


@cache
def _one(dtype: torch.dtype, device: torch.device) -> torch.Tensor:
    return torch.ones((), dtype=dtype, device=device)


def fitted(answer: torch.Tensor, shape: Shape) -> torch.Tensor:
    """An answer in the shape of its argument: PyTorch adds up what was broadcast after the function has run."""
    if answer.layout is not torch.strided:
        answer = answer.to_dense()
    return answer if tuple(answer.shape) == shape else answer.sum_to_size(shape)


@dataclass(frozen=True, slots=True, eq=False)
class Asked(ArrayMap):
    """A large Jacobian: PyTorch is asked each time that it is applied."""

    result: Result
    argument: int
    out_of: Shape

    @property
    def into(self) -> Shape:  # type: ignore[override]
        return self.result.shape

    def jvp(self, tangent: Any) -> Any:
        return tangent if isinstance(tangent, Missing) else _answered(lambda: self._forward(tangent))

    def vjp(self, cotangent: Any) -> Any:
        return cotangent if isinstance(cotangent, Missing) else _answered(lambda: self._backward(cotangent))

    def written_down(self) -> np.ndarray:
        return _given(self._rows)

    def forward(self, tangent: Any) -> Any:
        return _given(lambda: self._forward(tangent))

    def backward(self, cotangent: Any) -> Any:
        return _given(lambda: self._backward(cotangent))

    def _forward(self, tangent: Any) -> Any:
        """The transpose of the transpose: the answer is linear in the cotangent, so its gradient is the Jacobian.

        Where PyTorch cannot differentiate the answer, the Jacobian is written down.
        """
        try:
            with torch.enable_grad():
                cotangent = torch.zeros_like(self.result.ones()).requires_grad_()
                answer = self._answer(cotangent)
                if answer is None:
                    return np.zeros(self.into)
                weights = torch.tensor(np.asarray(tangent, float), dtype=answer.dtype, device=answer.device)
                (found,) = torch.autograd.grad(answer, cotangent, weights.reshape(answer.shape))
        except Exception:
            if prod(self.shape) > LARGEST:
                raise
            return (self._rows() @ np.ravel(tangent)).reshape(self.into)
        return numbers(found)

    def _backward(self, cotangent: Any) -> Any:
        with torch.no_grad():
            given = torch.tensor(np.asarray(cotangent, float), dtype=self.result.dtype, device=self.result.device)
            answer = self._answer(given.reshape(self.into))
        return np.zeros(self.out_of) if answer is None else numbers(answer)

    def _answer(self, cotangent: torch.Tensor) -> torch.Tensor | None:
        answer = self.result.backward(cotangent)[self.argument]
        return None if answer is None else fitted(answer, self.out_of)

    def _rows(self) -> np.ndarray:
        return self.result.rows([(self.argument, self.out_of)])[0]


def _given(ask: Callable[[], Any]) -> Any:
    """What PyTorch answers. Raises `NoDerivative` where it refuses."""
    try:
        return ask()
    except Exception as error:  # a function that somebody wrote may raise anything
        missing = refusal(error)
        raise NoDerivative(f"This Jacobian {missing.says}: {missing.reason}.") from None


def _answered(ask: Callable[[], Any]) -> Any:
    """The same as a flow keeps it: where PyTorch refuses, a mark that says why."""
    try:
        return kept(ask())
    except Exception as error:  # as above
        return refusal(error)


def partials(result: Result, arguments: Mapping[int, Shape]) -> dict[int, LinearMap]:
    """The partials of a result by its arguments, given as the shapes by their places. To be called under `no_grad`."""
    try:
        return _partials(result, arguments)
    except Exception as error:  # as above
        return dict.fromkeys(arguments, refusal(error))


def _partials(result: Result, arguments: Mapping[int, Shape]) -> dict[int, LinearMap]:
    name = type(result.function).__name__
    if not result.shape:
        answers = result.backward(result.ones())
        return {i: _from_one(result, answers[i], i, shape) for i, shape in arguments.items()}
    if is_elementwise(name):
        answers = result.backward(result.ones())
        return {i: _from_ones(result, answers[i], i, shape) for i, shape in arguments.items()}
    found: dict[int, LinearMap] = {}
    if moves_entries(name):
        found = {i: moved for i, shape in arguments.items() if (moved := _moved(result, i, shape)) is not None}
    size = prod(result.shape)
    small = [(i, shape) for i, shape in arguments.items() if i not in found and size * prod(shape) <= MOST_ENTRIES]
    if small:
        for (i, shape), matrix in zip(small, result.rows(small)):
            found[i] = _from_matrix(matrix, result.shape, shape, moves_entries(name))
    return {i: found.get(i) or Asked(result, i, shape) for i, shape in arguments.items()}


def _from_one(result: Result, answer: torch.Tensor | None, argument: int, shape: Shape) -> LinearMap:
    """The partial of a single number: a number itself, or the one row of the Jacobian."""
    if answer is None:
        return _zero((), shape)
    if not shape:
        return factor(answer.item())
    row = numbers(fitted(answer, shape)).reshape(1, -1)
    found = _from_matrix(row, (), shape, moves_entries(type(result.function).__name__))
    return found if row.size <= MOST_ENTRIES or isinstance(found, Selection) else Asked(result, argument, shape)


def _from_ones(result: Result, answer: torch.Tensor | None, argument: int, shape: Shape) -> LinearMap:
    """The partial of an operation that does not mix entries: the answer to ones is the diagonal."""
    into = result.shape
    if answer is None:
        return _zero(into, shape)
    if tuple(answer.shape) != into:  # the function has added up already what was broadcast
        if prod(into) * prod(shape) > MOST_ENTRIES:
            return Asked(result, argument, shape)
        return _from_matrix(result.rows([(argument, shape)])[0], into, shape, False)
    scaled = OnDiagonal(answer, into)
    if into == shape:
        return scaled
    spread = np.broadcast_to(np.arange(prod(shape)).reshape(shape), into).ravel()
    return composed(scaled, Selection(spread, into, shape))


class OnDiagonal(Diagonal):
    """A diagonal as PyTorch has answered it; its numbers are read when somebody looks."""

    __slots__ = ("_answer", "_read")

    def __init__(self, answer: torch.Tensor, into: Shape) -> None:
        for name, value in (("into", into), ("_answer", answer), ("_read", None)):
            object.__setattr__(self, name, value)

    @property
    def entries(self) -> Any:  # type: ignore[override]
        if self._read is None:
            found = numbers(self._answer)
            same = found.size and (found == found.flat[0]).all()
            object.__setattr__(self, "_read", float(found.flat[0]) if same else found)
            object.__setattr__(self, "_answer", None)
        return self._read


def _zero(into: Shape, shape: Shape) -> LinearMap:
    return Factor(0) if into == shape == () else Selection(np.full(prod(into), -1), into, shape)


def _moved(result: Result, argument: int, shape: Shape) -> LinearMap | None:
    """A move of entries by where each came from, from two calls; None where an entry is used twice, or too many are."""
    size = prod(result.shape)
    if size >= 2**23 or torch.finfo(result.dtype).bits < 32:
        return None  # they could not be counted
    used = result.backward(result.ones())[argument]
    counted = torch.arange(1, size + 1, dtype=result.dtype, device=result.device).reshape(result.shape)
    found = result.backward(counted)[argument]
    if used is None or used.shape != shape or not np.isin(numbers(used), (0, 1)).all():
        return None
    places = np.ravel(numbers(found)).astype(np.int64)
    source = np.full(size, -1)
    (taken,) = np.nonzero(places)
    source[places[taken] - 1] = taken
    return Selection(source, result.shape, shape)


def _from_matrix(matrix: np.ndarray, into: Shape, shape: Shape, moves: bool) -> LinearMap:
    if not moves or not np.isin(matrix, (0, 1)).all() or (matrix.sum(axis=1) > 1).any():
        return Dense(matrix, into, shape)
    return Selection(np.where(matrix.any(axis=1), matrix.argmax(axis=1), -1), into, shape)
