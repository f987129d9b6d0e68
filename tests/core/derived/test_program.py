"""Programs against `Graph.at`: one point, many points, JSON run by a small machine, long graphs, hostile names, bad input."""

import json
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gradflow_nb import graph
from gradflow_nb.core.derived import plan
from gradflow_nb.core.derived.program import Program
from gradflow_nb.core.graph import Graph
from gradflow_nb.core.node import Node
from gradflow_nb.core.operations import OPERATIONS, Pick, Span, declare_opaque, row
from gradflow_nb.core.worlds import floats
from gradflow_nb.errors import DomainError, GraphError, InputError, NoDerivative, NotExpressible, NotScalar, UnknownName


def test_the_chain(chain):
    run = Program(chain, of="g")(a=1, o=2)
    assert run.values == {"a": 1, "o": 2, "b": 2, "c": 7, "d": 16, "e": 305, "f": 610, "g": 1828}
    assert run.adjoints == {"g": 1, "f": 3, "o": -1, "e": 6, "d": 192, "c": 42, "b": 1044, "a": -3132}
    assert run.gradient == {"a": -3132, "o": -1}
    assert run.partials == {(e.child, e.parent): e.partial for e in chain.at(a=1, o=2).edges}
    assert all(type(value) is float for view in (run.values, run.adjoints, run.partials) for value in view.values())


def test_inputs_by_position_by_name_and_by_default():
    program = Program(graph("a = 2; y = a x"))
    assert program.inputs == ("a", "x")
    assert program(x=5).values["y"] == 10 == program(2, 5).values["y"] == program(2, x=5).values["y"]
    assert program(Fraction(1, 2), "1/3").values["y"] == pytest.approx(1 / 6)
    assert program(np.float64(2), np.int64(5)).values["y"] == 10
    assert program(a=1.0, x=10**5).values["y"] == 1e5


# Every row, and random graphs -----------------------------------------------------------------------------------------


@st.composite
def graphs(draw):
    named = {letter: Node(None, (), letter) for letter in "abc"}
    parts = list(named.values())
    for name in ("u", "v", "w", "y"):
        for _ in range(draw(st.integers(1, 3))):
            operation = OPERATIONS[draw(st.sampled_from(sorted(OPERATIONS)))]
            arguments = [draw(st.sampled_from(parts))]
            while len(arguments) < operation.arity:
                arguments.append(draw(st.one_of(st.integers(-2, 3), st.sampled_from(parts), st.sampled_from(parts))))
            node = Node(operation, arguments)
            parts.append(node)
        node.name = name
        named[name] = node
    return Graph(named)


POINTS = st.tuples(*[st.sampled_from([Fraction(n, 4) for n in range(-8, 9)])] * 3)


def truth(made, point, of="y"):
    """What `Graph.at` says, as floats; points at which something is missing or too large are left out."""
    try:
        flow = made.at(point)
        found = flow.values, flow.adjoints(of), {(e.child, e.parent): e.partial for e in flow.edges}
    except ArithmeticError:
        assume(False)
    for view in found:
        assume(all(1e-9 < abs(value) < 1e9 or value == 0 for value in view.values()))
    return found


def agree(got, expected):
    assert set(got) == set(expected)
    for key, value in expected.items():
        assert got[key] == pytest.approx(float(value), rel=1e-6, abs=1e-6), key


@settings(max_examples=400)
@given(graphs(), POINTS)
def test_random_graphs_agree_with_the_flow(made, point):
    point = dict(zip("abc", point))
    values, adjoints, partials = truth(made, point)
    assume(exact_enough(made, values))
    run = Program(made, of="y")(**point)
    agree(run.values, values)
    agree(run.adjoints, adjoints)
    agree(run.partials, partials)


def exact_enough(made, values):
    """No jump in the graph, or only exact values: else rounding may put the two on different sides of it."""
    jumps = {"step", "sign", "max", "min", "where", "abs", "relu", "pow"}
    return all(isinstance(v, (int, Fraction)) for v in values.values()) or not any(
        n.operation and n.operation.name in jumps for n in made.nodes
    )


@pytest.mark.parametrize("name", sorted(OPERATIONS))
@pytest.mark.parametrize("first", [Fraction(3, 10), Fraction(-7, 10), Fraction(13, 10), Fraction(0), Fraction(2)])
def test_every_row(name, first):
    operation = OPERATIONS[name]
    inputs = [Node(None, (), f"x{i}") for i in range(operation.arity)]
    made = Graph({**{n.name: n for n in inputs}, "y": Node(operation, inputs, "y")})
    point = {n.name: first + i * (first != 2) for i, n in enumerate(inputs)}
    program = Program(made)
    try:
        flow = made.at(point)
    except DomainError:
        with pytest.raises(DomainError):
            program(**point)
        assert np.isnan(program(**{k: np.array([float(v)]) for k, v in point.items()}).values["y"]).all()
        return
    agree(program(**point).values, flow.values)
    batch = program(**{k: np.array([float(v)] * 3) for k, v in point.items()})
    assert batch.values["y"] == pytest.approx([float(flow.values["y"])] * 3)
    try:
        expected = flow.gradient("y")
    except NoDerivative:
        with pytest.raises(NoDerivative):
            program(**point).gradient  # noqa: B018
        return
    agree(program(**point).gradient, expected)
    for key, value in expected.items():
        assert batch.gradient[key] == pytest.approx([float(value)] * 3)


# Many points ------------------------------------------------------------------------------------------------------------


@settings(max_examples=100)
@given(graphs(), st.lists(POINTS, min_size=1, max_size=4))
def test_a_batch_is_its_points(made, points):
    program = Program(made, of="y")
    batch = program(**{name: np.array([float(p[i]) for p in points]) for i, name in enumerate("abc")})
    for k, point in enumerate(points):
        floats = dict(zip("abc", map(float, point)))
        try:
            run = program(**floats)
        except DomainError:
            assert all(np.isnan(value[k]) or name in "abc" for name, value in batch.values.items())
            assert [batch.values[name][k] for name in "abc"] == list(floats.values())
            continue
        for view in ("values", "adjoints", "partials"):
            try:
                expected = getattr(run, view)
            except ArithmeticError:
                continue
            for key, value in expected.items():
                got = getattr(batch, view)[key][k]
                assert got == pytest.approx(value, rel=1e-6, abs=1e-6) or not abs(value) < 1e9 or math.isnan(got)


def test_a_batch_keeps_its_shape_and_mixes_with_numbers(chain):
    program = Program(chain, of="g")
    run = program(a=np.arange(6).reshape(2, 3), o=2)
    assert run.values["g"].shape == run.adjoints["f"].shape == run.partials["c", "b"].shape == (2, 3)
    assert run.values["g"][0, 1] == 1828 and run.gradient["a"][0, 1] == -3132
    assert program(a=[1, 2], o=[3, 4]).gradient["o"].tolist() == [-1, -1]
    assert program(a=np.array([1]), o=2).values["g"].tolist() == [1828]


def test_points_without_a_value_are_nan_in_a_batch(recwarn):
    run = Program(graph("y = 1/(1/x) + log(x + 1)"))(x=np.array([-2.0, -1.0, 0.0, 1.0]))
    assert np.isnan(run.values["y"]).tolist() == np.isnan(run.gradient["x"]).tolist() == [True, True, True, False]
    a = Node(None, (), "a")
    where, acos, log = (OPERATIONS[name] for name in ("where", "acos", "log"))
    for hidden in (a / 0, Node(where, (Node(acos, (a,)), 0, 0)), a + Node(log, (-1,))):
        run = Program(Graph({"a": a, "y": hidden}))(a=np.array([2.0, 3.0]))
        assert np.isnan(run.values["y"]).all() and np.isnan(run.gradient["a"]).all()
    run = Program(graph("y = sqrt(x)"))(x=np.array([0.0, 4.0]))
    assert run.values["y"].tolist() == [0, 2] and np.isnan(run.gradient["x"]).tolist() == [True, False]
    assert not recwarn.list


def test_inputs_stay_as_they_were_given_where_a_point_has_no_value():
    run = Program(graph("u = log(x); y = x u"))(x=[1, 0, -1])
    assert run.values["x"].tolist() == [1, 0, -1]
    assert np.isnan(run.values["u"]).tolist() == np.isnan(run.gradient["x"]).tolist() == [False, True, True]


def test_with_wrt_only_what_was_computed_is_listed():
    program = Program(graph("b = 5 - 3a; c = b + o; g = 3b - c; h = 2a"), of="g", wrt="a")
    assert program(a=1, o=2).adjoints == {"a": -6, "b": 2, "c": -1, "g": 1, "h": 0}
    assert Program(graph("b = 5 - 3a; g = 3b - o"), of="g", wrt="a")(a=1, o=2).adjoints == {"a": -9, "b": 3, "g": 1}
    unused = Program(graph("y = x; z = 2u"), of="y", wrt="u")
    assert unused(x=1, u=2).gradient == {"u": 0} and unused(x=1, u=2).adjoints == {"u": 0, "z": 0, "y": 1}
    x, w = Node(None, (), "x"), Node(None, (), "w")
    arrays = Program(Graph({"x": x, "w": w, "h": x * w, "y": (x * w).sum()}), of="y", wrt="w")
    assert set(arrays(x=np.ones(2), w=np.ones(2)).adjoints) == {"w", "h", "y"}
    kink = Program(graph("v = sqrt(u); y = sqrt(x) + v"), of="y", wrt="u")
    assert kink(x=0, u=4).gradient == {"u": 0.25}


def test_how_programs_and_runs_look(chain):
    assert repr(Program(chain, of="g")) == "<Program of g: 17 operations, inputs a, o>"
    assert repr(Program(graph("y = 2x; z = 3x"))) == "<Program: 2 operations, input x>"
    assert repr(Program(Graph({"y": Node(OPERATIONS["add"], (1, 2), "y")}))).endswith("no inputs>")
    run = Program(chain, of="g")(a=1, o=2)
    assert repr(run).startswith("<Run: a=1.0") and repr(run).endswith(">") and "…" not in repr(run)
    ten = Program(graph("; ".join(f"{name} = 2x" for name in "abcdefghi")))(x=1)
    assert repr(ten).endswith(", …>") and repr(ten).count("=") == 8
    log = Program(graph("y = log(x)"))
    assert repr(log(x=[1, 0])) == "<Run: x=[1.0, 0.0], y=[0.0, nan]>"
    assert repr(log(x=np.ones((10, 3)))) == "<Run: x=array of 10×3, y=array of 10×3>"
    assert "too large" in repr(Program(graph("y = x^2 x^2"))(1e200))


# Points that cannot be --------------------------------------------------------------------------------------------------


def test_bad_inputs(chain):
    program = Program(chain, of="g")
    for given_, says in [
        ({"a": 1}, r"missing for o: write program\(..., o=1\)"), ({}, r"for a, o: write program\(a=1, o=1\)"), ({"a": 1, "o": 2, "z": 3}, "'z' is not an input"),
        ({"a": 1, "o": 2, "b": 3}, "'b' is not an input"), ({"a": "x", "o": 2}, "input a"), ({"a": True, "o": 2}, "input a"),
        ({"a": None, "o": 2}, "input a"), ({"a": 1j, "o": 2}, "input a"), ({"a": ["x"], "o": 2}, "input a"),
        ({"a": [[1, 2], [3]], "o": 2}, "input a"), ({"a": [1, 2], "o": [1, 2, 3]}, r"a \(2,\), o \(3,\)"),
    ]:  # fmt: skip
        with pytest.raises(InputError, match=says):
            program(**given_)
    with pytest.raises(InputError, match="3 values were given, and this graph has 2 inputs: a, o"):
        program(1, 2, 3)
    with pytest.raises(InputError):
        program(a=math.nan, o=1).values  # noqa: B018
    with pytest.raises(UnknownName):
        Program(chain, of="gg")
    with pytest.raises(UnknownName):
        Program(chain, of="g", wrt="b")


def test_where_there_is_no_value_or_no_derivative():
    program = Program(graph("b = a - 2; c = log(b)"))
    with pytest.raises(DomainError, match="node c has no value"):
        program(a=1)
    with pytest.raises(DomainError, match="node c has no value"):
        program(a=1.0)
    kink = Program(graph("y = sqrt(x); z = 2y"), of="z")
    assert kink(0).values == {"x": 0, "y": 0, "z": 0}
    with pytest.raises(NoDerivative, match="dz/dx does not exist"):
        kink(0).gradient  # noqa: B018
    large = Program(graph("y = x^2 x^2"))
    with pytest.raises(DomainError, match="too large"):
        large(1e200).values  # noqa: B018
    with pytest.raises(DomainError):
        Program(graph("y = x + log(-1)"))(1)


def test_zero_times_something_undefined_is_undefined():
    with pytest.raises(DomainError):
        Program(graph("y = 0 log(x)"))(-1)


def test_without_one_output_there_are_no_adjoints_until_one_is_chosen():
    program = Program(graph("y = x^2; z = 3x"))
    assert program(2).values["z"] == 6 and program(2).partials["y", "x"] == 4
    with pytest.raises(NoDerivative, match="y, z"):
        program(2).gradient  # noqa: B018


def test_unused_inputs_are_checked_too():
    program = Program(graph("a = 1; b = 2; y = 3b"), of="y")
    assert program().gradient == {"a": 0, "b": 3}
    with pytest.raises(InputError):
        program(a="?")


# What is generated ------------------------------------------------------------------------------------------------------

HOSTILE = "self x0 x1 Run missing more surplus real float type problems failed __import__ __builtins__ λ".split()
HOSTILE += ["a b", '"', "__import__('os')", "x=1):", "#"]


def test_no_name_that_a_person_typed_is_in_the_source():
    inputs = {name: Node(None, (), name) for name in HOSTILE}
    total = None
    named = dict(inputs)
    for i, node in enumerate(inputs.values()):
        total = node * (i + 1) if total is None else total + node * (i + 1)
    named["exit"] = total
    program = Program(Graph(named))
    run = program(**dict.fromkeys(HOSTILE, 1))
    assert run.gradient == {name: i + 1 for i, name in enumerate(HOSTILE)}
    assert not any(name in program.source for name in ("self", "import", "exit", "λ", "missing", "a b", "#", '"'))
    with pytest.raises(InputError, match="missing for self"):
        program(**dict.fromkeys(HOSTILE[1:], 1))


def test_the_source_runs_by_itself(chain):
    program = Program(chain, of="g")
    space = {}
    exec(program.source, space)
    assert -3132 in space["run"](1, 2) and 1828 in space["run"](1, 2)


# JSON -------------------------------------------------------------------------------------------------------------------

WORDS = {
    "add": lambda a, b: a + b, "sub": lambda a, b: a - b, "mul": lambda a, b: a * b, "div": lambda a, b: a / b,
    "neg": lambda a: -a, "same": lambda a: a, "relu": lambda a: max(a, 0.0), "abs": abs, "max": max, "min": min,
    "pow": floats.power,
}  # fmt: skip


def interpret(text, inputs, words):
    """The whole machine that a browser needs."""
    program = json.loads(text)
    slots = [*(inputs[name] for name in program["inputs"]), *program["numbers"]]
    worked(program["operations"], slots, words)
    names = program["names"]
    values = {name: slots[place] for name, place in zip(names, program["values"])}
    edges = [(names[child], names[parent], (at, *rest) if rest else slots[at]) for child, parent, at, *rest in program["edges"]]
    return values, edges, slots


def worked(operations, slots, words):
    for name, *arguments in operations:
        settings_ = arguments.pop() if arguments and isinstance(arguments[-1], dict) else {}
        slots.append(words(name, settings_)(*(slots[place] for place in arguments)))


@given(graphs(), POINTS, st.booleans())
def test_json_run_by_a_small_machine(made, point, expanded):
    point = dict(zip("abc", map(float, point)))
    made = made.expand() if expanded else made
    text = json.dumps(Program(made, of="y").json(), allow_nan=False)
    assert json.loads(text)["version"] == 2
    try:
        expected = made.at(point)
        partials = [(e.child, e.parent, float(e.partial)) for e in expected.edges]
        values, edges, _ = interpret(text, point, lambda name, _: WORDS.get(name) or getattr(floats, name))
    except (ArithmeticError, ValueError):
        assume(False)
    if not expanded:
        assume(exact_enough(made, expected.values))
        agree(values, expected.values)
    for got, wanted in zip(edges, partials):
        assert got[:2] == wanted[:2]
        if exact_enough(made, expected.values):
            assert got[2] == pytest.approx(wanted[2], rel=1e-6, abs=1e-6)
    assert len(edges) == len(partials) and list(values) == list(expected.names)


def test_json_has_every_operation_and_says_what_it_needs():
    data = Program(graph("u = log(a); v = log(a) + 2*3; w = v; y = 2w + 1/0")).json()
    assert [name for name, *_ in data["operations"]].count("log") == 2
    assert ["same"] in [[name] for name, *_ in data["operations"]] and 6.0 in data["numbers"]
    assert data["needs"] == {"log": "a positive number"}
    assert Program(graph("u = acosh(a)")).json()["needs"]["acosh"] == "a number of at least 1"
    with pytest.raises(DomainError, match="log needs a positive number"):
        graph("u = log(a)").at(a=-1)
    huge = Graph({"x": (x := Node(None, (), "x")), "y": x * 10**400, "z": x * np.array([1.0, np.inf])})
    assert {None} <= {n for n in Program(huge).json()["numbers"] if not isinstance(n, list)}
    assert [1.0, None] in Program(huge).json()["numbers"]


def test_json_partials_that_do_not_exist_are_not_folded_away():
    """0 times what does not exist does not exist, as in a flow."""
    data = json.dumps(Program(graph("y = step(sqrt(x)) + 0 sqrt(x)")).json())
    with pytest.raises(ZeroDivisionError):
        interpret(data, {"x": 0.0}, lambda name, _: WORDS.get(name) or getattr(floats, name))
    assert graph("y = step(sqrt(x)) + 0 sqrt(x)").at(x=0).edges[0].exists is False


def test_json_of_an_opaque_graph():
    with pytest.raises(NotExpressible, match="x is an opaque function"):
        Graph({"w": (w := Node(None, (), "w")), "y": Node(declare_opaque("x", ("w",)), (w,))}).program().json()


# Arrays -----------------------------------------------------------------------------------------------------------------


def network():
    w, x, b, t = (Node(None, (), name) for name in "wxbt")
    h = Node(OPERATIONS["tanh"], (Node(row("matmul"), (x, w)) + b,), "h")
    loss = Node(row("mean", axis=None), ((h - t) ** 2,), "L")
    return Graph({"x": x, "t": t, "w": w, "b": b, "h": h, "L": loss})


def test_arrays_each_in_its_own_shape():
    rng = np.random.default_rng(1)
    point = {"x": rng.normal(size=(5, 3)), "t": rng.normal(size=(5, 2)), "w": rng.normal(size=(3, 2)), "b": rng.normal(size=2)}
    made = network()
    run = Program(made, of="L")(**point)
    expected = made.at(point)
    assert run.values["L"] == pytest.approx(expected.values["L"]) and type(run.values["L"]) is float
    for name, value in expected.gradient("L").items():
        assert run.gradient[name] == pytest.approx(value) and run.gradient[name].shape == np.shape(point[name])
    only = Program(made, of="L", wrt=("w", "b"))
    assert set(only(**point).gradient) == {"w", "b"}
    assert len(only.source.splitlines()) < len(Program(made, of="L").source.splitlines())
    with pytest.raises(GraphError, match="Jacobians"):
        run.partials  # noqa: B018
    with pytest.raises(NotScalar, match=r"h is an array of shape \(5, 2\)"):
        Program(made, of="h")(**point).gradient  # noqa: B018


def test_a_derivative_that_is_one_number_has_the_shape_of_its_input():
    x = Node(None, (), "x")
    unused = Node(None, (), "u")
    program = Program(Graph({"x": x, "u": unused, "y": x.sum()}), of="y")
    run = program(x=np.zeros((2, 3)), u=[1, 2])
    assert run.gradient["x"].tolist() == [[1, 1, 1], [1, 1, 1]] and run.gradient["u"].tolist() == [0, 0]


def test_mismatched_arrays_say_so():
    with pytest.raises(ValueError, match="w"):
        Program(network(), of="L")(x=np.ones((5, 4)), t=1, w=np.ones((3, 2)), b=0)


def array_words(name, said):
    def entry(e):
        return e if isinstance(e, int) else Span(*e["span"]) if "span" in e else Pick(e["pick"])

    said = {k: tuple(map(entry, v)) if k == "index" else tuple(v) if isinstance(v, list) else v for k, v in said.items()}
    return (OPERATIONS.get(name) or row(name, **said)).value


def sweeps(made, point, arrays=None):
    """Each edge of a program's JSON as a function of the child's cotangent, beside the map that a flow has."""
    flow = made.at(point)
    text = json.dumps(Program(made).json(arrays), allow_nan=False)
    values, edges, slots = interpret(text, {k: np.asarray(v, float) for k, v in point.items()}, array_words)
    assert list(values) == list(flow.names)
    assert [edge[:2] for edge in edges] == [(e.child, e.parent) for e in flow.edges]
    for (child, _, (seed, operations, result)), edge in zip(edges, flow.edges):
        assert seed == len(slots)
        rng = np.random.default_rng(1)
        g = rng.normal(size=np.shape(flow.values[child]))
        own = [*slots, g]
        worked(operations, own, array_words)
        expected = np.ravel(g) @ np.reshape(edge.partial, (np.size(g), -1))
        assert np.shape(own[result]) == np.shape(flow.values[edge.parent])
        assert np.ravel(own[result]) == pytest.approx(expected)


def test_json_of_arrays():
    x = Node(None, (), "x")
    made = Graph({"x": x, "y": x[0:2].sum() + x[[0, 2]].sum() * 2})
    program = Program(made)
    values, _, _ = interpret(json.dumps(program.json()), {"x": np.array([1.0, 2.0, 4.0])}, array_words)
    assert values["y"] == 13 and program(x=[1, 2, 4]).gradient["x"].tolist() == [3, 1, 2]
    sweeps(made, {"x": [1, 2, 4]})


@pytest.mark.parametrize("expanded", [False, True])
def test_json_edges_of_arrays_are_the_flows_maps(expanded):
    rng = np.random.default_rng(2)
    point = {"x": rng.normal(size=(5, 3)), "t": rng.normal(size=(5, 2)), "w": rng.normal(size=(3, 2)), "b": rng.normal(size=2)}
    made = network()
    sweeps(made.expand() if expanded else made, point)
    x = Node(None, (), "x")
    flat = Node(row("winners", axis=None), (x,))
    made = Graph({"x": x, "y": flat * x + Node(OPERATIONS["step"], (x,)), "z": (x + np.ones((2, 3))).reshape(6)})
    sweeps(made.expand() if expanded else made, {"x": [1, 2, 4]})


def test_json_of_an_elementwise_graph_whose_inputs_are_arrays():
    x, w = Node(None, (), "x"), Node(None, (), "w")
    made = Graph({"x": x, "w": w, "y": x * w + w})
    assert all(len(edge) == 3 for edge in Program(made).json()["edges"])
    sweeps(made, {"x": [1, 2, 4], "w": [[1], [2]]}, arrays=True)


# Long graphs ------------------------------------------------------------------------------------------------------------


def long_chain(length, named):
    x = node = Node(None, (), "x")
    names = {"x": x}
    for i in range(length // 2):
        node = Node(OPERATIONS["sin"], (node + x,))
        if named and i % 3 == 0:
            names[f"h{i}"] = node
    names["y"] = node * 1
    return Graph(names)


def plain(length, x):
    """The same by hand: value and derivative."""
    value, slope = x, 1.0
    for _ in range(length // 2):
        value, slope = math.sin(value + x), math.cos(value + x) * (slope + 1)
    return value, slope


@pytest.mark.parametrize("named", [False, True])
def test_a_chain_of_many_operations(named):
    program = Program(long_chain(100_000, named))
    value, slope = plain(100_000, 0.4)
    run = program(x=0.4)
    assert run.values["y"] == pytest.approx(value) and run.gradient["x"] == pytest.approx(slope)
    batch = program(x=np.array([0.4, 0.5]))
    assert batch.values["y"][0] == pytest.approx(value) and batch.gradient["x"][0] == pytest.approx(slope)


def test_short_chunks_say_the_same(monkeypatch):
    made = long_chain(200, True)
    whole = Program(made)(0.3)
    monkeypatch.setattr(plan, "CHUNK", 7)
    program = Program(made)
    parts = program(0.3)
    assert program.source.count("def chunk") > 20
    for view in ("values", "adjoints", "partials"):
        agree(getattr(parts, view), getattr(whole, view))
    got = interpret(json.dumps(program.json()), {"x": 0.3}, lambda name, _: WORDS.get(name) or getattr(floats, name))
    agree(got[0], whole.values)
    agree({edge[:2]: edge[2] for edge in got[1]}, whole.partials)
    with pytest.raises(InputError, match="missing for x"):
        program()
