"""The live figure in Chromium beside the usual way: pygraphviz draws the whole graph anew into `widgets.HTML`.

    make bench            (or: .venv/bin/python -m pytest benchmarks/test_live_figure.py -s)

Prints tables; a timing is never a test. What is tested: answers are right, silence is silence, sizes fit.
"""

from __future__ import annotations

import math
import random
from statistics import median

import pytest
from table import table
from tests.browser.figures import CHAIN, open_alone, open_bench

import gradflow_nb as gf
from gradflow_nb.diagram.slots import number
from gradflow_nb.widgets.base import PARTS, static
from gradflow_nb.widgets.live_figure import LiveFigure


def random_graph(nodes: int, seed: int = 4) -> str:
    """Three inputs and equations of two names each, all of which lead to the last one; no value grows large."""
    random.seed(seed)
    names, loose, equations = ["a", "b", "c"], ["a", "b", "c"], []
    forms = ("sin({0}) + {1}", "{0} {1}/2", "0.8{0} - 0.5{1}", "tanh({0}) {1}", "cos({0} - {1})", "{0}/(1 + {1}^2)")
    while len(names) < nodes:
        first = loose.pop(0) if len(loose) > 5 or len(names) == nodes - 1 else random.choice(names[-12:])
        second = random.choice([name for name in names[-12:] if name != first] + names[:3])
        loose = [name for name in loose if name not in (first, second)]
        names.append(f"v{len(names)}")
        loose.append(names[-1])
        equations.append(f"{names[-1]} = {random.choice(forms).format(first, second)}")
    equations[-1] += "".join(f" + 0.1{name}" for name in loose[:-1])
    return "; ".join(equations)


SETUP = """
import gc, ipywidgets, pygraphviz
from IPython.display import display
from time import perf_counter
import gradflow_nb as gf

def live(source):
    given = {"a": 1.0, "o": 2.0} if "o" in gf.graph(source).inputs else {"a": 1.0, "b": 0.5, "c": -0.4}
    return gf.explore(gf.graph(source), given, ranges={"a": (-3, 3, 0.01)})

class Usual:
    '''A slider; whenever it moves, every label is written and the whole graph drawn again.'''

    def __init__(self, source):
        self.graph = gf.graph(source)
        self.others = {"o": 2.0} if "o" in self.graph.inputs else {"b": 0.5, "c": -0.4}
        self.program, self.last = self.graph.program(), self.graph.outputs[-1]
        self.slider = ipywidgets.FloatSlider(value=1.0, min=-3, max=3, step=0.01, description="a")
        self.picture = ipywidgets.HTML()
        self.slider.observe(self.draw, "value")
        self.draw()

    def draw(self, _=None):
        run = self.program(a=self.slider.value, **self.others)
        values, partials, adjoints = run.values, run.partials, run.adjoints
        drawn = pygraphviz.AGraph(directed=True)
        for name, value in values.items():
            drawn.add_node(name, label=f"{name} = {value:.6g}\\n{adjoints.get(name, 0):.6g}")
        for (child, parent), partial in partials.items():
            drawn.add_edge(parent, child, label=f"{partial:.6g}")
        self.picture.value = drawn.draw(format="svg", prog="dot").decode()

    def show(self):
        display(self.slider, self.picture)
"""
