"""The live figure: what a person moves is answered in the browser; what settles is told to Python."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

import anywidget
import numpy as np
import traitlets

from ..core.derived.fold import has_arrays
from ..core.derived.portable import portable
from ..core.flow import GradientFlow
from ..core.grains import CONVENTIONS
from ..core.graph import Graph
from ..core.sweeps import sweep_order
from ..core.worlds import is_array
from ..diagram.figure import Figure, draw
from ..diagram.live import LivePicture
from ..errors import DomainError, GradflowError, InputError, UnknownName
from . import figure_data as data
from .base import PARTS, static
from .page import page

Direction = Literal["computation", "gradient"]
Labels = Literal["both", "formula", "number"]
_LEGAL = {
    "direction": ("computation", "gradient"),
    "labels": ("both", "formula", "number"),
    "orientation": ("down", "right"),
}


class LiveFigure(anywidget.AnyWidget):
    """A figure to play with; `explore` makes it. In a notebook it shows itself.

    Three traits follow what a person does, once it has settled, and can be set from Python: `inputs` (the value of each
    input, by name), `selected` (a node's name, an edge as "∂e/∂d", or "") and `step` (how many steps of the sweep are
    shown). `observe` them, or `link` them to those of other widgets.
    """

    _esm = static("loader.js")
    _css = static("theme.css", "figure_view.css", "live_figure.css")

    module = traitlets.Unicode(static(*PARTS), read_only=True).tag(sync=True)
    figure = traitlets.Dict().tag(sync=True)
    inputs = traitlets.Dict().tag(sync=True)
    selected = traitlets.Unicode().tag(sync=True)
    step = traitlets.Int(min=0).tag(sync=True)

    def __init__(self, shown: Graph | GradientFlow, point: Mapping[str, Any], **view: Any) -> None:
        self._view = view
        self.graph = shown if isinstance(shown, Graph) else shown.graph
        self._own_flow = shown if isinstance(shown, GradientFlow) else None
        self._symbols = shown if isinstance(shown, GradientFlow) else shown.flow()
        super().__init__(inputs={name: _plain(name, value) for name, value in point.items()})
        numbers = self._numbers()
        view["of"] = self._target(numbers) if view["of"] is None else view["of"]
        if view["of"] not in self._symbols.names:
            raise UnknownName(str(view["of"]), self._symbols.names)
        self._picture = LivePicture(self._symbols, numbers, view["orientation"])
        self.step = len(sweep_order(self._symbols, view["of"])) if view["step"] is None else view["step"]
        self.figure = self._data()
        self.on_msg(self._receive)

    @property
    def flow(self) -> GradientFlow:
        """The gradient flow at the current inputs. Raises `DomainError` where a node has no value."""
        return self._own_flow if self._own_flow is not None else self.graph.at(self.inputs)

    def save(self, file: str | Path) -> Path:
        """Writes the figure to one file: .html works by itself, offline and without a kernel; .svg, .png and .pdf are
        pictures. Returns the path.
        """
        path = Path(file)
        if path.suffix in (".svg", ".png", ".pdf"):
            return self._still().save(path)
        if path.suffix not in (".html", ".htm"):
            raise GradflowError(f"{path.name!r} cannot be written: end the name in .html, .svg, .png or .pdf.")
        state = {"figure": self._data(every=True), "inputs": self.inputs, "selected": self.selected, "step": self.step}
        path.write_text(page(self._still().title, self.module, self._css, state), encoding="utf-8")
        return path

    def close(self) -> None:
        """Removes the figure from every page, and what the kernel keeps for it."""
        layout = self.layout
        super().close()
        if layout is not None:
            layout.close()

    @traitlets.validate("inputs")
    def _check_inputs(self, proposal: Any) -> dict[str, Any]:
        """Values by name, some or all of them; those that are left out stay as they are."""
        if self._own_flow is not None and proposal["value"]:
            raise InputError(_NO_PROGRAM)
        known = {**self.inputs, **{name: _plain(name, value) for name, value in proposal["value"].items()}}
        for name, value in self.inputs.items():
            if np.shape(value) != np.shape(known[name]):
                shapes = np.shape(value) or "a number", np.shape(known[name]) or "a number"
                raise InputError(f"The input {name} is {shapes[0]} in this figure, and cannot become {shapes[1]}.")
        if unknown := [name for name in known if name not in self.graph.inputs]:
            raise UnknownName(unknown[0], self.graph.inputs, "input")
        return known

    # What is shown ------------------------------------------------------------------------------------------------

    def _numbers(self) -> GradientFlow | None:
        """The flow at the current inputs, or None where it has no numbers."""
        if self._own_flow is not None:
            return None if self._own_flow.symbolic else self._own_flow
        try:
            return self.graph.at(self.inputs)
        except DomainError:  # the figure says where and why, and waits for another value
            return None

    def _target(self, numbers: GradientFlow | None) -> str:
        """The node whose derivatives are shown: the last output, of those that are single numbers if there are any."""
        outputs = self._symbols.outputs
        return next((n for n in reversed(outputs) if not numbers or not is_array(numbers.known[n])), outputs[-1])

    def _still(self) -> Figure:
        """The figure at the current inputs, with no life in it: its title and its words serve here too."""
        return draw(self._numbers() or self._symbols, direction=self._view["direction"], of=self._view["of"])

    def _svg(self) -> str:
        return self._drawn(self._still())

    def _drawn(self, still: Figure) -> str:
        view, self._picture.numbers = self._view, None if still.flow.symbolic else still.flow
        return self._picture.svg(still.title, still.text, view["direction"], view["labels"], view["of"], self.step)

    def _data(self, every: bool = False) -> dict[str, Any]:
        still, flow = self._still(), self._symbols
        arrays = any(isinstance(value, list) for value in self.inputs.values())
        mixed = arrays or any(map(has_arrays, self.graph.nodes))
        program = portable(self.graph, mixed) if self._own_flow is None else None
        opens = data.can_open(self.graph) if program and not arrays else list(self._parts)
        if every:  # a page has no kernel to ask
            opens = opens[: data.MOST_SAVED]
        sent = opens if every or len(opens) <= data.MOST_INSIDE else []
        return {
            "version": data.VERSION,
            "title": still.title,
            "svg": self._drawn(still),
            **data.words(flow, self._picture.arrays),
            "program": program,
            "flow": None if program else data.flow_data(flow),
            "ranges": data.ranges(self.inputs, self._view["ranges"]) if program else {},
            "conventions": dict(CONVENTIONS),
            "notes": list(flow.notes),
            "inside": {name: self._inside(name) for name in sent},
            "opens": opens,
            "view": {key: self._view[key] for key in ("direction", "labels", "of")},
        }

    def _receive(self, _: Any, content: Any, buffers: Any) -> None:
        """The browser asks for the figure of one equation, in a graph with too many of them to send at once."""
        name = content.get("inside") if isinstance(content, dict) else None
        if isinstance(name, str) and name in self.figure["opens"]:
            self.send({"inside": name, "figure": self._inside(name)})

    @property
    def _parts(self) -> Mapping[str, GradientFlow]:
        """The nodes of a flow that are whole flows themselves, such as modules of PyTorch that were watched."""
        return getattr(self._own_flow, "parts", {})

    def _inside(self, name: str) -> dict[str, Any]:
        return data.inside_flow(self._parts[name]) if name in self._parts else data.inside(self.graph, name)

    def _repr_mimebundle_(self, **given: Any) -> Any:
        """The view, and beside it the same picture and a text that is the same on every machine."""
        found = super()._repr_mimebundle_(**given)
        bundle, metadata = found if isinstance(found, tuple) else (found, {})
        view = "application/vnd.jupyter.widget-view+json"
        kept = {view: bundle[view]} if bundle and view in bundle else {}
        return {**kept, "image/svg+xml": self._svg(), "text/plain": repr(self)}, metadata

    def __repr__(self) -> str:
        return f"live {self._still().text}"


_NO_PROGRAM = "This flow has no program to run, so its inputs cannot be moved: leave the values out."


def _plain(name: str, value: Any) -> Any:
    """A number or an array that a person gave, as the browser takes it. Raises `InputError` for anything else."""
    from ..core.evaluate import entered
    from ..errors import Undefined

    try:
        return data.plain_value(entered(value))
    except (ValueError, Undefined) as reason:
        raise InputError(f"The input {name} cannot take this value: {reason}.") from None


def explore(
    shown: Graph | GradientFlow,
    point: Mapping[str, Any] | None = None,
    /,
    *,
    of: str | None = None,
    direction: Direction = "computation",
    labels: Labels = "both",
    step: int | None = None,
    ranges: Mapping[str, Iterable[float]] | None = None,
    orientation: Literal["down", "right"] = "down",
    **inputs: Any,
) -> LiveFigure:
    """A live figure of a graph: move its inputs, step its sweeps, follow paths, hold, eliminate and nudge its nodes.

    Inputs are given as in `Graph.at`; a number that is not given is the input's default, or 1. `of` is the node whose
    derivatives are shown, the last output if left out. `direction` is "computation" or "gradient", `labels` is
    "both", "formula" or "number", and `step` says how many steps of the backward sweep are shown at first (all of them
    if left out, 0 for none). `ranges` gives sliders their range: `{"a": (0, 5)}`, or `(0, 5, 0.1)` with a step. A flow
    is explored at its own point; one in which edges were cut, nodes held or eliminated, or that has opaque functions,
    has no sliders. Raises `InputError`, `UnknownName` and `GradflowError` for what does not fit.

    >>> from gradflow_nb import graph
    >>> figure = explore(graph("c = a + b; d = b + 1; e = c d"), a=2, b=1)
    >>> figure.inputs, figure.flow.total("e", "b")
    ({'a': 2.0, 'b': 1.0}, 5)
    >>> figure.inputs = {"a": 3}
    >>> figure.flow.total("e", "b")
    6
    """
    if not isinstance(shown, Graph | GradientFlow):
        kind = type(shown).__name__
        raise GradflowError(f'explore takes a graph or a flow, not a {kind}: write explore(graph("c = a + b")).')
    view = {"direction": direction, "labels": labels, "orientation": orientation}
    for name, legal in _LEGAL.items():
        if view[name] not in legal:
            raise GradflowError(f"{name}={view[name]!r} is not known: it is {', '.join(map(repr, legal))}.")
    given = {**dict(point or {}), **inputs}
    if type(shown) is GradientFlow and data.can_run(shown.graph):  # nothing was done to it: its graph can be run
        given = {**({} if shown.symbolic else shown.inputs), **given}
        shown = shown.graph
    elif isinstance(shown, Graph) and not data.can_run(shown):
        shown = shown.flow()
    if step is not None and (isinstance(step, bool) or not isinstance(step, int) or step < 0):
        raise InputError(f"step={step!r} is not a number of steps: write 0, 1, 2, … or leave it out for all of them.")
    if isinstance(shown, Graph):
        given = _complete(shown, given)
    elif given:
        raise InputError(_NO_PROGRAM)
    return LiveFigure(shown, given, of=of, step=step, ranges=dict(ranges or {}), **view)


def _complete(graph: Graph, given: Mapping[str, Any]) -> dict[str, Any]:
    """A value for every input. Raises `InputError` for surplus ones, and for arrays that are missing."""
    for name in given:
        if name not in graph.inputs:
            raise UnknownName(str(name), graph.inputs, "input")
    if any(map(has_arrays, graph.nodes)) and not set(graph.inputs) <= {*given, *graph.defaults}:
        graph.at(given)  # says which are missing: for an array there is no sensible default
    return {name: given.get(name, graph.defaults.get(name, 1)) for name in graph.inputs}
