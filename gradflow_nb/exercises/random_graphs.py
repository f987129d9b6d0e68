"""Graphs from nothing, of equations like those that people write by hand: so many paths, so many edges deep."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from random import Random
from typing import Any, NamedTuple

from ..core.evaluate import NUMBERS, flow_in
from ..core.graph import Graph
from ..core.language import read_graph
from ..core.operations import FUNCTIONS
from ..core.worlds import exact
from ..errors import GradflowError
from .variants import FLATTEST, LARGEST, LOWER, below

DEEPEST, MOST_INPUTS, _ATTEMPTS, _TRIES = 10, 3, 240, 24
_NAMES = LOWER[:4] + "e" + LOWER[4:]  # e is the fifth, and so never an input
_SYMBOLS = ("+", "-", "*", "/", "^")
_FUNCTIONS = tuple(name for name in FUNCTIONS if name not in ("sign", "sgn", "step"))  # those are flat everywhere
_JOINING = frozenset("+-*/")
_EXACT = {*_SYMBOLS, "sqrt", "abs", "relu", "max", "min"}

_RIGHT_SIDES = {
    1: (
        "k*p + m", "k*p - m", "m - k*p", "p + m", "p - m", "m - p", "k*p", "p/k", "m/p", "k*p/m", "p^n", "k*p^2",
        "p^2 + m", "p^2 - m", "m - p^2", "f(p)", "k*f(p)", "f(k*p)", "f(p)/k", "f(p) + m", "f(p) - m",
    ),
    2: (
        "p*q", "p + q", "p - q", "p/q", "k*p + q", "k*p + m*q", "k*p - q", "p*q + m", "p*q - m", "p + q^2", "p^2 - q",
        "k*p + q^2", "p*q^2", "p^2/q", "p/q + m", "p + m/q", "p*f(q)", "p + f(q)", "p - f(q)", "f(q)/p",
    ),
    3: (
        "p*q + r", "p*q - r", "p + q + r", "p + q - r", "p - q - r", "p*q*r", "p/q/r", "(p + q)/r", "p*q/r",
        "p + q + r^2", "p*q + f(r)", "p - q*f(r)",
    ),
}  # fmt: skip
"""By how many names they use: p, q and r; k and m are whole numbers, n is an exponent, f a function."""


class Drawn(NamedTuple):
    """A graph, a point `at` which to take it, and the ends of its paths: the output `of` and the input `wrt`."""

    graph: Graph
    at: dict[str, int | Fraction]
    of: str
    wrt: str


def random_graph(
    seed: int | str,
    paths: int = 2,
    depth: int = 4,
    operations: Iterable[str] = ("+", "-", "*", "^"),
    inputs: int | None = None,
) -> Drawn:
    """A graph with exactly this many paths, the longest of `depth` edges, the same for the same seed.

    `operations` are + - * / ^ and names of functions, in a list or a text; `inputs` is how many inputs there are, None
    for one or two. At the point every value is small, and exact where no function is used; no partial and no total
    derivative is 0, and no kink is met. Raises `GradflowError` for what cannot be, saying what can.

    >>> graph, at, of, wrt = random_graph(seed=1)
    >>> [str(graph.flow().equation(name)) for name in graph.names], at, of, wrt
    (['a', 'b = a + 2', 'c = 4b^2', 'd = 6b + 2', 'e = c - d', 'f = 4e - 5'], {'a': 2}, 'f', 'a')
    >>> graph.flow().paths(of, wrt).count
    2
    """
    listed = _legal(operations, paths, depth, 1 if inputs is None else inputs)
    random = Random(f"graph {seed}")
    for attempt in range(_ATTEMPTS):
        haste = 3 * attempt // _ATTEMPTS  # 0 asks for the friendliest; 1 and 2 take what there is
        further = below(random, 5) > 2 and not _JOINING.isdisjoint(listed)
        drawn = _filled(random, _shape(random, paths, depth, inputs or 1 + further), listed, haste)
        if drawn and _is_friendly(drawn, haste):
            return drawn
    raise GradflowError(
        f"No graph of depth {depth} was found that has {paths} paths, only {' '.join(listed)}, and small numbers at a "
        f"point where all have a value. Allow + or * too, or ask for less depth."
    )


def _legal(operations: Iterable[str], paths: int, depth: int, inputs: int) -> tuple[str, ...]:
    """The operations, if there can be such a graph."""
    listed = tuple(dict.fromkeys(operations.split() if isinstance(operations, str) else operations))
    unknown = [name for name in listed if name not in (*_SYMBOLS, *_FUNCTIONS)]
    if unknown or not listed:
        what = f"{unknown[0]!r} is no operation to draw a graph with" if unknown else "No operation is given"
        raise GradflowError(f"{what}. There are {' '.join((*_SYMBOLS, *_FUNCTIONS))}.")
    if not 1 <= depth <= DEEPEST:
        raise GradflowError(f"A graph is drawn from 1 to {DEEPEST} edges deep, and not {depth}.")
    if not 1 <= paths < 2**depth:  # two nodes a level, each using both nodes below it and the first
        deeper = f" Ask for fewer, or for a depth of {paths.bit_length()}." if 1 <= paths < 2**DEEPEST else ""
        raise GradflowError(f"At depth {depth} there can be 1 to {2**depth - 1} paths, and not {paths}.{deeper}")
    if not 1 <= inputs <= MOST_INPUTS:
        raise GradflowError(f"A graph is drawn with 1 to {MOST_INPUTS} inputs, and not {inputs}.")
    if (paths > 1 or inputs > 1) and _JOINING.isdisjoint(listed):
        raise GradflowError("More than one path or input needs one of + - * / to bring them together: allow one.")
    return listed


def _shuffled(random: Random, items: Iterable[Any]) -> list[Any]:
    return [item for _, item in sorted(((random.random(), item) for item in items), key=lambda pair: pair[0])]


def _shape(random: Random, paths: int, depth: int, inputs: int) -> list[list[int]]:
    """Of every node the numbers of its parents; the inputs come first, wrt as 0, and `of` is the last."""
    detours = _detours(random, paths, depth, [1, 1], [3_000])
    if detours is None:
        return _relabelled(random, _doubling(random, paths, depth), inputs)
    room = len(_NAMES) - inputs - depth
    levels: list[tuple[int, list[int]]] = [(0, [])]  # of each node how deep it is, and its parents
    main = [0]
    for level, start in enumerate([None, *detours], 1):
        parents = [main[-1]]
        if start is not None:
            side = main[start]
            for step in range(min(room, below(random, level - start) or below(random, 2))):
                levels.append((start + step + 1, [side]))
                side, room = len(levels) - 1, room - 1
            parents.append(side)
        levels.append((level, parents))
        main.append(len(levels) - 1)
    return _relabelled(random, levels, inputs)


def _detours(random: Random, paths: int, depth: int, counts: list[int], fuel: list[int]) -> list[int | None] | None:
    """For each level of a chain from the second on where a detour to it starts, or None; None where this cannot do."""
    level = len(counts)
    if level > depth:
        return [] if counts[-1] == paths else None
    for start in _shuffled(random, [None, *range(level - 1)]):
        count = most = counts[-1] + (0 if start is None else counts[start])
        before = counts[-1]
        for _ in range(depth - level):
            before, most = most, most + before
        fuel[0] -= 1
        if fuel[0] > 0 and count <= paths <= most:
            rest = _detours(random, paths, depth, [*counts, count], fuel)
            if rest is not None:
                return [start, *rest]
    return None


def _doubling(random: Random, paths: int, depth: int) -> list[tuple[int, list[int]]]:
    """Two nodes a level, both using both below: the binary digits of `paths` say where the first node is used too."""
    digits = f"{paths:b}"[1:]
    first = below(random, depth - len(digits))
    levels: list[tuple[int, list[int]]] = [(0, [])]
    for level in range(1, depth + 1):
        place = level - first - 2
        used = [i for i, (at, _) in enumerate(levels) if at == level - 1]
        if 0 <= place < len(digits) and digits[place] == "1":
            used.append(first)
        pair = 0 <= place + 1 < len(digits)
        levels += [(level, used)] * (1 + pair)
    return levels


def _relabelled(random: Random, levels: list[tuple[int, list[int]]], inputs: int) -> list[list[int]]:
    """The nodes level by level, after `inputs` inputs; each further input is used by one node."""
    order = sorted(range(len(levels)), key=lambda i: levels[i][0])
    new = {old: number + (inputs - 1 if number else 0) for number, old in enumerate(order)}
    parents = [[] for _ in range(inputs)] + [[new[parent] for parent in levels[old][1]] for old in order[1:]]
    for further in range(1, inputs):
        free = [i for i in range(inputs, len(parents)) if len(parents[i]) == min(map(len, parents[inputs:]))]
        parents[free[below(random, len(free))]].append(further)
    return parents


def _filled(random: Random, shape: list[list[int]], operations: Sequence[str], haste: int) -> Drawn | None:
    """Equations for this shape, each drawn until it fits the values before it; None where none was found."""
    values: dict[str, Any] = {}
    rights: dict[str, str] = {}
    for name, parents in zip(_NAMES, shape):
        if not parents:
            values[name] = _input(random, haste)
            continue
        limit = (LARGEST if len(values) == len(shape) - 1 else 100, 1_000, LARGEST)[haste]
        for _ in range(_TRIES):
            right = _right_side(random, [_NAMES[parent] for parent in parents], operations)
            value = _value(right, values, limit, haste == 0 and _EXACT.issuperset(operations))
            if value is not None and (right not in rights.values() or haste == 2):
                break
        else:
            return None
        values[name], rights[name] = value, right
    read = read_graph("; ".join(f"{name} = {right}" for name, right in rights.items()))
    inputs = [name for name in _NAMES if name in read.inputs]
    first = {name: read[name] for name in (*inputs, *read.names)}  # so the order of the names is the alphabet's
    return Drawn(Graph(first), {name: exact.public(values[name]) for name in inputs}, name, _NAMES[0])


def _input(random: Random, haste: int) -> Fraction:
    sign = -1 if below(random, 8 - 3 * haste) == 0 else 1
    under = 1 + below(random, 4) if haste == 2 else 1  # asin and others need numbers below 1
    return sign * Fraction(1 + below(random, (5, 12, 8)[haste]), under)


def _right_side(random: Random, names: list[str], operations: Sequence[str]) -> str:
    """One that has an operation drawn first, so that each listed one has its turn, where there is such a one."""
    wanted = operations[below(random, len(operations))]
    functions = [name for name in operations if name in FUNCTIONS]
    mark = "f" if wanted in functions else wanted
    allowed = {*operations, "f"} if functions else {*operations}
    legal = [each for each in _RIGHT_SIDES[len(names)] if set("+-*/^f") & set(each) <= allowed]
    turns = [each for each in legal if mark in each] or legal
    right = turns[below(random, len(turns))]
    p, q, r = (*_shuffled(random, names), "", "")[:3]
    if re.match(r"p( \+ |\*)q(?!\^)", right):  # a·b, and not b·a
        p, q = sorted((p, q))
    function = wanted if mark == "f" else functions[below(random, len(functions))] if functions else ""
    k, m, n = str(2 + below(random, 5)), str(2 + below(random, 8)), str(2 + (below(random, 5) == 0))
    more = f", {1 + below(random, 9)}" if function and FUNCTIONS[function].arity == 2 else ""
    put = {"p": p, "q": q, "r": r, "k": k, "m": m, "n": n}
    written = re.sub("[pqrkmn]", lambda letter: put[letter[0]], right)
    return re.sub(r"f\((.*?)\)", lambda call: f"{function}({call[1]}{more})", written)


def _value(right: str, values: Mapping[str, Any], limit: int, exactly: bool) -> Any:
    """What a right side gives at these values; None where that, or a partial, is not there, 0 or no small number."""
    graph = read_graph(f"result = {right}")
    try:
        flow = flow_in(graph, {name: values[name] for name in graph.inputs}, NUMBERS)
    except GradflowError:
        return None
    if any(edge.convention or not edge.exists for edge in flow.edges):
        return None
    value = flow.known["result"]
    small = all(_is_small(number, limit) for number in (value, *(edge.map.value for edge in flow.edges)))
    return value if small and not (exactly and isinstance(value, float)) else None


def _is_small(number: Any, limit: int) -> bool:
    if isinstance(number, float):
        return 10 * FLATTEST <= abs(number) <= limit / 10
    return 0 < abs(number.numerator) <= limit and number.denominator <= 12


def _is_friendly(drawn: Drawn, haste: int) -> bool:
    """No total derivative is 0 on the way; at first none is large, and no two paths have the same product."""
    flow = drawn.graph.at(drawn.at)
    after = {name: total for name, total in flow.jvp(drawn.wrt, 1).items() if name not in drawn.at}
    totals = [*after.values(), *flow.adjoints(drawn.of).values()]
    if any(abs(total) < FLATTEST * FLATTEST or (haste < 2 and abs(total) > LARGEST) for total in totals):
        return False
    paths = flow.paths(drawn.of, drawn.wrt)
    return haste > 0 or paths.count > 16 or len({path.product for path in paths}) == paths.count
