"""Where studies lie: folders that a user named, and temporary ones."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import weakref

from ._autarky import StorageError


def absolute(path: str | os.PathLike[str]) -> str:
    """Where a folder is, whatever folder the process works in later. StorageError for an empty path."""
    folder = os.fspath(path)
    if not folder:
        raise StorageError('"" is no path of a folder')
    return os.path.abspath(folder)


class Temporary:
    """A folder that is removed when nobody refers to this any more; by the process that made it, not by a forked one."""

    def __init__(self) -> None:
        try:
            self.path = tempfile.mkdtemp(prefix="autarky-")
        except OSError as error:
            raise StorageError(f"there is no temporary folder for the results ({error}); name one: out=") from error
        self._end = weakref.finalize(self, _remove, self.path, os.getpid())

    def keep(self, error: BaseException) -> None:
        """Leave the folder, and say where it is: runs are recorded there, and nobody got their results."""
        folder = os.path.join(self.path, "results")
        try:
            with open(os.path.join(folder, "manifest.json"), encoding="utf-8") as file:
                recorded = json.load(file)["runs"]["recorded"]
        except (OSError, ValueError, LookupError):
            return
        if recorded:
            self._end.detach()
            error.add_note(f"What was recorded is kept: autarky.open_results({folder!r}).resume() goes on.")


def _remove(path: str, owner: int) -> None:
    if os.getpid() == owner:
        shutil.rmtree(path, ignore_errors=True)
