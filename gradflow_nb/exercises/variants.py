"""The same graph with other numbers and other names, which a seed chooses: practice that is new and no harder."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import gcd, prod
from random import Random
from typing import Any

from ..core.edge import Edge
from ..core.evaluate import entered
from ..core.flow import GradientFlow
from ..core.graph import Graph
from ..core.node import Node
from ..core.operations import declare_opaque
from ..core.worlds import exact, is_array
from ..errors import GradflowError

DRAWS = 600  # tried before a graph is said to have no variant
LARGEST, FLATTEST = 10_000, 0.001  # of numbers, unless the original's are larger; of partials that are not exact
LOWER = "abcdfghjkmnpqrstuvwxyz"  # e is Euler's number to many; i, l and o read like digits
_UPPER = "ABCFGHJKLMNPQRSUVWXYZ"  # D_xw is a partial, W^T a transpose
_GREEK = "αβγδεζηθκλμξρτφψω"  # no π and σ, which mean something, and none that looks Latin
_WORDS = (
    ("loss", "error", "penalty", "risk"), ("weight", "gain", "slope"), ("bias", "offset", "shift"), ("rate", "pace"),
    ("target", "goal", "label"), ("prediction", "guess", "estimate"), ("hidden", "inner", "latent"),
    ("output", "result", "outcome"), ("score", "rating", "grade"), ("price", "fee", "charge"), ("width", "height"),
)  # fmt: skip
_STEM = re.compile(r"([^\W\d_]+)([\d_]\w*)?")


@dataclass(frozen=True, eq=False)
class Varied:
    """A variant: `graph`, `names` (of each old name the new one) and `at`, the new point, or None without one."""

    graph: Graph
    names: Mapping[str, str]
    at: Mapping[str, Any] | None = None

    @cached_property
    def flow(self) -> GradientFlow:
        """The new graph at its point, or in symbols without one."""
        return self.graph.flow() if self.at is None else self.graph.at(self.at)


def varied(
    graph: Graph,
    seed: int | str,
    at: Mapping[str, Any] | None = None,
    acceptable: Callable[[Varied], bool] = lambda variant: True,
) -> Varied:
    """A graph of the same shape with other numbers and names, the same for the same seed.

    Numbers keep their class: a whole number stays one of about the same size and sign, a fraction keeps its
    denominator, an array its shape; 0, exponents, factors of 1, pi and e stay. With a point, the new one has a value
    everywhere, no number that is less simple than the original's, no kink, and no partial that is 0 unless it was.
    Where that leaves too little choice, some numbers stay as they were. `acceptable` may refuse variants.
    Raises `GradflowError` where none was found, and what `graph.at` raises for a point that does not fit.

    >>> from gradflow_nb import graph
    >>> variant = varied(graph("c = 2b + 3; d = 5b + 6; e = 7c + d^2"), seed=1, at={"b": 2})
    >>> [str(variant.flow.equation(name)) for name in variant.graph.names], dict(variant.at)
    (['s', 't = 4s + 4', 'u = 7s + 4', 'v = 9t + u^2'], {'s': 3})
    """
    if graph.derivatives:
        raise GradflowError("This is a gradient graph: vary the graph that it came from, and take its gradient_graph.")
    random = Random(f"variant {seed}")
    names = _names(graph, random)
    try:
        was = graph.at(at)
    except GradflowError:
        if at is not None:
            raise
        was = None  # its defaults are not all, or an opaque function has no numbers
    refused: list[str] = []
    for draw in range(DRAWS):
        numbers = _Numbers(random, staying=max(0, 2 * draw / DRAWS - 1))
        variant = _drawn(graph, at, names, numbers)
        why = was and _unlike(was, variant, strictly=not numbers.staying)
        if not why and not numbers.staying and _kinds(variant.graph) < _kinds(graph):
            why = "parts of it became the same"
        if not why and acceptable(variant):
            return variant
        refused.append(why or "`acceptable` refused it")
    raise GradflowError(
        f"No variant was found in {DRAWS} draws, mostly because {max(refused, key=refused.count)}. Vary it without a "
        f"point, or at a simpler one away from kinks and the borders of domains, and let `acceptable` refuse less."
    )


def below(random: Random, count: int) -> int:
    return int(random.random() * count)  # the one draw that is the same in every Python


def _drawn(graph: Graph, at: Mapping[str, Any] | None, names: Mapping[str, str], numbers: _Numbers) -> Varied:
    own = {id(node): names[name] for name, node in graph.named.items()}
    made: dict[int, Node] = {}
    for node in graph.nodes:
        operation, arguments = node.operation, []
        if operation is not None and operation.name == "opaque":
            name, called = (value for _, value in operation.settings)
            operation = declare_opaque(names.get(name, name), tuple(names.get(each, each) for each in called))
        if operation is not None:
            arguments = [made.get(id(a), a) for a in _constants(node, numbers)]
            if operation.name == "pow" and getattr(node.arguments[1], "is_constant", True):
                arguments[1] = node.arguments[1]  # a constant exponent stays, however it is written
        made[id(node)] = Node(operation, arguments, own.get(id(node)))
    point, defaults = (
        {names[name]: numbers.value(entered(given[name])) for name in graph.inputs if name in given}
        for given in (at or {}, graph.defaults)
    )
    new = Graph({names[n]: made[id(node)] for n, node in graph.named.items()}, defaults, expanded=graph.expanded)
    return Varied(new, names, None if at is None else point)


def _constants(node: Node, numbers: _Numbers) -> list[Any]:
    """The arguments of a node with its constants replaced."""
    match node.operation.name, node.arguments:
        case "div", [Fraction() as above, Fraction(denominator=1) as below] if below:  # a fraction, as 1/2
            return [numbers.other(above / below) * below, below]
        case "div", [above, below]:
            return [numbers.constant(above), numbers.constant(below, least=2)]
        case "pow", [base, exponent]:
            return [numbers.constant(base, least=2), exponent]
        case "where", [condition, *branches]:
            return [condition, *map(numbers.constant, branches)]
        case name, arguments:
            return [numbers.constant(a, least=2 if name == "mul" else 1) for a in arguments]


class _Numbers:
    """Draws of other numbers of the same class; `staying` is how likely a number is to stay as it was."""

    def __init__(self, random: Random, staying: float) -> None:
        self.random, self.staying = random, staying

    def constant(self, value: Any, least: int = 1) -> Any:
        if is_array(value):
            return self.array(value)
        if isinstance(value, float):
            return float(self.other(Fraction(repr(value)), least))
        return self.other(value, least) if isinstance(value, (int, Fraction)) else value

    def value(self, value: Any) -> Any:
        """Another value of an input: where it was 0, a small number."""
        if is_array(value):
            return self.array(value if value.any() or self.staying else value + 1)
        return exact.public(self.constant(value) if value or self.staying else 1 + below(self.random, 3))

    def array(self, values: Any) -> Any:
        """Whole entries; those that were 0 are 0, as a mask's or a one-hot target's should be."""
        import numpy as np

        entries = [x and self.other(Fraction(round(x) or (1 if x > 0 else -1))) for x in values.reshape(-1).tolist()]
        return np.array([float(x) for x in entries]).reshape(values.shape)

    def other(self, value: Fraction, least: int = 1) -> Fraction:
        """A whole number, not below `least`, or a fraction with the same denominator; of the same sign and size."""
        size, under = abs(value.numerator), value.denominator
        if size == 0 or size == under < least or self.random.random() < self.staying:
            return value
        if under > 1:
            low, high = (1, min(under - 1, max(2 * size, size + 8))) if size < under else (size // 2, size + 2 * under)
            found = self.coprime(low, high, size, under) or self.coprime(1, 3 * under, size, under)
            return Fraction(found or size, under) * (1 if value > 0 else -1)
        unit = 10 ** (len(str(size)) - len(str(size).rstrip("0")))  # round numbers stay round
        unit //= 2 if size == unit > 1 else 1  # 100 may become 50, 150, 200
        size //= unit
        high = min(size + 3, 9) if size < 10 else size + size // 2
        found = self.coprime(max(least if unit == 1 else 1, size // 2), high, size, 1)
        return Fraction((found or size) * unit) * (1 if value > 0 else -1)

    def coprime(self, low: int, high: int, other: int, under: int) -> int | None:
        """A number from low to high that is not `other` and shares no factor with `under`."""
        count = high - low + 1
        start = below(self.random, count)
        numbers = (low + (start + i) % count for i in range(min(count, 1_000)))
        return next((n for n in numbers if n != other and n > 0 and gcd(n, under) == 1), None)


_UNSIMPLE = "its numbers were less simple than the original's"


def _unlike(was: GradientFlow, variant: Varied, strictly: bool) -> str | None:
    """Why a variant is not like its original at the point."""
    try:
        now = variant.graph.at() if variant.at is None else variant.flow
    except GradflowError:
        return "a node had no value"
    old, new = ([_measured(value) for value in flow.known.values()] for flow in (was, now))
    largest, deepest = max([LARGEST, *(size for _, size, _ in old)]), max(under for _, _, under in old)
    if any(exact > also or size > largest or under > deepest for (exact, _, _), (also, size, under) in zip(old, new)):
        return _UNSIMPLE
    if strictly and any(_distinct(new) < _distinct(old) for old, new in _beside(was, now)):
        return "numbers became the same that were not"
    steep = max([10, *(_measured(edge)[2] for edge in was.edges)])
    for before, edge in zip(was.edges, now.edges):
        (_, least, _), (_, size, under) = _measured(before), _measured(edge)
        if edge.convention or edge.exists < before.exists or size < min(FLATTEST, least) or (size == 0 < least):
            return "a partial was 0, or met a kink"
        if size > max(largest, least) or (strictly and under > steep):
            return _UNSIMPLE
    return None


def _beside(was: GradientFlow, now: GradientFlow) -> Iterator[tuple[list[Any], list[Any]]]:
    """Numbers that are told apart by eye, of the original and of its variant: all values, and the edges into a node."""
    yield [*was.known.values()], [*now.known.values()]
    for old, new in zip(was.down.values(), now.down.values()):
        yield [edge.map for edge in old], [edge.map for edge in new]


def _distinct(numbers: Iterable[Any]) -> int:
    """How many different ones there are; every array and every map between arrays is one of its own."""
    plain = [getattr(number, "value", number) for number in numbers]
    return len({number if isinstance(number, (int, Fraction, float)) else id(number) for number in plain})


def _measured(value: Any) -> tuple[bool, float, int]:
    """Is a value or a partial exact, how large is it (a fraction by its numerator), and its denominator."""
    if isinstance(value, Edge):  # a matrix that is too large to write down passes
        value = value.map.matrix if value.exists and prod(value.map.shape) <= LARGEST else 0
    if is_array(value):
        return bool((value == value.round()).all()), float(abs(value).max(initial=0)), 1
    return (False, abs(value), 1) if isinstance(value, float) else (True, abs(value.numerator), value.denominator)


def _kinds(graph: Graph) -> int:
    """How many operations there are that differ in more than their place: two like equations are one."""
    kinds: dict[Any, int] = {}
    kind: dict[int, int] = {}
    for node in graph.nodes:
        made_of = tuple(kind.get(id(a), repr(a)) for a in node.arguments)
        kind[id(node)] = kinds.setdefault((node.operation or id(node), made_of), len(kinds))
    return len(kinds)


def _names(graph: Graph, random: Random) -> dict[str, str]:
    """Other names of the same style, in alphabetical order; what is before an index or an underscore is replaced."""
    split = {name: found.groups("") if (found := _STEM.fullmatch(name)) else (name, "") for name in graph.names}
    stems = list(dict.fromkeys(stem for stem, _ in split.values()))
    new = {stem: stem for stem in stems}
    for pool in (LOWER, _UPPER, _GREEK):
        ours = [s for s in stems if len(s) == 1 and (s.islower(), s.isascii()) == (pool.islower(), pool.isascii())]
        new.update(zip(ours, _run(pool, ours, random)))
    for stem in stems:
        words = next((words for words in _WORDS if stem in words), ())
        if free := [word for word in words if word not in stems and word not in new.values()]:
            new[stem] = free[below(random, len(free))]
    return {name: new[stem] + rest for name, (stem, rest) in split.items()}


def _run(pool: str, letters: Sequence[str], random: Random) -> str | Sequence[str]:
    """As many letters in a row: others where there are enough, or else at least each another one than before."""
    for free in ([x for x in pool if x not in letters], pool):
        runs = (free[i : i + len(letters)] for i in range(len(free) - len(letters) + 1))
        if others := [run for run in runs if all(a != b for a, b in zip(run, letters))]:
            return others[below(random, len(others))]
    return letters
