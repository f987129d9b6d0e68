"""A compiled program beside its peers: the chain replayed, very long chains, and the import.

    make bench            (or: .venv/bin/pytest benchmarks/test_replay.py -s)

Prints tables; a timing is never a test, so nothing here fails on a slow machine.
"""

from __future__ import annotations

import subprocess
import sys
from itertools import count
from statistics import median
from time import perf_counter

import pytest
from table import interleaved, ratios, table

from gradflow_nb import graph
from gradflow_nb.core.derived.program import Program

CHAIN = "b = 5 - 3a; c = 2b + 3; d = 5b + 6; e = 7c + d^2; f = 2e; g = 3f - o"


def micrograd_side():
    Value = pytest.importorskip("micrograd.engine").Value

    def work(a, o):
        a, o = Value(a), Value(o)
        b = 5 - 3 * a
        c = 2 * b + 3
        d = 5 * b + 6
        e = 7 * c + d**2
        g = 3 * (2 * e) - o
        g.backward()
        return a.grad

    return work


def jax_side():
    jax = pytest.importorskip("jax")
    jax.config.update("jax_platforms", "cpu")

    def g(a, o):
        b = 5 - 3 * a
        return 6 * (7 * (2 * b + 3) + (5 * b + 6) ** 2) - o

    gradient = jax.jit(jax.value_and_grad(g, argnums=(0, 1)))
    return lambda a, o: jax.block_until_ready(gradient(a, o))


def casadi_side():
    casadi = pytest.importorskip("casadi")
    a, o = casadi.SX.sym("a"), casadi.SX.sym("o")
    b = 5 - 3 * a
    c, d = 2 * b + 3, 5 * b + 6
    e = 7 * c + d**2
    f = 2 * e
    g = 3 * f - o
    return casadi.Function("g", [a, o], [b, c, d, e, f, g, casadi.gradient(g, casadi.vertcat(a, o))])


def bare(a, o):
    """The same sums by hand: every value, every partial that is not a constant, every adjoint."""
    b = 5.0 - 3.0 * a
    c = 2.0 * b + 3.0
    d = 5.0 * b + 6.0
    e = 7.0 * c + d * d
    f = 2.0 * e
    g = 3.0 * f - o
    dg_dd = 12.0 * d
    dg_db = 5.0 * dg_dd + 84.0
    return b, c, d, e, f, g, 2.0 * d, dg_dd, dg_db, -3.0 * dg_db


def test_the_chain_at_a_new_point() -> None:
    program = Program(graph(CHAIN), of="g")
    new = count(1)
    sides = {
        "program(a=..., o=...)": lambda a, o: program(a=a, o=o),
        "program(..., ...)": program,
        "bare straight-line Python": bare,
        "micrograd, built and differentiated": micrograd_side(),
        "jax.jit value_and_grad": jax_side(),
        "CasADi function": casadi_side(),
        "the same point as a GradientFlow": lambda a, o: program.graph.at(a=a, o=o).adjoints("g"),
    }
    times = interleaved({name: lambda work=work: work(next(new) * 0.25, 2.0) for name, work in sides.items()})
    ratios("The chain at a new point: all values, local partials and adjoints", times, "program(a=..., o=...)")
    run = program(a=1.0, o=2.0)
    views = interleaved({"views": lambda: (run.values, run.partials, run.adjoints)})["views"]
    print(f"  all three views of a run as dictionaries: {views * 1e6:.2f} µs more")


def test_a_thousand_points_at_once() -> None:
    numpy = pytest.importorskip("numpy")
    program = Program(graph(CHAIN), of="g")
    points = numpy.linspace(-1, 1, 1000)
    listed = points.tolist()
    times = interleaved(
        {"one batch": lambda: program(a=points, o=2.0), "one by one": lambda: [program(a=a, o=2.0) for a in listed]}
    )
    ratios("1,000 points of the chain", times, "one batch")


LONG = """
import sys
from time import perf_counter
from gradflow_nb.core.graph import Graph
from gradflow_nb.core.node import Node
from gradflow_nb.core.operations import OPERATIONS
from gradflow_nb.core.derived.program import Program
n, sin = int(sys.argv[1]), OPERATIONS["sin"]
start = perf_counter()
x, w = Node(None, (), "x"), Node(None, (), "w")
y = x
for _ in range(n // 3):
    y = Node(sin, (y * w + 0.5,))
graph = Graph({"x": x, "w": w, "y": y})
built = perf_counter()
program = Program(graph)
made = perf_counter()
program(x=0.3, w=0.9).gradient
first = perf_counter()
program(x=0.4, w=0.9).gradient
done = perf_counter()
status = dict(line.split(":", 1) for line in open("/proc/self/status"))  # getrusage counts the parent too
print(built - start, made - built, done - first, status["VmHWM"].split()[0])
"""


def test_long_chains() -> None:
    rows = []
    for n in (10**3, 10**4, 10**5, 10**6):
        run = subprocess.run([sys.executable, "-c", LONG, str(n)], capture_output=True, text=True, check=True)
        built, made, ran, memory = map(float, run.stdout.split())
        per = [f"{t / n * 1e6:.2f}" for t in (built, made, ran)]
        rows.append((f"{n:,}", *(f"{t:.3f}" for t in (built, made, ran)), *per, f"{memory / 1024:,.0f}"))
    heads = ("operations", *("build s", "compile s", "both sweeps s"), *("build µs/op", "compile", "sweeps"), "RSS MiB")
    table("Chains of many operations, each in a fresh process", heads, rows)


def test_import() -> None:
    sides = {"pass": "pass", "import gradflow_nb": "import gradflow_nb"}
    times: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(25):
        for name, code in sides.items():
            start = perf_counter()
            subprocess.run([sys.executable, "-c", code], check=True)
            times[name].append(perf_counter() - start)
    found = {name: median(t) * 1000 for name, t in times.items()}
    more = found["import gradflow_nb"] - found["pass"]
    rows = [*found.items(), ("difference", more)]
    table("A fresh process", ("", "median"), [(name, f"{ms:.1f} ms") for name, ms in rows])
