"""Who is in control: concentration, withdrawal by actor, who depends on whom."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from .._autarky import UsageError
from ._compare import _bar_axes, check_name
from ._columns import by_unit_of_chance, codes, day_of, days, groups, numbers
from ._data import Row, table
from ._plot import Ask, Plot
from ._style import GREY, HATCHES, INK, PERCENT, PROVIDERS, Sheet, clean, colour, context, half_width, line, marker, sentence, tidy, wrapped

_KINDS = {
    "controller": "controls exports", "vendor": "sells accelerators", "chain": "makes parts of chips", "cloud": "foreign cloud", "host": "hosts sites",
    "model": "develops AI models", "coalition": "all other members", "operator": "largest operator at home",
}
# Kinds that name nobody: what withdraws is the thing itself.
_THINGS = {"connectivity": "Links abroad", "power": "Power from abroad", "payments": "Payments abroad", "staff": "Crews from abroad", "data": "Data kept abroad"}
_HORIZONS = (0, 30, 365)
_LEAST = 0.0005
# Bars below this part of the longest are not seen.
_SEEN = 0.005
_PARTIES = 10
_SLOT = 0.03
# Behind words on ribbons, which would be struck through else.
_PAPER = {"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 1.0}


def when(horizon: int) -> str:
    """A horizon of the withdrawal test in words."""
    return {0: "at once", 365: "after a year"}.get(horizon, f"after {horizon} days")


def _horizon(horizon: object) -> int:
    if isinstance(horizon, bool) or horizon not in _HORIZONS:
        raise UsageError(f"`horizon` is a horizon of the withdrawal test in days: 0, 30 or 365; found {horizon!r}")
    return int(str(horizon))


def _losses(ask: Ask, horizon: int) -> list[Row]:
    """Mean loss and level of every policy and party with intervals: foreign parties first, by their largest loss; operators at home after them."""
    losses, levels = (_by_party(ask, horizon, value) for value in ("loss", "level"))
    most: dict[tuple[str, str], float] = {}
    for (_, kind, actor), values in losses.items():
        most[kind, actor] = max(most.get((kind, actor), 0.0), sum(values) / len(values))
    titles = {(kind, actor): title for kind, actor, title in ask.results._results.actor_titles}
    rows: list[Row] = []
    for kind, actor in sorted(most, key=lambda party: (party[0] == "operator", -most[party])):
        for policy in ask.policies:
            lost = losses.get((policy, kind, actor))
            if lost is None:
                continue
            row = ask.head(policy) | {"actor": actor, "kind": kind, "party": _THINGS.get(kind) or titles.get((kind, actor), PROVIDERS.get(actor, actor)), "horizon": horizon, "n": len(lost)}
            rows.append(row | _mean("loss", lost) | _mean("level", levels[policy, kind, actor]))
    return rows


def _by_party(ask: Ask, horizon: int, value: str) -> dict[tuple[str, str, str], list[float]]:
    """Independent values by policy, kind and identifier of party."""
    wanted = ask.results.withdrawal.where(nation=ask.nation, policy=ask.policies)
    columns = [codes(wanted, name) for name in ("policy", "kind", "actor")]
    at = (numbers(wanted, "horizon") == horizon) & ask.averaged(numbers(wanted, "point"))
    keys = [column[at] for column, _ in columns]
    firsts, values = by_unit_of_chance(keys, *(numbers(wanted, name)[at] for name in ("point", "replication", value)))
    policy, kind, actor = ([names[column[at][first]] for first in firsts] for column, names in columns)
    return {key: each.tolist() for key, each in zip(zip(policy, kind, actor, strict=True), values, strict=True)}


def _mean(name: str, values: Sequence[float]) -> Row:
    mean, half = sum(values) / len(values), half_width(values)
    return {name: mean, f"{name}_low": None if half is None else mean - half, f"{name}_high": None if half is None else mean + half}


def _party(row: Row) -> str:
    return str(row["party"]) if row["kind"] in _THINGS else f"{row['party']} ({_KINDS.get(row['kind'], row['kind'])})"


def withdrawal(ask: Ask, horizon: int, show: str) -> Plot:
    """See ``Plots.withdrawal``."""
    check_name("thing to show", show, ("loss", "level"))
    rows = _losses(ask, _horizon(horizon))
    parties = list(dict.fromkeys((r["kind"], r["actor"]) for r in rows if r["loss"] >= _LEAST))
    if not parties:
        raise UsageError(f"no withdrawal of one party takes 0.05 % of critical service {when(horizon)} from {ask.nation_title} under these policies")
    longest = max(r["loss"] for r in rows)
    seen = list(dict.fromkeys((r["kind"], r["actor"]) for r in rows if r["loss"] >= max(_LEAST, _SEEN * longest)))
    drawn = [[r for r in rows if (r["kind"], r["actor"]) == party] for party in seen[:_PARTIES]]
    with context():
        sheet = ask.single(max(0.36 if ask.look["columns"] == 2 else 0.5, 0.1 * len(ask.policies) + 0.14) * len(drawn) + 0.5)
        _draw_withdrawal(ask, sheet, drawn, show)
        what = "Critical service lost" if show == "loss" else "Critical need still served"
        ax = sheet.axes[0]
        PERCENT.format(ax.xaxis)
        if show == "level":
            ax.set_xlim(0, 1)
        ax.set_xlabel(wrapped(f"{what} {when(horizon)} (% of critical need)", int(sheet.width * 11)))
        sheet.title(ask.title(f"{ask.nation_title}: what {'is lost' if show == 'loss' else 'remains'} {when(horizon)} when one party withdraws"))
    cut = f" Of {len(parties)} parties that take 0.05 % or more {len(drawn)} are drawn." if len(parties) > len(drawn) else ""
    caption = f"{what} {when(horizon)} of the withdrawal of one party, {ask.nation_title}: means over sample dates and runs with 95 % intervals by Student's t, which reach past 0 where few runs differ much.{cut}"
    return Plot(sheet, table(rows, horizon="day", **dict.fromkeys(("loss", "loss_low", "loss_high", "level", "level_low", "level_high"), "1")), caption)


def _draw_withdrawal(ask: Ask, sheet: Sheet, drawn: Sequence[Sequence[Row]], show: str) -> None:
    from matplotlib.patches import Patch

    ax = sheet.axes[0]
    thick = 0.8 / len(ask.policies)
    for at, rows in enumerate(drawn):
        for row in rows:
            order = ask.policies.index(row["policy"])
            place = at + (order - (len(ask.policies) - 1) / 2) * thick
            ax.barh([place], [row[show]], height=thick * 0.92, **_bar(ask, row["policy"]))
            if row[f"{show}_low"] is not None:
                ax.plot([row[f"{show}_low"], row[f"{show}_high"]], [place] * 2, color=INK, linewidth=0.9, zorder=3)
    labels = [wrapped(_party(rows[0]), 30 if sheet.width > 4 else 20, 3) for rows in drawn]
    _bar_axes(ax, list(range(len(drawn))), labels, len(drawn) - 0.45)
    if len(ask.policies) > 1:
        sheet.legend([Patch(**_bar(ask, p)) for p in ask.policies], [ask.legend(sheet, p) for p in ask.policies])


def _bar(ask: Ask, policy: str) -> dict[str, Any]:
    at = ask.at(policy)
    return {"facecolor": colour(at), "edgecolor": "white" if at % len(HATCHES) else colour(at), "hatch": HATCHES[at % len(HATCHES)], "linewidth": 0.4}


def lorenz(ask: Ask, over: str, date: str | None) -> Plot:
    """See ``Plots.lorenz``."""
    check_name("unit to count", over, ("owner", "vendor", "kind"))
    dates = sorted(set(ask.results.over_time("served", nation=ask.nation, probabilities=[0.5])["date"]))
    if date is None:
        date = dates[-1]
    if str(date) not in dates:
        raise UsageError(f"`date` is a sample date of the study, {dates[0]} to {dates[-1]}, as {dates[len(dates) // 2]}; found {date!r}")
    curves = _owner_curves(ask, str(date)) if over == "owner" else _capacity_curves(ask, str(date), over)
    if not curves:
        there = "no node network at home" if over == "owner" else "nothing installed"
        raise UsageError(f"{ask.nation_title} has {there} on {date} under these policies, so there is nothing to divide")
    rows = [
        ask.head(policy) | {"date": str(date), "over": over, "n": curve.runs, "fraction": x, "share": y, "gini": curve.gini, "effective": curve.effective}
        for policy, curve in curves.items() for x, y in curve.corners
    ]
    units = {"owner": "owners of nodes", "vendor": "vendors", "kind": "kinds of provider"}[over]
    with context():
        sheet = ask.single(3.5 if ask.look["columns"] == 2 else 2.9)
        _draw_lorenz(ask, sheet, curves)
        sheet.axes[0].set_xlabel(f"{sentence(units)}, from the smallest (%)")
        sheet.axes[0].set_ylabel(f"Part of compute {'in networks' if over == 'owner' else 'installed'} (%)")
        sheet.title(ask.title(f"{ask.nation_title}: concentration over {units}"))
    caption = (
        f"Lorenz curves over {units} with compute in {ask.nation_title}, mean over runs, {date}; G is the mean Gini coefficient, N the mean effective number of {units} "
        "(the reciprocal of the Herfindahl–Hirschman index). On the diagonal all have the same: a small G over a small N is no sign of many hands."
    )
    return Plot(sheet, table(rows, fraction="1", share="1", gini="1", effective="1"), caption)


class _Curve(NamedTuple):
    """A mean curve: over how many runs, their mean Gini and effective number of units, and its corners."""

    runs: int
    gini: float
    effective: float
    corners: list[tuple[float, float]]


def _owner_curves(ask: Ask, date: str) -> dict[str, _Curve]:
    """Mean of the recorded deciles of beneficial owners over runs that have networks at that date."""
    deciles = [f"lorenz_{d}" for d in range(10, 100, 10)]
    wanted = ask.results.series.where(nation=ask.nation, policy=ask.policies).select(["policy", "date", "gini_owner", "hhi_owner", *deciles])
    policy, names = codes(wanted, "policy")
    gini = numbers(wanted, "gini_owner")
    there = (days(wanted) == day_of(date)) & (gini == gini)
    inverse = 1 / numbers(wanted, "hhi_owner")
    shares = [numbers(wanted, name) for name in deciles]
    curves = {}
    for name in (p for p in ask.policies if p in names):
        mine = there & (policy == names.index(name))
        if mine.any():
            inner = [(d / 10, float(share[mine].mean())) for d, share in enumerate(shares, 1)]
            curves[name] = _Curve(int(mine.sum()), float(gini[mine].mean()), float(inverse[mine].mean()), [(0.0, 0.0), *inner, (1.0, 1.0)])
    return curves


def _capacity_curves(ask: Ask, date: str, over: str) -> dict[str, _Curve]:
    """Curves over vendors or kinds with something installed in the nation."""
    held: dict[str, list[list[float]]] = {}
    for policy, parts in _installed(ask, date, over):
        held.setdefault(policy, []).append(sorted(parts))
    curves = {}
    for policy in (p for p in ask.policies if p in held):
        runs = held[policy]
        # All corners of all runs: the mean of the curves is then exact, and its Gini is the mean of theirs.
        corners = sorted({k / len(parts) for parts in runs for k in range(len(parts) + 1)})
        points = [(x, sum(_curve(parts, x) for parts in runs) / len(runs)) for x in corners]
        effective = sum(sum(parts) ** 2 / sum(part**2 for part in parts) for parts in runs) / len(runs)
        curves[policy] = _Curve(len(runs), sum(_gini(parts) for parts in runs) / len(runs), effective, points)
    return curves


def _installed(ask: Ask, date: str, over: str) -> Iterator[tuple[str, list[float]]]:
    """Policy of each run, and what its units have installed on a date."""
    wanted = ask.results.capacity.where(nation=ask.nation, policy=ask.policies)
    policy, names = codes(wanted, "policy")
    amount = numbers(wanted, "installed")
    at = (days(wanted) == day_of(date)) & (amount > 0) & ask.averaged(numbers(wanted, "point"))
    run = (policy[at], numbers(wanted, "point")[at], numbers(wanted, "replication")[at])
    order, starts = groups([*run, codes(wanted, over)[0][at]])
    if not len(order):
        return
    import numpy

    parts, firsts = numpy.add.reduceat(amount[at][order], starts), order[starts]
    _, begins = groups([key[firsts] for key in run])
    for begin, mine in zip(begins, numpy.split(parts, begins[1:]), strict=True):
        yield names[run[0][firsts[begin]]], mine.tolist()


def _curve(parts: Sequence[float], x: float) -> float:
    """Part of the whole that the smallest share x holds, linear between units (Lorenz 1905); ``parts`` ascend."""
    whole = int(x * len(parts) + 1e-9)
    rest = x * len(parts) - whole
    beyond = rest * parts[whole] if whole < len(parts) and rest > 1e-9 else 0.0
    return (sum(parts[:whole]) + beyond) / sum(parts)


def _gini(parts: Sequence[float]) -> float:
    """Gini coefficient Σ s_i·(2i − n − 1)/n over ascending parts, among those present: 0 to 1 − 1/n (Gini 1912; docs/model.md, 7.19)."""
    n = len(parts)
    return sum(part * (2 * i - n - 1) for i, part in enumerate(parts, 1)) / (n * sum(parts))


def _draw_lorenz(ask: Ask, sheet: Sheet, curves: dict[str, _Curve]) -> None:
    from matplotlib.lines import Line2D

    ax = sheet.axes[0]
    ax.plot([0, 1], [0, 1], color=GREY, linewidth=0.8)
    handles, labels = [Line2D([], [], color=GREY, linewidth=0.8)], ["all have the same"]
    for policy, curve in curves.items():
        at = ask.at(policy)
        look = {"color": colour(at), "linestyle": line(at), "marker": marker(at), "markersize": 3.5}
        ax.plot([x for x, _ in curve.corners], [y for _, y in curve.corners], clip_on=False, **look)
        handles.append(Line2D([], [], **look))
        labels.append(f"G = {curve.gini:.2f}, N = {curve.effective:.1f}: {ask.legend(sheet, policy)}")
    ax.set(xlim=(0, 1), ylim=(0, 1))
    ax.set_aspect("equal")
    for axis in (ax.xaxis, ax.yaxis):
        PERCENT.format(axis)
    tidy(ax, "both")
    sheet.legend(handles, labels)


def control(ask: Ask, horizon: int) -> Plot:
    """See ``Plots.control``."""
    if len(ask.policies) != 1:
        raise UsageError("a network of control is of one policy: name it")
    rows = _serving(ask) + _supplying(ask)
    losses = [r for r in _losses(ask, _horizon(horizon)) if r["loss"] >= _LEAST]
    name = ask.policies[0]
    rows += [ask.head(name) | {"relation": "withdrawal", "source": _party(r), "target": ask.nation_title, "share": r["loss"]} for r in losses]
    if not rows:
        raise UsageError(f"nothing serves {ask.nation_title} under `{name}`, and nobody can take anything from it")
    with context():
        sheet = ask.single(4.2 if ask.look["columns"] == 2 else 5.0)
        ax = sheet.axes[0]
        ax.set_axis_off()
        ax.set(xlim=(0, 1), ylim=(0, 1))
        _draw_network(ax, rows, (ask.nation_title, when(horizon)), sheet.width > 4)
        sheet.title(ask.title(f"{ask.nation_title}: who depends on whom – {ask.titles[name]}"))
    caption = (
        f"Who serves {ask.nation_title}, whose accelerators these providers have installed in it (mean over runs and sample dates), and what the "
        f"withdrawal of each party takes of critical service {when(horizon)}, “{ask.titles[name]}”. Widths are proportional, in each half to its own scale; losses "
        "of several parties do not add up, since they may take the same."
    )
    return Plot(sheet, table(rows, share="1"), caption)


def _serving(ask: Ask) -> list[Row]:
    """Mean over dates of what each kind of provider serves, as a share of need at the reference price."""
    rows = []
    for kind, title in PROVIDERS.items():
        path = ask.results.over_time(f"served_{kind}_share", nation=ask.nation, probabilities=[0.5]).where(policy=ask.policies)
        means = [m for m in path["mean"] if m is not None]
        share = sum(means) / len(means) if means else 0.0
        if share > 0:
            rows.append(ask.head(ask.policies[0]) | {"relation": "service", "source": title, "target": ask.nation_title, "share": share})
    return rows


def _supplying(ask: Ask) -> list[Row]:
    """Part of each vendor in what a kind of provider has installed in the nation, over all runs and dates."""
    wanted = ask.results.capacity.where(nation=ask.nation, policy=ask.policies)
    (vendor_at, vendors), (kind_at, kinds), amounts = codes(wanted, "vendor"), codes(wanted, "kind"), numbers(wanted, "installed")
    installed: dict[tuple[str, str], float] = {}
    order, starts = groups([vendor_at, kind_at])
    for first, end in zip(starts, [*starts[1:], len(order)], strict=True):
        mine = amounts[order[first:end]]
        installed[vendors[vendor_at[order[first]]], kinds[kind_at[order[first]]]] = float(mine[mine > 0].sum())
    titles = {actor: title for kind, actor, title in ask.results._results.actor_titles if kind == "vendor"}
    rows = []
    for (vendor, kind), amount in installed.items():
        whole = sum(other for (_, of), other in installed.items() if of == kind)
        if amount > 0:
            rows.append(ask.head(ask.policies[0]) | {
                "relation": "hardware", "source": titles.get(vendor, vendor), "target": PROVIDERS.get(kind, kind), "share": amount / whole,
            })
    return rows


def _draw_network(ax: Any, rows: Sequence[Row], words: tuple[str, str], is_wide: bool) -> None:
    """Three columns: who can withdraw or sells hardware, who serves, the nation. Upper part: what serves; lower part: what can be lost."""
    nation, horizon = words
    service = [r for r in rows if r["relation"] == "service"]
    hardware = [r for r in rows if r["relation"] == "hardware"]
    taken = [r for r in rows if r["relation"] == "withdrawal"][:6]
    left, middle, right = (0.36, 0.6, 0.93) if is_wide else (0.36, 0.48, 0.9)
    split = 0.5 if taken and service else 0.0 if service else 0.94
    if service:
        _draw_service(ax, service, hardware, (left, middle, right, split))
    if taken:
        _draw_taken(ax, taken, (left, right, split), (horizon, is_wide))
    ax.add_patch(_box(right, 0.02, 0.02, 0.9, INK))
    ax.text(right + 0.03, 0.47, clean(nation), rotation=90, va="center", ha="left", fontweight="bold")


def _box(x: float, y: float, width: float, height: float, fill: str) -> Any:
    from matplotlib.patches import Rectangle

    return Rectangle((x, y), width, height, facecolor=fill, edgecolor="none", zorder=3)


def _ribbon(ax: Any, start: tuple[float, float, float], end: tuple[float, float, float], **look: Any) -> None:
    """A ribbon from (x, lower edge, width) to another, both ends level."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    (x0, y0, w0), (x1, y1, w1) = start, end
    half = (x0 + x1) / 2
    points = [(x0, y0), (half, y0), (half, y1), (x1, y1), (x1, y1 + w1), (half, y1 + w1), (half, y0 + w0), (x0, y0 + w0), (x0, y0)]
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    ax.add_patch(PathPatch(Path(points, codes), edgecolor="none", zorder=2, **look))


def _draw_service(ax: Any, service: Sequence[Row], hardware: Sequence[Row], place: tuple[float, float, float, float]) -> None:
    left, middle, right, split = place
    top, gap = 0.92, 0.035
    ax.text(left, 0.99, "Hardware at home by" if hardware else "", ha="right", va="top", color=GREY)
    ax.text(middle, 0.99, "Served by", ha="left", va="top", color=GREY)
    # A thin ribbon takes a slot as high as its words.
    room = top - split - 0.04 - (gap + _SLOT) * len(service)
    unit = room / sum(r["share"] for r in service)
    y, at_nation, spots = top, top, {}
    for r in service:
        tall = r["share"] * unit
        y -= tall + _SLOT / 2
        at_nation -= tall
        spots[r["source"]] = (y, tall)
        ax.add_patch(_box(middle, y, 0.015, tall, colour(0)))
        _ribbon(ax, (middle + 0.015, y, tall), (right, at_nation, tall), facecolor=colour(0), alpha=0.35)
        ax.text(middle + 0.025, y + tall / 2, f"{r['source']} {_percent(r['share'])}", ha="left", va="center", zorder=4, bbox=_PAPER)
        y -= gap + _SLOT / 2
    _draw_vendors(ax, hardware, spots, (left, middle, split))


def _percent(share: float) -> str:
    """Two digits, or whole per cent: means of few runs bear no more."""
    return f"{100 * share:.0f} %" if share >= 0.1 else f"{100 * share:.2g} %"


def _draw_vendors(ax: Any, hardware: Sequence[Row], spots: dict[str, tuple[float, float]], place: tuple[float, float, float]) -> None:
    left, middle, split = place
    flows = [(r["source"], r["target"], r["share"]) for r in hardware if r["target"] in spots]
    vendors = sorted({source for source, _, _ in flows}, key=lambda v: -sum(s * spots[t][1] for source, t, s in flows if source == v))
    used = dict.fromkeys(spots, 0.0)
    y = 0.92
    for vendor in vendors:
        mine = [(t, share * spots[t][1]) for source, t, share in flows if source == vendor]
        whole = sum(width for _, width in mine)
        slot = max(whole, 0.055)
        offset = y - (slot - whole) / 2
        ax.add_patch(_box(left, offset - whole, 0.015, whole, GREY))
        ax.text(left - 0.01, offset - whole / 2, clean(vendor), ha="right", va="center")
        for target, width in mine:
            bottom, tall = spots[target]
            used[target] += width
            offset -= width
            _ribbon(ax, (left + 0.015, offset, width), (middle, bottom + tall - used[target], width), facecolor=GREY, alpha=0.3)
        y -= slot + 0.03


def _draw_taken(ax: Any, taken: Sequence[Row], place: tuple[float, float, float], words: tuple[str, bool]) -> None:
    left, right, split = place
    horizon, is_wide = words
    slot = (split - 0.09) / len(taken)
    ax.text(left if is_wide else 0.5, split - 0.03, f"Critical service lost {horizon} if one withdraws", ha="right" if is_wide else "center", va="center", color=GREY)
    unit = 0.8 * slot / max(r["share"] for r in taken)
    for at, r in enumerate(taken):
        middle = split - 0.08 - slot * (at + 0.5)
        tall = r["share"] * unit
        ax.add_patch(_box(left, middle - tall / 2, 0.015, tall, colour(1)))
        _ribbon(ax, (left + 0.015, middle - tall / 2, tall), (right, middle - tall / 2, tall), facecolor=colour(1), alpha=0.35)
        ax.text(left - 0.01, middle, wrapped(r["source"], 44 if is_wide else 22, 2), ha="right", va="center")
        ax.text(left + 0.03, middle, f"{_percent(r['share'])}{' of critical service' if is_wide else ''}", va="center", ha="left", zorder=4, bbox=_PAPER)
