"""Lessons as they are committed: run, with their pictures and texts, and without what changes from run to run."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

_KEPT = ("image/svg+xml", "text/plain")
"""What stays of an output that also has a widget's view: readable everywhere, and the same at every run."""
_VIEW = "application/vnd.jupyter.widget-view+json"


def refresh(notebook: Path) -> None:
    """Runs a notebook in a fresh kernel and writes it back, normalised. Raises what a cell raised."""
    import nbformat
    from nbclient import NotebookClient

    content = nbformat.read(notebook, as_version=4)
    client = NotebookClient(content, timeout=120, resources={"metadata": {"path": str(notebook.parent)}})
    client.execute(env=os.environ | {"GRADFLOW_ANSWERS": "off"})  # a committed lesson is nobody's answers
    nbformat.write(normalised(content), notebook)


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
