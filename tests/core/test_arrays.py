"""Arrays on nodes and Jacobians on edges."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from gradflow_nb import errors, graph
from gradflow_nb.core.graph import Graph
from gradflow_nb.core.node import Node
from gradflow_nb.core.operations import row

LAYER = "y = W @ x + b; s = sigmoid(y); L = sum((s - t)^2)"
POINT = {"W": [[1, 2], [3, 4], [5, 6]], "x": [1, -1], "b": [0, 1, 2], "t": [1, 0, 0]}


def test_the_dot_product_of_two_vectors():
    flow = graph("L = dot(x, y)").at(x=(2, 3), y=(1, 4))
    assert flow.values["L"] == 14.0 and type(flow.values["L"]) is float
    assert flow.partial("L", "x").tolist() == [[1, 4]] and flow.partial("L", "y").tolist() == [[2, 3]]
    assert {name: slope.tolist() for name, slope in flow.gradient("L").items()} == {"x": [1, 4], "y": [2, 3]}


def test_two_outputs_with_diagonal_and_identity_edges():
    flow = graph("z1 = x*y; z2 = x + y").at(x=(2, 3), y=(1, 4))
    edges = {(edge.child, edge.parent): edge.map for edge in flow.edges}
    assert {key: found.structure for key, found in edges.items()} == {
        ("z1", "x"): "diagonal", ("z1", "y"): "diagonal", ("z2", "x"): "identity", ("z2", "y"): "identity",
    }  # fmt: skip
    assert edges["z1", "x"].diagonal.tolist() == [1, 4] and edges["z1", "y"].diagonal.tolist() == [2, 3]
    assert flow.total("z1", "x").tolist() == [[1, 0], [0, 4]]
    assert flow.total("z2", "y").tolist() == [[1, 0], [0, 1]]
    assert flow.partial("z1", "z2").tolist() == [[0, 0], [0, 0]]


@pytest.mark.parametrize(
    ("text", "structure"),
    [
        ("y = x", "identity"), ("y = 3x - x", "scaled identity"), ("y = -x", "scaled identity"), ("y = x^2 + x", "diagonal"),
        ("y = x.T", "selection"), ("y = reshape(x.T, 4)", "selection"), ("y = x[0, :]", "selection"),
        ("y = concat(x, x)", "dense"), ("y = stack(x[0], x[1])", "dense"), ("y = x @ x", "dense"), ("y = sum(x)", "dense"),
        ("y = softmax(x, axis=0)", "dense"),
    ],
)  # fmt: skip
def test_structure_and_matrix_agree(text, structure):
    """The matrix, however it is kept, is what central differences find."""
    flow = graph(text).at(x=[[1, 2], [3, 5]])
    (edge,) = flow.edges
    assert edge.map.structure == structure
    at = flow.inputs["x"]
    steps = [np.reshape(step, (2, 2)) * 1e-6 for step in np.eye(4)]
    columns = [
        np.ravel(graph(text).at(x=at + step).values["y"] - graph(text).at(x=at - step).values["y"]) / 2e-6
        for step in steps
    ]
    assert edge.map.shape == (np.size(flow.values["y"]), 4) == edge.partial.shape
    assert_allclose(edge.partial, np.transpose(columns), atol=1e-7)
    assert_allclose(flow.total("y", "x"), edge.partial, atol=1e-15)
    tangent, cotangent = np.arange(1.0, 5).reshape(2, 2), np.ones(np.shape(flow.values["y"]))
    assert_allclose(np.ravel(edge.map.jvp(tangent)), edge.partial @ np.ravel(tangent), atol=1e-14)
    assert_allclose(np.ravel(edge.map.vjp(cotangent)), np.ravel(cotangent) @ edge.partial, atol=1e-14)


def test_a_layer():
    flow = graph(LAYER).at(POINT)
    assert flow.total("s", "W").shape == (3, 6) and flow.total("L", "x").shape == (1, 2)
    gradient = flow.gradient("L")
    assert {name: np.shape(slope) for name, slope in gradient.items()} == {"W": (3, 2), "x": (2,), "b": (3,), "t": (3,)}
    s, x = flow.values["s"], flow.values["x"]
    cotangent = 2 * (s - flow.values["t"]) * s * (1 - s)
    assert_allclose(gradient["W"], np.outer(cotangent, x))
    assert_allclose(flow.vjp("y", cotangent)["x"], gradient["x"])
    assert_allclose(flow.jvp("b", [1, 0, 0])["L"], gradient["b"][0])


def test_the_totals_are_sums_over_paths():
    flow = graph("u = x^2; v = W @ x; y = u + v; z = y + u; L = dot(z, y)").at(W=[[1, 2], [3, 4]], x=[1, 2])
    paths = flow.paths("L", "x")
    assert paths.count == 5
    assert_allclose(sum(path.product for path in paths), flow.total("L", "x"))
    assert_allclose(paths.sum, flow.total("L", "x"))


def test_a_gradient_is_of_a_single_number():
    flow = graph(LAYER).at(POINT)
    for ask in (flow.gradient, flow.adjoints, flow.backward, flow.forward):
        with pytest.raises(errors.NotScalar, match=r"y is an array of shape \(3,\).*jacobian.*vjp"):
            ask("y")
    for given in ([1, 2], 1, "x"):
        with pytest.raises(errors.InputError, match="cotangent of y"):
            flow.vjp("y", given)


def test_a_large_weight_matrix_needs_no_jacobian():
    rng = np.random.default_rng(0)
    flow = graph("h = tanh(W @ x); L = mean(h^2)").at(W=rng.normal(size=(1000, 1000)) / 30, x=rng.normal(size=1000))
    gradient = flow.gradient("L")
    assert gradient["W"].shape == (1000, 1000)
    h, x = flow.values["h"], flow.values["x"]
    assert_allclose(gradient["W"], np.outer(2 * h / 1000 * (1 - h**2), x))
    with pytest.raises(errors.NoDerivative, match="1,000×1,000,000 entries"):
        flow.partial("h", "W")
    assert "1000×1000000" in repr(flow)


def test_broadcasting_is_undone():
    flow = graph("y = a x + b; L = sum(y)").at(a=2, x=[[1, 2, 3], [4, 5, 6]], b=[1, 0, -1])
    gradient = flow.gradient("L")
    assert gradient["a"] == 21 and isinstance(gradient["a"], float)
    assert gradient["b"].tolist() == [2, 2, 2] and gradient["x"].tolist() == [[2] * 3] * 2
    assert flow.partial("y", "b").shape == (6, 3) and flow.partial("y", "a").shape == (6, 1)


def test_scalars_between_arrays_stay_factors():
    """Where an equation goes through arrays from one number to another, its edge is that one factor."""
    flow = graph("y = sum(a x)^2; z = 3y").at(a=2, x=[1, 2])
    assert flow.partial("y", "a") == 2 * 6 * 3 and flow.total("z", "a") == 108
    assert flow.total("z", "x").tolist() == [[72, 72]]


def test_scalars_beside_arrays_stay_exact():
    flow = graph("c = a/3; y = c x").at(a=1, x=[3, 6])
    assert str(flow.values["c"]) == "1/3" and flow.values["y"].tolist() == [1, 2]


def test_the_expanded_grain():
    flow = graph("y = W @ x + b").expand().at(W=[[1, 2]], x=[3, 4], b=[1])
    assert [(e.child, e.parent, e.map.shape) for e in flow.edges] == [
        ("y.1", "W", (1, 2)), ("y.1", "x", (1, 2)), ("y", "y.1", (1, 1)), ("y", "b", (1, 1)),
    ]  # fmt: skip


def test_ties_are_shared_evenly_and_said():
    flow = graph("y = max(x)").at(x=[2, 5, 5])
    assert flow.gradient("y")["x"].tolist() == [0, 0.5, 0.5]
    assert flow.conventions == ("∂y/∂x: the largest entries are equal; they share the slope evenly",)
    assert graph("y = max(x)").at(x=[2, 5, 4]).conventions == ()
    assert graph("y = norm(x)").at(x=[0, 0]).gradient("y")["x"].tolist() == [0, 0]
    assert graph("y = norm(x)").at(x=[3, 4]).gradient("y")["x"].tolist() == [0.6, 0.8]


def test_a_partial_that_does_not_exist_is_marked():
    flow = graph("y = sqrt(x); L = sum(y); u = sum(x)").at(x=[4, 0])
    assert flow.total("u", "x").tolist() == [[1, 1]]
    with pytest.raises(errors.NoDerivative, match=r"dL/dx does not exist"):
        flow.gradient("L")


def test_arrays_are_copied_and_cannot_be_written_to():
    given = np.array([1.0, 2.0])
    flow = graph("y = 2x").at(x=given)
    given[0] = 99
    assert flow.values["x"].tolist() == [1, 2]
    with pytest.raises(ValueError, match="read-only"):
        flow.values["x"][0] = 5


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ([[1], [1, 2]], r"its rows have different lengths \(1, 2\)"),
        ([], r"the array is empty: its shape is \(0,\)"),
        (np.zeros((2, 0)), r"the array is empty: its shape is \(2, 0\)"),
        ([1, float("nan")], r"the entry at index \[1\] is nan"),
        ([[1, 2], [float("inf"), 0]], r"the entry at index \[1, 0\] is inf"),
        (["a", "b"], "its entries are texts"),
        ([1j, 2], "its entries are complex numbers"),
        ([True, False], "its entries are truth values"),
        ([1, None], "its entries are not all numbers: an entry is a NoneType"),
        ([10**400, 1], "an entry is too large for a number"),
        (np.array([object()]), "its entries are not all numbers"),
        (np.array(["2020-01-01"], dtype="datetime64[D]"), "not real numbers"),
    ],
)
def test_what_is_no_array_of_numbers_is_refused(given, says):
    with pytest.raises(errors.InputError, match=f"^The input x cannot take this value: .*{says}"):
        graph("y = 2x").at(x=given)


def test_integers_do_not_overflow():
    flow = graph("y = x^4").at(x=np.array([2**40, -3], dtype=np.int64))
    assert_allclose(flow.values["y"], [2.0**160, 81])


@pytest.mark.parametrize(
    ("text", "point", "says"),
    [
        ("y = W @ x", {"W": np.ones((2, 3)), "x": [1, 2]}, r"In y = W @ x .*W has shape \(2, 3\) and x has shape \(2,\)"),
        ("y = a + b", {"a": [1, 2], "b": [1, 2, 3]}, r"In y = a \+ b .*a has shape \(2,\) and b has shape \(3,\)"),
        ("y = dot(a, b)", {"a": [1, 2], "b": [1, 2, 3]}, r"In y = dot\(a, b\) .*\(2,\).*\(3,\)"),
        ("y = 1 + a[5]", {"a": [1, 2]}, r"In y = 1 \+ a\[5\] .*a has shape \(2,\)\. Index 5 is out of bounds"),
        ("y = sum(a, axis=2)", {"a": [1, 2]}, r"In y = sum\(a, axis=2\) .*out of bounds"),
        ("y = reshape(a, 3)", {"a": [1, 2]}, r"In y = reshape\(a, 3\) .*a has shape \(2,\)"),
        ("y = concat(a, b)", {"a": [1, 2], "b": [[1, 2]]}, r"In y = concat\(a, b\) .*\(2,\).*\(1, 2\)"),
    ],
)
def test_shapes_that_do_not_fit_are_named(text, point, says):
    with pytest.raises(errors.ShapeError, match=says):
        graph(text).at(point)


@pytest.mark.parametrize(
    ("text", "x", "says"),
    [
        ("u = 2x; y = log(u - 4); z = y + 1", [3, 1], r"The node y .*log needs a positive number, and got -2 at index \[1\]"),
        ("u = exp(x); y = u - u", [1, 1000], r"The node u .*too large for a number at index \[1\]"),
        ("y = 1/x", [[1, 2], [0, 4]], r"The node y .*division by zero at index \[1, 0\]"),
        ("y = x^0.5", [4, -1], r"no real power 1/2|no real power 0.5"),
        ("u = x x; y = sum(u)", [1e200, 1], r"The node u .*too large for a number at index \[0\]"),
        ("y = max(x)", 3, r"The node y .*max of one argument takes an array"),
    ],
)  # fmt: skip
def test_the_first_node_without_a_value_is_named(text, x, says):
    with pytest.raises(errors.DomainError, match=says):
        graph(text).at(x=x)


def test_a_graph_of_arrays_in_symbols():
    """Shapes are not known, so a partial that depends on them has no formula; the others have."""
    flow = graph(LAYER).flow()
    assert str(flow.partial("y", "b")) == "1"
    with pytest.raises(errors.NoDerivative, match=r"∂y/∂x has no formula in symbols.*at\(\.\.\.\)"):
        flow.partial("y", "x")
    assert "W @ x + b" in repr(graph(LAYER))


def test_text_and_python_make_the_same_graph():
    W, x = Node(None, (), "W"), Node(None, (), "x")
    h = W @ x
    y = np.tanh(h[0:2]) + x.T.sum(0) * 2 - np.mean(h) / W.reshape(-1)[0]
    y.name = "y"
    written = graph("y = tanh((W @ x)[0:2]) + 2 sum(x.T, axis=0) - mean(W @ x)/reshape(W, -1)[0]")
    point = {"W": [[1, 2], [3, 4], [5, 6]], "x": [1, 2]}
    ours = Graph({"W": W, "x": x, "y": y}).at(point)
    theirs = written.at(point)
    assert_allclose(ours.values["y"], theirs.values["y"])
    assert_allclose(ours.total("y", "W"), theirs.total("y", "W"))


def test_the_same_settings_give_the_same_row():
    assert row("sum") is row("sum", axis=None) and row("sum", axis=0) is not row("sum", axis=1)


def test_a_slice_and_a_list_of_the_same_numbers_are_two_indices():
    flow = graph("a = x[0:2:1]; b = x[[0, 2, 1]]").at(x=[5, 6, 7])
    assert flow.values["a"].tolist() == [5, 6] and flow.values["b"].tolist() == [5, 7, 6]


def test_constant_arrays_and_scalar_conditions():
    weights = np.array([1.0, 2.0])
    traced = graph(lambda x: np.sum(x * weights))
    assert traced.at(x=[3, 4]).gradient("y")["x"].tolist() == [1, 2] and "x·[1, 2]" in repr(traced)
    chosen = graph(lambda c, x: np.where(c > 0, x, 0)).at(c=1, x=[1, 2])
    assert chosen.values["y"].tolist() == [1, 2] and chosen.total("y", "x").tolist() == [[1, 0], [0, 1]]


def test_what_a_flow_computed_cannot_be_written_to():
    flow = graph("y = 2x; L = sum(y)").at(x=[1, 2])
    with pytest.raises(ValueError, match="read-only"):
        flow.values["y"][0] = 7


def test_an_empty_slice_is_an_error():
    with pytest.raises(errors.DomainError, match="the result is an empty array"):
        graph("y = x[2:1]").at(x=[1, 2, 3])


def test_a_gradient_graph_is_of_a_single_number():
    slope = graph("L = sum((W @ x)^2)").gradient_graph("L", "W")
    point = {"W": [[1, 2], [3, 4]], "x": [1, 2]}
    assert slope.at(point).values["dL_dW"].tolist() == [[10, 20], [22, 44]]
    with pytest.raises(errors.NotScalar, match="gradient of dL_dW, which is an array"):
        slope.gradient_graph("dL_dW", "W").at(point)
    weighted = graph(lambda x: np.sum(x**2 * np.array([1.0, 2.0]))).gradient_graph("y", "x")
    assert weighted.at(x=[3, 4]).values["dy_dx"].tolist() == [6, 16]
    without_c = graph("y = dot(a, x) + c").gradient_graph("y", "x")
    assert without_c.at(a=[1, 2], x=[3, 4]).values["dy_dx"].tolist() == [1, 2]
    with pytest.raises(errors.NotScalar, match="gradient of y, which is an array"):
        graph("y = x^3").gradient_graph("y", "x").at(x=[1, 2])


def test_one_array_used_very_often():
    def often(x):
        return sum(np.sum(x * 2) for _ in range(1500))

    assert graph(often).at(x=[1, 2]).gradient("y")["x"].tolist() == [3000, 3000]
