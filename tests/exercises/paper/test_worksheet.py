"""Worksheets: every kind of question on paper, no answer on the sheet, the key, class sets, and hostile text."""

import json
import re
from collections.abc import Mapping

import pytest

from gradflow_nb import ask, graph, question_set, worksheet
from gradflow_nb.cli import main
from gradflow_nb.errors import GradflowError
from gradflow_nb.exercises.paper.handout import sheet_part
from gradflow_nb.exercises.paper.writing import source

CHAIN = graph("b = 5 - 3a; c = 2b + 3; d = 5b + 6; e = 7c + d^2; f = 2e; g = 3f - o")
ADD = graph("c = a + b; d = b + 1; e = c d")
LAYER = graph("y = W @ x + b; s = sigmoid(y); L = sum((s - t)^2)")
OPAQUE = graph("x = x(w); y = y(x, w); z = z(y, w); L = L(x, y, z)")
AT, HERE, ARRAYS = {"a": 1, "o": 2}, {"a": 2, "b": 1}, {"W": [[1, 2], [3, 4]], "x": [1, -1], "b": [0, 1], "t": [1, 0]}

QUESTIONS = {
    "total at a point": lambda: ask(CHAIN, of="g", wrt="b", at=AT),
    "total": lambda: ask(CHAIN, of="g", wrt="b"),
    "partial": lambda: ask(CHAIN, of="e", wrt="d", kind="partial"),
    "value": lambda: ask(CHAIN, of="e", at=AT, kind="value"),
    "gradient": lambda: ask(CHAIN, at=AT, kind="gradient"),
    "gradient of arrays": lambda: ask(LAYER, at=ARRAYS, kind="gradient"),
    "Jacobian": lambda: ask(LAYER, "s", "x", at=ARRAYS),
    "edges": lambda: ask(ADD, at=HERE, kind="edges"),
    "edges in general": lambda: ask(CHAIN, kind="edges"),
    "edges of arrays": lambda: ask(LAYER, at=ARRAYS, kind="edges"),
    "forward": lambda: ask(ADD, at=HERE, kind="forward"),
    "backward": lambda: ask(CHAIN, at=AT, kind="backward"),
    "backward in arrays": lambda: ask(LAYER, at=ARRAYS, kind="backward"),
    "order": lambda: ask(CHAIN, kind="order"),
    "paths": lambda: ask(CHAIN, of="g", wrt="b", kind="paths"),
    "factored": lambda: ask(CHAIN, of="g", wrt="b", kind="factored"),
    "factored, opaque": lambda: ask(OPAQUE, of="L", wrt="w", kind="factored"),
    "graph": lambda: ask("(a + b)(b + 1)^2", kind="graph"),
    "predict": lambda: ask(ADD, wrt="b", at=HERE, kind="predict"),
    "faded": lambda: ask(CHAIN, of="g", wrt="b", at=AT).faded("some"),
}


def data(sheet, key=False):
    """What the Typst template is given."""
    return json.loads(source(sheet._parts(key), sheet.title, sheet.paper))


def words(found):
    """All that is written, without SVG."""
    if isinstance(found, str):
        yield re.sub(r"(?s)<style>.*?</style>|<[^>]*>", " ", found)
    elif isinstance(found, Mapping):
        for value in found.values():
            yield from words(value)
    elif isinstance(found, list):
        for value in found:
            yield from words(value)


def text(sheet, key=False):
    return " ".join(words(data(sheet, key)))


def pages(pdf):
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf))


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_kind_is_written_on_both_papers(tmp_path, name):
    question = QUESTIONS[name]()
    for paper, size in (("a4", b"595"), ("letter", b"612")):
        sheet = worksheet([question], "Practice", paper)
        pdf = sheet.save(tmp_path / "sheet.pdf", key=True).read_bytes()
        assert pdf.startswith(b"%PDF") and re.search(rb"/MediaBox ?\[0 0 " + size, pdf)
        assert pages(pdf) == pages(sheet.save(tmp_path / "sheet.pdf").read_bytes()) + 1
        page = sheet.save(tmp_path / "sheet.html", key=True).read_text(encoding="utf-8")
        assert page.count("<section>") == 2 and "Key: Practice" in page and re.findall("https?://[^\"]*", page.replace("http://www.w3.org/2000/svg", "")) == []
    assert question.hints == 0 and question.attempts == 0


@pytest.mark.parametrize(
    ("name", "answers"),
    [
        ("total at a point", ["1044"]), ("total", ["60d", "84"]), ("partial", ["2d"]), ("value", ["305"]), ("gradient", ["3132"]),
        ("Jacobian", ["0.1966"]), ("edges", ["frac(partial e, partial c) = 2", "frac(partial e, partial d) = 3"]), ("edges in general", ["= 2d"]), ("edges of arrays", ["0.1966"]),
        ("forward", ["6"]), ("backward", ["1044", "192"]), ("backward in arrays", ["0.4625"]), ("order", ["g, o"]), ("paths", ["g ← f"]),
        ("factored", ["frac(partial f, partial e)"]), ("factored, opaque", ["D_(italic(\"yx\"))"]), ("predict", ["5"]), ("faded", ["1044"]),
    ],
)  # fmt: skip
def test_the_sheet_holds_no_answer_and_the_key_does(tmp_path, name, answers):
    sheet = worksheet([QUESTIONS[name]()])
    for answer in answers:
        assert answer not in text(sheet).replace("5b + 6", "") and answer in text(sheet, True), answer
    page = sheet.save(tmp_path / "sheet.html").read_text(encoding="utf-8")
    shown = " ".join(re.sub(r"(?s)<style>.*?</style>|<[^>]*>", "", page).split())
    assert not [answer for answer in answers if len(answer) > 3 and answer in shown]


def test_questions_about_one_graph_have_its_equations_once():
    sheet = worksheet([QUESTIONS["total"](), QUESTIONS["partial"](), QUESTIONS["edges"](), QUESTIONS["value"]()])
    written = text(sheet)
    assert written.count("For questions 1 and 2:") == 1 and written.count("g = 3f - o") == 2  # and beside question 4
    assert "For questions 1 to 3:" in text(worksheet([QUESTIONS[name]() for name in ("order", "paths", "total")]))


def test_one_question_does_not_answer_another():
    def shown(*kinds):
        """How often the values of c and d stand in the figure of the first of some questions."""
        part = sheet_part([ask(ADD, at={"a": 20, "b": 30}, kind=kind, of="e") for kind in kinds], "a4")
        (figure, *_) = [block["figure"]["svg"] for item in part["items"] for block in item["blocks"] if "figure" in block]
        return len(re.findall(r">(?:50|31)<", figure))

    assert [shown("edges"), shown("edges", "forward"), shown("edges", "value")] == [2, 0, 0]
    assert [shown("backward"), shown("backward", "edges"), shown("backward", "edges", "forward")] == [4, 2, 0]
    assert shown("forward", "edges") == shown("order") == 0


def test_steps_that_are_given_are_printed():
    (item,) = data(worksheet([QUESTIONS["faded"]()]))["parts"][0]["items"]
    (rows,) = [block["answers"]["rows"] for block in item["blocks"] if "answers" in block]
    assert [row["given"] and row["given"][0]["math"] for row in rows] == [["3"], ["6"], None, None, None]


HOSTILE = ['<script>alert("1")</script>', "#eval(1) $x$ *b* _i_ @a <b>", "\\ \" ' ` ~ // /* ]", "#import \"@preview/x:1.0.0\"", "数学 α 🙂"]


@pytest.mark.parametrize("title", HOSTILE)
def test_titles_and_names_stay_text(tmp_path, title):
    hard = graph("x_1 = in_ * max_2; loss = x_1^2 + dot")
    sheet = worksheet([ask(hard, wrt="in_", of="loss"), ask(hard, kind="edges"), ask(hard, of="loss", wrt="in_", kind="paths")], title)
    assert sheet.save(tmp_path / "x.pdf", key=True).read_bytes().startswith(b"%PDF")
    page = sheet.save(tmp_path / "x.html", key=True).read_text(encoding="utf-8")
    assert "<script" not in page and "default-src 'none'" in page
    assert data(sheet)["title"] == title and "Find " in page


def test_a_long_question_and_a_wide_formula_fit(tmp_path):
    wide = graph("y = " + " + ".join(f"weight{i}*input{i}^2" for i in range(14)))
    assert pages(worksheet([ask(wide, kind="gradient"), ask(wide, kind="edges")]).save(tmp_path / "w.pdf").read_bytes()) > 1


def test_the_same_bytes_again_and_no_date(tmp_path):
    sheet = worksheet([QUESTIONS["edges"](), QUESTIONS["total"]()], "Twice")
    for name in ("a.pdf", "a.html"):
        assert sheet.save(tmp_path / name, key=True).read_bytes() == sheet.save(tmp_path / name, key=True).read_bytes()
    assert b"CreationDate" not in sheet.save(tmp_path / "a.pdf").read_bytes()


def test_pages_are_pictures():
    assert [page[:4] for page in worksheet(QUESTIONS["total"]()).pages(key=True, ppi=30)] == [b"\x89PNG"] * 2


def test_many_sheets_show_their_progress(tmp_path, capfd):
    worksheet(QUESTIONS["total"]()).class_set(10, tmp_path / "class.html", key=False)
    said = capfd.readouterr()
    assert said.out == "" and "worksheets" in said.err and "10/10" in said.err


def test_a_class_set(tmp_path, capfd):
    sheet = worksheet(question_set([QUESTIONS["total at a point"](), QUESTIONS["total"](), QUESTIONS["edges"]()], "Practice"))
    paths = sheet.class_set(3, tmp_path / "class", seed=9)
    assert [path.name for path in paths] == ["sheet-09.pdf", "sheet-10.pdf", "sheet-11.pdf", "key.pdf"]
    assert capfd.readouterr() == ("", "")  # a few are made at once
    again = sheet.class_set(3, tmp_path / "again", seed=9)
    assert [path.read_bytes() for path in paths] == [path.read_bytes() for path in again]
    assert len({path.read_bytes() for path in paths}) == 4
    one = sheet.class_set(2, tmp_path / "all.html", seed=9)[0].read_text(encoding="utf-8")
    assert re.findall(r"<h1>(.*?)</h1><span>(.*?)</span>", one) == [
        ("Practice", "Variant 9"), ("Practice", "Variant 10"), ("Key: Practice", "Variant 9"), ("Key: Practice", "Variant 10")
    ]  # fmt: skip
    assert "worksheets" not in one and "sheet/s" not in one


def test_variants_of_questions_about_one_graph_are_about_one_graph():
    sheet = worksheet([QUESTIONS["total"](), QUESTIONS["total at a point"](), QUESTIONS["edges"](), ask(CHAIN, kind="graph")]).variant(5)
    first, second, third, fourth = sheet.questions
    assert first.graph is second.graph is fourth.graph is not third.graph and {q.seed for q in sheet.questions} == {5}
    assert first.flow is None and second.flow is not None and "For questions 1 and 2:" in text(sheet) and "Variant 5" in text(sheet)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda file: worksheet([]), "needs a question"),
        (lambda file: worksheet(["no"]), "made of questions"),
        (lambda file: worksheet([QUESTIONS["total"]()], paper="a5"), "'a5' is not known: it is 'a4' or 'letter'"),
        (lambda file: worksheet([QUESTIONS["total"]()]).save(file / "x.doc"), "'x.doc' names no kind of file"),
        (lambda file: worksheet([QUESTIONS["total"]()]).class_set(2, file / "x.doc"), "'x.doc' names no kind of file"),
        (lambda file: worksheet([QUESTIONS["total"]()]).class_set(0, file), "n=0 is no number of sheets"),
    ],
)
def test_what_does_not_fit_is_said(tmp_path, make, message):
    with pytest.raises(GradflowError, match=message):
        make(tmp_path)


def test_a_question_without_variants_is_named():
    whole = ask(ADD, wrt="b")
    object.__setattr__(whole.task, "made", None)
    with pytest.raises(GradflowError, match=r"Question 2 \(de/db = \?\) has no variant"):
        worksheet([QUESTIONS["total"](), whole]).variant(1)


def test_the_command_writes_sheets(tmp_path, capsys):
    file = tmp_path / "sheet.html"
    command = ["worksheet", "c = a + b; d = b + 1; e = c d", "--at", "a=2", "b=1", "-o"]
    assert main([*command, str(file), "--kind", "edges", "--kind", "total:b", "value:d", "total:c/b", "--title", "Two additions"]) == 0
    page = file.read_text(encoding="utf-8")
    assert capsys.readouterr().out.strip() == str(file) and "Two additions" in page and page.count('<b>') == 4 and "Key" not in page
    assert main([*command, str(tmp_path / "set"), "--variants", "2", "--key", "--paper", "letter"]) == 0
    assert [line.rpartition("sheet-")[2] for line in capsys.readouterr().out.splitlines()][:2] == ["01.pdf", "02.pdf"]
    assert main([*command, str(file), "--seed", "17", "--key"]) == 0 and "Variant 17" in file.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("more", "message"),
    [(["--kind", "edge"], "'edge' is not known"), (["--kind", "total:q"], "q"), (["--kind", "total"], "two nodes"), (["--variants", "0"], "n=0")],
)  # fmt: skip
def test_the_command_says_what_is_wrong_in_a_line(tmp_path, capsys, more, message):
    assert main(["worksheet", "c = a + b", "-o", str(tmp_path / "x.pdf"), *more]) == 1
    said = capsys.readouterr().err
    assert message in said and said.count("\n") == 1 and not (tmp_path / "x.pdf").exists()


def test_a_worksheet_is_made_of_questions():
    for given in (graph("y = x^2"), graph("y = x^2").at(x=3), 5):
        with pytest.raises(GradflowError, match="made of questions"):
            worksheet(given)
