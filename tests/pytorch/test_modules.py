"""Modules, watched and not: in every view the totals are autograd's, and names are those of `named_parameters`."""

from threading import Thread

import numpy as np
import pytest
from numpy.testing import assert_allclose

torch = pytest.importorskip("torch")

from gradflow_nb.errors import GradflowError, UnknownName  # noqa: E402
from gradflow_nb.torch import mirror, watch  # noqa: E402

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("error")]
nn, F = torch.nn, torch.nn.functional
close = {"rtol": 1e-8, "atol": 1e-10}


class Convolutional(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.MaxPool2d(2))
        self.head = nn.Linear(8, 3)

    def forward(self, x):
        return self.head(self.features(x).flatten(1))


class Recurrent(nn.Module):
    """A cell that is called three times."""

    def __init__(self, kind):
        super().__init__()
        self.cell = kind(2, 3)

    def forward(self, x):
        state = None
        for step in x:
            state = self.cell(step, state)
        return state[0] * state[1] if isinstance(state, tuple) else state


class Head(nn.Module):
    """One head of attention, in plain operations."""

    def __init__(self):
        super().__init__()
        self.q, self.k, self.v = (nn.Linear(4, 2, bias=bias) for bias in (True, False, True))

    def forward(self, x):
        scores = self.q(x) @ self.k(x).transpose(-2, -1) / 2**0.5
        return scores.softmax(-1) @ self.v(x)


class Attends(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention = nn.MultiheadAttention(4, 2, batch_first=True)

    def forward(self, x):
        return self.attention(x, x, x)[0]


class Several(nn.Module):
    """A module with several results, of which one is used twice and one not at all."""

    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(3, 3)

    def forward(self, x):
        h = self.inner(x)
        return {"first": h.tanh(), "second": (h * h, h.exp())}


class UsesSeveral(nn.Module):
    def __init__(self):
        super().__init__()
        self.many = Several()

    def forward(self, x):
        found = self.many(x)
        return found["first"] * found["second"][0] + found["first"]


class Tied(nn.Module):
    """One weight in two modules, and a parameter that is not used."""

    def __init__(self):
        super().__init__()
        self.one, self.two = nn.Linear(3, 3), nn.Linear(3, 3, bias=False)
        self.two.weight = self.one.weight
        self.unused = nn.Parameter(torch.ones(2, dtype=torch.float64))

    def forward(self, x):
        return self.two(self.one(x).tanh())


MODELS = {
    "perceptron": (lambda: nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2)), (5, 3)),
    "deep": (lambda: nn.Sequential(nn.Sequential(nn.Linear(3, 2), nn.ReLU()), nn.Sequential(nn.Sequential(nn.Linear(2, 2)))), (2, 3)),
    "convolution": (Convolutional, (2, 1, 6, 6)),
    "rnn": (lambda: Recurrent(nn.RNNCell), (3, 2)),
    "gru": (lambda: Recurrent(nn.GRUCell), (3, 2)),
    "lstm": (lambda: Recurrent(nn.LSTMCell), (3, 2)),
    "head": (Head, (3, 4)),
    "multihead": (Attends, (1, 3, 4)),
    "layer norm": (lambda: nn.Sequential(nn.LayerNorm(3), nn.Linear(3, 2), nn.GELU()), (2, 3)),
    "batch norm": (lambda: nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2)), (4, 3)),
    "transformer": (lambda: nn.TransformerEncoderLayer(4, 2, 6, dropout=0.0, batch_first=True), (1, 3, 4)),
    "several": (UsesSeveral, (2, 3)),
    "tied": (Tied, (2, 3)),
    "one layer": (lambda: nn.Linear(3, 2), (3,)),
}


def made(name, watched=True):
    torch.manual_seed(0)
    build, shape = MODELS[name]
    net = build().double()
    x = torch.randn(shape, dtype=torch.float64, requires_grad=True)
    if watched:
        with watch(net):
            out = net(x)
    else:
        out = net(x)
    return net, x, out, (F.cross_entropy(out, torch.arange(len(out)) % 2) if name == "convolution" else (out * out).sum())


def truth(loss, net, x):
    leaves = {"x": x, **{f"net.{name}": parameter for name, parameter in net.named_parameters()}}
    found = torch.autograd.grad(loss, list(leaves.values()), retain_graph=True, allow_unused=True)
    return {name: np.zeros(tuple(leaves[name].shape)) if g is None else g.numpy() for name, g in zip(leaves, found)}


def agrees(flow, wanted):
    found = flow.adjoints("loss")
    for name, gradient in wanted.items():
        assert_allclose(found[name], gradient, err_msg=name, **close)
        assert_allclose(flow.total("loss", name).reshape(gradient.shape), gradient, err_msg=name, **close)


@pytest.mark.parametrize("name", MODELS)
def test_totals_in_every_view(name):
    net, x, _, loss = made(name)
    wanted = truth(loss, net, x)
    flow = mirror(loss, net=net, x=x)
    assert flow.closed == ("net",) and "net" in flow.names
    agrees(flow, wanted)
    opened = flow.open("net")
    agrees(opened, wanted)
    for closed in opened.closed:
        agrees(opened.open(closed), wanted)
    whole = flow.open()
    assert whole.closed == ()
    agrees(whole, wanted)
    net, x, _, loss = made(name, watched=False)
    unwatched = mirror(loss, net=net, x=x)
    assert unwatched.closed == ()
    agrees(unwatched, truth(loss, net, x))
    assert len(unwatched.edges) == len(whole.edges)


@pytest.mark.parametrize("name", MODELS)
def test_opening_one_after_the_other_ends_with_all(name):
    net, x, _, loss = made(name)
    flow = mirror(loss, net=net, x=x)
    whole = flow.open()
    for _ in range(40):
        if not flow.closed:
            break
        flow = flow.open(flow.closed[-1])
    assert flow.names == whole.names and flow.closed == ()
    assert [(e.child, e.parent) for e in flow.edges] == [(e.child, e.parent) for e in whole.edges]


@pytest.mark.parametrize("name", [name for name in MODELS if name != "tied"])
def test_inputs_are_called_as_named_parameters(name):
    net, x, _, loss = made(name)
    flow = mirror(loss, net=net, x=x)
    assert flow.names[0] == "x"
    parameters = [f"net.{path}" for path, _ in net.named_parameters()]
    assert list(flow.names[1 : 1 + len(parameters)]) == parameters
    assert set(flow.inputs) == {"x", *parameters}
    for path, parameter in net.named_parameters():
        assert_allclose(flow.values[f"net.{path}"], parameter.detach().numpy())


def test_a_tied_weight_is_one_input_and_an_unused_one_has_no_edges():
    net, x, _, loss = made("tied")
    flow = mirror(loss, net=net, x=x).open()
    weights = [name for name in flow.inputs if name.endswith("weight")]
    assert weights == ["net.one.weight"]
    assert len(flow.up["net.one.weight"]) == 2
    assert flow.up["net.unused"] == [] and not flow.adjoints("loss")["net.unused"].any()


def test_an_unused_parameter_stands_with_the_others():
    net, x, _, loss = made("tied")
    assert mirror(loss, net=net, x=x).names[0] == "x"


def test_values_and_jacobians_of_closed_nodes():
    net, x, out, loss = made("perceptron")
    flow = mirror(loss, net=net, x=x, out=out)
    assert "out" in flow.names  # the person's own name for it
    assert_allclose(flow.values["out"], out.detach().numpy())
    wanted = torch.func.jacrev(lambda x: net(x))(x.detach()).reshape(10, 15).detach().numpy()
    assert_allclose(flow.total("out", "x"), wanted, **close)
    assert_allclose(flow.partial("out", "x"), wanted, **close)
    direction, weights = np.random.default_rng(0).normal(size=(5, 3)), np.random.default_rng(1).normal(size=(5, 2))
    (edge,) = (edge for edge in flow.down["out"] if edge.parent == "x")
    assert_allclose(edge.map.jvp(direction).ravel(), wanted @ direction.ravel(), **close)
    assert_allclose(edge.map.vjp(weights).ravel(), weights.ravel() @ wanted, **close)


def test_values_of_unnamed_closed_nodes_are_what_pytorch_still_holds():
    net, x, out, loss = made("perceptron")
    wanted = out.detach().numpy().copy()
    del out
    flow = mirror(loss, net=net, x=x)
    assert_allclose(flow.values["net"], wanted)  # saved for the product


def test_names_of_calls():
    net, x, _, loss = made("rnn")
    opened = mirror(loss, net=net, x=x).open("net")
    assert opened.closed == ("net.cell(1)", "net.cell(2)", "net.cell(3)")
    assert {"net.cell(1)", "net.cell(2)"} <= set(opened.names)
    assert str(opened.equations["net.cell(2)"]).startswith("net.cell(")


def test_two_calls_of_the_watched_module():
    net = nn.Linear(2, 2).double()
    x = torch.ones(2, dtype=torch.float64, requires_grad=True)
    with watch(net):
        loss = net(net(x)).sum()
    flow = mirror(loss, net=net, x=x)
    assert flow.closed == ("net(1)", "net(2)")
    agrees(flow, truth(loss, net, x))
    one = flow.open("net(1)")
    assert one.closed == ("net(2)",)
    agrees(one, truth(loss, net, x))


def test_results_of_one_call_are_counted():
    net, x, _, loss = made("several")
    flow = mirror(loss, net=net, x=x).open("net")
    assert {"net.many[0]", "net.many[1]"} <= set(flow.names)
    assert flow.closed == ("net.many",)
    agrees(flow, truth(loss, net, x))


def test_modules_by_position_and_by_keyword():
    net, x, _, loss = made("perceptron")
    flow = mirror(loss, net, x=x)
    assert "0.weight" in flow.names and flow.closed == ("sequential",)
    assert_allclose(flow.total("loss", "0.weight").ravel(), truth(loss, net, x)["net.0.weight"].ravel(), **close)
    other = nn.Linear(2, 1).double()
    with watch(net, other):
        loss = other(net(x)).sum()
    both = mirror(loss, first=net, second=other, x=x)
    assert both.closed == ("first", "second") and "second.bias" in both.names


def test_only_the_last_watch_counts():
    net = nn.Linear(2, 2)
    with watch(net):
        net(torch.ones(2))
    with watch(net):
        y = net(torch.ones(2)).sum()
    assert mirror(y, net=net).closed == ("net",)


def test_calls_that_made_nothing_are_not_drawn():
    net = nn.Linear(2, 2)
    with watch(net):
        net(torch.ones(2))
        y = (net.weight * 2).sum()
    assert mirror(y, net=net).closed == ()


def test_an_unknown_name_is_said():
    net, x, _, loss = made("perceptron")
    with pytest.raises(UnknownName, match=r"no closed module called 'nett'. Did you mean 'net'"):
        mirror(loss, net=net, x=x).open("nett")


def test_watching_leaves_nothing_on_modules():
    net = nn.Sequential(nn.Linear(2, 2), nn.ReLU())
    before = [(len(m._forward_hooks), len(m._forward_pre_hooks)) for m in net.modules()]
    with pytest.raises(ZeroDivisionError), watch(net):
        net(torch.ones(2))
        raise ZeroDivisionError
    assert [(len(m._forward_hooks), len(m._forward_pre_hooks)) for m in net.modules()] == before


def test_a_call_that_raises_inside_leaves_the_others_right():
    class Fails(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner, self.fail = nn.Linear(2, 2), True

        def forward(self, x):
            h = self.inner(x)
            if self.fail:
                raise ValueError
            return h * 2

    net = Fails()
    x = torch.ones(2, requires_grad=True)
    with watch(net):
        with pytest.raises(ValueError):
            net(x)
        net.fail = False
        loss = net(x).sum()
    flow = mirror(loss, net=net, x=x)
    assert flow.closed == ("net(1)",) or flow.closed == ("net",)
    assert_allclose(flow.total("loss", "x"), torch.autograd.grad(loss, x)[0][None].numpy(), rtol=1e-6)


def test_grad_mode_while_watching():
    net = nn.Linear(2, 2)
    with watch(net), torch.no_grad():
        assert not net(torch.ones(2)).requires_grad
    with watch(net):
        with torch.no_grad():
            net(torch.ones(2))
        y = net(torch.ones(2)).sum()
    assert mirror(y, net=net).closed


def test_inference_mode_while_watching():
    net = nn.Linear(2, 2)
    with watch(net), torch.inference_mode():
        assert not net(torch.ones(2)).requires_grad


def test_shared_modules_and_nested_watching():
    inner = nn.Linear(2, 2)
    net = nn.Sequential(inner, nn.Tanh(), inner)
    x = torch.ones(2, requires_grad=True)
    with watch(net):
        loss = net(x).sum()
    flow = mirror(loss, net=net, x=x)
    wanted = torch.autograd.grad(loss, [x, inner.weight], retain_graph=True)
    for view in (flow, flow.open("net"), flow.open()):
        assert_allclose(view.adjoints("loss")["x"], wanted[0].numpy(), rtol=1e-5)
        assert_allclose(view.adjoints("loss")["net.0.weight"], wanted[1].numpy(), rtol=1e-5)


def test_the_result_may_lie_inside_a_closed_module():
    """The loss is made by the module itself, and is its only result."""

    class WithLoss(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(2, 1)

        def forward(self, x):
            return (self.layer(x) ** 2).sum()

    net, x = WithLoss(), torch.ones(2, requires_grad=True)
    with watch(net):
        loss = net(x)
    flow = mirror(loss, net=net, x=x)
    assert flow.names[-1] == "loss" and len(flow.down["loss"]) == 3
    assert_allclose(flow.adjoints("loss")["x"], torch.autograd.grad(loss, x)[0].numpy(), rtol=1e-6)


def test_every_pair_of_names_in_a_closed_flow_has_its_total():
    """No edge of a closed flow is lost or counted twice: totals agree with those of the open flow for all its nodes."""
    net, x, _, loss = made("several")
    flow = mirror(loss, net=net, x=x)
    for view in (flow, flow.open("net")):
        whole = flow.open()
        for of in view.names:
            for wrt in view.names:
                if of != wrt and view.names.index(wrt) < view.names.index(of):
                    assert_allclose(view.total(of, wrt), whole.total(of, wrt), **close)


def frozen(shape):
    net = nn.Linear(2, 2).double()
    net.weight.requires_grad_(False)
    x = torch.ones(shape, dtype=torch.float64, requires_grad=True)
    with watch(net):
        loss = net(x).square().sum()
    return mirror(loss, net=net, x=x), torch.autograd.grad(loss, [x, net.bias], retain_graph=True)


@pytest.mark.parametrize("shape", [(2,), (3, 2)])
def test_frozen_parameters(shape):
    flow, wanted = frozen(shape)
    for view in (flow, flow.open()):
        assert_allclose(view.adjoints("loss")["x"], wanted[0].numpy(), **close)
        assert_allclose(view.adjoints("loss")["net.bias"], wanted[1].numpy(), **close)
        assert view.up["net.weight"] == []


@pytest.mark.parametrize("shape", [(2,), (3, 2)])
def test_frozen_parameters_are_written_down(shape):
    flow, _ = frozen(shape)
    for view in (flow, flow.open()):
        assert str(view) and all(map(str, view.equations.values()))


@pytest.mark.parametrize("shape", [(2,), (3, 2)])
def test_frozen_parameters_are_cut(shape):
    flow, _ = frozen(shape)
    for view in (flow, flow.open()):
        assert "net.weight" in [edge.parent for edge in view.cuts]


def test_lstm_and_weight_norm_and_frozen_copies():
    for build, shape in (
        (lambda: nn.LSTM(2, 3, batch_first=True), (1, 4, 2)),
        (lambda: nn.GRU(2, 3, num_layers=2), (4, 1, 2)),
        (lambda: nn.utils.parametrizations.weight_norm(nn.Linear(2, 3)), (4, 2)),
    ):
        net = build().double()
        x = torch.randn(shape, dtype=torch.float64, requires_grad=True)
        with watch(net):
            out = net(x)
        loss = (out[0] if isinstance(out, tuple) else out).square().sum()
        flow = mirror(loss, net=net, x=x)
        for view in (flow, flow.open("net"), flow.open()):
            agrees(view, truth(loss, net, x))


def test_a_module_after_backward():
    net, x, _, loss = made("perceptron")
    loss.backward()
    flow = mirror(loss, net=net, x=x)
    assert not any(edge.exists for edge in flow.edges if edge.child == "net")
    assert flow.notes and "was freed" in str(flow) and "was freed" in str(flow.open())


def test_a_module_is_opened_by_its_node_or_by_its_call():
    cell, state = nn.RNNCell(2, 2), torch.zeros(2, requires_grad=True)
    with watch(cell):
        h = cell(torch.ones(2), cell(torch.zeros(2), state))
    flow = mirror(h, cell=cell, state=state, h=h)
    assert flow.closed == ("cell(1)", "cell(2)") and flow.modules == {"cell(1)": "cell(1)", "h": "cell(2)"}
    assert flow.open("h").names == flow.open("cell(2)").names and flow.open("h").closed == ("cell(1)",)
    assert flow.parts["h"].outputs == ("h",)
    with pytest.raises(UnknownName, match="closed module called 'state'"):
        flow.open("state")


def test_parameters_of_one_name_are_told_apart_or_refused():
    enc, dec = nn.Linear(1, 1), nn.Linear(1, 1)
    with watch(enc, dec):
        z = dec(enc(torch.ones(1)).tanh()).sum()
    with pytest.raises(GradflowError, match="Two parameters are called weight: give modules by keyword"):
        mirror(z, enc, dec)
    flow = mirror(z, enc=enc, dec=dec)
    wanted = torch.autograd.grad(z, enc.weight)[0]
    assert_allclose(flow.total("z", "enc.weight"), wanted.numpy().reshape(1, 1), rtol=1e-6)


def test_calls_of_another_thread_close_nothing():
    """PyTorch counts the operations of every thread for itself, so their numbers say nothing about those of this one."""
    net, made = nn.Linear(1, 1), []

    def work():
        with watch(net):
            made.append(net(torch.ones(1)))

    thread = Thread(target=work)
    thread.start()
    thread.join()
    assert mirror(made[0].sum(), net=net).closed == ()
