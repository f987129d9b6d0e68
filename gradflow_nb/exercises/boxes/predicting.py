"""A box for what a PyTorch program prints, or which error it raises, and what to say to a wrong prediction."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...core.worlds import is_array
from ...core.written import array_formula, value_formula
from ...errors import NotationError
from ...notation.plain import Formula, Words
from ..prediction import Prediction
from ..traps import Program, torch_program
from ..verdict import Correct, Incorrect, Invalid, Mistake, Verdict
from .box import Box, check_length, invalid
from .entries import read_entries
from .values import floated

__all__ = ["PredictBox", "Program", "torch_program"]

_NONE = "None"
_OVERLOOKED = {
    "freed": "The first backward pass has freed what the second one needs.",
    "edited": "The backward pass would need the old value of what was changed in place.",
    "leaf": "The program stops earlier: a leaf that requires a gradient is changed in place.",
    "integers": "The program stops earlier: a tensor of integers cannot require a gradient.",
    "vector": "That is the derivative of one number, and this backward pass starts from several.",
    "unfilled": "That is the derivative, and no gradient comes to this leaf on its way.",
}
"""What is said to who gives the derivative, where a rule of PyTorch comes before it."""
_FEARED = {
    "detached": "Nothing here is an error: a detached branch only has no gradient.",
    "not kept": "That is overwritten in place, but no operation needs its old value in the backward pass.",
}
"""What is said to who expects an error, where there is none."""


@dataclass(eq=False)
class PredictBox(Box):
    """A box for what a program prints: a number, an array, `None`, or the name of an error."""

    wants = "what is printed, None, or the name of the error"
    torch: Prediction = None  # type: ignore[assignment]

    def read(self, text: str) -> Any:
        """A number, a nested list as `Entries`, "None", or the name of an error. Raises `NotationError`."""
        check_length(text, 2_000)
        plain = text.strip()
        if ends := re.search(r"(?:error|exception)\b", plain, re.IGNORECASE):
            name = re.split(r"\W", plain[: ends.end()])[-1]  # a search for the whole word goes over it again and again
            if name.lower() in ("error", "exception"):
                message = "Which error? Write the name of its class, as Python prints it."
                raise NotationError(message, text, text.find(name), text.find(name) + len(name))
            return name
        if plain.lower() in ("none", "nothing"):
            return _NONE
        start = len(text) - len(text.lstrip())
        inside = re.fullmatch(r"tensor\((.*?)(,\s*dtype=[\w.]+)?\)", plain, re.DOTALL)
        body = inside[1] if inside else plain
        body = re.sub(r"(?<=\d)\.(?!\d)", "", body)
        body = re.sub(r"(?<=\d)e([+-]?)0*(\d{1,3})\b", lambda m: f"*10^({m[1].strip('+')}{m[2]})", body)
        try:
            return read_entries(body)
        except NotationError as wrong:
            shift = start + (len("tensor(") if inside else 0)
            raise NotationError(wrong.message, text, shift + wrong.position, shift + wrong.end) from None

    def echo(self, text: str) -> tuple[Formula, tuple[str, ...]]:
        read = self.read(text)
        if isinstance(read, str):
            return Words(read), ()
        numbers = read.numbers()
        return (array_formula(numbers, read.shape, 400) if read.shape else value_formula(numbers[0] or 0)), ()

    @property
    def solution(self) -> Formula:
        outcome = self._outcome
        if isinstance(outcome, str):
            return Words(outcome)
        return array_formula(outcome, limit=64, digits=8) if is_array(outcome) else value_formula(outcome)

    def mark(self, text: str, earlier: Mapping[str, Any] | None = None) -> Verdict:
        try:
            read = self.read(text)
        except NotationError as wrong:
            return invalid(text, wrong)
        typed = read if isinstance(read, str) else self._array(read)
        if typed is None:
            return Invalid(text, None, "This has no value.", 0, len(text))
        reading, _ = self.echo(text)
        if _same(typed, self._outcome):
            return Correct(text, reading, f"Right: {self.torch.why}. {self.torch.remedy}".rstrip())
        told = self._mistake(typed)
        return Incorrect(
            text, reading, told.says if told else "That is not what happens.", mistakes=(told,) if told else ()
        )

    def _array(self, read: Any) -> Any:
        import numpy as np

        numbers = read.numbers()
        if None in numbers:
            return None
        return floated(numbers[0]) if not read.shape else np.array([floated(n) for n in numbers]).reshape(read.shape)

    @property
    def _outcome(self) -> Any:
        """What is printed, None too as the word that stands there."""
        return _NONE if self.torch.outcome is None else self.torch.outcome

    def _mistake(self, typed: Any) -> Mistake | None:
        outcome, rule = self._outcome, self.torch.rule
        whole = self.torch.whole
        if isinstance(typed, str):
            if isinstance(outcome, str):
                return Mistake("another outcome", f"{typed} is not what happens here.")
            if typed == _NONE and rule == "detached":
                return Mistake("no outcome", "It does print a derivative: another path than the detached one remains.")
            says = _FEARED.get(rule) if typed != _NONE else None
            return Mistake("no outcome", says or "It does print a derivative: nothing here stops it.")
        if rule == "freed" and whole is not None and any(_same(typed, n * whole) for n in (1, 2)):
            return Mistake("nothing kept", _OVERLOOKED[rule])
        for number, says in self.torch.tempting:
            if _same(typed, number):
                return Mistake("an expected number", says)
        if isinstance(outcome, str):
            if whole is not None and _same(typed, whole):
                says = _OVERLOOKED.get(rule, "That is the derivative, and PyTorch's rules come before it.")
                return Mistake("the derivative itself", says)
            return None
        if rule == "detached":
            return self._detached(typed, outcome, whole)
        if _same(typed, outcome / 2):
            return Mistake("overwritten", "A second backward pass adds to .grad and does not overwrite it.")
        if _same(typed, outcome * 2):
            return Mistake("counted twice", "There is only one backward pass here.")
        return None

    def _detached(self, typed: Any, outcome: Any, whole: Any) -> Mistake | None:
        if _same(typed, whole):
            return Mistake("detached branch counted", "That counts the detached branch too.")
        if _same(typed, whole - outcome):
            return Mistake("the detached branch alone", "That is the detached branch, and only the other paths count.")
        return None


def _same(typed: Any, outcome: Any) -> bool:
    if isinstance(typed, str) or isinstance(outcome, str):
        return isinstance(typed, str) and isinstance(outcome, str) and typed.lower() == outcome.lower()
    import numpy as np

    if np.shape(typed) != np.shape(outcome):
        return False
    wanted = np.asarray(outcome, float)
    off = abs(np.asarray(typed, float) - wanted)
    four = 5.1e-5 * np.where(abs(wanted) < 1e-4, abs(wanted), 1)  # it prints four places, of small numbers after a 10^n
    shown = np.where(wanted == wanted.round(), 0, four)
    return bool((off <= np.maximum(shown, 2e-7 * abs(wanted))).all())
