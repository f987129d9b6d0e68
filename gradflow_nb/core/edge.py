"""An edge of a gradient flow: a local partial ∂child/∂parent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..errors import NoDerivative
from .linear import LinearMap, Missing
from .worlds import exact
from .written import map_formula


@dataclass(frozen=True, repr=False)
class Edge:
    """A local partial ∂child/∂parent. `convention` says so where a kink's convention stands in for a derivative."""

    child: str
    parent: str
    map: LinearMap
    convention: str | None = None

    @property
    def exists(self) -> bool:
        """False where the partial does not exist at this point."""
        return not isinstance(self.map, Missing)

    @property
    def partial(self) -> Any:
        """The local partial: an int, a Fraction, a float, a formula or, between arrays, a matrix.

        Raises `NoDerivative` where there is none.
        """
        return present(self.map, f"∂{self.child}/∂{self.parent}")

    def __repr__(self) -> str:
        partial = map_formula(self.map) if self.exists else self.map.says
        return f"Edge(child={self.child!r}, parent={self.parent!r}, partial={partial})"


def present(value: Any, what: str) -> Any:
    """A map or a value as it is handed out; raises `NoDerivative` for a `Missing`."""
    if isinstance(value, Missing):
        at = " at this point" if value.says == "does not exist" else ""
        raise NoDerivative(f"{what} {value.says}{at}: {value.reason}.")
    return exact.public(getattr(value, "matrix", value))
