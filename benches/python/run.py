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
    yield f"{len(series)} rows to polars   {1e3 * statistics.median(zero):.2f} ms, by dicts {1e3 * statistics.median(objects):.0f} ms"


def calls(rounds: int) -> Iterator[str]:
    """A function that decides in three nations is called for one right after the other: between two entries lie the call, what it returns taken over, and the next state.

    The first call of a year finds nothing in the processor's caches, for a year of simulation lies before it.
    """
    entered: list[int] = []

    def same(state: ak.State) -> dict[str, float]:
        entered.append(time.perf_counter_ns())
        # Never; undefined in the first year.
        wanted = 0.0 if state["unserved"] > 1 else state.policy["coverage"]
        return {"coverage": wanted, "tariff": state.policy["tariff"] or 0.0}

    s = ak.load("walled-gardens", set={"horizon.years": 5, "horizon.tick": "28 days"}, policies=["base"])
    assert len(s.nations) == 3
    for nation in s.nations:
        s = s.rule("same", same, nation=nation, source=f"same in {nation}")
    s.policy("same").run(5 * rounds, jobs=1, keep="runs", progress=False)
    first, second = (statistics.median((b - a) / 1e3 for a, b in zip(entered[k::3], entered[k + 1 :: 3], strict=True)) for k in (0, 1))
    yield f"a policy in Python      {second:.0f} µs a call, {1e6 / second:,.0f} calls/s; the first of a year {first:.0f} µs (medians of {len(entered) // 3})"


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
