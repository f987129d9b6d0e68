"""A real JupyterLab in a real browser, for the tests in this folder.

    def test_slider(open_notebook):
        lab = open_notebook([...cells...])       # or a path to an .ipynb
        lab.run_all()
        lab.cell_output(0).get_by_role("slider").fill("3")

One server and one browser serve the whole run; each notebook gets a kernel, a workspace and a browser profile
of its own.
"""

import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from gradflow_nb import Graph, graph
from gradflow_nb.widgets.base import static

from .figures import CHAIN, IMPORT, Bench, Figure, open_bench
from .find import REMEDY, find
from .lab import LabServer, Notebook

# Nothing that calls home, and nothing that a container's root or a missing GPU would trip over.
FLAGS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A headless Chromium. Without one: a skip, or a failure where GRADFLOW_REQUIRE_BROWSER is set."""
    executable = find()
    if executable is None:
        if os.environ.get("GRADFLOW_REQUIRE_BROWSER"):
            pytest.fail(REMEDY)
        pytest.skip(REMEDY)
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable,
            args=[*FLAGS, "--no-sandbox"] if root else FLAGS,
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def lab(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabServer]:
    """A JupyterLab server of our own. It asks for the browser so as not to start where there is none."""
    with LabServer(tmp_path_factory.mktemp("lab")) as server:
        yield server


@pytest.fixture(scope="module")
def parts(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """`parts("numbers.js", ...)`: an empty page in which these parts of the widget's module are loaded as they stand."""
    pages = []

    def load(*names: str) -> Page:
        page = chromium.new_page()
        pages.append(page)
        page.add_script_tag(content=static(*names))
        return page

    yield load
    for page in pages:
        page.close()


@pytest.fixture
def open_notebook(
    lab: LabServer, chromium: Browser, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Notebook]]:
    """`open_notebook(notebook, **context)`, closed again after the test.

    The notebook is a path, a list of code cells, or a whole notebook as a dict; the context is what
    Playwright's `new_context` takes (viewport=..., reduced_motion="reduce", ...).
    """
    screenshots = Path(os.environ.get("GRADFLOW_SCREENSHOTS", tmp_path)).absolute()
    serial = itertools.count(1)
    opened = []

    def open_notebook(notebook: str | Path | list | dict, **context) -> Notebook:
        context = {"viewport": {"width": 1280, "height": 900}} | context
        page = chromium.new_context(**context).new_page()
        name = f"{request.node.name}-{next(serial)}"
        opened.append(Notebook(lab, page, notebook, name, screenshots))
        return opened[-1].open()

    yield open_notebook
    for notebook in opened:
        notebook.close()


@pytest.fixture(scope="module")
def chain() -> Graph:
    """The chain of lesson 5."""
    return graph(CHAIN)


@pytest.fixture(scope="module")
def bench(
    lab: LabServer, chromium: Browser, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Bench]:
    """One notebook for a test file: the chain's live figure in cell 1, and after it the file's own CELLS."""
    name = request.module.__name__.rpartition(".")[2].replace("_", "-")
    cells = [IMPORT, "figure = gf.explore(chain, a=1, o=2)\nfigure", *getattr(request.module, "CELLS", [])]
    with open_bench(lab, chromium, cells, name, tmp_path_factory.mktemp("live")) as bench:
        yield bench


@pytest.fixture
def figure(bench: Bench) -> Iterator[Figure]:
    """The chain's live figure, as new."""
    yield bench.fresh(1)
    assert bench.console_errors == []
