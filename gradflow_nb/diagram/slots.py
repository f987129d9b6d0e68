"""Slots: text in a picture that will change. A slot has a fixed room, and a number takes as many digits as fit.

The browser writes into the same slots by the same rules (`widgets/static/slots.js`), so nothing is ever laid out again.
"""

from __future__ import annotations

from fractions import Fraction
from html import escape
from math import isfinite
from typing import Any

from ..core.worlds import Unknown
from ..core.written import shape_text
from ..notation.plain import split_name, wide
from ..notation.svgtext import text_width

NUMBER_ROOM = 4.6
"""Room for a number, in units of the font size: −0.000123 or −1.235·10⁻²²."""
_ROOM = {**dict.fromkeys(".·, ", 0.25), **dict.fromkeys("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", 0.3), "−": 0.55}
_MOST_ENTRIES = 9
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def ems(text: str) -> float:
    """The room that a number's text takes, in units of the font size.

    >>> ems("−1.5"), ems("10⁻⁷")
    (1.8, 1.6)
    """
    return round(sum(_ROOM.get(c, 0.5) for c in text), 2)


def number(value: float, room: float = NUMBER_ROOM) -> str:
    """A number in at most six significant digits, in fewer where there is no room; whole ones whole up to 10⁹.

    >>> number(-3132), number(2 / 3), number(1.5e-22), number(-0.000123457), number(123456789)
    ('−3132', '0.666667', '1.5·10⁻²²', '−0.000123', '123456789')
    """
    if value == int(value) and abs(value) < 1e9 and ems(text := f"{int(value)}".replace("-", "−")) <= room:
        return text
    texts = [_rounded(value, digits) for digits in range(6, 0, -1)]
    return next((text for text in texts if ems(text) <= room), texts[-1])


def _rounded(value: float, digits: int) -> str:
    """A number in so many significant digits, as it is set in type."""
    lead, _, power = f"{value:.{digits - 1}e}".partition("e")
    if -4 <= int(power) < 6:
        return f"{float(f'{lead}e{power}') + 0.0:.6g}".replace("-", "−")
    lead = f"{float(lead):g}".replace("-", "−")
    return {"1": "", "−1": "−"}.get(lead, f"{lead}·") + f"10{str(int(power)).translate(_RAISED)}"


def value_text(value: Any, room: float = NUMBER_ROOM) -> str:
    """A value in its slot: a number, the entries of a small array, or a shape.

    >>> import numpy as np
    >>> value_text(np.array([1.0, 2.5]), 6), value_text(np.ones((3, 4)), 6), value_text(None)
    ('[1, 2.5]', '3×4', '')
    """
    if not isinstance(value, (int, float, Fraction)) and not hasattr(value, "shape"):
        return ""
    if not getattr(value, "shape", ()):
        if isinstance(value, Unknown):
            return ""
        return number(float(value), room) if isfinite(float(value)) else "no value"
    for digits in (4, 3, 2) if value.size <= _MOST_ENTRIES and not isinstance(value, Unknown) else ():
        entries = [_rounded(entry, digits) for entry in value.flat]
        if ems(text := _nested(entries, value.shape)) <= room:
            return text
    return shape_text(value.shape)


def matrix_text(matrix: Any, room: float = NUMBER_ROOM) -> str:
    """A Jacobian in its slot: `I`, a small one, `diag(3, 4)`, or its shape.

    >>> import numpy as np
    >>> matrix_text(np.eye(2)), matrix_text(np.diag([3.0, 4.0]), 6), matrix_text(np.ones((2, 3)))
    ('I', 'diag(3, 4)', '2×3')
    """
    import numpy as np

    rows, columns = matrix.shape
    if rows == columns > 1 and not matrix[~np.eye(rows, dtype=bool)].any():
        inner = value_text(matrix.diagonal(), room - 0.94)
        if (matrix.diagonal() == 1).all():
            return "I"
        return f"diag({inner[1:-1]})" if inner[0] == "[" else f"{rows}×{rows} diag"
    text = value_text(matrix if rows > 1 and columns > 1 else matrix.reshape(-1), room)
    return text if text[0] == "[" else f"{rows}×{columns}"


def _nested(entries: list[str], shape: tuple[int, ...]) -> str:
    if not shape:
        return entries[0]
    step = len(entries) // shape[0]
    return "[" + ", ".join(_nested(entries[i : i + step], shape[1:]) for i in range(0, len(entries), step)) + "]"


def name_width(name: str) -> float:
    """The room that a name takes behind its d, from which one with several letters stands apart."""
    base, index = split_name(name)
    whole = text_width(base, True) + (0.7 * text_width(index, True) if index else 0)
    return whole + 0.12 * wide(name)


def derivative_room(of: str, name: str) -> float:
    """How much of the line `dg/db = ` takes."""
    return sum(0.5 + name_width(each) for each in (of, name)) + 0.28 + 1.06


def derivative(of: str, name: str, size: float) -> str:
    """`dg/db` as tspans, with real subscripts."""
    return _name("d", of, size) + _name("/d", name, size)


def _name(sign: str, name: str, size: float) -> str:
    base, index = split_name(name)
    head = f"{sign}{chr(0x2009) * wide(name)}"
    if not index:
        return f'<tspan font-style="italic">{escape(head + name)}</tspan>'
    drop, small = f"{0.18 * size:.1f}", f"{0.7 * size:.1f}"
    style = "" if index.isdigit() else ' font-style="italic"'
    return (
        f'<tspan font-style="italic">{escape(head + base)}</tspan>'
        f'<tspan dy="{drop}" font-size="{small}"{style}>{escape(index)}</tspan>'
        f'<tspan dy="-{drop}">&#8203;</tspan>'
    )
