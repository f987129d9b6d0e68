"""The table in words says the same as the picture."""

import re
import xml.etree.ElementTree as ET

from gradflow_nb import draw, graph

TEXT = "c = a + b; d = b + 1; e = c d"


def test_the_text_of_a_gradient():
    assert draw(graph(TEXT).at(a=2, b=1), direction="gradient").text == (
        "gradient flow of e at a = 2, b = 1\n"
        "node  is     value  derivative\n"
        "a     input  2      de/da = 2\n"
        "b     input  1      de/db = 5\n"
        "c     a + b  3      de/dc = 2\n"
        "d     b + 1  2      de/dd = 3\n"
        "e     c·d    6      de/de = 1\n"
        "\n"
        "edge   partial\n"
        "a → c  ∂c/∂a = 1\n"
        "b → c  ∂c/∂b = 1\n"
        "b → d  ∂d/∂b = 1\n"
        "c → e  ∂e/∂c = d = 2\n"
        "d → e  ∂e/∂d = c = 3"
    )


def test_the_tables_hold_every_number_of_the_flow():
    flow = graph("b = 5 - 3a; c = 2b + 3; d = 5b + 6; e = 7c + d^2; f = 2e; g = 3f - o").at(a="1/7", o=2)
    figure = draw(flow, direction="gradient")
    nodes, edges = ET.fromstring(f"<div>{figure.table}</div>")
    assert (len(nodes.findall("tbody/tr")), len(edges.findall("tbody/tr"))) == (len(flow.names), len(flow.edges))
    for name, row in zip(flow.names, figure.text.splitlines()[2:], strict=False):
        cells = re.split(r"  +", row)
        assert cells[0] == name and cells[2] == str(flow.values[name])
        assert cells[3] == f"dg/d{name} = {flow.adjoints('g')[name]}"
    rows = figure.text.splitlines()[-len(flow.edges) :]
    for edge, row in zip(flow.edges, rows, strict=True):
        assert row.startswith(f"{edge.parent} → {edge.child}  ") and row.endswith(f" = {edge.partial}")


def test_every_column_has_a_heading_and_every_row_a_header():
    for table in ET.fromstring(f"<div>{draw(graph(TEXT)).table}</div>"):
        assert table.find("caption").text in ("Nodes", "Edges")
        assert all(cell.get("scope") == "col" for cell in table.find("thead/tr"))
        assert all(row[0].tag == "th" and row[0].get("scope") == "row" for row in table.find("tbody"))


def test_notes_stand_beside_the_edge():
    text = draw(graph("y = relu(x); z = sqrt(x)").at(x=0)).text
    assert "relu has a kink at 0" in next(line for line in text.splitlines() if line.startswith("x → y"))
    missing = next(line for line in text.splitlines() if line.startswith("x → z"))
    assert "∂z/∂x = 1/(2 sqrt(x)), which does not exist  sqrt has no derivative at 0" in missing


def test_a_partial_that_is_only_not_written_down_is_not_said_to_be_missing():
    text = draw(graph("h = W @ x; y = sum(h)"), direction="gradient").text
    assert "does not exist" not in text and "—" not in text and "no formula" not in text
    assert "W → h  ∂h/∂W    its formula depends on the shapes of arrays" in text and "dy/dW" in text


def test_tables_need_no_style_sheet():
    """Notebooks align the cells of tables to the right, and set formulas small."""
    root = ET.fromstring(f"<div>{draw(graph(TEXT).at(a=2, b=1)).table}</div>")
    cells = [*root.iter("th"), *root.iter("td")]
    assert cells and all(cell.get("style") == "text-align: left" for cell in cells)
    assert all(formula.get("displaystyle") == "true" for formula in root.iter("math"))
