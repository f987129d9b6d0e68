"""Factorised sums: each form is the expanded sum, is grouped as its style says, and stays small."""

from fractions import Fraction
from functools import reduce

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from gradflow_nb import graph
from gradflow_nb.core.edge import Edge
from gradflow_nb.core.flow import GradientFlow
from gradflow_nb.core.linear import Factor
from gradflow_nb.errors import GradflowError, InputError, NoDerivative, ShapeError

SOURCE = "x = x(w); y = y(x, w); z = z(y, w); L = L(x, y, z)"
GROUPED = [("suffix", None), ("suffix", 1), ("suffix", 2), ("prefix", None), ("prefix", 1), ("named", None)]


@st.composite
def flows(draw, values):
    """A random labelled DAG from n0 to the last node, parallel edges included."""
    size = draw(st.integers(2, 7))
    names = tuple(f"n{i}" for i in range(size))
    edges = []
    for child in range(1, size):
        parents = draw(st.lists(st.integers(0, child - 1), min_size=1, max_size=4))
        edges += [Edge(names[child], names[p], Factor(draw(values(len(edges) + k)))) for k, p in enumerate(parents)]
    symbolic = any(isinstance(edge.map.value, sympy.Expr) for edge in edges)
    return GradientFlow(graph("c = b"), names, tuple(edges), {}, dict.fromkeys(names, 0), symbolic)


def exact_values(_):
    return st.fractions(-5, 5, max_denominator=6)


def symbols(number):
    return st.just(sympy.Symbol(f"D_{number}", commutative=False))


def ends(flow):
    return flow.paths(flow.names[-1], flow.names[0])


@settings(deadline=None, max_examples=200)
@given(flows(exact_values), st.sampled_from(GROUPED))
def test_every_form_of_exact_numbers_is_the_sum_over_all_paths(flow, form):
    paths = ends(flow)
    assert paths.factored(*form).value == sum(path.product for path in paths) == paths.sum
    assert paths.factored("expanded").value == paths.sum


@settings(deadline=None, max_examples=60)
@given(flows(symbols), st.sampled_from(GROUPED))
def test_every_form_of_symbols_expands_to_the_same_sum(flow, form):
    paths = ends(flow)
    expected = sympy.Add(*(sympy.Mul(*(edge.map.value for edge in path.edges)) for path in paths))
    assert sympy.expand(paths.factored(*form).value - expected) == 0
    assert sympy.expand(paths.factored("expanded").value - expected) == 0


@settings(deadline=None, max_examples=60)
@given(flows(symbols), st.sampled_from(GROUPED), st.integers(0, 2**32 - 1))
def test_every_form_at_matrices_is_the_sum_over_all_paths(flow, form, seed):
    paths = ends(flow)
    factored = paths.factored(*form)
    random = np.random.default_rng(seed)
    given_ = {name: random.normal(size=(3, 3)) for name in factored.names}
    expected = sum(reduce(np.matmul, [given_[str(edge.map.value)] for edge in path.edges]) for path in paths)
    np.testing.assert_allclose(factored.at(given_), expected, rtol=1e-9, atol=1e-9)


def factors(form, i):
    """The factors of one part, products of products laid flat."""
    part = form.parts[i]
    return [f for inner in part.parts for f in factors(form, inner)] if part.kind == "times" else [i]


@settings(deadline=None, max_examples=200)
@given(flows(exact_values), st.sampled_from(["suffix", "prefix"]))
def test_no_two_summands_of_a_group_share_their_outer_or_inner_factor(flow, style):
    form = ends(flow).factored(style)
    for part in form.parts:
        if part.kind == "plus":
            last = [factors(form, term)[-1 if style == "suffix" else 0] for term in part.parts]
            assert all(form.parts[i].kind == "edge" for i in last)
            assert len(set(last)) == len(last)


@settings(deadline=None, max_examples=100)
@given(flows(exact_values))
def test_grouping_never_costs_more_products_than_the_plain_sum(flow):
    paths = ends(flow)
    plain = paths.factored("expanded")
    assert plain.multiplications == plain.expanded_multiplications
    for style in ("suffix", "prefix"):
        form = paths.factored(style)
        assert form.multiplications <= form.expanded_multiplications == plain.multiplications


def test_the_forms_of_the_source():
    flow = graph(SOURCE).flow()
    assert str(flow.paths("L", "x").factored("expanded")) == "D_Lx + D_Ly·D_yx + D_Lz·D_zy·D_yx"
    paths = flow.paths("L", "w")
    assert paths.count == 6
    assert str(paths.factored("suffix", depth=1)) == (
        "(D_Lx + D_Ly·D_yx + D_Lz·D_zy·D_yx)·D_xw + (D_Ly + D_Lz·D_zy)·D_yw + D_Lz·D_zw"
    )
    assert str(paths.factored()) == "(D_Lx + (D_Ly + D_Lz·D_zy)·D_yx)·D_xw + (D_Ly + D_Lz·D_zy)·D_yw + D_Lz·D_zw"
    assert str(paths.factored("prefix")) == (
        "D_Lx·D_xw + D_Ly·(D_yw + D_yx·D_xw) + D_Lz·(D_zw + D_zy·(D_yw + D_yx·D_xw))"
    )
    named = paths.factored("named")
    assert str(named) == "dL/dx·D_xw + dL/dy·D_yw + dL/dz·D_zw"
    assert repr(named.definitions) == "dL/dz = D_Lz\ndL/dy = D_Ly + dL/dz·D_zy\ndL/dx = D_Lx + dL/dy·D_yx"
    assert isinstance(named.definitions, tuple) and str(named.definitions[0]) == "dL/dz = D_Lz"
    assert (named.multiplications, named.expanded_multiplications, paths.factored().multiplications) == (5, 10, 6)
    assert str(paths.factored(depth=0)) == str(paths.factored("expanded"))


def test_the_chain_is_grouped_as_people_write_it(chain):
    form = chain.flow().paths("g", "b").factored()
    assert str(form) == repr(form) == "3·2(7·2 + 2d·5)" and str(form.value) == "60*d + 84"
    assert form.at(d=16) == 1044 and form.at({"d": Fraction(1, 2)}) == 114
    assert str(chain.at(a=1, o=2).paths("g", "b").factored()) == "3·2(7·2 + 32·5)"
    assert str(chain.at(a=1, o=2).paths("g", "a").factored()) == "3·2(7·2 + 32·5)·(-3)"
    assert chain.at(a=1, o=2).paths("g", "a").factored().value == -3132


def test_no_path_one_path_and_the_path_without_edges(chain):
    flow = chain.at(a=1, o=2)
    none, one, own = (flow.paths(*ends).factored() for ends in (("e", "o"), ("f", "e"), ("e", "e")))
    assert [(str(form), form.value, form.multiplications) for form in (none, one, own)] == [
        ("0", 0, 0), ("2", 2, 0), ("1", 1, 0)
    ]  # fmt: skip
    assert none.at() == 0 and flow.paths("e", "e").factored("named").value == 1


def test_opaque_and_given_nodes_mix():
    paths = graph("x = x(w); y = 3x + w; L = L(x, y)").flow().paths("L", "w")
    random = np.random.default_rng(1)
    Lx, Ly, xw = random.normal(size=(2, 3)), random.normal(size=(2, 3)), random.normal(size=(3, 3))
    expected = Lx @ xw + Ly @ (3 * xw + np.eye(3))
    for style in ("suffix", "prefix", "named", "expanded"):
        np.testing.assert_allclose(paths.factored(style).at(D_Lx=Lx, D_Ly=Ly, D_xw=xw), expected)


def test_values_that_do_not_fit_are_sent_back():
    form = graph(SOURCE).flow().paths("L", "x").factored()
    with pytest.raises(InputError, match=r"missing for D_Ly, D_Lz, D_yx, D_zy"):
        form.at(D_Lx=1)
    with pytest.raises(InputError, match="'D_xw' does not occur"):
        form.at(D_xw=1)
    ones = dict.fromkeys(form.names, np.eye(2))
    with pytest.raises(ShapeError, match=r"\(2, 2\) and \(3, 2\)"):
        form.at({**ones, "D_yx": np.ones((3, 2))})
    with pytest.raises(InputError, match="rows of one length"):
        form.at({**ones, "D_yx": [[1, 2], [3]]})
    with pytest.raises(GradflowError, match="'suffix', 'prefix', 'named', 'expanded'"):
        graph(SOURCE).flow().paths("L", "x").factored("middle")
    with pytest.raises(GradflowError, match="levels"):
        graph(SOURCE).flow().paths("L", "x").factored(depth=-1)


def test_jacobians_are_multiplied_in_the_order_that_is_written():
    random = np.random.default_rng(0)
    A, B, C, x = (random.normal(size=shape) for shape in ((4, 3), (3, 3), (4, 3), 3))
    flow = graph("h = B @ x; k = A @ h; m = C @ tanh(h); y = k * m; s = sum(y)").at(A=A, B=B, C=C, x=x)
    for of, wrt in (("y", "x"), ("s", "x"), ("s", "s")):
        for style in ("suffix", "prefix", "named", "expanded"):
            np.testing.assert_allclose(flow.paths(of, wrt).factored(style).value, flow.total(of, wrt))
    assert str(flow.paths("s", "x").factored("named")) == "ds/dh·∂h/∂x"
    assert flow.paths("y", "x").factored().multiplications == 3  # products, whatever their sizes
    assert str(flow.paths("y", "x").factored()) == "(∂y/∂k·∂k/∂h + ∂y/∂m·∂m/∂h)·∂h/∂x"


def test_a_missing_partial_is_written_by_name_and_raises_when_the_value_is_asked_for():
    form = graph("u = sqrt(x); y = u + x").at(x=0).paths("y", "x").factored()
    assert str(form) == "1 + ∂u/∂x"
    with pytest.raises(NoDerivative, match="sqrt has no derivative"):
        _ = form.value


def stacked(count):
    parts = ["x0 = x"]
    for i in range(count):
        parts.append(f"l{i} = 2x{i}; r{i} = 3x{i}; x{i + 1} = 5l{i} + 7r{i}")
    return graph("; ".join(parts)).at(x=0).paths(f"x{count}", "x0")


@pytest.mark.parametrize("style", ["suffix", "prefix"])
def test_stacked_diamonds_are_a_product_of_small_sums(style):
    assert str(stacked(2).factored(style)) == "(5·2 + 7·3)·(5·2 + 7·3)"
    sizes = [stacked(n).factored(style).size for n in (10, 20, 300)]
    assert sizes == [8 * n for n in (10, 20, 300)]
    form = stacked(300).factored(style)
    assert form.value == 31**300 and form.multiplications == 3 * 300 - 1
    assert str(form).endswith('… (too long to write out; factored("named") says it in short lines)')
    assert form.expanded_multiplications == 2**300 * 599


def test_what_is_not_nested_is_shared_and_never_written_out_in_full():
    """A ladder: two nodes a layer, each using both below it, has no cuts and 2^n paths."""
    parts = ["a0 = x; b0 = 2x"] + [f"a{i} = a{i - 1} + 2b{i - 1}; b{i} = 3a{i - 1} + b{i - 1}" for i in range(1, 200)]
    paths = graph("; ".join([*parts, "y = a199 + b199"])).at(x=1).paths("y", "x")
    assert paths.count == 2**200
    for style in ("suffix", "prefix", "named"):
        form = paths.factored(style)
        assert form.value == paths.sum and form.size < 3 * len(paths.edges) and len(str(form)) < 10_000
    for refused in ({"style": "expanded"}, {"depth": 1}):
        with pytest.raises(GradflowError, match=r"about .*10\^60 paths|about .*10\^59 paths"):
            paths.factored(**refused)
    assert len(paths.factored("named").definitions) == len(paths.nodes) - 2


def test_a_shortcut_from_the_start_to_every_join_is_grouped():
    parts = ["x0 = 2x"] + [f"x{i} = 2x{i - 1} + 3x" for i in range(1, 400)]
    paths = graph("; ".join(parts)).at(x=1).paths("x399", "x")
    for style in ("suffix", "prefix"):
        form = paths.factored(style)
        assert form.value == paths.sum and form.size <= 4 * len(paths.edges)


def test_a_notebook_is_given_latex_and_text(chain):
    data, _ = chain.flow().paths("g", "b").factored()._repr_mimebundle_()
    assert set(data) == {"text/plain", "text/latex"} and data["text/latex"].startswith("$")
