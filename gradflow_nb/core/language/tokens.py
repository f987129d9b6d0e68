"""The characters and words of the text language, and its caps.

The caps hold before any work: a text is measured, then its characters are checked against the list below, and
only then is it cut into tokens, one at a time as the parser asks for them. Nothing is normalised: a character
that is not listed is sent back under its Unicode name.
"""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from typing import Any, NamedTuple

from ...errors import NotationError

ANSWER_CHARACTERS = 2_000
GRAPH_CHARACTERS = 400_000
GRAPH_OPERATIONS = 10_000
NAME_CHARACTERS = 64
LITERAL_DIGITS = 60
DEPTH = 64
TOWER = 4
EXPONENT = 1_000

_LETTER = "A-Za-zΑ-ΡΣ-Ωα-ω"
_SUPERSCRIPT = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_VULGAR_LIST = "½1/2 ⅓1/3 ⅔2/3 ¼1/4 ¾3/4 ⅕1/5 ⅖2/5 ⅗3/5 ⅘4/5 ⅙1/6 ⅚5/6 ⅐1/7 ⅛1/8 ⅜3/8 ⅝5/8 ⅞7/8 ⅑1/9 ⅒1/10"
_VULGAR = {item[0]: Fraction(item[1:]) for item in _VULGAR_LIST.split()}
_SPELLINGS = {"**": "^", "−": "-", "–": "-", "·": "*", "⋅": "*", "×": "*", "÷": "/"}
"""Characters that mean another one."""

NAME = rf"[{_LETTER}_][{_LETTER}0-9_]*"
_LISTED = rf"\-{_LETTER}0-9_ \t+*/^()|.,=√∂·⋅×÷−–⁻{_SUPERSCRIPT}{''.join(_VULGAR)}"
_UNLISTED_IN_ANSWER = re.compile(rf"[^{_LISTED}]")
_UNLISTED_IN_GRAPH = re.compile(rf"(?!\r\n)[^{_LISTED}\n;@\[\]:]")  # arrays are in graphs only
_COMMENT = re.compile(r"#[^\n]*")
_OPERATORS = "+-*/^−–·⋅×÷√|@["

_TOKEN = re.compile(
    rf"(?P<space>[ \t\r]+)|(?P<number>[0-9]+\.?[0-9]*|\.[0-9]+)|(?P<name>{NAME})|(?P<vulgar>[{''.join(_VULGAR)}])"
    rf"|(?P<exponent>⁻?[{_SUPERSCRIPT}]+)|(?P<transpose>\.T(?![{_LETTER}0-9_]))"
    rf"|(?P<sign>\*\*|[-+*/^()|,=√−–·⋅×÷@:\[\]])|(?P<odd>.)"
)
_DERIVATIVE = re.compile(rf"([d∂])({NAME})?[ \t]*/[ \t]*([d∂])({NAME})")
_SCIENTIFIC = re.compile(r"([eE])([-+−–]?)([0-9]+)")
_NAME = re.compile(NAME)

RESERVED = frozenset(word.lower() for word in keyword.kwlist) | {"nan", "inf", "infinity", "oo"}


class Token(NamedTuple):
    """One word: a "number", "name", "exponent" (superscript), "derivative", "transpose" (.T) or "end".

    A sign is its own kind. `run` is the range of the unknown run of letters that this name was split from, if it was.
    """

    kind: str
    text: str
    start: int
    end: int
    value: Any = None
    run: tuple[int, int] | None = None


def check_answer(text: str) -> int:
    """Measures an answer and checks its characters; returns where it ends."""
    if not isinstance(text, str):
        raise NotationError(f'An answer is a text such as "60d + 84", and this is a {type(text).__name__}.')
    if len(text) > ANSWER_CHARACTERS:
        raise NotationError(
            f"An answer has at most {ANSWER_CHARACTERS:,} characters; this one has {len(text):,}.",
            text,
            ANSWER_CHARACTERS,
        )
    end = len(text.rstrip(" \t\r\n"))
    if unlisted := _UNLISTED_IN_ANSWER.search(text, 0, end):
        raise _rejected(text, unlisted.start(), "answer")
    if (equals := text.find("=")) >= 0:
        right = text[equals + 1 : end].strip(" \t")
        readings = (right,) if right and "=" not in right else ()
        raise NotationError(
            "An answer is an expression, not an equation: write only the right side.",
            text,
            equals,
            readings=readings,
        )
    return end


def check_graph(text: str) -> str:
    """Measures a graph's text and checks its characters; returns it with its comments blanked out."""
    if not isinstance(text, str):
        raise NotationError(f'Equations are a text such as "c = a + b", and this is a {type(text).__name__}.')
    if len(text) > GRAPH_CHARACTERS:
        raise NotationError(f"A graph's text has at most {GRAPH_CHARACTERS:,} characters; this one has {len(text):,}.")
    code = _COMMENT.sub(lambda comment: " " * len(comment[0]), text)
    if sum(map(code.count, _OPERATORS)) - code.count("**") > GRAPH_OPERATIONS:
        raise NotationError(f"A graph's text has at most {GRAPH_OPERATIONS:,} operations.")
    if unlisted := _UNLISTED_IN_GRAPH.search(code):
        raise _rejected(text, unlisted.start(), "graph")
    return code


def check_name(name: str, text: str = "", position: int = 0, readings: Iterable[str] = ()) -> None:
    """Refuses what cannot be the name of a node."""
    why = ""
    if not _NAME.fullmatch(name):
        why = f"{name!r} cannot be a name: a letter comes first, then letters, digits and single underscores."
    elif len(name) > NAME_CHARACTERS:
        why = f"A name has at most {NAME_CHARACTERS} characters; this one has {len(name):,}."
    elif name.startswith("_") or "__" in name:
        why = f"{name!r} cannot be a name: a letter comes first, then letters, digits and single underscores."
    elif name.lower() in ("nan", "inf", "infinity", "oo"):
        why = f"{name!r} is not a number here and cannot be a name: only finite real numbers are read."
    elif name in RESERVED or name in keyword.kwlist:
        why = f"{name!r} is a word of Python's and cannot be a name here."
    if why:
        raise NotationError(why, text, position, position + len(name), readings)


def tokens(
    text: str, start: int, end: int, knows: Callable[[str], bool], answer: bool, begin: int | None = None
) -> Iterator[Token]:
    """The words of text[start:end], one at a time; `knows` says which names are nodes.

    `begin` is where the equation begins that they belong to.
    """
    position = start
    while position < end:
        found = _TOKEN.match(text, position, end)
        kind, word = found.lastgroup, found[0]
        derivative = answer and word[0] in "d∂" and _derivative(text, position, end, knows)
        if derivative:
            yield derivative
            position = derivative.end
            continue
        stop = found.end()
        if kind == "number":
            _check_number(text, position, stop, end, knows, start if begin is None else begin)
            yield Token("number", word, position, stop, Fraction(word.rstrip(".")))
        elif kind == "vulgar":
            yield Token("number", word, position, stop, _VULGAR[word])
        elif kind == "exponent":
            digits = "".join(str(_SUPERSCRIPT.index(c)) for c in word.lstrip("⁻"))
            if len(digits) > LITERAL_DIGITS:
                raise NotationError(f"A number has at most {LITERAL_DIGITS} digits.", text, position, stop)
            yield Token("exponent", word, position, stop, Fraction(digits) * (-1 if word[0] == "⁻" else 1))
        elif kind == "name":
            yield Token("name", word, position, stop)
        elif kind == "transpose" and answer:
            raise NotationError("The transpose .T is read in a graph's text only.", text, position, stop)
        elif kind == "transpose":
            yield Token("transpose", word, position, stop)
        elif kind == "sign":
            yield Token(_SPELLINGS.get(word, word), word, position, stop)
        elif kind == "odd":
            method = None if answer or word != "." else _NAME.match(text, stop, end)
            message = f"After a name only .T has a point: write {method[0]}(x), not x.{method[0]}()." if method else ""
            raise NotationError(message or _ODD[word], text, position, stop)
        position = stop
    yield Token("end", "", end, end)


_ODD = {
    ".": "A point stands among the digits of a number, as in 0.5; leave it out here.",
    "∂": "∂ is read only in a derivative such as ∂y/∂x between two nodes, and only in an answer.",
    "⁻": "A raised minus needs raised digits after it, as in x⁻¹, or write x^-1.",
}


def _check_number(text: str, start: int, stop: int, end: int, knows: Callable[[str], bool], begin: int) -> None:
    number = text[start:stop]
    if len(number) - number.count(".") > LITERAL_DIGITS:
        raise NotationError(f"A number has at most {LITERAL_DIGITS} digits.", text, start, stop)
    after = text[stop:end][:1]
    if after == ".":
        raise NotationError("A number has one decimal point.", text, stop)
    if after == "_":
        raise NotationError("Digits are written without underscores, as in 1000.", text, stop)
    scientific = _SCIENTIFIC.match(text, stop, end)
    if not scientific:
        return
    letter, sign, digits = scientific.groups()
    sign = _SPELLINGS.get(sign, sign)
    name = _NAME.match(text, stop, end)
    power = f"10^{sign.strip('+')}{digits}"
    readings = [f"{number}*{power}"]
    if name.end() > scientific.end():  # 2e3x
        readings = []
    elif knows(letter):
        readings.append(f"{number}*{letter} {sign} {digits}" if sign else f"{number}*{letter}*{digits}")
    if not sign and knows(name[0]):
        readings.append(f"{number}*{name[0]}")
    stop = max(scientific.end(), name.end())
    message = f"{text[start:stop]} can be read in more than one way: exponents are written {power} here."
    raise NotationError(message, text, start, stop, (text[begin:start] + r + text[stop:end] for r in readings))


def _derivative(text: str, position: int, end: int, knows: Callable[[str], bool]) -> Token | None:
    """dX/dY or ∂X/∂Y as one token, unless the graph has nodes that are called dX or dY."""
    found = _DERIVATIVE.match(text, position, end)
    if not found:
        return None
    sign, child, other, parent = found.groups()
    if sign != other:
        message = f"A derivative has the same sign twice: {sign}{child or ''}/{sign}{parent}."
        raise NotationError(message, text, position, found.end())
    if sign == "d" and (knows(f"d{child or ''}") or knows(f"d{parent}")):
        return None
    if child and knows(child) and knows(parent):
        return Token("derivative", found[0], position, found.end(), (child, parent))
    missing = [name for name in (child, parent) if name and not knows(name)]
    reason = f"and no node is called {missing[0]!r}" if missing else "and these are to be worked out"
    raise NotationError(
        f"{found[0]} looks like a derivative, {reason}. Write its formula with numbers and names of nodes.",
        text, position, found.end(),
    )  # fmt: skip


# What to write instead ------------------------------------------------------------------------------------------

_REMEDIES = {
    **dict.fromkeys("{}", "Use round brackets ( ) to group."),
    **dict.fromkeys("'’′‘", "Primes and quotes are not read: write the formula, or dy/dx where that is allowed."),
    **dict.fromkeys('"“”`´', "Quotes are not read: write the formula without them."),
    **dict.fromkeys("<>≤≥≠≈", "Comparisons are not read: write one expression."),
    **dict.fromkeys("\\$", "LaTeX is not read: write (a + b)/c for a fraction, sqrt(x) for a root, x^2 for a power."),
    **dict.fromkeys("∞", "Infinity is not a number here."),
    **dict.fromkeys("∑∏∫∇", "Write the formula out."),
    "!": "Factorials are not read: write the product out.",
    "?": "Leave it out.",
    ":": "Write only the expression.",
    "%": "Write /100 for per cent.",
    "∛": "Write x^(1/3).",
    "°": "Angles are in radians.",
    "±": "Write one expression, with + or with -.",
    "ϵ": "Write ε.",
    "ϕ": "Write φ.",
    "ϑ": "Write θ.",
    "µ": "This is the micro sign; write the Greek letter μ.",
    "∆": "Write the Greek letter Δ.",
    "∕": "Write /.",
    "⁄": "Write /.",
    "∗": "Write *.",
    "∙": "Write * or ·.",
    "•": "Write * or ·.",
    "—": "Write -.",
    "‐": "Write -.",
    "‑": "Write -.",
}
_IN_ANSWER = {
    **dict.fromkeys("\n\r;", "An answer is one expression on one line."),
    "#": "Comments are for graphs; write only the expression.",
    "@": "Products with @ are read in a graph's text only; the product of numbers is written * here.",
    **dict.fromkeys("[]", "Use round brackets ( ) to group; entries such as x[0] are read in a graph's text only."),
}
_CYRILLIC = dict(zip("аеорсухіјѕАВЕКМНОРСТУХІЈЅ", "aeopcyxijsABEKMHOPCTYXIJS"))
LOOK_ALIKES = str.maketrans("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧον", "ABEZHIKMNOPTYXov")
"""Greek letters that look like Latin ones: two names that differ in these alone are told apart aloud."""


def _rejected(text: str, position: int, what: str) -> NotationError:
    char, code = text[position], f"U+{ord(text[position]):04X}"
    shown = f"{char!r}" if ord(char) < 127 else f"{char!r} ({unicodedata.name(char, code)})"
    if not char.isprintable():
        shown = f"{code} ({unicodedata.name(char, 'a control character')})"
    return NotationError(f"The character {shown} is not read. {_remedy(char, what)}".rstrip(), text, position)


def _remedy(char: str, what: str) -> str:
    if what == "answer" and char in _IN_ANSWER:
        return _IN_ANSWER[char]
    if char in _REMEDIES:
        return _REMEDIES[char]
    if char in _CYRILLIC:
        letter = unicodedata.name(char).rpartition(" ")[2]
        return f"This is the Cyrillic letter {letter}; type the Latin {_CYRILLIC[char]!r}."
    category = unicodedata.category(char)
    plain = unicodedata.normalize("NFKC", char)  # for the advice only: nothing is read this way
    if category == "Nd":
        plain = str(unicodedata.digit(char))
    if "SUBSCRIPT" in unicodedata.name(char, "") and plain.isascii():
        return f"Write an index with an underscore, as in x_{plain}."
    if category == "Cf" or category.startswith("M"):
        return "It is invisible, or part of another character: delete it."
    if char.isspace():
        return "Type an ordinary space."
    if len(plain) == 1 and plain != char and not _UNLISTED_IN_ANSWER.match(plain):
        return f"Type the ordinary {plain!r}."
    return ""
