"""Several questions that belong together, with progress."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ..core.display import Shown
from ..core.worlds import is_array
from ..errors import GradflowError
from .question import Question
from .variants import Varied, varied


class QuestionSet(Shown, Sequence[Question]):
    """Questions in their order. In a notebook it shows all of them, and how far one has come.

    >>> from gradflow_nb import ask, graph
    >>> chain = graph("c = a + b; d = b + 1; e = c d").at(a=2, b=1)
    >>> practice = question_set([ask(chain, of="e", wrt="a"), ask(chain, of="e", wrt="b")], title="Two additions")
    >>> practice[0].check("2").correct
    True
    >>> practice
    Two additions: 1 of 2 right, credit 1 of 2
    """

    def __init__(self, questions: Iterable[Question], title: str = "") -> None:
        self.questions, self.title = tuple(questions), title
        for question in self.questions:
            if not isinstance(question, Question):
                kind = type(question).__name__
                raise GradflowError(f"A set is made of questions, and not of {kind}: write ask(...).")

    def __len__(self) -> int:
        return len(self.questions)

    def __getitem__(self, index: Any) -> Any:
        return QuestionSet(self.questions[index], self.title) if isinstance(index, slice) else self.questions[index]

    @property
    def right(self) -> int:
        """How many questions have been answered rightly."""
        return sum(question.best.correct for question in self)

    @property
    def credit(self) -> float:
        """What all best answers are worth together, between 0 and the number of questions."""
        return sum(question.credit for question in self)

    @property
    def progress(self) -> str:
        """How far one has come, as text."""
        return f"{self.right} of {len(self)} right, credit {self.credit:.3g} of {len(self)}"

    def variant(self, seed: Any) -> QuestionSet:
        """The same set with a variant of each question; those about one graph stay about one graph.

        Raises `GradflowError` that says which question has no variant.
        """
        return QuestionSet(_variants(self, seed), self.title)

    def __repr__(self) -> str:
        return f"{self.title}: {self.progress}" if self.title else self.progress


def _variants(questions: QuestionSet, seed: Any) -> Iterator[Question]:
    """A variant of each: one for all questions about a graph, at the point of those that have one."""
    flows = {id(q.graph): q.flow for q in reversed(questions) if q.flow is not None}
    found: dict[tuple[int, str], Varied] = {}
    for number, question in enumerate(questions, 1):
        graph, make = question.graph, question.task.made
        why = f"Question {number} ({question.prompt}) has no variant"
        if graph is None or make is None:
            raise GradflowError(f"{why}: leave it out.")
        flow = flows.get(id(graph)) if question.flow is None else question.flow
        at = None if flow is None else flow.inputs
        where = id(graph), f"{[value.tolist() if is_array(value) else value for value in (at or {}).values()]}"
        try:
            other = found[where] = found.get(where) or varied(graph, seed, at)
            yield Question(make(other.graph, None if question.flow is None else other.at, other.names), seed)
        except GradflowError as error:
            raise GradflowError(f"{why} {seed}: {error}") from None


def question_set(questions: Iterable[Question], title: str = "") -> QuestionSet:
    """Several questions that are shown together, with progress. Raises `GradflowError` for what is no question."""
    return QuestionSet(questions, title)
