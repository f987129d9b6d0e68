"""Paths: counted without listing, found by number, summed by a sweep."""

from fractions import Fraction
from itertools import islice

import numpy as np
import pytest

from gradflow_nb import graph
from gradflow_nb.core.graph import Graph
from gradflow_nb.core.node import Node
from gradflow_nb.errors import GradflowError, NoDerivative


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


def test_a_path_is_found_without_listing():
    made, last = diamonds(1000)
    flow = made.at(x=0)
    paths, middle = flow.paths(last, "x"), 3**600 % 2**1000
    path = paths[middle]
    assert path in paths and paths.index(path) == middle and flow.paths(last, "x").index(path) == middle
    tail = paths[5::7]
    assert paths[5 + 7 * 10**50] in tail and tail.index(paths[5 + 7 * 10**50]) == 10**50 and paths[6] not in tail
    assert next(reversed(paths)) == paths[-1] and next(reversed(tail)) == tail[-1]
    for strange in (3, None, "x", made.at(x=0).paths(last, "x")[0], flow.paths("s998", "x")[0], flow.paths(last, "s0")[0]):
        assert strange not in paths and strange not in tail
        for among in (paths, tail):
            with pytest.raises(ValueError, match="not among these paths"):
                among.index(strange)
    for among in (paths, tail):
        with pytest.raises(OverflowError, match=r"ask for \.count") as caught:
            len(among)
        assert isinstance(caught.value, GradflowError)
    assert paths[1:] == flow.paths(last, "x")[1:] and paths[1:] != paths[:-1] and paths[2:] != paths[1:]
    with pytest.raises(TypeError):
        paths["x"]


def test_indexes_are_a_lists():
    made, last = diamonds(4)
    paths = made.at(x=0).paths(last, "x")
    listed = list(paths)
    assert [paths.index(path) for path in listed] == list(range(16)) and list(reversed(paths)) == listed[::-1]
    cut = paths[12:2:-3]
    assert [cut.index(path) for path in cut] == list(range(4)) and list(reversed(cut)) == list(cut)[::-1]
    assert sum(path in cut for path in listed) == 4 and paths.index(paths[3], 3) == 3 == paths.index(paths[3], -14, -1)
    for start, stop in ((4, None), (0, 3)):
        with pytest.raises(ValueError):
            paths.index(paths[3], start, stop)
    assert paths[0].edges[:-1] and type(paths[0])(paths.flow, "x", paths[0].edges[1:]) not in paths
    assert type(paths[0])(paths.flow, "x", paths[0].edges[:-1]) not in paths
    own = made.at(x=0).paths("x", "x")
    assert own[0] in own and own.index(own[0]) == 0


def test_parallel_edges_have_numbers_of_their_own():
    paths = graph("y = a a").expand().at(a=3).paths("y", "a")
    assert [paths.index(path) for path in paths] == [0, 1]


def test_a_very_long_path_is_said_by_its_ends():
    made, last = weighted(1000)
    path = made.at(x=0).paths(last, "x")[0]
    assert str(path) == "x1000 ← l999 ← … ← x0 ← x: 1·2·…·2·1 = 1.07151·10^301"
    made, last = weighted(8)  # 17 edges
    assert "…" not in str(made.at(x=0).paths(last, "x")[0])
    text = "u = sqrt(x0); x1 = u + 1; " + "; ".join(f"x{i + 1} = 2x{i}" for i in range(1, 40))
    missing = graph(text).at(x0=0).paths("x40", "x0")[0]
    assert str(missing) == "x40 ← x39 ← … ← u ← x0: 2·2·…·1·∂u/∂x0, which does not exist"
    with pytest.raises(NoDerivative, match="the product along x40 ← x39 ← … ← u ← x0 does"):
        _ = missing.product


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


def weighted(count, left=2, right=3):
    """Stacked diamonds whose two ways have the products `left` and `right`."""
    text = ["x0 = x"]
    for i in range(count):
        text.append(f"l{i} = {left}x{i}; r{i} = {right}x{i}; x{i + 1} = l{i} + r{i}")
    return graph("; ".join(text)), f"x{count}"


def test_the_sum_stays_exact_however_long_it_is():
    made, last = weighted(1000)
    paths = made.at(x=0).paths(last, "x")
    assert paths.sum == 5**1000 and type(paths.sum) is int
    assert paths[0].product == 2**1000 and paths[-1].product == 3**1000
    made, last = weighted(200, left="(1/3)", right="(1/7)")
    assert made.at(x=0).paths(last, "x").sum == Fraction(10, 21) ** 200
    assert made.at(x=0).paths(last, "x")[0].product == Fraction(1, 3) ** 200


def test_a_sum_with_floats_is_the_sweeps():
    flow = graph("u = sin(x); v = cos(x); y = u v + u").at(x=0.3)
    assert flow.paths("y", "x").sum == flow.total("y", "x")
    assert flow.paths("y", "x").sum == pytest.approx(sum(path.product for path in flow.paths("y", "x")))


def test_slices_are_found_when_they_are_asked_for():
    made, last = diamonds(1000)
    paths = made.at(x=0).paths(last, "x")
    tail = paths[5:]
    assert tail.count == 2**1000 - 5 and tail and tail[0] == paths[5] and tail[-1] == paths[-1]
    assert paths[::-1][0] == paths[-1] and paths[::-2].count == 2**999 and paths[::3].count == (2**1000 + 2) // 3
    assert tail[10:][1] == paths[16] and next(iter(tail)) == paths[5]
    few = paths[:3]
    assert len(few) == 3 and list(few) == [paths[0], paths[1], paths[2]] == few and few == paths[0:3] and few != paths[1:4]
    assert not paths[3:3] and paths[3:3].count == 0 and repr(paths[3:3]) == "[]"
    with pytest.raises(IndexError):
        few[3]


@pytest.mark.parametrize("cut", [slice(2, 9, 3), slice(None, None, -2), slice(9, 2, -3), slice(-3, None), slice(5, 2)])
def test_slices_hold_what_a_lists_slices_hold(cut):
    made, last = diamonds(4)
    paths = made.at(x=0).paths(last, "x")
    assert list(paths[cut]) == list(paths)[cut] and paths[cut].count == len(list(paths)[cut])


def test_parallel_edges_are_separate_paths():
    paths = graph("y = a a").expand().at(a=3).paths("y", "a")
    assert paths.count == 2 and paths[0] != paths[1] and paths[0] == paths[0] and paths.sum == 6
    assert len({*paths, *paths}) == 2


def test_the_piece_of_the_graph_between_two_nodes(chain):
    paths = chain.at(a=1, o=2).paths("g", "b")
    assert paths.nodes == ("b", "c", "d", "e", "f", "g") and len(paths.edges) == 6
    assert chain.at(a=1, o=2).paths("c", "o").nodes == () == chain.at(a=1, o=2).paths("c", "o").edges


def test_growth_of_numbers_is_the_size_of_the_product(chain):
    growth = chain.at(a=1, o=2).paths("g", "a")[0].growth
    assert [row.node for row in growth] == ["f", "e", "c", "b", "a"]
    assert [row.norm for row in growth] == [3, 6, 42, 84, 252] == [row.spectral_radius for row in growth]
    with pytest.raises(GradflowError, match="put them in"):
        _ = chain.flow().paths("g", "a")[0].growth


def test_growth_of_opaque_functions_says_what_helps():
    path = graph("x = x(w); y = 3x").flow().paths("y", "w")[0]
    with pytest.raises(GradflowError, match=r"of x only the name is known.*D_xw: factored\(\)\.at") as caught:
        _ = path.growth
    assert "graph.at" not in str(caught.value)


def test_norms_can_grow_where_all_radii_are_below_one():
    """Products of a matrix and its transpose: each has the spectral radius 1/2, and yet the product explodes."""
    steps = 8
    text = "; ".join(f"h{i + 1} = {'A' if i % 2 else 'B'} @ h{i}" for i in range(steps))
    shear = np.array([[0.5, 2], [0, 0.5]])
    path = graph(f"h0 = x; {text}").at(A=shear, B=shear.T, x=[1.0, 1.0]).paths(f"h{steps}", "h0")[0]
    norms = [row.norm for row in path.growth]
    assert path.growth[0].spectral_radius == pytest.approx(0.5) and norms == sorted(norms) and norms[-1] > 400
    products = [shear]
    for i in range(1, steps):
        products.append(products[-1] @ (shear.T if i % 2 else shear))
    assert norms == pytest.approx([np.linalg.svd(p)[1][0] for p in products])
    assert [r.spectral_radius for r in path.growth] == pytest.approx([max(abs(np.linalg.eigvals(p))) for p in products])


def test_a_product_that_is_not_square_has_no_radius():
    path = graph("h = A @ x; y = sum(h)").at(A=[[1, 2], [3, 4], [5, 6]], x=[1, 1]).paths("y", "x")[0]
    assert [row.spectral_radius for row in path.growth] == [None, None]
    assert path.growth[1].norm == pytest.approx(np.hypot(9, 12))
    assert path.product.tolist() == [[9, 12]]


def test_a_path_through_an_array_from_number_to_number_has_a_number():
    paths = graph("h = a x; y = sum(h)").at(a=[1, 2, 4], x=3).paths("y", "x")
    assert paths[0].product == 7 and paths.sum == 7


def test_a_missing_partial_is_said():
    paths = graph("u = sqrt(x); y = u + x").at(x=0).paths("y", "x")
    assert str(paths[1]) == "y ← u ← x: 1·∂u/∂x, which does not exist"
    assert repr(paths).endswith("sum: dy/dx does not exist")
    with pytest.raises(NoDerivative):
        _ = paths.sum
