"""Columns of a recorded table as arrays, for plots of studies with millions of rows.

Arrays are numpy's, which comes with matplotlib. pyarrow or polars read the table without a copy where one is installed; without them columns are read as lists,
about a microsecond a value. Nothing here knows what columns mean.
"""

from __future__ import annotations

import datetime
import importlib
from collections.abc import Sequence
from typing import Any

from .._table import Table, need

_EPOCH = datetime.date(1970, 1, 1)


def numbers(table: Table, name: str) -> Any:
    """A column of numbers, NaN where undefined."""
    numpy = need("numpy", "plot")
    column = _arrow(table, name)
    return numpy.asarray(table[name] if column is None else column, dtype=float)


def days(table: Table, name: str = "date") -> Any:
    """A column of dates in whole days from 1970-01-01."""
    numpy = need("numpy", "plot")
    column = _arrow(table, name)
    if column is None:
        known = {text: day_of(text) for text in set(table[name])}
        return numpy.array([known[text] for text in table[name]], dtype=int)
    return numpy.asarray(column, dtype="datetime64[D]").astype(int)


def codes(table: Table, name: str) -> tuple[Any, list[str]]:
    """A column of texts as positions in the sorted list of its values, and that list."""
    numpy = need("numpy", "plot")
    column = _arrow(table, name)
    texts: list[str] = table[name] if column is None else column.tolist()
    names = sorted(set(texts))
    at = {text: position for position, text in enumerate(names)}
    return numpy.fromiter(map(at.__getitem__, texts), dtype=int, count=len(texts)), names


def groups(keys: Sequence[Any], then: Any = None) -> tuple[Any, Any]:
    """The order that sorts rows by keys, the first of them slowest (and equal ones by ``then``), and where each group of equal keys begins in it."""
    numpy = need("numpy", "plot")
    order = numpy.lexsort([*([] if then is None else [then]), *reversed(keys)])
    new = numpy.zeros(len(order), dtype=bool)
    new[:1] = True
    for key in keys:
        new[1:] |= key[order][1:] != key[order][:-1]
    return order, numpy.flatnonzero(new)


def by_unit_of_chance(keys: Sequence[Any], point: Any, replication: Any, value: Any) -> tuple[Any, list[Any]]:
    """Independent values by group of equal keys: the rows where groups begin, and the values of each.

    A value for each replication; with draws of parameters the mean over each draw's replications, since those are no new draws. Undefined values are left out.
    """
    numpy = need("numpy", "plot")
    kept = numpy.flatnonzero(value == value)
    unit = (point if len(set(point[kept].tolist())) > 1 else replication)[kept]
    columns = [key[kept] for key in keys]
    order, starts = groups([*columns, unit])
    if not len(order):
        return kept, []
    means = numpy.add.reduceat(value[kept][order], starts) / numpy.diff([*starts, len(order)])
    rows = order[starts]
    _, begins = groups([column[rows] for column in columns])
    return kept[rows[begins]], numpy.split(means, begins[1:])


def day_of(text: str) -> int:
    """Days from 1970-01-01 to a date."""
    return (datetime.date.fromisoformat(text) - _EPOCH).days


def date_of_day(day: int) -> datetime.date:
    """The date so many days after 1970-01-01."""
    return _EPOCH + datetime.timedelta(days=int(day))


def _arrow(table: Table, name: str) -> Any:
    """The column by a library that reads Arrow, as an array; None without one."""
    for module in ("pyarrow", "polars"):
        try:
            library = importlib.import_module(module)
        except ImportError:
            continue
        if module == "pyarrow":
            return library.table(table.select(name)).column(0).to_numpy()
        return library.DataFrame(table.select(name))[name].to_numpy()
    return None
