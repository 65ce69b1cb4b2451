"""Medians over rounds, and the Markdown table made of them. It measures nothing and reads no files.

A ratio above 1 means that the engine is faster. Ratios are taken round by round, engine and peer measured within the
same few minutes, and the median of the ratios is reported: a machine that slows down half-way slows both.
"""

from collections.abc import Iterable, Mapping, Sequence
from statistics import median
from typing import Any, NamedTuple

GOAL_PEER = "SimPy"
GOAL_RATIO = 110
"""The engine is to serve at least this many times as many customers a second as `GOAL_PEER`."""
WORKLOAD = "mm1"
"""The name of the peers' workload in the output of `autarky bench`."""


class Row(NamedTuple):
    """One program: median customers a second, and the median of engine over program."""

    name: str
    version: str
    customers: int | None
    """Customers a run; None for the programs inside `autarky bench`."""
    customers_per_second: float
    ratio: float


class Workload(NamedTuple):
    """One workload of `autarky bench`: medians over rounds."""

    name: str
    unit: str
    value: float
    rival: float
    ratio: float


def column(rounds: Iterable[Mapping[str, Any]], name: str, key: str) -> list[float]:
    """Figure `key` of workload or peer `name`, round by round. KeyError when a round lacks it."""
    return [round_[name][key] for round_ in rounds]


def workloads(engine: Sequence[Mapping[str, Any]]) -> list[Workload]:
    """Medians of every workload over `engine`, one mapping per round from workload to the figures of `bench`."""
    return [
        Workload(name, engine[0][name]["unit"], *(median(column(engine, name, k)) for k in ("value", "rival", "ratio")))
        for name in engine[0]
    ]


def rows(
    engine: Sequence[Mapping[str, Any]], peers: Sequence[Mapping[str, Any]], versions: Mapping[str, str]
) -> list[Row]:
    """The engine, the plain Rust loop and the peers, fastest first; `peers` has one mapping per round, as `engine`."""
    ours = column(engine, WORKLOAD, "value")
    found = [
        Row("autarky", versions.get("autarky", ""), None, median(ours), 1.0),
        Row("plain Rust loop", "", None, median(column(engine, WORKLOAD, "rival")),
            median(column(engine, WORKLOAD, "ratio"))),
    ]
    for name in peers[0]:
        speeds = column(peers, name, "customers_per_second")
        ratio = median(a / b for a, b in zip(ours, speeds, strict=True))
        customers = peers[0][name]["customers"]
        found.append(Row(name, versions.get(name, ""), customers, median(speeds), ratio))
    return sorted(found, key=lambda row: -row.customers_per_second)


def figure(value: float) -> str:
    """Three significant digits, thousands apart: 12345.6 as `12,300`, 0.01234 as `0.0123`."""
    rounded = float(f"{value:.3g}")
    return f"{rounded:,.0f}" if abs(rounded) >= 100 else f"{rounded:.3g}"


def markdown(header: Sequence[str], lines: Iterable[Sequence[str]], left: int) -> list[str]:
    """A Markdown table; the first `left` columns are aligned left, the others right."""
    rule = ["---" if i < left else "---:" for i in range(len(header))]
    return ["| " + " | ".join(cells) + " |" for cells in (header, rule, *lines)]


def verdict(found: Iterable[Row]) -> str:
    """One sentence on the goal."""
    for row in found:
        if row.name == GOAL_PEER:
            word = "reached" if row.ratio >= GOAL_RATIO else "missed"
            return f"Goal: at least {GOAL_RATIO} times {GOAL_PEER}; {word}, at {row.ratio:.1f} times."
    return f"Goal: at least {GOAL_RATIO} times {GOAL_PEER}; {GOAL_PEER} was not measured."


def page(found: Sequence[Row], engine: Sequence[Workload], facts: Mapping[str, str], rounds: int) -> str:
    """The whole page. `facts` describe machine and software, in the order in which they are to appear."""
    peers = [
        (row.name, row.version, "" if row.customers is None else f"{row.customers:,}",
         figure(row.customers_per_second), figure(row.ratio))
        for row in found
    ]
    rivals = [(w.name, w.unit, figure(w.value), figure(w.rival), f"{w.ratio:.2f}") for w in engine]
    return "\n".join([
        "# The engine beside its peers",
        "",
        f"Medians of {rounds} rounds, programs in turns. Written by `benches/peers/run.py`; see `benches/README.md`.",
        "",
        *(f"- {name}: {value}" for name, value in facts.items()),
        "",
        "## M/M/1 at load 0.8",
        "",
        *markdown(("program", "version", "customers a run", "customers/s", "autarky / program"), peers, 2),
        "",
        verdict(found),
        "",
        "## The engine's workloads beside plain Rust loops",
        "",
        *markdown(("workload", "unit", "engine", "rival", "speed ratio"), rivals, 2),
        "",
    ])
