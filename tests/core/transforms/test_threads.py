"""Traces inside one another and at the same time: the points where they are made, and the garbage collector."""

import gc
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np
import pytest

from gradflow_nb import graph
from gradflow_nb.core.node import Node
from gradflow_nb.core.transforms import collector, grad, hessian, tracing
from gradflow_nb.core.transforms.tracing import graph_of, trace
from gradflow_nb.errors import TracingError

USUAL = (700, 10, 10)
PATIENCE_SECONDS = 30


@pytest.fixture(autouse=True)
def usual_thresholds():
    """The collector on, with known thresholds; whatever a test does to it is undone."""
    enabled, before = gc.isenabled(), gc.get_threshold()
    gc.enable()
    gc.set_threshold(*USUAL)
    yield
    gc.set_threshold(*before)
    (gc.enable if enabled else gc.disable)()


def held():
    return gc.get_threshold()[0] == 0


# Two threads ------------------------------------------------------------------------------------------------------------


def test_two_traces_at_the_same_time_know_their_own_shapes():
    """Both functions are half way when the other asks for shapes."""
    half_way = Barrier(2, timeout=PATIENCE_SECONDS)

    def function(x):
        h = x * 2
        half_way.wait()
        n = np.shape(h)[0]
        half_way.wait()
        return np.sum(h * h) / n

    sizes = [2, 5]
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda n: grad(function)(np.arange(1.0, n + 1)), sizes))
    for n, slope in zip(sizes, found):
        assert slope.tolist() == pytest.approx([8 * i / n for i in range(1, n + 1)])


def test_the_trace_that_ends_first_leaves_the_other_its_point():
    started, ended = Barrier(2, timeout=PATIENCE_SECONDS), Barrier(2, timeout=PATIENCE_SECONDS)

    def long(x):
        started.wait()
        ended.wait()
        return np.sum(x) / np.shape(x)[0]

    def short(x):
        started.wait()
        return x * x

    with ThreadPoolExecutor(2) as pool:
        waiting = pool.submit(grad(long), np.ones(4))
        assert pool.submit(grad(short), 3.0).result(PATIENCE_SECONDS) == 6
        assert held()
        ended.wait()
        assert waiting.result(PATIENCE_SECONDS).tolist() == [0.25] * 4
    assert gc.get_threshold() == USUAL


def test_gradients_graphs_and_programs_in_many_threads():
    program = graph("y = x^2 u + sin(u)").program(of="y")

    def work(i):
        x = i / 8 + 1
        assert grad(lambda v: np.sum(v**3) / np.size(v))(np.full(i % 5 + 1, x))[0] == pytest.approx(
            3 * x * x / (i % 5 + 1)
        )
        assert hessian(lambda v: v[0] ** 2 * v[1])([x, 2.0]) == [[4.0, 2 * x], [2 * x, 0.0]]
        assert graph_of(lambda a, b: a * b + i).at(a=2, b=3).values["y"] == 6 + i
        assert program(x=x, u=1).gradient["x"] == 2 * x

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(100)))
    assert gc.get_threshold() == USUAL and tracing._POINTS.get() == ()


# The collector ----------------------------------------------------------------------------------------------------------


def test_the_collector_is_held_back_and_comes_back():
    states = []
    trace(lambda x: states.append(held()) or x, Node(None))
    graph_of(lambda x: states.append(held()) or x + 1)
    assert states == [True, True] and gc.get_threshold() == USUAL and gc.isenabled()


def test_a_trace_inside_a_trace_does_not_bring_it_back_too_early():
    states = []

    def outer(x):
        for _ in range(collector.PATIENCE + 1):
            grad(lambda y: y * y)(2.0)
        graph_of(lambda y: y + 1)
        states.append(held())
        return x * grad(lambda y: y * y)(x)

    grad(outer)(1.0)
    assert states == [True] and gc.get_threshold() == USUAL


def test_a_failed_trace_brings_it_back():
    with pytest.raises(TracingError):
        trace(lambda x: 1 if x else 2, Node(None))
    with pytest.raises(ZeroDivisionError):
        grad(lambda x: grad(lambda y: y + 1 // 0)(x))(1.0)
    assert gc.get_threshold() == USUAL


def test_what_a_person_does_with_it_is_respected():
    gc.disable()
    grad(lambda x: x * x)(1.0)
    assert not gc.isenabled() and gc.get_threshold() == USUAL
    trace(lambda x: gc.enable() or x, Node(None))
    assert gc.isenabled() and gc.get_threshold() == USUAL
    trace(lambda x: gc.disable() or x, Node(None))
    assert not gc.isenabled() and gc.get_threshold() == USUAL
    gc.enable()
    trace(lambda x: gc.set_threshold(5, 6, 7) or x, Node(None))
    assert gc.get_threshold() == (5, 6, 7)
    gc.set_threshold(0)
    grad(lambda x: x * x)(1.0)
    assert gc.get_threshold()[0] == 0


def test_traces_that_overlap_for_ever_do_not_keep_it_away_for_ever():
    started, ended = Barrier(2, timeout=PATIENCE_SECONDS), Barrier(2, timeout=PATIENCE_SECONDS)

    def waits(x):
        started.wait()
        ended.wait()
        return x

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(trace, waits, Node(None))
        started.wait()
        for i in range(collector.PATIENCE):
            assert held(), i
            trace(lambda x: x, Node(None))
        assert gc.get_threshold() == USUAL
        ended.wait()
        waiting.result(PATIENCE_SECONDS)
    trace(lambda x: x, Node(None))
    assert gc.get_threshold() == USUAL
