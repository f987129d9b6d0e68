"""Lessons as they are committed: run from top to bottom, normalised, small, and leading on to one another.

That their outputs are those of today is what `pytest --nbval lessons` compares, cell by cell.
"""

import copy
import re

import nbformat
import pytest

from gradflow_nb.notebooks import normalised

from .test_answers import LESSONS

SHOWN = {"image/svg+xml", "text/plain", "text/html", "text/latex", "text/markdown"}


@pytest.fixture(params=LESSONS, ids=lambda lesson: lesson.stem)
def lesson(request):
    return request.param


@pytest.fixture
def content(lesson):
    return nbformat.read(lesson, as_version=4)


def code(content):
    return [cell for cell in content.cells if cell.cell_type == "code"]


def prose(content):
    return "\n".join(cell.source for cell in content.cells if cell.cell_type == "markdown")


def test_it_is_stored_normalised(content):
    assert normalised(copy.deepcopy(content)) == content, "run: make refresh"


def test_it_was_run_from_top_to_bottom(content):
    assert [cell.execution_count for cell in code(content)] == list(range(1, len(code(content)) + 1))


def test_it_shows_pictures_and_texts_and_no_errors(content):
    for cell in code(content):
        for output in cell.outputs:
            assert output.output_type != "error" and output.get("name") != "stderr", cell.source
            assert set(output.get("data", {})) <= SHOWN, cell.source
            assert not re.search(r"0x[0-9a-f]{6,}", str(output)), cell.source


def test_it_is_small(lesson):
    assert lesson.stat().st_size < 1_000_000


def test_its_links_lead_somewhere(lesson, content):
    for link in re.findall(r"\]\(([^)]+)\)", prose(content)):
        assert link.startswith("https://") or (lesson.parent / link.partition("#")[0]).is_file(), link


def test_its_code_is_short(content):
    """Nothing in a lesson needs machinery written in the lesson."""
    for cell in code(content):
        assert len(cell.source.splitlines()) <= 20, cell.source
        assert not re.search(r"^\s*class |^\s*from gradflow_nb\.(?!torch import)", cell.source, re.M), cell.source


def test_it_says_what_a_lesson_says(lesson, content):
    if not re.match(r"\d\d_", lesson.name):
        return
    text = prose(content)
    for part in ("**You need:**", "**It takes** about", "**You will be able to**", "## What you have seen", "*Sources.*", "slip"):
        assert part in text, part
    number = int(lesson.name[:2])
    if number < 14:
        following = next(other for other in LESSONS if other.name.startswith(f"{number + 1:02d}_"))
        assert f"({following.name})" in text.partition("**Next:**")[2]
