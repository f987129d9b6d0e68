"""Nodes, values and linear maps as formulas; what is written can be read back as the same graph."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradflow_nb.core.language import read_graph
from gradflow_nb.core.linear import Factor, Missing
from gradflow_nb.core.node import Node
from gradflow_nb.core.operations import Span, row
from gradflow_nb.core.written import array_formula, map_formula, value_formula, written


def vectors(inner):
    """Texts of arrays made from texts of arrays; shapes are left to evaluation."""
    axis = st.sampled_from(["", ", axis=0", ", axis=-1"])
    one = st.sampled_from(["sum", "mean", "max", "min", "softmax", "logsumexp"])
    index = st.sampled_from(
        ["[0]", "[-1]", "[:]", "[1:3]", "[::2]", "[0, 1:]", "[[0, 2]]", "[:, -2:]", "[2:0:-1]", ".T"]
    )
    return st.one_of(
        st.builds("({}) {} ({})".format, inner, st.sampled_from(["+", "-", "*", "/", "@", "@"]), inner),
        st.builds("{} @ {}".format, inner, st.sampled_from(["x", "W", "(-x)"])),
        st.builds("{}*({})".format, st.sampled_from(["2", "(1/2)", "(-2)", "(0.1)"]), inner),
        st.builds("({}){}".format, inner, index),
        st.builds("{}({}{})".format, one, inner, axis),
        st.builds("{}({}, {})".format, st.sampled_from(["max", "min", "dot", "outer", "stack"]), inner, inner),
        st.builds("{}({}, {}{})".format, st.sampled_from(["concat", "stack"]), inner, inner, axis),
        st.builds("{}({})".format, st.sampled_from(["norm", "transpose", "abs", "sqrt", "sin", "-"]), inner),
        st.builds("reshape({}, {})".format, inner, st.sampled_from(["-1", "2, 3", "4, -1"])),
        st.builds("({})^{}".format, inner, st.sampled_from(["2", "(-1)"])),
    )


def structure(value):
    """Operations, settings and numbers, in order; a + (−b) is a − b, as it is written."""
    found, stack = [], [value]
    while stack:
        current = stack.pop()
        if not isinstance(current, Node) or current.operation is None:
            found.append(current.name if isinstance(current, Node) else current)
            continue
        name, arguments = current.operation.name, current.arguments
        if name == "add" and isinstance(arguments[1], Node) and getattr(arguments[1].operation, "name", "") == "neg":
            name, arguments = "sub", (arguments[0], arguments[1].arguments[0])
        found.append((name, current.operation.settings, len(arguments)))
        stack.extend(arguments)
    return found


@settings(deadline=None, max_examples=600)
@given(st.recursive(st.sampled_from(["x", "W", "e1", "w_1"]), vectors, max_leaves=6))
def test_written_arrays_are_read_back(text):
    graph = read_graph(f"y = {text} + x")
    again = str(written(graph["y"], lambda node: node.name))
    assert structure(read_graph(f"y = {again}")["y"]) == structure(graph["y"]), again


def test_array_operations_are_written_as_people_write_them():
    text = "sum((W @ x - t)^2)/2 + norm(W[0, 1:3])·mean(x, axis=-1) + max(softmax(x)) + reshape(x, 2, 3)[[0, 1]].T"
    assert str(written(read_graph(f"y = {text}")["y"], lambda node: node.name)) == text
    g, w = Node(None, (), "g"), Node(None, (), "w")
    for made, expected in (
        (Node(row("matmul_t"), (g, w)), "g @ w.T"),
        (Node(row("t_matmul"), (w, g)), "w.T @ g"),
        (Node(row("spread", axis=0), (g, w)), "spread(g, w, axis=0)"),
        (Node(row("place", index=(0, Span(1, None, None))), (g, w)), "place(g, w, index=(0, 1:))"),
        (Node(row("matmul"), (np.array([[1.0, 2.5], [0.0, 3.0]]), w)), "[[1, 2.5], [0, 3]] @ w"),
    ):
        assert str(written(made, lambda node: node.name)) == expected


def test_an_opaque_function_is_written_with_its_arguments_alone():
    assert str(written(read_graph("y = y(x, w)")["y"], lambda node: node.name)) == "y(x, w)"


def test_arrays_are_written_whole_or_in_part():
    for value, text in (
        (np.array([1.0, -0.0, 2.5]), "[1, 0, 2.5]"),
        (np.arange(16).reshape(4, 4), "[[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11], [12, 13, 14, 15]]"),
        (np.arange(8).reshape(2, 2, 2), "[[[0, 1], [2, 3]], [[4, 5], [6, 7]]]"),
        (np.array(3.0), "3"),
        (np.arange(17), "[0, 1, 2, …] (17 entries)"),
        (np.zeros((1000, 1000)), "[0, 0, 0, …] (1000×1000)"),
        (np.zeros((0, 2)), "[]"),
        (np.array([123456.789, 1234.5678, 999.98, 2 / 3]), "[123457, 1234.57, 1000, 0.6667]"),
        (np.array([1e-7, -1e-7, 1.5e22]), "[10^-7, -10^-7, 1.5·10^22]"),
        (np.array([Fraction(1, 2), 3], dtype=object), "[1/2, 3]"),
    ):
        assert str(value_formula(value)) == text
    assert str(array_formula([Fraction(1, 3), 2], (2,))) == "[1/3, 2]"


class Map:
    """A linear map as its label sees it; a matrix past 64 entries must not be asked for."""

    def __init__(self, structure, shape, matrix=None, **more):
        self.structure, self.shape, self.entries = structure, shape, matrix
        self.__dict__.update(more)

    @property
    def matrix(self):
        assert self.shape[0] * self.shape[1] <= 64
        return np.array(self.entries, float)


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (Map("identity", (1000, 1000), scale=1), "I"),
        (Map("scaled identity", (3, 3), scale=2.0), "2I"),
        (Map("scaled identity", (3, 3), scale=-1.0), "-I"),
        (Map("diagonal", (2, 2), diagonal=np.array([3.0, 4.0])), "diag(3, 4)"),
        (Map("diagonal", (9, 9), diagonal=np.arange(9.0)), "diag(0, 1, 2, …)"),
        (Map("selection", (3, 10)), "3×10 selection"),
        (Map("selection", (1, 3), [[0, 1, 0]]), "[0, 1, 0]"),
        (Map("dense", (1, 2), [[1, 4]]), "[1, 4]"),
        (Map("dense", (2, 1), [[1], [4]]), "[[1], [4]]"),
        (Map("dense", (2, 2), [[1, 4], [2, 3]]), "[[1, 4], [2, 3]]"),
        (Map("dense", (10, 1000)), "10×1000 Jacobian"),
        (Map("dense", (1, 1000000)), "1×1000000 Jacobian"),
        (Factor(Fraction(1, 2)), "1/2"),
        (Factor(1), "1"),
        (Missing("why"), "does not exist"),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_an_edge_is_labelled_by_the_structure_of_its_map(found, text):
    assert str(map_formula(found)) == text
