"""A graph's equations: which names they define, in which order, and what each right side is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ...errors import GraphError, NotationError, nearest
from ..graph import Graph
from ..node import Node
from ..operations import ARRAY_FUNCTIONS, FUNCTIONS, OPERATIONS, declare_opaque
from .calls import function_at_start
from .grammar import Parser, is_constant, number_of
from .tokens import LOOK_ALIKES, NAME, Token, check_graph, check_name, tokens


@dataclass(frozen=True, slots=True)
class _Equation:
    """`name` = text[right:end], beginning at `start`."""

    name: str
    start: int
    left: int
    right: int
    end: int


_LEFT = re.compile(rf"[ \t\r]*({NAME})[ \t\r]*=")
_OPAQUE = re.compile(rf"[ \t\r]*({NAME})[ \t\r]*\(([ \t\r]*{NAME}[ \t\r]*(?:,[ \t\r]*{NAME}[ \t\r]*)*)\)[ \t\r]*")


class Equations:
    """In a graph's text a name is what an equation defines, or else an input."""

    answer = False

    def __init__(self, text: str, inputs: Iterable[str] | None) -> None:
        self.code = check_graph(text)
        self.text = text
        self.allowed = None if inputs is None else _listed(inputs)
        self.operations = 0
        self.named: dict[str, Node | None] = {}  # None: mentioned, not yet defined
        self.defaults: dict[str, Any] = {}
        self.notes: list[str] = []
        self.equations: dict[str, _Equation] = {}
        self.twins: dict[str, str] = {}
        self.called: set[str] = set()  # the array functions that are called
        self.reading: _Equation | None = None

    def graph(self) -> Graph:
        for equation in self.find():
            if first := self.equations.get(equation.name):
                lines = " and ".join(dict.fromkeys(f"line {self.line(e)}" for e in (first, equation)))
                message = f"{equation.name} is defined twice, in {lines}: give one of them another name."
                raise self.graph_error(message, equation)
            self.equations[equation.name] = equation
            self.tell_apart(equation.name, equation.left)
        if not self.equations:
            raise GraphError('There are no equations here. Write one a line, such as "c = 2b + 3".')
        for equation in self.equations.values():
            self.read(equation)
        for name in self.allowed or ():
            self.named.setdefault(name, Node(None, (), name))
        return Graph(self.named, self.defaults, dict.fromkeys(self.notes))

    # Equations --------------------------------------------------------------------------------------------------

    def find(self) -> Iterator[_Equation]:
        """The equations in the text, their right sides not yet read."""
        for part in re.finditer(r"[^;\n]+", self.code):
            end = part.start() + len(part[0].rstrip())
            start = part.end() - len(part[0].lstrip())
            if start >= end:
                continue
            left = _LEFT.match(self.code, start, end)
            if not left:
                raise self.no_name_on_the_left(start, end)
            check_name(left[1], self.text, left.start(1))
            yield _Equation(left[1], start, left.start(1), left.end(), end)

    def read(self, equation: _Equation) -> None:
        """Gives the node that an equation defines its name."""
        name, self.reading = equation.name, equation
        self.named[name] = None
        opaque = _OPAQUE.fullmatch(self.code, equation.right, equation.end)
        if opaque and opaque[1] == name:
            node = self.opaque(name, opaque.start(2), opaque.end(2))
            if name in FUNCTIONS or name in ARRAY_FUNCTIONS:
                self.notes.append(f"{name} is an opaque function here; for {name}(…) itself, rename the left side.")
        else:
            parser = Parser(self.text, equation.right, equation.end, self, equation.start)
            value = parser.whole()
            if is_constant(value):
                self.defaults[name] = self.default(value, parser, equation)
                node = Node(None, (), name)
            elif value.name is not None:
                node = Node(OPERATIONS["same"], (value,))
            else:
                node = value
            if node.operation is not None and name in (self.allowed or ()):
                raise self.graph_error(f"{name} is listed as an input, and this equation defines it.", equation)
        node.name = name
        self.named[name] = node

    def opaque(self, name: str, start: int, end: int) -> Node:
        words = [token for token in tokens(self.text, start, end, self.knows, False) if token.kind == "name"]
        arguments = tuple(word.text for word in words)
        for word in words:
            if arguments.count(word.text) > 1:
                raise NotationError(f"{word.text} is listed twice.", self.text, word.start, word.end)
        parents = [self.value(word, False) for word in words]
        self.operations += 1
        return Node(declare_opaque(name, arguments), parents)

    def default(self, value: Any, parser: Parser, equation: _Equation) -> Fraction | float:
        try:
            return number_of(value)
        except ArithmeticError as reason:
            start, end = parser.positions.get(id(value), (equation.right, equation.end))
            raise NotationError(f"This has no value: {reason}.", self.text, start, end) from None

    # Names ------------------------------------------------------------------------------------------------------

    def knows(self, name: str) -> bool:
        return name in self.equations or self.named.get(name) is not None or name in (self.allowed or ())

    def pieces(self, name: str) -> list[str]:
        return []

    def derivative(self, token: Token) -> Any:
        raise NotationError("Derivatives are not part of a graph's equations.", self.text, token.start, token.end)

    def value(self, token: Token, bracket: bool) -> Node:
        name = token.text
        node = self.named.get(name)
        if node is not None and not (bracket and name in ARRAY_FUNCTIONS and self.is_free(name)):
            return node
        if name in self.called or node is not None:
            message = f"{name} is a function in one place here and an input in another: give the input another name."
            raise NotationError(message, self.text, token.start, token.end)
        if name in self.equations:
            raise self.not_yet_defined(token)
        check_name(name, self.text, token.start)
        if self.allowed is not None and name not in self.allowed:
            raise NotationError(
                f"There is no equation for {name!r}, and it is not among the inputs. "
                f"{nearest(name, dict.fromkeys([*self.equations, *self.allowed]))}",
                self.text, token.start, token.end,
            )  # fmt: skip
        if self.allowed is None:
            self.note_about(token, bracket)
        self.tell_apart(name, token.start)
        self.named[name] = Node(None, (), name)
        return self.named[name]

    def is_free(self, name: str) -> bool:
        """An input that nothing announces?"""
        return name not in self.equations and name not in (self.allowed or ())

    def note_about(self, token: Token, bracket: bool) -> None:
        """What a reader should know about a name that became an input."""
        name, function = token.text, function_at_start(token.text)
        if "π" in name:
            before, after = (
                self.text[self.reading.start : token.start],
                self.text[token.end : self.reading.end],
            )
            spaced = " ".join(name.replace("π", " π ").split())
            message = f"{name!r} is one name here: put a space or * beside π."
            raise NotationError(message, self.text, token.start, token.end, (before + spaced + after,))
        if name == "e":
            self.notes.append("e is an input here, as no equation defines it; Euler's number is exp(1).")
        elif bracket:
            self.notes.append(
                f"{name} is an input here, and {name}(…) a product; a function of which only the name is known has "
                f"it on both sides, as in {name} = {name}(x)."
            )
        elif name == "T" and self.code[: token.start].rstrip().endswith("^"):
            self.notes.append("T is an input here, and ^T a power; the transpose of W is written W.T.")
        elif len(name) > 1 and all(letter in self.equations for letter in name):
            self.notes.append(f"{name} is one name here, an input; the product is written {' '.join(name)}.")
        elif name in ARRAY_FUNCTIONS:
            self.notes.append(f"{name} is an input here; the function is written {name}(…).")
        elif function and not name[len(function) :].startswith("_"):
            self.notes.append(f"{name} is an input here; the function is written {function}({name[len(function) :]}).")

    def tell_apart(self, name: str, position: int) -> None:
        """Refuses two names that only their alphabets distinguish."""
        twin = self.twins.setdefault(name.translate(LOOK_ALIKES), name)
        if twin != name:
            message = f"This {name!r} and another {twin!r} look alike, but one has Greek letters: use one of them."
            raise NotationError(message, self.text, position, position + len(name))

    # Equations that make no graph -------------------------------------------------------------------------------

    def line(self, equation: _Equation) -> int:
        return self.text.count("\n", 0, equation.left) + 1

    def graph_error(self, message: str, equation: _Equation) -> GraphError:
        position = equation.left
        return GraphError(str(NotationError(message, self.text, position, position + len(equation.name))))

    def not_yet_defined(self, token: Token) -> GraphError:
        here, there = self.reading, self.equations[token.text]
        cycle = self.way(there.name, here.name)
        if cycle:
            arrows = " → ".join([here.name, *cycle]) if cycle[0] != here.name else f"{here.name} → {here.name}"
            message = f"These equations go round in a cycle: {arrows}. Give one of the values another name."
        elif self.line(here) == self.line(there):
            message = f"{there.name} is used before it is defined: put its equation before that of {here.name}."
        else:
            message = (
                f"{there.name} is used before it is defined: move its equation up from line {self.line(there)}, "
                f"above line {self.line(here)}."
            )
        return GraphError(str(NotationError(message, self.text, token.start, token.end)))

    def way(self, start: str, goal: str) -> list[str]:
        """A chain of names from `start` to `goal`, each using the next one; empty where there is none."""
        if start == goal:
            return [start]
        came: dict[str, str] = {start: ""}
        waiting = [start]
        while waiting and goal not in came:
            name = waiting.pop()
            equation = self.equations[name]
            for used in re.findall(NAME, self.code[equation.right : equation.end]):
                if used in self.equations and used not in came:
                    came[used] = name
                    waiting.append(used)
        found, name = [], goal if goal in came else ""
        while name:
            found.append(name)
            name = came[name]
        return found[::-1]

    def no_name_on_the_left(self, start: int, end: int) -> NotationError:
        typed = self.text[start:end]
        left, equals, right = typed.partition("=")
        call = re.match(rf"({NAME})[ \t]*\([^()]*\)[ \t]*$", left)
        if not equals:
            return NotationError('This is not an equation: write "name = …".', self.text, start, end)
        if not left.strip():
            return NotationError("Something is missing before '=': the name that is defined.", self.text, start)
        readings = (f"{call[1]} = {right.strip()}",) if call else ()
        message = "On the left of = stands one name, the one that this equation defines."
        return NotationError(message, self.text, start, start + len(left.rstrip()), readings)


def _listed(inputs: Iterable[str]) -> dict[str, None]:
    names = [inputs] if isinstance(inputs, str) else list(inputs)
    for name in names:
        check_name(str(name), str(name))
    return dict.fromkeys(names)
