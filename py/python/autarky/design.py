"""Designs of experiments: what varies over the points of a sweep, and how points are chosen.

Axes are a dict from a parameter's path to what it takes::

    {"nation.EST.power_price": ("0.05 USD/kWh", "0.25 USD/kWh"),   # from, to
     "nation.EST.policy.coverage": [0.1, 0.3, 0.5],                # these
     "shock.chip.rate": ak.LogNormal("0.2 1/year", 0.3),           # a distribution
     "policies.ban.event.chip_ban.at": "12 months..60 months"}     # as the command line has it; of one policy only

Values of a parameter that has a unit are texts with one. Every value passes the checks that a scenario file passes, when the sweep begins.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from ._autarky import UsageError
from ._values import number_text, value_text, whole

Number = float | int | str


@dataclass(frozen=True)
class Range:
    """From ``low`` to ``high``: in steps, in so many levels, or without either for designs that choose values themselves."""

    low: Number
    high: Number
    step: Number | None = None
    levels: int | None = None

    def __post_init__(self) -> None:
        if self.step is not None and self.levels is not None:
            raise UsageError("a range goes in steps or in so many levels: `step=` or `levels=`, one of them")

    def _text(self) -> str:
        text = f"{number_text(self.low)}..{number_text(self.high)}"
        if self.step is not None:
            return f"{text}:{number_text(self.step)}"
        return text if self.levels is None else f"{text}/{whole('levels', self.levels, 2, 10_000)}"


class _Law:
    _name = ""

    def _arguments(self) -> list[Number | None]:
        raise NotImplementedError

    def _text(self) -> str:
        given = [number_text(a) for a in self._arguments() if a is not None]
        return f"{self._name}({', '.join(given)})"


@dataclass(frozen=True)
class Uniform(_Law):
    """Uniform between two values."""

    low: Number
    high: Number
    _name = "uniform"

    def _arguments(self) -> list[Number | None]:
        return [self.low, self.high]


@dataclass(frozen=True)
class LogUniform(_Law):
    """The logarithm is uniform; both values are above zero."""

    low: Number
    high: Number
    _name = "log_uniform"

    def _arguments(self) -> list[Number | None]:
        return [self.low, self.high]


@dataclass(frozen=True)
class Normal(_Law):
    """Normal by mean and standard deviation, cut off at ``low`` and ``high`` if they are given (both)."""

    mean: Number
    deviation: Number
    low: Number | None = None
    high: Number | None = None
    _name = "normal"

    def _arguments(self) -> list[Number | None]:
        return [self.mean, self.deviation, self.low, self.high]


@dataclass(frozen=True)
class LogNormal(_Law):
    """Lognormal by median and standard deviation of the logarithm, cut off at ``low`` and ``high`` if they are given (both)."""

    median: Number
    sigma: float
    low: Number | None = None
    high: Number | None = None
    _name = "log_normal"

    def _arguments(self) -> list[Number | None]:
        return [self.median, self.sigma, self.low, self.high]


@dataclass(frozen=True)
class Triangular(_Law):
    """Triangular by lowest, most likely and highest value."""

    low: Number
    mode: Number
    high: Number
    _name = "triangular"

    def _arguments(self) -> list[Number | None]:
        return [self.low, self.mode, self.high]


@dataclass(frozen=True)
class Beta(_Law):
    """Beta with shapes ``a`` and ``b``, from ``low`` to ``high`` (0 to 1 without them)."""

    a: float
    b: float
    low: Number | None = None
    high: Number | None = None
    _name = "beta"

    def _arguments(self) -> list[Number | None]:
        return [self.a, self.b, self.low, self.high]


#: Where a list in braces is cut, or a part of it begins.
_CUT = re.compile(r"[,{}\[\]()\"']")
_FLAGS = ("scramble", "second_order")
#: Counts as the functions here name them.
_NAMES = {"points": "n", "samples": "n", "trajectories": "n"}

Values = str | tuple[Number, Number] | Sequence[Any] | Range | _Law
Axes = Mapping[str, Values]


@dataclass(frozen=True)
class Design:
    """A design as asked for; it is checked and its points are found when a sweep begins."""

    kind: str
    axes: tuple[str, ...]
    seed: int
    options: tuple[tuple[str, Any], ...] = ()

    def _json(self) -> str:
        return json.dumps({"design": self.kind, "axes": list(self.axes), "seed": self.seed, **dict(self.options)})


def _axis(path: str, values: Values) -> str:
    if isinstance(values, str):
        return f"{path}{values}" if values.startswith("~") else f"{path}={values}"
    if isinstance(values, Range):
        return f"{path}={values._text()}"
    if isinstance(values, _Law):
        return f"{path}~{values._text()}"
    if isinstance(values, tuple):
        if len(values) != 2:
            raise UsageError(f"`{path}`: a tuple is (from, to); a list is every value; found a tuple of {len(values)}")
        return f"{path}={number_text(values[0])}..{number_text(values[1])}"
    if isinstance(values, (Set, Mapping)):
        raise UsageError(f"`{path}`: a {type(values).__name__} has no order in which its values are the points; a list has")
    if isinstance(values, Iterable):
        return f"{path}={{{', '.join(_level(v) for v in values)}}}"
    raise UsageError(f"`{path}`: values are (from, to), a list, a distribution or a text; found {type(values).__name__}")


def _level(value: Any) -> str:
    """One of a list. A text that would be cut stands in quotes; what begins as TOML does is taken as it is."""
    text = value_text(value)
    if not isinstance(value, str) or text.lstrip().startswith(("[", "{", '"', "'")) or not _CUT.search(text):
        return text
    inner = json.dumps(text, ensure_ascii=False)[1:-1].replace('\\"', "\\u0022")
    return f'"{inner}"'


def _design(kind: str, axes: Axes, seed: int, **options: Any) -> Design:
    """Counts are checked here as far as they are whole numbers; what a design can hold is checked when a sweep begins."""
    if not isinstance(axes, Mapping):
        raise UsageError(f"axes are a dict from a parameter's path to what it takes; found {type(axes).__name__}")
    texts = tuple(_axis(path, values) for path, values in axes.items())
    checked = {name: bool(value) if name in _FLAGS else whole(_NAMES.get(name, name), value, 0, 2**53) for name, value in options.items()}
    return Design(kind, texts, whole("seed", seed, 0, 2**53 - 1), tuple(checked.items()))


def factorial(axes: Axes) -> Design:
    """Every combination of the levels of all axes, the last axis changing fastest."""
    return _design("factorial", axes, 1)


def latin(axes: Axes, n: int, *, seed: int = 1) -> Design:
    """A Latin hypercube of ``n`` points (McKay, Beckman and Conover 1979). It does not grow."""
    return _design("latin", axes, seed, points=n)


def sobol(axes: Axes, n: int, *, seed: int = 1, scramble: bool = True, skip: int = 0) -> Design:
    """``n`` points of a Sobol sequence, scrambled by the seed (Owen 1995); a power of two is balanced."""
    return _design("sobol", axes, seed, points=n, scramble=scramble, skip=skip)


def saltelli(
    axes: Axes, n: int, *, seed: int = 1, second_order: bool = False, scramble: bool = True, skip: int = 0
) -> Design:
    """Points for Sobol indices (Saltelli et al. 2010): ``n`` base samples give n·(k + 2) points for k axes, n·(2k + 2) with second order."""
    return _design("saltelli", axes, seed, samples=n, second_order=second_order, scramble=scramble, skip=skip)


def morris(axes: Axes, n: int, *, levels: int = 4, seed: int = 1) -> Design:
    """``n`` trajectories for elementary effects (Morris 1991): k + 1 points each."""
    return _design("morris", axes, seed, trajectories=n, levels=levels)


def random(axes: Axes, n: int, *, seed: int = 1) -> Design:
    """``n`` independent draws."""
    return _design("random", axes, seed, points=n)


def table(rows: Any) -> Design:
    """The rows of a table: a dict of columns, a pandas or polars DataFrame, or CSV text; a column a path, an empty cell leaves the parameter as it is.

    A file is read first: ``table(Path("design.csv").read_text())``.
    """
    return Design("table", (), 1, (("csv", _csv(rows)),))


def _csv(rows: Any) -> str:
    if isinstance(rows, str):
        if "\n" not in rows:
            raise UsageError(f"a table as text is CSV with a line of paths and a line for every point, not the name of a file; found {rows[:60]!r}")
        return rows
    if hasattr(rows, "write_csv"):
        return str(rows.write_csv())
    if hasattr(rows, "columns") and hasattr(rows, "isna"):
        if not rows.columns.is_unique:
            raise UsageError("two columns of the table have the same name")
        rows = {str(name): _cells(rows[name]) for name in rows.columns}
    if isinstance(rows, Mapping):
        for name, column in rows.items():
            if isinstance(column, (str, Set, Mapping)) or not isinstance(column, Iterable):
                raise UsageError(f"`{name}`: a column of a table is a list with a value for every point; found {type(column).__name__}")
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(rows)
        try:
            writer.writerows(zip(*[["" if v is None else value_text(v) for v in column] for column in rows.values()], strict=True))
        except ValueError as error:
            raise UsageError("the columns of a table have one length") from error
        return out.getvalue()
    raise UsageError(f"a table is a dict of columns, a DataFrame or CSV text; found {type(rows).__name__}")


def _cells(column: Any) -> list[Any]:
    """A pandas column; what is missing sets nothing, and True is as a scenario writes it, not as pandas does."""
    return [None if missing else value for value, missing in zip(column, column.isna(), strict=True)]
