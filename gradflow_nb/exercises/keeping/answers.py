"""Answers, kept beside the notebook as they are given, in `gradflow-answers.jsonl`: one JSON line an event.

`GRADFLOW_ANSWERS` names another file or folder, or is `off`: then nothing is read or written. Outside of a notebook
nothing is kept unless it names a place. The file is a record and no proof: whoever can write an answer can edit it.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import os
import sys
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from ...errors import GradflowError
from .answer_file import OWN, AnswerFile, AnswersWarning, append, say

__all__ = ["NAME", "Answers", "AnswersWarning", "events", "notebook", "place", "record", "saved_answers"]

NAME = "gradflow-answers.jsonl"
_EVENT = (*OWN, "do", "answer", "verdict", "credit")
_SUMMARY = ("notebook", "question", "attempts", "hints", "credit", "correct", "first", "last")
_PROGRESS = ("notebook", "tried", "right", "credit", "last")
_FREE = ("Blank", "Invalid", "Undecided")  # verdicts that cost no attempt
_HELP = ("hint", "working")
_LEFT = 'style="text-align: left"'
_GUARDED = tuple("=+-@\t\r\n＝＋－＠'")
"""What a spreadsheet may take for the start of a formula; and the mark that keeps it from doing so."""

try:
    _HOME = os.getcwd()  # now, before a cell changes it
except OSError:  # the folder is gone
    _HOME = os.curdir

_GUARD = threading.RLock()
_FILES: dict[Path, AnswerFile] = {}


class Answers(Sequence[dict[str, Any]]):
    """Rows, each a dict: the events of a file, or one row for each question (`summary`).

    >>> given = {"time": "2025-03-01T09:00:00Z", "notebook": "chain", "question": "dg/db = ?", "do": "check"}
    >>> answers = Answers([given | {"answer": "84", "verdict": "Incorrect", "credit": 0.0},
    ...                    given | {"answer": "60d + 84", "verdict": "Correct", "credit": 1.0}])
    >>> answers.summary()
    notebook  question   attempts  hints  credit  correct  first                 last
    chain     dg/db = ?  2         0      1.0     True     2025-03-01T09:00:00Z  2025-03-01T09:00:00Z
    """

    def __init__(self, rows: Iterable[dict[str, Any]] = (), columns: Iterable[str] = ()) -> None:
        self._rows = list(rows)
        self.columns = tuple(dict.fromkeys([*columns, *(key for row in self._rows for key in row)]))

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, index: Any) -> Any:
        return Answers(self._rows[index], self.columns) if isinstance(index, slice) else self._rows[index]

    def summary(self) -> Answers:
        """Of events, one row for each notebook and question.

        `attempts` are the checks that were judged; `hints` says how far help was taken (3: the whole working); the best
        `credit`, with what help cost; whether an answer was `correct`; the `first` and the `last` time.
        """
        groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for event in self._rows:
            groups.setdefault((event["notebook"], event["question"]), []).append(event)
        return Answers((_summed(*key, group) for key, group in groups.items()), _SUMMARY)

    def progress(self) -> Answers:
        """Of events, one row for each notebook: its questions that were tried, those `right`, and their best credit.

        >>> given = {"time": "2025-03-01T09:00:00Z", "notebook": "chain", "do": "check", "verdict": "Correct"}
        >>> Answers([given | {"question": name, "credit": 1.0} for name in ("dg/db = ?", "dg/da = ?")]).progress()
        notebook  tried  right  credit  last
        chain     2      2      2.0     2025-03-01T09:00:00Z
        """
        rows: dict[str, dict[str, Any]] = {}
        for question in self.summary():
            row = rows.setdefault(question["notebook"], dict(zip(_PROGRESS, (question["notebook"], 0, 0, 0.0, ""))))
            row["tried"] += 1
            row["right"] += question["correct"]
            row["credit"] = round(row["credit"] + question["credit"], 4)
            row["last"] = max(row["last"], question["last"])
        return Answers((rows[name] for name in sorted(rows)), _PROGRESS)

    def to_csv(self, path: str | Path | None = None) -> str | Path:
        """Writes the rows as CSV in UTF-8 and gives the path; without a path, gives the text. Raises `OSError`.

        A text that a spreadsheet might run as a formula, or that starts with `'`, gets a `'` in front: take one leading
        `'` off to have it back. In a file, the halves of characters that UTF-8 cannot hold are written as `\\ud800`.

        >>> print(Answers([{"answer": "-3132", "credit": 0.5}]).to_csv(), end="")
        answer,credit
        '-3132,0.5
        """
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        writer.writerow(map(_guarded, self.columns))
        writer.writerows([_guarded(row.get(column)) for column in self.columns] for row in self._rows)
        if path is None:
            return text.getvalue()
        # The mark at the start tells spreadsheets that ∂ is UTF-8.
        Path(path).write_bytes(codecs.BOM_UTF8 + text.getvalue().encode("utf-8", "backslashreplace"))
        return Path(path)

    def frame(self) -> Any:
        """The rows as a pandas DataFrame. Raises `GradflowError` where pandas is not installed."""
        try:
            import pandas
        except ImportError:
            message = "A data frame needs pandas: `pip install pandas`, or write a file with to_csv(path)."
            raise GradflowError(message) from None
        return pandas.DataFrame(self._rows, columns=list(self.columns))

    def _cells(self) -> tuple[list[list[str]], str]:
        """Heading and first rows as short texts, and how many rows are left out."""
        rows = [self.columns, *([row.get(column) for column in self.columns] for row in self._rows[:20])]
        return [[_short(cell) for cell in row] for row in rows], f"… and {len(self) - 20:,} more" * (len(self) > 20)

    def __repr__(self) -> str:
        cells, more = self._cells()
        widths = [max(map(len, column)) for column in zip(*cells)]
        lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in cells]
        return "\n".join(lines + [more] * bool(more)) if self._rows else "No answers are saved."

    def _repr_html_(self) -> str:
        cells, more = self._cells()
        lines = ""
        for number, row in enumerate(cells):
            kind = "td" if number else "th"
            lines += f"<tr>{''.join(f'<{kind} {_LEFT}>{escape(cell)}</{kind}>' for cell in row)}</tr>"
        return f"<table>{lines}</table>{more}" if self._rows else repr(self)


def record(question: str, event: Mapping[str, Any]) -> str:
    """Keeps an event of a question, such as {"do": "check", "answer": "84", "verdict": "Incorrect", "credit": 0.0}.

    It is small JSON data, and credit a number from 0 to 1; time (UTC), notebook and question are added. A file that
    cannot be written raises nothing. What a person should know is warned of, once, and is also given back for a widget
    to show, where no warning is seen; most of the time that is "".
    """
    file = place()
    if file is None:
        return ""
    own = dict(zip(OWN, (time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), notebook(), question)))
    try:
        with _GUARD:
            note = append(file, own | dict(event) | own)
    except OSError as error:
        return say(f"Answers are not saved: {file} cannot be written ({error.strerror or error}).", ("write", file))
    return say(note) if note else ""


def events(question: str) -> list[dict[str, Any]]:
    """What was recorded for a question in this notebook, oldest first; where its name is not known, in any."""
    file, here = place(), notebook()
    if file is None:
        return []
    try:
        with _GUARD:
            found = _FILES.setdefault(file, AnswerFile(file)).read()
    except (FileNotFoundError, GradflowError):  # what is foreign is set aside, and talked of, at the first answer
        return []
    except OSError as error:
        say(f"Answers are not restored: {file} cannot be read ({error.strerror or error}).", ("read", file))
        return []
    return [dict(e) for e in found if e["question"] == question and (not here or e["notebook"] == here)]


def saved_answers(file: str | Path | None = None) -> Answers:
    """All events of a file, oldest first; without a file, of the one of this notebook, which need not be there yet.

    Raises `GradflowError` for a file that is not there or holds something else, and `OSError` for an unreadable one.
    """
    chosen = place() if file is None else Path(file)
    if chosen is None or (file is None and not chosen.exists()):
        return Answers((), _EVENT)
    if not chosen.exists():
        raise GradflowError(f"There is no file {chosen}.")
    return Answers(AnswerFile(chosen).read(), _EVENT)


def place() -> Path | None:
    """The file in which answers are kept, or None where they are not.

    What `GRADFLOW_ANSWERS` names is a folder if it is one, or if it is not there and has no ending such as .jsonl.
    """
    chosen = os.environ.get("GRADFLOW_ANSWERS", "").strip()
    if chosen.lower() in ("off", "no", "false", "0"):
        return None
    if chosen:
        named = Path(_HOME, os.path.expanduser(chosen))
        return named / NAME if named.is_dir() or not (named.suffix or named.exists()) else named
    if _shell() is None:
        return None
    path = Path(_path())
    return (path.parent if path.is_absolute() and path.is_file() else Path(_HOME)) / NAME


def notebook() -> str:
    """The notebook's name without its ending; empty where it is not known."""
    path = Path(_path())
    return path.stem if path.suffix else ""  # a console has a name too, and no ending


def _path() -> str:
    """The notebook's path, as far as VS Code or Jupyter tell it."""
    return str(getattr(_shell(), "user_ns", {}).get("__vsc_ipynb_file__") or os.environ.get("JPY_SESSION_NAME", ""))


def _shell() -> Any:
    """The shell of a notebook's kernel, if this is one. IPython is not imported for it."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return shell if getattr(shell, "kernel", None) is not None else None


def _summed(notebook: str, question: str, group: list[dict[str, Any]]) -> dict[str, Any]:
    checks, times = [e for e in group if e.get("do") == "check"], [e["time"] for e in group]
    attempts, help = sum(e.get("verdict") not in _FREE for e in checks), [e for e in group if e.get("do") in _HELP]
    hints = max((e["level"] for e in help if type(e.get("level")) is int), default=len(help))
    correct = any(e.get("verdict") == "Correct" for e in checks)
    credits = [e["credit"] for e in group if type(e.get("credit")) in (int, float) and 0 <= e["credit"] <= 1]
    best = max(credits, default=float(correct))
    return dict(zip(_SUMMARY, (notebook, question, attempts, hints, best, correct, min(times), max(times))))


def _text(value: Any) -> str:
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    return "" if value is None else str(value)


def _guarded(value: Any) -> str:
    """A cell for CSV. Numbers may start with a minus."""
    text = _text(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(_GUARDED) else text


def _short(value: Any) -> str:
    """A cell for people: one line, and nothing that cannot be printed or that turns text round."""
    text = "".join(c if c.isprintable() else "⏎" if c == "\n" else "�" for c in _text(value)[:41])
    return text if len(text) <= 40 else text[:39] + "…"
