"""The text language: what a person types becomes Nodes, and nothing of it is ever run.

`read_expression` reads an answer, `read_graph` a graph's equations. They share the characters and caps of
`tokens` and the precedences of `grammar`; they differ in what a name means, which is what this page says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ...errors import NotationError, nearest
from ..graph import Graph
from ..node import Constant, Node
from ..operations import FUNCTIONS
from .calls import function_at_start
from .equations import Equations
from .grammar import Parser
from .sentback import written_instead
from .tokens import LOOK_ALIKES, NAME, RESERVED, Token, check_answer, check_name


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
    derivatives: Mapping[tuple[str, ...], Any] | None = None,
) -> Reading:
    """An answer, read with the nodes called `names`. Raises `NotationError` for what is sent back.

    An unknown run of letters is split into known names where there is exactly one way and `split` allows it.
    `derivatives` are the pairs (X, Y) for which dX/dY or ∂X/∂Y may be written, or ("d", X, Y) for one of the two.

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
    return Equations(text, inputs).graph()


class _Answer:
    """In an answer every name is known, or sent back."""

    answer = True

    def __init__(
        self, text: str, names: Mapping[str, Node], split: bool, derivatives: Mapping[tuple[str, ...], Any]
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
        if name.lower() in RESERVED or name in RESERVED or function_at_start(name):
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
        function = function_at_start(name)
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
        for key in (token.value, (token.text[0], *token.value)):
            if key in self.derivatives:
                return self.derivatives[key]
        message = f"{token.text} is to be worked out: write numbers and names of nodes."
        raise NotationError(message, self.text, token.start, token.end)
