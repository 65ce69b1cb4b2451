"""Small studies that the tests share. They run against the package that is installed; nothing is imported from the tree."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import autarky as ak

#: One year with the ban inside it: about a tenth of a second a run even in a debug build.
SETS = {"horizon.years": 1, "event.chip_ban.at": "6 months"}
#: The same for the command line.
WORDS = ["small-state", "--set", "horizon.years=1", "--set", "event.chip_ban.at=6 months", "--policy", "network"]

PRICE = "nation.EST.power_price"


@pytest.fixture(scope="session")
def scenario() -> ak.Scenario:
    """A small state under two policies."""
    return ak.load("small-state", set=SETS, policies=["network"])


@pytest.fixture(scope="session")
def results(scenario: ak.Scenario, tmp_path_factory: pytest.TempPathFactory) -> ak.Results:
    """Three replications with their series."""
    return scenario.run(3, seed=7, out=tmp_path_factory.mktemp("study") / "results")


@pytest.fixture(scope="session")
def swept(scenario: ak.Scenario, tmp_path_factory: pytest.TempPathFactory) -> ak.Results:
    """Two points, two policies, two replications."""
    return scenario.sweep({PRICE: ["0.05 USD/kWh", "0.3 USD/kWh"]}, replications=2, seed=7, out=tmp_path_factory.mktemp("sweep") / "results")


Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def command() -> Command:
    """Runs the command line of the package."""

    def run(*words: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        line = [sys.executable, "-m", "autarky", *map(str, words)]
        return subprocess.run(line, capture_output=True, text=True, timeout=300, cwd=cwd, check=False)

    return run


Program = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def program() -> Program:
    """Runs a Python program in a process of its own; fails with its traceback if it fails, and after a minute."""

    def run(text: str, *words: str | Path) -> subprocess.CompletedProcess[str]:
        line = [sys.executable, "-c", text, *map(str, words)]
        done = subprocess.run(line, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        return done

    return run
