"""Functions in the grammar: with brackets, without them, with a power on their name, and the root sign."""

from __future__ import annotations

import re
from typing import Any

from ..operations import ARRAY_FUNCTIONS, FUNCTIONS
from .arraytext import ArrayText
from .tokens import Token

_BRACKET = re.compile(r"[ \t]*\(")


class Calls(ArrayText):
    """The part of the parser that reads functions; `Parser` has the rest."""

    def function(self, token: Token) -> Any:
        row = FUNCTIONS[token.text]
        self.deeper(token)
        power = self.function_power(token)
        if self.token.kind == "(":
            arguments = self.arguments(token)
            if len(arguments) != row.arity:
                raise self.wrong_count(token, row.arity, len(arguments))
        else:
            arguments = (self.bare_argument(token),)
        value = self.node(row.name, tuple(arguments), token.start)
        self.depth -= 1
        if power:
            value = self.power(value, power.value, token.start, power)
            if self.token.kind in ("^", "exponent"):
                raise self.at(self.token, "Write the power outside: put brackets around what comes before it.")
        return value

    def function_power(self, token: Token) -> Token | None:
        """The 2 of sin^2(x); other powers are sent back, as sin^-1 means two things."""
        if self.token.kind not in ("^", "exponent"):
            return None
        operator, minus, name = self.advance(), False, token.text
        if operator.kind == "^":
            minus = self.token.kind == "-" and bool(self.advance())
            if self.token.kind != "number" or self.token.value.denominator != 1:
                raise self.error(f"Write the power outside: {name}(x)^2.", token.start, self.previous.end)
            power = self.advance()
        else:
            power, minus = operator, operator.value < 0
        if not minus:
            return power
        start = self.token.start
        if self.token.kind == "(":
            self.arguments(token)
            argument = self.text[start : self.previous.end]
        else:
            self.bare_argument(token)
            argument = f"({self.text[start : self.previous.end]})"
        size = abs(power.value)
        readings = [f"1/{name}{argument}" + (f"^{size}" if size != 1 else "")]
        if size == 1 and f"a{name}" in FUNCTIONS:
            readings.insert(0, f"a{name}{argument}")
        message = f"{name}^-{size} can mean the inverse function or a power."
        raise self.error(message, token.start, self.previous.end, readings)

    def arguments(self, token: Token) -> list[Any]:
        opening = self.advance()
        self.open.append(opening)
        found: list[Any] = []
        if self.token.kind != ")":
            found.append(self.sum())
            while self.token.kind == ",":
                self.advance()
                if self.sets_something():
                    raise self.at(self.token, f"{token.text} has no settings, and so no {self.token.text}.")
                found.append(self.sum())
        self.open.pop()
        if self.token.kind != ")":
            raise self.unclosed(opening)
        self.advance()
        return found

    def bare_argument(self, token: Token) -> Any:
        """Without brackets a function takes one number-and-name, and nothing may be glued to that."""
        start, name = self.token.start, token.text
        if FUNCTIONS[name].arity > 1:
            raise self.at(token, f"{name} takes {FUNCTIONS[name].arity} arguments in brackets: {name}(a, b).")
        value: Any = self.advance().value if self.token.kind == "number" else None
        if self.token.kind == "name" and self.is_plain_name():
            factor = self.atom()
            value = factor if value is None else self.node("mul", (value, factor), start)
        if value is None:
            raise self.needs_brackets(token)
        if self.juxtaposed() or self.token.kind in ("*", "/", "@", "^", "exponent"):
            raise self.more_than_one(token, start, self.previous.end)
        return value

    def root(self) -> Any:
        """√ takes what is in brackets or bars, or else one number or one name."""
        sign = self.advance()
        self.deeper(sign)
        start = self.token.start
        if self.token.kind in ("(", "|"):
            value = self.bracket()
        elif self.token.kind == "number" or (self.token.kind == "name" and self.is_plain_name()):
            value = self.atom()
            if self.juxtaposed() or self.token.kind in ("^", "exponent"):
                raise self.more_than_one(sign, start, self.previous.end)
        else:
            raise self.needs_brackets(sign)
        self.depth -= 1
        return self.node("sqrt", (value,), sign.start)

    def is_plain_name(self) -> bool:
        name, called = self.token.text, _BRACKET.match(self.text, self.token.end, self.end)
        return self.scope.knows(name) or not (name in FUNCTIONS or (called and name in ARRAY_FUNCTIONS))


def function_at_start(name: str) -> str:
    """The function whose name a longer name begins with, as `sin` in `sinx`; such names are never split."""
    return max((f for f in FUNCTIONS if len(f) > 1 and name.startswith(f) and name != f), key=len, default="")
