"""Maps that look at PyTorch's answers later: large Jacobians, and diagonals whose numbers nobody has read yet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
import torch

from ..core.jacobians import LARGEST, ArrayMap, Diagonal
from ..core.linear import Missing, kept
from ..errors import NoDerivative
from .answers import Result, Shape, fitted, refusal
from .walking import numbers


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


class OnDiagonal(Diagonal):
    """A diagonal as PyTorch has answered it; its numbers are read when somebody looks."""

    __slots__ = ("_answer", "_read")

    def __init__(self, answer: torch.Tensor, into: Shape) -> None:
        put = object.__setattr__
        put(self, "into", into), put(self, "_answer", answer), put(self, "_read", None)

    @property
    def entries(self) -> Any:  # type: ignore[override]
        if self._read is None:
            found = numbers(self._answer)
            same = found.size and (found == found.flat[0]).all()
            object.__setattr__(self, "_read", float(found.flat[0]) if same else found)
            object.__setattr__(self, "_answer", None)
        return self._read
