"""Every kind of question: right, wrong, invalid; and what is said."""

import pytest

from gradflow_nb import ask, graph
from gradflow_nb.errors import GradflowError
from gradflow_nb.exercises.verdict import CarriedForward, Correct, Incorrect, Invalid, Undecided

CHAIN = "b = 5 - 3a; c = 2b + 3; d = 5b + 6; e = 7c + d^2; f = 2e; g = 3f - o"
OPAQUE = "x = x(w); y = y(x, w); z = z(y, w); L = L(x, y, z)"


@pytest.fixture
def chain():
    return graph(CHAIN)


@pytest.fixture
def flow(chain):
    return chain.at(a=1, o=2)


def texts(question):
    """The right answers, as they are written."""
    return {box.name: str(box.solution) for box in question.boxes}


def every_kind():
    """One question of every kind, by name."""
    chain = graph(CHAIN)
    flow = chain.at(a=1, o=2)
    arrays = graph("y = W @ x; L = sum((y - t)^2)").at(W=[[1, 2], [3, 4]], x=[1, 2], t=[1, 1])
    return {
        "total": ask(chain, of="g", wrt="b"),
        "total at a point": ask(flow, of="g", wrt="b"),
        "partial": ask(chain, of="e", wrt="d", kind="partial"),
        "value": ask(flow, of="g", kind="value"),
        "gradient": ask(flow, kind="gradient"),
        "gradient of an array": ask(arrays, of="L", wrt="W", kind="gradient"),
        "jacobian": ask(arrays, of="y", wrt="x"),
        "edges": ask(chain, kind="edges"),
        "edges at a point": ask(flow, kind="edges"),
        "forward": ask(flow, kind="forward"),
        "backward": ask(flow, kind="backward"),
        "backward in formulas": ask(chain, kind="backward"),
        "backward of arrays": ask(arrays, of="L", kind="backward"),
        "order": ask(chain, kind="order"),
        "paths": ask(chain, of="g", wrt="b", kind="paths"),
        "factored": ask(chain, of="g", wrt="b", kind="factored"),
        "factored, opaque": ask(graph(OPAQUE), of="L", wrt="w", kind="factored"),
        "graph": ask("(a + b)(b + 1)", kind="graph"),
        "predict": ask(flow, of="g", wrt="a", kind="predict"),
        "steps": ask(flow, of="g", wrt="b").faded("some"),
    }


ALL = every_kind()


@pytest.mark.parametrize("name", ALL)
def test_the_right_answer_is_right_and_every_variant_too(name):
    question = every_kind()[name]
    answers = texts(question)
    verdict = question.check(answers if len(answers) > 1 else answers[""])
    assert isinstance(verdict, Correct), verdict
    assert question.credit == 1 and question.best.correct and question.attempts == 1
    for seed in (1, 2):
        other = question.variant(seed)
        answers = texts(other)
        assert other.check(answers if len(answers) > 1 else answers[""]).correct, (other.prompt, answers)


@pytest.mark.parametrize("name", ALL)
def test_nonsense_is_invalid_and_costs_nothing(name):
    question = every_kind()[name]
    for text in ("", "  ", "60q +", "__import__('os')", "((", "\ud800", "1" * 30_000):
        verdict = question.check(dict.fromkeys(texts(question), text) if len(question.boxes) > 1 else text)
        assert isinstance(verdict, Invalid), (text[:20], verdict)
    assert question.attempts == 0 and question.credit == 0


@pytest.mark.parametrize("name", ALL)
def test_prompt_working_and_hints_say_something(name):
    question = every_kind()[name]
    assert question.prompt and question.key.startswith(question.prompt)
    working = question.task.working()
    assert working.rule.startswith("Which rule?") and len(working) >= 1
    assert (all(step.words for step in working) and "$" in working.markdown) or working[0].formula is None
    assert str(question.hint()) == working.rule


@pytest.mark.parametrize("name", ALL)
def test_figures_hold_blanks_and_no_answer(name):
    question = every_kind()[name]
    figure = question.figure
    if figure is None:
        return
    anchored = [box for box in question.boxes if box.anchor is not None]
    assert figure.svg.count("data-blank=") == len(anchored)
    for box in anchored:
        edge = not isinstance(box.anchor, str)
        answer = f"∂{box.anchor[0]}/∂{box.anchor[1]} = {box.solution}" if edge else f"{box.asked} = {box.solution}"
        assert answer not in figure.text and answer not in figure.svg, answer


@pytest.mark.parametrize("name", ["total", "partial", "edges", "backward in formulas", "graph"])
def test_what_cannot_be_decided_costs_nothing(name):
    question = every_kind()[name]
    box = question.boxes[-1]
    doubt = "a" if name != "partial" else "d"
    right = "c = a + b; e = c(b + 1)" if name == "graph" else str(box.solution)
    answers = texts(question) | {box.name: f"{right} + 0*log(-{doubt}^2)"}
    verdict = question.check(answers if len(answers) > 1 else answers[box.name])
    assert isinstance(verdict, Undecided) and question.attempts == 0 and "costs nothing" in verdict.message


# Edges, sweeps ----------------------------------------------------------------------------------------------------------


def test_each_edge_is_marked_where_it_stands(chain):
    question = ask(chain, kind="edges")
    answers = texts(question) | {"∂e/∂d": "d", "∂g/∂o": "1"}
    verdict = question.check(answers)
    assert isinstance(verdict, Incorrect) and verdict.credit == 6 / 8 and verdict.message.startswith("6 of 8 are right.")
    assert verdict.parts["∂e/∂d"].mistake.name == "power rule" and verdict.parts["∂e/∂d"].mistake.edges == (("e", "d"),)
    assert "minus sign" in verdict.parts["∂g/∂o"].message
    assert verdict.parts["∂b/∂a"].correct


def test_half_filled_boxes_cost_nothing_while_they_are_right(chain):
    question = ask(chain, kind="edges")
    assert isinstance(question.check({"∂b/∂a": "-3"}), Invalid) and question.attempts == 0
    assert question.verdict.message == "1 of 8 is right. Fill in the rest."
    assert isinstance(question.check({"∂b/∂a": "3"}), Incorrect) and question.attempts == 1


def test_errors_are_carried_forward_in_the_backward_sweep(flow):
    question = ask(flow, kind="backward")
    answers = texts(question) | {"dg/dd": "96", "dg/db": "564", "dg/da": "-1692"}
    verdict = question.check(answers)
    kinds = {name: type(part) for name, part in verdict.parts.items() if not part.correct}
    assert kinds == {"dg/dd": Incorrect, "dg/db": CarriedForward, "dg/da": CarriedForward}
    assert verdict.message.startswith("5 of 8 are right. The first slip is at dg/dd: In the power rule for e")
    assert [m.name for m in verdict.mistakes] == ["power rule"] and verdict.credit == 7 / 8


def test_errors_are_carried_forward_in_formulas(chain):
    question = ask(chain, kind="backward")
    verdict = question.check(texts(question) | {"dg/dd": "6d", "dg/db": "30d + 84", "dg/da": "-90d - 252"})
    assert isinstance(verdict.parts["dg/db"], CarriedForward) and isinstance(verdict.parts["dg/da"], CarriedForward)


def test_a_second_slip_is_found_from_the_students_own_values(flow):
    question = ask(flow, kind="backward")
    verdict = question.check(texts(question) | {"dg/de": "5", "dg/dd": "160", "dg/dc": "35", "dg/db": "70", "dg/da": "-210"})
    assert isinstance(verdict.parts["dg/dd"], CarriedForward) and isinstance(verdict.parts["dg/da"], CarriedForward)
    slip = verdict.parts["dg/db"]  # 35·2 + 160·5 = 870: the part through d is missing
    assert isinstance(slip, Incorrect) and slip.mistake.name == "a path dropped" and "c" in slip.message


def test_errors_are_carried_forward_in_the_forward_sweep(flow):
    question = ask(flow, kind="forward")
    verdict = question.check({"b": "2", "c": "7", "d": "16", "e": "81", "f": "162", "g": "488"})
    assert verdict.parts["e"].message == "In e, a power is worked out as a product."
    assert isinstance(verdict.parts["f"], CarriedForward)
    assert verdict.parts["g"].message == "In g, a minus sign is lost."  # 3·162 + 2, from the student's own f


def test_values(flow):
    question = ask(flow, of="g", kind="value")
    assert question.check("1828").correct and not question.check("1832").correct
    assert question.check("1832").message == "In g, a minus sign is lost."
    assert "value of f" in question.check("610").message


# Lists and orders -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["g f e d b; g f e c b", "b → c → e → f → g\nb->d->e->f->g", "gfedb, \n gfecb", "g ← f ← e ← d ← b;b d e f g".replace("b d e f g", "b c e f g")],
)
def test_paths_from_either_end_in_any_spelling(chain, text):
    assert ask(chain, of="g", wrt="b", kind="paths").check(text).correct


def test_paths_that_are_none_or_too_few(chain):
    question = ask(chain, of="g", wrt="b", kind="paths")
    assert question.check("gfedb").message == "1 of 2 paths: one is missing." and question.verdict.credit == 0.5
    assert "no edge from c to f" in question.check("g f c b; gfedb").message
    assert "the other way" in question.check("g f e b c").message or "no edge" in question.verdict.message
    assert isinstance(question.check("gfedb; gfedb"), Invalid)
    unknown = question.check("g f q")
    assert isinstance(unknown, Invalid) and "g f q"[unknown.position : unknown.end] == "q"
    with pytest.raises(GradflowError, match="no path"):
        ask(chain, of="e", wrt="o", kind="paths")


def test_any_topological_order_is_right(chain):
    question = ask(chain, kind="order")
    for right in ("g f o e d c b a", "g o f e c d b a", "gfedcbao", "g, f, e, c, d, b, a, o"):
        assert question.check(right).correct, right
    wrong = question.check("g f e b c d a o")
    assert "b comes too early: it is used by c" in wrong.message and wrong.mistake.edges == (("c", "b"),)
    assert isinstance(question.check("g f o e"), Invalid) and "4 of 8" in question.verdict.message
    assert isinstance(question.check("g g f"), Invalid)


# Factorised forms ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "(D_Lx + D_Ly D_yx + D_Lz D_zy D_yx) D_xw + (D_Ly + D_Lz D_zy) D_yw + D_Lz D_zw",  # the source's own
        "(D_Lx + (D_Ly + D_Lz D_zy) D_yx) D_xw + (D_Ly + D_Lz D_zy) D_yw + D_Lz D_zw",
        "D_Lx D_xw + D_Ly (D_yx D_xw + D_yw) + D_Lz (D_zw + D_zy (D_yw + D_yx D_xw))",
        "(∂L/∂x + (∂L/∂y + ∂L/∂z ∂z/∂y) ∂y/∂x) ∂x/∂w + (∂L/∂y + ∂L/∂z ∂z/∂y) ∂y/∂w + ∂L/∂z ∂z/∂w",
    ],
)
def test_factorised_forms_of_opaque_functions(text):
    assert ask(graph(OPAQUE), of="L", wrt="w", kind="factored").check(text).correct


def test_factorised_forms_keep_the_order_of_jacobians():
    question = ask(graph(OPAQUE), of="L", wrt="w", kind="factored")
    plain = "D_Lx D_xw + D_Ly D_yx D_xw + D_Lz D_zy D_yx D_xw + D_Ly D_yw + D_Lz D_zy D_yw + D_Lz D_zw"
    assert isinstance(question.check(plain), Invalid) and "common factor" in question.verdict.message
    turned = question.check("D_xw (D_Lx + (D_Ly + D_Lz D_zy) D_yx) + (D_Ly + D_Lz D_zy) D_yw + D_Lz D_zw")
    assert turned.mistake.name == "product in the wrong order"
    source = question.check("(D_Lx + (D_Ly + D_Lz D_zy) D_yx) D_xw + (D_Ly + D_Lz D_Ly) D_yw + D_Lz D_zw")  # its misprint
    assert "D_Lz·D_Ly·D_yw, which is no path" in source.message
    missing = question.check("(D_Lx + (D_Ly + D_Lz D_zy) D_yx) D_xw + (D_Ly + D_Lz D_zy) D_yw")
    assert missing.mistake.name == "a path dropped" and "D_Lz·D_zw" in missing.message
    for bad in ("x + y", "sin(D_xw)", "D_Lx/D_xw", "L"):
        assert isinstance(question.check(bad), Invalid), bad


def test_factorised_forms_with_named_partials(chain):
    question = ask(chain, of="g", wrt="b", kind="factored")
    assert question.check("∂g/∂f ∂f/∂e (∂e/∂d ∂d/∂b + ∂e/∂c ∂c/∂b)").correct
    assert question.check("∂g/∂f (∂f/∂e (∂e/∂d ∂d/∂b + ∂e/∂c ∂c/∂b))").correct
    assert not question.check("∂g/∂f ∂f/∂e (∂e/∂d + ∂d/∂b)").correct


# Arrays -------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def linear():
    return graph("y = W @ x + b; L = mean((y - t)^2)").at(W=[[1, 2], [3, 4]], x=[1, 2], b=[1, 2], t=[1, 1])


def test_gradients_have_the_shape_of_their_input(linear):
    question = ask(linear, of="L", wrt="W", kind="gradient")
    assert question.check("[[5, 10], [12, 24]]").correct
    part = question.check("[[5, 10], [12, 25]]")
    assert part.credit == 0.75 and part.message == "3 of 4 entries are right. Look at row 2, column 2."
    assert question.check("[[5, 12], [10, 24]]").mistake.name == "transposed Jacobian"
    flat = question.check("[5, 10, 12, 24]")
    assert isinstance(flat, Invalid) and "shape of W" in flat.message and question.attempts == 3
    assert {m.name for m in question.check("[[10, 20], [24, 48]]").mistakes} == {"sum in place of mean", "counted twice"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[1, 2], [3]]", "rows differ in length"),
        ("[[1, 2], [3, 4]", "closing bracket"),
        ("[[1 2], [3, 4]]", None),
        ("[1, [2, 3]]", "comma is missing|stands beside"),
        ("[[1, 2], [3, q]]", "no node called 'q'"),
        ("[[1, 2], [3, 1/0]]", "no value"),
        ("[" * 60, None),
        ("[]", "missing"),
        ("[1,]", "missing"),
        ("[1, 2] 3", None),
    ],
)
def test_arrays_that_cannot_be_read(linear, text, says):
    import re

    verdict = ask(linear, of="L", wrt="W", kind="gradient").check(text)
    assert isinstance(verdict, Invalid), verdict
    assert says is None or re.search(says, verdict.message), verdict.message


def test_jacobians(linear):
    question = ask(linear, of="y", wrt="x")
    assert question.check("[[1, 2], [3, 4]]").correct
    assert question.check("[[1, 3], [2, 4]]").mistake.name == "transposed Jacobian"
    assert "2×2" in str(question.solution())


def test_decimals_in_arrays_may_be_rounded():
    flow = graph("L = sum(x/3)").at(x=[1, 2])
    question = ask(flow, of="L", wrt="x", kind="gradient")
    assert question.check("[0.3333, 1/3]").correct and not question.check("[0.33, 1/3]").correct


# The graph itself -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["c = a + b; d = b + 1; e = c d", "d = b + 1\nc = b + a\nh = d*c", "p = a + b; q = p b; r = q + p"])
def test_any_right_graph_passes(text):
    assert ask("(a+b)(b+1)", kind="graph").check(text).correct


@pytest.mark.parametrize(
    ("text", "kind", "says"),
    [
        ("e = (a+b)(b+1)", Invalid, "expression itself"),
        ("c = a + b; e = c*b", Incorrect, "At a = 2, b = 5 these equations give 35, and the expression 42"),
        ("c = a + b; d = b + 1", Invalid, "one end"),
        ("c = a + b; d = b + 1; e = c d x", Invalid, "x is not defined"),
        ("a = 2; c = a + b; d = b + 1; e = c d", Invalid, ""),
        ("c = a + c", Invalid, ""),
        ("a + b", Invalid, ""),
    ],
)
def test_graphs_that_do_not_pass(text, kind, says):
    verdict = ask("(a+b)(b+1)", kind="graph").check(text)
    if text.startswith("a = 2"):
        assert verdict.correct  # a default is no equation
        return
    assert isinstance(verdict, kind) and says in verdict.message, verdict


def test_one_operation_an_equation():
    question = ask("3(2a + 1)^2", kind="graph", single=True)
    assert question.check("b = 2a; c = b + 1; d = c^2; e = 3d").correct
    assert "2 operations" in question.check("b = 2a + 1; d = b^2; e = 3d").message
    assert ask("3(2a + 1)^2", kind="graph").check("b = 2a + 1; d = b^2; e = 3d").correct


# Forms --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "right", "sent_back", "says"),
    [
        ({"form": "expanded"}, "60d + 84", "12(5d + 7)", "multiply the brackets out"),
        ({"form": "expanded"}, "1944 - 900a", "84 - (-60d)", None),
        ({"form": "factored"}, "12(5d + 7)", "60d + 84", "common factor"),
        ({"form": "factored"}, "(5d + 7)*12", "6(10d + 14)", "common factor"),
        ({"form": "named"}, "dg/dd*5 + dg/dc*2", "60d + 84", "named derivatives"),
        ({"form": "named"}, "dg/dd ∂d/∂b + dg/dc ∂c/∂b", "60d + 84", "named derivatives"),
        ({"in_terms_of": "a"}, "1944 - 900a", "60d + 84", "put in d"),
        ({"in_terms_of": ("b",)}, "300b + 444", "1944 - 900a", "put in a"),
    ],
)
def test_forms_that_are_asked_for(chain, settings, right, sent_back, says):
    question = ask(chain, of="g", wrt="b", **settings)
    assert question.check(right).correct, question.verdict
    verdict = question.check(sent_back)
    if says is None:
        assert verdict.correct
    else:
        assert isinstance(verdict, Invalid) and verdict.message.startswith("Right so far.") and says in verdict.message
    assert isinstance(question.check("61d + 84"), Incorrect)


def test_single_fractions_exact_numbers_and_places():
    quotient = graph("y = 1/x + 1/(x + 1)")
    fraction = ask(quotient, of="y", wrt="x", form="single fraction")
    assert fraction.check("-(2x^2 + 2x + 1)/(x^2 (x + 1)^2)").correct
    assert "one bar" in fraction.check("-1/x^2 - 1/(x+1)^2").message
    third = graph("y = x^2/6").at(x=1)
    assert ask(third, of="y", wrt="x", form="exact").check("1/3").correct
    assert not ask(third, of="y", wrt="x", form="exact").check("0.3333").correct
    half = ask(graph("y = x^2/4").at(x=1), of="y", wrt="x", form="exact")
    assert isinstance(half.check("0.5"), Invalid) and half.check("1/2").correct
    places = ask(third, of="y", wrt="x", places=2)
    assert places.check("0.33").correct and not places.check("0.34").correct and not places.check("0.3").correct
    assert isinstance(places.check("1/3"), Invalid)
    within = ask(third, of="y", wrt="x", within=0.01)
    assert "within 0.01" in within.check("0.33").message and within.verdict.correct and not within.check("0.31").correct
    for bad in ({"places": -1}, {"within": 0}):
        with pytest.raises(GradflowError):
            ask(third, of="y", wrt="x", **bad)


# Predictions ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrt", "program", "right", "wrong"),
    [
        ("a", "backward", ["-3132", "tensor(-3132.)", "-3132.0"], ["None", "-3131"]),
        ("b", "backward", ["None", "none"], ["1044"]),
        ("a", "twice", ["RuntimeError", "RuntimeError: Trying to backward through the graph a second time"], ["-6264", "ValueError"]),
        ("a", "retained", ["-6264", "tensor(-6264.)"], ["-3132"]),
        ("a", "frozen", ["None"], ["-3132", "0"]),
        ("b", "grad", ["1044"], ["None"]),
    ],
)
def test_predictions(flow, wrt, program, right, wrong):
    question = ask(flow, of="g", wrt=wrt, kind="predict", program=program)
    assert all(question.check(text).correct for text in right)
    assert all(isinstance(question.check(text), Incorrect) for text in wrong)
    which = question.check("an error")
    assert isinstance(which, Invalid) and "Which error" in which.message


def test_predictions_of_arrays():
    flow = graph("z = x y; L = sum(z)").at(x=[2, 3], y=[1, 4])
    assert ask(flow, of="L", wrt="x", kind="predict").check("tensor([1., 4.])").correct
    assert ask(flow, of="L", wrt="x", kind="predict").check("[1, 4]").correct
    assert ask(flow, of="z", wrt="x", kind="predict").check("RuntimeError").correct


@pytest.mark.torch
@pytest.mark.filterwarnings("ignore:The .grad attribute")
@pytest.mark.parametrize("program", ["backward", "twice", "retained", "frozen", "grad"])
@pytest.mark.parametrize("text", [CHAIN, "c = a + o; g = c - 3", "g = sin(a)*exp(o) + sqrt(a)", "g = a/o - tanh(a)", "g = -a", "g = o max(a, 2) + min(a, o)"])
def test_predictions_come_true(text, program, capsys):
    made = graph(text)
    at = {"a": 1, "o": 2}
    flow = made.at({name: at[name] for name in made.inputs})
    for wrt in (*made.inputs, *[name for name in made.names if name not in made.inputs][:1]):
        question = ask(flow, of="g", wrt=wrt, kind="predict", program=program)
        try:
            exec(question.task.code, {})
            happened = capsys.readouterr().out.strip()
        except RuntimeError as error:
            happened = f"RuntimeError: {error}"
        assert question.check(happened.replace("RuntimeError: element", "RuntimeError: an element")).correct, (wrt, happened)


@pytest.mark.torch
@pytest.mark.parametrize("of", ["L", "z"])
@pytest.mark.parametrize("program", ["backward", "twice", "retained"])
def test_predictions_of_arrays_come_true(of, program, capsys):
    flow = graph("z = x y; L = sum(z)").at(x=[2, 3], y=[1, 4])
    question = ask(flow, of=of, wrt="x", kind="predict", program=program)
    try:
        exec(question.task.code, {})
        happened = capsys.readouterr().out.strip()
    except RuntimeError as error:
        happened = f"RuntimeError: {error}"
    assert question.check(happened).correct, happened


def test_constants_carry_forward_too(flow):
    verdict = ask(flow, kind="backward").check({"dg/dg": "1", "dg/df": "pi", "dg/de": "2pi", "dg/dc": "3pi"})
    assert isinstance(verdict.parts["dg/de"], CarriedForward) and isinstance(verdict.parts["dg/dc"], Incorrect)


def test_a_rounded_slip_is_named():
    verdict = ask(graph("y = x^2/6").at(x=2), of="y", wrt="x").check("0.3333")
    assert "power rule" in {m.name for m in verdict.mistakes}


def test_a_gradient_of_a_number_may_be_flat_or_a_row():
    flow = graph("h = W @ x; L = mean(h^2)").at(W=[[1, 2], [3, 4]], x=[1, -1])
    question = ask(flow, of="L", wrt="x")
    assert question.check("[-4, -6]").correct and question.check("[[-4, -6]]").correct
    wrong = question.check("[-4, -6, 0]")
    assert isinstance(wrong, Invalid) and "a column for each of x" in wrong.message


def test_places_and_tolerances_of_arrays():
    flow = graph("y = a b; L = sum(exp(y))").at(a=[1, 2], b=[-1, -2])
    places = ask(flow, of="L", kind="gradient", places=2)
    assert places.check({"dL/da": "[-0.37, -0.04]", "dL/db": "[0.37, 0.04]"}).correct
    assert not places.check({"dL/da": "[-0.37, -0.04]", "dL/db": "[0.38, 0.04]"}).correct
    assert ask(flow, of="L", wrt="b", kind="gradient", within=0.01).check("[0.37, 0.03]").correct
    with pytest.raises(GradflowError, match="give a point"):
        ask(graph("y = x^2"), of="y", wrt="x", places=2)


def test_tolerances_hold_for_what_is_worked_out():
    question = ask(graph("y = x/7").at(x=1), of="y", wrt="x", within=0.01)
    assert question.check("14/100").correct and question.check("0.7/5").correct and not question.check("0.16").correct
    finer = ask(graph("y = x/7").at(x=1), of="y", wrt="x", places=2).check("0.143")
    assert isinstance(finer, Invalid) and finer.message.startswith("Right so far")


def test_rounded_values_do_not_count_as_a_slip():
    flow = graph("u = 2x - y; v = x y; s = sin(u); r = s v + u^2; L = 3r - v").at(x=1, y=3)
    assert ask(flow, kind="forward").check({"u": "-1", "v": "3", "s": "-0.8415", "r": "-1.5245", "L": "-7.5735"}).correct


def test_a_d_may_be_typed_for_the_partial_on_an_edge(chain):
    question = ask(chain, of="g", wrt="b", kind="factored")
    assert question.check("dg/df df/de (de/dd dd/db + de/dc dc/db)").correct
    assert "no edge from b to e" in question.check("dg/df df/de de/db").message


def test_a_product_that_is_read_as_one_name_is_pointed_at():
    verdict = ask("(a+b)(b+1)", kind="graph").check("c = a+b; d = b+1; e = cd")
    assert isinstance(verdict, Invalid) and "cd is read as one name: write c·d" in verdict.message


def test_edges_side_by_side_have_no_boxes():
    with pytest.raises(GradflowError, match="From a to y run 2 edges side by side"):
        ask(graph("y = a a").expand().at(a=3), kind="edges")
    working = f"{ask(graph('y = a a').expand().at(a=3), of='y', wrt='a').solution()}"
    assert "a is used by y (2 times)" in working and "dy/da = 3 + 3 = 6" in working


def test_what_is_to_be_typed_has_as_many_axes_as_the_answer():
    flow = graph("Y = w X; E = sum((Y - T)^2); Z = W @ X").at(w=2, X=[0, 1], T=[1, 0], W=[[1, 2], [3, 4]])
    wants = [box.wants for box in ask(flow, of="E", kind="gradient").boxes]
    assert wants[:2] == ["a number", "a list such as [1, 2]"]
    assert "[[1, 2], [3, 4]]" in ask(flow, of="Z", wrt="X").boxes[0].wants


def test_a_divisor_that_is_missing_is_named():
    verdict = ask(graph("L = E + R/2").at(E=1, R=30), kind="forward").check({"L": "31"})
    assert "In L, the divisor is missing" in verdict.message


def test_commas_part_whole_paths():
    flow = graph("b = a; c = a; d = b + c; e = d; f = d; g = e + f")
    question = ask(flow, of="g", wrt="a", kind="paths")
    assert question.check("gedba, gedca, gfdba, gfdca").correct
    assert question.check("g,e,d,b,a; gedca; gfdba; gfdca").correct


def test_a_total_is_no_letter_of_a_factorised_sum():
    question = ask(graph(OPAQUE), of="L", wrt="w", kind="factored")
    for text in ("dL/dx D_xw + dL/dy D_yw + dL/dz D_zw", "(dL/dx + (dL/dy + dL/dz dz/dy) dy/dx) dx/dw"):
        verdict = question.check(text)
        assert isinstance(verdict, Invalid) and "is a total, over all paths" in verdict.message
    assert question.check("(∂L/∂x + (D_Ly + D_Lz D_zy) D_yx) dx/dw + (D_Ly + dL/dz D_zy) D_yw + D_Lz D_zw").correct


def test_a_gradient_typed_as_a_column_or_a_row_is_sent_back(linear):
    right = ask(linear, kind="gradient")
    name = next(box.name for box in right.boxes if box.right.ndim == 1)
    numbers = [f"{number}" for number in next(box.right for box in right.boxes if box.name == name)]
    for text in (f"[[{'], ['.join(numbers)}]]", f"[[{', '.join(numbers)}]]"):
        part = right.check({name: text}).parts[name]
        assert isinstance(part, Invalid) and "as a plain list" in part.message


def test_roots_in_equations_stay_exact():
    question = ask("2x^2 + y^2", kind="graph")
    assert question.check("a = sqrt(2) x; L = a^2 + y^2").correct
    assert isinstance(question.check("a = sqrt(3) x; L = a^2 + y^2"), Incorrect)


def test_what_a_first_backward_pass_frees_is_said():
    question = ask(graph("p = x^2; z = x p").at(x=5), of="z", wrt="x", kind="predict", program="twice")
    assert "has freed what the second one needs" in question.check("150").message
