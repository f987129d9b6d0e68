"""One route between two nodes, and the products along it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from operator import matmul
from typing import TYPE_CHECKING, Any, NamedTuple

from ...errors import GradflowError, NoDerivative
from ...notation.plain import PLAIN, PRODUCT, Derivative, Formula, Number, Power, Product
from ..edge import Edge, present
from ..linear import IDENTITY, Factor, LinearMap, Missing
from ..worlds.exact import public
from ..written import value_formula

if TYPE_CHECKING:
    from ..flow import GradientFlow

EXACT_BITS = 100_000
"""Sums and products along paths stay exact up to this many bits, above or below the bar."""


class Growth(NamedTuple):
    """The product of a path's Jacobians from the target in to `node`: its 2-norm, and its spectral radius if square."""

    node: str
    norm: float
    spectral_radius: float | None


@dataclass(frozen=True, repr=False, eq=False)
class Path:
    """One route, told from the target back to the source, in the order in which its partials multiply."""

    flow: GradientFlow
    source: str
    edges: tuple[Edge, ...]

    @property
    def nodes(self) -> tuple[str, ...]:
        """The names along the way, target first."""
        return (*(edge.child for edge in self.edges), self.source)

    @property
    def partials(self) -> tuple[Any, ...]:
        """The local partials along the way, outermost first."""
        return tuple(edge.partial for edge in self.edges)

    @property
    def product(self) -> Any:
        """The product of the partials; 1 for the path without edges. Raises `NoDerivative` where one is missing."""
        numbers = [exact_number(edge.map) for edge in self.edges]
        if None not in numbers and (product := _exact_product(numbers)) is not None:
            return public(product)
        *_, last = accumulate((edge.map for edge in self.edges), matmul, initial=IDENTITY)
        if not is_scalar(last):
            from ..jacobians import collapsed

            last = collapsed(last)
        return self.flow.tidy(present(last, f"the product along {' ← '.join(self.nodes)}"))

    @property
    def growth(self) -> tuple[Growth, ...]:
        """How large the product of the Jacobians is, from the target in to each node of the path.

        One row an edge, for P_k = D_1 D_2 … D_k: the 2-norm, and the spectral radius where P_k is square (None
        elsewhere). For scalars both are |P_k|. Vanishing and exploding show in the norms: radii below 1 bound
        the powers of one matrix, not the product of several. Raises `GradflowError` where the flow has no numbers.

        >>> from gradflow_nb import graph
        >>> for row in graph("h = 2x; y = h/8").at(x=1).paths("y", "x")[0].growth:
        ...     print(row.node, row.norm, row.spectral_radius)
        h 0.125 0.125
        x 0.25 0.25
        """
        if self.flow.symbolic:
            raise GradflowError("The size of a product can be told for numbers: put them in with graph.at(...) first.")
        products = accumulate((edge.partial for edge in self.edges), _times)
        return tuple(Growth(edge.parent, *_size(product)) for edge, product in zip(self.edges, products))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Path):
            return NotImplemented
        return (self.flow is other.flow or self.flow == other.flow) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)

    @property
    def _key(self) -> tuple[Any, ...]:
        return (self.source, *map(id, self.edges))

    @property
    def is_scalar(self) -> bool:
        """Whether no array lies on the way, so that the product is one number or formula."""
        return all(is_scalar(edge.map) for edge in self.edges)

    @property
    def written(self) -> str:
        """The product as written, and what it comes to: `3·2·32·5 = 960`."""
        formulas = [partial_formula(edge) for edge in self.edges]
        factors = [PLAIN.write(f, PRODUCT + (not isinstance(f, (Number, Derivative)))) for f in formulas]
        try:
            product = [str(short(self.product))] if self.is_scalar else []
        except NoDerivative:
            return "·".join(factors) + ", which does not exist"
        return " = ".join(dict.fromkeys(filter(None, ["·".join(factors), *product])))

    def __str__(self) -> str:
        return f"{' ← '.join(self.nodes)}: {self.written}"

    def __repr__(self) -> str:
        return f"<Path {self}>"


def is_scalar(partial: LinearMap) -> bool:
    """Whether a map is multiplication by one number, formula or symbol (or a `Missing`), and not a matrix."""
    return isinstance(partial, (Factor, Missing))


def exact_number(partial: LinearMap) -> int | Fraction | None:
    """The exact number that a scalar's map multiplies by, whole ones as ints; None for anything else."""
    value = partial.value if isinstance(partial, Factor) else None
    if type(value) is Fraction:
        return value.numerator if value.denominator == 1 else value
    return value if type(value) is int else None


def too_long(value: int | Fraction) -> bool:
    """Whether an exact number has more bits than are kept."""
    return max(value.numerator.bit_length(), value.denominator.bit_length()) > EXACT_BITS


def _exact_product(numbers: Iterable[Any]) -> Any:
    product = 1
    for number in numbers:
        product = product * number
        if too_long(product):
            return None
    return product


def _times(outer: Any, inner: Any) -> Any:
    """The product of two partials, either of them a number or a matrix."""
    return outer @ inner if hasattr(outer, "shape") and hasattr(inner, "shape") else outer * inner


def _size(product: Any) -> tuple[float, float | None]:
    """The 2-norm of a product and, where it is square, its spectral radius."""
    if not hasattr(product, "shape"):
        return float(abs(product)), float(abs(product))
    import numpy as np

    square = product.shape[0] == product.shape[1]
    return float(np.linalg.norm(product, 2)), float(max(abs(np.linalg.eigvals(product)))) if square else None


def partial_formula(edge: Edge) -> Formula:
    """How an edge is written in a product: its number, formula or symbol; `∂child/∂parent` for a matrix or for none."""
    if edge.exists and is_scalar(edge.map):
        return value_formula(edge.partial)
    return Derivative(edge.child, edge.parent)


def short(value: Any) -> Formula:
    """A value as a formula; of an exact number that no line has room for, the first digits.

    >>> str(short(174)), str(short(2**1000))
    ('174', '1.07151·10^301')
    """
    if isinstance(value, (int, Fraction)) and max(abs(value.numerator), value.denominator) >= _LONG:
        return _first_digits(value)
    return value_formula(value)


_LONG = 10**18


def _first_digits(value: int | Fraction) -> Formula:
    from decimal import Context

    wide = Context(prec=6, Emax=10**9, Emin=-(10**9))
    rounded = wide.divide(wide.create_decimal(value.numerator), wide.create_decimal(value.denominator))
    exponent = rounded.adjusted()
    if -6 <= exponent < 6:
        return Number(float(rounded))
    return Product((Number(float(wide.scaleb(rounded, -exponent))), Power(Number(10), Number(exponent))))


def number_of(count: int) -> str:
    """A count for a sentence: exact as far as a line has room, then `about 1.07151·10^301`.

    >>> number_of(6), number_of(2**1000)
    ('6', 'about 1.07151·10^301')
    """
    return str(count) if count < _LONG else f"about {short(count)}"
