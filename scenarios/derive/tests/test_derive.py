"""The whole script on made-up files: what it writes, what it flags, what it refuses."""

from __future__ import annotations

import contextlib
import csv
import io
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import derive  # noqa: E402
import made_up  # noqa: E402
import nations  # noqa: E402
import offers  # noqa: E402
from figures import DeriveError, STATUSES, TAIL  # noqa: E402
from manifest import Sources  # noqa: E402

NAMES = ((r"CARD ONE", "card-1"),)


def run(arguments: list[str]) -> tuple[int, str]:
    """Exit code and standard error of the script; listings name the made-up card."""
    err = io.StringIO()
    with contextlib.redirect_stderr(err), mock.patch.object(offers, "NAMES", NAMES):
        code = derive.main(arguments)
    return code, err.getvalue()


class WithMadeUpFiles(unittest.TestCase):
    """A fresh folder of made-up sources for every test."""

    def setUp(self) -> None:
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)
        self.arguments = made_up.write(self.folder)

    def rows(self, name: str) -> list[dict[str, str]]:
        with (self.folder / "out" / name).open(newline="", encoding="utf-8") as f:
            return list(csv.DictReader(f))

    def figure(self, name: str, quantity: str, **key: str) -> dict[str, str]:
        found = [r for r in self.rows(name) if r["quantity"] == quantity and all(r[k] == v for k, v in key.items())]
        self.assertEqual(len(found), 1, f"{name} {quantity} {key}")
        return found[0]


class Derived(WithMadeUpFiles):
    """One derivation that the tests of a class only read."""

    @classmethod
    def setUpClass(cls) -> None:
        holder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(holder.cleanup)
        cls.folder = Path(holder.name)
        code, err = run(made_up.write(cls.folder))
        if code != 0:
            raise AssertionError(err)

    def setUp(self) -> None:
        """Nothing of its own."""


class Output(WithMadeUpFiles):
    def test_every_table_is_written_and_then_reproduced_exactly(self) -> None:
        self.assertEqual(run(self.arguments)[0], 0)
        written = {p.name for p in (self.folder / "out").iterdir()}
        self.assertEqual(len(written), 12)
        self.assertEqual(run([*self.arguments, "--check"])[0], 0)

    def test_a_changed_table_fails_the_check_with_its_line(self) -> None:
        run(self.arguments)
        path = self.folder / "out" / "nations.csv"
        path.write_bytes(path.read_bytes().replace(b"Land AAA", b"Land aaa"))
        code, err = run([*self.arguments, "--check"])
        self.assertEqual(code, 1)
        self.assertRegex(err, r"nations\.csv: differs from line \d+")

    def test_a_table_that_no_script_derives_fails_the_check(self) -> None:
        run(self.arguments)
        (self.folder / "out" / "extra.csv").write_text("a\n")
        self.assertIn("extra.csv: not derived", run([*self.arguments, "--check"])[1])

    def test_output_is_the_same_in_processes_with_other_hash_seeds(self) -> None:
        def bytes_with(seed: str) -> list[bytes]:
            out = self.folder / f"out-{seed}"
            code = "import sys; sys.path[:0]=sys.argv[1:3]; import derive, offers; offers.NAMES=((r'CARD ONE','card-1'),); sys.exit(derive.main(sys.argv[3:]))"
            arguments = [*self.arguments[:-1], str(out)]
            subprocess.run([sys.executable, "-B", "-c", code, str(HERE), str(HERE.parent), *arguments], check=True,
                           env={**os.environ, "PYTHONHASHSEED": seed}, stderr=subprocess.DEVNULL)
            return [p.read_bytes() for p in sorted(out.iterdir())]

        self.assertEqual(bytes_with("1"), bytes_with("2"))

    def test_rows_are_sorted_by_key_and_quantity(self) -> None:
        run(self.arguments)
        for path in (self.folder / "out").glob("*.csv"):
            places = [tuple(r.values())[: len(r) - len(TAIL) + 1] for r in self.rows(path.name)]
            if path.name != "sources.csv":
                self.assertEqual(places, sorted(places), path.name)

    def test_every_figure_has_unit_status_and_source_and_every_guess_its_rule(self) -> None:
        run(self.arguments)
        for path in (self.folder / "out").glob("*.csv"):
            if path.name == "sources.csv":
                continue
            for row in self.rows(path.name):
                self.assertEqual(list(row)[-len(TAIL):], list(TAIL))
                self.assertIn(row["status"], STATUSES)
                self.assertTrue(row["unit"] and row["value"] and row["licence"], row)
                self.assertTrue(row["source_id"] or row["status"] == "assumed", row)
                self.assertTrue(row["rule"] or row["status"] not in ("imputed", "assumed"), row)


class Refusals(WithMadeUpFiles):
    def test_a_file_with_another_hash_is_refused_by_name_with_both_hashes(self) -> None:
        path = self.folder / "sources" / "gdp.csv"
        expected = made_up.digest(path.read_bytes())
        path.write_bytes(path.read_bytes() + b"\n")
        code, err = run(self.arguments)
        self.assertEqual(code, 1)
        for part in ("gdp.csv", expected, made_up.digest(path.read_bytes())):
            self.assertIn(part, err)
        self.assertFalse((self.folder / "out").exists())

    def test_a_changed_member_of_a_folder_is_refused(self) -> None:
        path = self.folder / "sources" / "spot" / "availability__a.json"
        path.write_bytes(path.read_bytes() + b" ")
        code, err = run(self.arguments)
        self.assertEqual(code, 1)
        self.assertIn("availability__a.json", err)

    def test_a_missing_file_is_named_with_its_origin(self) -> None:
        (self.folder / "sources" / "philly.csv").unlink()
        code, err = run(self.arguments)
        self.assertEqual(code, 1)
        self.assertIn("philly.csv", err)
        self.assertIn("this test", err)

    def test_a_manifest_entry_without_licence_is_refused(self) -> None:
        path = self.folder / "manifest.toml"
        path.write_text(path.read_text().replace('licence = "CC0-1.0"\n', "", 1))
        code, err = run(self.arguments)
        self.assertEqual(code, 1)
        self.assertIn("licence", err)


class Nations(Derived):
    def nation(self, iso3: str, quantity: str) -> dict[str, str]:
        return self.figure("nations.csv", quantity, iso3=iso3)

    def test_a_missing_power_price_is_the_median_of_its_peers_and_flagged(self) -> None:
        row = self.nation("DDD", "power_price_usd_per_kwh")
        self.assertEqual((row["value"], row["status"], row["n"]), ("0.12", "imputed", "3"))
        self.assertIn("median of 3", row["rule"])
        self.assertIn("region", row["rule"])

    def test_a_price_of_a_commercial_publisher_is_not_read(self) -> None:
        self.assertNotEqual(self.nation("DDD", "power_price_usd_per_kwh")["value"], "0.99")

    def test_an_implausible_price_is_dropped_and_imputed(self) -> None:
        row = self.nation("VEN", "power_price_usd_per_kwh")
        self.assertEqual(row["status"], "imputed")
        self.assertLess(float(row["value"]), 1.0)

    def test_namibia_keeps_its_code(self) -> None:
        self.assertEqual(self.nation("NAM", "iso2")["value"], "NA")
        self.assertEqual(self.nation("NAM", "power_price_usd_per_kwh")["value"], "0.151")
        self.assertEqual(self.figure("cloud_regions.csv", "gpu_regions", iso3="NAM")["value"], "1")

    def test_swapped_inflation_files_are_put_right_and_said_so(self) -> None:
        row = self.nation("AAA", "inflation_cpi_mean_pct")
        self.assertEqual((row["value"], row["source_id"]), ("3", "inflation-gdp"))
        self.assertIn("swapped", row["rule"])

    def test_a_series_not_in_local_currency_is_dropped_and_imputed(self) -> None:
        row = self.nation("ZWE", "fx_volatility_annual")
        self.assertEqual(row["status"], "imputed")
        self.assertIn("USD", row["rule"])

    def test_proprietary_exchange_rates_are_not_read(self) -> None:
        self.assertLess(float(self.nation("AAA", "fx_worst_year_log_depreciation")["value"]), 1.0)

    def test_a_stale_gdp_is_replaced_and_an_unclassified_economy_placed(self) -> None:
        self.assertEqual(self.nation("VEN", "gdp_usd")["source_id"], "unctad-gdp")
        row = self.nation("VEN", "income_group")
        self.assertEqual((row["value"], row["status"]), ("Low income", "imputed"))

    def test_an_economy_without_gdp_is_left_out(self) -> None:
        self.assertNotIn("FFF", {r["iso3"] for r in self.rows("nations.csv")})


class Inflation(unittest.TestCase):
    """`split_inflation` on series, without files."""

    def split(self, consumer: float, gdp: float) -> str:
        series = {"inflation-consumer": {"USA": {2023: consumer}}, "inflation-gdp": {"USA": {2023: gdp}}}
        with mock.patch.object(nations, "latest_by_iso3", lambda _src, name: series[name]):
            return nations.split_inflation(None)[2]

    def test_files_in_their_place_are_taken_as_they_are(self) -> None:
        self.assertEqual(self.split(4.116, 3.6), "")

    def test_neither_or_both_matching_is_an_error(self) -> None:
        for pair in ((1.0, 2.0), (4.116, 4.116)):
            with self.assertRaises(DeriveError):
                self.split(*pair)


class Hardware(Derived):
    def test_compute_is_counted_in_h100_equivalents(self) -> None:
        self.assertEqual(self.figure("accelerators.csv", "h100e", accelerator="card-1")["value"], "0.2117")

    def test_a_missing_price_is_imputed_with_an_interval(self) -> None:
        row = self.figure("accelerators.csv", "launch_price_usd", accelerator="chip-3")
        self.assertEqual(row["status"], "imputed")
        self.assertIn("chip-4", row["rule"])
        self.assertLess(float(row["low"]), float(row["value"]))
        self.assertLess(float(row["value"]), float(row["high"]))

    def test_what_is_not_sold_has_no_price(self) -> None:
        quantities = {r["quantity"] for r in self.rows("accelerators.csv") if r["accelerator"] == "chip-6"}
        self.assertNotIn("launch_price_usd", quantities)

    def test_total_processing_performance_is_the_largest_rate_times_bits(self) -> None:
        fp16 = float(self.figure("accelerators.csv", "fp16_dense_tflops", accelerator="chip-4")["value"])
        tpp = float(self.figure("accelerators.csv", "tpp", accelerator="chip-4")["value"])
        self.assertAlmostEqual(tpp / (16 * fp16), 1.0, places=4)

    def test_a_missing_bandwidth_is_imputed_from_its_class(self) -> None:
        row = self.figure("accelerators.csv", "interconnect_gbs", accelerator="chip-6")
        self.assertEqual(row["status"], "imputed")
        self.assertIn("median ratio", row["rule"])

    def test_growth_is_recovered_within_four_standard_errors(self) -> None:
        # The made-up chips grow by 0.3 in logs a year. 12 of them, seed 1, 10 degrees of freedom:
        # four standard errors are passed by chance in 0.25 % of seeds.
        row = self.figure("hardware_trends.csv", "growth_log_per_year", trend="ml_flops_per_chip_usa_2017")
        error = (float(row["high"]) - float(row["low"])) / (2 * 2.2281)
        self.assertLess(abs(float(row["value"]) - 0.3), 4 * error)


class Market(Derived):
    def test_prices_are_medians_by_channel_without_shares_of_a_gpu(self) -> None:
        row = self.figure("rental_prices.csv", "usd_per_gpu_hour", channel="specialist_on_demand", date="2026-05-24")
        self.assertEqual((row["value"], row["low"], row["high"], row["n"]), ("2", "1.5", "3", "3"))
        row = self.figure("rental_prices.csv", "usd_per_gpu_hour", channel="specialist_on_demand", date="2025-03-07")
        self.assertEqual((row["value"], row["n"], row["low"]), ("5", "1", ""))

    def test_spot_is_priced_per_gpu(self) -> None:
        row = self.figure("rental_prices.csv", "usd_per_gpu_hour", channel="hyperscale_spot", date="2025-03-07")
        self.assertEqual(row["value"], "3")

    def test_only_existing_single_country_clusters_count(self) -> None:
        self.assertEqual(self.figure("compute_by_country.csv", "h100e_tracked", iso3="DEU")["value"], "400")
        self.assertEqual(self.figure("compute_by_country.csv", "public_share", iso3="DEU")["value"], "0.25")
        self.assertEqual(self.figure("compute_by_country.csv", "h100e_tracked", iso3="WLD")["value"], "400")

    def test_cluster_sizes_are_fitted_over_all_countries(self) -> None:
        row = self.figure("compute_by_country.csv", "cluster_lognormal_mu_ln_h100e", iso3="WLD")
        self.assertEqual((row["value"], row["n"]), ("5.15448", "2"))  # mean of ln 100 and ln 300

    def test_the_one_jump_of_the_made_up_currency_is_found(self) -> None:
        row = self.figure("fx.csv", "jump_intensity_per_year", currency="AAD")
        judged = int(row["n"])
        # Four robust sd: 6e-5 a day under normality, so 0.04 expected besides the planted one; seed fixed.
        self.assertAlmostEqual(float(row["value"]), 252.0 / judged, delta=252.0 / judged * 2)
        self.assertGreater(float(row["value"]), 0.0)

    def test_a_rate_that_never_moved_has_no_volatility_and_no_jumps(self) -> None:
        self.assertEqual(self.figure("fx.csv", "volatility_annual", currency="EUR")["value"], "0")
        self.assertEqual(self.figure("fx.csv", "jump_intensity_per_year", currency="EUR")["value"], "0")

    def test_token_volatility_is_that_of_the_made_up_walk(self) -> None:
        # 599 returns of sd 0.05 a day: sd of the estimate 2.9 %, five of them; nine seeds, false alarm 5e-6.
        for token in ("GLM", "FIL", "HNT"):
            value = float(self.figure("token_prices.csv", "volatility_annual", token=token)["value"])
            self.assertLess(abs(value / (0.05 * 365**0.5) - 1), 0.145)

    def test_a_rate_from_a_count_has_a_poisson_interval(self) -> None:
        row = self.figure("failure_rates.csv", "failures_per_gpu_day", subject="data_centre_gpu")
        self.assertAlmostEqual(float(row["low"]), 0.004795, delta=2e-5)
        self.assertAlmostEqual(float(row["high"]), 0.01839, delta=2e-5)

    def test_restoration_is_fitted_between_what_each_date_gives(self) -> None:
        # Through (10, 0.2) and (22, 0.5): rate (10 ln 1.25 + 22 ln 2)/584.
        row = self.figure("failure_rates.csv", "mean_restoration_days", subject="site_daejeon_2025")
        self.assertEqual((row["value"], row["low"], row["high"]), ("33.4083", "31.7393", "44.8142"))

    def test_a_prior_without_source_is_marked_assumed(self) -> None:
        row = self.figure("failure_rates.csv", "life_years", subject="consumer_gpu")
        self.assertEqual((row["status"], row["source_id"], row["licence"]), ("assumed", "", "none"))


class Committed(unittest.TestCase):
    """The committed tables, as far as they can be checked without the sources."""

    folder = HERE.parent.parent / "calibration"

    def test_the_source_table_is_the_manifest(self) -> None:
        src = Sources(HERE.parent / "sources.toml", Path("unused"))
        self.assertEqual((self.folder / "sources.csv").read_bytes(), src.table())

    def test_every_figure_names_a_known_source_and_its_licence(self) -> None:
        licences = Sources(HERE.parent / "sources.toml", Path("unused")).licences()
        for path in sorted(self.folder.glob("*.csv")):
            if path.name == "sources.csv":
                continue
            with path.open(newline="", encoding="utf-8") as f:
                for row in csv.DictReader(f):
                    ids = [i for i in row["source_id"].split(";") if i]
                    expected = ";".join(dict.fromkeys(licences[i] for i in ids)) or "none"
                    self.assertEqual(row["licence"], expected, f"{path.name}: {row}")

    def test_the_data_dictionary_names_every_table_with_its_row_count(self) -> None:
        text = (self.folder / "README.md").read_text(encoding="utf-8")
        for path in sorted(self.folder.glob("*.csv")):
            with path.open(newline="", encoding="utf-8") as f:
                rows = sum(1 for _ in csv.reader(f)) - 1
            self.assertRegex(text, rf"\| `{path.name}` \|.*\| {rows:,} \|")

    def test_every_economy_has_what_the_base_world_reads(self) -> None:
        with (self.folder / "nations.csv").open(newline="", encoding="utf-8") as f:
            have = {(r["iso3"], r["quantity"]): r for r in csv.DictReader(f)}
        nations_there = {i for i, _ in have}
        self.assertGreaterEqual(len(nations_there), 200)
        for iso3 in nations_there:
            for quantity in ("name", "region", "income_group", "gdp_usd", "population", "power_price_usd_per_kwh", "fx_volatility_annual"):
                self.assertIn((iso3, quantity), have)


if __name__ == "__main__":
    unittest.main()
