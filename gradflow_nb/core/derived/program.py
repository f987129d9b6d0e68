"""A graph compiled once to straight-line Python: values, local partials and adjoints, at any number of points."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from ...errors import InputError, Undefined, UnknownName
from ..worlds import exact
from .entering import MISSING, entered, is_array, missing_error, real, surplus_error
from .plan import Plan
from .portable import portable
from .runs import ArrayRun, BatchRun, FlowRun, Numbered, Run, Views, places
from .source import Source, chunk, compiled, function
from .tape import Statement

if TYPE_CHECKING:
    from ..graph import Graph

FAILED = (ArithmeticError, ValueError, TypeError, IndexError)
"""What compiled code raises where an input is unusable or a number does not exist."""


class Program:
    """A graph compiled once; call it at a point, or at arrays of points, as often as you like.

    `of` is the node whose adjoints are computed, the output where there is only one. `wrt` restricts the gradient
    to some inputs, which saves the work for the others.

    A call takes a number for each input, by name or in the order of `inputs`, and gives a run with `.values`,
    `.partials`, `.adjoints` and `.gradient`, in floats. Arrays of points give arrays of that shape, nan at points
    without a value. In a graph with array operations the inputs are those arrays: `.gradient` has each input's own
    shape, and there are no `.partials`. Raises `InputError`, `DomainError` and `NoDerivative` as `Graph.at` does.

    >>> from gradflow_nb import graph
    >>> program = Program(graph("c = a + b; d = b + 1; e = c d"), of="e")
    >>> run = program(a=2, b=1)
    >>> run.values["e"], run.gradient, run.partials["e", "d"]
    (6.0, {'a': 2.0, 'b': 5.0}, 3.0)
    >>> print(program.source)
    def run(x0, x1):
        x2 = x0 + x1
        x3 = x1 + 1.0
        x4 = x2 * x3
        x5 = x2 + x3
        return x0, x1, x2, x3, x4, x5
    """

    def __init__(self, graph: Graph, of: str | None = None, wrt: Iterable[str] | str | None = None) -> None:
        self.graph = graph
        self.inputs, self.names = graph.inputs, graph.names
        self.of = of if of is not None or len(graph.outputs) != 1 else graph.outputs[0]
        self.wrt = graph.inputs if wrt is None else (wrt,) if isinstance(wrt, str) else tuple(wrt)
        for name in (self.of, *self.wrt):
            if name is not None:
                graph[name]
        if unknown := [name for name in self.wrt if name not in self.inputs]:
            raise UnknownName(unknown[0], self.inputs, "input")
        plan = self._plan()
        self.has_arrays = plan.arrays
        self._words = Source()
        self._spaces: dict[bool, dict[str, Any]] = {}
        self._constants = plan.constants
        chunks = plan.chunks()
        first = next(chunks)
        second = next(chunks, None)
        if second is None:
            self._compile_whole(plan, first)
        else:
            self._compile_chunks(plan, [first, second], chunks)
        self.run_type = type("Run", (Run,), {"program": self, "__slots__": ()})
        if second is None and not self.has_arrays:
            self._compile_call()

    def __call__(self, *positional: Any, **named: Any) -> Views:
        """The numbers at this point, or at these points."""
        return self._careful(positional, named)

    def __repr__(self) -> str:
        """`<Program of g: 19 operations, inputs a, o>`."""
        of = "" if self.of is None else f" of {self.of}"
        listed = ", ".join(self.inputs[:8]) + (", …" if len(self.inputs) > 8 else "")
        what = f"inputs {listed}" if len(self.inputs) > 1 else f"input {listed}" if listed else "no inputs"
        return f"<Program{of}: {self._count:,} operation{'s' * (self._count != 1)}, {what}>"

    @property
    def source(self) -> str:
        """The Python that runs, a statement an operation; a long program is several functions over one list."""
        if self._text:
            return self._text
        plan, words = self._plan(), Source()
        return "\n\n".join(chunk(words, statements, plan.constants) for statements in plan.chunks() if statements)

    def json(self, arrays: bool | None = None) -> dict[str, Any]:
        """The program for another machine; the format is described in `portable`.

        `arrays`: whether its edges are maps between arrays, also where no operation says so but the inputs will be.
        """
        return portable(self.graph, self.has_arrays if arrays is None else arrays)

    # Compiling --------------------------------------------------------------------------------------------------------

    def _plan(self) -> Plan:
        return Plan(self.graph, self.of, None if self.wrt == self.inputs else self.wrt)

    def _compile_whole(self, plan: Plan, statements: list[Statement]) -> None:
        """One function of the inputs, that gives a flat tuple."""
        refs = [*plan.values.values(), *plan.edges.values(), *plan.adjoints.values(), *plan.witnesses]
        inputs = [plan.values[name] for name in self.inputs]
        kept = list(dict.fromkeys([*inputs, *(ref for ref in refs if type(ref) is str)]))
        self._body = [(slot, row, arguments) for slot, row, arguments in _needed(statements, kept)]
        self._kept = kept
        self._count = len(self._body)
        self.places = places(plan, {slot: at for at, slot in enumerate(kept)})
        lines = self._words.body(self._body, "    ")
        self._text = f"def run({', '.join(inputs)}):\n{lines}    return {', '.join(kept)}{',' * (len(kept) == 1)}"
        self._codes = [compiled(self._text)]

    def _compile_chunks(self, plan: Plan, waiting: list[list[Statement]], chunks: Iterator[list[Statement]]) -> None:
        """Many functions over one list of slots, each compiled as soon as it is written."""
        self._text = ""
        self._codes = []
        self._size = self._count = 0

        def add(statements: list[Statement]) -> None:
            if statements:
                self._count += len(statements)
                self._codes.append(compiled(chunk(self._words, statements, plan.constants)))
                self._size = max(self._size, int(statements[-1][0][1:]) + 1)

        while waiting:
            add(waiting.pop(0))
        for statements in chunks:
            add(statements)
        self.places = places(plan, Numbered())

    def _compile_call(self) -> None:
        """`__call__` with the inputs as real parameters: Python itself matches the keywords, at the speed of C.

        The source has slot names only. The names that people typed are put into the finished code as its parameter
        names, where they are data.
        """
        names = [f"x{i}" for i in range(len(self.inputs))]
        lines = [f"def call(self, /{''.join(f', {name}=missing' for name in names)}, *more, **surplus):", "    try:"]
        lines += [f"        {name} = {name} if type({name}) is float else real({name})" for name in names]
        lines += ["        if more or surplus:", "            raise failed"]
        body = self._words.body(self._body, "        ")
        given = "".join(f"{name}, " for name in names)
        kept = "".join(f"{slot}, " for slot in self._kept)
        text = "\n".join(lines) + f"\n{body}        return Run(({kept}))\n"
        text += f"    except problems:\n        return self._again(({given}), more, surplus)\n"
        code = compiled(text)
        varnames = ("self", *self.inputs, *code.co_varnames[1 + len(names) :])
        own = {"Run": self.run_type, "real": real, "missing": MISSING, "problems": FAILED, "failed": InputError}
        space = {**self._space(False), **own, "type": type, "float": float}
        defaults = (self.graph.defaults.get(name, MISSING) for name in self.inputs)
        call = function(
            code.replace(co_varnames=varnames), space,
            tuple(float(exact.exact(d)) if d is not MISSING else d for d in defaults),
        )  # fmt: skip
        self.__class__ = type("Program", (type(self),), {"__call__": call, "__doc__": self.__doc__})

    def _space(self, arrays: bool) -> dict[str, Any]:
        if arrays not in self._spaces:
            self._spaces[arrays] = {**self._words.namespace(arrays), **self._constants}
        return self._spaces[arrays]

    # Running, where the fast path does not do --------------------------------------------------------------------

    def _again(self, given: tuple, more: tuple, surplus: dict[str, Any]) -> Views:
        """What the compiled call does with whatever it could not use."""
        named = {name: value for name, value in zip(self.inputs, given) if value is not MISSING}
        if more:
            raise surplus_error(self.inputs, len(self.inputs) + len(more))
        return self._careful((), {**named, **surplus})

    def _careful(self, positional: tuple, named: dict[str, Any]) -> Views:
        if len(positional) > len(self.inputs):
            return self._again((), positional[len(self.inputs) :], {})
        point = {**self.graph.defaults, **dict(zip(self.inputs, positional)), **named}
        if set(point) != set(self.inputs):
            if set(point) < set(self.inputs):
                raise missing_error(self.inputs, point)
            self.graph.at({name: 0 if name in self.inputs else value for name, value in point.items()})
        if self.has_arrays:
            return self._on_arrays(point)
        if any(is_array(value) for value in point.values()):
            return self._on_batch(point)
        try:
            return self.run_type(self._results([float(exact.exact(point[name])) for name in self.inputs], False))
        except (*FAILED, Undefined):
            return FlowRun(self, point)

    def _results(self, inputs: list[Any], arrays: bool) -> tuple:
        space = self._space(arrays)
        if self._text:
            return function(self._codes[0], space)(*inputs)
        slots = [*inputs, *[None] * (self._size - len(inputs))]
        for code in self._codes:
            function(code, space)(slots)
        return tuple(slots)

    def _on_arrays(self, point: dict[str, Any]) -> Views:
        import numpy as np

        try:
            inputs = [entered(point[name]) for name in self.inputs]
            with np.errstate(all="ignore"):
                return ArrayRun(self, self._results(inputs, True), point)
        except FAILED:
            return FlowRun(self, point)

    def _on_batch(self, point: dict[str, Any]) -> Views:
        import numpy as np

        inputs = []
        for name in self.inputs:
            try:
                inputs.append(np.float64(1) * entered(point[name]))
            except (ValueError, Undefined) as reason:
                raise InputError(f"The input {name} cannot take these values: {reason}.") from None
        try:
            shape = np.broadcast_shapes(*map(np.shape, inputs))
        except ValueError:
            shapes = ", ".join(f"{name} {np.shape(value)}" for name, value in zip(self.inputs, inputs))
            raise InputError(f"These arrays of points do not fit together: {shapes}.") from None
        with np.errstate(all="ignore"):
            return BatchRun(self, self._results(inputs, True), shape)


def _needed(statements: list[Statement], kept: Iterable[str]) -> list[Statement]:
    """The statements on which something depends that is kept."""
    needed, found = set(kept), []
    for statement in reversed(statements):
        if statement[0] in needed:
            needed.update(a for a in statement[2] if type(a) is str)
            found.append(statement)
    return found[::-1]
