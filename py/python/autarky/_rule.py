"""Policies that a function of the user's decides, year by year."""

from __future__ import annotations

import ast
import datetime
import dis
import functools
import inspect
import os
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import CodeType, ModuleType
from typing import Any

from ._autarky import State, UsageError
from ._values import plain

Function = Callable[[State], Mapping[str, float] | None]

_PLAIN = (int, float, complex, str, bool, bytes, type(None), range, datetime.date, datetime.timedelta)


@dataclass(frozen=True)
class Rule:
    """A function that decides for a nation under a policy, with the source that identifies it; ``inherited`` from the policy that this one copies, or its own."""

    policy: str
    nation: str
    function: Function
    name: str
    source: str
    inherited: bool = False

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
    return Rule(policy, nation, function, str(name), source if source is not None else _Reader().text(function))


class _Reader:
    """The text of a function with the values that it reads beside the state: what it was called with, was made with, has as defaults, finds in its module or in its object.

    So two functions from one factory are told apart, and so is one whose module changed a number. Helpers of the same module are read as well; what is imported
    is named only, and its text added where it can be read.
    """

    def __init__(self) -> None:
        self.seen: set[int] = set()

    def text(self, function: Any) -> str:
        """Source and values, a comment each."""
        bound: list[str] = []
        while isinstance(function, functools.partial):
            names = [*(self.value(v, "an argument") for v in function.args), *(f"{k} = {self.value(v, k)}" for k, v in function.keywords.items())]
            bound.append(f"# called with {', '.join(names)}")
            function = function.func
        target, owner = _parts(function)
        self.seen.add(id(target))
        source = _source(target)
        bound += [f"# where {name} = {self.value(value, name)}" for name, value in _values(target, owner)]
        return "\n".join([source.rstrip("\n"), *bound]) + "\n"

    def value(self, value: Any, name: str) -> str:
        """The value of a variable that a function reads."""
        value = plain(value)
        if isinstance(value, _PLAIN):
            return repr(value)
        if isinstance(value, (list, tuple, set, frozenset)):
            inner = [self.value(v, name) for v in value]
            return f"{type(value).__name__}({', '.join(sorted(inner) if isinstance(value, (set, frozenset)) else inner)})"
        if isinstance(value, Mapping):
            return "{" + ", ".join(f"{self.value(k, name)}: {self.value(v, name)}" for k, v in value.items()) + "}"
        if type(value).__module__ == "numpy" and hasattr(value, "tolist"):
            return f"array({value.tolist()!r})"
        if callable(value):
            return self.helper(value)
        raise UsageError(
            f"the rule reads `{name}`, a {type(value).__name__}, whose value cannot be told from the source that identifies the study; give the text as source="
        )

    def helper(self, function: Any) -> str:
        """What the rule calls."""
        target, _ = _parts(function)
        name = str(getattr(target, "__qualname__", type(target).__name__))
        if _is_installed(target):
            return f"{getattr(target, '__module__', None)}.{name}"
        if id(target) in self.seen or not (inspect.isfunction(target) or isinstance(target, type)):
            return name
        if isinstance(target, type):
            self.seen.add(id(target))
        text = _source(target) if isinstance(target, type) else self.text(function)
        return f"{name}:\n{textwrap.indent(text.rstrip(), '#   ')}"


def _parts(function: Any) -> tuple[Any, Any]:
    """What has the text, and the object that it belongs to."""
    if inspect.ismethod(function):
        return function.__func__, function.__self__
    if not inspect.isfunction(function) and inspect.isfunction(getattr(function, "__wrapped__", None)):
        return function.__wrapped__, None
    if inspect.isroutine(function) or isinstance(function, (type, functools.partial)):
        return function, None
    return type(function).__call__, function


def _source(target: Any) -> str:
    try:
        if getattr(target, "__name__", "") == "<lambda>":
            return _lambda(target)
        return textwrap.dedent(inspect.getsource(target))
    except (OSError, TypeError, SyntaxError) as error:
        raise UsageError(
            "the source of the rule cannot be read, and it identifies the study; define it in a file or a notebook, or give its text as source="
        ) from error


def _lambda(target: Any) -> str:
    """The text of a lambda alone: several may stand in one line, and what stands beside it is not it."""
    lines, _ = inspect.findsource(target)
    text = "".join(lines)
    code = target.__code__
    places = [(line, column) for line, _, column, end in code.co_positions() if line is not None and column is not None and end]
    nodes = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Lambda) and node.lineno == code.co_firstlineno]
    holding = [n for n in nodes if all(_begin(n.body) <= place <= (n.body.end_lineno, n.body.end_col_offset) for place in places)]
    # Of lambdas in lambdas the outer one comes first.
    chosen = holding[-1] if holding else nodes[0] if len(nodes) == 1 else None
    found = None if chosen is None else ast.get_source_segment(text, chosen)
    if found is None:
        raise OSError("the lambda is not where it was")
    return found


def _begin(node: ast.expr) -> tuple[int, int]:
    return (node.lineno, node.col_offset)


def _is_installed(target: Any) -> bool:
    """Whether it comes with Python or from a package that is installed, whose versions are the environment's affair."""
    import sysconfig

    module = sys.modules.get(getattr(target, "__module__", None) or "")
    file = getattr(module, "__file__", None)
    if file is None:
        return module is not None and getattr(module, "__name__", "") != "__main__"
    paths = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    return "dist-packages" in file or any(file.startswith(f"{path}{os.sep}") for path in paths if path)


def _values(target: Any, owner: Any) -> Iterator[tuple[str, Any]]:
    """Names and values that a function reads: defaults, variables of the function around it, attributes of its object, names of its module."""
    if not inspect.isfunction(target):
        return
    defaults = target.__defaults__ or ()
    code = target.__code__
    arguments = code.co_varnames[: code.co_argcount]
    yield from zip(arguments[len(arguments) - len(defaults) :], defaults, strict=True)
    yield from sorted((target.__kwdefaults__ or {}).items())
    yield from sorted(_around(target))
    read = _names(code)
    if owner is not None and not isinstance(owner, (type, ModuleType)):
        yield from ((f"self.{name}", value) for name, value in sorted(getattr(owner, "__dict__", {}).items()))
        methods = {name for name in read["attribute"] if inspect.isfunction(getattr(type(owner), name, None))}
        yield from ((f"self.{name}", getattr(type(owner), name)) for name in sorted(methods))
    for name in sorted(read["global"]):
        value = target.__globals__.get(name)
        if name in target.__globals__ and not isinstance(value, ModuleType):
            yield name, value


def _around(function: Any) -> Iterator[tuple[str, Any]]:
    """Variables of the function around it that have a value by now."""
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            yield name, cell.cell_contents
        except ValueError:
            continue


def _names(code: CodeType) -> dict[str, set[str]]:
    """Names of the module and attributes that a code reads, in functions inside of it too."""
    found: dict[str, set[str]] = {"global": set(), "attribute": set()}
    for step in dis.get_instructions(code):
        if step.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            found["global"].add(step.argval)
        elif step.opname in ("LOAD_ATTR", "LOAD_METHOD"):
            found["attribute"].add(step.argval)
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            for kind, names in _names(inner).items():
                found[kind] |= names
    return found
