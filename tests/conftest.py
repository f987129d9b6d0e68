"""What every test may use."""

import importlib.util
import os
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).parent.parent

os.environ["GRADFLOW_ANSWERS"] = "off"  # nothing is kept by a test, or by a kernel or a server that it starts

# No deadline: a slow machine is not a bug. In CI the same examples every time: a red run can be repeated.
settings.register_profile("gradflow", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("gradflow")


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return ROOT


@pytest.fixture(scope="session")
def corpus() -> Path:
    """A folder of labelled answers that lies beside the repository, not in it."""
    folder = ROOT.parent / "shared" / "corpus"
    if not folder.is_dir():
        pytest.skip("needs the corpus of labelled answers in ../shared/corpus, beside the repository")
    return folder


@pytest.hookimpl(tryfirst=True)  # before pytest itself looks at `-m browser`
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the browser tests and run them last.

    Last, because the fast tests should speak first, and because Playwright keeps an asyncio loop
    running in this thread, where the kernels of the lessons could not start theirs.
    """
    for item in items:
        if "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
    if importlib.util.find_spec("torch") is None:  # such a lesson goes on without it, and says something else
        skipped = pytest.mark.skip(reason="some of its cells need PyTorch: make torch")
        lessons = {item.path for item in items if item.path.suffix == ".ipynb"}
        without = {path for path in lessons if "%%needs torch" in path.read_text(encoding="utf-8")}
        for item in items:
            if item.path in without:
                item.add_marker(skipped)


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("torch") and importlib.util.find_spec("torch") is None:
        pytest.skip("needs PyTorch: make torch")
