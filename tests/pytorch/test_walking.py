"""Graphs of every form: deep, wide, shared; and the order of their nodes."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from gradflow_nb.torch import mirror  # noqa: E402
from gradflow_nb.torch.walking import key_of, numbers, saved, walk  # noqa: E402

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("error")]


def number(value):
    return torch.tensor(value, dtype=torch.float64, requires_grad=True)


def test_a_deep_chain():
    """20,000 operations: nothing here goes by recursion."""
    x = number(0.5)
    y = x
    for _ in range(10_000):
        y = (y * 0.9999).sin()
    flow = mirror({"out": y}, x=x)
    assert len(flow.names) == 20_001 and len(flow.edges) == 20_000
    assert flow.total("out", "x") == pytest.approx(torch.autograd.grad(y, x)[0].item())
    assert flow.paths("out", "x").count == 1
    assert len(flow.graph.names) == 20_001


def test_many_paths():
    """2^200 paths: they are counted, and never listed."""
    x = number(1.0)
    y = x
    for _ in range(200):
        y = y + y
    flow = mirror({"out": y}, x=x)
    assert flow.paths("out", "x").count == 2**200 and flow.total("out", "x") == pytest.approx(2.0**200)


def test_a_wide_sum():
    leaves = [number(float(i)) for i in range(300)]
    flow = mirror({"out": torch.stack(leaves).sum()}, **{f"x{i}": leaf for i, leaf in enumerate(leaves)})
    assert len(flow.edges) == 301 and flow.total("out", "x17") == 1


def test_every_node_stands_after_those_that_it_uses():
    x, w = number([1.0, 2.0]), number([[1.0, 2.0], [3.0, 4.0]])
    late = x * 2
    early = w @ x
    out = (early.sin() * late).sum() + early.sum()
    flow = mirror(out, x=x, w=w)
    place = {name: i for i, name in enumerate(flow.names)}
    assert all(place[edge.parent] < place[edge.child] for edge in flow.edges)
    assert [name for name in flow.names if name in ("late", "early", "out")] == ["late", "early", "out"]


def test_functions_stand_in_the_order_in_which_they_ran():
    x = number(2.0)
    a = x.sin()
    b = x.cos()
    c = b * a
    found = list(walk([key_of(c)]))
    assert [type(f).__name__ for f in found] == ["AccumulateGrad", "SinBackward0", "CosBackward0", "MulBackward0"]


def test_keys():
    x = number([3.0, 1.0])
    first, second = x.max(0)
    assert key_of(torch.ones(2)) is None and key_of(second) is None
    assert key_of(first) == (first.grad_fn, 0) and key_of(x.unbind()[1])[1] == 1
    assert key_of(x) == key_of(x) and key_of(x)[0].variable is x
    with torch.inference_mode():
        assert key_of(x)[0].variable is x
    with torch.no_grad():
        assert key_of(x)[0].variable is x


def test_what_was_saved_and_what_cannot_be_read():
    x = number([1.0, 2.0])
    y = x * x
    found, refused = saved(y.grad_fn)
    assert found["self"] is x and refused is None
    y.sum().backward()
    found, refused = saved(y.grad_fn)
    assert "self" not in found and "been freed" in str(refused)


def test_numbers():
    assert numbers(torch.tensor(2)) == 2.0 and type(numbers(torch.tensor(2))) is float
    x = torch.ones(2, 3)
    found = numbers(x)
    x += 1
    assert found.dtype == np.float64 and found.sum() == 6
    assert numbers(torch.eye(2).to_sparse()).tolist() == [[1, 0], [0, 1]]
    assert numbers(torch.tensor([True, False])).tolist() == [1, 0]
    assert numbers(torch.ones(3, dtype=torch.bfloat16)).tolist() == [1, 1, 1]
    assert numbers(torch.ones(2).expand(3, 2)).shape == (3, 2)
    assert numbers(torch._neg_view(torch.ones(2, dtype=torch.float64))).tolist() == [-1, -1]
    assert numbers(torch._efficientzerotensor([2], dtype=torch.float64)).tolist() == [0, 0]
