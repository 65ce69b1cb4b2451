"""What a user does wrong without noticing is said, and what he means is done: names, types, policies that are picked, results of a folder that grew."""

from __future__ import annotations

import copy
import json
import os
import pickle
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import PRICE, SETS, Program

import autarky as ak

COVERAGE = "nation.EST.policy.coverage"


def test_a_plan_is_of_what_would_run(scenario: ak.Scenario) -> None:
    """The policy that is picked alone, a dict of axes as for a sweep, and not both ways to vary."""
    assert scenario.plan(10).data["runs"] == 20
    assert scenario.policy("network").plan(10).data["runs"] == 10
    assert scenario.plan(10, design={COVERAGE: [0.1, 0.2, 0.3]}).data["runs"] == 60
    with pytest.raises(ak.UsageError, match="do not go together"):
        scenario.plan(10, design={COVERAGE: [0.1, 0.2]}, uncertain=4)


def test_no_policies_beside_the_base_are_none_and_not_all(scenario: ak.Scenario) -> None:
    assert scenario.run(1, policies=[], keep="runs").policies == ["base"]


def test_a_text_with_a_comma_is_one_level(scenario: ak.Scenario) -> None:
    title, texts = "nation.EST.title", ["Estonia, with a sea", 'the "small" state', "it's", "b\\", "plain"]
    found = scenario.sweep({title: texts}, replications=1, keep="runs")
    assert len(found.runs) == len(texts) * 2 * 2
    assert [json.loads(t) if t.startswith('"') else t for t in found.design[title]] == texts  # type: ignore[index]


def test_levels_that_are_toml_stay_what_they_are(scenario: ak.Scenario) -> None:
    design = ak.design.factorial({"focus.nations": ['["EST"]', ["EST", "SLV"]]})
    assert design.axes == ('focus.nations={["EST"], ["EST", "SLV"]}',)


def test_starts_that_differ_do_not_share_the_dates_of_series(scenario: ak.Scenario) -> None:
    """Series are dated by the start of the base, so those of another start would have wrong dates."""
    later = scenario.policy("base").with_({"horizon.start": "2027-01-01"})
    both = {"base": scenario.policy("base"), "later": later}
    with pytest.raises(ak.UsageError, match="`horizon.start` under policy `later` is not that of the base"):
        ak.sweep(both, replications=1)
    with pytest.raises(ak.UsageError, match=r"`horizon.start` cannot vary"):
        scenario.sweep({"horizon.start": ["2026-01-01", "2027-01-01"]}, replications=1, keep="series")
    with pytest.raises(ak.UsageError, match=r"`horizon.start` cannot vary"):
        scenario.sweep(ak.design.table({"horizon.start": ["2026-01-01", "2027-01-01"]}), replications=1, keep="series")
    found = ak.sweep(both, replications=1, keep="runs")
    assert found.runs.where(policy="later")["cost"] == later.run(1, keep="runs").runs["cost"]


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: ak.design.sobol({COVERAGE: (0.1, 0.3)}, "4"), "`n` is a whole number"),  # type: ignore[arg-type]
        (lambda: ak.design.sobol({COVERAGE: (0.1, 0.3)}, 2.5), "found 2.5"),  # type: ignore[arg-type]
        (lambda: ak.design.latin({COVERAGE: (0.1, 0.3)}, -1), "`n` is a whole number .* found -1"),
        (lambda: ak.design.morris({COVERAGE: (0.1, 0.3)}, 4, levels=None), "`levels`"),  # type: ignore[arg-type]
        (lambda: ak.design.random({COVERAGE: (0.1, 0.3)}, 4, seed="a"), "`seed`"),  # type: ignore[arg-type]
        (lambda: ak.design.sobol([(COVERAGE, (0.1, 0.3))], 4), "a dict from a parameter's path"),  # type: ignore[arg-type]
        (lambda: ak.Range(0.1, 0.3, step=0.1, levels=3), "`step=` or `levels=`"),
        (lambda: ak.design.factorial({COVERAGE: {0.1, 0.3}}), "a set has no order"),  # type: ignore[dict-item]
        (lambda: ak.design.factorial({COVERAGE: {"low": 0.1}}), "a dict has no order"),  # type: ignore[dict-item]
        (lambda: ak.design.table("design.csv"), "not the name of a file"),
        (lambda: ak.design.table({"horizon.years": "12"}), "a list with a value for every point; found str"),
        (lambda: ak.design.table({COVERAGE: 0.1}), "found float"),
    ],
)
def test_a_design_is_refused_where_it_is_made(make: Any, text: str) -> None:
    with pytest.raises(ak.UsageError, match=text):
        make()


def test_counts_of_numpy_and_frames_with_booleans_are_designs(scenario: ak.Scenario) -> None:
    numpy, pandas = pytest.importorskip("numpy"), pytest.importorskip("pandas")
    assert ak.design.sobol({COVERAGE: (0.1, 0.3)}, numpy.int64(4), seed=numpy.int32(2)) == ak.design.sobol({COVERAGE: (0.1, 0.3)}, 4, seed=2)
    free = "withdrawal.rollout.free"
    rows = {free: [True, False], "horizon.start": ["2026-01-01", None]}
    frame = pandas.DataFrame(rows).astype({"horizon.start": "datetime64[ns]"})
    assert ak.design.table(frame) == ak.design.table(rows)
    with pytest.raises(ak.UsageError, match="the same name"):
        ak.design.table(pandas.DataFrame([[1, 2]], columns=["a", "a"]))


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda s, r: ak.sweep(s, replications=1, shard="1/2"), r"such as \(3, 16\); found '1/2'"),
        (lambda s, r: ak.sweep(s, replications=1, shard=(1.5, 2)), "`shard` is a whole number"),
        (lambda s, r: s.run(1, keep=3), "`3` cannot be kept"),
        (lambda s, r: s.run(1, until=ak.Until("cost", "0.1")), "`halfwidth` is a number; found '0.1'"),
        (lambda s, r: s.run(1, until=ak.Until("cost", 0.1, block=2.5)), "`block` is a whole number"),
        (lambda s, r: s.run(50, until=ak.Until((), 0.1)), "needs an objective"),
        (lambda s, r: s.run(1, policies=3), "policies are a text or several; found 3"),
        (lambda s, r: s.run(1, progress="bar"), "`progress` is None, False or a function"),
        (lambda s, r: ak.sweep({1: s}), "a dict from the name of a policy"),
        (lambda s, r: s.difference("base"), "compared with another one; found str"),
        (lambda s, r: s.rule(3, print), "the name of a policy is a text"),
        (lambda s, r: s[0], "named by its path"),
        (lambda s, r: s["nation.ETS.power_price"], "no value `nation.ETS.power_price`; did you mean `nation.EST.power_price`"),
        (lambda s, r: s.parameters("nation.ETS"), "no parameter of the scenario begins with `nation.ETS`; did you mean `nation.EST`"),
        (lambda s, r: r.discover("cost", above="a"), "`above` is a number; found 'a'"),
        (lambda s, r: r.over_time("served", probabilities="0.5"), "`probabilities` is a number"),
        (lambda s, r: r.compare("base"), "is what the others are compared with"),
        (lambda s, r: r.compare(against="bsae"), "no policy `bsae`; did you mean `base`"),
        (lambda s, r: s.policy("network").compare(1, keep="runs"), "no policy `base`; there are: network"),
        (lambda s, r: r.compare(objectives=3), "objectives are a text or several"),
        (lambda s, r: r.report(sensitivity="folder"), "are the results of a sweep; found str"),
        (lambda s, r: r.report(outcome="csot"), "did you mean `cost`"),
        (lambda s, r: r.report(policy="netwrok"), "did you mean `network`"),
        (lambda s, r: r.report(nation="XXX"), "there are: EST, SLV"),
        (lambda s, r: r.replay("network", 0, point=5), "point 0 only, not 5"),
        (lambda s, r: r.runs.where(replication=0), "`where` compares texts .* values of `replication`"),
        (lambda s, r: r.runs[["policy", "cost"]], r"\.select\(\) picks several"),
        (lambda s, r: r.runs.select(3), "names are a text or several"),
        (lambda s, r: r.summary().to_latex(digits=0), "`digits` is a whole number from 1 to 17"),
        (lambda s, r: pickle.dumps(r.runs), "a table is not pickled: send"),
        (lambda s, r: ak.merge(r.path, "out"), "the folders of all shards, a list"),
        (lambda s, r: ak.open_results(r.path, rules=[print]), "`rules` is a dict"),
    ],
)
def test_a_wrong_argument_is_told_in_words(scenario: ak.Scenario, results: ak.Results, call: Any, text: str) -> None:
    with pytest.raises(ak.UsageError, match=text):
        call(scenario, results)


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda s, r: r.summary("qqqqq"), r'no quantity `qqqqq`; \.summary\(\)\["quantity"\] lists them'),
        (lambda s, r: r.compare(objectives="qqqqq"), r'\.summary\(\)\["quantity"\] lists them'),
        (lambda s, r: r.frontier("qqqqq"), r'\.summary\(\)\["quantity"\] lists them'),
        (lambda s, r: r.sensitivity("qqqqq"), r'\.summary\(\)\["quantity"\] lists them'),
        (lambda s, r: r.discover("qqqqq", above=1), r'\.summary\(\)\["quantity"\] lists them'),
        (lambda s, r: r.over_time("qqqqq"), r"no series `qqqqq`; \.series\.columns lists them"),
        (lambda s, r: s.run(50, until=ak.Until("qqqqq", 0.1)), r'\.run\(1\)\.summary\(\)\["quantity"\] lists them'),
        (lambda s, r: r.summary(nation="QQQ"), "there are: EST, SLV"),
        (lambda s, r: r.summary(policies="qqqqq"), "there are: base, network"),
    ],
)
def test_a_name_that_is_near_none_comes_with_the_list_or_with_where_it_is(scenario: ak.Scenario, results: ak.Results, call: Any, text: str) -> None:
    with pytest.raises(ak.UsageError, match=text):
        call(scenario, results)


def test_a_probability_may_stand_alone(results: ak.Results) -> None:
    assert results.over_time("served", probabilities=0.5).columns[-1] == "q0.5"


def test_a_table_holds_its_columns_and_a_list_of_names_is_several(results: ak.Results) -> None:
    assert "cost" in results.runs
    assert "csot" not in results.runs
    assert repr(results.frontier(["cost", "unserved"])) == repr(results.frontier("cost", "unserved"))
    assert results.summary("cost").to_latex("mean") == results.summary("cost").to_latex(["mean"])


def test_results_of_a_folder_that_grew_tell_of_the_runs_that_they_knew(scenario: ak.Scenario, tmp_path: Path) -> None:
    """The statistics on the disk are those of all runs by then; what needs older ones says so, and everything else goes on."""
    first = scenario.run(2, seed=7, out=tmp_path / "out")
    shown, summary, means = repr(first), scenario.run(2, seed=7).summary().to_dicts(), first.compare().table.to_dicts()
    other = ak.open_results(tmp_path / "out")
    grown = first.extend(4)
    assert repr(first) == shown
    assert first.summary().to_dicts() == summary
    assert set(first.summary("cost")["n"]) == {2} and set(grown.summary("cost")["n"]) == {4}
    assert other.compare().table.to_dicts() == means
    assert 2 * len(other.runs) == len(grown.runs)
    assert set(other.over_time("served")["n"]) == {2}
    said = r"has grown since these results were opened, from 4 runs to 8: use what extend or resume returned, or open_results\(path\)"
    for call in (other.summary, other.report, first.report):
        with pytest.raises(ak.StorageError, match=said):
            call()
    assert "has grown" in repr(other) and "has grown" in other._repr_html_()
    assert other.verify() == []
    assert pickle.loads(pickle.dumps(other)).digest == grown.digest
    assert other.extend(4).digest == grown.digest


def test_damage_and_another_study_are_not_taken_for_growth(scenario: ak.Scenario, tmp_path: Path) -> None:
    results = scenario.run(1, seed=7, out=tmp_path / "out", keep="runs")
    shutil.rmtree(results.path)
    with pytest.raises(ak.StorageError) as caught:
        results.summary()
    assert "grown" not in str(caught.value)
    scenario.run(2, seed=8, out=tmp_path / "out", keep="runs")
    for call in (results.summary, lambda: results.runs):
        with pytest.raises(ak.StorageError, match="holds another study than when these results were opened"):
            call()


def test_results_stay_where_they_are_when_the_process_goes_elsewhere(scenario: ak.Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    results = scenario.run(1, out="study", keep="runs")
    text = pickle.dumps(results)
    monkeypatch.chdir(tmp_path)
    assert results.path == str(tmp_path / "here" / "study")
    assert len(pickle.loads(text).runs) == len(results.runs)
    for call in (lambda: scenario.run(1, out=""), lambda: ak.open_results("")):
        with pytest.raises(ak.StorageError, match="no path of a folder"):
            call()


def test_shards_merge_as_results_too(scenario: ak.Scenario, tmp_path: Path) -> None:
    parts = [ak.sweep(scenario, replications=2, seed=7, keep="runs", shard=(i, 2), out=tmp_path / f"part{i}") for i in (1, 2)]
    assert ak.merge(parts, tmp_path / "whole").digest == scenario.run(2, seed=7, keep="runs").digest


def test_scenarios_are_copied_and_pickled_by_their_words(scenario: ak.Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert copy.copy(scenario) is scenario is copy.deepcopy(scenario)
    picked = scenario.with_({COVERAGE: 0.3, PRICE: "0.2 USD/kWh"}).policy("network")
    again = pickle.loads(pickle.dumps(picked))
    assert again == picked and again.policies == ["network"]
    assert again.run(1, seed=3, keep="runs").digest == picked.run(1, seed=3, keep="runs").digest
    monkeypatch.chdir(tmp_path)
    Path("mine.toml").write_text('format = 1\ntitle = "Mine"\nextends = "catalog:small-state"\n[horizon]\nyears = 1\n[event.chip_ban]\nat = "6 months"\n')
    text = pickle.dumps(ak.load("mine.toml"))
    monkeypatch.chdir("/")
    assert pickle.loads(text).title == "Mine"
    with (tmp_path / "mine.toml").open("a") as file:
        file.write("[nation.EST.policy]\ncoverage = 0.3\n")
    with pytest.raises(ak.MismatchError, match="other values here than where the scenario was pickled"):
        pickle.loads(text)


def test_a_program_without_a_standard_error_runs(tmp_path: Path) -> None:
    """A daemon may have none; progress looks for a terminal there."""
    text = f"import sys, autarky as ak\nsys.stderr = None\nak.load('small-state', set={SETS!r}, policies='base').run(1, keep='runs', out=sys.argv[1])"
    done = subprocess.run([sys.executable, "-c", text, str(tmp_path / "out")], capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr


def test_a_machine_without_a_temporary_folder_is_told_the_way_out(program: Program) -> None:
    text = f"""
import tempfile, autarky as ak
tempfile.tempdir = "/nowhere"
try:
    ak.load("small-state", set={SETS!r}, policies="base").run(1)
except ak.StorageError as error:
    assert "name one: out=" in str(error), error
else:
    raise AssertionError
"""
    program(text)


def test_the_first_look_of_a_notebook_does_not_count_what_was_there_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time that is left comes from the runs of this process, not from those that an earlier one recorded."""
    from autarky import _messages

    shown: list[Any] = []

    class Handle:
        def update(self, what: Any) -> None:
            shown.append(what)

    class Module:
        HTML = staticmethod(str)

        @staticmethod
        def display(what: Any, display_id: bool) -> Handle:
            return Handle()

    monkeypatch.setitem(sys.modules, "IPython", Module)
    monkeypatch.setitem(sys.modules, "IPython.display", Module)
    bar = _messages._Notebook(1000)
    bar(500)
    assert "500 of 1000 runs" in shown[-1] and "to go" not in shown[-1]
    bar(600)
    assert "to go" in shown[-1]
    bar.end()


def test_relative_and_absolute_folders_are_one_study(scenario: ak.Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    first = scenario.run(1, seed=2, keep="runs", out="one")
    assert scenario.run(1, seed=2, keep="runs", out=tmp_path / "one").digest == first.digest
    assert os.listdir(tmp_path) == ["one"]
