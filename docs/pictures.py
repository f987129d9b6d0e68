"""Makes the pictures of README.md and of the lessons' map with the package itself: `python docs/pictures.py`."""

from importlib.util import find_spec
from pathlib import Path

import gradflow_nb as gf
from gradflow_nb.diagram.labels import EdgeLabel, NodeLabel
from gradflow_nb.diagram.layered import placed
from gradflow_nb.diagram.saving import save_picture
from gradflow_nb.diagram.svg import edge_size, node_size, svg
from gradflow_nb.notation.plain import Words
from gradflow_nb.show import mimebundle

ROOT = Path(__file__).parent.parent
CHAIN = "b = 5 - 3a; c = 2b + 3; d = 5b + 6; e = 7c + d^2; f = 2e; g = 3f - o"
LESSONS = {
    1: ("One edge", ()),
    2: ("Two additions and a product", (1,)),
    3: ("Gates", (2,)),
    4: ("Forks and joins", (3,)),
    5: ("The chain", (4,)),
    6: ("Order", (5,)),
    7: ("Partial and total", (5,)),
    8: ("Summing paths", (7,)),
    9: ("Forward and reverse", (6, 8)),
    10: ("Jacobians", (9,)),
    11: ("A network", (10,)),
    12: ("Vanishing and exploding", (10,)),
    13: ("PyTorch, the same graph", (5,)),
    14: ("Through time", (8,)),
}
"""What each lesson is called, and which ones it needs."""


def lesson_map() -> str:
    """The lessons as a graph: an arrow from what is needed to what it is needed for."""
    nodes = [
        NodeLabel(f"{number}", "operation" if needed else "input", Words(f"{number}  {title}"), None, None, title)
        for number, (title, needed) in LESSONS.items()
    ]
    edges = [
        EdgeLabel(f"{number}", f"{before}", Words(""), f"lesson {before} before lesson {number}")
        for number, (_, needed) in LESSONS.items()
        for before in needed
    ]
    sizes = [(*node_size(node), "") for node in nodes]
    joins = [(int(edge.parent) - 1, int(edge.child) - 1, *edge_size(edge), "") for edge in edges]
    words = "; ".join(edge.spoken for edge in edges)
    return svg(nodes, edges, placed(sizes, joins, "down"), "The lessons, and what each one needs", words)


def mirrored() -> gf.GradientFlow:
    """What PyTorch holds of e = (a+b)(b+1) after a backward pass that was told to retain it."""
    import torch

    from gradflow_nb.torch import mirror

    a, b = torch.tensor(2.0, requires_grad=True), torch.tensor(1.0, requires_grad=True)
    c = a + b
    d = b + 1
    e = c * d
    e.backward(retain_graph=True)
    return mirror(e, a=a, b=b, c=c, d=d, e=e)


def make(folder: Path) -> list[Path]:
    """Writes all pictures under `folder`, as they lie in the repository. Returns their paths.

    The one of PyTorch is left out where PyTorch is not installed.
    """
    chain = gf.graph(CHAIN)
    flow = chain.at(a=1, o=2)
    for part in ("docs", "lessons"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    made = []
    if find_spec("torch"):
        picture = gf.draw(mirrored(), direction="gradient", orientation="right")
        made.append(picture.save(folder / "docs" / "mirror.svg"))
    return [
        *made,
        gf.draw(flow, direction="gradient", orientation="right", moving=True).save(folder / "docs" / "sweep.svg"),
        save_picture(mimebundle(flow.paths("g", "b"))[0]["image/svg+xml"], folder / "docs" / "paths.svg"),
        save_picture(lesson_map(), folder / "lessons" / "map.svg"),
    ]


if __name__ == "__main__":
    for made in make(ROOT):
        print(made.relative_to(ROOT))
