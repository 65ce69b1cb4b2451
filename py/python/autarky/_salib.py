"""A sweep as SALib reads one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ._autarky import UsageError
from ._names import LISTED, near
from ._table import need

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy
    import pandas

    from ._results import Results

_NAMED = 5


class SalibSample(NamedTuple):
    """What SALib's analyses take: ``problem`` of k axes, ``x`` (points, k), ``y`` (points).

    Rows stand in the order of the points, which for Saltelli and Morris designs is SALib's: ``sobol.analyze(problem, y)``,
    ``pawn.analyze(problem, x, y)``. The bounds of the problem are the least and the greatest value of each column.
    """

    problem: dict[str, Any]
    x: numpy.ndarray[Any, Any]
    y: numpy.ndarray[Any, Any]


def to_salib(results: Results, wanted: tuple[str, str | None, str | None, str | None]) -> SalibSample:
    """See ``Results.to_salib``: of an outcome in a nation under a policy, and the policy that is taken off."""
    outcome, nation, policy, minus = _known(results, *wanted)
    need("SALib", "salib")
    numpy = need("numpy", "salib")
    table = results.design
    if table is None:
        raise UsageError("the study has no design: SALib analyses the points of a sweep")
    design = table.to_pandas().set_index("point").sort_index()
    texts = [name for name in design.columns if not _is_number(design[name])]
    if texts:
        raise UsageError(f"SALib takes numbers; {_some(texts)} holds others or leaves points out")
    y = _means(results, outcome, nation, policy)
    if minus is not None:
        y = y - _means(results, outcome, nation, minus)
    y = y.reindex(design.index)
    missing = [str(point) for point in y.index[y.isna()]]
    if missing:
        raise UsageError(f"`{outcome}` is undefined or missing at {len(missing)} of {len(y)} points: {_some(missing)}")
    x = design.to_numpy(dtype=float)
    bounds = numpy.stack([x.min(axis=0), x.max(axis=0)], axis=1).tolist()
    problem = {"num_vars": x.shape[1], "names": list(design.columns), "bounds": bounds, "outputs": [outcome]}
    return SalibSample(problem, x, y.to_numpy())


def _known(
    results: Results, outcome: str, nation: str | None, policy: str | None, minus: str | None
) -> tuple[str, str, str, str | None]:
    """The names, each of which the study has; UsageError else."""
    chosen = {"quantity": outcome, "nation": nation or results.nations[0], "policy": policy or results.policies[0]}
    known = {"quantity": list(dict.fromkeys(results.summary()["quantity"])), "nation": results.nations, "policy": results.policies}
    for kind, name in [*chosen.items(), ("policy", minus or chosen["policy"])]:
        if name not in known[kind]:
            raise UsageError(f"the study has no {kind} `{name}`{near(name, known[kind]) or LISTED.get(kind, '')}")
    return outcome, chosen["nation"], chosen["policy"], minus


def _means(results: Results, outcome: str, nation: str, policy: str) -> pandas.Series[float]:
    """Mean of each point over the replications that all points have; undefined values are left out, as in ``sensitivity``."""
    rows = results.runs.where(policy=policy, nation=nation).select(["point", "replication", outcome]).to_pandas()
    values = rows.pivot(index="point", columns="replication", values=outcome)
    recorded = rows.assign(**{outcome: True}).pivot(index="point", columns="replication", values=outcome)
    means: pandas.Series[float] = values.loc[:, recorded.notna().all()].mean(axis=1)
    return means


def _is_number(column: pandas.Series[Any]) -> bool:
    return bool(column.dtype.kind in "iuf" and column.notna().all())


def _some(names: Iterable[str]) -> str:
    found = list(names)
    more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    return ", ".join(f"`{name}`" for name in found[:_NAMED]) + more
