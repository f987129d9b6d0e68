"""Pictures: the same bytes everywhere, well formed, readable without eyes, and deaf to what a name says."""

import os
import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest

from gradflow_nb import draw, graph
from gradflow_nb.core.graph import Graph
from gradflow_nb.core.node import Node
from gradflow_nb.core.operations import OPERATIONS
from gradflow_nb.errors import GradflowError, UnknownName

SVG = "{http://www.w3.org/2000/svg}"
CHAIN = "b = 5 - 3a; c = 2b + 3; d = 5b + 6; e = 7c + d^2; f = 2e; g = 3f - o"


@pytest.fixture(scope="module")
def flow():
    return graph(CHAIN).at(a=1, o=2)


def parsed(figure):
    return ET.fromstring(figure.svg)


def marked(root, kind):
    return [g for g in root.iter(f"{SVG}g") if kind in g.get("class").split()]


def shown(element, role):
    """The text in that part of a node or an edge, as it is drawn."""
    return "".join("".join(g.itertext()) for g in element.iter(f"{SVG}g") if g.get("data-role") == role)


def hostile_graph(name):
    node = Node(None, (), name)
    return Graph({name: node, f"{name}2": Node(OPERATIONS["relu"], (node * 2,), f"{name}2")})


def test_the_same_bytes_in_every_process(root, flow):
    code = (
        f"import gradflow_nb as gf, sys; flow = gf.graph({CHAIN!r}).at(a=1, o=2); "
        "sys.stdout.buffer.write((gf.draw(flow).svg + gf.draw(flow.graph).svg + "
        "gf.draw(flow.graph.expand(), direction='gradient', highlight=flow.paths('g', 'b')[0]).svg).encode())"
    )
    runs = [
        subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, check=True, env=environment)
        for environment in (os.environ | {"PYTHONHASHSEED": seed} for seed in ("1", "2"))
    ]
    assert runs[0].stdout == runs[1].stdout and runs[0].stdout.startswith(draw(flow).svg.encode())
    assert runs[0].stderr == b""


@pytest.mark.parametrize("direction", ["computation", "gradient"])
@pytest.mark.parametrize(
    "make", [lambda flow: flow, lambda flow: flow.graph, lambda flow: flow.graph.expand().at(a=1, o=2)]
)
def test_every_part_says_what_it_is(flow, make, direction):
    drawn = draw(make(flow), direction=direction)
    root = parsed(drawn)
    nodes, edges = marked(root, "gf-node"), marked(root, "gf-edge")
    assert [g.get("data-node") for g in nodes] == list(drawn.flow.names)
    assert sorted(int(g.get("data-edge")) for g in edges) == list(range(len(drawn.flow.edges)))
    for g in edges:
        edge = drawn.flow.edges[int(g.get("data-edge"))]
        assert (g.get("data-child"), g.get("data-parent")) == (edge.child, edge.parent)
        assert g.get("aria-label").startswith(f"edge from {edge.parent} to {edge.child}: ")
    assert all(g.get("role") == "img" and g.get("aria-label") for g in nodes + edges)
    assert root.find(f"{SVG}title").text == drawn.title and root.find(f"{SVG}desc").text == drawn.text
    assert not [element for element in root.iter() if element.get("id")] and " id=" not in drawn.svg


def test_formula_and_value_on_nodes_and_edges(flow):
    root = parsed(draw(flow))
    e = next(g for g in marked(root, "gf-node") if g.get("data-node") == "e")
    assert (shown(e, "written"), shown(e, "value"), shown(e, "adjoint")) == ("e = 7c + d2".replace(" ", ""), "305", "")
    edge = next(g for g in marked(root, "gf-edge") if (g.get("data-child"), g.get("data-parent")) == ("e", "d"))
    assert shown(edge, "partial") == "∂e∂d=2d=32"
    assert edge.get("aria-label") == "edge from d to e: ∂e/∂d = 2d = 32"


def test_a_graph_shows_formulas_only(flow):
    root = parsed(draw(flow.graph))
    assert all(not shown(g, "value") for g in marked(root, "gf-node"))
    edge = next(g for g in marked(root, "gf-edge") if g.get("data-child") == "e" and g.get("data-parent") == "d")
    assert shown(edge, "partial") == "∂e∂d=2d"


def test_the_gradient_runs_the_other_way(flow):
    forth, back = draw(flow), draw(flow, direction="gradient", of="g")
    for figure, pointed_at in ((forth, "data-child"), (back, "data-parent")):
        root = parsed(figure)
        frames = {g.get("data-node"): g.find(f"{SVG}rect").attrib for g in marked(root, "gf-node")}
        for g in marked(root, "gf-edge"):
            tip = map(float, g.find(f"{SVG}polygon").get("points").split()[0].split(","))
            rect = {key: float(value) for key, value in frames[g.get(pointed_at)].items()}
            for at, start, length in zip(tip, ("x", "y"), ("width", "height"), strict=True):
                assert rect[start] - 3 <= at <= rect[start] + rect[length] + 3
    adjoints = {g.get("data-node"): shown(g, "adjoint") for g in marked(parsed(back), "gf-node")}
    assert (adjoints["b"], adjoints["g"], adjoints["o"]) == ("dgdb=1044", "dgdg=1", "dgdo=−1")
    assert draw(flow, direction="gradient").svg == back.svg  # the only output
    assert draw(flow, of="g").svg == forth.svg


def test_parallel_edges_are_drawn_as_such():
    made = graph("y = a a + a")
    assert len(marked(parsed(draw(made)), "gf-edge")) == 1
    edges = marked(parsed(draw(made.expand().at(a=3))), "gf-edge")
    twins = [g for g in edges if (g.get("data-child"), g.get("data-parent")) == ("y.1", "a")]
    assert len(edges) == 4 and [shown(g, "partial") for g in twins] == ["a=3", "a=3"]
    curves = [g.find(f"{SVG}path").get("d") for g in twins]
    assert curves[0] != curves[1]


@pytest.mark.parametrize(
    "name", ["<script>x</script>", "</svg><b>", 'a"b', "a'b", "a&b", "]]>", "a\\", "--><x", "<b>", "é_✓"]
)
def test_hostile_names_stay_text(name, tmp_path):
    for shown_, at in ((hostile_graph(name), None), (hostile_graph(name), {name: 1})):
        drawn = draw(shown_ if at is None else shown_.at(at), direction="gradient")
        root = parsed(drawn)
        tags = {element.tag.removeprefix(SVG) for element in root.iter()}
        assert tags <= {"svg", "title", "desc", "style", "rect", "g", "text", "polyline", "path", "polygon"}
        assert marked(root, "gf-node")[0].get("data-node").split() == name.split()
        assert not [a for element in root.iter() for a in element.attrib if a.startswith("on") or a.endswith("href")]
        ET.fromstring(f"<div>{drawn.table}</div>")
        assert "<script" not in drawn.table and drawn.dot.source.count("->") >= 1
        ET.fromstring(drawn.save(tmp_path / "x.svg").read_text(encoding="utf-8"))


def test_highlights(flow):
    def lit(wanted):
        root = parsed(draw(flow, highlight=wanted))
        return {g.get("data-node") or (g.get("data-child"), g.get("data-parent")) for g in marked(root, "gf-lit")}

    assert lit(()) == set() and lit("e") == {"e"} and lit(("e", "d")) == {("e", "d")}
    assert lit(["e", ("f", "e")]) == {"e", ("f", "e")}
    assert lit(flow.paths("e", "b")[0]) == {"e", "c", "b", ("e", "c"), ("c", "b")}
    with pytest.raises(UnknownName):
        lit("loss")


@pytest.mark.parametrize(("suffix", "magic"), [(".svg", b"<svg "), (".png", b"\x89PNG\r\n\x1a\n"), (".pdf", b"%PDF-")])
def test_saved_files(flow, tmp_path, suffix, magic):
    file = draw(flow).save(tmp_path / f"chain{suffix}")
    assert file == tmp_path / f"chain{suffix}" and file.read_bytes().startswith(magic)
    if suffix == ".svg":
        saved = file.read_text(encoding="utf-8")
        assert "var(" not in saved and "@media" not in saved and "var(" in draw(flow).svg
        ET.fromstring(saved)


def test_what_is_asked_wrongly_says_what_is_right(flow, tmp_path):
    for broken, message in (
        (lambda: draw(flow, direction="up"), "direction='up' is not known: it is 'computation' or 'gradient'."),
        (lambda: draw(flow, orientation="up"), "orientation='up' is not known: it is 'down' or 'right'."),
        (lambda: draw(flow).save(tmp_path / "x.gif"), "'x.gif' names no kind of picture that can be written. "
                                                      "Write a file name that ends in .svg, .png or .pdf."),
        (lambda: draw(graph("y = x; z = 2x"), direction="gradient"),
         'This graph has 2 outputs (y, z): say which one, as in of="y".'),
    ):  # fmt: skip
        with pytest.raises(GradflowError) as caught:
            broken()
        assert str(caught.value) == message
    for direction in ("gradient", "computation"):
        with pytest.raises(UnknownName, match="There is no node called 'loss'"):
            draw(flow, direction=direction, of="loss")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_derivative_and_a_convention_are_marked():
    root_flow = graph("y = sqrt(x)").at(x=0)
    edge = marked(parsed(draw(root_flow, direction="gradient")), "gf-missing")[0]
    assert edge.get("aria-label") == "edge from x to y: ∂y/∂x = 1/(2 sqrt(x)), which does not exist"
    assert shown(edge, "partial").endswith(", which does not exist")
    assert shown(marked(parsed(draw(root_flow, direction="gradient")), "gf-node")[0], "adjoint") == "dydx does not exist"
    kink = draw(graph("y = relu(x)").at(x=0))
    assert "† ∂y/∂x: relu has a kink at 0; the slope is taken as 0 there" in "".join(parsed(kink).itertext())
    assert "†" in shown(marked(parsed(kink), "gf-edge")[0], "partial")
    assert "†" not in draw(graph("y = relu(x)").at(x=1)).svg


def test_several_notes_have_signs_of_their_own():
    root = parsed(draw(graph("y = relu(x); z = |x|; w = relu(u)").at(x=0, u=0)))
    signs = {g.get("data-child"): shown(g, "partial")[-1] for g in marked(root, "gf-edge")}
    assert signs == {"y": "†", "z": "‡", "w": "†"}
    notes = [element.text for element in root.iter(f"{SVG}text") if element.get("class") == "gf-note"]
    assert [note[:15] for note in notes] == ["† ∂y/∂x, ∂w/∂u:", "‡ ∂z/∂x: |x| ha"]


def test_a_graph_of_arrays_names_the_partials_that_have_no_formula():
    root = parsed(draw(graph("h = W @ x; y = sum(h)"), direction="gradient"))
    edge = next(g for g in marked(root, "gf-edge") if g.get("data-parent") == "W")
    assert shown(edge, "partial") == "∂h∂W" and not marked(root, "gf-missing")
    assert edge.get("aria-label") == "edge from W to h: ∂h/∂W, whose formula depends on the shapes of arrays"


def test_arrays_are_spoken_by_their_shape():
    drawn = draw(graph("h = W @ x; y = sum(h)").at(W=[[1, 2, 3], [4, 5, 6]], x=[1, 1, 1]), direction="gradient")
    root = parsed(drawn)
    assert drawn.title == "gradient flow of y at W (2×3), x (3 entries)" == root.find(f"{SVG}title").text
    spoken = {g.get("data-node"): g.get("aria-label") for g in marked(root, "gf-node")}
    assert spoken["W"] == "input W (2×3), dy/dW (2×3)" and spoken["y"] == "output y = sum(h), value 21, dy/dy = 1"
    edge = next(g for g in marked(root, "gf-edge") if g.get("data-parent") == "W")
    assert edge.get("aria-label") == "edge from W to h: ∂h/∂W, 2×6 Jacobian"
    assert "[[1, 2, 3], [4, 5, 6]]" in drawn.text


def test_what_is_too_wide_gives_way_to_a_shorter_form():
    opaque = draw(graph("x = x(w); y = y(x, w); z = z(y, w); L = L(x, y, z)"), direction="gradient")
    w = marked(parsed(opaque), "gf-node")[0]
    assert shown(w, "adjoint") == "dLdw=dLdx·Dxw+dLdy·Dyw+dLdz·Dzw"
    wide = draw(graph("y = sum(W @ x)").at(W=[[1.234567] * 4] * 4, x=[1e-5] * 4), direction="gradient")
    nodes = {g.get("data-node"): g for g in marked(parsed(wide), "gf-node")}
    assert "…" not in shown(nodes["W"], "value") and shown(nodes["x"], "adjoint").startswith("dydx=4.938")
    long = graph("y = " + " + ".join(f"x{i} sin(x{i})" for i in range(12)))
    assert shown(marked(parsed(draw(long)), "gf-node")[-1], "written") == "y=…"


def test_the_derivatives_of_a_gradient_graph_are_fractions(flow):
    root = parsed(draw(flow.graph.gradient_graph("g", "a")))
    nodes = {g.get("data-node"): shown(g, "written") for g in marked(root, "gf-node")}
    assert nodes["dg_db"] == "dgdb=5dgdd+84" and nodes["d"] == "d=5b+6"
    edges = {g.get("data-child"): shown(g, "partial") for g in marked(root, "gf-edge")}
    assert edges["dg_db"] == "∂(dg/db)∂(dg/dd)=5"
    second = draw(graph("y = a^3 b^2").gradient_graph("y", "a").gradient_graph("dy_da", "b"))
    assert shown(marked(parsed(second), "gf-node")[-1], "written").startswith("d2ydadb=")
    assert "d2y_da_db" in second.text and "<mfrac>" in second.table


def test_a_held_node_looks_like_an_input(flow):
    drawn = draw(flow.hold("c"))
    c = next(g for g in marked(parsed(drawn), "gf-held"))
    assert (c.get("data-node"), shown(c, "written"), shown(c, "value")) == ("c", "c", "7")
    assert c.get("aria-label") == "held node c, value 7" and "c     held fixed  7" in drawn.text
    assert drawn.title == "gradient flow at a = 1, o = 2, c is held fixed"


def test_nothing_is_printed_while_drawing(flow, capfd):
    assert draw(flow).svg and draw(graph("y = x").expand()).svg and draw(hostile_graph("<b>")).svg
    assert capfd.readouterr() == ("", "")
