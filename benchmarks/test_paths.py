"""Paths: 2^1000 of them counted and summed, and stacked diamonds factorised, by size and time.

    make bench            (or: .venv/bin/pytest benchmarks/test_paths.py -s)

Prints tables; a timing is never a test, so nothing here fails on a slow machine.
"""

from __future__ import annotations

from time import perf_counter

from gradflow_nb.core.flow import GradientFlow
from gradflow_nb.core.graph import Graph
from gradflow_nb.core.node import Node
from gradflow_nb.core.paths import Paths


def diamonds(count: int) -> tuple[GradientFlow, str]:
    """Stacked diamonds at 0: the two ways through each have the products 2 and 3."""
    node = Node(None, (), "x")
    named = {"x": node}
    for i in range(count):
        left, right = 2 * node, 3 * node
        node = left + right
        named |= {f"l{i}": left, f"r{i}": right, f"s{i}": node}
    return Graph(named).at(x=0), f"s{count - 1}"


def best(work, runs: int = 5) -> float:
    """Milliseconds of the best of some runs."""
    times = []
    for _ in range(runs):
        start = perf_counter()
        work()
        times.append(perf_counter() - start)
    return min(times) * 1000


def test_two_to_the_thousand_paths() -> None:
    flow, last = diamonds(1000)
    cold = best(lambda: (Paths(flow, last, "x").count, Paths(flow, last, "x").sum), runs=1)
    paths = Paths(flow, last, "x")
    assert paths.count == 2**1000 and paths.sum == 5**1000
    both = best(lambda: [(p := Paths(flow, last, "x")).count, p.sum])
    rows = [
        ("counted and summed, the first time", cold),
        ("counted and summed", both),
        ("counted", best(lambda: Paths(flow, last, "x").count)),
        ("path number 2^999, with its product", best(lambda: paths[2**999].product)),
        ("that path's number again", best(lambda path=paths[2**999]: paths.index(path))),
    ]
    print("\n2^1000 paths through 3,001 nodes and 4,000 edges            ms")
    for what, ms in rows:
        print(f"  {what:<52} {ms:8.2f}")


def test_factored_diamonds() -> None:
    print("\ndiamonds   form's parts   a diamond   built ms   µs a diamond   value ms")
    for count in (10, 100, 1_000, 10_000):
        flow, last = diamonds(count)
        paths = Paths(flow, last, "x")
        form = paths.factored()
        runs = 5 if count <= 1_000 else 2
        built = best(lambda flow=flow, last=last: Paths(flow, last, "x").factored(), runs)
        value = best(lambda paths=paths: paths.factored().value, runs) - built
        print(
            f"{count:8,}   {form.size:12,}   {form.size / count:9.2f}   {built:8.2f}   {built / count * 1000:12.2f}   "
            f"{max(value, 0):8.2f}"
        )


def test_eliminated_diamonds() -> None:
    print("\ndiamonds   numbers ms   symbols ms   (down to the ends)")
    for count in (10, 100, 1_000):
        flow, last = diamonds(count)
        inner = [name for name in flow.names if name not in ("x", last)]
        symbols = flow.in_symbols()
        numeric, symbolic = (best(lambda flow=flow, inner=inner: flow.eliminate(inner), 2) for flow in (flow, symbols))
        print(f"{count:8,}   {numeric:10.2f}   {symbolic:10.2f}")
