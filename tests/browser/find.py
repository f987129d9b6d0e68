"""Find a Chromium for the browser tests; `python tests/browser/find.py --install` gets one.

Looked for, in this order: the program that GRADFLOW_BROWSER names, one on the PATH, Playwright's own.
"""

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator

NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "microsoft-edge-stable",
    "msedge",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",  # macOS keeps it off the PATH
)

REMEDY = "no browser found: install Chromium or Chrome, try `make browser`, or name one in GRADFLOW_BROWSER"


def find() -> str | None:
    """The path of a browser that starts, or None."""
    return next(filter(starts, candidates()), None)


def candidates() -> Iterator[str]:
    if chosen := os.environ.get("GRADFLOW_BROWSER"):
        yield chosen
        return  # who names one wants no other
    yield from filter(None, map(shutil.which, NAMES))
    yield from playwrights_own()


def playwrights_own() -> Iterator[str]:
    """Asked in a process of its own: the answer needs an event loop, and this process may be running one."""
    script = """if True:
        from playwright.sync_api import sync_playwright
        with sync_playwright() as playwright:
            print(playwright.chromium.executable_path)"""
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    if answer.returncode == 0:
        yield answer.stdout.strip()


def starts(browser: str) -> bool:
    """Whether it tells its version: Ubuntu's chromium-browser may be a stub, Playwright's lack libraries."""
    try:
        return subprocess.run([browser, "--version"], capture_output=True, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def install() -> None:
    """Try Playwright's own Chromium, then Debian's. Failing is no error: the caller looks again."""
    run(sys.executable, "-m", "playwright", "install", "chromium")
    if find() is None and hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        run("apt-get", "update")
        run("apt-get", "install", "--yes", "--no-install-recommends", "chromium", "fonts-dejavu-core")


def run(*command: str) -> None:
    print("$", *command, flush=True)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, timeout=300)
    except subprocess.TimeoutExpired:
        print("gave up after five minutes")


def main() -> None:
    parser = argparse.ArgumentParser(description="Find a Chromium for the browser tests.")
    parser.add_argument("--install", action="store_true", help="where there is none, try to install one")
    options = parser.parse_args()

    browser = find()
    if browser is None and options.install:
        install()
        browser = find()
    print(f"browser: {browser}" if browser else f"The browser tests will be skipped. {REMEDY}")


if __name__ == "__main__":
    main()
