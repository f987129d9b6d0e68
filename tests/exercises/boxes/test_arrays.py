"""Answers that are arrays, as they are read back."""

from gradflow_nb import ask, graph


def test_a_decimal_is_read_back_as_one():
    flow = graph("y = W @ x; L = sum(y)").at(W=[[0.128887, 0.5]], x=[1, 1])
    assert "[0.128887, 1/2] is right" in ask(flow, of="L", wrt="x").check("[0.128887, 1/2]").message
