"""Answers to questions: text, data and tables."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

from ._table import Table

if TYPE_CHECKING:
    import pandas
    import polars

    from ._results import Results


class Answer:
    """What was asked: ``text`` as the command line prints it, ``data`` as dicts and lists with unrounded numbers."""

    def __init__(self, text: str, data: Any) -> None:
        self.text = text
        self.data = data

    def __repr__(self) -> str:
        return self.text.rstrip("\n")

    def _repr_html_(self) -> str:
        return f"<pre style='font-family:monospace;line-height:1.3;word-break:normal'>{html.escape(self.text)}</pre>"


class Comparison(Answer):
    """Policies compared with one of them under the same shocks.

    ``table`` has a row for every objective and policy: means, the paired difference with its 95 % interval, the share of variance that common random numbers
    removed, dominance, tails and regret. ``results`` is what was compared.
    """

    def __init__(self, text: str, table: Table, data: Any, results: Results) -> None:
        super().__init__(text, data)
        self.table = table
        self.results = results

    def to_pandas(self) -> pandas.DataFrame:
        """The table as a pandas DataFrame."""
        return self.table.to_pandas()

    def to_polars(self) -> polars.DataFrame:
        """The table as a polars DataFrame."""
        return self.table.to_polars()

    def to_latex(self, **how: Any) -> str:
        """The table for a paper; see ``Table.to_latex``."""
        return self.table.to_latex(**how)
