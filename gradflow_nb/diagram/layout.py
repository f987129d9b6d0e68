"""Geometry: where Graphviz puts things.

Graphviz runs in this process through pygraphviz, whose wheels carry it; a `dot` on the PATH is the fallback.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache

import graphviz

from ..errors import LayoutUnavailable

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Layout:
    """A picture's size, the centre of each node, and each edge's curve and label centre; points, y downwards.

    A curve is a chain of cubic Bézier segments: a start point, then three points a segment. `tangled` says that curves
    may run over nodes.
    """

    width: float
    height: float
    nodes: tuple[Point, ...]
    curves: tuple[tuple[Point, ...], ...]
    labels: tuple[Point | None, ...]
    tangled: bool = False


def layout(structure: graphviz.Digraph) -> Layout:
    """Lays `structure` out. Raises `LayoutUnavailable` where there is no Graphviz at all."""
    return _layout(structure.source)


@lru_cache(maxsize=256)
def _layout(source: str) -> Layout:
    drawn = json.loads(_json(source))
    _, _, width, height = (float(n) for n in drawn["bb"].split(","))

    def point(text: str) -> Point:
        x, y = text.split(",")
        return float(x), height - float(y)

    objects = {o["name"]: o for o in drawn.get("objects", [])}
    edges = sorted(drawn.get("edges", []), key=lambda edge: int(edge["comment"]))
    return Layout(
        width,
        height,
        tuple(point(objects[f"n{i}"]["pos"]) for i in range(len(objects))),
        tuple(tuple(point(p) for p in edge["pos"].split()) for edge in edges),
        tuple(point(edge["lp"]) if "lp" in edge else None for edge in edges),
    )


def _json(source: str) -> str:
    try:
        import pygraphviz
    except ImportError:
        pygraphviz = None
    if pygraphviz is not None:
        return pygraphviz.AGraph(source).draw(format="json0", prog="dot").decode()
    try:
        return graphviz.Source(source).pipe(format="json0", encoding="utf-8", quiet=True)
    except graphviz.ExecutableNotFound:
        raise LayoutUnavailable(
            "No Graphviz was found to lay the graph out. Either run `pip install pygraphviz`, whose wheels carry "
            "Graphviz, or install Graphviz so that the command `dot` is on the PATH."
        ) from None
