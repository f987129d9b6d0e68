"""Random graphs against independent truth: PyTorch for arrays, sympy for formulas."""

import math
import random

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from gradflow_nb import graph

UNARY = {  # written, PyTorch's name; all smooth, and tame enough to be nested
    "sin({})": "sin", "cos({})": "cos", "tanh({})": "tanh", "sigmoid({})": "sigmoid", "softplus({})": "softplus",
    "atan({})": "atan", "asinh({})": "asinh", "exp(tanh({}))": lambda torch, x: torch.exp(torch.tanh(x)),
    "log(1 + ({})^2)": lambda torch, x: torch.log(1 + x**2), "sqrt(2 + sin({}))": lambda torch, x: torch.sqrt(2 + torch.sin(x)),
    "1/(2 + cos({}))": lambda torch, x: 1 / (2 + torch.cos(x)), "relu({})": "relu", "|{}|": "abs", "-({})/3": lambda torch, x: -x / 3,
}  # fmt: skip
BINARY = {"{} + {}": "add", "{} - {}": "sub", "({}) * ({})": "mul", "max({}, {})": "maximum", "min({}, {})": "minimum"}


def _matrix_steps(a, b, shapes):
    """Structured steps that fit: (text, PyTorch function, shape)."""
    (sa, sb), found = (shapes[a], shapes[b]), []
    if sa:
        for axis in [None, *range(len(sa))]:
            word = "" if axis is None else f", axis={axis}"
            left = () if axis is None else tuple(n for i, n in enumerate(sa) if i != axis)
            dims = {} if axis is None else {"dim": axis}
            every = {"dim": tuple(range(len(sa)))} if axis is None else dims
            found.append((f"sum({a}{word})", lambda torch, x, y, d=dims: torch.sum(x, **d), left))
            found.append((f"mean({a}{word})", lambda torch, x, y, d=dims: torch.mean(x, **d), left))
            found.append((f"logsumexp({a}{word})", lambda torch, x, y, d=every: torch.logsumexp(x, **d), left))
            found.append((f"max({a}{word})", lambda torch, x, y, d=every: torch.amax(x, **d), left))
            if axis is not None:
                found.append((f"softmax({a}{word})", lambda torch, x, y, d=dims: torch.softmax(x, **d), sa))
        found.append((f"norm({a})", lambda torch, x, y: torch.linalg.vector_norm(x), ()))
        found.append((f"{a}.T", lambda torch, x, y: x.mT if x.ndim == 2 else x, sa[::-1]))
        found.append((f"{a}[0]", lambda torch, x, y: x[0], sa[1:]))
        found.append((f"{a}[-1]", lambda torch, x, y: x[-1], sa[1:]))
        found.append((f"{a}[::2]", lambda torch, x, y: x[::2], ((sa[0] + 1) // 2, *sa[1:])))
        found.append((f"reshape({a}, {math.prod(sa)})", lambda torch, x, y: x.reshape(-1), (math.prod(sa),)))
        if sa == sb:
            found.append((f"concat({a}, {b})", lambda torch, x, y: torch.cat([x, y]), (2 * sa[0], *sa[1:])))
            found.append((f"stack({a}, {b})", lambda torch, x, y: torch.stack([x, y]), (2, *sa)))
    if sa and sb and max(len(sa), len(sb)) <= 2 and sa[-1] == sb[0]:
        found.append((f"{a} @ {b}", lambda torch, x, y: x @ y, sa[:-1] + sb[1:]))
    if len(sa) == len(sb) == 1:
        found.append((f"outer({a}, {b})", lambda torch, x, y: torch.outer(x, y), sa + sb))
        if sa == sb:
            found.append((f"dot({a}, {b})", lambda torch, x, y: torch.dot(x, y), ()))
    return [step for step in found if len(step[2]) <= 2]


def _random_graph(seed):
    """Equations, what PyTorch does for each, and a point."""
    rng = random.Random(seed)
    shapes = {name: tuple(rng.choice([1, 2, 3]) for _ in range(rng.choice([0, 1, 1, 2, 2]))) for name in "abc"}
    point = {name: np.round(np.random.default_rng(seed + i).normal(size=shape), 3) for i, (name, shape) in enumerate(shapes.items())}
    lines, steps = [], []
    for i in range(rng.randint(3, 8)):
        first, second = rng.choice(list(shapes)), rng.choice(list(shapes))
        name, options = f"n{i}", _matrix_steps(first, second, shapes)
        kind = rng.random()
        if kind < 0.5 and options:
            text, function, shape = rng.choice(options)
        elif kind < 0.75:
            written = rng.choice(list(UNARY))
            call = UNARY[written]
            text, shape = written.format(first), shapes[first]
            function = (lambda torch, x, y, c=call: c(torch, x)) if callable(call) else (
                lambda torch, x, y, c=call: (getattr(torch, c, None) or getattr(torch.nn.functional, c))(x)
            )  # fmt: skip
        else:
            try:
                shape = np.broadcast_shapes(shapes[first], shapes[second])
            except ValueError:
                continue
            written = rng.choice(list(BINARY))
            text = written.format(first, second)
            function = lambda torch, x, y, c=BINARY[written]: getattr(torch, c)(x, y)  # noqa: E731
        lines.append(f"{name} = {text}")
        steps.append((name, function, first, second))
        shapes[name] = shape
    last = steps[-1][0] if steps else "a"
    lines.append(f"L = sum(sin({last}))")
    return "; ".join(lines), steps, last, point


@pytest.mark.torch
@settings(max_examples=600, deadline=None)
@given(st.integers(0, 10**9))
def test_arrays_as_pytorch_has_them(seed):
    import torch

    text, steps, last, point = _random_graph(seed)
    ours = graph(text, inputs=tuple(point)).at({name: value if value.ndim else float(value) for name, value in point.items()})
    theirs = {name: torch.tensor(value, dtype=torch.float64, requires_grad=True) for name, value in point.items()}
    leaves = dict(theirs)
    for name, function, first, second in steps:
        theirs[name] = function(torch, theirs[first], theirs[second])
        assert_allclose(np.asarray(ours.values[name], float), theirs[name].detach().numpy(), rtol=1e-10, atol=1e-12)
    loss = torch.sin(theirs[last]).sum()
    gradients = torch.autograd.grad(loss, list(leaves.values()), allow_unused=True, retain_graph=True)
    for (name, leaf), gradient in zip(leaves.items(), gradients):
        wanted = np.zeros(leaf.shape) if gradient is None else gradient.numpy()
        got = np.asarray(ours.gradient("L")[name], float)
        assert got.shape == wanted.shape
        assert_allclose(got, wanted, rtol=1e-8, atol=1e-10)
    if theirs[last].numel() <= 6:
        rows = [
            torch.autograd.grad(entry, leaves["a"], allow_unused=True, retain_graph=True)[0]
            for entry in theirs[last].reshape(-1)
            if theirs[last].requires_grad
        ]
        size = leaves["a"].numel()
        jacobian = [np.zeros(size) if row is None else row.reshape(-1).numpy() for row in rows]
        got = np.reshape(np.asarray(ours.total(last, "a"), float), (len(jacobian), size))
        assert_allclose(got, np.array(jacobian), rtol=1e-8, atol=1e-10)
        paths = ours.paths(last, "a")
        if paths.count:
            assert_allclose(np.ravel(np.asarray(paths.sum, float)), np.ravel(got), rtol=1e-8, atol=1e-10)


@st.composite
def formulas(draw, depth=4):
    if depth == 0 or draw(st.integers(0, 4)) == 0:
        return draw(st.sampled_from(["x", "y", "2", "3", "1/2", "x", "y"]))
    inner = formulas(depth=depth - 1)
    kind = draw(st.sampled_from(["+", "-", "*", "/", "^", "f", "f"]))
    if kind == "f":
        return draw(st.sampled_from(["sin({})", "cos({})", "exp(sin({}))", "tanh({})", "sqrt(4 + sin({}))", "atan({})"])).format(draw(inner))
    if kind == "^":
        base = draw(inner)
        return base if "^" in base else f"({base})^{draw(st.sampled_from(['2', '3', '-1']))}"
    return f"({draw(inner)}) {kind} ({draw(inner)})"


@settings(max_examples=500, deadline=None)
@given(formulas(), formulas(depth=2))
def test_scalars_as_sympy_has_them(first, second):
    """sympy differentiates the whole expression; the flow sums over paths."""
    x, y, u = sympy.symbols("x y u")
    point = {x: sympy.Rational(7, 5), y: sympy.Rational(-3, 4)}
    inner = sympy.sympify(second.replace("^", "**"))
    whole = sympy.sympify(f"({first}) * u + u**2".replace("^", "**")).subs(u, inner)
    if whole.has(sympy.zoo, sympy.nan) or not all(whole.diff(v).subs(point).is_finite for v in (x, y)):
        return
    try:
        flow = graph(f"u = {second} + 0x + 0y; v = ({first}) u + u^2", inputs=("x", "y")).at(x="7/5", y="-3/4")
    except ArithmeticError:
        return
    for name, v in (("x", x), ("y", y)):
        wanted = float(whole.diff(v).subs(point).evalf(30))
        assert float(flow.total("v", name)) == pytest.approx(wanted, rel=1e-9, abs=1e-9)
