"""Policies that a function of the user's decides, year by year."""

from __future__ import annotations

import functools
import inspect
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ._autarky import State, UsageError

Function = Callable[[State], Mapping[str, float] | None]

_PLAIN = (int, float, str, bool, bytes, type(None))


@dataclass(frozen=True)
class Rule:
    """A function that decides for a nation under a policy, with the source that identifies it."""

    policy: str
    nation: str
    function: Function
    name: str
    source: str

    def under(self, policy: str) -> Rule:
        """The same for a policy of another name."""
        return replace(self, policy=policy)

    def told(self) -> tuple[str, str, str, str, Function]:
        """As the compiled module takes it."""
        return (self.policy, self.nation, self.name, self.source, self.function)


def rule_of(policy: str, nation: str, function: Function, source: str | None) -> Rule:
    """A rule from a function; its source is read unless it is given."""
    if not callable(function):
        raise UsageError(f"a rule is a function of the state; found {type(function).__name__}")
    inner = function
    while isinstance(inner, functools.partial):
        inner = inner.func
    name = getattr(inner, "__name__", type(inner).__name__)
    return Rule(policy, nation, function, str(name), source if source is not None else _source(function))


def _source(function: Any) -> str:
    """The text of a function with the values that it was made with, so that two functions from one factory are told apart."""
    bound: list[str] = []
    while isinstance(function, functools.partial):
        names = [*map(_plain, function.args), *(f"{k} = {_plain(v)}" for k, v in function.keywords.items())]
        bound.append(f"# called with {', '.join(names)}")
        function = function.func
    target = function if inspect.isroutine(function) else type(function).__call__
    try:
        text = textwrap.dedent(inspect.getsource(target))
    except (OSError, TypeError) as error:
        raise UsageError(
            "the source of the rule cannot be read, and it identifies the study; define it in a file or a notebook, or give its text as source="
        ) from error
    closure = inspect.getclosurevars(target).nonlocals if inspect.isfunction(target) else {}
    bound += [f"# where {name} = {_plain(value)}" for name, value in sorted(closure.items())]
    return "\n".join([text.rstrip("\n"), *bound]) + "\n"


def _plain(value: Any) -> str:
    """The value of a variable that a function was made with."""
    if isinstance(value, _PLAIN):
        return repr(value)
    if isinstance(value, (list, tuple, set, frozenset)):
        inner = [_plain(v) for v in value]
        return f"{type(value).__name__}({', '.join(sorted(inner) if isinstance(value, (set, frozenset)) else inner)})"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_plain(k)}: {_plain(v)}" for k, v in value.items()) + "}"
    if inspect.isroutine(value):
        return f"function {value.__qualname__}:\n" + textwrap.indent(_source(value), "#   ")
    raise UsageError(
        f"the rule was made with a {type(value).__name__}, whose value cannot be told from the source that identifies the study; give the text as source="
    )
