"""What a plot is, and what every plot is asked with."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .. import _autarky
from .._autarky import StorageError, UsageError
from .._names import suggestion
from .._table import Table, need
from ._style import WIDTHS, Sheet, context, wrapped

if TYPE_CHECKING:
    from .._results import Results

    Names = str | Iterable[str] | None


class Plot:
    """A plot, and its data.

    Attributes
    ----------
    figure : matplotlib Figure; the user's own where ``ax`` was given. It is no figure of pyplot, so none stays open.
    axes : tuple of the Axes that were drawn in.
    data : Table of what is drawn, unrounded, in the units of the results: shares from 0 to 1, money in USD, compute in H100e.
    caption : what lines, bands and markers are, as a caption of a paper says it.
    """

    def __init__(self, sheet: Sheet, data: Table, caption: str) -> None:
        self.figure = sheet.figure
        self.axes = tuple(sheet.axes)
        self.data = data
        self.caption = caption
        self._is_own = sheet.is_own

    def save(self, path: str | os.PathLike[str], *, dpi: float = 300) -> str:
        """Write the figure in the format that the name ends in: .pdf, .svg, .png and what else matplotlib writes.

        Fonts are inside of PDF and SVG. ``dpi`` is the resolution of pictures made of dots, 30 to 2400. Equal plots give equal bytes with one version of
        matplotlib. Returns the path. UsageError for a format or resolution that cannot be written, StorageError if the file cannot.
        """
        target = os.fspath(path)
        ending = os.path.splitext(target)[1].lstrip(".").lower()
        known = self.figure.canvas.get_supported_filetypes()
        if ending not in known:
            raise UsageError(f"cannot tell a format from `{target}`; the name ends in one of: {', '.join(sorted(known))}{suggestion(ending, known)}")
        if isinstance(dpi, bool) or not isinstance(dpi, (int, float)) or not 30 <= dpi <= 2400:
            raise UsageError(f"`dpi` is from 30 to 2400; found {dpi!r}")
        no_date = {"pdf": {"CreationDate": None}, "svg": {"Date": None}, "svgz": {"Date": None}}
        try:
            with context():
                self.figure.savefig(target, dpi=dpi, metadata=no_date.get(ending))
        except OSError as error:
            raise StorageError(f"cannot write `{target}`: {error}") from error
        return target

    def _repr_png_(self) -> bytes | None:
        """The picture for a notebook; nothing where the axes are the user's, whose figure is shown anyway."""
        if not self._is_own:
            return None
        out = io.BytesIO()
        with context():
            self.figure.savefig(out, format="png")
        return out.getvalue()

    def __repr__(self) -> str:
        return f"{self.caption}\n{self.data!r}"


@dataclass(frozen=True)
class Ask:
    """What every plot is asked with, checked: names are of the study, ``policies`` in its order, with titles."""

    results: Results
    nation: str
    nation_title: str
    policies: list[str]
    titles: dict[str, str]
    look: dict[str, Any]

    @staticmethod
    def of(results: Results, nation: str | None, policies: Names, **look: Any) -> Ask:
        """Check names and looks; UsageError with what there is."""
        columns = look.setdefault("columns", 2)
        if columns not in WIDTHS:
            raise UsageError(f"`columns` is 1 or 2, the columns of a journal over which the figure goes; found {columns!r}")
        nations = dict(results._results.nation_titles)
        place = results.nations[0] if nation is None else nation
        if place not in nations:
            # The compiled module says what is meant; where it has more to say first, that a nation is unknown is said here.
            results.compare(objectives=["served_share"], nation=str(place))
            raise UsageError(f"the study has no nation `{place}`")
        titles = _distinct(results._results.policy_titles)
        wanted = list(titles) if policies is None else [policies] if isinstance(policies, str) else list(policies)
        for name in wanted:
            if name not in titles:
                raise UsageError(f"the study has no policy `{name}`{suggestion(str(name), titles)}")
        if not wanted:
            raise UsageError(f"`policies` is empty; the study has: {', '.join(titles)}")
        return Ask(results, place, nations[place], [name for name in titles if name in wanted], titles, look)

    def at(self, policy: str) -> int:
        """Position of a policy in the study, for its colour: the same in every plot."""
        return list(self.titles).index(policy)

    def title(self, text: str) -> str:
        """The title that the user gave, or else this one."""
        given = self.look.get("title")
        return text if given is None else str(given)

    def legend(self, sheet: Sheet, policy: str) -> str:
        """What a legend calls a policy: its title; its short name in the user's axes, where there is little room."""
        return self.titles[policy] if sheet.is_own else policy

    def head(self, row: str) -> dict[str, str]:
        """The first columns of a row of data."""
        return {"policy": row, "title": self.titles[row]}

    def panels(self, names: Sequence[str], height: float) -> tuple[Sheet, dict[str, Any]]:
        """A panel for each policy with axes in common, and their titles; or all in the user's axes."""
        ax = self.look.get("ax")
        if ax is not None:
            return Sheet.on(ax), dict.fromkeys(names, ax)
        columns: int = self.look["columns"]
        across = min(len(names), 3 if columns == 2 else 1)
        if len(names) == 4 and columns == 2:
            across = 2
        down = -(-len(names) // across)
        titles = [wrapped(self.titles[name], int(WIDTHS[columns] / across * 13.4)) for name in names] if len(names) > 1 else [""]
        tall = height + 0.15 * max(title.count("\n") + bool(title) for title in titles)
        sheet = Sheet.new(columns, (down, across), [tall] * down, sharex=True, sharey=True)
        for spare in sheet.axes[len(names):]:
            spare.remove()
        sheet.axes = sheet.axes[: len(names)]
        for ax in sheet.axes[max(len(names) - across, 0):]:
            ax.tick_params(labelbottom=True)
        for panel, title in zip(sheet.axes, titles, strict=True):
            panel.set_title(title, loc="left")
        return sheet, dict(zip(names, sheet.axes, strict=True))

    def single(self, height: float) -> Sheet:
        """One panel, or the user's axes."""
        ax = self.look.get("ax")
        return Sheet.on(ax) if ax is not None else Sheet.new(self.look["columns"], (1, 1), [height])

    def averaged(self, point: Any) -> Any:
        """Of an array of points, which an average is over: all that are draws. UsageError where they were chosen."""
        return need("numpy", "plot").isin(point, _autarky.averaged(self.results._results, None))


def _distinct(titles: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Titles by name; where an earlier policy has the title, as in sweeps whose arms change one policy, with the name behind it."""
    found: dict[str, str] = {}
    for name, title in titles:
        found[name] = f"{title} ({name})" if title in found.values() else title
    return found
