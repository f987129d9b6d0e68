"""What the parser says when it sends a text back: where it broke, why, and the readings to choose from.

Every method here makes a `NotationError` for its caller to raise. The readings are built from what was typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ...errors import NotationError, nearest
from ..operations import ARRAY_FUNCTIONS, FUNCTIONS
from .tokens import ANSWER_CHARACTERS, Token

if TYPE_CHECKING:
    from .grammar import Scope

_ELSEWHERE = {
    "tg": "tan", "ctg": "cot", "arctg": "atan", "sh": "sinh", "ch": "cosh", "th": "tanh", "lg": "log10", "root": "sqrt",
    "logistic": "sigmoid", "arsin": "asin", "sqr": "sqrt", "heaviside": "step", "absolute": "abs",
    "average": "mean", "avg": "mean", "amax": "max", "amin": "min", "inner": "dot", "vdot": "dot", "cat": "concat",
    "concatenate": "concat",
}  # fmt: skip
"""What other books and languages call the functions of the table."""


_FORMULAS = {
    "csch": "1/sinh(x)", "sech": "1/cosh(x)", "coth": "1/tanh(x)", "cbrt": "x^(1/3)", "log2": "log(x)/log(2)",
    "arccot": "atan(1/x)", "arcsec": "acos(1/x)", "arccsc": "asin(1/x)", "cube": "x^3", "square": "x^2", "pow": "x^y",
    "matmul": "a @ b", "mm": "a @ b",
}  # fmt: skip


def written_instead(name: str) -> str:
    """For functions that the table does not have: what to write."""
    if re.match("log_[0-9A-Za-z](?![A-Za-z])", name):
        return f"Other logarithms are quotients: log(x)/log({name[4]})."
    return f"There is no function {name} here: write {_FORMULAS[name]}." if name in _FORMULAS else ""


class SentBack:
    """The half of the parser that speaks; the other half, in `grammar`, reads."""

    text: str
    begin: int
    end: int
    scope: Scope
    open: list[Token]
    token: Token
    previous: Any
    advance: Any
    factor: Any
    juxtaposed: Any

    def error(self, message: str, start: int, end: int, readings: Iterable[str] = ()) -> NotationError:
        """An error at text[start:end]; each reading is the whole text with that range replaced."""
        if self.end - self.begin > ANSWER_CHARACTERS:
            readings = ()
        before, after = self.text[self.begin : start].lstrip(), self.text[end : self.end].rstrip()
        return NotationError(message, self.text, start, end, (before + reading + after for reading in readings))

    def at(self, token: Token, message: str, *readings: str) -> NotationError:
        return self.error(message, token.start, token.end, readings)

    def rest_of_product(self) -> int:
        """Skips what is glued to this place by products and powers; returns where it ends."""
        level, glued = 0, False
        while self.token.kind != "end":
            kind = self.token.kind
            if kind in (")", "]") and not level:
                break
            if not level and not glued and (kind in ("+", "-", ",", "=") or (kind == "|" and not self.juxtaposed())):
                break
            level += (kind in "([") - (kind in ")]")
            glued = kind in ("*", "/", "@", "^")
            self.advance()
        return self.previous.end

    def more_than_one(self, function: Token, start: int, end: int) -> NotationError:
        name, argument, glued = (
            function.text,
            self.text[start:end],
            self.token.kind in ("*", "/", "@", "^", "exponent"),
        )
        stop = self.rest_of_product()
        rest = self.text[end:stop] if glued else "*" + self.text[end:stop].strip()
        message = f"It is not clear what {name} is applied to: put brackets around it."
        readings = (f"{name}({self.text[start:stop]})", f"{name}({argument}){rest}")
        return self.error(message, function.start, stop, readings)

    def needs_brackets(self, function: Token) -> NotationError:
        name = function.text
        if self.token.kind in ("end", ")", "]", ",", "*", "/", "@", "^", "exponent", "=", "+"):
            return self.at(function, f"{name} is a function: say of what, as in {name}(x).")
        start = self.token.start
        while self.token.kind in ("+", "-", "√") or (self.token.kind == "name" and self.token.text in FUNCTIONS):
            self.advance()
        stop = self.rest_of_product()
        message = f"Put brackets around what {name} is applied to."
        return self.error(message, function.start, max(stop, function.end), (f"{name}({self.text[start:stop]})",))

    def wrong_count(self, token: Token, arity: int, count: int) -> NotationError:
        name, written = token.text, self.text[token.start : self.previous.end]
        message = f"{name} takes {arity} argument{'s' if arity > 1 else ''}, and got {count}."
        inner = written.partition("(")[2][:-1]
        readings: list[str] = []
        if arity == 2 and count > 2 and inner.count("(") == 0:
            first, *others = (part.strip() for part in inner.split(","))
            for other in others:
                first = f"{name}({first}, {other})"
            readings = [first]
        elif name in ("log", "ln") and count == 2:
            message += " For another base divide: log(x)/log(2)."
        elif not count:
            message += f" Write {name}({'x' if arity == 1 else 'a, b'})."
        return self.error(message, token.start, self.previous.end, readings)

    def wrong_count_of_arrays(self, token: Token, fewest: int, most: int, count: int) -> NotationError:
        name = token.text
        takes = str(fewest) if most == fewest else f"{fewest} or {most}" if most == 2 else f"{fewest} to {most:,}"
        example = f"{name}(x)" if fewest == 1 and most < 3 else f"{name}(a, b)"
        message = f"{name} takes {takes} argument{'s' if most > 1 else ''}, and got {count}: write {example}."
        if name in ("sum", "mean", "softmax", "logsumexp") and count == 2:
            message += f" An axis is named: {name}(x, axis=0)."
        return self.error(message, token.start, self.previous.end)

    def no_function(self, token: Token) -> NotationError | None:
        """An unknown name before a bracket: one letter may be a product, a longer name is a mistake."""
        name = token.text
        if len(name) == 1 or token.run:
            return None
        if instead := written_instead(name):
            return self.at(token, instead)
        if self.scope.answer and name in ARRAY_FUNCTIONS:
            return self.at(token, f"{name} of an array is read in a graph's text only.")
        functions = FUNCTIONS.keys() | (() if self.scope.answer else ARRAY_FUNCTIONS.keys())
        meant = next((f for f in (name.lower(), _ELSEWHERE.get(name.lower(), "")) if f in functions), None)
        if meant:
            return self.at(token, f"There is no function called {name!r}; write {meant}.", meant)
        tail = max((f for f in FUNCTIONS if len(f) > 1 and name.endswith(f)), key=len, default="")
        head = name[: len(name) - len(tail)]
        if tail and (self.scope.knows(head) or self.scope.pieces(head)):
            return self.at(token, f"{name!r} is one name here: put a space or * before {tail}.", f"{head}*{tail}")
        known = sorted(f for f in functions if f.isascii())
        from difflib import get_close_matches

        if not self.scope.answer and not get_close_matches(name, known, 1):
            message = f"There is no function called {name!r}. If it is a value, put * between it and the bracket."
            return self.at(token, message, f"{name}*")
        return self.at(token, f"There is no function called {name!r}, and no such name. {nearest(name, known)}")

    def number_on_the_right(self, first: Token) -> NotationError:
        """`2 3`, `x 2`, `1 1/2`: a number never stands on the right of a product without a sign."""
        number, start = self.token, first.start
        left = self.text[start : self.previous.end]
        if first.kind != "number" or self.previous is not first:
            message = f"A number does not stand on the right of {left}: write it first, or write the sign."
            readings = [f"{left}*{number.text}"]
            if first.kind == "name" and self.previous is first:
                readings.append(f"{left}^{number.text}")
            return self.error(message, start, number.end, readings)
        under = re.compile(r"[0-9]+[ \t]*/[ \t]*[0-9]+").match(self.text, number.start, self.end)
        vulgar = not number.text[0].isascii()
        if (under or vulgar) and not self.text[self.begin : start].rstrip().endswith(("/", "÷", "^")):
            end = under.end() if under else number.end
            fraction = under[0] if under else str(number.value)
            mixed = f"{left} + {fraction}"
            alone = not self.text[self.begin : start].strip() and not self.text[end : self.end].strip()
            message = "A mixed number is written as a sum."
            return self.error(message, start, end, (mixed if alone else f"({mixed})",))
        readings = [f"{left}*{number.text}"]
        if re.fullmatch(r"[0-9]{3}", number.text):  # a thousands' space
            readings.insert(0, left + number.text)
        return self.error("Two numbers stand side by side: a sign is missing.", start, number.end, readings)

    def after_sign(self, start: int, sign: Token) -> NotationError:
        """`x/2y`: is y below the bar? And `W @ x y`: is y multiplied into x first?"""
        above, end = self.text[start : sign.start].rstrip(), self.previous.end
        below = self.text[sign.end : end].strip()
        while self.juxtaposed():
            if self.token.kind == "number":
                return self.number_on_the_right(self.previous)
            self.factor()
        stop = self.previous.end
        rest = self.text[end:stop]
        written, where = ("/", "below the bar") if sign.kind == "/" else (" @ ", "part of the right side of @")
        readings = [f"{above}{written}({below}{rest})", f"({above}{written}{below}){rest}"]
        if sign.kind == "@" and re.fullmatch(r"[-−–]?[0-9.]+", below):  # W @ 2 is nothing
            readings.pop()
        message = f"Is {rest.strip()} {where}? Put brackets where you mean them."
        return self.error(message, start, stop, readings)

    def two_bar_pairs(self, start: int) -> NotationError:
        """`|x|y|`: which bars belong together?"""
        stop = self.rest_of_product()
        message = "It is not clear which bars belong together: write abs(…), or * between the factors."
        four = re.compile(r"\|([^|]*)\|([^|]*)\|([^|]*)\|").match(self.text, start, self.end)
        if not four:
            return self.error(message, start, stop)
        one, two, three = (part.strip() for part in four.groups())
        readings = []
        if one and three:
            readings.append("*".join(filter(None, (f"abs({one})", two, f"abs({three})"))))
        if two:
            readings.append("abs(" + "*".join(filter(None, (one, f"abs({two})", three))) + ")")
        return self.error(message, start, four.end(), readings)

    def unclosed(self, opening: Token) -> NotationError:
        """The bracket or bar that is open here is not closed by the word that stands here."""
        token = self.token
        if token.kind == "," or token.kind == "=":
            return self.stray()
        if token.kind == ")" and opening.kind == "|":
            return self.at(opening, "This bar is not closed before the bracket is.")
        return self.at(opening, f"This {'bar' if opening.kind == '|' else 'bracket'} is never closed.")

    def stray(self) -> NotationError:
        """A word that cannot stand where an expression is complete."""
        token = self.token
        match token.kind:
            case ")" | "]":
                return self.at(token, "This bracket closes nothing.")
            case "=":
                return self.at(token, "An equation has one = sign.")
            case ",":
                return self.comma()
        return self.at(token, f"{token.text!r} cannot stand here.")

    def comma(self) -> NotationError:
        """`1,000` and `0,5`, and commas that separate nothing."""
        before, token = self.previous, self.token
        typed = re.compile(r"[0-9]+((?:,[0-9]+)+)").match(self.text, before.start, self.end)
        if before.kind != "number" or not typed:
            message = "A comma separates the arguments of a function such as max(a, b), and nothing else."
            if not self.scope.answer:
                message += " A function of which only the name is known has it on both sides: u = u(x, y)."
            return self.at(token, message)
        readings = []
        if re.fullmatch("(,[0-9]{3})+", typed[1]):
            readings.append(typed[0].replace(",", ""))
        if typed[0].count(",") == 1:
            readings.append(typed[0].replace(",", "."))
        message = "Write a number without commas: 1000 for a thousand, 0.5 for a half."
        return self.error(message, before.start, typed.end(), readings)

    def missing(self) -> NotationError:
        """An operand should stand here, and does not."""
        token, before = self.token, self.previous
        if token.kind == "[":
            message = "An array is given as a value: write a name here, and give its array in at(...)."
            return self.at(token, message)
        if before is None or before.kind == "=":
            if token.kind == "end":
                if before is None:
                    return self.at(token, "There is nothing here: write an expression.")
                return self.at(before, "Something is missing after '='.")
            if token.kind == ")":
                return self.at(token, "This bracket closes nothing.")
            return self.at(token, f"Something is missing before {token.text!r}.")
        if before.kind == "(" and token.kind == ")":
            return self.error("There is nothing between these brackets.", before.start, token.end)
        if before.kind in ("(", "|", ",") and token.kind == "end":
            opening = self.open[-1]
            return self.at(opening, f"This {'bar' if opening.kind == '|' else 'bracket'} is never closed.")
        if before.kind in ("(", "|"):
            return self.at(token, f"Something is missing before {token.text!r}.")
        if before.kind == token.kind and token.kind in "*/@^":
            return self.error(f"There is a sign too many: write {token.text} once.", before.start, token.end)
        return self.at(before, f"Something is missing after {before.text!r}.")
