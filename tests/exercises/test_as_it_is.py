"""Questions about a flow as it is: one that was altered, or that has numbers and no equations behind them."""

import numpy as np
import pytest

from gradflow_nb import ask, graph, question_set, worksheet
from gradflow_nb.core.edge import Edge
from gradflow_nb.core.flow import GradientFlow
from gradflow_nb.core.graph import Graph
from gradflow_nb.core.linear import Factor
from gradflow_nb.core.node import Node
from gradflow_nb.core.operations import declare_opaque
from gradflow_nb.core.worlds import Unknown
from gradflow_nb.errors import GradflowError, NoDerivative, UnknownName
from gradflow_nb.exercises.card import card
from gradflow_nb.exercises.verdict import CarriedForward, Correct, Incorrect, Invalid

KINDS = ("total", "partial", "gradient", "edges", "backward", "order", "paths", "factored")
TWO = ("total", "partial", "paths", "factored")
CHAIN = "b = 5 - 3a; c = 2b + 3; d = 5b + 6; e = 7c + d^2; f = 2e; g = 3f - o"


@pytest.fixture
def chain():
    return graph(CHAIN).at(a=1, o=2)


@pytest.fixture
def layer():
    point = {"W": [[1.1, 2.2], [0.3, -1.7], [0.01, 0.02]], "x": [0.1, 0.2], "u": [1.0, 2.0, 3.0]}
    return graph("y = W @ x; z = u * y; L = sum(z^2)/3 + sum(y)").at(point)


class Mirrored(GradientFlow):
    """Stands in for a flow that was read off somewhere else: numbers, and no equations that they follow from."""

    from_graph = False


def mirrored(flow, unknown=()):
    """The same edges in single precision, under functions of which nothing is known."""

    def single(partial):
        return Factor(float(np.float32(float(partial.value)))) if isinstance(partial, Factor) else partial

    nodes = {}
    for name in flow.names:
        parents = tuple(dict.fromkeys(edge.parent for edge in flow.down[name]))
        row = declare_opaque(name, parents)
        nodes[name] = Node(row, [nodes[parent] for parent in parents]) if parents else Node(None, (), name)
    made = Graph(nodes)
    edges = tuple(Edge(edge.child, edge.parent, single(edge.map)) for edge in flow.edges)
    known = {name: Unknown(np.shape(v)) if name in unknown else v for name, v in flow.known.items()}
    return Mirrored(made, flow.names, edges, made.equations, known)


@pytest.fixture
def neuron():
    flow = graph("h = tanh(w x); y = v h; L = (y - t)^2 + w^2/10").at(w="0.5", x=2, v="0.1", t=1)
    return mirrored(flow, unknown=("h", "y"))


def right(question):
    """The right answer, as it would be typed."""
    texts = {box.name: str(box.solution).replace(" ← ", " ") for box in question.boxes}
    return texts if len(texts) > 1 else next(iter(texts.values()))


def asked(flow, kind, of, wrt):
    return ask(flow, of=of, wrt=wrt if kind in TWO else None, kind=kind)


ALTERED = {
    "cut": lambda flow: flow.cut("e", "c"),
    "held": lambda flow: flow.hold("c"),
    "eliminated": lambda flow: flow.eliminate(["c", "f"]),
    "held and eliminated": lambda flow: flow.hold("c").eliminate("d"),
    "eliminated and cut": lambda flow: flow.eliminate("f").cut("g", "e").cut("e", "c"),
    "of every operation": lambda flow: flow.graph.expand().at(flow.inputs).cut("e", "e.1"),
}


# What is right -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("altered", ALTERED)
def test_every_kind_is_about_the_altered_flow(chain, altered, kind):
    flow = ALTERED[altered](chain)
    if kind == "factored" and "e.1" in flow.names:
        return  # operations inside an equation have no names to type
    question = asked(flow, kind, "e", "b")
    assert question.flow is flow and question.check(right(question)).correct
    figure = question.figure
    assert figure.flow is flow and len(card(question)) > len(figure.svg) / 2
    assert question.solution().rule and question.best.correct
    for box in question.boxes:
        if hasattr(box, "sought"):
            way = flow.partial if box.sought.kind == "partial" else flow.total
            assert box.sought.number == way(box.sought.of, box.sought.wrt)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "altered", [lambda flow: flow.cut("L", "y"), lambda flow: flow.hold("z"), lambda flow: flow.eliminate("z")]
)
def test_every_kind_with_arrays(layer, altered, kind):
    flow = altered(layer)
    question = asked(flow, kind, "L", "y" if kind != "partial" or "z" not in flow.names else "z")
    if kind in TWO and not flow.paths("L", "y").count:
        return
    assert question.check(right(question)).correct and question.figure.flow is flow
    if kind == "gradient":
        wanted = flow.gradient("L")["W"]
        verdict = question.check({**right(question), "dL/dW": str(np.add(wanted, [[0, 0], [0, 0], [0, 1]]).tolist())})
        assert "row 3, column 2" in verdict.message


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_numbers_that_follow_from_nothing(neuron, layer, kind):
    for flow, wrt in ((neuron, "w"), (mirrored(layer, unknown=("y", "z")), "W")):
        question = asked(flow, kind, "L", "w" if flow is neuron else "W")
        verdict = question.check(right(question))
        assert verdict.correct, verdict
        assert question.figure.flow is flow and card(question).startswith("<svg")
        assert f"{question.solution()}" and wrt in flow.names


def test_a_figure_shows_what_the_answer_is_made_of_and_no_more(chain, neuron):
    flow = chain.cut("e", "c")
    total, partial, edges = (asked(flow, kind, "g", "b").figure.text for kind in ("total", "partial", "edges"))
    assert "∂e/∂d = 2d = 32" in total and "192" not in total and "dg/d" not in total.replace("of g", "")
    assert "32" not in partial and "32" not in edges and "held" not in edges
    assert "-1.84768" in ask(neuron, of="L", wrt="w").figure.text


def test_the_question_says_what_was_done(chain):
    question = ask(chain.hold("c").cut("e", "d"), of="g", wrt="b")
    assert question.prompt == "dg/db = ? at a = 1, o = 2 (c is held fixed; the edge d → e is cut)"
    assert ask(chain.eliminate("c"), of="g", wrt="b").prompt == "dg/db = ? at a = 1, o = 2"
    assert "(the edge d → e is cut; to 2 decimal places)" in ask(chain.cut("e", "d"), "g", "b", places=2).prompt


def test_where_an_input_is_not_known_the_point_leaves_it_out(neuron):
    known = {**neuron.known, "x": Unknown(), "t": Unknown()}
    flow = Mirrored(neuron.graph, neuron.names, neuron.edges, neuron.equations, known)
    question = ask(flow, of="L", wrt="w")
    assert question.prompt == "dL/dw = ? at w = 1/2, v = 1/10" and question.check("-0.0551957").correct
    bare = Mirrored(neuron.graph, neuron.names, neuron.edges, neuron.equations, dict.fromkeys(neuron.names, Unknown()))
    question = ask(bare, of="L", wrt="w")
    assert question.prompt == "dL/dw = ?" and question.check("w").message == "A number is asked for: the value."


def test_steps_can_be_given(chain, neuron):
    for flow in (chain.eliminate("c"), neuron):
        for given in ("all", "some", "none"):
            question = ask(flow, of=flow.outputs[0], wrt=flow.names[0]).faded(given)
            assert question.check(right(question)).correct and question.figure.flow is flow
            assert len(question.task.given) == {"all": len(question.boxes) - 1, "none": 0}.get(given, len(question.boxes) // 2)


# What is wrong -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("altered", "wrt", "answer", "said"),
    [
        ("cut", "b", "1044", "That is dg/db in the whole graph, and here the edge c → e is cut."),
        ("held", "b", "1044", "That is dg/db in the whole graph, and here c is held fixed."),
        ("cut", "b", "160", "That is de/db, and asked for is dg/db."),
        ("cut", "b", "-960", "A minus sign is lost or won."),
        ("cut", "a", "2880", "A minus sign is lost on the edge b ← a."),
        ("cut", "c", "42", "That is dg/dc in the whole graph, and here the edge c → e is cut."),
        ("held", "b", "0", "That is the explicit ∂g/∂b, the direct edge alone or 0; dg/db counts every path."),
        ("eliminated", "b", "84", "That is one path alone: g ← e ← b. The other path, g ← e ← d ← b, is missing."),
        ("eliminated", "b", "960", "That is the path through d alone: g ← e ← d ← b. The other path, g ← e ← b, is"),
        ("eliminated", "b", "2088", "The whole gradient is counted twice."),
        ("eliminated and cut", "b", "1044", "the edge e → g is cut and the edge c → e is cut."),
    ],
)
def test_what_went_wrong_in_an_altered_flow(chain, altered, wrt, answer, said):
    verdict = ask(ALTERED[altered](chain), of="g", wrt=wrt).check(answer)
    assert isinstance(verdict, Incorrect) and said in verdict.message


def test_an_explicit_partial_of_an_altered_flow(chain):
    question = ask(chain.cut("e", "c"), of="e", wrt="c", kind="partial")
    assert "That is ∂e/∂c in the whole graph, and here the edge c → e is cut." in question.check("7").message
    assert question.check("3").message == "∂e/∂c is not 3. Look at the figure: is there an edge from c to e?"
    assert question.check("0").correct and "No edge leads from c to e." in f"{question.solution()}"
    question = ask(chain.eliminate("c"), of="e", wrt="b", kind="partial")
    assert "here the edges are not the same" in question.check("0").message
    assert "That is the total de/db" in question.check("174").message
    assert question.check("14").correct and "e = 7(2b + 3) + d^2" in f"{question.solution()}"


def test_the_place_of_a_slip_lights_up(chain):
    question = ask(chain.cut("e", "c"), of="g", wrt="b")
    assert question.lit(question.check("1044")).lit == {("e", "c")}
    assert question.lit(question.check("161")) is None


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("0.1", "That is one path alone: L ← w."),
        ("-0.155196", "That is the path through h and y alone"),
        ("0.255196", "A minus sign is lost on the edge L ← y."),
        ("0", "dL/dw is not 0."),
        ("5", "dL/dw is not 5."),
    ],
)
def test_what_went_wrong_among_numbers(neuron, answer, said):
    verdict = ask(neuron, of="L", wrt="w").check(answer)
    assert isinstance(verdict, Incorrect) and said in verdict.message


def test_names_are_no_answer_even_where_they_have_the_value(chain, neuron):
    question = ask(chain.cut("e", "c"), of="g", wrt="b")
    told = question.check("60d")
    assert isinstance(told, Invalid) and told.message.startswith("Right so far. Now put in d at a = 1, o = 2")
    assert question.check("61d").message == "A number is asked for: the value at a = 1, o = 2."
    for answer in ("h", "2y + w", "1/h", "L(w)"):  # of unknown values, under functions of which nothing is known
        assert isinstance(ask(neuron, of="L", wrt="w").check(answer), Invalid)
    gone = ask(chain.eliminate("c"), of="g", wrt="b").check("12c")
    assert isinstance(gone, Invalid) and gone.message.startswith("There is no node called 'c'")


def test_a_slip_in_a_sweep_is_carried_forward(chain, neuron):
    question = ask(chain.cut("e", "c"), of="g", kind="backward")
    slip = {**right(question), "dg/dd": "96", "dg/db": "480", "dg/da": "-1440"}
    verdict = question.check(slip)
    assert isinstance(verdict.parts["dg/dd"], Incorrect) and verdict.credit == pytest.approx(6 / 7)
    assert isinstance(verdict.parts["dg/db"], CarriedForward) and isinstance(verdict.parts["dg/da"], CarriedForward)
    question = ask(neuron, of="L", kind="backward")
    verdict = question.check({**right(question), "dL/dy": "1.84768", "dL/dh": "0.184768"})
    assert "sign" in verdict.parts["dL/dy"].message and isinstance(verdict.parts["dL/dh"], CarriedForward)
    named = question.check({**right(question), "dL/dy": "2h", "dL/dh": "0.2"})
    assert isinstance(named.parts["dL/dy"], Invalid) and isinstance(named.parts["dL/dh"], Incorrect)


def test_arrays_that_are_transposed_or_whole(layer):
    flow = mirrored(layer, unknown=("y", "z"))
    question = ask(flow, of="L", wrt="W", kind="gradient")
    wanted = flow.gradient("L")["W"]
    assert "transpose" in question.check(str(wanted.T.tolist())).message
    cut = layer.cut("L", "y")
    message = ask(cut, of="L", wrt="W", kind="gradient").check(str(layer.gradient("L")["W"].tolist())).message
    assert message == "That is dL/dW in the whole graph, and here the edge y → L is cut."


# Floats --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ("-0.0551957", Correct),  # as the figure shows it
        ("-1.84768*0.1*0.839949 + 0.1", Correct),  # from the partials as the figure shows them
        ("-0.05519566", Correct),
        ("-0.05520", Invalid),  # too few digits
        ("-0.0553", Incorrect),
        ("-0.06", Incorrect),
    ],
)
def test_a_float_is_right_to_the_digits_that_are_shown(neuron, answer, outcome):
    assert isinstance(ask(neuron, of="L", wrt="w").check(answer), outcome)


def test_a_partial_in_single_precision_is_the_decimal_that_it_shows(neuron):
    question = ask(neuron, of="y", wrt="h", kind="partial")  # 0.10000000149011612
    assert question.check("0.1").correct and question.check("1/10").correct and not question.check("0.1001").correct


def test_a_sum_that_cancels_is_nothing():
    flow = mirrored(graph("p = a/3; q = a/7; y = 3p - 7q").at(a=1))
    assert flow.total("y", "a") != 0 and ask(flow, of="y", wrt="a").check("0").correct


def test_forms_of_numbers(neuron, chain):
    two = ask(neuron, of="L", wrt="w", places=2)
    assert two.check("-0.06").correct and "2 decimal places" in two.check("-0.05519566").message
    assert ask(neuron, of="L", wrt="w", places=4).check("-0.0552").correct
    assert ask(neuron, of="L", wrt="w", within=0.01).check("-0.06").correct
    assert ask(chain.hold("c"), of="g", wrt="b", form="exact").check("960").correct


def test_arrays_are_right_to_the_digits_that_are_shown(layer):
    question = ask(mirrored(layer, unknown=("y",)), of="L", wrt="W", kind="gradient")
    shown = question.check(str([[float(f"{entry:.4g}") for entry in row] for row in question.boxes[0].right]))
    assert shown.correct, shown
    assert not question.check(str((question.boxes[0].right * 1.002).tolist())).correct


# What cannot be asked ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["value", "forward", "predict", "graph"])
def test_what_needs_equations_is_refused(chain, neuron, kind):
    for flow in (chain.cut("e", "c"), chain.hold("c"), neuron):
        with pytest.raises(GradflowError, match="numbers of this flow do not follow from its graph alone: ask for anoth"):
            ask(flow, of=flow.outputs[0], wrt=flow.names[0], kind=kind)


def test_other_refusals_say_what_to_do(chain):
    with pytest.raises(GradflowError, match=r"as in ask\(graph.at\(...\).cut\(...\)\)"):
        ask(chain.graph.flow().cut("e", "c"), of="g", wrt="b")
    flow = chain.cut("e", "c")
    with pytest.raises(GradflowError, match="leave at= out"):
        ask(flow, of="g", wrt="b", at={"a": 1, "o": 2})
    for more in ({"form": "named"}, {"form": "factored"}, {"in_terms_of": "d"}):
        with pytest.raises(GradflowError, match="has numbers only"):
            ask(flow, of="g", wrt="b", **more)
    with pytest.raises(UnknownName, match="d, e"):
        ask(chain.eliminate("c"), of="g", wrt="c")
    with pytest.raises(NoDerivative):
        ask(graph("y = |x|/x + log(z); u = y + √q").at(x=1, z=1, q=0).hold("y"), of="u", wrt="q")
    with pytest.raises(GradflowError, match="There is no path from b to c"):
        ask(chain.hold("c"), of="c", wrt="b", kind="paths")


def test_there_are_no_variants(chain, neuron):
    for question in (ask(chain.cut("e", "c"), of="g", wrt="b"), ask(neuron, kind="edges"), ask(neuron, kind="order")):
        with pytest.raises(GradflowError, match="about one flow as it is, so it has no variants"):
            question.variant(1)
        with pytest.raises(GradflowError, match="no variants"):
            question.next()
        with pytest.raises(GradflowError, match=r"Question 1 .* has no variant: leave it out"):
            question_set([question]).variant(1)


# On paper, in sets, and from one day to the next ---------------------------------------------------------------------


def test_keys_tell_flows_apart(chain, neuron):
    flows = [chain, chain.cut("e", "c"), chain.cut("e", "d"), chain.hold("c"), chain.eliminate("c"), neuron]
    flows.append(mirrored(chain))
    flows.append(Mirrored(*(getattr(flows[-1], name) for name in ("graph", "names")), flows[-1].edges[:-1],
                          flows[-1].equations, flows[-1].known))  # fmt: skip
    keys = [ask(flow, of=flow.outputs[0], wrt=flow.names[0]).key for flow in flows]
    assert len(set(keys)) == len(keys)
    assert ask(chain.cut("e", "c"), of="g", wrt="a").key == keys[1]


def test_answers_are_restored(chain, tmp_path, monkeypatch):
    monkeypatch.setenv("GRADFLOW_ANSWERS", str(tmp_path / "answers.jsonl"))
    ask(chain.cut("e", "c"), of="g", wrt="b").check("960")
    assert ask(chain.cut("e", "c"), of="g", wrt="b").best.correct
    assert not ask(chain.cut("e", "d"), of="g", wrt="b").attempts


def test_a_sheet_shows_each_flow_once_and_gives_nothing_away(chain, neuron, tmp_path):
    cut = chain.cut("e", "c")
    questions = [
        ask(chain, of="g", wrt="b"),
        ask(cut, of="g", wrt="b"),
        ask(cut, of="g", wrt="b", kind="paths"),
        ask(neuron, of="L", wrt="w"),
        ask(neuron, of="L", wrt="w", kind="gradient"),
    ]
    sheet = worksheet(questions, title="As they are")
    page = sheet.save(tmp_path / "sheet.html", key=True).read_text(encoding="utf-8")
    assert page.count("<figure") == 2 and "960" in page and "the edge c → e is cut" in page
    asks_edges = worksheet([ask(cut, of="g", wrt="b"), ask(cut, kind="edges")]).save(tmp_path / "edges.html")
    assert "= 32" not in asks_edges.read_text(encoding="utf-8")
    assert question_set(questions).progress == "0 of 5 right, credit 0 of 5"
