"""Questions for what PyTorch prints."""

from __future__ import annotations

from typing import Any

from ...core.graph import Graph
from ...notation.plain import Words
from ..boxes.forms import Form
from ..boxes.predicting import PredictBox, Program, torch_program
from ..task import Task
from ..working import told
from .common import again, check_opaque

_RULE = (
    "Which rule? Ask of every line: may this tensor require a gradient, is it changed after it was kept, does the pass "
    "start from one number, does a path lead back from there, is what it needs still there, and is a leaf asked about?"
)


def predict(graph: Graph, flow: Any, of: str, wrt: str, form: Form, program: Program) -> Task:
    """What PyTorch prints, or which error it raises."""
    check_opaque(graph)
    torch = torch_program(flow, of, wrt, program)
    because = f"{torch.says}, because {torch.why}. {torch.remedy}".rstrip()
    return Task(
        "predict",
        graph,
        flow,
        Words("What does PyTorch print?"),
        "",
        (PredictBox("", Words("output"), torch=torch),),
        lambda: told(_RULE, because),
        again(predict, of, wrt, form, program),
        instruction="a number, a tensor, None, or the name of the error",
        code=torch.code,
    )
