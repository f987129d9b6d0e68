"""The sweeps, step by step and in words."""

from gradflow_nb import graph


def test_backward_in_words(chain):
    assert [str(step) for step in chain.at(a=1, o=2).backward("g")] == [
        "dg/dg = 1, where the sweep starts",
        "dg/do = 1·(-1) = -1, from g",
        "dg/df = 1·3 = 3, from g",
        "dg/de = 3·2 = 6, from f",
        "dg/dd = 6·32 = 192, from e",
        "dg/dc = 6·7 = 42, from e",
        "dg/db = 42·2 + 192·5 = 1044, from c and d",
        "dg/da = 1044·(-3) = -3132, from b",
    ]


def test_forward_in_words(small):
    assert str(small.at(a=2, b=1).forward("b")) == (
        "db/db = 1, where the sweep starts\n"
        "dc/db = 1·1 = 1, from b\n"
        "dd/db = 1·1 = 1, from b\n"
        "de/db = 2·1 + 3·1 = 5, from c and d"
    )


def test_a_sweep_visits_what_it_reaches_and_nothing_else(chain):
    flow = chain.at(a=1, o=2)
    assert [step.node for step in flow.backward("d")] == ["d", "b", "a"]
    assert [step.node for step in flow.forward("d")] == ["d", "e", "f", "g"]
    assert [step.node for step in flow.backward("o")] == ["o"] and [step.node for step in flow.forward("g")] == ["g"]


def test_a_step_holds_its_numbers(chain):
    step = chain.at(a=1, o=2).backward("g")[-2]
    assert (step.kind, step.start, step.node, step.derivative, step.result) == ("backward", "g", "b", "dg/db", 1044)
    held = [(part.via, part.derivative, part.partial, part.product) for part in step.contributions]
    assert held == [("c", 42, 2, 84), ("d", 192, 5, 960)]


def test_formulas_and_brackets_in_words():
    flow = graph("u = x + 1; y = u^2; z = -y").flow()
    assert str(flow.backward("z")[-1]) == "dz/dx = (-2u)·1 = -2u, from u"
    assert str(flow.forward("x")[-1]) == "dz/dx = (-1)·(2u) = -2u, from y"


def test_steps_are_a_sequence(chain):
    steps = chain.at(a=1, o=2).forward("a")
    assert len(steps) == 7 and steps[0].result == 1 and [*steps][-1] is steps[-1] and steps[1] in steps
    assert repr(steps) == "\n".join(map(str, steps)) and repr(steps[0]) == "<da/da = 1, where the sweep starts>"


def test_a_sweep_leaves_nothing_behind(chain):
    flow = chain.at(a=1, o=2)
    first = str(flow.backward("g"))
    flow.forward("a"), flow.adjoints("e")
    assert str(flow.backward("g")) == first
