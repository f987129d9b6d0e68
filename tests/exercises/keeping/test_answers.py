"""Keeping: what was typed comes back exactly, and nothing that happens to the file costs an answer or a question."""

import codecs
import csv
import io
import json
import os
import subprocess
import sys
import tempfile
import time
import types
import warnings
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradflow_nb.errors import GradflowError
from gradflow_nb.exercises.keeping import answer_file, answers
from gradflow_nb.exercises.keeping.answers import (
    Answers,
    AnswersWarning,
    events,
    notebook,
    place,
    record,
    saved_answers,
)

HEADER = b'{"gradflow_nb": "answers", "version": 1}\n'
RIGHT = {"do": "check", "answer": "60d + 84", "verdict": "Correct", "credit": 1.0}
WRONG = {"do": "check", "answer": "84", "verdict": "Incorrect", "credit": 0.0}
HOSTILE = [
    "", "60d + 84", "a\nb\r\nc\u2028d\x85e", "x" * 5000, "\x00\x07\x1b[31m", "\u202eabc\u2066", "\ud800", "a\udfff", "😀∂", '"}\n{"',
    "\\ud83d", "\ufeff", "=1+1", "'", ",;\t", "\ufffe\uffff",
]  # fmt: skip


@pytest.fixture
def file(tmp_path, monkeypatch):
    """Where answers are kept in a test."""
    kept = tmp_path / answers.NAME
    monkeypatch.setenv("GRADFLOW_ANSWERS", str(kept))
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    monkeypatch.setattr(answer_file, "_SAID", set())
    monkeypatch.setattr(answers, "_FILES", {})
    return kept


@pytest.fixture
def kernel(file, tmp_path, monkeypatch):
    """As in a notebook's kernel that runs in `tmp_path`: gives the user's names."""
    monkeypatch.delenv("GRADFLOW_ANSWERS")
    monkeypatch.setattr(answers, "_HOME", str(tmp_path))
    shell = types.SimpleNamespace(kernel=object(), user_ns={})
    monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(get_ipython=lambda: shell))
    return shell.user_ns


def aside(file, number=1):
    return file.with_name(f"gradflow-answers.set-aside-{number}.jsonl")


def silently(call, *arguments):
    """What a call gives, when it says nothing."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return call(*arguments)


# What is written comes back.


def test_an_event_is_a_line_after_a_header(file):
    assert silently(record, "dg/db = ?", WRONG) == "" and silently(record, "dg/db = ?", RIGHT) == ""
    header, *lines = file.read_bytes().splitlines(keepends=True)
    assert header == HEADER and len(lines) == 2 and all(line.endswith(b"}\n") for line in lines)
    event = json.loads(lines[0])
    assert list(event) == ["time", "notebook", "question", "do", "answer", "verdict", "credit"]
    age = datetime.now(UTC) - datetime.fromisoformat(event["time"])
    assert len(event["time"]) == 20 and event["time"].endswith("Z") and 0 <= age.total_seconds() < 60
    assert [e["answer"] for e in events("dg/db = ?")] == ["84", "60d + 84"] and events("another") == []


def test_an_event_cannot_replace_its_question_or_time(file):
    record("q", {"question": "other", "time": "never", "notebook": 3, "do": "check"})
    assert events("q")[0]["time"] != "never" and events("other") == []


@pytest.mark.parametrize("text", HOSTILE)
def test_what_was_typed_comes_back(file, text):
    record(f"q {text}", {"do": "check", "answer": {"box": text, text: "boxed"}})
    record("next", RIGHT)
    assert events(f"q {text}")[0]["answer"] == {"box": text, text: "boxed"} and len(events("next")) == 1
    assert file.read_bytes().isascii() and len(file.read_bytes().splitlines()) == 3
    repr(saved_answers()).encode()


# Two halves that stand together are the character that they are halves of: JSON, like a browser, knows no difference.
anything = st.text(st.characters(exclude_categories=())).map(
    lambda text: text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
)
data = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**80), 2**80) | st.floats(allow_nan=False) | anything,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(anything, inner, max_size=3),
    max_leaves=6,
)


@given(question=anything, event=st.dictionaries(anything, data, max_size=4))
def test_anything_round_trips(question, event):
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        patch.setenv("GRADFLOW_ANSWERS", folder)
        patch.setattr(answers, "_FILES", {})
        record(question, event)
        record(question, RIGHT)
        first, second = events(question)
        own = answer_file.OWN
        assert [(k, v) for k, v in first.items() if k not in own] == [(k, v) for k, v in event.items() if k not in own]
        assert second["answer"] == "60d + 84" and len(saved_answers()) == 2
        table = saved_answers()
        assert list(undone(table.to_csv())) == [[answers._text(row.get(c)) for c in table.columns] for row in table]
        assert repr(table).count("\n") == 2 and repr(table).encode() and table._repr_html_().encode()


def undone(text):
    """The rows of a CSV, with the marks before formulas taken off."""
    rows = csv.reader(io.StringIO(text, newline=""))
    next(rows)
    for row in rows:
        yield [cell.removeprefix("'") for cell in row]


def test_what_is_no_json_is_kept_as_text(file):
    record("q", {"do": "check", "answer": {1}})
    assert events("q")[0]["answer"] == "{1}"


def test_what_is_given_out_can_be_changed_without_harm(file):
    record("q", RIGHT)
    events("q")[0]["answer"] = "mine"
    assert events("q")[0]["answer"] == "60d + 84"


# Several at once.

WRITER = """
import sys
from gradflow_nb.exercises.keeping.answers import events, record
for i in range(200):
    assert record("q", {"do": "check", "answer": sys.argv[1] * (1 + i * 40), "number": i}) == ""
    if i % 20 == 0:
        mine = [e["number"] for e in events("q") if e["answer"][0] == sys.argv[1]]
        assert mine == list(range(i + 1)), mine
"""


def run_together(file, root, names, code=WRITER):
    environment = os.environ | {"GRADFLOW_ANSWERS": str(file)}
    started = [
        subprocess.Popen([sys.executable, "-W", "error", "-c", code, name], cwd=root, env=environment, stderr=subprocess.PIPE, text=True)
        for name in names
    ]
    return [process.communicate(timeout=120)[1] for process in started]


def test_four_kernels_write_and_read_at_once(file, root):
    assert run_together(file, root, "abcd") == [""] * 4
    lines = file.read_bytes().splitlines(keepends=True)
    assert len(lines) == 801 and lines.count(HEADER) == 1 and lines[0] == HEADER
    for name in "abcd":
        assert [e["number"] for e in saved_answers() if e["answer"][0] == name] == list(range(200))


SETTER_ASIDE = """
import sys, warnings
from gradflow_nb.exercises.keeping.answers import record
warnings.simplefilter("always")
for _ in range(20):
    record("q", {"do": sys.argv[1]})
"""


def test_four_kernels_set_one_file_aside_once(file, root):
    file.write_bytes(b"somebody's notes\n")
    assert "".join(run_together(file, root, "abcd", SETTER_ASIDE)).count("set aside") == 1
    assert aside(file).read_bytes() == b"somebody's notes\n" and not aside(file, 2).exists() and len(saved_answers()) == 80


def test_a_line_is_one_write(file, monkeypatch):
    written, write = [], os.write
    monkeypatch.setattr(os, "write", lambda to, what: written.append(what) or write(to, what))
    record("q", {"answer": "x" * 300_000})
    record("q", RIGHT)
    assert len(written) == 2 and len(events("q")) == 2


def test_a_write_that_stops_short_is_finished(file, monkeypatch):
    write = os.write
    monkeypatch.setattr(os, "write", lambda to, what: write(to, what[:7]))
    record("q", RIGHT)
    assert [e["answer"] for e in events("q")] == ["60d + 84"]


# Locks.


def test_a_lock_that_is_not_given_back_holds_nobody_up_for_ever(file, monkeypatch):
    waited = []

    def taken(*_):
        raise BlockingIOError

    monkeypatch.setattr(answer_file, "fcntl", types.SimpleNamespace(flock=taken, LOCK_EX=2, LOCK_NB=4))
    monkeypatch.setattr(answer_file, "time", types.SimpleNamespace(sleep=waited.append))
    record("q", RIGHT)
    assert len(events("q")) == 1 and 1 < sum(waited) < 5


def test_a_file_system_without_locks_will_do(file, monkeypatch):
    def unknown(*_):
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(answer_file, "fcntl", types.SimpleNamespace(flock=unknown, LOCK_EX=2, LOCK_NB=4))
    record("q", RIGHT)
    monkeypatch.setattr(answer_file, "fcntl", None)  # and Python in a browser
    monkeypatch.setattr(answer_file, "msvcrt", None)
    record("q", RIGHT)
    assert len(events("q")) == 2


@pytest.mark.parametrize("busy", [0, 3])
def test_windows_locks_a_byte_far_off_and_frees_it(file, monkeypatch, busy):
    did = []

    def locking(descriptor, mode, size):
        did.append((mode, size, os.lseek(descriptor, 0, os.SEEK_CUR)))
        if len(did) <= busy:
            raise PermissionError

    monkeypatch.setattr(answer_file, "fcntl", None)
    monkeypatch.setattr(answer_file, "msvcrt", types.SimpleNamespace(locking=locking, LK_NBLCK=2, LK_UNLCK=0))
    record("q", RIGHT)
    place = answer_file._LOCKED_BYTE
    assert did == [(2, 1, place)] * (busy + 1) + [(0, 1, place)] and file.stat().st_size < 1000 and len(events("q")) == 1


def test_lines_end_in_one_character_on_windows_too(file, monkeypatch):
    monkeypatch.setattr(os, "O_BINARY", 0x40000000, raising=False)
    opened, opens = [], os.open
    monkeypatch.setattr(os, "open", lambda path, flags, *mode: opened.append(flags) or opens(path, flags & ~0x40000000, *mode))
    record("q", RIGHT)
    assert opened[0] & 0x40000000


def test_windows_renames_no_open_file(file, monkeypatch):
    file.write_bytes(b"foreign\n")
    is_open, replace, closes, opens = set(), os.replace, os.close, os.open

    def opening(*arguments):
        is_open.add(descriptor := opens(*arguments))
        return descriptor

    def closing(descriptor):
        is_open.discard(descriptor)
        closes(descriptor)

    def replacing(*names):
        assert not is_open
        replace(*names)

    monkeypatch.setattr(answer_file, "os", types.SimpleNamespace(**{**vars(os), "name": "nt", "open": opening, "close": closing, "replace": replacing}))
    with pytest.warns(AnswersWarning, match="set aside"):
        record("q", RIGHT)
    assert aside(file).read_bytes() == b"foreign\n" and len(events("q")) == 1


# Broken and foreign files.


@pytest.mark.parametrize("tail", [b'{"time": "2025', b'{"time": "\xf0\x9f', b"\x00" * 300])
def test_a_line_that_was_cut_off_swallows_nothing(file, tail):
    record("q", WRONG)
    with file.open("ab") as stream:
        stream.write(tail)
    assert len(silently(events, "q")) == 1  # perhaps another kernel is just writing it
    record("q", RIGHT)
    with pytest.warns(AnswersWarning, match="A line of .* cannot be read"):
        assert [e["answer"] for e in events("q")] == ["84", "60d + 84"]
    record("q", RIGHT)
    assert len(silently(events, "q")) == 3 and tail in file.read_bytes()


def test_a_last_line_without_its_end_is_read_once(file):
    record("q", WRONG)
    file.write_bytes(file.read_bytes()[:-1])
    assert len(events("q")) == 1
    record("q", RIGHT)
    assert len(silently(events, "q")) == 2 == len(saved_answers())


def test_a_header_without_its_end_is_ours(file):
    file.write_bytes(HEADER[:-1])
    assert silently(record, "q", RIGHT) == "" and len(events("q")) == 1


@pytest.mark.parametrize("start", [b"", codecs.BOM_UTF8 + HEADER, HEADER.replace(b"\n", b"\r\n"), HEADER + b"\r\n\n" + HEADER])
def test_what_editors_and_git_do_to_a_file_is_no_harm(file, start):
    file.write_bytes(start)
    silently(record, "q", RIGHT)
    assert len(silently(events, "q")) == 1


FOREIGN = [
    b"\n", b"notes\n", b"{}\n", b"[]\n", b"3", b"[" * 3000, b'{"cells": []}', b"\x89PNG\r\n\x1a\n\x00\x00", b"\xff\xfe{\x00", b"\x00" * 9000,
    HEADER[:20], b'{"gradflow_nb": "answers"}\n', HEADER.replace(b"1", b"true"), HEADER.replace(b"1", b"0"), HEADER.replace(b"1", b'"1"'),
    b"<<<<<<< HEAD\n" + HEADER, HEADER.replace(b"1", b"1" * 5000),
]  # fmt: skip


@pytest.mark.parametrize("content", [*FOREIGN, HEADER.replace(b"1", b"2") + b'{"new": "format"}\n'])
def test_a_foreign_file_is_set_aside_and_never_overwritten(file, content):
    file.write_bytes(content)
    aside(file).write_bytes(b"an older one")
    assert silently(events, "q") == [] and file.read_bytes() == content  # reading changes nothing
    with pytest.raises(GradflowError, match="holds no answers"):
        saved_answers()
    with pytest.warns(AnswersWarning) as said:
        note = record("q", RIGHT)
    newer = b'"version": 2' in content
    assert [str(w.message) for w in said] == [note] and "\n" not in note and ("newer" in note) == newer
    assert note.startswith("gradflow-answers.jsonl was set aside as gradflow-answers.set-aside-2.jsonl, because it ")
    assert aside(file).read_bytes() == b"an older one" and aside(file, 2).read_bytes() == content
    assert silently(record, "q", RIGHT) == "" and len(events("q")) == 2 and file.read_bytes().startswith(HEADER)


def test_a_message_is_one_line_in_a_notebook(file):
    file.write_bytes(b"foreign")
    with pytest.warns(AnswersWarning) as said:
        record("q", RIGHT)
    shown = warnings.formatwarning(said[0].message, said[0].category, said[0].filename, said[0].lineno)
    assert shown.count("\n") == 1 and "answers.py" not in shown


def test_a_folder_in_the_way_is_set_aside(kernel, file):
    file.mkdir()
    (file / "inside").touch()
    aside(file).mkdir()
    assert events("q") == []
    with pytest.warns(AnswersWarning, match="set-aside-2.jsonl, because it is a folder"):
        record("q", RIGHT)
    assert (aside(file, 2) / "inside").exists() and not list(aside(file).iterdir()) and len(events("q")) == 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_or_a_device_is_neither_moved_nor_waited_for(file):
    os.mkfifo(file)
    assert silently(events, "q") == []
    with pytest.warns(AnswersWarning, match="not saved.*it is not a file"):
        record("q", RIGHT)
    assert silently(record, "q", RIGHT) == "" and [entry.name for entry in file.parent.iterdir()] == [file.name]


def test_a_link_is_followed_and_a_foreign_target_stays_where_it_is(file, tmp_path):
    target = tmp_path / "elsewhere"
    file.symlink_to(target)
    record("q", RIGHT)  # the target need not be there
    assert file.is_symlink() and len(events("q")) == 1 and target.read_bytes().startswith(HEADER)
    target.write_bytes(b"a book\n")
    with pytest.warns(AnswersWarning, match="set aside"):
        record("q", RIGHT)
    assert target.read_bytes() == b"a book\n" == aside(file).read_bytes() and not file.is_symlink() and len(events("q")) == 1


def test_broken_lines_stay_and_are_said_once(file):
    record("q", WRONG)
    broken = b'\xff\xfe\n{"half": \n[]\n{"question": "q"}\n' + b"[" * 100_000 + b'\n{"time": "t", "notebook": "", "question": 3}\n'
    with file.open("ab") as stream:
        stream.write(broken)
    record("q", RIGHT)
    with pytest.warns(AnswersWarning, match="6 lines of .* cannot be read; the others are used"):
        assert [e["answer"] for e in events("q")] == ["84", "60d + 84"]
    record("q", RIGHT)
    assert len(silently(events, "q")) == 3 == len(silently(saved_answers)) and broken in file.read_bytes()


# A file that cannot be written or read: said once, and nothing is raised.


@pytest.mark.parametrize("error", [PermissionError(13, "Permission denied"), OSError(30, "Read-only file system")])
def test_a_folder_that_cannot_be_written_breaks_nothing(file, monkeypatch, error):
    def refuse(*_):
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", refuse)
        with pytest.warns(AnswersWarning) as said:
            note = record("q", RIGHT)
        assert [str(w.message) for w in said] == [note] and error.strerror in note and str(file) in note and "\n" not in note
        assert silently(record, "q", RIGHT) == "" and silently(events, "q") == []
    assert silently(record, "q", RIGHT) == "" and len(events("q")) == 1  # it can be again


def test_a_full_disk_breaks_nothing(file, monkeypatch):
    record("q", WRONG)
    write = os.write

    def full(descriptor, what, left=[30]):  # noqa: B006
        if not left[0]:
            raise OSError(28, "No space left on device")
        return write(descriptor, what[: left.pop()]) + (left.append(0) or 0)

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        with pytest.warns(AnswersWarning, match="No space left on device"):
            record("q", RIGHT)
    record("q", RIGHT)
    with pytest.warns(AnswersWarning, match="A line of"):
        assert [e["answer"] for e in events("q")] == ["84", "60d + 84"]


def test_a_foreign_file_that_cannot_be_moved_stays(file, monkeypatch):
    file.write_bytes(b"foreign")

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.warns(AnswersWarning, match="not saved"):
        record("q", RIGHT)
    assert file.read_bytes() == b"foreign" and [entry.name for entry in file.parent.iterdir()] == [file.name]


def test_a_file_that_cannot_be_read_is_said_once(file, monkeypatch):
    record("q", RIGHT)

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", refuse)
    with pytest.warns(AnswersWarning, match="not restored.*Permission denied"):
        assert events("q") == []
    assert silently(events, "q") == []


def test_a_folder_that_cannot_be_made_breaks_nothing(file, tmp_path, monkeypatch):
    (tmp_path / "plain").touch()
    monkeypatch.setenv("GRADFLOW_ANSWERS", str(tmp_path / "plain" / "sub" / "a.jsonl"))
    with pytest.warns(AnswersWarning, match="not saved"):
        record("q", RIGHT)
    with pytest.warns(AnswersWarning, match="not restored"):
        assert events("q") == []


# Reading on.


def test_reading_goes_on_where_it_ended(file, monkeypatch):
    record("q", RIGHT)
    taken, take = [], answer_file.AnswerFile._take
    monkeypatch.setattr(answer_file.AnswerFile, "_take", lambda self, line: taken.append(line) or take(self, line))
    assert len(events("q")) == 1 and len(taken) == 2  # with the header
    assert len(events("q")) == 1 and len(taken) == 2
    record("q", WRONG)
    assert len(events("q")) == 2 and len(taken) == 3


def test_a_line_that_is_being_written_is_not_read_in_halves(file, monkeypatch):
    record("q", WRONG)
    line = file.read_bytes().splitlines(keepends=True)[1]
    take = answer_file.AnswerFile._take

    def and_the_rest(self, got):
        take(self, got)
        if not got.endswith(b"\n"):
            with file.open("ab") as stream:
                stream.write(line[20:])

    with file.open("ab") as stream:
        stream.write(line[:20])
    monkeypatch.setattr(answer_file.AnswerFile, "_take", and_the_rest)
    assert len(silently(events, "q")) == 1
    assert len(silently(events, "q")) == 2


def test_a_file_that_was_rewritten_is_read_anew(file):
    for answer in "abc":
        record("q", {"answer": answer})
    assert len(events("q")) == 3
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join(lines[:2]))  # shorter
    assert [e["answer"] for e in events("q")] == ["a"]
    file.write_bytes(b"".join([lines[0], lines[3].replace(b'"c"', b'"cc"'), lines[2]]))  # longer
    assert [e["answer"] for e in events("q")] == ["cc", "b"]
    other = file.with_name("other")
    other.write_bytes(b"".join([lines[0], lines[1].replace(b'"a"', b'"aaa"'), *lines[2:], lines[2]]))
    other.replace(file)  # another file with the same name
    assert [e["answer"] for e in events("q")] == ["aaa", "b", "c", "b"]
    file.rename(other)
    assert events("q") == []
    other.rename(file)
    assert len(events("q")) == 4
    file.write_bytes(b"foreign")
    assert events("q") == []


def test_a_huge_file_is_read_in_one_pass(file):
    line = json.dumps({"time": "2025-03-01T09:00:00Z", "notebook": "", "question": "other", "answer": "x" * 900}).encode() + b"\n"
    file.write_bytes(HEADER + line * 52_000)
    record("q", RIGHT)
    assert file.stat().st_size > 50_000_000
    start = time.perf_counter()
    assert len(events("q")) == 1
    once = time.perf_counter()
    for _ in range(20):
        record("q", RIGHT)
        assert events("q")
    assert once - start < 20 and time.perf_counter() - once < 10


# Where.


@pytest.mark.parametrize("off", ["off", "OFF", " off ", "0", "no"])
def test_off_reads_and_writes_nothing(kernel, file, monkeypatch, off):
    record("q", RIGHT)
    before = file.read_bytes()
    monkeypatch.setenv("GRADFLOW_ANSWERS", off)
    assert place() is None and record("q", RIGHT) == "" and events("q") == [] and len(saved_answers()) == 0
    assert repr(saved_answers()) == "No answers are saved." == saved_answers()._repr_html_() and file.read_bytes() == before
    assert len(saved_answers(file)) == 1  # unless a file is asked for


def test_the_tests_are_off(root):
    code = "from gradflow_nb.exercises.keeping import answers; print(answers.place())"
    assert os.environ["GRADFLOW_ANSWERS"] == "off"
    assert subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True).stdout == "None\n"


@pytest.mark.parametrize("shell", [None, types.SimpleNamespace(user_ns={})])
def test_outside_of_a_notebook_nothing_is_kept_unless_a_place_is_named(file, monkeypatch, shell):
    monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(get_ipython=lambda: shell))
    record("q", RIGHT)
    assert len(events("q")) == 1 and notebook() == ""
    monkeypatch.setenv("GRADFLOW_ANSWERS", "")
    assert place() is None and events("q") == [] and record("q", RIGHT) == ""
    monkeypatch.delitem(sys.modules, "IPython")
    assert place() is None


def test_a_notebook_keeps_its_answers_in_its_folder(kernel, file, tmp_path, monkeypatch):
    assert place() == file and notebook() == ""
    monkeypatch.chdir("/")  # a cell went elsewhere
    assert place() == file
    monkeypatch.setenv("JPY_SESSION_NAME", "course/week 1/05_the.chain.ipynb")
    assert (place(), notebook()) == (file, "05_the.chain")
    monkeypatch.setenv("JPY_SESSION_NAME", "course/console-1-1f0c2b")
    assert notebook() == ""
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "lesson.ipynb").touch()
    monkeypatch.setenv("JPY_SESSION_NAME", str(folder / "lesson.ipynb"))
    assert (place(), notebook()) == (folder / answers.NAME, "lesson")
    monkeypatch.setenv("JPY_SESSION_NAME", str(folder / "gone.ipynb"))
    assert (place(), notebook()) == (file, "gone")
    kernel["__vsc_ipynb_file__"] = str(folder / "lesson.ipynb")
    assert (place(), notebook()) == (folder / answers.NAME, "lesson")


def test_notebooks_share_a_file_and_not_their_answers(file, monkeypatch):
    for name in ("one", "two"):
        monkeypatch.setenv("JPY_SESSION_NAME", f"{name}.ipynb")
        record("q", {"answer": name})
        assert [e["answer"] for e in events("q")] == [name]
    monkeypatch.delenv("JPY_SESSION_NAME")  # as when a notebook is run by a program that does not tell its name
    assert [e["answer"] for e in events("q")] == ["one", "two"] == [e["notebook"] for e in saved_answers()]


def test_the_place_can_be_named(file, tmp_path, monkeypatch):
    def placed(value):
        monkeypatch.setenv("GRADFLOW_ANSWERS", str(value))
        return place()

    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setattr(answers, "_HOME", str(tmp_path))
    (tmp_path / "j.doe").mkdir()
    (tmp_path / "plain").touch()
    assert placed(tmp_path) == placed(f"{tmp_path}/") == placed(".") == tmp_path / answers.NAME
    assert placed("~/x.jsonl") == placed("x.jsonl") == tmp_path / "x.jsonl"
    assert placed("j.doe") == tmp_path / "j.doe" / answers.NAME and placed("plain") == tmp_path / "plain"
    assert placed("new/folder") == tmp_path / "new" / "folder" / answers.NAME
    record("q", RIGHT)
    assert (tmp_path / "new" / "folder" / answers.NAME).exists() and len(events("q")) == 1


def test_a_real_kernel_keeps_and_restores(root, tmp_path):
    from nbclient import NotebookClient
    from nbformat.v4 import new_code_cell, new_notebook

    cells = (
        "from gradflow_nb.exercises.keeping.answers import events, record",
        "import os; os.mkdir('sub'); os.chdir('sub')",
        "print(len(events('q')), repr(record('q', {'do': 'check'})), len(events('q')))",
    )
    environment = os.environ | {"GRADFLOW_ANSWERS": "", "JPY_SESSION_NAME": "course/lesson.ipynb", "PYTHONPATH": str(root)}
    for before in range(2):
        content = new_notebook(cells=[new_code_cell(cell) for cell in cells])
        NotebookClient(content, timeout=120, resources={"metadata": {"path": str(tmp_path)}}).execute(env=environment)
        assert content.cells[-1].outputs[0]["text"] == f"{before} '' {before + 1}\n"
        (tmp_path / "sub").rmdir()
    assert [path.name for path in tmp_path.iterdir()] == [answers.NAME]
    assert {e["notebook"] for e in saved_answers(tmp_path / answers.NAME)} == {"lesson"}


def test_importing_is_light_and_reads_nothing(root, tmp_path):
    code = "import sys, gradflow_nb.exercises.keeping.answers; print(*(m for m in 'numpy pandas sympy IPython ipywidgets'.split() if m in sys.modules))"
    environment = os.environ | {"GRADFLOW_ANSWERS": str(tmp_path), "PYTHONPATH": str(root)}
    run = subprocess.run([sys.executable, "-c", code], env=environment, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "" and list(tmp_path.iterdir()) == []


# Tables.


def event(question="q", at="2025-03-01T09:00:00Z", notebook="n", **rest):
    return {"time": at, "notebook": notebook, "question": question} | rest


def test_a_summary_has_a_row_for_each_notebook_and_question():
    events = [
        event(at="2025-03-01T09:00:02Z", **WRONG),
        event(at="2025-03-01T09:00:01Z", do="hint"),
        event(do="check", answer="60d +", verdict="Invalid"),
        event(do="check", answer="?", verdict="Undecided", credit=0),
        event(at="2025-03-01T09:00:03Z", do="check", answer={"a": "1"}, verdict="Incorrect", credit=0.5),
        event("other", do="solution", credit=float("inf")),
        event("other", do="check", verdict="Correct"),
        event("third", do="check", verdict={"un": "hashable"}, credit="1.0"),
        event("third", do="check", verdict=None, credit=10**400),
        event(notebook="m", **RIGHT),
    ]
    summary = Answers(events).summary()
    assert summary.columns == ("notebook", "question", "attempts", "hints", "credit", "correct", "first", "last")
    assert [list(row.values())[:6] for row in summary] == [
        ["n", "q", 2, 1, 0.5, False], ["n", "other", 1, 0, 1.0, True], ["n", "third", 2, 0, 0.0, False], ["m", "q", 1, 0, 1.0, True],
    ]  # fmt: skip
    assert (summary[0]["first"], summary[0]["last"]) == ("2025-03-01T09:00:00Z", "2025-03-01T09:00:03Z")
    assert len(Answers().summary()) == 0 and Answers().summary().columns == summary.columns


def test_answers_are_a_sequence(file):
    for answer in "abc":
        record("q", {"answer": answer})
    all_of_them = saved_answers()
    assert len(all_of_them) == 3 and all_of_them[-1]["answer"] == "c" and [e["answer"] for e in all_of_them[1:]] == ["b", "c"]
    assert isinstance(all_of_them[1:], Answers) and len(saved_answers(str(file))) == 3 and all_of_them[0] in all_of_them


def test_a_file_that_is_asked_for_must_be_there(file, tmp_path):
    assert len(saved_answers()) == 0
    with pytest.raises(GradflowError, match="There is no file"):
        saved_answers(file)
    with pytest.raises(GradflowError, match="is not a file"):
        saved_answers(tmp_path)


def test_a_table_is_aligned_and_shows_no_tricks():
    table = Answers([event(answer="\u202e<b>\x1b[31m\n\ud800", credit=1), event(answer="x" * 5000, credit=None), event("<script>")])
    lines = repr(table).splitlines()
    assert len(lines) == 4 and "�<b>�[31m⏎�" in lines[1] and "x" * 39 + "…" in lines[2]
    assert len({line.find("q") for line in lines[1:3]}) == 1 and max(map(len, lines)) < 160
    html = table._repr_html_()
    assert "<script>" not in html and "&lt;script&gt;" in html and "�&lt;b&gt;" in html and html.count("<tr>") == 4
    many = Answers([event()] * 1234)
    assert repr(many).endswith("… and 1,214 more") and "… and 1,214 more" in many._repr_html_() and len(repr(many).splitlines()) == 22


@pytest.mark.parametrize("text", [*HOSTILE, "=cmd|' /C calc'!A0", "+1", "-3132", "@SUM(A1)", "\tx", "\r=1", "\n=1", "＝1", "'=1", "''", "a,b\r\n\"c\""])
def test_csv_runs_no_formula_and_loses_nothing(tmp_path, text):
    table = Answers([event(answer=text, credit=-0.5, **{text + "k": 1})])
    head, row = csv.reader(io.StringIO(table.to_csv(), newline=""))
    assert not any(cell.startswith(tuple("=+@\t\r\n＝＋－＠")) for cell in [*head, *row])
    assert row[4] == "-0.5" and not row[3].startswith("-") and row[3].removeprefix("'") == text
    written = table.to_csv(tmp_path / "a.csv")
    assert written == tmp_path / "a.csv"
    assert written.read_bytes() == codecs.BOM_UTF8 + table.to_csv().encode("utf-8", "backslashreplace")


def test_csv_of_events_of_different_kinds():
    table = Answers([event(answer={"a": "∂", "b": "1"}, hints=[1]), event(verdict=None, correct=True)])
    head, first, second = csv.reader(io.StringIO(table.to_csv(), newline=""))
    assert head == ["time", "notebook", "question", "answer", "hints", "verdict", "correct"]
    assert first[3:] == ['{"a": "∂", "b": "1"}', "[1]", "", ""] and second[3:] == ["", "", "", "True"]
    assert Answers().to_csv() == "\r\n" and saved_answers().to_csv().startswith("time,notebook,question,do,answer")


def test_a_data_frame(monkeypatch):
    made = []
    monkeypatch.setitem(sys.modules, "pandas", types.SimpleNamespace(DataFrame=lambda rows, columns: made.append((rows, columns)) or "frame"))
    assert Answers([event()]).frame() == "frame" and made == [([event()], ["time", "notebook", "question"])]
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(GradflowError, match=r"pip install pandas.*to_csv"):
        Answers([event()]).frame()


def test_a_real_data_frame():
    pytest.importorskip("pandas")
    frame = Answers([event(**RIGHT), event(**WRONG)]).summary().frame()
    assert frame.shape == (1, 8) and frame["credit"][0] == 1.0
