"""A table of measured times and their ratios, printed as text."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping, Sequence
from statistics import median
from time import perf_counter


def table(title: str, heads: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows under heads; the first column is flush left."""
    cells = [list(map(str, heads)), *([str(c) for c in row] for row in rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(heads))]
    print(f"\n{title}")
    for row in cells:
        print("  " + "  ".join(c.ljust(w) if i == 0 else c.rjust(w) for i, (c, w) in enumerate(zip(row, widths))))


def interleaved(sides: Mapping[str, Callable[[], object]], rounds: int = 15, seconds: float = 0.02) -> dict[str, float]:
    """The median seconds of one call of each side; the sides take turns, so that a busy machine is fair to all."""
    loops = {}
    for name, work in sides.items():
        work()
        start = perf_counter()
        work()
        loops[name] = max(1, int(seconds / max(perf_counter() - start, 1e-7)))
    times: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(rounds):
        for name, work in sides.items():
            gc.collect()
            turns = range(loops[name])
            start = perf_counter()
            for _ in turns:
                work()
            times[name].append((perf_counter() - start) / loops[name])
    return {name: median(found) for name, found in times.items()}


def ratios(title: str, times: Mapping[str, float], base: str) -> None:
    """Print times in microseconds, and how many times `base` each of them is."""
    rows = [(name, f"{t * 1e6:,.2f} µs", f"{t / times[base]:,.1f}x") for name, t in times.items()]
    table(title, ("", "median", f"÷ {base}"), rows)
