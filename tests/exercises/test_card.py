"""Questions without a kernel: the still picture, the text, and the worked steps in Markdown."""

import re
import xml.etree.ElementTree as ElementTree

import pytest

from gradflow_nb import ask, graph, question_set
from gradflow_nb.exercises.card import card, set_card
from gradflow_nb.show import mimebundle, text

CHAIN = "b = 5 - 3a; c = 2b + 3; d = 5b + 6; e = 7c + d^2; f = 2e; g = 3f - o"
SVG = "{http://www.w3.org/2000/svg}"
WIDEST = 764  # points: a page, and a notebook's output


def questions():
    chain, flow = graph(CHAIN), graph("c = a + b; d = b + 1; e = c d").at(a=2, b=1)
    net = graph("y = W @ x; L = sum(y^2)").at(W=[[1, 2], [3, 4]], x=[1, 2])
    long = graph("; ".join(f"x{i + 1} = {i}x{i} + sin(x{i})^2/(1 + x{i})" for i in range(1, 12)))
    return {
        "total": ask(chain, "g", "b"),
        "point": ask(chain, "g", "b", at={"a": 1, "o": 2}),
        "gradient": ask(flow, kind="gradient"),
        "edges": ask(chain, kind="edges"),
        "forward": ask(flow, kind="forward"),
        "backward": ask(flow, kind="backward"),
        "order": ask(chain, kind="order"),
        "paths": ask(chain, "g", "b", kind="paths"),
        "factored": ask(chain, "g", "b", kind="factored"),
        "graph": ask("(a+b)(b+1)", kind="graph"),
        "predict": ask(flow, "e", "b", kind="predict"),
        "steps": ask(chain, "g", "a").faded("some"),
        "arrays": ask(net, kind="gradient"),
        "long": ask(long, "x12", "x1", at={"x1": "0.123456789123456789"}, form="exact", in_terms_of=["x1", "x2"]),
        "wide": ask(graph("; ".join(f"y{i} = {i}x" for i in range(12)) + "; z = " + " + ".join(f"y{i}" for i in range(12))), kind="edges"),
    }  # fmt: skip


@pytest.mark.parametrize("kind", questions())
def test_a_card_is_whole_and_has_room_for_every_answer(kind):
    question = questions()[kind]
    picture = card(question)
    root = ElementTree.fromstring(picture)
    width, height = float(root.get("width")), float(root.get("height"))
    assert 100 < width <= WIDEST and height > 40
    assert root.get("aria-label") == question.prompt and picture == card(questions()[kind])
    lines = [line for line in root.iter(f"{SVG}polyline") if line.get("stroke-width") == "1" or line.get("data-blank")]
    assert len(lines) >= sum(box.lines for box in question.boxes)
    assert not any(part.get("id") for part in root.iter()) and len(list(root.iter(f"{SVG}style"))) == 1
    words = re.sub(r"\s+", "", "".join(root.itertext()))
    for box in question.boxes:
        solution = re.sub(r"[\s·]", "", f"{box.solution}")
        if len(solution) > 3 and box.name not in question.task.given:
            assert solution not in words


def test_a_card_shows_the_equations_where_nothing_else_does():
    words = {kind: "".join(ElementTree.fromstring(card(question)).itertext()) for kind, question in questions().items()}
    assert "=7c+d" in words["total"].replace(" ", "") and "requires_grad" in words["predict"]
    assert "12d" in words["steps"] and "60d" not in words["steps"]
    assert "c=a" not in words["graph"].replace(" ", "")


def test_a_set_is_one_picture():
    few = [questions()[kind] for kind in ("total", "edges", "predict")]
    root = ElementTree.fromstring(set_card(few, "A & B"))
    assert root.get("aria-label") == "A & B" and float(root.get("width")) <= WIDEST + 30
    assert [part.text for part in root.iter(f"{SVG}text") if part.get("font-weight") == "bold"] == ["A & B", "1", "2", "3"]


def test_the_text_says_what_the_picture_shows():
    shown = {kind: text(question) for kind, question in questions().items()}
    assert shown["total"].splitlines()[:2] == ["dg/db = ?   (run this cell for a box to type in)", "    b = 5 - 3a"]
    assert "∂e/∂d = ____" in shown["edges"] and "boxes to type in" in shown["edges"]
    assert "    dg/df = 3\n" in shown["steps"] and shown["steps"].endswith("    dg/da = ____")
    assert "    print(b.grad)" in shown["predict"] and not re.search(r" $", shown["predict"], re.MULTILINE)


def test_a_notebook_gets_a_view_a_picture_and_a_text():
    view = "application/vnd.jupyter.widget-view+json"
    practice = question_set([questions()["total"], questions()["edges"]], "Practice")
    for shown in (questions()["backward"], practice):
        data, metadata = mimebundle(shown)
        assert set(data) == {view, "image/svg+xml", "text/plain"} and metadata == {}
    assert data["text/plain"].startswith("Practice   (run this cell for boxes to type in)\n1. dg/db = ?\n")


def test_worked_steps_are_markdown():
    working = questions()["total"].solution()
    data, _ = mimebundle(working)
    assert set(data) == {"text/markdown", "text/plain"} and data["text/plain"] == str(working)
    assert "$\\displaystyle" in data["text/markdown"]


def test_what_stands_right_above_in_a_set_is_not_said_again():
    chain, other = graph(CHAIN), graph("c = a + b; d = b + 1")
    bar = 'class="gf-ink"'

    def rows(*asked):
        return set_card(question_set([ask(made, made.outputs[0], wrt) for made, wrt in asked])).count(bar)

    assert rows((chain, "b"), (chain, "a")) == rows((chain, "b")) + rows((chain, "a")) - 1
    assert rows((chain, "b"), (other, "a"), (chain, "b")) == 2 * rows((chain, "b")) + rows((other, "a"))
