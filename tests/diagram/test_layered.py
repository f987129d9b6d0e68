"""Graphs too tangled for Graphviz: in layers, nothing over anything, the computation running one way."""

import random

import pytest

from gradflow_nb import draw, explore, graph
from gradflow_nb.diagram.layered import is_tangled, layered, placed, ranks


def tangled(count, seed=1):
    """Equations that use the inputs all along: every rank is crossed by many edges."""
    rng, names = random.Random(seed), ["a", "b", "c"]
    lines = []
    for i in range(count):
        lines.append(f"h{i} = {rng.choice(names[-8:])} + {rng.choice('abc')}/2")
        names.append(f"h{i}")
    return graph("\n".join(lines))


def structure(count, seed):
    rng = random.Random(seed)
    nodes = [(rng.uniform(40, 200), rng.uniform(30, 90), "") for _ in range(count)]
    edges = [(rng.randrange(head), head, 60.0, 30.0, "") for head in range(1, count) for _ in range(rng.randint(0, 3))]
    return nodes, edges


@pytest.mark.parametrize("seed", range(6))
def test_nothing_overlaps_and_edges_run_down(seed):
    nodes, edges = structure(60, seed)
    place, rank = layered(nodes, edges), ranks(60, edges)
    boxes = [(x - w / 2, y - h / 2, x + w / 2, y + h / 2) for (x, y), (w, h, _) in zip(place.nodes, nodes)]
    for i, (left, top, right, bottom) in enumerate(boxes):
        assert min(left, top) >= -1e-6 and right <= place.width + 1e-6 and bottom <= place.height + 1e-6
        for other in boxes[:i]:
            assert right <= other[0] or other[2] <= left or bottom <= other[1] or other[3] <= top
    for (tail, head, *_), curve in zip(edges, place.curves):
        assert rank[tail] < rank[head] and curve[0][1] < curve[-1][1]
        assert (curve[0][1], curve[-1][1]) == pytest.approx((boxes[tail][3], boxes[head][1]))
    assert layered(nodes, edges) == place


def test_to_the_right_is_the_same_on_its_side():
    nodes, edges = structure(30, 9)
    down = layered([(h, w, label) for w, h, label in nodes], edges)
    right = layered(nodes, edges, right=True)
    assert right.nodes == tuple((y, x) for x, y in down.nodes) and (right.width, right.height) == (down.height, down.width)


def test_graphviz_lays_out_what_it_can():
    nodes, edges = [(50.0, 40.0, "")] * 3, [(0, 1, 20.0, 20.0, ""), (1, 2, 20.0, 20.0, "")]
    assert not is_tangled(3, edges) and placed(nodes, edges, "down") != layered(nodes, edges)


def test_a_tangled_graph_of_a_thousand_nodes_is_drawn():
    large = tangled(1000)
    figure = explore(large, a=1, b=2, c=3)
    svg = figure._repr_mimebundle_()[0]["image/svg+xml"]
    assert 'gf-shows-both gf-tangled"' in svg and svg.count('class="gf-node') == 1003
    assert draw(tangled(400)).svg.count('class="gf-node') == 403
    assert 'gf-tangled"' not in explore(graph("y = x^2"), x=1)._repr_mimebundle_()[0]["image/svg+xml"]
