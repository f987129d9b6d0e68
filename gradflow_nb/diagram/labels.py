"""What is written on each node and each edge of a picture; the drawing and its twin in words both read this."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Literal

from ..core.flow import Edge, GradientFlow
from ..core.linear import Factor, LinearMap, Missing
from ..core.written import map_formula, value_formula
from ..errors import GradflowError
from ..notation.plain import Call, Derivative, Equation, Formula, Name, Number, Words

Direction = Literal["computation", "gradient"]
MORE = Name("…")


@dataclass(frozen=True, slots=True)
class NodeLabel:
    """A node: how it is written, its value and its adjoint where they are shown, and what it is."""

    name: str
    kind: Literal["input", "operation", "output"]
    written: Formula
    value: Formula | None
    adjoint: Formula | None

    @property
    def spoken(self) -> str:
        """The label as a sentence for those who hear it."""
        parts = [f"{self.kind if self.kind != 'operation' else 'node'} {self.written}"]
        parts += [f"value {self.value}"] if self.value else []
        parts += [str(self.adjoint)] if self.adjoint else []
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class EdgeLabel:
    """An edge: `∂e/∂d = 2d = 32`; `convention` where a kink's convention stands in for a derivative."""

    child: str
    parent: str
    written: Formula
    exists: bool
    convention: str | None
    brief: Formula = MORE
    """What stands for the partial where there is no room for it: of a Jacobian, its shape and structure."""

    @property
    def spoken(self) -> str:
        """The label as a sentence for those who hear it."""
        says = f", {self.convention}" if self.convention else "" if self.exists else ", which does not exist here"
        return f"edge from {self.parent} to {self.child}: {self.written}{says}"


def labels(flow: GradientFlow, direction: Direction, of: str | None) -> tuple[list[NodeLabel], list[EdgeLabel]]:
    """The labels of all nodes, in topological order, and of all edges, in the flow's order."""
    of = target(flow, of) if direction == "gradient" else None
    adjoints = {} if of is None else flow.adjoint_or_missing(of)
    formulas = flow.in_symbols().edges
    times = Counter((edge.child, edge.parent) for edge in flow.edges)
    return (
        [_node(flow, name, adjoints, of) for name in flow.names],
        [_edge(flow, e, symbolic, times[e.child, e.parent] > 1) for e, symbolic in zip(flow.edges, formulas)],
    )


def target(flow: GradientFlow, of: str | None) -> str:
    """The node that the gradient is of: the one that was named, or the only output."""
    if of is not None:
        flow.partial(of, of)  # raises UnknownName
        return of
    if len(flow.outputs) != 1:
        raise GradflowError(
            f"This graph has {len(flow.outputs)} outputs ({', '.join(flow.outputs)}): say which one, "
            f'as in of="{flow.outputs[0]}".'
        )
    return flow.outputs[0]


def _node(flow: GradientFlow, name: str, adjoints: dict, of: str | None) -> NodeLabel:
    kind = "input" if name in flow.graph.inputs else "output" if name in flow.outputs else "operation"
    written = flow.equation(name) if name in flow.graph else flow.equations[name]
    value = None if flow.symbolic else value_formula(flow.values[name])
    adjoint = None
    if of is not None:
        found = adjoints[name]
        right = Words(found.says) if isinstance(found, Missing) else value_formula(found)
        adjoint = Equation((Derivative(of, name, "d"), right)) if name in flow.graph else right
    return NodeLabel(name, kind, written, value, adjoint)


def _in_symbols(symbolic: Edge, edge: Edge) -> Formula | None:
    """The partial's formula; of a diagonal Jacobian, what stands on the diagonal; of other Jacobians, nothing."""
    formula = map_formula(symbolic.map)
    if isinstance(edge.map, (Factor, Missing)):
        return formula
    return Call("diag", (formula,)) if edge.map.structure == "diagonal" and not isinstance(formula, Number) else None


def _edge(flow: GradientFlow, edge: Edge, symbolic: Edge, parallel: bool) -> EdgeLabel:
    """One of several parallel edges is not the whole ∂child/∂parent, so it carries its factor alone."""
    sides: list[Formula | None] = []
    if edge.child in flow.graph and edge.parent in flow.graph and not parallel:
        sides.append(Derivative(edge.child, edge.parent))
    sides += [_in_symbols(symbolic, edge)] if symbolic.exists else []
    sides += [map_formula(edge.map)] if edge.exists else []
    sides = [side for side in sides if side is not None]
    unique = list(dict.fromkeys(sides)) if edge.exists else [*sides, Name("—")]
    return EdgeLabel(
        edge.child,
        edge.parent,
        unique[0] if len(unique) == 1 else Equation(tuple(unique)),
        edge.exists,
        edge.convention,
        MORE if isinstance(edge.map, (Factor, Missing)) else Words(_described(edge.map)),
    )


def _described(jacobian: LinearMap) -> str:
    """`3×3 diagonal`."""
    structure = "" if jacobian.structure == "dense" else f" {jacobian.structure}"
    return "×".join(map(str, jacobian.shape)) + structure
