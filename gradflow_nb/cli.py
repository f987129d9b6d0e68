"""The command `gradflow-nb`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
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
    lessons.add_argument("notebooks", nargs="+", type=Path, help="notebooks, or folders of them")

    grading = commands.add_parser("grade", help="print what files of answers say as CSV, a row for each question")
    grading.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a file of answers, or a folder of them")
    grading.add_argument("-o", "--output", type=Path, metavar="FILE", help="write the CSV into a file")

    sheet = commands.add_parser("worksheet", help="questions about equations on paper, with room to write, and the key")
    sheet.add_argument("equations", help='for example "c = a + b; d = b + 1; e = c d"')
    sheet.add_argument("--at", nargs="*", default=[], metavar="NAME=NUMBER", help="a value for each input")
    sheet.add_argument(
        "--kind", nargs="+", action="extend", default=[], metavar="KIND[:NAME]",
        help="a question: edges, forward, total:b (d of the output / d b), total:c/b, value:d, backward:e, …",
    )  # fmt: skip
    sheet.add_argument("--title", default="")
    sheet.add_argument("--paper", default="a4", choices=["a4", "letter"])
    sheet.add_argument("--variants", type=int, metavar="N", help="N sheets with other numbers and names")
    sheet.add_argument("--seed", type=int, metavar="N", help="the first variant (1), or the only one")
    sheet.add_argument("--key", action="store_true", help="add the answers with their worked steps")
    sheet.add_argument(
        "-o", "--output", required=True, metavar="FILE",
        help="a file that ends in .pdf or .html; with --variants also a folder, for a file each",
    )  # fmt: skip

    chosen = parser.parse_args(arguments)
    try:
        match chosen.command:
            case "draw":
                return _draw(chosen)
            case "grade":
                return _grade(chosen.paths, chosen.output)
            case "worksheet":
                return _worksheet(chosen)
        return _lessons(chosen.notebooks)
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


def _worksheet(chosen: argparse.Namespace) -> int:
    from . import ask, graph, worksheet
    from .magics import point

    drawn = graph(chosen.equations)
    shown = drawn.at(point(chosen.at)) if chosen.at or drawn.defaults else drawn
    questions = []
    for wanted in chosen.kind or ["edges"]:
        kind, _, names = wanted.partition(":")
        of, _, wrt = names.rpartition("/")
        if not of and kind in ("value", "gradient", "backward", "order", "graph"):  # about one node, not about two
            of, wrt = wrt, ""
        questions.append(ask(shown, of=of or None, wrt=wrt or None, kind=kind))
    sheet = worksheet(questions, chosen.title, chosen.paper)
    if chosen.variants is not None:
        made = sheet.class_set(chosen.variants, chosen.output, 1 if chosen.seed is None else chosen.seed, chosen.key)
    else:
        sheet = sheet if chosen.seed is None else sheet.variant(chosen.seed)
        made = [sheet.save(chosen.output, chosen.key)]
    print(*made, sep="\n")
    return 0


def _lessons(places: Sequence[Path]) -> int:
    """One that fails is said, and the others go on."""
    from tqdm import tqdm

    from .notebooks import notebooks, refresh

    failed = 0
    with tqdm([*notebooks(places)], unit="notebook") as bar:
        for notebook in bar:
            bar.set_description(notebook.name)
            try:
                refresh(notebook)
            except GradflowError as error:
                bar.write(f"{error}", file=sys.stderr)
                failed = 1
        bar.set_description("run again and stored")
    return failed


def _grade(paths: Sequence[Path], output: Path | None) -> int:
    """One CSV of all files. What is wrong with one of them is said at once, and costs the others nothing."""
    from .exercises.keeping.answers import Answers, saved_answers

    rows, failed = [], 0
    files = dict.fromkeys(file for path in paths for file in _answer_files(path))
    for file in files:
        try:
            rows += [{"file": str(file), **row} for row in saved_answers(file).summary()]
        except (GradflowError, OSError) as error:
            print(error, file=sys.stderr)
            failed = 1
    if failed and not rows:
        return failed
    table = Answers(rows, ["file", *Answers().summary().columns])
    if output is not None:
        print(table.to_csv(output))
    else:  # as bytes: a shell may not speak UTF-8, and Windows would end each line twice
        sys.stdout.buffer.write(table.to_csv().encode("utf-8", "backslashreplace"))
    return failed


def _answer_files(path: Path) -> Iterator[Path]:
    """A file as it is; of a folder, the files of answers in it, without those set aside and Jupyter's checkpoints."""
    if not path.is_dir():
        yield path
        return
    found = [
        file
        for file in sorted(path.rglob("gradflow-answers*.jsonl"))
        if ".set-aside-" not in file.name and file.parent.name != ".ipynb_checkpoints" and file.is_file()
    ]
    if not found:
        print(f"There are no answers in {path}.", file=sys.stderr)
    yield from found
