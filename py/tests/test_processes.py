"""Processes, folders and imports: forks, spawned workers, temporary folders, going on, damage."""

from __future__ import annotations

import gc
import multiprocessing
import os
import pickle
import shutil
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
from conftest import SETS, Program

import autarky as ak

FORKED = """
import os, sys, threading, time, warnings
import autarky as ak

warnings.simplefilter("ignore")
scenario = ak.load("small-state", set={"horizon.years": 1, "event.chip_ban.at": "6 months"}, policies=["network"])
here = scenario.run(2, seed=7).digest
read, write = os.pipe()
if sys.argv[1] == "idle":
    child = os.fork()
else:
    # The child is born while a thread of its parent runs a study.
    begun = threading.Event()
    thread = threading.Thread(target=lambda: scenario.run(30, progress=lambda done, total: begun.set()))
    thread.start()
    assert begun.wait(60)
    child = os.fork()
if child == 0:
    try:
        text = scenario.run(2, seed=7, jobs=2).digest
    except ak.UsageError as error:
        text = "refused: " + str(error)
    except BaseException as error:
        text = "wrong: " + repr(error)
    os.write(write, text.encode())
    os._exit(0)
deadline = time.monotonic() + 60
while os.waitpid(child, os.WNOHANG) == (0, 0):
    assert time.monotonic() < deadline, "the child hangs"
    time.sleep(0.02)
said = os.read(read, 100_000).decode()
if sys.argv[1] == "idle":
    assert said == here, said
else:
    assert said.startswith("refused: this process was forked while a run was under way"), said
    assert "spawn" in said and "forkserver" in said
    thread.join(60)
"""


def test_a_forked_child_runs_serially_to_the_same_digest(program: Program) -> None:
    program(FORKED, "idle")


def test_a_child_forked_while_a_run_is_under_way_is_refused_and_told_the_way_out(program: Program) -> None:
    program(FORKED, "busy")


def digest_of(seed: int) -> str:
    return ak.load("small-state", set=SETS, policies=["network"]).run(1, seed=seed, keep="runs").digest


@pytest.mark.parametrize("method", ["spawn", "fork", "forkserver"])
def test_workers_of_every_start_method_give_the_same_digest(method: str) -> None:
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context(method)) as pool:
        assert pool.submit(digest_of, 3).result(timeout=120) == digest_of(3)


TWO_DAYS = """
import importlib.abc, sys
import autarky
foreign = {name.split(".")[0] for name in sys.modules} & {"pandas", "numpy", "matplotlib", "polars", "pyarrow", "xarray", "IPython", "dask", "distributed", "SALib", "duckdb", "scipy"}
assert not foreign, foreign
outside = [n for n, m in sys.modules.items() if "site-packages" in (getattr(m, "__file__", None) or "") and n.split(".")[0] != "autarky"]
print(*outside)
"""


def test_the_import_brings_no_other_package(program: Program) -> None:
    before = program("import sys\nprint(*[n for n, m in sys.modules.items() if 'site-packages' in (getattr(m, '__file__', None) or '')])").stdout
    assert set(program(TWO_DAYS).stdout.split()) <= set(before.split())


def test_a_missing_extra_is_named(program: Program) -> None:
    text = """
import sys
for name in ("pandas", "polars", "pyarrow", "xarray"):
    sys.modules[name] = None
import autarky as ak
results = ak.load("small-state", set={"horizon.years": 1, "event.chip_ban.at": "6 months"}, policies=["base"]).run(1)
for call, extra in [(results.to_pandas, "pandas"), (results.to_polars, "polars"), (results.to_xarray, "xarray"), (results.runs.to_pyarrow, "pandas")]:
    try:
        call()
    except ak.UsageError as error:
        assert f"pip install 'autarky[{extra}]'" in str(error), error
    else:
        raise AssertionError(extra)
"""
    program(text)


def test_a_temporary_folder_is_removed_with_the_last_of_its_results(scenario: ak.Scenario) -> None:
    results = scenario.run(1, keep="runs")
    path, table = results.path, results.runs
    grown = results.extend(2)
    assert grown.path == path
    del results
    gc.collect()
    assert os.path.isdir(path), "what was extended still lies there"
    assert len(grown.runs) == 2 * len(table)
    del grown
    gc.collect()
    assert not os.path.exists(os.path.dirname(path))
    assert len(table) == 4


def test_temporary_folders_are_removed_at_exit(program: Program) -> None:
    text = "import autarky as ak\nr = ak.load('small-state', set={'horizon.years': 1, 'event.chip_ban.at': '6 months'}, policies=['base']).run(1)\nprint(r.path)"
    path = program(text).stdout.strip()
    assert path
    assert not os.path.exists(path)


def test_pickled_results_are_a_path(results: ak.Results, scenario: ak.Scenario) -> None:
    """A pickle names the folder: it is read where it is loaded, and does not keep a temporary folder alive."""
    again = pickle.loads(pickle.dumps(results))
    assert again.digest == results.digest
    temporary = scenario.run(1, keep="runs")
    text = pickle.dumps(temporary)
    assert pickle.loads(text).digest == temporary.digest
    del temporary
    gc.collect()
    with pytest.raises(ak.StorageError):
        pickle.loads(text)


def test_the_same_study_goes_on_in_its_folder(tmp_path: Path, scenario: ak.Scenario) -> None:
    first = scenario.run(2, seed=7, out=tmp_path / "one", keep="runs")
    again = scenario.run(2, seed=7, out=tmp_path / "one", keep="runs")
    assert again.digest == first.digest
    grown = again.extend(3)
    assert grown.digest == scenario.run(3, seed=7, keep="runs").digest
    with pytest.raises(ak.MismatchError):
        scenario.run(2, seed=8, out=tmp_path / "one", keep="runs")


def test_shards_merge_to_the_whole(tmp_path: Path, scenario: ak.Scenario) -> None:
    axes = {"nation.EST.policy.coverage": [0.1, 0.2, 0.3]}
    parts = [ak.sweep(scenario, axes, replications=1, seed=7, shard=(i, 2), out=tmp_path / f"part{i}") for i in (1, 2)]
    merged = ak.merge([part.path for part in parts], tmp_path / "whole")
    assert merged.digest == ak.sweep(scenario, axes, replications=1, seed=7).digest
    with pytest.raises(ak.AutarkyError):
        ak.merge([parts[0].path], tmp_path / "half")
    with pytest.raises(ak.UsageError, match="nothing to merge"):
        ak.merge([], tmp_path / "none")


@pytest.mark.parametrize("file", ["manifest.json", "runs/part-00000.parquet", "resolved.toml"])
@pytest.mark.parametrize("damage", ["cut", "other", "gone"])
def test_a_damaged_file_is_a_storage_error_or_named_by_verify(tmp_path: Path, results: ak.Results, file: str, damage: str) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(results.path, folder)
    bytes_ = (folder / file).read_bytes()
    if damage == "gone":
        (folder / file).unlink()
    else:
        (folder / file).write_bytes(bytes_[: len(bytes_) // 2] if damage == "cut" else b"\xff" + bytes_[1:])
    try:
        found = ak.open_results(folder)
        said = found.verify()
        assert any(Path(file).name in text for text in said), said
        found.runs  # noqa: B018
    except ak.StorageError as error:
        assert Path(file).name in str(error)
    except ak.ScenarioError as error:
        assert file == "resolved.toml"
        assert Path(file).name in str(error)


@pytest.mark.parametrize("path", ["nowhere", "", "\x00", "/dev/null", "/proc/self/mem"])
def test_what_is_no_folder_is_a_storage_error(path: str) -> None:
    with pytest.raises((ak.StorageError, ValueError)):
        ak.open_results(path)


def test_a_folder_that_cannot_be_written_is_a_storage_error(scenario: ak.Scenario, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for out in (tmp_path / "file", tmp_path / "file" / "results", Path("/proc/results")):
        with pytest.raises(ak.AutarkyError):
            scenario.run(1, out=out)


def test_paths_hold_any_characters(tmp_path: Path, scenario: ak.Scenario) -> None:
    folder = tmp_path / "tulos α 𝔼 'quoted' [x] #1"
    file = folder / "mudel ä.toml"
    folder.mkdir()
    file.write_text('format = 1\ntitle = "Õ"\nextends = "catalog:small-state"\n[horizon]\nyears = 1\n[event.chip_ban]\nat = "6 months"\n', encoding="utf-8")
    found = ak.load(file, policies=["base"]).run(1, out=folder / "out put", keep="runs")
    assert ak.open_results(folder / "out put").digest == found.digest
    assert Path(found.path) == folder / "out put"
    found.report(folder / "räport.html")
    grown = found.extend(2)
    assert len(grown.runs) == 2 * len(found.runs)


def test_numbers_in_a_manifest_are_read_as_they_were_given(tmp_path: Path) -> None:
    """17 digits that a reader that rounds twice gets wrong by one in the last place."""
    halfwidth = 12.753451286971085

    class Enough(Exception):
        pass

    def stop(done: int, total: int) -> None:
        raise Enough

    with pytest.raises(Enough):
        ak.load("small-state", set=SETS, policies="base").run(60, until=ak.Until("cost", halfwidth), out=tmp_path / "cut", keep="runs", progress=stop)
    assert repr(halfwidth) in repr(ak.open_results(tmp_path / "cut").manifest)


THREADS = """
import os, threading, warnings
import autarky as ak

warnings.simplefilter("ignore")
scenario = ak.load("small-state", set={"horizon.years": 1, "event.chip_ban.at": "6 months"}, policies=["network"])
if os.fork() == 0:
    said = {}

    def run(seed):
        try:
            said[seed] = scenario.run(4, seed=seed, keep="runs").status
        except BaseException as error:
            said[seed] = repr(error)

    threads = [threading.Thread(target=run, args=(seed,)) for seed in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    print(sorted(said.items()), flush=True)
    os._exit(0)
os.wait()
"""


def test_threads_of_a_forked_child_run_studies_at_once(program: Program) -> None:
    assert program(THREADS).stdout.strip() == "[(0, 'complete'), (1, 'complete'), (2, 'complete')]"
