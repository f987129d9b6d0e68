"""A mirror of PyTorch's graph beside torchviz's `make_dot` of the same graph, and how much memory it takes.

    make bench            (or: .venv/bin/pytest benchmarks/test_mirror.py -s)

`mirror` has every local partial and every value that PyTorch still holds; `make_dot` has neither, and no picture yet:
nor has the mirror, and formulas are written when somebody looks. Prints tables; a timing is never a test.
"""

from __future__ import annotations

import gc
import tracemalloc
from functools import partial
from statistics import median
from time import perf_counter

import pytest
from table import table

torch = pytest.importorskip("torch")
make_dot = pytest.importorskip("torchviz").make_dot

from gradflow_nb.torch import mirror  # noqa: E402

KINDS = {
    "numbers": lambda: torch.tensor(0.5, requires_grad=True),
    "vectors of 16": lambda: torch.full((16,), 0.5, requires_grad=True),
}


def graph_of(count: int, leaf) -> tuple:
    """A result with `count` operations behind it: products, sums, functions, parallel edges, some by a constant."""
    x, y = leaf(), leaf()
    a, b = x, y
    steps = (
        lambda: torch.sin(a), lambda: a * b, lambda: a + y, lambda: a * a, lambda: a * 0.9, lambda: torch.tanh(a),
        lambda: a - b, lambda: a / (2 + y), lambda: torch.exp(a * x),
    )  # fmt: skip
    made = 0
    while made < count - 1:
        step = steps[made % len(steps)]
        a, b = step(), a
        made += 2 if step in (steps[7], steps[8]) else 1
    return a.sum(), x, y


def operations(result) -> int:
    """How many operations stand behind a result."""
    return len(mirror(result).names) - 2


def in_turns(sides, rounds: int = 31) -> dict[str, list[float]]:
    """The seconds of each side, which take turns, with the collector as it is."""
    times: dict[str, list[float]] = {name: [] for name in sides}
    for work in sides.values():
        work()
    for _ in range(rounds):
        for name, work in sides.items():
            gc.collect()
            start = perf_counter()
            kept = work()
            times[name].append(perf_counter() - start)
            del kept
    return times


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.filterwarnings("ignore:distutils")
def test_beside_torchviz(kind):
    rows = []
    for count in (100, 300, 1_000, 4_000):
        z, x, y = graph_of(count, KINDS[kind])
        sides = {"torchviz": partial(make_dot, z, {"x": x, "y": y}), "mirror": partial(mirror, z, x=x, y=y)}
        try:
            make_dot(z)
        except RecursionError:  # it calls itself once an operation
            del sides["torchviz"]
        times = in_turns(sides)
        theirs = [f"{median(times['torchviz']) * 1e3:.1f} ms"] if "torchviz" in times else ["recurses too deeply"]
        ratio = [f"{median(b / a for a, b in zip(*times.values())):.2f}x"] if "torchviz" in times else [""]
        rows.append((operations(z), *theirs, f"{median(times['mirror']) * 1e3:.1f} ms", *ratio))
    table(f"A graph of {kind}", ("operations", "make_dot", "mirror", "÷ make_dot"), rows)


@pytest.mark.parametrize("kind", KINDS)
def test_memory_is_linear(kind):
    rows = []
    for count in (1_000, 2_000, 4_000, 8_000, 16_000):
        z, x, y = graph_of(count, KINDS[kind])
        gc.collect()
        tracemalloc.start()
        flow = mirror(z, x=x, y=y)
        kept, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        size = len(flow.names) - 2
        rows.append((f"{size:,}", f"{kept / 1e6:.1f} MB", f"{kept / size:,.0f} B", f"{peak / size:,.0f} B"))
        del flow
    table(f"Memory of a mirror of {kind}", ("operations", "kept", "for each", "at the most, for each"), rows)
