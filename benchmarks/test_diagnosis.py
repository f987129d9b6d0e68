"""How often is a slip named? 1,000 random graphs by seed, one simulated slip on each, marked as a student's answer.

    make bench            (or: .venv/bin/pytest benchmarks/test_diagnosis.py -s)

The slips are made by `slips.py`, which knows nothing of the package's catalogue. One is *named rightly* if it is the
only one that is named, or one of at most three. Slips that give the right answer are set apart: nothing is to be found.
"""

from __future__ import annotations

from collections import Counter
from random import Random
from time import perf_counter
from typing import Any

import sympy
from slips import Slips

from gradflow_nb import ask
from gradflow_nb.core.formula import from_sympy
from gradflow_nb.exercises.random_graphs import Drawn, random_graph

GRAPHS = 1_000
_SETS = (
    ("+", "-", "*", "^"),
    ("+", "-", "*", "^", "/"),
    ("+", "*", "^", "sin", "exp"),
    ("+", "-", "*", "sqrt", "tanh"),
)


def drawn(seed: int) -> Drawn:
    """A graph of 1 to 6 paths and 2 to 6 edges, with one of the sets of operations."""
    random = Random(seed)
    paths = 1 + int(random.random() * 6)
    depth = 2 + int(random.random() * 5)
    return random_graph(seed, paths=paths, depth=max(depth, 3 if paths > 2 else 2), operations=_SETS[seed % len(_SETS)])


def simulated(seed: int) -> tuple[Any, str, str] | None:
    """A question, the slip, and what a student who makes it types; None if nothing comes out of it."""
    graph, at, of, wrt = drawn(seed)
    random = Random(f"slip {seed}")
    point = None if seed % 2 else at
    values = {name: value for name, value in graph.flow().values.items() if name not in graph.inputs}
    by_name: dict[str, list[Any]] = {}
    for name, wrong in Slips(values, list(graph.names), of, wrt, point).all():
        by_name.setdefault(name, []).append(wrong)
    name = sorted(by_name)[int(random.random() * len(by_name))]
    wrong = by_name[name][int(random.random() * len(by_name[name]))]
    if wrong.has(sympy.zoo, sympy.nan, sympy.oo, sympy.I):
        return None
    if point is not None and not wrong.is_Rational:
        wrong = sympy.N(wrong, 15)  # written with six digits
    return ask(graph, of=of, wrt=wrt, at=point), name, str(from_sympy(wrong))


def test_slips_are_named() -> None:
    counts: Counter[str] = Counter()
    missed: list[str] = []
    times = []
    for seed in range(GRAPHS):
        case = simulated(seed)
        if case is None:
            counts["no outcome"] += 1
            continue
        question, name, text = case
        start = perf_counter()
        verdict = question.check(text)
        times.append(perf_counter() - start)
        if not verdict.costs_attempt or verdict.is_correct:
            counts["right, or no answer"] += 1
            continue
        named = {name for one in verdict.mistakes for name in (one.name, *one.also)}
        kind = (
            "not named" if not named
            else "named wrongly" if name not in named
            else "named alone" if len({one.name for one in verdict.mistakes}) == 1
            else "named among three"
        )  # fmt: skip
        counts[kind] += 1
        if kind in ("not named", "named wrongly"):
            missed.append(f"{seed}: {name}: {question.prompt} {text[:60]} -> {verdict.message[:100]!r}")
    judged = sum(counts[kind] for kind in ("named alone", "named among three", "not named", "named wrongly"))
    right = counts["named alone"] + counts["named among three"]
    print(f"\n{GRAPHS} graphs: {dict(counts)}")
    print(f"named rightly {right} of {judged} ({100 * right / judged:.1f}%), wrongly {counts['named wrongly']}")
    ordered = sorted(times)
    middle, late = (1000 * ordered[int(share * len(ordered))] for share in (0.5, 0.99))
    print(f"a check of a wrong answer: median {middle:.1f} ms, 99% {late:.1f} ms")
    print("\n".join(missed[:40]))
