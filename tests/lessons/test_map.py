"""The map of the lessons says what is so, and the pictures of README.md and of the map are those of today."""

import importlib.util
import re
import tomllib
from pathlib import Path

import nbformat
import pytest

from .test_answers import ANSWERS, LESSONS

ROWS = re.compile(r"^\| (\d+) \| \[([^]]+)\]\((\S+)\) \| .* \| ([\d, ]*)\| (\d+) \|$", re.M)


@pytest.fixture(scope="module")
def pictures(root):
    spec = importlib.util.spec_from_file_location("pictures", root / "docs" / "pictures.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def rows():
    index = next(lesson for lesson in LESSONS if lesson.stem == "index")
    text = "\n".join(cell.source for cell in nbformat.read(index, as_version=4).cells if cell.cell_type == "markdown")
    return [(int(n), title, file, [int(k) for k in needs.split(",") if k.strip()], int(count)) for n, title, file, needs, count in ROWS.findall(text)]


def test_every_lesson_stands_on_the_map(rows, pictures):
    assert [file for _, _, file, _, _ in rows] == [lesson.name for lesson in LESSONS if lesson.name[0].isdigit()]
    assert {n: (title, tuple(needs)) for n, title, _, needs, _ in rows} == pictures.LESSONS


def test_titles_needs_and_questions_are_those_of_the_lessons(rows):
    for number, title, file, needs, count in rows:
        lesson = next(lesson for lesson in LESSONS if lesson.name == file)
        head = nbformat.read(lesson, as_version=4).cells[0].source
        assert head.startswith(f"# {title}\n")
        needed = head.partition("**You need:**")[2].partition("**It takes**")[0].partition("pen and paper")[0]
        linked = {int(link[:2]) for link in re.findall(r"\]\((\d\d_\w+\.ipynb)\)", needed)}
        assert set(needs) <= linked | {number - 1} and all(other < number for other in linked), file
        entries = tomllib.loads((ANSWERS / f"{lesson.stem}.toml").read_text(encoding="utf-8"))["question"]
        assert count == len(entries), file


def test_pictures_are_those_that_the_package_makes(pictures, root, tmp_path):
    for made in pictures.make(tmp_path):
        committed: Path = root / made.relative_to(tmp_path)
        assert committed.read_bytes() == made.read_bytes(), f"run: python docs/pictures.py   ({committed.name})"
