"""What does PyTorch print, or which error does it raise? Programs made from a graph, and boxes for their outcome.

The outcome follows from the flow and a few rules of `torch.autograd`; PyTorch itself is not needed. Only leaves that
require a gradient fill `.grad`; it is added to and never overwritten; what a backward pass has used is freed; only a
single number starts a backward pass by itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal, get_args

from ...core.flow import GradientFlow
from ...core.node import Node
from ...core.worlds import is_array
from ...core.written import array_formula, value_formula
from ...errors import GradflowError, NotationError
from ...notation.plain import Formula, Words, exact_decimal
from ..verdict import Correct, Incorrect, Invalid, Mistake, Verdict
from .box import Box, check_length, invalid
from .entries import read_entries
from .values import evaluated, floated

Program = Literal["backward", "twice", "retained", "frozen", "grad"]
_NONE, _ERROR = "None", "RuntimeError"
_FREED = "the first backward pass frees what it has used, so the second finds nothing"
_KEEPS_NOTHING = {"add", "sub", "neg", "same", "sum", "mean", "transpose", "reshape", "item"}
"""Operations whose backward pass needs no saved value, so that nothing of theirs is freed."""
_SIGNS = {
    "add": "{} + {}",
    "sub": "{} - {}",
    "mul": "{} * {}",
    "div": "{} / {}",
    "pow": "{} ** {}",
    "matmul": "{} @ {}",
}
_SAME_NAME = (
    "exp log log10 sqrt sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh sigmoid relu abs sign".split()
)


@dataclass(frozen=True)
class Torch:
    """A program and what it does: `outcome` is a number, an array, `None` or the name of an error; `why` says it."""

    code: str
    outcome: Any
    why: str

    @property
    def freed(self) -> bool:
        """Whether a second pass fails for what the first one has freed."""
        return self.why == _FREED


def torch_program(flow: GradientFlow, of: str, wrt: str, program: Program = "backward") -> Torch:
    """The program for d of/d wrt at the flow's point.

    "backward" prints `wrt.grad` after one backward pass, "twice" after two, "retained" after two with
    `retain_graph=True`; in "frozen" no input but the others requires a gradient; "grad" calls `torch.autograd.grad`.
    Raises `GradflowError` for an unknown program, and for operations that have no simple spelling in PyTorch.
    """
    if program not in get_args(Program):
        raise GradflowError(f"program={program!r} is not known: it is {', '.join(map(repr, get_args(Program)))}.")
    graph = flow.graph
    lines = ["import torch", ""]
    for name in graph.inputs:
        grad = "" if program == "frozen" and name == wrt else ", requires_grad=True"
        lines.append(f"{name} = torch.tensor({_literal(flow.known[name])}{grad})")
    own = {id(node): name for name, node in graph.named.items()}
    lines += [
        f"{name} = {_python(node, own, True)}" for name, node in graph.named.items() if node.operation is not None
    ]
    keep = "retain_graph=True" if program == "retained" else ""
    if program == "grad":
        lines += ["", f"print(torch.autograd.grad({of}, {wrt})[0])"]
    else:
        lines += ["", f"{of}.backward({keep})"] + [f"{of}.backward()"] * (program in ("twice", "retained"))
        lines += [f"print({wrt}.grad)"]
    return Torch("\n".join(lines), *_outcome(flow, of, wrt, program))


def _outcome(flow: GradientFlow, of: str, wrt: str, program: str) -> tuple[Any, str]:
    leaf = wrt in flow.graph.inputs
    others = [name for name in flow.graph.inputs if name != wrt and flow.paths(of, name).count]
    if program == "frozen" and not others:
        return _ERROR, f"nothing that {of} depends on requires a gradient, so {of} has no graph behind it"
    if is_array(flow.known[of]):
        return _ERROR, f"{of} is an array: only a single number starts a backward pass without being told its weights"
    if program == "twice" and _frees(flow, of):
        return _ERROR, _FREED
    if program == "grad":
        if not flow.paths(of, wrt).count:
            return _ERROR, f"{of} does not depend on {wrt}"
        return _gradient(flow, of, wrt), "torch.autograd.grad returns the derivative, of any node, and fills no .grad"
    if program == "frozen":
        return _NONE, f"{wrt} does not require a gradient, so nothing is stored in its .grad"
    if not leaf:
        return _NONE, f"{wrt} is no leaf: only inputs keep their .grad unless retain_grad() is called"
    if not flow.paths(of, wrt).count:
        return _NONE, f"{of} does not depend on {wrt}, so its .grad is never filled"
    found = _gradient(flow, of, wrt)
    if program in ("twice", "retained"):
        return found * 2, "the .grad is added to: two backward passes give twice the gradient"
    return found, f"the .grad of a leaf is d{of}/d{wrt}"


def _gradient(flow: GradientFlow, of: str, wrt: str) -> Any:
    return flow.adjoints(of)[wrt]


def _frees(flow: GradientFlow, of: str) -> bool:
    """Whether some operation on the way keeps a value for its backward pass."""
    from ...core.node import in_order

    used = in_order([flow.graph[of]])
    return any(n.operation is not None and not n.is_constant and n.operation.name not in _KEEPS_NOTHING for n in used)


def _literal(value: Any) -> str:
    if is_array(value):
        return repr(value.tolist())
    return repr(float(value))


def _python(node: Any, own: Mapping[int, str], top: bool = False) -> str:
    """An equation's right side in Python."""
    if not isinstance(node, Node) or node.is_constant:
        value = evaluated(node)
        number = exact_decimal(value) if isinstance(value, Fraction) else None
        written = number or repr(floated(value))
        return f"({written})" if written.startswith("-") and not top else written
    if not top and id(node) in own:
        return own[id(node)]
    name, parts = node.operation.name, [_python(argument, own) for argument in node.arguments]
    if name in _SIGNS:
        written = _SIGNS[name].format(*parts)
        return written if top else f"({written})"
    if name == "neg":
        return f"-{parts[0]}" if top else f"(-{parts[0]})"
    if name == "same":
        return f"{parts[0]}.clone()"  # `b = a` would be another name for a, and no node
    if name in ("sum", "mean") and not any(value is not None for _, value in node.operation.settings):
        return f"{parts[0]}.{name}()"
    if name in _SAME_NAME:
        return f"torch.{name}({', '.join(parts)})"
    if name in ("max", "min"):  # of two tensors: a number has to be made one
        both = [part if isinstance(a, Node) else f"torch.tensor({part})" for part, a in zip(parts, node.arguments)]
        return f"torch.{name}imum({', '.join(both)})"
    raise GradflowError(f"{node.operation.symbol} has no simple spelling in PyTorch: ask about another graph.")


@dataclass(eq=False)
class PredictBox(Box):
    """A box for what a program prints: a number, an array, `None`, or the name of an error."""

    wants = "what is printed, None, or the name of the error"
    torch: Torch = None  # type: ignore[assignment]
    once: Any = None
    """The derivative itself, to tell who did not think of the rules."""

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
        outcome = self.torch.outcome
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
        if _same(typed, self.torch.outcome):
            return Correct(text, reading, f"Right: {self.torch.why}.")
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

    def _mistake(self, typed: Any) -> Mistake | None:
        outcome = self.torch.outcome
        if self.torch.freed and self.once is not None and any(_same(typed, n * self.once) for n in (1, 2)):
            return Mistake("nothing kept", "The first backward pass has freed what the second one needs.")
        if isinstance(outcome, str) and self.once is not None and _same(typed, self.once):
            return Mistake("the derivative itself", "That is the derivative, and PyTorch's rules come before it.")
        if not isinstance(outcome, str):
            if isinstance(typed, str):
                return Mistake("no outcome", "It does print a derivative: nothing here stops it.")
            if _same(typed, outcome / 2):
                return Mistake("overwritten", "A second backward pass adds to .grad and does not overwrite it.")
            if _same(typed, outcome * 2):
                return Mistake("counted twice", "There is only one backward pass here.")
        elif isinstance(typed, str):
            return Mistake("another outcome", f"{typed} is not what happens here.")
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
