"""Holding and eliminating: totals stay what they are, products are counted, and the best order is the best."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradflow_nb import draw, graph
from gradflow_nb.core.paths.elimination import eliminate, hold
from gradflow_nb.core.paths.orders import inner_nodes, orders
from gradflow_nb.errors import GradflowError, NoDerivative, UnknownName


@st.composite
def graphs(draw, most=6):
    """Text of a random graph: two inputs, up to `most` inner nodes, and an output that uses what is left over."""
    names, lines, unused = ["a", "b"], [], {"a", "b"}
    for i in range(draw(st.integers(1, most))):
        parents = draw(st.lists(st.sampled_from(names), min_size=1, max_size=3))
        lines.append(f"n{i} = " + " + ".join(f"{draw(st.integers(1, 9))}{parent}" for parent in parents))
        unused -= set(parents)
        names.append(f"n{i}")
        unused.add(f"n{i}")
    lines.append("y = " + " + ".join(f"{name}^2" for name in sorted(unused)))
    return graph("; ".join(lines))


def test_held_nodes_do_not_move(chain):
    flow = chain.at(a=1, o=2)
    held = hold(flow, "c")
    assert (flow.total("e", "b"), held.total("e", "b"), held.total("e", "c")) == (174, 160, 7)
    assert held.values == flow.values and held.names == flow.names and flow.total("e", "b") == 174
    assert hold(flow, "c", "d").total("e", "b") == 0 == hold(hold(flow, "c"), "d").total("e", "b")
    assert hold(flow, "a").edges == flow.edges
    assert str(hold(chain.flow(), "c").total("g", "b")) == "60*d"
    with pytest.raises(UnknownName, match="no node called 'k'"):
        hold(flow, "k")


def test_a_node_that_is_gone_leaves_its_products(chain):
    flow = eliminate(chain.at(a=1, o=2), "d")
    assert flow.names == tuple(name for name in chain.names if name != "d")
    assert (flow.partial("e", "b"), flow.partial("e", "c"), flow.total("g", "a"), flow.multiplications) == (160, 7, -3132, 1)
    assert "d" not in flow.known and "d" not in flow.equations and flow.graph is chain
    both = eliminate(flow, ["c"])
    assert both.partial("e", "b") == 174 and both.multiplications == 2
    assert [(e.child, e.parent) for e in both.down["e"] and both.edges if e.child == "e"] == [("e", "b")]


def test_inputs_outputs_and_strangers_stay(chain):
    flow = chain.at(a=1, o=2)
    with pytest.raises(GradflowError, match=r"a is an input, and only nodes between .*: b, c, d, e, f"):
        eliminate(flow, "a")
    with pytest.raises(GradflowError, match="g is an output"):
        eliminate(flow, ["b", "g"])
    with pytest.raises(UnknownName):
        eliminate(eliminate(flow, "c"), "c")
    with pytest.raises(GradflowError, match="only once"):
        eliminate(flow, ["c", "d", "c"])


@settings(deadline=None, max_examples=150)
@given(graphs(), st.randoms())
def test_totals_between_the_others_stay(made, random):
    flow = made.at(a=2, b=3)
    gone = [name for name in inner_nodes(flow) if random.random() < 0.7]
    random.shuffle(gone)
    after = eliminate(flow, gone)
    for of in after.names:
        for wrt in after.names:
            assert after.total(of, wrt) == flow.total(of, wrt)
    pairs = [(edge.child, edge.parent) for edge in after.edges if edge.child not in gone]
    assert len(set(pairs)) == len(pairs) and after.names == tuple(n for n in flow.names if n not in gone)


@settings(deadline=None, max_examples=60)
@given(graphs(5))
def test_the_best_order_is_the_best_of_all_orders_carried_out(made):
    flow = made.flow()
    inner = inner_nodes(flow)
    counted = {order: eliminate(flow, order).multiplications for order in permutations(inner)}
    found = orders(flow)
    assert found.certain and found.best.multiplications == min(counted.values()) == counted[found.best.nodes]
    assert found.forward.multiplications == counted[inner] and found.reverse.multiplications == counted[inner[::-1]]


def test_the_best_order_may_be_neither_forward_nor_reverse():
    found = orders(graph("u = a b; v = sin(u); w = exp(v); y = w^2; z = 3w").flow())
    assert [o.multiplications for o in (found.forward, found.reverse, found.best)] == [8, 8, 7]
    assert repr(found).splitlines()[0].split() == ["order", "multiplications", "nodes", "eliminated"]


def test_past_eight_nodes_the_rule_is_markowitzs_and_says_so():
    wide = "; ".join(["s = a b", *(f"h{i} = {i + 1}s" for i in range(9)), "y = " + " + ".join(f"h{i}^2" for i in range(9))])
    found = orders(graph(wide).flow())
    assert not found.certain and "Markowitz" in repr(found) and len(found.best.nodes) == 10
    carried_out = eliminate(graph(wide).flow(), found.best.nodes)
    assert carried_out.multiplications == found.best.multiplications
    assert found.best.multiplications <= min(found.forward.multiplications, found.reverse.multiplications)


def test_a_chain_of_thousands_is_eliminated_and_ordered():
    text = "; ".join(["x0 = 2a", *(f"x{i} = {1 + i % 2}x{i - 1}" for i in range(1, 3000))])
    flow = graph(text).at(a=0)
    found = orders(flow)
    assert found.forward.multiplications == found.best.multiplications == 2999
    assert eliminate(flow, found.reverse.nodes).multiplications == 2999


def test_orders_of_symbols_keep_outer_before_inner():
    flow = graph("x = x(w); y = y(x, w); z = z(y, w); L = L(x, y, z)").flow()
    after = eliminate(flow, ["y", "x", "z"])
    assert len(after.edges) == 1 and not after.edges[0].partial.is_commutative
    assert (after.partial("L", "w") - flow.total("L", "w")).expand() == 0


def test_parallel_edges_are_added_before_they_are_multiplied():
    flow = graph("u = a a; y = u u").expand().at(a=3)
    after = eliminate(flow, "u")
    assert len(flow.edges) == 4 and len(after.edges) == 1
    assert after.partial("y", "a") == 108 and after.multiplications == 1


def test_jacobians_are_multiplied():
    random = np.random.default_rng(0)
    A, B, x = random.normal(size=(2, 3)), random.normal(size=(3, 4)), random.normal(size=4)
    flow = graph("h = B @ x; k = tanh(h); y = A @ k").at(A=A, B=B, x=x)
    after = eliminate(flow, ["k", "h"])
    np.testing.assert_allclose(after.partial("y", "x"), flow.total("y", "x"))
    np.testing.assert_allclose(after.total("y", "B"), flow.total("y", "B"))
    assert hold(flow, "k").total("y", "x").tolist() == np.zeros((2, 4)).tolist()


def test_a_missing_partial_spoils_only_the_edges_made_of_it():
    flow = eliminate(graph("u = sqrt(x); v = 2x; y = u + v + z").at(x=0, z=1), ["u", "v"])
    assert flow.partial("y", "z") == 1
    with pytest.raises(NoDerivative, match="sqrt has no derivative"):
        flow.partial("y", "x")


def test_conventions_stay_on_the_edges_that_they_are_part_of():
    flow = eliminate(graph("u = relu(x); y = 2u").at(x=0), "u")
    assert "relu has a kink" in flow.edges[0].convention


def test_held_and_eliminated_flows_are_drawn(chain):
    flow = chain.at(a=1, o=2)
    gone = draw(eliminate(flow, ["d", "c"])).text
    assert "b → e  ∂e/∂b = 10d + 14 = 174" in gone and "→ d" not in gone
    held = draw(hold(flow, "c")).text
    assert "b → c" not in held and "d → e  ∂e/∂d = 2d = 32" in held
    assert "<svg" in draw(eliminate(hold(flow, "c"), "d"), direction="gradient").svg
