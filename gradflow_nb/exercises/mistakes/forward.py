"""Slips of the forward pass: one operation of an equation worked out as another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ...core.evaluate import UNDEFINED
from ...core.graph import Graph
from ...core.worlds import exact
from ..verdict import Mistake

# fmt: off
_INSTEAD: dict[str, tuple[tuple[str, Callable[..., Any]], ...]] = {
    "sub": (("a minus sign is lost",                          lambda a, b: a + b),
            ("the terms of the difference are exchanged",     lambda a, b: b - a)),
    "neg": (("a minus sign is lost",                          lambda x: x),),
    "add": (("a sum is worked out as a product",              lambda a, b: a * b),
            ("a plus is read as a minus",                     lambda a, b: a - b),
            ("a term of the sum is missing",                  lambda a, b: a),
            ("a term of the sum is missing",                  lambda a, b: b)),
    "mul": (("a product is worked out as a sum",              lambda a, b: a + b),
            ("a factor of the product is missing",            lambda a, b: a),
            ("a factor of the product is missing",            lambda a, b: b)),
    "div": (("the quotient is upside down",                   lambda a, b: b / a),
            ("the divisor is missing",                        lambda a, b: a)),
    "pow": (("a power is worked out as a product",            lambda a, b: a * b),
            ("the exponent is missing",                       lambda a, b: a)),
    "sqrt": (("the root is missing",                          lambda x: x),
             ("the root is worked out as a half",             lambda x: x / 2)),
}
# fmt: on


def forward_slips(graph: Graph, name: str, values: Mapping[str, Any]) -> Iterator[tuple[Mistake, Any]]:
    """What comes out for the node `name` when one operation of its equation goes wrong, given the other values."""
    inner = graph.inside(name)
    for wrong in inner.nodes:
        for says, rule in _INSTEAD.get(wrong.operation.name, ()) if wrong.operation else ():
            found: dict[int, Any] = {id(inner[other]): values[other] for other in inner.inputs}
            try:
                for node in inner.nodes:
                    if node.operation is not None:
                        arguments = [found[id(a)] if id(a) in found else exact.lift(a) for a in node.arguments]
                        found[id(node)] = rule(*arguments) if node is wrong else node.operation.value(*arguments)
            except (*UNDEFINED, KeyError):
                continue
            yield Mistake("a slip in the value", f"In {name}, {says}.", (), (name,)), found[id(inner[name])]
    for other in inner.inputs:
        if not hasattr(values[other], "shape"):
            yield Mistake("another value", f"That is the value of {other}.", (), (other,)), values[other]
