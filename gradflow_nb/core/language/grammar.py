"""The precedence parser: words in, Nodes out.

    sum      = product (("+" | "-") product)*
    product  = sign* factor (("*" | "/" | "@") sign* factor | factor)*    side by side is a product
    factor   = atom (superscript | "^" sign* factor)?                     to the right: a^b^c is a^(b^c)
    atom     = number | name | "(" sum ")" | "|" sum "|" | "√" atom | function      and the entries of `arraytext`

Long sums and products loop; recursion is only as deep as brackets, signs, powers and functions are nested, and
that is capped. Whatever could be read in two ways is sent back with both. What names mean is up to a `Scope`.
"""

from __future__ import annotations

from collections import deque
from fractions import Fraction
from typing import Any, Protocol

from ...errors import NotationError, Undefined
from ..node import Constant, Node, in_order
from ..operations import FUNCTIONS, OPERATIONS, Operation, row
from ..worlds import exact
from .arraytext import is_constant
from .calls import Calls
from .tokens import DEPTH, EXPONENT, GRAPH_OPERATIONS, TOWER, Token, tokens

_OPERANDS = {"number", "name", "(", "√", "derivative"}
_BINARY = {"+": "add", "-": "sub", "*": "mul", "/": "div", "^": "pow"}


class Scope(Protocol):
    """What names mean."""

    answer: bool
    operations: int

    def knows(self, name: str) -> bool:
        """Is it a node?"""

    def value(self, token: Token, bracket: bool) -> Any:
        """What a name stands for; `bracket` says whether an opening bracket follows it."""

    def pieces(self, name: str) -> list[str]:
        """The known names that an unknown run of letters splits into, or nothing."""

    def derivative(self, token: Token) -> Any:
        """What dX/dY stands for."""


def number_of(value: Any) -> Fraction | float:
    """The number that a constant expression is; raises `ArithmeticError` where it has none."""
    values: dict[int, Fraction | float] = {}

    def get(argument: Any) -> Fraction | float:
        return values[id(argument)] if isinstance(argument, Node) else exact.settle(exact.lift(argument))

    for node in in_order([value] if isinstance(value, Node) else []):
        try:
            values[id(node)] = exact.settle(node.operation.value(*map(get, node.arguments)))
        except ZeroDivisionError:
            raise Undefined("division by zero") from None
    return get(value)


class Parser(Calls):
    """Reads text[start:end]; `begin` is where the equation begins of which that is the right side."""

    def __init__(self, text: str, start: int, end: int, scope: Scope, begin: int | None = None) -> None:
        self.text, self.end, self.scope = text, end, scope
        self.begin = start if begin is None else begin
        self.positions: dict[int, tuple[int, int]] = {}
        self.heights: dict[int, int] = {}  # how many powers stand on one another
        self.open: list[Token] = []  # brackets and bars
        self.depth = 0
        self.split: deque[Token] = deque()
        self.words = tokens(text, start, end, scope.knows, scope.answer, self.begin)
        self.previous = Token("=", "=", start - 1, start) if begin is not None else None
        self.token = self.next_word()

    def whole(self) -> Any:
        """The expression that the text is."""
        value = self.sum()
        if self.token.kind != "end":
            raise self.stray()
        return value

    # Words ------------------------------------------------------------------------------------------------------

    def next_word(self) -> Token:
        if self.split:
            return self.split.popleft()
        token = next(self.words)
        if token.kind != "name":
            return token
        at = token.start
        for piece in self.scope.pieces(token.text):
            self.split.append(Token("name", piece, at, at := at + len(piece), None, (token.start, token.end)))
        return self.split.popleft() if self.split else token

    def advance(self) -> Token:
        self.previous = self.token
        if self.token.kind != "end":
            self.token = self.next_word()
        return self.previous

    def deeper(self, token: Token, levels: int = 1) -> None:
        self.depth += levels
        if self.depth > DEPTH:
            raise self.at(token, f"This is nested more than {DEPTH} deep.")

    # Nodes ------------------------------------------------------------------------------------------------------

    def node(self, operation: str | Operation, arguments: tuple, start: int, end: int | None = None) -> Node:
        self.scope.operations += 1
        if self.scope.operations > GRAPH_OPERATIONS:
            raise NotationError(f"A text has at most {GRAPH_OPERATIONS:,} operations.", self.text, start)
        node = Node(OPERATIONS[operation] if isinstance(operation, str) else operation, arguments)
        self.positions[id(node)] = (start, self.previous.end if end is None else end)
        self.heights[id(node)] = max((self.heights.get(id(a), 1) for a in arguments), default=1)
        return node

    def power(self, base: Any, exponent: Any, start: int, operator: Token) -> Node:
        if is_constant(exponent):
            try:
                size = abs(number_of(exponent))
            except ArithmeticError as reason:
                raise self.error(f"This exponent has no value: {reason}.", operator.start, self.previous.end) from None
            if size > EXPONENT:
                raise self.error(f"An exponent is at most {EXPONENT:,} here.", operator.start, self.previous.end)
        node = self.node("pow", (base, exponent), start)
        # x^(…) is one storey higher than its exponent, and (x^a)^b one higher than x^a.
        storeys = [self.heights.get(id(exponent), 1)]
        if isinstance(base, Node) and base.operation is OPERATIONS["pow"]:
            storeys.append(self.heights.get(id(base), 1))
        self.heights[id(node)] = max(1 + max(storeys), self.heights[id(node)])
        if self.heights[id(node)] > TOWER:
            raise self.error(f"Powers of powers are read up to {TOWER} high, as in a^b^c^d.", start, self.previous.end)
        return node

    # The grammar ------------------------------------------------------------------------------------------------

    def sum(self) -> Any:
        start = self.token.start
        value = self.product()
        while self.token.kind in ("+", "-"):
            operator = self.advance()
            value = self.node(_BINARY[operator.kind], (value, self.product()), start)
        return value

    def signs(self) -> list[Token]:
        """Leading signs; each minus is one level of nesting deeper."""
        found = []
        while self.token.kind in ("+", "-"):
            self.deeper(self.token)
            found.append(self.advance())
        return found

    def signed(self, signs: list[Token], value: Any) -> Any:
        for sign in reversed(signs):
            if sign.kind == "-":
                value = self.node("neg", (value,), sign.start)
        self.depth -= len(signs)
        return value

    def product(self) -> Any:
        signs = self.signs()
        start = self.token.start
        barred = self.token.kind == "|"  # is there a bar pair among the factors side by side?
        first = self.token  # of the factor before this place
        chain = start  # where the factors side by side begin
        value = self.factor()
        sign: Token | None = None  # a / or @, after which nothing stands side by side
        while True:
            if self.token.kind in ("*", "/", "@"):
                operator = self.advance()
                sign = operator if operator.kind != "*" else None
                inner = self.signs()
                first, chain, barred = self.token, self.token.start, self.token.kind == "|"
                right = self.signed(inner, self.factor())
                if operator.kind == "@":
                    value = self.matrix_product(value, right, start, operator)
                else:
                    where = operator.start if operator.kind == "/" else start
                    value = self.node(_BINARY[operator.kind], (value, right), where)
            elif self.juxtaposed():
                if self.token.kind == "number":
                    raise self.number_on_the_right(first)
                if sign:
                    raise self.after_sign(start, sign)
                if self.token.kind == "|" and barred:
                    raise self.two_bar_pairs(chain)
                barred = barred or self.token.kind == "|"
                first = self.token
                value = self.node("mul", (value, self.factor()), start)
            else:
                return self.signed(signs, value)

    def matrix_product(self, left: Any, right: Any, start: int, operator: Token) -> Node:
        if (is_constant(left) or is_constant(right)) and not self.juxtaposed():
            raise self.at(operator, "@ multiplies arrays; the product with a number is written *.", "*")
        return self.node(row("matmul"), (left, right), start)

    def juxtaposed(self) -> bool:
        """Does another factor follow, side by side? A bar closes where one is open, and opens elsewhere."""
        if self.token.kind == "|":
            return not (self.open and self.open[-1].kind == "|")
        return self.token.kind in _OPERANDS

    def factor(self) -> Any:
        start = self.token.start
        value = self.atom()
        if self.token.kind == "exponent":
            operator = self.advance()
            value = self.power(value, operator.value, start, operator)
            if self.token.kind in ("^", "exponent"):
                base, rest = self.text[start : operator.end], self.text[self.token.start : self.token.end]
                raise self.at(self.token, f"Put brackets around {base} before {rest}, or around the exponent.")
        elif self.token.kind == "^":
            operator = self.advance()
            self.deeper(operator)
            signs, first = self.signs(), self.token
            if first.run and self.token.kind == "name":
                run = self.text[slice(*first.run)]
                other = f"({self.text[start : first.end]}){self.text[first.end : first.run[1]]}"
                message = f"The exponent {run} needs brackets, or is {first.text} alone."
                raise self.error(message, start, first.run[1], (f"{self.text[start : first.run[0]]}({run})", other))
            exponent = self.signed(signs, self.factor())
            self.depth -= 1
            value = self.power(value, exponent, start, operator)
        return value

    def atom(self) -> Any:
        token = self.token
        match token.kind:
            case "number":
                return self.entries(self.advance().value, token)
            case "(" | "|":
                return self.entries(self.bracket(), token)
            case "√":
                return self.entries(self.root(), token)
            case "name":
                return self.entries(self.name(), token)
            case "derivative":
                return self.derivative()
        raise self.missing()

    def bracket(self) -> Any:
        """( sum ) or | sum |."""
        opening = self.advance()
        self.deeper(opening)
        if opening.kind == "|" == self.token.kind and not self.scope.answer:
            self.scope.notes.append("||…|| is read as |…| twice; the norm of an array is written norm(x).")
        self.open.append(opening)
        value = self.sum()
        self.open.pop()
        if self.token.kind != ("|" if opening.kind == "|" else ")"):
            raise self.unclosed(opening)
        self.advance()
        self.depth -= 1
        return self.node("abs", (value,), opening.start) if opening.kind == "|" else value

    def derivative(self) -> Any:
        before, token = self.previous, self.advance()
        if (before and before.kind == "/") or self.token.kind in ("^", "exponent"):
            raise self.at(token, f"Put brackets around {token.text}.", f"({token.text})")
        return self.scope.derivative(token)

    def name(self) -> Any:
        token = self.advance()
        name, bracket = token.text, self.token.kind == "("
        if self.scope.knows(name):
            return self.scope.value(token, bracket)
        if self.calls_array_function(token):
            return self.array_function(token)
        if name in FUNCTIONS and (bracket or name != "σ") and not self.stays_a_name(token):
            return self.function(token)
        if name in ("pi", "π"):
            return Constant("pi")
        self.stays_a_name(token)
        if bracket and (hint := self.no_function(token)):
            raise hint
        return self.scope.value(token, bracket)
