"""The table code on made-up figures; needs neither network nor peers nor a built engine."""

import unittest
from pathlib import Path

import mm1
import run
import table


def engine_rounds(*speeds: float) -> list[dict]:
    """Rounds in which the engine serves so many customers a second, and its rival half as many."""
    return [
        {
            "mm1": {"name": "mm1", "unit": "customers/s", "value": speed, "rival": speed / 2, "ratio": 2.0},
            "hold_100": {"name": "hold_100", "unit": "ns", "value": 20.0, "rival": 30.0, "ratio": 1.5},
        }
        for speed in speeds
    ]


def peer_rounds(*speeds: float) -> list[dict]:
    """Rounds in which SimPy serves so many customers a second."""
    return [{"SimPy": {"name": "SimPy", "customers_per_second": speed, "customers": 250_000}} for speed in speeds]


class Rows(unittest.TestCase):
    def test_a_speed_is_the_median_over_rounds(self):
        rows = table.rows(engine_rounds(1e6, 9e6, 2e6), peer_rounds(1e4, 3e4, 2e4), {})
        self.assertEqual([row.customers_per_second for row in rows], [2e6, 1e6, 2e4])

    def test_a_ratio_is_the_median_of_the_ratios_of_the_rounds(self):
        # Rounds 100, 300 and 50; the ratio of the medians would be 2e6 / 3e4 = 67.
        rows = table.rows(engine_rounds(1e6, 9e6, 2e6), peer_rounds(1e4, 3e4, 4e4), {})
        self.assertEqual({row.name: row.ratio for row in rows}["SimPy"], 100.0)

    def test_rows_come_fastest_first(self):
        rows = table.rows(engine_rounds(1e6), peer_rounds(7e5), {})
        self.assertEqual([row.name for row in rows], ["autarky", "SimPy", "plain Rust loop"])

    def test_rounds_of_unequal_number_are_refused(self):
        with self.assertRaises(ValueError):
            table.rows(engine_rounds(1e6, 1e6), peer_rounds(1e4), {})

    def test_a_workload_that_a_round_lacks_is_an_error(self):
        rounds = engine_rounds(1e6, 1e6)
        del rounds[1]["hold_100"]
        with self.assertRaises(KeyError):
            table.workloads(rounds)


class Page(unittest.TestCase):
    def page(self, engine: float, peer: float) -> str:
        rounds = engine_rounds(engine)
        rows = table.rows(rounds, peer_rounds(peer), {"SimPy": "4.1"})
        return table.page(rows, table.workloads(rounds), {"Date": "2026-01-01"}, 1)

    def test_a_peer_has_a_line_with_version_customers_speed_and_ratio(self):
        self.assertIn("| SimPy | 4.1 | 250,000 | 40,100 | 249 |", self.page(1e7, 40_123.4))

    def test_a_workload_has_a_line_with_engine_rival_and_ratio(self):
        self.assertIn("| hold_100 | ns | 20 | 30 | 1.50 |", self.page(1e7, 4e4))

    def test_all_lines_of_a_table_have_the_same_number_of_cells(self):
        blocks = [block for block in self.page(1e7, 4e4).split("\n\n") if block.startswith("|")]
        self.assertEqual(len(blocks), 2)
        for block in blocks:
            self.assertEqual(len({line.count("|") for line in block.splitlines()}), 1, block)

    def test_the_goal_is_reached_from_110_times_simpy_on(self):
        self.assertIn("reached, at 110.0 times", self.page(1.1e7, 1e5))
        self.assertIn("missed, at 109.9 times", self.page(1.099e7, 1e5))

    def test_the_facts_are_listed(self):
        self.assertIn("\n- Date: 2026-01-01\n", self.page(1e7, 4e4))


class Figures(unittest.TestCase):
    def test_figures_have_three_significant_digits(self):
        cases = {12_345_678.0: "12,300,000", 999.9: "1,000", 123.4: "123", 99.96: "100", 12.345: "12.3", 0.012: "0.012"}
        self.assertEqual({value: table.figure(value) for value in cases}, cases)


class Theory(unittest.TestCase):
    def test_theory_is_a_mean_wait_of_4_and_a_mean_number_of_3_2(self):
        self.assertAlmostEqual(mm1.MEAN_WAIT, 4.0)
        self.assertAlmostEqual(mm1.MEAN_WAITING, 3.2)
        # The standard error of the wait at a million customers is 0.0444, as the engine's own test has it.
        self.assertAlmostEqual(mm1.tolerance(1_000_000).mean_wait, 4.4 * 0.0444, places=3)

    def test_a_run_that_matches_theory_is_accepted(self):
        self.assertIsNone(mm1.disagreement(mm1.Result(4.1, 3.3), 250_000))

    def test_wrong_waits_wrong_numbers_and_nan_are_refused(self):
        for wrong in (mm1.Result(5.0, 3.2), mm1.Result(4.0, 4.0), mm1.Result(float("nan"), 3.2)):
            self.assertIsNotNone(mm1.disagreement(wrong, 250_000), wrong)

    def test_the_tolerance_is_below_a_quarter_of_the_mean_for_every_permitted_number_of_customers(self):
        allowed = mm1.tolerance(mm1.MINIMUM_CUSTOMERS)
        self.assertLess(allowed.mean_wait / mm1.MEAN_WAIT, 0.25)
        self.assertLess(allowed.mean_waiting / mm1.MEAN_WAITING, 0.25)


class Peers(unittest.TestCase):
    def test_versions_are_read_from_pinned_lines(self):
        self.assertEqual(run.pinned("a==1.2\n# note\n\nb==3  # why\n"), {"a": "1.2", "b": "3"})

    def test_every_peer_is_pinned_has_a_script_and_serves_enough_customers(self):
        pins = run.pinned(run.REQUIREMENTS.read_text(encoding="utf-8"))
        for peer in run.PEERS:
            self.assertTrue((Path(run.HERE) / peer.script).is_file(), peer)
            self.assertTrue(peer.package is None or peer.package in pins, peer)
            self.assertGreaterEqual(peer.customers, mm1.MINIMUM_CUSTOMERS, peer)

    def test_a_program_that_fails_is_reported(self):
        with self.assertRaisesRegex(run.Failure, "exit code 3"):
            run.output([run.sys.executable, "-c", "raise SystemExit(3)"])
        with self.assertRaisesRegex(run.Failure, "cannot run"):
            run.output([run.HERE / "no-such-program"])
        with self.assertRaisesRegex(run.Failure, "no JSON"):
            run.figures([run.sys.executable, "-c", "print('fast')"])


if __name__ == "__main__":
    unittest.main()
