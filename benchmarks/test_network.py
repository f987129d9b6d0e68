"""A small network's training step: as scalars against micrograd, and as arrays against PyTorch.

    make bench            (or: .venv/bin/pytest benchmarks/test_network.py -s)

The network is that of micrograd's demo: 2-16-16-1 with relu, 100 points of two moons, max-margin loss and L2. The
sides take turns within one run, so that a busy machine is busy for both. Prints; a timing is never a test.
"""

from __future__ import annotations

import gc
import math
import random
import tracemalloc
from collections.abc import Callable
from statistics import median
from time import perf_counter

import numpy as np
import pytest

from gradflow_nb.core.node import Node
from gradflow_nb.core.operations import OPERATIONS
from gradflow_nb.core.transforms import value_and_grad

SIZES = ((2, 16), (16, 16), (16, 1))


def moons(count: int = 100, noise: float = 0.1) -> tuple[np.ndarray, np.ndarray]:
    """Two interleaved half circles, labelled -1 and 1."""
    numbers = np.random.default_rng(1337)
    angle = np.linspace(0, math.pi, count // 2)
    upper, lower = np.c_[np.cos(angle), np.sin(angle)], np.c_[1 - np.cos(angle), 0.5 - np.sin(angle)]
    return np.r_[upper, lower] + noise * numbers.normal(size=(count, 2)), np.repeat([-1.0, 1.0], count // 2)


POINTS, LABELS = moons()


def in_turns(rounds: int, **sides: Callable[[], object]) -> dict[str, float]:
    """The median seconds of each side, after one warm round."""
    times: dict[str, list[float]] = {name: [] for name in sides}
    for turn in range(rounds + 1):
        for name, work in sides.items():
            start = perf_counter()
            kept = work()
            if turn:
                times[name].append(perf_counter() - start)
            del kept
            if not gc.isenabled():
                gc.collect()  # between the rounds, so that no side is charged for it
    return {name: median(found) for name, found in times.items()}


def peak(work: Callable[[], object]) -> int:
    """The most bytes that were in use at once, beyond those at the start."""
    gc.collect()
    tracemalloc.start()
    kept = work()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    del kept
    gc.collect()
    return most


# As scalars ----------------------------------------------------------------------------------------------------------


def micrograd_step() -> Callable[[], object]:
    pytest.importorskip("micrograd")
    from micrograd.engine import Value
    from micrograd.nn import MLP

    random.seed(1337)
    model = MLP(2, [16, 16, 1])
    rows, labels = POINTS.tolist(), LABELS.tolist()

    def step() -> object:  # the demo's loss, line for line
        inputs = [list(map(Value, row)) for row in rows]
        scores = list(map(model, inputs))
        losses = [(1 + -y * score).relu() for y, score in zip(labels, scores)]
        data_loss = sum(losses) * (1.0 / len(losses))
        total = data_loss + 1e-4 * sum(p * p for p in model.parameters())
        model.zero_grad()
        total.backward()
        return total

    return step


def scalar_weights() -> list:
    random.seed(1337)
    return [[[random.uniform(-1, 1) for _ in range(n)] + [0.0] for _ in range(m)] for n, m in SIZES]


def relu(x: Node) -> Node:
    return Node(OPERATIONS["relu"], (x,))


def scalar_loss(weights: list) -> Node:
    rows, labels = POINTS.tolist(), LABELS.tolist()

    def score(x: list) -> Node:
        for i, layer in enumerate(weights):
            sums = [sum((w * v for w, v in zip(neuron, x)), neuron[-1]) for neuron in layer]
            x = sums if i == len(weights) - 1 else [relu(s) for s in sums]
        return x[0]

    losses = [relu(1 + -y * score(row)) for y, row in zip(labels, rows)]
    return sum(losses) * (1.0 / len(losses)) + 1e-4 * sum(p * p for layer in weights for n in layer for p in n)


def test_scalars_against_micrograd() -> None:
    theirs, weights = micrograd_step(), scalar_weights()
    gradient = value_and_grad(scalar_loss)

    def ours() -> object:
        return gradient(weights)

    assert ours()[0] == pytest.approx(theirs().data)
    on = in_turns(7, ours=ours, micrograd=theirs)
    gc.disable()
    try:
        off = in_turns(5, ours=ours, micrograd=theirs)
    finally:
        gc.enable()
    memory = {"ours": peak(ours), "micrograd": peak(theirs)}
    print("\nmicrograd's demo network as scalars, traced and differentiated")
    print(f"{'':28}{'ours':>10}{'micrograd':>12}{'ratio':>8}   (times faster; share of the memory)")
    for what, found, unit in (
        ("collector on, ms", on, 1e-3),
        ("collector off, ms", off, 1e-3),
        ("peak memory, MB", memory, 1e6),
    ):
        a, b = found["ours"] / unit, found["micrograd"] / unit
        print(f"{what:28}{a:10.1f}{b:12.1f}{a / b if unit > 1 else b / a:7.2f}x")


# As arrays -----------------------------------------------------------------------------------------------------------


def array_weights() -> list:
    numbers = np.random.default_rng(1)
    return [(numbers.uniform(-1, 1, size), np.zeros(size[1])) for size in SIZES]


def array_loss(layers: list) -> Node:
    h = POINTS
    for i, (w, b) in enumerate(layers):
        h = h @ w + b
        if i < len(layers) - 1:
            h = np.maximum(h, 0)
    margins = np.maximum(1 - LABELS * h.reshape(-1), 0)
    return np.mean(margins) + 1e-4 * sum(np.sum(w * w) + np.sum(b * b) for w, b in layers)


def torch_step(layers: list) -> Callable[[], object]:
    torch = pytest.importorskip("torch")
    torch.set_num_threads(1)  # faster at this size, and steady on a busy machine
    points, labels = torch.tensor(POINTS), torch.tensor(LABELS)
    parameters = [tuple(torch.tensor(p, requires_grad=True) for p in layer) for layer in layers]

    def step() -> object:
        for layer in parameters:
            for p in layer:
                p.grad = None
        h = points
        for i, (w, b) in enumerate(parameters):
            h = h @ w + b
            if i < len(parameters) - 1:
                h = torch.relu(h)
        margins = torch.relu(1 - labels * h.reshape(-1))
        loss = margins.mean() + 1e-4 * sum((w * w).sum() + (b * b).sum() for w, b in parameters)
        loss.backward()
        return loss.detach(), [(w.grad, b.grad) for w, b in parameters]

    return step


def test_arrays_against_pytorch() -> None:
    layers = array_weights()
    theirs, gradient = torch_step(layers), value_and_grad(array_loss)
    sides: dict[str, Callable[[], object]] = {"traced": lambda: gradient(layers), "PyTorch": theirs}
    value, slopes = gradient(layers)
    expected, grads = theirs()
    assert value == pytest.approx(expected.item())
    assert all(np.allclose(a, b) for ours, other in zip(slopes, grads) for a, b in zip(ours, other))
    replay = replayed(layers)
    if replay is not None:
        sides["replayed"] = replay
    times = in_turns(500, **sides)
    print("\nthe same network as arrays, value and gradient of one training step")
    for name, seconds in times.items():
        print(f"{name:28}{seconds * 1e6:8.0f} us{seconds / times['PyTorch']:8.2f} of PyTorch's")


def replayed(layers: list) -> Callable[[], object] | None:
    """The same step by a program that was compiled once, where programs can be had."""
    try:
        from gradflow_nb.core.derived.program import Program
        from gradflow_nb.core.transforms.tracing import graph_of
    except ImportError:
        return None

    def loss(w1, b1, w2, b2, w3, b3):
        return array_loss([(w1, b1), (w2, b2), (w3, b3)])

    graph = graph_of(loss)
    program = Program(graph, of=graph.outputs[0])
    point = dict(zip(("w1", "b1", "w2", "b2", "w3", "b3"), (p for layer in layers for p in layer)))
    return lambda: program(**point).gradient
