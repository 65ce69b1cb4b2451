"""Plots show what tables say, in a form that a paper can print, and leave matplotlib as it was."""

from __future__ import annotations

import datetime
import math
import subprocess
import sys
from pathlib import Path

import autarky as ak
import pytest
from autarky.plot import Plot, _data, _plot, _style

matplotlib = pytest.importorskip("matplotlib")
pytestmark = pytest.mark.filterwarnings("error:.*(constrained|glyph|Glyph|collapsed).*")

SMALL = {"horizon.years": 2}
AXES = {"nation.EST.power_price": ("0.05 USD/kWh", "0.25 USD/kWh"), "nation.EST.policy.coverage": (0.1, 0.5)}


@pytest.fixture(scope="session")
def small() -> ak.Results:
    return ak.load("small-state", set=SMALL).run(4, policies=["ban", "network"], progress=False)


@pytest.fixture(scope="session")
def assumptions() -> ak.Results:
    policies = ["elasticity_low", "elasticity_high", "adoption"]
    return ak.load("sensitivity", set={"horizon.years": 3}).run(3, policies=policies, progress=False, keep="runs")


@pytest.fixture(scope="session")
def draws() -> ak.Results:
    return ak.load("small-state", set={"horizon.years": 1, "event.chip_ban.at": "6 months"}).run(
        2, uncertain=4, policies=["network"], progress=False, keep="series"
    )


def _swept(design: ak.Design) -> ak.Results:
    one = ak.load("small-state", set={"horizon.years": 1, "event.chip_ban.at": "6 months"}).policy("base")
    return one.sweep(design, replications=2, progress=False)


@pytest.fixture(scope="session")
def saltelli() -> ak.Results:
    return _swept(ak.design.saltelli(AXES, 8))


@pytest.fixture(scope="session")
def morris() -> ak.Results:
    return _swept(ak.design.morris(AXES, 4))


def every(small: ak.Results) -> dict[str, Plot]:
    p = small.plot
    return {
        "fan": p.fan("unserved"), "mix": p.supply_mix(), "differences": p.differences(), "frontier": p.frontier("cost", "unserved"),
        "tornado": p.tornado("cost"), "lorenz": p.lorenz(), "withdrawal": p.withdrawal(), "control": p.control(),
        "recovery": p.recovery(after="2026-06-01"),
    }


@pytest.fixture(scope="session")
def plots(small: ak.Results) -> dict[str, Plot]:
    return every(small)


def texts(plot: Plot) -> list[str]:
    from matplotlib.text import Text

    return [t.get_text() for t in plot.figure.findobj(Text) if t.get_visible() and t.get_text()]


# Data are the tables'


def test_a_fan_has_the_quantiles_of_the_series_table(small: ak.Results) -> None:
    numpy = pytest.importorskip("numpy")
    rows = small.plot.fan("unserved", nation="SLV", policies="network").data.to_dicts()
    assert {r["policy"] for r in rows} == {"network"}
    for r in rows:
        told = [x["unserved"] for x in small.series.where(nation="SLV", policy="network") if x["date"] == r["date"]]
        assert r["n"] == len(told) == 4
        assert r["mean"] == pytest.approx(numpy.mean(told), rel=1e-12, abs=1e-15)
        # Type 7 of Hyndman and Fan (1996), numpy's default.
        for share in (0.05, 0.25, 0.5, 0.75, 0.95):
            assert r[f"q{share}"] == pytest.approx(numpy.quantile(told, share), rel=1e-12, abs=1e-15)


def test_a_mix_has_the_mean_shares_and_its_kinds_add_up_to_what_is_served(small: ak.Results) -> None:
    rows = [r for r in small.plot.supply_mix("base").data.to_dicts() if r["date"] == "2027-01-01"]
    told = [x for x in small.series.where(nation="EST", policy="base") if x["date"] == "2027-01-01"]
    share = {r["kind"]: r["share"] for r in rows}
    served = sum(x["served"] / x["reference_demand"] for x in told) / len(told)
    assert sum(v for k, v in share.items() if k != "unserved") == pytest.approx(served, rel=1e-9)
    assert share["unserved"] == pytest.approx(sum(x["unserved"] for x in told) / len(told), rel=1e-9)


def test_differences_are_those_of_pairs_of_runs(small: ak.Results) -> None:
    rows = small.plot.differences("cost", "served_share").data.to_dicts()
    runs = small.runs.where(nation="EST")
    for r in rows:
        mine, base = ({x["replication"]: x[r["quantity"]] for x in runs.where(policy=p)} for p in (r["policy"], "base"))
        pairs = [mine[k] - base[k] for k in base]
        mean = sum(pairs) / 4
        half = 3.182446305 * math.sqrt(sum((x - mean) ** 2 for x in pairs) / 3 / 4)
        assert r["pairs"] == 4 and r["difference"] == pytest.approx(mean, rel=1e-9, abs=1e-12)
        assert (r["low"], r["high"]) == (pytest.approx(mean - half, rel=1e-6, abs=1e-12), pytest.approx(mean + half, rel=1e-6, abs=1e-12))


def test_panels_of_a_mix_show_the_whole_of_the_tallest_though_it_is_the_first() -> None:
    results = ak.load("data-centre-or-network", set={"horizon.years": 1}).run(2, policies="planned_network", progress=False)
    plot = results.plot.supply_mix()
    stacks: dict[str, dict[str, float]] = {"base": {}, "planned_network": {}}
    for r in plot.data:
        mine = stacks[r["policy"]]
        mine[r["date"]] = mine.get(r["date"], 0.0) + r["share"]
    tallest = max(stacks["base"].values())
    assert tallest > 1.06 * max(stacks["planned_network"].values()) and all(ax.get_ylim()[1] > tallest for ax in plot.axes)


def test_a_frontier_has_means_and_hollows_who_is_dominated(small: ak.Results) -> None:
    plot = small.plot.frontier("cost", "unserved")
    for r in plot.data:
        told = small.summary(["cost", "unserved"], nation="EST", policies=r["policy"]).to_dicts()
        means = {t["quantity"]: t["mean"] for t in told}
        assert (r["x"], r["y"]) == (pytest.approx(means["cost"], rel=1e-9), pytest.approx(means["unserved"], rel=1e-9))
        better = [o["policy"] for o in plot.data if o["x"] <= r["x"] and o["y"] <= r["y"] and (o["x"], o["y"]) != (r["x"], r["y"])]
        assert r["on_frontier"] == (not better)


def test_withdrawal_has_means_and_students_intervals_of_the_withdrawal_table(small: ak.Results) -> None:
    rows = small.plot.withdrawal(365).data.where(policy="base", actor="us").to_dicts()
    told = [x["loss"] for x in small.withdrawal.where(nation="EST", policy="base", actor="us", kind="controller") if x["horizon"] == 365]
    mean = sum(told) / 4
    half = 3.182446305 * math.sqrt(sum((x - mean) ** 2 for x in told) / 3 / 4)
    assert [r["loss"] for r in rows] == [pytest.approx(mean)]
    assert rows[0]["loss_low"] == pytest.approx(mean - half, rel=1e-7, abs=1e-9)
    assert rows[0]["loss_high"] == pytest.approx(mean + half, rel=1e-7)


def test_draws_and_not_their_replications_are_the_units_of_an_interval(draws: ak.Results) -> None:
    assert set(draws.plot.withdrawal().data["n"]) == {4}


@pytest.mark.parametrize(("freedom", "quantile"), [(1, 12.7062047), (2, 4.30265273), (3, 3.18244631), (10, 2.22813885), (29, 2.04522964), (5000, 1.959964)])
def test_students_quantiles_are_those_of_tables(freedom: int, quantile: float) -> None:
    assert _style._student(freedom) == pytest.approx(quantile, rel=1e-6)


def test_the_lorenz_curve_of_vendors_encloses_half_of_their_gini(small: ak.Results) -> None:
    plot = small.plot.lorenz("vendor", policies="base")
    rows = plot.data.to_dicts()
    area = sum((b["fraction"] - a["fraction"]) * (a["share"] + b["share"]) / 2 for a, b in zip(rows, rows[1:], strict=False))
    assert 1 - 2 * area == pytest.approx(rows[0]["gini"], abs=1e-12)
    last = max(small.capacity["date"])
    told = [x for x in small.capacity.where(nation="EST", policy="base") if x["date"] == last]
    gini, effective = [], []
    for replication in range(4):
        held: dict[str, float] = {}
        for x in told:
            if x["replication"] == replication:
                held[x["vendor"]] = held.get(x["vendor"], 0.0) + x["installed"]
        parts = [v for v in held.values() if v > 0]
        gini.append(sum(abs(a - b) for a in parts for b in parts) / (2 * len(parts) * sum(parts)))
        effective.append(sum(parts) ** 2 / sum(v * v for v in parts))
    assert rows[0]["gini"] == pytest.approx(sum(gini) / 4)
    assert rows[0]["effective"] == pytest.approx(sum(effective) / 4)


def test_the_lorenz_curve_of_owners_is_the_recorded_deciles(small: ak.Results) -> None:
    rows = small.plot.lorenz(policies="network", date="2027-01-01").data.to_dicts()
    told = [x for x in small.series.where(nation="EST", policy="network") if x["date"] == "2027-01-01"]
    half = next(r for r in rows if r["fraction"] == 0.5)
    assert half["share"] == pytest.approx(sum(x["lorenz_50"] for x in told) / 4)
    assert half["gini"] == pytest.approx(sum(x["gini_owner"] for x in told) / 4)
    assert half["effective"] == pytest.approx(sum(1 / x["hhi_owner"] for x in told) / 4)


def test_a_network_of_control_has_hardware_that_adds_up_and_losses_of_the_withdrawal_plot(small: ak.Results) -> None:
    rows = small.plot.control("base").data.to_dicts()
    for kind in {r["target"] for r in rows if r["relation"] == "hardware"}:
        assert sum(r["share"] for r in rows if r["relation"] == "hardware" and r["target"] == kind) == pytest.approx(1)
    lost = {r["source"]: r["share"] for r in rows if r["relation"] == "withdrawal"}
    told = small.plot.withdrawal(policies="base").data.where(actor="us", kind="controller").to_dicts()
    assert lost["United States (controls exports)"] == told[0]["loss"]


def test_recovery_counts_days_from_the_event_to_the_first_sample_that_is_back(small: ak.Results) -> None:
    event = datetime.date(2026, 6, 1)
    rows = small.plot.recovery(1.1, after=event).data.to_dicts()
    assert len(rows) == 12
    for r in rows:
        path = [
            (datetime.date.fromisoformat(x["date"]), x["critical_served_share"])
            for x in small.series.where(nation="EST", policy=r["policy"]) if x["replication"] == r["replication"]
        ]
        later = [(day, value) for day, value in path if day > event]
        low = [day for day, value in later if value < 1.1]
        back = [day for day, value in later if low and day > low[0] and value >= 1.1]
        days = 0 if not low else ((back[0] if back else later[-1][0]) - event).days
        assert (r["fell"], r["recovered"], r["days"]) == (bool(low), not low or bool(back), days)
        assert r["lowest"] == min(value for _, value in later) and r["below_before"] == (path[-len(later) - 1][1] < 1.1)


def test_runs_that_never_recover_are_a_share_in_the_legend_and_no_time(small: ak.Results) -> None:
    plot = small.plot.recovery(9.0, after="2026-06-01", policies="base")
    assert not any(plot.data["recovered"]) and plot.data["days"] == plot.data["observed"]
    assert any("100 % not back" in text for text in texts(plot))


def test_a_tornado_has_the_indices_of_the_sensitivity_strongest_first(saltelli: ak.Results, morris: ak.Results) -> None:
    for results, measure, key in ((saltelli, "total", "total"), (morris, "mu_star", "mean_absolute")):
        rows = results.plot.tornado("cost").data.to_dicts()
        told = {a["axis"]: a[key] for a in results.sensitivity("cost").data["axes"]}
        assert {r["parameter"]: r[measure] for r in rows} == {axis: found["value"] for axis, found in told.items()}
        assert rows[0][measure] == max(r[measure] for r in rows)


def test_a_tornado_of_a_difference_says_of_which_policies() -> None:
    parts = {p: ak.load("small-state", set={"horizon.years": 1, "event.chip_ban.at": "6 months"}).policy(p) for p in ("base", "network")}
    swept = ak.sweep(parts, ak.design.morris(AXES, 4), replications=1, progress=False, keep="runs")
    plot = swept.plot.tornado("cost", policy="network", minus="base")
    assert any("“network” less “base”" in text.replace("\n", " ") for text in texts(plot))
    assert "“All capacity at home in a node network” less “Base”, Estonia: mean absolute" in plot.caption
    assert "less" not in swept.plot.tornado("cost").caption


def test_a_tornado_of_assumptions_has_both_ends_together_strongest_first(assumptions: ak.Results) -> None:
    rows = assumptions.plot.tornado("served_share").data.to_dicts()
    assert [(r["assumption"], r["end"]) for r in rows] == [("elasticity", "low"), ("elasticity", "high"), ("adoption", "")]
    told = {r["policy"]: r["difference"] for r in assumptions.compare(objectives="served_share").table}
    assert {r["policy"]: r["difference"] for r in rows} == told


def test_data_are_a_table_for_every_library(small: ak.Results) -> None:
    pandas, polars = pytest.importorskip("pandas"), pytest.importorskip("polars")
    data = small.plot.fan("price").data
    assert isinstance(data, ak.Table) and data.units["mean"] == "USD/H100eh"
    frame = data.to_pandas()
    assert isinstance(frame, pandas.DataFrame) and frame.attrs["units"] == data.units and list(frame.columns) == data.columns
    assert data.to_polars()["date"].dtype == polars.Date
    assert len(data.where(policy="ban").select(["policy", "date"])) == 8
    assert r"\toprule" in data.to_latex() and "24 rows" in repr(data)
    with pytest.raises(KeyError, match="no column `nope`"):
        data["nope"]


# They can be printed


@pytest.mark.parametrize("name", ["fan", "mix", "differences", "frontier", "tornado", "lorenz", "withdrawal", "control", "recovery"])
def test_nothing_is_cut_off_or_small(plots: dict[str, Plot], name: str) -> None:
    from matplotlib.text import Text

    plot = plots[name]
    plot._repr_png_()
    whole = plot.figure.bbox
    hidden = _hidden(plot)
    for text in plot.figure.findobj(Text):
        if text.get_visible() and text.get_text().strip() and id(text) not in hidden:
            box = text.get_window_extent()
            assert text.get_fontsize() >= 8, text.get_text()
            assert min(box.x0, box.y0) >= -2 and box.x1 <= whole.x1 + 2 and box.y1 <= whole.y1 + 2, text.get_text()


def _hidden(plot: Plot) -> set[int]:
    """Ticks outside of the limits, and those of axes that are off, have texts that are not drawn."""
    axes = [axis for ax in plot.axes for axis in (ax.xaxis, ax.yaxis)]
    drawn = {id(tick) for axis in axes if axis.axes.axison for tick in axis._update_ticks()}
    ticks = [tick for axis in axes for tick in (*axis.majorTicks, *axis.minorTicks)]
    return {id(label) for tick in ticks if id(tick) not in drawn for label in (tick.label1, tick.label2)}


def test_labels_carry_units(small: ak.Results, plots: dict[str, Plot]) -> None:
    said = {name: " | ".join(texts(plot)) for name, plot in plots.items()}
    assert "(percentage points)" in said["differences"] and "(USD/H100eh)" in said["differences"]
    assert "(USD/H100eh)" in said["frontier"].replace("\n", " ") and "(%)" in said["frontier"]
    assert "(days)" in said["recovery"] and "% of runs" in said["recovery"]
    assert "(% of critical need)" in said["withdrawal"] and "% of need at the reference price" in said["mix"]
    assert "USD/H100eh" in texts(small.plot.fan("price"))
    assert "(%)" in said["lorenz"] and "%" in texts(small.plot.fan("unserved"))


@pytest.mark.parametrize("vision", ["usual", "protan", "deutan", "tritan"])
def test_colours_are_told_apart_by_any_colour_vision(vision: str) -> None:
    """ΔE of 15 in CIELAB under full dichromacy as simulated by Machado, Oliveira and Fernandes (2009); some 2.3 is just noticeable side by side."""
    seen = [_lab(c, vision) for c in (*_style.COLOURS, _style.GREY)]
    assert min(math.dist(a, b) for at, a in enumerate(seen) for b in seen[:at]) >= 15


_MACHADO = {
    "usual": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritan": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}


def _lab(colour: str, vision: str) -> tuple[float, float, float]:
    levels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in levels]
    r, g, b = (min(max(sum(m * x for m, x in zip(row, linear, strict=True)), 0.0), 1.0) for row in _MACHADO[vision])
    white = (0.950470, 1.0, 1.088830)
    of = ((0.4124564, 0.3575761, 0.1804375), (0.2126729, 0.7151522, 0.0721750), (0.0193339, 0.1191920, 0.9503041))
    x, y, z = (((k * r + m * g + n * b) / w) for (k, m, n), w in zip(of, white, strict=True))
    f, h, j = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z))
    return 116 * h - 16, 500 * (f - h), 200 * (h - j)


def test_whatever_is_a_share_by_its_meaning_is_written_in_per_cent(small: ak.Results) -> None:
    columns = [c for c in small._results.series_columns if c[1] == "1"]
    percent = {name for name, unit, doc in columns if _style.scale(name, unit, [], doc=doc) == _style.PERCENT}
    assert {name for name, _, doc in columns if doc.startswith("share of")} <= percent
    assert {"unserved", "loss_365d", "largest_bloc", "captured", "currency_short", "cr4_owner", "availability"} <= percent
    assert not percent & {"operators", "nakamoto_50_owner", "gini_owner", "hhi_owner", "theil_owner", "incidents", "jobs", "trust", "exchange_rate"}


def test_every_policy_has_a_look_of_its_own() -> None:
    looks = [(_style.colour(at), _style.marker(at), str(_style.line(at))) for at in range(25)]
    assert len({look[:2] for look in looks}) == len({(look[0], look[2]) for look in looks}) == 25


def test_files_have_fonts_inside_and_equal_bytes(small: ak.Results, tmp_path: Path) -> None:
    for ending in ("pdf", "svg", "png"):
        first, second = (small.plot.fan("price").save(tmp_path / f"{k}.{ending}", dpi=60) for k in (1, 2))
        assert Path(first).read_bytes() == Path(second).read_bytes()
    assert b"FontFile2" in (tmp_path / "1.pdf").read_bytes()
    assert "<text" not in (tmp_path / "1.svg").read_text()


def test_a_file_that_cannot_be_written_is_an_error_that_says_so(small: ak.Results, tmp_path: Path) -> None:
    plot = small.plot.fan("price")
    with pytest.raises(ak.UsageError, match="pdf.*png.*svg"):
        plot.save(tmp_path / "fan.docx")
    with pytest.raises(ak.UsageError, match="from 30 to 2400"):
        plot.save(tmp_path / "fan.png", dpi=1)
    with pytest.raises(ak.StorageError, match="cannot write"):
        plot.save(tmp_path / "nowhere" / "fan.png")


# They leave matplotlib alone


def test_parameters_of_matplotlib_stay_and_no_figure_of_pyplot_is_open(small: ak.Results) -> None:
    from matplotlib import pyplot

    with matplotlib.rc_context({"font.size": 17, "axes.facecolor": "yellow"}):
        before = dict(matplotlib.rcParams)
        for plot in every(small).values():
            assert plot._repr_png_().startswith(b"\x89PNG")
        assert dict(matplotlib.rcParams) == before
    assert pyplot.get_fignums() == []


def test_plots_need_no_display_and_no_pyplot() -> None:
    code = (
        "import sys, autarky as ak\n"
        "r = ak.load('small-state', set={'horizon.years': 1, 'event.chip_ban.at': '6 months'}).run(2, policies=['network'], progress=False)\n"
        "assert 'matplotlib' not in sys.modules\n"
        "r.plot.fan('unserved')._repr_png_()\n"
        "assert 'matplotlib.pyplot' not in sys.modules and 'pandas' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": ":".join(sys.path), "PATH": ""}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_without_matplotlib_the_extra_is_named(small: ak.Results, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ak.UsageError, match=r"autarky\[plot\]"):
        small.plot.fan("unserved")


def test_plots_go_into_the_users_axes_and_leave_the_figure_as_it_was(small: ak.Results) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 4))
    left, right = figure.subplots(1, 2)
    p = small.plot
    drawn = [p.fan("unserved", ax=left), p.lorenz(ax=right), p.withdrawal(ax=left), p.frontier("cost", "unserved", ax=right), p.control(ax=left)]
    assert all(plot.figure is figure and plot._repr_png_() is None for plot in drawn)
    assert drawn[0].axes == (left,) and tuple(figure.get_size_inches()) == (9, 4)
    with pytest.raises(ak.UsageError, match="one unit.*percentage points"):
        p.differences("cost", "served_share", ax=left)
    with pytest.raises(ak.UsageError, match="Axes of matplotlib; found int"):
        p.fan("unserved", ax=3)


# What cannot be drawn is told


def test_unknown_names_are_told_with_suggestions(small: ak.Results) -> None:
    p = small.plot
    wrong = {
        "no series `unservd`": lambda: p.fan("unservd"), "no quantity `nope`": lambda: p.differences("nope"),
        "no nation `Est`; did you mean `EST`": lambda: p.withdrawal(nation="Est"), "no policy `networks`; did you mean `network`": lambda: p.control("networks"),
        "`horizon` is .* 0, 30 or 365; found 90": lambda: p.withdrawal(90), "no unit to count `owners`.*did you mean `owner`": lambda: p.lorenz("owners"),
        "`date` is a sample date": lambda: p.lorenz(date="2030-05-05"), "`columns` is 1 or 2": lambda: p.fan("unserved", columns=3),
        "`after` is a date": lambda: p.recovery(after="soon"), "`level` is a share": lambda: p.recovery(0, after="2026-06-01"),
        "no sample date lies after": lambda: p.recovery(after="2040-01-01"), "dates no event that starts here": lambda: p.recovery(policies=["base", "network"]), "named twice": lambda: p.frontier("cost", "cost"), "`policies` is empty": lambda: p.fan("unserved", policies=[]),
        "go with a Saltelli or Morris sweep": lambda: p.tornado("cost", minus="ban"),
    }
    for said, draw in wrong.items():
        with pytest.raises(ak.UsageError, match=said):
            draw()


def test_plots_of_a_saltelli_design_are_of_its_draws(saltelli: ak.Results) -> None:
    draws = 2 * (32 // 4)
    assert {row["n"] for row in saltelli.plot.withdrawal().data} == {draws}


def test_what_a_study_does_not_hold_is_told_with_what_to_do(small: ak.Results, swept: ak.Results, assumptions: ak.Results) -> None:
    for draw in (lambda: assumptions.plot.fan("unserved"), assumptions.plot.lorenz, lambda: assumptions.plot.recovery(after="2027-01-01")):
        with pytest.raises(ak.UsageError, match="keep"):
            draw()
    for draw in (swept.plot.withdrawal, swept.plot.differences, lambda: swept.plot.frontier("cost", "unserved")):
        with pytest.raises(ak.UsageError, match="are no draws"):
            draw()
    one = ak.load("small-state", set={"horizon.years": 1, "event.chip_ban.at": "6 months"}).policy("network").run(1, progress=False)
    with pytest.raises(ak.UsageError, match="one policy"):
        one.plot.differences()
    for plot in (one.plot.fan("unserved"), one.plot.withdrawal(0) if _loses(one, 0) else one.plot.withdrawal(), one.plot.supply_mix(), one.plot.control("network")):
        assert plot._repr_png_()


def _loses(results: ak.Results, horizon: int) -> bool:
    return any(x["loss"] >= 0.0005 for x in results.withdrawal.where(nation="EST") if x["horizon"] == horizon)


def test_a_series_that_is_zero_throughout_is_a_readable_plot(small: ak.Results) -> None:
    assert not any(small.series["slashed"])
    assert small.plot.fan("slashed")._repr_png_()


def test_policies_with_one_title_are_told_apart_by_name() -> None:
    assert _plot._distinct([("base", "No ban"), ("second", "No ban"), ("ban", "Ban")]) == {"base": "No ban", "second": "No ban (second)", "ban": "Ban"}


def test_titles_with_signs_of_mathematics_are_drawn_as_they_are() -> None:
    assert _style.clean("a $x_1^$ b\n") == r"a \$x_1^\$ b "


def test_rows_of_python_answer_as_a_table_does() -> None:
    table = _data.table([{"a": "x", "b": 1.5}, {"a": "y", "b": None}], b="USD")
    assert _data.table([{"c": 1 / 3}])["c"] == [1 / 3] and "0.333333\n" in repr(_data.table([{"c": 1 / 3}]))
    assert table["b"] == [1.5, None] and table.units == {"b": "USD"} and table.where(a="y").to_dicts() == [{"a": "y", "b": None}]
