"""A sum over paths with its common factors taken out: how it is written, what it comes to, and what it costs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from functools import cached_property, reduce
from operator import add, matmul, mul
from typing import TYPE_CHECKING, Any, get_args

from ...errors import GradflowError, InputError, nearest
from ...notation.plain import PLAIN, Derivative, Equation, Formula, Name, Number, Product, Sum
from ..display import Shown
from ..edge import present
from ..linear import IDENTITY
from ..worlds import exact, is_array
from . import Paths, Style
from .forms import Part, expanded, grouped, named
from .path import Path, exact_number, is_scalar, number_of, partial_formula, too_long
from .putting import given, is_matrix, plus, put, times

if TYPE_CHECKING:
    from ..edge import Edge

MOST_LISTED = 10_000
"""More paths than this are not written out one by one."""
_LONGEST, _DEEPEST = 400, 40
"""A written form stops after so many factors, and inside so many brackets."""


def factored(paths: Paths, style: Style, depth: int | None) -> Factored:
    """See `Paths.factored`. Raises `GradflowError` for an unknown style or depth, and for too many paths to list."""
    if style not in get_args(Style):
        raise GradflowError(f"style={style!r} is not known: it is {', '.join(map(repr, get_args(Style)))}.")
    if depth is not None and (isinstance(depth, bool) or not isinstance(depth, int) or depth < 0):
        raise GradflowError(f"depth={depth!r} is not a number of levels: write 0, 1, 2, … or leave it out.")
    if not paths.count:
        return Factored(paths, style, ())
    if style == "expanded" or depth == 0:
        return Factored(paths, style, expanded(_listed(paths)))
    if style == "named":
        return Factored(paths, style, named(paths))
    if depth is not None and depth > 2 * _DEEPEST:
        depth = None  # deeper than is ever written
    parts = grouped(paths, style == "suffix", depth, lambda of, wrt: _listed(paths.flow.paths(of, wrt)))
    return Factored(paths, style, parts)


def _listed(paths: Paths) -> Iterable[Path]:
    if paths.count > MOST_LISTED:
        raise GradflowError(
            f"There are {number_of(paths.count)} paths from {paths.wrt} to {paths.of}, too many to write out one by "
            f'one. Group them all the way: factored("suffix"), "prefix" or "named" without a depth.'
        )
    return paths


class Definitions(tuple[Equation, ...]):
    """Equations, each for a named total; they print one a line."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "\n".join(map(str, self))


class Factored(Shown):
    """The sum over all paths, grouped. It prints as it is written; `formula` serves the other notations.

    `parts` is the form itself, equal parts shared: each part is made of earlier ones, and the last is the whole.

    >>> from gradflow_nb import graph
    >>> chain = graph("b = 5 - 3a; c = 2b + 3; d = 5b + 6; e = 7c + d^2; f = 2e; g = 3f - o")
    >>> form = chain.flow().paths("g", "b").factored()
    >>> form, form.value, form.at(d=16)
    (3·2(7·2 + 2d·5), 60*d + 84, 1044)
    >>> form.multiplications, form.expanded_multiplications
    (4, 6)
    """

    def __init__(self, paths: Paths, style: Style, parts: Iterable[Part]) -> None:
        self.paths, self.style, self.parts = paths, style, tuple(parts)

    @property
    def formula(self) -> Formula:
        """The form as it is written; one that is too long ends with …"""
        return self.written(partial_formula)

    def written(self, letter: Callable[[Edge], Formula]) -> Formula:
        """The form with `letter(edge)` for each edge."""
        return self._written(len(self.parts) - 1, letter) if self.parts else Number(0)

    @property
    def definitions(self) -> Definitions:
        """What the named totals in the form are, each by those before it: `dL/dy = D_Ly + dL/dz·D_zy`.

        >>> from gradflow_nb import graph
        >>> graph("x = x(w); y = y(x, w); L = L(x, y)").flow().paths("L", "w").factored("named").definitions
        dL/dy = D_Ly
        dL/dx = D_Lx + dL/dy·D_yx
        """
        return Definitions(
            Equation((Derivative(*part.named, sign="d"), self._written(part.parts[0])))
            for part in self.parts
            if part.named
        )

    @property
    def size(self) -> int:
        """How many parts the form has, each shared part counted once."""
        return len(self.parts)

    @cached_property
    def multiplications(self) -> int:
        """How many products the form has as written, those in `definitions` included.

        There is one between two neighbouring factors, by 1 too, though a factor 1 is left out in writing. A product
        of two Jacobians is one product whatever their sizes; `flow.orders()` counts multiplications of numbers.
        """
        if self.style == "named":
            return sum(part.kind == "times" for part in self.parts)
        return self._fold(lambda edge: 0, 0, lambda a, b: a + b + 1, add)

    @cached_property
    def expanded_multiplications(self) -> int:
        """How many products the plain sum over all paths has; found without listing them."""
        found = {self.paths.wrt: (1, 0)}  # how many paths, and how many edges they have in all
        rank = {name: i for i, name in enumerate(self.paths.nodes)}
        for edge in sorted(self.paths.edges, key=lambda edge: rank[edge.child]):
            ways, edges = found[edge.parent]
            before, so_far = found.get(edge.child, (0, 0))
            found[edge.child] = before + ways, so_far + edges + ways
        ways, edges = found.get(self.paths.of, (0, 0))
        return max(0, edges - ways)

    @cached_property
    def value(self) -> Any:
        """What the form comes to, multiplied and added as it is written: a number, a formula or a Jacobian.

        Raises `NoDerivative` where a partial that it needs does not exist.
        """
        if not self.parts:
            return self.paths.sum
        for edge in self.paths.edges:
            if not edge.exists:
                present(edge.map, f"∂{edge.child}/∂{edge.parent}")
        if all(exact_number(edge.map) is not None for edge in self.paths.edges):
            number = self._fold(lambda edge: exact_number(edge.map), 1, mul, add)
            if not too_long(number):
                return exact.public(number)
        if all(is_scalar(edge.map) for edge in self.paths.edges):
            whole = self._fold(lambda edge: edge.map, IDENTITY, matmul, add)
            return self.paths.flow.tidy(present(whole, f"d{self.paths.of}/d{self.paths.wrt}"))
        matrix = self._fold(lambda edge: edge.map.matrix, 1, times, plus)
        ends = (self.paths.flow.known[name] for name in (self.paths.of, self.paths.wrt))
        return matrix if any(map(is_array, ends)) or not is_matrix(matrix) else matrix.item()

    def at(self, point: Mapping[str, Any] | None = None, /, **numbers: Any) -> Any:
        """What the form comes to when numbers or matrices are put in for its names, in the order that is written.

        Names are those of nodes (`d=16`) and of opaque partials (`D_xw=array`). A matrix is an array or a list of
        rows; a list of numbers is one row; beside a square matrix a number stands for that multiple of the
        identity. Raises `InputError` for missing and surplus names, and for matrices that do not fit together.

        >>> from gradflow_nb import graph
        >>> form = graph("x = x(w); y = 3x + w; L = L(x, y)").flow().paths("L", "w").factored()
        >>> form
        (D_Lx + D_Ly·3)·D_xw + D_Ly
        >>> form.at(D_Lx=[[1, 0]], D_Ly=[[2, 1]], D_xw=[[0, 1], [1, 1]])
        array([[ 5., 11.]])
        """
        put_in = {**dict(point or {}), **numbers}
        needed = self.names
        for name in put_in:
            if name not in needed and name not in self.paths.flow.names:
                raise InputError(f"{name!r} does not occur in this form. {nearest(name, needed)}")
        if missing := [name for name in needed if name not in put_in]:
            raise InputError(f"A value is missing for {', '.join(missing)}.")
        values = {name: given(name, put_in[name]) for name in needed}
        return exact.public(self._fold(lambda edge: put(edge.partial, values), Fraction(1), times, plus))

    @property
    def names(self) -> tuple[str, ...]:
        """The names for which `at` needs values, sorted."""
        found: set[str] = set()
        for part in self.parts:
            if part.edge is not None:
                found |= {symbol.name for symbol in getattr(part.edge.partial, "free_symbols", ())}
        return tuple(sorted(found))

    def __str__(self) -> str:
        text = PLAIN.write(self.formula)
        more = ' (too long to write out; factored("named") says it in short lines)'
        return text + (more if text.endswith("…") and self.style != "named" else "")

    def _fold(
        self,
        leaf: Callable[[Edge], Any],
        one: Any,
        times: Callable[[Any, Any], Any],
        plus: Callable[[Any, Any], Any],
    ) -> Any:
        """The form in any arithmetic: every part once, in order."""
        found: list[Any] = []
        for part in self.parts:
            inside = [found[i] for i in part.parts]
            match part.kind:
                case "one":
                    found.append(one)
                case "edge":
                    found.append(leaf(part.edge))
                case "times":
                    found.append(times(*inside))
                case "plus":
                    found.append(reduce(plus, inside))
                case "total":
                    found.append(inside[0])
        return found[-1] if found else 0

    def _written(self, whole: int, letter: Callable[[Edge], Formula] = partial_formula) -> Formula:
        """One part as a formula, within the limits of length and depth."""
        left = [_LONGEST]

        def write(i: int, inside: int) -> Formula:
            part = self.parts[i]
            left[0] -= part.kind in ("edge", "total", "one")
            if part.kind == "one":
                return Number(1)
            if part.named:
                return Derivative(*part.named, sign="d")
            if part.edge is not None:
                return letter(part.edge)
            if inside > _DEEPEST:
                return Name("…")
            pieces = []
            for piece in self._pieces(i):
                if left[0] <= 0:
                    pieces.append(Name("…"))
                    break
                pieces.append(write(piece, inside + 1))
            return Sum(tuple(pieces)) if part.kind == "plus" else _product(pieces)

        return write(whole, 0)

    def _pieces(self, i: int) -> Iterable[int]:
        """The terms of a sum, or all factors of a product of products, lazily."""
        kind, stack = self.parts[i].kind, [i]
        while stack:
            part = self.parts[stack[-1]]
            if part.kind == kind:
                stack[-1:] = reversed(part.parts)
            else:
                yield stack.pop()


def _product(factors: Iterable[Formula]) -> Formula:
    """Factors side by side as people write them: products spliced in, a factor 1 left out."""
    flat = [f for factor in factors for f in (factor.factors if isinstance(factor, Product) else (factor,))]
    kept = [f for f in flat if f != Number(1)] or [Number(1)]
    return kept[0] if len(kept) == 1 else Product(tuple(kept))
