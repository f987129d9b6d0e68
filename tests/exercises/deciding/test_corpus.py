"""The corpus of labelled answers that lies beside the repository."""

import json
import re

import pytest

from gradflow_nb import ask, equivalent, graph
from gradflow_nb.core.language import read_expression
from gradflow_nb.errors import GradflowError, NotationError
from gradflow_nb.exercises.deciding.equivalence import decide
from gradflow_nb.exercises.verdict import Correct, Incorrect, Invalid

ARRAYS = {"[1,2,3]", "1, 2, 3", "1 2; 3 4"}
"""Vectors and matrices belong to questions that ask for them."""


def rows(corpus, name):
    return [json.loads(line) for line in (corpus / name).read_text(encoding="utf-8").splitlines()]


def typed(row):
    return row["input"] if row.get("input") is not None else eval(row["input_gen"], {"__builtins__": {}}, {"chr": chr})


def names_in(reading):
    """The names that a row's reading uses, functions and constants aside."""
    known = {"log", "sin", "cos", "tan", "tanh", "abs", "exp", "pi", "e"}
    return sorted(set(re.findall(r"[A-Za-z_]\w*", reading or "")) - known) or ["x"]


def test_bad_inputs_through_check(corpus):
    for row in rows(corpus, "bad_inputs.jsonl"):
        text, expect = typed(row), row["expect"]
        if text in ARRAYS:
            continue
        names = names_in(row.get("reading"))
        question = ask(graph("out = " + " + ".join(f"{n}^2" for n in names), inputs=names), of="out", wrt=names[0])
        verdict = question.check(text)
        assert verdict.text == text
        if expect.startswith("reject"):
            assert isinstance(verdict, Invalid), (row["id"], text[:60], verdict)
            assert verdict.message and 0 <= verdict.position <= len(text)
        elif expect == "accept":
            assert isinstance(verdict, (Correct, Incorrect)), (row["id"], text, verdict)
            nodes = {name: question.graph[name] for name in names}
            reading = row["reading"].replace("**", "^")
            assert decide(read_expression(text, nodes).value, read_expression(reading, nodes).value) is True, row["id"]


def test_bad_inputs_as_equations(corpus):
    for row in rows(corpus, "bad_inputs.jsonl"):
        text, expect = typed(row), row["expect"]
        names = names_in(row.get("reading"))
        out = "out" if "y" in names else "y"
        comment = row["id"] == "bad-095"  # a graph's text may have comments
        if text in ARRAYS or not (expect == "accept" or expect.startswith("reject")):
            continue
        at = dict.fromkeys(names, 2)
        if expect == "accept" and "e" not in names and "e" in (row["reading"] or "").replace("exp", ""):
            continue  # rule 3: an undefined e is an input in a graph's text, and here it is not listed
        if expect == "accept" or comment:
            flow = graph(f"{out} = {text}", inputs=names).at(at)
            assert out in flow.values
        else:
            with pytest.raises(GradflowError):
                graph(f"{out} = {text}", inputs=names).at(at)


def test_pairs_are_decided_rightly(corpus, record_property):
    counts = {"right": 0, "not in the table": 0, "flagged": 0}
    for row in rows(corpus, "kas_pairs.jsonl"):
        try:
            got = equivalent(row["student"], row["teacher"], names=row["vars"])
        except NotationError as sent_back:
            assert "function" in sent_back.message, row
            counts["not in the table"] += 1
            continue
        if {"real_odd_root_convention", "decimal_approx_1e-9"} & set(row.get("flags", [])) and got is not True:
            counts["flagged"] += 1
            continue
        assert got is row["expected_equal"], row
        counts["right"] += 1
    record_property("counts", counts)
    assert counts == {"right": 234, "not in the table": 11, "flagged": 9}
