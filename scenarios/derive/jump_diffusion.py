"""Jump-diffusion figures of a daily price series, the same for currencies and tokens.

Log returns between neighbouring days. A jump is a return further from the median than four
robust standard deviations (1.4826 MAD of the preceding `WINDOW` returns), so that calm and stormy
years are judged by their own scale; the diffusion is what remains. A two-part Gaussian mixture is
not used: on such series its "jump" part is a high-variance regime of 20 to 140 days a year.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from statistics import fmean, stdev

from figures import Figure, median

WINDOW = 250
THRESHOLD = 4.0


@dataclass(frozen=True)
class Calendar:
    """Days on which a market trades in a year, and the longest gap that still counts as one step."""

    days_per_year: float
    longest_gap_days: int


def log_returns(series: list[tuple[str, float]], longest_gap_days: int) -> list[float]:
    """Log returns between neighbours at most `longest_gap_days` apart."""
    out = []
    for (day, a), (after, b) in zip(series, series[1:]):
        gap = (dt.date.fromisoformat(after) - dt.date.fromisoformat(day)).days
        if gap <= longest_gap_days:
            out.append(math.log(b / a))
    return out


def jumps(returns: list[float]) -> list[int]:
    """Indices of the returns that the module's rule calls jumps; the first `WINDOW` are never judged."""
    found = []
    for i in range(WINDOW, len(returns)):
        past = returns[i - WINDOW:i]
        centre = median(past)
        scale = 1.4826 * median([abs(r - centre) for r in past])
        if scale > 0.0 and abs(returns[i] - centre) > THRESHOLD * scale:
            found.append(i)
    return found


def series_figures(code: str, series: list[tuple[str, float]], source: str, calendar: Calendar) -> list[Figure]:
    """Volatility, diffusion and jump figures of one series, annualised by its calendar."""
    returns = log_returns(series, calendar.longest_gap_days)
    at = jumps(returns)
    marked = set(at)
    calm = [r for i, r in enumerate(returns) if i not in marked]
    big = [returns[i] for i in at]
    judged, root = len(returns) - WINDOW, math.sqrt(calendar.days_per_year)
    mean, sd = fmean(returns), stdev(returns)
    rule = f"jump: |return - median| over {THRESHOLD:g} robust sd of the {WINDOW} returns before"
    span = f"{series[0][0]}/{series[-1][0]}"

    def fig(quantity: str, value: float, unit: str, note: str, n: int) -> Figure:
        status = "measured" if n == len(returns) else "calibrated"
        return Figure((code,), quantity, value, unit, span, status, (source,), note, n=n)

    out = [
        fig("volatility_annual", sd * root, "log/sqrt(year)", f"sd of daily log returns x sqrt({calendar.days_per_year:g})", len(returns)),
        fig("mean_log_change_annual", mean * calendar.days_per_year, "log/year", "", len(returns)),
        fig("diffusion_volatility_annual", stdev(calm) * root, "log/sqrt(year)", f"without jumps; {rule}", len(calm)),
        fig("jump_intensity_per_year", len(big) / judged * calendar.days_per_year, "1/year", rule, judged),
    ]
    if sd > 0.0:  # a rate that never moved has no shape
        kurtosis = fmean([((r - mean) / sd) ** 4 for r in returns]) - 3.0
        out.append(fig("excess_kurtosis", kurtosis, "1", "daily log returns", len(returns)))
    if len(big) >= 3:
        out += [fig("jump_mean_log", fmean(big), "log", rule, len(big)), fig("jump_sd_log", stdev(big), "log", rule, len(big))]
    return out
