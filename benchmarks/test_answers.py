"""How long an answer takes to be read and decided, warm, and how often rightly: over labelled answers and traps.

    make bench            (or: .venv/bin/pytest benchmarks -s)

Prints a table; a timing is never a test, so nothing here fails on a slow machine.
"""

from __future__ import annotations

import json
import runpy
from collections import Counter
from pathlib import Path
from time import perf_counter

import pytest

from gradflow_nb import ask, equivalent, graph
from gradflow_nb.errors import GradflowError

CORPUS = Path(__file__).parents[2] / "shared" / "corpus"
TRAPS = Path(__file__).parents[1] / "tests" / "exercises" / "deciding" / "hard_pairs.py"


def rows(name: str) -> list[dict]:
    file = CORPUS / name
    if not file.exists():
        pytest.skip("needs the corpus of labelled answers in ../shared/corpus, beside the repository")
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def timed(work, warm: int = 1) -> float:
    """Milliseconds of the best of three runs after a warm one."""
    for _ in range(warm):
        work()
    best = float("inf")
    for _ in range(3):
        start = perf_counter()
        work()
        best = min(best, perf_counter() - start)
    return best * 1000


def report(name: str, times: list[tuple[float, str]]) -> None:
    ordered = sorted(times)
    at = lambda share: ordered[min(len(ordered) - 1, int(share * len(ordered)))][0]  # noqa: E731
    slowest = ", ".join(f"{row} {ms:.1f}" for ms, row in ordered[:-4:-1])
    print(f"\n{name}: {len(times)} rows, median {at(0.5):.2f} ms, 99% {at(0.99):.1f} ms, slowest (ms): {slowest}")


def decided(name: str, pairs: list[tuple[str, str, str, bool | None, list[str] | None]]) -> None:
    """The table for pairs, each with what to call it, its label (None for nowhere real) and its names."""
    times, outcomes = [], Counter()
    for called, left, right, equal, names in pairs:
        try:
            got = equivalent(left, right, names)
        except GradflowError:
            outcomes["sent back"] += 1
            continue
        wrong = "undecided" if got is None else "false accepts" if got else "false rejects"
        outcomes["right" if got is equal else wrong] += 1
        times.append((timed(lambda pair=(left, right, names): equivalent(*pair), warm=0), called))
    report(name, times)
    print(", ".join(f"{outcome}: {count}" for outcome, count in outcomes.most_common()))


def test_pairs() -> None:
    decided(
        "kas_pairs",
        [(r["id"], r["student"], r["teacher"], r["expected_equal"], r["vars"]) for r in rows("kas_pairs.jsonl")],
    )


def test_traps() -> None:
    pairs = runpy.run_path(str(TRAPS))["hard_pairs"]()
    decided("hard_pairs", [(f"{p.left[:40]} ~ {p.right[:40]}", p.left, p.right, p.equal, None) for p in pairs])


def test_bad_inputs() -> None:
    question = ask(graph("y = x^2"), of="y", wrt="x")
    times = []
    for row in rows("bad_inputs.jsonl"):
        text = (
            row["input"] if row.get("input") is not None else eval(row["input_gen"], {"__builtins__": {}}, {"chr": chr})
        )
        times.append((timed(lambda text=text: question.check(text)), row["id"]))
    report("bad_inputs", times)


def test_lesson_answers() -> None:
    chain = graph("b = 5 - 3a; c = 2b + 3; d = 5b + 6; e = 7c + d^2; f = 2e; g = 3f - o")
    question = ask(chain, of="g", wrt="b")
    answers = ["60d + 84", "300b + 444", "1944 - 900a", "84", "60d", "60d +", "sin(b)"]
    report("dg/db", [(timed(lambda a=a: question.check(a)), a) for a in answers])
