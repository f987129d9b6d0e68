"""The programs that PyTorch questions are about, and the traps among them, each made from a graph at a point.

Only leaves that require a gradient fill `.grad`; it is added to and never overwritten; what a backward pass has used is
freed; only a single number starts a backward pass by itself; what it needs must not be changed in place; a detached
branch has no gradient.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Literal, get_args

from ..core.derived.listing import inner
from ..core.flow import GradientFlow
from ..core.graph import Graph
from ..core.language import read_graph
from ..errors import GradflowError, UnknownName
from .prediction import Prediction
from .torch_program import TorchProgram, is_whole

Program = Literal[
    "backward", "twice", "retained", "frozen", "grad", "vector", "edited", "inner", "leaf", "integers", "detached"
]
TRAPS: dict[Program, tuple[str, ...]] = {
    "vector": ("vector",),
    "twice": ("freed",),
    "edited": ("edited",),
    "inner": ("inner",),
    "leaf": ("leaf",),
    "integers": ("integers",),
    "detached": ("detached", "unfilled", "no graph"),
}
"""The well-known traps, in the order in which people meet them, each with the rules by which it is one."""


class CannotShow(GradflowError):
    """A graph in which a trap cannot be shown."""


def traps(flow: GradientFlow | None = None, of: str | None = None, wrt: str | None = None) -> tuple[Prediction, ...]:
    """PyTorch's well-known traps, each as a program for d of/d wrt; those that this flow cannot show are left out.

    Without a flow they are about a small graph that shows all seven. `of` may be left out where there is one output,
    and `wrt` stands for the first input.

    >>> [trap.program for trap in traps()]
    ['vector', 'twice', 'edited', 'inner', 'leaf', 'integers', 'detached']
    >>> detached = traps()[-1]
    >>> print(detached.code)
    import torch
    <BLANKLINE>
    x = torch.tensor(5.0, requires_grad=True)
    p = x ** 2
    z = x * p.detach()
    <BLANKLINE>
    z.backward()
    print(x.grad)
    >>> detached.outcome, detached.whole
    (25, 75)
    """
    flow = flow or read_graph("p = x^2; z = x p").at(x=5)
    if of is None and len(flow.outputs) != 1:
        raise GradflowError(f"This graph has {len(flow.outputs)} outputs: say which one, as in of={flow.outputs[0]!r}.")
    found = []
    for program, rules in TRAPS.items():
        try:
            made = torch_program(flow, of or flow.outputs[0], wrt or flow.graph.inputs[0], program)
        except CannotShow:
            continue
        found += [made] if made.rule in rules else []
    return tuple(found)


def torch_program(flow: GradientFlow, of: str, wrt: str, program: Program = "backward") -> Prediction:
    """The program of this name for d of/d wrt at the flow's point, and what it does.

    - "backward" prints `wrt.grad` after one backward pass, "twice" after two, "retained" after two with
      `retain_graph=True`; in "frozen" `wrt` does not require a gradient; "grad" calls `torch.autograd.grad`.
    - "vector" starts a backward pass at an array; "inner" prints the `.grad` of a node that is no input; "detached" has
      a `.detach()` on one edge between the two.
    - "edited" changes a node between the two (or `wrt`, if it is no input) in place before the backward pass, "leaf" an
      input; in "integers" an input is a tensor of integers.

    Raises `UnknownName`, `InputError` for a flow that is not a graph at a point, and `GradflowError` for an unknown
    program, for an opaque function, and for a graph that cannot show what the program is about.
    """
    if program not in get_args(Program):
        raise GradflowError(f"program={program!r:.40} is not known: it is {', '.join(map(repr, get_args(Program)))}.")
    for name in (of, wrt):
        if name not in flow.graph:
            raise UnknownName(name, flow.graph.names)
    if flow.graph.expanded:
        flow = Graph(flow.graph.named, flow.graph.defaults).at(flow.inputs)
    title, make = _PROGRAMS[program]
    made = make(TorchProgram(flow, of, wrt))
    value, rule, why = made.outcome
    told = {"of": made.of, "wrt": made.wrt, "edited": made.edited or made.of}
    told = {key: made.called(name) for key, name in told.items()}
    remedy = _REMEDIES.get(rule, "").format(start=made.start, **told)
    said = made.outcome.message, rule, made.whole, made.tempting
    return Prediction(program, title, made.code, value, why, remedy, *said)


# What each program is about -------------------------------------------------------------------------------------------


def _vector(p: TorchProgram) -> TorchProgram:
    """An array that `of` is made of, as the start; where there are numbers only, two of them stacked."""
    if p.size(p.of) > 1:
        return p
    used = [name for name in p.graph.names if name != p.of and p.rules.reaches(p.of, name)]
    used.sort(key=lambda name: name not in p.graph.inputs)  # the last one is the nearest, and no input if there is one
    if arrays := [name for name in used if p.size(name) > 1]:
        return replace(p, of=arrays[-1])
    if alike := [name for name in used if not p.shape(name)]:
        return replace(p, stacked=(alike[-1], p.of)) if not p.shape(p.of) else replace(p, stacked=(alike[-1],) * 2)
    raise CannotShow(f"{p.of} is made of nothing that could be stacked: ask about another node, or another program.")


def _edited(p: TorchProgram) -> TorchProgram:
    """A node between the two, rather one whose value the backward pass needs; `wrt` itself if it is no input."""
    if p.wrt not in p.graph.inputs:
        candidates, p = [p.wrt], replace(p, wrt=_leaf(p))
    else:
        candidates = [*_between(p), p.of]
    clear = [name for name in candidates if name not in p.graph.inputs and p.rules.is_clear(name)]
    if not clear:
        raise CannotShow(f"Between {p.of} and {p.wrt} there is no tensor of its own to change: ask about other nodes.")
    return replace(p, edited=next((name for name in clear if p.rules.spoils(p.of, name)), clear[0]))


def _inner(p: TorchProgram) -> TorchProgram:
    for name in (p.wrt, *_between(p), p.of):
        if name not in p.graph.inputs:
            return replace(p, wrt=name)
    raise CannotShow(f"{p.of} and {p.wrt} are inputs, and this is about a node with an equation: name one.")


def _integers(p: TorchProgram) -> TorchProgram:
    for name in dict.fromkeys((_leaf(p), *p.graph.inputs)):
        if is_whole(p.flow.known[name]):
            return replace(p, integer=name, wrt=name)
    raise CannotShow("No input has a whole value here, so none can be an integer: ask at another point, as at x=2.")


def _detached(p: TorchProgram) -> TorchProgram:
    """An edge on a path between the two; rather one beside which another path remains, and not out of an input."""
    p = replace(p, wrt=_leaf(p))
    uses = Counter(id(a) for node in p.graph.nodes for a in node.parents)
    named = {id(node) for node in p.graph.named.values()}
    found: list[tuple[bool, bool, int, TorchProgram]] = []
    for i, edge in enumerate(p.flow.edges):
        own = all(id(node) in named or uses[id(node)] == 1 for node in inner(p.graph, edge.child))
        if own and p.rules.reaches(p.of, edge.child) and p.rules.reaches(edge.parent, p.wrt):
            made = replace(p, detached=(edge.child, edge.parent))
            if p.rules.connects(edge.child, edge.parent):
                found.append((not made.rules.reaches(p.of, p.wrt), edge.parent in p.graph.inputs, i, made))
    if not found:
        raise CannotShow(f"There is no edge between {p.of} and {p.wrt} to detach: ask about other nodes.")
    return min(found)[-1]


def _between(p: TorchProgram) -> list[str]:
    """The nodes between `of` and `wrt`, without the two."""
    names = [name for name in p.graph.names if name not in (p.of, p.wrt)]
    return [name for name in names if p.rules.reaches(p.of, name) and p.rules.reaches(name, p.wrt)]


def _leaf(p: TorchProgram) -> str:
    """`wrt`, or the first input that it depends on."""
    for name in (p.wrt, *p.graph.inputs):
        if name in p.graph.inputs and p.rules.reaches(p.wrt, name):
            return name
    raise CannotShow(f"{p.wrt} depends on no input, and this program needs one: ask about another node.")


_PROGRAMS: dict[str, tuple[str, Callable[[TorchProgram], TorchProgram]]] = {
    "backward": ("One backward pass", lambda p: p),
    "twice": ("A second backward pass through the same graph", lambda p: replace(p, passes=2)),
    "retained": ("Two backward passes, the graph retained", lambda p: replace(p, passes=2, retained=True)),
    "frozen": ("An input that requires no gradient", lambda p: replace(p, frozen=p.wrt)),
    "grad": ("A call of torch.autograd.grad", lambda p: replace(p, calls_grad=True)),
    "vector": ("A backward pass from an array", _vector),
    "edited": ("A tensor changed in place before the backward pass", _edited),
    "inner": ("The .grad of a node inside the graph", _inner),
    "leaf": ("A leaf changed in place", lambda p: replace(p, edited=_leaf(p), wrt=_leaf(p))),
    "integers": ("An integer tensor that is to require a gradient", _integers),
    "detached": ("A branch that is detached", _detached),
}
"""Of each program its title, and what makes it of the plain one."""

_REMEDIES = {
    "vector": "Make one number of it first, {start}.sum().backward(), or give it weights: "
    "{start}.backward(torch.ones_like({start})).",
    "freed": "Compute {of} again before the second pass, or write {of}.backward(retain_graph=True) in the first.",
    "edited": "Make a new tensor, {edited} = {edited} + 1, in place of {edited} += 1.",
    "inner": "Write {wrt}.retain_grad() before the backward pass, or ask for torch.autograd.grad({of}, {wrt}).",
    "leaf": "Make a new tensor and go on with that, or, to update a parameter, do it inside `with torch.no_grad():`.",
    "integers": "Write its numbers with a point, as 2.0, or give dtype=torch.float32.",
    "detached": "Leave .detach() out, unless that branch is meant to count as a constant.",
    "no graph": "Let an input of it require a gradient: requires_grad=True, and no .detach() on the way.",
    "added": "Write {wrt}.grad = None between the two passes, as optimizer.zero_grad() does, to keep them apart.",
    "frozen": "Declare it with requires_grad=True.",
    "unfilled": "Ask about an input that {of} depends on, or call torch.autograd.grad with allow_unused=True.",
    "unused": "Ask about a node that {of} depends on, or write allow_unused=True, which gives None.",
}
"""What to do instead, by the rule that was met."""
