"""A node's expression, or a value, as the formula that a person would write."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from math import prod
from typing import Any

from ..notation.plain import (
    Bars,
    Call,
    Formula,
    Item,
    Keyword,
    Matrix,
    MatrixProduct,
    Name,
    Negative,
    Norm,
    Number,
    Power,
    Product,
    Quotient,
    Root,
    Sum,
    Transposed,
    Vector,
    Words,
    exact_decimal,
)  # fmt: skip
from .node import Constant, Node
from .operations import Operation


def written(node: Any, name_of: Callable[[Node], str | None], own: bool = True) -> Formula:
    """The expression of `node` as it was written, down to the nodes that `name_of` has a name for.

    With `own`, the node's own name is not used. Nothing is folded and nothing recursive. An expression that is longer
    or more deeply nested than anybody reads has … in its inner places.
    """
    if not isinstance(node, Node):
        return _constant(node)
    done: dict[int, Formula] = {}
    extent: dict[int, tuple[int, int]] = {}  # parts, with shared ones counted each time; levels
    stack = [node]
    while stack:
        current = stack[-1]
        if id(current) in done:
            stack.pop()
            continue
        name = None if own and current is node else name_of(current)
        if name is not None or current.operation is None:
            done[id(current)] = Name(name or current.name or "?")
            continue
        run = _run(current, name_of)
        arguments = [argument for _, argument in run] or current.arguments
        waiting = [a for a in arguments if isinstance(a, Node) and id(a) not in done]
        if waiting:
            stack.extend(reversed(waiting))
            continue
        parts = [done[id(a)] if isinstance(a, Node) else _constant(a) for a in arguments]
        inside = [extent.get(id(a), (1, 0)) for a in arguments]
        extent[id(current)] = 1 + sum(size for size, _ in inside), 1 + max(level for _, level in inside)
        if current is not node and not (extent[id(current)] < (_LONGEST, 0) and extent[id(current)][1] < _DEEPEST):
            done[id(current)], extent[id(current)] = Words("…"), (1, 0)
        elif run:
            parts = [Negative(part) if kind == "sub" else part for (kind, _), part in zip(run, parts)]
            done[id(current)] = _JOINED[current.operation.name](tuple(parts))
        else:
            done[id(current)] = _combine(current.operation, parts)
    return done[id(node)]


_LONGEST, _DEEPEST = 1_000, 60
_RUNS = {"add": ("add", "sub"), "sub": ("add", "sub"), "mul": ("mul",), "matmul": ("matmul",)}
_JOINED = {"add": Sum, "sub": Sum, "mul": Product, "matmul": MatrixProduct}


def _run(node: Node, name_of: Callable[[Node], str | None]) -> list[tuple[str, Any]]:
    """The operands of `a + b - c` or `a·b·c`, which lean left and need no brackets, each with how it is joined on."""
    alike = _RUNS.get(node.operation.name, ())
    found: list[tuple[str, Any]] = []
    current: Any = node
    while isinstance(current, Node) and current.operation and current.operation.name in alike:
        if current is not node and name_of(current) is not None:
            break
        found.append((current.operation.name, current.arguments[1]))
        current = current.arguments[0]
    return [("", current), *reversed(found)] if found else []


def _constant(value: Any) -> Formula:
    if isinstance(value, Constant):
        return Name("π" if value.name == "pi" else value.name)
    if hasattr(value, "shape"):
        return array_formula(value)
    return Number(value, decimal=isinstance(value, Fraction) and exact_decimal(value) is not None)


_UNSAID = {("softmax", -1), ("concat", 0), ("stack", 0)}
"""The axes, by function, that go without saying; elsewhere it is None."""


def _combine(operation: Operation, parts: list[Formula]) -> Formula:
    settings = dict(operation.settings)
    match operation.name, parts:
        case "div", [left, right]:
            return Quotient(left, right)
        case "pow", [left, right]:
            return Power(left, right)
        case "neg", [operand]:
            return Negative(operand)
        case "same", [operand]:
            return operand
        case "sqrt", [operand]:
            return Root(operand)
        case "abs", [operand]:
            return Bars(operand)
        case "transpose", [operand]:
            return Transposed(operand)
        case "matmul_t", [left, right]:  # in mathematics x yᵀ is the outer product of two columns
            return MatrixProduct((left, Transposed(right)))
        case "t_matmul", [left, right]:
            return MatrixProduct((Transposed(left), right))
        case "norm", [operand]:
            return Norm(operand)
        case "item", [operand]:
            return Item(operand, tuple(map(str, settings["index"])))
        case "reshape", [operand]:
            return Call("reshape", (operand, *map(Number, settings["shape"])))
        case "concat" | "stack", _:
            settings.pop("count", None)
        case "opaque", _:
            settings = {}
    said = [
        Keyword(name, Number(value) if isinstance(value, (int, float)) else Words(_setting(value)))
        for name, value in settings.items()
        if value is not None and (operation.name, value) not in _UNSAID
    ]
    return Call(operation.symbol, (*parts, *said))


def _setting(value: Any) -> str:
    return f"({', '.join(map(str, value))})" if type(value) is tuple else str(value)


# Values -------------------------------------------------------------------------------------------------------------


def value_formula(value: Any) -> Formula:
    """A number (of mpmath's too), an array or a sympy expression as a formula."""
    if isinstance(value, (int, float, Fraction)):
        return Number(value)
    if type(value).__module__ == "numpy":
        return array_formula(value)
    if type(value).__module__.startswith("mpmath"):
        return Number(float(value))
    from .formula import from_sympy

    return from_sympy(value)


def array_formula(values: Any, shape: tuple[int, ...] | None = None, limit: int = 16, digits: int = 4) -> Formula:
    """An array as a formula: whole up to `limit` entries, else its first entries and its shape.

    Entries have so many significant `digits`, and large ones those before the point.

    Takes an array, or its entries in C order with their `shape`.

    >>> str(array_formula([1, 4, 2, 3], (2, 2))), str(array_formula([1, 4], (2,)))
    ('[[1, 4], [2, 3]]', '[1, 4]')
    >>> str(array_formula(range(1000), (100, 10)))
    '[0, 1, 2, …] (100×10)'
    """
    if shape is None:
        shape, values = tuple(values.shape), values.reshape(-1)
    if prod(shape) > limit:
        return Vector(tuple(_entries(values[:_FIRST])), shape_text(shape))
    return _nested(list(_entries(values, digits)), shape)


_FIRST = 3
"""How many entries stand for a large array."""


def shape_text(shape: tuple[int, ...]) -> str:
    """A shape for people.

    >>> shape_text((1000,)), shape_text((2, 3))
    ('1000 entries', '2×3')
    """
    one_axis = f"{shape[0]} {'entry' if shape[0] == 1 else 'entries'}" if len(shape) == 1 else ""
    return one_axis or "×".join(map(str, shape))


def _entries(values: Iterable[Any], digits: int = 4) -> Iterable[Formula]:
    for value in values:
        value = value.item() if hasattr(value, "item") else value  # numpy's numbers
        if isinstance(value, Formula):
            yield value
            continue
        if isinstance(value, float):  # entries stand close together, but whole digits stay
            value = float(f"{value:.{max(digits, 6) if abs(value) >= 1000 else digits}g}")
        yield Number(value + 0) if isinstance(value, (int, float, Fraction)) else value_formula(value)  # no -0


def _nested(entries: list[Formula], shape: tuple[int, ...]) -> Formula:
    """Entries in C order as a vector, a matrix, or a vector of such; as deep as the array has dimensions."""
    if not shape:
        return entries[0]
    if len(shape) == 1 or not entries:
        return Vector(tuple(entries))
    step = len(entries) // shape[0]
    parts = [entries[i : i + step] for i in range(0, len(entries), step)]
    return Matrix(tuple(map(tuple, parts))) if len(shape) == 2 else Vector(tuple(_nested(p, shape[1:]) for p in parts))


def map_formula(map: Any, limit: int = 16) -> Formula:
    """An edge's linear map, as its label: by its structure where it has one, else as a matrix while that is small.

    A scalar's map is its number or formula; between arrays it is `I`, `2I`, `diag(3, 4)`, `[[1, 4], [2, 3]]`,
    `[1, 4]` for a single row, or else only `3×10 selection` or `10×1000 Jacobian`. No large matrix is ever made.

    >>> from .linear import Factor
    >>> str(map_formula(Factor(Fraction(3, 2))))
    '3/2'
    """
    if map.structure == "missing":
        return Words(map.says)
    if hasattr(map, "value"):
        return value_formula(map.value)
    rows, columns = map.shape
    match map.structure:
        case "identity":
            return Name("I")
        case "scaled identity":
            scale = value_formula(map.scale)
            return Negative(Name("I")) if map.scale == -1 else Product((scale, Name("I")))
        case "diagonal":
            few = rows <= _DIAGONAL
            shown = _entries(map.diagonal[: rows if few else _FIRST])
            return Call("diag", (*shown, *(() if few else (Words("…"),))))
    if rows * columns > limit:
        return described(map)
    return array_formula(map.matrix.reshape(-1), (columns,) if rows == 1 else (rows, columns), limit)


def described(jacobian: Any) -> Words:
    """A Jacobian by its shape and structure: `3×10 selection`, `2×6 Jacobian`."""
    rows, columns = jacobian.shape
    return Words(f"{rows}×{columns} {'Jacobian' if jacobian.structure == 'dense' else jacobian.structure}")


_DIAGONAL = 6
"""The longest diagonal that is written out."""
