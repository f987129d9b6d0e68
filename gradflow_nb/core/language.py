"""The text language: what a person types becomes Nodes, and nothing of it is ever run.

`read_expression` reads an answer, `read_graph` a graph's equations. They share the characters and caps of
`tokens` and the precedences of `grammar`; they differ in what a name means, which is what this page says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ..errors import GraphError, NotationError, nearest
from .grammar import Parser, is_constant, number_of
from .graph import Constant, Graph, Node
from .operations import FUNCTIONS, OPERATIONS, declare_opaque
from .sentback import written_instead
from .tokens import LOOK_ALIKES, NAME, RESERVED, Token, check_answer, check_graph, check_name, tokens


@dataclass(frozen=True, slots=True)
class Reading:
    """How an answer was read.

    `value` is the expression: a Node, or the number or constant that it is. `positions` gives, by a Node's id,
    the range of the text that it came from. `names` are the names of the graph that were used, and `notes` are
    sentences about how the text was read.
    """

    text: str
    value: Node | Constant | Fraction | float
    positions: dict[int, tuple[int, int]]
    names: frozenset[str]
    notes: tuple[str, ...]


def read_expression(
    text: str,
    names: Mapping[str, Node],
    *,
    split: bool = True,
    derivatives: Mapping[tuple[str, str], Node] | None = None,
) -> Reading:
    """An answer, read with the nodes called `names`. Raises `NotationError` for what is sent back.

    An unknown run of letters is split into known names where there is exactly one way and `split` allows it.
    `derivatives` are the pairs (X, Y) for which dX/dY may be written.

    >>> a, b = Node(None, (), "a"), Node(None, (), "b")
    >>> reading = read_expression("2ab + 1", {"a": a, "b": b})
    >>> reading.value.operation, sorted(reading.names), reading.notes
    (<operation add>, ['a', 'b'], ('ab is read as a·b.',))
    """
    end = check_answer(text)
    scope = _Answer(text, names, split, derivatives or {})
    parser = Parser(text, 0, end, scope)
    value = parser.whole()
    return Reading(text, value, parser.positions, frozenset(scope.used), tuple(dict.fromkeys(scope.notes)))


def read_graph(text: str, inputs: Iterable[str] | None = None) -> Graph:
    """The Graph that equations describe, one a line or between semicolons.

    Names that no equation defines are inputs; with `inputs`, only those listed are. Raises `NotationError` for a
    text that cannot be read and `GraphError` for equations that make no graph.

    >>> graph = read_graph("b = 1/2; c = 2b + 3; e = 7c + d^2")
    >>> graph.inputs, graph.outputs, graph.defaults
    (('b', 'd'), ('e',), {'b': Fraction(1, 2)})
    """
    return _Equations(text, inputs).graph()


class _Answer:
    """In an answer every name is known, or sent back."""

    answer = True

    def __init__(
        self, text: str, names: Mapping[str, Node], split: bool, derivatives: Mapping[tuple[str, str], Node]
    ) -> None:
        self.text, self.names, self.derivatives = text, names, derivatives
        self.splits = split
        self.operations = 0
        self.used: set[str] = set()
        self.notes: list[str] = []

    def knows(self, name: str) -> bool:
        return name in self.names

    def value(self, token: Token, bracket: bool) -> Any:
        name = token.text
        if name in self.names:
            self.used.add(name)
            return self.names[name]
        ways = self.ways(name)
        check_name(name, self.text, token.start, (self.instead(token, "*".join(way)) for way in ways))
        if name == "e":
            self.notes.append("e is Euler's number here.")
            return Constant("e")
        raise self.unknown(token, ways)

    def pieces(self, name: str) -> list[str]:
        if not self.splits or self.knows(name) or name in FUNCTIONS or name in ("e", "pi", "π"):
            return []
        if name.lower() in RESERVED or name in RESERVED or _function_at_start(name):
            return []
        ways = self.ways(name)
        if len(ways) != 1:
            return []
        self.notes.append(f"{name} is read as {'·'.join(ways[0])}.")
        return ways[0]

    def ways(self, name: str, enough: int = 4) -> list[list[str]]:
        """The ways, a few at most, to split a run of letters into known names and constants."""
        known = {*self.names, "e", "pi", "π"}
        longest = max(map(len, known))
        after: list[list[list[str]]] = [[] for _ in name] + [[[]]]
        for i in reversed(range(len(name) if len(name) <= 64 else 0)):
            for j in range(i + 1, min(i + longest, len(name)) + 1):
                if after[j] and name[i:j] in known:
                    after[i] += [[name[i:j], *rest] for rest in after[j]]
            del after[i][enough:]
        return after[0] if len(name) <= 64 else []

    def instead(self, token: Token, reading: str) -> str:
        return self.text[: token.start] + reading + self.text[token.end :]

    def unknown(self, token: Token, ways: list[list[str]]) -> NotationError:
        name, readings = token.text, []
        function = _function_at_start(name)
        rest = name[len(function) :].lstrip("0123456789")
        twin = name.translate(LOOK_ALIKES)
        glued = self.text[: token.start][-1:] in set("0123456789.")
        digits = None if glued else re.fullmatch(rf"({NAME}?)([0-9]+)", name)
        if instead := written_instead(name):
            message = instead
        elif function and (not rest or rest in self.names or self.ways(rest)):
            message = f"{name!r} is one name, and there is no such node; a function needs brackets or a space."
            readings = [f"{function}({name[len(function) :]})"]
        elif twin != name and twin in self.names:
            message = f"{name!r} is written with Greek letters; type the Latin {twin}."
            readings = [twin]
        elif digits and digits[1] in self.names:
            message = f"{name!r} is one name, and there is no such node; a number stands before a name."
            readings = [digits[2] + digits[1], f"{digits[1]}^{digits[2]}"]
        elif ways:
            message = f"{name!r} is not the name of a node" + (
                ", and it splits into names in more than one way." if len(ways) > 1 else ". Is it a product?"
            )
            readings = ["*".join(way) for way in ways]
        else:
            message = f"There is no node called {name!r}. {nearest(name, map(str, self.names))}"
        return NotationError(message, self.text, token.start, token.end, (self.instead(token, r) for r in readings))

    def derivative(self, token: Token) -> Any:
        if token.value in self.derivatives:
            return self.derivatives[token.value]
        message = f"{token.text} is what is asked: work it out, and write numbers and names of nodes."
        raise NotationError(message, self.text, token.start, token.end)


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


class _Equations:
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
        if node := self.named.get(name):
            return node
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
            self.note_about(token)
        self.tell_apart(name, token.start)
        self.named[name] = Node(None, (), name)
        return self.named[name]

    def note_about(self, token: Token) -> None:
        """What a reader should know about a name that became an input."""
        name, function = token.text, _function_at_start(token.text)
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


def _function_at_start(name: str) -> str:
    """The function whose name a longer name begins with, as `sin` in `sinx`; such names are never split."""
    return max((f for f in FUNCTIONS if len(f) > 1 and name.startswith(f) and name != f), key=len, default="")
