"""Numbers of a study as words and small tables, for the notebooks beside this file.

It computes nothing: means, paired differences and intervals are those of ``Results.summary`` and ``Results.compare``. Intervals are of 95 %, each by itself: of
twenty differences that are nothing, one is expected to look clear.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import pandas as pd
from IPython.display import Markdown, display

#: What a quantity is shown in: factor and digits after the point.
UNITS = {
    "points": (100.0, 1), "%": (100.0, 1), "million USD": (1e-6, 0), "years": (1.0, 2), "days": (1.0, 0), "USD/H100eh": (1.0, 2), "": (1.0, 2),
}
#: So many more digits are shown where the ends of an interval would look the same.
MORE_DIGITS = 3


def say(text: str) -> None:
    """Show text that was made from numbers of the run."""
    display(Markdown(text))


class Gap(NamedTuple):
    """A paired difference with its 95 % interval, in a unit of ``UNITS``; as text it says where the interval holds zero."""

    difference: float
    low: float
    high: float
    pairs: int
    unit: str

    @property
    def clear(self) -> bool:
        """Whether the interval leaves zero out."""
        return self.low > 0 or self.high < 0

    def texts(self) -> tuple[str, str]:
        """The difference, and its interval on one line; with digits enough to tell the three numbers apart, and the ends from zero where it is left out."""
        for more in range(MORE_DIGITS + 1):
            difference, low, high = (number(x, self.unit, "+", more) for x in (self.difference, self.low, self.high))
            is_told = len({difference, low, high}) == 3 or self.low == self.high
            if is_told and not (self.clear and "0" in (low.strip("0.") or "0", high.strip("0.") or "0")):
                break
        return difference, f"{low} to {high}".replace(" ", "\N{NO-BREAK SPACE}")

    def __format__(self, _: str) -> str:
        if self.low == self.high == 0:
            return f"nothing (n = {self.pairs})"
        difference, interval = self.texts()
        return f"{difference} {self.unit}".rstrip() + f" ({interval}; n = {self.pairs}{'' if self.clear else ', unclear'})"


def number(value: float | None, unit: str, sign: str = "", more: int = 0) -> str:
    """A number that is already in ``unit``, with the digits of that unit and ``more``; what rounds to nothing has no sign."""
    if value is None or value != value:
        return "–"
    text = f"{value:{sign},.{UNITS[unit][1] + more}f}"
    return (text if any(c in "123456789" for c in text) else text.lstrip("+-")).replace("-", "−")


def mean(results: Any, quantity: str, policy: str = "base", *, unit: str = "%", nation: str | None = None) -> str:
    """The mean of a quantity under a policy, as text with its unit."""
    value = _mean(results, quantity, policy, nation)
    shown = None if value is None else value * UNITS[unit][0]
    least = 10.0 ** -UNITS[unit][1]
    # What is little is not nothing.
    text = f"<{number(least, unit)}" if shown is not None and 0 < shown < least / 2 else number(shown, unit)
    return f"{text} {unit}".rstrip()


def _mean(results: Any, quantity: str, policy: str, nation: str | None) -> float | None:
    found: float | None = results.summary(quantity, policies=policy, nation=nation or results.nations[0]).to_dicts()[0]["mean"]
    return found


def gap(results: Any, quantity: str, policy: str, against: str = "base", *, unit: str = "points", nation: str | None = None) -> Gap:
    """The paired difference of a quantity between two policies."""
    # A difference is the same whichever way is better; without a way named, quantities that are neither good nor bad are refused.
    row = results.compare(policy, against, objectives=f"{quantity}:lower", nation=nation).table.to_dicts()[0]
    factor = UNITS[unit][0]
    difference, low, high = (float("nan") if row[c] is None else row[c] * factor for c in ("difference", "low", "high"))
    return Gap(difference, low, high, row["pairs"], unit)


def best(results: Any, quantity: str, *, highest: bool, policies: Iterable[str] | None = None, nation: str | None = None) -> tuple[str, list[str]]:
    """The policy with the highest or lowest mean, and those that its paired differences do not tell it apart from."""
    names = list(results.policies if policies is None else policies)
    values = {p: value for p in names if (value := _mean(results, quantity, p, nation)) is not None}
    first = (max if highest else min)(values, key=lambda p: values[p])
    return first, [p for p in values if p != first and not gap(results, quantity, p, first, unit="", nation=nation).clear]


def means(results: Any, columns: dict[str, tuple[str, str]], *, nation: str | None = None) -> pd.DataFrame:
    """A row a policy, a column for each heading: ``{"unserved, %": ("unserved", "%")}``. The nation stands in the corner."""
    rows = {p: {head: mean(results, q, p, unit=u, nation=nation).removesuffix(u).strip() for head, (q, u) in columns.items()} for p in results.policies}
    return _named(pd.DataFrame(rows).T, results, nation)


def gaps(results: Any, columns: dict[str, tuple[str, str]], against: str = "base", *, nation: str | None = None) -> pd.DataFrame:
    """Paired differences to a policy with 95 % intervals, those of shares in percentage points; one whose interval holds zero is called unclear."""
    rows = {}
    for policy in results.policies:
        if policy != against:
            rows[policy] = {_points(head): _interval(gap(results, q, policy, against, unit=u, nation=nation)) for head, (q, u) in columns.items()}
    return _named(pd.DataFrame(rows).T, results, nation)


def _named(frame: pd.DataFrame, results: Any, nation: str | None) -> pd.DataFrame:
    frame.columns.name = nation or results.nations[0]
    return frame


def _points(head: str) -> str:
    """The heading of a share over differences of it."""
    return head.replace(", % of", ", points of") if ", % of" in head else head.removesuffix("%") + "points" if head.endswith("%") else head


def _interval(g: Gap) -> str:
    if g.low == g.high == 0:
        return "none"
    difference, interval = g.texts()
    return f"{difference} ({interval})" + ("" if g.clear else " unclear")


def flipped(scenario: Any, flip: dict[str, Any]) -> Any:
    """The scenario with what one entry of its ``about["flips"]`` or ``about["tried"]`` sets."""
    return scenario.with_({change["path"]: change["value"] for change in flip["set"]})


def setting(flip: dict[str, Any]) -> str:
    """What such an entry sets, and what the scenario's authors found by it, with more replications than here."""
    return "With " + ", ".join(f"`{change['path']} = {change['value']}`" for change in flip["set"]) + f"\n\n> *As published with the scenario:* {flip['text']}\n\nHere "


def limits(scenario: Any) -> None:
    """What the scenario leaves out, in its own words."""
    say("**What the model leaves out here**\n\n" + "\n".join(f"- {text}" for text in scenario.about["limits"]))
