"""Rows that Python made, as a table with the methods of those that are read from results."""

from __future__ import annotations

import datetime
import importlib
from collections.abc import Mapping, Sequence
from typing import Any, cast

from .._autarky import UsageError
from .._table import Table

Row = dict[str, Any]


class _Rows:
    """Rows in memory behind a ``Table``: what the compiled table offers, for rows that were made here.

    Every row has the same columns. Dates stay dates for Arrow and are texts elsewhere, as in tables of results.
    """

    def __init__(self, rows: Sequence[Row], names: Sequence[str], units: Mapping[str, str]) -> None:
        self._rows = rows
        self._names = list(names)
        self.units = {name: unit for name, unit in units.items() if name in self._names}
        self.docs: dict[str, str] = {}

    @property
    def columns(self) -> list[str]:
        return list(self._names)

    @property
    def nbytes(self) -> int:
        return 8 * len(self._rows) * len(self._names)

    def __len__(self) -> int:
        return len(self._rows)

    def _known(self, name: str) -> str:
        if name not in self._names:
            raise KeyError(f"the table has no column `{name}`; columns: {', '.join(self._names)}")
        return name

    def column(self, name: str) -> list[Any]:
        self._known(name)
        return [_plain(row[name]) for row in self._rows]

    def to_dicts(self) -> list[Row]:
        return [{name: _plain(row[name]) for name in self._names} for row in self._rows]

    def texts(self, limit: int) -> list[list[str]]:
        return [[_shown(row[n]) for n in self._names] for row in self._rows[:limit]]

    def selected(self, names: list[str]) -> _Rows:
        return _Rows(self._rows, [self._known(name) for name in names], self.units)

    def filtered(self, name: str, values: list[str]) -> _Rows:
        self._known(name)
        return _Rows([row for row in self._rows if _plain(row[name]) in values], self._names, self.units)

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        columns = {name: [row[name] for row in self._rows] for name in self._names}
        return _arrow(columns).__arrow_c_stream__(requested_schema)

    def __arrow_c_schema__(self) -> object:
        columns = {name: [row[name] for row in self._rows] for name in self._names}
        return _arrow(columns).schema.__arrow_c_schema__()


def _arrow(columns: dict[str, list[Any]]) -> Any:
    """The columns in Arrow's format, by whichever library is there."""
    for module, make in (("pyarrow", "table"), ("polars", "DataFrame")):
        try:
            return getattr(importlib.import_module(module), make)(columns)
        except ImportError:
            continue
    raise UsageError("this needs pyarrow or polars, which are not installed: pip install 'autarky[pandas]'")


def _shown(value: Any) -> str:
    """A cell for the eye: six digits; the data keep all."""
    return "" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime.date) else value


def table(rows: Sequence[Row], **units: str) -> Table:
    """A table of rows that all have the columns of the first; ``units`` by column."""
    return Table(cast(Any, _Rows(rows, list(rows[0]) if rows else [], units)))
