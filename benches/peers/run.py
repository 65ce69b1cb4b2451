"""Measure the engine beside its Python peers, in turns, and write a table.

    python3 benches/peers/run.py

It makes a virtual environment, installs the pinned peers into it, and measures M/M/1 through `autarky bench` and
through every peer, round by round. The table goes to RESULTS.md, everything measured to stdout as JSON, progress to
stderr. Standard library only; exit code 1 when a program fails or a peer's means contradict theory.
"""

import argparse
import datetime
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import table

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
REQUIREMENTS = HERE / "requirements.txt"


class Peer(NamedTuple):
    """A program of this folder."""

    name: str
    script: str
    package: str | None
    """What its version is looked up by; None for the standard library."""
    customers: int
    """Customers a run. As many as `autarky bench --quick` serves, fewer for a peer that would take minutes."""


PEERS = [
    Peer("heapq loop", "heapq_mm1.py", None, 250_000),
    Peer("SimPy", "simpy_mm1.py", "simpy", 250_000),
    Peer("Ciw", "ciw_mm1.py", "ciw", 250_000),
    Peer("salabim", "salabim_mm1.py", "salabim", 50_000),
]


class Failure(Exception):
    """A program could not run; the message says which and why."""


def say(text: str) -> None:
    """A line of progress."""
    print(text, file=sys.stderr, flush=True)


def output(command: Sequence[str | Path]) -> str:
    """Standard output of `command`, whose standard error is shown. Failure unless it exits 0."""
    try:
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    except OSError as error:
        raise Failure(f"cannot run {command[0]}: {error.strerror}") from error
    if done.returncode != 0:
        raise Failure(f"exit code {done.returncode} from: {' '.join(map(str, command))}")
    return done.stdout


def figures(command: Sequence[str | Path]) -> Any:
    """The JSON that `command` prints. Failure when it prints anything else."""
    try:
        return json.loads(output(command))
    except ValueError as error:
        raise Failure(f"no JSON from: {' '.join(map(str, command))}") from error


def pinned(text: str) -> dict[str, str]:
    """Versions by package from the lines `package==version` of a requirements file."""
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return dict(line.split("==", 1) for line in lines if line)


def default_engine() -> Path:
    """Where cargo puts the release binary."""
    return Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release" / "autarky"


def built_engine(given: Path | None) -> Path:
    """The engine's binary; the default one is built when absent. Failure when a given one is absent."""
    engine = (given or default_engine()).absolute()
    if engine.is_file():
        return engine
    if given is not None:
        raise Failure(f"no engine at {given}")
    say("building the engine")
    output(["cargo", "build", "--release", "--locked", "--package", "autarky-cli"])
    return engine


def environment(folder: Path) -> Path:
    """The Python of a virtual environment in `folder` that has the pinned peers."""
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        say("making a virtual environment")
        output([sys.executable, "-m", "venv", folder])
    say("installing the peers")
    output([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement", REQUIREMENTS])
    return python


def engine_round(engine: Path) -> dict[str, dict[str, Any]]:
    """One run of the engine's workloads, by name."""
    return {row["name"]: row for row in figures([engine, "bench", "--quick", "--format", "json"])}


def peer_round(python: Path, peer: Peer) -> dict[str, Any]:
    """One run of a peer."""
    found = figures([python, HERE / peer.script, "--customers", str(peer.customers)])
    return {**found, "customers": peer.customers}


def load() -> float | None:
    """Processes that want a core, averaged over the last minute; None where the system does not say."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else None


def measure(engine: Path, python: Path, rounds: int) -> dict[str, list[Any]]:
    """Everyone once a round, in an order that turns from round to round so that no one always follows the same."""
    measured: dict[str, list[Any]] = {"engine": [], "peers": [], "load": []}
    for index in range(rounds):
        say(f"round {index + 1} of {rounds}")
        measured["load"].append(load())
        found, ours = {}, {}
        turns: list[Peer | None] = [None, *PEERS]
        for turn in turns[index % len(turns):] + turns[: index % len(turns)]:
            if turn is None:
                ours = engine_round(engine)
                say(f"  autarky: {table.figure(ours[table.WORKLOAD]['value'])} customers/s")
            else:
                found[turn.name] = peer_round(python, turn)
                say(f"  {turn.name}: {table.figure(found[turn.name]['customers_per_second'])} customers/s")
        measured["engine"].append(ours)
        measured["peers"].append({peer.name: found[peer.name] for peer in PEERS})
    return measured


def processor() -> str:
    """The processor's model."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.machine()


def facts(python: Path, loads: Sequence[float | None]) -> dict[str, str]:
    """Machine, software and date; no name of a machine or a person."""
    known = [value for value in loads if value is not None]
    busy = f"{min(known):.1f} to {max(known):.1f} at the start of the rounds" if known else "unknown"
    version = output([python, "-c", "import platform; print(platform.python_version())"]).strip()
    return {
        "Date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "Processor": f"{processor()}, {os.cpu_count()} logical cores",
        "System": f"{platform.system()} on {platform.machine()}",
        "Load average": busy,
        "Python": version,
        "Rust": output(["rustc", "--version"]).strip(),
    }


def versions(engine: Path, python_version: str) -> dict[str, str]:
    """Version of every program that has one."""
    pins = pinned(REQUIREMENTS.read_text(encoding="utf-8"))
    found = {peer.name: pins[peer.package] if peer.package else f"Python {python_version}" for peer in PEERS}
    # "autarky 0.1.0" on the first line.
    return {"autarky": output([engine, "--version"]).split()[1], **found}


def rounds_argument(text: str) -> int:
    """Parse a number of rounds; argparse reports the error."""
    rounds = int(text)
    if rounds < 1:
        raise argparse.ArgumentTypeError("at least one round")
    return rounds


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="Measure the engine beside its Python peers and write a table.")
    parser.add_argument("--engine", type=Path, help="binary (default: cargo's release binary, built when absent)")
    parser.add_argument("--venv", type=Path, help="folder of the virtual environment (default: a temporary one)")
    parser.add_argument("--rounds", type=rounds_argument, default=5, help="rounds (default 5, half a minute each)")
    parser.add_argument("--results", type=Path, default=HERE / "RESULTS.md", help="the table's file")
    return parser.parse_args()


def compare(options: argparse.Namespace, venv: Path) -> None:
    """Measure, write the table, print the JSON."""
    engine, python = built_engine(options.engine), environment(venv)
    measured = measure(engine, python, options.rounds)
    described = facts(python, measured["load"])
    rows = table.rows(measured["engine"], measured["peers"], versions(engine, described["Python"]))
    workloads = table.workloads(measured["engine"])
    options.results.write_text(table.page(rows, workloads, described, options.rounds), encoding="utf-8")
    say(f"wrote {options.results}")
    summary = {"mm1": [row._asdict() for row in rows], "workloads": [w._asdict() for w in workloads]}
    print(json.dumps({"facts": described, **summary, "rounds": measured}, indent=2))


def main() -> int:
    """Run; the exit code."""
    options = arguments()
    try:
        if options.venv is not None:
            compare(options, options.venv.absolute())
        else:
            with tempfile.TemporaryDirectory(prefix="autarky-peers-") as folder:
                compare(options, Path(folder))
    except (Failure, OSError) as error:
        say(f"error: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
