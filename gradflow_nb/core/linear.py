"""An edge's local partial as a linear map.

A map can be applied (jvp), its transpose can be applied (vjp), maps along a path compose as `outer @ inner`, and
maps of parallel edges add. Between scalars one factor is the whole map; maps between arrays stand in `jacobians`.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ..errors import Undefined
from .worlds import package
from .worlds.exact import settle


@dataclass(frozen=True, slots=True)
class Factor:
    """Multiplication by one number, formula or symbol. The order of factors is kept, for symbols may not commute."""

    value: Any

    @property
    def structure(self) -> str:
        """"identity" where the factor is 1, else "scalar"."""
        return "identity" if self.value == 1 else "scalar"

    @property
    def matrix(self) -> Any:
        """The factor itself."""
        return self.value

    @property
    def shape(self) -> tuple[int, int]:
        return 1, 1

    def jvp(self, tangent: Any) -> Any:
        return kept(self.value * tangent)

    def vjp(self, cotangent: Any) -> Any:
        return kept(cotangent * self.value)

    def __matmul__(self, inner: LinearMap) -> LinearMap:
        if isinstance(inner, Factor):
            return factor(self.value * inner.value)
        return inner if isinstance(inner, Missing) else NotImplemented  # an array's map takes over

    def __add__(self, other: LinearMap) -> LinearMap:
        if isinstance(other, Factor):
            return factor(self.value + other.value)
        return other if isinstance(other, Missing) else NotImplemented


@dataclass(frozen=True, slots=True)
class Missing:
    """A partial that does not exist, or cannot be given, with the reason. It absorbs whatever it meets."""

    reason: str
    says: str = "does not exist"
    structure = "missing"
    __array_ufunc__ = None  # numpy leaves `array * missing` to us

    def jvp(self, tangent: Any) -> Missing:
        return self

    vjp = __add__ = __radd__ = __mul__ = __rmul__ = __matmul__ = __rmatmul__ = jvp


def kept(value: Any) -> Any:
    """A derivative as it is stored: numbers exact up to 60 digits and finite, as values are; formulas up to a size."""
    if isinstance(value, (int, Fraction, float)):
        try:
            return settle(value)
        except Undefined as error:
            return Missing(str(error), "cannot be given")
    brought_by = package(type(value))
    if brought_by == "sympy":
        from .worlds.symbols import LONGEST, size

        too_long = f"its formula has more than {LONGEST:,} parts; put in numbers with at(...)"
        return value if size(value) <= LONGEST else Missing(too_long, "cannot be written down")
    if brought_by == "numpy":
        from .worlds import arrays

        try:
            return arrays.settle(value)
        except Undefined as error:
            return Missing(str(error), "cannot be given")
    return value


def factor(value: Any) -> Factor | Missing:
    """The number or formula as a map, as it is stored."""
    value = kept(value)
    return value if isinstance(value, Missing) else Factor(value)


IDENTITY = Factor(1)
LinearMap = Any
"""A `Factor`, a `Missing`, or one of the maps of `jacobians`."""
