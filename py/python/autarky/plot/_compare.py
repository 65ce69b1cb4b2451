"""Policies compared: paired differences, the frontier, what drives an outcome."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .._autarky import UsageError
from .._names import suggestion
from ._data import Row, table
from ._plot import Ask, Plot
from ._style import COLOURS, GREY, INK, Scale, Sheet, clean, colour, context, marker, scale, sentence, tidy, wrapped

_BARS = 15
_LESS, _MORE = COLOURS[5], COLOURS[1]


def _docs(ask: Ask) -> dict[str, tuple[str, str]]:
    """Unit and meaning of every quantity of the study."""
    found = ask.results.summary(nation=ask.nation).select(["quantity", "unit", "doc"]).to_dicts()
    return {r["quantity"]: (r["unit"], r["doc"]) for r in found}


def _against(ask: Ask, against: str, objectives: Sequence[str]) -> list[Row]:
    """Paired differences of the policies asked for; UsageError where there is nothing to compare."""
    if len(ask.titles) < 2:
        raise UsageError("the study has one policy, and differences take two; run the scenario with its policies")
    compared = ask.results.compare(objectives=list(objectives), nation=ask.nation, against=against)
    # Where every unit is "1" the table reads the column as numbers.
    rows = [r | {"unit": str(r["unit"])} for r in compared.table.to_dicts() if r["policy"] in ask.policies and r["difference"] is not None]
    if not rows:
        raise UsageError(f"nothing to compare: of {', '.join(ask.policies)} none has a difference to `{against}` in these objectives")
    return rows


def differences(ask: Ask, objectives: Sequence[str], against: str) -> Plot:
    """See ``Plots.differences``."""
    found = _against(ask, against, objectives)
    docs = _docs(ask)
    rows = [
        {"quantity": r["quantity"], "unit": r["unit"]} | ask.head(r["policy"])
        | {"against": against, "better": r["better"], "pairs": r["pairs"], "difference": r["difference"], "low": r["low"], "high": r["high"]}
        for r in found
    ]
    groups: dict[str, list[Row]] = {}
    for r in rows:
        how = scale(r["quantity"], r["unit"], [], doc=docs[r["quantity"]][1], is_difference=True)
        groups.setdefault(how.unit, []).append(r)
    if ask.look.get("ax") is not None and len(groups) > 1:
        raise UsageError(f"one axes takes objectives of one unit; these have: {', '.join(unit or '1' for unit in groups)}")
    with context():
        lines = [_forest_lines(group, docs, 44 if ask.look["columns"] == 2 else 25) for group in groups.values()]
        heights = [_tall(each) + 0.5 for each in lines]
        ax = ask.look.get("ax")
        sheet = Sheet.on(ax) if ax is not None else Sheet.new(ask.look["columns"], (len(groups), 1), heights)
        for panel, each in zip(sheet.axes, lines, strict=True):
            _forest(ask, panel, each, docs)
        sheet.title(ask.title(f"{ask.nation_title}: difference to “{ask.titles[against]}” under the same shocks"))
    caption = (
        f"Mean paired differences to “{ask.titles[against]}”, {ask.nation_title}, with 95 % intervals, each by itself and not adjusted for how many there are; hollow "
        f"where the interval holds zero. {max(r['pairs'] for r in rows)} pairs of runs under the same shocks."
    )
    return Plot(sheet, table(rows), caption)


def _better(way: str | None) -> str:
    return f" ({way} is better)" if way else ""


def _forest_lines(rows: Sequence[Row], docs: dict[str, tuple[str, str]], width: int) -> list[tuple[str, Row | None]]:
    """What stands below each other: an objective, then its policies."""
    lines: list[tuple[str, Row | None]] = []
    for quantity in dict.fromkeys(r["quantity"] for r in rows):
        mine = [r for r in rows if r["quantity"] == quantity]
        lines.append((wrapped(f"{sentence(docs[quantity][1])}{_better(mine[0]['better'])}", width - 4, 5), None))
        lines += [(wrapped(r["title"], width, 3), r) for r in mine]
    return lines


def _tall(lines: Sequence[tuple[str, Row | None]]) -> float:
    """Height of lines in inches."""
    return sum(0.06 + 0.145 * (text.count("\n") + 1) for text, _ in lines)


def _forest(ask: Ask, ax: Any, lines: Sequence[tuple[str, Row | None]], docs: dict[str, tuple[str, str]]) -> None:
    rows = [r for _, r in lines if r is not None]
    name, values = rows[0]["quantity"], [r[k] for r in rows for k in ("low", "high")]
    how = scale(name, rows[0]["unit"], values, doc=docs[name][1], is_difference=True)
    y = 0.0
    places: list[float] = []
    for text, row in lines:
        tall = _tall([(text, row)])
        places.append(y + tall / 2)
        if row is not None:
            at = ask.at(row["policy"])
            is_clear = row["low"] > 0 or row["high"] < 0
            ax.plot([row["low"], row["high"]], [places[-1]] * 2, color=colour(at), linewidth=1.4)
            ax.plot([row["difference"]], [places[-1]], color=colour(at), marker=marker(at), markerfacecolor=colour(at) if is_clear else "white", linestyle="")
        y += tall
    ax.axvline(0, color=INK, linewidth=0.8, zorder=0.9)
    ax.set_ylim(y, 0)
    ax.set_yticks(places, [text for text, _ in lines])
    for label, (_, row) in zip(ax.get_yticklabels(), lines, strict=True):
        label.set_fontweight("bold" if row is None else "normal")
    tidy(ax, "x")
    ax.tick_params(axis="y", length=0)
    if not any(values):
        ax.set_xlim(-1 * how.divisor, how.divisor)
    how.format(ax.xaxis)
    ax.set_xlabel(how.axis("Difference"))


def frontier(ask: Ask, x: str, y: str) -> Plot:
    """See ``Plots.frontier``."""
    if x.split(":")[0] == y.split(":")[0]:
        raise UsageError(f"a frontier takes two objectives; `{x}` was named twice")
    found = ask.results.frontier(x, y, nation=ask.nation).data
    docs = _docs(ask)
    names = [o["name"] for o in found["objectives"]]
    rows = []
    for candidate in found["candidates"]:
        if candidate["name"] not in ask.policies:
            continue
        row: Row = dict(ask.head(candidate["name"]))
        for axis, mean in zip(("x", "y"), candidate["means"], strict=True):
            row |= {axis: mean["mean"], f"{axis}_low": mean["low"], f"{axis}_high": mean["high"]}
        row |= {"on_frontier": candidate["on_frontier"], "probability": candidate["probability"], "dominated_by": ", ".join(map(str, candidate["dominated_by"]))}
        rows.append(row)
    with context():
        sheet = ask.single(3.4 if ask.look["columns"] == 2 else 2.9)
        _draw_frontier(ask, sheet, rows)
        ax = sheet.axes[0]
        for axis, of, name, better in ((ax.xaxis, "x", names[0], found["objectives"][0]), (ax.yaxis, "y", names[1], found["objectives"][1])):
            unit, doc = docs[name]
            how = scale(name, unit, [r[of] for r in rows], doc=doc)
            how.format(axis)
            width = (38 if sheet.width > 4 else 30) if of == "y" else int(sheet.width * 12)
            axis.set_label_text(wrapped(how.axis(sentence(doc)) + f", {'less' if better['direction'] == 'lower' else 'more'} is better", width, 5))
        sheet.title(ask.title(f"{ask.nation_title}: policies on two objectives"))
    caption = (
        f"Means of each policy with 95 % intervals, {ask.nation_title}. Hollow: another policy of the study is better in one and no worse in the other, "
        "by means; `probability` in the data says how often a policy is on the frontier in resamples of the runs."
    )
    units = {f"{axis}{end}": docs[name][0] for axis, name in zip("xy", names, strict=True) for end in ("", "_low", "_high")}
    return Plot(sheet, table(rows, **units), caption)


def _draw_frontier(ask: Ask, sheet: Sheet, rows: Sequence[Row]) -> None:
    from matplotlib.lines import Line2D

    ax = sheet.axes[0]
    handles = []
    for order, row in enumerate(rows):
        at = ask.at(row["policy"])
        inside = colour(at) if row["on_frontier"] else "white"
        if row["x_low"] is not None and row["x_high"] is not None:
            ax.plot([row["x_low"], row["x_high"]], [row["y"]] * 2, color=colour(at), linewidth=0.8, alpha=0.7, zorder=2)
        if row["y_low"] is not None and row["y_high"] is not None:
            ax.plot([row["x"]] * 2, [row["y_low"], row["y_high"]], color=colour(at), linewidth=0.8, alpha=0.7, zorder=2)
        # Earlier markers are larger, so that of equal policies each is seen.
        size = 6 + 3.5 * (len(rows) - 1 - order) / max(len(rows) - 1, 1)
        ax.plot([row["x"]], [row["y"]], color=colour(at), marker=marker(at), markersize=size, markerfacecolor=inside, linestyle="", zorder=3 + order)
        handles.append(Line2D([], [], color=colour(at), marker=marker(at), markerfacecolor=inside, linestyle=""))
    tidy(ax, "both")
    sheet.legend(handles, [ask.legend(sheet, row["policy"]) for row in rows])


def tornado(ask: Ask, outcome: str, policy: str | None, minus: str | None, against: str) -> Plot:
    """See ``Plots.tornado``."""
    if ask.results.design is None:
        if policy is not None or minus is not None:
            raise UsageError("`policy` and `minus` go with a Saltelli or Morris sweep; here policies are compared with `against`")
        return _tornado_policies(ask, outcome, against)
    found = ask.results.sensitivity(outcome, nation=ask.nation, policy=policy, minus=minus).data
    rows = []
    columns = {"first": "first", "total": "total", "mean_absolute": "mu_star", "mean": "mu", "deviation": "sigma"}
    for axis in found["axes"]:
        row: Row = {"parameter": axis["axis"]}
        for key, name in columns.items():
            if key in axis:
                row |= {name: axis[key]["value"], f"{name}_low": axis[key]["low"], f"{name}_high": axis[key]["high"]}
        rows.append(row)
    is_sobol = "total" in rows[0]
    rows.sort(key=lambda r: -(r["total" if is_sobol else "mu_star"] or 0.0))
    unit, doc = _docs(ask).get(outcome.split(":")[0], ("", outcome))
    named = [None if name is None else ask.titles[name] for name in (policy, minus)]
    with context():
        how = Scale(1.0, "") if is_sobol else scale(outcome, unit, [r["mu_star_high"] or 0.0 for r in rows], doc=doc, is_difference=True)
        sheet = ask.single((0.36 if ask.look["columns"] == 2 else 0.5) * min(len(rows), _BARS) + 0.6)
        _draw_indices(sheet, rows[:_BARS], ("total", "first") if is_sobol else ("mu_star", "sigma"))
        how.format(sheet.axes[0].xaxis)
        sheet.axes[0].set_xlabel("Share of the variance of the outcome" if is_sobol else how.axis("Change over the whole range"))
        sheet.title(ask.title(f"{ask.nation_title}: what drives {_driven(doc, policy, minus)}"))
    measure = "Sobol indices of first and total order" if is_sobol else "mean absolute elementary effects μ* and their standard deviation σ"
    caption = f"What drives {_driven(doc, *named)}, {ask.nation_title}: {measure}, with 95 % bootstrap intervals.{_cut(len(rows))}"
    units = {} if is_sobol else {f"{n}{end}": unit for n in ("mu", "mu_star", "sigma") for end in ("", "_low", "_high")}
    return Plot(sheet, table(rows, **units), caption)


def _driven(doc: str, policy: str | None, minus: str | None) -> str:
    """The outcome in words: of which policy, less that of which."""
    if minus is not None:
        return f"the difference in {doc}, “{policy or 'base'}” less “{minus}”"
    return doc if policy is None else f"{doc}, “{policy}”"


def _cut(bars: int, of: str = "parameters") -> str:
    return f" The strongest {_BARS} of {bars} {of} are drawn." if bars > _BARS else ""


def _draw_indices(sheet: Sheet, rows: Sequence[Row], kinds: tuple[str, str]) -> None:
    """Two bars for each parameter with their intervals."""
    words = {"total": "total order", "first": "first order", "mu_star": "mean absolute effect μ*", "sigma": "standard deviation σ of effects"}
    ax = sheet.axes[0]
    handles = []
    for kind, shift, look in ((kinds[0], -0.18, {"facecolor": COLOURS[0]}), (kinds[1], 0.18, {"facecolor": "white", "hatch": "////"})):
        places = [at + shift for at in range(len(rows))]
        values = [r[kind] or 0.0 for r in rows]
        handles.append(ax.barh(places, values, height=0.34, edgecolor=COLOURS[0], linewidth=0.7, **look))
        for place, r in zip(places, rows, strict=True):
            if r[f"{kind}_low"] is not None and r[f"{kind}_high"] is not None:
                ax.plot([r[f"{kind}_low"], r[f"{kind}_high"]], [place] * 2, color=INK, linewidth=0.9)
    _bar_axes(ax, list(range(len(rows))), [clean(r["parameter"]) if sheet.width > 4 else clean(r["parameter"]).replace(".", ".\n", 2) for r in rows], len(rows) - 0.5)
    sheet.legend(handles, [words[k] for k in kinds])


def _bar_axes(ax: Any, places: Sequence[float], labels: Sequence[str], end: float) -> None:
    ax.axvline(0, color=INK, linewidth=0.8)
    ax.set_yticks(places, labels)
    ax.set_ylim(end, -0.6)
    tidy(ax, "x")
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)


def _stem(name: str) -> tuple[str, str]:
    for end in ("low", "high"):
        if name.endswith(f"_{end}"):
            return name[: -len(end) - 1], end
    return name, ""


def _tornado_policies(ask: Ask, outcome: str, against: str) -> Plot:
    found = _against(ask, against, [outcome])
    name, unit = found[0]["quantity"], found[0]["unit"]
    strength: dict[str, float] = {}
    for r in found:
        stem = _stem(r["policy"])[0]
        strength[stem] = max(strength.get(stem, 0.0), abs(r["difference"]))
    order = sorted(strength, key=lambda stem: -strength[stem])
    rows: list[Row] = [
        {"assumption": stem, "end": end} | ask.head(r["policy"]) | {"difference": r["difference"], "low": r["low"], "high": r["high"], "pairs": r["pairs"]}
        for stem in order for end in ("low", "high", "") for r in found if _stem(r["policy"]) == (stem, end)
    ]
    doc = _docs(ask)[name][1]
    with context():
        drawn = [r for r in rows if r["assumption"] in order[:_BARS]]
        how = scale(name, unit, [r[k] or 0.0 for r in drawn for k in ("difference", "low", "high")], doc=doc, is_difference=True)
        sheet = ask.single((0.2 if ask.look["columns"] == 2 else 0.33) * len(drawn) + 0.06 * len(order[:_BARS]) + 0.6)
        _draw_ends(sheet, drawn)
        how.format(sheet.axes[0].xaxis)
        sheet.axes[0].set_xlabel(how.axis("Paired difference"))
        sheet.title(ask.title(f"{ask.nation_title}: what drives {doc}"))
    caption = f"Paired difference of {doc} to “{ask.titles[against]}”, {ask.nation_title}, one assumption at a time, with 95 % intervals.{_cut(len(order), 'assumptions')}"
    return Plot(sheet, table(rows, difference=unit, low=unit, high=unit), caption)


def _draw_ends(sheet: Sheet, rows: Sequence[Row]) -> None:
    """A bar for each end of each assumption, the ends of one assumption next to each other."""
    from matplotlib.patches import Patch

    looks: dict[str, Any] = {"low": {"facecolor": _LESS, "hatch": "////"}, "high": {"facecolor": _MORE}, "": {"facecolor": "#c8c8c8", "hatch": "...."}}
    words = {"low": "low end of the assumption", "high": "high end", "": "another assumption"}
    ax = sheet.axes[0]
    place = 0.0
    places: list[float] = []
    for before, row in zip([None, *rows], rows, strict=False):
        if before is not None:
            place += 1.0 if before["assumption"] == row["assumption"] else 1.35
        places.append(place)
        ax.barh([place], [row["difference"]], height=0.9, edgecolor=GREY, linewidth=0.5, **looks[row["end"]])
        if row["low"] is not None and row["high"] is not None:
            ax.plot([row["low"], row["high"]], [place] * 2, color=INK, linewidth=0.9)
    width = 46 if sheet.width > 4 else 24
    _bar_axes(ax, places, [wrapped(r["title"], width, 1 if sheet.width > 4 else 2) for r in rows], place + 0.7)
    if all(not r["difference"] for r in rows):
        ax.set_xlim(-0.01, 0.01)
    ends = [end for end in looks if any(r["end"] == end for r in rows)]
    if ends != [""]:
        sheet.legend([Patch(edgecolor=GREY, linewidth=0.5, **looks[end]) for end in ends], [words[end] for end in ends])


def check_name(kind: str, name: str, known: Sequence[str]) -> str:
    """The name, if it is one of those known; else UsageError with them and a suggestion."""
    if name not in known:
        raise UsageError(f"there is no {kind} `{name}`; there are: {', '.join(known)}{suggestion(str(name), known)}")
    return name
