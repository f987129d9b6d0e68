"""Every row of the table held against central differences, at ordinary and at awkward points; and wrong rows caught."""

from dataclasses import replace

import numpy as np
import pytest

from gradflow_nb.core import worlds as words
from gradflow_nb.core.node import Node
from gradflow_nb.core.operations import OPERATIONS, STRUCTURED, Pick, Span, row
from gradflow_nb.core.transforms import grad, jvp, vjp
from gradflow_nb.core.transforms.gradcheck import check_grads
from gradflow_nb.core.transforms.sweep import Sweep
from gradflow_nb.errors import GradflowError, GradientMismatch, InputError

M = np.array([[0.3, -1.2, 0.5], [2.0, 0.7, -0.4]])
N = np.array([[1.0, 0.2], [0.3, -0.6], [0.8, 0.1]])
V, W = np.array([0.3, -1.2, 0.5]), np.array([1.5, -0.25])

ORDINARY = {
    "add": (0.6, 0.7), "sub": (0.6, 0.7), "mul": (0.6, 0.7), "div": (0.6, 0.7), "pow": (0.6, 0.7), "neg": (0.6,),
    "same": (0.6,), "exp": (0.6,), "log": (0.6,), "log10": (0.6,), "sqrt": (0.6,), "sin": (0.6,), "cos": (0.6,),
    "tan": (0.6,), "sec": (0.6,), "csc": (0.6,), "cot": (0.6,), "asin": (0.6,), "acos": (0.6,), "atan": (0.6,),
    "sinh": (0.6,), "cosh": (0.6,), "tanh": (0.6,), "asinh": (0.6,), "acosh": (1.6,), "atanh": (0.6,),
    "sigmoid": (0.6,), "softplus": (0.6,), "relu": (0.6,), "abs": (-0.6,), "sign": (0.6,), "step": (-0.6,),
    "max": (0.6, 0.7), "min": (0.6, 0.7), "where": (1.0, 0.6, 0.7),
}  # fmt: skip


def test_the_table_is_complete():
    assert set(ORDINARY) == set(OPERATIONS) and {name for name, *_ in STRUCTURES} == set(STRUCTURED)


@pytest.mark.parametrize("name", ORDINARY)
def test_elementwise_rows_at_ordinary_points(name):
    check_grads(OPERATIONS[name], ORDINARY[name])


@pytest.mark.parametrize("name", ORDINARY)
def test_elementwise_rows_on_arrays_and_with_broadcasting(name):
    scalars = ORDINARY[name]
    arrays = [x + np.array([[0.0, 0.01], [0.02, 0.03], [0.04, 0.05]]) for x in scalars]
    check_grads(OPERATIONS[name], arrays)
    if len(scalars) > 1:
        check_grads(OPERATIONS[name], (*arrays[:-1], scalars[-1]))
        check_grads(OPERATIONS[name], (*scalars[:-1], arrays[-1]))
        check_grads(OPERATIONS[name], (arrays[0][0], *arrays[1:]))
        check_grads(OPERATIONS[name], (*arrays[:-1], arrays[-1][:, :1]))


@pytest.mark.parametrize("name", ORDINARY)
def test_every_row_can_be_swept_in_floats(name):
    """The world of floats has every word that the table uses, and says what the exact world says."""
    arguments = ORDINARY[name]
    inputs = [Node(None) for _ in arguments]
    sweep = Sweep(dict(zip(inputs, arguments)))
    made = Node(OPERATIONS[name], inputs)
    assert sweep.at([made]) == [pytest.approx(float(OPERATIONS[name].value(*arguments)))] and sweep.kind == "floats"


AWKWARD = [
    # near a kink or a tie, on either side
    ("relu", (1e-3,)), ("relu", (-1e-3,)), ("abs", (1e-3,)), ("abs", (-1e-3,)), ("sign", (-1e-3,)), ("step", (1e-3,)),
    ("max", (1.0, 1.001)), ("max", (1.001, 1.0)), ("min", (1.0, 1.001)), ("min", (1.001, 1.0)),
    ("where", (0.0, 0.6, 0.7)), ("where", (-2.0, 0.6, 0.7)),
    # near the border of a domain
    ("log", (1e-3,)), ("log10", (1e-3,)), ("sqrt", (1e-3,)), ("asin", (0.999,)), ("acos", (-0.999,)), ("acosh", (1.001,)),
    ("atanh", (-0.999,)), ("tan", (1.55,)), ("sec", (1.55,)), ("csc", (0.02,)), ("cot", (0.02,)), ("div", (1.0, 1e-3)),
    # large and small
    ("exp", (20.0,)), ("exp", (-50.0,)), ("log", (1e12,)), ("sqrt", (1e12,)), ("sigmoid", (40.0,)), ("sigmoid", (-40.0,)),
    ("softplus", (800.0,)), ("softplus", (-800.0,)), ("tanh", (30.0,)), ("sinh", (-15.0,)), ("cosh", (15.0,)),
    ("asinh", (1e6,)), ("asinh", (-3.0,)), ("acosh", (1e6,)), ("atan", (-1e6,)), ("mul", (1e8, 1e-8)), ("div", (1e8, -3e4)),
    # powers: negative bases, the powers 0, 1 and 2, exponents below 0
    ("pow", (3.0, -2.5)), ("pow", (0.01, 3.0)), ("pow", (1.0, 0.0)), ("pow", (2.0, 1.0)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "args"), AWKWARD, ids=str)
def test_elementwise_rows_at_awkward_points(name, args):
    check_grads(OPERATIONS[name], args, eps=1e-6, rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("base", [-2.0, 0.0, 1e-9])
@pytest.mark.parametrize("exponent", [0, 1, 2, 3])
def test_whole_powers_of_any_base(base, exponent):
    """With the exponent a constant, since by the exponent a negative base has no derivative."""
    expected = exponent * base ** (exponent - 1) if exponent else 0.0
    assert grad(lambda x: x**exponent)(base) == pytest.approx(expected)
    check_grads(lambda x: x**exponent, (base,), atol=1e-5)


@pytest.mark.parametrize(
    ("name", "args", "slopes"),
    [
        ("relu", (0.0,), (0.0,)), ("abs", (0.0,), (0.0,)), ("sign", (0.0,), (0.0,)), ("step", (0.0,), (0.0,)),
        ("max", (2.0, 2.0), (0.5, 0.5)), ("min", (2.0, 2.0), (0.5, 0.5)), ("pow", (0.0, 0.0), (0.0, 0.0)),
    ],
)  # fmt: skip
def test_kinks_keep_to_their_documented_conventions(name, args, slopes):
    """Here central differences have no say: PyTorch's conventions, in both modes, for numbers and for arrays."""

    def called(*given):
        return Node(OPERATIONS[name], given)

    assert vjp(called, *args)[1](1.0) == slopes
    for i, slope in enumerate(slopes):
        assert jvp(called, args, tuple(float(i == j) for j in range(len(args))))[1] == slope
    arrays = tuple(np.full(2, x) for x in args)
    for got, slope in zip(vjp(called, *arrays)[1](np.ones(2)), slopes):
        assert got.tolist() == [slope, slope]


TIED = np.array([[1.0, 3.0], [3.0, 2.0]])


def test_an_axis_maximum_is_shared_evenly_and_the_norm_of_zero_is_flat():
    assert grad(np.max)(TIED).tolist() == [[0, 0.5], [0.5, 0]]
    assert grad(lambda x: np.sum(np.min(x, axis=0)))(np.array([[1.0, 3.0], [1.0, 4.0]])).tolist() == [
        [0.5, 1],
        [0.5, 0],
    ]
    assert grad(np.linalg.norm)(np.zeros(3)).tolist() == [0, 0, 0]


STRUCTURES = [
    ("matmul", {}, (M, N)), ("matmul", {}, (M, V)), ("matmul", {}, (V, N)), ("matmul", {}, (V, V + 1)),
    ("matmul_t", {}, (M @ N, N)), ("matmul_t", {}, (M @ V, V)), ("t_matmul", {}, (M, M @ N)), ("t_matmul", {}, (V, W)),
    ("dot", {}, (V, V + 1)), ("outer", {}, (V, W)),
    ("sum", {}, (M,)), ("sum", {"axis": 0}, (M,)), ("sum", {"axis": -1}, (M,)),
    ("mean", {}, (M,)), ("mean", {"axis": 1}, (M,)),
    ("spread", {}, (1.5, M)), ("spread", {"axis": 0}, (V, M)), ("share", {}, (1.5, M)), ("share", {"axis": 0}, (V, M)),
    ("amax", {}, (M,)), ("amax", {"axis": 0}, (M,)), ("amin", {"axis": 1}, (M,)), ("winners", {"axis": 0}, (M,)),
    ("norm", {}, (M,)), ("norm", {}, (1e6 * V,)), ("norm", {}, (1e-2 * V,)),
    ("softmax", {}, (M,)), ("softmax", {"axis": 0}, (M,)), ("softmax", {}, (V + 900,)), ("softmax", {}, (60 * V,)),
    ("logsumexp", {}, (M,)), ("logsumexp", {"axis": 1}, (M,)), ("logsumexp", {}, (V - 900,)),
    ("transpose", {}, (M,)), ("reshape", {"shape": (3, 2)}, (M,)), ("reshape_like", {}, (M, N)),
    ("item", {"index": (0, Span(1, 3))}, (M,)), ("item", {"index": (Pick((0, 0, 1)),)}, (M,)), ("item", {"index": (-1,)}, (V,)),
    ("place", {"index": (0,)}, (V, M)), ("fit", {}, (M, V)), ("fit", {}, (M, 1.0)), ("fit", {}, (M, W[:, None])),
    ("broadcast", {}, (V, M)),
    ("concat", {"axis": 0, "count": 2}, (M, M + 1)), ("concat", {"axis": 1, "count": 2}, (M, M[:, :1])),
    ("stack", {"axis": 1, "count": 2}, (V, V + 1)), ("stack", {"axis": 0, "count": 3}, (1.0, 2.0, 3.0)),
    ("part", {"i": 1, "axis": 0, "stacked": False, "count": 2}, (np.vstack([M, M]), M, M)),
    ("place_part", {"i": 1, "axis": 0, "stacked": True, "count": 2}, (V, V, V)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "settings", "args"), STRUCTURES, ids=lambda v: v if isinstance(v, str) else "")
def test_structured_rows(name, settings, args):
    check_grads(row(name, **settings), args, rtol=1e-4)


# Wrong rows are caught, and named ---------------------------------------------------------------------------------------

WRONG = replace(OPERATIONS["mul"], name="wrong", partials=(lambda y, a, b: b, lambda y, a, b: 2 * a))


def test_a_wrong_partial_is_named_with_argument_got_and_expected():
    with pytest.raises(GradientMismatch, match=r"^wrong: .* by argument 1 is wrong: got 6, and .* give 3\b"):
        check_grads(WRONG, (3.0, 5.0))


def test_a_wrong_partial_on_arrays_is_named_with_its_index():
    with pytest.raises(GradientMismatch, match=r"result 0 at index \[0\] by argument 1 at index \[0\]"):
        check_grads(WRONG, (np.array([3.0, 4.0]), np.array([5.0, 6.0])))


@pytest.mark.parametrize("mode", ["forward", "reverse"])
def test_each_mode_is_checked_by_itself(mode):
    right = row("softmax")
    wrong = (
        replace(right, vjps=(lambda g, y, x: g * y,))
        if mode == "reverse"
        else replace(right, jvps=(lambda t, y, x: t,))
    )
    other = "forward" if mode == "reverse" else "reverse"
    check_grads(wrong, (V,), order=1, modes=[other])
    with pytest.raises(GradientMismatch, match=rf"softmax: the first derivative \({mode} mode\)"):
        check_grads(wrong, (V,), order=1, modes=[mode])


def test_a_partial_that_is_right_as_a_number_and_wrong_as_a_graph_is_caught():
    """Only the second order differentiates the partial rules themselves."""
    partial = lambda y, x: words.sin(x) if isinstance(x, Node) else words.cos(x)  # noqa: E731
    odd = replace(OPERATIONS["sin"], name="odd", partials=(partial,))
    check_grads(odd, (0.6,), order=1)
    with pytest.raises(GradientMismatch, match="odd: the second derivative"):
        check_grads(odd, (0.6,), order=2)


def test_functions_of_trees_are_checked_and_named_by_their_place():
    def loss(p, x):
        return np.sum(np.tanh(p["w"] @ x + p["b"]))

    check_grads(loss, ({"w": M, "b": W}, V))

    def kinked(p):
        return abs(p["b"][0])

    with pytest.raises(GradientMismatch, match=r"kinked: .*argument 0\['b'\]\[0\]"):
        check_grads(kinked, ({"b": [1e-7]},), order=1)


def test_what_is_asked_for_is_looked_at():
    with pytest.raises(InputError, match="order=3"):
        check_grads(np.sin, (1.0,), order=3)
    with pytest.raises(InputError, match="'sideways'"):
        check_grads(np.sin, (1.0,), modes=["sideways"])
    with pytest.raises(GradflowError):
        check_grads(np.sin, ("1",))
