"""`%load_ext gradflow_nb` gives the cell magic `%%gradflow a=1 o=2`, with the equations as the cell."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from .errors import InputError

if TYPE_CHECKING:
    from .core.flow import GradientFlow
    from .core.graph import Graph


def point(words: Iterable[str]) -> dict[str, str]:
    """`["a=1", "o=1/2"]` as values for the inputs. Raises `InputError` for words of another form.

    >>> point(["a=1", "o=1/2"])
    {'a': '1', 'o': '1/2'}
    """
    values = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name or not value:
            raise InputError(f"{word!r} gives no value: write a name and a number, such as a=1.")
        values[name.strip()] = value.strip()
    return values


def gradflow(line: str, cell: str) -> Graph | GradientFlow:
    """Draws the equations of a cell: with numbers if the line gives them, otherwise with formulas."""
    from . import graph

    drawn = graph(cell)
    return drawn.at(point(line.split())) if line.strip() else drawn


def register(shell: Any) -> None:
    """Makes the magic known to an IPython shell."""
    shell.register_magic_function(gradflow, magic_kind="cell", magic_name="gradflow")
