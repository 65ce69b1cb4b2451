"""Claims about policies that a function decides."""

from __future__ import annotations

import concurrent.futures
import functools
import math
from pathlib import Path
from typing import Any

import pytest

import autarky as ak


@pytest.fixture(scope="module")
def scenario() -> ak.Scenario:
    return ak.load("small-state", set={"horizon.years": 3, "event.chip_ban.at": "6 months"}, policies=["base", "ban"])


def idle(state: ak.State) -> None:
    """Leaves all as it is."""


def ambitious(state: ak.State) -> dict[str, float]:
    """More coverage from year to year, and a tariff while work is unserved."""
    unserved = state["unserved"]
    return {"coverage": 0.3 + 0.1 * state.year, "tariff": 0.1 if unserved > 0.03 else 0.0}


def wanting(share: float) -> Any:
    """A rule that wants so much coverage."""

    def rule(state: ak.State) -> dict[str, float]:
        return {"coverage": share}

    return rule


def served(results: ak.Results, policy: str) -> list[float]:
    return results.runs.where(policy=policy, nation="EST")["served_share"]


def test_a_rule_that_decides_nothing_gives_the_numbers_of_the_policy_that_it_copies(scenario: ak.Scenario) -> None:
    r = scenario.rule("idle", idle, policy="ban").run(3)
    assert served(r, "idle") == served(r, "ban") != served(r, "base")


def test_a_rule_changes_what_happens_and_the_same_function_gives_the_same_bits(scenario: ak.Scenario) -> None:
    changed = scenario.rule("more", ambitious)
    one, two = changed.run(3, jobs=1), changed.run(3, jobs=2)
    assert one.digest == two.digest
    assert served(one, "more") != served(one, "base")


def test_a_rule_sees_the_latest_sample_that_the_series_record(scenario: ak.Scenario) -> None:
    seen: dict[int, tuple[Any, float]] = {}

    def look(state: ak.State) -> None:
        seen[state.year] = (state.sampled, state["served_share"])

    r = scenario.rule("look", look, source="looks").policy("look").run(1)
    sampled, value = seen[0]
    assert sampled is None and math.isnan(value)
    rows = {row["date"]: row["served_share"] for row in r.series.where(nation="EST").to_dicts()}
    for year in (1, 2):
        sampled, value = seen[year]
        assert rows[str(sampled)] == value


def test_a_state_is_read_only_and_names_its_series(scenario: ak.Scenario) -> None:
    seen: list[ak.State] = []
    with pytest.raises(ak.UsageError, match="source="):
        scenario.rule("look", seen.append)
    scenario.rule("look", seen.append, source="looks").policy("look").run(1)
    state = seen[-1]
    assert state.nation == "EST" and state.year == 3 and "served_share" in state and len(state.keys()) == len(state)
    assert 0 < state.policy["coverage"] < 3
    assert set(state.spent) >= {"data_centre", "cloud"} and state.left is None
    with pytest.raises(KeyError, match="did you mean `served_share`"):
        state["served_shar"]
    with pytest.raises((AttributeError, TypeError)):
        state.year = 3  # type: ignore[misc]


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ({"tarif": 0.1}, "did you mean `tariff`"),
        ({"tariff": -1.0}, "set `tariff` to -1; allowed: 0 to 10"),
        ({"coverage": float("nan")}, "coverage"),
        ({"coverage": True}, "found bool"),
        ({"coverage": "much"}, "found str"),
        ({"portfolio.network": 0.8, "portfolio.cloud": 0.8}, "sum to 1.6"),
        ({3: 0.1}, "the name of a lever is a text; found int"),
        ([1.0], "returns a dict"),
        (1.0, "returns a dict"),
    ],
)
def test_what_no_lever_can_be_fails_the_run_with_a_reason(scenario: ak.Scenario, answer: Any, text: str) -> None:
    wrong = scenario.rule("wrong", lambda state: answer, source=f"returns {answer!r}")
    with pytest.warns(ak.FailedRunsWarning):
        r = wrong.run(1)
    assert r.failures is not None
    [error] = r.failures["error"]
    assert text in error and "`EST` in fiscal year 0" in error
    assert len(r.runs.where(policy="base")) > 0, "other policies go on"


def test_an_exception_fails_the_run_with_its_text_and_line(scenario: ak.Scenario) -> None:
    def divide(state: ak.State) -> dict[str, float]:
        return {"tariff": 1 / state.year}

    with pytest.warns(ak.FailedRunsWarning):
        r = scenario.rule("divide", divide).policy("divide").run(2)
    assert r.failures is not None
    assert all("ZeroDivisionError: division by zero (line " in text for text in r.failures["error"])


def test_another_source_is_another_study(scenario: ak.Scenario, tmp_path: Path) -> None:
    scenario.rule("more", wanting(0.4)).run(1, out=tmp_path / "out")
    with pytest.raises(ak.MismatchError):
        scenario.rule("more", wanting(0.5)).run(1, out=tmp_path / "out")


def test_the_manifest_holds_source_and_hash(scenario: ak.Scenario) -> None:
    import hashlib

    [note] = scenario.rule("more", wanting(0.4)).run(1).manifest["rules"]
    assert "return {\"coverage\": share}" in note["source"] and "share = 0.4" in note["source"]
    assert note["sha256"] == hashlib.sha256(note["source"].encode()).hexdigest()


def test_a_partial_function_is_told_apart_by_its_arguments(scenario: ak.Scenario) -> None:
    def rule(share: float, state: ak.State) -> dict[str, float]:
        return {"coverage": share}

    a, b = (scenario.rule("more", functools.partial(rule, share)) for share in (0.4, 0.5))
    assert a != b and a.run(1).digest != b.run(1).digest


def test_a_study_with_a_rule_goes_on_with_the_function_only(scenario: ak.Scenario, tmp_path: Path) -> None:
    whole = scenario.rule("more", ambitious).run(4)
    scenario.rule("more", ambitious).run(2, out=tmp_path / "out")
    found = ak.open_results(tmp_path / "out")
    assert len(found.compare("more").table) == 3
    with pytest.raises(ak.UsageError, match="go on from Python with the same function"):
        found.extend(4)
    with pytest.raises(ak.UsageError, match="another source is another study"):
        ak.open_results(tmp_path / "out", rules={"more": wanting(0.4)}).extend(4)
    assert ak.open_results(tmp_path / "out", rules={"more": ambitious}).extend(4).digest == whole.digest


def test_a_rule_goes_to_workers_with_the_study(scenario: ak.Scenario) -> None:
    changed = scenario.rule("more", ambitious)
    with concurrent.futures.ProcessPoolExecutor(2) as pool:
        assert changed.run(3, executor=pool).digest == changed.run(3).digest


def test_a_rule_sweeps_over_a_design(scenario: ak.Scenario) -> None:
    changed = scenario.rule("more", ambitious)
    design = ak.design.factorial({"nation.EST.power_price": ["0.1 USD/kWh", "0.2 USD/kWh"]})
    r = ak.sweep({"base": scenario, "mine": changed.policy("more")}, design, replications=2)
    assert r.policies == ["base", "mine"] and not r.failures
    assert r.manifest["rules"][0]["policy"] == "mine"


def test_nations_that_are_not_recorded_cannot_be_governed(scenario: ak.Scenario) -> None:
    with pytest.raises(ak.UsageError, match=r"EST, SLV"):
        scenario.rule("more", ambitious, nation="USA").run(1)


def test_a_replay_is_decided_by_the_function_or_refused(scenario: ak.Scenario) -> None:
    r = scenario.rule("more", ambitious).run(2)
    assert r.replay("more", 1)["as_recorded"] is True
    assert r.replay("more", 5)["nations"]["EST"]["served_share"] != r.replay("base", 5)["nations"]["EST"]["served_share"]
    with pytest.raises(ak.UsageError, match="point 0 only, not 3"):
        r.replay("base", 0, point=3)
    found = ak.open_results(r.path)
    assert found.replay("ban", 1)["as_recorded"] is True
    with pytest.raises(ak.UsageError, match="decided by the function"):
        found.replay("more", 1)


def test_a_lever_that_is_none_stays_as_it_is(scenario: ak.Scenario) -> None:
    """An appropriation that is not limited is None in the state, so the levers of the state can be returned with some of them changed."""

    def all_of_them(state: ak.State) -> dict[str, Any]:
        return {**state.policy, "tariff": 0.2}

    def one(state: ak.State) -> dict[str, float]:
        return {"tariff": 0.2}

    r = scenario.rule("all", all_of_them).rule("one", one).run(2)
    assert r.failures is None
    assert served(r, "all") == pytest.approx(served(r, "one"), rel=1e-9)


def test_a_number_that_is_too_large_is_told_as_one(scenario: ak.Scenario) -> None:
    with pytest.warns(ak.FailedRunsWarning):
        r = scenario.rule("rich", lambda state: {"appropriation": 10**400}, source="rich").policy("rich").run(1)
    assert r.failures is not None and "found one that is too large" in r.failures["error"][0]
