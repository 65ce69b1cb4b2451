#!/usr/bin/env python3
"""How fast the Python package is beside what one would compare it with, in turns in the same process.

    python benches/python/run.py [--rounds 7]

Needs the package with the extra `polars`, and the command `autarky` beside the interpreter. Prints a table; a figure is a median over rounds, or the least of many runs of the same work.
"""

from __future__ import annotations

import argparse
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator

import polars

import autarky as ak

COMMAND = pathlib.Path(sys.executable).with_name("autarky")
WORDS = ["--set", "horizon.years=2", "--set", "event.chip_ban.at=12 months"]
AXIS = "nation.EST.policy.coverage"


def timed(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def imports(rounds: int) -> Iterator[str]:
    """A fresh interpreter that imports the package, and one that does not."""
    plain, package = ([timed(lambda: subprocess.run([sys.executable, "-c", text], check=True)) for _ in range(rounds)] for text in ("pass", "import autarky"))
    yield f"import autarky          {statistics.median(package) - statistics.median(plain):.3f} s more than an interpreter alone ({statistics.median(plain):.3f} s)"


def tables(rounds: int) -> Iterator[str]:
    """Series of a study to polars, and the same numbers as Python objects."""
    r = ak.load("small-state", set={"horizon.years": 2, "event.chip_ban.at": "12 months"}, policies=["base"]).run(100, progress=False)
    series = r.series
    polars.DataFrame(series)
    zero, objects = ([timed(lambda: read(series)) for _ in range(rounds)] for read in (polars.DataFrame, lambda t: polars.DataFrame(t.to_dicts())))
    rate = statistics.median(zero) / len(series) * 1e6
    yield f"{len(series)} rows to polars   {1e3 * statistics.median(zero):.2f} ms, by dicts {1e3 * statistics.median(objects):.0f} ms; {1e3 * rate:.1f} ms for a million at that rate"


def calls(rounds: int) -> Iterator[str]:
    """The same replication with a function that leaves all as it is and without: what differs is its calls."""
    count = [0]

    def same(state: ak.State) -> dict[str, float]:
        count[0] += 1
        wanted = state.policy["coverage"] if state["unserved"] < 2 else 0.0
        return {"coverage": wanted, "tariff": state.policy["tariff"] or 0.0}

    s = ak.load("weakest-link-null", set={"horizon.years": 10, "horizon.tick": "28 days"}, policies=["base"])
    for nation in s.nations:
        s = s.rule("same", same, nation=nation, source=f"same in {nation}")
    pair = (s.policy("base"), s.policy("same"))
    times: list[list[float]] = [[], []]
    for _ in range(20 * rounds):
        for own, scenario in zip(times, pair, strict=True):
            own.append(timed(lambda: scenario.run(1, jobs=1, keep="runs", progress=False)))
    each = count[0] / (20 * rounds)
    spent = min(times[1]) - min(times[0])
    yield f"a policy in Python      {1e6 * spent / each:.1f} µs a call ({each:.0f} calls in {1e3 * min(times[1]):.1f} ms, {1e3 * min(times[0]):.1f} ms without): {each / max(spent, 1e-9):,.0f} calls/s"


def sweeps(rounds: int) -> Iterator[str]:
    """The same sweep from Python and from the command line, in turns."""
    s = ak.load("small-state", set={"horizon.years": 2, "event.chip_ban.at": "12 months"}, policies=["network"])
    python, command = [], []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            words = [COMMAND, "sweep", "small-state", "--policy", "network", *WORDS, "--design", "factorial", "--axis", f"{AXIS}={{0.1,0.3,0.5}}", "-n", "40", "--quiet", "--out", f"{folder}/c"]
            command.append(timed(lambda: subprocess.run(words, check=True, stdout=subprocess.DEVNULL)))
            python.append(timed(lambda: s.sweep({AXIS: [0.1, 0.3, 0.5]}, replications=40, out=f"{folder}/p", progress=False)))
            assert ak.open_results(f"{folder}/c").digest == ak.open_results(f"{folder}/p").digest
    ratio = statistics.median([p / c for p, c in zip(python, command, strict=True)])
    yield f"a sweep of 240 runs     {statistics.median(python):.2f} s, from the command line {statistics.median(command):.2f} s; median ratio {ratio:.3f} ({min(p / c for p, c in zip(python, command, strict=True)):.3f} to {max(p / c for p, c in zip(python, command, strict=True)):.3f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    for part in (imports, tables, calls, sweeps):
        for line in part(rounds):
            print(line, flush=True)


if __name__ == "__main__":
    main()
