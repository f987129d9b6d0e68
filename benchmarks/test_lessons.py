"""How long a student waits: each lesson opened in JupyterLab and run whole.

    .venv/bin/python -m pytest benchmarks/test_lessons.py -s

Prints a table; a timing is never a test. *First* and *last* are the seconds from *Run All* until the first widget, and
all of them, have been drawn; *idle* until the kernel has nothing more to do. *Alone* is the lesson without a browser.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from time import perf_counter

from table import table

from tests.browser.lab import HAS_RUN, RUN_ALL, Notebook

COMMAND = Path(sys.executable).with_name("gradflow-nb")
LESSONS = sorted((Path(__file__).parents[1] / "lessons").glob("*.ipynb"))
DRAWN = """count => [...document.querySelectorAll('.jp-OutputArea-output .gradflow-widget')]
    .filter(widget => widget.getBoundingClientRect().height > 30).length >= count"""


def test_lessons(lab, chromium, tmp_path):
    rows = []
    for lesson in LESSONS:
        wanted = lesson.read_text(encoding="utf-8").count('"image/svg+xml"')
        page = chromium.new_context(viewport={"width": 1280, "height": 900}).new_page()
        notebook = Notebook(lab, page, lesson, lesson.stem, tmp_path).open()
        start, seen = perf_counter(), []
        page.evaluate(RUN_ALL)
        for count in (min(wanted, 1), wanted):
            page.wait_for_function(DRAWN, arg=count, timeout=120_000)
            seen.append(perf_counter() - start)
        page.wait_for_function(HAS_RUN, timeout=120_000)
        seen.append(perf_counter() - start)
        notebook.close()
        copy = tmp_path / lesson.name
        copy.write_bytes(lesson.read_bytes())
        start = perf_counter()
        subprocess.run([COMMAND, "lessons", copy], check=True, capture_output=True)
        rows.append([lesson.stem, wanted, *(f"{s:.1f}" for s in seen), f"{perf_counter() - start:.1f}"])
    table("Seconds a lesson", ["", "widgets", "first", "last", "idle", "alone"], rows)
