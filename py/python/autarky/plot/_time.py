"""What happens over time: fan charts, who serves, time to recovery."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .._autarky import UsageError
from ._columns import codes, date_of_day, day_of, days, groups, numbers
from ._data import Row, table
from ._events import Mark
from ._events import marks as marks_of
from ._plot import Ask, Plot
from ._style import (
    AREAS,
    GREY,
    INK,
    PERCENT,
    PROVIDERS,
    TEXT,
    Sheet,
    colour,
    context,
    dates,
    is_share,
    line,
    mark,
    marker,
    scale,
    sentence,
    tidy,
    wrapped,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
_FAN = tuple(f"q{q}" for q in _QUANTILES)
_MARKERS = 6
# With fewer values the quantiles of 5 and 95 % lie between the outermost two.
_FEW = 20


def _day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def _series(ask: Ask, name: str) -> tuple[str, str]:
    """Unit and meaning of a series that the compiled module knows."""
    for column, unit, doc in ask.results._results.series_columns:
        if column == name:
            return unit, doc
        if name == f"{column}_share":
            return "1", f"{doc}, over need at the reference price"
    return "", name


def fan(ask: Ask, series: str) -> Plot:
    """See ``Plots.fan``."""
    found = ask.results.over_time(series, nation=ask.nation, probabilities=_QUANTILES).where(policy=ask.policies).to_dicts()
    rows = [ask.head(r["policy"]) | {"date": _day(r["date"])} | {k: r[k] for k in ("n", "mean", *_FAN)} for r in found if r["q0.5"] is not None]
    if not rows:
        raise UsageError(f"the series `{series}` is defined at no date in {ask.nation_title} under these policies")
    unit, doc = _series(ask, series)
    how = scale(series, unit, [r[q] for r in rows for q in _FAN], doc=doc)
    label = sentence(doc)
    with context():
        names = [p for p in ask.policies if any(r["policy"] == p for r in rows)]
        sheet, panels = ask.panels(names, 2.2)
        base = [r for r in rows if r["policy"] == names[0]]
        for name, ax in panels.items():
            _draw_fan(ax, [r for r in rows if r["policy"] == name], ask.at(name))
            if sheet.is_own and name != names[0]:
                ax.plot([r["date"] for r in base], [r["q0.5"] for r in base], color=GREY, linestyle=(0, (4, 2)), linewidth=1.0)
        sheet.title(ask.title(f"{ask.nation_title}: {doc}"))
        named = sheet.is_own and ask.look.get("title") != ""
        _time_axes(ask, sheet, panels, (how.unit if named else "") or how.axis(label))
        for ax in sheet.axes:
            how.format(ax.yaxis)
        _fan_legend(ask, sheet, names)
    what = "draws" if ask.results.design is not None else "replications"
    caption = f"{label}, {ask.nation_title}: median, and the middle 50 % and 90 % {_of_how_many(rows, what)}; each date is the end of its sample period."
    units = dict.fromkeys(("mean", *_FAN), unit)
    return Plot(sheet, table(rows, **units), caption)


def _of_how_many(rows: Sequence[Row], what: str) -> str:
    """How many values quantiles are of, which is what bands rest on."""
    least, most = min(r["n"] for r in rows), max(r["n"] for r in rows)
    count = f"{least}" if least == most else f"{least} to {most}"
    return f"of {count} {what}" + (", so few that the outer band reaches to about the outermost of them" if least < _FEW else "")


def _draw_fan(ax: Any, rows: Sequence[Row], at: int) -> None:
    at_days = [r["date"] for r in rows]
    for low, high, alpha in (("q0.05", "q0.95", 0.18), ("q0.25", "q0.75", 0.32)):
        ax.fill_between(at_days, [r[low] for r in rows], [r[high] for r in rows], color=colour(at), alpha=alpha, linewidth=0)
    every = max(1, -(-len(rows) // _MARKERS))
    ax.plot(at_days, [r["q0.5"] for r in rows], color=colour(at), linestyle=line(at), marker=marker(at), markevery=(every // 2, every))


def _time_axes(ask: Ask, sheet: Sheet, panels: Mapping[str, Any], label: str) -> None:
    for ax in sheet.axes:
        tidy(ax, "y")
        dates(ax.xaxis)
        bottom, top = ax.get_ylim()
        if bottom > 0:
            ax.set_ylim(0, top)
    if sheet.is_own and len(sheet.axes) > 1:
        sheet.figure.supylabel(wrapped(label, 32), fontsize=TEXT)
    else:
        sheet.axes[0].set_ylabel(wrapped(label, 32))
    of = marks_of(ask.results, ask.nation, list(panels))
    mark(sheet.axes, [_words(of, [name for name, panel in panels.items() if panel is ax]) for ax in sheet.axes])


def _words(of: Mapping[str, Sequence[Mark]], policies: Sequence[str]) -> list[tuple[float, str]]:
    """Marks of the policies of one panel; one that does not hold for all of them names those for which it does."""
    holders: dict[tuple[float, str], list[str]] = {}
    for policy in policies:
        for each in of[policy]:
            holders.setdefault((each.day, each.label), []).append(policy)
    return [(day, label if len(mine) == len(policies) else f"{label} ({', '.join(mine)})") for (day, label), mine in sorted(holders.items())]


def _fan_legend(ask: Ask, sheet: Sheet, names: Sequence[str]) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    def median(name: str) -> Any:
        at = ask.at(name)
        return Line2D([], [], color=colour(at), linestyle=line(at), marker=marker(at))

    if not sheet.is_own:
        if len(names) > 1:
            sheet.legend([median(n) for n in names], [ask.legend(sheet, n) for n in names])
        return
    first = ask.at(names[0])
    bands = [Patch(color=colour(first), alpha=0.5, linewidth=0), Patch(color=colour(first), alpha=0.18, linewidth=0)]
    handles, labels = [median(names[0]), *bands], ["median", "middle 50 %", "middle 90 %"]
    if len(names) > 1:
        handles.append(Line2D([], [], color=GREY, linestyle=(0, (4, 2)), linewidth=1.0))
        labels.append(f"median of “{ask.titles[names[0]]}”")
    sheet.legend(handles, labels)


def supply_mix(ask: Ask) -> Plot:
    """See ``Plots.supply_mix``."""
    if ask.look.get("ax") is not None and len(ask.policies) > 1:
        raise UsageError("one axes takes the mix of one policy: name it, `supply_mix(\"base\", ax=ax)`")
    rows = _mix_rows(ask)
    with context():
        sheet, panels = ask.panels(ask.policies, 2.3)
        for name, ax in panels.items():
            _draw_mix(ax, [r for r in rows if r["policy"] == name])
        # Panels have one scale: that of the tallest.
        tallest = max([1.0, *_heights(rows)])
        sheet.axes[0].set_ylim(0, 1.06 * tallest)
        sheet.title(ask.title(f"{ask.nation_title}: who serves, mean over runs"))
        _time_axes(ask, sheet, panels, "% of need at the reference price")
        for ax in sheet.axes:
            PERCENT.format(ax.yaxis)
        _mix_legend(sheet, rows)
    caption = (
        f"Compute served by kind of provider, and need at the reference price that is not served, {ask.nation_title}: means over runs. Cheap compute can serve more "
        "than the need at the reference price (dashed line) while some of that need is still unserved."
    )
    return Plot(sheet, table(rows, share="1"), caption)


def _mix_rows(ask: Ask) -> list[Row]:
    known = {name for name, _, _ in ask.results._results.series_columns}
    sources = [(kind, f"served_{kind}_share") for kind in PROVIDERS if f"served_{kind}" in known] + [("unserved", "unserved")]
    rows: list[Row] = []
    for kind, series in sources:
        path = ask.results.over_time(series, nation=ask.nation, probabilities=[0.5]).where(policy=ask.policies).to_dicts()
        if kind == "unserved" or any(r["mean"] for r in path):
            rows += [ask.head(r["policy"]) | {"date": _day(r["date"]), "kind": kind, "share": r["mean"] or 0.0} for r in path]
    if len({r["date"] for r in rows}) < 2:
        raise UsageError("a mix over time needs two sample dates; lengthen `horizon.years` or shorten `horizon.sample`")
    return rows


def _draw_mix(ax: Any, rows: Sequence[Row]) -> None:
    at = sorted({r["date"] for r in rows})
    below = [0.0] * len(at)
    for kind in [*PROVIDERS, "unserved"]:
        share = {r["date"]: r["share"] for r in rows if r["kind"] == kind}
        if not share:
            continue
        above = [b + share.get(day, 0.0) for b, day in zip(below, at, strict=True)]
        ax.fill_between(at, below, above, **_area(kind))
        below = above
    ax.axhline(1.0, color=INK, linestyle=(0, (5, 2)), linewidth=1.0)
    ax.set_xlim(at[0], at[-1])


def _heights(rows: Iterable[Row]) -> Iterable[float]:
    """How tall the stack of each policy and date is."""
    sums: dict[tuple[str, datetime.date], float] = {}
    for r in rows:
        sums[r["policy"], r["date"]] = sums.get((r["policy"], r["date"]), 0.0) + r["share"]
    return sums.values()


def _area(kind: str) -> dict[str, Any]:
    if kind == "unserved":
        return {"facecolor": "white", "edgecolor": GREY, "hatch": "//////", "linewidth": 0.4}
    return {"facecolor": AREAS[kind], "edgecolor": "white", "linewidth": 0.6}


def _mix_legend(sheet: Sheet, rows: Iterable[Row]) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    kinds = [k for k in [*PROVIDERS, "unserved"] if any(r["kind"] == k for r in rows)]
    handles: list[Any] = [Patch(**_area(kind)) for kind in kinds]
    labels = [PROVIDERS.get(kind, "Not served") for kind in kinds]
    handles.append(Line2D([], [], color=INK, linestyle=(0, (5, 2)), linewidth=1.0))
    sheet.legend(handles, [*labels, "Need at the reference price"])


def recovery(ask: Ask, series: str, level: float, after: str | datetime.date | None) -> Plot:
    """See ``Plots.recovery``."""
    unit, doc = _series(ask, series)
    ask.results.over_time(series, nation=ask.nation, probabilities=[0.5])
    if not is_share(series, unit, doc):
        raise UsageError(f"`series` is a share that falls and comes back, as critical_served_share; `{series}` is in {unit or 'no unit'}")
    if isinstance(level, bool) or not isinstance(level, (int, float)) or not 0 < level <= 10:
        raise UsageError(f"`level` is a share above 0 and up to 10, as 0.9; found {level!r}")
    of = marks_of(ask.results, ask.nation, ask.policies)
    event, why = _event(of, after)
    rows = _recoveries(ask, series, level, event)
    with context():
        sheet = ask.single(2.6)
        ax = sheet.axes[0]
        _draw_recoveries(ask, sheet, rows)
        PERCENT.format(ax.yaxis)
        ax.set_ylim(0, 1.04)
        tidy(ax, "y")
        ax.set_xlabel(f"Time since {why} (days)")
        ax.set_ylabel(f"Runs back at {100 * level:.6g} % or more\n(% of runs)")
        sheet.title(ask.title(f"{ask.nation_title}: time to recovery after {why}"))
        begin = day_of(event.isoformat())
        mark(sheet.axes, [[(round(day) - begin, label) for day, label in _words(of, ask.policies) if round(day) > begin]])
    dated = why if why == event.isoformat() else f"{why} ({event.isoformat()})"
    low = sum(r["below_before"] for r in rows)
    caption = (
        f"Time from {dated} until {doc} is back at {100 * level:.6g} % for the first time, {ask.nation_title}: share of runs that are back, at sample dates. Runs that "
        "never fell below count at zero; what is missing to 100 % had not come back by the end of the run."
    ) + (f" {low} of {len(rows)} runs were below before already." if low else "")
    return Plot(sheet, table(rows, days="day", observed="day", lowest="1"), caption)


def _event(of: Mapping[str, Sequence[Mark]], after: str | datetime.date | None) -> tuple[datetime.date, str]:
    """The date that is meant and what it is called: the words of a marked event, else the date."""
    found = sorted({each for marks in of.values() for each in marks})
    if after is None:
        starts = [each for each in found if each.is_start]
        if not starts:
            raise UsageError('the scenario dates no event that starts here under these policies; say when: after="2028-01-01"')
        return date_of_day(round(starts[0].day)), f"“{starts[0].label}”"
    if isinstance(after, datetime.datetime):
        after = after.date()
    if isinstance(after, str):
        try:
            after = _day(after)
        except ValueError:
            raise UsageError(f'`after` is a date, as "2028-01-01"; found {after!r}') from None
    if not isinstance(after, datetime.date):
        raise UsageError(f'`after` is a date, as "2028-01-01"; found {after!r}')
    named = [each.label for each in found if date_of_day(round(each.day)) == after]
    return after, f"“{named[0]}”" if named else after.isoformat()


def _recoveries(ask: Ask, series: str, level: float, event: datetime.date) -> list[Row]:
    """A row for every run: whether it fell below the level after the event, whether it came back, and the days until then (until the last sample if not)."""
    recorded = ask.results.series
    if series.endswith("_share") and series not in recorded.columns:
        raise UsageError(f"`{series}` is a ratio of two series; take one that is recorded, as critical_served_share or served_share")
    wanted = recorded.where(nation=ask.nation, policy=ask.policies).select(["policy", "point", "replication", "date", series])
    policy, names = codes(wanted, "policy")
    point, replication, day, value = numbers(wanted, "point"), numbers(wanted, "replication"), days(wanted), numbers(wanted, series)
    begin = day_of(event.isoformat())
    if not (day > begin).any():
        last = date_of_day(max(day)).isoformat() if len(day) else "none"
        raise UsageError(f"no sample date lies after {event.isoformat()}; the last one is {last}")
    kept = (value == value) & ask.averaged(point)
    policy, point, replication, day, value = (column[kept] for column in (policy, point, replication, day, value))
    order, starts = groups((policy, point, replication), then=day)
    rows = []
    for first, end in zip(starts, [*starts[1:], len(order)], strict=True):
        mine = order[first:end]
        path = _path(day[mine] - begin, value[mine], level)
        if path is not None:
            at = mine[0]
            rows.append(ask.head(names[policy[at]]) | {"point": int(point[at]), "replication": int(replication[at])} | path)
    places = {name: at for at, name in enumerate(ask.policies)}
    return sorted(rows, key=lambda r: (places[r["policy"]], r["point"], r["replication"]))


def _path(day: Any, value: Any, level: float) -> Row | None:
    """What one run did, by days from the event; None without a sample after it."""
    later = day > 0
    if not later.any():
        return None
    before, days_after, after = value[~later], day[later], value[later]
    low = after < level
    fell, first = bool(low.any()), int(low.argmax())
    again = after[first:] >= level
    is_back = bool(again.any())
    at = first + int(again.argmax()) if is_back else -1
    return {
        "fell": fell, "recovered": is_back or not fell, "days": int(days_after[at]) if fell else 0, "observed": int(days_after[-1]), "lowest": float(after.min()),
        "below_before": bool(len(before) and before[-1] < level),
    }


def _draw_recoveries(ask: Ask, sheet: Sheet, rows: Sequence[Row]) -> None:
    from matplotlib.lines import Line2D

    ax = sheet.axes[0]
    end = max(r["observed"] for r in rows)
    handles, labels = [], []
    for name in ask.policies:
        mine = [r for r in rows if r["policy"] == name]
        if not mine:
            continue
        at = ask.at(name)
        back = sorted(r["days"] for r in mine if r["recovered"])
        steps = [0, *back, end]
        shares = [0.0, *((k + 1) / len(mine) for k in range(len(back))), len(back) / len(mine)]
        # Runs that never fell are back at once: the line starts at their share.
        start = sum(day == 0 for day in back)
        ax.step(steps[start:], shares[start:], where="post", color=colour(at), linestyle=line(at))
        ax.plot([end], [shares[-1]], color=colour(at), marker=marker(at), clip_on=False, markerfacecolor="white" if shares[-1] < 1 else colour(at))
        lost = len(mine) - len(back)
        handles.append(Line2D([], [], color=colour(at), linestyle=line(at), marker=marker(at), markerfacecolor="white" if lost else colour(at)))
        labels.append(f"{ask.legend(sheet, name)}: {100 * lost / len(mine):.0f} % not back")
    ax.set_xlim(0, end)
    sheet.legend(handles, labels)
