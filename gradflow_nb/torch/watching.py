"""Which operations a module made: modules are watched while they run, and what they made is drawn as one node.

PyTorch's graph knows nothing of modules. It numbers its operations as they run, so it is enough to remember, for every
call of a module, the numbers between which it ran.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import get_ident
from weakref import WeakKeyDictionary

import torch

Calls = WeakKeyDictionary[torch.nn.Module, "list[Call]"]
_CALLS: Calls = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a module: its path below the watched one, its class, and the operations from `first` up to `last`.

    PyTorch counts the operations of every `thread` for itself.
    """

    path: str
    kind: str
    first: int
    last: int
    thread: int

    def made(self, order: int) -> bool:
        """Whether the operation of this number ran inside the call."""
        return self.first <= order < self.last

    def holds(self, other: Call) -> bool:
        """Whether the other call ran inside this one."""
        return self.first <= other.first and other.last <= self.last and self != other


@contextmanager
def watch(*modules: torch.nn.Module) -> Iterator[None]:
    """While it lasts, calls of these modules and of all in them are remembered, for `mirror` to draw each as one node.

    Nothing of the modules is changed but for hooks that are gone afterwards; of what they compute, nothing is kept.
    Calls that were remembered before are forgotten, and `mirror` knows those of its own thread.

    >>> import torch
    >>> from gradflow_nb.torch import mirror, watch
    >>> net = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Tanh())
    >>> with watch(net):
    ...     y = net(torch.ones(2)).sum()
    >>> flow = mirror(y, net=net)
    >>> flow.names, flow.closed
    (('net.0.weight', 'net.0.bias', 'net', 'y'), ('net',))
    >>> flow.open("net").names
    ('net.0.weight', 'net.0.bias', 'net.0', 'net', 'y')
    """
    hooks = []
    for top in modules:
        calls = _CALLS[top] = []
        for path, module in top.named_modules():
            running: list[int] = []

            def before(*_: object, running: list[int] = running) -> None:
                running.append(_clock())

            def after(module: torch.nn.Module, *_: object, running=running, path=path, calls=calls) -> None:
                calls.append(Call(path, type(module).__name__, running.pop(), _clock(), get_ident()))

            hooks += [module.register_forward_pre_hook(before), module.register_forward_hook(after)]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


@dataclass(frozen=True, slots=True)
class NamedCall:
    """A call of a module, under its name in the flow: `net.0`, or `cell(2)` for the second call of a cell."""

    name: str
    call: Call


def named_calls(prefix: str, module: torch.nn.Module) -> list[NamedCall]:
    """The calls that were remembered of a module and of those in it; several calls of one path are counted."""
    calls = [call for call in _CALLS.get(module, []) if call.thread == get_ident()]
    paths = [".".join(filter(None, (prefix, call.path))) or call.kind.lower() for call in calls]
    count: dict[str, int] = {}
    found = []
    for path, call in zip(paths, calls):
        count[path] = count.get(path, 0) + 1
        found.append(NamedCall(path if paths.count(path) == 1 else f"{path}({count[path]})", call))
    return found


def _clock() -> int:
    """The number of the operation that runs next: a small one is made to see its number."""
    with torch.inference_mode(False), torch.enable_grad():
        return torch.empty(0, requires_grad=True).clone().grad_fn._sequence_nr() + 1
