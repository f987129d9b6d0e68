"""A still picture that plays the backward sweep: CSS in the SVG itself, so it moves wherever a picture is shown.

Each derivative appears when the sweep reaches its node, whose box is lit meanwhile; then it starts again. Where no CSS
is read (print, PDF, PNG), and for readers who want less motion, the picture is the whole one.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

STEP, PAUSE = 1.4, 3
"""Seconds for a step, and steps for which the whole picture stands."""
_LIGHT = "drop-shadow(0 0 3px var(--gf-lit, #7a2aa0)) drop-shadow(0 0 1px var(--gf-lit, #7a2aa0))"


def moving_style(order: Sequence[str]) -> tuple[str, str]:
    """A class for the SVG, and the rules under which the nodes of a gradient figure are filled in this order.

    The rules reach into pictures of that class alone, which all play the same order.

    >>> kind, rules = moving_style(["e", "c"])
    >>> print(kind, *rules.splitlines()[:2], sep="\\n")
    gf-moving-df3bc4f5
    @media screen and (prefers-reduced-motion: no-preference) {
    .gf-moving-df3bc4f5 [data-node="e"] .gf-adjoint { animation: gf-moving-df3bc4f5-in-0 7.0s step-end infinite; }
    """
    kind = f"gf-moving-{zlib.crc32(repr([*order]).encode()):08x}"
    count = len(order) + PAUSE
    lasts = f"{count * STEP:.1f}s step-end infinite"
    rules = []
    for i, name in enumerate(order):
        begin, end = (100 * k / count for k in (i + 0.5, i + 1.5))
        node, edge = f'.{kind} [data-node="{name}"]', f'.{kind} .gf-edge[data-parent="{name}"]'
        rules += [
            f"{node} .gf-adjoint {{ animation: {kind}-in-{i} {lasts}; }}",
            f"{node} rect, {edge} {{ animation: {kind}-lit-{i} {lasts}; }}",
            f"@keyframes {kind}-in-{i} {{ 0% {{ opacity: 0; }} {begin:.2f}% {{ opacity: 1; }} }}",
            f"@keyframes {kind}-lit-{i} {{ 0%, {end:.2f}% {{ filter: none; }} {begin:.2f}% {{ filter: {_LIGHT}; }} }}",
        ]
    return kind, "@media screen and (prefers-reduced-motion: no-preference) {\n" + "\n".join(rules) + "\n}"


def moved(picture: str, order: Sequence[str]) -> str:
    """A gradient figure's SVG that plays this order."""
    kind, rules = moving_style(order)
    return picture.replace('class="gradflow', f'class="gradflow {kind}', 1).replace("</style>", f"{rules}</style>", 1)
