"""Which dated events reach a nation under which policy, from the table of parameters that every results folder keeps.

Marked are starts and ends of events with a date; what hangs on chance has none. An event reaches the nations that it names, a release of models every nation, and a
change of an alliance its members as well. Where a design varies an event's date, points differ, and nothing is marked.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from .._autarky import StorageError
from ._columns import day_of

if TYPE_CHECKING:
    from .._results import Results

_WORDS = {
    "cloud_suspension": "suspension", "remote_switch_off": "switch-off", "policy_change": "new policy", "model_access_cut": "closure of models",
    "open_model_release": "release of models", "alliance_change": "change of alliance",
}
_REMOVED = "–"


class Mark(NamedTuple):
    """A date to mark: days from 1970-01-01, in words, and whether something starts."""

    day: float
    label: str
    is_start: bool


def marks(results: Results, nation: str, policies: Iterable[str]) -> dict[str, list[Mark]]:
    """The marks of each policy in the nation, in order of date. StorageError if the table cannot be read."""
    target = os.path.join(results.path, "parameters.csv")
    try:
        with open(target, encoding="utf-8", newline="") as file:
            rows = [(r["policy"], r["path"], r["value"]) for r in csv.DictReader(file)]
    except OSError as error:
        raise StorageError(f"cannot read `{target}`: {error}") from error
    # The first policy has every parameter, the others what differs.
    first = rows[0][0] if rows else ""
    values: dict[str, dict[str, str]] = {}
    for policy, path, value in rows:
        values.setdefault(policy, {})[path] = value
    varied = () if results.design is None else tuple(results.design.columns)
    found = {}
    for policy in policies:
        own = {} if policy == first else values.get(policy, {})
        known = {path: value for path, value in (values.get(first, {}) | own).items() if value != _REMOVED}
        found[policy] = sorted({mark for event in _events(known, varied) if _reaches(known, event, nation) for mark in _dates(known, event)})
    return found


def _events(known: dict[str, str], varied: tuple[str, ...]) -> list[str]:
    names = [path.removesuffix(".at") for path in known if path.startswith("event.") and path.endswith(".at")]
    return [name for name in names if not any(path in varied for path in (f"{name}.at", f"{name}.until"))]


def _reaches(known: dict[str, str], event: str, nation: str) -> bool:
    kind = known.get(f"{event}.kind", "")
    if kind == "open_model_release" or nation in _list(known.get(f"{event}.to.nations")):
        return True
    if kind != "alliance_change":
        return False
    commons = [f"provider.{name}.commons.members" for name in _list(known.get(f"{event}.providers"))]
    return any(nation in _list(known.get(path)) for path in (f"alliance.{known.get(f'{event}.alliance')}.members", *commons))


def _dates(known: dict[str, str], event: str) -> list[Mark]:
    kind = known.get(f"{event}.kind", "")
    what = _WORDS.get(kind) or known.get(f"{event}.regime", "event")
    begin = day_of(known["horizon.start"])
    ends = (("at", "starts", True), ("until", "ends", False))
    return [Mark(begin + float(known[f"{event}.{key}"]), f"{what} {word}", is_start) for key, word, is_start in ends if _is_number(known.get(f"{event}.{key}"))]


def _is_number(text: str | None) -> bool:
    try:
        return text is not None and float(text) == float(text)
    except ValueError:
        return False


def _list(text: str | None) -> list[str]:
    return (text or "").split()
