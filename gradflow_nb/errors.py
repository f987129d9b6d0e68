"""Every error a user can meet, each with its remedy.

All of them derive from `GradflowError`, and from the built-in exception that they resemble, so
`except ValueError` keeps working for people who do not know this page.
"""

from __future__ import annotations

from collections.abc import Iterable


class GradflowError(Exception):
    """The family. `str(error)` is the whole message, remedy included, fit to be shown to a student."""

    def __str__(self) -> str:  # KeyError would print the repr of its message
        return str(self.args[0]) if self.args else ""

    def _render_traceback_(self) -> list[str]:
        """What IPython shows in place of a traceback: the message, and none of our own lines."""
        return [f"\x1b[1;31m{type(self).__name__}\x1b[0m", *str(self).splitlines()]


class NotationError(GradflowError, ValueError):
    """A text that could not be read: where it broke, why, and what to write instead.

    Attributes: `text` (all that was typed), `position` and `end` (a half-open range of characters in it),
    `message` (what is wrong), `readings` (spellings to choose from, perhaps none).
    """

    def __init__(
        self, message: str, text: str = "", position: int = 0, end: int | None = None, readings: Iterable[str] = ()
    ) -> None:
        self.message = message
        self.text = text
        self.position = max(0, min(position, len(text)))
        self.end = max(self.position + 1, self.position + 1 if end is None else end)
        self.readings = tuple(readings)
        super().__init__("\n".join([*self._pointer(), message]))

    def _pointer(self) -> list[str]:
        """The line that was typed, and a caret under the place; a long line is cut around it."""
        start = self.text.rfind("\n", 0, self.position) + 1
        stop = self.text.find("\n", self.position)
        line = self.text[start : None if stop < 0 else stop]
        column = self.position - start
        if not line.strip():
            return []
        prefix = f"line {self.text.count(chr(10), 0, start) + 1}: " if "\n" in self.text.strip() else ""
        cut = max(0, column - 40)
        shown = ("…" if cut else "") + "".join(c if c.isprintable() else "�" for c in line[cut : cut + 78])
        shown += "…" if len(line) > cut + 78 else ""
        width = max(1, min(self.end - self.position, len(line) - column, 78))
        return [prefix + shown, " " * (len(prefix) + column - cut + bool(cut)) + "^" * width]


class UnknownName(GradflowError, KeyError):
    """A name that the graph does not have, with the nearest one that it has."""

    def __init__(self, name: str, known: Iterable[str], what: str = "node") -> None:
        known = [str(k) for k in known]
        super().__init__(f"There is no {what} called {name!r}. {nearest(name, known)}")


class GraphError(GradflowError, ValueError):
    """Equations that make no graph: a name defined twice, a cycle, a use before its definition."""


class InputError(GradflowError, ValueError):
    """Values that do not fit the graph's inputs: one is missing, one too many, or one is not a number."""


class DomainError(GradflowError, ArithmeticError):
    """A node that has no value at this point: the node, its equation and the value that broke it are named."""


class ShapeError(GradflowError, ValueError):
    """Arrays whose shapes do not fit together: the equation and both shapes are named."""


class NotScalar(GradflowError, ValueError):
    """A gradient was asked for of a value that is not a single number."""


class TracingError(GradflowError, TypeError):
    """A Python function did something with a traced value that no graph can hold, such as branching on it."""


class GradientMismatch(GradflowError, AssertionError):
    """A derivative differs from what finite differences say."""


class NoDerivative(GradflowError, ArithmeticError):
    """A derivative was asked for that does not exist at this point."""


class NotExpressible(GradflowError, ValueError):
    """A formula was asked for in terms of nodes that do not suffice."""


class LayoutUnavailable(GradflowError, RuntimeError):
    """No Graphviz could be found to lay a graph out."""


class NotInstalled(GradflowError, ImportError):
    """A package that is needed here, and that the rest does without, is not installed."""

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(
            f"{package} is not installed, and this needs it: run `make {extra}` in a checkout of gradflow_nb, or "
            f"`pip install {extra}` (on Linux as its own page says, for the small build)."
        )


class Undefined(ArithmeticError):
    """Internal: a row of the table has no value for these arguments. The message is the reason, for people."""


def nearest(name: str, known: Iterable[str]) -> str:
    """A sentence that names the nearest known names, or all of them when none is near.

    >>> nearest("loos", ["loss", "w"])
    "Did you mean 'loss'? Known here: loss, w."
    """
    import difflib

    known = list(known)
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    close = close or [k for k in known if k.lower() == name.lower()]
    listed = ", ".join(known[:12]) + (", …" if len(known) > 12 else "")
    return (f"Did you mean {close[0]!r}? " if close else "") + (
        f"Known here: {listed}." if known else "Nothing is known here."
    )
