"""The command `gradflow-nb`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from .errors import GradflowError


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; returns 0, or 1 after an error that was explained."""
    parser = argparse.ArgumentParser(prog="gradflow-nb", description="Computation graphs for teaching, from the shell.")
    commands = parser.add_subparsers(dest="command", required=True)

    drawing = commands.add_parser("draw", help="draw equations into a file")
    drawing.add_argument("equations", help='for example "c = a + b; d = b + 1; e = c d"')
    drawing.add_argument("file", help="a file name that ends in .svg, .png or .pdf, or in .html for a live figure")
    drawing.add_argument("--at", nargs="*", default=[], metavar="NAME=NUMBER", help="a value for each input")
    drawing.add_argument(
        "--gradient", action="store_true", help="turn the arrows round and write derivatives on the nodes"
    )

    lessons = commands.add_parser("lessons", help="run notebooks again and store their outputs as pictures and text")
    lessons.add_argument("notebooks", nargs="+", type=Path)

    chosen = parser.parse_args(arguments)
    try:
        return _draw(chosen) if chosen.command == "draw" else _lessons(chosen.notebooks)
    except (GradflowError, OSError) as error:
        print(error, file=sys.stderr)
        return 1


def _draw(chosen: argparse.Namespace) -> int:
    from . import draw, explore, graph
    from .magics import point

    drawn, direction = graph(chosen.equations), "gradient" if chosen.gradient else "computation"
    if chosen.file.endswith((".html", ".htm")):
        print(explore(drawn, point(chosen.at), direction=direction).save(chosen.file))
        return 0
    flow = drawn.at(point(chosen.at)) if chosen.at or drawn.defaults else drawn.flow()
    print(draw(flow, direction=direction).save(chosen.file))
    return 0


def _lessons(notebooks: Sequence[Path]) -> int:
    from .notebooks import refresh

    for number, notebook in enumerate(notebooks, 1):
        print(f"[{number}/{len(notebooks)}] {notebook}", flush=True)
        refresh(notebook)
    return 0
