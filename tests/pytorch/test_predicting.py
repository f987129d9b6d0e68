"""`predict` against what PyTorch does: every sentence that it says comes true, and saying it changes nothing."""

import warnings

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from gradflow_nb.errors import GradflowError  # noqa: E402
from gradflow_nb.torch import predict, traps  # noqa: E402

pytestmark = pytest.mark.torch


def leaf(value):
    return torch.tensor(value, requires_grad=True)


def test_the_grads_that_a_pass_will_leave():
    x, y, unused = leaf(2.0), leaf([1.0, 3.0]), leaf(1.0)
    p = x * y
    z = (p * p.detach()).sum()
    told = predict(z, x=x, y=y, p=p, unused=unused)
    assert x.grad is None and y.grad is None and told.error is None
    assert told.grads["p"] is None and "p is no leaf" in told.why["p"]
    assert told.grads["unused"] is None and told.why["unused"] == "no path leads from z to unused"
    assert told.grads["x"] == 20 and told.grads["y"].tolist() == [4, 12]
    assert "x.grad = 20   dz/dx" in str(told)
    assert told.check() and x.grad == 20


def test_what_is_there_already_is_added_to():
    x = leaf([1.0, 2.0])
    z = (x**2).sum()
    z.backward(retain_graph=True)
    told = predict(z, x=x)
    assert told.grads["x"].tolist() == [4, 8] and "added to the [2, 4] from before" in told.why["x"]
    assert told.check()


def test_a_tensor_that_retains_its_grad():
    x = leaf(3.0)
    p = x * x
    p.retain_grad()
    z = 5 * p
    told = predict(z, x=x, p=p)
    assert told.grads["p"] == 5 and told.check() and p.grad == 5


def test_of_a_single_entry_that_has_axes():
    x = leaf([[2.0]])
    assert predict(x * x, x=x).check() and x.grad.tolist() == [[4]]


def test_modules_give_names():
    net = torch.nn.Linear(2, 1)
    told = predict(net(torch.ones(3, 2)).sum(), net=net)
    assert set(told.grads) == {"net.weight", "net.bias"} and told.check()
    assert predict(net(torch.ones(3, 2)).sum(), net).grads.keys() == {"weight", "bias"}


def vector():
    x = leaf([1.0, 2.0])
    return x * x, {"x": x}


def freed():
    x = leaf(2.0)
    z = x * x
    z.backward()
    return z, {"x": x}


def edited():
    x = leaf(2.0)
    p = x + 1
    z = p * p
    p += 1
    return z, {"x": x}


def integers():
    x = torch.tensor(2)
    return x * x, {"x": x}


def detached():
    x = leaf(2.0)
    return (x * x).detach(), {"x": x}


def without_grad():
    x = leaf(2.0)
    with torch.no_grad():
        return x * x, {"x": x}


@pytest.mark.parametrize(
    "make, why",
    [
        (vector, "has 2 entries"),
        (freed, "a backward pass has freed"),
        (edited, "was changed in place"),
        (integers, "made of integers"),
        (detached, "requires no gradient"),
        (without_grad, "requires no gradient"),
    ],
)
def test_errors_are_foretold(make, why):
    result, named = make()
    before = {name: None if t.grad is None else t.grad.clone() for name, t in named.items()}
    told = predict(result, **named)
    assert told.error == "RuntimeError" and why in told.why[""] and told.remedy
    assert all(t.grad is None if before[n] is None else t.grad == before[n] for n, t in named.items())
    assert told.message in str(told) and told.check()


@pytest.mark.parametrize("operation", ["x + p", "x - p", "x * p", "x / p", "p * 2", "torch.exp(p)", "torch.relu(p)", "p.sum()", "p ** 2"])
def test_an_edit_harms_only_what_was_saved(operation):
    x = leaf([1.0, 2.0])
    p = x * 1.5
    z = eval(operation, {"x": x, "p": p, "torch": torch}).sum()
    p.add_(1)
    assert predict(z, x=x).check()


def test_a_freed_sum_is_no_obstacle():
    x = leaf(2.0)
    z = x + x
    z.backward()
    told = predict(z, x=x)
    assert told.grads["x"] == 4 and told.check()


def test_it_speaks_of_the_callers_variables_without_names():
    x = leaf(2.0)
    z = x**3
    assert set(predict(z).grads) == {"x"}
    assert "give names" in str(predict(leaf(1.0) * 2))


def test_one_result_at_a_time():
    x = leaf(2.0)
    with pytest.raises(GradflowError, match="one tensor"):
        predict([x * 2, x * 3], x=x)


def test_a_check_that_fails_says_so():
    x = leaf(2.0)
    z = x * x
    told = predict(z, x=x)
    z.backward()
    assert not told.check()  # it was true when it was said


def test_hooks_decide_and_are_not_run():
    x, y = leaf(2.0), leaf(3.0)
    x.register_hook(lambda g: g * 10)
    with pytest.raises(GradflowError, match="Hooks decide what comes at x"):
        predict(x * 3, x=x)
    y.register_post_accumulate_grad_hook(lambda t: setattr(t, "grad", None))
    with pytest.raises(GradflowError, match="Hooks decide what comes at y"):
        predict(y * 2, y=y)
    net = torch.nn.Linear(1, 1)
    net.register_full_backward_hook(lambda module, given, got: tuple(g if g is None else 2 * g for g in given))
    inputs = leaf([1.0])
    with pytest.raises(GradflowError, match="Hooks decide"):
        predict(net(inputs).sum(), inputs=inputs)


def test_what_is_not_finite_is_foretold():
    x = leaf(0.0)
    told = predict(torch.where(x > 0, torch.sqrt(x), torch.zeros(())), x=x)
    assert "x.grad = inf or nan" in str(told) and told.check()
    y = leaf([100.0, 200.0])
    assert predict((torch.exp(y) / torch.exp(y).sum()).sum(), y=y).check()


class Keeps(torch.autograd.Function):
    """Saves what it does not need, and gives no gradient to its second argument."""

    @staticmethod
    def forward(ctx, a, b):
        ctx.save_for_backward(a)
        return a + b

    @staticmethod
    def backward(ctx, g):
        return g, None


def test_of_functions_that_somebody_wrote():
    x, y = leaf(1.0), leaf(2.0)
    told = predict(Keeps.apply(x, y), x=x, y=y)
    assert told.grads == {"x": 1, "y": None} and told.check()
    p = x * 1
    z = Keeps.apply(p, y)
    p.add_(1)  # it was saved, and is never read
    assert predict(z, x=x).check()


def test_the_first_refusal_on_the_way_back_is_named():
    x = leaf(2.0)
    p = torch.exp(x)
    (p * 2).backward()  # frees exp
    q = p + 1
    z = q * q
    q.add_(1)
    told = predict(z, x=x)
    assert "modified by an inplace operation" in told.message and told.check()


def test_random_programs():
    rng = np.random.default_rng(0)
    for _ in range(60):
        names = {f"x{i}": leaf(rng.normal(size=3).tolist()) for i in range(3)}
        values = list(names.values())
        for _ in range(int(rng.integers(2, 9))):
            a, b = (values[i] for i in rng.integers(0, len(values), 2))
            made = [a * b, a + b, torch.sin(a), a.detach() * b, a * 2][rng.integers(5)]
            values.append(made)
        z = values[-1].sum()
        if z.requires_grad and rng.random() < 0.4:
            z.backward(retain_graph=bool(rng.integers(2)))
        inner = {f"v{i}": v for i, v in enumerate(values[3:]) if v.requires_grad}
        assert predict(z, **names, **inner).check()


def test_every_trap_comes_true():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(traps()) == 7 and all(trap.check() for trap in traps())
