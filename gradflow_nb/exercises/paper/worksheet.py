"""Questions on paper: figures with blanks and room to write, for one sheet or a class set, with a key."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from ...core.flow import GradientFlow
from ...core.graph import Graph
from ...errors import GradflowError
from ..question import Question
from ..question_set import QuestionSet
from .handout import key_part, sheet_part
from .writing import Paper, html, source, typeset

_MANY = 10
"""From so many sheets on a progress bar is shown."""


@dataclass(frozen=True, eq=False, repr=False)
class Worksheet:
    """Questions for paper: `save` writes one sheet, `class_set` one for everybody."""

    questions: QuestionSet
    paper: Paper = "a4"

    @property
    def title(self) -> str:
        return self.questions.title

    def save(self, file: str | Path, key: bool = False) -> Path:
        """Writes a .pdf, or an .html that needs nothing from outside, in a folder made where there is none.

        With `key` the answers and their worked steps follow on pages of their own. Nothing that a student has done is
        on the sheet, and no credit is lost. Raises `GradflowError` for another kind of file.
        """
        return self._write(file, self._parts(key))

    def pages(self, key: bool = False, ppi: float = 110) -> list[bytes]:
        """The pages as PNG pictures."""
        return typeset(source(self._parts(key), self.title, self.paper), "png", ppi)

    def variant(self, seed: Any) -> Worksheet:
        """The same sheet with a variant of each question; those about one graph stay about one graph.

        Raises `GradflowError` that says which question has no variant.
        """
        return Worksheet(self.questions.variant(seed), self.paper)

    def class_set(self, n: int, to: str | Path, seed: int = 1, key: bool = True) -> list[Path]:
        """Writes the variants `seed`, `seed` + 1, … to `seed` + n - 1; of ten or more with a progress bar.
        Returns the paths.

        A name that ends in .pdf or .html is one file to print: all sheets, then their keys. Any other is a folder,
        made where there is none, for a `sheet-01.pdf` of each variant and a `key.pdf` of all. The same seed gives the
        same sheets. Raises `GradflowError` for another kind of file, and for what has no variants.
        """
        from tqdm.auto import tqdm

        if isinstance(n, bool) or not isinstance(n, int) or n < 1:
            raise GradflowError(f"n={n!r} is no number of sheets: write 1 or more.")
        to, digits = Path(to), max(2, len(str(seed + n - 1)))
        single = bool(to.suffix) and not to.is_dir()
        if single:
            _check(to)
        sheets, keys, paths = [], [], []
        for number in tqdm(range(seed, seed + n), desc="worksheets", unit="sheet", disable=n < _MANY):
            variant = self.variant(number)
            sheet, *answers = variant._parts(key)
            keys += answers
            if single:
                sheets.append(sheet)
            else:
                to.mkdir(parents=True, exist_ok=True)
                paths.append(variant._write(to / f"sheet-{number:0{digits}}.pdf", [sheet]))
        if single:
            return [self._write(to, [*sheets, *keys])]
        return [*paths, *([self._write(to / "key.pdf", keys)] if key else [])]

    def _parts(self, key: bool) -> list[dict[str, Any]]:
        return [sheet_part(self.questions, self.paper), *([key_part(self.questions)] if key else [])]

    def _write(self, file: str | Path, parts: Sequence[dict[str, Any]]) -> Path:
        path = _check(Path(file))
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".pdf":
            path.write_bytes(typeset(source(parts, self.title, self.paper)))
        else:
            path.write_text(html(parts, self.title, self.paper), encoding="utf-8")
        return path

    def __repr__(self) -> str:
        count = len(self.questions)
        title = f"{self.title}: " if self.title else ""
        return f"{title}{count} question{'s' * (count > 1)} on {'A4' if self.paper == 'a4' else 'letter'} paper"


def worksheet(questions: Iterable[Question], title: str = "", paper: Paper = "a4") -> Worksheet:
    """A worksheet of these questions (or of a `QuestionSet`, whose title it takes), on paper "a4" or "letter".

    Raises `GradflowError` for what is no question, for none at all and for other paper.

    >>> from gradflow_nb import ask, graph
    >>> chain = graph("c = a + b; d = b + 1; e = c d").at(a=2, b=1)
    >>> worksheet([ask(chain, kind="edges"), ask(chain, wrt="b")], title="Two additions")
    Two additions: 2 questions on A4 paper
    """
    if paper not in get_args(Paper):
        raise GradflowError(f"paper={paper!r} is not known: it is {' or '.join(map(repr, get_args(Paper)))}.")
    if not isinstance(questions, Question | Iterable) or isinstance(questions, Graph | GradientFlow):
        raise GradflowError("A worksheet is made of questions: write worksheet([ask(...)]).")
    listed = QuestionSet(
        [questions] if isinstance(questions, Question) else questions, title or getattr(questions, "title", "")
    )
    if not listed:
        raise GradflowError("A worksheet needs a question: write worksheet([ask(...)]).")
    return Worksheet(listed, paper)


def _check(path: Path) -> Path:
    if path.suffix not in (".pdf", ".html", ".htm"):
        raise GradflowError(f"{path.name!r} names no kind of file for a worksheet. Write a name in .pdf or .html.")
    return path
