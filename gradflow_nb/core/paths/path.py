"""One route between two nodes, and the products along it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
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

LONGEST_WRITTEN = 24
"""Of a path with more edges than this only the ends are written."""
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
        return self.flow.tidy(present(last, f"the product along {self.route}"))

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
            raise GradflowError(_no_size(self.flow))
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
    def route(self) -> str:
        """The names along the way, target first; of a very long path, only the ends: `x9 ← b8 ← … ← x1 ← x0`."""
        return " ← ".join(_ends(self.nodes, self._is_long))

    @property
    def written(self) -> str:
        """The product as written, and what it comes to: `3·2·32·5 = 960`; of a very long path, the outer factors."""
        factors = "·".join(_ends(self.edges, self._is_long, _factor))
        try:
            product = [str(short(self.product))] if self.is_scalar else []
        except NoDerivative:
            says = next((edge.map.says for edge in self.edges if not edge.exists), "cannot be given")
            return factors if says.startswith("has no formula") else f"{factors}, which {says}"
        return " = ".join(dict.fromkeys(filter(None, [factors, *product])))

    @property
    def _is_long(self) -> bool:
        return len(self.edges) > LONGEST_WRITTEN

    def __str__(self) -> str:
        return f"{self.route}: {self.written}"

    def __repr__(self) -> str:
        return f"<Path {self}>"


def _no_size(flow: GradientFlow) -> str:
    """Why a product in symbols has no size, and what helps."""
    opaque = [edge for edge in flow.edges if edge.exists and not getattr(edge.partial, "is_commutative", True)]
    if not opaque:
        return "The size of a product can be told for numbers: put them in with graph.at(...) first."
    first = opaque[0]
    return (
        f"The size of a product can be told for numbers, and opaque functions have none: of {first.child} only the "
        f"name is known. Give {first.child} a formula, or put matrices in for {first.partial}: factored().at(...)."
    )


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


def _ends(parts: Sequence[Any], is_long: bool, write: Callable[[Any], str] = str) -> list[str]:
    """All parts as they are written, or the first two and the last two."""
    return [*map(write, parts[:2]), "…", *map(write, parts[-2:])] if is_long else list(map(write, parts))


def _factor(edge: Edge) -> str:
    """An edge as a factor of a product, in brackets where it needs them."""
    formula = partial_formula(edge)
    return PLAIN.write(formula, PRODUCT + (not isinstance(formula, (Number, Derivative))))


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
