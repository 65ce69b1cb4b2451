"""Ctrl-C and progress: what is finished is kept, balanced, and goes on to the same digest.

Studies are interrupted by a real signal in processes of their own. The limit is 200 ms from the signal to the return of ``run``, plus what it takes to go on with a study in
which nothing is left to do: that reads, summarises, draws and writes the folder as the end of an interrupted study does, and tells apart a slow machine or a debug build from a
slow stop. A stop that waited for runs to end would take seconds more in the study of forty years, and hundreds of runs in the other.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
import warnings
from pathlib import Path

import pytest
from conftest import SETS, WORDS, Program

import autarky as ak

INTERRUPTED = """
import json, os, signal, sys, threading, time, warnings
import autarky as ak

sets = {"horizon.years": int(sys.argv[2]), "event.chip_ban.at": "6 months"}
scenario = ak.load("small-state", set=sets, policies=["network"])
whole = scenario.with_({"horizon.years": 1}).run(1, seed=7)
begun = time.monotonic()
whole.resume()
closing = time.monotonic() - begun
sent = []

def press(done, total):
    # Some runs are recorded by now; the signal comes from another thread, as from a terminal.
    if done >= int(sys.argv[3]) and not sent:
        sent.append(time.monotonic())
        threading.Thread(target=os.kill, args=(os.getpid(), signal.SIGINT)).start()

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    results = scenario.run(int(sys.argv[4]), seed=7, out=sys.argv[1], progress=press)
    returned = time.monotonic()
print(json.dumps({
    "seconds": returned - sent[0],
    "closing": closing,
    "status": results.status,
    "warnings": [[type_.category.__name__, str(type_.message), type_.filename] for type_ in caught],
    "rows": [[row["policy"], row["replication"]] for row in results.runs.where(nation="EST")] if results.manifest["runs"]["recorded"] else [],
}))
"""


def test_ctrl_c_returns_the_finished_balanced_part_and_resume_gives_the_same_digest(tmp_path: Path, program: Program, scenario: ak.Scenario) -> None:
    said = json.loads(program(INTERRUPTED, tmp_path / "cut", 1, 6, 24).stdout)
    assert said["seconds"] < 0.2 + said["closing"]
    assert said["status"] == "interrupted"
    assert [name for name, _, _ in said["warnings"]] == ["InterruptedWarning"]
    assert ".resume() goes on" in said["warnings"][0][1]
    assert said["warnings"][0][2] == "<string>", "the warning points at the line of the caller"
    of = {policy: sorted(r for p, r in said["rows"] if p == policy) for policy in scenario.policies}
    assert all(found == list(range(len(found))) for found in of.values())
    assert len(of["base"]) - len(of["network"]) in (0, 1), "only the replication under way may lack a policy"
    assert 0 < len(of["base"]) < 24
    resumed = ak.open_results(tmp_path / "cut").resume()
    assert resumed.status == "complete"
    assert resumed.digest == scenario.run(24, seed=7, keep="series").digest


def test_ctrl_c_does_not_wait_for_a_long_run_to_end(tmp_path: Path, program: Program) -> None:
    """Forty years a run, which take seconds in a debug build: the signal comes while the first are under way."""
    said = json.loads(program(INTERRUPTED, tmp_path / "cut", 40, 0, 1000).stdout)
    assert said["seconds"] < 0.2 + said["closing"]
    assert said["status"] == "interrupted"


TWICE = """
import os, signal, sys, threading, time
import autarky as ak

scenario = ak.load("small-state", set={"horizon.years": 1, "event.chip_ban.at": "6 months"}, policies=["network"])
original = signal.getsignal(signal.SIGINT)

def twice(number, frame):
    # The second signal is there before the first one's stop is over.
    if not os.environ.get("AGAIN"):
        os.environ["AGAIN"] = "1"
        os.kill(os.getpid(), signal.SIGINT)
    original(number, frame)

signal.signal(signal.SIGINT, twice)
threading.Timer(0.4, os.kill, (os.getpid(), signal.SIGINT)).start()
try:
    scenario.run(5000, out=sys.argv[1])
except KeyboardInterrupt:
    print("KeyboardInterrupt")
except BaseException as error:
    print(type(error).__name__)
else:
    print("returned")
"""


def test_a_second_ctrl_c_while_the_study_ends_raises_or_the_study_has_ended(tmp_path: Path, program: Program) -> None:
    """Which of the two depends on whether the study ended before the watch looked again; in both cases the folder is whole."""
    assert program(TWICE, tmp_path / "cut").stdout.strip() in ("KeyboardInterrupt", "returned")
    assert ak.open_results(tmp_path / "cut").verify() == []


HANDLER = """
import signal, sys, threading, os
import autarky as ak

class Stop(Exception):
    pass

def handler(number, frame):
    raise Stop("by a handler")

signal.signal(signal.SIGTERM, handler)
scenario = ak.load("small-state", set={"horizon.years": 1, "event.chip_ban.at": "6 months"}, policies=["network"])
threading.Timer(0.4, os.kill, (os.getpid(), signal.SIGTERM)).start()
try:
    scenario.run(5000, out=sys.argv[1])
except Stop as error:
    print(error)
"""


def test_what_another_handler_raises_stops_the_run_and_is_raised(tmp_path: Path, program: Program) -> None:
    assert program(HANDLER, tmp_path / "cut").stdout.strip() == "by a handler"


def test_what_progress_raises_stops_the_run_and_is_raised(tmp_path: Path, scenario: ak.Scenario) -> None:
    class Enough(Exception):
        pass

    def stop(done: int, total: int) -> None:
        assert total == 2 * 5000
        raise Enough(done)

    with pytest.raises(Enough):
        scenario.run(5000, out=tmp_path / "cut", progress=stop)
    cut = ak.open_results(tmp_path / "cut")
    assert cut.verify() == []
    assert cut.manifest["runs"]["recorded"] < 5000


def test_progress_counts_up_to_what_was_asked_for(scenario: ak.Scenario) -> None:
    seen: list[tuple[int, int]] = []
    scenario.run(6, keep="runs", progress=lambda done, total: seen.append((done, total)))
    assert {total for _, total in seen} == {12}
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert all(0 <= done <= 12 for done, _ in seen)


def test_progress_writes_nothing_where_nobody_looks(program: Program, tmp_path: Path) -> None:
    text = "import sys, autarky as ak\nak.load('small-state', set={'horizon.years': 1, 'event.chip_ban.at': '6 months'}, policies=['base']).run(1, out=sys.argv[1])"
    done = program(text, tmp_path / "quiet")
    assert done.stdout == done.stderr == ""


def test_the_command_of_the_package_keeps_results_at_ctrl_c(tmp_path: Path, scenario: ak.Scenario) -> None:
    """The console script is installed beside the interpreter; where it is not, the module is the same."""
    script = Path(sys.executable).parent / "autarky"
    line = [str(script)] if script.exists() else [sys.executable, "-m", "autarky"]
    line += ["run", *WORDS, "-n", "5000", "--seed", "7", "--out", str(tmp_path / "cut"), "--keep", "runs"]
    started = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    # The signal shall come when the study is under way, that is when its folder has a manifest.
    while not (tmp_path / "cut" / "manifest.json").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(1.0)
    os.kill(started.pid, signal.SIGINT)
    _, errors = started.communicate(timeout=60)
    assert started.returncode == 130, errors
    cut = ak.open_results(tmp_path / "cut")
    assert cut.status == "interrupted"
    assert cut.verify() == []
    assert "Traceback" not in errors


def test_the_lock_is_released_while_a_study_runs(scenario: ak.Scenario) -> None:
    """A thread that counts goes on: at most every second look finds it where it was."""
    count, end = [0], threading.Event()

    def tick() -> None:
        while not end.is_set():
            count[0] += 1
            time.sleep(0.001)

    seen: list[int] = []
    thread = threading.Thread(target=tick)
    thread.start()
    try:
        scenario.run(8, keep="runs", progress=lambda done, total: seen.append(count[0]))
    finally:
        end.set()
        thread.join()
    assert len(seen) >= 2
    assert sum(later > earlier for earlier, later in zip(seen, seen[1:], strict=False)) >= (len(seen) - 1) / 2


def test_two_threads_run_two_studies_at_once(scenario: ak.Scenario) -> None:
    digests: dict[int, str] = {}

    def run(seed: int) -> None:
        digests[seed] = scenario.run(3, seed=seed, keep="runs", jobs=1).digest

    threads = [threading.Thread(target=run, args=(seed,)) for seed in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert digests == {seed: scenario.run(3, seed=seed, keep="runs", jobs=2).digest for seed in (1, 2)}


def test_failed_or_interrupted_runs_are_warnings_that_can_be_made_errors() -> None:
    assert issubclass(ak.InterruptedWarning, UserWarning)
    assert issubclass(ak.FailedRunsWarning, UserWarning)
    with warnings.catch_warnings():
        warnings.simplefilter("error", ak.ScenarioWarning)
        with pytest.raises(ak.ScenarioWarning):
            ak.load("small-state", set={**SETS, "event.chip_ban.at": "60 months"})


ALONE = """
import os, signal, sys, threading, time, warnings
import autarky as ak

warnings.simplefilter("ignore")
scenario = ak.load("small-state", set={"horizon.years": 40, "event.chip_ban.at": "6 months"}, policies=["base"])
if sys.argv[1] == "plan":
    call = scenario.plan
else:
    short = ak.load("small-state", set={"horizon.years": 1, "event.chip_ban.at": "6 months"}, policies=["base"])
    results = short.run(1)
    study = scenario._scenario.study({"replications": 1, "seed": 1, "first": 0, "keep": None, "design": None, "uncertain": None, "shard": None, "until": None}, [])
    call = lambda: study.results(results.path).replay("base", 0, 0)
threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
begun = time.monotonic()
try:
    call()
except KeyboardInterrupt:
    print(time.monotonic() - begun)
"""


@pytest.mark.parametrize("what", ["plan", "replay"])
def test_ctrl_c_ends_what_runs_a_single_run(program: Program, what: str) -> None:
    """Forty years take seconds; the signal comes after 0.3 s, and the watch looks every 20 ms."""
    assert float(program(ALONE, what).stdout) < 0.3 + 0.2
