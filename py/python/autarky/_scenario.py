"""Scenarios: loaded, looked at, changed, run, swept."""

from __future__ import annotations

import html
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from . import _autarky
from ._answer import Answer, Comparison
from ._asked import Until, asked_for
from ._autarky import MismatchError, UsageError
from ._catalogue import explain
from ._messages import ScenarioWarning, warn
from ._names import names as _names
from ._names import listing, near, suggestion
from ._results import Results, Way, run_study
from ._rule import Function, Rule, rule_of
from ._table import Table
from ._values import settings
from ._values import whole as _whole
from .design import Axes, Design

if TYPE_CHECKING:
    Shown = bool | Callable[[int, int], None] | None
    Path = str | os.PathLike[str]

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


class _Words(NamedTuple):
    """What makes a scenario again, in another process too."""

    file: str
    overlays: tuple[str, ...]
    sets: tuple[str, ...]
    policies: tuple[str, ...]
    copies: tuple[tuple[str, str], ...] = ()

    def load(self) -> _autarky.Scenario:
        found = _autarky.Scenario.load(self.file, self.overlays, self.sets, self.policies)
        for name, of in self.copies:
            found = found.with_copy(name, of)
        return found


class Scenario:
    """A scenario with its policies. It never changes; ``with_`` and ``policy`` give others.

    ``s["nation.EST.power_price"]`` is one parameter, ``s.parameters()`` all of them. A pickle holds the words that load it, so its files must be where it is
    loaded; other values there are a MismatchError.
    """

    __slots__ = ("_policy", "_rules", "_scenario", "_words")

    def __init__(self, scenario: _autarky.Scenario, words: _Words, policy: str | None = None, rules: tuple[Rule, ...] = ()) -> None:
        self._scenario = scenario
        self._words = words
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
        UsageError if the scenario has no such policy, or no parameter begins so.
        """
        table = self._scenario.parameters(policy or self._policy or "base")
        if prefix:
            known = table.column("path")
            paths = [path for path in known if path.startswith(prefix)]
            if not paths:
                groups = dict.fromkeys(path[:end] for path in known for end in (*_dots(path), len(path)))
                raise UsageError(f"no parameter of the scenario begins with `{prefix}`{near(prefix.rstrip('.'), groups)}")
            table = table.filtered("path", paths)
        return Table(table)

    def __getitem__(self, path: str) -> Parameter:
        if not isinstance(path, str):
            raise UsageError(f"a parameter is named by its path, a text; found {path!r}")
        table = self._scenario.parameters(self._policy or "base")
        rows = table.filtered("path", [path]).to_dicts()
        if not rows:
            inside = sum(known.startswith(f"{path}.") for known in table.column("path"))
            if inside:
                raise UsageError(f'`{path}` is a group of {inside} values: .parameters("{path}.") lists them')
            _autarky.explain(path)
            raise UsageError(f"the scenario has no value `{path}`{suggestion(path, table.column('path'))}")
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
        sets = settings(values)
        words = self._words._replace(sets=(*self._words.sets, *sets))
        changed = Scenario(self._scenario.with_sets(sets), words, self._policy, self._rules)
        _warn(changed._scenario.warnings, known=self._scenario.warnings)
        return changed

    def policy(self, name: str) -> Scenario:
        """The scenario under one policy only, to run alone or to sweep. UsageError if there is none of that name."""
        if name not in self._scenario.policies:
            known = ", ".join(self._scenario.policies)
            raise UsageError(f"the scenario has no policy `{name}`; there are: {known}")
        return Scenario(self._scenario, self._words, name, self._rules)

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
        policy : the policy that is copied for everything else, with functions that decide it in other nations (default: the one picked, else the base).
        source : text that identifies the function, where it cannot be read.

        Results are reproducible if the function is pure: nothing but the state may enter. The hash of its source is recorded, with the values that it reads in its defaults,
        in the function around it, in its object and in its module, as they are now; another source is another study.
        What the function raises, or a lever out of its range, fails that run. A call costs some tens of microseconds, and runs of other threads wait for the
        interpreter meanwhile. UsageError if the source cannot be read; MismatchError where a folder holds a study of another function.
        """
        if not isinstance(name, str):
            raise UsageError(f"the name of a policy is a text; found {name!r}")
        nation = nation or self.nations[0]
        known = [rule for rule in self._rules if rule.policy == name]
        new = rule_of(name, nation, function, source)
        if any(rule.nation == nation and not rule.inherited for rule in known):
            raise UsageError(f"policy `{name}` in {nation} has a function already")
        picked = None if self._policy is None else name
        if known:
            if policy is not None:
                raise UsageError(f"policy `{name}` is there already, so it cannot copy `{policy}` any more: `policy` goes with its first function")
            others = [rule for rule in self._rules if rule.policy != name or rule.nation != nation]
            return Scenario(self._scenario, self._words, picked, (*others, new))
        of = policy or self._policy or "base"
        scenario = self._scenario.with_copy(name, of)
        words = self._words._replace(copies=(*self._words.copies, (name, of)))
        copied = [replace(rule.under(name), inherited=True) for rule in self._rules if rule.policy == of and rule.nation != nation]
        return Scenario(scenario, words, picked, (*self._rules, *copied, new))

    def difference(self, other: Scenario) -> str:
        """What differs from another scenario under the policies picked (else the bases), as text; "" if nothing does."""
        if not isinstance(other, Scenario):
            raise UsageError(f"a scenario is compared with another one; found {type(other).__name__}")
        text = self._scenario.difference(self._policy or "base", other._scenario, other._policy or "base")
        own, others = self._deciding(), other._deciding()
        differ = [n for n in sorted({*own, *others}) if n not in own or n not in others or own[n].source != others[n].source]
        named = [(n, *(rules[n].name if n in rules else "none" for rules in (own, others))) for n in differ]
        said = [f"function that decides in {n}: {a} | {b}{', of another source' if a == b else ''}" for n, a, b in named]
        return "\n".join([*([text.rstrip("\n")] if text else []), *said]) + ("\n" if text or said else "")

    def _deciding(self) -> dict[str, Rule]:
        """Functions of the policy that is picked, by nation."""
        return {rule.nation: rule for rule in self._rules if rule.policy == self._policy}

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
        asked = asked_for((replications, seed, first, keep), (None, uncertain), until)
        scenario = self
        if policies is not None:
            if self._policy is not None:
                raise UsageError("`policies` goes with a scenario of which no policy was picked")
            scenario = self._with_policies(_names(policies, "policies") or ["base"])
        return _run(scenario, asked, out, Way(jobs, progress, executor))

    def _with_policies(self, chosen: list[str]) -> Scenario:
        """Some of the policies. The compiled part keeps every copy that a function decides, so those that nobody asked for are left out before it loads."""
        scenario, words = self._scenario.with_policies(chosen), self._words
        copied = dict(words.copies)
        words = words._replace(policies=tuple(name for name in chosen if name not in copied) or ("base",))
        if not copied.keys() <= set(chosen):
            words = words._replace(copies=tuple((name, _root(name, copied)) for name in copied if name in chosen))
            scenario = words.load()
        return Scenario(scenario, words, None, self._rules)

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
        self, replications: int = 100, *, design: Design | Axes | None = None, uncertain: int | None = None, seed: int = 1,
        keep: str | None = None, jobs: int | None = None, out: Path = "results",
    ) -> Answer:
        """Runs, time, disk and memory of ``run`` or ``sweep`` before anything starts. One replication of the first policy is run and timed, without functions that decide it."""
        study, _ = _study(self, asked_for((replications, seed, 0, keep), (design, uncertain)))
        text, data = study.plan(os.fspath(out), None if jobs is None else _whole("jobs", jobs, 1, 1024))
        return Answer(text, data)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Scenario) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[Any, ...]:
        return (self.hash, self._policy, tuple((rule.policy, rule.nation, rule.source) for rule in self._rules))

    def __copy__(self) -> Scenario:
        return self

    def __deepcopy__(self, _: object) -> Scenario:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        file, overlays = self._words.file, self._words.overlays
        # Not of the catalogue: it may be loaded from another folder.
        place = os.path.abspath(file) if any(mark in file for mark in "/.") and os.path.exists(file) else file
        words = self._words._replace(file=place, overlays=tuple(map(os.path.abspath, overlays)))
        return (_again, (words, self.hash, self._policy, self._rules))

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


def _again(words: _Words, hash: str, policy: str | None, rules: tuple[Rule, ...]) -> Scenario:
    """A scenario from a pickle. ScenarioError, MismatchError."""
    found = words.load()
    if found.hash != hash:
        raise MismatchError(f"`{words.file}` has other values here than where the scenario was pickled: hash {hash} there, {found.hash} here")
    return Scenario(found, words, policy, rules)


def _root(name: str, copied: Mapping[str, str]) -> str:
    """The policy of the file that a copy, perhaps of a copy, has its values from."""
    while name in copied:
        name = copied[name]
    return name


def _dots(path: str) -> list[int]:
    return [at for at, letter in enumerate(path) if letter == "."]


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
    words = _Words(os.fspath(source), tuple(files), tuple(texts), tuple(_names(policies, "policies")))
    scenario = words.load()
    _warn(scenario.warnings)
    return Scenario(scenario, words)


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
    asked = asked_for((replications, seed, first, keep), (design, uncertain), shard=shard)
    return _run(scenarios, asked, out, Way(jobs, progress, executor))


def _run(scenarios: Scenarios, asked: _autarky.Asked, out: Path | None, way: Way) -> Results:
    """Run a scenario with all its policies, or named ones of several."""
    study, rules = _study(scenarios, asked)
    return run_study(study, out, way, rules)


def _study(scenarios: Scenarios, asked: _autarky.Asked) -> tuple[_autarky.Study, list[Rule]]:
    """What is run, with the functions that decide its policies."""
    if isinstance(scenarios, Scenario) and scenarios._policy is None:
        known = frozenset(scenarios.policies)
        rules = [rule for rule in scenarios._rules if rule.policy in known]
        with listing(".run(1)"):
            return scenarios._scenario.study(asked, [rule.told() for rule in rules]), rules
    if isinstance(scenarios, Scenario):
        scenarios = {str(scenarios._policy): scenarios}
    if not isinstance(scenarios, Mapping) or not all(isinstance(n, str) and isinstance(s, Scenario) for n, s in scenarios.items()):
        raise UsageError("what is run is a scenario, or a dict from the name of a policy to a scenario")
    picked = {name: s._policy or "base" for name, s in scenarios.items()}
    rules = [r.under(name) for name, s in scenarios.items() for r in s._rules if r.policy == picked[name]]
    named = [(name, s._scenario, picked[name]) for name, s in scenarios.items()]
    with listing(".run(1)"):
        return _autarky.Scenario.study_of(named, asked, [rule.told() for rule in rules]), rules


def _warn(texts: list[str], known: Iterable[str] = ()) -> None:
    before = frozenset(known)
    warn([text for text in texts if text not in before], ScenarioWarning)
