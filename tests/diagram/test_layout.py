"""Geometry: nothing overlaps, nothing is cut off, and without Graphviz the error names both remedies."""

import sys
from itertools import combinations

import pytest

from gradflow_nb import draw, graph
from gradflow_nb.diagram import layout as module
from gradflow_nb.diagram.dot import digraph
from gradflow_nb.diagram.labels import labels
from gradflow_nb.diagram.layout import Layout, layout
from gradflow_nb.diagram.svg import edge_size, node_size
from gradflow_nb.errors import LayoutUnavailable

TEXTS = [
    "b = 5 - 3a; c = 2b + 3; d = 5b + 6; e = 7c + d^2; f = 2e; g = 3f - o",
    "c = a + b; d = b + 1; e = c d",
    "y = x1 x2 x3 x4; z = y/(1 + exp(-y)); w = z x1",
    "h = tanh(w x + u); p = sigmoid(v h); loss = -(t log(p) + (1 - t) log(1 - p))",
    "s = a + b + c + d; p = a b c d; q = s/p",
]


def unlabelled(figure):
    """What Graphviz is given to lay out."""
    return digraph(*figure._structure(), "TB" if figure.orientation == "down" else "LR")


def placed(figure):
    """Every node's and every edge label's rectangle, and the layout."""
    place = layout(unlabelled(figure))
    nodes, edges = labels(figure.flow, figure.direction, figure.of)
    boxes = [(*at, *node_size(n)) for n, at in zip(nodes, place.nodes, strict=True)]
    boxes += [(*at, *edge_size(e)) for e, at in zip(edges, place.labels, strict=True) if at]
    assert len(boxes) == len(nodes) + len(edges)
    return boxes, place


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("direction", ["computation", "gradient"])
@pytest.mark.parametrize("orientation", ["down", "right"])
def test_nodes_and_labels_do_not_overlap(text, direction, orientation):
    made = graph(text)
    flows = [made, made.at({name: i / 10 for i, name in enumerate(made.inputs, 2)})]
    for shown in (*flows, made.expand()):
        boxes, place = placed(
            draw(shown, direction, made.outputs[-1] if direction == "gradient" else None, (), orientation)
        )
        for (x, y, w, h), (u, v, p, q) in combinations(boxes, 2):
            assert abs(x - u) >= (w + p) / 2 - 1 or abs(y - v) >= (h + q) / 2 - 1
        for x, y, w, h in boxes:
            assert x - w / 2 >= -1 and x + w / 2 <= place.width + 1
            assert y - h / 2 >= -1 and y + h / 2 <= place.height + 1


def test_computation_runs_down_or_to_the_right():
    for orientation, axis in (("down", 1), ("right", 0)):
        figure = draw(graph(TEXTS[0]), orientation=orientation)
        place = layout(unlabelled(figure))
        at = dict(zip(figure.flow.names, place.nodes, strict=True))
        assert all(at[edge.parent][axis] < at[edge.child][axis] for edge in figure.flow.edges)


def test_no_text_reaches_the_layout():
    assert "secret" not in unlabelled(draw(graph("y = secret^2"))).source
    assert "secret" in draw(graph("y = secret^2")).dot.source


def test_without_any_graphviz_the_error_names_both_remedies(monkeypatch):
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    monkeypatch.setenv("PATH", "")
    module._layout.cache_clear()
    with pytest.raises(LayoutUnavailable, match=r"(?s)pip install pygraphviz.*`dot` is on the PATH"):
        layout(digraph([(40, 30, "x")], []))


def test_a_dot_on_the_path_is_the_fallback(monkeypatch):
    """The command is stood in for: what matters is that its answer is used."""
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    answer = '{"bb": "0,0,40,30", "objects": [{"name": "n0", "pos": "20,10"}]}'
    monkeypatch.setattr(module.graphviz.Source, "pipe", lambda self, **options: answer)
    module._layout.cache_clear()
    assert layout(digraph([(40, 30, "x")], [])) == Layout(40, 30, ((20, 20),), (), ())
    module._layout.cache_clear()
