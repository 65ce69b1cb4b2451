"""Policies that a function of the user's decides, year by year."""

from __future__ import annotations

import dis
import functools
import inspect
import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import CodeType, FunctionType
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


def _source(function: Any, seen: frozenset[FunctionType] = frozenset()) -> str:
    """The text of a function with the values that it was made with and those that it reads of its module, so that another value is another function."""
    bound: list[str] = []
    while isinstance(function, functools.partial):
        names = [*map(_plain, function.args), *(f"{k} = {_plain(v)}" for k, v in function.keywords.items())]
        bound.append(f"# called with {', '.join(names)}")
        function = function.func
    owner, target = _parts(function)
    if isinstance(target, FunctionType):
        seen |= {target}
    try:
        text = textwrap.dedent(inspect.getsource(target))
    except (OSError, TypeError) as error:
        raise UsageError(
            "the source of the rule cannot be read, and it identifies the study; define it in a file or a notebook, or give its text as source="
        ) from error
    bound += [f"# of {type(owner).__qualname__} with {name} = {_plain(value)}" for name, value in sorted(getattr(owner, "__dict__", {}).items())]
    if isinstance(target, FunctionType):
        given = {name: p.default for name, p in inspect.signature(target).parameters.items() if p.default is not inspect.Parameter.empty}
        given |= {name: value for name, value in inspect.getclosurevars(target).nonlocals.items() if value is not target}
        bound += [f"# where {name} = {_plain(value)}" for name, value in sorted(given.items())]
        bound += _globals(target, seen)
    return "\n".join([text.rstrip("\n"), *bound]) + "\n"


def _parts(function: Any) -> tuple[Any, Any]:
    """The object whose state a callable reads, or None, and the function that runs."""
    if inspect.ismethod(function):
        return (None if inspect.isclass(function.__self__) else function.__self__, function.__func__)
    return (None, function) if inspect.isroutine(function) else (function, type(function).__call__)


def _globals(function: FunctionType, seen: frozenset[FunctionType]) -> list[str]:
    """What a function reads of the module that it stands in: values, and functions with all that they read. Modules, classes and what is imported do not count."""
    found = []
    for name in sorted(set(_names_read(function.__code__)) & function.__globals__.keys()):
        value = function.__globals__[name]
        if isinstance(value, FunctionType):
            if value.__module__ == function.__module__ and value not in seen:
                found.append(f"# with function {name}:\n" + textwrap.indent(_source(value, seen), "#   ").rstrip("\n"))
        elif not (inspect.ismodule(value) or inspect.isclass(value) or inspect.isroutine(value)):
            found.append(f"# with {name} = {_plain(value)}")
    return found


def _names_read(code: CodeType) -> Iterator[str]:
    """Global names in a function's code and in that of the functions within."""
    for step in dis.get_instructions(code):
        if step.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            yield str(step.argval)
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _names_read(inner)


def _plain(value: Any) -> str:
    """The value of a variable that a function was made with or reads."""
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
        f"the rule was made with or reads a {type(value).__name__}, whose value cannot be told from the source that identifies the study; give the text as source="
    )
