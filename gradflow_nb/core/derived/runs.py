"""What a program gives: all the numbers of one run, and views of them by name that are made when they are asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from ...errors import GradflowError, GraphError, NoDerivative, NotScalar
from ..edge import present
from .source import as_float
from .tape import Ref

if TYPE_CHECKING:
    from ..flow import GradientFlow
    from .plan import Plan
    from .program import Program

Places = Mapping[Any, "int | float"]
"""Where each number stands: a position in the run (an int), or the number itself (a float)."""


class AllPlaces(NamedTuple):
    """Where a run keeps what."""

    values: Places
    partials: Places
    adjoints: Places
    witnesses: tuple[int | float, ...]


class Numbered(dict):
    """Slot x7 is number 7 in the list of a long program."""

    def __missing__(self, slot: str) -> int:
        return int(slot[1:])


def places(plan: Plan, position: dict[str, int]) -> AllPlaces:
    """The places of what was planned, given the positions of the slots."""

    def at(ref: Ref) -> int | float:
        return position[ref] if type(ref) is str else as_float(ref)

    def all_at(refs: dict[Any, Ref]) -> Places:
        return {key: at(ref) for key, ref in refs.items()}

    return AllPlaces(all_at(plan.values), all_at(plan.edges), all_at(plan.adjoints), tuple(map(at, plan.witnesses)))


_SHOWN = 8
"""So many names, or numbers of an array, stand in the text of a run."""


def _briefly(value: Any) -> str:
    """A number, the entries of a small array, or the shape of a large one."""
    if getattr(value, "size", 1) > _SHOWN:
        return f"array of {'×'.join(map(str, value.shape))}"
    return str(value.tolist() if getattr(value, "ndim", 0) else value)


class Views:
    """The four views that every run has. `_look` finds numbers by their places."""

    __slots__ = ()
    program: Program

    @property
    def values(self) -> dict[str, Any]:
        """The value of every node, by name. Raises `DomainError` where one is too large for a float."""
        return self._look(self.program.places.values)

    @property
    def partials(self) -> dict[tuple[str, str], Any]:
        """The local partial ∂child/∂parent of every edge, by `(child, parent)`, parallel edges merged."""
        if self.program.has_arrays:
            raise GraphError(
                "Local partials of arrays are Jacobians, and no part of a program. "
                "Write graph.at(...).partial(child, parent)."
            )
        return self._look(self.program.places.partials)

    @property
    def adjoints(self) -> dict[str, Any]:
        """d of / d node, by name; of a program with `wrt` only for nodes that depend on these inputs."""
        if self.program.of is None:
            several = ", ".join(self.program.graph.outputs)
            raise NoDerivative(f"Of which node? This graph has several outputs ({several}): write program(of=...).")
        return self._look(self.program.places.adjoints)

    @property
    def gradient(self) -> dict[str, Any]:
        """d of / d input, by name."""
        adjoints = self.adjoints
        return {name: adjoints[name] for name in self.program.wrt}

    def __repr__(self) -> str:
        try:
            shown = [f"{name}={_briefly(value)}" for name, value in self.values.items()]
        except GradflowError as error:
            return f"<Run without values: {error}>"
        return f"<Run: {', '.join(shown[:_SHOWN])}{', …' if len(shown) > _SHOWN else ''}>"

    def _look(self, places: Places) -> dict[Any, Any]:
        raise NotImplementedError


class Run(Views, tuple):
    """One point: a flat tuple of floats. Each program has a subclass of its own, whose `program` it is."""

    __slots__ = ()

    def _look(self, places: Places) -> dict[Any, float]:
        found = {key: self[place] if type(place) is int else place for key, place in places.items()}
        whole = all(value - value == 0 for value in self)  # nothing infinite, and all numbers
        if not whole or not all(value - value == 0 for value in found.values()):
            inputs = self.program.places.values
            return FlowRun(self.program, {name: self[inputs[name]] for name in self.program.inputs})._look(places)
        return found


class FlowRun(Views):
    """A point at which floats do not do: some derivative does not exist, or is too large. `Graph.at` says which."""

    __slots__ = ("flow", "program")

    def __init__(self, program: Program, point: Mapping[str, Any]) -> None:
        self.program = program
        self.flow: GradientFlow = program.graph.at(point)

    def _look(self, places: Places) -> dict[Any, Any]:
        program = self.program
        if places is program.places.values:
            found = {name: self.flow.values[name] for name in places}
        elif places is program.places.partials:
            found = {(child, parent): self.flow.partial(child, parent) for child, parent in places}
        else:
            adjoints = self.flow.adjoint_or_missing(program.of)
            found = {name: present(adjoints[name], f"d{program.of}/d{name}") for name in places}
        return found if program.has_arrays else {key: float(value) for key, value in found.items()}


class BatchRun(Views):
    """Many points at once: arrays in the shape of the inputs, nan where a point has no such number.

    The inputs themselves are shown as they were given, at every point.
    """

    __slots__ = ("bad", "data", "program", "shape")

    def __init__(self, program: Program, data: tuple, shape: tuple[int, ...]) -> None:
        import numpy as np

        self.program, self.data, self.shape = program, data, shape
        self.bad = np.zeros(shape, bool)
        for place in (*program.places.values.values(), *program.places.witnesses):
            self.bad |= ~np.isfinite(data[place] if type(place) is int else place)

    def _look(self, places: Places) -> dict[Any, Any]:
        import numpy as np

        given = self.program.inputs if places is self.program.places.values else ()
        found = {}
        for key, place in places.items():
            value = np.array(np.broadcast_to(self.data[place] if type(place) is int else place, self.shape), float)
            if key not in given:
                value[self.bad | ~np.isfinite(value)] = np.nan
            found[key] = value
        return found


class ArrayRun(Views):
    """Arrays on the nodes: a derivative has the shape of its node."""

    __slots__ = ("data", "point", "program")

    def __init__(self, program: Program, data: tuple, point: Mapping[str, Any]) -> None:
        self.program, self.data, self.point = program, data, point

    def _look(self, places: Places) -> dict[Any, Any]:
        import numpy as np

        values = self.program.places.values
        if places is not values and np.ndim(self._at(values[self.program.of])):
            of, shape = self.program.of, np.shape(self._at(values[self.program.of]))
            raise NotScalar(
                f"{of} is an array of shape {shape}, so it has no gradient. Compile a scalar made of it, "
                "or use graph.at(...).total for the Jacobian."
            )
        found = {}
        if not all(np.isfinite(self._at(place)).all() for place in self.program.places.witnesses):
            return FlowRun(self.program, self.point)._look(places)
        for name, place in places.items():
            value, shape = self._at(place), np.shape(self._at(values[name]))
            if not np.isfinite(value).all():
                return FlowRun(self.program, self.point)._look(places)
            if np.shape(value) != shape:
                value = np.array(np.broadcast_to(value, shape), float)
            found[name] = value if shape else float(value)
        return found

    def _at(self, place: int | float) -> Any:
        return self.data[place] if type(place) is int else place
