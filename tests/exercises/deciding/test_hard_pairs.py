"""Traps for a marker, some 1,600 of them: none is taken for equal, and no equal pair is turned away."""

import os
import runpy
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gradflow_nb import equivalent
from gradflow_nb.core.language import read_expression
from gradflow_nb.core.node import Node
from gradflow_nb.exercises.deciding.equivalence import decide

FILE = Path(__file__).with_name("hard_pairs.py")
PAIRS = runpy.run_path(str(FILE))["hard_pairs"]()


def outcome(pair, got):
    if got is pair.equal:
        return "right"
    if got is None:
        return "undecided"
    return "false accept" if got else "false reject"


def counted(decided):
    """How often each outcome was had, and the pairs that were not decided rightly."""
    outcomes = [(outcome(pair, got), pair) for pair, got in decided]
    return Counter(name for name, _ in outcomes), [entry for entry in outcomes if entry[0] != "right"]


def test_none_is_taken_for_another():
    counts, wrong = counted((pair, equivalent(pair.left, pair.right)) for pair in PAIRS)
    assert len(PAIRS) > 1200 and len({(p.left, p.right) for p in PAIRS}) > 1200
    assert not counts["false accept"] and not counts["false reject"], wrong
    assert counts["undecided"] <= len(PAIRS) / 100, wrong


@pytest.mark.parametrize("seed", [1, 2])
def test_it_does_not_hang_on_the_points_that_were_chosen(seed):
    inputs = {name: Node(None, (), name) for name in "xyz"}
    counts, wrong = counted(
        (pair, decide(*(read_expression(side, inputs).value for side in (pair.left, pair.right)), seed=seed))
        for pair in PAIRS[seed::3]
    )
    assert not counts["false accept"] and not counts["false reject"], wrong
    assert counts["undecided"] <= len(PAIRS) / 100, wrong


def test_the_sides_may_be_exchanged():
    counts, wrong = counted((pair, equivalent(pair.right, pair.left)) for pair in PAIRS[::5])
    assert not counts["false accept"] and not counts["false reject"], wrong


def test_the_same_in_every_process():
    code = (
        "import runpy, sys; from gradflow_nb import equivalent\n"
        "pairs = runpy.run_path(sys.argv[1])['hard_pairs']()[::7]\n"
        "print(*(equivalent(pair.left, pair.right) for pair in pairs))"
    )
    said = [
        subprocess.run(
            [sys.executable, "-c", code, str(FILE)],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("0", "1")
    ]
    assert said[0] == said[1] == " ".join(str(equivalent(p.left, p.right)) for p in PAIRS[::7]) + "\n"


def test_the_same_in_every_thread():
    pairs = PAIRS[3::11]
    with ThreadPoolExecutor(8) as pool:
        threaded = list(pool.map(lambda pair: equivalent(pair.left, pair.right), pairs))
    assert threaded == [equivalent(pair.left, pair.right) for pair in pairs]
