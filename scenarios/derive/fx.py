"""`fx.csv`: daily exchange-rate behaviour per currency against the US dollar, from ECB reference rates.

Local currency per dollar, crossed through the euro, so that a positive change is depreciation; the figures
are those of `jump_diffusion`. Annual volatility per economy is in `nations.csv`.
"""

from __future__ import annotations

import csv
import io
import zipfile

from figures import DeriveError, Figure
from jump_diffusion import Calendar, series_figures
from manifest import Sources

KEYS = ("currency",)
START = "2015-01-01"
CALENDAR = Calendar(252.0, 7)
MIN_RATES = 500
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


def build(src: Sources) -> tuple[tuple[str, ...], list[Figure]]:
    """Key columns and figures of `fx.csv`; currencies with more than `MIN_RATES` rates."""
    return KEYS, [f for code, series in sorted(per_dollar(src).items()) if len(series) > MIN_RATES
                  for f in series_figures(code, series, ECB, CALENDAR)]
