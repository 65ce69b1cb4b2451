"""The notebooks' words: digits that tell an interval's ends apart, and a word where it holds zero."""

from __future__ import annotations

import importlib.util
import types
from pathlib import Path

import autarky as ak
import pytest

pytest.importorskip("pandas")
pytest.importorskip("IPython")


@pytest.fixture(scope="module")
def words() -> types.ModuleType:
    spec = importlib.util.spec_from_file_location("words", Path(__file__).parents[2] / "notebooks" / "words.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(("numbers", "unit", "said"), [
    ((15.72, 15.58, 15.86), "points", "+15.7 points (+15.6 to +15.9; n = 8)"),
    ((-0.0147, -0.0152, -0.0142), "points", "−0.0147 points (−0.0152 to −0.0142; n = 8)"),
    ((0.41, 0.403, 0.412), "points", "+0.410 points (+0.403 to +0.412; n = 8)"),
    ((-0.06, -0.24, 0.11), "points", "−0.1 points (−0.2 to +0.1; n = 8, unclear)"),
    ((0.01, 0.004, 0.016), "points", "+0.010 points (+0.004 to +0.016; n = 8)"),
    ((-0.4, -7.2, 6.4), "million USD", "0 million USD (−7 to +6; n = 8, unclear)"),
    ((2.0, 1.5, 2.5), "", "+2.00 (+1.50 to +2.50; n = 8)"),
    ((0.0, 0.0, 0.0), "points", "nothing (n = 8)"),
])
def test_a_difference_is_said_with_digits_that_tell_its_interval(words: types.ModuleType, numbers: tuple[float, float, float], unit: str, said: str) -> None:
    assert f"{words.Gap(*numbers, 8, unit)}".replace("\N{NO-BREAK SPACE}", " ") == said


def test_tables_name_the_nation_and_differences_of_shares_are_points(words: types.ModuleType) -> None:
    r = ak.load("small-state", set={"horizon.years": 1, "event.chip_ban.at": "6 months"}).run(3, policies="network", progress=False)
    columns = {"unserved, %": ("unserved", "%"), "bloc, % of votes": ("unserved", "%"), "welfare, million USD": ("welfare", "million USD")}
    assert list(words.means(r, columns).columns) == list(columns)
    found = words.gaps(r, columns, nation="SLV")
    assert list(found.columns) == ["unserved, points", "bloc, points of votes", "welfare, million USD"] and found.columns.name == "SLV"
    told = r.compare("network", objectives="welfare", nation="SLV").table.to_dicts()[0]
    said = found.loc["network", "welfare, million USD"].split(" ")[0].replace("−", "-").replace(",", "")
    assert float(said) == pytest.approx(told["difference"] / 1e6, abs=0.5)


def test_a_mean_that_is_little_is_not_called_nothing(words: types.ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    for value, said in ((0.0004, "<0.1 %"), (0.0, "0.0 %"), (0.0006, "0.1 %"), (None, "– %")):
        monkeypatch.setattr(words, "_mean", lambda *_, value=value: value)
        assert words.mean(None, "unserved") == said


def test_the_best_policy_names_those_that_cannot_be_told_from_it(words: types.ModuleType) -> None:
    r = ak.load("small-state", set={"horizon.years": 1, "event.chip_ban.at": "6 months"}).run(4, policies=["ban", "network"], progress=False)
    first, level = words.best(r, "fiscal_cost", highest=True)
    mean = {p: r.summary("fiscal_cost", policies=p, nation="EST").to_dicts()[0]["mean"] for p in r.policies}
    assert mean[first] == max(mean.values()) and "network" not in (first, *level)
    assert words.best(r, "fiscal_cost", highest=False)[0] == "network"
