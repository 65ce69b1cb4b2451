"""Values and arguments: everything that Python offers is taken or refused with its place, and never ends the interpreter."""

from __future__ import annotations

import datetime
import inspect
import math
import pickle
import random
from pathlib import Path
from typing import Any

import pytest
from conftest import PRICE, SETS

import autarky as ak
from autarky import _autarky as compiled

COVERAGE = "nation.EST.policy.coverage"


@pytest.mark.parametrize(
    ("path", "value", "shown", "unit"),
    [
        (PRICE, "0.35 USD/kWh", "0.35", "USD/kWh"),
        (PRICE, "350 USD/MWh", "0.35", "USD/kWh"),
        (COVERAGE, 0.4, "0.4", ""),
        (COVERAGE, "40 %", "0.4", ""),
        (COVERAGE, 1, "1", ""),
        ("horizon.years", 2, "2", ""),
        ("withdrawal.rollout.free", False, "false", ""),
        ("horizon.start", datetime.date(2027, 2, 3), "2027-02-03", ""),
        ("horizon.start", datetime.datetime(2027, 2, 3), "2027-02-03", ""),
        ("nation.EST.vendor_mix", {"amd": 0.25, "nvidia": 0.75}, "{ amd = 0.25, nvidia = 0.75 }", ""),
        ("nation.EST.title", "Eesti “β” 𝔼", "Eesti “β” 𝔼", ""),
    ],
    ids=str,
)
def test_a_value_of_each_type_is_set_as_it_is_meant(scenario: ak.Scenario, path: str, value: Any, shown: str, unit: str) -> None:
    changed = scenario.with_({path: value})[path]
    assert (changed.value.strip('"'), changed.unit) == (shown, unit)
    assert scenario[path] != changed or shown == scenario[path].value.strip('"')


def test_scalars_of_other_libraries_are_values(scenario: ak.Scenario) -> None:
    numpy = pytest.importorskip("numpy")
    pandas = pytest.importorskip("pandas")
    for value in (numpy.float64(0.25), numpy.float32(0.25), numpy.array(0.25)):
        assert scenario.with_({COVERAGE: value})[COVERAGE].value == "0.25"
    assert scenario.with_({"horizon.years": numpy.int64(2)})["horizon.years"].value == "2"
    assert scenario.with_({"withdrawal.rollout.free": numpy.bool_(False)})["withdrawal.rollout.free"].value == "false"
    for date in (numpy.datetime64("2027-02-03"), numpy.datetime64("2027-02-03", "ns"), pandas.Timestamp("2027-02-03")):
        assert scenario.with_({"horizon.start": date})["horizon.start"].value == "2027-02-03"
    with pytest.raises(ak.ScenarioError, match="is not a date"):
        scenario.with_({"horizon.start": pandas.NaT})
    with pytest.raises(ak.UsageError, match="neither a number nor a text"):
        scenario.with_({COVERAGE: pandas.NA})
    array = ak.load("world-2026").with_({"focus.nations": numpy.array(["EST"])})
    assert array.nations == ["EST"]
    assert scenario.run(numpy.int64(1), seed=numpy.uint32(3), keep="runs").digest == scenario.run(1, seed=3, keep="runs").digest


def test_a_list_is_set(scenario: ak.Scenario) -> None:
    alone = ak.load("world-2026").with_({"focus.nations": ["EST"]})
    assert alone.nations == ["EST"]
    assert alone.hash == ak.load("world-2026", set={"focus.nations": '["EST"]'}).hash


def test_none_is_the_word_none(scenario: ak.Scenario) -> None:
    row = next(r for r in scenario.parameters("nation.EST") if r["value"] == "none")
    assert scenario.with_({row["path"]: None}).hash == scenario.with_({row["path"]: "none"}).hash


@pytest.mark.parametrize(
    "value", [None, True, math.nan, math.inf, -0.1, 2**70, 1e-310, "", "fast", [1, 2], {"a": 1}, "1 kg", datetime.date(2026, 1, 1), "1\x00", "\n"], ids=repr
)
def test_what_does_not_fit_is_refused_with_the_path(scenario: ak.Scenario, value: Any) -> None:
    with pytest.raises(ak.ScenarioError) as caught:
        scenario.with_({COVERAGE: value})
    assert caught.value.diagnostics[0]["path"] in (COVERAGE, "")
    assert COVERAGE in str(caught.value)


@pytest.mark.parametrize("value", [object(), b"1", 1j, {1, 2}, len], ids=["object", "bytes", "complex", "set", "function"])
def test_what_is_no_value_is_a_usage_error(scenario: ak.Scenario, value: Any) -> None:
    with pytest.raises(ak.UsageError, match="neither a number nor a text"):
        scenario.with_({COVERAGE: value})


@pytest.mark.parametrize("values", [None, 3, "a=1", [("a", 1)]], ids=repr)
def test_settings_are_a_mapping(scenario: ak.Scenario, values: Any) -> None:
    with pytest.raises(ak.UsageError, match="a dict from a parameter's path"):
        scenario.with_(values)


@pytest.mark.parametrize("path", ["", "a", "nation", "nation.EST", "nation.EST.policy", "nation..x", "a\nb", "a=b", "nation.EST.𝔼", "." * 500], ids=repr)
def test_what_is_no_path_is_refused(scenario: ak.Scenario, path: str) -> None:
    with pytest.raises(ak.ScenarioError):
        scenario.with_({path: 1})
    with pytest.raises(ak.UsageError):
        scenario[path]


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"replications": 0}, "`replications` is a whole number from 1 to 10000000; found 0"),
        ({"replications": -1}, "found -1"),
        ({"replications": 10**30}, "found 1000000"),
        ({"replications": 1.5}, "found 1.5"),
        ({"replications": "3"}, "found '3'"),
        ({"replications": True}, "found True"),
        ({"replications": None}, "found None"),
        ({"seed": -1}, "`seed` is a whole number from 0 to 9007199254740991; found -1"),
        ({"seed": 2**53}, "found 9007199254740992"),
        ({"seed": False}, "found False"),
        ({"first": -1}, "`first`"),
        ({"jobs": 0}, "`jobs` is a whole number from 1 to 1024; found 0"),
        ({"jobs": "two"}, "found 'two'"),
        ({"uncertain": 1}, "`uncertain` is a whole number from 2"),
        ({"keep": "all"}, "`all` cannot be kept"),
        ({"until": ak.Until("nothing", 1.0)}, "nothing"),
        ({"until": ak.Until("cost", math.nan)}, "half"),
        ({"until": ak.Until("cost", -1.0)}, "half"),
        ({"policies": ["nothing"]}, "nothing"),
    ],
    ids=repr,
)
def test_an_argument_out_of_range_is_named_with_its_range(scenario: ak.Scenario, arguments: dict[str, Any], text: str) -> None:
    with pytest.raises((ak.UsageError, ak.ScenarioError), match=text.replace("(", r"\(")):
        scenario.run(**{"replications": 100, **arguments})


@pytest.mark.parametrize("shard", [(0, 2), (3, 2), (1, 10**9)], ids=repr)
def test_a_share_is_within_its_whole(scenario: ak.Scenario, shard: tuple[int, int]) -> None:
    with pytest.raises(ak.UsageError, match="a shard is"):
        ak.sweep(scenario, replications=1, shard=shard)


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda: {PRICE: (1, 2, 3)}, ak.UsageError),
        (lambda: {PRICE: 3}, ak.UsageError),
        (lambda: {PRICE: (0.1, 0.2)}, ak.ScenarioError),
        (lambda: {"nation.EST.nothing": [1]}, ak.ScenarioError),
        (lambda: {COVERAGE: []}, ak.ScenarioError),
        (lambda: {COVERAGE: ["a", None]}, ak.ScenarioError),
        (lambda: {}, ak.ScenarioError),
        (lambda: ak.design.saltelli({COVERAGE: (0.1, 0.3)}, n=0), ak.ScenarioError),
        (lambda: ak.design.sobol({COVERAGE: (0.1, 0.3)}, n=10**15), ak.ScenarioError),
        (lambda: ak.design.latin({COVERAGE: ak.Normal(0.2, -1)}, n=4), ak.ScenarioError),
        (lambda: ak.design.morris({COVERAGE: (0.3, 0.1)}, n=4), ak.ScenarioError),
        (lambda: ak.design.random({COVERAGE: ak.Beta(0, 0)}, n=4), ak.ScenarioError),
        (lambda: ak.design.table({COVERAGE: [0.1], PRICE: []}), ak.UsageError),
        (lambda: ak.design.table(3), ak.UsageError),
    ],
)
def test_a_design_that_does_not_fit_is_refused(scenario: ak.Scenario, make: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        scenario.sweep(make(), replications=1)


def test_one_name_is_not_its_letters(scenario: ak.Scenario, results: ak.Results) -> None:
    assert ak.load("small-state", set=SETS, policies="network") == scenario
    assert scenario.run(1, policies="network", keep="runs").policies == ["base", "network"]
    assert results.runs.select("cost").columns == ["cost"]
    assert repr(results.compare(objectives="cost")) == repr(results.compare(objectives=["cost"]))


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda s, r: ak.sweep([s]), "a scenario, or a dict"),
        (lambda s, r: ak.sweep({"base": 3}), "a scenario, or a dict"),
        (lambda s, r: ak.sweep(s, design=3), "a design comes from"),
        (lambda s, r: ak.sweep(s, {PRICE: ["0.1 USD/kWh"]}, uncertain=4), "do not go together"),
        (lambda s, r: s.run(1, until=3), "`until` is an autarky.Until"),
        (lambda s, r: s.policy("network").run(1, policies=["ban"]), "no policy was picked"),
        (lambda s, r: r.extend("3"), "`replications` is a whole number"),
        (lambda s, r: r.extend(points=2), "no design"),
        (lambda s, r: r.replay("base", -1), "`replication` is a whole number"),
        (lambda s, r: r.discover("cost"), "`above=` or `below="),
        (lambda s, r: r.sensitivity("cost"), "no design"),
        (lambda s, r: r.to_pandas("nothing"), "no table `nothing`; tables: runs"),
        (lambda s, r: r.compare(against="nothing"), "no policy `nothing`; there are: base, network"),
        (lambda s, r: r.over_time("served_share", probabilities=[0.1, 0.5, 0.1]), "the probability 0.1 stands twice"),
        (lambda s, r: r.compare(nation="XXX"), "XXX"),
    ],
)
def test_what_does_not_go_together_is_refused(scenario: ak.Scenario, results: ak.Results, call: Any, text: str) -> None:
    with pytest.raises(ak.UsageError, match=text):
        call(scenario, results)


def test_designs_are_tables_of_other_libraries_too(scenario: ak.Scenario) -> None:
    pandas, polars = pytest.importorskip("pandas"), pytest.importorskip("polars")
    columns = {COVERAGE: [0.1, 0.3], PRICE: ["0.1 USD/kWh", None]}
    digests = {
        scenario.sweep(ak.design.table(rows), replications=1, seed=4).digest
        for rows in (columns, pandas.DataFrame(columns), polars.DataFrame(columns), f'{COVERAGE},{PRICE}\n0.1,0.1 USD/kWh\n0.3,\n')
    }
    assert len(digests) == 1


def test_a_plan_of_a_huge_study_says_what_it_needs(scenario: ak.Scenario) -> None:
    plan = scenario.plan(10_000_000, keep="series")
    assert "runs" in repr(plan)
    assert isinstance(plan.data, dict)
    assert plan.data["runs"] == 20_000_000


def test_policies_have_names_of_all_sorts(scenario: ak.Scenario) -> None:
    one = ak.load("small-state", set=SETS, policies=["base"])
    found = ak.sweep({"base": one, "dear_power": one.with_({PRICE: "0.5 USD/kWh"})}, replications=1, keep="runs")
    assert found.policies == ["base", "dear_power"]
    for name in ("", "two words", "ключ", "a.b", "=1+1", "a" * 5000, "a/b", "\x1b[31m", "NUL\x00"):
        try:
            found = ak.sweep({"base": one, name: one}, replications=1, keep="runs")
        except ak.AutarkyError as error:
            assert "\x1b" not in str(error)
            assert "\x00" not in str(error)
        else:
            assert found.policies == ["base", name]
    with pytest.raises(ak.UsageError, match="no policy `nothing`; there are: base"):
        one.policy("nothing")
    with pytest.raises((ak.UsageError, ak.ScenarioError)):
        ak.sweep({}, replications=1)


def test_a_picked_policy_runs_alone(scenario: ak.Scenario) -> None:
    alone = scenario.policy("network").run(2, seed=7, keep="runs")
    assert alone.policies == ["network"]
    both = scenario.run(2, seed=7, keep="runs")
    of_both = both.runs.where(policy="network")
    assert alone.runs["fingerprint"] == of_both["fingerprint"]


def test_scenarios_are_values(scenario: ak.Scenario) -> None:
    again = ak.load("small-state", set=SETS, policies=["network"])
    assert again == scenario
    assert hash(again) == hash(scenario)
    changed = scenario.with_({COVERAGE: 0.4})
    assert changed != scenario
    assert COVERAGE in scenario.difference(changed)
    assert scenario.difference(again) == ""
    assert scenario.policy("network") != scenario


def test_a_scenario_shows_itself_with_units_ranges_and_sources(scenario: ak.Scenario) -> None:
    assert "policies  base, network" in repr(scenario)
    page = scenario._repr_html_()
    for text in ("nation.EST.", "allowed", "source", "status", "network"):
        assert text in page
    changed = scenario.with_({"nation.EST.title": "<script>alert(1)</script>"})
    assert "<script>" not in changed._repr_html_()
    assert "small-state" in repr(ak.catalogue())
    assert "<script" not in ak.catalogue()._repr_html_()


def test_errors_survive_pickling() -> None:
    with pytest.raises(ak.ScenarioError) as caught:
        ak.load("small-state", set={"nation.EST.polcy": 1, "horizon.years": -1})
    again = pickle.loads(pickle.dumps(caught.value))
    assert type(again) is ak.ScenarioError
    assert str(again) == str(caught.value)
    assert again.diagnostics == caught.value.diagnostics
    assert len(again.diagnostics) >= 2
    assert {"file", "line", "column", "path", "message", "found", "allowed", "help"} <= set(again.diagnostics[0])


def test_a_warning_of_a_scenario_points_at_the_callers_line() -> None:
    with pytest.warns(ak.ScenarioWarning, match="chip_ban") as caught:
        ak.load("small-state", set={"horizon.years": 1})
    assert {Path(w.filename).name for w in caught} == {Path(__file__).name}


ODD: list[Any] = [
    None, True, 0, 1, -1, 2**31, 2**53, 2**63, 2**64, 2**200, 0.0, -0.0, 1.5, math.nan, math.inf, "", "a", "base", "EST", "cost", "runs", "small-state",
    "\x00", "\ud800", "𝔼" * 100, "a" * 10_000, "../..", "/dev/null", "nation.EST.power_price", "served", b"bytes", [], ["a"], ["base", "\x00"], [None], (), ("a", "b"),
    ("cost", None, None, None), ("cost", "EST", "network", "base"), {}, {"a": 1}, object(), len, Exception, 1j, set(), range(3), [0.5, math.nan], memoryview(b"a"),
]


def asked(draw: random.Random) -> dict[str, Any]:
    """How a study is asked for, with one or two parts replaced."""
    value: dict[str, Any] = dict(replications=1, seed=1, first=0, keep="runs", design=None, uncertain=None, shard=None, until=None)
    for _ in range(draw.randrange(3)):
        value[draw.choice(list(value))] = draw.choice([*ODD, "{}", '{"design": "sobol"}', '{"design": "table", "axes": [], "seed": 1, "csv": "a,b\\n1"}'])
    # A study of a billion runs is prepared and never run, so that any number may stand here.
    return value


def test_no_panic_crosses_whatever_the_compiled_module_is_called_with(tmp_path: Path, results: ak.Results) -> None:
    """A thousand calls with arguments of the wrong type, range and shape: only what derives from Exception comes out, and no defect is reported."""
    draw = random.Random(20260101)
    inner = compiled.Scenario.load("small-state", [], ["horizon.years=1"], ["base"])
    recorded = compiled.Results.open(results.path)
    study = inner.study(dict(replications=1, seed=1, first=0, keep="runs", design=None, uncertain=None, shard=None, until=None), [])
    owners: list[tuple[Any, list[str]]] = [
        (compiled, ["unpack", "chunk", "compare", "cite", "explain", "template", "sensitivity", "frontier", "discover", "path", "report", "merge"]),
        (compiled.Scenario, ["load", "study_of"]),
        (compiled.Results, ["open"]),
        (compiled.Study, ["reopen"]),
        (inner, ["with_sets", "with_policies", "parameters", "difference", "study"]),
        (recorded, ["table", "replay"]),
        (recorded.table("runs"), ["column", "filtered", "selected", "texts", "to_dicts", "__arrow_c_stream__"]),
        (study, ["plan", "run"]),
    ]
    functions = [(owner, name) for owner, names in owners for name in names]
    valid: list[Any] = [recorded, inner, study, ["cost"], "base", "EST", "network", [str(tmp_path / "merged")], ("cost", "EST", "network", None), 0, 1, 0.5]
    finished = 0
    for _ in range(1000):
        owner, name = draw.choice(functions)
        fitting = len(inspect.signature(getattr(owner, name)).parameters)
        few = fitting if draw.random() < 0.8 else draw.randrange(6)
        arguments = [draw.choice(valid if draw.random() < 0.5 else ODD) for _ in range(few)]
        if name in ("compare", "sensitivity", "frontier", "discover", "path", "report"):
            arguments = [recorded, *arguments[: {"compare": 3, "sensitivity": 1, "frontier": 2, "discover": 3, "path": 3, "report": 3}[name]]]
        if name in ("study", "study_of"):
            arguments = [[("base", inner, "base")], asked(draw), []][name == "study" :]
        if name in ("run", "plan") and draw.random() < 0.9:
            arguments = [str(tmp_path / "run"), draw.choice([None, 0, 1, 2, -1, 1.5, "a", []]), draw.choice([None, print, 3])][: 3 if name == "run" else 2]
            if name == "plan" and draw.random() < 0.8:
                continue
        try:
            getattr(owner, name)(*arguments)
        except compiled.InternalError as error:
            pytest.fail(f"{name}{tuple(map(repr, arguments))[:3]}: {error}")
        except Exception:
            continue
        finished += 1
    assert finished > 50, "odd arguments that are valid go through"


def test_what_is_better_neither_way_is_compared_by_differences_alone(results: ak.Results) -> None:
    neither, lower = (results.compare("network", objectives=f"served_network_mean{way}") for way in ("", ":lower"))
    [found], [known] = neither.table.to_dicts(), lower.table.to_dicts()
    same = ("pairs", "mean", "mean_against", "difference", "standard_error", "low", "high", "variance_removed")
    assert [found[name] for name in same] == [known[name] for name in same]
    assert found["better"] is None and known["better"] == "lower"
    left_out = ("probability_better", "violation_first_order", "violation_second_order", "cvar_difference")
    assert all(found[name] is None for name in left_out)
    assert "better neither way" in neither.text and "dominates" not in neither.text
    with pytest.raises(ak.UsageError, match="neither better high nor low by itself"):
        results.frontier("served_network_mean", "cost")
