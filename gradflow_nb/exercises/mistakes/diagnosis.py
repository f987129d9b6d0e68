"""Matching: which wrong passes give exactly this answer?

The wrong passes are run in numbers, at the question's point or, where a formula is asked for, at several points that
the question's seed chooses; what agrees with the answer at every one of them is a cause. Numbers are exact wherever the
graph's are, so there a match is no accident of rounding.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import replace
from math import isclose
from typing import Any

from ...core.linear import Factor, Missing
from ...core.worlds import is_array
from ...errors import GradflowError
from ..verdict import Mistake, shared
from .catalogue import CATALOGUE, Slip
from .passes import Pass, Wrong

MOST_OFFERED = 3
"""More causes than this are not listed; what they share is said."""
Matches = Callable[[Any, int], bool]


def causes(passes: Sequence[Pass], matches: Matches, slips: Sequence[Slip] = CATALOGUE) -> list[Mistake]:
    """The mistakes that give the answer: `matches(value, i)` says whether a value is the answer's in pass number i.

    Every pass is the same derivative at another point. The same place is never named twice for one slip, and slips that
    lose the same paths are one mistake.
    """
    right = [value_of(p.total) for p in passes]
    if all(value is not None and matches(value, i) for i, value in enumerate(right)):
        return []  # it is right, if not in the form that is asked for
    first, *others = [runs(p, slips) for p in passes]
    left = {key: run for key, run in first.items() if _agrees(run[1], matches, 0)}
    for i, found in enumerate(others, 1):
        left = {key: run for key, run in left.items() if key in found and _agrees(found[key][1], matches, i)}
    made: dict[Any, Mistake] = {}
    for key, (slip, wrong) in left.items():
        event = key if wrong.lost is None else wrong.lost
        if event in made:
            aside = slip.aside.format(**_words(wrong, passes[0]))
            one = made[event]
            made[event] = replace(one, says=f"{one.says} {aside}".strip(), also=(*one.also, slip.name))
        else:
            made[event] = mistake(slip, wrong, passes[0])
    return list(dict.fromkeys(made.values()))


def runs(p: Pass, slips: Sequence[Slip] = CATALOGUE) -> dict[tuple[Any, ...], tuple[Slip, Wrong]]:
    """Every wrong pass of the catalogue on this one, by the slip's name and its place."""
    return {(slip.name, wrong.where): (slip, wrong) for slip in slips for wrong in _tried(slip, p)}


def _tried(slip: Slip, p: Pass) -> Iterator[Wrong]:
    try:
        yield from slip.passes(p)
    except (ArithmeticError, ValueError, GradflowError):  # no wrong pass of this kind can be made here
        return


def outcome(wrong: Wrong) -> Any:
    """What a wrong pass gives, as a number or an array; None where it gives nothing."""
    try:
        with quiet():
            return value_of(wrong.value())
    except (ArithmeticError, ValueError, GradflowError):
        return None


def value_of(found: Any) -> Any:
    """A map or a value as a number or an array; None for one that is missing."""
    if isinstance(found, Missing):
        return None
    return found.value if isinstance(found, Factor) else found.matrix if hasattr(found, "structure") else found


def quiet() -> Any:
    """Wrong passes may divide by zero: numpy, where it is in use, is not to say so in a notebook."""
    return sys.modules["numpy"].errstate(all="ignore") if "numpy" in sys.modules else nullcontext()


def _agrees(wrong: Wrong, matches: Matches, i: int) -> bool:
    value = outcome(wrong)
    return value is not None and matches(value, i)


def mistake(slip: Slip, wrong: Wrong, p: Pass) -> Mistake:
    """A slip at a place, with its sentence."""
    return Mistake(slip.name, slip.sentence.format(**_words(wrong, p)), wrong.edges, wrong.nodes, wrong.path)


def _words(wrong: Wrong, p: Pass) -> dict[str, str]:
    return {
        "of": p.of,
        "wrt": p.wrt,
        "sign": "d" if p.kind == "total" else "∂",
        "edge": " and ".join(f"{child} ← {parent}" for child, parent in wrong.edges),
        "path": wrong.path.route if wrong.path else "",
        "node": " and ".join(wrong.nodes),
        "other": _OTHER[p.kind].format(of=p.of, wrt=p.wrt),
        **(wrong.says or {}),
    }


_OTHER = {
    "total": "That is the explicit ∂{of}/∂{wrt}, the direct edge alone or 0; d{of}/d{wrt} counts every path.",
    "partial": "That is the total d{of}/d{wrt}, over every path; ∂{of}/∂{wrt} holds all other names fixed.",
}


def said(mistakes: Sequence[Mistake]) -> str:
    """What a student is told: the one cause, the few that are possible, or what many share with an example."""
    groups = _by_name(mistakes)
    if not groups:
        return ""
    if len(groups) == 1:
        return _told(*groups.values())
    if len(groups) <= MOST_OFFERED:
        return "Several slips give this:\n" + "\n".join(f"• {_told(group)}" for group in groups.values())
    where = ""
    if edges := shared(mistake.edges for mistake in mistakes):
        where = f"Something goes wrong at the edge {edges[0][0]} ← {edges[0][1]}. "
    elif nodes := shared(mistake.nodes for mistake in mistakes):
        where = f"Something goes wrong at {nodes[0]}. "
    return f"{where}There are several ways to get this; one of them: {_told(next(iter(groups.values())))}"


def _by_name(mistakes: Iterable[Mistake]) -> dict[str, list[Mistake]]:
    groups: dict[str, list[Mistake]] = {}
    for one in mistakes:
        groups.setdefault(one.name, []).append(one)
    return groups


def _told(group: Sequence[Mistake]) -> str:
    """One slip, with the places at which it can have been made."""
    says = list(dict.fromkeys(one.says for one in group))
    left = len(says) - 2
    more = f" (or the same slip at {left} more place{'s' * (left > 1)})" if left > 0 else ""
    return " Or: ".join(says[:2]) + more


def offered(mistakes: Sequence[Mistake]) -> tuple[Mistake, ...]:
    """The mistakes that are named: of at most three slips."""
    return tuple(mistakes) if len(_by_name(mistakes)) <= MOST_OFFERED else ()


def close(left: Any, right: Any, scale: float = 0.0, shown: float = 0.0) -> bool:
    """Whether two numbers or arrays are the same: exactly where both are exact, else to nine digits.

    Differences far below `scale`, the size of what was added up, are rounding; with `shown`, up to this share of it.
    """
    if is_array(left) or is_array(right):
        import numpy as np

        same = np.shape(left) == np.shape(right)
        return bool(same and np.allclose(np.asarray(left, float), np.asarray(right, float), rtol=1e-9, atol=1e-12))
    if isinstance(left, float) or isinstance(right, float):
        try:
            return isclose(left, right, rel_tol=max(1e-9, shown), abs_tol=max(1e-13, shown) * scale)
        except OverflowError:  # an exact number that no float can hold
            return False
    return left == right
