"""The structure of a picture as a Graphviz digraph: what is joined to what, and how large each thing is."""

from __future__ import annotations

from collections.abc import Sequence

import graphviz

POINTS_PER_INCH = 72


def digraph(
    nodes: Sequence[tuple[float, float, str]],
    edges: Sequence[tuple[int, int, float, float, str]],
    rankdir: str = "TB",
    labelled: bool = False,
) -> graphviz.Digraph:
    """The digraph of nodes (width, height, label) and edges (tail, head, label width, label height, label).

    Sizes are in points. Everything has a fixed size, and unless `labelled` no text is inside, so the geometry
    depends on no font. Nodes are called n0, n1, …: what a person called them never reaches Graphviz as a name.
    """
    graph = graphviz.Digraph("gradflow")
    graph.attr("graph", rankdir=rankdir, nodesep="0.35", ranksep="0.3", margin="0")
    graph.attr("node", shape="box", style="rounded", fixedsize="true")
    graph.attr("edge", dir="none" if not labelled else "forward")
    for i, (width, height, label) in enumerate(nodes):
        size = {"width": f"{width / POINTS_PER_INCH:.4f}", "height": f"{height / POINTS_PER_INCH:.4f}"}
        graph.node(f"n{i}", label=graphviz.escape(label) if labelled else "", **size)
    for i, (tail, head, width, height, label) in enumerate(edges):
        space = (
            f'<<TABLE BORDER="0" FIXEDSIZE="TRUE" WIDTH="{width:.0f}" HEIGHT="{height:.0f}"><TR><TD></TD></TR></TABLE>>'
        )
        text = graphviz.escape(label) if labelled else space
        graph.edge(f"n{tail}", f"n{head}", label=text, comment=str(i))
    return graph
