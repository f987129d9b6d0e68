"""The verdict on a question with several boxes, from those on each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .boxes.box import Box
from .boxes.values import evaluated
from .verdict import CarriedForward, Correct, Incorrect, Invalid, Undecided, Verdict


def judged_again(part: CarriedForward, box: Box, before: Iterable[Verdict]) -> Verdict:
    """What follows from one's own earlier answers, in the light of the verdicts on those.

    From right ones that were rounded it is right; from one that is not marked yet it cannot be judged; and that 0
    follows from 0 shows nothing.
    """
    before = list(before)
    if any(isinstance(each, (Incorrect, CarriedForward)) for each in before):
        own = box.value(part.text)
        nothing = own is not None and all(number == 0 for number in getattr(own, "flat", [evaluated(own)]))
        return Incorrect(part.text, part.reading, part.message) if nothing else part
    if any(isinstance(each, (Invalid, Undecided)) for each in before):
        return Invalid(part.text, part.reading, "It follows from an answer that is not marked yet.", 0, len(part.text))
    return Correct(part.text, part.reading, f"{box.asked} is right, from your own rounded values.")


def together(texts: Mapping[str, str], parts: dict[str, Verdict], asked: Mapping[str, str], ordered: bool) -> Verdict:
    """The verdict on a question with several boxes; `asked` is what stands before each."""
    text = "\n".join(str(texts[name]) for name in parts)
    count, right = len(parts), sum(part.is_correct for part in parts.values())
    wrong = [part for part in parts.values() if isinstance(part, (Incorrect, CarriedForward))]
    told = f"{right} of {count} {'is' if right == 1 else 'are'} right."
    if wrong:
        first = next((part for part in wrong if isinstance(part, Incorrect)), wrong[0])
        about = next(asked[name] for name, part in parts.items() if part is first)
        where = "" if first.message.startswith(about) else f"At {about}: "
        where = f"The first slip is at {about}: " if ordered and len(wrong) > 1 else where
        mistakes = getattr(first, "mistakes", ())
        so, follows = "", sum(isinstance(part, CarriedForward) for part in wrong if part is not first)
        if follows:
            so = f" {follows} more {'follows' if follows == 1 else 'follow'} rightly from your own earlier answers."
        return Incorrect(text, None, f"{told} {where}{first.message}{so}", parts=parts, mistakes=mistakes)
    unread = [part for part in parts.values() if isinstance(part, Invalid)]
    if unread:
        return Invalid(
            text, None, unread[0].message, unread[0].position, unread[0].end, unread[0].readings, parts=parts
        )
    if any(isinstance(part, Undecided) for part in parts.values()):
        return Undecided(text, None, f"{told} One could not be decided: it costs nothing.", parts=parts)
    if right < count:
        return Invalid(text, None, f"{told} Fill in the rest." if right else "Nothing is filled in yet.", parts=parts)
    return Correct(text, None, "Both are right." if count == 2 else f"All {count} are right.", parts=parts)
