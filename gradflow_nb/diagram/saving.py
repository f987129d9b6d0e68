"""A picture of ours as a file: .svg, and through typst .png and .pdf."""

from __future__ import annotations

import re
from pathlib import Path

from ..errors import GradflowError


def resolved(picture: str) -> str:
    """The picture with the fallback in place of every variable, for programs that know no CSS variables."""
    plain = re.sub(r"@media print \{.*\}", "", picture)
    return re.sub(r"var\(--[\w-]+, (#[0-9a-f]+)\)", r"\1", plain)


def save_picture(picture: str, file: str | Path) -> Path:
    """Writes an SVG as .svg, .png or .pdf, with colours that need no theme. Returns the path.

    Raises `GradflowError` for a file name with another ending.
    """
    path, picture = Path(file), resolved(picture)
    if path.suffix == ".svg":
        path.write_text(picture, encoding="utf-8")
    elif path.suffix in (".png", ".pdf"):
        import typst

        width, height = re.search(r'width="(\d+)" height="(\d+)"', picture).groups()
        page = (
            f"#set page(width: {width}pt, height: {height}pt, margin: 0pt)\n"
            f'#image(bytes(sys.inputs.picture), format: "svg", width: {width}pt)'
        )
        made = typst.compile(page.encode(), format=path.suffix[1:], ppi=192, sys_inputs={"picture": picture})
        path.write_bytes(made)
    else:
        raise GradflowError(
            f"{path.name!r} names no kind of picture that can be written. "
            "Write a file name that ends in .svg, .png or .pdf."
        )
    return path
