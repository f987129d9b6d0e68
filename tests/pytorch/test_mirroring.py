"""`mirror`: names, what it takes and refuses; and that the person's tensors, graph and modes are as they were."""

import gc
import os
import subprocess
import sys
import warnings
import weakref

import numpy as np
import pytest
from numpy.testing import assert_allclose

torch = pytest.importorskip("torch")

from torch.utils.checkpoint import checkpoint  # noqa: E402

import gradflow_nb as gf  # noqa: E402
from gradflow_nb.errors import GradflowError, NoDerivative  # noqa: E402
from gradflow_nb.torch import mirror, watch  # noqa: E402

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("error")]


def number(value, **how):
    return torch.tensor(value, dtype=torch.float64, requires_grad=True, **how)


# The source's three examples --------------------------------------------------------------------------------------------


def test_a_scalar_function():
    x, y = number(2.0), number(3.0)
    z = x**2 + y**3
    flow = mirror(z, x=x, y=y)
    assert flow.total("z", "x") == 4 and flow.total("z", "y") == 27
    assert [str(flow.equations[name]) for name in ("v_1", "v_2", "z")] == ["x^2", "y^3", "v_1 + v_2"]
    assert flow.values["z"] == 31 and flow.gradient("z") == {"x": 4, "y": 27}


def test_a_function_of_vectors():
    x, y = number([2.0, 3.0]), number([1.0, 4.0])
    z = torch.sum(x * y)
    flow = mirror(z, x=x, y=y)
    assert flow.gradient("z")["x"].tolist() == [1, 4] and flow.gradient("z")["y"].tolist() == [2, 3]


def test_several_outputs():
    x, y = number([2.0, 3.0]), number([1.0, 4.0])
    z1, z2 = x * y, x + y
    flow = mirror([z1, z2], x=x, y=y)
    assert flow.outputs == ("z1", "z2")
    assert flow.total("z1", "x").tolist() == [[1, 0], [0, 4]] and flow.total("z1", "y").tolist() == [[2, 0], [0, 3]]
    assert flow.total("z2", "x").tolist() == flow.total("z2", "y").tolist() == [[1, 0], [0, 1]]
    # What `torch.autograd.grad([z1, z2], [x, y], grad_outputs=...)` gives is the sum over both of cotangent times Jacobian.
    ones = torch.ones(2, dtype=torch.float64)
    for name, summed in zip("xy", torch.autograd.grad([z1, z2], [x, y], [ones, ones])):
        assert_allclose(flow.vjp("z1", [1, 1])[name] + flow.vjp("z2", [1, 1])[name], summed.numpy())


# Names ------------------------------------------------------------------------------------------------------------------


def test_names_come_from_keywords_then_from_variables_then_are_counted():
    a, b = number(2.0), number(3.0)
    c = a * b
    flow = mirror(c.sin() + 1, first=a)
    assert flow.names == ("first", "b", "c", "v_1", "y")


def test_what_begins_with_a_low_line_gives_no_name():
    _hidden = number(2.0)
    flow = mirror(_hidden * 2)
    assert flow.names == ("leaf_1", "y")


def test_what_is_no_name_gives_no_name():
    x = number(2.0)
    assert mirror(x * 2).names == ("x", "y")


def test_numbers_go_round_what_is_taken():
    v_1, y = number(2.0), number(3.0)
    leaf_1 = (v_1 * y).sin()
    flow = mirror(leaf_1 * 2 + number(1.0))
    assert flow.names[:2] == ("v_1", "y")
    assert len(set(flow.names)) == len(flow.names) == 7
    assert "leaf_1" in flow.names and flow.equations["leaf_1"] is not None
    assert flow.outputs[0] not in ("y", "v_1", "leaf_1")
    assert_allclose(flow.total(flow.outputs[0], "v_1"), 2 * 3 * np.cos(6.0))


def test_a_keyword_takes_a_name_from_a_variable():
    """What the person writes goes before what the frame says, also where both want one name."""
    a, b = number(2.0), number(3.0)
    out = a * b
    flow = mirror(out, a=b, b=a)
    assert flow.values["a"] == 3 and flow.values["b"] == 2
    flow = mirror(out, a=b)
    assert flow.values["a"] == 3 and len(flow.names) == 3


def test_results_in_a_list_a_tuple_and_a_mapping():
    x = number(2.0)
    assert mirror([x * 2, x * 3], x=x).outputs == ("y_1", "y_2")
    assert mirror((x * 2, x * 3), x=x).outputs == ("y_1", "y_2")
    assert mirror({"double": x * 2, "triple": x * 3}, x=x).outputs == ("double", "triple")
    twice, thrice = x * 2, x * 3
    assert mirror([twice, thrice]).outputs == ("twice", "thrice")


def test_the_same_tensor_twice():
    x = number(2.0)
    out = x * 2
    flow = mirror([out, out], x=x)
    assert flow.names == ("x", "out") and flow.total("out", "x") == 2
    flow = mirror({"one": out, "two": out}, x=x)
    assert flow.names == ("x", "one")
    flow = mirror(out, x=x, same=x)
    assert flow.names == ("x", "out")


def test_a_result_of_another_result():
    x = number(2.0)
    a = x * 2
    b = a.exp()
    flow = mirror([a, b], x=x)
    assert flow.names == ("x", "a", "b") and flow.total("b", "a") == pytest.approx(np.exp(4))


def test_a_result_that_is_a_leaf():
    x = number(2.0)
    flow = mirror(x)
    assert flow.names == ("x",) and flow.edges == () and flow.total("x", "x") == 1
    assert "x" in gf.draw(flow).text
    v = number([1.0, 2.0])
    assert mirror(v, v=v).total("v", "v").tolist() == [[1, 0], [0, 1]]


def test_names_that_are_no_words():
    x = number(2.0)
    flow = mirror({"a b": x * 2, "": x * 3}, **{"x-1": x})
    assert set(flow.names) == {"x-1", "a b", ""} and flow.total("a b", "x-1") == 2


def test_a_tensor_that_the_result_does_not_depend_on():
    x, other = number(2.0), number([1.0, 2.0])
    flow = mirror(x * 2, x=x, other=other)
    assert flow.total("y", "other").tolist() == [[0, 0]] and flow.gradient("y")["other"].tolist() == [0, 0]


# What is refused --------------------------------------------------------------------------------------------------------


def test_what_is_refused_and_why():
    x = number(2.0)
    plain = torch.tensor(2.0)
    whole = torch.tensor([1, 2])
    for given, says in [
        (lambda: mirror(3.0), "takes a tensor, or several in a list, and this is a float"),
        (lambda: mirror([x * 2, 3.0]), "this is a float"),
        (lambda: mirror(None), "this is a NoneType"),
        (lambda: mirror(np.ones(3)), "this is a ndarray"),
        (lambda: mirror(plain), "plain has no graph behind it: nothing that it was made from requires a gradient"),
        (lambda: mirror(plain * 2), "requires a gradient.*requires_grad=True"),
        (lambda: mirror((x * 2).detach()), "or detached"),
        (lambda: mirror([x * 2, plain]), "plain has no graph"),
        (lambda: mirror(whole), "it is of int64, and only floating-point numbers have gradients"),
        (lambda: mirror(x > 1), "it is of bool"),
        (lambda: mirror((x * 1j).exp()), "is complex, and partials here are of real numbers"),
        (lambda: mirror(x * 2, x=3.0), "x is a float: only tensors and modules"),
        (lambda: mirror(x * 2, x), "After the result come modules, and this is a Tensor: give tensors by name"),
        (lambda: mirror(x * 2, [torch.nn.Linear(1, 1)]), "After the result come modules, and this is a list"),
    ]:
        with pytest.raises(GradflowError, match=says):
            given()
    with torch.no_grad():
        made = x * 2
    with pytest.raises(GradflowError, match=r"made has no graph behind it: .*made under no_grad"):
        mirror(made)


def test_nothing_at_all():
    """No result, or an empty one: an error of our own, or an empty flow, and nothing else."""
    for empty in ([], (), {}):
        try:
            flow = mirror(empty)
        except GradflowError:
            continue
        assert flow.names == () and str(flow)


def test_a_complex_tensor_by_name_is_refused():
    x, turned = number(2.0), torch.tensor(1j)
    with pytest.raises(GradflowError, match="complex"):
        mirror(x * 2, turned=turned)


def test_a_tensor_without_data_is_refused():
    x = torch.empty(3, device="meta", requires_grad=True)
    with pytest.raises(GradflowError):
        mirror(x * 2)


def test_keys_of_a_mapping_become_names():
    x = number(2.0)
    flow = mirror({0: x * 2}, x=x)
    assert gf.draw(flow).svg and flow.names == ("x", "0")


@pytest.mark.parametrize("reentrant", [True, False])
def test_checkpoints(reentrant):
    """PyTorch would compute anew what it has not kept, and fill `.grad` with it: no part of it is run."""
    x, w, runs = number([1.0, 2.0]), number(3.0), []
    loss = checkpoint(lambda x: (runs.append(1), (w * x).sin().exp())[1], x, use_reentrant=reentrant).sum()
    flow = mirror(loss, x=x, w=w)
    assert (len(runs), x.grad, w.grad) == (1, None, None)
    with pytest.raises(NoDerivative, match="was not asked for: a checkpoint would run a part of the program again"):
        flow.total("loss", "x")
    loss.backward()
    assert x.grad is not None


# Nothing is changed -----------------------------------------------------------------------------------------------------


def everything(loss, **named):
    """All that a person may do with a mirror."""
    flow = mirror(loss, **named)
    str(flow)
    repr(flow.edges)
    for name in flow.inputs:
        flow.total(flow.outputs[0], name)
        flow.jvp(name, np.ones(np.shape(flow.known[name])) if np.ndim(flow.known[name]) else 1.0)
    flow.adjoints(flow.outputs[0])
    list(flow.backward(flow.outputs[0]))
    figure = gf.draw(flow)
    assert figure.svg and figure.text
    if hasattr(flow, "in_symbols"):
        flow.in_symbols()
    return flow


def a_model(size=60):
    torch.manual_seed(3)
    x, w = torch.randn(4, 3, requires_grad=True), torch.randn(3, size, requires_grad=True)
    fixed = torch.randn(size)
    h = torch.tanh(x @ w) * fixed
    h.mul_(2)
    return x, w, fixed, h, (h.cumsum(1) ** 2).mean()


def state(tensors):
    return [
        (t.detach().clone(), t.requires_grad, t._version, t.is_leaf, id(t.grad_fn), t.data_ptr(), t.retains_grad, t.stride())
        for t in tensors
    ]


def test_tensors_are_as_they_were():
    x, w, fixed, h, loss = a_model()
    tensors = [x, w, fixed, h, loss]
    functions = [t.grad_fn for t in tensors]
    x.grad = torch.full_like(x, 7.0)
    kept = x.grad
    before = state(tensors)
    everything(loss, x=x, w=w, fixed=fixed, h=h)
    for now, then in zip(state(tensors), before):
        assert torch.equal(now[0], then[0]) and now[1:] == then[1:]
    assert all(t.grad_fn is function for t, function in zip(tensors, functions))
    assert x.grad is kept and torch.equal(kept, torch.full_like(x, 7.0)) and w.grad is None and fixed.grad is None


def test_hooks_are_not_called():
    called = []
    x, w, _, h, loss = a_model()
    for tensor in (x, w, h, loss):
        tensor.register_hook(lambda g: called.append("tensor"))
    x.register_post_accumulate_grad_hook(lambda t: called.append("accumulated"))
    loss.grad_fn.register_hook(lambda *_: called.append("node"))
    loss.grad_fn.register_prehook(lambda *_: called.append("before a node"))
    everything(loss, x=x, w=w)
    assert called == []
    loss.backward()
    assert len(called) >= 7


def test_backward_works_afterwards_and_gives_the_same():
    x, w, *_, loss = a_model()
    loss.backward()
    wanted = [x.grad.clone(), w.grad.clone()]
    x, w, *_, loss = a_model()
    found = everything(loss, x=x, w=w).adjoints("loss")
    everything(loss, x=x, w=w)
    loss.backward(retain_graph=True)
    assert all(map(torch.equal, (x.grad, w.grad), wanted))
    loss.backward()
    assert torch.equal(x.grad, 2 * wanted[0])
    assert_allclose(found["w"], wanted[1].numpy(), rtol=1e-4, atol=1e-6)


def test_large_jacobians_do_not_free_the_graph():
    x = torch.randn(20, 20, requires_grad=True)
    y = (x @ x).cumsum(0)
    flow = mirror(y, x=x)
    for _ in range(2):
        flow.vjp("y", np.ones((20, 20)))
        flow.jvp("x", np.ones((20, 20)))
    flow.partial("y", flow.names[-2])
    y.sum().backward()
    assert x.grad is not None


def test_no_warnings_and_no_noise(capfd):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        x, w, fixed, _, loss = a_model()
        everything(loss, x=x, w=w, fixed=fixed)
        everything(torch.nn.functional.conv2d(x[None, None], torch.ones(1, 1, 2, 2)).sum(), x=x)
    found = capfd.readouterr()
    assert found.out == found.err == ""


@pytest.mark.parametrize("mode", [torch.enable_grad, torch.no_grad, torch.inference_mode])
def test_grad_modes_are_as_they_were_and_do_not_matter(mode):
    x, w, fixed, _, loss = a_model()
    wanted = everything(loss, x=x, w=w).adjoints("loss")
    with mode():
        before = torch.is_grad_enabled(), torch.is_inference_mode_enabled()
        flow = everything(loss, x=x, w=w, fixed=fixed)
        assert (torch.is_grad_enabled(), torch.is_inference_mode_enabled()) == before
        assert_allclose(flow.adjoints("loss")["w"], wanted["w"])
        with pytest.raises(GradflowError):
            mirror(fixed)
        assert (torch.is_grad_enabled(), torch.is_inference_mode_enabled()) == before
    assert torch.is_grad_enabled() and not torch.is_inference_mode_enabled()


def test_other_settings_of_pytorch_are_as_they_were():
    """Anomaly mode, the default precision, and saved-tensor hooks of the person's own."""
    x = number([1.0, 2.0, 3.0])
    with torch.autograd.set_detect_anomaly(True, check_nan=False), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        y = (x.sin() * x).sum()
        assert_allclose(everything(y, x=x).adjoints("loss")["x"], torch.autograd.grad(y, x, retain_graph=True)[0].numpy())
        assert torch.is_anomaly_enabled()
    packed = []
    with torch.autograd.graph.saved_tensors_hooks(lambda t: packed.append(t) or len(packed) - 1, lambda i: packed[i]):
        z = (x.sin() * x).sum()
    assert_allclose(mirror(z, x=x).adjoints("z")["x"], torch.autograd.grad(z, x)[0].numpy())
    torch.set_default_dtype(torch.float64)
    try:
        assert mirror({"twice": x * 2}, x=x).total("twice", "x").tolist() == [[2, 0, 0], [0, 2, 0], [0, 0, 2]]
    finally:
        torch.set_default_dtype(torch.float32)


def test_random_numbers_are_as_they_were():
    x = number([1.0, 2.0])
    y = torch.nn.functional.dropout(x, 0.5)
    torch.manual_seed(5)
    wanted = torch.rand(3)
    torch.manual_seed(5)
    everything(y.sum(), x=x)
    assert torch.equal(torch.rand(3), wanted)


def test_the_collector_is_as_it_was():
    before = gc.get_threshold(), gc.isenabled()
    x = number(2.0)
    mirror(x * 2)
    with pytest.raises(GradflowError):
        mirror(torch.tensor(1.0))
    assert (gc.get_threshold(), gc.isenabled()) == before


def test_a_flow_keeps_no_tensors_alive():
    """Small graphs are copied: the person's big buffers may go."""

    def made():
        x = number([1.0, 2.0])
        y = x.exp()
        return mirror({"out": y.sum()}, x=x), weakref.ref(y), weakref.ref(x)

    flow, *gone = made()
    gc.collect()
    assert [each() for each in gone] == [None, None] and flow.total("out", "x").shape == (1, 2)


# A snapshot -------------------------------------------------------------------------------------------------------------


def is_known(value):
    return isinstance(value, (int, float, np.ndarray))


def test_it_is_a_snapshot():
    x, w, fixed, h, loss = a_model(size=5)
    flow = mirror(loss, x=x, w=w, fixed=fixed, h=h)
    other = mirror(loss, x=x, w=w, fixed=fixed, h=h)
    wanted, values = other.adjoints("loss"), {name: np.copy(value) for name, value in other.values.items() if is_known(value)}
    loss.backward()
    with torch.no_grad():
        for tensor in (x, w, fixed, h):
            tensor.fill_(100.0)
    x.grad = None
    found = flow.adjoints("loss")
    for name in ("x", "w", "h"):
        assert_allclose(found[name], wanted[name])
    assert {"x", "w", "fixed", "h", "loss"} <= set(values)
    for name, value in values.items():
        assert_allclose(flow.values[name], value)
    assert flow.grads == {"x": None, "w": None, "fixed": None}


def test_diagonals_that_nobody_has_looked_at_are_a_snapshot_too():
    x, y = number([1.0, 2.0]), number([3.0, 4.0])
    out = torch.exp(x) * y
    flow = mirror(out, x=x, y=y)
    with torch.no_grad():
        for tensor in (x, y, out):
            tensor.fill_(100.0)
    assert_allclose(flow.total("out", "x"), np.diag(np.exp([1, 2]) * [3, 4]))
    assert_allclose(flow.values["x"], [1, 2])
    assert_allclose(flow.values["y"], [3, 4])


# Without PyTorch --------------------------------------------------------------------------------------------------------

WITHOUT = """
import sys
sys.modules["torch"] = None
import gradflow_nb as gf
from gradflow_nb.errors import NotInstalled
for module in ("gradflow_nb.torch", "gradflow_nb.torch.mirroring"):
    try:
        __import__(module)
    except NotInstalled as error:
        assert isinstance(error, ImportError) and "pip install" in str(error) and "PyTorch" in str(error)
    else:
        raise AssertionError(module)
flow = gf.graph("c = a + b; d = b + 1; e = c d").at(a=2, b=1)
assert flow.total("e", "b") == 5 and gf.draw(flow).svg and gf.explore(flow) is not None
for name in gf.__all__:
    getattr(gf, name)
print("fine")
"""


def test_without_pytorch():
    found = subprocess.run([sys.executable, "-W", "error", "-c", WITHOUT], capture_output=True, text=True, check=False)
    assert found.stdout.strip() == "fine", found.stderr


def test_the_package_does_not_import_pytorch():
    code = "import sys, gradflow_nb as gf; gf.draw(gf.graph('y = x^2').at(x=2)).svg; print('torch' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"


DETERMINISTIC = """
import torch, gradflow_nb as gf
from gradflow_nb.torch import mirror, watch
torch.manual_seed(0)
net = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Tanh(), torch.nn.Linear(3, 1))
x = torch.tensor([1.0, 2.0], requires_grad=True)
with watch(net):
    loss = (net(x) - torch.tensor([0.5])).square().sum()
for flow in (mirror(loss, net=net, x=x), mirror(loss, net=net, x=x).open()):
    print(flow, gf.draw(flow).svg, gf.draw(flow).text)
"""


def test_two_processes_say_the_same():
    said = [
        subprocess.run(
            [sys.executable, "-c", DETERMINISTIC], capture_output=True, text=True, check=True, env={**os.environ, "PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("1", "2")
    ]
    assert said[0] == said[1] and "<svg" in said[0]


def test_watching_changes_no_numbers():
    net = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Dropout(0.5))
    x = torch.ones(2)
    torch.manual_seed(0)
    wanted = net(x)
    torch.manual_seed(0)
    with watch(net):
        assert torch.equal(net(x), wanted)
