"""The garbage collector, held back while functions are traced: a trace makes many objects and no garbage.

It is held back by a threshold of 0, and not by `gc.disable`, so that a person's own `gc.disable` and `gc.enable`,
before or inside a traced function, are left as they are.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock, local

PATIENCE = 64
"""So many traces may end, in threads that overlap, before the collector comes back without waiting for a pause."""


class _Holding:
    """Who holds the collector back: the first trace of any thread takes its thresholds, the last gives them back."""

    def __init__(self) -> None:
        self.lock = RLock()  # a signal's handler may trace, too
        self.here = local()
        self.traces = self.ended = 0
        self.before: tuple[int, int, int] | None = None

    def enter(self) -> None:
        with self.lock:
            if not self.traces:
                self.before = gc.get_threshold()
                gc.set_threshold(0, *self.before[1:])
            self.traces += 1

    def leave(self) -> None:
        with self.lock:
            self.traces -= 1
            self.ended = self.ended + 1 if self.traces else 0
            if self.traces and self.ended < PATIENCE:
                return
            if self.before is not None and gc.get_threshold() == (0, *self.before[1:]):  # else: set by somebody else
                gc.set_threshold(*self.before)
            self.before = None


_HOLDING = _Holding()


@contextmanager
def held_back() -> Iterator[None]:
    """While it lasts, in any thread, nothing is collected; a trace inside a trace changes nothing.

    >>> with held_back():
    ...     gc.get_threshold()[0], gc.isenabled()
    (0, True)
    """
    here = _HOLDING.here
    if getattr(here, "inside", False):
        yield
        return
    _HOLDING.enter()
    here.inside = True
    try:
        yield
    finally:
        here.inside = False
        _HOLDING.leave()
