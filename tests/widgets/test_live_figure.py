"""The Python side of the live figure: what it takes, and what it refuses."""

import json

import numpy as np
import pytest

import gradflow_nb as gf
from gradflow_nb import explore, graph
from gradflow_nb.errors import DomainError, GradflowError, InputError, UnknownName

# Traits --------------------------------------------------------------------------------------------------------------


def test_inputs_can_be_set_in_part_and_observed(figure):
    seen = []
    figure.observe(lambda change: seen.append(change["new"]), "inputs")
    figure.inputs = {"a": "1/2"}
    assert seen == [{"a": 0.5, "o": 2.0}] and figure.inputs == seen[0]
    assert figure.flow.total("g", "d") == 282


@pytest.mark.parametrize(
    "value", ["seven", None, object(), {}, float("nan"), float("inf"), "1/0", 1j, [1, "x"], [[1], [1, 2]]]
)
def test_what_is_no_value_is_refused(figure, value):
    with pytest.raises(InputError, match="input a"):
        figure.inputs = {"a": value}
    assert figure.inputs == {"a": 1.0, "o": 2.0}


def test_unknown_inputs_are_refused(figure):
    with pytest.raises(UnknownName, match="z"):
        figure.inputs = {"z": 1}
    assert figure.inputs == {"a": 1.0, "o": 2.0}


def test_an_array_where_a_number_stood_is_refused(figure):
    with pytest.raises(InputError):
        figure.inputs = {"a": [1, 2]}


def test_step_and_selected(figure):
    assert figure.step == 8 and figure.selected == ""
    figure.step, figure.selected = 3, "∂e/∂d"
    with pytest.raises(Exception, match="step"):
        figure.step = -1
    with pytest.raises(Exception, match="selected"):
        figure.selected = None


def test_two_figures_linked(chain, figure):
    ipywidgets = pytest.importorskip("ipywidgets")
    other = explore(chain)
    ipywidgets.link((figure, "inputs"), (other, "inputs"))
    assert other.inputs == {"a": 1.0, "o": 2.0}
    other.inputs = {"o": 5}
    assert figure.inputs == {"a": 1.0, "o": 5.0}


# explore -------------------------------------------------------------------------------------------------------------


def test_what_is_not_given(chain):
    assert explore(chain).inputs == {"a": 1.0, "o": 1.0}
    assert explore(graph("a = 3; b = 2a + x"), {"x": 7}).inputs == {"a": 3.0, "x": 7.0}
    assert explore(chain.at(a=4, o=0)).inputs == {"a": 4.0, "o": 0.0}
    assert explore(chain.at(a=4, o=0), o=1).inputs == {"a": 4.0, "o": 1.0}
    assert explore(chain.flow()).inputs == {"a": 1.0, "o": 1.0}
    assert explore(chain, of="e").step == 5
    assert explore(chain, step=0).step == 0


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        ({"z": 1}, UnknownName, "z"),
        ({"of": "z"}, UnknownName, "z"),
        ({"a": "one"}, InputError, "input a"),
        ({"direction": "up"}, GradflowError, "'computation', 'gradient'"),
        ({"labels": None}, GradflowError, "'both', 'formula', 'number'"),
        ({"orientation": "left"}, GradflowError, "'down', 'right'"),
        ({"ranges": {"z": (0, 1)}}, GradflowError, "'z'"),
        *(({"ranges": {"a": bad}}, GradflowError, "range of a") for bad in
          [(0,), (1, 0), (0, 1, 2), (0, 1, 0), (0, 1, -0.1), (0, 1, 0.1, 7), "ab", 5, None, (0, "x"), (0, float("inf")), (float("nan"), 1)]),
    ],
)  # fmt: skip
def test_arguments_that_do_not_fit(chain, arguments, error, says):
    with pytest.raises(error, match=says):
        explore(chain, **arguments)


def test_only_a_graph_or_a_flow(chain):
    for other in ("c = a + b", None, 7, gf.draw(chain)):
        with pytest.raises(GradflowError, match="a graph or a flow"):
            explore(other)


def test_ranges(chain):
    figure = explore(chain, a=40, ranges={"o": (0, 5, 0.1)})
    assert figure.figure["ranges"] == {"a": [-100, 100, 2], "o": [0, 5, 0.1]}


def test_arrays():
    net = graph("y = W @ x; L = sum(y^2)")
    with pytest.raises(GradflowError):
        explore(net)
    figure = explore(net, W=np.eye(2), x=[1, 2])
    assert figure.inputs == {"W": [[1.0, 0.0], [0.0, 1.0]], "x": [1.0, 2.0]}
    figure.inputs = {"x": np.array([3, 4])}
    assert figure.flow.values["L"] == 25
    with pytest.raises(InputError):
        figure.inputs = {"x": 5}
    with pytest.raises(InputError):
        figure.inputs = {"x": [1, 2, 3]}


def test_a_start_outside_the_domain_still_gives_a_figure():
    figure = explore(graph("y = log(x)"), x=-1)
    assert "<svg" in figure._repr_mimebundle_()[0]["image/svg+xml"]
    with pytest.raises(DomainError):
        _ = figure.flow
    figure.inputs = {"x": 1}
    assert figure.flow.values["y"] == 0


@pytest.mark.parametrize("make", [
    lambda chain: chain.at(a=1, o=2).eliminate("c"),
    lambda chain: chain.at(a=1, o=2).hold("c"),
    lambda chain: chain.flow().eliminate("c"),
    lambda chain: graph("x = x(w); y = y(x, w); L = L(x, y)"),
    lambda chain: graph("x = x(w); y = y(x, w); L = L(x, y)").flow().hold("x"),
])  # fmt: skip
def test_a_flow_without_a_program(chain, make, tmp_path):
    figure = explore(make(chain))
    assert figure.inputs == {} and figure.figure["program"] is None and figure.figure["flow"]
    json.dumps(figure.figure, allow_nan=False)
    with pytest.raises(InputError, match="leave the values out"):
        explore(make(chain), a=1)
    with pytest.raises(InputError, match="leave the values out"):
        figure.inputs = {"a": 1}
    assert figure.save(tmp_path / "flow.html").stat().st_size > 10_000
