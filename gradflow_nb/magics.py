"""`%load_ext gradflow_nb` gives the cell magic `%%gradflow a=1 o=2`, with the equations as the cell."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
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


def register(shell: Any) -> None:
    """Makes the magic known to an IPython shell."""
    shell.register_magic_function(gradflow, magic_kind="cell", magic_name="gradflow")
