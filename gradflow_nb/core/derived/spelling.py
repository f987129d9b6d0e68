"""Every row of the table as PyTorch spells it: an expression that has the same value and the same gradient.

`step` and `winners` are written with `sign`, whose gradient is zero: a comparison would cut them off altogether.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...errors import GradflowError
from ..row import Operation
from .literals import ATOM, MATRIX, POWER, PRODUCT, SUM, UNARY, Text, indexed, tensor

_TIGHT = (UNARY, POWER, ATOM)
_OPERATORS: dict[str, tuple[str, int, tuple[int, ...], tuple[int, ...]]] = {
    # name: sign, how tightly it holds, what may stand on its left and on its right without brackets
    "add": ("+", SUM, (SUM, MATRIX, PRODUCT, *_TIGHT), (MATRIX, PRODUCT, POWER, ATOM)),
    "sub": ("-", SUM, (SUM, MATRIX, PRODUCT, *_TIGHT), (MATRIX, PRODUCT, POWER, ATOM)),
    "matmul": ("@", MATRIX, (MATRIX, *_TIGHT), (POWER, ATOM)),
    "mul": ("*", PRODUCT, (PRODUCT, *_TIGHT), (POWER, ATOM)),
    "div": ("/", PRODUCT, (PRODUCT, *_TIGHT), (POWER, ATOM)),
    "pow": ("**", POWER, (ATOM,), (UNARY, ATOM)),
}
_FUNCTIONS: dict[str, Text] = {
    **{
        name: Text(f"torch.{name}({{0}})")
        for name in "exp log log10 sqrt sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh".split()
        + "sigmoid relu abs sign".split()
    },
    "dot": Text("torch.dot({0}, {1})"),
    "outer": Text("torch.outer({0}, {1})"),
    "sec": Text("1 / torch.cos({0})", PRODUCT),
    "csc": Text("1 / torch.sin({0})", PRODUCT),
    "cot": Text("1 / torch.tan({0})", PRODUCT),
    "softplus": Text("torch.nn.functional.softplus({0}, threshold=700)"),  # it leaves the curve at 20 of itself
    "step": Text("torch.relu(torch.sign({0}))"),
    "max": Text("torch.maximum({0}, {1})"),
    "min": Text("torch.minimum({0}, {1})"),
    "norm": Text("torch.linalg.vector_norm({0})"),
    "matmul_t": Text("matmul_t({0}, {1})"),
    "t_matmul": Text("t_matmul({0}, {1})"),
    "transpose": Text("transpose({0})"),
}
"""Rows that are one call, whatever their settings."""

HELPERS = {
    "transpose": """\
def transpose(x):
    return x.permute(tuple(range(x.ndim))[::-1])
""",
    "matmul_t": """\
def matmul_t(g, b):  # what a @ b passes on to a
    return torch.tensordot(g, b, dims=0) if b.ndim == 1 else g @ b.mT
""",
    "t_matmul": """\
def t_matmul(a, g):  # what a @ b passes on to b
    return torch.tensordot(a, g, dims=0) if a.ndim == 1 else a.mT @ g
""",
    "winners": """\
def winners(x, dim=None):  # 1 at the largest entry, shared evenly among equals
    largest = x.amax(tuple(range(x.ndim)) if dim is None else dim, keepdim=True)
    first = 1 - torch.sign(largest - x)
    return first / first.sum(dim, keepdim=True)
""",
    "place": """\
def place(g, like, index):  # zeros like `like`, with g added where the index points
    places = index(torch.arange(like.numel()).reshape(like.shape))
    zeros = torch.zeros_like(like).flatten()
    return zeros.index_add(0, places.flatten(), g.expand_as(places).flatten()).reshape(like.shape)
""",
    "part": """\
def part(g, i, xs, dim=0):  # what belongs to xs[i] where they stand one after another
    sizes = [torch.atleast_1d(x).shape[dim] for x in xs]
    return g.split(sizes, dim)[i].reshape(xs[i].shape)
""",
}
"""What has no short spelling, as functions that stand before those that call them."""


def helper(operation: Operation) -> str | None:
    """The name of the function in `HELPERS` that a row's spelling calls."""
    if operation.name == "part" and dict(operation.settings)["stacked"]:
        return None
    return operation.name if operation.name in HELPERS else None


def spelled(operation: Operation, parts: Sequence[Text], dtype: str = "") -> Text:
    """A row applied to these arguments. `dtype` is that of numbers which have to be tensors ("": PyTorch's own choice).

    Raises `GradflowError` for an opaque function, which has no formula.

    >>> from ..operations import OPERATIONS, Span, row
    >>> spelled(OPERATIONS["mul"], [Text("a + b", SUM), Text("c")]).text
    '(a + b) * c'
    >>> spelled(row("sum", axis=0), [Text("x")]).text, spelled(row("item", index=(Span(step=-2),)), [Text("x")]).text
    ('torch.sum(x, dim=0)', 'x.flip(0)[::2]')
    """
    name, settings = operation.name, dict(operation.settings)
    if name == "neg":
        operand = parts[0].text if parts[0].level >= POWER else f"({parts[0].text})"
        return Text(f"-{operand}", UNARY, parts[0].number)
    if name in _OPERATORS:
        sign, level, left, right = _OPERATORS[name]
        sides = (p.text if p.level in fits else f"({p.text})" for p, fits in zip(parts, (left, right)))
        return Text(f" {sign} ".join(sides), level, all(part.number for part in parts))
    if name == "where":
        condition, *values = parts
        values = [values[0] if any(not v.number for v in values) else tensor(values[0], dtype), values[1]]
        return Text(f"torch.where({tensor(condition, dtype).text} != 0, {values[0].text}, {values[1].text})")
    tensors = [tensor(part, dtype) for part in parts]
    if name in _FUNCTIONS:
        pattern = _FUNCTIONS[name]
        return pattern._replace(text=pattern.text.format(*(part.text for part in tensors)))
    if name in _STRUCTURED:
        made = _STRUCTURED[name](settings, tensors)
        return made if isinstance(made, Text) else Text(made)
    if name == "opaque":
        raise GradflowError(
            f"{operation.symbol} is an opaque function, so PyTorch cannot compute it: give it a formula in place of "
            f"{operation.symbol} = {operation.symbol}(...)."
        )
    raise GradflowError(f"{operation.symbol} has no spelling in PyTorch: leave it out of what to_torch() writes.")


# Rows with settings ---------------------------------------------------------------------------------------------------


def _dim(settings: dict[str, Any], unsaid: Any = None) -> str:
    axis = settings["axis"]
    return "" if axis == unsaid else f", dim={axis:d}"


def _logsumexp(settings: dict[str, Any], x: list[Text]) -> str:
    if settings["axis"] is None:
        return f"torch.logsumexp({x[0].atom}.flatten(), dim=0)"
    return f"torch.logsumexp({x[0].text}{_dim(settings)})"


def _softmax(settings: dict[str, Any], x: list[Text]) -> str:
    if settings["axis"] is None:
        return f"torch.softmax({x[0].atom}.flatten(), dim=0).reshape({x[0].atom}.shape)"
    return f"torch.softmax({x[0].text}{_dim(settings)})"


def _spread(settings: dict[str, Any], x: list[Text]) -> str:
    axis = settings["axis"]
    return f"{x[0].atom}{'' if axis is None else f'.unsqueeze({axis:d})'}.expand_as({x[1].text})"


def _share(settings: dict[str, Any], x: list[Text]) -> Text:
    axis = settings["axis"]
    count = "numel()" if axis is None else f"shape[{axis:d}]"
    return Text(f"{_spread(settings, x)} / {x[1].atom}.{count}", PRODUCT)


def _reshape(settings: dict[str, Any], x: list[Text]) -> str:
    return f"{x[0].atom}.reshape({', '.join(f'{size:d}' for size in settings['shape']) or '()'})"


def _place(settings: dict[str, Any], x: list[Text]) -> str:
    return f"place({x[0].text}, {x[1].text}, lambda x: {indexed('x', settings['index'])})"


def _concat(settings: dict[str, Any], x: list[Text]) -> str:
    each = ", ".join(part.text for part in x)
    together = f"torch.atleast_1d({each})" if len(x) > 1 else f"[torch.atleast_1d({each})]"  # of one it gives no tuple
    return f"torch.cat({together}{_dim(settings, 0)})"


def _stack(settings: dict[str, Any], x: list[Text]) -> str:
    return f"torch.stack([{', '.join(part.text for part in x)}]{_dim(settings, 0)})"


def _part(settings: dict[str, Any], x: list[Text]) -> str:
    i, g, xs = settings["i"], x[0], ", ".join(part.text for part in x[1:])
    if settings["stacked"]:
        return f"{g.atom}.select({settings['axis']:d}, {i:d})"
    return f"part({g.text}, {i:d}, [{xs}]{_dim(settings, 0)})"


def _place_part(settings: dict[str, Any], x: list[Text]) -> str:
    parts = [x[0] if j == settings["i"] else Text(f"torch.zeros_like({p.text})") for j, p in enumerate(x[1:])]
    return (_stack if settings["stacked"] else _concat)(settings, parts)


_STRUCTURED: dict[str, Any] = {
    **{
        name: lambda settings, x, name=name: f"torch.{name}({x[0].text}{_dim(settings)})"
        for name in ("sum", "mean", "amax", "amin")
    },
    "same": lambda settings, x: f"{x[0].atom}.clone()",  # `b = a` would be another name for a, and no node
    "winners": lambda settings, x: f"winners({x[0].text}{_dim(settings)})",
    "item": lambda settings, x: indexed(x[0].atom, settings["index"]),
    "reshape_like": lambda settings, x: f"{x[0].atom}.reshape({x[1].atom}.shape)",
    "fit": lambda settings, x: f"{x[0].atom}.sum_to_size({x[1].atom}.shape)",
    "broadcast": lambda settings, x: f"{x[0].atom}.expand_as({x[1].text})",
    "logsumexp": _logsumexp, "softmax": _softmax, "spread": _spread, "share": _share, "reshape": _reshape,
    "place": _place, "concat": _concat, "stack": _stack, "part": _part, "place_part": _place_part,
}  # fmt: skip
