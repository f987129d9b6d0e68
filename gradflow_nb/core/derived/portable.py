"""A program as JSON, for a machine that has arithmetic and no calculus: the partials are operations too.

    {"version": 1,
     "inputs": ["a", "o"], "names": [...], "of": "g",
     "numbers": [5.0, 3.0, ...],
     "operations": [["mul", 3, 0], ["sub", 2, 4], ...],
     "values": [slot of each name, in order],
     "partials": [[child, parent, slot], ...]      child and parent as positions in "names"
     "adjoints": [slot or null of each name, in order]}

Slots are counted: first the inputs, then the numbers, then one for each operation, in order. An operation is the name
of its row and the slots of its arguments; the settings of a structured row, such as {"axis": 0}, come last.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..operations import Pick, Span
from .source import as_float
from .tape import Ref, Statement

if TYPE_CHECKING:
    from .plan import Plan
    from .program import Program

VERSION = 1


def portable(program: Program, plan: Plan, statements: Sequence[Statement]) -> dict[str, Any]:
    """The JSON-able form of a program, from what was planned; only operations that something depends on."""
    results = [*plan.values.values(), *plan.edges.values(), *plan.adjoints.values()]
    needed = {ref for ref in results if type(ref) is str}
    kept: list[Statement] = []
    for statement in reversed(statements):
        if statement[0] in needed:
            needed.update(a for a in statement[2] if type(a) is str)
            kept.append(statement)
    kept.reverse()
    numbers = dict.fromkeys(as_float(r) for r in (*results, *(a for s in kept for a in s[2])) if type(r) is not str)
    arrays = [slot for slot in plan.constants if slot in needed]
    places: dict[Any, int] = {plan.values[name]: i for i, name in enumerate(program.inputs)}
    places |= {number: len(places) + i for i, number in enumerate(numbers)}
    places |= {slot: len(places) + i for i, slot in enumerate([*arrays, *(slot for slot, _, _ in kept)])}

    def place(ref: Ref) -> int:
        return places[ref if type(ref) is str else as_float(ref)]

    def operation(statement: Statement) -> list[Any]:
        _, row, arguments = statement
        settings = {key: _plain(value) for key, value in row.settings}
        return [row.name, *map(place, arguments), *([settings] if settings else [])]

    at = {name: i for i, name in enumerate(program.names)}
    return {
        "version": VERSION,
        "inputs": list(program.inputs),
        "names": list(program.names),
        "of": program.of,
        "numbers": [*numbers, *(plan.constants[slot].tolist() for slot in arrays)],
        "operations": [operation(statement) for statement in kept],
        "values": [place(plan.values[name]) for name in program.names],
        "partials": [[at[child], at[parent], place(ref)] for (child, parent), ref in plan.edges.items()],
        "adjoints": [place(plan.adjoints[n]) if n in plan.adjoints else None for n in program.names],
    }


def _plain(value: Any) -> Any:
    """A setting in JSON: an index entry is an int, {"span": [1, 3, null]} or {"pick": [0, 2]}."""
    if isinstance(value, Span):
        return {"span": list(value)}
    if isinstance(value, Pick):
        return {"pick": list(value)}
    return [_plain(entry) for entry in value] if isinstance(value, (tuple, list)) else value
