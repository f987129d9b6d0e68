"""Lessons as they are committed: run, with their pictures and texts, and without what changes from run to run."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from .errors import GradflowError

_KEPT = ("image/svg+xml", "text/plain")
"""What stays of an output that also has a widget's view: readable everywhere, and the same at every run."""
_VIEW = "application/vnd.jupyter.widget-view+json"
_NEEDS = re.compile(r"^%%needs (\S+)")


def notebooks(places: Iterable[Path]) -> Iterator[Path]:
    """The notebooks among some places, and those in the folders among them. Raises `GradflowError` where one is not."""
    for place in places:
        found = sorted(place.glob("*.ipynb")) if place.is_dir() else [place]
        if not found or not found[0].is_file():
            raise GradflowError(f"There is no notebook {place}." if not place.is_dir() else f"No notebooks in {place}.")
        yield from found


def refresh(notebook: Path) -> None:
    """Runs a notebook in a fresh kernel and writes it back, normalised.

    Raises `GradflowError` where a cell fails, or needs a module that is not installed: nothing is written then.
    """
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    content = nbformat.read(notebook, as_version=4)
    if missing := [module for module in needed(content) if find_spec(module) is None]:
        raise GradflowError(f"{notebook} needs {' and '.join(missing)}, which is not installed: it stays as it was.")
    where = {"metadata": {"path": str(notebook.parent)}}
    quiet = ["--Application.log_level=ERROR"]  # a kernel's own warnings are not the author's
    client = NotebookClient(content, timeout=120, resources=where, extra_arguments=quiet, coalesce_streams=True)
    try:
        client.execute(env=os.environ | {"GRADFLOW_ANSWERS": "off"})  # a committed lesson is nobody's answers
    except CellExecutionError as error:
        why = f"{error.ename}: {error.evalue}\n{failed_cell(content)}"
        raise GradflowError(f"{notebook} stays as it was, for a cell fails: {why}") from None
    nbformat.write(normalised(content), notebook)


def failed_cell(content: Any) -> str:
    """The source of the first cell that shows an error, or "" where its kernel died before."""
    failed = (c for c in content.cells if any(o.output_type == "error" for o in c.get("outputs", ())))
    return next((cell.source for cell in failed), "")


def needed(content: Any) -> list[str]:
    """The modules that cells of a notebook need, as they say in `%%needs module`."""
    found = (_NEEDS.match(cell.source) for cell in content.cells if cell.cell_type == "code")
    return list(dict.fromkeys(match[1] for match in found if match))


def normalised(content: Any) -> Any:
    """The notebook without widget views and state, timings and the kernel's version. Works in place."""
    kernel = content.metadata.get("kernelspec", {"name": "python3", "display_name": "Python 3", "language": "python"})
    content.metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    for number, cell in enumerate(content.cells):
        cell.id = f"cell-{number:02d}"
        cell.metadata = {key: value for key, value in cell.metadata.items() if key == "tags"}
        for output in cell.get("outputs", []):
            data = output.get("data")
            if data and _VIEW in data:
                output["data"] = {kind: data[kind] for kind in _KEPT if kind in data}
                output["metadata"] = {}
    return content
