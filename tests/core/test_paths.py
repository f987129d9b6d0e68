"""Paths: counted without listing, found by number, summed by a sweep."""

from fractions import Fraction
from itertools import islice

import pytest

from gradflow_nb import graph
from gradflow_nb.core.graph import Graph, Node


def diamonds(count):
    """Stacked diamonds: two ways through each, with partials 1 and 1."""
    node = Node(None, (), "x")
    named = {"x": node}
    for i in range(count):
        left, right = node + 1, node + 2
        node = left + right
        named |= {f"l{i}": left, f"r{i}": right, f"s{i}": node}
    return Graph(named), f"s{count - 1}"


def test_a_thousand_diamonds_are_counted_exactly():
    made, last = diamonds(1000)
    paths = made.at(x=0).paths(last, "x")
    assert paths.count == 2**1000 == paths.sum and paths
    middle = paths[2**999]
    assert len(middle.nodes) == 2001 and middle.product == 1
    assert paths[2**999].nodes != paths[2**999 - 1].nodes
    assert (paths[-1].nodes, paths[0].nodes[1], paths[-1].nodes[1]) == (paths[2**1000 - 1].nodes, "l999", "r999")
    assert [path.nodes for path in paths[:3]] == [path.nodes for path in islice(paths, 3)]
    for beyond in (2**1000, -(2**1000) - 1):
        with pytest.raises(IndexError):
            paths[beyond]


def test_every_path_once(chain):
    made, last = diamonds(4)
    paths = made.at(x=0).paths(last, "x")
    assert len({path.nodes for path in paths}) == len(paths) == 16
    assert all(path.nodes[0] == last and path.nodes[-1] == "x" for path in paths)
    assert [path.nodes for path in paths] == [paths[i].nodes for i in range(16)]


def test_no_path_and_the_path_without_edges(chain):
    flow = chain.at(a=1, o=2)
    none, self_ = flow.paths("e", "o"), flow.paths("e", "e")
    assert (none.count, len(none), list(none), none.sum, bool(none)) == (0, 0, [], 0, False)
    assert (self_.count, self_.sum, self_[0].nodes, self_[0].partials, self_[0].product) == (1, 1, ("e",), (), 1)
    assert flow.paths("b", "g").count == 0


def test_products_are_exact_and_formulas_are_formulas():
    made = graph("u = x/3; y = u^2 + u x")
    paths = made.at(x="1/2").paths("y", "x")
    assert [(path.nodes, path.product) for path in paths] == [
        (("y", "x"), Fraction(1, 6)),
        (("y", "u", "x"), Fraction(5, 18)),
    ]
    assert paths.sum == Fraction(4, 9)
    formulas = made.flow().paths("y", "x")
    assert [str(path.product) for path in formulas] == ["u", "(2*u + x)/3"] and str(formulas.sum) == "(5*u + x)/3"


def test_a_path_says_itself(chain):
    path = chain.at(a=1, o=2).paths("g", "b")[1]
    assert str(path) == "g ← f ← e ← d ← b: 3·2·32·5 = 960"
    negative = chain.at(a=1, o=2).paths("c", "a")[0]
    assert str(negative) == "c ← b ← a: 2·(-3) = -6" and repr(negative) == "<Path c ← b ← a: 2·(-3) = -6>"


def test_symbols_keep_the_order_of_their_factors():
    flow = graph("h = h(x); y = y(h)").flow()
    assert str(flow.paths("y", "x")[0].product) == str(flow.total("y", "x")) == "D_yh*D_hx"
    assert str(flow.backward("y")[-1].result) == str(flow.forward("x")[-1].result) == "D_yh*D_hx"


def test_a_route_through_a_missing_partial_has_no_product():
    paths = graph("u = sqrt(x); y = u + x").at(x=0).paths("y", "x")
    assert paths.count == 2 and paths[0].product == 1
    with pytest.raises(
        ArithmeticError, match=r"^the product along y ← u ← x does not exist at this point: sqrt has no derivative"
    ):
        _ = paths[1].product
