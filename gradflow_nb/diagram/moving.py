"""A still picture that plays the backward sweep: CSS in the SVG itself, so it moves wherever a picture is shown.

Each derivative appears when the sweep reaches its node, whose box is lit meanwhile; then it starts again. Where no CSS
is read (print, PDF, PNG), and for readers who want less motion, the picture is the whole one.
"""

from __future__ import annotations

from collections.abc import Sequence

STEP, PAUSE = 1.4, 3
"""Seconds for a step, and steps for which the whole picture stands."""
_LIGHT = "drop-shadow(0 0 3px var(--gf-lit, #7a2aa0)) drop-shadow(0 0 1px var(--gf-lit, #7a2aa0))"


def moving_style(order: Sequence[str]) -> str:
    """The rules under which the nodes of a gradient figure are filled in this order.

    >>> print(*moving_style(["e", "c"]).splitlines()[:2], sep="\\n")
    @media screen and (prefers-reduced-motion: no-preference) {
    [data-node="e"] .gf-adjoint { animation: gf-appear-0 7.0s step-end infinite; }
    """
    count = len(order) + PAUSE
    lasts = f"{count * STEP:.1f}s step-end infinite"
    rules = []
    for i, name in enumerate(order):
        begin, end = (100 * k / count for k in (i + 0.5, i + 1.5))
        rules += [
            f'[data-node="{name}"] .gf-adjoint {{ animation: gf-appear-{i} {lasts}; }}',
            f'[data-node="{name}"] rect, .gf-edge[data-parent="{name}"] {{ animation: gf-light-{i} {lasts}; }}',
            f"@keyframes gf-appear-{i} {{ 0% {{ opacity: 0; }} {begin:.2f}% {{ opacity: 1; }} }}",
            f"@keyframes gf-light-{i} {{ 0%, {end:.2f}% {{ filter: none; }} {begin:.2f}% {{ filter: {_LIGHT}; }} }}",
        ]
    return "@media screen and (prefers-reduced-motion: no-preference) {\n" + "\n".join(rules) + "\n}"
