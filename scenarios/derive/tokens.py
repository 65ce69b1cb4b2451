"""`token_prices.csv`: jump-diffusion figures of the tokens of decentralised networks, and of two references.

Daily closing prices in USD; the prices themselves are not redistributed. The series end in 2022 or 2023:
they describe a young market. Figures are those of `jump_diffusion`, with 365 days a year.
"""

from __future__ import annotations

from figures import DeriveError, Figure, read_csv, to_float
from jump_diffusion import WINDOW, Calendar, series_figures
from manifest import Sources

KEYS = ("token",)
CALENDAR = Calendar(365.0, 1)
# token -> first day used: before it the price was of a futures claim or hardly traded.
TOKENS = {"GLM": "", "AR": "", "STORJ": "", "SC": "", "FET": "", "BTC": "", "ETH": "", "FIL": "2020-10-16", "HNT": "2020-09-01"}


def closes(src: Sources, token: str) -> list[tuple[str, float]]:
    """[(date, USD)] of a token; days without a price are left out, of a day quoted twice the last counts."""
    source = "token-" + token.lower()
    data = src.read(source)
    day, price = ("snapped_at", "price") if data.startswith(b"snapped_at") else ("Date", "Close")
    out: dict[str, float] = {}
    for row in read_csv(data, source, (day, price)):
        value = to_float(row[price], source)
        if value and row[day][:10] >= TOKENS[token]:
            out[row[day][:10]] = value
    if len(out) < 2 * WINDOW:
        raise DeriveError(f"{source}: only {len(out)} prices")
    return sorted(out.items())


def build(src: Sources) -> tuple[tuple[str, ...], list[Figure]]:
    """Key columns and figures of `token_prices.csv`."""
    return KEYS, [f for t in TOKENS for f in series_figures(t, closes(src, t), "token-" + t.lower(), CALENDAR)]
