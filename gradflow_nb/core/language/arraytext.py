"""Arrays in a graph's text: functions of whole arrays, entries such as `x[0]`, and `.T`.

    entries  = atom ("[" entry ("," entry)* "]" | ".T")*
    entry    = integer | integer? ":" integer? (":" integer?)? | "[" integer ("," integer)* "]"
    call     = function "(" sum ("," sum)* ("," setting "=" integer)* ")"

An index, an axis and a shape are whole numbers written out, never expressions: the shape of a graph is then known
before any value is.
"""

from __future__ import annotations

import re
from typing import Any

from ...errors import nearest
from ..node import Node
from ..operations import ARRAY_FUNCTIONS, FUNCTIONS, Pick, Span, row
from .sentback import SentBack
from .tokens import Token

_ARGUMENTS = {
    "sum": (1, 1), "mean": (1, 1), "max": (1, 2), "min": (1, 2), "norm": (1, 1), "transpose": (1, 1), "softmax": (1, 1),
    "logsumexp": (1, 1), "dot": (2, 2), "outer": (2, 2), "concat": (1, 1_000), "stack": (1, 1_000),
}  # fmt: skip
"""How many arguments the array functions take; `reshape` has its own rule."""
_AXIS = {"softmax": -1, "concat": 0, "stack": 0}
"""The axis of a function that none is given; elsewhere it is None, the whole array."""
_INDEX = "An index is whole numbers written out, as in x[0], x[-1] or x[1:3]"
_DIMENSIONS = 32
_POWER_AND_BRACKET = re.compile(r"[ \t]*(?:(?:\^|\*\*)[ \t]*[-−–]?[ \t]*[0-9]+|⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)[ \t]*\(")
_EQUALS = re.compile(r"[ \t]*=")


def is_constant(value: Any) -> bool:
    """Is the expression a number, whatever the inputs?"""
    return not isinstance(value, Node) or value.is_constant


class ArrayText(SentBack):
    """The part of the parser that reads arrays; only a graph's text has them."""

    sum: Any
    node: Any
    deeper: Any

    # Functions --------------------------------------------------------------------------------------------------

    def calls_array_function(self, token: Token) -> bool:
        """Is the name, not that of a node, an array function that is called here?"""
        return self.token.kind == "(" and not self.scope.answer and token.text in ARRAY_FUNCTIONS

    def stays_a_name(self, token: Token) -> bool:
        """Without a bracket `sum`, `dot` or `max` is a name like any other, in a graph's text."""
        if self.scope.answer or token.text not in ARRAY_FUNCTIONS or self.token.kind == "(":
            return False
        if not _POWER_AND_BRACKET.match(self.text, token.end, self.end):
            return True
        if token.text in FUNCTIONS:  # max^2(a, b)
            return False
        raise self.at(token, f"Write the power outside: {token.text}(x)^2.")

    def array_function(self, token: Token) -> Any:
        """`sum(x, axis=0)`; `max(a, b)` of two arguments stays the elementwise row."""
        name = token.text
        self.scope.called.add(name)
        self.deeper(token)
        arguments, settings = self.array_arguments(token)
        self.depth -= 1
        if name == "reshape":
            return self.reshape(token, arguments, settings)
        fewest, most = _ARGUMENTS[name]
        if not fewest <= len(arguments) <= most:
            raise self.wrong_count_of_arrays(token, fewest, most, len(arguments))
        if name in ("max", "min") and len(arguments) == 2:
            if "axis" in settings:
                raise self.error(f"{name} of two arguments has no axis.", token.start, self.previous.end)
            return self.node(name, tuple(arguments), token.start)
        constant = [is_constant(argument) for argument in arguments]
        if all(constant) or (any(constant) and name in ("dot", "outer")):
            message = f"{name} is of arrays, and a number stands here: write the name of an array."
            raise self.error(message, token.start, self.previous.end)
        made = {"axis": settings.get("axis", _AXIS.get(name))} if ARRAY_FUNCTIONS[name] else {}
        if most > 2:
            made["count"] = len(arguments)
        return self.node(row({"max": "amax", "min": "amin"}.get(name, name), **made), tuple(arguments), token.start)

    def array_arguments(self, token: Token) -> tuple[list[Any], dict[str, Any]]:
        """The arguments, and the settings by name; those of reshape are its shape."""
        opening = self.advance()
        self.open.append(opening)
        arguments: list[Any] = []
        settings: dict[str, Any] = {}
        while self.token.kind != ")" or self.previous.kind == ",":
            if self.sets_something():
                self.setting(token, settings)
            elif settings:
                raise self.at(self.token, f"Arguments come before settings, as in {token.text}(x, axis=0).")
            elif token.text == "reshape" and arguments:
                arguments.append(self.size(token))
            else:
                arguments.append(self.sum())
            if self.token.kind != ",":
                break
            self.advance()
        if self.token.kind != ")":
            raise self.unclosed(opening)
        self.open.pop()
        self.advance()
        return arguments, settings

    def sets_something(self) -> bool:
        return self.token.kind == "name" and _EQUALS.match(self.text, self.token.end, self.end) is not None

    def setting(self, function: Token, settings: dict[str, Any]) -> None:
        """`axis=0`."""
        word, name = self.advance(), function.text
        if name == "reshape" and word.text == "shape":
            raise self.at(word, "Write the sizes as arguments: reshape(x, 2, 3).")
        legal = [s for s in ARRAY_FUNCTIONS.get(name, ()) if s != "shape"]
        if not legal:
            raise self.at(word, f"{name} has no settings, and so no {word.text}.")
        if word.text not in legal:
            raise self.at(word, f"{name} has no setting called {word.text!r}. {nearest(word.text, legal)}")
        if word.text in settings:
            raise self.at(word, f"{word.text} is given twice.")
        self.advance()
        settings[word.text] = self.written_out(f"{word.text} is a whole number, such as {word.text}=0", (",", ")"))

    def reshape(self, token: Token, arguments: list[Any], settings: dict[str, Any]) -> Node:
        """`reshape(x, 2, 3)`; one of the sizes may be -1, which is then what remains."""
        array, *shape = arguments or [None]
        if array is None or not shape:
            message = "reshape takes an array and its new sizes, as in reshape(x, 2, 3)."
            raise self.error(message, token.start, self.previous.end)
        if shape.count(-1) > 1 or len(shape) > _DIMENSIONS:
            message = f"At most one size is -1, and an array has at most {_DIMENSIONS} dimensions."
            raise self.error(message, token.start, self.previous.end)
        if is_constant(array):
            raise self.error("reshape is of arrays, and this is a number.", token.start, self.previous.end)
        return self.node(row("reshape", shape=tuple(shape)), (array,), token.start)

    def size(self, function: Token) -> int:
        first = self.token
        if first.kind == "(":
            raise self.at(first, "Write the sizes side by side, without brackets: reshape(x, 2, 3).")
        size = self.written_out("A size is a whole number written out, as in reshape(x, 2, 3)", (",", ")"))
        if size < 1 and size != -1:
            raise self.error("A size is at least 1; or it is -1, for what remains.", first.start, self.previous.end)
        return size

    # Entries and .T ---------------------------------------------------------------------------------------------

    def entries(self, value: Any, first: Token) -> Any:
        """What was read from `first` on, with the indices and the `.T` that follow it."""
        while self.token.kind in ("[", "transpose"):
            if is_constant(value):
                typed = self.text[first.start : self.previous.end]
                raise self.at(self.token, f"{typed} is a number, not an array: it has no entries and no transpose.")
            if self.token.kind == "[":
                made = row("item", index=self.index())
            else:
                self.advance()
                made = row("transpose")
            value = self.node(made, (value,), first.start)
        return value

    def index(self) -> tuple[Any, ...]:
        """The entries between square brackets."""
        opening = self.advance()
        if self.token.kind == "]":
            raise self.error("Say which entry: [0] is the first.", opening.start, self.token.end)
        found = [self.entry(opening)]
        while self.token.kind == ",":
            self.advance()
            found.append(self.entry(opening))
        self.close(opening)
        if len(found) > _DIMENSIONS:
            raise self.error(f"An index has at most {_DIMENSIONS} entries.", opening.start, self.previous.end)
        return tuple(found)

    def entry(self, opening: Token) -> Any:
        """`-1`, `1:3`, or `[0, 2]`."""
        first = self.token
        if first.kind == "[":
            self.advance()
            picked = [self.position(first)]
            while self.token.kind == ",":
                self.advance()
                picked.append(self.position(first))
            self.close(first)
            return Pick(picked)
        parts: list[int | None] = [self.position(opening) if first.kind != ":" else None]
        while self.token.kind == ":" and len(parts) < 3:
            self.advance()
            parts.append(None if self.token.kind in (":", ",", "]") else self.position(opening))
        if len(parts) == 1:
            return parts[0]
        if parts[2:] == [0]:
            raise self.at(self.previous, "The step of a slice is not 0.")
        return Span(*parts)

    def position(self, opening: Token) -> int:
        if self.token.kind in ("end", ")"):
            raise self.at(opening, "This bracket is never closed.")
        return self.written_out(_INDEX, (",", ":", "]"))

    def close(self, opening: Token) -> None:
        if self.token.kind in ("end", ")"):
            raise self.at(opening, "This bracket is never closed.")
        if self.token.kind != "]":
            raise self.at(self.token, f"{_INDEX}.")
        self.advance()

    def written_out(self, rule: str, after: tuple[str, ...]) -> int:
        """A whole number with perhaps a sign, before one of the words `after` or where the text ends."""
        first, sign = self.token, 1
        if first.kind in ("+", "-"):
            sign = -1 if self.advance().kind == "-" else 1
        number = self.token
        if number.kind != "number" or number.value.denominator != 1 or not number.text.isdigit():
            raise self.error(f"{rule}.", first.start, number.end)
        self.advance()
        if self.token.kind not in (*after, "end", ")", "]"):
            raise self.error(f"{rule}.", first.start, self.token.end)
        return sign * int(number.value)
