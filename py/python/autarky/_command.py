"""The command ``autarky`` of the package."""

from __future__ import annotations

import signal
import sys

from ._autarky import main as _main


def main() -> int:
    """Run the command line of the process; returns its exit code.

    The interpreter's own handling of Ctrl-C is taken off: the command has its own, which keeps what is finished.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    return _main(["autarky", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
