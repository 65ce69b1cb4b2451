"""Tables: what other libraries read is what is recorded, with its units, without copies where they can."""

from __future__ import annotations

import gc
import math
import re
from pathlib import Path
from typing import Any

import pytest

import autarky as ak

pyarrow = pytest.importorskip("pyarrow")
TABLES = ["runs", "series", "withdrawal", "capacity"]


def alike(left: Any, right: Any) -> bool:
    """Equal to the bit, where None and NaN both say that a value is undefined."""
    undefined = [v is None or (isinstance(v, float) and math.isnan(v)) for v in (left, right)]
    return all(undefined) or (not any(undefined) and str(left) == str(right))


@pytest.mark.parametrize("name", TABLES)
def test_every_library_reads_the_same_values(results: ak.Results, name: str) -> None:
    import duckdb
    import pandas
    import polars

    table = getattr(results, name)
    rows, shown = table.to_dicts(), table
    arrow = pyarrow.table(table).to_pylist()
    frame = polars.DataFrame(table).rows(named=True)
    panda = pandas.DataFrame.from_arrow(table) if hasattr(pandas.DataFrame, "from_arrow") else table.to_pandas()
    duck = duckdb.sql("select * from shown").pl().rows(named=True)
    assert len(rows) == len(table) == len(arrow) == len(frame) == len(panda) == len(duck) > 0
    assert list(panda.columns) == list(frame[0]) == list(arrow[0]) == list(duck[0]) == table.columns
    for at, (own, *others) in enumerate(zip(rows, arrow, frame, duck, strict=True)):
        for column in table.columns:
            value = panda[column].iloc[at]
            value = value.date() if column == "date" and hasattr(value, "date") else value
            found = [other[column] for other in others]
            assert alike(found[0], found[1]), (column, at)
            assert alike(found[0], found[2]), (column, at)
            if column != "fingerprint":
                assert alike(found[0], float(value) if isinstance(found[0], float) else None if found[0] is None else value), (column, at)
            assert column not in ("date", "fingerprint", "nation") or str(own[column]) == str(found[0]), (column, at)


@pytest.mark.parametrize("name", TABLES)
def test_units_and_meanings_are_in_the_schema(results: ak.Results, name: str) -> None:
    table = getattr(results, name)
    schema = pyarrow.schema(table)
    assert schema.names == table.columns
    for field in schema:
        noted = {key.decode(): value.decode() for key, value in (field.metadata or {}).items()}
        assert table.units.get(field.name, "") == noted.get("unit", "")
        assert table.docs.get(field.name, "") == noted.get("doc", "")
    assert table.to_pandas().attrs["units"] == table.units
    numbers = [field.name for field in schema if pyarrow.types.is_floating(field.type)]
    assert numbers
    assert [n for n in numbers if n not in table.units] == []
    assert [n for n in numbers if n not in table.docs] == []


def test_rows_as_dicts_and_columns_as_lists_are_exact(results: ak.Results) -> None:
    for table in (results.runs, results.summary()):
        arrow = pyarrow.table(table)
        assert table.to_dicts() == arrow.to_pylist()
        for column in table.columns:
            assert table[column] == arrow[column].to_pylist()


def addresses(table: Any) -> list[int]:
    buffers = [b for column in table.columns for chunk in column.chunks for b in chunk.buffers() if b is not None]
    return [b.address for b in buffers if b.size > 0]


def test_reading_does_not_copy(results: ak.Results) -> None:
    import polars

    first, second = pyarrow.table(results.runs), pyarrow.table(results.runs)
    assert addresses(first) == addresses(second) != []
    numbers = results.runs.select(["served_share"])
    own = set(addresses(pyarrow.table(numbers)))
    chunks = [chunk.to_numpy(allow_copy=False) for chunk in polars.DataFrame(numbers)["served_share"].get_chunks()]
    assert {chunk.__array_interface__["data"][0] for chunk in chunks} <= own
    assert set(addresses(pyarrow.table(numbers))) <= set(addresses(first)), "choosing columns does not copy either"


def test_a_table_outlives_its_results_and_what_was_read_outlives_the_table(scenario: ak.Scenario) -> None:
    results = scenario.run(1, keep="runs")
    table = results.runs
    digest = table.to_dicts()
    del results
    gc.collect()
    assert table.to_dicts() == digest
    arrow = pyarrow.table(table)
    del table
    gc.collect()
    assert [row["replication"] for row in arrow.to_pylist()] == [row["replication"] for row in digest]


def test_a_stream_is_given_as_often_as_it_is_asked_for(results: ak.Results) -> None:
    table = results.runs
    capsules = [table.__arrow_c_stream__() for _ in range(3)]
    assert len({id(capsule) for capsule in capsules}) == 3
    assert [pyarrow.table(table).num_rows for _ in range(3)] == [len(table)] * 3
    unread = table.__arrow_c_stream__(table.__arrow_c_schema__())
    del unread, capsules
    gc.collect()
    assert pyarrow.table(table).num_rows == len(table)


def test_undefined_values_are_null_and_not_a_number(results: ak.Results) -> None:
    arrow = pyarrow.table(results.summary())
    column = arrow["difference"].to_pylist()
    policies = arrow["policy"].to_pylist()
    assert {value for value, policy in zip(column, policies, strict=True) if policy == "base"} == {None}
    assert any(value is not None for value in column)
    for name in TABLES:
        for values in pyarrow.table(getattr(results, name)).columns:
            if pyarrow.types.is_floating(values.type):
                assert not any(value is not None and math.isnan(value) for value in values.to_pylist())


def test_rows_and_columns_are_chosen_by_name(results: ak.Results) -> None:
    table = results.runs
    chosen = table.where(nation="EST", policy=["network"])
    assert {(row["nation"], row["policy"]) for row in chosen} == {("EST", "network")}
    assert 2 * len(table.where(nation="EST")) == len(table)
    assert table.select(["nation", "policy"]).columns == ["nation", "policy"]
    assert len(table.where(nation="XXX")) == 0
    assert table.where(nation="XXX").to_dicts() == []
    with pytest.raises(KeyError, match="did you mean `served_share`"):
        table["served_shares"]
    with pytest.raises(KeyError, match="no column `planet`"):
        table.where(planet="mars")
    with pytest.raises(KeyError, match="holds no texts"):
        table.where(served_share="1")
    with pytest.raises(KeyError):
        table.select(["nothing"])


def test_a_table_shows_itself(results: ak.Results) -> None:
    table = results.runs
    assert f"{len(table)} rows, {len(table.columns)} columns" in repr(table)
    page = table._repr_html_()
    assert page.count("<tr>") == 1 + min(10, len(table))
    assert page.count("<table>") == page.count("</table>") == 1
    assert repr(table.where(nation="XXX")).splitlines()[-1].startswith("0 rows")
    assert table.nbytes > 0


def test_a_summary_is_chosen_by_quantity_nation_and_policy(results: ak.Results) -> None:
    import csv

    whole = results.summary()
    with (Path(results.path) / "summary.csv").open(encoding="utf-8") as file:
        written = list(csv.DictReader(file))
    assert len(written) == len(whole)
    for row, cells in zip(pyarrow.table(whole).to_pylist(), written, strict=True):
        assert alike(row["mean"], float(cells["mean"]) if cells["mean"] else None)
        assert (row["policy"], row["nation"], row["quantity"]) == (cells["policy"], cells["nation"], cells["quantity"])
    some = results.summary(["cost", "unserved"], nation="SLV", policies="network")
    assert {(r["quantity"], r["nation"], r["policy"]) for r in some} == {("cost", "SLV", "network"), ("unserved", "SLV", "network")}
    for wanted, text in [({"quantities": "csot"}, "did you mean `cost`"), ({"nation": "ETS"}, "no nation `ETS`"), ({"policies": "x"}, "no policy `x`")]:
        with pytest.raises(ak.UsageError, match=text):
            results.summary(**wanted)  # type: ignore[arg-type]


def test_a_mean_is_the_mean_of_the_runs(results: ak.Results) -> None:
    runs = results.runs.where(nation="EST", policy="network")["unserved"]
    mean = results.summary("unserved", nation="EST", policies="network")["mean"][0]
    assert mean == pytest.approx(sum(runs) / len(runs), rel=1e-12)
    base = results.runs.where(nation="EST", policy="base")["unserved"]
    difference = results.summary("unserved", nation="EST", policies="network")["difference"][0]
    assert difference == pytest.approx(sum(a - b for a, b in zip(runs, base, strict=True)) / len(runs), rel=1e-9, abs=1e-15)


def test_latex_is_balanced_escaped_and_rectangular(results: ak.Results) -> None:
    text = results.summary("cost").to_latex(["policy", "quantity", "unit", "mean", "difference"], digits=3, caption="Cost & 5 % of it_all", label="tab:cost")
    for name in ("table", "tabular"):
        assert text.count(rf"\begin{{{name}}}") == text.count(rf"\end{{{name}}}") == 1
    depth = 0
    for mark in re.sub(r"\\[{}]", "", text):
        depth += {"{": 1, "}": -1}.get(mark, 0)
        assert depth >= 0
    assert depth == 0
    assert r"Cost \& 5 \% of it\_all" in text
    assert r"\label{tab:cost}" in text
    rows = [line for line in text.splitlines() if line.endswith(r"\\")]
    assert {len(re.findall(r"(?<!\\)&", row)) for row in rows} == {4}
    assert len(rows) >= 1 + len(results.summary("cost"))
    assert re.search(r"\\begin\{tabular\}\{lllrr\}", text)
    for row in rows:
        assert not re.search(r"(?<!\\)[%#$_~^]", row)
    assert r"\textbackslash{}" in ak.Table.to_latex.__globals__["_latex"]("a\\b")
    assert "doc" not in results.summary("cost").to_latex().splitlines()[2].split(" & ")


def test_labelled_arrays_hold_the_runs(results: ak.Results, swept: ak.Results) -> None:
    pytest.importorskip("xarray")
    for found, name, dimensions in [
        (swept, "runs", ("policy", "point", "replication", "nation")),
        (results, "series", ("policy", "point", "replication", "nation", "date")),
        (results, "withdrawal", ("policy", "point", "replication", "nation", "actor", "horizon")),
        (results, "capacity", ("policy", "point", "replication", "nation", "date", "kind", "vendor")),
    ]:
        data = found.to_xarray(name)
        table = getattr(found, name)
        assert list(data.policy.values) == found.policies
        variable = next(c for c in table.columns if c in data.data_vars)
        assert data[variable].dims == dimensions
        assert data[variable].attrs["units"] == table.units[variable]
        assert data.attrs["digest"] == found.digest
        for row in pyarrow.table(table).to_pylist()[:: max(1, len(table) // 20)]:
            at = {d: row[d] for d in dimensions}
            if name == "withdrawal":
                at["actor"] = f"{row['kind']}:{row['actor']}"
            if "date" in at:
                at["date"] = str(at["date"])
            value = float(data[variable].sel(at))
            assert alike(value, row[variable])
    prices = swept.to_xarray()["nation.EST.power_price"]
    assert prices.dims == ("point",)
    assert list(prices.values) == [0.05, 0.3]
    assert prices.attrs["units"] == "USD/kWh"
    with pytest.raises(ak.UsageError, match="tables: runs"):
        results.to_xarray("nothing")


def test_frames_of_runs_say_what_each_point_sets(swept: ak.Results) -> None:
    frame = swept.to_pandas()
    assert len(frame) == len(swept.runs)
    assert set(frame.groupby("point")["nation.EST.power_price"].first()) == {0.05, 0.3}
    assert frame.attrs["units"]["nation.EST.power_price"] == "USD/kWh"
    assert swept.to_polars().shape == frame.shape
    assert swept.design is not None
    assert swept.design["point"] == [0, 1]


def test_what_is_not_kept_is_named(swept: ak.Results, results: ak.Results) -> None:
    with pytest.raises(ak.UsageError, match='keep="series"'):
        _ = swept.series
    with pytest.raises(ak.UsageError, match='keep="series"'):
        swept.to_xarray("capacity")
    assert results.design is None
    assert results.failures is None


def test_a_series_over_time_is_the_mean_of_the_runs(results: ak.Results) -> None:
    table = results.over_time("served", nation="EST", probabilities=[0.5])
    assert table.columns == ["policy", "date", "n", "mean", "q0.5"]
    row = table.to_dicts()[-1]
    runs = [r["served"] for r in results.series.where(nation="EST", policy=row["policy"]) if r["date"] == row["date"]]
    assert row["mean"] == pytest.approx(sum(runs) / len(runs), rel=1e-12)
    assert row["q0.5"] == pytest.approx(sorted(runs)[1], rel=1e-12)
    with pytest.raises(ak.UsageError, match="srved"):
        results.over_time("srved")
    for bad in ([1.5], [-0.1], [math.nan]):
        with pytest.raises(ak.UsageError):
            results.over_time("served", probabilities=bad)


def test_every_parameter_has_a_meaning_and_every_quantity_its_allowed_values(scenario: ak.Scenario) -> None:
    table = scenario.parameters()
    assert table.columns[:4] == ["path", "value", "unit", "allowed"]
    prices = scenario.parameters("nation.EST.power_price").to_dicts()
    assert [row["path"] for row in prices] == ["nation.EST.power_price"]
    assert prices[0]["status"] in ("measured", "calibrated", "imputed", "assumed")
    assert [row["path"] for row in table if not row["meaning"]] == []
    assert [row["path"] for row in table if row["unit"] and not row["allowed"] and not row["path"].endswith(".at")] == []
    one = scenario["nation.EST.power_price"]
    assert (one.value, one.unit, one.meaning) == (prices[0]["value"], "USD/kWh", prices[0]["meaning"])
    assert "USD/kWh" in repr(one)
    with pytest.raises(ak.UsageError, match="power_price"):
        scenario["nation.EST.power_prise"]
    with pytest.raises(ak.UsageError, match=r"is a group of \d+ values"):
        scenario["nation.EST.policy"]
    with pytest.raises(ak.UsageError, match="no policy `x`"):
        scenario.parameters(policy="x")


def test_a_report_is_written_as_html_and_markdown(results: ak.Results, tmp_path: Path) -> None:
    page = results.report(tmp_path / "report.html")
    assert "</html>" in Path(page).read_text(encoding="utf-8")
    assert Path(results.report(tmp_path / "report.md")).read_text(encoding="utf-8").startswith("#")
    with pytest.raises(ak.StorageError, match="cannot write"):
        results.report(tmp_path / "nowhere" / "report.html")


def test_a_replayed_run_is_as_recorded(results: ak.Results) -> None:
    assert results.replay("network", 2)["as_recorded"] is True
    assert results.replay("network", 5)["as_recorded"] is None
    with pytest.raises(ak.UsageError):
        results.replay("nothing")


def test_tables_of_two_studies_have_the_same_types(scenario: ak.Scenario) -> None:
    """One run has no standard errors and no pairs: columns without a number are columns of numbers all the same."""
    one, two = (scenario.run(n, keep="runs") for n in (1, 2))
    assert pyarrow.schema(one.summary()) == pyarrow.schema(two.summary())
    kinds = {field.name: str(field.type) for field in pyarrow.schema(one.summary())}
    assert kinds["n"] == kinds["pairs"] == "int64"
    assert all(kinds[name] == "double" for name in ("mean", "standard_error", "difference", "regret_more", "regret_less"))
    assert pyarrow.concat_tables([one.summary().to_pyarrow(), two.summary().to_pyarrow()]).num_rows == 2 * len(two.summary())


def test_a_policy_keeps_its_name_in_every_table(scenario: ak.Scenario) -> None:
    """In CSV files texts that a spreadsheet would take for a formula get an apostrophe; in memory they have none."""
    named = {"base": scenario.policy("base"), "-network": scenario.policy("network"), "2030": scenario.policy("network")}
    results = ak.sweep(named, replications=2)
    assert set(results.runs["policy"]) == set(results.summary()["policy"]) == set(named)
    assert results.compare("-network", objectives="cost").table["policy"] == ["-network"]
    assert len(results.summary("cost", policies="-network", nation="EST")) == 1


def test_a_column_that_is_not_there_is_told_with_some_that_are(results: ak.Results) -> None:
    with pytest.raises(KeyError, match=r"columns: policy, point, .* and \d+ more"):
        results.runs["zzzzzzzz"]
