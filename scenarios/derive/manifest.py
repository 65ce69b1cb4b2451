"""The manifest of source files: what each is, where it came from, under which licence, its SHA-256.

A file is only ever read through `Sources.read`, which refuses bytes whose hash differs from the
manifest. Citations (a published figure without a file) live in the same manifest under
`[[citation]]` and carry no hash.
"""

from __future__ import annotations

import csv
import hashlib
import io
import tomllib
from pathlib import Path

from figures import DeriveError

FILE_FIELDS = ("id", "file", "publisher", "title", "origin", "licence", "vintage", "retrieved", "sha256")
CITATION_FIELDS = ("id", "publisher", "title", "origin", "licence", "vintage", "retrieved")


class Sources:
    """Verified access to the files of a folder, by source id."""

    def __init__(self, manifest: Path, folder: Path) -> None:
        data = tomllib.loads(manifest.read_text(encoding="utf-8"))
        self.folder = folder
        self.files = {s["id"]: s for s in data.get("source", [])}
        self.citations = {c["id"]: c for c in data.get("citation", [])}
        self._cache: dict[str, bytes] = {}
        for entry, fields in [(s, FILE_FIELDS) for s in data.get("source", [])] + [
            (c, CITATION_FIELDS) for c in data.get("citation", [])
        ]:
            absent = [f for f in fields if not entry.get(f)]
            if absent:
                raise DeriveError(f"{manifest}: entry {entry.get('id')!r} lacks {absent}")
        if len(self.files) + len(self.citations) != len(set(self.files) | set(self.citations)):
            raise DeriveError(f"{manifest}: an id is used twice")

    def read(self, source_id: str) -> bytes:
        """The bytes of a source; `DeriveError` if it is absent or its SHA-256 is not the pinned one."""
        if source_id not in self._cache:
            entry = self.files[source_id]
            self._cache[source_id] = self._verified(self.folder / entry["file"], entry["sha256"], entry["origin"])
        return self._cache[source_id]

    @staticmethod
    def _verified(path: Path, expected: str, origin: str) -> bytes:
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            raise DeriveError(f"{path}: not found; it comes from {origin}") from None
        found = hashlib.sha256(data).hexdigest()
        if found != expected:
            raise DeriveError(f"{path}: SHA-256 differs: expected {expected}, found {found}")
        return data

    def read_members(self, source_id: str) -> dict[str, bytes]:
        """The files of a source that is a folder, by name.

        Its manifest entry has `[source.members]` with a SHA-256 each; `sha256` is that of the lines
        "hash, two spaces, name" in order of name, as `sha256sum` prints them.
        """
        entry = self.files[source_id]
        listing = "".join(f"{digest}  {name}\n" for name, digest in sorted(entry["members"].items()))
        found = hashlib.sha256(listing.encode("ascii")).hexdigest()
        if found != entry["sha256"]:
            raise DeriveError(f"{source_id}: SHA-256 of the member list differs: expected {entry['sha256']}, found {found}")
        return {name: self._verified(self.folder / entry["file"] / name, digest, entry["origin"])
                for name, digest in entry["members"].items()}

    def vintage(self, source_id: str) -> str:
        """The vintage that the manifest states for a source or a citation."""
        return (self.files.get(source_id) or self.citations[source_id])["vintage"]

    def licences(self) -> dict[str, str]:
        """Licence by source id, files and citations together."""
        return {i: e["licence"] for i, e in {**self.files, **self.citations}.items()}

    def table(self) -> bytes:
        """`sources.csv`: one row per file and citation."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["source_id", "kind", "publisher", "title", "licence", "origin", "vintage", "retrieved", "sha256", "note"])
        for kind, entries in (("file", self.files), ("citation", self.citations)):
            for i in sorted(entries):
                e = entries[i]
                writer.writerow([
                    i, kind, e["publisher"], e["title"], e["licence"], e["origin"], e["vintage"],
                    e["retrieved"], e.get("sha256", ""), e.get("note", ""),
                ])
        return out.getvalue().encode("utf-8")
