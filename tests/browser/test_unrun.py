"""Lessons as they are read without a kernel: converted by nbconvert to a web page, and printed from it."""

import re
from pathlib import Path

import nbformat
import pytest
from nbconvert import HTMLExporter

LESSONS = sorted((Path(__file__).parents[2] / "lessons").glob("*.ipynb"))
PICTURES = """() => [...document.images].map(picture => [picture.naturalWidth, picture.getBoundingClientRect().right])"""


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.stem)
def test_every_lesson_is_readable_unrun(chromium, tmp_path, lesson):
    page_file = tmp_path / f"{lesson.stem}.html"
    page_file.write_text(HTMLExporter().from_filename(str(lesson))[0], encoding="utf-8")
    (tmp_path / "map.svg").write_bytes((lesson.parent / "map.svg").read_bytes())
    page = chromium.new_page(viewport={"width": 1000, "height": 800})
    try:
        page.route(re.compile("^https?:"), lambda route: route.abort())  # MathJax would come from the network
        page.goto(page_file.as_uri())
        shown = page.evaluate(PICTURES)
        cells = nbformat.read(lesson, as_version=4).cells
        stored = sum("image/svg+xml" in o.get("data", {}) for cell in cells for o in cell.get("outputs", ()))
        assert len(shown) == stored + (lesson.stem == "index")
        assert all(width > 0 for width, _ in shown)
        assert max([0, *(right for _, right in shown)]) <= 1000, "a picture is cut off at the right"
        text = page.text_content("body")
        assert "Error displaying widget" not in text and "Loading widget" not in text
        printed = page.pdf()
        assert printed.startswith(b"%PDF") and printed.count(b"/Type /Page\n") >= 1
    finally:
        page.close()
