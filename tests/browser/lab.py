"""JupyterLab for tests: `LabServer` is a server of its own, `Notebook` one notebook open in it."""

import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import nbformat
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Locator, Page

# JupyterLab as a test wants it; all else is as a newcomer finds it.
SETTINGS = {
    # By default cells out of sight leave the DOM.
    "notebook-extension/tracker": {"windowingMode": "none"},
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "docmanager-extension/plugin": {"autosave": False},
}


class LabServer:
    """`with LabServer(folder) as server:` serves folder/notebooks on 127.0.0.1.

    Its configuration lies in the folder too: neither the developer's settings nor their kernels matter.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.notebooks = folder / "notebooks"
        self.token = secrets.token_hex(16)
        self.log = folder / "server.log"

    def __enter__(self) -> "LabServer":
        self.notebooks.mkdir()
        for plugin, values in SETTINGS.items():
            file = self.folder / "settings" / "@jupyterlab" / f"{plugin}.jupyterlab-settings"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(values))

        self.url = f"http://127.0.0.1:{free_port()}"
        command = [
            *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--expose-app-in-browser"),
            f"--ServerApp.port={self.url.rpartition(':')[2]}",
            "--ServerApp.port_retries=0",
            "--ServerApp.ip=127.0.0.1",
            f"--ServerApp.root_dir={self.notebooks}",
            f"--IdentityProvider.token={self.token}",
        ]
        environment = os.environ | {
            "JUPYTER_CONFIG_DIR": str(self.folder / "config"),
            "JUPYTER_DATA_DIR": str(self.folder / "data"),
            "JUPYTER_RUNTIME_DIR": str(self.folder / "runtime"),
            "JUPYTER_PREFER_ENV_PATH": "1",  # this environment's kernel, not one registered for the user
            "JUPYTERLAB_SETTINGS_DIR": str(self.folder / "settings"),
            "JUPYTERLAB_WORKSPACES_DIR": str(self.folder / "workspaces"),
            "IPYTHONDIR": str(self.folder / "ipython"),
        }
        environment.pop("JUPYTER_PATH", None)
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
            )
        try:
            self._wait_until_up()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *exception) -> None:
        self.process.terminate()  # it ends its kernels, then itself
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _wait_until_up(self) -> None:
        for _ in range(600):
            if self.process.poll() is not None:
                break
            try:
                urllib.request.urlopen(f"{self.url}/api/status?token={self.token}", timeout=5).close()
                return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.1)
        raise RuntimeError(f"JupyterLab did not start:\n{self.log.read_text()[-3000:]}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Notebook:
    """One notebook, open in JupyterLab. `page` is Playwright's, for all that has no name here."""

    def __init__(self, server: LabServer, page: Page, notebook, name: str, screenshots: Path) -> None:
        self.page = page
        self.console_errors: list[str] = []
        self._server = server
        self._screenshots = screenshots
        self._name = re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")
        self._path = f"{self._name}.ipynb"
        write_notebook(notebook, server.notebooks / self._path)

        page.set_default_timeout(30_000)
        page.on("console", self._note_console)
        page.on("pageerror", lambda error: self.console_errors.append(str(error)))

    def open(self) -> "Notebook":
        workspace = f"{self._server.url}/lab/workspaces/{self._name}"
        self.page.goto(f"{workspace}/tree/{self._path}?token={self._server.token}")
        self.page.wait_for_function(PANEL_IS_READY, arg=self._path)
        self.page.evaluate("jupyterapp.restored.then(() => null)")
        return self

    def run_all(self) -> "Notebook":
        """Run every cell and wait for the last.

        An error in a cell fails the test, unless the cell carries the tag raises-exception.
        """
        self.page.evaluate(RUN_ALL)
        self.page.wait_for_function(HAS_RUN, timeout=120_000)
        errors = self.page.evaluate(ERRORS)
        assert not errors, "\n".join(errors)
        return self

    def cell_output(self, index: int) -> Locator:
        """What the cell shows; cells count from 0, text cells included."""
        return self.cells.nth(index).locator(".jp-Cell-outputArea")

    @property
    def cells(self) -> Locator:
        return self.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook .jp-Cell")

    def set_theme(self, theme: str) -> None:
        """For instance "JupyterLab Dark" or "JupyterLab Light". Ends with the notebook."""
        self.page.evaluate("theme => jupyterapp.commands.execute('apputils:change-theme', { theme })", theme)
        self.page.locator(f'body[data-jp-theme-name="{theme}"]').wait_for(state="attached")

    def axe(self, selector: str, **options) -> list[dict]:
        """Accessibility violations below the selector: our own element, not JupyterLab around it."""
        self.page.locator(selector).first.wait_for()
        options = {"resultTypes": ["violations"]} | options
        return Axe().run(self.page, context=selector, options=options).response["violations"]

    def screenshot(self, name: str, of: Locator | None = None) -> Path:
        """A picture of the page, or of one element, in the folder GRADFLOW_SCREENSHOTS or the test's own."""
        path = self._screenshots / name
        (of or self.page).screenshot(path=path, animations="disabled")
        return path

    def close(self) -> None:
        if not self.page.is_closed():
            self.page.evaluate(CLOSE)
        self.page.context.close()

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.console_errors.append(message.text)


def write_notebook(notebook: str | Path | list | dict, path: Path) -> None:
    """A path is copied, a list holds the source of code cells, a dict is a notebook already."""
    if isinstance(notebook, str | Path):
        shutil.copy(notebook, path)
        return
    if isinstance(notebook, list):
        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(source) for source in notebook],
            # Without a kernel's name JupyterLab asks for one.
            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
        )
    path.write_text(json.dumps(notebook), encoding="utf-8")


# JupyterLab from inside: `window.jupyterapp` is there because of --expose-app-in-browser.

PANEL_IS_READY = """path => {
    const panels = window.jupyterapp ? [...jupyterapp.shell.widgets("main")] : [];
    const panel = window.gradflowPanel = panels.find(panel => panel.context?.path === path);
    return panel?.context.isReady && panel.sessionContext.isReady;
}"""

RUN_ALL = """() => {
    window.gradflowHasRun = false;
    jupyterapp.commands.execute("notebook:run-all-cells").finally(() => gradflowHasRun = true);
}"""

HAS_RUN = "() => gradflowHasRun && gradflowPanel.sessionContext.session.kernel.status === 'idle'"

ERRORS = """() => gradflowPanel.content.model.toJSON().cells
    .filter(cell => !cell.metadata.tags?.includes("raises-exception"))
    .flatMap(cell => cell.outputs ?? [])
    .filter(output => output.output_type === "error")
    .map(output => output.traceback.join("\\n"))
"""

# The theme is the server's setting, so the next notebook would inherit it.
CLOSE = """async () => {
    const light = { theme: "JupyterLab Light" };
    if (document.body.dataset.jpThemeName !== light.theme)
        await jupyterapp.commands.execute("apputils:change-theme", light);
    await window.gradflowPanel?.sessionContext.shutdown();
}"""
