"""Graphs and the points they are put at: order, grains, exactness, and every error with its message."""

import sys
from decimal import Decimal
from fractions import Fraction

import numpy
import pytest

from gradflow_nb import graph
from gradflow_nb.core.graph import Graph
from gradflow_nb.core.node import Node, in_order
from gradflow_nb.core.operations import OPERATIONS
from gradflow_nb.errors import DomainError, GraphError, InputError, NotExpressible, UnknownName

HALF = Fraction(1, 2)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (3, 3), (HALF, HALF), (0.5, HALF), (0.1, Fraction(1, 10)), (-0.0, 0), (1e-7, Fraction(1, 10**7)), ("0.5", HALF),
        ("1/2", HALF), ("-1/2", -HALF), ("−0.25", Fraction(-1, 4)), (" 7 ", 7), (".5", HALF), ("5.", 5),
        ("1.5/3", HALF),
        (Decimal("0.1"), Fraction(1, 10)), (Decimal("1E+3"), 1000), (numpy.int64(3), 3),
        (numpy.float64(0.1), Fraction(1, 10)),
        (numpy.array(2.5), Fraction(5, 2)), (10**59, 10**59),
    ],
)  # fmt: skip
def test_inputs_stay_exact(given, kept):
    value = graph("y = x").at(x=given).values["x"]
    assert value == kept and type(value) is type(kept)


@pytest.mark.parametrize(
    "given",
    [
        True, numpy.bool_(True), float("nan"), float("inf"), -float("inf"), 1j, None, "abc",
        "",
        "1e5", "1/0", "+3", "1_000", "nan", "x", "٣", "1/2/3", Decimal("NaN"), Decimal("sNaN"), Decimal("1e500"),
        Decimal("1e-500"), 10**400, "9" * 61,
    ],
)  # fmt: skip
def test_what_is_no_number_is_refused(given):
    with pytest.raises(InputError, match=r"^The input x cannot take this value: "):
        graph("y = x").at(x=given)


def test_past_sixty_digits_a_value_becomes_a_float():
    flow = graph("y = x x; z = x^2 / x^3").at(x=10**59)
    assert flow.values["x"] == 10**59 and flow.values["y"] == 1e118 and isinstance(flow.values["y"], float)
    assert graph("y = x + 1").at(x=1e300).values["y"] == 1e300
    assert graph("y = 2^300").at().values["y"] == 2.0**300


def test_decimals_in_the_text_are_exact():
    flow = graph("y = 0.1x + 0.2").at(x=1)
    assert flow.values["y"] == Fraction(3, 10) and flow.partial("y", "x") == Fraction(1, 10)


def test_defaults_may_be_left_out_or_replaced():
    made = graph("a = 2; y = 3a")
    assert (made.inputs, made.at().values["y"], made.at(a=5).values["y"], made.at({"a": "1/3"}).values["y"]) == (
        ("a",),
        6,
        15,
        1,
    )


def test_both_grains():
    made = graph("c = 2b; e = 7c + d^2 + d")
    assert [(e.child, e.parent) for e in made.at(b=1, d=3).edges] == [("c", "b"), ("e", "c"), ("e", "d")]
    flow = made.expand().at(b=1, d=3)
    assert flow.total("e", "d") == made.at(b=1, d=3).total("e", "d") == 7
    assert [(e.child, e.parent, e.partial) for e in flow.edges if e.parent == "d"] == [("e.2", "d", 6), ("e", "d", 1)]
    assert (made.at(b=1, d=3).paths("e", "d").count, flow.paths("e", "d").count) == (1, 2)


def test_parallel_edges_are_merged_in_one_grain_and_kept_in_the_other():
    square = graph("y = a a")
    assert [edge.partial for edge in square.at(a=3).edges] == [6]
    assert [edge.partial for edge in square.expand().at(a=3).edges] == [3, 3]
    assert square.expand().at(a=3).paths("y", "a").count == 2


def test_constants_are_neither_nodes_nor_edges():
    flow = graph("y = 2*3*x + 4^2").expand().at(x=1)
    assert all(edge.parent in ("x", "y.1", "y.2") for edge in flow.edges) and "x" in flow.names
    assert flow.values["y"] == 22 and len(flow.names) == 3


def test_nodes_stand_after_what_they_use_whatever_the_order_given():
    a = Node(None, (), "a")
    b = 5 - 3 * a
    c = b * a
    made = Graph({"c": c, "b": b, "a": a})
    assert (made.names, made.inputs, made.outputs) == (("a", "b", "c"), ("a",), ("c",))
    order = in_order([c])
    assert len(order) == len(set(order)) == 4 and order[0] is a and order[-1] is c


def deep(operation, count=50_000):
    """A line of named nodes, each the operation of the one before."""
    named = {"x": Node(None, (), "x")}
    for i in range(count):
        named[f"n{i}"] = operation(list(named.values())[-1] if i == 0 else named[f"n{i - 1}"])
    return Graph(named), f"n{count - 1}"


def test_a_line_of_fifty_thousand_nodes():
    made, last = deep(lambda node: -node)
    assert sys.getrecursionlimit() < 50_000
    flow = made.at(x=3)
    assert (flow.values[last], flow.total(last, "x"), flow.paths(last, "x").count) == (3, 1, 1)
    assert len(flow.backward(last)) == len(flow.forward("x")) == 50_001
    assert len(flow.paths(last, "x")[0].nodes) == 50_001


@pytest.mark.parametrize("name", ["sin", "add", "mul"])
def test_one_equation_of_fifty_thousand_operations(name):
    x = node = Node(None, (), "x")
    for _ in range(50_000):
        node = Node(OPERATIONS[name], (node,) if name == "sin" else (node, 1))
    flow = Graph({"x": x, "y": node}).at(x=0)
    assert flow.total("y", "x") == 1 and len(flow.edges) == 1


def test_an_unknown_name_is_told_with_the_nearest(chain):
    flow = chain.at(a=1, o=2)
    for broken in (lambda: flow.total("loss", "b"), lambda: flow.partial("e", "loss"), lambda: flow.paths("g", "loss")):
        with pytest.raises(
            UnknownName, match=r"^There is no node called 'loss'\. Known here: a, b, c, d, e, f, o, g\.$"
        ):
            broken()
    for broken in (
        lambda: chain["B"],
        lambda: chain.formula("B"),
        lambda: flow.backward("B"),
        lambda: flow.forward("B"),
    ):
        with pytest.raises(UnknownName) as caught:
            broken()
        assert str(caught.value) == "There is no node called 'B'. Did you mean 'b'? Known here: a, b, c, d, e, f, o, g."


@pytest.mark.parametrize(
    ("point", "message"),
    [
        ({"a": 1}, "A value is missing for o: write at(o=1), with your own numbers."),
        ({}, "A value is missing for a, o: write at(a=1, o=1), with your own numbers."),
        ({"a": 1, "o": 2, "x": 3}, "'x' is not an input of this graph. Known here: a, o."),
        (
            {"a": 1, "o": 2, "b": 3},
            "'b' is not an input of this graph. It has an equation of its own, so its value follows.",
        ),
        ({"a": "abc", "o": 2}, "The input a cannot take this value: 'abc' is not a number such as 3, -0.5 or 1/2."),
        ({"a": True, "o": 2}, "The input a cannot take this value: True is not a single number."),
        ({"a": float("nan"), "o": 2}, "The input a cannot take this value: nan is not a finite number."),
    ],
)
def test_inputs_that_do_not_fit(chain, point, message):
    with pytest.raises(InputError) as caught:
        chain.at(point)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("text", "x", "message"),
    [
        ("y = 1/(x - 2)", 2, "In y = 1/(x - 2): division by zero, where x - 2 = 0."),
        ("b = x - 1; y = 3log(b)", "0.5", "In y = 3 log(b): log needs a positive number, and got -1/2, where b = -1/2."),
        ("y = sqrt(x)", -4, "In y = sqrt(x): sqrt needs a number that is not negative, and got -4, where x = -4."),
        ("y = exp(x)", 1000, "In y = exp(x): the result is too large for a number, where x = 1000."),
        ("y = x^(1/3)", -8, "In y = x^(1/3): the negative number -8 has no real power 1/3, where x = -8."),
        ("y = acos(x)", 2, "In y = acos(x): acos needs a number from -1 to 1, and got 2, where x = 2."),
    ],
)  # fmt: skip
def test_a_value_outside_the_domain_names_node_equation_and_value(text, x, message):
    with pytest.raises(DomainError) as caught:
        graph(text).at(x=x)
    assert str(caught.value) == "The node y has no value here. " + message


def test_what_cannot_be_expressed_says_what_is_missing(chain):
    with pytest.raises(NotExpressible) as caught:
        chain.formula("g", in_terms_of=("c", "d"))
    assert str(caught.value) == (
        "g cannot be written in terms of c, d alone: it also depends on o, which they do not determine. "
        "Try in_terms_of=('c', 'd', 'o')."
    )
    with pytest.raises(
        NotExpressible, match=r"^dg/dd cannot be written in terms of c alone: it also depends on a, which c does"
    ):
        chain.formula("g", wrt="d", in_terms_of="c")


@pytest.mark.parametrize(
    "text", ["y = (x^999 - 1)/(x - 1)", "y = (a + b + c + d)^300", "y = (x + 1)^7 (x + 2)^9 (x^3 + 1)^5/(x^8 - 1)^6"]
)
def test_large_powers_are_not_multiplied_out(text):
    """sympy would work on these for hours; they stay as they are written."""
    flow = graph(text).flow()
    assert len(str(flow.total("y", flow.graph.inputs[0]))) < 500


def test_a_number_that_becomes_too_long_is_rounded_and_marked():
    flow = graph("y = x^200; z = 2y").at(x=12)
    assert isinstance(flow.values["z"], float)
    assert flow.notes == ("In the equation of y a number has more than 60 digits; it is rounded from there on.",)
    assert flow.notes[0] in repr(flow)
    assert graph("y = x^20").at(x=12).notes == () and graph("y = exp(x)").at(x=12).notes == ()


def test_an_undefined_e_is_an_input_and_the_picture_says_so():
    assert "e is an input here" in repr(graph("y = e x"))


def test_opaque_functions_carry_symbols_that_do_not_commute():
    flow = graph("x = x(w); y = y(x, w); z = z(y, w); L = L(x, y, z)").flow()
    assert {str(edge.partial) for edge in flow.edges[:3]} == {"D_xw", "D_yx", "D_yw"}
    assert flow.paths("L", "x").count == 3 and flow.paths("L", "w").count == 6
    assert str(flow.paths("L", "w")[5].product) == "D_Lz*D_zy*D_yx*D_xw"
    for number in (1, [1, 2]):
        with pytest.raises(DomainError, match="opaque function"):
            flow.graph.at(w=number)


def test_every_convention_of_an_edge_is_told():
    (edge,) = graph("y = |x| + max(x, 0)").at(x=0).edges
    assert edge.partial == Fraction(1, 2)
    assert "|x| has a kink" in edge.convention and "the arguments of max are equal" in edge.convention


def test_names_that_cannot_be_shown_or_told_apart_are_refused():
    x = Node(None, (), "x")
    for named, says in (
        ({"a\nb": x}, "cannot be the name"), ({"": x}, "cannot be the name"), ({1: x}, "cannot be the name"),
        ({"x": x, "y": x}, "x and y name the same node"), ({"y": 2 * x}, r"an input \(x\) that is not among"), ({"x": 3}, "not a Node"),
    ):  # fmt: skip
        with pytest.raises(GraphError, match=says):
            Graph(named)


def test_graphs_and_flows_can_be_copied_and_pickled():
    import copy
    import pickle

    for text in ("y = x^2 + sin(x)", "h = sum(x, axis=0); y = y(h)"):
        original = graph(text)
        for twin in (copy.deepcopy(original), pickle.loads(pickle.dumps(original))):
            assert twin.names == original.names and repr(twin) == repr(original)
    assert pickle.loads(pickle.dumps(graph("y = x^3").at(x=2))).total("y", "x") == 12


def test_an_unused_input_is_no_output():
    assert graph("y = 2x", inputs=("x", "z")).outputs == ("y",)


def test_very_long_expressions_have_dots_inside():
    x = Node(None, (), "x")
    deep = wide = x
    for _ in range(3000):
        deep = Node(OPERATIONS["sin"], (deep,))
    for _ in range(60):
        wide = wide * wide
    for expression in (deep, wide):
        shown = repr(Graph({"x": x, "y": expression}).at(x=0))
        assert "…" in shown and len(shown) < 20_000


def test_a_graph_with_a_mistake_in_it_still_prints():
    assert "no value here. In y = x/0" in repr(graph("y = x/0"))


def test_formulas_keep_a_choice():
    x = Node(None, (), "x")
    chosen = Graph({"x": x, "y": Node(OPERATIONS["where"], (x > 0, x**2, -x))})
    assert str(chosen.formula("y", "x")) == "2*x*where(Heaviside(x, 0), 1, 0) - where(Heaviside(x, 0), 0, 1)"
    assert chosen.formula("y", "x").subs("x", -2) == -1 and chosen.formula("y", "x").subs("x", 3) == 6


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("h = f(x)", "f is an input here, and f(…) a product"), ("y = W^T x", "the transpose of W is written W.T"),
        ("r = ||W||^2", "the norm of an array is written norm(x)"),
    ],
)  # fmt: skip
def test_notes_on_what_may_have_been_meant(text, says):
    assert says in graph(text).notes[0]


def test_inside_an_equation_each_variable_is_one_input():
    """The same name twice in one equation is one node with two edges."""
    chain = graph("h = 2x; y = h x + sin(h) h^2")
    inner = chain.inside("y")
    assert inner.inputs == ("x", "h") and inner.outputs == ("y",)
    flow, whole = inner.at(x=3, h=6), chain.at(x=3)
    assert flow.values["y"] == whole.values["y"]
    assert flow.total("y", "h") == pytest.approx(whole.partial("y", "h"))
    assert [edge.parent for edge in graph("y = a a").inside("y").at(a=3).edges] == ["a", "a"]
    assert graph("a = 2b").inside("a").inputs == ("b",) and graph("a = 2b").inside("b").inputs == ("b",)
    with pytest.raises(UnknownName):
        chain.inside("q")


def test_an_operation_is_called_after_the_equation_that_it_stands_in():
    a = Node(None, (), "a")
    product, b = 2 * a, a**2 + 1
    made = Graph({"a": a, "c": product + b, "b": b}, expanded=True)  # the product comes before b in the order
    assert made.label(product) == "c.1" and [made.label(node) for node in made.nodes] == ["a", "c.1", "b.1", "b", "c"]
