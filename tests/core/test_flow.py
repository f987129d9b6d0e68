"""Random graphs from the table: totals against differentiation from outside, and all orders of the one sum alike."""

from fractions import Fraction
from functools import partial

import mpmath
import pytest
import sympy
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from gradflow_nb.core.evaluate import NoValue, World, flow_in, put_in
from gradflow_nb.core.graph import Graph
from gradflow_nb.core.node import Node
from gradflow_nb.core.operations import OPERATIONS
from gradflow_nb.core.worlds import precise
from gradflow_nb.errors import DomainError, NoDerivative

mp = mpmath.MPContext()
mp.dps = 60
LETTERS = ("a", "b", "c")
RATIONAL = ("add", "sub", "mul", "neg", "pow", "div")
SMOOTH = (*RATIONAL, *"exp log sqrt sin cos tan sinh cosh tanh asin acos atan sec csc cot asinh acosh atanh".split())
ALL = (*SMOOTH, *"log10 sigmoid softplus relu abs sign step max min".split())

# What the operations mean, once more and apart from the table.
MEANING = {
    "add": lambda x, y: x + y, "sub": lambda x, y: x - y, "mul": lambda x, y: x * y, "div": lambda x, y: x / y,
    "neg": lambda x: -x, "pow": lambda x, y: x**y, "relu": lambda x: max(x, 0), "abs": abs, "max": max, "min": min,
    "sign": lambda x: mp.sign(x), "step": lambda x: mp.mpf(x > 0), "sigmoid": lambda x: 1 / (1 + mp.exp(-x)),
    "softplus": lambda x: mp.log(1 + mp.exp(x)),
}  # fmt: skip


def meaning(node, known):
    """The value of a node by plain recursion, with the nodes in `known` held at given values."""
    if node in known:
        return known[node]
    arguments = [
        meaning(a, known) if isinstance(a, Node) else mp.mpf(a.numerator) / a.denominator for a in node.arguments
    ]
    function = MEANING.get(node.operation.name) or getattr(mp, node.operation.name)
    return function(*arguments)


@st.composite
def graphs(draw, operations):
    """A few equations over shared names, and sometimes over unnamed parts of earlier equations too."""
    named = {letter: Node(None, (), letter) for letter in LETTERS}
    parts = list(named.values())

    def expression(depth):
        if depth == 0 or draw(st.integers(0, 3)) == 0:
            return draw(st.sampled_from(parts))
        operation = OPERATIONS[draw(st.sampled_from(operations))]
        arguments = [expression(depth - 1)]
        if operation.name == "pow":
            arguments.append(draw(st.integers(-2, 3)))
        elif operation.arity == 2:
            other = draw(st.one_of(st.integers(-3, 3), st.just("node"), st.just("node")))
            arguments.append(expression(depth - 1) if other == "node" else other)
            arguments = arguments[:: draw(st.sampled_from((1, -1)))]
        node = Node(operation, arguments)
        parts.append(node)
        return node

    for i in range(draw(st.integers(2, 5))):
        node = expression(2)
        if node.operation is None or node in named.values():
            node = Node(OPERATIONS["mul"], (2, node))
            parts.append(node)
        node.name = f"n{i}"
        named[node.name] = node
    return Graph(named)


POINTS = st.fixed_dictionaries({letter: st.fractions(-2, 2, max_denominator=6) for letter in LETTERS})
many = partial(settings, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])


def flow_at(graph, point):
    """The flow at an ordinary point: everything defined, no kink, no numbers that floats cannot carry."""
    try:
        flow = graph.at(point)
    except DomainError:
        assume(False)
    assume(not flow.conventions and all(edge.exists for edge in flow.edges))
    assume(all(abs(v) < 10**4 for v in (*flow.values.values(), *(edge.partial for edge in flow.edges))))
    return flow


def pairs(flow):
    """Each node that has an equation, with everything that comes before it."""
    equations = [name for name in flow.names if name in flow.equations]
    return [(of, wrt) for of in equations for wrt in flow.names[: flow.names.index(of) + 1]]


@many(max_examples=300)
@given(graph=graphs(ALL), point=POINTS)
def test_totals_agree_with_numeric_differentiation(graph, point):
    flow = flow_at(graph, point)
    world = World(partial(precise.lift, mp), lambda value: value)
    sharp_point = {name: precise.lift(mp, x) for name, x in point.items()}
    try:
        put_in(list(graph.named.values()), {id(graph[name]): x for name, x in sharp_point.items()}, world.lift)
    except NoValue:  # such as tanh(60), of which 60 digits show only a 1
        assume(False)
    sharp = flow_in(graph, sharp_point, world)
    assume(all(edge.exists for edge in sharp.edges))
    step = mp.mpf(10) ** -20
    for of, wrt in pairs(flow):
        fixed = {graph[name]: sharp.known[name] for name in LETTERS}
        try:
            down, middle, up = (
                meaning(graph[of], {**fixed, graph[wrt]: sharp.known[wrt] + side * step}) for side in (-1, 0, 1)
            )
        except (ValueError, ZeroDivisionError):
            assume(False)
        assume(not any(isinstance(end, mp.mpc) for end in (down, up)))
        numeric = (up - down) / (2 * step)
        assume(abs(up - 2 * middle + down) <= mp.mpf(10) ** -25)  # no kink that floats missed, as in relu(cot(acos(0)))
        total = mp.mpf(sharp.total(of, wrt))
        assert abs(total - numeric) <= mp.mpf(10) ** -12 * (1 + abs(total)), (of, wrt)
        weight = sum(abs(float(path.product)) for path in flow.paths(of, wrt)[:200])
        assert float(flow.total(of, wrt)) == pytest.approx(float(total), rel=1e-7, abs=1e-8 * (1 + weight))


@many(max_examples=100)
@given(graph=graphs(RATIONAL), point=POINTS)
def test_rational_graphs_give_sympys_exact_answers(graph, point):
    flow = flow_at(graph, point)
    formulas = {}
    for name in graph.names:
        known = {graph[earlier]: sympy.Symbol(earlier) for earlier in formulas}
        formulas[name] = sympy.Symbol(name) if name in LETTERS else exact_meaning(graph[name], known)
    at = {sympy.Symbol(name): sympy.Rational(Fraction(value)) for name, value in flow.values.items()}
    for name in graph.names:
        assert isinstance(flow.values[name], (int, Fraction))
        for parent in graph.names:
            if parent != name:
                partial_ = sympy.diff(formulas[name], sympy.Symbol(parent)) if name not in LETTERS else sympy.Integer(0)
                assert same(flow.partial(name, parent), partial_.subs(at))
    last = graph.names[-1]
    composed = formulas[last]
    for name in reversed(graph.names):
        composed = composed.subs(sympy.Symbol(name), formulas[name]) if name not in LETTERS else composed
    for letter in LETTERS:
        slope = sympy.diff(composed, sympy.Symbol(letter)).subs(at)
        assume(slope.is_finite)  # sympy keeps 0/0 where the graph has cancelled nothing
        assert same(flow.total(last, letter), slope)


def same(found, wanted):
    """Equal, exactly, and of an exact type."""
    return isinstance(found, (int, Fraction)) and sympy.Rational(Fraction(found)) == wanted


def exact_meaning(node, known):
    if node in known:
        return known[node]
    arguments = [exact_meaning(a, known) if isinstance(a, Node) else sympy.Rational(a) for a in node.arguments]
    return MEANING[node.operation.name](*arguments)


@many(max_examples=150)
@given(graph=graphs(RATIONAL), point=POINTS)
def test_every_order_of_the_sum_gives_the_same(graph, point):
    flow, expanded = flow_at(graph, point), graph.expand().at(point)
    for of in flow.names:
        adjoints = flow.adjoints(of)
        backward = {step.node: step.result for step in flow.backward(of)}
        assert backward == {name: adjoints[name] for name in backward}
        assert set(adjoints) == set(flow.names)
        assert flow.gradient(of) == {letter: adjoints[letter] for letter in LETTERS}
        for wrt in flow.names:
            total, paths = flow.total(of, wrt), flow.paths(of, wrt)
            forward = {step.node: step.result for step in flow.forward(wrt)}
            assert adjoints[wrt] == forward.get(of, 0) == total == paths.sum == expanded.total(of, wrt)
            assert sum(path.product for path in paths) == total
            assert len(list(paths)) == paths.count == len({path.edges for path in paths})


@many(max_examples=60)
@given(graph=graphs(SMOOTH), point=POINTS)
def test_formulas_on_the_edges_have_the_values_of_the_numbers(graph, point):
    flow, symbols = flow_at(graph, point), graph.flow()
    at = {sympy.Symbol(name): value for name, value in flow.values.items()}
    assert [(e.child, e.parent) for e in flow.edges] == [(e.child, e.parent) for e in symbols.edges]
    for edge, formula in zip(flow.edges, symbols.edges, strict=True):
        found = complex(sympy.sympify(formula.partial).subs(at).evalf(30))
        assert found == pytest.approx(float(edge.partial), rel=1e-6, abs=1e-7)


def test_a_partial_is_the_edge_and_a_total_is_every_path(chain):
    flow = chain.at(a=1, o=2)
    assert (flow.partial("e", "b"), flow.total("e", "b")) == (0, 174)
    assert (flow.partial("b", "b"), flow.total("b", "b"), flow.total("b", "g"), flow.total("o", "a")) == (0, 1, 0, 0)


@pytest.fixture
def root_of_x():
    """y has no derivative at x = 0; z does not need it."""
    x = Node(None, (), "x")
    y = Node(OPERATIONS["sqrt"], (x,), "y")
    z = Node(OPERATIONS["mul"], (x, 3), "z")
    return Graph({"x": x, "y": y, "z": z, "w": y + z}).at(x=0)


def test_a_missing_partial_is_marked_and_raises_only_when_needed(root_of_x):
    edge = next(e for e in root_of_x.edges if e.child == "y")
    assert not edge.exists and repr(edge) == "Edge(child='y', parent='x', partial=does not exist)"
    assert root_of_x.values == {"x": 0, "y": 0, "z": 0, "w": 0}
    assert (root_of_x.total("z", "x"), root_of_x.total("w", "y"), root_of_x.gradient("z")) == (3, 1, {"x": 3})
    with pytest.raises(NoDerivative) as caught:
        root_of_x.total("w", "x")
    assert str(caught.value) == "dw/dx does not exist at this point: sqrt has no derivative at 0 (division by zero)."
    for needs in (lambda: edge.partial, lambda: root_of_x.partial("y", "x"), lambda: root_of_x.gradient("w")):
        with pytest.raises(NoDerivative, match="does not exist at this point"):
            needs()
    assert "dw/dx = 1·(does not exist) + 1·3 = does not exist, from y and z" in str(root_of_x.backward("w"))


@pytest.mark.parametrize(("name", "x"), [("acos", 1), ("asin", -1), ("acosh", 1), ("sqrt", 0)])
def test_partials_at_the_border_of_a_domain_are_missing(name, x):
    node = Node(None, (), "x")
    flow = Graph({"x": node, "y": Node(OPERATIONS[name], (node,))}).at(x=x)
    assert not flow.edges[0].exists and "y" in flow.values


@pytest.mark.parametrize(
    ("name", "arguments", "says"),
    [
        ("relu", 1, "relu has a kink at 0; the slope is taken as 0 there"),
        ("abs", 1, "|x| has a kink at 0; the slope is taken as 0 there"),
        ("max", 2, "the arguments of max are equal; each is given the slope 1/2"),
        ("min", 2, "the arguments of min are equal; each is given the slope 1/2"),
        ("sign", 1, "sign jumps at 0; the slope is taken as 0 everywhere"),
        ("step", 1, "step jumps at 0; the slope is taken as 0 everywhere"),
    ],
)
def test_conventions_are_marked_where_they_stand_and_nowhere_else(name, arguments, says):
    inputs = {letter: Node(None, (), letter) for letter in LETTERS[:arguments]}
    graph = Graph({**inputs, "y": 3 * Node(OPERATIONS[name], inputs.values()) + 1})
    at_the_kink = graph.at(dict.fromkeys(inputs, 0))
    assert [edge.convention for edge in at_the_kink.edges] == [says] * arguments
    assert at_the_kink.conventions == tuple(f"∂y/∂{letter}: {says}" for letter in inputs)
    assert graph.at({letter: i + 1 for i, letter in enumerate(inputs)}).conventions == ()
    assert graph.flow().conventions == ()


def test_derivatives_stay_finite_numbers():
    """At x = 0 the values are small, however large the partials grow."""
    x = Node(None, (), "x")
    named = {"x": x}
    for i in range(40):
        x = named[f"n{i}"] = x * 10**10
    flow = Graph(named).at(x=0)
    assert flow.total("n4", "x") == 10**50 and isinstance(flow.total("n4", "x"), int)
    assert flow.total("n9", "x") == pytest.approx(1e100) and isinstance(flow.total("n9", "x"), float)
    with pytest.raises(NoDerivative, match="the result is too large for a number"):
        flow.total("n39", "x")
    assert flow.paths("n39", "x")[0].product == flow.paths("n39", "x").sum == 10**400  # paths stay exact
    assert str(flow.forward("x")[-1]).endswith("= cannot be given, from n38")
