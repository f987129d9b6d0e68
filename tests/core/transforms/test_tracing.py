"""Python functions as graphs: the names of local variables, unrolled loops, numpy's functions, and what is refused."""

import functools
import math
import sys

import numpy as np
import pytest

from gradflow_nb.core.transforms import grad, jacobian, numpy_calls, value_and_grad
from gradflow_nb.core.transforms.tracing import graph_of
from gradflow_nb.errors import TracingError


def chain(a, o):
    b = 5 - 3 * a
    c = 2 * b + 3
    d = 5 * b + 6
    e = 7 * c + d**2
    f = 2 * e
    g = 3 * f - o
    return g


def test_local_variables_name_the_nodes():
    graph = graph_of(chain)
    assert set(graph.names) == set("abcdefgo") and graph.inputs == ("a", "o") and graph.outputs == ("g",)
    flow = graph.at(a=1, o=2)
    assert flow.values["g"] == 1828 and flow.total("g", "b") == 1044 and flow.partial("e", "d") == 32


def test_what_is_exact_stays_exact():
    assert str(graph_of(lambda x: x / 3).at(x=1).values["y"]) == "1/3"


def test_rebound_names_are_numbered_and_loops_unroll():
    def layers(x, w):
        h = x
        for _ in range(3):
            h = np.tanh(w * h)
        return h

    assert graph_of(layers).names == ("x", "w", "h_1", "h_2", "h_3")


def test_a_parameter_keeps_its_name_when_it_is_rebound():
    def f(x):
        x = x * x
        x = x + 1
        return x

    graph = graph_of(f)
    assert graph.names == ("x", "x_1", "x_2") and graph.at(x=3).total("x_2", "x") == 6


def test_helpers_do_not_name_nodes_and_are_part_of_the_equation():
    def helper(u):
        inner = u * u
        return inner + 1

    def f(x):
        z = helper(x) * 2
        return z

    assert graph_of(f).names == ("x", "z")


def test_recursion_names_the_first_call_only():
    def power(x, n=3, *, stop=None):
        rest = x if n == 1 else x * power(x, n - 1)
        return rest

    graph = graph_of(functools.partial(power, n=3))
    assert len([n for n in graph.names if n.startswith("rest")]) == 1


def test_the_first_name_of_a_node_stays_and_an_alias_of_an_input_makes_none():
    def f(x):
        alias = x
        first = alias * 2
        second = first
        return second + 1

    assert graph_of(f).names == ("x", "first", "y")


def test_containers_name_their_entries():
    def f(x):
        h = [x * 2, x * 3]
        p = {"w": h[0] * h[1]}
        return p["w"] + 1

    assert graph_of(f).names == ("x", "h_0", "h_1", "p_w", "y")


def test_what_the_output_does_not_need_is_left_out():
    def f(x):
        unused = x * 5  # noqa: F841
        return x + 1

    assert graph_of(f).names == ("x", "y")


@pytest.mark.parametrize(
    ("function", "names"),
    [
        (lambda x: x + 1, ("x", "y")),
        (lambda y: y + 1, ("y", "y_1")),
        (lambda x: x, ("x", "y")),
        (lambda x: (x + 1, x * 2), ("x", "y_1", "y_2")),
        (lambda x: {"loss": x * x, "size": x + 1}, ("x", "loss", "size")),
        (lambda x: (x * x, 3), ("x", "y_1", "y_2")),
        (lambda x: [x + 1] * 2, ("x", "y")),
    ],
)
def test_unnamed_results(function, names):
    graph = graph_of(function)
    assert sorted(graph.names) == sorted(names)


def test_defaults_become_the_graphs_and_settings_are_passed_on():
    def f(x, scale=2, kind="square", *, shift=0.5):
        assert kind == "square"
        return scale * x * x + shift

    graph = graph_of(f)
    assert graph.inputs == ("x", "scale", "shift") and graph.at(x=3).values["y"] == 18.5


def test_callables_of_other_kinds():
    class Model:
        def __call__(self, x):
            h = x * 2
            return h + 1

        def method(self, x):
            h = x * 2
            return h + 1

    def holds_itself(x):
        h = [x * 2]
        h.append(h)
        return h[0] + 1

    assert graph_of(holds_itself).names == ("x", "h_0", "y")
    assert graph_of(Model()).names == graph_of(Model().method).names == ("x", "h", "y")

    @functools.wraps(chain)
    def wrapped(*args):
        return chain(*args)

    assert "e" in graph_of(wrapped).names


def test_a_tracer_that_was_there_is_put_back():
    def mine(frame, event, argument):
        return None

    before = sys.gettrace()
    sys.settrace(mine)
    try:
        graph_of(chain)
        with pytest.raises(ZeroDivisionError):
            graph_of(lambda x: x + 1 // 0)
        assert sys.gettrace() is mine
    finally:
        sys.settrace(before)


# What cannot be traced says why, and where -------------------------------------------------------------------------------


def branching(x):
    if x > 0:
        return x
    return -x


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (branching, ["In branching, line", "if x > 0:", "where", "np.maximum", "abs"]),
        (lambda x: max(x, 0), ["np.maximum"]),
        (lambda x: x and 1, ["branch"]),
        (lambda x: 1 if x == 0 else x, ["where"]),
        (lambda x: math.sin(x), ["np.sin(x) for math.sin(x)"]),
        (lambda x: float(x), ["plain number"]),
        (lambda x: list(range(x)), ["plain number"]),
        (lambda x: 3, ["returned 3", "does not depend"]),
        (lambda x: None, ["returned None", "return?"]),
        (lambda x: "text", ["'text'"]),
        (lambda *xs: xs[0], ["*xs", "named parameters"]),
        (lambda x: np.cumsum(x), ["np.cumsum", "not in the table", "These can be"]),
        (lambda x: np.linalg.inv(x), ["np.linalg.inv"]),
        (lambda x: np.average(x), ["np.average", "not in the table"]),
        (lambda x: np.vstack([x, x]), ["np.vstack", "Did you mean 'stack'?"]),
        (lambda x: np.floor(x), ["np.floor", "jumps", "none worth taking"]),
        (lambda x: x[x > 0], ["x[x > 0]", "condition", "where(x > 0, x, 0)"]),
        (lambda x: x[x <= 0], ["condition", "where"]),
        (np.sin, ["np.sin", "lambda x: np.sin(x)"]),
        (np.add, ["lambda x, y: np.add(x, y)"]),
        (np.sum, ["lambda a: np.sum(a)"]),
        (np.linalg.norm, ["lambda x: np.linalg.norm(x)"]),
        (lambda x: np.add.accumulate(x), ["np.add.accumulate"]),
        (lambda x: np.sum(x, where=[True]), ["where="]),
        (lambda x: np.sum(x, keepdims=True), ["shape"]),
        (lambda x: np.linalg.norm(x, 1), ["norm"]),
        (lambda x: np.where(x > 0), ["three arguments"]),
        (lambda x: np.sin(x, out=np.zeros(3)), ["out="]),
        (lambda x: x["w"], []),
    ],
)
def test_refusals(function, words):
    with pytest.raises(TypeError) as caught:
        graph_of(function)
    assert all(word in str(caught.value) for word in words), caught.value
    assert not words or isinstance(caught.value, TracingError)


def test_a_refused_function_is_not_taken_for_one_with_a_like_name():
    with pytest.raises(TracingError) as caught:
        graph_of(lambda x: np.floor(x))
    assert "Did you mean" not in str(caught.value)


def test_a_condition_at_a_point_is_refused_alike():
    for function in (lambda x: np.sum(x[x > 0]), lambda x: np.sum(x[x >= 0]), lambda x: x.sum() * float(x[0] > 0)):
        with pytest.raises(TracingError, match="condition"):
            grad(function)(np.ones(3))


def test_a_refusal_inside_a_helper_points_at_the_helpers_line():
    def helper(u):
        return 1 if u > 2 else 0

    with pytest.raises(TracingError, match=r"In helper, line .*1 if u > 2 else 0"):
        graph_of(lambda x: helper(x))


# numpy's functions mean what numpy says ------------------------------------------------------------------------------------

A = np.array([[0.3, 1.2, 0.5], [0.7, 0.6, 0.4]])
B = np.array([[0.2, 0.9, 0.1], [0.5, 0.3, 0.8]])
CALLS = {
    "hypot": (A, B), "logaddexp": (A, B), "power": (A, B), "float_power": (A, B), "matmul": (A, B.T), "add": (A, B),
    "subtract": (A, B), "multiply": (A, B), "divide": (A, B), "true_divide": (A, B), "maximum": (A, B), "fmax": (A, B),
    "minimum": (A, B), "fmin": (A, B), "greater": (A, B), "less": (A, B), "greater_equal": (A, B), "less_equal": (A, B),
    "dot": (A, B.T), "inner": (A[0], B[0]), "vdot": (A[0], B[0]), "outer": (A[0], B[1]), "reshape": (A, (3, 2)),
    "concatenate": ([A, B],), "stack": ([A, B],), "where": (A > 0.5, A, B), "clip": (A, 0.4, 0.8), "arccosh": (A + 1,),
    "arctanh": (A / 2,), "arcsin": (A / 2,), "arccos": (A / 2,),
}  # fmt: skip


@pytest.mark.parametrize(
    "name", sorted({*numpy_calls.SUPPORTED} - {"shape", "ndim", "size", "zeros_like", "ones_like"})
)
def test_every_supported_function_agrees_with_numpy(name):
    """The value, and the derivative by the first entry of each array argument."""
    function = functools.reduce(getattr, name.split("."), np)
    arguments = CALLS.get(name, (A,))
    for i, argument in enumerate(arguments):
        entry = argument[0] if isinstance(argument, list) else argument
        if getattr(entry, "dtype", None) != np.float64:
            continue

        def called(x, i=i, argument=argument):
            given = [x, *argument[1:]] if isinstance(argument, list) else x
            return np.sum(function(*(given if j == i else a for j, a in enumerate(arguments))))

        value, slope = value_and_grad(called)(entry)
        assert value == pytest.approx(float(called(entry)))
        first = (0,) * entry.ndim
        step = np.zeros_like(entry)
        step[first] = 1e-6
        difference = (float(called(entry + step)) - float(called(entry - step))) / 2e-6
        assert slope[first] == pytest.approx(difference, abs=1e-5)


def test_shapes_are_known_where_there_is_a_point():
    def f(x):
        assert np.shape(x) == (2, 3) and np.ndim(x) == 2 and np.size(x) == 6 and np.shape(x[0] @ x.T) == (2,)
        return np.sum(x * np.ones_like(x) + np.zeros_like(x)) / np.shape(x)[0]

    assert grad(f)(A).tolist() == [[0.5] * 3] * 2
    assert np.allclose(jacobian(grad(f))(A), 0)
    with pytest.raises(TracingError, match="shape"):
        graph_of(lambda x: x / np.size(x))


@pytest.mark.parametrize("name", ["sum", "mean", "max", "min"])
@pytest.mark.parametrize("axis", [None, 0, 1, -1, (0, 1)])
@pytest.mark.parametrize("keepdims", [False, True])
def test_settings_of_reductions(name, axis, keepdims):
    def f(x):
        return np.sum(getattr(np, name)(x, axis=axis, keepdims=keepdims) ** 2)

    assert value_and_grad(f)(A)[0] == pytest.approx(f(A))


@pytest.mark.parametrize("ddof", [0, 1])
@pytest.mark.parametrize("axis", [None, 0])
def test_variance(ddof, axis):
    assert value_and_grad(lambda x: np.sum(np.var(x, axis=axis, ddof=ddof)))(A)[0] == pytest.approx(
        np.sum(A.var(axis, ddof=ddof))
    )


def test_lists_and_plain_arrays_may_stand_beside_nodes():
    assert grad(lambda x: np.sum(np.multiply(x, [1.0, 2.0])))(np.ones(2)).tolist() == [1, 2]
    assert grad(lambda x: np.sum(np.array([1.0, 2.0]) * x))(3.0) == 3
    assert grad(lambda x: np.sum(np.array([x, 2 * x])))(3.0) == 3
    assert grad(lambda x: np.sum(np.concatenate([x, [5.0]]) ** 2))(np.ones(2)).tolist() == [2, 2]
