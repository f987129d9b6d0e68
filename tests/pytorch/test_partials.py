"""The partials themselves: large ones, functions that people wrote, precisions, shapes, several results."""

import gc
import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose

torch = pytest.importorskip("torch")

from gradflow_nb.core.jacobians import Dense, Diagonal, Selection  # noqa: E402
from gradflow_nb.errors import GradflowError, NoDerivative  # noqa: E402
from gradflow_nb.torch import mirror  # noqa: E402
from gradflow_nb.torch.partials import Asked  # noqa: E402

pytestmark = [
    pytest.mark.torch,
    pytest.mark.filterwarnings("error"),
    pytest.mark.filterwarnings("ignore:`torch.jit.script`"),  # of torch.func.jvp
    pytest.mark.filterwarnings("ignore:There is a performance drop"),  # of torch.func.jacrev
]
close = {"rtol": 1e-8, "atol": 1e-10}
F = torch.nn.functional


def leaf(*shape, seed=0, dtype=torch.float64):
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).to(dtype).requires_grad_()


def only_edge(flow):
    (edge,) = flow.edges
    return edge


# Large ones -------------------------------------------------------------------------------------------------------------


class Counted(torch.autograd.Function):
    """Cumulative sums, and how often their backward function was called."""

    calls = 0

    @staticmethod
    def forward(ctx, x):
        return x.cumsum(0)

    @staticmethod
    def backward(ctx, gradient):
        Counted.calls += 1
        return gradient.flip(0).cumsum(0).flip(0)


def test_a_large_jacobian_is_left_to_pytorch_until_it_is_asked_for():
    x = leaf(101)
    Counted.calls = 0
    flow = mirror(Counted.apply(x), x=x)
    edge = only_edge(flow)
    assert isinstance(edge.map, Asked) and edge.map.shape == (101, 101)
    shown = str(flow)
    assert "101×101 Jacobian" in shown
    assert repr(edge) == "Edge(child='y', parent='x', partial=101×101 Jacobian)"
    assert Counted.calls == 2  # to see whether it is linear
    assert_allclose(flow.vjp("y", np.ones(101))["x"], np.arange(101, 0, -1), **close)
    assert Counted.calls == 3
    assert_allclose(flow.jvp("x", np.ones(101))["y"], np.arange(1, 102), **close)
    assert_allclose(flow.total("y", "x"), np.tril(np.ones((101, 101))), **close)
    assert_allclose(flow.partial("y", "x"), np.tril(np.ones((101, 101))), **close)


def test_the_border_between_small_and_large():
    for size, kind in ((100, Dense), (101, Asked)):
        x = leaf(size)
        assert type(only_edge(mirror(x.cumsum(0), x=x)).map) is kind


LARGE = {
    "cumsum": lambda x: x.cumsum(0),
    "softmax": lambda x: x.softmax(-1),
    "matrix product": lambda x: x @ x.T,
    "convolution": lambda x: F.conv2d(x[None, None], torch.ones(2, 1, 3, 3, dtype=x.dtype)),
    "layer norm": lambda x: F.layer_norm(x, x.shape[-1:]),
    "elementwise": lambda x: x.sin(),
    "broadcast": lambda x: x * x[0],
    "transposed": lambda x: x.T,
    "expanded": lambda x: x.expand(3, *x.shape),
    "sum": lambda x: x.sum(0),
    "max": lambda x: x.max(1).values,
    "sort": lambda x: x.sort(1).values,
    "inverse": torch.linalg.inv,
    "pick": lambda x: x[:, [0, 0, 3]],
    "one number": lambda x: (x * x).mean(),
    "one entry": lambda x: x[3, 4],
}


@pytest.mark.parametrize("name", LARGE)
def test_large_maps_are_applied_both_ways(name):
    do = LARGE[name]
    x = leaf(16, 16)
    with torch.no_grad():
        x += torch.eye(16, dtype=torch.float64)
    out = do(x)
    flow = mirror({"out": out}, x=x)
    plain = x.detach().clone()
    weights, direction = torch.randn(out.shape, dtype=torch.float64), torch.randn(x.shape, dtype=torch.float64)
    _, pull = torch.func.vjp(do, plain)
    found = flow.vjp("out", weights.numpy() if out.ndim else weights.item())
    assert_allclose(found["x"], pull(weights)[0].numpy(), rtol=1e-6, atol=1e-9)
    _, pushed = torch.func.jvp(do, (plain,), (direction,))
    assert_allclose(flow.jvp("x", direction.numpy())["out"], pushed.numpy(), rtol=1e-6, atol=1e-9)


def test_one_entry_of_many_is_a_selection():
    x = leaf(200, 200)
    edge = only_edge(mirror({"y": x[3]}, x=x))
    assert isinstance(edge.map, Selection) and edge.map.shape == (200, 40_000)
    edge = only_edge(mirror({"y": x.view(-1)[7]}, x=x).cut("v_1", "x"))
    assert isinstance(edge.map, Selection) and edge.map.shape == (1, 40_000)
    assert_allclose(edge.map.vjp(2.0)[[6, 7, 8]], [0, 2, 0])


def test_a_jacobian_too_large_to_write_down_says_so_and_is_applied():
    x = leaf(20_000)
    flow = mirror(x.cumsum(0), x=x)
    with pytest.raises(NoDerivative, match=r"too many to write down\. Apply it with jvp or vjp"):
        flow.partial("y", "x")
    assert_allclose(flow.vjp("y", np.ones(20_000))["x"], np.arange(20_000, 0, -1))
    assert_allclose(flow.jvp("x", np.ones(20_000))["y"], np.arange(1, 20_001))


def test_a_large_jacobian_that_was_freed_says_so_each_way():
    x = leaf(16, 16)
    out = x @ x
    flow = mirror({"out": out}, x=x)
    out.sum().backward()
    for ask in (
        lambda: flow.total("out", "x"),
        lambda: flow.partial("out", "x"),
        lambda: flow.jvp("x", np.ones((16, 16)))["out"],
        lambda: flow.vjp("out", np.ones((16, 16)))["x"],
    ):
        with pytest.raises(NoDerivative, match=r"was freed: .*mirror before backward"):
            ask()


def test_a_large_jacobian_keeps_what_it_needs():
    """The person may drop the result: the flow still has PyTorch's function."""
    x = leaf(16, 16)
    flow = mirror({"out": x @ x}, x=x)
    gc.collect()
    assert_allclose(flow.vjp("out", np.eye(16))["x"], 2 * x.detach().T.numpy(), **close)


@pytest.mark.parametrize("grad", [torch.no_grad, torch.enable_grad, torch.inference_mode])
def test_large_ones_in_every_grad_mode(grad):
    x = leaf(16, 16)
    out = x.cumsum(0)
    with grad():
        flow = mirror({"out": out}, x=x)
        assert_allclose(flow.jvp("x", np.ones((16, 16)))["out"][-1], np.full(16, 16.0))
        assert_allclose(flow.vjp("out", np.ones((16, 16)))["x"][0], np.full(16, 16.0))


# Functions that people wrote --------------------------------------------------------------------------------------------


class Mixed(torch.autograd.Function):
    """Two results of two tensors and, between them, a number."""

    @staticmethod
    def forward(ctx, x, factor, y):
        ctx.save_for_backward(x, y)
        ctx.factor = factor
        return x * y * factor, x + y

    @staticmethod
    def backward(ctx, first, second):
        x, y = ctx.saved_tensors
        return first * y * ctx.factor + second, None, first * x * ctx.factor + second


@pytest.mark.parametrize("shape", [(), (3,), (4, 5)])
def test_several_inputs_and_results_and_an_argument_that_is_no_tensor(shape):
    x, y = leaf(*shape), leaf(*shape, seed=1)
    first, second = Mixed.apply(x, 3.0, y)
    flow = mirror({"first": first, "second": second}, x=x, y=y)
    one = np.eye(x.numel())
    wanted = {("first", "x"): 3 * y, ("first", "y"): 3 * x, ("second", "x"): 0 * x + 1, ("second", "y"): 0 * x + 1}
    for (of, wrt), diagonal in wanted.items():
        found = np.reshape(flow.total(of, wrt), one.shape)
        assert_allclose(found, one * diagonal.detach().numpy().ravel(), **close)
    alone = mirror(second, x=x, y=y)
    assert_allclose(np.reshape(alone.total("second", "x"), one.shape), one)
    assert [e.parent for e in alone.edges] == ["x", "y"]


def test_an_argument_without_a_gradient_between_others():
    x, y, fixed = leaf(3), leaf(3, seed=1), torch.ones(3, dtype=torch.float64)

    class Product(torch.autograd.Function):
        @staticmethod
        def forward(ctx, a, b, c, flag):
            ctx.save_for_backward(a, b, c)
            return a * b * c

        @staticmethod
        def backward(ctx, g):
            a, b, c = ctx.saved_tensors
            return g * b * c, g * a * c, g * a * b, None

    flow = mirror({"out": Product.apply(x, fixed, y, True)}, x=x, y=y)
    assert_allclose(flow.total("out", "x"), np.diag(y.detach().numpy()), **close)
    assert_allclose(flow.total("out", "y"), np.diag(x.detach().numpy()), **close)
    assert flow.equations["out"] is not None


def test_none_for_a_gradient_is_zero():
    class First(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, y):
            return 2 * x

        @staticmethod
        def backward(ctx, g):
            return 2 * g, None

    for shape in ((), (3,)):
        x, z = leaf(*shape), leaf(*shape, seed=1)
        flow = mirror(First.apply(x, z), x=x, z=z)
        assert_allclose(np.reshape(flow.total("y", "x"), -1), 2 * np.eye(x.numel()).ravel())
        assert not np.any(flow.total("y", "z"))


def test_one_that_edits_the_cotangent_spoils_nothing():
    class Edits(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 3

        @staticmethod
        def backward(ctx, g):
            return g.mul_(3)

    for shape in ((), (1,), (4,), (20,)):
        x = leaf(*shape)
        for _ in range(2):
            assert_allclose(np.reshape(mirror(Edits.apply(x), x=x).total("y", "x"), -1), 3 * np.eye(x.numel()).ravel())
            assert_allclose(np.reshape(mirror(x.clone(), x=x).total("y", "x"), -1), np.eye(x.numel()).ravel())


@pytest.mark.parametrize("size", [3, 20, 150])
def test_once_differentiable_ones_go_both_ways(size):
    class Once(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x.exp()

        @staticmethod
        @torch.autograd.function.once_differentiable
        def backward(ctx, g):
            return g * ctx.saved_tensors[0].exp()

    x = leaf(size)
    flow = mirror(Once.apply(x), x=x)
    assert_allclose(flow.jvp("x", np.ones(size))["y"], x.detach().exp().numpy(), **close)
    assert_allclose(flow.vjp("y", np.ones(size))["x"], x.detach().exp().numpy(), **close)


def test_one_that_raises_leaves_a_mark_on_its_edge():
    class Refuses(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 3

        @staticmethod
        def backward(ctx, g):
            raise ValueError("not today")

    for shape in ((), (3,), (150,)):
        x = leaf(*shape)
        flow = mirror({"y": Refuses.apply(x) * 2}, x=x)
        with pytest.raises(NoDerivative, match="PyTorch says: not today"):
            flow.total("y", "x")
        assert np.any(flow.total("y", "v_1"))


def test_one_that_cannot_be_called_in_a_batch():
    class Branches(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 3

        @staticmethod
        def backward(ctx, g):
            return torch.from_numpy(g.numpy() * 3) if g.sum() > -1 else None

    x = leaf(30)
    assert_allclose(mirror(Branches.apply(x), x=x).total("y", "x"), 3 * np.eye(30))


def test_no_warning_about_slow_batches():
    """PyTorch warns of functions that it can call in a batch only slowly."""
    x = leaf(30)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        flow = mirror({"y": x.unfold(0, 2, 1)}, x=x)
    assert flow.total("y", "x").sum() == 58


def test_a_batch_that_gives_wrong_numbers_is_not_believed():
    """PyTorch's rule for a batch of cotangents of distances is wrong in some versions."""
    x = leaf(16, 4)
    out = torch.cdist(x, x.detach()[:4])
    weights = torch.randn(out.shape, dtype=torch.float64)
    (wanted,) = torch.autograd.grad(out, x, weights, retain_graph=True)
    flow = mirror({"out": out}, x=x)
    assert isinstance(only_edge(flow).map, Dense)
    assert_allclose(flow.vjp("out", weights.numpy())["x"], wanted.numpy(), **close)


# Precisions and kinds of tensors ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32])
def test_other_precisions(dtype):
    x = leaf(3, 4, dtype=dtype)

    def do(x):
        return ((x * x).sum(1).exp() * 0.5)[:2]

    flow = mirror({"out": do(x)}, x=x)
    wanted = torch.func.jacrev(do)(x.detach()).reshape(2, 12).double().numpy()
    assert_allclose(flow.total("out", "x"), wanted, rtol=4 * torch.finfo(dtype).eps)
    assert flow.values["x"].dtype == np.float64
    many = leaf(40, 50, dtype=dtype)
    assert_allclose(mirror({"y": many.T}, many=many).vjp("y", np.ones((50, 40)))["many"], np.ones((40, 50)))


def test_mixed_precisions():
    x, half = leaf(3), leaf(3, dtype=torch.float16)
    out = x * half.to(torch.float64) + half.float()
    flow = mirror({"out": out}, x=x, half=half)
    assert_allclose(flow.total("out", "x"), np.diag(half.detach().double().numpy()), **close)
    assert_allclose(flow.total("out", "half"), np.diag(x.detach().numpy() + 1), rtol=2e-3)


def test_sparse_gradients():
    weight, places = leaf(5, 2), torch.tensor([[1, 3], [3, 3]])
    out = F.embedding(places, weight, sparse=True)
    flow = mirror({"out": out}, weight=weight)
    wanted = torch.func.jacrev(lambda w: F.embedding(places, w))(weight.detach()).reshape(8, 10).numpy()
    assert_allclose(flow.total("out", "weight"), wanted)
    assert_allclose(flow.jvp("weight", np.ones((5, 2)))["out"], np.ones((2, 2, 2)))
    large, many = leaf(300, 2), torch.arange(0, 300, 3)
    flow = mirror({"out": F.embedding(many, large, sparse=True)}, large=large)
    assert flow.vjp("out", np.ones((100, 2)))["large"].sum() == 200
    assert_allclose(flow.jvp("large", large.detach().numpy())["out"], large.detach()[many].numpy())


def test_a_gradient_that_is_sparse_is_seen_as_dense():
    weight = leaf(5, 2)
    F.embedding(torch.tensor([1, 1]), weight, sparse=True).sum().backward()
    assert weight.grad.is_sparse
    flow = mirror((weight * 2).sum(), weight=weight)
    assert_allclose(flow.grads["weight"], [[0, 0], [2, 2], [0, 0], [0, 0], [0, 0]])
    assert weight.grad.is_sparse


@pytest.mark.parametrize("do", [lambda x: x * 2, lambda x: x.T, lambda x: x.cumsum(1), lambda x: x.softmax(-1), lambda x: x.sum(0)])
def test_tensors_without_entries(do):
    x = torch.zeros(3, 0, dtype=torch.float64, requires_grad=True)
    out = do(x)
    flow = mirror({"out": out}, x=x)
    assert flow.total("out", "x").shape == (0, 0)
    assert "x" in str(flow)


def test_a_sum_of_nothing():
    x = torch.zeros(0, dtype=torch.float64, requires_grad=True)
    flow = mirror({"out": x.sum() + 1}, x=x)
    assert flow.total("out", "x").shape == (1, 0)


def test_values_that_are_not_finite():
    x = torch.tensor([0.0, 1.0], requires_grad=True)
    flow = mirror({"root": x.sqrt(), "big": x[0].log()}, x=x)
    assert flow.values["root"][0] == 0 and flow.values["big"] == -np.inf
    for of in ("root", "big"):
        with pytest.raises(NoDerivative, match="too large"):
            flow.total(of, "x")
    assert "x" in str(flow)


# Several results --------------------------------------------------------------------------------------------------------

MANY = {
    "unbind": lambda x: x.unbind(1),
    "split": lambda x: x.split(2),
    "chunk": lambda x: x.chunk(3, 1),
    "max": lambda x: x.max(1).values,
    "min": lambda x: (x.min(0).values, x.max()),
    "sort": lambda x: x.sort(1).values,
    "topk": lambda x: x.topk(2).values,
    "median": lambda x: x.median(1).values,
    "svd": lambda x: (torch.linalg.svdvals(x),),
    "full svd": lambda x: (lambda u, s, v: (u.abs(), s, v.abs()))(*torch.linalg.svd(x)),
    "eigh": lambda x: (lambda e, v: (e, v.abs()))(*torch.linalg.eigh(x + x.T)),
    "qr": lambda x: torch.linalg.qr(x),
    "slogdet": lambda x: torch.linalg.slogdet(x @ x.T).logabsdet,
    "var and mean": lambda x: torch.var_mean(x, 1),
    "aminmax": lambda x: torch.aminmax(x, dim=1),
    "cummax": lambda x: x.cummax(0).values,
    "lu": lambda x: torch.linalg.lu(x)[1:],
    "where": lambda x: torch.where(x > 0.5, x * 2, x / 2),
    "meshgrid": lambda x: torch.meshgrid(x[0], x[1], indexing="ij"),
    "einsum": lambda x: torch.einsum("ij,kj->ik", x, x * 2),
    "attention": lambda x: F.scaled_dot_product_attention(x[None], x[None] * 2, x[None].sin()),
    "batch norm": lambda x: F.batch_norm(x, None, None, training=True),
    "cross entropy": lambda x: F.cross_entropy(x, torch.tensor([0, 2, 1])),
    "binary": lambda x: F.binary_cross_entropy_with_logits(x, x.detach().round()),
    "padded": lambda x: F.pad(x[None], (1, 1), mode="reflect"),
    "interpolated": lambda x: F.interpolate(x[None, None], scale_factor=2, mode="bilinear"),
    "norm": lambda x: (x.norm(dim=1), torch.linalg.norm(x), x.abs().pow(3).sum()),
    "prod": lambda x: (x.prod(1), x.cumprod(0), x.logcumsumexp(1)),
    "scatter": lambda x: x.scatter(1, torch.tensor([[0], [1], [2]]), x[:, :1] * 2),
    "index add": lambda x: x.index_add(0, torch.tensor([0, 0]), x[:2] * 3),
    "masked": lambda x: (x[x > 0.5], x.masked_select(x > 0.5)),
    "kron": lambda x: torch.kron(x[:2, :2], x[1:, 1:]),
}


@pytest.mark.parametrize("name", MANY)
def test_operations_with_several_results_and_unknown_ones(name):
    do = MANY[name]
    x = leaf(3, 3, seed=5)
    several = do(x)
    several = [several] if isinstance(several, torch.Tensor) else list(several)
    named = {f"out{i}": out for i, out in enumerate(several)}
    flow = mirror(named, x=x)
    jacobians = None if name == "masked" else torch.func.jacrev(do)(x.detach())
    jacobians = [jacobians] if isinstance(jacobians, torch.Tensor) else jacobians
    for i, (of, out) in enumerate(named.items()):
        if jacobians is not None:
            wanted = jacobians[i].reshape(out.numel(), 9).numpy()
        else:
            wanted = torch.stack([torch.autograd.grad(e, x, retain_graph=True)[0].ravel() for e in out]).numpy()
        assert_allclose(np.reshape(flow.total(of, "x"), wanted.shape), wanted, rtol=1e-7, atol=1e-9)


def test_complex_numbers_on_the_way_are_refused():
    x = leaf(3, 3)
    with pytest.raises(GradflowError, match="on the way is complex"):
        mirror(torch.fft.fft(x).abs(), x=x)


def test_parallel_edges_are_two_edges():
    x = torch.tensor(3.0, requires_grad=True)
    flow = mirror(x * x, x=x)
    assert [(e.child, e.parent, e.partial) for e in flow.edges] == [("y", "x", 3), ("y", "x", 3)]
    assert flow.total("y", "x") == 6 and flow.paths("y", "x").count == 2
    v = leaf(3)
    flow = mirror(v * v, v=v)
    assert len(flow.edges) == 2 and all(isinstance(e.map, Diagonal) for e in flow.edges)
