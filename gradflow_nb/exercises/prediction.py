"""A PyTorch program with what it is predicted to do, and what it does."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any, NamedTuple

from ..core.derived.pytorch import pytorch
from ..core.written import value_formula


class Happened(NamedTuple):
    """What a program did: the number or array that it printed, None, or the name of an error; and what PyTorch said."""

    outcome: Any
    message: str = ""


@dataclass(frozen=True, eq=False)
class Prediction:
    """A PyTorch program and what it does: `code`, and its `outcome`, a number, an array, None or an error's name.

    `program` and `title` say which one it is. `why` is the reason, `remedy` what to do instead where it is a trap,
    `message` a piece of what PyTorch says (of an error, or in a warning), `rule` the reason in a word. `whole` is the
    derivative as it would be if nothing stood in its way, None where there is none; `tempting` are other numbers that a
    person may expect, each with what is to be said of it.
    """

    program: str
    title: str
    code: str
    outcome: Any
    why: str
    remedy: str = ""
    message: str = ""
    rule: str = ""
    whole: Any = None
    tempting: tuple[tuple[Any, str], ...] = ()

    def __repr__(self) -> str:
        return f"<{self.title}: {self.outcome}>"

    def __str__(self) -> str:
        """The program, what it does, why, and what to do instead, for a person to read."""
        code = "\n".join(f"    {line}".rstrip() for line in self.code.splitlines())
        return "\n".join(filter(None, [self.title, code, f"{self.says}, because {self.why}.", self.remedy]))

    @property
    def says(self) -> str:
        """What the program does, as the beginning of a sentence."""
        if isinstance(self.outcome, str):
            return f"It raises {self.outcome}" + (f' ("{self.message}")' if self.message else "")
        return f"It prints {'None' if self.outcome is None else value_formula(self.outcome)}"

    def happens(self) -> Happened:
        """What PyTorch does with the program, in a namespace of its own. Raises `NotInstalled` without PyTorch."""
        torch = pytorch()
        printed: list[Any] = []
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            try:
                exec(compile(self.code, f"<{self.program}>", "exec", dont_inherit=True), {"print": printed.append})
            except Exception as error:
                return Happened(type(error).__name__, str(error))
        value = printed[-1]
        if isinstance(value, torch.Tensor):
            value = value.detach().numpy() if value.ndim else value.item()
        return Happened(value, "; ".join(str(warning.message) for warning in said))

    def check(self) -> bool:
        """Whether PyTorch does what is predicted, and says it. Numbers may differ by the rounding of single floats."""
        import numpy as np

        outcome, message = self.happens()
        if self.message not in message:
            return False
        if any(value is None or isinstance(value, str) for value in (outcome, self.outcome)):
            return type(outcome) is type(self.outcome) and outcome == self.outcome
        wanted, got = (np.asarray(value, float) for value in (self.outcome, outcome))
        scale = max(1.0, float(abs(wanted).max()))
        return wanted.shape == got.shape and bool((abs(wanted - got) <= 1e-4 * scale).all())
