"""One figure per row: the shape that every calibration table shares.

A figure is a value with everything a reader needs to trust or replace it: unit, vintage, status,
source and the rule that produced it. A table is a list of figures under a few key columns
(`iso3`, `accelerator`, ...), written as CSV with LF line ends and sorted rows, so that the same
inputs always give the same bytes. This module knows no source and no table.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from decimal import Decimal
from typing import Iterable, Sequence

STATUSES = ("measured", "calibrated", "imputed", "assumed")
"""measured: read from a source, or plain arithmetic on it; calibrated: fitted to source rows;
imputed: missing in every source, filled by the stated rule; assumed: no source, a stated prior."""

TAIL = ("quantity", "value", "low", "high", "n", "unit", "vintage", "status", "source_id", "licence", "rule")
"""Columns of every table, after its key columns."""


class DeriveError(Exception):
    """A source that does not say what this script expects, with the place and the finding."""


@dataclass(frozen=True)
class Figure:
    """A value under `key`; `low` and `high` are the interval that `rule` names."""

    key: tuple[str, ...]
    quantity: str
    value: float | int | str
    unit: str
    vintage: str
    status: str
    sources: tuple[str, ...]
    rule: str = ""
    low: float | None = None
    high: float | None = None
    n: int | None = None

    def __post_init__(self) -> None:
        if self.status not in STATUSES:
            raise DeriveError(f"{self.key} {self.quantity}: unknown status {self.status!r}")
        if self.status in ("imputed", "assumed") and not self.rule:
            raise DeriveError(f"{self.key} {self.quantity}: {self.status} without a rule")


def number(value: float | int | str | None, digits: int = 6) -> str:
    """Plain decimal text with at most `digits` significant digits; text and integers pass as they are."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, int):
        return str(value)
    if value != value or value in (float("inf"), float("-inf")):
        raise DeriveError(f"a figure is {value}")
    text = format(Decimal(f"{value:.{digits}g}"), "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def write_table(keys: Sequence[str], figures: Iterable[Figure], licence_of: dict[str, str]) -> bytes:
    """The CSV bytes of a table; rows sorted by key and quantity, duplicates refused.

    `licence_of` maps a source id to its licence; an unknown id is an error.
    """
    rows: dict[tuple, list[str]] = {}
    for fig in figures:
        place = (*fig.key, fig.quantity)
        if len(fig.key) != len(keys) or place in rows:
            raise DeriveError(f"figure {place} is given twice or has the wrong key")
        missing = [s for s in fig.sources if s not in licence_of]
        if missing:
            raise DeriveError(f"figure {place} names unknown sources {missing}")
        licences = ";".join(dict.fromkeys(licence_of[s] for s in fig.sources)) or "none"
        n = "" if fig.n is None else str(fig.n)
        rows[place] = [
            *place, number(fig.value), number(fig.low), number(fig.high), n, fig.unit, fig.vintage,
            fig.status, ";".join(fig.sources), licences, fig.rule,
        ]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*keys, *TAIL])
    for place in sorted(rows):
        writer.writerow(rows[place])
    return out.getvalue().encode("utf-8")


def read_csv(data: bytes, where: str, need: Sequence[str]) -> list[dict[str, str]]:
    """Rows of a source file as text. Nothing is read as missing but the empty cell: `NA` is Namibia."""
    reader = csv.DictReader(io.StringIO(data.decode("utf-8-sig")))
    absent = [c for c in need if c not in (reader.fieldnames or [])]
    if absent:
        raise DeriveError(f"{where}: columns {absent} not found")
    return list(reader)


def to_float(text: str, where: str) -> float | None:
    """A number, or None for an empty cell; anything else is an error that names its place."""
    text = text.strip()
    if not text:
        return None
    try:
        return float(text)
    except ValueError:
        raise DeriveError(f"{where}: {text!r} is no number") from None


def quantile(values: Sequence[float], p: float) -> float:
    """Linear-interpolation quantile (type 7) of a non-empty sequence."""
    xs = sorted(values)
    if not xs:
        raise DeriveError("quantile of nothing")
    at = p * (len(xs) - 1)
    i = int(at)
    j = min(i + 1, len(xs) - 1)
    return xs[i] + (at - i) * (xs[j] - xs[i])


def median(values: Sequence[float]) -> float:
    """The middle value (mean of the two middle values for an even count)."""
    return quantile(values, 0.5)
