"""What the live figure sends to the browser, and what it leaves in a notebook's file and on a disk."""

import json
import xml.etree.ElementTree as ElementTree
from copy import deepcopy

import pytest

from gradflow_nb import explore, graph
from gradflow_nb.errors import GradflowError


def test_the_bundle_is_the_view_the_picture_and_a_text(figure):
    bundle, metadata = figure._repr_mimebundle_()
    assert set(bundle) == {"application/vnd.jupyter.widget-view+json", "image/svg+xml", "text/plain"} and metadata == {}
    figure.inputs = {"a": 3}
    after = figure._repr_mimebundle_()[0]
    assert "a = 3" in after["text/plain"] and after["image/svg+xml"] != bundle["image/svg+xml"]


def test_texts_and_pictures_are_the_same_each_time(chain):
    one, two = explore(chain, a=1, o=2), explore(chain, a=1, o=2)
    assert one.figure == two.figure and repr(one) == repr(two)
    assert one._repr_mimebundle_()[0]["image/svg+xml"] == two._repr_mimebundle_()[0]["image/svg+xml"]
    assert "0x" not in repr(one) and "LiveFigure(" not in repr(one)


def test_the_picture_is_well_formed_and_names_nothing_outside(figure):
    root = ElementTree.fromstring(figure.figure["svg"])
    drawn = list(root.iter())
    assert {part.tag.partition("}")[2] for part in drawn} <= {
        "svg",
        "title",
        "desc",
        "style",
        "rect",
        "g",
        "path",
        "polygon",
        "polyline",
        "text",
        "tspan",
    }
    for part in drawn:
        assert not {"id", "href", "{http://www.w3.org/1999/xlink}href"} & set(part.attrib)
        assert not any(name.startswith("on") or "url(" in value for name, value in part.attrib.items())
    nodes = [part.get("data-node") for part in drawn if part.get("data-node")]
    assert nodes == ["a", "b", "c", "d", "e", "f", "o", "g"]


def test_signs_of_markup_are_escaped(figure):
    hostile = "</desc><script>alert(1)</script>\"'&"
    root = ElementTree.fromstring(figure._picture.svg(hostile, hostile, "gradient", "number", "g", 3))
    assert [part.text for part in root[:2]] == [hostile] * 2 and root.get("aria-label") == hostile
    assert explore(graph("α_1 = β^2; x_max = α_1 + β")).figure["names"] == ["β", "α_1", "x_max"]


def test_saved(figure, tmp_path):
    page = figure.save(tmp_path / "chain.html")
    text = page.read_text(encoding="utf-8")
    assert page == tmp_path / "chain.html" and text.count("</script>") == 2 and "default-src 'none'" in text
    state = json.loads(text.split('id="state">')[1].split("</script>")[0])
    assert state["inputs"] == {"a": 1, "o": 2} and state["figure"]["title"] == figure.figure["title"]
    assert ElementTree.parse(figure.save(str(tmp_path / "chain.svg"))).getroot().tag.endswith("svg")
    with pytest.raises(GradflowError):
        figure.save(tmp_path / "chain.docx")


def test_the_module_is_small_and_alone(figure):
    assert len(figure.module.encode()) <= 100_000
    assert not any(
        word in figure.module
        for word in (
            "import ",
            "eval(",
            "new Function",
            "innerHTML",
            "fetch(",
            "XMLHttpRequest",
            "http://cdn",
            "https://",
        )
    )


# The insides of equations --------------------------------------------------------------------------------------------


def test_what_is_inside_an_equation(chain, figure):
    assert set(figure.figure["opens"]) == set(figure.figure["inside"])
    inside = figure.figure["inside"]["e"]
    assert inside["program"]["inputs"] == ["c", "d"] and "<svg" in inside["svg"]
    ElementTree.fromstring(inside["svg"])


@pytest.mark.parametrize(
    "content", [None, "e", {}, {"inside": 7}, {"inside": "z"}, {"inside": ["e"]}, {"do": "inside"}]
)
def test_other_messages_are_ignored(figure, content):
    before, sent = deepcopy(figure.figure), []
    figure.send = sent.append
    figure._receive(figure, content, [])
    assert sent == [] and figure.figure == before


def test_the_inside_of_an_equation_is_sent_when_asked_for():
    many = graph("; ".join(f"x{i + 1} = 2x{i}^2 + 1" for i in range(45)))
    figure, sent = explore(many), []
    assert figure.figure["inside"] == {} and len(figure.figure["opens"]) == 45
    figure.send = sent.append
    figure._receive(figure, {"inside": "x20"}, [])
    assert sent[0]["inside"] == "x20" and sent[0]["figure"]["program"]["inputs"] == ["x19"]


def test_an_opaque_function_has_no_inside_to_send():
    figure, sent = explore(graph("x = x(w); y = y(x, w); L = L(x, y)")), []
    figure.send = sent.append
    figure._receive(figure, {"inside": "y"}, [])
    assert sent == []
