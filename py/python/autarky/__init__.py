"""autarky: how should a country get its AI compute?

A simulator of national AI compute markets. ``load`` a scenario of the catalogue or a file, ``run`` it, ``sweep`` it over a design, ask the results::

    import autarky as ak

    s = ak.load("small-state")
    r = s.run(replications=100, seed=7)
    r.compare("ban")
    r.plot.fan("unserved", nation="EST")

Numbers, words and errors are those of the command line ``autarky``, which is in this package too. Nothing but Python is needed; pandas, polars, pyarrow, xarray,
matplotlib, SALib and dask are used where they are installed and asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._autarky import (
    MODEL_VERSION,
    AutarkyError,
    InternalError,
    MismatchError,
    ScenarioError,
    State,
    StorageError,
    UsageError,
    __version__,
)
from ._answer import Answer, Comparison
from ._asked import Until
from ._catalogue import catalogue, cite, explain
from ._messages import FailedRunsWarning, InterruptedWarning, ScenarioWarning
from ._results import Results, merge, open_results
from ._scenario import Parameter, Scenario, load, sweep
from ._table import Table
from .design import (
    Beta,
    Design,
    LogNormal,
    LogUniform,
    Normal,
    Range,
    Triangular,
    Uniform,
)

if TYPE_CHECKING:
    from . import design, plot

_LATE = {"design", "plot"}


def __getattr__(name: str) -> Any:
    """Modules that are imported when they are first used."""
    if name in _LATE:
        import importlib

        return importlib.import_module(f".{name}", __name__)
    raise AttributeError(f"module 'autarky' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted(__all__)


__all__ = [
    "MODEL_VERSION",
    "Answer",
    "AutarkyError",
    "Beta",
    "Comparison",
    "Design",
    "FailedRunsWarning",
    "InternalError",
    "InterruptedWarning",
    "LogNormal",
    "LogUniform",
    "MismatchError",
    "Normal",
    "Parameter",
    "Range",
    "Results",
    "Scenario",
    "ScenarioError",
    "ScenarioWarning",
    "State",
    "StorageError",
    "Table",
    "Triangular",
    "Uniform",
    "Until",
    "UsageError",
    "__version__",
    "catalogue",
    "cite",
    "design",
    "explain",
    "load",
    "merge",
    "open_results",
    "plot",
    "sweep",
]
