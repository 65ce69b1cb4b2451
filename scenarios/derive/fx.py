"""`fx.csv`: daily exchange-rate behaviour per currency against the US dollar, from ECB reference rates.

Log returns of local currency per dollar (positive is depreciation), crossed through the euro. A jump
is a return further from the median than four robust standard deviations (1.4826 MAD of the
preceding 250 returns), so that calm and stormy years are judged by their own scale; the diffusion is what remains.
"""

from __future__ import annotations

import csv
import io
import math
import zipfile
from statistics import fmean, stdev

from figures import DeriveError, Figure, median
from manifest import Sources

KEYS = ("currency",)
START = "2015-01-01"
DAYS_PER_YEAR = 252.0
WINDOW = 250
THRESHOLD = 4.0
MIN_RETURNS = 500
ECB = "ecb-fx"


def per_dollar(src: Sources) -> dict[str, list[tuple[str, float]]]:
    """Currency -> [(date, units per USD)] in time order from `START`."""
    with zipfile.ZipFile(io.BytesIO(src.read(ECB))) as archive:
        name = next((n for n in archive.namelist() if n.endswith(".csv")), None)
        if name is None:
            raise DeriveError(f"{ECB}: the archive holds no CSV file")
        rows = list(csv.DictReader(io.StringIO(archive.read(name).decode("ascii"))))
    out: dict[str, list[tuple[str, float]]] = {}
    for row in sorted(rows, key=lambda r: r["Date"]):
        if row["Date"] < START or row["USD"] in ("N/A", ""):
            continue
        usd = float(row["USD"])
        out.setdefault("EUR", []).append((row["Date"], 1.0 / usd))
        for currency, text in row.items():
            if currency and currency not in ("Date", "USD") and text not in ("N/A", "", None):
                out.setdefault(currency, []).append((row["Date"], float(text) / usd))
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


def currency_figures(code: str, series: list[tuple[str, float]]) -> list[Figure]:
    """Volatility, diffusion and jump figures of one currency."""
    returns = [math.log(b / a) for (_, a), (_, b) in zip(series, series[1:])]
    at = jumps(returns)
    marked = set(at)
    calm = [r for i, r in enumerate(returns) if i not in marked]
    big = [returns[i] for i in at]
    span, judged = f"{series[0][0]}/{series[-1][0]}", len(returns) - WINDOW
    root = math.sqrt(DAYS_PER_YEAR)
    mean, sd = fmean(returns), stdev(returns)
    kurtosis = fmean([((r - mean) / sd) ** 4 for r in returns]) - 3.0
    rule = f"jump: |return - median| over {THRESHOLD:g} robust sd of the {WINDOW} returns before"

    def fig(quantity: str, value: float, unit: str, note: str, n: int) -> Figure:
        return Figure((code,), quantity, value, unit, span, "measured" if n == len(returns) else "calibrated", (ECB,), note, n=n)

    out = [
        fig("volatility_annual", sd * root, "log/sqrt(year)", "sd of daily log returns x sqrt(252)", len(returns)),
        fig("depreciation_mean_annual", mean * DAYS_PER_YEAR, "log/year", "positive is depreciation", len(returns)),
        fig("excess_kurtosis", kurtosis, "1", "daily log returns", len(returns)),
        fig("diffusion_volatility_annual", stdev(calm) * root, "log/sqrt(year)", f"without jumps; {rule}", len(calm) - WINDOW),
        fig("jump_intensity_per_year", len(big) / judged * DAYS_PER_YEAR, "1/year", rule, judged),
    ]
    if len(big) >= 3:
        out += [fig("jump_mean_log", fmean(big), "log", rule, len(big)), fig("jump_sd_log", stdev(big), "log", rule, len(big))]
    return out


def build(src: Sources) -> tuple[tuple[str, ...], list[Figure]]:
    """Key columns and figures of `fx.csv`; currencies with at least `MIN_RETURNS` rates."""
    return KEYS, [f for code, series in sorted(per_dollar(src).items()) if len(series) > MIN_RETURNS
                  for f in currency_figures(code, series)]
