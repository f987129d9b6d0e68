"""An edge's local partial as a linear map.

A map can be applied (jvp), its transpose can be applied (vjp), maps along a path compose as `outer @ inner`, and
maps of parallel edges add. For scalars, and for elementwise operations on arrays, one factor is the whole map.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Factor:
    """Multiplication by one number, formula or symbol. The order of factors is kept, for symbols may not commute."""

    value: Any

    @property
    def structure(self) -> str:
        """"identity" where the factor is 1, else "scalar"."""
        return "identity" if self.value == 1 else "scalar"

    def jvp(self, tangent: Any) -> Any:
        return self.value * tangent

    def vjp(self, cotangent: Any) -> Any:
        return cotangent * self.value

    def __matmul__(self, inner: LinearMap) -> LinearMap:
        return inner if isinstance(inner, Missing) else Factor(self.value * inner.value)

    def __add__(self, other: LinearMap) -> LinearMap:
        return other if isinstance(other, Missing) else Factor(self.value + other.value)


@dataclass(frozen=True, slots=True)
class Missing:
    """A partial that does not exist, with the reason. Whatever it meets does not exist either."""

    reason: str
    structure = "missing"

    def jvp(self, tangent: Any) -> Missing:
        return self

    vjp = __add__ = __radd__ = __mul__ = __rmul__ = __matmul__ = jvp


LinearMap = Factor | Missing
IDENTITY = Factor(1)
