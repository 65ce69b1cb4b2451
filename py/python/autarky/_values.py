"""Python's values as a scenario file writes them."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from typing import Any

from ._autarky import UsageError


def plain(value: Any) -> Any:
    """A scalar of another library (NumPy, pandas) as Python's own; other values as they are."""
    if type(value).__name__ == "datetime64":
        # Its own `item` gives nanoseconds as a whole number.
        value = value.astype("datetime64[us]").item()
    elif hasattr(value, "item") and not getattr(value, "shape", ()):
        value = value.item()
    # Of pandas, a date that is missing is a date without a time.
    if isinstance(value, datetime.datetime) and value == value and value.tzinfo is None and value.time() == datetime.time():
        return value.date()
    return value


def number_text(value: Any) -> str:
    """A number or a date, or a text with a number and its unit."""
    value = plain(value)
    if isinstance(value, str):
        return value
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise UsageError(f"{value!r} is neither a number nor a text with a unit")
    return repr(value)


def value_text(value: Any) -> str:
    """A value as it stands on the right of ``path=``: texts as they are, the rest as TOML."""
    return value if isinstance(value, str) else _toml(value)


def _toml(value: Any) -> str:
    value = plain(value)
    if value is None:
        return '"none"'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{json.dumps(str(k), ensure_ascii=False)} = {_toml(v)}" for k, v in value.items()) + " }"
    if type(value).__module__ == "numpy" and hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_toml(v) for v in value) + "]"
    return number_text(value)


def settings(values: Mapping[str, Any]) -> list[str]:
    """``path=value`` of each. UsageError for what is no mapping."""
    if not isinstance(values, Mapping):
        raise UsageError(f"values are a dict from a parameter's path to its value; found {type(values).__name__}")
    return [f"{path}={value_text(value)}" for path, value in values.items()]


def number(name: str, value: Any) -> float:
    """A number, from Python's or another library's; UsageError for others. True and False are none."""
    value = plain(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise UsageError(f"`{name}` is a number; found {value!r}")
    return float(value)


def whole(name: str, value: Any, low: int, high: int) -> int:
    """A whole number within a range, from Python's or another library's; UsageError for others. True and False are none."""
    index = getattr(plain(value), "__index__", None)
    if index is None or isinstance(value, bool):
        raise UsageError(f"`{name}` is a whole number from {low} to {high}; found {value!r}")
    number = int(index())
    if not low <= number <= high:
        raise UsageError(f"`{name}` is a whole number from {low} to {high}; found {number}")
    return number
