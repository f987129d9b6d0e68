"""The live figure outside JupyterLab: in Notebook 7 and in marimo; a question in marimo."""

import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from .lab import LabServer, free_port, write_notebook

CELL = """
import gradflow_nb as gf
chain = gf.graph("b = 5 - 3a; c = 2b + 3; d = 5b + 6; e = 7c + d^2; f = 2e; g = 3f - o")
figure = gf.explore(chain, a=1, o=2)
"""

APP = '''
import marimo

app = marimo.App(width="full")


@app.cell
def _():{cell}
    figure
    return


@app.cell
def _():
    import gradflow_nb
    gradflow_nb.ask(gradflow_nb.graph("c = a + b; d = b + 1; e = c d"), "e", "b")
    return


if __name__ == "__main__":
    app.run()
'''


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    page = chromium.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.set_default_timeout(60_000)
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(error.stack))
    yield page
    page.context.close()


@pytest.fixture
def marimo_url(tmp_path) -> Iterator[str]:
    app = tmp_path / "app.py"
    app.write_text(APP.format(cell=CELL.replace("\n", "\n    ")))
    url = f"http://127.0.0.1:{free_port()}"
    port = url.rpartition(":")[2]
    options = ["--headless", "--no-token", "--host", "127.0.0.1", "--port", port]
    with (tmp_path / "marimo.log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "marimo", "-y", "run", str(app), *options],
            stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, cwd=tmp_path,
        )  # fmt: skip
        try:
            wait_for(f"{url}/health", server)
            yield url
        finally:
            server.terminate()
            server.wait(timeout=20)


def wait_for(url: str, server: subprocess.Popen) -> None:
    for _ in range(600):
        assert server.poll() is None, "the server ended"
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise RuntimeError(f"nothing answers at {url}")


def plays(page: Page) -> None:
    """The figure is there, follows its slider at once, steps, and sums paths."""
    figure = page.locator(".gf-live")
    expect(figure).to_be_visible()
    value = figure.locator('.gf-node[data-node="g"] [data-slot="value"]')
    assert value.text_content() == "1828"
    figure.get_by_role("slider", name="a", exact=True).fill("2")
    assert value.text_content() == "46"
    figure.get_by_role("button", name="First step").click()
    assert figure.locator('.gf-node[data-node="b"] [data-slot="derivative"]').text_content() == ""
    figure.get_by_role("button", name="Last step").click()
    figure.get_by_role("tab", name="Paths").click()
    figure.get_by_label("Paths from").select_option(label="b")
    expect(figure.locator(".gf-row")).to_have_count(2)
    assert not [stack for stack in page.errors if "blob:" in stack]  # ours: a widget's module is a blob


def test_notebook_7(lab: LabServer, page: Page):
    write_notebook([CELL + "figure"], lab.notebooks / "classic.ipynb")
    page.goto(f"{lab.url}/notebooks/classic.ipynb?token={lab.token}")
    page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').wait_for(state="attached")
    page.locator(".jp-Cell").first.click()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    plays(page)


def test_marimo(page: Page, marimo_url: str):
    page.goto(marimo_url)
    plays(page)
    question = page.locator(".gf-question")
    question.get_by_role("textbox").fill("c + d")
    expect(question.locator(".gf-echo math")).to_be_visible()
    question.get_by_role("textbox").press("Enter")
    expect(question.get_by_role("status")).to_contain_text("Correct: de/db = c + d is right.")
    question.get_by_role("button", name="Try another").click()
    expect(question.locator(".gf-equations")).to_contain_text("u=s+t")
    expect(page.locator(".gf-live")).to_have_count(1)

