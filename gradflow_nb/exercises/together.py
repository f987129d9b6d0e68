"""The verdict on a question with several boxes, from those on each."""

from __future__ import annotations

from collections.abc import Mapping

from .verdict import CarriedForward, Correct, Incorrect, Invalid, Undecided, Verdict


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
        return Incorrect(text, None, f"{told} {where}{first.message}", parts=parts, mistakes=mistakes)
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
