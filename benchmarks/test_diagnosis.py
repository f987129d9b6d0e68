"""How often is a slip named? 1,000 random graphs by seed, one simulated slip on each, marked as a student's answer.

    make bench            (or: .venv/bin/pytest benchmarks/test_diagnosis.py -s)

A slip is *named rightly* if it is the only one that is named, or one of at most three. Slips that give the right answer
are set apart: there is nothing to find in them.
"""

from __future__ import annotations

from collections import Counter
from random import Random
from time import perf_counter
from typing import Any

from gradflow_nb import ask
from gradflow_nb.core.written import value_formula
from gradflow_nb.exercises.mistakes.diagnosis import outcome, runs
from gradflow_nb.exercises.mistakes.passes import Pass
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


def simulated(seed: int) -> tuple[Any, str, Any, str] | None:
    """A question, the slip and its place, and what a student who makes it types; None if it gives the right answer."""
    graph, at, of, wrt = drawn(seed)
    random = Random(f"slip {seed}")
    formula = seed % 2
    question = ask(graph, of=of, wrt=wrt, at=None if formula else at)
    if formula:
        symbols = graph.flow()
        p = Pass(symbols, graph.expand().flow(), of, wrt, symbolic_world(), other=lambda: symbols.partial(of, wrt))
    else:
        (p,) = question.boxes[0].sought.passes
    found = runs(p)
    by_name: dict[str, list[Any]] = {}
    for (name, where), (_, wrong) in found.items():
        by_name.setdefault(name, []).append((where, wrong))
    names = sorted(by_name)
    name = names[int(random.random() * len(names))]
    where, wrong = by_name[name][int(random.random() * len(by_name[name]))]
    value = outcome(wrong)
    if value is None:
        return None
    return question, name, where, str(value_formula(value))


def symbolic_world() -> Any:
    import sympy

    from gradflow_nb.core.evaluate import World
    from gradflow_nb.core.worlds import symbols

    return World(symbols.lift, symbols.settle, lambda name, value: sympy.Symbol(name), symbolic=True)


def test_slips_are_named() -> None:
    counts: Counter[str] = Counter()
    missed: list[str] = []
    times = []
    for seed in range(GRAPHS):
        case = simulated(seed)
        if case is None:
            counts["no outcome"] += 1
            continue
        question, name, where, text = case
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
            missed.append(f"{seed}: {name} {where}: {question.prompt} {text[:60]} -> {verdict.message[:100]!r}")
    judged = sum(counts[kind] for kind in ("named alone", "named among three", "not named", "named wrongly"))
    right = counts["named alone"] + counts["named among three"]
    print(f"\n{GRAPHS} graphs: {dict(counts)}")
    print(f"named rightly {right} of {judged} ({100 * right / judged:.1f}%), wrongly {counts['named wrongly']}")
    ordered = sorted(times)
    middle, late = (1000 * ordered[int(share * len(ordered))] for share in (0.5, 0.99))
    print(f"a check of a wrong answer: median {middle:.1f} ms, 99% {late:.1f} ms")
    print("\n".join(missed[:40]))
