"""`to_torch`: every row, random graphs and their gradients against PyTorch's own autograd, names, errors, and the text."""

import importlib.util
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

import gradflow_nb as gf
from gradflow_nb import graph
from gradflow_nb.core.derived.gradient import adjoints
from gradflow_nb.core.derived.spelling import HELPERS
from gradflow_nb.core.graph import Graph
from gradflow_nb.core.node import Constant, Node, in_order
from gradflow_nb.core.operations import OPERATIONS, STRUCTURED, Pick, Span, row
from gradflow_nb.errors import GradflowError, InputError, NotInstalled


def borrowed(file):
    """Another file of tests, for its generators of random graphs."""
    spec = importlib.util.spec_from_file_location(f"borrowed_{file.stem}", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


HERE = Path(__file__).parent
random_array_graph = borrowed(HERE.parent / "test_parity.py")._random_graph
random_rows, POINTS = (getattr(borrowed(HERE / "test_program.py"), name) for name in ("graphs", "POINTS"))
random_smooth = borrowed(HERE / "test_gradient.py").graphs


def agree(made, point, rtol=1e-9, atol=1e-9):
    """The values of all outputs, and their pullbacks to all inputs, are those of the flow."""
    import torch

    flow, function = made.at(point), made.to_torch()
    leaves = {n: torch.tensor(np.asarray(flow.known[n], float), requires_grad=True) for n in made.inputs}
    found = function(**leaves)
    outputs = dict(zip(made.outputs, found if isinstance(found, tuple) else (found,)))
    for seed, (name, value) in enumerate(outputs.items()):
        ours = np.asarray(flow.known[name], float)
        assert value.dtype == torch.float64 and tuple(value.shape) == ours.shape
        assert_allclose(value.detach().numpy(), ours, rtol, atol)
        cotangent = np.round(np.random.default_rng(seed).normal(size=ours.shape), 2) if ours.ndim else 1.0
        wanted = flow.vjp(name, cotangent)
        if value.requires_grad:
            weights = torch.tensor(np.asarray(cotangent))
            got = torch.autograd.grad(value, list(leaves.values()), weights, allow_unused=True, retain_graph=True)
        else:
            got = [None] * len(leaves)
        for leaf, gradient in zip(leaves, got):
            theirs = np.zeros(leaves[leaf].shape) if gradient is None else gradient.numpy()
            assert_allclose(theirs, np.asarray(wanted[leaf], float), rtol, atol, err_msg=f"{leaf}\n{function}")


# The text -------------------------------------------------------------------------------------------------------------


def test_the_source_as_a_person_would_write_it(chain):
    assert chain.to_torch().source == (
        "import torch\n"
        "\n"
        "def function(a, o):\n"
        "    b = 5 - 3 * a\n"
        "    c = 2 * b + 3\n"
        "    d = 5 * b + 6\n"
        "    e = 7 * c + d ** 2\n"
        "    f = 2 * e\n"
        "    g = 3 * f - o\n"
        "    return g"
    )
    made = graph("h = tanh(W @ x + b); L = sum((h.T - y)^2); m = mean(h, axis=0)").to_torch()
    assert repr(made) == made.source == (
        "import torch\n"
        "\n"
        "def transpose(x):\n"
        "    return x.permute(tuple(range(x.ndim))[::-1])\n"
        "\n"
        "def f(W, x, b, y):\n"
        "    h = torch.tanh(W @ x + b)\n"
        "    L = torch.sum((transpose(h) - y) ** 2)\n"
        "    m = torch.mean(h, dim=0)\n"
        "    return L, m"
    )


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("y = a - (b - c)", "a - (b - c)"), ("y = (a - b) - c", "a - b - c"), ("y = a/(b c)", "a / (b * c)"), ("y = (a + b) c", "(a + b) * c"),
        ("y = -a^2", "-a ** 2"), ("y = (-a)^2", "(-a) ** 2"), ("y = a^-1", "a ** -1"), ("y = a^(b^c)", "a ** (b ** c)"), ("y = (a^b)^c", "(a ** b) ** c"),
        ("y = a (-b)", "a * (-b)"), ("y = -(a + b)", "-(a + b)"), ("y = a/3 + 0.5", "a / 3 + 0.5"), ("y = (2/3) a", "2 / 3 * a"), ("y = 2π a", "2 * torch.pi * a"),
        ("y = √(2) a", "1.4142135623730951 * a"), ("y = max(a, 2)", "torch.maximum(a, torch.tensor(2.0, dtype=torch.float64))"), ("y = a", "a.clone()"),
        ("y = (a @ b) c", "(a @ b) * c"), ("y = a c @ b", "(a * c) @ b"), ("y = sum(a b)", "torch.sum(a * b)"), ("y = a[0] + a[1:]", "a[0] + a[1:]"),
        ("y = 1/(1 + exp(-a))", "1 / (1 + torch.exp(-a))"), ("y = 10^30 a", "1e+30 * a"), ("y = |a - b|", "torch.abs(a - b)"),
    ],
)  # fmt: skip
def test_brackets_and_numbers(text, written):
    assert f"    y = {written}\n" in graph(text).to_torch().source


@pytest.mark.torch
def test_an_expression_that_is_used_twice_or_long_has_a_line_of_its_own():
    x = Node(None, (), "x")
    inner = Node(OPERATIONS["sin"], (x,))
    assert Graph({"x": x, "y": inner * inner}).to_torch().source.splitlines()[3:] == [
        "    y_1 = torch.sin(x)", "    y = y_1 * y_1", "    return y",
    ]  # fmt: skip
    long = graph("y = " + " + ".join(f"sin({i}x)" for i in range(1, 400))).to_torch()
    assert max(map(len, long.source.splitlines())) < 130
    assert float(long(0.5)) == pytest.approx(sum(np.sin(0.5 * i) for i in range(1, 400)))


@pytest.mark.torch
def test_a_long_graph_is_long_and_no_more():
    node = x = Node(None, (), "x")
    for _ in range(5_000):
        node = node * Fraction(1, 2) + x
    assert float(Graph({"x": x, "y": node}).to_torch()(3)) == pytest.approx(6)


# Every row -------------------------------------------------------------------------------------------------------------

VECTOR, MATRIX, BLOCK = [0.5, -0.25, 0.75], [[0.5, 1.5], [-2, 0.25], [1.25, 0.75]], [[[1.0, 2], [3, 4]], [[5, 6], [7, 9]], [[0, 2], [4, 1]]]
STRUCTURED_CASES = {
    "matmul": [({}, [MATRIX, [1.0, 2]]), ({}, [VECTOR, MATRIX]), ({}, [VECTOR, VECTOR]), ({}, [MATRIX, [[1.0, 2, 3], [4, 5, 6]]])],
    "matmul_t": [({}, [VECTOR, [1.0, 2]]), ({}, [2.0, VECTOR]), ({}, [MATRIX, [[1.0, 2], [3, 4]]]), ({}, [[1.0, 2], MATRIX])],
    "t_matmul": [({}, [VECTOR, [1.0, 2]]), ({}, [VECTOR, 2.0]), ({}, [MATRIX, MATRIX]), ({}, [MATRIX, VECTOR])],
    "dot": [({}, [VECTOR, [1.0, 2, 3]])], "outer": [({}, [VECTOR, [1.0, 2]])],
    "sum": [({}, [MATRIX]), ({"axis": 0}, [MATRIX]), ({"axis": -1}, [MATRIX]), ({}, [2.0])],
    "mean": [({}, [MATRIX]), ({"axis": 0}, [MATRIX]), ({"axis": 1}, [MATRIX])],
    "spread": [({}, [2.0, MATRIX]), ({"axis": 0}, [[1.0, 2], MATRIX]), ({"axis": -1}, [VECTOR, MATRIX])],
    "share": [({}, [2.0, MATRIX]), ({"axis": 0}, [[1.0, 2], MATRIX]), ({"axis": 1}, [VECTOR, MATRIX])],
    "amax": [({}, [MATRIX]), ({}, [[2.0, 3, 3]]), ({"axis": 0}, [[[1.0, 2], [1, 0]]]), ({"axis": 1}, [MATRIX])],
    "amin": [({}, [MATRIX]), ({}, [[2.0, 2, 3]]), ({"axis": 0}, [[[1.0, 2], [1, 0]]])],
    "winners": [({}, [MATRIX]), ({}, [[2.0, 3, 3]]), ({"axis": 0}, [[[1.0, 2], [1, 0]]])],
    "norm": [({}, [MATRIX]), ({}, [VECTOR]), ({}, [[0.0, 0]]), ({}, [-3.0])],
    "softmax": [({}, [VECTOR]), ({"axis": 0}, [MATRIX]), ({"axis": -1}, [MATRIX])],
    "logsumexp": [({}, [MATRIX]), ({"axis": 0}, [MATRIX]), ({}, [VECTOR])],
    "transpose": [({}, [MATRIX]), ({}, [VECTOR]), ({}, [BLOCK]), ({}, [2.0])],
    "reshape": [({"shape": (2, 3)}, [MATRIX]), ({"shape": (-1,)}, [MATRIX]), ({"shape": (3, 1)}, [VECTOR]), ({"shape": ()}, [[2.0]])],
    "reshape_like": [({}, [VECTOR, [[1.0, 2, 3]]]), ({}, [[2.0], 1.0])],
    "item": [
        ({"index": index}, [BLOCK])
        for index in [
            (0,), (-1, 1), (Span(1, None), 0), (Span(None, None, 2), Span(None, 1)), (Span(None, None, -1),), (0, Span(1, None, -1), Span(None, None, -2)),
            (Span(5, 0, -1),), (Span(-1, -3, -1), 1), (Pick((0, 2, 2)),), (Pick((2, 0)), Pick((1, 1)), Pick((0, 1))), (0, Span(), Pick((1, 0))),
            (Pick((1, 0)), Span(), 1), (Pick((0, -1)), 1), (Span(None, None, -1), Pick((1, 1, 0))), (Pick((2,)), 0, Span()),
        ]
    ],
    "place": [
        ({"index": (Pick((0, 2, 2)),)}, [VECTOR, [1.0, 2, 3]]), ({"index": (0,)}, [[1.0, 2], MATRIX]), ({"index": (Span(None, None, -2), 1)}, [[1.0, 2], MATRIX]),
    ],
    "fit": [({}, [MATRIX, [1.0, 2]]), ({}, [MATRIX, 2.0]), ({}, [MATRIX, [[1.0], [2], [3]]]), ({}, [VECTOR, VECTOR])],
    "broadcast": [({}, [[1.0, 2], MATRIX]), ({}, [2.0, MATRIX])],
    "concat": [({"count": 3}, [VECTOR, 2.0, [1.0]]), ({"count": 2, "axis": 1}, [MATRIX, MATRIX]), ({"count": 1}, [VECTOR]), ({"count": 2, "axis": -1}, [MATRIX, [[1.0], [2], [3]]])],
    "stack": [({"count": 2}, [VECTOR, VECTOR]), ({"count": 2, "axis": 1}, [MATRIX, MATRIX]), ({"count": 2, "axis": -1}, [VECTOR, VECTOR]), ({"count": 2}, [1.0, 2.0])],
    "part": [
        ({"count": 2, "i": 1, "axis": 0, "stacked": False}, [[1.0, 2, 3, 4], VECTOR, 2.0]), ({"count": 2, "i": 1, "axis": 1, "stacked": True}, [MATRIX, VECTOR, VECTOR]),
        ({"count": 2, "i": 0, "axis": -1, "stacked": False}, [[[1.0, 2, 3]], [[1.0]], [[1.0, 2]]]),
    ],
    "place_part": [
        ({"count": 2, "i": 1, "axis": 0, "stacked": False}, [2.0, VECTOR, 1.0]), ({"count": 2, "i": 0, "axis": 1, "stacked": True}, [VECTOR, VECTOR, VECTOR]),
    ],
}  # fmt: skip


def applied(operation, arguments):
    inputs = [Node(None, (), f"x{i}") for i in range(len(arguments))]
    made = Graph({**{node.name: node for node in inputs}, "y": Node(operation, inputs, "y")})
    return made, dict(zip(made.inputs, arguments))


def test_every_structured_row_has_cases():
    """Fails for a new row: give it a spelling, and cases here."""
    assert set(STRUCTURED_CASES) == set(STRUCTURED)


@pytest.mark.torch
@pytest.mark.parametrize("name", STRUCTURED)
def test_every_structured_row(name):
    for settings_, arguments in STRUCTURED_CASES[name]:
        agree(*applied(row(name, **settings_), arguments))


@pytest.mark.torch
@pytest.mark.parametrize("name", sorted(OPERATIONS))
@pytest.mark.parametrize("first", ["3/10", "-7/10", "13/10", "0", "2", "25", "array", "matrix and vector"])
def test_every_elementwise_row(name, first):
    operation = OPERATIONS[name]
    if "a" in first:
        shift = 1.5 if name == "acosh" else 0
        values = [[0.25, 0.5, 0.75], [[0.5, 0.5, 0.25], [0.25, 0.75, 0.125]]]
        arguments = [np.array(values[(i + ("m" in first)) % 2 if "m" in first else 0]) + shift for i in range(operation.arity)]
    else:
        arguments = [Fraction(first) + i * (first != "2") for i in range(operation.arity)]
    made, point = applied(operation, arguments)
    try:
        made.at(point).vjp("y", np.ones(np.shape(made.at(point).known["y"])) if "a" in first else 1)
    except ArithmeticError:
        return  # no value or no derivative here
    agree(made, point)


@pytest.mark.parametrize("name", [*OPERATIONS, *STRUCTURED])
def test_every_row_has_a_spelling(name):
    settings_, arguments = ({}, [1.0] * OPERATIONS[name].arity) if name in OPERATIONS else STRUCTURED_CASES[name][0]
    operation = OPERATIONS[name] if name in OPERATIONS else row(name, **settings_)
    compile(applied(operation, arguments)[0].to_torch().source, "source", "exec")


@pytest.mark.torch
@pytest.mark.parametrize("name", [n for n in OPERATIONS if OPERATIONS[n].arity > 1])
def test_numbers_beside_tensors(name):
    """Every choice of arguments that are constants: PyTorch takes some numbers as they are, and others not."""
    arity = OPERATIONS[name].arity
    x = Node(None, (), "x")
    for mask in range(1, 2**arity):
        constants = [Fraction(3, 2), Fraction(1, 3), Fraction(2)]
        made = Graph({"x": x, "y": Node(OPERATIONS[name], [x if mask >> i & 1 else constants[i] for i in range(arity)])})
        for at in (Fraction(3, 2), [0.5, 1.5, 2.5]):
            agree(made, {"x": at})


@pytest.mark.torch
def test_powers_and_ties():
    for text, at in [
        ("y = x^0", 0), ("y = x^u", 0), ("y = x^2", 0), ("y = x^3", -2), ("y = x^(1/2)", 4), ("y = x^-2", -3), ("y = max(x, 0)", 0), ("y = min(x, x)", 3),
        ("y = relu(x) + |x| + sign(x) + step(x)", 0), ("y = max(x, u)", [1.0, 2]), ("y = 2^x", 0), ("y = x^x", 2),
    ]:  # fmt: skip
        made = graph(text)
        agree(made, dict.fromkeys(made.inputs, at))


# Random graphs ----------------------------------------------------------------------------------------------------------


@pytest.mark.torch
@settings(max_examples=300, deadline=None)
@given(st.integers(0, 10**9))
def test_random_graphs_of_arrays(seed):
    text, _, _, point = random_array_graph(seed)
    made = graph(text, inputs=tuple(point))
    agree(made, {name: value if value.ndim else float(value) for name, value in point.items()}, 1e-8)


@pytest.mark.torch
@settings(max_examples=300, deadline=None)
@given(random_rows(), POINTS)
def test_random_graphs_of_any_rows(made, point):
    point = dict(zip("abc", point))
    try:
        flow = made.at(point)
        large = [abs(float(v)) for name in made.outputs for v in (flow.known[name], *flow.adjoints(name).values())]
    except ArithmeticError:
        assume(False)
    assume(all(1e-6 < value < 1e6 or value == 0 for value in large))
    exact = all(isinstance(value, (int, Fraction)) for value in flow.known.values())
    jumps = {"step", "sign", "max", "min", "where", "abs", "relu", "pow"}
    assume(exact or not any(n.operation and n.operation.name in jumps for n in made.nodes))
    assume(all(n.operation is None or n.operation.name != "where" for n in made.nodes))  # PyTorch: 0·inf in the other branch
    agree(made, point, 1e-6, 1e-6)


@pytest.mark.torch
@settings(max_examples=200, deadline=None)
@given(random_smooth(), st.sampled_from("ab"), st.sampled_from("ab"), st.tuples(*[st.integers(2, 12)] * 2))
def test_gradient_graphs_of_first_and_second_order(made, first, second, eighths):
    found, _ = made
    point = dict(zip("ab", (Fraction(n, 8) for n in eighths)))
    one = found.gradient_graph("y", first)
    orders = [one, one.gradient_graph(one.outputs[0], second)] if second in one and len(one.outputs) == 1 else [one]
    for derived in orders:
        at = {name: point[name] for name in derived.inputs}
        try:
            flow = derived.at(at)
            sizes = [abs(float(v)) for name in derived.outputs for v in (flow.known[name], *flow.adjoints(name).values())]
        except ArithmeticError:
            assume(False)
        assume(all(size < 1e6 for size in sizes))
        agree(derived, at, 1e-6, 1e-6)


@pytest.mark.torch
@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10**9))
def test_gradient_graphs_of_arrays(seed):
    """Our gradient, written in PyTorch's words, is what PyTorch's own sweep gives."""
    import torch

    text, _, _, point = random_array_graph(seed)
    made = graph(text, inputs=tuple(point))
    slopes = adjoints(in_order([made["L"]]), made["L"])
    found = {f"d{name}": slopes[made[name]] for name in point if made[name] in slopes}
    named = {**{name: made[name] for name in point}, **{k: Node(OPERATIONS["same"], (v,)) for k, v in found.items()}}
    leaves = {name: torch.tensor(value, dtype=torch.float64, requires_grad=True) for name, value in point.items()}
    loss = made.to_torch()(**leaves)
    loss = loss[made.outputs.index("L")] if isinstance(loss, tuple) else loss
    derived = Graph(named).to_torch()(**leaves)
    outputs = Graph(named).outputs
    derived = dict(zip(outputs, derived if isinstance(derived, tuple) else (derived,)))
    for name in found:
        (theirs,) = torch.autograd.grad(loss, leaves[name[1:]], allow_unused=True, retain_graph=True)
        theirs = torch.zeros_like(leaves[name[1:]]) if theirs is None else theirs
        assert_allclose(derived[name].detach().numpy(), theirs.numpy(), 1e-8, 1e-9)


@pytest.mark.torch
def test_gradient_graphs_of_a_network():
    made = graph("h = tanh(x @ W + b); p = softmax(h); L = mean((p - y)^2) + max(h) + logsumexp(h) + norm(W)")
    rng = np.random.default_rng(0)
    point = {"x": rng.normal(size=(4, 3)), "W": rng.normal(size=(3, 2)), "b": rng.normal(size=2), "y": rng.normal(size=(4, 2))}
    slope = made.gradient_graph("L", ["W", "b"])
    agree(slope, {name: point[name] for name in slope.inputs})


# What stands in a graph ---------------------------------------------------------------------------------------------------


@pytest.mark.torch
def test_constants():
    x = Node(None, (), "x")
    array = np.arange(6.0).reshape(2, 3)
    for y in (
        x * Constant("pi") + Constant("e"), Constant("e") ** x, x * Fraction(1, 3), x + 10**40, x * 0.1, Fraction(1, 7) - x, x / Fraction(10**30, 3),
        Node(OPERATIONS["sin"], (Fraction(1),)) * x, Node(OPERATIONS["max"], (2, 3)) * x, array @ np.ones((3, 2)) * x, x * np.arange(200.0),
        Node(row("sum", axis=0), (array,)) * x, Node(OPERATIONS["where"], (1, 2, 3)) + x,
    ):  # fmt: skip
        agree(Graph({"x": x, "y": y}), {"x": Fraction(3, 2)})
    agree(Graph({"x": x, "k": Node(OPERATIONS["mul"], (2, 3)), "y": x * 2}), {"x": 1})
    assert float(graph("y = x^3").gradient_graph("y", "x").gradient_graph("dy_dx", "x").gradient_graph("d2y_dx2", "x").to_torch()()) == 6


@pytest.mark.torch
def test_a_constant_without_a_value_is_what_pytorch_says():
    import torch

    x = Node(None, (), "x")
    for y in (x + Node(OPERATIONS["div"], (1, 0)), x + Node(OPERATIONS["log"], (-1,)), x * Node(OPERATIONS["pow"], (-8, Fraction(1, 3)))):
        assert not torch.isfinite(Graph({"x": x, "y": y}).to_torch()(1.0))


@pytest.mark.torch
def test_names_that_python_cannot_have():
    names = ["α", "e.1", "a b", "a_b", "lambda", "torch", "print", "2x", "transpose", "f", "µ", "μ", "x²", "∂L/∂w", "sum", "list", "__import__('os')"]
    inputs = {name: Node(None, (), name) for name in names}
    total = sum((node * (i + 1) for i, node in enumerate(inputs.values())), Node(row("transpose"), (inputs["α"],)))
    made = Graph({**inputs, "def": total})
    function = made.to_torch()
    assert function.source.splitlines()[5].startswith("def function(α, e_1, a_b_, a_b, lambda_, torch_, print_, _2x, transpose_, f, μ_, μ, x2, _L__w, sum, list, __import____os__)")
    assert float(function(*range(1, 18))) == pytest.approx(1 + sum(i * i for i in range(1, 18)))
    assert float(function(**{name: i for i, name in enumerate(names, 1)})) == float(function(*range(1, 18)))


@pytest.mark.torch
def test_inputs_outputs_and_defaults():
    import torch

    made = graph("a = 2; y = a x; z = sin(a) + x").to_torch()
    assert "def f(x, a=torch.tensor(2.0, dtype=torch.float64)):" in made.source and made.source.endswith("return y, z")
    y, z = made(5)
    assert (float(y), y.dtype) == (10, torch.float64) and float(z) == pytest.approx(5 + np.sin(2))
    assert float(made("1/2", a=Fraction(1, 4))[0]) == 0.125
    x = torch.tensor(3.0, requires_grad=True)  # a tensor stays the one it is, float32 too
    made(x)[0].backward()
    assert float(x.grad) == 2
    single = torch.tensor([1.0, 2.0])
    assert graph("y = 2x + 1").to_torch()(single).dtype == torch.float32
    assert graph("y = x @ u").to_torch()([[1, 2], [3, 4]], np.array([1, 1])).tolist() == [3, 7]

    def traced(w, x=np.array([1.0, 2.0])):  # noqa: B008
        return w * x

    assert graph(traced).to_torch()(3).tolist() == [3, 6]


@pytest.mark.torch
@pytest.mark.parametrize(
    ("given_", "named", "says"),
    [
        ((), {}, "takes a, b: missing a required argument: 'a'"), ((1, 2, 3), {}, "takes a, b: too many"), ((1,), {"c": 2}, "takes a, b"), ((1, "x"), {}, "input b"),
        ((1, [[1], [2, 3]]), {}, "input b cannot take this value: its rows"), ((1, None), {}, "input b"), ((1, [1, float("nan")]), {}, "input b"),
    ],
)  # fmt: skip
def test_inputs_that_do_not_fit(given_, named, says):
    with pytest.raises(InputError, match=says):
        graph("y = a b").to_torch()(*given_, **named)


def test_opaque_functions_are_refused():
    with pytest.raises(GradflowError, match=r"x is an opaque function.*give it a formula in place of x = x\(...\)"):
        graph("x = x(w); y = x^2").to_torch()


def test_without_pytorch(monkeypatch):
    made = graph("y = 2x").to_torch()
    monkeypatch.setitem(sys.modules, "torch", None)
    assert "y = 2 * x" in made.source
    with pytest.raises(NotInstalled, match=r"PyTorch is not installed.*pip install"):
        made(1)
    assert issubclass(NotInstalled, ImportError)


def test_helpers_are_in_the_source_only_where_they_are_called():
    assert "winners" not in graph("y = max(x)").to_torch().source
    slope = graph("y = max(x)").gradient_graph("y", "x").to_torch().source
    assert HELPERS["winners"] in slope and "place" not in slope


@pytest.mark.torch
def test_the_function_is_one_that_pytorch_can_transform():
    import torch

    made = gf.graph("y = sum(sin(x) x^2)").to_torch()
    x = torch.tensor([0.5, 1.5], dtype=torch.float64)
    slope = torch.func.grad(made)(x)
    assert_allclose(slope.numpy(), gf.graph("y = sum(sin(x) x^2)").at(x=[0.5, 1.5]).gradient("y")["x"])
