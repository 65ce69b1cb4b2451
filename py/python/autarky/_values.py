"""Python's values as a scenario file writes them."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from typing import Any

from ._autarky import UsageError


def number_text(value: Any) -> str:
    """A number, or a text with a number and its unit."""
    if isinstance(value, str):
        return value
    if isinstance(value, (datetime.date, datetime.datetime)):
        return value.isoformat()
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise UsageError(f"{value!r} is neither a number nor a text with a unit")
    return repr(value)


def value_text(value: Any) -> str:
    """A value as it stands on the right of ``path=``: texts as they are, the rest as TOML."""
    return value if isinstance(value, str) else _toml(value)


def _toml(value: Any) -> str:
    if value is None:
        return '"none"'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{json.dumps(str(k))} = {_toml(v)}" for k, v in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_toml(v) for v in value) + "]"
    return number_text(value)


def settings(values: Mapping[str, Any]) -> list[str]:
    """``path=value`` of each."""
    return [f"{path}={value_text(value)}" for path, value in values.items()]
