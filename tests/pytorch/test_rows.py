"""Every operation that is known by name: made by a call, and compared with what `torch.func` says of that call."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

torch = pytest.importorskip("torch")

import sympy  # noqa: E402

from gradflow_nb.core.jacobians import Chain, Diagonal, Selection  # noqa: E402
from gradflow_nb.core.linear import Factor  # noqa: E402
from gradflow_nb.torch import mirror, structure  # noqa: E402
from gradflow_nb.torch import rows as known_rows  # noqa: E402

from .calls import ELEMENTWISE, MIXING, MOVING, F, aten  # noqa: E402

pytestmark = pytest.mark.torch
ALL = [*ELEMENTWISE, *MOVING, *MIXING]
close = {"rtol": 1e-8, "atol": 1e-10}


def leaves_for(shapes):
    """Numbers between 0.3 and 0.95, apart from one another: no function here has a kink or a tie there."""
    drawn = np.random.default_rng(3)
    places = {"above 1": (1.2, (3,)), "below 0": (-0.95, (3,))}
    found = [places.get(shape, (0.3, shape)) for shape in shapes]
    return [torch.tensor(low + 0.65 * drawn.random(size), dtype=torch.float64, requires_grad=True) for low, size in found]


def mirrored(do, shapes):
    leaves = {f"x{i}": leaf for i, leaf in enumerate(leaves_for(shapes))}
    out = do(*leaves.values())
    return leaves, out, mirror({"y": out}, **leaves)


def as_matrix(found, shape):
    return np.reshape(np.asarray(found, float), shape)


def is_one(flow, leaves):
    """Whether the call made a single operation."""
    return set(flow.names) == {*leaves, "y"}


@pytest.mark.filterwarnings("ignore:There is a performance drop")  # what jacrev says of some functions
@pytest.mark.parametrize(("name", "do", "shapes"), [pytest.param(*case, id=f"{case[0]}-{i}") for i, case in enumerate(ALL)])
def test_edges_values_and_formulas(name, do, shapes):
    leaves, out, flow = mirrored(do, shapes)
    made = type(out.grad_fn).__name__
    assert made.removesuffix("_copy") == name if name[-1].isdigit() else made[:-1] == name
    assert str(flow.remarks["y"]["PyTorch"]) == made
    plain = [leaf.detach().clone() for leaf in leaves.values()]
    jacobians = torch.func.jacrev(do, argnums=tuple(range(len(leaves))))(*plain)
    for (x, leaf), jacobian in zip(leaves.items(), jacobians):
        wanted = jacobian.detach().reshape(out.numel(), leaf.numel()).double().numpy(force=True)
        assert_allclose(as_matrix(flow.total("y", x), wanted.shape), wanted, **close)
        edges = [edge.map for edge in flow.edges if (edge.child, edge.parent) == ("y", x)]
        if is_one(flow, leaves):
            assert edges or not wanted.any()
            summed = sum(as_matrix(each.matrix, wanted.shape) for each in edges) if edges else 0 * wanted
            assert_allclose(summed, wanted, **close)
            assert_allclose(as_matrix(flow.partial("y", x), wanted.shape), wanted, **close)
    if is_one(flow, leaves):
        _rows_agree(flow, out)
        _structures_are_true(flow, known_rows.base(made), out)


def _rows_agree(flow, out):
    """What the graph of table rows computes, and what its formulas give, where it has a row."""
    symbols = flow.in_symbols()
    assert [(e.child, e.parent) for e in symbols.edges] == [(e.child, e.parent) for e in flow.edges]
    if flow.graph.named["y"].operation.name == "opaque":
        return
    value = np.asarray(flow.graph.at(flow.inputs).values["y"], float)
    assert_allclose(value, out.detach().double().numpy(), rtol=1e-6 if out.dtype == torch.float32 else 1e-12)
    if any(np.ndim(value) for value in flow.known.values()):
        return
    point = {sympy.Symbol(name): value for name, value in flow.inputs.items()} | {sympy.Symbol("y"): out.item()}
    for formula, edge in zip(symbols.edges, flow.edges):
        if formula.exists:
            assert_allclose(float(sympy.sympify(formula.partial).subs(point)), float(edge.partial), rtol=1e-6)


def _structures_are_true(flow, base, out):
    """Diagonals, and diagonals behind a broadcast, where entries do not mix; selections where they only move."""
    for edge in flow.edges:
        if edge.map.into == edge.map.out_of == () if not isinstance(edge.map, Factor) else True:
            assert isinstance(edge.map, Factor)
        elif base in structure._MOVING:
            assert isinstance(edge.map, Selection)
        elif base in structure._ELEMENTWISE and edge.map.out_of == tuple(out.shape):
            assert isinstance(edge.map, Diagonal)
        elif base in known_rows.ROWS:
            assert isinstance(edge.map, (Chain, Selection))


def test_dropout_is_its_mask():
    x = torch.rand(8, dtype=torch.float64, requires_grad=True)
    y, mask = torch.native_dropout(x, 0.5, True)
    assert type(y.grad_fn).__name__ == "NativeDropoutBackward0"
    (edge,) = mirror(y, x=x).edges
    assert isinstance(edge.map, Diagonal)
    assert_allclose(edge.map.matrix, np.diag(mask.numpy() * 2.0))


def test_every_name_is_exercised():
    """A name that is added to a table without a call that makes it fails here."""
    reached, rows = {"NativeDropout"}, set()
    for _, do, shapes in ALL:
        leaves, out, flow = mirrored(do, shapes)
        base = known_rows.base(type(out.grad_fn).__name__)
        reached.add(base)
        if is_one(flow, leaves) and flow.graph.named["y"].operation.name != "opaque":
            rows.add(base)
    known = {*structure._ELEMENTWISE, *structure._MOVING}
    assert known - reached == set()
    # `3 - x` has lost its 3, and of `torch.rsub(x, y)` the edges would stand in another order.
    assert set(known_rows.ROWS) - rows == {"Rsub"}


def test_every_name_is_one_of_pytorchs():
    """Every function that PyTorch generates stands there: a name that is misspelt, or was renamed, fails here."""
    there = {known_rows.base(name) for name in dir(torch._C._functions)}
    assert {*known_rows.ROWS, *structure._ELEMENTWISE, *structure._MOVING, *known_rows._ARGUMENTS} - there == set()


X = torch.rand(3, 4, requires_grad=True)
Y = torch.rand(3, 4, requires_grad=True)
B = torch.rand(3, 3, requires_grad=True)


@pytest.mark.parametrize(
    ("out", "written"),
    [
        (torch.rsub(X, Y), "y - x"),
        (torch.rsub(X, Y, alpha=2), "y - 2x"),
        (3 - X, "… - x"),
        (torch.add(X, Y, alpha=0.5), "x + 0.5y"),
        (torch.sub(X, 2, alpha=3), "x - 3·…"),
        (torch.div(X, Y, rounding_mode="floor"), "floor(x/y)"),
        (torch.div(X, 3, rounding_mode="trunc"), "trunc(x/3)"),
        (X / 3, "x/3"),
        (F.elu(X), "elu(x)"),
        (F.selu(X), "selu(x)"),
        (F.softplus(X), "softplus(x)"),
        (torch.addmm(B, B, B), "b @ b + b"),
        (torch.addmm(B, B, B, beta=2), "addmm(b, b, b)"),
        (torch.addcmul(X, X, Y), "x + x·y"),
        (torch.addcmul(X, X, Y, value=2), "addcmul(x, x, y)"),
        (X.T, "x.T"),
        (X.mT, "x.T"),
        (X.permute(-1, -2), "x.T"),
        (X.permute(0, 1), "permute(x)"),
        (X.transpose(0, 0), "transpose(x)"),
        (torch.diag(B), "diagonal(b)"),
        (X[1], "x[1]"),
        (X[:, 1], "select(x)"),
        (X.sum(), "sum(x)"),
        (X.sum(0), "sum(x, axis=0)"),
        (X.reciprocal(), "1/x"),
        (F.mse_loss(X, Y), "mean((x - y)^2)"),
        (F.mse_loss(X, Y, reduction="sum"), "sum((x - y)^2)"),
        (F.mse_loss(X, Y, reduction="none"), "(x - y)^2"),
        (aten.sigmoid_backward(X, Y), "sigmoid_backward(x, y)"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_formulas(out, written):
    flow = mirror({"out": out}, x=X, y=Y, b=B)
    assert str(flow.equations["out"]) == written
