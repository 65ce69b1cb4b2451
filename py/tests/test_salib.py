"""Sweeps handed to SALib: its indices of the same points are those of autarky, which were written without it."""

from __future__ import annotations

import re
from typing import Any

import pytest

import autarky as ak

numpy = pytest.importorskip("numpy")
pytest.importorskip("SALib")

PRICE, COVERAGE = "nation.EST.power_price", "nation.EST.policy.coverage"
AXES = {PRICE: ("0.05 USD/kWh", "0.25 USD/kWh"), COVERAGE: ak.Triangular(0.1, 0.3, 0.5)}


@pytest.fixture(scope="module")
def saltelli(scenario: ak.Scenario) -> ak.Results:
    return scenario.sweep(ak.design.saltelli(AXES, n=4, seed=1, second_order=True), replications=2, seed=7)


@pytest.mark.parametrize("minus", [None, "network"])
def test_sobol_indices_are_salibs(saltelli: ak.Results, minus: str | None) -> None:
    from SALib.analyze import sobol

    found = saltelli.sensitivity("unserved", minus=minus).data
    problem, x, y = saltelli.to_salib("unserved", minus=minus)
    assert (problem["names"], x.shape, y.shape) == ([PRICE, COVERAGE], (4 * 6, 2), (4 * 6,))
    its = sobol.analyze(problem, y, calc_second_order=True, seed=1)
    own = {order: [axis[order]["value"] for axis in found["axes"]] for order in ("first", "total")}
    assert its["ST"] == pytest.approx(own["total"], rel=1e-9)
    # SALib centres values on the mean of all rows, autarky on that of A and B; from equally centred values its estimators give equal numbers.
    a, b, ab = y[0::6], y[5::6], numpy.stack([y[1::6], y[2::6]], axis=1)
    centre = (a.mean() + b.mean()) / 2
    a, b, ab = a - centre, b - centre, ab - centre
    ba = numpy.stack([y[3::6], y[4::6]], axis=1) - centre
    assert [float(sobol.first_order(a, ab[:, j], b)) for j in range(2)] == pytest.approx(own["first"], rel=1e-9)
    second = float(sobol.second_order(a, ab[:, 0], ab[:, 1], ba[:, 0], b))
    assert second == pytest.approx(found["pairs"][0]["share"]["value"], rel=1e-9, abs=1e-12)


def test_elementary_effects_are_salibs(scenario: ak.Scenario) -> None:
    from SALib.analyze import morris

    axes: dict[str, Any] = {PRICE: ("0.05 USD/kWh", "0.25 USD/kWh"), COVERAGE: (0.1, 0.5)}
    sw = scenario.sweep(ak.design.morris(axes, n=4, seed=1), replications=2, seed=7)
    own = sw.sensitivity("unserved").data["axes"]
    problem, x, y = sw.to_salib("unserved")
    its = morris.analyze(problem, x, y, num_levels=4, seed=1)
    # SALib takes a step on 4 levels for 2/3 of the range; here it is a half, from midpoint to midpoint.
    for name, key in (("mean", "mu"), ("mean_absolute", "mu_star"), ("deviation", "sigma")):
        assert [axis[name]["value"] for axis in own] == pytest.approx(list(its[key] * (2 / 3) / 0.5), rel=1e-9)


def test_outcomes_are_means_over_the_replications(saltelli: ak.Results) -> None:
    frame = saltelli.to_pandas()
    frame = frame[(frame["policy"] == "network") & (frame["nation"] == "EST")]
    means = frame.groupby("point")["cost"].mean()
    problem, x, y = saltelli.to_salib("cost", policy="network", nation="EST")
    assert list(y) == pytest.approx(list(means), rel=1e-12)
    assert [tuple(row) for row in x] == list(frame.groupby("point")[[PRICE, COVERAGE]].first().itertuples(index=False, name=None))
    assert problem["bounds"] == [[x[:, j].min(), x[:, j].max()] for j in range(2)]


def test_what_salib_cannot_take_is_refused(scenario: ak.Scenario, results: ak.Results, saltelli: ak.Results) -> None:
    with pytest.raises(ak.UsageError, match="has no design"):
        results.to_salib("unserved")
    for wrong, told in [({"outcome": "unservd"}, "did you mean `unserved`"), ({"policy": "netwrk"}, "did you mean `network`"), ({"minus": "x"}, "no policy `x`")]:
        with pytest.raises(ak.UsageError, match=re.escape(told)):
            saltelli.to_salib(**{"outcome": "unserved", **wrong})
    texts = scenario.sweep({"nation.EST.policy.residency.critical": ["domestic", "alliance"]}, replications=1)
    with pytest.raises(ak.UsageError, match="takes numbers; `nation.EST.policy.residency.critical`"):
        texts.to_salib("unserved")
