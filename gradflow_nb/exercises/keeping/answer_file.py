"""A file of events, one JSON line each, that several kernels append to and read at once.

The first line says that the file is ours. One that begins in another way is set aside, never overwritten.
"""

from __future__ import annotations

import json
import os
import stat
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any

from ...errors import GradflowError

fcntl = msvcrt = None  # Windows has no fcntl, the others no msvcrt, and the browser's Python neither
with suppress(ImportError):
    import fcntl
with suppress(ImportError):
    import msvcrt

OWN = ("time", "notebook", "question")
"""What every event has, as text."""
VERSION = 1
_HEADER = json.dumps({"gradflow_nb": "answers", "version": VERSION}).encode() + b"\n"
_HEAD = 4096
_LOCKED_BYTE = 0x7FFF0000
"""Windows keeps others from reading what is locked, so a byte is locked that no file has."""


class AnswersWarning(UserWarning):
    """Something about the file of answers that a person should know; questions go on working."""


_SAID: set[Any] = set()


def say(sentence: str, once: Any = None) -> str:
    """Warns, in one line that names no place in our code; gives the sentence, or "" if `once` was used before."""
    if once is not None and once in _SAID:
        return ""
    _SAID.add(once)
    warnings.warn_explicit(sentence, AnswersWarning, "<gradflow_nb>", 1)
    return sentence


def _json(line: bytes) -> dict[str, Any]:
    """The object on a line; empty for anything else."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _foreign(head: bytes) -> str:
    """Why a file that begins like this is not ours to write in; empty if it is ours, or has nothing in it."""
    if not head:
        return ""
    header = _json(head.partition(b"\n")[0])
    version = header.get("version")
    if header.get("gradflow_nb") != "answers" or type(version) is not int or version < 1:
        return "it does not begin like a file of answers"
    return "it was written by a newer gradflow_nb" if version > VERSION else ""


class AnswerFile:
    """The events of a file, read on from where the last reading ended."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._forget()

    def _forget(self) -> None:
        self._events: list[dict[str, Any]] = []
        self._tail: list[dict[str, Any]] = []  # of a last line without its end, which is read again next time
        self._broken = self._offset = 0
        self._mark = b""  # the end of what was read: if something else is there, the file was rewritten
        self._seen = (0, 0, 0)

    def read(self) -> list[dict[str, Any]]:
        """All events so far. Broken lines are left out, and talked of once.

        Raises `OSError`, and `GradflowError` for a file that is not ours.
        """
        status = os.stat(self.file)
        if not stat.S_ISREG(status.st_mode):  # opening a pipe would wait for ever
            raise GradflowError(f"{self.file} is not a file.")
        seen = (status.st_ino, status.st_mtime_ns, status.st_size)
        if seen != self._seen:
            with open(self.file, "rb") as stream:
                stream.seek(self._offset - len(self._mark))
                if not self._mark or seen[0] != self._seen[0] or stream.read(len(self._mark)) != self._mark:
                    self._forget()
                    stream.seek(0)
                    if why := _foreign(stream.read(_HEAD)):
                        raise GradflowError(f"{self.file} holds no answers that can be read: {why}.")
                    stream.seek(0)
                self._tail = []
                for line in stream:
                    self._take(line)
                    if not line.endswith(b"\n"):
                        break  # its rest may be written just now, and would come as a line of its own
            self._seen = seen
        if self._broken:
            lines = "A line" if self._broken == 1 else f"{self._broken:,} lines"
            say(f"{lines} of {self.file} cannot be read; the others are used.", ("broken", self.file))
        return self._events + self._tail

    def _take(self, line: bytes) -> None:
        event = _json(line)
        found = [event] if all(isinstance(event.get(key), str) for key in OWN) else []
        if not line.endswith(b"\n"):
            self._tail = found
            return
        self._events += found
        self._broken += not found and "gradflow_nb" not in event and not line.isspace()
        self._offset, self._mark = self._offset + len(line), line[-64:]


def append(file: Path, event: dict[str, Any]) -> str:
    """Appends an event; if something foreign was set aside for it, gives a sentence that says so. Raises `OSError`."""
    note = ""
    line = json.dumps(event, default=str).encode() + b"\n"  # ASCII: whatever was typed, it stays one line
    file.parent.mkdir(parents=True, exist_ok=True)
    for attempt in range(9):
        with suppress(FileNotFoundError):
            mode = os.stat(file).st_mode
            if stat.S_ISDIR(mode):
                note = _set_aside(file, "it is a folder")
            elif not stat.S_ISREG(mode):  # a device or a pipe is neither moved nor written to
                raise OSError("it is not a file")
        with _locked(file) as descriptor:
            if attempt < 8 and not _is_at(descriptor, file):  # another kernel set it aside while we waited
                continue
            os.lseek(descriptor, 0, os.SEEK_SET)
            head = os.read(descriptor, _HEAD)
            why = _foreign(head)
            if not why:
                start = _HEADER
                if head:
                    os.lseek(descriptor, -1, os.SEEK_END)
                    # A last line that a crash cut off must not swallow this one.
                    start = b"" if os.read(descriptor, 1) == b"\n" else b"\n"
                rest = start + line
                while rest:  # once, unless the disk is full
                    rest = rest[os.write(descriptor, rest) :]
                return note
            if os.name != "nt":
                note = _set_aside(file, why)
                continue
        with suppress(FileNotFoundError):
            note = _set_aside(file, why)  # only now, for Windows renames no file that is open
    raise OSError("it changes all the time")


def _set_aside(file: Path, why: str) -> str:
    """Renames a file, a link or a folder, over nothing else; gives a sentence that says so."""
    for number in count(1):
        aside = file.with_name(f"{file.stem}.set-aside-{number}{file.suffix}")
        if os.path.lexists(aside):
            continue
        if file.is_dir():
            os.rename(file, aside)
            break
        try:
            os.close(os.open(aside, os.O_CREAT | os.O_EXCL))  # the name is ours, so nobody else's file is replaced
        except FileExistsError:
            continue
        try:
            os.replace(file, aside)
        except OSError:
            os.unlink(aside)
            raise
        break
    return f"{file.name} was set aside as {aside.name}, because {why}; a new one was begun."


@contextmanager
def _locked(file: Path) -> Iterator[int]:
    """A descriptor to append to, while others wait: two seconds at most, and not where there are no locks."""
    descriptor = os.open(file, os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666)
    try:
        locked = False
        for _ in range(400):
            try:
                if fcntl is not None:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                elif msvcrt is not None:
                    os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
                    msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
                    locked = True
                break
            except (BlockingIOError, PermissionError):  # somebody else has it
                time.sleep(0.005)
            except OSError:
                break
        yield descriptor
        if locked:  # closing would do it too, but not at once
            os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)
    finally:
        os.close(descriptor)


def _is_at(descriptor: int, file: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(file))
    except FileNotFoundError:
        return False
