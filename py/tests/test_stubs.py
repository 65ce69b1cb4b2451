"""Types, signatures and docstrings: stubs and binary agree, the package is typed, everything public is documented."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import autarky as ak
from autarky import _autarky as compiled

FOLDER = Path(ak.__file__).parent
STUB = ast.parse((FOLDER / "_autarky.pyi").read_text(encoding="utf-8"))
#: Exist for type checkers only.
TYPES = {"Asked", "_Outcome", "_Place"}


def stubbed() -> Iterator[tuple[str, ast.AST, Any]]:
    """Every class, method and function of the stubs, with what it is in the binary."""
    for node in STUB.body:
        if not isinstance(node, (ast.ClassDef, ast.FunctionDef)) or node.name in TYPES:
            continue
        owner = getattr(compiled, node.name)
        yield node.name, node, owner
        if isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef):
                    yield f"{node.name}.{inner.name}", inner, inspect.getattr_static(owner, inner.name)


def test_stubs_hold_every_name_of_the_binary_and_no_other() -> None:
    names = {node.name for node in STUB.body if isinstance(node, (ast.ClassDef, ast.FunctionDef))}
    names |= {node.target.id for node in STUB.body if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)}
    assert names - TYPES - {"__all__"} == set(compiled.__all__)
    for name in compiled.__all__:
        owner = getattr(compiled, name)
        if isinstance(owner, type) and not issubclass(owner, Exception):
            known = {label.split(".")[1] for label, _, _ in stubbed() if label.startswith(f"{name}.")}
            own = {n for n in vars(owner) if n not in ("__doc__", "__module__", "__new__", "__getstate__")}
            assert known == own, name


def test_names_and_defaults_of_arguments_are_those_of_the_binary() -> None:
    compared = 0
    for label, node, found in stubbed():
        # Slots of the interpreter name their arguments as it does.
        if not isinstance(node, ast.FunctionDef) or label.endswith(("__len__", "__getitem__", "__contains__", "__repr__")):
            continue
        if any(isinstance(d, ast.Name) and d.id == "property" for d in node.decorator_list):
            assert inspect.isgetsetdescriptor(found), label
            continue
        if isinstance(found, staticmethod):
            found = found.__func__
        parameters = inspect.signature(found).parameters.values()
        stub = [a.arg for a in node.args.args]
        assert stub == [p.name for p in parameters], label
        defaults = [p.default for p in parameters if p.default is not inspect.Parameter.empty]
        assert [ast.literal_eval(d) for d in node.args.defaults] == defaults, label
        compared += 1
    assert compared >= 30


def test_everything_in_the_stubs_has_a_docstring() -> None:
    bare = [label for label, node, _ in stubbed() if isinstance(node, (ast.ClassDef, ast.FunctionDef)) and not ast.get_docstring(node)]
    assert sorted(bare) == ["State.__contains__", "State.__len__", "State.__repr__", "Table.__len__"]


def tool(*words: str, cwd: Path) -> None:
    done = subprocess.run([sys.executable, "-m", *words], capture_output=True, text=True, timeout=600, cwd=cwd, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_stubtest_finds_stubs_and_binary_alike(tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    tool("mypy.stubtest", "autarky._autarky", cwd=tmp_path)


def test_the_package_is_strictly_typed_as_its_users_see_it(tmp_path: Path) -> None:
    """A program of a user, so that it does not matter which of the extras are installed; the package's own modules are checked with the tree's settings."""
    pytest.importorskip("mypy")
    program = tmp_path / "study.py"
    program.write_text(
        "import autarky as ak\n"
        "s: ak.Scenario = ak.load('small-state', set={'horizon.years': 1})\n"
        "r: ak.Results = s.run(replications=2, seed=7, policies=['network'], until=ak.Until('cost', 0.1))\n"
        "c: ak.Comparison = r.compare('network', objectives='cost')\n"
        "d: ak.Design = ak.design.saltelli({'nation.EST.power_price': ('0.1 USD/kWh', '0.2 USD/kWh'), 'a': ak.LogNormal(1, 0.3), 'b': [1, 2]}, n=4)\n"
        "w: ak.Results = ak.sweep({'base': s, 'network': s.policy('network')}, d, out='x', progress=False)\n"
        "rows: list[dict[str, object]] = w.runs.to_dicts()\n"
        "try:\n    s['x'].unit.upper()\nexcept ak.ScenarioError as error:\n    print(error.diagnostics[0]['line'])\n"
    )
    tool("mypy", "--strict", "--ignore-missing-imports", str(program), cwd=tmp_path)
    program.write_text("import autarky as ak\nak.load('small-state').run(replications='5')\n")
    with pytest.raises(AssertionError, match="incompatible type"):
        tool("mypy", "--strict", "--ignore-missing-imports", str(program), cwd=tmp_path)


def public() -> Iterator[tuple[str, Any]]:
    """Every public name, and the public methods and properties of every public class."""
    for name in ak.__all__:
        found = getattr(ak, name)
        if name in ("MODEL_VERSION", "__version__"):
            continue
        yield name, found
        if isinstance(found, type) or inspect.ismodule(found):
            for inner, member in vars(found).items():
                if inner.startswith("_") or (inspect.ismodule(found) and getattr(member, "__module__", None) != found.__name__):
                    continue
                if callable(member) or isinstance(member, (property, staticmethod, classmethod)):
                    yield f"{name}.{inner}", member


def test_every_public_name_exists_and_has_a_docstring() -> None:
    bare = [name for name, found in public() if not (inspect.getdoc(found) or "").strip()]
    # Fields of a named tuple and of dataclasses are in the docstring of their class.
    assert [name for name in bare if not name.startswith("Parameter.")] == []


def test_docstrings_say_more_than_the_name() -> None:
    short = [name for name, found in public() if inspect.isfunction(found) and len(inspect.getdoc(found) or "") < 20]
    assert short == []


@pytest.mark.parametrize("name", ["load", "sweep", "merge", "open_results", "explain"])
def test_what_may_fail_names_its_errors(name: str) -> None:
    text = inspect.getdoc(getattr(ak, name)) or ""
    assert "Error" in text, name


def test_names_of_the_package_are_listed_and_no_others() -> None:
    assert dir(ak) == sorted(ak.__all__)
    with pytest.raises(AttributeError, match="nothing"):
        ak.nothing  # noqa: B018


@pytest.mark.parametrize("name", ["AutarkyError", "ScenarioError", "UsageError", "MismatchError", "StorageError", "InternalError"])
def test_errors_are_exceptions_with_diagnostics(name: str) -> None:
    found = getattr(ak, name)
    assert issubclass(found, ak.AutarkyError)
    assert issubclass(found, Exception)
    assert list(found("text").diagnostics) == []
    assert found.__module__ == "autarky"
