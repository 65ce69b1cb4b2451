"""Recorded studies: their tables, what they say, how they go on."""

from __future__ import annotations

import contextlib
import html
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from . import _autarky
from ._answer import Answer, Comparison
from ._autarky import AutarkyError, StorageError, UsageError
from ._messages import FailedRunsWarning, InterruptedWarning, ScenarioWarning, Shower, warn
from ._rule import Function, Rule, rule_of
from ._table import Table
from ._names import LISTED, listing, names, near
from ._temporary import Temporary, absolute
from ._values import number, whole

if TYPE_CHECKING:
    import pandas
    import polars
    import xarray

    from ._salib import SalibSample
    from .plot import Plots

    Shown = bool | Callable[[int, int], None] | None
    Path = str | os.PathLike[str]

Objectives = str | Iterable[str]


class Results:
    """A recorded study. It lies in a folder, ``path``, and this reads it; tables are read once and kept.

    A study without ``out`` lies in a temporary folder that is removed with the last of its results. Results are of the runs that were recorded when they were
    opened: when the folder has grown since, tables, ``summary``, ``compare`` and the like still tell of those runs, and what cannot says so.
    """

    def __init__(
        self, path: Path, keeper: object | None = None, rules: Sequence[Rule] = (), study: _autarky.Study | None = None
    ) -> None:
        folder = absolute(path)
        self._is_read = study is None
        self._results = _autarky.Results.open(folder) if study is None else study.results(folder)
        self._tables: dict[str, Table] = {}
        self._text: str | None = None
        self._keeper = keeper
        self._rules = list(rules)

    # What it is

    @property
    def path(self) -> str:
        """The results folder."""
        return os.fspath(self._results.path)

    @property
    def manifest(self) -> dict[str, Any]:
        """All that the folder says of itself: scenario, hash, seed, versions, parts, digest."""
        return self._results.manifest

    @property
    def digest(self) -> str:
        """Digest of all recorded numbers: the same from every door, on any number of threads, interrupted or not, in shards or whole."""
        return str(self.manifest["result_digest"])

    @property
    def status(self) -> str:
        """"complete", "complete_with_failures", "interrupted", "running" or "failed"."""
        return str(self.manifest["status"])

    @property
    def command(self) -> str:
        """The command that makes the same study."""
        return self._results.command

    @property
    def policies(self) -> list[str]:
        """Names of the policies, the base first."""
        return [name for name, _ in self._results.policy_titles]

    @property
    def nations(self) -> list[str]:
        """Nations that are recorded, the first is the one that is meant where none is named."""
        return self._results.nations

    def cite(self) -> str:
        """BibTeX of the study."""
        return self._results.cite()

    def verify(self) -> list[str]:
        """Read every file that the folder has by now; what is damaged, a text each."""
        return (_autarky.Results.open(self.path) if self._grown() else self._results).verify()

    def _grown(self) -> str:
        """What to say if the folder holds other runs than when these results were opened; "" if it does not."""
        try:
            with open(os.path.join(self.path, "manifest.json"), encoding="utf-8") as file:
                now = json.load(file)
            if (now["runs"], now["result_digest"]) == (self.manifest["runs"], self.digest):
                return ""
            if now["identity"] != self.manifest["identity"]:
                return f"`{self.path}` holds another study than when these results were opened"
            then, recorded = self.manifest["runs"]["recorded"], now["runs"]["recorded"]
        except (OSError, ValueError, LookupError, TypeError):
            return ""
        return f"`{self.path}` has grown since these results were opened, from {then} runs to {recorded}: use what extend or resume returned, or open_results(path)"

    @contextlib.contextmanager
    def _reading(self) -> Iterator[None]:
        """Where what these results need is gone because the folder has grown, the error says that."""
        try:
            yield
        except StorageError as error:
            grown = self._grown()
            if grown:
                raise StorageError(grown) from error
            raise

    # Tables

    @property
    def runs(self) -> Table:
        """One row per run and nation: policy, point, replication, nation, every quantity, events, fingerprint."""
        return self._table("runs")

    @property
    def series(self) -> Table:
        """One row per run, nation and sample date with every series. UsageError if the study keeps none."""
        return self._table("series")

    @property
    def withdrawal(self) -> Table:
        """One row per run, nation, foreign party and horizon: what remains when the party withdraws."""
        return self._table("withdrawal")

    @property
    def capacity(self) -> Table:
        """One row per run, nation, sample date, kind of provider and vendor with what is installed. UsageError if the study keeps none."""
        return self._table("capacity")

    @property
    def failures(self) -> Table | None:
        """One row per failed run with its reason and the command that runs it again; None if none failed."""
        table = self._results.table("failures")
        return None if table is None else Table(table)

    @property
    def design(self) -> Table | None:
        """What each point of the design sets, numbers in canonical units; None without a design."""
        table = self._results.design()
        return None if table is None else Table(table)

    def _table(self, name: str) -> Table:
        if name not in self._tables:
            with self._reading():
                table = self._results.table(name)
            if table is None:
                raise UsageError(_no_rows(name, self.manifest))
            self._tables[name] = Table(table)
        return self._tables[name]

    def summary(
        self, quantities: Objectives | None = None, *, nation: str | None = None, policies: Objectives | None = None
    ) -> Table:
        """Mean, standard error, n, quantiles, tails and the paired difference to the base of every quantity, policy and nation (``summary.csv``).

        Runs of all points of a design are taken together, as if they were independent; ``compare`` of ``uncertain`` draws tells parameters from shocks. Quantiles and tails are
        within 0.2 % of the order statistics; those of ``over_time`` are exact. UsageError for a quantity, nation or policy that the study has not.
        """
        if "summary" not in self._tables:
            with self._reading():
                self._tables["summary"] = Table(self._results.summary())
        table = self._tables["summary"]
        chosen = {"quantity": quantities, "nation": nation, "policy": policies}
        for column, wanted in chosen.items():
            if wanted is None:
                continue
            asked = names(wanted, f"names of a {column}")
            known = dict.fromkeys(table[column])
            for name in asked:
                if name not in known:
                    raise UsageError(f"the study has no {column} `{name}`{near(name, known) or LISTED.get(column, '')}")
            table = table.where(**{column: asked})
        return table

    def to_pandas(self, table: str = "runs") -> pandas.DataFrame:
        """One table as a pandas DataFrame: "runs" (with what each point sets), "series", "withdrawal" or "capacity". Units are in ``attrs["units"]``.

        Money is in USD, compute in H100e, shares are 0 to 1. Needs the extra ``pandas``.
        """
        frame = self._table(table).to_pandas()
        design = self.design
        if table == "runs" and design is not None:
            units = {**frame.attrs["units"], **design.units}
            frame = frame.merge(design.to_pandas(), on="point", how="left")
            frame.attrs["units"] = units
        return frame

    def to_polars(self, table: str = "runs") -> polars.DataFrame:
        """As ``to_pandas``, as a polars DataFrame without a copy of the numbers. Needs the extra ``polars``."""
        frame = self._table(table).to_polars()
        design = self.design
        if table == "runs" and design is not None:
            frame = frame.join(design.to_polars(), on="point", how="left")
        return frame

    def to_xarray(self, table: str = "runs") -> xarray.Dataset:
        """A labelled dataset: "runs" over (policy, point, replication, nation), "series" over date as well, "withdrawal" over actor and horizon as well.

        Undefined values and runs that are not recorded are NaN; every variable has its ``units`` and ``long_name``; what the design sets are coordinates of
        ``point``. Needs the extra ``xarray``.
        """
        from ._labelled import to_xarray

        return to_xarray(self, table)

    def to_salib(
        self, outcome: str, *, nation: str | None = None, policy: str | None = None, minus: str | None = None
    ) -> SalibSample:
        """What SALib's analyses take: the problem, what each point sets (points, axes), and the mean of an outcome at each point (points).

        The outcome is that of a policy (the base), or its difference to another (``minus``). Rows of a Saltelli or Morris design stand in SALib's order.
        UsageError without a design, for axes that are no numbers, for unknown names, and where the outcome is undefined at a point. Needs the extra ``salib``.
        """
        from ._salib import to_salib

        return to_salib(self, (outcome, nation, policy, minus))

    # What it says

    def compare(
        self, policy: str | None = None, against: str = "base", *, objectives: Objectives = (), nation: str | None = None,
        point: int | None = None,
    ) -> Comparison:
        """Policies (or one) compared with ``against`` on the same shocks: paired differences with 95 % intervals.

        ``objectives`` are quantities of ``summary()``, by default served_share, cost and loss_365d; ``"jobs:higher"`` says which way is better where
        the name does not tell; without it there is the difference alone. ``nation`` is by default the first. ``policy`` picks rows of the table; the text and ``data`` are of all policies, as the command line
        has them. Of a sweep it is the average over the points that are draws (of a Saltelli design the rows A and B), with intervals that cover parameters and shocks; or
        one ``point``, which other designs need. UsageError for a policy, quantity, nation or point that the study has not.
        """
        for name in (against, *([] if policy is None else [policy])):
            if name not in self.policies:
                raise UsageError(f"the study has no policy `{name}`{near(name, self.policies)}")
        if policy is not None and policy == against:
            raise UsageError(f"`{policy}` is what the others are compared with; against= names another")
        with listing():
            text, compared, data = _autarky.compare(self._results, names(objectives, "objectives"), against, (nation, _point(point)))
        table = Table(compared)
        return Comparison(text, table if policy is None else table.where(policy=policy), data, self)

    def sensitivity(
        self, outcome: str, *, nation: str | None = None, policy: str | None = None, minus: str | None = None
    ) -> Answer:
        """What drives an outcome of a policy (the base), or its difference to another (``minus``): Sobol indices of a Saltelli design, elementary effects of Morris's.

        UsageError if the design is another one or points are missing.
        """
        with listing():
            return Answer(*_autarky.sensitivity(self._results, (outcome, nation, policy, minus)))

    def frontier(self, *objectives: str | Iterable[str], nation: str | None = None, point: int | None = None) -> Answer:
        """Which policies no other beats in every objective, with how often that holds in resamples. Default: cost, unserved, loss_365d.

        Of a sweep: see ``compare``.
        """
        chosen = [name for some in objectives for name in names(some, "objectives")]
        with listing():
            return Answer(*_autarky.frontier(self._results, chosen, (nation, _point(point))))

    def discover(
        self,
        outcome: str,
        *,
        above: float | None = None,
        below: float | None = None,
        nation: str | None = None,
        policy: str | None = None,
        minus: str | None = None,
    ) -> Answer:
        """Under which conditions a policy fails, that is the outcome is ``above`` or ``below`` a limit (PRIM; Bryant and Lempert 2010)."""
        if (above is None) == (below is None):
            raise UsageError("say what failure is: `above=` or `below=` a limit, one of them")
        limit = number("below", below) if above is None else number("above", above)
        with listing():
            return Answer(*_autarky.discover(self._results, (outcome, nation, policy, minus), limit, above is not None))

    def over_time(
        self,
        series: str,
        *,
        nation: str | None = None,
        point: int | None = None,
        probabilities: float | Iterable[float] = (0.05, 0.25, 0.5, 0.75, 0.95),
    ) -> Table:
        """A series at every sample date: policy, date, n, mean and quantiles (q0.05, …). ``<series>_share`` is the share of reference demand.

        Of a sweep: see ``compare``.

        UsageError if the study keeps no series or has none of that name.
        """
        several = isinstance(probabilities, Iterable) and not isinstance(probabilities, str)
        asked = [number("probabilities", p) for p in (probabilities if several else [probabilities])]  # type: ignore[union-attr]
        with listing():
            return Table(_autarky.path(self._results, series, (nation, _point(point)), asked))

    @property
    def plot(self) -> Plots:
        """Plots that a paper can use; each also gives its data. Needs the extra ``plot``."""
        from .plot import Plots

        return Plots(self)

    def report(
        self,
        path: Path | None = None,
        *,
        outcome: str | None = None,
        nation: str | None = None,
        policy: str | None = None,
        sensitivity: Results | None = None,
    ) -> str:
        """Write the report of the study: one HTML file with charts, tables, assumptions and provenance, or Markdown if ``path`` ends in ``.md``.

        ``path`` is by default ``report.html`` in the results folder; returns it. ``sensitivity`` is a sweep that tells what drives ``outcome``.
        """
        if sensitivity is not None and not isinstance(sensitivity, Results):
            raise UsageError(f"`sensitivity` are the results of a sweep; found {type(sensitivity).__name__}")
        self.summary(outcome, nation=nation, policies=policy)
        target = os.fspath(path) if path is not None else os.path.join(self.path, "report.html")
        other = None if sensitivity is None else sensitivity.path
        with self._reading():
            text = _autarky.report(self._results, target.endswith(".md"), (outcome, nation, policy), other)
        try:
            with open(f"{target}.tmp", "w", encoding="utf-8") as file:
                file.write(text)
            os.replace(f"{target}.tmp", target)
        except OSError as error:
            with contextlib.suppress(OSError):
                os.unlink(f"{target}.tmp")
            raise StorageError(f"cannot write `{target}`: {error}") from error
        return target

    def replay(self, policy: str = "base", replication: int = 0, *, point: int = 0) -> dict[str, Any]:
        """Run one run again: its numbers, and whether they are as recorded (``as_recorded``, None if it is not recorded).

        UsageError for a policy or point that the study has not, and where a function decides the policy that is not at hand (``open_results(path, rules=…)``).
        """
        reader = self._results
        if self._is_read and self._rules:
            reader = _autarky.Study.reopen(self.path, None, None, [rule.told() for rule in self._rules]).results(self.path)
        return reader.replay(policy, whole("replication", replication, 0, 10**12), whole("point", point, 0, 10**15))

    # How it goes on

    def resume(self, *, jobs: int | None = None, progress: Shown = None, executor: Any = None) -> Results:
        """Go on to what was asked for, after Ctrl-C, a crash or a kill. The bits are those of a study that was never interrupted."""
        return self.extend(jobs=jobs, progress=progress, executor=executor)

    def extend(
        self,
        replications: int | None = None,
        points: int | None = None,
        *,
        jobs: int | None = None,
        progress: Shown = None,
        executor: Any = None,
    ) -> Results:
        """Go on to more replications, or to more points of the design (as it counts them). What is recorded stays.

        Use what is returned for all of it: these results go on telling of the runs that they were opened with. Of a folder whose policies a function decides, open it with
        that function first: ``open_results(path, rules={"mine": function})``. MismatchError for fewer than there are, UsageError, StorageError.
        """
        if replications is not None:
            replications = whole("replications", replications, 1, 10_000_000)
        if points is not None:
            points = whole("points", points, 1, 10**15)
        with contextlib.suppress(StorageError):
            # Statistics of the runs so far go when more are recorded; these results keep theirs.
            self._text = self._summary_text()
            self.summary()
        study = _autarky.Study.reopen(self.path, replications, points, [rule.told() for rule in self._rules])
        return run_study(study, self.path, Way(jobs, progress, executor), self._rules, self._keeper)

    def __repr__(self) -> str:
        runs = self.manifest["runs"]
        head = f"{runs['recorded']} of {runs['asked']} runs of {self.manifest['scenario']['id']}, {self.status.replace('_', ' ')}; in {self.path}"
        try:
            return f"{head}\n{self._summary_text()}"
        except StorageError as error:
            return f"{head}\n{error}"

    def _summary_text(self) -> str:
        if self._text is None:
            with self._reading():
                return self._results.summary_text()
        return self._text

    def _repr_html_(self) -> str:
        return f"<pre style='font-family:monospace;line-height:1.3;word-break:normal'>{html.escape(repr(self))}</pre>"

    def __reduce__(self) -> tuple[Any, ...]:
        return (open_results, (self.path,))


def _point(number: int | None) -> int | None:
    return None if number is None else whole("point", number, 0, 10**15)


def _no_rows(name: str, manifest: dict[str, Any]) -> str:
    if name in ("series", "capacity") and manifest["keep"] == "runs":
        return f'the study keeps no {name}: run it with keep="series"'
    return f"the study has no rows in the table `{name}`"


class Way(NamedTuple):
    """How a study is run: threads, progress, or the executor whose workers do it."""

    jobs: int | None
    progress: Shown
    executor: Any


def run_study(
    study: _autarky.Study, out: Path | None, way: Way, rules: Sequence[Rule], keeper: object | None = None
) -> Results:
    """Run a study into a folder; what is known afterwards. Warnings are given as from the user's call."""
    jobs = None if way.jobs is None else whole("jobs", way.jobs, 1, 1024)
    warn(study.warnings, ScenarioWarning)
    temporary: Temporary | None = None
    if out is None:
        keeper = temporary = Temporary()
        folder = os.path.join(temporary.path, "results")
    else:
        folder = absolute(out)
    try:
        with Shower(way.progress, study.runs) as shown:
            if way.executor is None:
                interrupted = study.run(folder, jobs, shown)
            else:
                from ._executor import run_chunks

                interrupted = run_chunks(study, folder, way.executor, [rule.told() for rule in rules], shown)
    except (AutarkyError, KeyboardInterrupt) as error:
        if temporary is not None:
            temporary.keep(error)
        raise
    results = Results(folder, keeper, rules, study)
    _tell(results, interrupted)
    return results


def _tell(results: Results, interrupted: bool) -> None:
    runs = results.manifest["runs"]
    if interrupted:
        text = f"interrupted: {runs['recorded']} of {runs['asked']} runs are kept; .resume() goes on"
        warn([text], InterruptedWarning)
    if runs["failed"]:
        warn([f"{runs['failed']} runs failed; .failures lists them"], FailedRunsWarning)


def open_results(path: Path, *, rules: Mapping[str, Function | Mapping[str, Function]] | None = None) -> Results:
    """The results of a folder. StorageError if it is none or is damaged.

    ``rules`` are the functions that decide its policies, by policy (and nation, where there are several); only going on needs them.
    """
    results = Results(path)
    noted = {(n["policy"], n["nation"]) for n in results.manifest.get("rules", [])}
    if rules is not None and not isinstance(rules, Mapping):
        raise UsageError(f"`rules` is a dict from the name of a policy to its function; found {type(rules).__name__}")
    for policy, functions in (rules or {}).items():
        nations = [nation for name, nation in sorted(noted) if name == policy]
        if not nations:
            raise UsageError(f"no function decides a policy `{policy}` of the folder")
        of = functions if isinstance(functions, Mapping) else dict.fromkeys(nations, functions)
        results._rules += [rule_of(policy, nation, function, None) for nation, function in of.items()]
    return results


def merge(folders: Iterable[Path | Results], out: Path) -> Results:
    """Put all shards of a study, folders or results, together in a new folder; the same as one machine would have given.

    MismatchError for shards of different studies, UsageError for none or where one is missing, StorageError.
    """
    if isinstance(folders, (str, os.PathLike, Results)):
        raise UsageError("`folders` are the folders of all shards, a list; found one")
    _autarky.merge([folder.path if isinstance(folder, Results) else os.fspath(folder) for folder in folders], absolute(out))
    return Results(out)
