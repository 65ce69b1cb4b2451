"""``python -m autarky`` is the command ``autarky``."""

import sys

from ._command import main

sys.exit(main())
