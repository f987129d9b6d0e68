"""Random programs over tensors: built once, run on leaves, and each a plain function that `torch.func` takes too."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from math import prod
from typing import Any

import pytest

torch = pytest.importorskip("torch")


@dataclass
class Step:
    """One line of a program: `made[i] = do(*made[arguments])`. One in place puts its result in its argument's place."""

    name: str
    do: Callable[..., Any]
    arguments: tuple[int, ...]
    kind: str
    """The structure that its edges have ("diagonal", "selection", "dense"), "" where several operations are made."""
    in_place: bool = False
    again: Callable[..., Any] | None = None
    """What it computes, without the editing, of the same arguments."""


@dataclass
class Program:
    """A function of tensors, as a list of steps; several of what it made are its results."""

    shapes: list[tuple[int, ...]]
    steps: list[Step] = field(default_factory=list)
    results: list[int] = field(default_factory=list)

    def run(self, *leaves: torch.Tensor) -> list[torch.Tensor]:
        """All that is made, leaves first."""
        made = list(leaves)
        for step in self.steps:
            found = step.do(*(made[i] for i in step.arguments))
            if step.in_place:
                made[step.arguments[0]] = found
            made.append(found)
        return made

    def __call__(self, *leaves: torch.Tensor) -> tuple[torch.Tensor, ...]:
        made = self.run(*leaves)
        return tuple(made[i] for i in self.results)

    def leaves(self, seed: int, dtype: torch.dtype = torch.float64) -> list[torch.Tensor]:
        """Fresh leaves, no entry near a kink."""
        generator = torch.Generator().manual_seed(seed)
        drawn = [torch.rand(shape, generator=generator, dtype=torch.float64) * 1.4 + 0.3 for shape in self.shapes]
        signs = [torch.where(torch.rand(d.shape, generator=generator) < 0.3, -1.0, 1.0) for d in drawn]
        return [(d * s).to(dtype).requires_grad_() for d, s in zip(drawn, signs)]


SHAPES = [(), (), (2,), (3,), (3,), (2, 3), (3, 2), (3, 3), (1, 3), (2, 1), (2, 2, 3)]
UNARY: dict[str, Callable[..., Any]] = {
    "sin": torch.sin, "cos": torch.cos, "tanh": torch.tanh, "sigmoid": torch.sigmoid, "neg": torch.neg,
    "atan": torch.atan, "relu": torch.relu, "abs": torch.abs, "square": torch.square, "double": lambda x: x * 2,
    "plus": lambda x: x + 1.5, "from": lambda x: 1.0 - x, "half": lambda x: x / 2, "cube": lambda x: x**3,
    "gelu": torch.nn.functional.gelu, "softplus": torch.nn.functional.softplus, "clone": torch.clone,
    "leaky": lambda x: torch.nn.functional.leaky_relu(x, 0.1), "clamp": lambda x: x.clamp(-0.7, 0.9),
}  # fmt: skip
BINARY: dict[str, Callable[..., Any]] = {
    "add": torch.add, "sub": torch.sub, "mul": torch.mul, "max": torch.maximum, "min": torch.minimum,
    "alpha": lambda x, y: torch.add(x, y, alpha=0.5),
    "where": lambda x, y: torch.where(x.detach() > y.detach(), x, y), "atan2": torch.atan2,
    "lerp": lambda x, y: torch.lerp(x, y, 0.25) if x.shape == y.shape else x - y,
}  # fmt: skip
IN_PLACE: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "mul_": (lambda x: x.mul_(3), lambda x: x * 3),
    "add_": (lambda x: x.add_(1), lambda x: x + 1),
    "sin_": (lambda x: x.sin_(), torch.sin),
    "neg_": (lambda x: x.neg_(), torch.neg),
}


def random_program(seed: int, edits: bool = True) -> Program:
    """A program of a few steps: broadcasting, sharing, parallel edges, views, and perhaps results edited in place."""
    draw = random.Random(seed)
    program = Program([draw.choice(SHAPES) for _ in range(draw.randint(1, 3))])
    leaves = [torch.ones(shape, dtype=torch.float64, requires_grad=True) for shape in program.shapes]
    shapes = [tuple(leaf.shape) for leaf in leaves]
    edited: set[int] = set()
    """Numbers of what an edit has replaced, or may have changed: they are not used again."""
    size = draw.randint(3, 10)
    while len(program.steps) < size:
        usable = [i for i in range(len(shapes)) if i not in edited]
        step = _step(draw, shapes, usable, len(program.shapes), program)
        if step is None or (step.in_place and not edits):
            continue
        program.steps.append(step)
        try:
            made = program.run(*leaves)
            sum(made[i].sum() for i in [*usable, -1] if made[i].requires_grad).backward()
        except RuntimeError:  # an edit of what must not be edited, or of what PyTorch has saved
            program.steps.pop()
            continue
        shapes.append(tuple(made[-1].shape))
        if step.in_place:
            edited.add(step.arguments[0])
    usable = [i for i in range(len(program.shapes), len(shapes)) if i not in edited]
    program.results = sorted({usable[-1], *draw.sample(usable, min(len(usable), draw.randint(0, 2)))})
    return program


def _step(draw: random.Random, shapes: list, usable: list[int], leaves: int, program: Program) -> Step | None:
    i, j = draw.choice(usable), draw.choice(usable[-4:])
    x, y = shapes[i], shapes[j]
    match draw.choice(["unary", "unary", "binary", "binary", "binary", "same", "matrix", "view", "reduce", "edit"]):
        case "unary":
            name = draw.choice(list(UNARY))
            return Step(name, UNARY[name], (i,), "diagonal")
        case "binary":
            name = draw.choice([*BINARY, "divide"])
            if prod(_broadcast(x, y) or (10**6,)) > 40:
                return None
            if name == "divide":  # by what is never near 0
                return Step(name, lambda t, u: t / (u * u + 1), (i, j), "")
            return Step(name, BINARY[name], (i, j), "diagonal" if x == y else "")
        case "same":
            name = draw.choice(["mul", "add", "sub"])
            return Step(name, BINARY[name], (i, i), "diagonal")
        case "matrix":
            j = draw.choice(usable)
            y = shapes[j]
            if len(x) == 2 and len(y) == 2 and x[1] == y[0]:
                return Step("mm", torch.mm, (i, j), "dense")
            if len(x) == 2 and len(y) == 1 and x[1] == y[0]:
                return Step("mv", torch.mv, (i, j), "dense")
            if len(x) == len(y) == 1 and x == y:
                return Step("dot", torch.dot, (i, j), "dense")
            return None
        case "view":
            return _view(draw, i, x, j, y)
        case "reduce" if x:
            axis = draw.randrange(len(x))
            name, do = draw.choice(
                [
                    ("sum", lambda t: t.sum()),
                    ("sum of one axis", lambda t: t.sum(axis)),
                    ("mean", lambda t: t.mean()),
                    ("logsumexp", lambda t: t.logsumexp(axis)),
                    ("softmax", lambda t: t.softmax(axis)),
                    ("cumsum", lambda t: t.cumsum(axis)),
                    ("max", lambda t: t.amax(axis)),
                    ("prod", lambda t: t.prod()),
                    ("norm", lambda t: t.norm()),
                ]
            )
            return Step(name, do, (i,), "dense")
        case "edit" if i >= leaves and program.steps:
            return _edit(draw, i, x, shapes, usable)
    return None


def _view(draw: random.Random, i: int, x: tuple, j: int, y: tuple) -> Step | None:
    n = prod(x)
    options: list[tuple[str, Callable[..., Any]]] = [
        ("reshape", lambda t: t.reshape(n)),
        ("unsqueeze", lambda t: t.unsqueeze(0)),
        ("expand", lambda t: t.expand(2, *x)),
    ]
    if x:
        last = x[-1] - 1
        options += [
            ("slice", lambda t: t[..., : last or 1]),
            ("select", lambda t: t[..., last]),
            ("flip", lambda t: t.flip(0)),
            ("roll", lambda t: t.roll(1)),
            ("pick", lambda t: t[[0, -1, 0]]),
            ("chunk", lambda t: t.split(1)[-1]),
            ("unbind", lambda t: t.unbind(0)[0]),
        ]
    if len(x) == 2:
        options += [("transpose", lambda t: t.T), ("diagonal", lambda t: t.diagonal()), ("tril", torch.tril)]
    if len(x) == 3:
        options.append(("permute", lambda t: t.permute(2, 0, 1)))
    if x and x == y:
        options += [("cat", None), ("stack", None)]
    name, do = draw.choice(options)
    if n > 20 and name in ("expand", "cat", "stack", "pick"):
        return None
    if name == "cat":
        return Step(name, lambda t, u: torch.cat([t, u, t]), (i, j), "")
    if name == "stack":
        return Step(name, lambda t, u: torch.stack([t, u]), (i, j), "selection" if i != j else "")
    single = name not in ("slice", "pick")  # `...` and lists of places may take several operations
    return Step(name, do, (i,), "selection" if single and len(x) < 3 else "")


def _edit(draw: random.Random, i: int, x: tuple, shapes: list, usable: list[int]) -> Step | None:
    """An edit in place of a fresh copy times 2, or of a part of it: the copy itself is a step of its own."""
    if x and draw.random() < 0.6:  # CopySlices
        j = draw.choice([k for k in usable if prod(shapes[k]) == 1] or [None])
        if j is None:
            part = draw.choice([(lambda t: t[0]), (lambda t: t[..., :1])])

            def scaled(t: torch.Tensor) -> torch.Tensor:
                copy = t * 2
                part(copy).mul_(3)
                return copy

            return Step("part.mul_", scaled, (i,), "")

        def put(t: torch.Tensor, u: torch.Tensor) -> torch.Tensor:
            copy = t * 2
            copy[0] = u.reshape(())
            return copy

        return Step("part of it is another", put, (i, j), "")
    name = draw.choice(list(IN_PLACE))
    edit, again = IN_PLACE[name]
    return Step(name, edit, (i,), "", in_place=True, again=again)


def _broadcast(x: tuple, y: tuple) -> tuple | None:
    try:
        return tuple(torch.broadcast_shapes(x, y))
    except RuntimeError:
        return None
