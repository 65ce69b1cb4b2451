"""Fits of positive samples: lognormal moments, Weibull by maximum likelihood, Poisson rate intervals.

Lognormal: mean and standard deviation of ln x. Weibull: the root in k of
sum(x^k ln x)/sum(x^k) - 1/k - mean(ln x) = 0, by bisection. Poisson 95 % interval: the cube-root
(Wilson-Hilferty) form of the exact chi-square limits.
"""

from __future__ import annotations

import math
from statistics import fmean, stdev
from typing import Sequence

from figures import DeriveError


def lognormal(values: Sequence[float]) -> tuple[float, float]:
    """Mean and standard deviation of the logs of positive values."""
    logs = [math.log(v) for v in values]
    return fmean(logs), stdev(logs)


def weibull(values: Sequence[float]) -> tuple[float, float]:
    """Maximum-likelihood shape and scale of positive values."""
    logs = [math.log(v) for v in values]
    top, mean = max(logs), fmean(logs)
    if top - min(logs) < 1e-12:
        raise DeriveError("Weibull fit: all values are equal")

    def score(k: float) -> float:
        weights = [math.exp(k * (x - top)) for x in logs]
        return math.fsum(w * x for w, x in zip(weights, logs)) / math.fsum(weights) - 1.0 / k - mean

    low, high = 1e-3, 1e3
    for _ in range(200):
        k = math.sqrt(low * high)
        low, high = (k, high) if score(k) < 0.0 else (low, k)
    k = math.sqrt(low * high)
    scale = math.exp(top + math.log(fmean([math.exp(k * (x - top)) for x in logs])) / k)
    return k, scale


def poisson_interval(events: int, exposure: float) -> tuple[float, float]:
    """The 95 % interval of a rate from a count over an exposure."""
    z = 1.959963984540054
    low = events * (1 - 1 / (9 * events) - z / (3 * math.sqrt(events))) ** 3 if events else 0.0
    up = events + 1
    high = up * (1 - 1 / (9 * up) + z / (3 * math.sqrt(up))) ** 3
    return low / exposure, high / exposure
