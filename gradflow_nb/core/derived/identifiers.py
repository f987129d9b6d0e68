"""Names of a graph as names in Python: letters stay as they are, and what cannot stand in a program is replaced."""

from __future__ import annotations

import keyword
import unicodedata
from collections.abc import Iterable


def identifier(name: str) -> str:
    """A name as a Python identifier; the same one where it is one already.

    >>> identifier("w_1"), identifier("α"), identifier("e.1"), identifier("2nd loss"), identifier("lambda")
    ('w_1', 'α', 'e_1', '_2nd_loss', 'lambda_')
    """
    plain = unicodedata.normalize("NFKC", name)  # as Python reads a name, so that two spellings of one name are seen
    made = "".join(sign if f"_{sign}".isidentifier() else "_" for sign in plain)
    made = made if made.isidentifier() else f"_{made}"
    return f"{made}_" if keyword.iskeyword(made) else made


class Identifiers:
    """Identifiers for many names, each its own; none is one of `taken`.

    >>> given = Identifiers(["torch"])
    >>> given("torch"), given("a b"), given("a.b"), given("a b")
    ('torch_', 'a_b', 'a_b_', 'a_b')
    """

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)
        self._given: dict[str, str] = {}

    def __call__(self, name: str) -> str:
        if name not in self._given:
            self._given[name] = self.fresh(name)
        return self._given[name]

    def fresh(self, name: str) -> str:
        """An identifier like this name that nothing else has, whatever the name stood for before."""
        made = identifier(name)
        while made in self._taken:
            made += "_"
        self._taken.add(made)
        return made
