"""What is written on each node and each edge of a picture; the drawing and its twin in words both read this."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal

from ..core.flow import Edge, GradientFlow
from ..core.graph import Graph
from ..core.linear import Factor, Missing
from ..core.written import array_formula, described, map_formula, shape_text, value_formula
from ..errors import GradflowError
from ..notation.plain import (
    Call,
    Derivative,
    DerivativeName,
    Equation,
    Formula,
    Matrix,
    Name,
    Number,
    Product,
    Said,
    Sum,
    Vector,
    Words,
)  # fmt: skip
from ..notation.renaming import renamed

Direction = Literal["computation", "gradient"]
MORE = Name("…")
_ON_SHAPES = "formula depends on the shapes of arrays"
_UNWRITTEN = "cannot be written down"
"""What is said of a partial that is there, and only too long to write; others are not there."""


@dataclass(frozen=True, slots=True)
class NodeLabel:
    """A node: how it is written, its value and its adjoint where they are shown, and what it is.

    The shorter forms stand where there is no room for the whole, the first of them that fits. `spoken` is the label
    as a sentence for those who hear it: arrays by their shape. `remarks` are the flow's, by their headings, and are
    `heard` after it.
    """

    name: str
    kind: Literal["input", "operation", "output", "held"]
    written: Formula
    value: Formula | None
    adjoint: Formula | None
    spoken: str
    shorter_value: tuple[Formula, ...] = ()
    shorter_adjoint: tuple[Formula, ...] = ()
    remarks: Mapping[str, Formula] = field(default_factory=dict)

    @property
    def heard(self) -> str:
        return ", ".join([self.spoken, *map(_remark, self.remarks.values())])


@dataclass(frozen=True, slots=True)
class EdgeLabel:
    """An edge: `∂e/∂d = 2d = 32`; `convention` where a kink's convention stands in for a derivative.

    `note` says what else there is to say, such as why there is no derivative. `exists` is False where this point has
    none, and `cut` is true of an edge that was cut.
    """

    child: str
    parent: str
    written: Formula
    spoken: str
    exists: bool = True
    convention: str | None = None
    note: str = ""
    shorter: tuple[Formula, ...] = ()
    cut: bool = False

    @property
    def subject(self) -> str:
        """`∂e/∂d`, if the label starts with it: what a note is about."""
        first = self.written.subject if isinstance(self.written, Said) else self.written
        first = first.sides[0] if isinstance(first, Equation) else first
        return str(first) if isinstance(first, Derivative) else ""


def labels(flow: GradientFlow, direction: Direction, of: str | None) -> tuple[list[NodeLabel], list[EdgeLabel]]:
    """The labels of all nodes, in topological order, and of all edges, in the flow's order."""
    of = target(flow, of) if direction == "gradient" else None
    adjoints = {} if of is None else flow.adjoint_or_missing(of)
    formulas = flow.in_symbols().edges
    times = Counter((edge.child, edge.parent) for edge in flow.edges)
    nodes = [_node(flow, name, adjoints, of) for name in flow.names]
    edges = [_edge(flow, e, symbolic, times[e.child, e.parent] > 1) for e, symbolic in zip(flow.edges, formulas)]
    names = derivative_names(flow.graph)
    return [_spelled(label, names) for label in nodes], [_spelled(label, names) for label in edges]


def cut_labels(flow: GradientFlow) -> list[EdgeLabel]:
    """The labels of the edges that were cut: no partial, for nothing passes there."""
    spoken = "edge from {} to {}: cut"
    return [
        EdgeLabel(edge.child, edge.parent, Words("cut"), spoken.format(edge.parent, edge.child), cut=True)
        for edge in getattr(flow, "cuts", ())
    ]


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


def derivative_names(graph: Graph) -> dict[str, DerivativeName]:
    """The names of a gradient graph that stand for derivatives, as they are drawn."""
    return {name: DerivativeName(name, of, wrt) for name, (of, wrt) in graph.derivatives.items()}


def _spelled(label: Any, names: Mapping[str, DerivativeName]) -> Any:
    """The label with the names of derivatives drawn as fractions."""
    if not names:
        return label
    parts = {each.name: getattr(label, each.name) for each in fields(label)}
    spelled = {name: renamed(part, names) for name, part in parts.items() if isinstance(part, Formula)}
    spelled |= {n: tuple(renamed(p, names) for p in part) for n, part in parts.items() if isinstance(part, tuple)}
    return replace(label, **spelled)


# Nodes --------------------------------------------------------------------------------------------------------------


def _node(flow: GradientFlow, name: str, adjoints: dict, of: str | None) -> NodeLabel:
    kind = "input" if name in flow.graph.inputs else "output" if name in flow.outputs else "operation"
    written = flow.equation(name) if name in flow.graph else flow.equations[name]
    if f"{name} is held fixed" in flow.notes:
        kind, written = "held", Name(name)
    value = None if flow.symbolic else flow.values[name]
    spoken = f"{'node' if kind == 'operation' else 'held node' if kind == 'held' else kind} {written}"
    if value is not None:
        spoken += f" ({shape_text(value.shape)})" if _is_array(value) else f", value {value_formula(value)}"
    adjoint, shorter = None, ()
    if of is not None:
        adjoint, heard, shorter = _adjoint(flow, name, adjoints, of)
        spoken += f", {heard}"
    return NodeLabel(
        name,
        kind,
        written,
        None if value is None else value_formula(value),
        adjoint,
        spoken,
        _shorter_arrays(value),
        shorter,
        flow.remarks.get(name, {}),
    )


def _remark(remark: Formula) -> str:
    """A remark as it is heard: of an array that it is one."""
    arrays = isinstance(remark, Equation) and isinstance(remark.sides[-1], (Vector, Matrix))
    return f"{remark.sides[0]} is an array" if arrays else f"{remark}"


def _adjoint(
    flow: GradientFlow, name: str, adjoints: Mapping[str, Any], of: str
) -> tuple[Formula, str, tuple[Formula, ...]]:
    """The derivative of `of` by a node: as it is written, as it is heard, and in shorter forms."""
    found, left = adjoints[name], Derivative(of, name, "d")
    named = name in flow.graph
    if isinstance(found, Missing):
        if found.says.startswith("has no formula"):
            return left if named else MORE, f"{left if named else 'derivative'}, whose {_ON_SHAPES}", ()
        said = Said(left, found.says) if named else Words(found.says)
        return said, str(said), ()
    shorter = [*_shorter_arrays(found), *_by_children(flow, name, adjoints, of)]
    right = value_formula(found)
    whole = Equation((left, right)) if named else right
    heard = f"{left if named else 'derivative'} ({shape_text(found.shape)})" if _is_array(found) else str(whole)
    return whole, heard, tuple(Equation((left, form)) if named else form for form in shorter)


def _by_children(flow: GradientFlow, name: str, adjoints: Mapping[str, Any], of: str) -> list[Formula]:
    """A derivative in symbols by those of the nodes above: `dL/dx·D_xw + dL/dy·D_yw`."""
    edges = [edge for edge in flow.up[name] if flow.symbolic and adjoints[edge.child] != 0]
    if not edges or not all(edge.exists and edge.child in flow.graph for edge in edges):
        return []
    terms = []
    for edge in edges:
        outer = [Derivative(of, edge.child, "d")] if edge.child != of else []
        inner = [map_formula(edge.map)] if edge.map != Factor(1) or not outer else []
        terms.append((outer or inner)[0] if len(outer + inner) == 1 else Product((*outer, *inner)))
    return [terms[0] if len(terms) == 1 else Sum(tuple(terms))]


def _is_array(value: Any) -> bool:
    return bool(getattr(value, "shape", ()))


def _shorter_arrays(value: Any) -> tuple[Formula, ...]:
    """An array by its first entries and its shape, and by its shape."""
    return (array_formula(value, limit=0), Words(f"{shape_text(value.shape)}")) if _is_array(value) else ()


# Edges --------------------------------------------------------------------------------------------------------------


def _edge(flow: GradientFlow, edge: Edge, symbolic: Edge, parallel: bool) -> EdgeLabel:
    """One of several parallel edges is not the whole ∂child/∂parent, so it carries its factor alone."""
    named = edge.child in flow.graph and edge.parent in flow.graph and not parallel
    partial = [Derivative(edge.child, edge.parent)] if named else []
    formula = _in_symbols(symbolic, edge) if symbolic.exists else None
    if isinstance(edge.map, Missing):
        return _missing(edge, edge.map, partial, [formula] if formula is not None else [])
    outcome = map_formula(edge.map)
    sides: list[Formula] = list(dict.fromkeys([*partial, *([formula] if formula is not None else []), outcome]))
    written = sides[0] if len(sides) == 1 else Equation(tuple(sides))
    scalar = isinstance(edge.map, Factor)
    brief = MORE if scalar else described(edge.map)
    spoken = f"edge from {edge.parent} to {edge.child}: "
    if scalar or edge.map.structure in ("identity", "scaled identity"):
        spoken += str(written)
    else:
        spoken += ", ".join(map(str, [*partial, brief]))
    shorter = [
        outcome,
        *([Equation((partial[0], brief))] if partial else []),
        partial[0] if partial and scalar else brief,
    ]
    return EdgeLabel(
        edge.child,
        edge.parent,
        written,
        spoken + (f", {edge.convention}" if edge.convention else ""),
        convention=edge.convention,
        shorter=tuple(shorter),
    )


def _missing(edge: Edge, missing: Missing, partial: list[Formula], formula: list[Formula]) -> EdgeLabel:
    """The label of a partial that does not exist here, or that cannot be written."""
    spoken = f"edge from {edge.parent} to {edge.child}: "
    if missing.says.startswith("has no formula"):
        heard = f"{partial[0] if partial else 'partial'}, whose {_ON_SHAPES}"
        written = partial[0] if partial else MORE
        return EdgeLabel(edge.child, edge.parent, written, spoken + heard, note=f"its {_ON_SHAPES}")
    sides = [*partial, *formula]
    if len(sides) > 1:
        written: Formula = Said(Equation(tuple(sides)), f", which {missing.says}")
    else:
        written = Said(sides[0], missing.says) if sides else Words(missing.says)
    return EdgeLabel(
        edge.child,
        edge.parent,
        written,
        spoken + str(written),
        missing.says == _UNWRITTEN,
        note=missing.reason,
        shorter=(*(Said(side, missing.says) for side in partial), Words(missing.says)),
    )


def _in_symbols(symbolic: Edge, edge: Edge) -> Formula | None:
    """The partial's formula; of a diagonal Jacobian, what stands on the diagonal; of other Jacobians, nothing."""
    formula = map_formula(symbolic.map)
    if isinstance(edge.map, (Factor, Missing)):
        return formula
    return Call("diag", (formula,)) if edge.map.structure == "diagonal" and not isinstance(formula, Number) else None
