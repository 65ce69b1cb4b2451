"""Plots mark dated events where they apply, and read columns alike with and without libraries for Arrow."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import autarky as ak
import pytest
from autarky.plot import Plot, _columns, _events

pytest.importorskip("matplotlib")
numpy = pytest.importorskip("numpy")

DATES = {"horizon.years": 2, "event.chip_ban.at": "6 months", "event.chip_ban.until": "12 months"}


@pytest.fixture(scope="session")
def added() -> ak.Results:
    """The ban is in a policy."""
    return ak.load("small-state", set={"horizon.years": 2, "event.chip_ban.at": "6 months"}).run(2, policies=["ban", "network"], progress=False)


@pytest.fixture(scope="session")
def removed() -> ak.Results:
    """The ban is in the base, for Estonia alone, and a policy takes it away."""
    return ak.load("export-ban", set=DATES).run(2, policies=["no_ban"], progress=False)


def marked(plot: Plot) -> list[list[str]]:
    """What is marked in each panel, and that a line stands below each word."""
    found = []
    for ax in plot.axes:
        words = [text.get_text() for text in ax.texts]
        dotted = [line for line in ax.lines if line.get_linestyle() == ":" or (len(line.get_xdata()) == 2 and line.get_linewidth() == 0.8)]
        assert len(dotted) >= len(words)
        found.append(words)
    return found


def test_an_event_that_a_policy_adds_is_marked_in_its_panel_alone(added: ak.Results) -> None:
    for plot in (added.plot.fan("unserved"), added.plot.supply_mix()):
        assert marked(plot) == [[], ["ban starts"], []]
    assert marked(added.plot.fan("unserved", policies="base")) == [[]]


def test_an_event_of_the_base_is_marked_where_no_policy_takes_it_away(removed: ak.Results) -> None:
    assert marked(removed.plot.fan("unserved")) == [["ban starts", "ban ends"], []]
    assert marked(removed.plot.fan("unserved", nation="LVA")) == [[], []]


def test_axes_for_several_policies_say_which_an_event_is_of(added: ak.Results) -> None:
    from matplotlib.figure import Figure

    assert marked(added.plot.fan("unserved", ax=Figure().subplots())) == [["ban starts (ban)"]]
    assert marked(added.plot.fan("unserved", policies="ban", ax=Figure().subplots())) == [["ban starts"]]


def test_recovery_begins_at_the_event_that_the_scenario_dates(added: ak.Results, removed: ak.Results) -> None:
    for results in (added, removed):
        plot = results.plot.recovery()
        assert plot.caption.startswith("Time from “ban starts” (2026-07-03) until critical work")
        assert "“ban starts”" in plot.axes[0].get_xlabel()
    assert marked(removed.plot.recovery()) == [["ban ends (base)"]]
    with pytest.raises(ak.UsageError, match="dates no event that starts here.*say when"):
        removed.plot.recovery(nation="LVA")


def test_a_date_that_is_named_is_said_once_and_by_the_event_if_there_is_one(removed: ak.Results) -> None:
    assert removed.plot.recovery(after="2026-07-03").caption.startswith("Time from “ban starts” (2026-07-03) until")
    assert removed.plot.recovery(after="2026-04-02").caption.startswith("Time from 2026-04-02 until")


@pytest.mark.filterwarnings("ignore:.*outside the 365.25 days:autarky.ScenarioWarning")
def test_a_date_that_a_design_varies_is_not_marked() -> None:
    at = {"event.chip_ban.at": ak.Uniform("3 months", "9 months")}
    one = ak.load("small-state", set={"horizon.years": 1}).policy("ban")
    swept = one.sweep(ak.design.random(at, 3, seed=1), replications=1, keep="series", progress=False)
    assert marked(swept.plot.fan("unserved")) == [[]]


def test_a_folder_without_its_parameters_is_a_storage_error(tmp_path: Path) -> None:
    one = ak.load("small-state", set={"horizon.years": 1, "event.chip_ban.at": "6 months"}).policy("base")
    results = one.run(1, out=tmp_path / "study", progress=False)
    (tmp_path / "study" / "parameters.csv").unlink()
    with pytest.raises(ak.StorageError, match=r"cannot read .*parameters\.csv"):
        results.plot.fan("unserved")


def test_a_merged_study_has_the_marks_of_a_whole_one(tmp_path: Path) -> None:
    banned = ak.load("small-state", set={"horizon.years": 1, "event.chip_ban.at": "6 months"}, policies=["ban"])
    shards = [ak.sweep(banned, replications=2, shard=(k, 2), out=tmp_path / str(k), progress=False).path for k in (1, 2)]
    assert marked(ak.merge(shards, tmp_path / "whole").plot.fan("unserved")) == [[], ["ban starts"]]


def test_events_reach_whom_they_name_and_members_of_an_alliance_that_changes() -> None:
    known = {
        "event.exit.kind": "alliance_change", "event.exit.alliance": "baltic", "event.exit.to.nations": "LTU", "alliance.baltic.members": "EST LTU",
        "event.ban.kind": "export_regime", "event.ban.to.nations": "EST SLV", "event.weights.kind": "open_model_release",
    }
    reached = {nation: [e for e in ("event.exit", "event.ban", "event.weights") if _events._reaches(known, e, nation)] for nation in ("EST", "LTU", "SLV", "USA")}
    assert reached == {
        "EST": ["event.exit", "event.ban", "event.weights"], "LTU": ["event.exit", "event.weights"], "SLV": ["event.ban", "event.weights"], "USA": ["event.weights"],
    }


@pytest.mark.parametrize("missing", [(), ("pyarrow",), ("pyarrow", "polars")])
def test_columns_are_the_same_by_every_library_and_by_none(added: ak.Results, monkeypatch: pytest.MonkeyPatch, missing: tuple[str, ...]) -> None:
    for name in missing:
        monkeypatch.setitem(sys.modules, name, None)
    table = added.capacity
    rows = table.to_dicts()
    at, names = _columns.codes(table, "vendor")
    assert [names[k] for k in at] == [r["vendor"] for r in rows] and names == sorted(set(names))
    told = [numpy.nan if r["installed"] is None else r["installed"] for r in rows]
    assert numpy.array_equal(_columns.numbers(table, "installed"), told, equal_nan=True)
    assert [_columns.date_of_day(day).isoformat() for day in _columns.days(table)] == [r["date"] for r in rows]


def _independent(point: list[int], value: list[float]) -> Any:
    """Two groups, the second without the last row, over replications 0, 1, 0, 1."""
    key = numpy.array([0, 0, 0, 0, 1, 1, 1])
    replication = numpy.array([0, 1, 0, 1, 0, 1, 0])
    firsts, values = _columns.by_unit_of_chance([key], numpy.array(point), replication, numpy.array(value))
    return [(int(key[first]), sorted(each.tolist())) for first, each in zip(firsts, values, strict=True)]


def test_units_of_chance_are_replications_of_one_point_and_points_of_a_design() -> None:
    value = [1.0, 2.0, 3.0, 5.0, 7.0, 8.0, numpy.nan]
    assert _independent([0] * 7, value) == [(0, [2.0, 3.5]), (1, [7.0, 8.0])]
    assert _independent([0, 0, 1, 1, 0, 0, 1], value) == [(0, [1.5, 4.0]), (1, [7.5])]
    assert _independent([0] * 7, [numpy.nan] * 7) == []
