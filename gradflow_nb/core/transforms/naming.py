"""The names of a function's own local variables, as names of the Nodes that they were bound to."""

from __future__ import annotations

import inspect
import keyword
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock
from types import CodeType, FrameType
from typing import Any

from ..node import Node, in_order


@contextmanager
def watched(function: Any) -> Iterator[list[tuple[str, Node]]]:
    """While it lasts: every binding of a Node to a local variable of the first call of `function`, in order.

    The function's own frame is looked at before each of its lines (`sys.settrace`); a tracer that was there comes back.
    """
    code = _code(function)
    bindings: list[tuple[str, Node]] = []
    frames: list[FrameType] = []
    last: dict[str, Any] = {}

    def each_line(frame: FrameType, event: str, _: Any) -> Any:
        for name, value in _local_nodes(frame):
            if last.get(name) is not value:
                last[name] = value
                bindings.append((name, value))
        return each_line

    def each_call(frame: FrameType, event: str, _: Any) -> Any:
        if frame.f_code is not code or frames:
            return None
        frames.append(frame)
        return each_line

    before = sys.gettrace()
    _install(each_call)
    try:
        yield bindings
    finally:
        _install(before)
        frames.clear()


_INSTALLING = RLock()


def _install(tracer: Any) -> None:
    """Python refuses a tracer while another thread is just installing one."""
    with _INSTALLING:
        sys.settrace(tracer)


_LARGEST, _DEEPEST = 1000, 4
"""Containers with more entries than this, or deeper within one another, give no names."""


def _local_nodes(frame: FrameType) -> Iterator[tuple[str, Node]]:
    code, values = frame.f_code, frame.f_locals
    for name in (*code.co_varnames, *code.co_cellvars):
        if name in values and not name.startswith(("_", ".")):
            yield from _nodes_in(name, values[name])


def _nodes_in(name: str, value: Any, depth: int = 0) -> Iterator[tuple[str, Node]]:
    """`w_0`, `w_1` for the entries of a list w, `p_w` for the entry "w" of a dict p; a list may hold itself."""
    if isinstance(value, Node):
        yield name, value
    elif isinstance(value, (list, tuple, dict)) and len(value) <= _LARGEST and depth < _DEEPEST:
        for key, entry in value.items() if isinstance(value, dict) else enumerate(value):
            if isinstance(entry, (Node, list, tuple, dict)) and (isinstance(key, int) or str(key).isidentifier()):
                yield from _nodes_in(f"{name}_{key}", entry, depth + 1)


def _code(function: Any) -> CodeType | None:
    """The code whose local variables give the names: that of the function itself, beneath any wrapping."""
    function = inspect.unwrap(function)
    while hasattr(function, "func"):  # functools.partial
        function = function.func
    call = function if hasattr(function, "__code__") else inspect.getattr_static(type(function), "__call__")
    return getattr(call, "__code__", None)


def named_nodes(
    inputs: dict[str, Node], bindings: list[tuple[str, Node]], outputs: list[tuple[str | None, Node]]
) -> dict[str, Node]:
    """The nodes that the outputs need, under their names: the first name that each was given."""
    needed = set(in_order(node for _, node in outputs))
    owner: dict[Node, str] = {node: name for name, node in inputs.items()}
    bound: dict[str, list[Node]] = {}
    for name, node in bindings:
        if node in needed and node not in owner:
            owner[node] = name
            bound.setdefault(name, []).append(node)
    named = dict(inputs)

    def add(name: str, node: Node) -> None:
        taken, spelled = name, 0
        while taken in named or keyword.iskeyword(taken):
            spelled += 1
            taken = f"{name}_{spelled}"
        named[taken] = node

    for name, nodes in bound.items():
        if len(nodes) == 1 and name not in inputs:
            add(name, nodes[0])
    for name, nodes in bound.items():
        if len(nodes) > 1 or name in inputs:
            for i, node in enumerate(nodes, 1):
                add(f"{name}_{i}", node)
    nameless = list(dict.fromkeys(node for _, node in outputs if node not in owner))
    keys = {node: name for name, node in outputs if name}
    plain = [node for node in nameless if node not in keys]
    for node in nameless:
        add(keys[node] if node in keys else "y" if len(plain) == 1 else f"y_{plain.index(node) + 1}", node)
    for name, node in named.items():
        node.name = node.name or name
    return named
