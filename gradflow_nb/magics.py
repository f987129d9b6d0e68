"""The cell magics of `%load_ext gradflow_nb`: `%%gradflow a=1 o=2` with equations, `%%needs torch` with Python."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from .errors import InputError

if TYPE_CHECKING:
    from .core.flow import GradientFlow
    from .core.graph import Graph


def point(words: Iterable[str]) -> dict[str, Any]:
    """`["a=1", "x=[1, 2]"]` as values for the inputs. Raises `InputError` for words of another form.

    >>> point(["a=1", "o=1/2", "x=[[1, 2], [3, 4]]"])
    {'a': '1', 'o': '1/2', 'x': [[1, 2], [3, 4]]}
    """
    values = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name or not value:
            raise InputError(f"{word!r} gives no value: write a name and a number, such as a=1.")
        values[name.strip()] = _array(word, value) if value.strip().startswith("[") else value.strip()
    return values


def _array(word: str, value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        raise InputError(f"{word!r} gives no array: write numbers in brackets, such as x=[1, 2.5].") from None


def gradflow(line: str, cell: str) -> Graph | GradientFlow:
    """Draws the equations of a cell: with numbers if the line gives them, otherwise with formulas."""
    from . import graph

    drawn = graph(cell)
    return drawn.at(point(re.split(r"\s+(?=[^\s=\[\]]+=)", line.strip()))) if line.strip() else drawn


def needs(shell: Any, line: str, cell: str) -> None:
    """Runs a cell if the module that the line names is installed; otherwise says so, and the notebook goes on."""
    module = line.strip()
    if find_spec(module) is None:
        print(f"This cell needs {_FULL_NAMES.get(module, module)}, which is not installed here, and was left out.")
        return
    result = shell.run_cell(cell)
    if result.error_in_exec or result.error_before_exec:
        raise CellFailed


_FULL_NAMES = {"torch": "PyTorch"}


class CellFailed(Exception):
    """Stops what would run next. What went wrong in the cell has been shown."""

    def _render_traceback_(self) -> list[str]:
        return []


def register(shell: Any) -> None:
    """Makes the magics known to an IPython shell."""
    shell.register_magic_function(gradflow, magic_kind="cell", magic_name="gradflow")
    shell.register_magic_function(partial(needs, shell), magic_kind="cell", magic_name="needs")
