"""grad, jvp, vjp, jacobian, hessian, hvp: against closed forms, sympy and PyTorch, nested, on trees, and refusals."""

import math
import random
from collections import namedtuple
from fractions import Fraction

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from gradflow_nb.core.node import Node
from gradflow_nb.core.transforms import grad, hessian, hvp, jacobian, jvp, value_and_grad, vjp
from gradflow_nb.core.transforms.sweep import Sweep
from gradflow_nb.core.transforms.tracing import graph_of
from gradflow_nb.errors import DomainError, GradflowError, InputError, NoDerivative, NotScalar, ShapeError, TracingError

V = np.array([1.0, 2.0, 3.0])


def chain(a, o):
    b = 5 - 3 * a
    c = 2 * b + 3
    d = 5 * b + 6
    return 3 * (2 * (7 * c + d**2)) - o


def test_the_chain():
    assert grad(chain, argnums=(0, 1))(1, 2) == (-3132.0, -1.0)
    assert value_and_grad(chain)(1, 2) == (1828.0, -3132.0)
    assert jvp(chain, (1, 2), (1, 0)) == (1828.0, -3132.0)
    assert grad(grad(chain))(1, 2) == hessian(chain)(1, 2) == 2700.0
    assert grad(grad(grad(chain)))(1, 2) == 0.0


def test_the_vector_examples_of_the_sources():
    x, y = np.array([2.0, 3.0]), np.array([1.0, 4.0])
    by_x, by_y = grad(np.dot, argnums=(0, 1))(x, y)
    assert by_x.tolist() == [1, 4] and by_y.tolist() == [2, 3]
    first, second = jacobian(lambda x, y: (x * y, x + y), argnums=(0, 1))(x, y)
    assert first[0].tolist() == np.diag(y).tolist() and first[1].tolist() == np.diag(x).tolist()
    assert second[0].tolist() == second[1].tolist() == np.eye(2).tolist()


def test_vector_jacobian_products_are_not_the_jacobian():
    """The seeds (1, 1) sum the rows: (3 + 1, 2 + 1)."""
    _, pullback = vjp(lambda x, y: (x * y, x + y), 2, 3)
    assert pullback((1, 1)) == (4.0, 3.0) and pullback((1, 0)) == (3.0, 2.0)


# Forms ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [2, 2.0, Fraction(2), np.float64(2), np.int64(2), np.float32(2), np.array(2)])
def test_results_are_floats_whatever_number_goes_in(number):
    value, slope = value_and_grad(lambda x: x * x)(number)
    assert type(value) is type(slope) is float and (value, slope) == (4.0, 4.0)


def test_a_gradient_has_the_form_of_its_argument():
    Layer = namedtuple("Layer", "w b")
    parameters = {"layers": [Layer(np.ones((2, 3)), 0.5), Layer(np.ones(2), (1, 2))], "scale": 3}

    def f(p):
        first, second = p["layers"]
        return p["scale"] * np.sum(second.w * (first.w @ V + first.b)) + second.b[0] * second.b[1]

    slopes = grad(f)(parameters)
    assert isinstance(slopes["layers"][0], Layer) and slopes["layers"][0].w.tolist() == [[3, 6, 9]] * 2
    assert slopes["layers"][0].b == 6.0 and slopes["layers"][1].b == (2.0, 1.0) and slopes["scale"] == 13.0


def test_integer_arrays_are_taken_as_floats():
    assert grad(lambda x: np.sum(x**2))(np.array([1, 2])).tolist() == [2, 4]
    assert grad(lambda x: np.sum(x * x))(np.array([2**62, 1])).tolist() == [2.0**63, 2]


def test_arguments_that_are_not_differentiated_stay_as_they_are():
    def f(x, n, kind):
        assert kind == "power"
        for _ in range(n):
            x = x * x
        return x

    assert grad(f)(2.0, 3, "power") == 8 * 2.0**7


def test_an_argument_that_does_not_matter_has_a_zero_of_its_form():
    slopes = grad(lambda p: p[0] * 2)([1.0, np.ones((2, 2))])
    assert slopes[0] == 2.0 and slopes[1].tolist() == [[0, 0], [0, 0]]
    assert grad(lambda x: 3)(1.0) == 0.0


def test_gradients_may_be_written_to_and_share_no_memory():
    x, y = np.ones(3), np.ones(3)
    by_x, by_y = grad(lambda x, y: np.sum(x + y), argnums=(0, 1))(x, y)
    by_x *= 5
    assert by_y.tolist() == [1, 1, 1] and x.tolist() == [1, 1, 1]
    seed = np.ones(3)
    _, pullback = vjp(lambda x: x, x)
    pullback(seed)[0][:] = 7
    assert seed.tolist() == [1, 1, 1]


def test_a_pullback_can_be_used_again_and_does_not_see_later_changes():
    x = np.array([1.0, 2.0])
    _, pullback = vjp(lambda x: x * x, x)
    x[:] = 100
    for _ in range(2):
        assert pullback(np.array([1.0, 1.0]))[0].tolist() == [2, 4]


def test_the_made_functions_keep_their_names():
    assert grad(chain).__name__ == "chain" and "gradient" in grad(chain).__doc__


def test_jacobians_go_by_rows_and_by_columns():
    wide = jacobian(lambda x: np.sum(x.reshape(2, 3), axis=1) ** 2)(np.arange(6.0))
    assert wide.tolist() == [[6, 6, 6, 0, 0, 0], [0, 0, 0, 24, 24, 24]]
    tall = jacobian(lambda x: np.concatenate([x, x * x, 3 * x]))(np.array([1.0, 2.0]))
    assert tall.tolist() == [[1, 0], [0, 1], [2, 0], [0, 4], [3, 0], [0, 3]]
    assert jacobian(lambda x: x * V)(2.0).tolist() == V.tolist()
    assert jacobian(lambda m: m.T)(np.ones((2, 3))).shape == (3, 2, 2, 3)
    assert jacobian(lambda v: [v[0] * v[1], 7, v[0]])([2, 3]) == [[3, 2], [0, 0], [1, 0]]


def test_hessian_and_hvp():
    m = np.array([[2.0, 1.0, 0.0], [1.0, 3.0, 0.5], [0.0, 0.5, 1.0]])
    quadratic = lambda x: x @ m @ x / 2  # noqa: E731
    assert np.allclose(hessian(quadratic)(V), m)
    assert np.allclose(hvp(quadratic, V, np.array([1.0, -1.0, 2.0])), m @ [1, -1, 2])
    assert hvp(lambda x, y: x * x * y, (3.0, 5.0), (1.0, 0.0)) == (10.0, 6.0)
    assert hessian(lambda x, y: x * x * y, argnums=(0, 1))(3.0, 5.0) == ((10.0, 6.0), (6.0, 0.0))


# Nesting -------------------------------------------------------------------------------------------------------------------


def test_transforms_nest_in_every_order():
    cube = lambda x: x * x * x  # noqa: E731
    assert grad(grad(grad(cube)))(2.0) == 6.0
    assert jvp(grad(cube), 2.0, 1.0) == (12.0, 12.0)
    assert grad(lambda x: jvp(cube, x, 1.0)[1])(2.0) == 12.0
    assert grad(lambda x: vjp(cube, x)[1](1.0)[0])(2.0) == 12.0
    assert jacobian(jacobian(lambda x: x**3))(V).shape == (3, 3, 3)
    assert np.allclose(jacobian(jacobian(lambda x: np.sum(x**3)))(V), np.diag(6 * V))
    assert np.allclose(grad(lambda x: np.sum(hessian(lambda z: np.sum(z**3))(x)))(V), 6)


def test_an_inner_variable_is_not_the_outer_one():
    """Perturbation confusion: d/dx [x · d/dy (x y)] = 2x, whether y is x, a number, or unused."""
    assert grad(lambda x: x * grad(lambda y: x * y)(3.0))(2.0) == 4.0
    assert grad(lambda x: x * grad(lambda y: x * y)(x))(2.0) == 4.0
    assert grad(lambda x: x * grad(lambda y: x + y)(1.0))(2.0) == 1.0
    assert grad(lambda x: x * jvp(lambda y: x * y, 1.0, 1.0)[1])(2.0) == 4.0
    assert grad(lambda x: grad(lambda y: x * x * y * y)(x))(2.0) == 6 * 4.0
    assert np.allclose(grad(lambda x: np.sum(x * grad(lambda y: np.sum(x * y * y))(x)))(V), 6 * V**2)


def test_a_gradient_inside_a_function_is_part_of_its_graph():
    def f(x):
        slope = grad(lambda y: y**3)(x)
        return slope + x

    graph = graph_of(f)
    assert graph.names == ("x", "slope", "y") and graph.at(x=2).total("y", "x") == 13


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**9))
def test_second_derivatives_agree_with_sympy(seed):
    """Random expressions of two variables, evaluated by sympy to 30 digits."""
    pick = random.Random(seed)
    x, y = sympy.symbols("x y")
    forms = [(lambda a, b: a, x), (lambda a, b: b, y)]
    unary = [(np.sin, sympy.sin), (np.exp, sympy.exp), (np.tanh, sympy.tanh), (np.arctan, sympy.atan)]
    for _ in range(pick.randint(1, 5)):
        (f, u), (g, v) = pick.choice(forms), pick.choice(forms)
        kind = pick.randrange(4)
        if kind == 0:
            forms.append((lambda a, b, f=f, g=g: f(a, b) * g(a, b), u * v))
        elif kind == 1:
            forms.append((lambda a, b, f=f, g=g: f(a, b) - 2 * g(a, b), u - 2 * v))
        elif kind == 2:
            forms.append((lambda a, b, f=f, g=g: f(a, b) / (2 + g(a, b) ** 2), u / (2 + v**2)))
        else:
            ours, theirs = pick.choice(unary)
            forms.append((lambda a, b, f=f, h=ours: h(f(a, b) / 4), theirs(u / 4)))
    function, formula = forms[-1]
    at = {x: sympy.Rational(3, 10), y: sympy.Rational(-7, 10)}
    expected = lambda e: float(e.evalf(30, subs=at))  # noqa: E731
    assert grad(function)(0.3, -0.7) == pytest.approx(expected(formula.diff(x)), rel=1e-9, abs=1e-12)
    assert jvp(function, (0.3, -0.7), (0.0, 1.0))[1] == pytest.approx(expected(formula.diff(y)), rel=1e-9, abs=1e-12)
    assert grad(grad(function, 1))(0.3, -0.7) == pytest.approx(expected(formula.diff(x, y)), rel=1e-8, abs=1e-11)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10**9))
def test_array_functions_agree_with_pytorch(seed):
    """Random compositions over matrices and vectors with broadcasting: the gradient, and the Hessian-vector product."""
    torch = pytest.importorskip("torch")
    pick, numbers = random.Random(seed), np.random.default_rng(seed)
    n, m = pick.randint(1, 4), pick.randint(1, 4)
    a, b, c = numbers.normal(size=(n, m)), numbers.normal(size=(m,)), numbers.normal(size=(n, 1))
    steps = [pick.randrange(8) for _ in range(pick.randint(1, 5))]
    end = pick.randrange(4)

    def function(a, b, c, np, axis):
        h = a
        for step in steps:
            if step == 0:
                h = np.tanh(h @ a.T @ a / 5)
            elif step == 1:
                h = h * b + c
            elif step == 2:
                h = np.maximum(h, b - 0.1)
            elif step == 3:
                h = np.exp(h / 5) - c * c
            elif step == 4:
                h = h + np.sum(h, **{axis: 0}) / 3
            elif step == 5:
                h = np.stack([h, a])[0] * np.concatenate([a, a])[:n]
            elif step == 6:
                h = h - np.mean(h)
            else:
                h = np.where(h > 0, h, h * c)
        if end == 0:
            return np.sum(h * h)
        return np.mean(h) * np.sum(a) if end == 1 else np.linalg.norm(h + 9) if end == 2 else h[0] @ b + h[n - 1, m - 1]

    class Torch:
        linalg = torch.linalg
        stack, concatenate, sum, mean, tanh, exp = torch.stack, torch.cat, torch.sum, torch.mean, torch.tanh, torch.exp
        maximum, where = torch.maximum, torch.where

    ours = lambda a, b, c: function(a, b, c, np, "axis")  # noqa: E731
    tensors = [torch.tensor(x, requires_grad=True) for x in (a, b, c)]
    theirs = function(*tensors, Torch, "dim")
    expected = torch.autograd.grad(theirs, tensors, create_graph=True, allow_unused=True)
    expected = [torch.zeros_like(t) if g is None else g for t, g in zip(tensors, expected)]
    value, slopes = value_and_grad(ours, (0, 1, 2))(a, b, c)
    assert value == pytest.approx(theirs.item(), rel=1e-9)
    for got, want, argument in zip(slopes, expected, (a, b, c)):
        assert got.shape == argument.shape and np.allclose(got, want.detach().numpy(), rtol=1e-8, atol=1e-10)
    vector = tuple(numbers.normal(size=x.shape) for x in (a, b, c))
    along = sum((g * torch.tensor(v)).sum() for g, v in zip(expected, vector))
    assert jvp(ours, (a, b, c), vector)[1] == pytest.approx(along.item(), rel=1e-8, abs=1e-9)
    if along.requires_grad:
        second = torch.autograd.grad(along, tensors, allow_unused=True)
        for got, want in zip(hvp(ours, (a, b, c), vector), second):
            want = np.zeros_like(got) if want is None else want.numpy()
            assert np.allclose(got, want, rtol=1e-7, atol=1e-9)


# Long and large -------------------------------------------------------------------------------------------------------------


def test_nothing_is_recursive():
    def long(x):
        for i in range(100_000):
            x = x * 0.9 + i if i % 2 else np.sin(x)
        return x

    value, slope = value_and_grad(long)(0.3)
    tangent = jvp(long, 0.3, 1.0)[1]
    assert math.isfinite(value) and slope == pytest.approx(tangent)


def test_a_node_that_is_used_very_often():
    assert grad(lambda x: sum(x * i for i in range(10_000)))(1.0) == 49_995_000.0
    doubled = grad(lambda x: [x := x + x for _ in range(60)][-1])(1.0)
    assert doubled == 2.0**60


def test_a_large_matrix_needs_no_jacobian():
    w, x = np.ones((1000, 1000)), np.ones(1000)
    slopes = grad(lambda w, x: np.sum(np.tanh(w @ x / 1000)), argnums=(0, 1))(w, x)
    assert slopes[0].shape == (1000, 1000) and slopes[1].shape == (1000,)


def test_a_sweep_frees_its_values():
    x = Node(None)
    sweep = Sweep({x: 2.0})
    y = x * x
    sweep.at([y])
    assert sweep.reverse({y: 1.0}, keep=True) == sweep.reverse({y: 1.0}, keep=False) == {x: 4.0} and not sweep.values


def test_constants_of_every_kind():
    assert grad(lambda x: x * Fraction(1, 3) + x * np.float32(0.5) + x * True)(1.0) == pytest.approx(1 / 3 + 1.5)
    assert grad(lambda x: np.sum(x * V))(2.0) == 6.0


# Refusals -------------------------------------------------------------------------------------------------------------------


def scaled(x, y=1, *, shift=0):
    return x * x * y + shift


def test_arguments_may_be_given_by_name():
    assert grad(scaled)(2, y=3) == 12 and grad(scaled, argnums=1)(2, y=3) == 4
    assert grad(scaled, argnums=(0, 1))(y=3, x=2) == (12.0, 4.0)
    assert value_and_grad(scaled)(2, shift=5) == (9.0, 4.0)
    assert grad(grad(scaled))(2, y=3) == hessian(scaled)(2, y=3) == 6
    assert jacobian(lambda x, y: [x * y], argnums=1)(2, y=3) == [2.0]
    assert grad(lambda x, y=1, z=2: x * y * z**2, argnums=2)(2, z=3) == 12
    assert grad(lambda x, **settings: x * settings["scale"])(2, scale=3) == 3
    assert grad(lambda p, x: p["w"] * x, argnums=0)(x=3, p={"w": 2}) == {"w": 3.0}


def test_object_arrays_of_numbers_are_taken_as_floats():
    whole = np.array([[1, Fraction(1, 2)], [3, 4.0]], dtype=object)
    slope = grad(lambda x: np.sum(x**2))(whole)
    assert slope.dtype == np.float64 and slope.tolist() == [[2, 1], [6, 8]]
    assert grad(lambda x: np.sum(x @ V))(np.array([1, 2, 3], dtype=object)).tolist() == V.tolist()
    beside = grad(lambda x, y: np.sum(x * y))(V, np.array([1, 2, 3], dtype=object))
    assert beside.dtype == np.float64 and beside.tolist() == [1, 2, 3]
    assert grad(lambda x: x * x)(np.array(3, dtype=object)) == 6


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: grad(lambda x: x * V)(1.0), NotScalar, ["(3,)", "jacobian", "vjp"]),
        (lambda: grad(lambda x: (x, x))(1.0), NotScalar, ["tuple of 2", "jacobian"]),
        (lambda: grad(lambda x: [x])(1.0), NotScalar, ["list of 1"]),
        (lambda: grad(lambda x: x, argnums=1)(1.0), InputError, ["argnums=1", "1 argument"]),
        (lambda: grad(lambda x: x)("one"), InputError, ["argument 0", "str"]),
        (lambda: grad(lambda x: x)(True), InputError, ["bool"]),
        (lambda: grad(lambda x: x)(1j), InputError, ["complex"]),
        (lambda: grad(lambda x: x)(None), InputError, ["NoneType"]),
        (lambda: grad(lambda x: np.sum(x))(np.array(["a"])), InputError, ["array"]),
        (lambda: grad(lambda x: x * x)(10**400), InputError, ["argument 0", "too large"]),
        (lambda: grad(lambda x: x * x)(Fraction(10**400)), InputError, ["too large"]),
        (lambda: grad(lambda x: x * 10**400)(1.0), InputError, ["constant", "too large"]),
        (lambda: grad(np.sum)(np.array([1, 10**400], dtype=object)), InputError, ["entry of argument 0", "too large"]),
        (lambda: grad(np.sum)(np.array([1, "a"], dtype=object)), InputError, ["entry of argument 0", "str"]),
        (lambda: grad(scaled)(2, z=3), InputError, ["scaled(x, y=1, *, shift=0)", "'z'"]),
        (lambda: grad(scaled)(y=3), InputError, ["scaled", "'x'"]),
        (lambda: grad(scaled)(2, x=3), InputError, ["scaled", "'x'"]),
        (lambda: grad(np.sin)(1.0, where=True), TracingError, ["where="]),
        (lambda: grad(3), TracingError, ["grad takes a Python function", "int 3"]),
        (lambda: hessian("x^2"), TracingError, ["hessian takes", "'x^2'"]),
        (lambda: jvp(None, 1, 1), TracingError, ["jvp takes"]),
        (lambda: grad(lambda x: "no")(1.0), InputError, ["result", "str"]),
        (lambda: grad(lambda x: None)(1.0), InputError, ["result", "NoneType"]),
        (lambda: grad(np.log)(-1.0), DomainError, ["log needs a positive number, and got -1"]),
        (lambda: grad(np.exp)(1000.0), DomainError, ["exp", "1000"]),
        (lambda: grad(lambda x: 1 / x)(0.0), DomainError, ["div", "division by zero"]),
        (lambda: grad(lambda x: x**0.5)(-4.0), DomainError, ["pow"]),
        (lambda: grad(lambda x: x * 1e308 * 1e308)(1.0), DomainError, ["mul"]),
        (lambda: grad(lambda x: np.sum(np.log(x)))(-V), DomainError, ["result of log"]),
        (lambda: grad(lambda x: np.sum(x))(np.array([1.0, np.nan])), DomainError, ["an input"]),
        (lambda: grad(np.sqrt)(0.0), NoDerivative, ["sqrt", "division by zero"]),
        (lambda: grad(lambda x: np.sum(np.sqrt(x)))(np.zeros(2)), NoDerivative, ["infinite"]),
        (lambda: grad(lambda x: np.sum(x @ V))(np.ones((2, 2))), ShapeError, ["matmul", "(2, 2)", "(3,)"]),
        (lambda: grad(lambda x: np.sum(x + V))(np.ones(2)), ShapeError, ["add", "(2,)", "(3,)"]),
        (lambda: jvp(lambda x: x, V, np.ones(2)), InputError, ["tangent", "(2,)", "(3,)"]),
        (lambda: jvp(lambda x, y: x, (1, 2), (1,)), InputError, ["tuple of 2", "tuple of 1"]),
        (lambda: vjp(lambda x: x, V)[1](1.0), InputError, ["cotangent"]),
        (lambda: grad(lambda x: x if x > 0 else -x)(1.0), TracingError, ["where"]),
    ],
)
def test_refusals(call, error, words):
    with pytest.raises(error) as caught:
        call()
    assert isinstance(caught.value, GradflowError) and all(word in str(caught.value) for word in words), caught.value


def test_a_failure_leaves_nothing_behind():
    with pytest.raises(ZeroDivisionError):
        grad(lambda x: x * (1 // 0))(1.0)
    from gradflow_nb.core.transforms import tracing

    assert tracing._POINTS.get() == ()


def test_a_choice_keeps_away_from_where_a_function_has_no_derivative():
    safe = lambda x: np.where(x > 0, np.sqrt(np.where(x > 0, x, 1)), 0)  # noqa: E731
    assert grad(safe)(-1.0) == 0.0 and grad(safe)(4.0) == 0.25
    assert grad(lambda x: np.sum(safe(x)))(np.array([-1.0, 4.0])).tolist() == [0, 0.25]
