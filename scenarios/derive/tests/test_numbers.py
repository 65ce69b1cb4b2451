"""The small numerical parts against known values."""

from __future__ import annotations

import math
import sys
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import offers  # noqa: E402
import personas  # noqa: E402
import reliability  # noqa: E402
from distributions import lognormal, poisson_interval, weibull  # noqa: E402
from figures import DeriveError, Figure, median, number, quantile, write_table  # noqa: E402
from jump_diffusion import jumps, log_returns  # noqa: E402
from least_squares import fit, student_975  # noqa: E402


class Numbers(unittest.TestCase):
    def test_figures_print_as_plain_decimals(self) -> None:
        cases = {0.1: "0.1", 1.4e12: "1400000000000", 3e-7: "0.0000003", 1 / 3: "0.333333", -0.0: "0", 7: "7", "x": "x"}
        for value, text in cases.items():
            self.assertEqual(number(value), text)

    def test_no_figure_is_infinite_or_not_a_number(self) -> None:
        for value in (math.inf, -math.inf, math.nan):
            with self.assertRaises(DeriveError):
                number(value)

    def test_an_imputed_figure_needs_a_rule_and_a_status_must_be_known(self) -> None:
        with self.assertRaises(DeriveError):
            Figure(("a",), "q", 1.0, "1", "2020", "imputed", ("s",))
        with self.assertRaises(DeriveError):
            Figure(("a",), "q", 1.0, "1", "2020", "guessed", ("s",), "rule")

    def test_a_figure_given_twice_or_without_known_source_is_refused(self) -> None:
        one = Figure(("a",), "q", 1.0, "1", "2020", "measured", ("s",))
        with self.assertRaises(DeriveError):
            write_table(("k",), [one, one], {"s": "CC0-1.0"})
        with self.assertRaises(DeriveError):
            write_table(("k",), [one], {})

    def test_quantiles_interpolate(self) -> None:
        self.assertEqual(quantile([1, 2, 3, 4], 0.25), 1.75)
        self.assertEqual(median([3, 1, 2]), 2)


class Fits(unittest.TestCase):
    def test_least_squares_recovers_an_exact_plane(self) -> None:
        rows = [[1.0, x, x * x] for x in range(8)]
        line = fit(rows, [2.0 - 0.5 * r[1] + 0.25 * r[2] for r in rows])
        for got, want in zip(line.coefficients, (2.0, -0.5, 0.25)):
            self.assertAlmostEqual(got, want, places=9)
        self.assertAlmostEqual(line.r_squared, 1.0, places=12)

    def test_standard_error_matches_the_textbook_formula(self) -> None:
        xs, ys = [0.0, 1.0, 2.0, 3.0, 4.0], [1.0, 3.0, 2.0, 5.0, 4.0]
        line = fit([[1.0, x] for x in xs], ys)
        self.assertAlmostEqual(line.coefficients[1], 0.8, places=12)
        self.assertAlmostEqual(line.standard_errors[1], math.sqrt(3.6 / 3 / 10), places=12)

    def test_collinear_regressors_are_refused(self) -> None:
        with self.assertRaises(DeriveError):
            fit([[1.0, x, 2.0 * x] for x in range(9)], [float(x) for x in range(9)])

    def test_student_quantiles_match_tables(self) -> None:
        for df, value in ((5, 2.5706), (10, 2.2281), (12, 2.1788), (30, 2.0423), (100, 1.9840)):
            self.assertAlmostEqual(student_975(df), value, delta=2e-3)

    def test_weibull_shape_and_scale_are_recovered_from_quantiles(self) -> None:
        sample = [2.0 * (-math.log(1 - (i + 0.5) / 2000)) ** (1 / 0.7) for i in range(2000)]
        shape, scale = weibull(sample)
        self.assertAlmostEqual(shape, 0.7, delta=0.005)
        self.assertAlmostEqual(scale, 2.0, delta=0.01)

    def test_lognormal_parameters_are_moments_of_logs(self) -> None:
        mu, sigma = lognormal([math.e, math.e**3])
        self.assertAlmostEqual(mu, 2.0)
        self.assertAlmostEqual(sigma, math.sqrt(2.0))

    def test_poisson_limits_match_the_exact_ones(self) -> None:
        for events, low, high in ((10, 4.795, 18.391), (100, 81.364, 121.628)):
            got = poisson_interval(events, 1.0)
            self.assertAlmostEqual(got[0], low, delta=0.02)
            self.assertAlmostEqual(got[1], high, delta=0.02)
        self.assertEqual(poisson_interval(0, 2.0)[0], 0.0)


class Rules(unittest.TestCase):
    def test_cut_off_spells_are_left_out(self) -> None:
        self.assertEqual(reliability.spells([1, 1, 0, 1, 1, 1, 0, 0, 1]), ([3], [1, 2]))

    def test_fitted_factors_have_the_wanted_margins_although_the_cells_are_correlated(self) -> None:
        cells = {("a", "l", "x"): 0.4, ("a", "m", "y"): 0.1, ("b", "l", "y"): 0.2, ("b", "m", "x"): 0.3}
        wanted = [{"a": 1.2, "b": 0.8}, {"l": 0.9, "m": 1.15}, {"x": 1.1, "y": 23 / 30}]
        factors = personas.fit(cells, wanted)
        use = {c: s * math.prod(f[n] for f, n in zip(factors, c)) for c, s in cells.items()}
        for axis in range(3):
            shares, got = personas.margin(cells, axis), personas.margin(use, axis)
            for name, share in shares.items():
                self.assertAlmostEqual(got[name] / share, wanted[axis][name], delta=1e-9)

    def test_shares_of_personas_that_do_not_sum_to_one_are_refused(self) -> None:
        with self.assertRaises(DeriveError):
            personas.check_sums({"subject": "x", "sums": True, "values": {"a": 0.5, "b": 0.4}})

    def test_a_calm_series_has_no_jumps_and_a_planted_one_is_found(self) -> None:
        calm = [0.01 * math.sin(i) for i in range(600)]
        self.assertEqual(jumps(calm), [])
        calm[400] = 0.5
        self.assertEqual(jumps(calm), [400])

    def test_a_step_over_a_gap_is_no_daily_return(self) -> None:
        series = [("2020-01-01", 1.0), ("2020-01-02", math.e), ("2020-01-05", 9.0)]
        self.assertEqual(log_returns(series, 1), [1.0])

    def test_listings_find_their_accelerator_and_only_theirs(self) -> None:
        cases = {
            ("NVIDIA H100 SXM5", 80): "h100-sxm5-80gb", ("NVIDIA H100 PCIe NVLink", 80): "h100-pcie-80gb", ("NVIDIA H100 NVL", 94): None,
            ("NVIDIA GH200", 96): None, ("NVIDIA A100", 40): None, ("NVIDIA A100 80GB SXM", 80): "a100-sxm4-80gb",
            ("RTX 3090 Ti", 24): None, ("NVIDIA RTX 3090", 24): "rtx-3090-24gb", ("RTX 4090 (48 GB mod)", 48): None,
            ("GB300 SXM6", 288): "gb300-nvl-288gb", ("B300 SXM6", 288): "b300-sxm-270gb", ("NVIDIA RTX A6000", 48): None,
            ("RTX Pro 6000 Blackwell", 96): "rtx-pro-6000-96gb", ("RTX 6000 Ada", 48): "rtx-6000-ada-48gb", ("Quadro RTX 6000 (24 GB)", 24): None,
        }
        for (name, memory), ident in cases.items():
            self.assertEqual(offers.accelerator(name, memory), ident, name)


if __name__ == "__main__":
    unittest.main()
