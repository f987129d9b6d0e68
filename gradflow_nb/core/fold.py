"""Expressions made small: constants, 0 and 1 folded, signs and numbers moved to the front, equal parts shared.

Derived graphs and programs go through here; what a person wrote is put in as written. Expressions stand on a
*tape*, a list of operations in order. Each operation fills a *slot*, which is called as the generated source calls
it (`x7`); an argument is a slot or a number.

>>> from gradflow_nb.core.graph import Node
>>> x = Node(None, (), "x")
>>> folded([2 * (3 * x) + 0, x * 0 + 7])
[<Node ?: mul>, 7]

Arrays: a graph with structured operations folds only what keeps every shape, so `0 * x` stays. In any other graph it
becomes 0, which is right for scalars, and for arrays of points at which x has a value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from ..errors import Undefined
from .graph import Node, in_order
from .operations import OPERATIONS, Operation
from .worlds import exact

Number = int | Fraction | float
Ref = str | Number
"""An argument on a tape: the name of a slot, or a number."""

ADD, SUB, MUL, DIV, NEG = (OPERATIONS[name] for name in ("add", "sub", "mul", "div", "neg"))


class Tape:
    """Operations in order, none twice.

    `exact`: numbers without a rational value, such as log(2) and π, stay operations; else they become floats.
    `arrays`: fold only what keeps shapes. `operations` has `(slot, row, arguments)`; `cut` may empty it on the way.
    """

    def __init__(self, exact: bool = True, arrays: bool = False) -> None:
        self.exact = exact
        self.arrays = arrays
        self.operations: list[tuple[str, Operation, tuple[Ref, ...]]] = []
        self.constants: dict[str, Any] = {}
        self._count = 0
        self._inside: dict[str, tuple[str, tuple[Ref, ...]]] = {}
        self._known: dict[tuple, str] = {}

    def leaf(self) -> str:
        """A new slot that no operation fills."""
        self._count += 1
        return f"x{self._count - 1}"

    def constant(self, value: Any) -> Ref:
        """A constant among a node's arguments: a number, or a slot for what has no exact one (π, an array)."""
        if type(value) is Fraction:
            return value.numerator if value.denominator == 1 else value
        if isinstance(value, (int, float, Fraction)):
            return value
        if not self.exact and hasattr(value, "name"):
            return exact.lift(value)
        key = ("constant", id(value))
        if key not in self._known:
            self._known[key] = self.leaf()
            self.constants[self._known[key]] = value
        return self._known[key]

    def make(self, row: Operation, arguments: tuple[Ref, ...]) -> Ref:
        """The operation folded: an equal slot, a simpler one or a number."""
        number = self.number(row, arguments)
        if number is not None:
            return number
        simpler = _SIMPLER.get(row.name) if str in map(type, arguments) else None
        found = simpler(self, *arguments) if simpler else None
        return self.share(row, arguments) if found is None else found

    def share(self, row: Operation, arguments: tuple[Ref, ...], fresh: bool = False) -> str:
        """The operation as it stands: the slot that has it already, or a new one (always, if `fresh`)."""
        key = (row, *arguments)
        if row is ADD or row is MUL:
            a, b = arguments
            if type(a) is str and type(b) is str and b < a:
                key = (row, b, a)
        slot = None if fresh else self._known.get(key)
        if slot is None:
            self._known.setdefault(key, slot := self.leaf())
            self._inside[slot] = (row.name, arguments)
            self.operations.append((slot, row, arguments))
        return slot

    def seal(self, slot: str) -> None:
        """Nothing is folded with what is inside this slot: it has a name, and is to be seen as such."""
        self._inside.pop(slot, None)

    def cut(self) -> list[tuple[str, Operation, tuple[Ref, ...]]]:
        """The operations so far. They are forgotten, and nothing that follows shares or looks into them."""
        operations, self.operations = self.operations, []
        self._inside.clear()
        self._known.clear()
        return operations

    def number(self, row: Operation, arguments: tuple[Ref, ...]) -> Number | None:
        """The value of an operation on numbers, if it is to be folded."""
        for argument in arguments:
            if type(argument) is str:
                return None
        if not row.is_elementwise:
            return None
        lifted = [exact.lift(a) for a in arguments]
        try:
            whole = row.value(*lifted)
            value = exact.settle(whole)
        except (Undefined, ArithmeticError, ValueError):
            return None
        if isinstance(value, float):  # of exact numbers: either it has more than 60 digits, or no rational value
            irrational = all(isinstance(a, Fraction) for a in lifted) and not exact.was_rounded(whole, row.name, lifted)
            return None if self.exact and irrational else value
        return value.numerator if value.denominator == 1 else value

    def inside(self, ref: Ref) -> tuple[str, tuple[Ref, ...]]:
        return self._inside.get(ref, _NOTHING) if type(ref) is str else _NOTHING


_NOTHING: tuple[str, tuple] = ("", ())


def _settled(value: Number) -> Number:
    value = exact.settle(value)
    return value.numerator if isinstance(value, Fraction) and value.denominator == 1 else value


def _scaled(tape: Tape, x: Ref) -> tuple[Number, str | None]:
    """x as number · slot; a number has no slot."""
    if type(x) is not str:
        return x, None
    name, arguments = tape.inside(x)
    if name == "mul" and type(arguments[0]) is not str:
        return arguments[0], arguments[1]
    if name == "neg":
        return -1, arguments[0]
    if name == "div" and type(arguments[1]) is not str and arguments[1] != 0 and type(arguments[0]) is str:
        return _settled(Fraction(1) / arguments[1]), arguments[0]
    return 1, x


def _times(tape: Tape, number: Number, slot: str) -> Ref:
    """number · slot, as a person writes it: x, -x, 3x, x/2, 2/3·x."""
    if number == 1:
        return slot
    if number == 0 and not tape.arrays:
        return 0
    if number == -1:
        name, arguments = tape.inside(slot)
        return tape.share(SUB, arguments[::-1]) if name == "sub" else tape.share(NEG, (slot,))
    if isinstance(number, Fraction) and number.numerator == 1:
        return tape.share(DIV, (slot, number.denominator))
    return tape.share(MUL, (number, slot))


def _mul(tape: Tape, a: Ref, b: Ref) -> Ref:
    (m, x), (n, y) = _scaled(tape, a), _scaled(tape, b)
    try:
        number = _settled(m * n)
    except Undefined:
        return tape.share(MUL, (a, b))
    if x is None or y is None:
        return _times(tape, number, x or y)
    if number == 0 and not tape.arrays:
        return 0
    for over, other in ((x, y), (y, x)):
        name, arguments = tape.inside(over)
        if name == "div" and arguments[0] == 1:
            return _times(tape, number, tape.share(DIV, (other, arguments[1])))
    return _times(tape, number, tape.share(MUL, (x, y)))


def _sum(tape: Tape, a: Ref, b: Ref, sign: int) -> Ref:
    """a + b, or a - b where the sign is -1."""
    (m, x), (n, y) = _scaled(tape, a), _scaled(tape, b)
    try:
        n = _settled(sign * n)
        together = _settled(m + n)
    except Undefined:
        return tape.share(ADD if sign == 1 else SUB, (a, b))
    if x is not None and x == y:
        return _times(tape, together, x)
    if x is None:
        return _plus(tape, n, y, m)
    if y is None:
        return _plus(tape, m, x, n)
    if n < 0:
        return tape.share(SUB, (a, _times(tape, -n, y)))
    if m < 0:
        return tape.share(SUB, (_times(tape, n, y), _times(tape, -m, x)))
    return tape.share(ADD, (a, _times(tape, n, y)))


def _plus(tape: Tape, scale: Number, slot: str, number: Number) -> Ref:
    """scale · slot + number, with the number last unless that would begin with a sign: 60x + 84, 372 - 180x."""
    name, arguments = tape.inside(slot)
    if scale == 1 and name in ("add", "sub"):
        left, right = arguments
        if type(right) is not str:
            number = _settled(number + (right if name == "add" else -right))
            scale, slot = _scaled(tape, left)
        elif type(left) is not str:
            return _sum(tape, _settled(number + left), right, 1 if name == "add" else -1)
    if number == 0:
        return _times(tape, scale, slot)
    if scale < 0 < number:
        return tape.share(SUB, (number, _times(tape, -scale, slot)))
    whole = _times(tape, scale, slot)
    return tape.share(SUB, (whole, -number)) if number < 0 else tape.share(ADD, (whole, number))


def _neg(tape: Tape, a: Ref) -> Ref:
    number, slot = _scaled(tape, a)
    return _times(tape, -number, slot) if slot else -number


def _div(tape: Tape, a: Ref, b: Ref) -> Ref | None:
    (m, x), (n, y) = _scaled(tape, a), _scaled(tape, b)
    try:
        if y is None and b != 0:
            return _times(tape, _settled(m / (b if isinstance(b, float) else Fraction(b))), x)
    except Undefined:
        return None
    if x is None:
        return 0 if m == 0 and not tape.arrays else None
    if n == -1:
        return _times(tape, -m, tape.make(DIV, (x, y)))
    return None if m == 1 else _times(tape, m, tape.make(DIV, (x, b)))


def _pow(tape: Tape, a: Ref, b: Ref) -> Ref | None:
    if b == 1:
        return a
    return 1 if not tape.arrays and (b == 0 or a == 1) else None


def _where(tape: Tape, condition: Ref, a: Ref, b: Ref) -> Ref | None:
    if type(condition) is str:
        return a if a == b and not tape.arrays else None
    return a if condition else b


_SIMPLER: dict[str, Callable[..., Ref | None]] = {
    "add": lambda tape, a, b: _sum(tape, a, b, 1),
    "sub": lambda tape, a, b: _sum(tape, a, b, -1),
    "mul": _mul, "div": _div, "neg": _neg, "pow": _pow, "where": _where,
    "same": lambda tape, a: a,
    "fit": lambda tape, g, like: g if g == like else None,
}  # fmt: skip


def has_arrays(node: Node) -> bool:
    """Whether this node says that its graph is about arrays: a structured operation, or an array as a constant."""
    if node.operation is None:
        return False
    return not node.operation.is_elementwise or any(hasattr(a, "shape") for a in node.arguments)


class Writer:
    """Nodes put on a tape: `written` ones as they stand, all others folded. Those in `keep` stay whole under their names.

    `slots` says where every node went, and `names` which slots have a name.
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

    Nodes in `keep` keep their names (or get those they are mapped to), and nothing is folded across them; one that turns out to be a number, or equal
    to another that is kept, is gone. Nodes in `written` are rebuilt as they stand. All other names are dropped.
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
