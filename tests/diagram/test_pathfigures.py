"""The picture of all paths: well formed, without ids, saying what the text says, small or not there at all."""

import re
import xml.etree.ElementTree as ET

import pytest

from gradflow_nb import graph
from gradflow_nb.diagram.pathfigures import svg, text
from gradflow_nb.diagram.saving import resolved

SVG = "{http://www.w3.org/2000/svg}"


def cells(picture):
    return [g for g in ET.fromstring(picture).iter(f"{SVG}g") if g.get("role") == "img"]


def words(element):
    return "".join(part.text or "" for part in element.iter(f"{SVG}text"))


def net(width):
    """Three layers, each node using all of the layer below: width² paths."""
    lines = [f"h{i} = {i + 1}x" for i in range(width)]
    lines += [f"k{i} = " + " + ".join(f"h{j}" for j in range(width)) for i in range(width)]
    return graph("; ".join([*lines, "y = " + " + ".join(f"k{i}" for i in range(width))])).at(x=1).paths("y", "x")


@pytest.fixture
def chain_paths():
    chain = graph("b = 5 - 3a; c = 2b + 3; d = 5b + 6; e = 7c + d^2; f = 2e; g = 3f - o")
    return chain.at(a=1, o=2).paths("g", "b")


def test_one_small_figure_a_path_joined_by_plus(chain_paths):
    picture = svg(chain_paths)
    root, (first, second) = ET.fromstring(picture), cells(picture)
    assert first.get("aria-label") == "g ← f ← e ← c ← b: 3·2·7·2 = 84"
    assert "3·2·32·5=960" in re.sub(r"\s", "", words(second)).replace("⋅", "·")
    signs = [words(g) for g in root.findall(f"{SVG}g") if g.get("class") == "gf-ink"]
    assert signs[0] == "+" and signs[-1].endswith("1044") and len(signs) == 2


def test_the_path_is_lit_and_the_rest_is_faint(chain_paths):
    first = cells(svg(chain_paths))[0]
    lit, faint = (next(g for g in first if g.get("class") == kind) for kind in ("gf-lit", "gf-faint"))
    assert sorted(words(lit)) == list("bcefg") and words(faint) == "d"
    assert len(lit.findall(f"{SVG}path")) == 4 and len(faint.findall(f"{SVG}path")) == 2


def test_it_has_no_ids_and_says_what_the_text_says(chain_paths):
    picture = svg(chain_paths)
    root = ET.fromstring(picture)
    assert not [e for e in root.iter() if e.get("id")] and picture == svg(chain_paths)
    assert root.get("role") == "group" and root.get("aria-label") == root.find(f"{SVG}title").text
    assert root.find(f"{SVG}desc").text == text(chain_paths) == repr(chain_paths)
    assert "var(" not in resolved(picture)


def test_the_forms_of_the_source_are_under_their_pictures():
    paths = graph("x = x(w); y = y(x, w); z = z(y, w); L = L(x, y, z)").flow().paths("L", "w")
    assert [c.get("aria-label").partition(": ")[2] for c in cells(svg(paths))] == [
        "D_Lx·D_xw", "D_Ly·D_yw", "D_Ly·D_yx·D_xw", "D_Lz·D_zw", "D_Lz·D_zy·D_yw", "D_Lz·D_zy·D_yx·D_xw",
    ]  # fmt: skip


def test_many_paths_wrap_and_the_rest_are_counted():
    paths = net(5)
    picture = svg(paths)
    assert paths.count == 25 and len(cells(picture)) == 12 and "and 13 more" in words(ET.fromstring(picture))
    width, height = map(int, re.search(r'width="(\d+)" height="(\d+)"', picture).groups())
    assert width <= 860 and height > 400


def test_what_is_too_large_for_a_small_picture_has_none():
    deep = graph("; ".join(["x0 = x", *(f"x{i} = 2x{i - 1}" for i in range(1, 60))])).at(x=1)
    assert svg(deep.paths("x59", "x")) is None and svg(net(20)) is None
    assert "… ← x0 ← x" in text(deep.paths("x59", "x")) and "x30" not in text(deep.paths("x59", "x"))
    assert svg(deep.paths("x", "x59")) is None
    assert text(deep.paths("x", "x59")) == "No path from x59 to x, so dx/dx59 = 0."


def test_astronomically_many_paths_are_said_in_one_screen():
    parts = ["x0 = x"]
    for i in range(1000):
        parts.append(f"l{i} = 2x{i}; r{i} = 3x{i}; x{i + 1} = l{i} + r{i}")
    shown = text(graph("; ".join(parts)).at(x=0).paths("x1000", "x"))
    assert shown.startswith("about 1.07151·10^301 paths") and "sum: dx1000/dx = 9.33264·10^698" in shown
    assert len(shown) < 8_000 and shown.count("\n") == 52


def test_long_names_are_cut_in_the_picture_and_whole_in_words():
    name = "total_loss_with_regularisation"
    paths = graph(f"{name} = 2w + w^2").at(w=1).paths(name, "w")
    assert name in cells(svg(paths))[0].get("aria-label") and name not in words(cells(svg(paths))[0])


def test_a_wide_product_gives_way_to_its_outcome_and_then_to_names():
    made = graph("u = x sin(x) cos(x) exp(x) tan(x); v = u^2 + x sin(u) cos(x); y = v^2 sin(v) cos(u)")
    picture = svg(made.flow().paths("y", "x"))
    for cell in cells(picture):
        assert words(cell).strip()
    assert int(re.search(r'width="(\d+)"', picture)[1]) <= 1_000


def test_a_missing_partial_and_matrices_are_drawn():
    missing = svg(graph("u = sqrt(x); y = u + x").at(x=0).paths("y", "x"))
    assert words(cells(missing)[1]).endswith(", which does not exist")
    assert words(ET.fromstring(missing)).endswith("dydx does not exist") and "—" not in missing
    assert ET.fromstring(missing).find(f"{SVG}desc").text.endswith("sum: dy/dx does not exist")
    arrays = svg(graph("h = A @ x; y = sum(h)").at(A=[[1, 2], [3, 4]], x=[1, 1]).paths("y", "x"))
    assert "∂" in words(cells(arrays)[0])


def test_the_sum_between_arrays_is_the_jacobian_and_says_so_where_it_is_flat():
    flow = graph("h = A @ x; y = sum(h)").at(A=[[1, 2], [3, 4]], x=[1, 1])
    assert text(flow.paths("y", "A")).endswith("sum: dy/dA = [1, 1, 1, 1] (1×4 Jacobian)")
    assert text(flow.paths("y", "x")).endswith("sum: dy/dx = [4, 6]")
    assert words(ET.fromstring(svg(flow.paths("y", "A")))).endswith("[1,1,1,1] (1×4 Jacobian)".replace("[", "").replace("]", ""))
    large = graph("y = sum(A)").at(A=[[1] * 5] * 5).paths("y", "A")
    assert text(large).endswith("sum: dy/dA = [1, 1, 1, …] (1×25 Jacobian)")


def test_long_names_that_start_alike_are_told_apart():
    made = graph("hidden_activation_first = 2x; hidden_activation_second = 3x; y = hidden_activation_first + "
                 "hidden_activation_second")  # fmt: skip
    shown = words(cells(svg(made.at(x=1).paths("y", "x")))[0])
    assert "hidden…first" in shown and "hidden…econd" in shown


def test_names_of_derivatives_are_fractions_in_the_pictures():
    slope = graph("b = 5 - 3a; c = b^3").gradient_graph("c", "a").at(a=1)
    picture = svg(slope.paths("dc_da", "a"))
    assert "dc/da" in words(cells(picture)[0]) and "_" not in words(ET.fromstring(picture))
    assert "dc_da ←" in text(slope.paths("dc_da", "a"))


def test_parallel_edges_are_lit_one_at_a_time():
    first, second = cells(svg(graph("y = a a").expand().at(a=3).paths("y", "a")))
    curves = [g.find(f"{SVG}path").get("d") for cell in (first, second) for g in cell if g.get("class") == "gf-lit"]
    assert len(set(curves)) == 2
