"""An edge's local partial as a linear map.

A map can be applied (jvp), its transpose can be applied (vjp), maps along a path compose as `outer @ inner`, and
maps of parallel edges add. For scalars, and for elementwise operations on arrays, one factor is the whole map.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ..errors import Undefined
from .worlds.exact import settle


@dataclass(frozen=True, slots=True)
class Factor:
    """Multiplication by one number, formula or symbol. The order of factors is kept, for symbols may not commute."""

    value: Any

    @property
    def structure(self) -> str:
        """"identity" where the factor is 1, else "scalar"."""
        return "identity" if self.value == 1 else "scalar"

    def jvp(self, tangent: Any) -> Any:
        return kept(self.value * tangent)

    def vjp(self, cotangent: Any) -> Any:
        return kept(cotangent * self.value)

    def __matmul__(self, inner: LinearMap) -> LinearMap:
        return inner if isinstance(inner, Missing) else _factor(self.value * inner.value)

    def __add__(self, other: LinearMap) -> LinearMap:
        return other if isinstance(other, Missing) else _factor(self.value + other.value)


@dataclass(frozen=True, slots=True)
class Missing:
    """A partial that does not exist, or cannot be given, with the reason. It absorbs whatever it meets."""

    reason: str
    says: str = "does not exist"
    structure = "missing"

    def jvp(self, tangent: Any) -> Missing:
        return self

    vjp = __add__ = __radd__ = __mul__ = __rmul__ = __matmul__ = jvp


def kept(value: Any) -> Any:
    """A derivative as it is stored: numbers exact up to 60 digits and finite, as values are; formulas up to a size."""
    if type(value).__module__.startswith("sympy"):
        from .worlds.symbols import LONGEST, size

        too_long = f"its formula has more than {LONGEST:,} parts; put in numbers with at(...)"
        return value if size(value) <= LONGEST else Missing(too_long, "cannot be written down")
    if not isinstance(value, (int, Fraction, float)):
        return value
    try:
        return settle(value)
    except Undefined as error:
        return Missing(str(error), "cannot be given")


def _factor(value: Any) -> LinearMap:
    value = kept(value)
    return value if isinstance(value, Missing) else Factor(value)


LinearMap = Factor | Missing
IDENTITY = Factor(1)
