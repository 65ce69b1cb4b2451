"""Scenarios: loaded, looked at, changed, run, swept."""

from __future__ import annotations

import html
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from . import _autarky
from ._autarky import UsageError
from ._messages import ScenarioWarning, warn
from ._results import Answer, Comparison, Results, Way, run_study
from ._rule import Function, Rule, rule_of
from ._table import Table
from ._values import names, settings
from ._values import whole as _whole
from .design import Axes, Design

if TYPE_CHECKING:
    Shown = bool | Callable[[int, int], None] | None
    Path = str | os.PathLike[str]

_SEED_MAX = 2**53 - 1
_PARAMETERS_SHOWN = 12


class Parameter(NamedTuple):
    """A parameter of a scenario under one policy."""

    path: str
    value: str
    unit: str
    allowed: str
    status: str
    source: str
    meaning: str

    def __repr__(self) -> str:
        unit = f" {self.unit}" if self.unit else ""
        allowed = f"\n  allowed: {self.allowed}" if self.allowed else ""
        return f"{self.path} = {self.value}{unit}  ({self.status}: {self.source})\n  {self.meaning}{allowed}"


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
        names = [self.objectives] if isinstance(self.objectives, str) else list(self.objectives)
        return (names, self.nation, self.halfwidth, self.block)


class Scenario:
    """A scenario with its policies. It never changes; ``with_`` and ``policy`` give others.

    ``s["nation.EST.power_price"]`` is one parameter, ``s.parameters()`` all of them.
    """

    __slots__ = ("_policy", "_rules", "_scenario")

    def __init__(self, scenario: _autarky.Scenario, policy: str | None = None, rules: tuple[Rule, ...] = ()) -> None:
        self._scenario = scenario
        self._policy = policy
        self._rules = rules

    @property
    def id(self) -> str:
        """Identifier: the catalogue's, or the file's name."""
        return self._scenario.id

    @property
    def title(self) -> str:
        """Title."""
        return self._scenario.title

    @property
    def question(self) -> str:
        """The question that the scenario answers, or ""."""
        return self._scenario.question

    @property
    def hash(self) -> str:
        """SHA-256 of all values under all policies, in hexadecimal; titles and sources do not enter."""
        return self._scenario.hash

    @property
    def policies(self) -> list[str]:
        """Names of the policies, ``base`` first; the one that ``policy`` picked."""
        return self._scenario.policies if self._policy is None else [self._policy]

    @property
    def nations(self) -> list[str]:
        """Nations in detail (ISO 3166 alpha-3); results are of these."""
        return self._scenario.nations

    @property
    def about(self) -> dict[str, Any]:
        """What the scenario says about itself: claim, who makes it, outcomes, findings, what would flip them, limits."""
        return self._scenario.about

    @property
    def command(self) -> str:
        """The command that loads and runs the same scenario."""
        return self._scenario.command

    def parameters(self, prefix: str = "", *, policy: str | None = None) -> Table:
        """Every parameter whose path begins with ``prefix``: path, value, unit, allowed values, status, layer, source, vintage, origin, meaning.

        Values are those under ``policy`` (default: the one picked, else the base). ``status`` is measured, calibrated, imputed or assumed.
        UsageError if the scenario has no such policy.
        """
        table = self._scenario.parameters(policy or self._policy or "base")
        if prefix:
            paths = [path for path in table.column("path") if path.startswith(prefix)]
            table = table.filtered("path", paths)
        return Table(table)

    def __getitem__(self, path: str) -> Parameter:
        rows = self.parameters(path).where(path=path).to_dicts()
        if not rows:
            inside = len(self.parameters(f"{path}."))
            if inside:
                raise UsageError(f'`{path}` is a group of {inside} values: .parameters("{path}.") lists them')
            _autarky.explain(path)
            raise UsageError(f"the scenario has no value `{path}`")
        return Parameter(*[rows[0][field] or "" for field in Parameter._fields])

    def explain(self, path: str) -> Answer:
        """What a parameter, a group or a root means: unit, allowed values, default, source. UsageError with a suggestion for unknown paths."""
        return explain(path)

    def cite(self) -> str:
        """BibTeX of the scenario and of the works that it rests on."""
        return self._scenario.cite()

    def to_toml(self) -> str:
        """Every value as a scenario file that loads again to the same."""
        return self._scenario.toml()

    def with_(self, values: Mapping[str, Any]) -> Scenario:
        """The same scenario with values by path on top of every policy: ``s.with_({"nation.EST.power_price": "0.35 USD/kWh"})``.

        Texts carry units; numbers are for parameters that have none. ScenarioError tells everything that is wrong.
        """
        changed = Scenario(self._scenario.with_sets(settings(values)), self._policy, self._rules)
        _warn(changed._scenario.warnings, known=self._scenario.warnings)
        return changed

    def policy(self, name: str) -> Scenario:
        """The scenario under one policy only, to run alone or to sweep. UsageError if there is none of that name."""
        if name not in self._scenario.policies:
            known = ", ".join(self._scenario.policies)
            raise UsageError(f"the scenario has no policy `{name}`; there are: {known}")
        return Scenario(self._scenario, name, self._rules)

    def rule(
        self, name: str, function: Function, *, nation: str | None = None, policy: str | None = None, source: str | None = None
    ) -> Scenario:
        """The scenario with one more policy, ``name``, under which ``function`` decides for a nation at each fiscal year.

        Parameters
        ----------
        function : called with a ``State``: what the state of the nation knows at the start of the fiscal year (year, date, levers in force, what they spent and have
            left, and ``state["served_share"]``, the latest sample of every series). It returns a dict from levers to numbers, or None to leave all as they are:
            appropriation (USD a year), coverage, portfolio.data_centre, portfolio.network, portfolio.cloud, portfolio.commons, tariff, cloud_rebate, node_subsidy.capital,
            node_subsidy.energy, tax.profit, tax.break. Levers lie on top of the scenario and of dated changes of policy until the function decides again.
        nation : by default the first. Call ``rule`` again with the same name for a second nation.
        policy : the policy that is copied for everything else (default: the one picked, else the base).
        source : text that identifies the function, where it cannot be read.

        Results are reproducible if the function is pure: nothing but the state may enter. The hash of its source is recorded; another source is another study.
        What the function raises, or a lever out of its range, fails that run. A call costs some microseconds, and runs of other threads wait for the
        interpreter meanwhile. UsageError if the source cannot be read; MismatchError where a folder holds a study of another function.
        """
        nation = nation or self.nations[0]
        known = [rule for rule in self._rules if rule.policy == name]
        new = rule_of(name, nation, function, source)
        if any(rule.nation == nation for rule in known):
            raise UsageError(f"policy `{name}` in {nation} has a function already")
        scenario = self._scenario if known else self._scenario.with_copy(name, policy or self._policy or "base")
        picked = None if self._policy is None else name
        return Scenario(scenario, picked, (*self._rules, new))

    def difference(self, other: Scenario) -> str:
        """What differs from another scenario under the policies picked (else the bases), as text; "" if nothing does."""
        return self._scenario.difference(self._policy or "base", other._scenario, other._policy or "base")

    def run(
        self,
        replications: int = 100,
        *,
        seed: int = 1,
        first: int = 0,
        policies: str | Iterable[str] | None = None,
        uncertain: int | None = None,
        until: Until | None = None,
        keep: str | None = None,
        out: Path | None = None,
        jobs: int | None = None,
        progress: Shown = None,
        executor: Any = None,
    ) -> Results:
        """Run the base and every policy (or ``policies`` beside the base) on common random numbers.

        Parameters
        ----------
        replications : runs of every policy (and draw); 1 to 10,000,000.
        seed : of all random streams; 0 to 2^53 − 1. The same scenario, seed and version give the same bits, from here and from the command line.
        first : number of the first replication; equal numbers share all draws.
        uncertain : so many joint draws of the parameters that the scenario declares uncertain; each is a point.
        until : stop when intervals are narrow enough, at most after ``replications``.
        keep : "series" keeps series and capacities as well, "runs" quantities and withdrawal tests only. Default: series without draws.
        out : results folder; if the same study was begun there, it goes on. Default: a temporary folder that lasts as long as the results.
        jobs : threads; default: one a core. In a forked process runs go serially.
        progress : None shows a line in a terminal and a bar in a notebook; False nothing; a function is called with (runs that ended, runs asked for).
        executor : a Dask client or an executor of ``concurrent.futures``, whose workers do the runs; the results are the same to the last bit.

        Ctrl-C returns what is finished, the same replications of every policy but for the one under way, with an InterruptedWarning. Failed runs give a FailedRunsWarning.
        Errors: ScenarioError, UsageError, MismatchError (another study is in ``out``), StorageError.
        """
        asked = _asked(replications, seed, first, keep, None, _draws(uncertain, seed), until)
        scenario = self
        if policies is not None:
            if self._policy is not None:
                raise UsageError("`policies` goes with a scenario of which no policy was picked")
            scenario = Scenario(self._scenario.with_policies(names(policies)), None, self._rules)
        return _run(scenario, asked, out, Way(jobs, progress, executor))

    def compare(
        self,
        replications: int = 100,
        *,
        objectives: Iterable[str] = (),
        nation: str | None = None,
        against: str = "base",
        **run: Any,
    ) -> Comparison:
        """Run all policies (see ``run`` for the other arguments) and compare them with one of them.

        Results are in ``.results``; see ``Results.compare``.
        """
        results = self.run(replications, **run)
        return results.compare(against=against, objectives=objectives, nation=nation)

    def sweep(self, design: Design | None = None, **how: Any) -> Results:
        """Run the policies at the points of a design; see ``autarky.sweep``."""
        return sweep(self, design, **how)

    def plan(
        self, replications: int = 100, *, design: Design | None = None, uncertain: int | None = None, seed: int = 1,
        keep: str | None = None, jobs: int | None = None, out: Path = "results",
    ) -> Answer:
        """Runs, time, disk and memory before anything starts. One replication of the base is run and timed."""
        asked = _asked(replications, seed, 0, keep, design, _draws(uncertain, seed), None)
        study = self._scenario.study(asked, [])
        text, data = study.plan(os.fspath(out), None if jobs is None else _whole("jobs", jobs, 1, 1024))
        return Answer(text, data)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Scenario) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[Any, ...]:
        return (self.hash, self._policy, tuple((rule.policy, rule.nation, rule.source) for rule in self._rules))

    def __repr__(self) -> str:
        lines = [f"{self.id}: {self.title}", f"policies  {', '.join(self.policies)}", f"nations   {', '.join(self.nations)}"]
        if self.question:
            lines.insert(1, self.question)
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        e = html.escape
        texts = self._scenario.policy_texts
        items = []
        for name in self.policies:
            title, description = texts[name]
            items.append(f"<li><b>{e(name)}</b> {e(title)}{': ' + e(description) if description else ''}</li>")
        rows = []
        prefixes = tuple(f"nation.{nation}." for nation in self.nations)
        shown = [r for r in self.parameters() if r["path"].startswith(prefixes) and r["layer"] not in ("default", "calibration")]
        for row in shown[:_PARAMETERS_SHOWN]:
            cells = [row[c] or "" for c in ("path", "value", "unit", "allowed", "status", "source")]
            rows.append("<tr title='" + e(row["meaning"] or "", quote=True) + "'>" + "".join(f"<td>{e(c)}</td>" for c in cells) + "</tr>")
        head = "".join(f"<th>{c}</th>" for c in ("parameter", "value", "unit", "allowed", "status", "source"))
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>" if rows else ""
        more = f"<small>{len(self.parameters())} parameters in all: <code>.parameters()</code></small>"
        return f"<h4>{e(self.title)}</h4><p>{e(self.question)}</p><ul>{''.join(items)}</ul>{table}{more}"


Scenarios = Scenario | Mapping[str, Scenario]


def load(
    source: Path,
    *,
    overlays: Path | Iterable[Path] = (),
    set: Mapping[str, Any] | None = None,
    policies: str | Iterable[str] = (),
) -> Scenario:
    """Load a scenario: an identifier of the catalogue ("small-state") or the path of a file.

    ``overlays`` are files on top, later ones above earlier; ``set`` values by path above all; ``policies`` those to load (all if none is named).
    ScenarioError has everything that is wrong, each with file, line, column, the offending text, what is allowed and a suggestion.
    """
    texts = settings(set or {})
    files = [os.fspath(o) for o in ([overlays] if isinstance(overlays, (str, os.PathLike)) else overlays)]
    scenario = _autarky.Scenario.load(os.fspath(source), files, texts, names(policies))
    _warn(scenario.warnings)
    return Scenario(scenario)


def sweep(
    scenarios: Scenarios,
    design: Design | Axes | None = None,
    *,
    replications: int = 100,
    seed: int = 1,
    first: int = 0,
    uncertain: int | None = None,
    keep: str | None = None,
    shard: tuple[int, int] | None = None,
    out: Path | None = None,
    jobs: int | None = None,
    progress: Shown = None,
    executor: Any = None,
) -> Results:
    """Run policies at the points of a design, on common random numbers.

    ``scenarios`` is a scenario (its base and all its policies), or a dict from the name of a policy to a scenario: ``{"base": s, "network":
    s.policy("network_first"), "dear": s.with_({...})}``; where there are several, one is named
    ``base``, with which the others are compared, and they are in the order of their names. ``design`` comes from ``autarky.design``, or is a
    dict of axes whose every combination is run; without it ``uncertain`` draws the parameters that the scenario declares uncertain.

    Without a design the named scenarios are compared as they are. ``shard=(3, 16)`` runs the third of sixteen equal shares into ``out``; ``autarky.merge`` puts them
    together. The other arguments are those of ``Scenario.run``; runs go ten replications of every point at a time, so that an interrupted sweep is balanced.

    Errors: ScenarioError (a design or a value does not fit), UsageError, MismatchError (another study is in ``out``), StorageError.
    """
    from .design import factorial

    if isinstance(design, Mapping):
        design = factorial(design)
    if design is not None and not isinstance(design, Design):
        raise UsageError(f"a design comes from autarky.design, or is a dict of axes; found {type(design).__name__}")
    if design is not None and uncertain is not None:
        raise UsageError("a design and `uncertain` do not go together")
    asked = _asked(replications, seed, first, keep, design, _draws(uncertain, seed), None, shard)
    return _run(scenarios, asked, out, Way(jobs, progress, executor))


def _run(scenarios: Scenarios, asked: _autarky.Asked, out: Path | None, way: Way) -> Results:
    """Run a scenario with all its policies, or named ones of several."""
    if isinstance(scenarios, Scenario) and scenarios._policy is None:
        known = set(scenarios.policies)
        rules = [rule for rule in scenarios._rules if rule.policy in known]
        study = scenarios._scenario.study(asked, [rule.told() for rule in rules])
        return run_study(study, out, way, rules)
    if isinstance(scenarios, Scenario):
        scenarios = {str(scenarios._policy): scenarios}
    if not isinstance(scenarios, Mapping) or not all(isinstance(s, Scenario) for s in scenarios.values()):
        raise UsageError("what is run is a scenario, or a dict from the name of a policy to a scenario")
    picked = {name: s._policy or "base" for name, s in scenarios.items()}
    rules = [r.under(name) for name, s in scenarios.items() for r in s._rules if r.policy == picked[name]]
    named = [(name, s._scenario, picked[name]) for name, s in scenarios.items()]
    study = _autarky.Scenario.study_of(named, asked, [rule.told() for rule in rules])
    return run_study(study, out, way, rules)


def _draws(uncertain: int | None, seed: int) -> tuple[int, int] | None:
    if uncertain is None:
        return None
    return (_whole("uncertain", uncertain, 2, 1_000_000), seed)


def _asked(
    replications: int,
    seed: int,
    first: int,
    keep: str | None,
    design: Design | None,
    uncertain: tuple[int, int] | None,
    until: Until | None,
    shard: tuple[int, int] | None = None,
) -> _autarky.Asked:
    if until is not None and not isinstance(until, Until):
        raise UsageError(f"`until` is an autarky.Until; found {type(until).__name__}")
    return {
        "replications": _whole("replications", replications, 1, 10_000_000),
        "seed": _whole("seed", seed, 0, _SEED_MAX),
        "first": _whole("first", first, 0, 10**12),
        "keep": keep,
        "design": None if design is None else design._json(),
        "uncertain": uncertain,
        "shard": shard,
        "until": None if until is None else until._tuple(),
    }


def _warn(texts: list[str], known: Iterable[str] = ()) -> None:
    before = frozenset(known)
    warn([text for text in texts if text not in before], ScenarioWarning)


class Catalogue(list[dict[str, Any]]):
    """What the catalogue holds, a dict each."""

    def __repr__(self) -> str:
        width = max(len(entry["id"]) for entry in self)
        return "\n".join(f"{entry['id']:<{width}}  {entry['question'] or entry['title']}" for entry in self)

    def _repr_html_(self) -> str:
        e = html.escape
        rows = "".join(
            f"<tr><td><code>{e(x['id'])}</code></td><td style='text-align:left'>{e(x['title'])}</td>"
            f"<td style='text-align:left'>{e(x['question'])}</td></tr>"
            for x in self
        )
        return f"<table><thead><tr><th>id</th><th>title</th><th>question</th></tr></thead><tbody>{rows}</tbody></table>"


def catalogue() -> Catalogue:
    """The scenarios that come with autarky: identifier, title, question, claim, outcomes. ``load(id)`` loads one."""
    return Catalogue(_autarky.catalogue())


def cite(id: str) -> str:
    """BibTeX of a scenario of the catalogue and of the works that it rests on."""
    return _autarky.cite(id)


def explain(path: str) -> Answer:
    """What a parameter ("nation.power_price"), a group ("nation.policy") or a root ("nation") means: unit, allowed values, default, source.

    UsageError with a suggestion for unknown paths.
    """
    text, data = _autarky.explain(path)
    return Answer(text, data)
