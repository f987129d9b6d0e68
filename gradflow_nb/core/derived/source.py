"""Operations as Python source: one statement an operation, over slot names and numbers and nothing else.

The same source runs in two namespaces: of floats, and of numpy arrays (many points at once, or arrays on nodes). No
name that a person typed is ever part of it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import partial
from types import CodeType, FunctionType
from typing import Any

from ..operations import OPERATIONS, Operation
from .tape import Ref, Statement

_WRITTEN = {"add": "{} + {}", "sub": "{} - {}", "mul": "{} * {}", "div": "{} / {}", "neg": "-{}", "same": "{}"}
_WORDS = {"abs": "magnitude", "max": "maximum", "min": "minimum", "pow": "power", "sum": "total"}


def literal(ref: Ref) -> str:
    """An argument as source: a slot's name, or a float (`inf` where a number is too large for one).

    >>> literal("x3"), literal(2), literal(Fraction(1, 3))
    ('x3', '2.0', '0.3333333333333333')
    """
    return ref if type(ref) is str else repr(as_float(ref))


def as_float(number: int | Fraction | float) -> float:
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


class Source:
    """Statements, and the namespaces that they need. `rows` are the structured rows met so far, in order."""

    def __init__(self) -> None:
        self.rows: dict[Operation, str] = {}

    def statement(self, statement: Statement) -> str:
        """`x7 = x3 * x4`; whole constant powers are written out, everything else is a call of the row's name."""
        slot, row, arguments = statement
        if row.is_elementwise and str not in map(type, arguments):
            return f"{slot} = undefined()"  # numbers that have a value were folded
        parts = [*map(literal, arguments)]
        form = _WRITTEN.get(row.name)
        if form is not None:
            return f"{slot} = {form.format(*parts)}"
        if row.name == "pow" and type(arguments[1]) is int and type(arguments[0]) is str and abs(arguments[1]) < 64:
            whole = f"* {parts[0]}" if arguments[1] == 2 else f"** {arguments[1]}"
            return f"{slot} = {parts[0]} {whole}"
        name = row.name
        if not row.is_elementwise:
            name = self.rows.setdefault(row, f"{row.name}_{len(self.rows)}")
        return f"{slot} = {name}({', '.join(parts)})"

    def body(self, statements: Iterable[Statement], indent: str) -> str:
        return "".join(f"{indent}{self.statement(s)}\n" for s in statements)

    def namespace(self, arrays: bool) -> dict[str, Any]:
        """What the calls in the source mean: for floats words of `math`, for arrays words of numpy."""
        from ..worlds import floats

        words: Any = floats
        if arrays:
            from ..worlds import arrays as words
        names: dict[str, Any] = {"__builtins__": {}}
        for name in OPERATIONS:
            if name not in _WRITTEN and name != "relu":
                names[name] = getattr(words, _WORDS.get(name, name))
        names |= {"undefined": _nan if arrays else _undefined, "inf": math.inf, "nan": math.nan}
        names["relu"] = partial(words.maximum, 0.0) if arrays else _relu
        for row, name in self.rows.items():
            settings = {key: value for key, value in row.settings if key != "count"}
            word = getattr(words, _WORDS.get(row.name, row.name))
            names[name] = partial(word, **settings) if settings else word
        return names


def _undefined() -> float:
    raise ArithmeticError


def _nan() -> Any:
    import numpy as np

    return np.float64(math.nan)  # which does not mind a division by zero


def _relu(x: float) -> float:
    return x if x > 0 else 0.0


def chunk(source: Source, statements: Sequence[Statement], constants: Mapping[str, Any]) -> str:
    """A function that takes the list of all slots, reads from it what it needs and writes its own results into it.

    Its locals are counted from v0 again, so that a thousand functions share their names in memory.
    """
    first, last = (int(statements[i][0][1:]) for i in (0, -1))
    between = [f"x{i}" for i in range(first, last + 1)]
    names = {slot: slot if slot in constants else f"v{i}" for i, slot in enumerate(between)}
    loads = []
    for _, _, arguments in statements:
        for slot in arguments:
            if type(slot) is str and slot not in names:
                names[slot] = slot if slot in constants else f"v{len(names)}"
                if slot not in constants:
                    loads.append(f"    {names[slot]} = s[{slot[1:]}]\n")
    own = ((names[slot], row, [names[a] if type(a) is str else a for a in args]) for slot, row, args in statements)
    results = ", ".join([names[slot] for slot in between])
    return f"def chunk(s):\n{''.join(loads)}{source.body(own, '    ')}    s[{first}:{last + 1}] = {results},\n"


def compiled(text: str) -> CodeType:
    """The code of the one function that `text` defines."""
    module = compile(text, "<gradflow_nb program>", "exec", dont_inherit=True, optimize=2)
    return next(c for c in module.co_consts if isinstance(c, CodeType))


def function(code: CodeType, namespace: dict[str, Any], defaults: tuple = ()) -> FunctionType:
    return FunctionType(code, namespace, code.co_name, defaults)
