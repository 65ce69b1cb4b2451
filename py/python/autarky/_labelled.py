"""Tables as labelled arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._autarky import UsageError
from ._table import need

if TYPE_CHECKING:
    import xarray

    from ._results import Results

_DIMENSIONS = {
    "runs": ["policy", "point", "replication", "nation"],
    "series": ["policy", "point", "replication", "nation", "date"],
    "withdrawal": ["policy", "point", "replication", "nation", "actor", "horizon"],
    "capacity": ["policy", "point", "replication", "nation", "date", "kind", "vendor"],
}


def to_xarray(results: Results, table: str) -> xarray.Dataset:
    """See ``Results.to_xarray``."""
    dimensions = _DIMENSIONS.get(table)
    if dimensions is None:
        raise UsageError(f"there is no table `{table}`; tables: {', '.join(_DIMENSIONS)}")
    arrays, pandas, numpy = need("xarray", "xarray"), need("pandas", "xarray"), need("numpy", "xarray")
    found = results._table(table)
    frame = found.to_pandas()
    if table == "withdrawal":
        # One identifier may be an actor of two kinds: a state hosts and controls.
        frame["actor"] = frame["kind"].astype(str) + ":" + frame["actor"].astype(str)
    labels: dict[str, Any] = {}
    codes = []
    for dimension in dimensions:
        known = results.policies if dimension == "policy" else results.nations if dimension == "nation" else None
        if known is None:
            code, unique = pandas.factorize(frame[dimension], sort=dimension not in ("actor", "kind", "vendor"))
        else:
            code, unique = pandas.Categorical(frame[dimension], categories=known).codes, known
        codes.append(code)
        labels[dimension] = numpy.asarray(unique, dtype="datetime64[ns]") if dimension == "date" else list(unique)
    shape = tuple(len(labels[d]) for d in dimensions)
    at = numpy.ravel_multi_index(codes, shape)
    variables = {}
    for name in found.columns:
        if name in (*dimensions, "kind", "layer", "fingerprint"):
            continue
        values = numpy.full(numpy.prod(shape, dtype=int), numpy.nan)
        values[at] = frame[name].to_numpy(dtype=float, na_value=numpy.nan)
        attributes = {"units": found.units.get(name, "1"), "long_name": found.docs.get(name, name)}
        variables[name] = (dimensions, values.reshape(shape), attributes)
    dataset: xarray.Dataset = arrays.Dataset(variables, coords=labels)
    design = results.design
    if design is not None:
        points = design.to_pandas().set_index("point").loc[labels["point"]]
        for name in points.columns:
            dataset = dataset.assign_coords({name: ("point", points[name].to_numpy(), {"units": design.units.get(name, "1")})})
    dataset.attrs.update(scenario=results.manifest["scenario"]["id"], digest=results.digest)
    return dataset
