"""Studies whose runs other processes do: Dask, ``concurrent.futures``, and whatever looks like it.

The client cuts the runs that are due into chunks of some seconds, hands them out, and writes what comes back into one folder, in canonical order. Chunks are
idempotent: one that comes twice, late or after the client was started again changes nothing, and the folder is that of a serial run to the last bit.
"""

from __future__ import annotations

import contextlib
import functools
import os
import queue
import time
from collections.abc import Callable, Iterable
from concurrent.futures import BrokenExecutor
from typing import Any

from . import _autarky
from ._autarky import AutarkyError, UsageError

#: Seconds that a chunk shall take: long enough that handing it out costs nothing, short enough that a lost one costs little.
CHUNK_SECONDS = 20.0
#: How often a chunk is tried whose worker raised.
TRIALS = 3
#: Seconds between two looks at how many workers there are: clusters grow and shrink.
LOOK_SECONDS = 5.0

_Rules = list[tuple[str, str, str, str, Any]]


@functools.lru_cache(maxsize=2)
def _unpacked(parcel: str) -> _autarky.Study:
    return _autarky.unpack(parcel, [])


def work(parcel: str, rules: _Rules, segment: str, start: int, end: int) -> tuple[bytes, float]:
    """Do some runs in a worker: their bytes, and the seconds that they took. Runs go one after the other, on one thread."""
    study = _autarky.unpack(parcel, rules) if rules else _unpacked(parcel)
    begin = time.perf_counter()
    return _autarky.chunk(study, segment, (start, end)), time.perf_counter() - begin


class _Pool:
    """What hands out work: ``submit``, and how many workers there are. What it raises itself becomes an AutarkyError that says how many runs are kept."""

    def __init__(self, executor: Any) -> None:
        if isinstance(executor, type) or not callable(getattr(executor, "submit", None)):
            found = f"the class {executor.__name__}" if isinstance(executor, type) else type(executor).__name__
            raise UsageError(f"`executor` is a Dask client or an executor of concurrent.futures (it has `submit`); found {found}")
        self.executor = executor
        self.is_dask = hasattr(executor, "scheduler_info")
        if self.is_dask and getattr(executor, "asynchronous", False):
            raise UsageError("`executor` is an asynchronous Dask client, whose answers come later: give Client(address) without asynchronous=True")
        # Dask tries again by itself.
        self.trials = 1 if self.is_dask else TRIALS

    def workers(self, recorder: _autarky.Recorder) -> int:
        if not self.is_dask:
            return int(getattr(self.executor, "_max_workers", None) or os.cpu_count() or 1)
        return max(1, int(sum(self._call(recorder, self.executor.nthreads).values())))

    def submit(self, recorder: _autarky.Recorder, *arguments: Any) -> Any:
        options = {"pure": False, "retries": TRIALS - 1} if self.is_dask else {}
        future = self._call(recorder, self.executor.submit, work, *arguments, **options)
        if not callable(getattr(future, "add_done_callback", None)):
            raise UsageError(f"what `submit` of the executor returns is a future with result and add_done_callback; found {type(future).__name__}")
        return future

    def _call(self, recorder: _autarky.Recorder, function: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        try:
            return function(*arguments, **options)
        except Exception as error:
            raise _failed("the executor takes no work", error, recorder) from error

    def cancel(self, futures: Iterable[Any]) -> None:
        """Take back what has not begun; what fails here shall not hide why."""
        with contextlib.suppress(Exception):
            if self.is_dask:
                self.executor.cancel(list(futures))
                return
            for future in futures:
                future.cancel()


class _Cutter:
    """Cuts the runs that are due into chunks by the time that runs took so far."""

    def __init__(self, due: list[tuple[int, int]], seconds: float, workers: int) -> None:
        self.due = list(due)
        self.seconds = seconds
        self.workers = workers
        self.runs = 0
        self.spent = 0.0

    def learn(self, runs: int, seconds: float) -> None:
        self.runs += runs
        self.spent += seconds

    def next(self) -> tuple[int, int] | None:
        """The next chunk: one run a worker while nothing is known, then as long as wanted, and shorter towards the end so that all workers end together."""
        if not self.due:
            return None
        start, end = self.due[0]
        length = 1
        if self.runs:
            left = sum(e - s for s, e in self.due)
            fair = -(-left // (2 * self.workers))
            length = max(1, min(int(self.seconds * self.runs / max(self.spent, 1e-9)), fair))
        cut = min(end, start + length)
        self.due[0] = (cut, end)
        if cut == end:
            self.due.pop(0)
        return (start, cut)


def run_chunks(
    study: _autarky.Study,
    folder: str,
    executor: Any,
    rules: _Rules,
    progress: Callable[[int], None] | None,
) -> bool:
    """Run a study into a folder by the workers of an executor; whether Ctrl-C ended it early."""
    pool = _Pool(executor)
    job = (study.parcel(), rules)
    recorder = _autarky.Recorder.open(study, folder)
    try:
        while (due := recorder.pending()) is not None:
            segment, runs = due
            _segment(pool, recorder, (*job, segment), _Cutter(runs, CHUNK_SECONDS, pool.workers(recorder)), progress)
    except KeyboardInterrupt:
        recorder.finish(True)
        return True
    except BaseException as error:
        try:
            recorder.finish(True)
        except AutarkyError as second:
            error.add_note(f"The folder could not be closed either: {second}")
        raise
    recorder.finish(False)
    return False


def _segment(
    pool: _Pool,
    recorder: _autarky.Recorder,
    job: tuple[str, _Rules, str],
    cutter: _Cutter,
    progress: Callable[[int], None] | None,
) -> None:
    """Hand out the runs of a segment and take them; some more chunks than workers are out at once, so that none waits for the client."""
    ended: queue.SimpleQueue[Any] = queue.SimpleQueue()
    out: dict[Any, tuple[int, int, int]] = {}
    looked = time.monotonic()

    def submit(start: int, end: int, trial: int) -> None:
        future = pool.submit(recorder, *job, start, end)
        out[future] = (start, end, trial)
        future.add_done_callback(ended.put)

    try:
        while True:
            if time.monotonic() - looked > LOOK_SECONDS:
                cutter.workers, looked = pool.workers(recorder), time.monotonic()
            while len(out) < 2 * cutter.workers and (cut := cutter.next()) is not None:
                submit(*cut, 1)
            if not out:
                return
            try:
                future = ended.get(timeout=0.1)
            except queue.Empty:
                future = None
            if future is not None and future in out:
                start, end, trial = out.pop(future)
                taken = _take(future, recorder, trial < pool.trials)
                if taken is None:
                    submit(start, end, trial + 1)
                else:
                    cutter.learn(end - start, taken)
            if progress is not None:
                progress(recorder.taken)
    except BaseException:
        _keep(out, recorder)
        raise
    finally:
        pool.cancel(out)


def _keep(futures: Iterable[Any], recorder: _autarky.Recorder) -> None:
    """What other workers have finished is recorded although the study ends; what fails here shall not hide why."""
    for future in futures:
        with contextlib.suppress(Exception):
            if future.done():
                recorder.hold(future.result()[0])


def _take(future: Any, recorder: _autarky.Recorder, again: bool) -> float | None:
    """Record what a worker returned; the seconds that it took, None if it is to be tried again."""
    try:
        chunk, seconds = future.result()
    except Exception as error:
        if not again or isinstance(error, (AutarkyError, BrokenExecutor)):
            raise _failed("a worker failed", error, recorder) from error
        return None
    recorder.hold(chunk)
    return float(seconds)


def _failed(what: str, error: Exception, recorder: _autarky.Recorder) -> AutarkyError:
    return AutarkyError(f"{what} ({type(error).__name__}: {error}); {recorder.taken} runs are kept, and .resume(executor=…) goes on")
