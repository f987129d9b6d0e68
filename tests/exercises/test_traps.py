"""PyTorch's traps: every prediction is run in PyTorch, on small, random and array graphs; and what questions say about them."""

import importlib.util
import random
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from gradflow_nb import ask, graph
from gradflow_nb.core.graph import Graph
from gradflow_nb.core.node import Node
from gradflow_nb.core.operations import OPERATIONS, row
from gradflow_nb.errors import GradflowError, InputError, NotInstalled, UnknownName
from gradflow_nb.exercises.random_graphs import random_graph
from gradflow_nb.exercises.torch_program import TorchProgram
from gradflow_nb.exercises.traps import TRAPS, CannotShow, Prediction, Program, torch_program, traps
from gradflow_nb.exercises.verdict import Incorrect

FORK = graph("p = x^2; z = x p").at(x=5)
CHAIN = graph("b = 5 - 3a; c = 2b + 3; d = 5b + 6; e = 7c + d^2; f = 2e; g = 3f - o").at(a=1, o=2)


@pytest.fixture
def doubles():
    """float64 for all tensors, so that what is printed can be compared closely."""
    torch = pytest.importorskip("torch")
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def come_true(flow, ofs):
    """Every program for every pair of nodes does what is predicted; returns the rules that were met."""
    met = set()
    for of in ofs:
        for wrt in flow.graph.names:
            for program in get_args(Program):
                try:
                    made = torch_program(flow, of, wrt, program)
                except CannotShow:
                    continue
                assert made.check(), f"{of} {wrt} {program} {made}\n{made.code}\n{made.happens()}"
                met.add((program, made.rule))
    return met


def edits_come_true(flow, of):
    """Every node may be changed in place, or not, as the rules say; not only the one that a question would choose."""
    leaf = flow.graph.inputs[0]
    for name in flow.graph.names:
        program = TorchProgram(flow, of, leaf, edited=name)
        if name not in flow.graph.inputs and program.rules.is_clear(name):
            value, rule, why = program.outcome
            made = Prediction("edited", "", program.code, value, why, message=program.outcome.message, rule=rule)
            assert made.check(), f"{of} {name} {made}\n{made.code}\n{made.happens()}"


# What comes true --------------------------------------------------------------------------------------------------------


def test_the_seven_traps_on_a_standard_graph():
    made = traps()
    assert [trap.program for trap in made] == list(TRAPS)
    assert [trap.outcome for trap in made] == ["RuntimeError"] * 3 + [None] + ["RuntimeError"] * 2 + [25]
    assert all(trap.title and trap.why and trap.remedy for trap in made) and all(trap.message for trap in made[:-1])
    assert "both.sum().backward()" in made[0].remedy and "p = p + 1" in made[2].remedy and "p.retain_grad()" in made[3].remedy
    assert {"vector", "freed", "edited", "inner", "leaf", "integers", "detached"} == {trap.rule for trap in made}
    assert repr(made[-1]) == "<A branch that is detached: 25>"


@pytest.mark.torch
def test_they_are_traps_in_pytorch_too():
    for trap in traps():
        assert trap.check(), trap.code
        assert trap.check(), "a second time too: a warning is not given once only"
        assert not replace(trap, outcome=7).check() and not replace(trap, message="something else").check()
    assert traps()[3].happens().outcome is None and "not a leaf" in traps()[3].happens().message
    assert traps()[-1].happens() == (25.0, "")


@pytest.mark.torch
@pytest.mark.parametrize(
    ("flow", "of"),
    [
        (FORK, "z"), (CHAIN, "g"), (CHAIN, "e"), (graph("y = x").at(x=2), "y"), (graph("y = x + u; z = 3").at(x=2, u="1/2"), "y"),
        (graph("p = exp(x); y = 3p").at(x=1), "y"), (graph("p = x^2; y = 3p").at(x=1), "y"), (graph("p = 2x; y = u/p; z = 3/p + y").at(x=2, u=3), "z"),
        (graph("p = 2x; q = 2^p + p^2 + p^x; y = sin(q)").at(x=2), "y"), (graph("p = 2x; q = sec(p) + cot(p); y = step(q) p").at(x=2), "y"),
        (graph("h = tanh(W @ x + b); L = sum((h - y)^2)").at(W=[[1, 2], [3, 4]], x=[1, 2], b=[0, 1], y=[1, 1]), "L"),
        (graph("p = W.T; q = p @ x; r = q[0] + q[[0, 1]]; L = sum(r x)").at(W=[[1, 2], [3, 4]], x=[1, 2]), "L"),
        (graph("p = 2x; q = p[1:]; r = reshape(p, 3, 1); L = sum(q^2) + norm(r)").at(x=[1, 2, 3]), "L"),
        (graph("p = 2x; q = p[::-1]; L = sum(q^2)").at(x=[1, 2, 3]), "L"), (graph("z = x y; L = sum(z)").at(x=[2, 3], y=[1, 4]), "z"),
        (graph("z = x y").at(x=[2], y=[4]), "z"), (graph("s = softmax(x); m = max(x); L = dot(s, x) + logsumexp(x) + m").at(x=[1, 3, 2]), "L"),
        (graph("y = x^2 + x").gradient_graph("y", "x").at(x=3), "dy_dx"), (graph("s = x x; y = max(s, 2) + min(x, s)").expand().at(x=3), "y"),
    ],
)  # fmt: skip
def test_every_program_does_what_is_predicted(flow, of):
    come_true(flow, [of])
    if not flow.graph.expanded:
        edits_come_true(flow, of)


@pytest.mark.torch
def test_names_that_python_cannot_have_come_true():
    a, b = Node(None, (), "a b"), Node(None, (), "print")
    inner = Node(OPERATIONS["mul"], (a, b), "lambda")
    flow = Graph({"a b": a, "print": b, "lambda": inner, "both": inner * inner + a}).at({"a b": 2, "print": 3})
    come_true(flow, ["both"])
    assert "both_ = torch.stack([lambda_, both])" in torch_program(flow, "both", "a b", "vector").code
    assert "both_.sum()" in torch_program(flow, "both", "a b", "vector").remedy


@pytest.mark.torch
@pytest.mark.parametrize("seed", range(24))
def test_random_graphs_of_numbers(seed, doubles):
    operations = ("+", "-", "*", "^", "/", "exp", "sin", "max") if seed % 2 else ("+", "-", "*", "^")
    drawn = random_graph(seed, paths=1 + seed % 4, depth=2 + seed % 4, operations=operations)
    come_true(drawn.graph.at(drawn.at), [drawn.of])
    edits_come_true(drawn.graph.at(drawn.at), drawn.of)


@pytest.mark.torch
def test_random_graphs_of_arrays(doubles):
    file = Path(__file__).parent.parent / "core" / "test_parity.py"
    spec = importlib.util.spec_from_file_location("parity", file)
    parity = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(parity)
    met = set()
    for seed in range(40):
        text, _, _, point = parity._random_graph(seed)
        made = graph(text, inputs=tuple(point))
        flow = made.at({name: value if value.ndim else float(value) for name, value in point.items()})
        met |= come_true(flow, ["L", random.Random(seed).choice([n for n in made.names if n not in made.inputs])])
        edits_come_true(flow, "L")
    assert {("edited", "edited"), ("edited", "not kept"), ("detached", "detached"), ("twice", "added"), ("grad", "returned")} <= met


def random_rows(seed):
    """A graph of any elementwise rows, at a point; None where it has no value or no derivatives there."""
    rng = random.Random(seed)
    named = {name: Node(None, (), name) for name in "abc"}
    parts = list(named.values())
    for name in "uvwy":
        for _ in range(rng.randint(1, 3)):
            operation = OPERATIONS[rng.choice(sorted(OPERATIONS))]
            arguments = [rng.choice(parts)]
            while len(arguments) < operation.arity:
                arguments.append(rng.choice([rng.randint(-2, 3), rng.choice(parts), rng.choice(parts)]))
            rng.shuffle(arguments)
            parts.append(Node(operation, arguments))
        parts[-1].name = name
        named[name] = parts[-1]
    named["L"] = Node(row("sum"), (named["y"],), "L")
    arrays = seed % 2
    point = {n: [rng.randint(-8, 8) / 4 for _ in range(3)] if arrays else Fraction(rng.randint(-8, 8), 4) for n in "abc"}
    try:
        flow = Graph(named).at(point)
        found = [*flow.known.values(), *flow.adjoints("L").values()]
    except GradflowError:
        return None
    return flow if max(float(np.max(np.abs(np.asarray(value, float)))) for value in found) < 1e4 else None


@pytest.mark.torch
def test_random_graphs_of_any_rows(doubles):
    flows = [flow for seed in range(250) if (flow := random_rows(seed))]
    assert len(flows) > 40
    for flow in flows:
        come_true(flow, ["L"])
        edits_come_true(flow, "L")


# What is predicted ------------------------------------------------------------------------------------------------------


def test_an_edit_is_no_trap_where_nothing_keeps_the_value():
    flow = graph("p = x^2; y = 3p").at(x=2)
    made = torch_program(flow, "y", "x", "edited")
    assert made.code.splitlines()[2:6] == ["x = torch.tensor(2.0, requires_grad=True)", "p = x ** 2", "y = 3 * p", "p += 1"]
    assert (made.outcome, made.rule, made.remedy) == (12, "not kept", "")
    assert "edited" not in [trap.program for trap in traps(flow)]
    assert torch_program(graph("p = exp(x); y = 3p").at(x=0), "y", "x", "edited").outcome == "RuntimeError"  # its own result
    chosen = graph("p = x^2; q = 3p; z = q + x p").at(x=5)
    assert "p += 1" in torch_program(chosen, "z", "x", "edited").code and "q += 1" in torch_program(chosen, "z", "q", "edited").code
    assert (torch_program(chosen, "z", "q", "edited").outcome, torch_program(chosen, "z", "p", "edited").outcome) == (105, "RuntimeError")


def test_a_detached_branch_is_an_edge_that_is_cut():
    made = torch_program(CHAIN, "g", "a", "detached")
    assert "c = 2 * b.detach() + 3" in made.code and "d = 5 * b + 6" in made.code
    assert made.outcome == CHAIN.cut("c", "b").total("g", "a") == -2880 and made.whole == -3132
    assert torch_program(CHAIN, "g", "b", "detached").code == made.code  # of an inner node: the input below it
    assert torch_program(graph("y = x u").at(x=2, u=3), "y", "x", "detached").outcome is None
    assert "no graph behind it" in torch_program(graph("y = x^2").at(x=2), "y", "x", "detached").why


def test_what_starts_from_an_array():
    flow = graph("h = tanh(W @ x); L = sum(h^2)").at(W=[[1, 2], [3, 4]], x=[1, 2])
    assert "\nh.backward()\n" in torch_program(flow, "L", "x", "vector").code
    assert torch_program(graph("z = x y").at(x=[2], y=[4]), "z", "x").outcome.tolist() == [4]  # of one entry it may start
    assert "stack([u, y])" in torch_program(graph("u = 2x; y = u^2").at(x=1), "y", "x", "vector").code


def test_integers_need_a_whole_input():
    assert "o = torch.tensor(2, requires_grad=True)" in torch_program(CHAIN.graph.at(a="1/2", o=2), "g", "a", "integers").code
    assert "x = torch.tensor([1, 2], requires_grad=True)" in torch_program(graph("y = sum(x)").at(x=[1, 2]), "y", "x", "integers").code
    with pytest.raises(CannotShow, match="as at x=2"):
        torch_program(graph("y = 2x").at(x="1/2"), "y", "x", "integers")
    assert "integers" not in [trap.program for trap in traps(graph("p = x^2; y = p x").at(x="1/2"))]


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: torch_program(CHAIN, "g", "a", "forward"), GradflowError, "'forward' is not known: it is 'backward'"),
        (lambda: torch_program(CHAIN, "g", "q"), UnknownName, "'q'"), (lambda: torch_program(CHAIN.graph.flow(), "g", "a"), InputError, "at a point"),
        (lambda: traps(FORK.cut("z", "p")), InputError, "do not follow from its graph"), (lambda: traps(graph("x = x(w)").flow()), GradflowError, "at a point"),
        (lambda: traps(graph("y = x; z = 2x").at(x=1)), GradflowError, "2 outputs: say which one, as in of='y'"),
        (lambda: torch_program(graph("y = 2x").at(x=1), "x", "x", "inner"), CannotShow, "about a node with an equation"),
        (lambda: torch_program(graph("y = 2x").at(x=1), "x", "x", "vector"), CannotShow, "could be stacked"),
        (lambda: torch_program(graph("y = 2x; z = 3u").at(x=1, u=1), "y", "u", "detached"), CannotShow, "no edge between y and u"),
        (lambda: torch_program(graph("y = x[0]").at(x=[1, 2]), "y", "x", "edited"), CannotShow, "no tensor of its own"),
    ],
)  # fmt: skip
def test_errors(call, error, says):
    with pytest.raises(error, match=says):
        call()


def test_without_pytorch(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(NotInstalled, match="PyTorch is not installed"):
        traps()[0].happens()


# Questions ----------------------------------------------------------------------------------------------------------------

RIGHT_ELSEWHERE = "PyTorch's rules come before it"


@pytest.mark.parametrize(
    ("program", "wrt", "right", "wrong"),
    [
        ("vector", "x", ["RuntimeError"], {"75": "starts from several", "None": "not what happens here", "ValueError": "not what happens here"}),
        ("edited", "x", ["RuntimeError", "runtimeerror: one of the variables"], {"75": "old value", "None": "not what happens"}),
        ("inner", "x", ["None", "nothing"], {"5": RIGHT_ELSEWHERE, "RuntimeError": "not what happens here", "3": "not what happens"}),
        ("leaf", "x", ["RuntimeError"], {"75": "a leaf that requires a gradient is changed in place", "None": "not what"}),
        ("integers", "x", ["RuntimeError"], {"75": "integers cannot require a gradient", "TypeError": "TypeError is not what"}),
        ("detached", "x", ["25", "tensor(25.)"], {"75": "That counts the detached branch too", "50": "That is the detached branch", "RuntimeError": "Nothing here is an error", "None": "another path", "7": "not what happens"}),
        ("inner", "p", ["None"], {"5": RIGHT_ELSEWHERE}),
    ],
)  # fmt: skip
def test_questions(program, wrt, right, wrong):
    question = ask(FORK, of="z", wrt=wrt, kind="predict", program=program)
    for text in right:
        verdict = question.check(text)
        assert verdict.correct, text
        assert question.boxes[0].torch.remedy and question.boxes[0].torch.remedy in verdict.message
    for text, says in wrong.items():
        verdict = question.check(text)
        assert isinstance(verdict, Incorrect) and says in verdict.message, (text, verdict)
    assert question.check(str(question.boxes[0].solution)).correct


def test_a_question_about_an_edit_that_does_no_harm():
    question = ask(graph("p = x^2; y = 3p").at(x=2), kind="predict", wrt="x", program="edited")
    assert question.check("12").correct
    assert "no operation needs its old value" in question.check("RuntimeError").message
    assert "x.grad is dy/dx" in question.check("12").message


def test_a_detached_branch_that_was_the_only_way():
    question = ask(graph("y = x u").at(x=2, u=3), kind="predict", wrt="x", program="detached")
    assert question.check("None").correct and "no gradient comes to this leaf" in question.check("3").message


def test_variants_and_seeds_ask_the_same():
    question = ask(CHAIN, of="g", wrt="a", kind="predict", program="detached")
    for seed in range(5):
        varied = question.variant(seed)
        assert varied.check(str(varied.boxes[0].solution)).correct and ".detach()" in varied.task.code


def test_a_trap_says_all_of_itself():
    text = str(traps()[1])
    assert text.startswith("A second backward pass through the same graph\n    import torch\n")
    assert 'It raises RuntimeError ("Trying to backward through the graph a second time"), because' in text
    assert text.endswith("write z.backward(retain_graph=True) in the first.")
    assert "It prints 25, because" in str(traps()[-1])


@pytest.mark.parametrize("program, answer, says", [
    ("vector", "85", "That is the gradient of the sum"),
    ("leaf", "108", "That is the derivative after x has changed"),
])
def test_numbers_that_a_person_may_expect(program, answer, says):
    flow = graph("p = x^2; z = x p").at(x=5)
    assert says in ask(flow, of="z", wrt="x", kind="predict", program=program).check(answer).message


def test_the_working_says_what_happens():
    flow = graph("p = x^2; z = x p").at(x=5)
    question = ask(flow, of="z", wrt="x", kind="predict", program="detached")
    assert "It prints 25, because" in str(question.solution())
