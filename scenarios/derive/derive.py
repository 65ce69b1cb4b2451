#!/usr/bin/env python3
"""Derives every calibration table from a folder of the public sources' own files.

    python3 derive.py --sources DIR            writes ../calibration/*.csv
    python3 derive.py --sources DIR --check    writes nothing; fails unless the tables are reproduced

Each file is pinned by SHA-256 in `sources.toml`; one that differs is refused. The same files give
the same bytes on every machine. Python 3.11 or later, standard library only.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import fx  # noqa: E402
import geography  # noqa: E402
import hardware  # noqa: E402
import jobs  # noqa: E402
import nations  # noqa: E402
import offers  # noqa: E402
import personas  # noqa: E402
import reliability  # noqa: E402
import tokens  # noqa: E402
from figures import DeriveError, write_table  # noqa: E402
from manifest import Sources  # noqa: E402


def tables(src: Sources, facts: Path) -> dict[str, bytes]:
    """Every table by file name; `facts` is the folder of the committed TOML files of cited figures."""
    licences = src.licences()
    accelerators = hardware.build_accelerators(src, facts / "accelerators.toml")
    h100e = {f.key[0]: f.value for f in accelerators[1] if f.quantity == "h100e"}
    built = {
        "nations.csv": nations.build(src),
        "accelerators.csv": accelerators,
        "hardware_trends.csv": hardware.build_trends(src),
        "rental_prices.csv": offers.build(src, h100e),
        "failure_rates.csv": reliability.build(src, facts / "reliability.toml"),
        "job_sizes.csv": jobs.build(src),
        "personas.csv": personas.build(src, facts / "personas.toml"),
        "compute_by_country.csv": geography.build_compute(src),
        "cloud_regions.csv": geography.build_regions(src),
        "fx.csv": fx.build(src),
        "token_prices.csv": tokens.build(src),
    }
    out = {name: write_table(keys, figures, licences) for name, (keys, figures) in built.items()}
    return out | {"sources.csv": src.table()}


def compare(expected: dict[str, bytes], folder: Path) -> list[str]:
    """What differs between the derived tables and those in the folder, one line per table."""
    found = {p.name: p.read_bytes() for p in folder.glob("*.csv")}
    lines = [f"{name}: not derived by this script" for name in sorted(set(found) - set(expected))]
    for name, data in sorted(expected.items()):
        if name not in found:
            lines.append(f"{name}: missing")
        elif found[name] != data:
            pairs = zip(data.splitlines(), found[name].splitlines())
            line = next((i for i, (a, b) in enumerate(pairs, 1) if a != b), None)
            lines.append(f"{name}: differs " + (f"from line {line}" if line else "in length"))
    return lines


def main(argv: list[str] | None = None) -> int:
    """Runs the command line; returns 0 when done, 1 when a check or a source fails."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sources", type=Path, required=True, help="folder with the public files named in the manifest")
    parser.add_argument("--manifest", type=Path, default=HERE / "sources.toml")
    parser.add_argument("--facts", type=Path, default=HERE, help="folder of the TOML files of cited figures")
    parser.add_argument("--out", type=Path, default=HERE.parent / "calibration")
    parser.add_argument("--check", action="store_true", help="compare with the tables in --out instead of writing them")
    args = parser.parse_args(argv)
    try:
        derived = tables(Sources(args.manifest, args.sources), args.facts)
    except DeriveError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    if args.check:
        differing = compare(derived, args.out)
        print("\n".join(differing) if differing else f"{len(derived)} tables reproduced exactly", file=sys.stderr)
        return 1 if differing else 0
    args.out.mkdir(parents=True, exist_ok=True)
    for name, data in derived.items():
        (args.out / name).write_bytes(data)
        print(f"{name}: {len(data.splitlines()) - 1} rows", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
