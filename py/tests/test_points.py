"""Averages over the points of sweeps: over those that are draws, or at one point."""

from __future__ import annotations

import math
import statistics
import warnings

import pytest

import autarky as ak

PRICE, COVERAGE = "nation.EST.power_price", "nation.EST.policy.coverage"
AXES = {PRICE: ("0.05 USD/kWh", "0.25 USD/kWh"), COVERAGE: (0.1, 0.5)}


def outcomes(results: ak.Results, policy: str, points: list[int]) -> list[list[float]]:
    """Served share by point and replication."""
    rows = results.runs.where(policy=policy, nation="EST").to_dicts()
    return [[row["served_share"] for row in rows if row["point"] == point] for point in points]


@pytest.mark.parametrize("second_order", [False, True])
def test_a_saltelli_design_is_averaged_over_its_draws_only(scenario: ak.Scenario, second_order: bool) -> None:
    design = ak.design.saltelli(AXES, n=4, seed=1, second_order=second_order)
    sw = scenario.sweep(design, replications=2, seed=7, keep="series")
    rows = 6 if second_order else 4
    draws = [rows * sample + row for sample in range(4) for row in (0, rows - 1)]
    own, base = (outcomes(sw, policy, draws) for policy in ("network", "base"))
    differences = [a - b for left, right in zip(own, base, strict=True) for a, b in zip(left, right, strict=True)]
    compared = sw.compare("network", objectives=["served_share"])
    [row] = compared.table.to_dicts()
    assert row["pairs"] == len(differences) == 16
    assert row["difference"] == pytest.approx(statistics.fmean(differences), rel=1e-12)
    assert row["low"] < row["difference"] < row["high"]
    # Not what the average over all rows would be, nor are series.
    every = [x for left, right in zip(outcomes(sw, "network", list(range(4 * rows))), outcomes(sw, "base", list(range(4 * rows))), strict=True) for x in map(float.__sub__, left, right)]
    assert statistics.fmean(every) != pytest.approx(row["difference"], rel=1e-6)
    assert set(sw.over_time("served_share")["n"]) == {16}


def test_a_point_is_compared_as_pairs_of_replications(swept: ak.Results) -> None:
    [row] = swept.compare("network", objectives=["served_share"], point=1).table.to_dicts()
    [own], [base] = (outcomes(swept, policy, [1]) for policy in ("network", "base"))
    differences = [a - b for a, b in zip(own, base, strict=True)]
    assert row["pairs"] == 2
    assert row["difference"] == pytest.approx(statistics.fmean(differences), rel=1e-12)
    # Student's t with one degree of freedom: its 97.5 % quantile is tan(0.475 π).
    halfwidth = math.tan(0.475 * math.pi) * statistics.stdev(differences) / math.sqrt(2)
    assert row["high"] - row["difference"] == pytest.approx(halfwidth, rel=1e-9)


def test_points_that_were_chosen_are_not_averaged(swept: ak.Results) -> None:
    for ask in (lambda: swept.compare("network"), lambda: swept.frontier("cost", "served_share")):
        with pytest.raises(ak.UsageError, match=r"the points of a factorial design are no draws.*`point`, 0 to 1"):
            ask()
    for point in (2, 10**14):
        with pytest.raises(ak.UsageError, match=rf"the study has no point {point}; points: 0 to 1"):
            swept.compare("network", point=point)
    with pytest.raises(ak.UsageError, match="point"):
        swept.compare("network", point=-1)
    swept.frontier("cost", "served_share", point=0)


def test_a_study_without_a_design_has_one_point(results: ak.Results) -> None:
    assert results.compare("network", point=0).text == results.compare("network").text
    with pytest.raises(ak.UsageError, match="points: 0 to 0"):
        results.compare("network", point=1)


def test_an_axis_that_overrides_what_a_policy_sets_is_told(scenario: ak.Scenario) -> None:
    dear = {"base": scenario.policy("base"), "dear": scenario.policy("base").with_({PRICE: "0.3 USD/kWh"})}
    with pytest.warns(ak.ScenarioWarning, match=rf"`{PRICE}` varies under all policies, in place of what `dear` sets"):
        ak.sweep(dear, {PRICE: ["0.05 USD/kWh"]}, replications=1)
    with warnings.catch_warnings():
        warnings.simplefilter("error", ak.ScenarioWarning)
        ak.sweep(dear, {f"policies.base.{PRICE}": ["0.05 USD/kWh"], COVERAGE: [0.2]}, replications=1)


def test_a_series_is_of_one_point_or_of_draws(scenario: ak.Scenario) -> None:
    sw = scenario.sweep({COVERAGE: [0.2, 0.4]}, replications=2, seed=7, keep="series")
    rows = [row for row in sw.series.where(policy="base", nation="EST").to_dicts() if row["point"] == 1]
    dates = sorted({row["date"] for row in rows})
    means = [statistics.fmean(row["served"] for row in rows if row["date"] == date) for date in dates]
    found = sw.over_time("served", point=1).where(policy="base")
    assert (found["date"], found["mean"]) == (dates, pytest.approx(means, rel=1e-12))
    with pytest.raises(ak.UsageError, match="factorial design are no draws"):
        sw.over_time("served")


def test_a_sweep_over_chosen_points_is_reported(swept: ak.Results) -> None:
    with open(swept.report(), encoding="utf-8") as page:
        assert "the points were chosen, not drawn" in page.read()
