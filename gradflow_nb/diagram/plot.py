"""`plot`: numbers as lines on a page, in the same ink, colours and words as the figures.

Our own, and small, for what lessons show (a loss, a norm, a fitted curve): a plot that follows the page's theme, has no
`id`, depends on no font and is the same bytes on every machine. For anything more there is matplotlib.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from itertools import groupby
from math import ceil, floor, isfinite, log10
from pathlib import Path

from ..core.display import Shown
from ..errors import InputError
from ..notation.plain import Formula, Number, Power, Words, number_text
from ..notation.svgtext import box
from .saving import save_picture
from .svg import STYLE

_STYLE = STYLE + (Path(__file__).parent / "plot.css").read_text(encoding="utf-8")
_WIDTH, _HEIGHT, _ROW, _FONT = 560, 300, 22, 15.0
_DASHES = tuple(f' stroke-dasharray="{dash}"' if dash else "" for dash in ("", "7 4", "2 3", "9 3 2 3"))
_CIRCLE = "m-3.2 0a3.2 3.2 0 1 0 6.4 0a3.2 3.2 0 1 0-6.4 0"
_MOST, _TICKS, _ROWS, _NEAR = len(_DASHES), 6, 9, 1e-9


def plot(
    lines: Mapping[str, Iterable[float]],
    across: Iterable[float] | None = None,
    *,
    x: str = "",
    y: str = "",
    log: bool = False,
    points: Mapping[str, Iterable[float]] | None = None,
) -> Plot:
    """A plot of some lines, at most four with the `points`: names, each with its numbers from left to right.

    `across` says where the numbers stand, 0, 1, 2, … if left out; `x` and `y` name the axes. `log` makes the upright
    axis logarithmic; what is not positive then leaves a gap, as do nan and inf everywhere. `points` are drawn as
    circles. It shows itself; `svg`, `text` and `save` are those of a figure. Raises `InputError` for numbers that do
    not fit together, and where there is nothing to draw.

    >>> print(plot({"4⁻ⁿ": [1, 1/4, 1/16, 1/64]}, x="n", log=True).text)
    plot, by n from 0 to 3, logarithmic
    4⁻ⁿ  1 at n = 0, 0.25 at 1, 0.0625 at 2, 0.01562 at 3
    """
    named = {name: _numbers(name, numbers) for name, numbers in lines.items()}
    dots = {name: _numbers(name, numbers) for name, numbers in (points or {}).items()}
    if not 0 < len(named) + len(dots) <= _MOST or not named.keys().isdisjoint(dots):
        raise InputError(f"A plot has one to {_MOST} lines, each with a name of its own.")
    lengths = {name: len(numbers) for name, numbers in {**named, **dots}.items()}
    at = _numbers("across", range(max(lengths.values())) if across is None else across)
    for name, length in lengths.items():
        if length != len(at):
            raise InputError(f"{name} has {length} numbers, and there are {len(at)} places across.")
    made = Plot(tuple(at), named, dots, x, y, log)
    if not any(map(made.runs, made.named.values())):
        raise InputError("There is nothing to draw: no finite number" + " above 0." * log + "." * (not log))
    return made


def _numbers(name: str, given: Iterable[float]) -> list[float]:
    try:
        return [float(number) for number in given]
    except (TypeError, ValueError):
        raise InputError(f"{name} is no list of numbers.") from None


@dataclass(frozen=True, eq=False, repr=False)
class Plot(Shown):
    """Lines and points over common places `across`; `plot` makes it."""

    across: tuple[float, ...]
    lines: Mapping[str, Sequence[float]]
    points: Mapping[str, Sequence[float]] = field(default_factory=dict)
    x: str = ""
    y: str = ""
    log: bool = False

    @property
    def named(self) -> dict[str, Sequence[float]]:
        """The numbers of lines and points, by name."""
        return {**self.lines, **self.points}

    def runs(self, numbers: Sequence[float]) -> list[list[tuple[float, float]]]:
        """The pairs of numbers that have a place in the picture, in runs without a gap."""

        def fits(pair: tuple[float, float]) -> bool:
            return all(map(isfinite, pair)) and (pair[1] > 0 or not self.log)

        return [list(run) for there, run in groupby(zip(self.across, numbers), fits) if there]

    @property
    def title(self) -> str:
        """One line that says what is drawn."""
        what = f" of {self.y}" if self.y else ""
        ends = f"from {_said(min(self.across))} to {_said(max(self.across))}"
        return f"plot{what}, by {self.x or 'place'} {ends}" + ", logarithmic" * self.log

    @property
    def text(self) -> str:
        """The plot in words: some of its numbers, to four digits."""
        wide = max(map(len, self.named))
        told = (f"{name.ljust(wide)}  {self._told(numbers)}" for name, numbers in self.named.items())
        return "\n".join([self.title, *told])

    def _told(self, numbers: Sequence[float]) -> str:
        picked = self._picked()
        first, *others = [f"{_said(numbers[i])} at {{}}{_said(self.across[i])}" for i in picked]
        return ", ".join([first.format(f"{self.x} = " if self.x else ""), *(each.format("") for each in others)])

    def _picked(self) -> list[int]:
        """Places spread over the whole length, the ends among them."""
        count = len(self.across)
        few = min(count, _ROWS)
        return list(dict.fromkeys(round(i * (count - 1) / max(few - 1, 1)) for i in range(few)))

    @property
    def table(self) -> str:
        """The plot in words, as an HTML table."""
        left = 'style="text-align: left"'
        head = "".join(f'<th scope="col" {left}>{escape(name)}</th>' for name in [self.x or "place", *self.named])
        columns = [self.across, *self.named.values()]
        cells = ["".join(f"<td {left}>{_said(column[i])}</td>" for column in columns) for i in self._picked()]
        rows = "".join(f"<tr>{row}</tr>" for row in cells)
        return f'<table class="gf-table"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'

    @cached_property
    def svg(self) -> str:
        """The picture as a self-contained SVG, the same bytes in every process."""
        shown = [pair for numbers in self.named.values() for run in self.runs(numbers) for pair in run]
        across, up = _Axis([a for a, _ in shown]), _Axis([v for _, v in shown], self.log)
        left = max(box(label).width for _, label in up.ticks) * _FONT + 22
        legend, rows = self._legend(left)
        height = _HEIGHT + _ROW * (rows - 1)
        right, top, bottom = _WIDTH - 18, height - _HEIGHT + 40 + 20 * bool(self.y), height - 30 - 20 * bool(self.x)

        def place(pair: tuple[float, float]) -> str:
            x, y = left + across.share(pair[0]) * (right - left), bottom - up.share(pair[1]) * (bottom - top)
            return f"{x:.1f} {y:.1f}"

        ink = []
        for value, label in up.ticks:
            y = bottom - up.share(value) * (bottom - top)
            ink += [f'<path class="gf-grid" d="M{left:.1f} {y:.1f}H{right}"/>', _text(label, left - 8, y + 5, 1)]
        for value, label in across.ticks:
            x = left + across.share(value) * (right - left)
            ink += [f'<path class="gf-axis" d="M{x:.1f} {bottom}v5"/>', _text(label, x, bottom + 20, 0.5)]
        ink += [
            f'<path class="gf-axis" d="M{left:.1f} {top}V{bottom}H{right}"/>',
            *([_text(Words(self.x), (left + right) / 2, height - 10, 0.5)] if self.x else []),
            *([_text(Words(self.y), 10, top - 13)] if self.y else []),
            *legend,
        ]
        for number, numbers in enumerate(self.lines.values()):
            path = "".join(f"M{'L'.join(map(place, run))}h0" for run in self.runs(numbers))  # h0: one alone is a dot
            ink.append(f'<path class="gf-line gf-series-{number}" d="{path}"{_DASHES[number]}/>')
        for number, numbers in enumerate(self.points.values(), len(self.lines)):
            path = "".join(f"M{place(pair)}{_CIRCLE}" for run in self.runs(numbers) for pair in run)
            ink.append(f'<path class="gf-point gf-series-{number}" d="{path}"/>')
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="gradflow gf-plot" role="img" '
            f'aria-label="{escape(self.title)}" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}">'
            f"<title>{escape(self.title)}</title><desc>{escape(self.text)}</desc><style>{_STYLE}</style>"
            f'<rect class="gf-paper" width="{_WIDTH}" height="{height}" rx="4"/>{"".join(ink)}</svg>'
        )

    def _legend(self, left: float) -> tuple[list[str], int]:
        """A sample of each line with its name, above the plot; and the number of rows that they take."""
        ink, x, row = [], left, 1
        for number, name in enumerate(self.named):
            width = 34 + box(Words(name)).width * _FONT
            if x > left and x + width > _WIDTH:
                x, row = left, row + 1
            y = 17 + _ROW * (row - 1)
            if name in self.lines:
                ink.append(f'<path class="gf-line gf-series-{number}" d="M{x:.1f} {y}h26"{_DASHES[number]}/>')
            else:
                ink.append(f'<path class="gf-point gf-series-{number}" d="M{x + 13:.1f} {y}{_CIRCLE}"/>')
            ink.append(_text(Words(name), x + 34, y + 5))
            x += width + 26
        return ink, row

    def save(self, file: str | Path) -> Path:
        """Writes an .svg, .png or .pdf, with colours that need no theme. Returns the path."""
        return save_picture(self.svg, file)


class _Axis:
    """Where a number stands between the ends of an axis, 0 to 1, and the round numbers along it."""

    def __init__(self, numbers: Sequence[float], log: bool = False) -> None:
        self._log = log
        low, high = min(map(self._scaled, numbers)), max(map(self._scaled, numbers))
        self.ticks: list[tuple[float, Formula]]
        if log:
            low, high = floor(low + _NEAR), max(ceil(high - _NEAR), floor(low + _NEAR) + 1)
            powers = range(low, high + 1, max(1, ceil((high - low) / _TICKS)))
            self.ticks = [(10.0**n, Power(Number(10), Number(n))) for n in powers]
        else:
            low, high = (low, high) if low < high else (low - 1, high + 1)
            step = _round_step((high - low) / _TICKS)
            whole = range(ceil(low / step - _NEAR), floor(high / step + _NEAR) + 1)
            self.ticks = [(n * step, Number(round(n * step, 12))) for n in whole]
        self._ends = low, high

    def _scaled(self, number: float) -> float:
        return log10(number) if self._log else number

    def share(self, number: float) -> float:
        low, high = self._ends
        return (self._scaled(number) - low) / (high - low)


def _round_step(least: float) -> float:
    """The smallest of 1, 2, 5, 10, … times a power of ten that is not below `least`.

    >>> _round_step(0.3), _round_step(7)
    (0.5, 10.0)
    """
    ten = 10.0 ** floor(log10(least))
    return next(step * ten for step in (1, 2, 5, 10) if step * ten >= least * (1 - _NEAR))


def _said(number: float) -> str:
    """A number to four digits."""
    return number_text(float(f"{number:.4g}"))


def _text(label: Formula, x: float, y: float, share: float = 0.0) -> str:
    """A formula with its baseline at y; `share` of its width stands left of x."""
    ink = box(label)
    return f'<g class="gf-ink">{ink.svg(x - share * ink.width * _FONT, y, _FONT)}</g>'
