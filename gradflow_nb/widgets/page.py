"""A page without a kernel: one HTML file with the module, the style and the state, and nothing from outside."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from typing import Any

from .base import static

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<title>{title}</title>
<style>
h1 {{ font: 600 18px system-ui, sans-serif; margin: 0 0 12px; }}
body {{ margin: 0 auto; padding: 16px; max-width: 1400px; background: #ffffff; color: #1b1b1b; }}
html[data-jp-theme-light="false"] body {{ background: #111418; color: #e8e8e8; }}
{style}</style>
</head>
<body>
<noscript>This figure needs JavaScript.</noscript>
<main>
<h1>{title}</h1>
<div id="figure"></div>
</main>
<script type="application/json" id="state">{state}</script>
<script type="module">
{module}
{shell}</script>
</body>
</html>
"""


_POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'"
"""A browser that opens the page fetches nothing, whatever the figure holds."""


def page(title: str, module: str, style: str, state: Mapping[str, Any]) -> str:
    """The whole page as text. Raises nothing: what people named is data in it, and never markup or script."""
    return _PAGE.format(
        title=escape(title),
        policy=_POLICY,
        style=style,
        module=module.replace("export default { render };", ""),
        state=json.dumps(state, allow_nan=False).replace("<", "\\u003c"),
        shell=static("page.js"),
    )
