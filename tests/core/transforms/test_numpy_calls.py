"""numpy's functions and Python's operators on traced values say what numpy says, or are refused by name."""

import copy
import math

import numpy as np
import pytest

from gradflow_nb.core.transforms import grad, hessian, jacobian, value_and_grad
from gradflow_nb.core.transforms.tracing import graph_of
from gradflow_nb.errors import DomainError, GradflowError, ShapeError, TracingError

R = np.random.default_rng(3)
S, V, W, C = 0.7, R.normal(size=3), R.normal(size=3), R.normal(size=(2, 3, 4))
A, B = R.normal(size=(2, 3)), R.normal(size=(2, 3))


def differences(function, x):
    """The Jacobian of a numpy function of one array by central differences, result's axes first."""
    columns = []
    for unit in np.eye(np.size(x)):
        step = 1e-6 * unit.reshape(np.shape(x))
        columns.append((function(x + step) - function(x - step)) / 2e-6)
    return np.stack(columns, axis=-1).reshape(np.shape(columns[0]) + np.shape(x))


def agrees(function, *arguments):
    """`function(np, *arguments)` has numpy's value, and the derivative by every argument that central differences find."""
    for i in range(len(arguments)):

        def weighted(xp, *given):
            result = function(xp, *given)
            return xp.sum(result * np.cos(np.arange(np.size(function(np, *arguments)))).reshape(np.shape(result)))

        found = jacobian(lambda *given: function(np, *given), argnums=i)(*arguments)
        expected = differences(lambda x, i=i: function(np, *arguments[:i], x, *arguments[i + 1 :]), arguments[i])
        assert np.shape(found) == np.shape(expected)
        np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-7)
        value, _ = value_and_grad(lambda *given: weighted(np, *given), argnums=i)(*arguments)
        assert value == pytest.approx(float(weighted(np, *arguments)))


PRODUCTS = {
    "inner": [(V, W), (A, B), (A, V), (V, A), (S, V), (A, S), (S, 2.0)],
    "vdot": [(V, W), (A, B), (S, 2.0), (C, C[::-1])],
    "outer": [(V, W), (A, B), (S, V), (V, S), (A, V), (S, 2.0), (C, V)],
    "dot": [(V, W), (A, B.T), (A, V), (V, A.T), (S, A), (A, S), (S, 2.0)],
    "matmul": [(V, W), (A, B.T), (A, V), (V, A.T)],
    "multiply.outer": [(V, W), (A, B), (S, V), (V, S), (A, V), (V, A), (S, 2.0), (C, A)],
}


@pytest.mark.parametrize(("name", "pair"), [(n, p) for n, pairs in PRODUCTS.items() for p in pairs])
def test_products(name, pair):
    if name == "multiply.outer":
        agrees(lambda xp, a, b: xp.multiply.outer(a, b), *pair)
    else:
        agrees(lambda xp, a, b: getattr(xp, name)(a, b), *pair)


@pytest.mark.parametrize("name", ["inner", "vdot", "outer", "dot"])
@pytest.mark.parametrize("pair", [(V, W), (A, B)])
def test_products_in_a_graph_where_no_shape_is_known(name, pair):
    a, b = pair if name != "dot" or pair[0].ndim == 1 else (A, B.T)
    flow = graph_of(lambda a, b: getattr(np, name)(a, b)).at(a=a, b=b)
    np.testing.assert_allclose(flow.values["y"], getattr(np, name)(a, b))


def test_products_that_graphs_refuse():
    with pytest.raises(GradflowError):
        jacobian(lambda x: np.inner(x, x))(C)
    with pytest.raises(TracingError, match="shape"):
        graph_of(lambda x, y: np.multiply.outer(x, y))


AXES = {1: [None, 0, -1, (0,), ()], 2: [None, 0, 1, -1, (0, 1), (-1, 0), (1,), ()]}
AXES[3] = [None, 0, 1, -1, (0, 1), (1, 2), (-1, -2), (0, -1), (0, 1, 2), (-3, 1)]


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("name", ["sum", "mean", "max", "min", "amax", "amin", "var", "std"])
@pytest.mark.parametrize(("x", "axis"), [(x, axis) for x in (V, A, C) for axis in AXES[x.ndim]])
def test_reductions(name, x, axis, keepdims):
    if axis == () and name in ("var", "std"):
        return
    if axis == (0, -1) and "m" in name and name not in ("sum", "mean"):
        with pytest.raises(TracingError, match="neighbouring"):
            grad(lambda x: np.sum(getattr(np, name)(x, axis=axis)))(x)
        return
    agrees(lambda xp, x: getattr(xp, name)(x, axis=axis, keepdims=keepdims), x)
    if name[0] != "a" or name == "var":
        agrees(lambda xp, x: getattr(x, name)(axis=axis, keepdims=keepdims), x)


@pytest.mark.parametrize("ddof", [0, 1, 2])
@pytest.mark.parametrize("axis", [None, 1, (0, 2), (-1, -2)])
def test_variances(ddof, axis):
    agrees(lambda xp, x: xp.var(x, axis=axis, ddof=ddof), C)
    agrees(lambda xp, x: xp.std(x, axis, ddof=ddof, keepdims=True), C)


@pytest.mark.torch
def test_ties_over_several_axes_are_shared_evenly():
    tied = np.array([[1.0, 2.0, 2.0], [0.0, 2.0, 1.0]])
    for axis in [None, (0, 1), (-2, -1)]:
        slope = grad(lambda x, axis=axis: np.max(x, axis=axis))(tied)
        np.testing.assert_allclose(slope, (tied == 2) / 3)
    cube = np.stack([tied, tied[::-1]])
    import torch

    x = torch.tensor(cube, requires_grad=True)
    torch.amax(x, (1, 2)).sum().backward()
    np.testing.assert_allclose(grad(lambda x: np.sum(np.max(x, axis=(1, 2))))(cube), x.grad)


def test_reductions_in_a_graph():
    flow = graph_of(lambda x: np.sum(x, axis=(0, 1))).at(x=C)
    np.testing.assert_allclose(flow.values["y"], C.sum((0, 1)))
    flow = graph_of(lambda x: x.mean(axis=(-1, -3))).at(x=C)
    np.testing.assert_allclose(flow.values["y"], C.mean((-1, -3)))
    for refused in (lambda x: np.max(x, (0, 1)), lambda x: np.sum(x, (0, -1))):
        with pytest.raises(TracingError, match="shape"):
            graph_of(refused)


@pytest.mark.parametrize("axis", [2, -3, (0, 2), (0, 3)])
def test_an_axis_that_is_not_there(axis):
    with pytest.raises(ShapeError, match="no axis"):
        grad(lambda x: np.sum(np.mean(x, axis=axis)))(A)


@pytest.mark.parametrize("axis", [(0, 0), (0, -2), 1.5, "a"])
def test_axes_that_are_none(axis):
    with pytest.raises(TracingError, match="axis"):
        grad(lambda x: np.sum(np.sum(x, axis=axis)))(A)


def test_reductions_of_a_number_and_lists_of_axes():
    assert grad(lambda x: np.sum(x * x, axis=0))(3.0) == 6
    assert grad(lambda x: (x * x).sum(axis=[0, 1]))(A).tolist() == (2 * A).tolist()


@pytest.mark.parametrize(
    ("x", "ord"),
    [
        (V, None),
        (V, 1),
        (V, 2),
        (V, np.inf),
        (V, -np.inf),
        (A, None),
        (A, "fro"),
        (A, 1),
        (A, -1),
        (A, np.inf),
        (A, -np.inf),
    ],
)
def test_norms(x, ord):
    agrees(lambda xp, x: xp.linalg.norm(x, ord), x)


@pytest.mark.parametrize(
    ("x", "ord"), [(A, 2), (A, -2), (A, "nuc"), (V, "fro"), (V, 3), (V, 0), (C, 2), (C, "fro"), (C, np.inf)]
)
def test_norms_that_have_no_row(x, ord):
    with pytest.raises(TracingError, match="norm"):
        grad(lambda x: np.linalg.norm(x, ord))(x)


@pytest.mark.parametrize(
    "function",
    [
        lambda xp, x: xp.concatenate([x, 2 * x], axis=-1), lambda xp, x: xp.concatenate([x, x * x], axis=None),
        lambda xp, x: xp.stack([x, x * x], axis=-1), lambda xp, x: xp.stack([x, x * x], 1),
        lambda xp, x: xp.concatenate((x, B)), lambda xp, x: xp.where(B > 0, x, V),
        lambda xp, x: xp.where(x > 0, 2 * x, B), lambda xp, x: xp.clip(x, -0.5, 0.5), lambda xp, x: xp.clip(x, None, B),
        lambda xp, x: xp.clip(x, min=-0.5), lambda xp, x: x.clip(-0.3, 0.2), lambda xp, x: xp.reshape(x, 6),
        lambda xp, x: xp.reshape(x, (3, -1)), lambda xp, x: xp.ravel(x), lambda xp, x: x.flatten(),
        lambda xp, x: x.ravel(), lambda xp, x: x.dot(B.T), lambda xp, x: x.copy() * 2, lambda xp, x: xp.copy(x) * x,
        lambda xp, x: x.astype(float) + x.astype(np.float64), lambda xp, x: +x, lambda xp, x: xp.positive(x),
        lambda xp, x: xp.transpose(x), lambda xp, x: x * xp.ones_like(x) + xp.zeros_like(x),
        lambda xp, x: xp.maximum(x, np.array([0.0, 1.0, -1.0])), lambda xp, x: xp.add.reduce(x),
        lambda xp, x: xp.add.reduce(x, axis=None), lambda xp, x: xp.maximum.reduce(x, axis=1),
    ],
)  # fmt: skip
def test_shapes_and_choices(function):
    agrees(function, A)


@pytest.mark.parametrize(
    "function",
    [
        lambda x: np.sum(x, where=[True]), lambda x: np.sum(x, initial=5.0), lambda x: np.sum(x, out=np.zeros(())),
        lambda x: np.sum(x, dtype=int), lambda x: np.sum(x, 0, np.float32), lambda x: np.max(x, initial=9.0),
        lambda x: np.mean(x, dtype=int), lambda x: np.var(x, mean=0.0), lambda x: np.add(x, 1, where=False),
        lambda x: np.add(x, 1, dtype=np.float32), lambda x: np.add(x, 1, out=np.zeros((2, 3))),
        lambda x: np.multiply.outer(x, x, dtype=int), lambda x: np.add.reduce(x, where=True), lambda x: np.add.outer(x, x),
        lambda x: np.reshape(x, (3, 2), order="F"), lambda x: np.ravel(x, order="F"), lambda x: x.flatten("F"),
        lambda x: np.zeros_like(x, shape=(4,)) * x, lambda x: np.ones_like(x, dtype=int) * x, lambda x: np.size(x, 0) * x,
        lambda x: np.concatenate([x, x], dtype=int), lambda x: np.stack([x, x], out=np.zeros((2, 2, 3))),
        lambda x: np.clip(x, 0, 1, out=np.zeros((2, 3))), lambda x: np.clip(x, 0, 1, dtype=int),
        lambda x: np.transpose(x, (0, 1)), lambda x: np.linalg.norm(x, axis=0), lambda x: np.linalg.norm(x, keepdims=True),
        lambda x: np.dot(x, x.T, np.zeros((2, 2))), lambda x: np.outer(x, x, np.zeros((6, 6))),
        lambda x: np.sum(x, 0, 1),
        lambda x: x.astype(int), lambda x: x.reshape("a"), lambda x: np.reshape(x, np.array([1.5, 4])),
        lambda x: np.sum([[1.0]], where=x),
    ],
)  # fmt: skip
def test_no_setting_is_passed_over(function):
    with pytest.raises(TracingError):
        jacobian(function)(A)


# Constants ----------------------------------------------------------------------------------------------------------------


def test_a_buffer_may_be_filled_anew():
    def total(x):
        buffer, sums = np.zeros(3), 0
        for i in range(3):
            buffer[:] = i
            sums = sums + np.sum(x * buffer)
        return sums

    assert grad(total)(V).tolist() == [3, 3, 3]
    flow = graph_of(total).at(x=[1, 1, 1])
    assert 9 in [v for v in flow.values.values() if np.ndim(v) == 0]


def test_a_constant_that_is_ours_is_not_copied_again_and_results_may_be_written_to():
    x = graph_of(lambda x: x * np.ones(3)).named["x"]
    kept = (x * np.arange(3)).arguments[1]
    assert kept.dtype == np.float64 and not kept.flags.writeable
    assert (x * kept).arguments[1] is kept and (x * kept[:2]).arguments[1] is not kept
    assert (x * np.float64(2)).arguments[1] == 2 and type((x * np.float64(2)).arguments[1]) is float
    for function in (lambda x: np.sum(x * W), lambda x: x @ W, lambda x: np.sum(W + x)):
        grad(function)(V)[0] = 5  # does not raise
        assert W.flags.writeable


@pytest.mark.parametrize(
    "odd",
    [np.array([1j, 2, 3]), np.array(["a", "b", "c"]), np.array([None] * 3), np.ones((1, 3)).view(np.matrix), np.str_("3"),
     np.array(["2020-01-01"], "M8[D]"), np.array([{}, 1, 2], object), np.complex128(1j)],
)  # fmt: skip
def test_constants_that_are_no_numbers(odd):
    with pytest.raises(TracingError):
        grad(lambda x: np.sum(np.add(x, odd)))(V)


def test_constants_of_other_kinds_are_numbers():
    for same in (np.array([1, 0, 1]), np.array([True, False, True]), np.array([1, 0, 1], np.float32), [1, 0, True]):
        assert grad(lambda x, same=same: np.sum(np.multiply(x, same)))(V).tolist() == [1, 0, 1]
    with pytest.raises(TracingError, match=r"np\.stack"):
        grad(lambda x: np.sum(x * np.array([x[0], x[1], 2], object)))(V)


# Indices ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("x", "index"),
    [
        (V, [True, False, True]), (V, np.array([True, False, True])), (V, [0, 2, 0]), (V, np.array([-1, 1])), (V, -1),
        (V, np.int64(1)), (A, ([True, False],)), (A, (slice(None), [True, False, True])), (A, (0, [False, True, True])),
        (A, A > 0), (A, (np.array([True, True]), [0, 2])), (C, C > 0), (C, (1, A[0][:3] < 9)), (C, (slice(None, None, -1), 1)),
    ],
)  # fmt: skip
def test_indices(x, index):
    found = jacobian(lambda x: x[index] * x[index])(x)
    marks = np.arange(1.0, x.size + 1).reshape(x.shape)
    np.testing.assert_allclose(
        grad(lambda x: np.sum(x[index] * marks[index]))(x).ravel() != 0, np.isin(marks, marks[index]).ravel()
    )
    assert found.shape == x[index].shape + x.shape
    np.testing.assert_allclose(value_and_grad(lambda x: np.sum(x[index] ** 2))(x)[0], np.sum(x[index] ** 2))
    np.testing.assert_allclose(graph_of(lambda x: x[index]).at(x=x).values["y"], x[index])


@pytest.mark.parametrize(
    ("index", "says"),
    [
        ("a", "'a' is no index"), (1.5, "1.5 is no index"), (np.array([[0, 1]]), "several axes"), ([[0, 1]], "several axes"),
        ([1.0, 2.0], "1.0 is no index"), (True, "alone is no index"), (np.bool_(True), "alone"), ([True, 1, 0], "mixes"), ([], "nothing"),
        ([False] * 3, "nothing"), (None, "no index"), (..., "no index"), (slice(0.5, 2), "0.5 is no index"),
        (slice(0, 3, 0), "not 0"), ((0, "a"), "'a' is no index"), ({}, "no index"),
    ],
)  # fmt: skip
def test_indices_that_are_none(index, says):
    for trace in (lambda f: grad(f)(V), graph_of):
        with pytest.raises(TracingError, match=says):
            trace(lambda x: np.sum(x[index]))


def test_a_traced_mask_is_told_about_where():
    for index in (lambda x: x > 0, lambda x: [x[0] > 0, False, True], lambda x: (x > 0, 0)):
        for trace in (lambda f: grad(f)(V), graph_of):
            with pytest.raises(TracingError, match="where"):
                trace(lambda x, index=index: np.sum(x[index(x)]))


@pytest.mark.parametrize("index", [9, -4, [0, 3], (0, 0), [True, False], np.array([True] * 4)])
def test_an_index_outside(index):
    with pytest.raises(ShapeError, match=r"shape \(3,\)"):
        grad(lambda x: np.sum(x[index]))(V)


def test_an_index_into_what_has_no_value_says_what_has_none():
    with pytest.raises(DomainError):
        grad(lambda x: np.log(x)[0])(-np.ones(2))
    assert grad(lambda x: [np.log(-x)[0], x[0]][1])(np.ones(2)).tolist() == [1, 0]


# Operators -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (lambda x: x // 2, "jumps"), (lambda x: 2 // x, "jumps"), (lambda x: x % 2, "jumps"), (lambda x: 5 % x, "jumps"),
        (lambda x: divmod(x, 2)[1], "jumps"), (lambda x: round(x), "jumps"), (lambda x: round(x, 2), "jumps"),
        (lambda x: math.floor(x), "jumps"), (lambda x: math.ceil(x), "jumps"), (lambda x: math.trunc(x), "jumps"),
        (lambda x: np.floor_divide(x, 2), "jumps"), (lambda x: np.remainder(x, 2), "np.remainder"),
        (lambda x: (x > 0) & (x < 1), "conditions are numbers"), (lambda x: (x > 0) | (x < 1), "maximum"),
        (lambda x: ~(x > 0), "1 - a"), (lambda x: x.__setitem__(0, 1), "not written to"),
    ],
)  # fmt: skip
def test_operators_without_a_derivative(function, says):
    for trace in (grad(function), lambda x: graph_of(function)):
        with pytest.raises(TracingError, match=says):
            trace(0.5)


def test_an_array_is_not_changed_in_place():
    def f(x):
        a = np.zeros(3)
        a += x
        return np.sum(a)

    with pytest.raises(TracingError, match=r"a = a \+ x"):
        grad(f)(V)


def test_a_copy_is_the_same_variable():
    for made in (copy.copy, copy.deepcopy):
        assert grad(lambda x, made=made: made(x) ** 2)(3.0) == 6


# Near 0, far from 0, and at ties -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("x", [0.0, 1e-20, -1e-20, 1e-8, 0.3, -0.5, 0.7, 0.71, -0.71, 1.0, -40.0, 20.0, -800.0, -1e5])
def test_expm1_is_accurate_with_its_derivatives(x):
    assert value_and_grad(np.expm1)(x) == pytest.approx((math.expm1(x), math.exp(x)), rel=2e-15, abs=0)
    assert hessian(np.expm1)(x) == pytest.approx(math.exp(x), rel=2e-15, abs=0)
    assert value_and_grad(lambda x: np.sum(np.expm1(x)))(np.array([x]))[0] == pytest.approx(
        math.expm1(x), rel=2e-15, abs=0
    )


@pytest.mark.parametrize("x", [0.0, 1e-20, -1e-20, 1e-8, 0.3, -0.5, 0.7, 0.71, -0.71, -0.999999, 1e10, 1e200])
def test_log1p_is_accurate_with_its_derivatives(x):
    assert value_and_grad(np.log1p)(x) == pytest.approx((math.log1p(x), 1 / (1 + x)), rel=1e-15, abs=0)
    assert hessian(np.log1p)(x) == pytest.approx(-1 / (1 + x) / (1 + x), rel=4e-15, abs=0)
    assert float(graph_of(lambda x: np.log1p(x)).at(x=x).values["y"]) == pytest.approx(math.log1p(x), rel=1e-10, abs=0)


def test_no_convention_is_marked_where_expm1_is_smooth():
    assert all(not e.convention for e in graph_of(lambda x: np.expm1(x)).at(x=0).edges)


@pytest.mark.parametrize(
    "pair", [(0.0, 0.0), (2.0, 2.0), (1.0, 3.0), (0.0, -50.0), (1000.0, -1000.0), (-1000.0, 1000.0), (1.0, -1e20)]
)
def test_logaddexp_is_smooth_at_ties_and_stable(pair):
    value, slope = value_and_grad(lambda v: np.logaddexp(v[0], v[1]))(np.array(pair))
    p = 1 / (1 + math.exp(min(pair[1] - pair[0], 700)))
    assert value == pytest.approx(np.logaddexp(*pair), rel=1e-15, abs=0)
    np.testing.assert_allclose(slope, [p, 1 - p], atol=1e-15)
    curve = hessian(lambda v: np.logaddexp(v[0], v[1]))(np.array(pair))
    np.testing.assert_allclose(curve, p * (1 - p) * np.array([[1, -1], [-1, 1]]), atol=1e-15)
