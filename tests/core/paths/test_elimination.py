"""Holding and eliminating: totals stay what they are, products are counted, and the best order is the best."""

from itertools import permutations
from math import prod

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from gradflow_nb import draw, graph
from gradflow_nb.core.paths.elimination import cut, eliminate, hold
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


def test_an_edge_is_cut(chain):
    flow = chain.at(a=1, o=2)
    without = flow.cut("d", "b")
    assert without.total("e", "b") == 14 and without.paths("g", "b").count == 1
    assert without.partial("d", "b") == 0 and without.values == flow.values
    assert cut(without, "c", "b").total("g", "a") == 0
    assert str(cut(chain.flow(), "c", "b").total("g", "b")) == "60*d"
    assert without.in_symbols().total("e", "b") == 14
    assert flow.edges == chain.at(a=1, o=2).edges  # the flow itself is as it was


def test_cut_paths_are_what_a_total_loses(chain):
    flow = chain.at(a=1, o=2)
    for edge in flow.edges:
        over = [path.product for path in flow.paths("g", "a") if edge in path.edges]
        assert flow.total("g", "a") - flow.cut(edge.child, edge.parent).total("g", "a") == sum(over)


def test_parallel_edges_are_cut_together():
    flow = graph("y = a a").expand().at(a=3)
    assert flow.paths("y", "a").count == 2 and flow.cut("y", "a").total("y", "a") == 0


def test_a_cut_edge_is_drawn_dotted_and_goes_with_its_ends(chain):
    flow = chain.at(a=1, o=2).cut("d", "b")
    figure = draw(flow)
    assert figure.svg.count("gf-edge gf-cut") == 1 and "b → d  cut" in figure.text and figure.title.endswith("the edge b → d is cut")
    assert 'aria-label="edge from b to d: cut"' in figure.svg
    assert "b → d  cut" in draw(flow.hold("e")).text and "gf-edge gf-cut" not in draw(flow.eliminate("d")).svg


def test_what_cannot_be_cut_is_said(chain):
    flow = chain.at(a=1, o=2)
    with pytest.raises(UnknownName, match="k"):
        flow.cut("d", "k")
    with pytest.raises(GradflowError, match="There is no edge from a to d to cut: into d run edges from b"):
        flow.cut("d", "a")
    with pytest.raises(GradflowError, match="into a run edges from no node"):
        flow.cut("a", "b")


def test_holding_is_noted_and_takes_lists(chain):
    flow = chain.at(a=1, o=2)
    for held in (hold(flow, "c", "d"), hold(flow, ["c", "d"]), hold(hold(flow, ("c",)), "d"), flow.hold(["c"], "d")):
        assert held.notes == ("c is held fixed", "d is held fixed") and held.total("e", "b") == 0
    assert hold(hold(flow, "c"), "c").notes == ("c is held fixed",) and hold(flow).notes == flow.notes == ()
    assert "c is held fixed" in draw(hold(flow, "c")).text
    with pytest.raises(UnknownName, match="no node called '3'"):
        hold(flow, 3)


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
    assert "b → e  ∂e/∂b = 50b + 74 = 174" in gone and "→ d" not in gone
    held = draw(hold(flow, "c")).text
    assert "b → c" not in held and "d → e  ∂e/∂d = 2d = 32" in held
    assert "<svg" in draw(eliminate(hold(flow, "c"), "d"), direction="gradient").svg


def diamonds(count):
    """Each x is used twice by the next, so that formulas double when they are put in."""
    return graph("; ".join(f"a{i} = x{i}/2; b{i} = x{i}/3; x{i + 1} = a{i} + b{i}" for i in range(count)))


def test_what_remains_is_written_by_what_remains(chain):
    for flow in (chain.at(a=1, o=2), chain.flow(), chain.expand().at(a=1, o=2)):
        after = eliminate(eliminate(flow, "d"), "c")
        assert str(after.equation("e")) == "e = 7(2b + 3) + (5b + 6)^2" and str(after.equation("f")) == "f = 2e"
    assert str(after.equations["e.2"]) == "(5b + 6)^2"


def test_equations_that_double_end_in_a_name():
    short, long = diamonds(2), diamonds(1000)
    assert str(eliminate(short.at(x0=1), short.names[1:-1]).equation("x2")) == "x2 = (x0/2 + x0/3)/2 + (x0/2 + x0/3)/3"
    for flow in (long.at(x0=1), long.flow()):
        after = eliminate(flow, long.names[1:-1])
        assert str(after.equation("x1000")) == "x1000 = x1000(x0)"
    assert len(after.edges) == 1 and after.total("x1000", "x0") == sympy.Rational(5, 6) ** 1000
    text = draw(eliminate(diamonds(8).at(x0=1), diamonds(8).names[1:-1])).text
    assert "x8    x8(x0)" in text and "x0 → x8  ∂x8/∂x0 = 390625/1679616" in text


def test_only_what_is_used_is_said_of_a_long_equation():
    wide = "; ".join(f"h{i} = a{i} b + {i}" for i in range(40))
    after = eliminate(graph(f"{wide}; y = {' + '.join(f'h{i}' for i in range(40))}; z = 2y + c").at(
        {f"a{i}": 1 for i in range(40)}, b=2, c=0
    ), [f"h{i}" for i in range(40)])  # fmt: skip
    assert str(after.equation("y")) == "y = y(a0, b, a1, a2, a3, a4, a5, …)" and str(after.equation("z")) == "z = 2y + c"


def test_formulas_name_only_what_remains(chain):
    after = eliminate(chain.flow(), ["c", "d"])
    assert str(after.partial("e", "b")) == "50*b + 74" == str(after.total("e", "b"))
    assert sympy.expand(after.known["e"]) == sympy.expand(chain.formula("e", in_terms_of="b"))
    assert "∂e/∂b = 50b + 74 = 174" in draw(eliminate(chain.at(a=1, o=2), ["c", "d"])).text
    assert eliminate(chain.flow(), "f").partial("e", "d") == 2 * sympy.Symbol("d")


@settings(deadline=None, max_examples=60)
@given(graphs(5), st.randoms())
def test_formulas_of_what_remains_are_the_numbers(made, random):
    """After elimination every formula is one in remaining names, and at a point it is the number of the numeric flow."""
    gone = [name for name in inner_nodes(made.flow()) if random.random() < 0.7]
    random.shuffle(gone)
    symbols, numbers = eliminate(made.flow(), gone), eliminate(made.at(a=2, b=3), gone)
    names = {sympy.Symbol(name): numbers.known[name] for name in numbers.names}
    for formula, number in zip(symbols.edges, numbers.edges, strict=True):
        value = sympy.sympify(formula.map.value)
        assert value.free_symbols <= names.keys() and value.subs(names) == number.map.value
    for name in symbols.names:
        known = symbols.known[name]
        assert known.free_symbols <= names.keys() and known.subs(names) == numbers.known[name]
    assert [(e.child, e.parent) for e in numbers.in_symbols().edges] == [(e.child, e.parent) for e in numbers.edges]


def test_formulas_too_long_to_put_in_are_functions():
    made = graph("; ".join([*(f"x{i + 1} = x{i} sin(x{i})" for i in range(40)), "y = x40^2 + a; z = y^2"]))
    after = eliminate(made.flow(), ["y", *made.names[1:41]])
    assert after.known["z"].free_symbols == {sympy.Symbol("x0"), sympy.Symbol("a")}
    assert {f.func.__name__[0] for f in after.known["z"].atoms(sympy.core.function.AppliedUndef)} == {"x"}
    direct = eliminate(made.flow(), "x40").partial("y", "x39")
    assert str(direct) == "2*x39*(x39*cos(x39) + sin(x39))*sin(x39)" and direct.free_symbols == {sympy.Symbol("x39")}


def test_opaque_and_array_formulas_name_only_what_remains():
    after = eliminate(graph("x = x(w); y = 3x^2 + w; L = L(x, y)").flow(), "x")
    assert str(after.known["y"]) == "w + 3*x(w)**2" and "6*x(w)*D_xw" in str(after.partial("y", "w"))
    arrays = eliminate(graph("u = B @ x; h = tanh(A @ u); y = h*h + x sum(h)").flow(), ["u", "h"])
    assert str(arrays.equation("y")) == "y = tanh(A @ (B @ x))·tanh(A @ (B @ x)) + x·sum(tanh(A @ (B @ x)))"
    assert not {"h", "u"} & {str(symbol) for symbol in arrays.known["y"].free_symbols}
    assert "tanh(A @ (B @ x))**2" in str(arrays.known["y"])


def test_a_held_node_that_is_gone_keeps_its_name(chain):
    for flow in (chain.at(a=1, o=2), chain.flow()):
        after = eliminate(hold(flow, "c"), ["c", "d"])
        assert str(after.equation("e")) == "e = 7c + (5b + 6)^2" and "c is held fixed" in after.notes
    assert str(after.partial("e", "b")) == "50*b + 60" and str(after.known["e"]) == "7*c + (5*b + 6)**2"


@st.composite
def array_flows(draw):
    """A random flow of vectors (and numbers): x, y are inputs; each node adds matrices times earlier ones."""
    sizes = {"x": draw(st.integers(1, 4)), "y": draw(st.integers(1, 4))}
    lines, point, unused = [], {n: np.ones(k) for n, k in sizes.items()}, {"x", "y"}
    for i in range(draw(st.integers(1, 4))):
        parents = draw(st.lists(st.sampled_from(sorted(sizes)), min_size=1, max_size=3, unique=True))
        size = draw(st.integers(1, 4))
        for parent in parents:
            point[f"M{i}{parent}"] = np.ones((size, sizes[parent]))
        lines.append(f"n{i} = " + " + ".join(f"M{i}{parent} @ {parent}" for parent in parents))
        sizes[f"n{i}"] = size
        unused = (unused - set(parents)) | {f"n{i}"}
    lines.append("s = " + " + ".join(f"sum({name})" for name in sorted(unused)))
    return graph("; ".join(lines)).at(point)


def brute(flow, order):
    """The multiplications of an order, from matrices of edges alone: each product m×k by k×n takes m·k·n."""
    size = {name: prod(np.shape(value)) for name, value in flow.known.items()}
    pairs, total = {(edge.child, edge.parent) for edge in flow.edges}, 0
    for name in order:
        into = {parent for child, parent in pairs if child == name}
        out = {child for child, parent in pairs if parent == name}
        total += sum(size[child] * size[name] * size[parent] for child in out for parent in into)
        pairs = {pair for pair in pairs if name not in pair} | {(child, parent) for child in out for parent in into}
    return total


@settings(deadline=None, max_examples=60)
@given(array_flows())
def test_products_of_jacobians_cost_their_sizes(flow):
    inner = inner_nodes(flow)
    counted = {order: brute(flow, order) for order in permutations(inner)}
    for order, count in counted.items():
        assert eliminate(flow, order).multiplications == count
    found = orders(flow)
    assert found.best.multiplications == min(counted.values()) == counted[found.best.nodes] and found.certain
    assert (found.forward.multiplications, found.reverse.multiplications) == (counted[inner], counted[inner[::-1]])


def test_sizes_decide_between_forward_and_reverse():
    """One number out of many in: reverse is cheap; the same chain the other way round: forward is."""
    eye, ones = np.eye(9), np.ones(9)
    narrow = orders(graph("h = A @ x; k = A @ h; m = tanh(k); L = sum(m)").at(A=eye, x=ones))
    assert narrow.reverse.multiplications < narrow.forward.multiplications
    wide = orders(graph("h = t b; k = tanh(h); y = exp(k)").at(t=2, b=ones))
    assert wide.forward.multiplications == 2 * 9 * 9 * 10 and narrow.certain
    many = "; ".join(["h0 = A @ x", *(f"h{i} = tanh(h{i - 1})" for i in range(1, 10)), "L = sum(h9)"])
    flow = graph(many).at(A=np.ones((3, 5)), x=np.ones(5))
    found = orders(flow)
    assert not found.certain
    for order in (found.forward, found.reverse, found.best):
        assert eliminate(flow, order.nodes).multiplications == order.multiplications == brute(flow, order.nodes)
