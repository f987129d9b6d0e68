"""What one does with a mirrored flow: figures, paths, cuts, orders, steps, formulas, also where values are unknown."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

torch = pytest.importorskip("torch")

import sympy  # noqa: E402

import gradflow_nb as gf  # noqa: E402
from gradflow_nb.errors import GradflowError, InputError, NotScalar, UnknownName  # noqa: E402
from gradflow_nb.torch import MirroredFlow, mirror, watch  # noqa: E402

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("error")]


def number(value):
    return torch.tensor(value, dtype=torch.float64, requires_grad=True)


@pytest.fixture
def scalars():
    """The source's first function, and a node of which the value is not known."""
    x, y = number(2.0), number(3.0)
    z = x**2 + y**3 + (x * y + x)
    return mirror(z, x=x, y=y)


@pytest.fixture
def arrays():
    x, w = number([1.0, 2.0, 3.0]), number([[1.0, 0.0, 2.0], [0.0, 1.0, 1.0]])
    loss = ((w @ x).tanh() * torch.tensor([1.0, 2.0], dtype=torch.float64)).sum()
    return mirror(loss, x=x, w=w)


TEXT = """\
gradient flow at x = 2, y = 3
node  is         value  .grad  PyTorch
x     input      2      None
y     input      3      None
v_1   x^2                      PowBackward0
v_2   y^3                      PowBackward0
z     v_1 + v_2  31            AddBackward0

edge     partial
x → v_1  ∂v_1/∂x = 2x = 4
y → v_2  ∂v_2/∂y = 3y^2 = 27
v_1 → z  ∂z/∂v_1 = 1
v_2 → z  ∂z/∂v_2 = 1"""


def test_the_text_of_a_small_one():
    x, y = number(2.0), number(3.0)
    z = x**2 + y**3
    flow = mirror(z, x=x, y=y)
    assert str(flow) == TEXT
    assert gf.draw(flow).text == TEXT


@pytest.mark.parametrize("which", ["scalars", "arrays"])
def test_figures(which, request):
    flow = request.getfixturevalue(which)
    figure = gf.draw(flow)
    assert figure.svg.count("<svg") == 1 and figure.svg == gf.draw(flow).svg
    for name in flow.names:
        assert name in figure.text
    live = gf.explore(flow)
    assert live is not None


def test_values_that_are_not_known(scalars):
    assert isinstance(scalars, MirroredFlow) and not scalars.from_graph
    unknown = [name for name, value in scalars.values.items() if value is None]
    assert unknown and set(unknown) < set(scalars.names)
    assert all(np.isfinite(edge.partial) for edge in scalars.edges)


def test_paths(scalars):
    paths = scalars.paths("z", "x")
    assert paths.count == 3
    assert sum(path.product for path in paths) == scalars.total("z", "x") == 2 * 2 + 3 + 1


def test_hold_and_cut_and_eliminate(scalars):
    inner = [name for name in scalars.names if name not in ("x", "y", "z")]
    shown = str(scalars.hold(inner[0]))
    assert shown and gf.draw(scalars.hold(inner[0])).svg
    assert scalars.hold(inner[0]).total("z", "x") + scalars.cut("z", inner[-1]).total("z", "x") >= 0
    left = scalars.eliminate(inner)
    assert left.names == ("x", "y", "z")
    for wrt in ("x", "y"):
        assert left.total("z", wrt) == scalars.total("z", wrt)
    assert gf.draw(left).svg and str(left)
    held = scalars.hold("y")
    assert held.total("z", "x") == scalars.total("z", "x") and held.total("z", "y") == scalars.total("z", "y")


def test_the_same_of_arrays(arrays):
    inner = [name for name in arrays.names if name not in ("x", "w", "loss")]
    left = arrays.eliminate(inner)
    for wrt in ("x", "w"):
        assert_allclose(left.total("loss", wrt), arrays.total("loss", wrt))
    assert left.multiplications > 0 and str(left) and gf.draw(left).svg
    assert not np.any(arrays.cut(inner[-1], inner[-2]).total("loss", "x"))


@pytest.mark.parametrize("which", ["scalars", "arrays"])
def test_orders(which, request):
    flow = request.getfixturevalue(which)
    orders = flow.orders()
    assert orders is not None and str(orders)
    best = flow.eliminate(orders.best.order) if hasattr(orders.best, "order") else None
    if best is not None:
        assert best.multiplications == orders.best.multiplications


def test_steps(scalars, arrays):
    steps = scalars.backward("z")
    assert "dz/dx = " in str(steps[-1]) or any("dz/dx = " in str(step) for step in steps)
    assert any("= 8" in str(step) for step in steps)
    assert list(scalars.forward("x"))
    assert len(list(arrays.backward("loss"))) == len(arrays.names)
    with pytest.raises(NotScalar, match="array of shape"):
        arrays.forward("w")


def test_errors_of_a_flow(arrays):
    inner = arrays.names[2]
    with pytest.raises(NotScalar, match="array of shape"):
        arrays.adjoints(inner)
    with pytest.raises(InputError, match="has the shape"):
        arrays.jvp("x", [1, 2])
    with pytest.raises(InputError, match="has the shape"):
        arrays.vjp(inner, [1, 2, 3])
    with pytest.raises(UnknownName):
        arrays.total("loss", "nobody")
    with pytest.raises(UnknownName, match="closed module"):
        arrays.open("x")
    assert arrays.open().names == arrays.names and arrays.closed == ()


def test_partials_where_there_is_no_edge(arrays):
    assert arrays.partial("loss", "x").shape == (1, 3) and not arrays.partial("loss", "x").any()


def test_formulas_give_the_numbers(scalars):
    symbols = scalars.in_symbols()
    assert symbols.names == scalars.names and symbols.symbolic
    values = scalars.graph.at(scalars.inputs).values
    point = {sympy.Symbol(name): value for name, value in values.items()}
    for formula, edge in zip(symbols.edges, scalars.edges):
        assert (formula.child, formula.parent) == (edge.child, edge.parent)
        assert float(sympy.sympify(formula.partial).subs(point)) == pytest.approx(float(edge.partial))
    assert str(sympy.sympify(symbols.total("z", "x")))


def test_the_graph_computes_what_pytorch_did(scalars, arrays):
    assert float(scalars.graph.at(scalars.inputs).values["z"]) == 4 + 27 + 6 + 2
    found = arrays.graph.at(arrays.inputs)
    assert_allclose(found.values["loss"], arrays.values["loss"])
    assert_allclose(found.total("loss", "w"), arrays.total("loss", "w"))


def test_formulas_where_an_operation_is_used_with_itself():
    """Parallel edges, constants and cut inputs between the arguments: each formula stands on its own edge."""
    x, fixed = number(2.0), torch.tensor(5.0, dtype=torch.float64)
    for out in (fixed / x, x / fixed, x - x, x / x, x**x, fixed - x, fixed**x, x**fixed, torch.rsub(x, fixed), torch.rsub(x, x * 2)):
        flow = mirror({"out": out}, x=x, fixed=fixed)
        values = {"x": 2.0, "fixed": 5.0, "out": out.item(), "v_1": 4.0}
        point = {sympy.Symbol(name): value for name, value in values.items()}
        for formula, edge in zip(flow.in_symbols().edges, flow.edges):
            assert (formula.child, formula.parent) == (edge.child, edge.parent)
            if formula.exists and flow.graph.named["out"].operation.name != "opaque":
                assert float(sympy.sympify(formula.partial).subs(point)) == pytest.approx(float(edge.partial))


def test_an_opaque_operation_has_no_formula_and_no_value_elsewhere():
    x = number(2.0)
    flow = mirror({"out": torch.special.i0(x)}, x=x)
    assert flow.total("out", "x") == pytest.approx(torch.special.i1(x).item())
    with pytest.raises(GradflowError):
        flow.graph.at(x=3)
    assert flow.in_symbols() is not None and str(flow.in_symbols())


def test_closed_modules_are_drawn_and_opened():
    torch.manual_seed(0)
    net = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Tanh(), torch.nn.Linear(3, 1))
    x = number([1.0, 2.0])
    net.double()
    with watch(net):
        loss = net(x).square().sum()
    closed = mirror(loss, net=net, x=x)
    for flow in (closed, closed.open("net"), closed.open()):
        figure = gf.draw(flow)
        assert figure.svg and "net" in figure.text and gf.explore(flow) is not None
        assert flow.eliminate([n for n in flow.names if n not in (*flow.inputs, "loss")]).names[-1] == "loss"
        assert list(flow.backward("loss")) and flow.in_symbols() is not None and flow.orders() is not None
    assert str(closed.equations["net"]) == "net(x)"


def test_it_can_be_asked_about(scalars):
    question = gf.ask(scalars, of="z", wrt="x")
    assert question.check("8").is_correct and not question.check("7").is_correct


def test_a_large_graph_is_drawn_or_told():
    x = number(0.5)
    y = x
    for _ in range(60):
        y = y.sin() * y
    flow = mirror({"out": y}, x=x)
    assert gf.draw(flow).svg and len(flow.names) == 121


def test_large_edges_are_drawn_by_their_shape():
    x = torch.randn(60, 60, requires_grad=True)
    loss = ((x @ x).tanh() @ x).sum()
    flow = mirror(loss, x=x)
    figure = gf.draw(flow)
    assert figure.svg and "3600×3600 Jacobian" in figure.text.replace(",", "")
    assert gf.explore(flow) is not None
    assert_allclose(flow.adjoints("loss")["x"], torch.autograd.grad(loss, x)[0].numpy(), rtol=1e-3, atol=1e-4)


def test_eliminating_between_large_edges():
    x = torch.randn(30, 30, dtype=torch.float64, requires_grad=True)
    y = (x @ x).cumsum(0)
    flow = mirror({"y": y}, x=x)
    left = flow.eliminate([n for n in flow.names if n not in ("x", "y")])
    assert left.edges[0].map.shape == (900, 900)
    weights = np.random.default_rng(0).normal(size=(30, 30))
    (wanted,) = torch.autograd.grad(y, x, torch.tensor(weights), retain_graph=True)
    assert_allclose(left.vjp("y", weights)["x"], wanted.numpy())
