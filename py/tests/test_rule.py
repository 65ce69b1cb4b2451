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


LIMIT = 0.4


def limit() -> float:
    return LIMIT


class Cautious:
    """A rule with a value of its own."""

    def __init__(self, share: float) -> None:
        self.share = share

    def __call__(self, state: ak.State) -> dict[str, float]:
        return {"coverage": self.share}

    def decide(self, state: ak.State) -> dict[str, float]:
        return {"coverage": self.share}


def test_values_that_a_function_has_from_elsewhere_tell_it_apart(scenario: ak.Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(state: ak.State) -> dict[str, float]:
        return {"coverage": max(x for x in [LIMIT])}

    def call(state: ak.State) -> dict[str, float]:
        return {"coverage": limit()}

    def default(share: float) -> Any:
        return lambda state, own=share: {"coverage": own}

    def keyword(share: float) -> Any:
        def rule(state: ak.State, *, own: float = share) -> dict[str, float]:
            return {"coverage": own}

        return rule

    for made in (default, keyword, Cautious, lambda share: Cautious(share).decide):
        assert scenario.rule("more", made(0.4)) == scenario.rule("more", made(0.4)) != scenario.rule("more", made(0.5)), made
    before = [scenario.rule("more", function) for function in (read, call)]
    assert before == [scenario.rule("more", function) for function in (read, call)]
    monkeypatch.setitem(globals(), "LIMIT", 0.5)
    after = [scenario.rule("more", function) for function in (read, call)]
    assert [old == new for old, new in zip(before, after, strict=True)] == [False, False]


def test_functions_that_call_each_other_have_a_source(scenario: ak.Scenario) -> None:
    assert "def countdown" in scenario.rule("more", countdown)._rules[0].source


def countdown(state: ak.State, left: int = 3) -> dict[str, float] | None:
    return again(state, left - 1) if left else None


def again(state: ak.State, left: int) -> dict[str, float] | None:
    return countdown(state, left)


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


def test_a_copy_of_a_policy_keeps_the_functions_that_decide_it_in_other_nations(scenario: ak.Scenario) -> None:
    """The copy is decided in both nations; a function for the same nation takes the place of the copied one."""
    one = scenario.rule("one", wanting(0.9), nation="SLV")
    two = one.rule("two", wanting(0.5), policy="one")
    r = two.policy("two").run(1, keep="runs")
    assert sorted((n["policy"], n["nation"]) for n in r.manifest["rules"]) == [("two", "EST"), ("two", "SLV")]
    alone = scenario.rule("two", wanting(0.5)).policy("two").run(1, keep="runs")
    slv = [x.runs.where(nation="SLV")["served_share"] for x in (r, alone)]
    assert slv[0] != slv[1]
    again = two.rule("two", wanting(0.4), nation="SLV").policy("two").run(1, keep="runs")
    assert [n["source"].count("0.4") for n in again.manifest["rules"] if n["nation"] == "SLV"] == [1]
    with pytest.raises(ak.UsageError, match="has a function already"):
        two.rule("two", wanting(0.4))
    with pytest.raises(ak.UsageError, match="it cannot copy `ban` any more"):
        one.rule("one", wanting(0.4), policy="ban")


def test_a_difference_names_functions_that_differ(scenario: ak.Scenario) -> None:
    a, b = (scenario.rule("more", wanting(share)).policy("more") for share in (0.4, 0.5))
    assert "function that decides in EST: rule | rule, of another source" in a.difference(b)
    assert a.difference(scenario.rule("more", wanting(0.4)).policy("more")) == ""


SHARE = 0.4


def reads_its_module(state: ak.State) -> dict[str, float]:
    return {"coverage": helper(state)}


def helper(state: ak.State) -> float:
    return SHARE if state.year else helper_of_helper()


def helper_of_helper() -> float:
    return min(SHARE, math.sqrt(SHARE))


class Planner:
    """A rule with a number of its own."""

    def __init__(self, share: float) -> None:
        self.share = share

    def wanted(self) -> float:
        return self.share

    def __call__(self, state: ak.State) -> dict[str, float]:
        return {"coverage": self.wanted()}

    def decide(self, state: ak.State) -> dict[str, float]:
        return {"coverage": self.share}


def sources(scenario: ak.Scenario, *functions: Any) -> list[str]:
    return [scenario.rule("mine", function)._rules[-1].source for function in functions]


def test_what_a_function_reads_in_its_module_is_a_part_of_it(scenario: ak.Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A number that a cell of a notebook changed would else give the old results of the same folder."""
    scenario.rule("mine", reads_its_module).run(1, keep="runs", out=tmp_path / "out")
    monkeypatch.setattr(f"{__name__}.SHARE", 0.6)
    with pytest.raises(ak.MismatchError):
        scenario.rule("mine", reads_its_module).run(1, keep="runs", out=tmp_path / "out")
    [source] = sources(scenario, reads_its_module)
    assert "def helper_of_helper" in source and source.count("SHARE = 0.6") == 2


def test_functions_that_differ_in_a_default_an_object_or_their_place_in_a_line_are_told_apart(scenario: ak.Scenario) -> None:
    def with_default(share: float) -> Any:
        def rule(state: ak.State, share: float = share, *, least: float = share / 2) -> dict[str, float]:
            return {"coverage": max(share, least)}

        return rule

    one, two = [lambda state: {"coverage": 0.3}, lambda state: {"coverage": 0.5}]
    for a, b in [
        (with_default(0.3), with_default(0.5)),
        (Planner(0.3), Planner(0.5)),
        (Planner(0.3).decide, Planner(0.5).decide),
        (one, two),
        (functools.partial(Planner(0.3)), functools.partial(Planner(0.5))),
        (functools.lru_cache(wanting(0.3)), functools.lru_cache(wanting(0.5))),
    ]:
        first, second = sources(scenario, a, b)
        assert first != second
    assert sources(scenario, one) == ['lambda state: {"coverage": 0.3}\n']
    assert sources(scenario, Planner(0.3)) == sources(scenario, Planner(0.3))
    assert "def wanted" in sources(scenario, Planner(0.3))[0]


def test_a_function_that_calls_itself_has_a_source(scenario: ak.Scenario) -> None:
    def down(state: ak.State, years: int = 3) -> Any:
        return down(state, years - 1) if years else None

    [source] = sources(scenario, down)
    assert source.count("def down") == 1 and "years = 3" in source


def test_arrays_are_values_and_what_cannot_be_told_is_refused_by_name(scenario: ak.Scenario) -> None:
    numpy = pytest.importorskip("numpy")

    def reading(value: Any) -> Any:
        return lambda state: {"coverage": value[0]}

    assert "array([0.3, 0.5])" in sources(scenario, reading(numpy.array([0.3, 0.5])))[0]
    with pytest.raises(ak.UsageError, match="the rule reads `value`, a object"):
        scenario.rule("mine", reading(object()))


def test_policies_that_nobody_asked_for_do_not_run_because_a_function_decides_them(scenario: ak.Scenario) -> None:
    """Copies of copies too: their values are those of the policy of the file."""
    three = scenario.rule("one", wanting(0.4), policy="ban").rule("two", wanting(0.5), policy="one").rule("three", idle)
    assert three.run(1, keep="runs", policies=["ban"]).policies == ["base", "ban"]
    assert three.run(1, keep="runs", policies=[]).policies == ["base"]
    some, every = three.run(1, keep="runs", policies="two"), three.run(1, keep="runs")
    assert (some.policies, every.policies) == (["base", "two"], ["base", "ban", "one", "three", "two"])
    assert some.runs.where(policy="two")["fingerprint"] == every.runs.where(policy="two")["fingerprint"]
    with pytest.raises(ak.ScenarioError, match="did you mean `three`"):
        three.run(1, policies=["thre"])


def test_a_scenario_with_functions_is_pickled_with_them(scenario: ak.Scenario) -> None:
    import pickle

    changed = scenario.rule("more", ambitious, policy="ban").with_({"nation.EST.policy.coverage": 0.3})
    again = pickle.loads(pickle.dumps(changed))
    assert again == changed
    assert again.run(1, keep="runs").digest == changed.run(1, keep="runs").digest


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
    assert ak.open_results(r.path, rules={"more": ambitious}).replay("more", 1)["as_recorded"] is True


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
