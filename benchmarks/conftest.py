"""What the benchmarks share (`table`) can be imported by them; the browser and JupyterLab are those of the tests."""

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

from tests.browser.conftest import chromium, lab  # noqa: E402, F401
from tests.conftest import pytest_collection_modifyitems  # noqa: E402, F401
