"""How long bad input takes in every kind of box: the corpus of hostile and careless texts, read, marked and echoed.

    make bench            (or: .venv/bin/pytest benchmarks/test_boxes.py -s)
"""

from __future__ import annotations

import runpy
from contextlib import suppress
from pathlib import Path
from time import perf_counter

from test_answers import report, rows

from gradflow_nb.errors import NotationError

ASKED = Path(__file__).parents[1] / "tests" / "exercises" / "boxes" / "questions.py"
QUESTIONS = runpy.run_path(str(ASKED))["QUESTIONS"]


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
