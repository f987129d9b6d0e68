"""What is read of a graph: after `backward`, after edits in place, over cut edges, and of second order."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

torch = pytest.importorskip("torch")

import gradflow_nb as gf  # noqa: E402
from gradflow_nb.errors import GradflowError, NoDerivative  # noqa: E402
from gradflow_nb.torch import mirror, predict  # noqa: E402

pytestmark = [
    pytest.mark.torch,
    pytest.mark.filterwarnings("error"),
    pytest.mark.filterwarnings("ignore:Using backward.. with create_graph"),  # by the tests themselves
]
close = {"rtol": 1e-9, "atol": 1e-12}


def number(value):
    return torch.tensor(value, dtype=torch.float64, requires_grad=True)


def pairs(edges):
    return [(edge.child, edge.parent) for edge in edges]


# After backward ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [2.0, [2.0, 3.0]])
def test_a_freed_graph_says_what_happened(value):
    x, y = number(value), number(value)
    loss = (x * y + x).sum()
    whole = pairs(mirror(loss, x=x, y=y).edges)
    loss.backward()
    flow = mirror(loss, x=x, y=y)
    assert pairs(flow.edges) == whole  # nothing is left out
    assert any("backward pass has freed" in note and "retain_graph=True" in note for note in flow.notes)
    said = {(e.child, e.parent): (e.exists, repr(e)) for e in flow.edges}
    assert not said["v_1", "x"][0] and not said["v_1", "y"][0]
    assert "was freed" in said["v_1", "x"][1]
    assert said["loss", "v_2"][0] or said["v_2", "v_1"][0]  # sums need nothing that was saved
    with pytest.raises(NoDerivative, match=r"was freed: .*before backward\(\), or .*backward\(retain_graph=True\)"):
        flow.total("loss", "y")
    with pytest.raises(NoDerivative, match="was freed"):
        flow.partial("v_1", "x")
    assert "was freed" in str(flow) and "was freed" in gf.draw(flow).text
    assert gf.draw(flow).svg


def test_what_needs_nothing_saved_stays():
    x = number([1.0, 2.0])
    loss = (3 * x + x).sum()
    loss.backward()
    flow = mirror(loss, x=x)
    assert flow.total("loss", "v_2").tolist() == [[1, 1]]
    assert flow.total("v_2", "v_1").tolist() == [[1, 0], [0, 1]]
    assert flow.partial("v_2", "x").tolist() == [[1, 0], [0, 1]]


def test_a_graph_that_was_kept_says_nothing():
    x = number(2.0)
    loss = x * x
    loss.backward(retain_graph=True)
    flow = mirror(loss, x=x)
    assert flow.notes == () and flow.total("loss", "x") == 4 and flow.grads == {"x": 4.0}


def test_the_part_of_another_result_that_was_freed():
    """Two losses on one trunk: after the first `backward` the trunk is gone, and the second's own part is not."""
    x = number(2.0)
    trunk = x * x
    first, second = trunk.sin(), trunk.exp()
    first.backward()
    flow = mirror(second, x=x, trunk=trunk)
    assert flow.total("second", "trunk") == pytest.approx(np.exp(4))
    with pytest.raises(NoDerivative, match="was freed"):
        flow.total("second", "x")


def test_gradients_add_up_where_one_can_see_it():
    x, y = number(2.0), number([1.0, 2.0])
    assert mirror(x * 2, x=x, y=y).grads == {"x": None, "y": None}
    for times in (1, 2):
        loss = (x * y).sum()
        loss.backward()
        flow = mirror(loss, x=x, y=y)
        assert flow.grads["x"] == 3 * times and flow.grads["y"].tolist() == [2 * times] * 2
    assert str(flow.remarks["x"][".grad"]).endswith(".grad = 6")
    before = mirror(loss, x=x, y=y)
    x.grad.zero_()
    assert before.grads["x"] == 6


def test_the_remark_of_a_leaf_without_a_gradient_yet():
    x = number(2.0)
    assert str(mirror(x * 2, x=x).remarks["x"][".grad"]).endswith(".grad = None")


def test_a_gradient_that_is_retained():
    x = number(2.0)
    h = x * 3
    h.retain_grad()
    loss = h * h
    assert ".grad" not in mirror(loss, x=x, h=h).remarks["h"]
    loss.backward()
    flow = mirror(loss, x=x, h=h)
    assert str(flow.remarks["h"][".grad"]).endswith(".grad = 12")


def test_a_mirror_from_before_stays_whole():
    x = number([1.0, 2.0, 3.0])
    loss = (x.exp() * x).sum()
    flow = mirror(loss, x=x)
    wanted = flow.adjoints("loss")["x"].copy()
    text = str(flow)
    loss.backward()
    assert_allclose(flow.adjoints("loss")["x"], wanted)
    assert_allclose(wanted, x.grad.numpy())
    assert str(flow) == text and flow.grads == {"x": None}


# Edits in place ---------------------------------------------------------------------------------------------------------


def test_an_edit_of_what_was_saved_is_said():
    x = number([1.0, 2.0])
    h = x * 2
    loss = (h * h).sum()
    h += 1
    flow = mirror(loss, x=x)
    with pytest.raises(RuntimeError, match="inplace operation"):
        torch.autograd.grad(loss, x, retain_graph=True)
    assert any("edited in place" in note for note in flow.notes)
    with pytest.raises(NoDerivative, match=r"edited in place, by \+= or by an optimizer; compute the result anew"):
        flow.total("loss", "x")
    assert gf.draw(flow).svg and str(flow)


def test_an_edit_of_a_leaf_that_was_saved():
    x, y = number([1.0, 2.0]), number([3.0, 4.0])
    loss = (x * y).sum()
    with torch.no_grad():
        y += 1
    flow = mirror(loss, x=x, y=y)
    with pytest.raises(NoDerivative, match="edited in place"):
        flow.total("loss", "x")
    assert any("edited in place" in note for note in flow.notes)


def test_edits_that_are_no_harm():
    x = number([1.0, 2.0, 3.0])
    y = x * 2
    y.mul_(3)
    flow = mirror(y, x=x)
    assert_allclose(flow.total("y", "x"), 6 * np.eye(3))
    assert flow.notes == () and len(flow.edges) == 2 and flow.values["y"].tolist() == [6, 12, 18]
    first = flow.names[1]
    assert not isinstance(flow.values[first], np.ndarray)  # what was overwritten is known to nobody


@pytest.mark.parametrize(
    "edit",
    [
        lambda y, x: y[0].mul_(5),
        lambda y, x: y.__setitem__(0, x.sum()),
        lambda y, x: y[1:].add_(x[1:]),
        lambda y, x: y[1:][0].copy_(x[2]),
        lambda y, x: y.view(3, 1)[0].sin_(),
        lambda y, x: y.masked_fill_(torch.tensor([True, False, True]), 7.0),
        lambda y, x: y.index_add_(0, torch.tensor([0, 0]), x[:2]),
        lambda y, x: y.zero_(),
    ],
)
def test_edits_through_views(edit):
    x = number([0.5, 1.5, 2.5])

    def do(x):
        y = x * 2
        edit(y, x)
        return y

    y = do(x)
    flow = mirror({"y": y}, x=x)
    assert_allclose(flow.total("y", "x"), torch.func.jacrev(do)(x.detach()).numpy(), **close)
    assert flow.values["y"].tolist() == y.tolist()


def test_a_view_of_what_was_edited_afterwards():
    x = number([0.5, 1.5, 2.5])
    y = x * 2
    view = y[1:]
    y.mul_(3)
    flow = mirror([view, y], x=x)
    assert flow.total("view", "x").tolist() == [[0, 6, 0], [0, 0, 6]]
    assert flow.total("y", "x").tolist() == (6 * np.eye(3)).tolist()
    assert flow.values["view"].tolist() == [9, 15]


def test_a_leaf_that_was_edited_after_its_use_gives_no_wrong_number():
    a = number(2.0)
    b = a + 1
    with torch.no_grad():
        a += 5
    assert "-4" not in str(mirror(b, a=a).equations["b"]).replace("- 4", "-4")


# Second order -----------------------------------------------------------------------------------------------------------


def test_the_graph_of_a_gradient():
    x = number(3.0)
    (first,) = torch.autograd.grad(x**3, x, create_graph=True)
    flow = mirror(first, x=x)
    assert flow.total("first", "x") == pytest.approx(18)
    (second,) = torch.autograd.grad(first, x, create_graph=True)
    assert mirror(second, x=x).total("second", "x") == pytest.approx(6)


FUNCTIONS = {
    "polynomial": lambda x: (x**3).sum() + x[0] * x[1] * x[2],
    "waves": lambda x: (x.sin() * x.exp()).sum() * x[1],
    "network": lambda x: torch.tanh(torch.outer(x, x) @ x).sum(),
    "sigmoid": lambda x: (x.sigmoid() @ x.tanh()) ** 2,
    "softmax": lambda x: (x.softmax(0).log() * x).sum(),
    "norm": lambda x: x.norm() + x.prod(),
    "relu": lambda x: (x.relu() * x.abs().sqrt()).sum(),
    "parts": lambda x: torch.cat([x[1:], x[:1] * 2]).cumsum(0).square().mean(),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_second_derivatives_are_those_of_pytorch(name):
    do = FUNCTIONS[name]
    x = number([0.7, 1.1, -0.4] if name == "waves" else [0.7, 1.1, 0.4])
    (gradient,) = torch.autograd.grad(do(x), x, create_graph=True)
    flow = mirror({"g": gradient}, x=x)
    wanted = torch.autograd.functional.hessian(do, x.detach())
    assert_allclose(flow.total("g", "x"), wanted.numpy(), rtol=1e-7, atol=1e-9)


def test_a_gradient_that_has_a_graph():
    x = number([1.0, 2.0])
    (x**3).sum().backward(create_graph=True)
    assert x.grad.grad_fn is not None
    flow = mirror({"slope": x.grad}, x=x)
    assert_allclose(flow.total("slope", "x"), [[6, 0], [0, 12]])
    assert flow.grads["x"].tolist() == [3, 12]
    x.grad = None


# Cut edges --------------------------------------------------------------------------------------------------------------


def test_detached_by_name():
    x = number([1.0, 2.0])
    d = x.detach()
    out = (x * d).sum()
    flow = mirror(out, x=x, d=d)
    assert ("d", "x") in pairs(flow.cuts) and ("d", "x") not in pairs(flow.edges)
    assert any("no gradient flows over" in note and "x → d" in note for note in flow.notes)
    assert flow.total("out", "x").tolist() == [[1, 2]]
    assert not np.any(flow.total("out", "d")) or pairs(flow.cuts) == [("d", "x"), ("v_1", "d")]


def test_detached_as_a_variable_and_as_nothing():
    x = number([1.0, 2.0])
    d = x.detach()
    out = (x * d).sum()
    flow = mirror(out, x=x)
    assert "d" in flow.names and ("d", "x") in pairs(flow.cuts)
    del d
    flow = mirror(out, x=x)
    assert ("v_1", "x") in pairs(flow.cuts)
    assert pairs(flow.edges) == [("v_1", "x"), ("out", "v_1")]
    assert flow.total("out", "x").tolist() == [[1, 2]]


@pytest.mark.parametrize("made", [lambda x: x.detach()[1:], lambda x: x.data[1:], lambda x: x[1:].detach()])
def test_detached_parts(made):
    x = number([1.0, 2.0, 3.0])
    part = made(x)
    out = (x[:2] * part).sum()
    flow = mirror(out, x=x, part=part)
    assert ("part", "x") in pairs(flow.cuts)
    assert flow.total("out", "x").tolist() == [[2, 3, 0]]


def test_data_and_no_grad():
    x = number(2.0)
    data = x.data
    with torch.no_grad():
        apart = x * 3
    out = x * data * apart
    flow = mirror(out, x=x, data=data, apart=apart)
    assert ("data", "x") in pairs(flow.cuts)
    assert flow.total("out", "x") == 12
    assert {"data", "apart"} <= set(flow.inputs)
    for name in ("data", "apart"):
        assert str(flow.remarks[name]["PyTorch"]) == "requires_grad=False"


def test_inputs_that_require_no_gradient():
    x, fixed = number([1.0, 2.0]), torch.tensor([3.0, 4.0], dtype=torch.float64)
    out = (x * fixed).sum()
    flow = mirror(out, x=x, fixed=fixed)
    assert flow.values["fixed"].tolist() == [3, 4]
    assert str(flow.remarks["fixed"]["PyTorch"]) == "requires_grad=False"
    assert pairs(flow.cuts) == [("v_1", "fixed")] and str(flow.equations["v_1"]) == "x·fixed"
    assert pairs(flow.edges) == [("v_1", "x"), ("out", "v_1")]
    assert flow.grads["fixed"] is None and "fixed" in gf.draw(flow).text and gf.draw(flow).svg


def test_whole_numbers_are_no_part_of_a_gradient():
    x, places = number([1.0, 2.0, 3.0]), torch.tensor([2, 0])
    out = x[places].sum()
    flow = mirror(out, x=x, places=places)
    assert flow.values["places"].tolist() == [2, 0]
    assert flow.total("out", "x").tolist() == [[1, 0, 1]] and flow.up["places"] == []


def test_rounding_is_flat_and_not_cut():
    x = number([1.2, 2.7])
    flow = mirror(x.round() * x, x=x)
    (out,) = flow.outputs
    assert_allclose(flow.total(out, "x"), [[1, 0], [0, 3]])


def test_where_and_its_condition():
    x = number([1.0, -2.0, 3.0])
    mask = x > 0
    out = torch.where(mask, x * 2, x * 5)
    flow = mirror(out, x=x, mask=mask)
    assert flow.total("out", "x").tolist() == np.diag([2.0, 5, 2]).tolist()
    assert flow.values["mask"].tolist() in ([1, 0, 1], [True, False, True])


def test_dropout_with_its_mask():
    torch.manual_seed(0)
    x = number(np.ones(8).tolist())
    out = torch.nn.functional.dropout(x, 0.5)
    flow = mirror(out, x=x)
    assert_allclose(np.diag(flow.total("out", "x")), out.detach().numpy())


def test_two_tensors_of_one_memory_are_not_taken_for_each_other():
    """A part of a buffer is cut from the buffer, and not from another part of it."""
    memory = torch.arange(4.0, dtype=torch.float64)
    left = memory[:2]
    x = number([1.0, 2.0])
    flow = mirror({"out": x * memory[2:]}, x=x, left=left)
    assert ("out", "left") not in pairs(flow.cuts), flow.notes


def test_constants_that_nobody_holds_stand_in_the_equation():
    x = number(2.0)
    flow = mirror(x * 3 + 1.5, x=x)
    assert str(flow.equations[flow.names[1]]) in ("3x", "x·3")
    v = number([1.0, 2.0])
    flow = mirror(v * torch.tensor([3.0, 4.0], dtype=torch.float64), v=v)
    assert "3" in str(flow.equations[flow.outputs[0]]) and "4" in str(flow.equations[flow.outputs[0]])


@pytest.mark.parametrize("loss", [torch.nn.functional.mse_loss, torch.dot, torch.nn.functional.binary_cross_entropy])
def test_a_number_made_of_a_tensor_and_of_constants(loss):
    x = number([0.25, 0.5])
    out = loss(x, torch.tensor([1.0, 0.0], dtype=torch.float64))
    assert_allclose(mirror({"out": out}, x=x).total("out", "x")[0], torch.autograd.grad(out, x)[0].numpy())


def test_a_number_that_was_added():
    a = number(2.0)
    for do, written in [
        (lambda a: a + 1, "a + 1"),
        (lambda a: 1 + a, "a + 1"),
        (lambda a: a - 0.25, "a - 0.25"),
        (lambda a: 3 - a, "3 - a"),
    ]:
        out = do(a)
        found = str(mirror(out, a=a).equations["out"])
        assert found == written or "…" in found, found


def test_errors_name_no_file_of_ours():
    with pytest.raises(GradflowError) as raised:
        mirror(torch.tensor([1, 2]))
    assert "\n" not in str(raised.value)


# What is not what it seems ----------------------------------------------------------------------------------------------


class Mul(torch.autograd.Function):
    """A person's own product of a matrix and a vector, called as PyTorch calls another one."""

    @staticmethod
    def forward(ctx, W, x):
        ctx.save_for_backward(W, x)
        return W @ x

    @staticmethod
    def backward(ctx, g):
        W, x = ctx.saved_tensors
        return torch.outer(g, x), W.T @ g


class Keeper(torch.autograd.Function):
    """A function that keeps something under the name of what a leaf has."""

    @staticmethod
    def forward(ctx, x):
        ctx.variable = 3
        return x * 2

    @staticmethod
    def backward(ctx, g):
        return g * 2


def test_a_persons_own_function_is_none_of_pytorchs():
    W, x = number([[1.0, 2.0], [3.0, 4.0]]), number([5.0, 6.0])
    flow = mirror(Mul.apply(W, x), W=W, x=x)
    assert flow.partial("y", "x").tolist() == W.tolist() and str(flow.equations["y"]) == "Mul(W, x)"
    assert mirror(Keeper.apply(x), x=x).partial("y", "x").tolist() == [[2, 0], [0, 2]]


def test_columns_of_one_array_share_no_entry():
    data = torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    x = data[:, 0].requires_grad_()
    assert mirror((x * data[:, 1]).sum(), x=x).cuts == ()
    assert pairs(mirror((x * data[:, 0]).sum(), x=x).cuts) == [("v_1", "x")]


@pytest.mark.parametrize("value, added, shown", [(1e6, 0.1, "x + …"), (1e9, 1.0, "x + …"), (2.0, 0.25, "x + 0.25")])
def test_a_constant_that_rounding_hides_is_not_guessed(value, added, shown):
    x = torch.tensor(value, requires_grad=True)
    y = x + added
    assert str(mirror(y, x=x, y=y).equations["y"]) == shown


@pytest.mark.parametrize("constant", [float("inf"), float("nan")])
def test_constants_that_no_graph_has(constant):
    x = number(2.0)
    flow = mirror(x * constant, x=x)
    assert gf.draw(flow).svg and "cannot be given" in flow.__repr__()
    assert gf.draw(mirror(x / 0.0, x=x)).svg


def test_the_graph_of_a_detached_product_is_that_of_the_flow():
    x = number(3.0)
    flow = mirror(x * x.detach(), x=x)
    assert flow.total("y", "x") == flow.graph.at(x=3).total("y", "x") == 3


def test_what_no_gradient_flows_to_is_cut():
    class First(torch.autograd.Function):
        @staticmethod
        def forward(ctx, a, b):
            return a * b

        @staticmethod
        def backward(ctx, g):
            return g, None

    a, b = number([1.0, 2.0]), number([3.0, 4.0])
    flow = mirror(First.apply(a, b), a=a, b=b)
    assert pairs(flow.cuts) == [("y", "b")] and pairs(flow.edges) == [("y", "a")]


def test_softplus_with_a_threshold_that_shows_has_no_row():
    x = number(2.0)
    flow = mirror(torch.nn.functional.softplus(x, threshold=1), x=x)
    assert flow.partial("y", "x") == 1 and not flow.in_symbols().edges[0].exists


def test_a_large_expansion_is_read_in_blocks():
    x = number(1.0)
    y = x.expand(100, 100)
    flow = mirror((y * y).sum(), x=x)
    assert flow.edges[0].map.shape == (10_000, 1) and flow.edges[0].map.structure == "selection"
    assert flow.total(flow.outputs[0], "x") == 20_000


class Clip(torch.autograd.Function):
    """A backward that is no Jacobian: what comes in is clipped."""

    @staticmethod
    def forward(ctx, x):
        return x * 1

    @staticmethod
    def backward(ctx, g):
        return g.clamp(-1, 1)


def test_a_backward_that_is_not_linear_is_no_partial():
    x = number([1.0, 2.0])
    flow = mirror((Clip.apply(x) * 5).sum(), x=x)
    with pytest.raises(NoDerivative, match="is none: its backward, which somebody wrote, multiplies by no Jacobian"):
        flow.gradient("y")
    with pytest.raises(GradflowError, match="cannot be foretold: its backward"):
        predict((Clip.apply(x) * 5).sum(), x=x)


def test_hooks_are_noted():
    x = number(2.0)
    y = x * 3
    y.register_hook(lambda g: g * 10)
    assert any("hooks change what comes at y" in note for note in mirror(y * 2, x=x, y=y).notes)


def test_a_detached_branch_is_drawn_from_where_it_came():
    x = number(5.0)
    p = x**2
    c = p.detach()
    z = x * c
    flow = mirror(z, x=x, p=p, c=c, z=z)
    assert pairs(flow.edges) == [("p", "x"), ("z", "x")] and flow.outputs == ("z",)
    assert sorted(pairs(flow.cuts)) == [("c", "p"), ("z", "c")]
    assert gf.ask(flow, of="z", wrt="x").check("25").correct
    trap = mirror(x * p.detach(), x=x, p=p)
    assert ("p", "x") in pairs(trap.edges) and pairs(trap.cuts) == [(trap.outputs[0], "p")]


def test_a_leaf_that_was_detached_comes_from_what_it_was_detached_from():
    x = number(2.0)
    h = x * 3
    start = h.detach().requires_grad_()
    flow = mirror(start**2, x=x, h=h, start=start)
    assert pairs(flow.cuts) == [("start", "h")] and ("h", "x") in pairs(flow.edges)


def test_what_pytorch_keeps_no_link_to_is_said():
    x, t = number([1.0, 2.0]), torch.tensor([3.0, 4.0])
    flow = mirror((x - t).sum(), x=x, t=t)
    assert "PyTorch keeps no link to t" in flow.notes
