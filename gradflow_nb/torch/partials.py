"""The partials on the edges, asked of PyTorch's own backward functions.

What a backward function gives for every unit cotangent are the rows of the Jacobian; where entries do not mix, one
cotangent of ones gives the whole diagonal.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite, prod

import numpy as np
import torch

from ..core.jacobians import Dense, Selection, composed
from ..core.linear import Factor, LinearMap, Missing, factor
from .answers import NOT_LINEAR, Result, Shape, fitted, refusal
from .asked import Asked, OnDiagonal
from .structure import is_elementwise, moves_entries
from .walking import numbers

MOST_ENTRIES = 10_000
"""A Jacobian up to this size is read at once; PyTorch is asked for a larger one when somebody needs it."""


def partials(result: Result, arguments: Mapping[int, Shape]) -> dict[int, LinearMap]:
    """The partials of a result by its arguments, given as the shapes by their places; none where no gradient flows.

    To be called under `no_grad`.
    """
    try:
        if not callable(result.function) and not result.is_linear:
            return dict.fromkeys(arguments, Missing(NOT_LINEAR, "is none"))
        return _partials(result, arguments)
    except Exception as error:  # a function that somebody wrote may raise anything
        return dict.fromkeys(arguments, refusal(error))


def _partials(result: Result, arguments: Mapping[int, Shape]) -> dict[int, LinearMap]:
    if not result.shape:
        answers = result.backward(result.ones())
        return {i: _from_one(result, answers[i], i, s) for i, s in arguments.items() if answers[i] is not None}
    name = type(result.function).__name__
    if is_elementwise(name):
        answers = result.backward(result.ones())
        return {i: _from_ones(result, answers[i], i, s) for i, s in arguments.items() if answers[i] is not None}
    found: dict[int, LinearMap | None] = {}
    if moves_entries(name):
        found = {i: moved for i, shape in arguments.items() if (moved := _moved(result, i, shape)) is not None}
    size = prod(result.shape)
    small = [(i, shape) for i, shape in arguments.items() if i not in found and size * prod(shape) <= MOST_ENTRIES]
    if small:
        for (i, shape), matrix in zip(small, result.rows(small)):
            found[i] = None if matrix is None else _from_matrix(matrix, result.shape, shape, moves_entries(name))
    maps = {i: found[i] if i in found else Asked(result, i, shape) for i, shape in arguments.items()}
    return {i: map for i, map in maps.items() if map is not None}


def _from_one(result: Result, answer: torch.Tensor, argument: int, shape: Shape) -> LinearMap:
    """The partial of a single number: a number itself, or the one row of the Jacobian."""
    if not shape:
        slope = answer.item()
        return Factor(slope) if isfinite(slope) else factor(slope)
    row = numbers(fitted(answer, shape)).reshape(1, -1)
    found = _from_matrix(row, (), shape, moves_entries(type(result.function).__name__))
    return found if row.size <= MOST_ENTRIES or isinstance(found, Selection) else Asked(result, argument, shape)


def _from_ones(result: Result, answer: torch.Tensor, argument: int, shape: Shape) -> LinearMap:
    """The partial of an operation that does not mix entries: the answer to ones is the diagonal."""
    into = result.shape
    if tuple(answer.shape) != into:  # the function has added up already what was broadcast
        if prod(into) * prod(shape) > MOST_ENTRIES:
            return Asked(result, argument, shape)
        return _from_matrix(result.rows([(argument, shape)])[0], into, shape, False)
    scaled = OnDiagonal(answer, into)
    if into == shape:
        return scaled
    spread = np.broadcast_to(np.arange(prod(shape)).reshape(shape), into).ravel()
    return composed(scaled, Selection(spread, into, shape))


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
