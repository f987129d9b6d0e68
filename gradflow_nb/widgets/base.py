"""What all widgets share: static files that Python joins into one module, and the theme's colours."""

from __future__ import annotations

from pathlib import Path

_STATIC = Path(__file__).parent / "static"


def static(*names: str) -> str:
    """The contents of static files, joined. A widget's module is loaded as a blob, where imports do not work."""
    return "\n".join((_STATIC / name).read_text(encoding="utf-8") for name in names)


PARTS = tuple(
    f"{name}.js"
    for name in (
        "numbers arrays words program maps flow paths forms orders "  # mathematics: no page is needed
        "slots dom store picture view panels tools ledger nudge live_figure"
    ).split()
)
"""The parts of the live figure's module, in order. None imports anything; the last one exports the widget."""
