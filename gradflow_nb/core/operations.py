"""THE table: one row an operation.

A row holds the rule for the value and, for each argument, the rule for the local partial: the factor by which
a small change of that argument is multiplied. A partial rule is given the value `y` first and then the
arguments, so that `exp` can say "my derivative is my value". Rules are written in plain arithmetic and the
words of `worlds`; that is why the same row serves numbers, formulas, digits by the hundred and new graphs.

At a kink the rows follow PyTorch: relu′(0) = 0, |x|′ = 0 at 0, `max` and `min` give each tied argument ½, and
`step` and `sign` have the partial 0 everywhere. `kink` is an expression that is zero exactly there, so that a
flow can mark the edges on which a convention, and not a derivative, stands.

Rows that mix the entries of arrays stand in `structured`; `row` finds them by name and settings.

Source of the mathematics: Griewank and Walther, Evaluating Derivatives, 2nd ed. (2008), table 2.3.
"""

from __future__ import annotations

from typing import Any

from .row import Operation, Pick, Rule, Span
from .structured import ARRAY_FUNCTIONS, STRUCTURED, row
from .worlds import (
    acos,
    acosh,
    asin,
    asinh,
    atan,
    atanh,
    choose,
    constant,
    cos,
    cosh,
    cot,
    csc,
    exp,
    log,
    log10,
    magnitude,
    maximum,
    minimum,
    opaque,
    opaque_partial,
    power,
    sec,
    sigmoid,
    sign,
    sin,
    sinh,
    softplus,
    sqrt,
    step,
    tan,
    tanh,
    where,
)  # fmt: skip


def _log10_slope(y: Any, x: Any) -> Any:
    return 1 / (x * log(constant(10, x)))


def _tie(x: Any, y: Any) -> Any:
    return x - y


# fmt: off
_ROWS = (
    #          name        written    value                         partial for each argument                      kink where this is 0
    Operation("add",      "+",       lambda a, b: a + b,           (lambda y, a, b: 1,
                                                                    lambda y, a, b: 1)),
    Operation("sub",      "-",       lambda a, b: a - b,           (lambda y, a, b: 1,
                                                                    lambda y, a, b: -1)),
    Operation("mul",      "*",       lambda a, b: a * b,           (lambda y, a, b: b,
                                                                    lambda y, a, b: a)),
    Operation("div",      "/",       lambda a, b: a / b,           (lambda y, a, b: 1 / b,
                                                                    lambda y, a, b: -y / b)),
    Operation("pow",      "^",       power,                        (lambda y, a, b: b * power(where(b, a, where(a, a, constant(1, a))), b - 1),
                                                                    lambda y, a, b: y * log(where(a, a, constant(1, a))))),
    Operation("neg",      "-",       lambda x: -x,                 (lambda y, x: -1,)),
    Operation("same",     "=",       lambda x: x,                  (lambda y, x: 1,)),
    Operation("exp",      "exp",     exp,                          (lambda y, x: y,)),
    Operation("log",      "log",     log,                          (lambda y, x: 1 / x,)),
    Operation("log10",    "log10",   log10,                        (_log10_slope,)),
    Operation("sqrt",     "sqrt",    sqrt,                         (lambda y, x: 1 / (2 * y),)),
    Operation("sin",      "sin",     sin,                          (lambda y, x: cos(x),)),
    Operation("cos",      "cos",     cos,                          (lambda y, x: -sin(x),)),
    Operation("tan",      "tan",     tan,                          (lambda y, x: 1 + y * y,)),
    Operation("sec",      "sec",     sec,                          (lambda y, x: y * tan(x),)),
    Operation("csc",      "csc",     csc,                          (lambda y, x: -y * cot(x),)),
    Operation("cot",      "cot",     cot,                          (lambda y, x: -1 - y * y,)),
    Operation("asin",     "asin",    asin,                         (lambda y, x: 1 / sqrt(1 - x * x),)),
    Operation("acos",     "acos",    acos,                         (lambda y, x: -1 / sqrt(1 - x * x),)),
    Operation("atan",     "atan",    atan,                         (lambda y, x: 1 / (1 + x * x),)),
    Operation("sinh",     "sinh",    sinh,                         (lambda y, x: cosh(x),)),
    Operation("cosh",     "cosh",    cosh,                         (lambda y, x: sinh(x),)),
    Operation("tanh",     "tanh",    tanh,                         (lambda y, x: 1 - y * y,)),
    Operation("asinh",    "asinh",   asinh,                        (lambda y, x: 1 / sqrt(x * x + 1),)),
    Operation("acosh",    "acosh",   acosh,                        (lambda y, x: 1 / sqrt(x * x - 1),)),
    Operation("atanh",    "atanh",   atanh,                        (lambda y, x: 1 / (1 - x * x),)),
    Operation("sigmoid",  "sigmoid", sigmoid,                      (lambda y, x: y * (1 - y),)),
    Operation("softplus", "softplus", softplus,                    (lambda y, x: sigmoid(x),)),
    Operation("relu",     "relu",    lambda x: maximum(x, constant(0, x)), (lambda y, x: step(x),),              lambda x: x),
    Operation("abs",      "abs",     magnitude,                    (lambda y, x: sign(x),),                      lambda x: x),
    Operation("sign",     "sign",    sign,                         (lambda y, x: 0,),                            lambda x: x),
    Operation("step",     "step",    step,                         (lambda y, x: 0,),                            lambda x: x),
    Operation("max",      "max",     maximum,                      (lambda y, a, b: (1 + sign(a - b)) / 2,
                                                                    lambda y, a, b: (1 - sign(a - b)) / 2),      _tie),
    Operation("min",      "min",     minimum,                      (lambda y, a, b: (1 - sign(a - b)) / 2,
                                                                    lambda y, a, b: (1 + sign(a - b)) / 2),      _tie),
    Operation("where",    "where",   choose,                       (lambda y, c, a, b: 0,
                                                                    lambda y, c, a, b: choose(c, constant(1, c), constant(0, c)),
                                                                    lambda y, c, a, b: choose(c, constant(0, c), constant(1, c)))),
)
# fmt: on

__all__ = [
    "ARRAY_FUNCTIONS", "FUNCTIONS", "OPERATIONS", "STRUCTURED", "Operation", "Pick", "Rule", "Span", "declare_opaque", "row",
]  # fmt: skip

OPERATIONS: dict[str, Operation] = {row.name: row for row in _ROWS}

_NOT_FUNCTIONS = {"add", "sub", "mul", "div", "pow", "neg", "same", "where"}
FUNCTIONS: dict[str, Operation] = {name: row for name, row in OPERATIONS.items() if name not in _NOT_FUNCTIONS}
"""The operations that a person writes as `name(...)`, by the names and aliases under which they are written."""
FUNCTIONS |= {
    alias: OPERATIONS[name]
    for alias, name in (
        ("ln", "log"), ("arcsin", "asin"), ("arccos", "acos"), ("arctan", "atan"), ("arsinh", "asinh"), ("arcosh", "acosh"),
        ("artanh", "atanh"), ("cosec", "csc"), ("cotan", "cot"), ("sgn", "sign"), ("σ", "sigmoid"),
    )
}  # fmt: skip


def declare_opaque(name: str, argument_names: tuple[str, ...]) -> Operation:
    """The row of an opaque function: its partials are symbols such as `D_xw`, "the derivative of x by w".

    >>> declare_opaque("x", ("w", "u")).arity
    2
    """

    def value(*arguments: Any) -> Any:
        return opaque(name, *arguments)

    def partial(argument: str) -> Rule:
        separator = "" if len(name) == len(argument) == 1 else ","
        return lambda y, *arguments: opaque_partial(f"D_{name}{separator}{argument}", *arguments)

    settings = (("name", name), ("argument_names", argument_names))
    return Operation("opaque", name, value, tuple(partial(a) for a in argument_names), settings=settings)


def found(name: str, settings: tuple[tuple[str, Any], ...]) -> Operation:
    """The row of this name and these settings, as a pickle has them."""
    if name == "opaque":
        return declare_opaque(**dict(settings))
    return OPERATIONS.get(name) or row(name, **dict(settings))
