"""How long bad input takes in every kind of box: the corpus of hostile and careless texts, read, marked and echoed.

    make bench            (or: .venv/bin/pytest benchmarks/test_boxes.py -s)
"""

from __future__ import annotations

from contextlib import suppress
from time import perf_counter

from test_answers import report, rows

from gradflow_nb import ask, graph
from gradflow_nb.errors import NotationError

CHAIN = graph("b = 5 - 3a; c = 2b + 3; d = 5b + 6; e = 7c + d^2; f = 2e; g = 3f - o")
FLOW = CHAIN.at(a=1, o=2)
ARRAYS = graph("y = W @ x; L = sum((y - t)^2)").at(W=[[1, 2], [3, 4]], x=[1, 2], t=[1, 1])
QUESTIONS = {
    "total": ask(CHAIN, of="g", wrt="b"),
    "total at a point": ask(FLOW, of="g", wrt="b"),
    "in named form": ask(CHAIN, of="g", wrt="b", form="named"),
    "factored form": ask(CHAIN, of="g", wrt="b", form="factored"),
    "value": ask(FLOW, of="g", kind="value"),
    "edge": ask(CHAIN, kind="edges"),
    "forward": ask(FLOW, kind="forward"),
    "backward": ask(FLOW, kind="backward"),
    "gradient of arrays": ask(ARRAYS, of="L", wrt="W", kind="gradient"),
    "Jacobian": ask(ARRAYS, of="y", wrt="x"),
    "paths": ask(CHAIN, of="g", wrt="b", kind="paths"),
    "order": ask(CHAIN, kind="order"),
    "factorised sum": ask(CHAIN, of="g", wrt="b", kind="factored"),
    "graph": ask("(a + b)(b + 1)", kind="graph"),
    "predict": ask(FLOW, of="g", wrt="a", kind="predict"),
}


def made(recipe: str) -> str:
    return eval(recipe, {"__builtins__": {}}, {"chr": chr})


def test_bad_inputs_through_every_box() -> None:
    texts = [
        (row["id"], row["input"] if row.get("input") is not None else made(row["input_gen"]))
        for row in rows("bad_inputs.jsonl")
    ]
    for name, question in QUESTIONS.items():
        box = question.boxes[0]
        box.mark("84")  # warm
        times = []
        for row, text in texts:
            start = perf_counter()
            box.mark(text)
            with suppress(NotationError):
                box.echo(text)
            times.append((1000 * (perf_counter() - start), row))
        report(name, times)
