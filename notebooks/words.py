"""Numbers of a study as words and small tables, for the notebooks beside this file.

It computes nothing: means, paired differences and intervals are those of ``Results.summary`` and ``Results.compare``.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import pandas as pd
from IPython.display import Markdown, display

#: What a quantity is shown in: factor and digits after the point.
UNITS = {"points": (100.0, 1), "%": (100.0, 1), "million USD": (1e-6, 0), "years": (1.0, 2), "days": (1.0, 0), "": (1.0, 2)}


def say(text: str) -> None:
    """Show text that was made from numbers of the run."""
    display(Markdown(text))


class Gap(NamedTuple):
    """A paired difference with its 95 % interval, in a unit of ``UNITS``."""

    difference: float
    low: float
    high: float
    pairs: int
    unit: str

    @property
    def clear(self) -> bool:
        """Whether the interval leaves zero out."""
        return self.low > 0 or self.high < 0

    def __format__(self, _: str) -> str:
        return f"{number(self.difference, self.unit, '+')} {self.unit} ({number(self.low, self.unit, '+')} to {number(self.high, self.unit, '+')}; n = {self.pairs})"


def number(value: float | None, unit: str, sign: str = "") -> str:
    """A number that is already in ``unit``, with the digits of that unit."""
    if value is None or value != value:
        return "–"
    text = f"{value:{sign},.{UNITS[unit][1]}f}"
    return text.replace("-", "−")


def mean(results: Any, quantity: str, policy: str = "base", *, unit: str = "%", nation: str | None = None) -> str:
    """The mean of a quantity under a policy, as text with its unit."""
    row = results.summary(quantity, policies=policy, nation=nation or results.nations[0]).to_dicts()[0]
    value = None if row["mean"] is None else row["mean"] * UNITS[unit][0]
    return f"{number(value, unit)} {unit}".rstrip()


def gap(results: Any, quantity: str, policy: str, against: str = "base", *, unit: str = "points", nation: str | None = None) -> Gap:
    """The paired difference of a quantity between two policies."""
    # A difference is the same whichever way is better; without a way named, quantities that are neither good nor bad are refused.
    row = results.compare(policy, against, objectives=f"{quantity}:lower", nation=nation).table.to_dicts()[0]
    factor = UNITS[unit][0]
    difference, low, high = (float("nan") if row[c] is None else row[c] * factor for c in ("difference", "low", "high"))
    return Gap(difference, low, high, row["pairs"], unit)


def means(results: Any, columns: dict[str, tuple[str, str]], *, nation: str | None = None) -> pd.DataFrame:
    """A row a policy, a column for each heading: ``{"unserved, %": ("unserved", "%")}``."""
    rows = {p: {head: mean(results, q, p, unit=u, nation=nation).removesuffix(u).strip() for head, (q, u) in columns.items()} for p in results.policies}
    return pd.DataFrame(rows).T


def gaps(results: Any, columns: dict[str, tuple[str, str]], against: str = "base", *, nation: str | None = None) -> pd.DataFrame:
    """Paired differences to a policy, with 95 % intervals; one that holds zero says so."""
    rows = {}
    for policy in results.policies:
        if policy != against:
            found = {head: gap(results, q, policy, against, unit=u, nation=nation) for head, (q, u) in columns.items()}
            rows[policy] = {head: _interval(g) for head, g in found.items()}
    return pd.DataFrame(rows).T


def _interval(g: Gap) -> str:
    text = f"{number(g.difference, g.unit, '+')} ({number(g.low, g.unit, '+')} to {number(g.high, g.unit, '+')})"
    return text if g.clear else f"{text} unclear"


def flipped(scenario: Any, flip: dict[str, Any]) -> Any:
    """The scenario with what one entry of its ``about["flips"]`` or ``about["tried"]`` sets."""
    return scenario.with_({change["path"]: change["value"] for change in flip["set"]})


def limits(scenario: Any) -> None:
    """What the scenario leaves out, in its own words."""
    say("**What the model leaves out here**\n\n" + "\n".join(f"- {text}" for text in scenario.about["limits"]))
