"""Both sides of `test_live_figure.py` as a notebook's kernel sees them, and the graphs that they show."""

from __future__ import annotations

import random

import ipywidgets
import pygraphviz
from IPython.display import display

import gradflow_nb as gf

CHAIN = "b = 5 - 3a; c = 2b + 3; d = 5b + 6; e = 7c + d^2; f = 2e; g = 3f - o"
_POINT = {"a": 1.0, "b": 0.5, "c": -0.4, "o": 2.0}


def random_graph(nodes: int) -> str:
    """Three inputs and equations of two names each, all of which lead to the last one; no value grows large."""
    random.seed(4)
    names, loose, equations = ["a", "b", "c"], ["a", "b", "c"], []
    forms = "sin({0}) + 0.8{1}|0.8{0} - 0.6{1}|0.6{0} + 0.8{1}|1.2{0} cos({1})|1.5tanh({0}) - 0.7{1}|2{0}/(1 + {1}^2)"
    while len(names) < nodes:
        first = loose.pop(0) if len(loose) > 5 or len(names) == nodes - 1 else random.choice(names[-12:])
        second = random.choice([name for name in names[-12:] if name != first])
        loose = [name for name in loose if name not in (first, second)]
        names.append(f"v{len(names)}")
        loose.append(names[-1])
        equations.append(f"{names[-1]} = {random.choice(forms.split('|')).format(first, second)}")
    equations[-1] += "".join(f" + 0.1{name}" for name in loose[:-1])
    return "; ".join(equations)


def point(graph: gf.Graph) -> dict[str, float]:
    return {name: _POINT[name] for name in graph.inputs}


def live(source: str):
    graph = gf.graph(source)
    return gf.explore(graph, point(graph), ranges={"a": (-3, 3, 0.01)})


class Redrawn:
    """The usual way: when the slider moves, every label is written and the whole graph drawn again."""

    def __init__(self, source: str) -> None:
        graph = gf.graph(source)
        self._point, self._program = point(graph), graph.program()
        self._slider = ipywidgets.FloatSlider(value=1.0, min=-3, max=3, step=0.01)
        self._picture = ipywidgets.HTML()
        self._slider.observe(self._draw, "value")
        self._draw()

    def _draw(self, _=None) -> None:
        run = self._program(**{**self._point, "a": self._slider.value})
        adjoints, drawn = run.adjoints, pygraphviz.AGraph(directed=True)
        for name, value in run.values.items():
            drawn.add_node(name, label=f"{name} = {value:.6g}\n{adjoints.get(name, 0):.6g}")
        for (child, parent), partial in run.partials.items():
            drawn.add_edge(parent, child, label=f"{partial:.6g}")
        self._picture.value = drawn.draw(format="svg", prog="dot").decode()

    def show(self) -> None:
        display(self._slider, self._picture)
