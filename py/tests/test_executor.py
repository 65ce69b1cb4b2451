"""Claims about runs that other processes do: the folder is that of a serial run to the last bit, whatever happens to workers and client."""

from __future__ import annotations

import concurrent.futures
import os
import re
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import autarky as ak
from autarky import _autarky, _executor

N = 12
SEED = 11


@pytest.fixture(scope="module")
def scenario() -> ak.Scenario:
    return ak.load("small-state", set={"horizon.years": 1, "event.chip_ban.at": "6 months"}, policies=["base", "ban"])


@pytest.fixture(scope="module")
def serial(scenario: ak.Scenario) -> ak.Results:
    return scenario.run(N, seed=SEED, jobs=1)


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


def same(found: ak.Results, serial: ak.Results) -> bool:
    """Whether two folders hold the same numbers: digest, summary and every row of every table."""
    tables = all(getattr(found, t).to_pyarrow().equals(getattr(serial, t).to_pyarrow()) for t in ("runs", "withdrawal"))
    return tables and found.digest == serial.digest and Path(found.path, "summary.csv").read_bytes() == Path(serial.path, "summary.csv").read_bytes()


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_a_pool_of_processes_gives_the_serial_bits(scenario: ak.Scenario, serial: ak.Results, method: str) -> None:
    import multiprocessing

    context = multiprocessing.get_context(method)
    with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as pool:
        assert same(scenario.run(N, seed=SEED, executor=pool), serial)


def test_a_dask_cluster_of_processes_gives_the_serial_bits(scenario: ak.Scenario, serial: ak.Results, client: Any) -> None:
    assert same(scenario.run(N, seed=SEED, executor=client), serial)


def test_a_sweep_on_dask_gives_the_serial_bits(scenario: ak.Scenario, client: Any) -> None:
    design = ak.design.sobol({"nation.EST.policy.coverage": (0.1, 0.5)}, 4, seed=3)
    here = ak.sweep(scenario, design, replications=2, seed=SEED)
    assert same(ak.sweep(scenario, design, replications=2, seed=SEED, executor=client), here)


def test_a_dask_worker_killed_in_the_middle_costs_nothing(scenario: ak.Scenario, serial: ak.Results, client: Any) -> None:
    pids = client.run(os.getpid)
    killed: list[int] = []

    def kill(done: int, _asked: int) -> None:
        if done >= 4 and not killed:
            killed.append(next(iter(pids.values())))
            os.kill(killed[0], signal.SIGKILL)

    found = scenario.run(N, seed=SEED, executor=client, progress=kill)
    assert killed, "the study was over before a worker could be killed"
    assert same(found, serial)
    client.wait_for_workers(2, timeout=60)


def test_a_broken_pool_keeps_what_was_done_and_another_goes_on(scenario: ak.Scenario, serial: ak.Results, tmp_path: Path) -> None:
    pool = concurrent.futures.ProcessPoolExecutor(2)

    def kill(done: int, _asked: int) -> None:
        if done >= 4:
            for process in list(pool._processes.values()):
                process.kill()

    with pytest.raises(ak.AutarkyError, match=r"runs are kept, and \.resume"):
        scenario.run(N, seed=SEED, executor=pool, progress=kill, out=tmp_path / "out")
    pool.shutdown()
    left = ak.open_results(tmp_path / "out")
    assert 0 < left.manifest["runs"]["recorded"] < 2 * N
    with concurrent.futures.ThreadPoolExecutor(2) as threads:
        assert same(left.resume(executor=threads), serial)


CLIENT = """
import concurrent.futures, sys
import autarky as ak

if __name__ == "__main__":
    s = ak.load("small-state", set={"horizon.years": 1, "event.chip_ban.at": "6 months"}, policies=["base", "ban"])
    with concurrent.futures.ProcessPoolExecutor(2) as pool:
        s.run(int(sys.argv[2]), seed=int(sys.argv[3]), executor=pool, out=sys.argv[1], progress=lambda done, _: print(done, flush=True))
"""


def test_a_client_that_is_killed_and_started_again_loses_nothing(serial: ak.Results, tmp_path: Path) -> None:
    script = tmp_path / "client.py"
    script.write_text(textwrap.dedent(CLIENT))
    command = [sys.executable, str(script), str(tmp_path / "out"), str(N), str(SEED)]
    first = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert first.stdout is not None
    for line in first.stdout:
        if int(line) >= 4:
            os.killpg(first.pid, signal.SIGKILL)
            break
    first.wait()
    first.stdout.close()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    assert same(ak.open_results(tmp_path / "out"), serial)


class Odd(concurrent.futures.Executor):
    """Does what it is given backwards, gives every chunk late, and some of them twice by doing them again."""

    _max_workers = 4

    def __init__(self) -> None:
        self.waiting: list[tuple[concurrent.futures.Future[Any], Any, tuple[Any, ...]]] = []
        self.lock = threading.Lock()
        self.over = False
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()

    def submit(self, fn: Any, /, *args: Any, **_: Any) -> concurrent.futures.Future[Any]:
        future: concurrent.futures.Future[Any] = concurrent.futures.Future()
        with self.lock:
            self.waiting.append((future, fn, args))
        return future

    def serve(self) -> None:
        while not self.over:
            time.sleep(0.02)
            with self.lock:
                batch, self.waiting = self.waiting[::-1], []
            for future, fn, args in batch:
                fn(*args)
                if future.set_running_or_notify_cancel():
                    future.set_result(fn(*args))


def test_chunks_backwards_and_done_twice_give_the_serial_bits(scenario: ak.Scenario, serial: ak.Results) -> None:
    odd = Odd()
    try:
        assert same(scenario.run(N, seed=SEED, executor=odd), serial)
    finally:
        odd.over = True
        odd.thread.join()


def test_a_duplicated_part_is_taken_once(scenario: ak.Scenario, serial: ak.Results, tmp_path: Path) -> None:
    asked = {"replications": N, "seed": SEED, "first": 0, "keep": None, "design": None, "uncertain": None, "shard": None, "until": None}
    study = scenario._scenario.study(asked, [])  # type: ignore[arg-type]
    recorder = _autarky.Recorder.open(study, tmp_path / "out")
    due = recorder.pending()
    assert due is not None
    segment, [(start, end)] = due
    worker = _autarky.unpack(study.parcel(), [])
    late = _autarky.chunk(worker, segment, (start + 6, end))
    early = _autarky.chunk(worker, segment, (start, start + 7))
    assert [recorder.hold(late), recorder.hold(late)] == [end - start - 6, 0]
    assert [recorder.hold(early), recorder.hold(early), recorder.hold(late)] == [6, 0, 0]
    assert recorder.pending() is None
    recorder.finish(False)
    assert same(ak.open_results(tmp_path / "out"), serial)


@pytest.mark.parametrize("damage", [b"", b"not a chunk", b"autarky chunk 9\n" + bytes(40)])
def test_bytes_that_are_no_chunk_are_refused_by_name(scenario: ak.Scenario, tmp_path: Path, damage: bytes) -> None:
    asked = {"replications": 2, "seed": 1, "first": 0, "keep": None, "design": None, "uncertain": None, "shard": None, "until": None}
    study = scenario._scenario.study(asked, [])  # type: ignore[arg-type]
    recorder = _autarky.Recorder.open(study, tmp_path / "out")
    with pytest.raises(ak.AutarkyError, match="chunk"):
        recorder.hold(damage)
    recorder.finish(True)


def test_a_task_that_raises_is_tried_again_and_then_named(scenario: ak.Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []

    def fails(*_: Any) -> Any:
        calls.append(1)
        raise OSError("the disk of the worker is full")

    monkeypatch.setattr(_executor, "work", fails)
    with concurrent.futures.ThreadPoolExecutor(1) as pool, pytest.raises(ak.AutarkyError, match="the disk of the worker is full"):
        scenario.run(1, executor=pool, out=tmp_path / "out")
    assert len(calls) >= _executor.TRIALS


def test_what_is_no_executor_is_refused(scenario: ak.Scenario) -> None:
    with pytest.raises(ak.UsageError, match="Dask client"):
        scenario.run(1, executor=object())


def test_until_narrow_enough_goes_look_by_look_on_an_executor(scenario: ak.Scenario) -> None:
    until = ak.Until("served_share", halfwidth=0.05, block=4)
    here = scenario.run(40, seed=SEED, until=until)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        there = scenario.run(40, seed=SEED, until=until, executor=pool)
    assert there.manifest["stopping"] == here.manifest["stopping"]
    assert there.digest == here.digest


def test_the_first_error_is_the_one_that_is_raised(scenario: ak.Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder is gone by then, so that closing it fails too; that is noted only."""

    def fails(*_: Any) -> Any:
        shutil.rmtree(tmp_path / "out", ignore_errors=True)
        raise OSError("the disk of the worker is full")

    monkeypatch.setattr(_executor, "work", fails)
    with concurrent.futures.ThreadPoolExecutor(1) as pool, pytest.raises(ak.AutarkyError, match="the disk of the worker is full") as caught:
        scenario.run(1, executor=pool, out=tmp_path / "out")
    assert any("could not be closed" in note for note in caught.value.__notes__)


class Leaving(concurrent.futures.ThreadPoolExecutor):
    """Takes some chunks and then no more, as a pool does whose process was killed between two calls."""

    left = 4

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> concurrent.futures.Future[Any]:
        self.left -= 1
        if self.left < 0:
            raise concurrent.futures.BrokenExecutor("a process ended abruptly")
        return super().submit(fn, *args, **kwargs)


def test_an_executor_that_takes_no_more_work_leaves_what_was_done_even_without_a_folder(scenario: ak.Scenario, serial: ak.Results) -> None:
    """The temporary folder is kept where nobody got the results, and the error says where it is."""
    with Leaving(1) as pool, pytest.raises(ak.AutarkyError, match=r"takes no work \(BrokenExecutor: a process ended.*\d+ runs are kept") as caught:
        scenario.run(N, seed=SEED, executor=pool)
    [note] = caught.value.__notes__
    folder = re.search(r"open_results\('(.*)'\)", note)
    assert folder is not None
    left = ak.open_results(folder[1])
    assert 0 < left.manifest["runs"]["recorded"] < 2 * N
    assert same(left.resume(jobs=1), serial)
    shutil.rmtree(Path(folder[1]).parent)


class Failing:
    """Four chunks at a time: the first one fails, the others are done by then."""

    _max_workers = 2

    def __init__(self) -> None:
        self.submitted = 0

    def submit(self, fn: Any, /, *args: Any) -> concurrent.futures.Future[Any]:
        self.submitted += 1
        future: concurrent.futures.Future[Any] = concurrent.futures.Future()
        if self.submitted == 1:
            future.set_exception(concurrent.futures.BrokenExecutor("a process ended abruptly"))
        else:
            future.set_result(fn(*args))
        return future


def test_what_others_finished_is_kept_when_a_worker_fails(scenario: ak.Scenario, serial: ak.Results, tmp_path: Path) -> None:
    with pytest.raises(ak.AutarkyError, match="a worker failed"):
        scenario.run(N, seed=SEED, executor=Failing(), out=tmp_path / "out")
    assert len(list((tmp_path / "out" / "chunks").iterdir())) == 3
    assert same(ak.open_results(tmp_path / "out").resume(jobs=1), serial)


def test_a_closed_pool_and_a_class_of_pools_are_told(scenario: ak.Scenario) -> None:
    pool = concurrent.futures.ThreadPoolExecutor(1)
    pool.shutdown()
    with pytest.raises(ak.AutarkyError, match="takes no work .RuntimeError: cannot schedule new futures after shutdown"):
        scenario.run(1, executor=pool)
    with pytest.raises(ak.UsageError, match="found the class ThreadPoolExecutor"):
        scenario.run(1, executor=concurrent.futures.ThreadPoolExecutor)


def test_what_is_no_future_is_told(scenario: ak.Scenario) -> None:
    class Eager:
        def submit(self, fn: Any, *args: Any) -> Any:
            return fn(*args)

    with pytest.raises(ak.UsageError, match="a future with result and add_done_callback; found tuple"):
        scenario.run(1, executor=Eager())


class Cluster:
    """What a Dask client shows of itself, on threads; a worker more at every look."""

    def __init__(self, asynchronous: bool = False) -> None:
        self.asynchronous = asynchronous
        self.pool = concurrent.futures.ThreadPoolExecutor(1)
        self.looks = self.submitted = self.most = 0
        self.out: set[Any] = set()

    def scheduler_info(self) -> dict[str, Any]:
        return {}

    def nthreads(self) -> dict[str, int]:
        self.looks += 1
        return dict.fromkeys(map(str, range(self.looks - 1)), 1)

    def submit(self, fn: Any, *args: Any, pure: bool, retries: int) -> Any:
        assert not pure
        assert retries == _executor.TRIALS - 1
        self.submitted += 1
        future = self.pool.submit(fn, *args)
        self.out.add(future)
        self.most = max(self.most, len(self.out))
        future.add_done_callback(self.out.discard)
        return future

    def cancel(self, futures: list[Any]) -> None:
        for future in futures:
            future.cancel()


def test_a_cluster_that_grows_gets_more_chunks(scenario: ak.Scenario, serial: ak.Results, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has no worker when the study begins, as one that scales by itself."""
    monkeypatch.setattr(_executor, "LOOK_SECONDS", 0.0)
    cluster = Cluster()
    assert same(scenario.run(N, seed=SEED, executor=cluster), serial)
    assert cluster.most > 2


def test_dask_tries_again_by_itself(scenario: ak.Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any) -> Any:
        raise OSError("always")

    monkeypatch.setattr(_executor, "work", fails)
    cluster = Cluster()
    with pytest.raises(ak.AutarkyError, match="always"):
        scenario.policy("base").run(1, executor=cluster)
    assert cluster.submitted == 1
    with pytest.raises(ak.UsageError, match="asynchronous Dask client"):
        scenario.run(1, executor=Cluster(asynchronous=True))


PRESSED = """
import concurrent.futures, os, signal, sys, threading, warnings
import autarky as ak

if __name__ == "__main__":
    os.setsid()
    s = ak.load("small-state", set={"horizon.years": 1, "event.chip_ban.at": "6 months"}, policies=["base", "ban"])
    sent = []

    def press(done, total):
        if done >= 4 and not sent:
            sent.append(done)
            # As a terminal does: everybody gets it, the workers too.
            threading.Thread(target=os.killpg, args=(os.getpgrp(), signal.SIGINT)).start()

    with concurrent.futures.ProcessPoolExecutor(2) as pool, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        r = s.run(int(sys.argv[2]), seed=int(sys.argv[3]), executor=pool, out=sys.argv[1], progress=press)
    print(*[w.category.__name__ for w in caught], r.status, r.manifest["runs"]["recorded"])
"""


def test_ctrl_c_in_a_terminal_keeps_what_the_workers_finished(scenario: ak.Scenario, tmp_path: Path) -> None:
    script = tmp_path / "pressed.py"
    script.write_text(textwrap.dedent(PRESSED))
    done = subprocess.run([sys.executable, str(script), str(tmp_path / "out"), "300", str(SEED)], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    warning, status, recorded = done.stdout.split()
    assert (warning, status) == ("InterruptedWarning", "interrupted")
    assert 4 <= int(recorded) < 600
    left = ak.open_results(tmp_path / "out")
    assert left.verify() == []
    assert left.resume().digest == scenario.run(300, seed=SEED).digest


def test_a_study_with_pending_runs_is_not_called_complete(scenario: ak.Scenario, serial: ak.Results, tmp_path: Path) -> None:
    study = scenario._scenario.study({"replications": N, "seed": SEED, "first": 0, "keep": None, "design": None, "uncertain": None, "shard": None, "until": None}, [])
    recorder = _autarky.Recorder.open(study, tmp_path / "out")
    due = recorder.pending()
    assert due is not None
    segment, [(start, end)] = due
    recorder.hold(_autarky.chunk(study, segment, (start, start + 3)))
    with pytest.raises(ak.UsageError, match=f"3 of {end} runs are recorded"):
        recorder.finish(False)
    recorder.hold(_autarky.chunk(study, segment, (start + 3, end)))
    recorder.finish(False)
    assert same(ak.open_results(tmp_path / "out"), serial)
