"""A question for every kind of box: for the tests here, and for the benchmark that times them."""

from gradflow_nb import ask, graph

CHAIN = graph("b = 5 - 3a; c = 2b + 3; d = 5b + 6; e = 7c + d^2; f = 2e; g = 3f - o")
FLOW = CHAIN.at(a=1, o=2)
ARRAYS = graph("y = W @ x; L = sum((y - t)^2)").at(W=[[1, 2], [3, 4]], x=[1, 2], t=[1, 1])
QUESTIONS = {
    "total": ask(CHAIN, of="g", wrt="b"),
    "total at a point": ask(FLOW, of="g", wrt="b"),
    "in named form": ask(CHAIN, of="g", wrt="b", form="named"),
    "factored form": ask(CHAIN, of="g", wrt="b", form="factored"),
    "single fraction": ask(CHAIN, of="g", wrt="b", form="single fraction"),
    "places": ask(FLOW, of="g", wrt="b", places=2),
    "value": ask(FLOW, of="g", kind="value"),
    "edges": ask(CHAIN, kind="edges"),
    "forward": ask(FLOW, kind="forward"),
    "backward": ask(FLOW, kind="backward"),
    "backward of arrays": ask(ARRAYS, of="L", kind="backward"),
    "forward of arrays": ask(ARRAYS, kind="forward"),
    "gradient of arrays": ask(ARRAYS, of="L", wrt="W", kind="gradient"),
    "jacobian": ask(ARRAYS, of="y", wrt="x"),
    "paths": ask(CHAIN, of="g", wrt="b", kind="paths"),
    "order": ask(CHAIN, kind="order"),
    "factorised sum": ask(CHAIN, of="g", wrt="b", kind="factored"),
    "graph": ask("(a + b)(b + 1)", kind="graph"),
    "predict": ask(FLOW, of="g", wrt="a", kind="predict"),
}
