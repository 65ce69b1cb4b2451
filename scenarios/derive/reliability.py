"""`failure_rates.csv`: failures, repair, life, churn of hosts, and outages of sites.

Cited facts and priors come from `reliability.toml`; the churn of spot machines is measured on
the SkyPilot traces: spells of availability of single GPU nodes, the first and last spell of a trace left
out because they are cut off. The sampling gap of 32 to 600 s hides shorter spells.
"""

from __future__ import annotations

import json
import math
import tomllib
from pathlib import Path
from statistics import fmean

from distributions import poisson_interval, weibull
from figures import DeriveError, Figure, median
from manifest import Sources

KEYS = ("subject",)
SPOT = "spot-traces"
# Availability: could a spot machine be had at this tick. Preemption: was the one that ran still there.
SUBJECTS = {"spot_gpu_available": "availability", "spot_gpu_instance": "preemption"}


def fact_figure(fact: dict, src: Sources) -> Figure:
    """A row of `reliability.toml` as a figure."""
    source = fact["source"]
    sources = () if source == "none" else (source,)
    vintage = src.vintage(source) if sources else ""
    status = "assumed" if fact.get("assumed") else "measured"
    low, high, n = fact.get("low"), fact.get("high"), None
    if "events" in fact:
        value, n = fact["events"] / fact["exposure"], fact["events"]
        low, high = poisson_interval(n, fact["exposure"])
    else:
        value = fact["value"]
    return Figure((fact["subject"],), fact["quantity"], value, fact["unit"], vintage, status, sources, fact["rule"], low, high, n)


def restoration(facts: list[dict], src: Sources) -> Figure:
    """Mean time to restore a system after the Daejeon fire, fitted to the dated shares.

    Exponential restoration 1 - exp(-t/m): least squares of -ln(1 - share) on t through the origin.
    """
    points = [(float(f["day"]), f["value"]) for f in facts if "day" in f]
    rate = sum(t * -math.log(1 - s) for t, s in points) / sum(t * t for t, _ in points)
    ends = sorted(-t / math.log(1 - s) for t, s in points)
    return Figure(("site_daejeon_2025",), "mean_restoration_days", 1 / rate, "day", src.vintage("daejeon-2025"), "calibrated",
                  ("daejeon-2025",), "exponential through the dated shares; interval spans what each alone gives", ends[0], ends[-1], len(points))


def spells(states: list[int]) -> tuple[list[int], list[int]]:
    """Lengths in ticks of the up and down spells, without the first and last, which are cut off."""
    runs: list[list[int]] = []
    for state in states:
        if runs and runs[-1][0] == int(state > 0):
            runs[-1][1] += 1
        else:
            runs.append([int(state > 0), 1])
    inner = runs[1:-1]
    return [n for up, n in inner if up], [n for up, n in inner if not up]


def spot_figures(src: Sources, subject: str, traces: dict[str, bytes]) -> list[Figure]:
    """Availability, spell lengths and interruptions of single spot nodes, pooled over traces."""
    up_h: list[float] = []
    down_h: list[float] = []
    shares, breaks, up_time = [], 0, 0.0
    for name, data in sorted(traces.items()):
        trace = json.loads(data)
        gap, states = trace["metadata"]["gap_seconds"] / 3600.0, trace["data"]
        if not states:
            raise DeriveError(f"{SPOT}: {name} is empty")
        up, down = spells(states)
        up_h += [n * gap for n in up]
        down_h += [n * gap for n in down]
        shares.append(sum(s > 0 for s in states) / len(states))
        breaks += sum(a > 0 and b <= 0 for a, b in zip(states, states[1:]))
        up_time += sum(s > 0 for s in states) * gap
    shape, scale = weibull(up_h)
    v, s, rule = src.vintage(SPOT), (SPOT,), f"{len(shares)} single-node traces pooled"
    low, high = poisson_interval(breaks, up_time / 24)

    def fig(quantity: str, value: float, unit: str, n: int, status: str = "measured", lo: float | None = None, hi: float | None = None) -> Figure:
        return Figure((subject,), quantity, value, unit, v, status, s, rule, lo, hi, n)

    return [
        fig("availability", fmean(shares), "1", len(shares), lo=min(shares), hi=max(shares)),
        fig("interruptions_per_up_day", breaks / up_time * 24, "1/day", breaks, lo=low, hi=high),
        fig("up_spell_mean_hours", fmean(up_h), "hour", len(up_h)),
        fig("up_spell_median_hours", median(up_h), "hour", len(up_h)),
        fig("down_spell_mean_hours", fmean(down_h), "hour", len(down_h)),
        fig("up_spell_weibull_shape", shape, "1", len(up_h), "calibrated"),
        fig("up_spell_weibull_scale_hours", scale, "hour", len(up_h), "calibrated"),
    ]


def build(src: Sources, facts: Path) -> tuple[tuple[str, ...], list[Figure]]:
    """Key columns and figures of `failure_rates.csv`."""
    rows = tomllib.loads(facts.read_text(encoding="utf-8"))["fact"]
    traces = src.read_members(SPOT)
    figures = [fact_figure(r, src) for r in rows] + [restoration(rows, src)]
    for subject, kind in SUBJECTS.items():
        figures += spot_figures(src, subject, {n: d for n, d in traces.items() if n.startswith(kind)})
    return KEYS, figures
