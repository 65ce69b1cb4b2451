"""Tables in memory that other libraries read without a copy."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from . import _autarky
from ._autarky import UsageError
from ._names import names as _names
from ._values import whole as _whole

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

ROWS_SHOWN = 10
_SPECIAL = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}


def need(module: str, extra: str) -> Any:
    """Import a module that is no dependency, or say which extra brings it."""
    import importlib

    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise UsageError(f"this needs {module}, which is not installed: pip install 'autarky[{extra}]'") from error


class Table:
    """A table: rows of named columns with units, in Arrow's memory format.

    Whatever reads the Arrow PyCapsule interface reads it without a copy: ``polars.DataFrame(t)``, ``pyarrow.table(t)``,
    ``duckdb.sql("select * from t")``, ``pandas.DataFrame.from_arrow(t)``.
    """

    __slots__ = ("_table",)

    def __init__(self, table: _autarky.Table) -> None:
        self._table = table

    @property
    def columns(self) -> list[str]:
        """Names of the columns, in order."""
        return self._table.columns

    @property
    def units(self) -> dict[str, str]:
        """Unit of every column that has one; "1" is a pure number."""
        return self._table.units

    @property
    def docs(self) -> dict[str, str]:
        """Meaning of every column that has one."""
        return self._table.docs

    @property
    def nbytes(self) -> int:
        """Bytes in memory."""
        return self._table.nbytes

    def __len__(self) -> int:
        return len(self._table)

    def __getitem__(self, column: str) -> list[Any]:
        """The values of a column; None where undefined. KeyError names the columns there are."""
        if not isinstance(column, str):
            raise UsageError(f"a column is named by a text: .select() picks several, .to_dicts() gives rows; found {type(column).__name__}")
        return self._table.column(column)

    def __contains__(self, column: object) -> bool:
        """Whether there is such a column."""
        return column in self.columns

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.to_dicts())

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self._table.__arrow_c_stream__(requested_schema)

    def __arrow_c_schema__(self) -> object:
        return self._table.__arrow_c_schema__()

    def where(self, **values: str | Iterable[str]) -> Table:
        """The rows in which columns of texts have one of the values: ``t.where(nation="EST", policy=["base", "ban"])``.

        KeyError for a column that is not there or holds no texts; UsageError for what is no text: rows are chosen by numbers in the libraries that read tables.
        """
        table = self._table
        for column, wanted in values.items():
            table = table.filtered(column, _names(wanted, f"`where` compares texts (.to_polars() or .to_pandas() filter numbers); values of `{column}`"))
        return Table(table)

    def select(self, columns: str | Iterable[str]) -> Table:
        """Some of the columns, in that order. KeyError for one that is not there."""
        return Table(self._table.selected(_names(columns)))

    def to_dicts(self) -> list[dict[str, Any]]:
        """Every row as a dict; undefined values are None, dates are texts."""
        return self._table.to_dicts()

    def to_pandas(self) -> pandas.DataFrame:
        """As a pandas DataFrame; units are in its ``attrs["units"]``. Needs the extra ``pandas``."""
        need("pandas", "pandas")
        frame: pandas.DataFrame = self.to_pyarrow().to_pandas()
        frame.attrs["units"] = self.units
        return frame

    def to_polars(self) -> polars.DataFrame:
        """As a polars DataFrame, without a copy of the numbers. Needs the extra ``polars``."""
        frame: polars.DataFrame = need("polars", "polars").DataFrame(self)
        return frame

    def to_pyarrow(self) -> pyarrow.Table:
        """As a pyarrow Table, without a copy. Needs pyarrow."""
        table: pyarrow.Table = need("pyarrow", "pandas").table(self)
        return table

    def to_latex(self, columns: str | Iterable[str] | None = None, *, digits: int = 4, caption: str = "", label: str = "") -> str:
        """As a LaTeX table with booktabs' rules; numbers have ``digits`` significant digits, units stand below the names.

        Columns of meanings (``doc``) are left out unless named.
        """
        digits = _whole("digits", digits, 1, 17)
        names = _names(columns) if columns is not None else [c for c in self.columns if c != "doc"]
        rows = self.select(names).to_dicts()
        numeric = [any(isinstance(row[n], (int, float)) for row in rows) for n in names]
        units = [self.units.get(n, "") for n in names]
        lines = [r"\begin{tabular}{" + "".join("r" if n else "l" for n in numeric) + "}", r"\toprule"]
        lines.append(" & ".join(_latex(n) for n in names) + r" \\")
        if any(unit not in ("", "1") for unit in units):
            lines.append(" & ".join(_latex(u) if u != "1" else "" for u in units) + r" \\")
        lines.append(r"\midrule")
        lines += [" & ".join(_latex(_cell(row[n], digits)) for n in names) + r" \\" for row in rows]
        lines += [r"\bottomrule", r"\end{tabular}"]
        if not (caption or label):
            return "\n".join(lines)
        head = [r"\begin{table}", r"\centering"]
        if caption:
            head.append(rf"\caption{{{_latex(caption)}}}")
        if label:
            head.append(rf"\label{{{label}}}")
        return "\n".join([*head, *lines, r"\end{table}"])

    def __reduce__(self) -> tuple[Any, ...]:
        raise UsageError("a table is not pickled: send the results, which are a path, or .to_dicts(), .to_pandas(), .to_polars() or .to_pyarrow() of it")

    def __repr__(self) -> str:
        names = self.columns
        shown = names[:8]
        rows = [[_short(text) for text in row] for row in self.select(shown)._table.texts(ROWS_SHOWN)]
        widths = [max(len(n), *(len(row[i]) for row in rows), 0) if rows else len(n) for i, n in enumerate(shown)]
        lines = ["  ".join(n.ljust(w) for n, w in zip(shown, widths, strict=True)).rstrip()]
        lines += ["  ".join(t.ljust(w) for t, w in zip(row, widths, strict=True)).rstrip() for row in rows]
        more = f" ({len(names) - len(shown)} more)" if len(names) > len(shown) else ""
        lines.append(f"{len(self)} rows, {len(names)} columns{more}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        names = self.columns[:20]
        units = self.units
        docs = self.docs
        head = "".join(
            f"<th title='{html.escape(docs.get(n, ''), quote=True)}'>{html.escape(n)}<br><small>{html.escape(units.get(n, ''))}</small></th>"
            for n in names
        )
        rows = self.select(names)._table.texts(ROWS_SHOWN)
        body = "".join("<tr>" + "".join(f"<td>{html.escape(_short(t, 60))}</td>" for t in row) + "</tr>" for row in rows)
        more = f", {len(self.columns) - len(names)} of them not shown" if len(self.columns) > len(names) else ""
        return (
            f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
            f"<small>{len(self)} rows, {len(self.columns)} columns{more}</small>"
        )


def _short(text: str, width: int = 24) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def _cell(value: Any, digits: int) -> str:
    if value is None:
        return ""
    return f"{value:.{digits}g}" if isinstance(value, float) else str(value)


def _latex(text: str) -> str:
    return "".join(_SPECIAL.get(c, c) for c in text)
