"""Variants and random graphs: the same shape, friendly points, as many paths as asked for, the same everywhere."""

import os
import re
import subprocess
import sys
from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradflow_nb import graph
from gradflow_nb.core.language.tokens import check_name
from gradflow_nb.core.node import Constant, Node
from gradflow_nb.core.operations import ARRAY_FUNCTIONS, FUNCTIONS
from gradflow_nb.errors import GradflowError, InputError
from gradflow_nb.exercises.random_graphs import Drawn, random_graph
from gradflow_nb.exercises.variants import varied

CHAIN = "b = 5 - 3a; c = 2b + 3; d = 5b + 6; e = 7c + d^2; f = 2e; g = 3f - o"
CASES = {
    "chain": (CHAIN, {"a": 1, "o": 2}),
    "products": ("c = a + b; d = b + 1; e = c d", {"a": 2, "b": 1}),
    "arrays": ("y = W @ x; L = sum((y - t)^2)", {"W": [[1, 2], [3, 4]], "x": [1, -1], "t": [1, 0]}),
    "opaque": ("x = x(w); y = y(x, w); z = z(y, w); L = L(x, y, z)", None),
    "kinks": ("h = relu(2x - 3); k = |y - 5|; m = max(h, 2) + k; loss = m^2/2", {"x": 3, "y": 1}),
    "functions": ("u = sqrt(x + 5); v = log(u) + 0.5 x; w_1 = exp(-v/2); y_hat = 1/(1 + w_1)", {"x": 4}),
    "fractions": ("y = x/2 + 1/3; z = 0.1 y^-2 + pi y; α = 100 z", {"x": "1/2"}),
}
SEEDS = range(200)


def said(flow):
    return "; ".join(str(flow.equation(name)) for name in flow.names if name in flow.equations)


def drawn(name, seeds=SEEDS):
    """A graph and its point, and the variants of it."""
    text, at = CASES[name]
    original = graph(text)
    return original, at, [varied(original, seed, at) for seed in seeds]


def same_class(old, new):
    if isinstance(old, Constant):
        return old == new
    if hasattr(old, "shape"):
        return old.shape == new.shape and (new == new.round()).all()
    if old == 0:
        return new == 0
    return (old > 0) == (new > 0) and Fraction(old).denominator == Fraction(new).denominator and new != 0


def assert_isomorphic(old, new, names):
    """The same operations on the same arguments, shared alike, under a renaming."""
    assert new.names == tuple(names[name] for name in old.names) and len(set(new.names)) == len(old.names)
    assert new.outputs == tuple(names[name] for name in old.outputs)
    assert set(new.defaults) == {names[name] for name in old.defaults}
    twin = {}
    stack = [(old[name], new[names[name]]) for name in old.names]
    while stack:
        a, b = stack.pop()
        if id(a) in twin:
            assert twin[id(a)] is b
            continue
        twin[id(a)] = b
        assert (a.operation and a.operation.name) == (b.operation and b.operation.name)
        if a.operation and a.operation.name == "opaque":
            (_, called), (_, arguments) = a.operation.settings
            assert dict(b.operation.settings) == {
                "name": names[called], "argument_names": tuple(names[each] for each in arguments)
            }  # fmt: skip
        elif a.operation:
            assert a.operation is b.operation  # rows with settings keep them
        assert len(a.arguments) == len(b.arguments)
        for i, (x, y) in enumerate(zip(a.arguments, b.arguments)):
            assert isinstance(x, Node) == isinstance(y, Node)
            if isinstance(x, Node):
                stack.append((x, y))
            elif a.operation.name == "pow" and i == 1:
                assert x == y
            elif a.operation.name != "div" or not a.is_constant:
                assert same_class(x, y)
    assert len(set(map(id, twin.values()))) == len(twin)


def assert_friendly(was, now):
    largest, deepest = 10_000, 1
    for value in was.known.values():
        if isinstance(value, Fraction):
            largest, deepest = max(largest, abs(value.numerator)), max(deepest, value.denominator)
    for old, new in zip(was.known.values(), now.known.values()):
        if isinstance(old, np.ndarray):
            assert new.shape == old.shape and ((new == new.round()).all() or not (old == old.round()).all())
        elif isinstance(old, Fraction):
            assert isinstance(new, Fraction) and abs(new.numerator) <= largest and new.denominator <= deepest
    for old, new in zip(was.edges, now.edges):
        assert new.convention is None and new.exists
        assert np.any(new.partial) or not np.any(old.partial)


@pytest.mark.parametrize("name", CASES)
def test_a_variant_has_the_shape_of_its_original_and_its_point_is_as_friendly(name):
    original, at, variants = drawn(name)
    was = at and original.at(at)
    for variant in variants:
        assert_isomorphic(original, variant.graph, variant.names)
        assert (variant.at is None) == (at is None)
        if at:
            assert set(variant.at) == {variant.names[name] for name in at}
            assert_friendly(was, variant.flow)
    texts = {said(variant.graph.flow()) + str(variant.at) for variant in variants}
    assert len(texts) > (25 if name == "opaque" else 125)


@pytest.mark.parametrize("name", [name for name in CASES if name != "arrays"])
def test_a_variant_can_be_written_and_read_again(name):
    for variant in drawn(name, range(20))[2]:
        new = variant.graph
        again = graph(said(new.flow()))
        assert not again.notes and said(again.flow()) == said(new.flow())
        assert_isomorphic(new, again, {each: each for each in new.names})


def test_equations_that_differ_stay_different():
    chain = graph(CHAIN)
    for seed in SEEDS:
        new = varied(chain, seed)
        right = [str(new.graph.flow().equations[new.names[name]]) for name in "cd"]
        assert right[0] != right[1]


def test_names_keep_their_style():
    for name in CASES:
        variants = drawn(name, range(50))[2]
        for variant in variants:
            for old, new in variant.names.items():
                check_name(new)
                assert new not in FUNCTIONS and new not in ARRAY_FUNCTIONS and new not in "eilo"
                assert len(old) > 1 or (len(new) == 1 and new != old and new.isupper() == old.isupper())
                assert len(old) > 1 or new.isascii() == old.isascii()
                assert old.partition("_")[1:] == new.partition("_")[1:]
            letters = [n for n in variant.graph.names if len(n) == 1 and n.isascii() and n.islower()]
            assert letters == sorted(letters)
    assert {v.names["loss"] for v in drawn("kinks", range(50))[2]} == {"error", "penalty", "risk"}


def test_numbers_are_others_of_about_the_same_size():
    original = graph("y = 1 x + 100 z - 7; u = 0.1 y; v = u + 0 x; w = pi v^3")
    for seed in range(50):
        texts = said(varied(original, seed).graph.flow())
        one, hundred, seven = (Fraction(n) for n in _numbers(texts)[:3])
        assert one == 1 and hundred in (50, 150, 200, 250) and seven in (3, 4, 5, 6, 8, 9)
        tenth, zero, cube = (Fraction(n) for n in _numbers(texts)[3:])
        assert tenth in (Fraction(3, 10), Fraction(7, 10), Fraction(9, 10)) and zero == 0 and cube == 3


def _numbers(text):
    return re.findall(r"(?<![\w.])[0-9.]+", text)


def test_a_point_and_defaults_vary_apart():
    original = graph("a = 1; o = 1/2; b = 5 - 3a; g = o b")
    variant = varied(original, 1)
    assert variant.at is None and set(variant.graph.defaults) == {variant.names["a"], variant.names["o"]}
    variant.graph.at()
    variant = varied(original, 1, {"a": 2})
    assert list(variant.at) == [variant.names["a"]] and len(variant.graph.defaults) == 2
    with pytest.raises(InputError, match="'z' is not an input"):
        varied(original, 1, {"z": 2})


def test_what_is_not_acceptable_is_not_given():
    chain, at = graph(CHAIN), {"a": 1, "o": 2}
    for seed in range(20):
        variant = varied(chain, seed, at, lambda v: v.flow.total(v.names["g"], v.names["a"]) > 0)
        assert variant.flow.total(variant.names["g"], variant.names["a"]) > 0
    seen = []
    with pytest.raises(GradflowError, match=r"`acceptable` refused it\. Vary it without .* `acceptable` refuse less"):
        varied(chain, 1, at, seen.append)
    assert len(seen) <= 600


def test_where_there_is_no_choice_numbers_stay():
    variant = varied(graph("y = log(x); z = y + 2x"), 1, {"x": 1})
    assert list(variant.at.values()) == [1] and said(variant.flow) != "y = log(x); z = y + 2x"


@pytest.mark.parametrize(
    ("text", "at", "message"),
    [("y = relu(x)", {"x": 0}, None), ("y = step(x - 1) + x", {"x": 2}, None), ("y = x - x", {"x": 1}, None)],
)
def test_an_original_at_a_kink_or_flat_gives_a_variant_that_is_not_at_one(text, at, message):
    for seed in range(20):
        assert not varied(graph(text), seed, at).flow.conventions


def test_what_meets_a_kink_everywhere_is_sent_back():
    with pytest.raises(GradflowError, match=r"met a kink\. Vary it without a point"):
        varied(graph("y = |x - x|"), 1, {"x": 1})
    slope = graph("y = x^3").gradient_graph("y", "x")
    with pytest.raises(GradflowError, match="vary the graph that it came from"):
        varied(slope, 1)


@settings(max_examples=40)
@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_a_variant_of_a_random_graph(first, second):
    new = random_graph(first)
    variant = varied(new.graph, second, new.at)
    assert_isomorphic(new.graph, variant.graph, variant.names)
    assert_friendly(new.graph.at(new.at), variant.flow)
    of, wrt = variant.names[new.of], variant.names[new.wrt]
    assert variant.flow.paths(of, wrt).count == new.graph.at(new.at).paths(new.of, new.wrt).count


# Random graphs -------------------------------------------------------------------------------------------------------


def depth(flow, of, wrt):
    longest = {wrt: 0}
    for name in flow.names:
        below = [longest[edge.parent] + 1 for edge in flow.down[name] if edge.parent in longest]
        longest |= {name: max(below)} if below else {}
    return longest[of]


def assert_drawn(new: Drawn, paths, deep):
    flow = new.graph.at(new.at)
    assert flow.paths(new.of, new.wrt).count == paths and depth(flow, new.of, new.wrt) == deep
    assert new.graph.outputs == (new.of,) and new.wrt in new.graph.inputs and new.wrt == "a"
    assert list(new.graph.names) == sorted(new.graph.names) and "e" not in new.graph.inputs
    assert not set(new.graph.names) & set("ilo") and not new.graph.notes and not flow.conventions
    assert all(edge.partial for edge in flow.edges) and all(flow.adjoints(new.of).values())
    for value in flow.values.values():
        assert 0 < abs(value.numerator if isinstance(value, Fraction) else value) <= 10_000
    return flow


@pytest.mark.parametrize("deep", range(1, 7))
def test_as_many_paths_and_as_deep_as_asked(deep):
    for paths in sorted({1, 2, 3, 4, 5, 7, 8, 2 ** (deep - 1), 2**deep - 1} & set(range(1, 2**deep))):
        for seed in range(4):
            flow = assert_drawn(random_graph(seed, paths, deep), paths, deep)
            assert all(isinstance(value, (int, Fraction)) for value in flow.values.values())


@pytest.mark.parametrize(("paths", "deep"), [(1, 10), (2, 10), (89, 10), (1023, 10), (100, 8)])
def test_large_ones(paths, deep):
    assert_drawn(random_graph(3, paths, deep), paths, deep)


@pytest.mark.parametrize("inputs", [1, 2, 3])
def test_as_many_inputs_as_asked(inputs):
    for seed in range(20):
        new = random_graph(seed, 3, 3, inputs=inputs)
        assert len(new.graph.inputs) == inputs
        assert_drawn(new, 3, 3)
    assert_drawn(random_graph(1, 1, 1, inputs=inputs), 1, 1)


@pytest.mark.parametrize(
    "operations",
    ["+ - * ^", "+ - * / ^ sqrt exp log sin", "* + sigmoid", "+ * relu abs max min", "* ln cos arctan", "+ σ", "- /"],
)
def test_every_operation_has_its_turn_and_no_other(operations):
    listed = operations.split()
    rows = dict(zip("+-*/^", ("add", "sub", "mul", "div", "pow"))) | {name: row.name for name, row in FUNCTIONS.items()}
    used = Counter()
    for seed in range(40):
        new = random_graph(seed, 2, 3, operations)
        assert_drawn(new, 2, 3)
        used.update({node.operation.name for node in new.graph.nodes if node.operation})
    assert set(used) == {rows[name] for name in listed} and min(used.values()) >= 3


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"paths": 100, "depth": 2}, "At depth 2 there can be 1 to 3 paths, and not 100.* or for a depth of 7"),
        ({"paths": 0}, "1 to 15 paths"),
        ({"paths": 5000, "depth": 4}, "1 to 15 paths"),
        ({"depth": 11}, "from 1 to 10 edges deep"),
        ({"inputs": 4}, "1 to 3 inputs"),
        ({"inputs": 0}, "1 to 3 inputs"),
        ({"operations": "+ wurzel"}, r"'wurzel' is no operation to draw a graph with. There are \+ - \* / \^ exp log"),
        ({"operations": ["step"]}, "'step' is no operation"),
        ({"operations": []}, "No operation is given"),
        ({"operations": ["sin"]}, r"needs one of \+ - \* /"),
        ({"operations": ["log"], "paths": 1}, "No graph of depth 4 was found that has 1 paths, only log"),
    ],
)
def test_what_cannot_be_is_sent_back_with_what_can(asked, message):
    with pytest.raises(GradflowError, match=message):
        random_graph(1, **asked)


def test_seeds_give_different_graphs():
    assert len({said(random_graph(seed).graph.flow()) for seed in SEEDS}) > 190


@pytest.mark.parametrize("operations", ["+ - * ^", "+ - * / exp sin log sqrt"])
def test_derivatives_agree_with_finite_differences(operations):
    for seed in range(15):
        new = random_graph(seed, 3, 3, operations)
        flow, step = new.graph.at(new.at), Fraction(1, 10**5)
        up, down = (float(new.graph.at({**new.at, new.wrt: new.at[new.wrt] + h}).values[new.of]) for h in (step, -step))
        assert (up - down) / float(2 * step) == pytest.approx(float(flow.total(new.of, new.wrt)), rel=1e-3, abs=1e-3)


def test_derivatives_agree_with_sympy():
    import sympy

    for seed in range(5):
        for g, at, of, wrt in (random_graph(seed), (v := varied(graph(CHAIN), seed, {"a": 1, "o": 2}), v.at, "", "")):
            g, of, wrt = (g, of, wrt) if of else (g.graph, g.names["g"], g.names["a"])
            slope = sympy.diff(g.formula(of, in_terms_of=g.inputs), sympy.Symbol(wrt))
            assert slope.subs({sympy.Symbol(name): value for name, value in at.items()}) == g.at(at).total(of, wrt)


# The same everywhere -------------------------------------------------------------------------------------------------

PINNED = """
from gradflow_nb import graph
from gradflow_nb.exercises.random_graphs import random_graph
from gradflow_nb.exercises.variants import varied
v = varied(graph("b = 5 - 3a; c = 2b + 3; d = 5b + 6; e = 7c + d^2; f = 2e; g = 3f - o"), 7, {"a": 1, "o": 2})
print(*(v.flow.equation(n) for n in v.graph.names), dict(v.at), sep="; ")
v = varied(graph("y = W @ x; loss = sum((y - t)^2)"), "lesson", {"W": [[1, 2], [3, 4]], "x": [1, -1], "t": [1, 0]})
print(*(v.flow.equation(n) for n in v.graph.names), {n: x.tolist() for n, x in v.at.items()}, sep="; ")
g, at, of, wrt = random_graph("monday", paths=3, depth=4, operations="+ * ^ sin")
print(*(g.flow().equation(n) for n in g.names), at, of, wrt, sep="; ")
"""
PRINTED = """\
j; k = 8 - 4j; m = 4k + 6; n = 6k + 7; p = 9m + n^2; q = 5p; r; s = 5q - r; {'j': 2, 'r': 4}
B; g; h = B @ g; j; penalty = sum((h - j)^2); {'B': [[3.0, 5.0], [6.0, 3.0]], 'g': [4.0, -3.0], 'j': [2.0, 0.0]}
a; b = a^2 + 4; c = sin(a) + 3; d = a·sin(b); e = c + d^2; f = 4e + 8; {'a': 3}; f; a
"""


@pytest.mark.parametrize("hashes", ["0", "1"])
def test_a_seed_gives_the_same_in_every_process(root, hashes):
    """If this fails because draws have changed: exercises that people have saved by their seed have changed too."""
    environment = {**os.environ, "PYTHONHASHSEED": hashes, "PYTHONUTF8": "1"}
    command = [sys.executable, "-c", PINNED]
    run = subprocess.run(command, cwd=root, capture_output=True, encoding="utf-8", check=True, env=environment)
    assert run.stdout == PRINTED


def test_importing_them_is_light(root):
    code = "import sys, gradflow_nb.exercises.random_graphs; print('numpy' in sys.modules, 'sympy' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["False", "False"]


def test_numbers_that_differ_stay_different():
    """Else an exchange of the two would pass for the right answer."""
    flow = graph("c = a + b; d = b + 1; e = c d").at(a=2, b=1)
    for seed in SEEDS:
        new = varied(flow.graph, seed, flow.inputs)
        values = new.flow.values
        assert values[new.names["c"]] != values[new.names["d"]]
