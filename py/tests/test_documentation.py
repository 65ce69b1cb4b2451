"""The page on Python says what is: its snippets run, in order, as one session."""

from __future__ import annotations

import linecache
import re
import textwrap
import warnings
from pathlib import Path
from typing import Any

import pytest

import autarky as ak

PAGE = Path(__file__).parents[2] / "docs" / "python.md"
README = Path(__file__).parents[1] / "README.md"


def snippets(page: Path) -> list[str]:
    """Python on a page."""
    return re.findall(r"^```python\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


PAGES = {
    "docs/python.md": lambda: snippets(PAGE),
    "README.md": lambda: snippets(README),
    "docstring": lambda: [textwrap.dedent(re.search(r"::\n\n((?:    .*\n|\n)+)", ak.__doc__ or "")[1])],  # type: ignore[index]
}


@pytest.mark.parametrize("page", PAGES)
def test_snippets_of_the_page_run(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """With three replications in place of a hundred, and two years in place of ten, with the ban inside them."""
    for module in ("pandas", "polars", "pyarrow", "duckdb", "xarray", "matplotlib"):
        pytest.importorskip(module)
    monkeypatch.chdir(tmp_path)
    load = ak.load

    def short(source: Any, *, set: dict[str, Any] | None = None, policies: Any = ("ban", "network")) -> ak.Scenario:
        return load(source, set={"horizon.years": 2, "event.chip_ban.at": "12 months", **(set or {})}, policies=policies)

    monkeypatch.setattr(ak, "load", short)
    session: dict[str, Any] = {}
    found = PAGES[page]()
    assert found
    for number, text in enumerate(found):
        text, name = text.replace("replications=100", "replications=3"), f"<{page}, snippet {number + 1}>"
        # As a notebook does, so that functions have a source.
        linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
        code = compile(text, name, "exec")
        with warnings.catch_warnings():
            warnings.simplefilter("error", ak.ScenarioWarning)
            exec(code, session)
    assert "ak" in session
    assert capsys.readouterr().out or page == "docstring"


def test_the_page_names_every_error_and_extra() -> None:
    text = PAGE.read_text(encoding="utf-8")
    errors = [name for name in ak.__all__ if name.endswith("Error")]
    assert [name for name in errors if f"`{name}`" not in text] == []
    import importlib.metadata

    try:
        extras = importlib.metadata.metadata("autarky").get_all("Provides-Extra") or []
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("the package is not installed with its metadata")
    assert [extra for extra in extras if f"`{extra}`" not in text] == []


def test_every_name_on_the_page_exists() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for name in set(re.findall(r"\bak\.([A-Za-z_]+)", text)):
        assert hasattr(ak, name), name
    for name in set(re.findall(r"\bak\.design\.([a-z_]+)", text)):
        assert hasattr(ak.design, name), name
