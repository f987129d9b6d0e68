"""A gradient flow: a value on each node, a local partial on each edge.

A flow is a graph at a point (numbers) or a graph in symbols (formulas). It owns a labelled graph without
cycles and needs nothing else: every derivative is a sum over paths of products of local partials, and the two
sweeps are the two orders in which that sum is carried out without listing the paths.

Source of the mathematics: Griewank and Walther, Evaluating Derivatives, 2nd ed. (2008), ch. 3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from ..errors import InputError, NotScalar, Undefined, UnknownName
from ..notation.plain import Equation, Formula, Name
from .display import Shown
from .edge import Edge, present
from .linear import Factor, LinearMap, Missing
from .steps import Steps, backward, forward
from .sweeps import added, cotangents, jacobian, tangents
from .worlds import exact, is_array

if TYPE_CHECKING:
    from .graph import Graph
    from .paths import Paths
    from .paths.elimination import Orders


@dataclass(frozen=True, eq=False, repr=False)
class GradientFlow(Shown):
    """Vertices in topological order, their values, and the edges between them.

    `inputs` maps the name of each input to its value. `graph` is the graph that the flow came from. `notes` are
    sentences that a reader should know, such as that a number became too long to stay exact. `remarks` are what else
    is said of single nodes, under headings of their own: such as the name that PyTorch has for an operation.
    """

    from_graph: ClassVar[bool] = True
    """Whether its values and partials follow from `graph` at `inputs`."""

    graph: Graph
    names: tuple[str, ...]
    edges: tuple[Edge, ...]
    equations: Mapping[str, Formula]
    known: Mapping[str, Any] = field(default_factory=dict)
    symbolic: bool = False
    notes: tuple[str, ...] = ()
    remarks: Mapping[str, Mapping[str, Formula]] = field(default_factory=dict)
    multiplications: int = 0
    """How many multiplications it took to eliminate the nodes that are gone."""

    @cached_property
    def down(self) -> dict[str, list[Edge]]:
        """The edges from each node to the nodes that it uses."""
        return self._edges_by(lambda edge: edge.child)

    @cached_property
    def up(self) -> dict[str, list[Edge]]:
        """The edges from each node to the nodes that use it."""
        return self._edges_by(lambda edge: edge.parent)

    def _edges_by(self, end: Callable[[Edge], str]) -> dict[str, list[Edge]]:
        found: dict[str, list[Edge]] = {name: [] for name in self.names}
        for edge in self.edges:
            found[end(edge)].append(edge)
        return found

    @property
    def values(self) -> dict[str, Any]:
        """The value of every node, by name; whole numbers as ints, other exact ones as Fractions, unknown ones None."""
        return {name: exact.public(self.known[name]) for name in self.names}

    @property
    def inputs(self) -> dict[str, Any]:
        """The values of the inputs, by name."""
        return {name: exact.public(self.known[name]) for name in self.graph.inputs}

    @property
    def outputs(self) -> tuple[str, ...]:
        return self.graph.outputs

    @property
    def conventions(self) -> tuple[str, ...]:
        """Sentences that name the edges on which a kink's convention stands in for a derivative."""
        return tuple(f"∂{e.child}/∂{e.parent}: {e.convention}" for e in self.edges if e.convention)

    @property
    def changes(self) -> tuple[str, ...]:
        """What was done to the flow and changes its derivatives: `the edge b → d is cut`, `c is held fixed`."""
        return tuple(note for note in self.notes if note.endswith((" is cut", " is held fixed")))

    def partial(self, child: str, parent: str) -> Any:
        """The explicit partial ∂child/∂parent: the edge itself, 0 where there is no edge.

        Between arrays it is a matrix, as `total` is. Raises `UnknownName`, or `NoDerivative` where it does not
        exist at this point.
        """
        self._check(child, parent)
        maps = [edge.map for edge in self.down[child] if edge.parent == parent]
        if not maps and (is_array(self.known[child]) or is_array(self.known[parent])):
            import numpy as np

            return np.zeros([np.size(self.known[name]) for name in (child, parent)])
        return present(added(maps) if maps else Factor(0), f"∂{child}/∂{parent}")

    def total(self, of: str, wrt: str) -> Any:
        """The total derivative d of / d wrt: the sum over all paths of the products of their partials.

        Between arrays it is the Jacobian, of shape (size of `of`, size of `wrt`), entries counted in C order.
        Raises `UnknownName`, or `NoDerivative` where a partial that it needs does not exist.

        >>> from gradflow_nb import graph
        >>> flow = graph("c = a + b; d = b + 1; e = c d").at(a=2, b=1)
        >>> flow.total("e", "b"), flow.partial("e", "b")
        (5, 0)
        """
        self._check(of, wrt)
        if is_array(self.known[of]) or is_array(self.known[wrt]):
            return jacobian(self, of, wrt)
        return self.tidy(present(cotangents(self, of, wrt).get(wrt, 0), f"d{of}/d{wrt}"))

    def gradient(self, of: str) -> dict[str, Any]:
        """d of / d input, for every input, each in the input's own shape. Raises `NotScalar` as `adjoints` does."""
        adjoints = self.adjoints(of)
        return {name: adjoints[name] for name in self.graph.inputs}

    def adjoints(self, of: str) -> dict[str, Any]:
        """d of / d node, for every node: one reverse sweep. A node that `of` does not depend on has 0.

        Each has the shape of its node. Raises `NotScalar` where `of` is an array.
        """
        return {name: present(value, f"d{of}/d{name}") for name, value in self.adjoint_or_missing(of).items()}

    def adjoint_or_missing(self, of: str) -> dict[str, Any]:
        """As `adjoints`, but a derivative that does not exist is a `Missing` and not an error: for drawing."""
        self.scalar(of, "The gradient")
        return self._filled(cotangents(self, of))

    def vjp(self, of: str, cotangent: Any) -> dict[str, Any]:
        """The cotangent of every node, given that of `of`: one reverse sweep, and no Jacobian on the way.

        `cotangent` has the shape of `of`. Raises `InputError` where it does not fit.

        >>> from gradflow_nb import graph
        >>> flow = graph("z = x y").at(x=[2, 3], y=[1, 4])
        >>> flow.vjp("z", [1, 10])["x"]
        array([ 1., 40.])
        """
        found = self._filled(cotangents(self, of, seed=self._fitting(of, cotangent, "cotangent")))
        return {name: present(value, f"the cotangent of {name}") for name, value in found.items()}

    def jvp(self, wrt: str, tangent: Any) -> dict[str, Any]:
        """The tangent of every node, given that of `wrt`: one forward sweep. `tangent` has the shape of `wrt`."""
        found = self._filled(tangents(self, wrt, self._fitting(wrt, tangent, "tangent")))
        return {name: present(value, f"the tangent of {name}") for name, value in found.items()}

    def in_symbols(self) -> GradientFlow:
        """The same flow in symbols: the same nodes, and edges in the same order."""
        return self if self.symbolic else self.graph.flow()

    def paths(self, of: str, wrt: str) -> Paths:
        """The routes from `wrt` to `of`: counted without listing, listed lazily, summed."""
        from .paths import Paths

        self._check(of, wrt)
        return Paths(self, of, wrt)

    def hold(self, *names: str | Iterable[str]) -> GradientFlow:
        """The same flow with these nodes held fixed: the edges into them are cut, their values stay.

        >>> from gradflow_nb import graph
        >>> flow = graph("c = 2b + 3; d = 5b + 6; e = 7c + d^2").at(b=2)
        >>> flow.total("e", "b"), flow.hold("c").total("e", "b")
        (174, 160)
        """
        from .paths.elimination import hold

        return hold(self, *names)

    def cut(self, child: str, parent: str) -> GradientFlow:
        """The same flow without the edges from `parent` to `child`: paths over them no longer count.

        >>> from gradflow_nb import graph
        >>> flow = graph("c = a + b; d = b + 1; e = c d").at(a=2, b=1)
        >>> flow.total("e", "b"), flow.cut("d", "b").total("e", "b")
        (5, 2)
        """
        from .paths.elimination import cut

        return cut(self, child, parent)

    def eliminate(self, names: str | Iterable[str]) -> GradientFlow:
        """A flow without these nodes, eliminated in this order: every total between those that remain is the same.

        `multiplications` grows by what it took: edges in times edges out for each node; a product of Jacobians, m×k by
        k×n, counts m·k·n.

        >>> from gradflow_nb import graph
        >>> flow = graph("c = 2b + 3; d = 5b + 6; e = 7c + d^2").at(b=2).eliminate(["c", "d"])
        >>> flow.edges, flow.multiplications
        ((Edge(child='e', parent='b', partial=174),), 2)
        """
        from .paths.elimination import eliminate

        return eliminate(self, names)

    def orders(self) -> Orders:
        """The orders of elimination compared by their multiplications: forward, reverse, and the best."""
        from .paths.elimination import orders

        return orders(self)

    def backward(self, of: str) -> Steps:
        """The reverse sweep from `of`, step by step: each node that it reaches, after all that use it.

        >>> from gradflow_nb import graph
        >>> print(graph("c = 2b; d = 5b; e = c + d").at(b=1).backward("e")[-1])
        de/db = 1·2 + 1·5 = 7, from c and d
        """
        self.scalar(of, "The reverse sweep, step by step,")
        return backward(self, of, cotangents(self, of))

    def forward(self, wrt: str) -> Steps:
        """The forward sweep from `wrt`, step by step: each node that it reaches, after all that it uses."""
        self.scalar(wrt, "The forward sweep, step by step,")
        return forward(self, wrt, tangents(self, wrt))

    def equation(self, name: str) -> Formula:
        """`e = 7c + d^2` for a node that has an equation, `a` for an input."""
        self._check(name)
        return Equation((Name(name), self.equations[name])) if name in self.equations else Name(name)

    def _check(self, *names: str) -> None:
        for name in names:
            if name not in self.known:
                raise UnknownName(name, self.names)

    def scalar(self, name: str, what: str) -> None:
        """Raises `NotScalar` where the node's value is an array."""
        self._check(name)
        if is_array(self.known[name]):
            raise NotScalar(
                f"{what} is of a single number, and {name} is an array of shape {self.known[name].shape}. Ask for its "
                f"jacobian, total({name!r}, ...), or for vjp({name!r}, cotangent), one weight for each entry."
            )

    def _fitting(self, name: str, given: Any, what: str) -> Any:
        """A tangent or cotangent in the shape of its node."""
        from .evaluate import entered

        self._check(name)
        try:
            vector = entered(given)
        except (ValueError, Undefined) as reason:
            raise InputError(f"The {what} of {name} cannot take this value: {reason}.") from None
        got, wanted = (getattr(value, "shape", ()) for value in (vector, self.known[name]))
        if got != wanted:
            raise InputError(f"The {what} of {name} has the shape of {name}, {wanted}, and this has the shape {got}.")
        return vector

    def _filled(self, found: Mapping[str, Any]) -> dict[str, Any]:
        """What a sweep found, and zeros for the nodes that it did not reach."""

        def zero(name: str) -> Any:
            if not is_array(self.known[name]):
                return 0
            import numpy as np

            return np.zeros(self.known[name].shape)

        return {name: self.tidy(found[name]) if name in found else zero(name) for name in self.names}

    def tidy(self, value: Any) -> Any:
        """A formula in its simplest form, a whole Fraction as an int."""
        if not self.symbolic or isinstance(value, (int, Missing)) or is_array(value):
            return exact.public(value)
        from .formula import simplest

        return simplest(value)

    def tidy_map(self, partial: LinearMap) -> Any:
        return self.tidy(partial.value) if isinstance(partial, Factor) else partial
