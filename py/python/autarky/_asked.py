"""How a study is asked for: everything is checked here before anything is loaded or run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from . import _autarky
from ._autarky import UsageError
from ._names import names
from ._values import number, whole
from .design import Axes, Design, factorial

_SEED_MAX = 2**53 - 1


@dataclass(frozen=True)
class Until:
    """When a study has enough replications: every interval of the objectives is at most ``halfwidth`` wide to each side (95 %).

    ``objectives`` are quantities of one unit; what is looked at is the paired difference of each policy to the base, or the mean where there is one policy.
    ``block`` replications lie between two looks; the replications asked for are the most that are run.
    """

    objectives: str | tuple[str, ...]
    halfwidth: float
    nation: str | None = None
    block: int = 50

    def _tuple(self) -> tuple[list[str], str | None, float, int]:
        objectives = names(self.objectives, "objectives")
        if not objectives:
            raise UsageError("`until` needs an objective: a quantity whose interval is looked at")
        return (objectives, self.nation, number("halfwidth", self.halfwidth), whole("block", self.block, 1, 10_000_000))


def asked_for(
    counts: tuple[int, int, int, str | None],
    points: tuple[Design | Axes | None, int | None],
    until: Until | None = None,
    shard: tuple[int, int] | None = None,
) -> _autarky.Asked:
    """How a study is asked for: replications, seed, first and what is kept; design or uncertain draws."""
    (replications, seed, first, keep), (design, uncertain) = counts, points
    if isinstance(design, Mapping):
        design = factorial(design)
    if design is not None and not isinstance(design, Design):
        raise UsageError(f"a design comes from autarky.design, or is a dict of axes; found {type(design).__name__}")
    if design is not None and uncertain is not None:
        raise UsageError("a design and `uncertain` do not go together")
    if until is not None and not isinstance(until, Until):
        raise UsageError(f"`until` is an autarky.Until; found {type(until).__name__}")
    if keep is not None and not isinstance(keep, str):
        raise UsageError(f'`{keep!r}` cannot be kept of a run: "runs" or "series"')
    seed = whole("seed", seed, 0, _SEED_MAX)
    return {
        "replications": whole("replications", replications, 1, 10_000_000),
        "seed": seed,
        "first": whole("first", first, 0, 10**12),
        "keep": keep,
        "design": None if design is None else design._json(),
        "uncertain": None if uncertain is None else (whole("uncertain", uncertain, 2, 1_000_000), seed),
        "shard": None if shard is None else _share(shard),
        "until": None if until is None else until._tuple(),
    }


def _share(shard: tuple[int, int]) -> tuple[int, int]:
    try:
        which, many = shard
    except (TypeError, ValueError):
        raise UsageError(f"`shard` is which share of how many, such as (3, 16); found {shard!r}") from None
    return (whole("shard", which, 0, 10**12), whole("shard", many, 0, 10**12))
