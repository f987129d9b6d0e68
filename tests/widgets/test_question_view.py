"""The Python side of the questions in a page: what is sent to the browser, and what never is."""

import json
import re

import pytest

from gradflow_nb import ask, graph, question_set
from gradflow_nb.exercises.keeping import answers
from gradflow_nb.widgets.question_data import HINTS
from gradflow_nb.widgets.question_view import MOST, QuestionView

CHAIN = "b = 5 - 3a; c = 2b + 3; d = 5b + 6; e = 7c + d^2; f = 2e; g = 3f - o"
ODD = "c = 17a + 23b; d = 31b + 7; e = c d"  # whose numbers stand nowhere else


@pytest.fixture
def view():
    return QuestionView([ask(graph(CHAIN), of="g", wrt="b")])


def sent(view):
    """All that the browser is given, save the module, its style, and the layout's name, which is a random number."""
    return {key: value for key, value in view.get_state().items() if key not in ("_esm", "_css", "module", "layout")}


def press(view, do, place=0, **more):
    """Presses a button of one question; gives what has come of it."""
    view._receive(view, {"do": do, "question": view.asked[place]["id"], **more}, [])
    return view.state[place]


def check(view, texts, place=0):
    given = texts if isinstance(texts, dict) else {"": texts}
    return press(view, "check", place, texts=given)["verdict"]


def type_in(view, name, text, place=0):
    key = view.asked[place]["id"]
    view.typed = {"at": [key, name], "texts": {key: {name: text}}}
    return view.echo


def kinds():
    """A question of each kind, and the answers to it as they would be found in a text."""
    at, net = {"a": 19, "b": 29}, graph("y = W @ x; L = sum(y^2)").at(W=[[11, 13], [17, 19]], x=[23, 29])
    odd, flow = graph(ODD), graph(ODD).at(at)
    return {
        "total": (ask(graph(CHAIN), "g", "b"), ["60d + 84", "300b", "1944", "444"]),
        "total at a point": (ask(graph(CHAIN), "g", "b", at={"a": 1, "o": 2}), ["1044"]),
        "partial": (ask(graph(CHAIN), "e", "d", at={"a": -57, "o": 2}, kind="partial"), ["1772"]),
        "value": (ask(flow, "e", kind="value"), ["894240", "906"]),
        "gradient": (ask(flow, "e", kind="gradient"), ["15402", "51698"]),
        "edges": (ask(graph("c = a^2 b").at(at), kind="edges"), ["1102", "361"]),
        "forward": (ask(flow, "e", kind="forward"), ["990", "906", "896940"]),
        "backward": (ask(flow, "e", kind="backward"), ["15402", "51528"]),
        "order": (ask(odd, "e", kind="order"), ["e, d, c", "e d c", "e c d", "e, c, d"]),
        "paths": (ask(odd, "e", "b", kind="paths"), ["e ← c ← b", "e c b", "e ← d ← b"]),
        "factored": (ask(graph(CHAIN), "g", "b", kind="factored"), ["(7·2 + 2d·5)", "3·2", "(∂e/∂c"]),
        "graph": (ask("(a+b)(b+1)", kind="graph"), ["c = a + b", "= b + 1", "y = "]),
        "predict": (ask(flow, "e", "b", kind="predict"), ["51698", ".grad of a leaf"]),
        "predict an error": (ask(flow, "e", "b", kind="predict", program="twice"), ["RuntimeError", "frees"]),
        "steps": (ask(graph(CHAIN), "g", "a").faded("some"), ["60d + 84", "180d", "2700", "= 42"]),
        "arrays": (ask(net, kind="gradient"), ["1260", "28980", "942"]),
    }


# What is never sent -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", kinds())
def test_no_right_answer_is_in_what_is_sent(kind):
    question, secrets = kinds()[kind]
    view = QuestionView([question])
    names = [box.name for box in question.boxes if box.name not in question.task.given]
    wrong = ["7", "x +", "", "zzz", "[[1", "e e", "a = b", "[1, 2]", "NameError"]
    for text in wrong:
        type_in(view, names[0], text)
        check(view, dict.fromkeys(names, text))
        said = json.dumps(sent(view), default=str, ensure_ascii=False)
        plain = re.sub(r"<[^>]*>", "", said)  # MathML without its tags
        for secret in secrets:
            assert secret not in said and secret not in plain, (kind, text, secret)
    for box in question.boxes:
        answer = str(box.solution)
        if len(answer) > 3 and box.name not in question.task.given:
            assert answer not in said, (kind, box.name)


def test_the_working_is_sent_when_it_is_asked_for_and_hints_stop_before_it(view):
    assert view.state[0]["help"] is None
    assert press(view, "hint")["help"]["steps"] == [] and "2 paths" in view.state[0]["help"]["rule"]
    assert len(press(view, "hint")["help"]["steps"]) == 1
    assert view.state[0]["line"] == "2 hints: a right answer is worth 0.75" and view.state[0]["hint"] == ""
    assert len(press(view, "hint")["help"]["steps"]) == 1 and view.questions[0].hints == HINTS
    assert "1944" not in json.dumps(sent(view), default=str)
    shown = press(view, "working")
    assert len(shown["help"]["steps"]) == 6 and "1944" in json.dumps(shown) and not shown["asks"]
    assert check(view, "60d + 84")["kind"] == "Correct" and view.state[0]["line"] == "1 attempt, the working: worth 0"


# What is sent -----------------------------------------------------------------------------------------------------------


def test_the_echo_says_how_the_text_was_read(view):
    said = type_in(view, "", "60d+84")
    assert said["read"]["math"].startswith("<math>") and "<mn>60</mn>" in said["read"]["math"]
    assert said["said"] == "60d + 84" and said["box"] == "" and said["id"] == view.asked[0]["id"]
    assert "missing" in type_in(view, "", "60d +")["hint"]
    assert set(type_in(view, "", "  ")) == {"id", "box", "text"}


def test_a_verdict_for_each_check(view):
    assert check(view, "60d+84")["kind"] == "Correct" and view.state[0]["line"] == "1 attempt: worth 1"
    assert check(view, "84")["kind"] == "Incorrect" and "through c alone" in view.state[0]["verdict"]["message"]
    invalid = check(view, "60d/2b")
    assert invalid["kind"] == "Invalid" and invalid["readings"] == ["60d/(2b)", "(60d/2)b"]
    assert (invalid["box"], invalid["position"], invalid["end"]) == ("", 0, 6)
    first = view.state[0]["number"]
    check(view, "60d/2b")
    assert view.state[0]["number"] == first + 1  # the same verdict again is still news
    assert view.questions[0].attempts == 2  # what cannot be read costs nothing


def test_a_place_is_counted_as_a_browser_counts(view):
    text = "𝑥𝑦 + 60d +"
    said = check(view, text)
    units = text.encode("utf-16-le")
    assert units[2 * said["position"] : 2 * said["end"]].decode("utf-16-le") in text


def test_several_boxes_are_marked_one_by_one():
    view = QuestionView([ask(graph(ODD).at(a=1, b=2), kind="backward")])
    said = check(view, {"de/de": "1", "de/dd": "63", "de/dc": "70", "de/da": "1190"})
    kinds = {name: mark["kind"] for name, mark in said["marks"].items()}
    assert kinds == {"de/de": "Correct", "de/dd": "Correct", "de/dc": "Incorrect", "de/db": "Blank", "de/da": "CarriedForward"}
    assert said["kind"] == "Incorrect" and said["partly"] and said["texts"]["de/dc"] == "70"


def test_the_places_of_a_mistake_are_named():
    view = QuestionView([ask(graph(ODD), kind="order")])
    said = check(view, "e b c d a")
    assert said["nodes"] and all(len(edge) == 2 for edge in said["edges"])


def test_given_steps_are_shown_and_stay():
    view = QuestionView([ask(graph(CHAIN), "g", "a").faded(2)])
    boxes = view.asked[0]["boxes"]
    assert [box["given"] for box in boxes[:3]] == [True, True, False] and view.asked[0]["typed"]["dg/df"] == "3"
    assert check(view, {"dg/df": "99"})["texts"]["dg/df"] == "3"


def test_another_one_takes_the_place():
    view = QuestionView(question_set([ask(graph(CHAIN), "g", "b"), ask(graph(CHAIN), "g", "c")], "Two"))
    check(view, "60d + 84")
    assert (view.progress["right"], view.progress["text"]) == (1, "1 of 2 right, credit 1 of 2")
    first, second = (each["id"] for each in view.asked)
    press(view, "next")
    assert view.asked[0]["id"] not in (first, second) and view.asked[1]["id"] == second
    assert view.asked[0]["prompt"] == view.questions[0].prompt and view.state[0]["verdict"] == {}
    assert view.progress["right"] == 1  # what was earned at this place stays
    view._receive(view, {"do": "check", "question": first, "texts": {"": "1"}}, [])  # of a question that is gone
    assert view.questions[0].attempts == 0


def test_what_has_no_other_says_so():
    question = ask(graph("y = sin(x)"), "y", "x")
    object.__setattr__(question.task, "made", None)
    view = QuestionView([question])
    assert view.asked[0]["more"] is False and "no variants" in press(view, "next")["note"]


def test_answers_of_an_earlier_session_are_there_again(tmp_path, monkeypatch):
    monkeypatch.setenv("GRADFLOW_ANSWERS", str(tmp_path / "answers.jsonl"))
    answers._FILES.clear()
    view = QuestionView([ask(graph(CHAIN), "g", "b")])
    press(view, "hint")
    check(view, "60d + 84")
    again = QuestionView([ask(graph(CHAIN), "g", "b")])
    assert again.asked[0]["typed"] == {"": "60d + 84"} and again.state[0]["verdict"]["kind"] == "Correct"
    assert again.state[0]["line"] == "1 attempt, 1 hint: worth 0.9" and again.state[0]["help"]["steps"] == []
    answers._FILES.clear()


# What a page may send ---------------------------------------------------------------------------------------------------


def test_what_is_typed_is_escaped(view):
    for hostile in ("<img src=x onerror=alert(1)>", "</math><script>alert(1)</script>", "&lt;"):
        assert "read" not in type_in(view, "", hostile)
        said = check(view, hostile)
        assert said["kind"] == "Invalid" and said["texts"][""] == hostile


@pytest.mark.parametrize("content", [
    None, "check", {}, {"do": "run", "question": "0"}, {"do": "check"}, {"do": "check", "question": "0"},
    {"do": "check", "question": "0", "texts": "1"}, {"do": "check", "question": 0, "texts": {"": "1"}},
    {"do": "hint", "question": "7"}, {"do": ["hint"], "question": "0"},
])  # fmt: skip
def test_messages_of_another_form_are_ignored(view, content):
    before = sent(view)
    view._receive(view, content, [])
    assert sent(view) == before and view.questions[0].attempts == 0


@pytest.mark.parametrize("typed", [
    {"at": 3}, {"at": ["0", "x"], "texts": {"0": {"x": "1"}}}, {"at": ["0", ""], "texts": {"0": "1"}},
    {"at": ["9", ""], "texts": {}}, {"at": ["0", ""], "texts": {"0": {"": 5}}}, {"at": ["0", ""]},
])  # fmt: skip
def test_what_is_typed_in_another_form_is_ignored(view, typed):
    view.typed = typed
    assert view.echo == {}


def test_strange_texts_do_no_harm(view):
    assert check(view, {"": 5, "y": "1"})["kind"] == "Invalid"
    assert len(check(view, "1+" * MOST)["texts"][""]) == MOST
    assert type_in(view, "", "\ud800")["hint"] and check(view, "\ud800")["kind"] == "Invalid"


def test_what_goes_wrong_in_marking_is_said_and_costs_nothing(view, monkeypatch):
    check(view, "84")
    monkeypatch.setattr(type(view.questions[0].boxes[0]), "mark", lambda *_: 1 / 0)
    said = check(view, "85")
    assert "our mistake" in view.state[0]["note"] and said["texts"] == {"": "84"} and view.questions[0].attempts == 1


def test_boxes_before_that_have_no_value_do_no_harm():
    for kind, texts in (("backward", {"de/dd": "x", "de/dc": "3", "de/db": "3", "de/da": "7"}),
                        ("forward", {"c": "1/0", "d": "log(0)", "e": "7"})):  # fmt: skip
        view = QuestionView([ask(graph("c = a + b; d = b + 1; e = c d").at(a=2, b=1), kind=kind)])
        assert check(view, texts)["kind"] == "Incorrect" and view.state[0]["note"] == ""
