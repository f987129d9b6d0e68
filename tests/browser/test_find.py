import os
from pathlib import Path

import pytest

from . import find


def program(path: Path, status: int) -> str:
    path.write_text(f"#!/bin/sh\nexit {status}\n")
    path.chmod(0o755)
    return str(path)


@pytest.fixture(autouse=True)
def bare_machine(tmp_path, monkeypatch):
    """Nothing on the PATH but what a test puts there, and no browser of Playwright's."""
    monkeypatch.delenv("GRADFLOW_BROWSER", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(find, "NAMES", [name for name in find.NAMES if not os.path.isabs(name)])
    monkeypatch.setattr(find, "playwrights_own", lambda: iter(()))


def test_none():
    assert find.find() is None


def test_one_that_does_not_start_is_passed_over(tmp_path):
    program(tmp_path / "chromium", status=1)
    assert find.find() is None
    chrome = program(tmp_path / "google-chrome", status=0)
    assert find.find() == chrome


def test_the_named_one_or_none(tmp_path, monkeypatch):
    program(tmp_path / "chromium", status=0)
    mine = program(tmp_path / "mine", status=0)
    monkeypatch.setenv("GRADFLOW_BROWSER", mine)
    assert find.find() == mine
    monkeypatch.setenv("GRADFLOW_BROWSER", str(tmp_path / "absent"))
    assert find.find() is None


def test_without_a_browser_install_says_the_remedy(monkeypatch, capsys):
    monkeypatch.setattr(find, "run", lambda *command: None)
    monkeypatch.setattr("sys.argv", ["find.py", "--install"])
    find.main()
    assert find.REMEDY in capsys.readouterr().out
