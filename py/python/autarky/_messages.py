"""What is said beside results: warnings and progress."""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Callable
from types import FrameType
from typing import Any

from ._autarky import AutarkyError, UsageError

# Errors that have no places have no diagnostics, so that programs need not ask first.
AutarkyError.diagnostics = ()


class ScenarioWarning(UserWarning):
    """Something in a scenario is probably not as meant."""


class FailedRunsWarning(UserWarning):
    """Some runs failed; the others are there."""


class InterruptedWarning(UserWarning):
    """A study was interrupted; what was finished is there, and it can go on."""


def warn(texts: list[str], category: type[Warning]) -> None:
    """Warn with every text, as seen from the first caller outside of the package."""
    frame: FrameType | None = sys._getframe(1)
    level = 2
    while frame is not None and str(frame.f_globals.get("__name__", "")).partition(".")[0] == "autarky":
        frame = frame.f_back
        level += 1
    for text in texts:
        warnings.warn(text, category, stacklevel=level)


Progress = Callable[[int], None]


class _Shown:
    """Progress as one line that is written over, at most ten times a second."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.start = time.monotonic()
        self.first: int | None = None

    def text(self, done: int) -> str:
        if self.first is None:
            self.first = done
        seconds = time.monotonic() - self.start
        fresh = done - self.first
        left = ""
        if fresh > 0 and done < self.total:
            rest = seconds / fresh * (self.total - done)
            left = f", {rest:.0f} s to go"
        return f"{done} of {self.total} runs, {seconds:.0f} s{left}"


class _Terminal(_Shown):
    def __call__(self, done: int) -> None:
        sys.stderr.write(f"\r\x1b[K{self.text(done)}")
        sys.stderr.flush()

    def end(self) -> None:
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()


class _Notebook(_Shown):
    def __init__(self, total: int) -> None:
        super().__init__(total)
        from IPython.display import HTML, display

        # Nothing yet: how many runs are there already is not known before the first report.
        self.handle = display(HTML(""), display_id=True)

    def bar(self, done: int) -> Any:
        from IPython.display import HTML

        inner = f"<progress value='{done}' max='{self.total}' style='width:20em'></progress> {self.text(done)}"
        return HTML(inner)

    def __call__(self, done: int) -> None:
        self.handle.update(self.bar(done))

    def end(self) -> None:
        from IPython.display import HTML

        self.handle.update(HTML(""))


def _in_notebook() -> bool:
    if "IPython" not in sys.modules:
        return False
    from IPython import get_ipython

    shell = get_ipython()
    return shell is not None and "IPKernelApp" in shell.config


class Shower:
    """Shows progress of a study while it is entered.

    ``how`` is None for a line in a terminal, a bar in a notebook and nothing elsewhere; False for nothing; or a function that is called with
    (runs that ended, runs asked for).
    """

    def __init__(self, how: bool | Callable[[int, int], None] | None, total: int) -> None:
        self.call: Progress | None = None
        self._shown: _Terminal | _Notebook | None = None
        if how is not None and not isinstance(how, bool) and not callable(how):
            raise UsageError(f"`progress` is None, False or a function of (runs that ended, runs asked for); found {how!r}")
        if callable(how):
            self.call = lambda done: how(done, total)
        elif how is not False:
            if _in_notebook():
                self._shown = _Notebook(total)
            elif sys.stderr is not None and sys.stderr.isatty():
                self._shown = _Terminal(total)
            self.call = self._shown

    def __enter__(self) -> Progress | None:
        return self.call

    def __exit__(self, *_: object) -> None:
        if self._shown is not None:
            self._shown.end()
