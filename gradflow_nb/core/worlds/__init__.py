"""The small vocabulary that the rows of the table are written in, and the worlds it is spoken in.

A row says `exp(x)`; what happens depends on what `x` is. Each world is a module that gives every word below a
meaning for its own values:

    exact.py    ints, Fractions and floats: exact where the arguments are, a float where they cannot be
    symbols.py  sympy expressions: formulas
    precise.py  mpmath numbers: as many digits as are asked for
    arrays.py   numpy arrays of float64
    nodes.py    Nodes: a new graph

The arithmetic `+ - * / **` with a whole exponent needs no words: all these values have it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from math import prod
from types import ModuleType
from typing import Any

_BY_PACKAGE = {"sympy": "symbols", "mpmath": "precise", "numpy": "arrays"}
_BY_TYPE: dict[type, str | None] = {}


def world_of(arguments: tuple) -> ModuleType:
    """The world in which these arguments live; plain numbers live in every world."""
    for argument in arguments:
        kind = type(argument)
        if kind not in _BY_TYPE:
            _BY_TYPE[kind] = getattr(kind, "world", None) or _BY_PACKAGE.get(package(kind))
        name = _BY_TYPE[kind]
        if name:
            return import_module(name if "." in name else f"{__name__}.{name}")
    return import_module(f"{__name__}.exact")


@cache
def package(kind: type) -> str:
    """The package that brought this type, or one that it derives from: "sympy", "mpmath", "numpy", or nothing."""
    found = ((base.__module__ or "").partition(".")[0] for base in kind.__mro__)
    return next((name for name in found if name in _BY_PACKAGE), "")


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value of which only the shape is known: PyTorch does not keep all that it computes."""

    shape: tuple[int, ...] = ()

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def size(self) -> int:
        return prod(self.shape)


def is_array(value: Any) -> bool:
    """Whether a value has axes."""
    return (type(value).__module__ == "numpy" or type(value) is Unknown) and value.ndim > 0


def _word(name: str) -> Callable[..., Any]:
    def word(*arguments: Any) -> Any:
        return getattr(world_of(arguments), name)(*arguments)

    word.__name__ = word.__qualname__ = name
    return word


def _array_word(name: str) -> Callable[..., Any]:
    """A word of arrays; plain numbers are arrays of one entry here."""

    def word(*arguments: Any, **settings: Any) -> Any:
        world = world_of(arguments)
        if world.__name__.endswith(".exact"):
            world = import_module(f"{__name__}.arrays")
        return getattr(world, name)(*arguments, **settings)

    word.__name__ = word.__qualname__ = name
    return word


exp, log, log10, sqrt = _word("exp"), _word("log"), _word("log10"), _word("sqrt")
sin, cos, tan = _word("sin"), _word("cos"), _word("tan")
sec, csc, cot = _word("sec"), _word("csc"), _word("cot")
asin, acos, atan = _word("asin"), _word("acos"), _word("atan")
sinh, cosh, tanh = _word("sinh"), _word("cosh"), _word("tanh")
asinh, acosh, atanh = _word("asinh"), _word("acosh"), _word("atanh")
sigmoid, softplus = _word("sigmoid"), _word("softplus")
sign = _word("sign")
"""−1, 0 or 1."""
step = _word("step")
"""1 where the argument is positive, else 0."""
magnitude = _word("magnitude")
"""|x|."""
power = _word("power")
"""power(x, y): real powers; 0^0 is 1, and a negative base has whole exponents only."""
maximum, minimum = _word("maximum"), _word("minimum")
where = _word("where")
"""where(c, x, y): x where c is not zero, else y. Both are evaluated, so y must be harmless. Formulas hold at generic
points, so there a condition that is not literally zero counts as met."""
choose = _word("choose")
"""choose(c, x, y): the same, but formulas keep the choice: what a person writes as `where(c, x, y)`."""
constant = _word("constant")
"""constant(number, x): the number, as a value of the world that x lives in."""
opaque = _word("opaque")
"""opaque(name, *arguments): the value of a function of which only the name is known."""
opaque_partial = _word("opaque_partial")
"""opaque_partial(name, *arguments): its partial derivative; such symbols do not commute."""


# Arrays: what each word does stands in `arrays.py`, and its derivative in `structured.py`.
matmul, matmul_t, t_matmul = _array_word("matmul"), _array_word("matmul_t"), _array_word("t_matmul")
dot, outer, norm = _array_word("dot"), _array_word("outer"), _array_word("norm")
total, mean, amax, amin = _array_word("total"), _array_word("mean"), _array_word("amax"), _array_word("amin")
spread, share, winners = _array_word("spread"), _array_word("share"), _array_word("winners")
softmax, logsumexp = _array_word("softmax"), _array_word("logsumexp")
transpose, reshape, reshape_like = _array_word("transpose"), _array_word("reshape"), _array_word("reshape_like")
item, place, fit, broadcast = _array_word("item"), _array_word("place"), _array_word("fit"), _array_word("broadcast")
concat, stack = _array_word("concat"), _array_word("stack")
part, place_part = _array_word("part"), _array_word("place_part")
