"""Every line of the design's "what a user writes" that the package has so far gives the value written there."""

import pytest
import sympy

import gradflow_nb as gf
from gradflow_nb.errors import GradflowError, NotationError


@pytest.fixture(scope="module")
def chain():
    return gf.graph("""
        b = 5 - 3a
        c = 2b + 3
        d = 5b + 6
        e = 7c + d^2
        f = 2e
        g = 3f - o
    """)


@pytest.fixture(scope="module")
def flow(chain):
    return chain.at(a=1, o=2)


def test_inputs_and_outputs(chain):
    assert (chain.inputs, chain.outputs) == (("a", "o"), ("g",))


def test_values(flow):
    assert flow.values == {"a": 1, "b": 2, "c": 7, "d": 16, "e": 305, "f": 610, "o": 2, "g": 1828}
    assert flow.values["g"] == 1828


def test_partial_and_total(flow):
    assert (flow.partial("e", "d"), flow.partial("e", "b")) == (32, 0)
    assert (flow.total("e", "b"), flow.total("g", "b")) == (174, 1044)


def test_gradient_and_adjoints(flow):
    assert flow.gradient("g") == {"a": -3132, "o": -1}
    assert flow.adjoints("g") == {"g": 1, "f": 3, "o": -1, "e": 6, "d": 192, "c": 42, "b": 1044, "a": -3132}


def test_edges(flow):
    edges = {(edge.child, edge.parent): edge.partial for edge in flow.edges}
    assert edges == {
        ("b", "a"): -3, ("c", "b"): 2, ("d", "b"): 5, ("e", "c"): 7, ("e", "d"): 32, ("f", "e"): 2,
        ("g", "f"): 3, ("g", "o"): -1,
    }  # fmt: skip
    assert "Edge(child='e', parent='d', partial=32)" in repr(flow.edges)


def test_paths(flow):
    paths = flow.paths("g", "b")
    assert (paths.count, len(paths), paths.sum) == (2, 2, 1044)
    assert [path.product for path in paths] == [84, 960]
    assert paths[0].nodes == ("g", "f", "e", "c", "b") and paths[1].nodes == ("g", "f", "e", "d", "b")
    assert paths[0].partials == (3, 2, 7, 2) and paths[-1].partials == (3, 2, 32, 5)


def test_sweeps(flow):
    backward, forward = flow.backward("g"), flow.forward("a")
    assert [step.derivative for step in forward] == ["da/da", "db/da", "dc/da", "dd/da", "de/da", "df/da", "dg/da"]
    assert (backward[-1].derivative, backward[-1].result, forward[-1].result) == ("dg/da", -3132, -3132)
    assert "dg/db = 42·2 + 192·5 = 1044, from c and d" in str(backward)


def test_formulas(chain):
    a, b, c, d, o = sympy.symbols("a b c d o")
    assert chain.formula("g", in_terms_of=("c", "d", "o")) == 42 * c + 6 * d**2 - o
    assert chain.formula("g", wrt="d") == 12 * d
    assert chain.formula("g", wrt="d", in_terms_of="b") == 60 * b + 72
    at_a = chain.formula("g", wrt="d", in_terms_of="a")
    assert at_a == 372 - 180 * a and at_a.subs(a, sympy.Rational(1, 2)) == 282
    assert chain.formula("g", wrt="a", in_terms_of="a") == 2700 * a - 5832


def test_drawing(flow, tmp_path):
    figure = gf.draw(flow, direction="gradient", of="g", highlight=("e", "d"))
    assert isinstance(figure, gf.Figure) and figure.svg.startswith("<svg") and "digraph" in figure.dot.source
    assert [figure.save(tmp_path / f"x.{kind}").stat().st_size > 1000 for kind in ("svg", "png", "pdf")] == [True] * 3


def test_opaque_functions():
    graph = gf.graph("x = x(w); y = y(x, w); z = z(y, w); L = L(x, y, z)")
    assert [str(e.partial) for e in graph.flow().edges] == "D_xw D_yw D_yx D_zw D_zy D_Lx D_Ly D_Lz".split()
    w_to_x_first = "D_Lx*D_xw"
    assert w_to_x_first in str(sympy.expand(graph.formula("L", wrt="w")))
    assert graph.flow().paths("L", "w").count == 6


def test_the_question(chain):
    question = gf.ask(chain, of="g", wrt="b")
    for right in ("60d + 84", "300b+444", "1944-900a"):
        assert question.check(right).is_correct, right
    assert not question.check("84").is_correct and "path" in str(question.check("84"))
    assert type(question.check("60d +")).__name__ == "Invalid"
    assert gf.ask(chain, of="g", wrt="b", at={"a": 1, "o": 2}).check("1044").is_correct
    assert gf.equivalent("12(31-15a)", "372-180a") is True and gf.equivalent("12a", "13a") is False


def test_the_other_source_example():
    graph = gf.graph("c = a + b; d = b + 1; e = c d")
    flow = graph.at(a=2, b=1)
    assert [edge.partial for edge in flow.edges] == [1, 1, 1, 2, 3]
    assert (flow.total("e", "a"), flow.total("e", "b")) == (2, 5)


def test_errors_are_one_family_and_the_built_ins_they_resemble(chain, flow):
    for error, built_in, broken in (
        (gf.errors.UnknownName, KeyError, lambda: flow.total("g", "q")),
        (gf.errors.InputError, ValueError, lambda: chain.at(a=1)),
        (gf.errors.DomainError, ArithmeticError, lambda: gf.graph("y = 1/x").at(x=0)),
        (gf.errors.NotExpressible, ValueError, lambda: chain.formula("g", in_terms_of="c")),
        (NotationError, ValueError, lambda: gf.graph("y = 3 +")),
        (gf.errors.GraphError, ValueError, lambda: gf.graph("y = x; y = 2x")),
    ):
        with pytest.raises(error) as caught:
            broken()
        assert isinstance(caught.value, GradflowError) and isinstance(caught.value, built_in)


def test_hold_and_eliminate(flow):
    assert flow.hold("c").total("e", "b") == 160
    without = flow.eliminate("c")
    assert "c" not in without.values and without.total("g", "b") == 1044


def test_factored(chain, flow):
    assert str(chain.flow().paths("g", "b").factored()) == "3·2(7·2 + 2d·5)"
    assert flow.paths("g", "b").factored().value == 1044


def test_the_gradient_is_a_graph(chain):
    slope = chain.gradient_graph("g", "a")
    assert slope.outputs == ("dg_da",) and slope.at(a=1).values["dg_da"] == -3132
    again = slope.gradient_graph("dg_da", "a")
    assert again.names == ("d2g_da2",) and again.at().values == {"d2g_da2": 2700}


def test_program(chain):
    run = chain.program(of="g")(a=1, o=2)
    assert (run.values["g"], run.partials["e", "d"], run.adjoints["b"]) == (1828, 32, 1044)
    assert chain.program(of="g")(a=[0, 1], o=2).adjoints["b"].tolist() == [1944, 1044]


def test_paths_of_opaque_functions():
    flow = gf.graph("x = x(w); y = y(x, w); z = z(y, w); L = L(x, y, z)").flow()
    assert [str(edge.partial) for edge in flow.edges] == "D_xw D_yw D_yx D_zw D_zy D_Lx D_Ly D_Lz".split()
    assert (flow.paths("L", "x").count, flow.paths("L", "w").count) == (3, 6)
    paths = flow.paths("L", "w")
    assert str(paths.factored(depth=1)) == (
        "(D_Lx + D_Ly·D_yx + D_Lz·D_zy·D_yx)·D_xw + (D_Ly + D_Lz·D_zy)·D_yw + D_Lz·D_zw"
    )
    assert str(paths.factored("named")) == "dL/dx·D_xw + dL/dy·D_yw + dL/dz·D_zw"


def test_a_traced_function():
    def loss(w, x=2):
        h = w
        for _ in range(2):
            h = h * x
        return h - 1

    traced = gf.graph(loss)
    assert traced.names == ("w", "x", "h_1", "h_2", "y") and traced.defaults == {"x": 2}
    assert traced.at(w=3).total("y", "w") == 4


def test_transforms():
    def f(x, y):
        return x**2 * y

    assert gf.grad(f)(3.0, 2.0) == 12 and gf.grad(gf.grad(f))(3.0, 2.0) == 4
    assert gf.jvp(f, (3.0, 2.0), (1.0, 0.0)) == (18, 12)
    value, pullback = gf.vjp(f, 3.0, 2.0)
    assert value == 18 and tuple(pullback(1.0)) == (12, 9)
    assert gf.jacobian(f)(3.0, 2.0) == 12
    gf.check_grads(f, (3.0, 2.0))
