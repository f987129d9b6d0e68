"""Expressions made small: constants, 0 and 1 folded, signs and numbers moved to the front, equal parts shared.

Derived graphs go through here; what a person wrote in them stands as written.

>>> from gradflow_nb.core.graph import Node
>>> x = Node(None, (), "x")
>>> folded([2 * (3 * x) + 0, x * 0 + 7])
[<Node ?: mul>, 7]

Arrays: a graph with structured operations folds only what keeps every shape, so `0 * x` stays. In any other graph it
becomes 0, which is right for scalars, and for arrays of points at which x has a value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from ..node import Node, in_order
from ..worlds import is_array
from .simpler import MUL
from .tape import Number, Ref, Tape


def has_arrays(node: Node) -> bool:
    """Whether this node says that its graph is about arrays: a structured operation, or an array as a constant."""
    if node.operation is None:
        return False
    return not node.operation.is_elementwise or any(map(is_array, node.arguments))


class Writer:
    """Nodes put on a tape: `written` ones as they stand, all others folded.

    Those in `keep` stay whole, under their names. `slots` says where every node went, `names` which slots have a name.
    """

    def __init__(self, tape: Tape, keep: Mapping[Node, str], written: Iterable[Node] = ()) -> None:
        self.tape = tape
        self.keep = keep
        self.written = set(written)
        self.slots: dict[int, Ref] = {}
        self.names: dict[str, str] = {}
        self.inputs: dict[str, Node] = {}
        self._numbers: dict[int, Number] = {}

    def put(self, node: Node) -> None:
        """Put one node on the tape; its arguments are there already."""
        key, tape = id(node), self.tape
        if node.operation is None:
            self.slots[key] = tape.leaf()
            self.inputs[self.slots[key]] = node
        elif node not in self.written:
            self.slots[key] = tape.make(node.operation, tuple(self.folded(a) for a in node.arguments))
        else:
            arguments = tuple(self.slots[id(a)] if isinstance(a, Node) else tape.constant(a) for a in node.arguments)
            self.slots[key] = tape.share(node.operation, arguments, fresh=node in self.keep)
            if node.is_constant:
                number = tape.number(node.operation, tuple(self.folded(a) for a in node.arguments))
                if number is not None:
                    self._numbers[key] = number
        slot = self.slots[key]
        if node in self.keep and type(slot) is str and slot not in self.names:
            self.names[slot] = self.keep[node]
            tape.seal(slot)

    def folded(self, argument: Any) -> Ref:
        """Where an argument stands for an operation that is folded: a constant part is its number."""
        if not isinstance(argument, Node):
            return self.tape.constant(argument)
        return self._numbers.get(id(argument), self.slots[id(argument)])


def folded(
    outputs: Sequence[Any], keep: Iterable[Node] | Mapping[Node, str] = (), written: Iterable[Node] = ()
) -> list[Any]:
    """The same expressions, folded and shared: a Node or a number for each output. Inputs stay the same Nodes.

    Nodes in `keep` keep their names (or get those they are mapped to), and nothing is folded across them; one that
    turns out to be a number, or equal to another that is kept, is gone. Nodes in `written` are rebuilt as they
    stand. All other names are dropped.
    Takes time in proportion to the expressions; recurses nowhere. Where an operation on constants has no rational
    value (log(2), π) it stays an operation.
    """
    order = in_order(o for o in outputs if isinstance(o, Node))
    tape = Tape(arrays=any(map(has_arrays, order)))
    writer = Writer(tape, keep if isinstance(keep, Mapping) else {node: node.name or "" for node in keep}, written)
    for node in order:
        writer.put(node)
    return rebuilt(writer, [writer.folded(output) for output in outputs])


def rebuilt(writer: Writer, refs: Sequence[Ref]) -> list[Any]:
    """What stands in these places of a tape, as Nodes; only what they need is made."""
    uses = dict.fromkeys((ref for ref in refs if type(ref) is str), 2)
    operations = []
    for slot, row, arguments in reversed(writer.tape.operations):
        if slot in uses:
            operations.append((slot, row, arguments))
            for argument in arguments:
                if type(argument) is str:
                    uses[argument] = uses.get(argument, 0) + 1
    nodes: dict[Any, Any] = {**writer.tape.constants, **writer.inputs}
    for slot, row, arguments in reversed(operations):
        made = [nodes[a] if type(a) is str else a for a in arguments]
        if row is MUL and type(arguments[0]) is not str and uses.get(arguments[1]) == 1:
            made = made if arguments[1] in writer.names else _leaning(*made)
        nodes[slot] = Node(row, made, writer.names.get(slot))
    return [nodes[ref] if type(ref) is str else ref for ref in refs]


def _leaning(number: Number, product: Node) -> tuple[Any, Any]:
    """6·(x·y) as (6·x)·y, which is written 6xy."""
    if isinstance(product, Node) and product.operation is MUL:
        left, right = product.arguments
        if not isinstance(left, (int, Fraction, float)):
            return Node(MUL, (number, left)), right
    return number, product
