"""Binder builds from binder/ alone; here it is checked without building anything."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

REPO2DOCKER = shutil.which("jupyter-repo2docker", path=Path(sys.executable).parent)


@pytest.fixture(scope="module")
def project(root: Path) -> dict:
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture(scope="module")
def requirements(root: Path) -> list[str]:
    lines = (root / "binder" / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def test_installs_this_package_and_exact_versions(requirements):
    assert requirements[0] == "-e ."
    assert [line for line in requirements[1:] if "==" not in line] == []


def test_pins_cover_and_meet_what_the_package_needs(project, requirements):
    pins = dict(line.split("==") for line in requirements[1:])
    for needed in map(Requirement, project["dependencies"]):
        assert needed.name in pins
        assert needed.specifier.contains(pins[needed.name]), f"{pins[needed.name]} is not {needed}"


def test_the_badge_opens_the_map_of_the_lessons(root):
    readme = (root / "README.md").read_text(encoding="utf-8")
    (path,) = re.findall(r"https://mybinder\.org/v2/gh/\S+/main\?urlpath=lab/tree/([^\s)]+)", readme)
    assert (root / path).is_file()


@pytest.mark.skipif(REPO2DOCKER is None, reason="needs jupyter-repo2docker: make install")
def test_repo2docker_reads_the_folder(root, project):
    plan = subprocess.run(
        [REPO2DOCKER, "--no-build", "--debug", "."], cwd=root, capture_output=True, text=True, check=True
    )
    assert 'pip install --no-cache-dir -r "binder/requirements.txt"' in plan.stdout
    assert "Building conda environment for python=3.11" in plan.stderr
    assert Requirement(f"python{project['requires-python']}").specifier.contains("3.11")
