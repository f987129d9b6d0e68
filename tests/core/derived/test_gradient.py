"""The gradient of a graph is a graph: the chain's, random ones against sympy and finite differences, and arrays."""

from fractions import Fraction

import pytest
import sympy
from hypothesis import assume, given
from hypothesis import strategies as st

from gradflow_nb import graph
from gradflow_nb.core.derived.gradient import adjoints, derivative_name, gradient_graph
from gradflow_nb.core.graph import Graph
from gradflow_nb.core.node import Node, in_order
from gradflow_nb.core.operations import OPERATIONS, row
from gradflow_nb.errors import NotExpressible, UnknownName


def equations(made):
    flow = made.flow()
    return [str(flow.equation(name)) for name in made.names if made[name].operation is not None]


def test_the_chain(chain):
    first = gradient_graph(chain, "g", "a")
    assert first.inputs == ("a",) and first.outputs == ("dg_da",)
    assert equations(first) == [
        "b = 5 - 3a", "d = 5b + 6", "dg_dd = 12d", "dg_db = 5dg_dd + 84", "dg_da = -3dg_db",
    ]  # fmt: skip
    assert first.at(a=1).values["dg_db"] == 1044
    second = gradient_graph(first, "dg_da", "a")
    assert second.names == second.outputs == ("d2g_da2",) and second.at().values == {"d2g_da2": 2700}


def test_several_at_once_and_a_node_in_the_middle(small):
    made = gradient_graph(small, "e", ["a", "b"])
    assert {"de_da", "de_db"} <= set(made.names)
    assert made.at(a=2, b=1).values["de_da"] == 2 and made.at(a=2, b=1).values["de_db"] == 5
    assert gradient_graph(small, "e", "c").at(b=1).values["de_dc"] == 2
    assert gradient_graph(small, "e", "e").at().values == {"de_de": 1}
    assert gradient_graph(small, "c", "d").at().values == {"dc_dd": 0}


def test_mixed_and_higher_orders_have_names():
    made = graph("y = x^3 u^2")
    mixed = gradient_graph(gradient_graph(made, "y", "x"), "dy_dx", "u")
    assert mixed.outputs == ("d2y_dx_du",) and mixed.at(x=2, u=3).values["d2y_dx_du"] == 72
    third = gradient_graph(gradient_graph(gradient_graph(made, "y", "x"), "dy_dx", "x"), "d2y_dx2", "x")
    assert third.outputs == ("d3y_dx3",) and third.at(u=3).values["d3y_dx3"] == 54
    assert derivative_name("y", ["x", "u", "u"]) == "d3y_dx_du2"


def test_a_name_that_is_taken_gets_a_mark():
    made = gradient_graph(graph("dy_dx = x + 1; y = dy_dx x"), "y", "x")
    assert made.outputs == ("dy_dx_",) and made.at(x=2).values["dy_dx_"] == 5


def test_outputs_that_are_other_nodes_or_equal():
    made = gradient_graph(graph("y = a b"), "y", ["a", "b"])
    assert made.at(a=2, b=7).values == {"a": 2, "b": 7, "dy_da": 7, "dy_db": 2}
    made = gradient_graph(graph("y = sin(a + b)"), "y", ["a", "b"])
    values = made.at(a=0, b=0).values
    assert values["dy_da"] == values["dy_db"] == 1


def test_what_was_written_is_not_folded():
    made = gradient_graph(graph("u = 0 x + 1 x; y = u^2"), "y", "x")
    assert "u = 0x + 1x" in equations(made)
    made = gradient_graph(graph("c = 2x; k = 2x; y = c^2 k^2"), "y", "x")
    assert {"c", "k"} <= set(made.names)  # equal, and yet two nodes


def test_named_numbers_and_exactness():
    made = gradient_graph(graph("y = π x^2 / 3"), "y", "x")
    assert made.at(x=1).values["dy_dx"] == pytest.approx(2.0943951023931953)
    assert gradient_graph(graph("y = x^2 / 3"), "y", "x").at(x=1).values["dy_dx"] == Fraction(2, 3)


def test_errors():
    with pytest.raises(UnknownName, match="gg"):
        gradient_graph(graph("g = x"), "gg", "x")
    with pytest.raises(UnknownName, match="'z'"):
        gradient_graph(graph("g = x"), "g", ["x", "z"])
    with pytest.raises(NotExpressible, match="opaque"):
        gradient_graph(graph("x = x(w); y = x^2"), "y", "w")


SMOOTH = ("add", "sub", "mul", "div", "neg", "pow", "exp", "sin", "cos", "tanh", "atan", "sigmoid", "softplus")
MEANING = {
    "add": lambda a, b: a + b, "sub": lambda a, b: a - b, "mul": lambda a, b: a * b, "div": lambda a, b: a / b,
    "neg": lambda a: -a, "pow": lambda a, b: a**b, "sigmoid": lambda a: 1 / (1 + sympy.exp(-a)),
    "softplus": lambda a: sympy.log(1 + sympy.exp(a)),
}  # fmt: skip


@st.composite
def graphs(draw):
    """A graph of a few equations over a and b, and the same as one sympy expression."""
    named = {"a": Node(None, (), "a"), "b": Node(None, (), "b")}
    meaning = {node: sympy.Symbol(name) for name, node in named.items()}
    parts = list(named.values())
    for name in ("u", "v", "y"):
        for _ in range(draw(st.integers(1, 3))):
            operation = OPERATIONS[draw(st.sampled_from(SMOOTH))]
            arguments = [draw(st.sampled_from(parts))]
            if operation.name == "pow":
                arguments.append(draw(st.sampled_from([2, 3, -1])))
            elif operation.arity == 2:
                arguments.append(draw(st.one_of(st.sampled_from([-2, 1, 3]), st.sampled_from(parts))))
            node = Node(operation, arguments)
            rule = MEANING.get(operation.name) or getattr(sympy, operation.name)
            meaning[node] = rule(*(meaning[a] if isinstance(a, Node) else sympy.Integer(a) for a in arguments))
            parts.append(node)
        node.name = name
        named[name] = node
    return Graph(named), meaning[named["y"]]


@given(graphs(), st.sampled_from("ab"), st.sampled_from("ab"), st.tuples(*[st.integers(2, 12)] * 2))
def test_first_and_second_order_against_sympy(made, first, second, eighths):
    found, expression = made
    point = {"a": Fraction(eighths[0], 8), "b": Fraction(eighths[1], 8)}
    at = {sympy.Symbol(name): sympy.Rational(value.numerator, value.denominator) for name, value in point.items()}
    one = gradient_graph(found, "y", first)
    name = next(n for n, meant in one.derivatives.items() if meant == ("y", (first,)))
    if second not in one:
        two = None
    else:
        two = gradient_graph(one, name, second)
    for derived, by in ((one, (first,)), (two, (first, second))):
        truth = sympy.diff(expression, *by).subs(at).evalf(30)
        assume(truth.is_real and abs(truth) < 1e12)
        if derived is None:
            assert truth == 0
            continue
        output = next(n for n, meant in derived.derivatives.items() if meant == ("y", by))
        try:
            value = derived.at({n: point[n] for n in derived.inputs}).values[output]
        except ArithmeticError:
            assume(False)
        assert float(value) == pytest.approx(float(truth), rel=1e-7, abs=1e-7)


@given(st.sampled_from(sorted(OPERATIONS)), st.integers(1, 7))
def test_every_row_against_the_sweep_in_numbers(name, sevenths):
    operation = OPERATIONS[name]
    inputs = [Node(None, (), f"x{i}") for i in range(operation.arity)]
    made = Graph({**{n.name: n for n in inputs}, "y": Node(operation, inputs, "y")})
    point = {n.name: Fraction(sevenths, 9) + i + (name == "acosh") for i, n in enumerate(inputs)}
    try:
        truth = made.at(point).gradient("y")
    except ArithmeticError:
        assume(False)
    for n in made.inputs:
        derived = gradient_graph(made, "y", n)
        assert float(derived.at({k: point[k] for k in derived.inputs}).values[f"dy_d{n}"]) == pytest.approx(float(truth[n]))


def test_a_very_long_chain():
    node = x = Node(None, (), "x")
    for _ in range(20_000):
        node = node * Fraction(1, 2) + x
    node.name = "y"
    assert gradient_graph(Graph({"x": x, "y": node}), "y", "x").at().values["dy_dx"] == pytest.approx(2)


def test_arrays_undo_broadcasting_and_give_each_shape_back():
    np = pytest.importorskip("numpy")
    w, x, b = (Node(None, (), name) for name in "wxb")
    h = OPERATIONS["tanh"]
    hidden = Node(h, (Node(row("matmul"), (x, w)) + b,), "h")
    loss = Node(row("sum", axis=None), (hidden * hidden,), "L")
    found = adjoints(in_order([loss]), loss)
    assert found[b].operation.name == "fit"
    made = gradient_graph(Graph({"w": w, "x": x, "b": b, "h": hidden, "L": loss}), "L", ["w", "b"])
    rng = np.random.default_rng(0)
    point = {"x": rng.normal(size=(5, 3)), "w": rng.normal(size=(3, 2)), "b": rng.normal(size=2)}
    values = made.at({name: point[name] for name in made.inputs}).values

    def value(**moved):
        p = {**point, **moved}
        return (np.tanh(p["x"] @ p["w"] + p["b"]) ** 2).sum()

    for name in "wb":
        numeric = np.zeros_like(point[name])
        for index in np.ndindex(numeric.shape):
            step = np.zeros_like(numeric)
            step[index] = 1e-6
            numeric[index] = (value(**{name: point[name] + step}) - value(**{name: point[name] - step})) / 2e-6
        assert values[f"dL_d{name}"] == pytest.approx(numeric, abs=1e-6)
