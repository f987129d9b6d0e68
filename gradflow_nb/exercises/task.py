"""What a kind of question lays down, for one graph."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..core.flow import GradientFlow
from ..core.graph import Graph
from ..notation.plain import Formula
from .boxes.box import Box

if TYPE_CHECKING:
    from ..diagram.figure import Figure
    from .working import Working


@dataclass(frozen=True)
class Task:
    """What a kind of question lays down, for one graph: everything that does not change while it is answered.

    `asked` is the question as a formula or as words, `place` the point. `ordered` says that the boxes are the steps of
    a sweep, each marked again from the student's own earlier ones; `given` is what stands in some of them already.
    `made` asks the same of another graph: it takes the graph, its point and the new names; `faded` asks the same with
    so many steps given (None: all but the last). `code` is a program to be read.
    """

    kind: str
    graph: Graph | None
    flow: GradientFlow | None
    asked: Formula
    place: str
    boxes: tuple[Box, ...]
    working: Callable[[], Working]
    made: Callable[[Any, Any, Mapping[str, str]], Task] | None = None
    figure: Callable[[], Figure] | None = None
    instruction: str = ""
    ordered: bool = False
    given: Mapping[str, str] = field(default_factory=dict)
    faded: Callable[[int | None], Task] | None = None
    code: str = ""
