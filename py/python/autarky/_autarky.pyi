"""The compiled part of autarky: scenarios, studies, recorded results and tables of the Rust crate ``autarky_study``.

It is private to the package: the public names are those of ``autarky``. Nothing here is computed in Python, and no panic crosses: every error is an
``Exception``. Texts are UTF-8, dates days since 1970-01-01, numbers in the units that a table names (money in USD, compute in H100e, shares 0 to 1).
"""

import datetime
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypedDict, final, type_check_only

from typing_extensions import CapsuleType

MODEL_VERSION: int
"""Version of the model: equal resolved scenario, seed, replication and model version give equal bits."""
__version__: str
"""Version of the package."""
__all__ = [
    "AutarkyError",
    "InternalError",
    "MODEL_VERSION",
    "MismatchError",
    "Recorder",
    "Results",
    "Scenario",
    "ScenarioError",
    "State",
    "StorageError",
    "Study",
    "Table",
    "UsageError",
    "__version__",
    "averaged",
    "catalogue",
    "chunk",
    "cite",
    "compare",
    "discover",
    "explain",
    "frontier",
    "main",
    "merge",
    "path",
    "report",
    "sensitivity",
    "template",
    "unpack",
]

class AutarkyError(Exception):
    """What autarky refuses or cannot do. The text is that of the command line."""

    diagnostics: Sequence[dict[str, Any]]
    """What is wrong, one by one: file, line, column, path, message, found, allowed, help. Empty for errors that have no places."""

class ScenarioError(AutarkyError):
    """A scenario, a setting or a design is invalid. ``diagnostics`` lists all that is wrong."""

class UsageError(AutarkyError):
    """Something was asked for that does not exist or does not fit; the text says what does."""

class MismatchError(AutarkyError):
    """A folder holds another study than the one that shall go on there."""

class StorageError(AutarkyError):
    """A results folder cannot be read or written, or a file of it is damaged."""

class InternalError(AutarkyError):
    """A defect of autarky; results recorded so far are kept."""

@type_check_only
class Asked(TypedDict):
    """How a study is asked for; see ``autarky.Scenario.run``. Every key is needed. Exists in this file only."""

    replications: int
    """Runs of every policy and point."""
    seed: int
    """Of all random streams, 0 to 2^53 − 1."""
    first: int
    """Number of the first replication."""
    keep: str | None
    """"runs" or "series"; None: series, or runs where there are points."""
    design: str | None
    """Design as JSON."""
    uncertain: tuple[int, int] | None
    """Draws of the uncertain parameters, and the seed of the draws."""
    shard: tuple[int, int] | None
    """Which share of how many, from 1."""
    until: tuple[list[str], str | None, float, int] | None
    """Objectives, nation, half-width of a 95 % interval in the objectives' unit, replications between two looks."""

_Told = tuple[str, str, str, str, Callable[[State], Any]]
"""A rule: policy, nation, name and source of the function, and the function. Exists in this file only."""

@final
class State:
    """What a rule sees at the start of a fiscal year: read-only, and nothing that comes later.

    ``state["served_share"]`` is the latest sample of a series, by its name and in its unit in result tables; NaN where undefined and before the first sample.
    """

    @property
    def nation(self) -> str:
        """The nation (ISO 3166 alpha-3)."""

    @property
    def year(self) -> int:
        """The fiscal year, counted from zero."""

    @property
    def date(self) -> datetime.date:
        """The first day of the fiscal year."""

    @property
    def policy(self) -> dict[str, float | None]:
        """The levers in force, with what the rule decided a year ago; None for an appropriation that is not limited."""

    @property
    def spent(self) -> dict[str, float]:
        """What each lever of the budget spent since the start, USD."""

    @property
    def left(self) -> dict[str, float] | None:
        """What each lever has left of last year's appropriation, before it lapses, USD; None without an appropriation."""

    @property
    def sampled(self) -> datetime.date | None:
        """The date of the latest sample of the series; None before the first."""

    def __getitem__(self, series: str, /) -> float:
        """The latest sample of a series. KeyError with a suggestion for an unknown name."""

    def keys(self) -> list[str]:
        """Names of the series."""

    def __len__(self) -> int: ...
    def __contains__(self, series: str, /) -> bool: ...
    def __repr__(self) -> str: ...

@final
class Table:
    """A table in memory, in batches of one Arrow schema. Any library reads it through the Arrow PyCapsule interface."""

    @property
    def num_rows(self) -> int:
        """Number of rows."""

    def __len__(self) -> int: ...
    @property
    def columns(self) -> list[str]:
        """Names of the columns, in order."""

    @property
    def units(self) -> dict[str, str]:
        """Unit of every column that has one, by name; "1" is a pure number."""

    @property
    def docs(self) -> dict[str, str]:
        """Meaning of every column that has one, by name."""

    def column(self, name: str) -> list[Any]:
        """The ``num_rows`` values of a column; None where undefined. KeyError for a column that is not there."""

    def to_dicts(self, limit: int | None = None) -> list[dict[str, Any]]:
        """The first ``limit`` rows (all) as dicts; undefined values are None, dates are texts."""

    def texts(self, limit: int) -> list[list[str]]:
        """The first ``limit`` rows with every value as a text."""

    def selected(self, names: Sequence[str]) -> Table:
        """Some of the columns, in that order, without a copy. KeyError for one that is not there."""

    def filtered(self, name: str, values: Sequence[str]) -> Table:
        """The rows in which a column of texts has one of the values. KeyError for a column that is not there or holds no texts."""

    @property
    def nbytes(self) -> int:
        """Bytes that the columns take."""

    def __arrow_c_schema__(self) -> CapsuleType:
        """The schema as an Arrow C schema in a capsule named "arrow_schema"."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> CapsuleType:
        """The rows as an Arrow C stream in a capsule named "arrow_array_stream"; a new one at every call. A requested schema is not cast to, as the protocol allows."""

@final
class Scenario:
    """A scenario with all its policies, and the words that load it again. It never changes."""

    @staticmethod
    def load(file: str, overlays: Sequence[str], sets: Sequence[str], policies: Sequence[str]) -> Scenario:
        """Loads a scenario: a path or an identifier of the catalogue, overlay files, settings ``path=value``, policies (all if none is named). ScenarioError."""

    def with_sets(self, sets: Sequence[str]) -> Scenario:
        """The same with more settings ``path=value`` on top. ScenarioError."""

    def with_policies(self, policies: Sequence[str]) -> Scenario:
        """The same with some of its policies only; ``base`` is always among them. ScenarioError for one that is not there."""

    def with_copy(self, name: str, of: str) -> Scenario:
        """The same with one more policy that copies another one. ScenarioError."""

    @property
    def id(self) -> str:
        """Identifier: the catalogue's, or the file's name."""

    @property
    def title(self) -> str:
        """Title."""

    @property
    def question(self) -> str:
        """The question that the scenario answers, or ""."""

    @property
    def hash(self) -> str:
        """SHA-256 of all values under all policies, in hexadecimal."""

    @property
    def command(self) -> str:
        """The command that loads and runs it."""

    @property
    def policies(self) -> list[str]:
        """Names of the policies, ``base`` first."""

    @property
    def policy_texts(self) -> dict[str, tuple[str, str]]:
        """Title and description of every policy, by name."""

    @property
    def nations(self) -> list[str]:
        """Nations in detail (ISO 3166 alpha-3)."""

    @property
    def warnings(self) -> list[str]:
        """What is probably not as meant, a text each."""

    @property
    def about(self) -> dict[str, Any]:
        """What the scenario says about itself: claim, authors, outcomes, findings, limits."""

    def cite(self) -> str:
        """BibTeX of the scenario and of the works that it rests on."""

    def toml(self) -> str:
        """Every value as a scenario file that loads again to the same."""

    def parameters(self, policy: str) -> Table:
        """Every parameter of a policy, a row each: path, value, unit, allowed, status, layer, source, vintage, origin, meaning; all texts.

        UsageError if there is no such policy.
        """

    def difference(self, policy: str, other: Scenario, other_policy: str) -> str:
        """What differs from a policy of another scenario, as text; "" if nothing does. UsageError if there is no such policy."""

    def study(self, asked: Asked, rules: Sequence[_Told]) -> Study:
        """A study of the scenario and its policies. ScenarioError for a design that does not fit, UsageError for what does not exist."""

    @staticmethod
    def study_of(named: Sequence[tuple[str, Scenario, str]], asked: Asked, rules: Sequence[_Told]) -> Study:
        """A study whose policies are policies of scenarios: (name, scenario, policy) each; one of several is named ``base``. Errors as for ``study``."""

@final
class Study:
    """A study that is ready to run."""

    @staticmethod
    def reopen(folder: str | Path, replications: int | None, points: int | None, rules: Sequence[_Told]) -> Study:
        """The study of a folder, as it was or grown to so many replications or points, with the functions that decide its policies. StorageError, UsageError; fewer are refused by ``run``."""

    @property
    def policies(self) -> list[str]:
        """Names of the policies, the base first."""

    @property
    def points(self) -> int:
        """Number of points; 1 without a design."""

    @property
    def runs(self) -> int:
        """Runs asked for in all: policies × points × replications, of the share where it is one."""

    @property
    def warnings(self) -> list[str]:
        """What is probably not as meant and was not told when the scenario was loaded, a text each."""

    def design(self) -> Table | None:
        """What each point of the design sets; None without a design."""

    def plan(self, folder: str | Path, jobs: int | None) -> tuple[str, dict[str, Any]]:
        """Runs, time (s), disk and memory (bytes) before anything starts: text and dict. One replication of the base is run and timed."""

    def results(self, folder: str | Path) -> Results:
        """What the study recorded in its folder. StorageError."""

    def parcel(self) -> str:
        """The study as one text for ``unpack`` in another process."""

    def run(self, folder: str | Path, jobs: int | None, progress: Callable[[int], object] | None) -> bool:
        """Runs the study into a folder, from where it is; returns whether Ctrl-C interrupted it.

        Runs without the interpreter's lock; looks for signals every 20 ms. ``progress`` is called every 100 ms with the number of runs that ended; what it raises stops the
        run and is raised. MismatchError if another study is in the folder; StorageError; UsageError in a process that was forked while a run was under way.
        """

@final
class Recorder:
    """A results folder that takes runs which other processes did; it is the folder of a serial run when it is whole."""

    @staticmethod
    def open(study: Study, folder: str | Path) -> Recorder:
        """Claims a folder for a study; if it was begun there, it goes on. MismatchError, StorageError."""

    def pending(self) -> tuple[str, list[tuple[int, int]]] | None:
        """The segment whose turn it is, as text for ``chunk``, and the ranges (from, to) of its runs that are neither recorded nor held; None if the study is whole."""

    def hold(self, chunk: bytes) -> int:
        """Takes a chunk; the number of its runs that were not there before, 0 for one that came before. Its runs survive a kill from now on. StorageError for bytes that are no chunk of the study."""

    @property
    def taken(self) -> int:
        """Runs that are recorded or taken."""

    def finish(self, interrupted: bool) -> None:
        """Writes the last part, summary and pictures, and closes the folder. UsageError while runs are pending and it is not interrupted, StorageError."""

@final
class Results:
    """A results folder that is read."""

    @staticmethod
    def open(folder: str | Path) -> Results:
        """Opens a folder. StorageError if it is none or is damaged."""

    @property
    def path(self) -> Path:
        """The folder."""

    @property
    def manifest(self) -> dict[str, Any]:
        """What the manifest says: scenario, status, runs, seed, versions, digest."""

    @property
    def command(self) -> str:
        """The command that makes the study again."""

    @property
    def nations(self) -> list[str]:
        """Names of the nations that are recorded."""

    @property
    def policy_titles(self) -> list[tuple[str, str]]:
        """Name and title of every policy, in order."""

    @property
    def nation_titles(self) -> list[tuple[str, str]]:
        """Identifier and title of every nation, in order."""

    @property
    def actor_titles(self) -> list[tuple[str, str, str]]:
        """Kind, identifier and title of the actors of the withdrawal test."""

    @property
    def series_columns(self) -> list[tuple[str, str, str]]:
        """Recorded series: name, unit, meaning."""

    def cite(self) -> str:
        """BibTeX of the study."""

    def summary(self) -> Table:
        """``summary.csv`` as a table: one row per policy, nation and quantity. StorageError."""

    def summary_text(self) -> str:
        """The summary as the command line prints it. StorageError."""

    def table(self, name: str) -> Table | None:
        """A recorded table ("runs", "series", "withdrawal", "capacity", "failures"); None if it has no rows. StorageError, UsageError."""

    def design(self) -> Table | None:
        """What each point of the design sets, numbers in canonical units; None without a design."""

    def verify(self) -> list[str]:
        """Reads every file, and says which are damaged, a text each."""

    def replay(self, policy: str, replication: int, point: int) -> dict[str, Any]:
        """One run again: its numbers; ``as_recorded`` says whether they are as recorded, None if the run is not. UsageError for a policy or point that there is not, and without the function that decides the policy."""

_Outcome = tuple[str, str | None, str | None, str | None]
"""Quantity, nation (None: the first), policy (None: the base), and the policy that is taken off (None: none). Exists in this file only."""

_Place = tuple[str | None, int | None]
"""Nation (None: the first) and point of the design (None: all that are draws). Exists in this file only."""

def catalogue() -> list[dict[str, Any]]:
    """What the catalogue holds."""

def cite(id: str) -> str:
    """BibTeX of a scenario of the catalogue and of the works that it rests on. ScenarioError for an unknown identifier."""

def explain(path: str) -> tuple[str, list[dict[str, Any]]]:
    """What a parameter, a group of them or a root means: text and data. UsageError with a suggestion for unknown paths."""

def template(id: str) -> str:
    """A commented scenario that runs unchanged, as ``autarky new`` writes it. ScenarioError for an unknown identifier."""

def compare(results: Results, objectives: Sequence[str], against: str, of: _Place) -> tuple[str, Table, list[dict[str, Any]]]:
    """Policies compared with one of them, objective by objective (none named: the usual ones), at one point or over all that are draws: text, table, data. UsageError, StorageError."""

def sensitivity(results: Results, outcome: _Outcome) -> tuple[str, dict[str, Any]]:
    """What drives an outcome: text and data. UsageError if the design does not tell or points are missing; StorageError."""

def frontier(results: Results, objectives: Sequence[str], of: _Place) -> tuple[str, dict[str, Any]]:
    """Which policies no other beats in every objective, at one point or over all that are draws: text and data. UsageError, StorageError."""

def discover(results: Results, outcome: _Outcome, limit: float, above: bool) -> tuple[str, dict[str, Any]]:
    """Under which conditions an outcome is above (or below) a limit, in the outcome's unit: text and data. UsageError, StorageError."""

def averaged(results: Results, point: int | None) -> list[int]:
    """The points of the design that an average is over: one, or all that are draws of what is not known (of a Saltelli design the rows A and B). UsageError."""

def path(results: Results, series: str, of: _Place, probabilities: Sequence[float]) -> Table:
    """A series of (nation, point) over time: policy, date, n, mean, and a column ``q<probability>`` for every probability (0 to 1). UsageError, StorageError."""

def report(results: Results, is_markdown: bool, of: tuple[str | None, str | None, str | None], other: str | Path | None) -> str:
    """The report as HTML (or Markdown). ``of`` is quantity, nation and policy of its tornado, ``other`` the folder of a sweep that tells what drives it."""

def unpack(text: str, rules: Sequence[_Told]) -> Study:
    """The study of a parcel, with the functions that decide its policies. UsageError for a text that is none, or of another version."""

def chunk(study: Study, segment: str, runs: tuple[int, int]) -> bytes:
    """Does some runs of a study one after the other; their bytes for ``Recorder.hold``. Ctrl-C raises KeyboardInterrupt. UsageError for runs that the study has not."""

def merge(folders: Sequence[str | Path], out: str | Path) -> None:
    """Puts the folders of all shards of a study together in a new one. MismatchError, StorageError, UsageError."""

def main(words: Sequence[str]) -> int:
    """Runs a command line, the program's name first; returns the exit code."""
