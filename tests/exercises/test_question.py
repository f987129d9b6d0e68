"""Questions for one derivative: what is right, wrong, invalid, undecided, and what is said."""

from fractions import Fraction

import pytest

from gradflow_nb import ask, graph
from gradflow_nb.errors import GradflowError, InputError, UnknownName
from gradflow_nb.exercises.verdict import Blank, Correct, Incorrect, Invalid, Undecided


@pytest.fixture
def chain():
    return graph("b = 5 - 3a; c = 2b + 3; d = 5b + 6; e = 7c + d^2; f = 2e; g = 3f - o")


@pytest.mark.parametrize("answer", ["60d + 84", "60 d+84", "300b+444", "1944-900a", "12(5d+7)", "60·d + 84", "30d*2+2*42"])
def test_an_answer_may_use_any_nodes_name(chain, answer):
    verdict = ask(chain, of="g", wrt="b").check(answer)
    assert isinstance(verdict, Correct) and verdict.is_correct and verdict.correct and verdict.costs_attempt


@pytest.mark.parametrize(
    ("node", "answer"),
    [("g", "1"), ("o", "-1"), ("f", "3"), ("e", "6"), ("d", "12d"), ("c", "42"), ("b", "60d+84"), ("a", "2700a-5832")],
)
def test_all_eight_derivatives(chain, node, answer):
    question = ask(chain, of="g", wrt=node)
    assert question.check(answer).is_correct
    assert isinstance(question.check(f"{answer} + 1"), Incorrect)


@pytest.mark.parametrize(("answer", "kept", "lost"), [("84", "c", "d"), ("60d", "d", "c"), ("300b + 360", "d", "c")])
def test_one_path_is_named(chain, answer, kept, lost):
    verdict = ask(chain, of="g", wrt="b").check(answer)
    assert isinstance(verdict, Incorrect)
    assert f"the path through {kept} alone" in verdict.message and f"e ← {lost} ← b, is missing" in verdict.message
    assert "= in place of += at b" in verdict.message
    assert [m.name for m in verdict.mistakes] == ["a path dropped"] and verdict.mistake.also == ("= in place of +=",)
    assert verdict.mistake.path.nodes == ("g", "f", "e", lost, "b") and ("e", lost) in verdict.mistake.edges


def test_one_path_is_named_at_a_point_too(chain):
    verdict = ask(chain.at(a=1, o=2), of="g", wrt="b").check("960")
    assert verdict.mistake.path.nodes == ("g", "f", "e", "c", "b") and verdict.mistake.path.product == 84


def test_a_wrong_answer_without_a_known_cause_gives_nothing_away(chain):
    verdict = ask(chain, of="g", wrt="b").check("85")
    assert isinstance(verdict, Incorrect) and verdict.mistake is None and verdict.credit == 0
    assert verdict.message == "dg/db is not 85. It is asked for in general, and no single number is right everywhere."
    assert ask(chain, of="g", wrt="b").check("85d").message == "dg/db is not 85d."
    assert ask(chain, of="g", wrt="b", at={"a": 1, "o": 2}).check("85").message == "dg/db is not 85."


def test_a_name_that_is_not_in_the_equation_is_asked_about():
    question = ask(graph("u = x^2; z = u + y^2; L = z + u"), of="L", wrt="x", kind="partial")
    assert question.check("3x").message == "∂L/∂x is not 3x. Look at the equation of L: does x stand in it?"


@pytest.mark.parametrize(
    ("answer", "marked", "message"),
    [
        ("60d +", "+", "missing"),
        ("60x", "x", "no node called 'x'"),
        ("1/(b - b)", "/(b - b)", "division by zero"),
        ("2/0", "/0", "division by zero"),
        ("log(-1)", "log(-1)", "positive"),
        ("3 + tan(pi/2)", "tan(pi/2)", "division by zero"),
        ("exp(exp(exp(exp(10))))", None, "too large"),
        ("dg/db", "dg/db", "worked out"),
        ("", None, ""),
        ("60d = 84", "=", "right side"),
    ],
)
def test_invalid_points_at_the_place_and_costs_nothing(chain, answer, marked, message):
    question = ask(chain, of="g", wrt="b")
    verdict = question.check(answer)
    assert isinstance(verdict, Invalid) and question.attempts == 0 and question.credit == 0
    assert message in verdict.message
    if marked:
        assert answer[verdict.position : verdict.end] == marked


def test_readings_to_choose_from(chain):
    assert ask(chain, of="g", wrt="b").check("60d/2b").readings == ("60d/(2b)", "(60d/2)b")


def test_at_a_point_a_number_is_asked_for(chain):
    question = ask(chain, of="g", wrt="d", at={"a": "1/2", "o": 0})
    assert question.prompt == "dg/dd = ? at a = 1/2, o = 0"
    for right in ("282", "282.0", "564/2", "372 - 180*1/2", "2*141"):
        assert question.check(right).is_correct, right
    assert question.attempts == 5
    right_so_far = question.check("12d")
    assert isinstance(right_so_far, Invalid) and "Right so far" in right_so_far.message and "put in d" in right_so_far.message
    assert "Right so far" not in question.check("13d").message
    assert question.attempts == 5
    assert isinstance(question.check("47"), Incorrect)


def test_a_flow_at_a_point_asks_for_a_number(chain):
    assert ask(chain.at(a=1, o=2), of="g", wrt="b").check("1044").is_correct
    assert ask(chain.at(a=1, o=2), of="g", wrt="b", at={"a": 2, "o": 0}).check("144").is_correct


def test_decimals_that_round_an_endless_number():
    question = ask(graph("y = exp(x) sin(x)"), of="y", wrt="x", at={"x": 1})
    assert question.check("e(sin(1) + cos(1))").is_correct
    rounded = question.check("3.7560")
    assert rounded.is_correct and "significant digits" in rounded.message
    for wrong in ("3.757", "3.75", "4", "3.7561"):
        assert not question.check(wrong).is_correct, wrong
    third = ask(graph("y = x^2/6"), of="y", wrt="x", at={"x": 1})
    assert third.check("1/3").is_correct and third.check("0.3333").is_correct
    assert not third.check("0.33").is_correct and not third.check("0.3334").is_correct
    exact = ask(graph("y = x^2/8"), of="y", wrt="x", at={"x": Fraction(1, 1000)})
    assert exact.check("0.00025").is_correct and not exact.check("0.0002501").is_correct


def test_the_explicit_partial(chain):
    question = ask(chain, of="e", wrt="b", kind="partial")
    assert f"{question.asked}" == "∂e/∂b"
    assert question.check("0").is_correct
    total = question.check("10d + 14")
    assert not total.is_correct and total.mistake.name == "the other derivative" and "holds all other names" in total.message
    other = ask(graph("z = x^2 + y^2; L = z + x^2"), of="L", wrt="x")
    assert other.check("4x").is_correct and "explicit ∂L/∂x" in other.check("2x").message


def test_a_kink_does_not_turn_a_right_answer_away():
    question = ask(graph("y = |x|"), of="y", wrt="x")
    for right in ("sign(x)", "x/|x|", "|x|/x", "2step(x) - 1"):
        assert question.check(right).is_correct, right
    assert not question.check("1").is_correct and not question.check("-1").is_correct


def test_what_cannot_be_decided_costs_nothing(chain):
    question = ask(graph("y = 3x"), of="y", wrt="x")
    verdict = question.check("3 + 0*log(-x^2)")
    assert isinstance(verdict, Undecided) and question.attempts == 0


def test_bad_questions_explain_themselves(chain):
    with pytest.raises(UnknownName, match="no node called 'q'"):
        ask(chain, of="q", wrt="b")
    with pytest.raises(GradflowError, match="kind='sum'"):
        ask(chain, of="g", wrt="b", kind="sum")
    with pytest.raises(InputError, match="missing for o"):
        ask(chain, of="g", wrt="b", at={"a": 1})
    with pytest.raises(GradflowError, match="about two nodes"):
        ask(chain, of="g")
    with pytest.raises(GradflowError, match="2 outputs"):
        ask(graph("y = a; z = 2a"), wrt="a")
    with pytest.raises(InputError, match="give a point"):
        ask(chain, of="g", kind="value")
    with pytest.raises(GradflowError, match="factored"):
        ask(graph("x = x(w); L = L(x)"), of="L", wrt="w")
    with pytest.raises(GradflowError, match=r"form='expandd' is not known.*expanded"):
        ask(chain, of="g", wrt="b", form="expandd")


def test_what_was_typed_is_kept(chain):
    question = ask(chain, of="g", wrt="b")
    for typed in ("60d +", "84", "  60d+84 "):
        assert question.check(typed).text == typed and question.typed == {"": typed}
    assert str(question.check("300b+444").reading) == "300b + 444"


def test_of_may_be_left_out(chain):
    assert ask(chain, wrt="b").check("60d + 84").is_correct


# Help, credit, fading, variants ---------------------------------------------------------------------------------------


def test_hints_go_from_the_rule_to_the_whole_working(chain):
    question = ask(chain, of="g", wrt="b")
    rule, first, whole = question.hint(), question.hint(), question.hint()
    assert "2 paths lead from b to g" in str(rule) and len(rule) == 0
    assert len(first) == 1 and str(first[0].formula) == "dg/df = ∂g/∂f = 3"
    assert str(whole[-1].formula) == "dg/db = 60d + 84 = 300b + 444 = 1944 - 900a"
    assert "dg/db = dg/dc·∂c/∂b + dg/dd·∂d/∂b = 42·2 + (12d)·5 = 60d + 84" in str(whole)
    assert str(question.hint()) == str(whole) == str(question.solution())
    assert "\\frac{dg}{db}" in whole.markdown


def test_credit_falls_with_help_that_was_taken_before(chain):
    for hints, credit in ((0, 1.0), (1, 0.9), (2, 0.75), (3, 0.0)):
        question = ask(chain, of="g", wrt="b")
        for _ in range(hints):
            question.hint()
        question.check("84")
        assert question.check("60d + 84").is_correct and question.credit == credit and question.best.correct
    late = ask(chain, of="g", wrt="b")
    late.check("60d + 84")
    late.solution()
    late.check("84")
    assert late.credit == 1 and late.best.correct and late.attempts == 2


def test_best_before_the_first_attempt(chain):
    assert isinstance(ask(chain, of="g", wrt="b").best, Blank) and not ask(chain, of="g", wrt="b").best.correct


def test_at_a_point_the_working_has_numbers(chain):
    working = ask(chain.at(a=1, o=2), of="g", wrt="b").solution()
    assert "= 42·2 + 192·5 = 1044" in str(working)
    assert "no path leads from o to e" in str(ask(chain, of="e", wrt="o").solution()).lower()


def test_fading(chain):
    question = ask(chain.at(a=1, o=2), of="g", wrt="a")
    worked, some, bare = (question.faded(given) for given in ("all", "some", "none"))
    assert [box.name for box in bare.boxes] == ["dg/df", "dg/de", "dg/dd", "dg/dc", "dg/db", "dg/da"]
    assert len(worked.task.given) == 5 and len(some.task.given) == 3 and not bare.task.given
    assert worked.task.given["dg/db"] == "1044" and worked.check({"dg/da": "-3132"}).is_correct
    assert bare.check({"dg/da": "-3132"}).message.startswith("1 of 6 is right")
    after = worked.next()
    assert len(after.task.given) == 4 and after.prompt != worked.prompt
    some.check({"dg/dc": "43", "dg/db": "1044", "dg/da": "-3132"})
    assert len(some.next().task.given) == 4
    with pytest.raises(GradflowError, match="'all', 'some', 'none'"):
        question.faded("half")
    with pytest.raises(GradflowError, match="no steps"):
        ask(chain, of="g", wrt="f").faded("all")


def test_given_steps_are_not_judged_and_cannot_be_overwritten(chain):
    some = ask(chain.at(a=1, o=2), of="g", wrt="b").faded("some")
    given = dict(some.task.given)
    verdict = some.check(dict.fromkeys(given, "0"))
    assert not set(verdict.parts) & set(given) and some.typed["dg/df"] == "3"


@pytest.mark.parametrize("seed", range(5))
def test_variants_are_the_same_question_about_another_graph(chain, seed):
    question = ask(chain.at(a=1, o=2), of="g", wrt="b")
    one, other = question.variant(seed), question.variant(seed)
    assert one.prompt == other.prompt != question.prompt and one.seed == seed
    assert len(one.boxes[0].sought.flow.paths(one.boxes[0].sought.of, one.boxes[0].sought.wrt)) == 2
    assert one.check(str(one.boxes[0].solution)).is_correct
    assert not one.check("1044.5").is_correct


def test_a_question_about_a_single_expression_has_no_boxes_to_confuse(chain):
    with pytest.raises(GradflowError, match="8 boxes"):
        ask(chain.at(a=1, o=2), kind="backward").check("1")
    with pytest.raises(UnknownName, match="no box called 'dg/dx'"):
        ask(chain.at(a=1, o=2), kind="backward").check({"dg/dx": "1"})


# Decimals -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "at", "answer", "kind"),
    [
        ("y = -exp(x)", -5, "-0.01", Incorrect),  # the minus is no digit
        ("y = -exp(x)", -5, "-0.0067", Invalid),
        ("y = -exp(x)", -5, "-0.006738", Correct),
        ("y = -exp(x)", -5, "0.006738", Incorrect),
        ("y = exp(x)", 3, "20.1", Invalid),
        ("y = exp(x)", 3, "20", Incorrect),
        ("y = exp(x)", 12, "162755", Invalid),  # a whole number is no rounding
        ("y = x^2/6", 1, "0.333", Invalid),
        ("w = x^2 + 1; y = exp(w)/x", "39/10", "21204449.695219606", Correct),  # as Python prints it
        ("y = 2exp(x)", 1, "2*2.718281828459045", Correct),
        ("y = 3x", 1, "3.0000000000001", Incorrect),
    ],
)
def test_decimals_by_their_significant_digits(text, at, answer, kind):
    question = ask(graph(text), of="y", wrt="x", at={"x": at})
    verdict = question.check(answer)
    assert isinstance(verdict, kind), verdict
    assert question.attempts == (kind is not Invalid)


def test_what_has_no_derivative_is_not_asked_for():
    for text, at in (("y = sqrt(x)", 0), ("y = asin(x)", 1)):
        with pytest.raises(GradflowError, match="does not exist at this point"):
            ask(graph(text).at(x=at), of="y", wrt="x")


def test_a_convention_at_a_kink_is_said():
    assert "the slope is taken as 0 there" in ask(graph("y = relu(x) + 3x").at(x=0), of="y", wrt="x").prompt


def test_a_long_graph_has_a_working():
    text = "; ".join(["a0 = x + y"] + [f"a{i} = a{i - 1} {'x' if i % 3 == 0 else f'+ {i} a{max(0, i - 2)}'}" for i in range(1, 30)])
    assert "…" in str(ask(graph(text), of="a29", wrt="x").solution())


def test_too_many_causes_still_say_something():
    verdict = ask(graph("c = a + b; d = b + 1; e = c d").at(a=2, b=1), of="e", wrt="b").check("3")
    assert verdict.mistakes == () and "several ways" in verdict.message and "the path through d alone" in verdict.message


def test_the_derivative_of_a_node_by_itself():
    assert "explicit" not in ask(graph("b = 2a; c = b^2"), of="c", wrt="c").check("0").message


def test_a_hint_is_about_a_box_that_is_not_right_yet():
    question = ask(graph("a = 2 + 3w; J = a^2").at(w=3), kind="edges")
    question.check({"∂a/∂w": "3", "∂J/∂a": "6"})
    question.hint()
    assert "∂J/∂a = 2a = 22" in str(question.hint()) and "∂a/∂w" not in str(question.help)
    fresh = ask(graph("a = 2 + 3w; J = a^2").at(w=3), kind="edges")
    fresh.hint()
    assert "∂a/∂w = 3" in str(fresh.hint())


def test_a_number_for_a_formula_too_long_to_write_is_marked_all_the_same():
    more = (f"x{i + 1} = sin(x{i})*x{i} + x{max(1, i - 1)}*y" for i in range(1, 40))
    long = graph("; ".join(["x1 = x*y + x", *more]))
    verdict = ask(long, of="x40", wrt="x").check("7")
    assert isinstance(verdict, Incorrect | Undecided) and verdict.message
    assert "no single number" not in ask(graph("y = 3x + 1"), of="y", wrt="x").check("85").message
