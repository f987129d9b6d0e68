"""Derivatives held against central differences.

(f(x + h) - f(x - h)) / 2h differs from the derivative by a term in h² and by the rounding of f divided by h, so with
h near the cube root of the rounding about ten digits can be compared (Nocedal and Wright, Numerical Optimization,
2nd ed. (2006), section 8.1).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from ...errors import GradientMismatch, InputError
from ..node import Node
from ..row import Operation
from . import grad, jvp, vjp
from .trees import children, leaves, mapped, value_of

MODES = ("forward", "reverse")


def check_grads(
    function: Callable[..., Any] | Operation,
    args: Sequence[Any],
    order: int = 2,
    modes: Sequence[str] = MODES,
    eps: float = 1e-5,
    rtol: float = 1e-5,
    atol: float = 1e-7,
) -> None:
    """Hold the derivatives of a function, or of a row of the table, at `args` against central differences.

    Every entry of every argument is moved by `eps` (times its size, where that is above 1), and the change of every
    result is held against its tangent (mode "forward") and its cotangents (mode "reverse"). With `order` 2 the same is
    done for the gradient of a weighted sum of the results. Raises `GradientMismatch`, which names the function, the
    argument, the index, what was got and what was expected.

    >>> from gradflow_nb.core.operations import OPERATIONS
    >>> check_grads(OPERATIONS["tan"], (0.5,))
    >>> check_grads(lambda x, y: x * y[0] + y[1] ** 3, (2.0, [1.0, 3.0]))
    """
    if order not in (1, 2):
        raise InputError(f"order={order}: derivatives of order 1 and 2 are checked.")
    for mode in modes:
        if mode not in MODES:
            raise InputError(f"The mode {mode!r} is not one of {' and '.join(map(repr, MODES))}.")
    is_row = isinstance(function, Operation)
    name = function.name if is_row else getattr(function, "__name__", "the function")
    traced = _flat((lambda *given: Node(function, given)) if is_row else function, args)
    plain = _flat(function.value if is_row else function, args)
    point = [value_of(leaf) for leaf in leaves(tuple(args))]
    check = _Check(name, list(_places(tuple(args))), point, modes, eps, rtol, atol)
    check.derivatives(plain, traced, "first")
    if order == 2:
        gradient = grad(_weighted(traced), range(len(point)))
        check.derivatives(gradient, gradient, "second")


@dataclass
class _Check:
    """What every comparison needs: the point, by its leaves, and what each leaf is called."""

    name: str
    places: list[str]
    point: list[Any]
    modes: Sequence[str]
    eps: float
    rtol: float
    atol: float

    def derivatives(self, plain: Callable[..., Any], traced: Callable[..., Any], order: str) -> None:
        """Compare the derivatives of `traced` with the differences of `plain`; both take and return leaves."""
        differences = {(i, at): self._difference(plain, i, at) for i, x in enumerate(self.point) for at in _indices(x)}
        if "forward" in self.modes:
            for (i, at), expected in differences.items():
                tangents = tuple(_unit(x, at) if j == i else 0 * x for j, x in enumerate(self.point))
                got = jvp(traced, tuple(self.point), tangents)[1]
                for k, (g, (e, noise)) in enumerate(zip(got, expected)):
                    for place in _indices(e):
                        self._compare(_entry(g, place), _entry(e, place), noise, (order, "forward", k, place, i, at))
        if "reverse" in self.modes:
            values, pullback = vjp(traced, *self.point)
            for k, value in enumerate(values):
                for place in _indices(value):
                    got = pullback(tuple(_unit(v, place) if j == k else 0 * v for j, v in enumerate(values)))
                    for (i, at), expected in differences.items():
                        e, noise = expected[k]
                        self._compare(_entry(got[i], at), _entry(e, place), noise, (order, "reverse", k, place, i, at))

    def _difference(self, plain: Callable[..., Any], i: int, at: tuple[int, ...]) -> list[tuple[Any, float]]:
        """The central difference of each result, with the rounding error to expect of it."""
        h = self.eps * max(1.0, abs(_entry(self.point[i], at)))
        step = h * _unit(self.point[i], at)
        above, below = (plain(*(x + s * step if j == i else x for j, x in enumerate(self.point))) for s in (1, -1))
        pairs = [(value_of(a), value_of(b)) for a, b in zip(above, below)]
        return [((a - b) / (2 * h), 1e-15 * max(_largest(a), _largest(b)) / h) for a, b in pairs]

    def _compare(self, got: float, expected: float, noise: float, where: tuple) -> None:
        if abs(got - expected) <= self.atol + noise + self.rtol * abs(expected):
            return
        order, mode, k, place, i, at = where
        of = f"result {k}" + (f" at index {list(place)}" if place else "")
        by = self.places[i] + (f" at index {list(at)}" if at else "")
        raise GradientMismatch(
            f"{self.name}: the {order} derivative ({mode} mode) of {of} by {by} is wrong: got {got:.10g}, and "
            f"central differences give {expected:.10g}. (At a kink, or too near the border of a domain, "
            "it is they that are wrong.)"
        )


def _flat(function: Callable[..., Any], args: Sequence[Any]) -> Callable[..., tuple[Any, ...]]:
    """The function from the leaves of its arguments to the leaves of its result."""

    def flat(*given: Any) -> tuple[Any, ...]:
        entries = iter(given)
        return tuple(leaves(function(*mapped(lambda _: next(entries), tuple(args)))))

    return flat


def _weighted(function: Callable[..., tuple[Any, ...]]) -> Callable[..., Any]:
    """A scalar in which every entry of every result has a weight of its own."""

    def weighted(*given: Any) -> Any:
        import numpy as np

        from .tracing import shape_of

        total: Any = 0.0
        for k, result in enumerate(function(*given), 1):
            shape = shape_of(result)
            weights = (1 + np.arange(np.prod(shape, dtype=int)) % 7 / 10).reshape(shape) * k if shape else float(k)
            total = total + (np.sum(result * weights) if shape else result * weights)
        return total

    return weighted


def _places(args: tuple[Any, ...]) -> Iterator[str]:
    """What each leaf of the arguments is called: `argument 0`, `argument 1["w"][0]`."""

    def within(tree: Any, path: str) -> Iterator[str]:
        parts = children(tree)
        if parts is None:
            yield path
        else:
            for key, part in parts.items():
                yield from within(part, f"{path}[{key!r}]")

    for i, argument in enumerate(args):
        yield from within(argument, f"argument {i}")


def _indices(value: Any) -> Iterator[tuple[int, ...]]:
    return product(*map(range, getattr(value, "shape", ())))


def _entry(value: Any, at: tuple[int, ...]) -> float:
    return float(value[at]) if at else float(value)


def _unit(value: Any, at: tuple[int, ...]) -> Any:
    """1 at one index, 0 elsewhere, in the shape of a value."""
    if not at:
        return 1.0
    import numpy as np

    unit = np.zeros(value.shape)
    unit[at] = 1.0
    return unit


def _largest(value: Any) -> float:
    return float(abs(value).max()) if getattr(value, "size", 1) > 1 else abs(float(value))
