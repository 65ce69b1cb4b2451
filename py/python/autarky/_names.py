"""Names that users give, and what is said of those that are none."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator

from ._autarky import UsageError

#: As many names as an error lists.
_FEW = 20
#: How to list names that are too many for an error.
LISTED = {"quantity": '; .summary()["quantity"] lists them', "series": "; .series.columns lists them"}


def names(value: str | Iterable[str], what: str = "names") -> list[str]:
    """One name or several: a text alone is one, not its letters. UsageError for what is no text."""
    if isinstance(value, str):
        return [value]
    found = list(value) if isinstance(value, Iterable) else [value]
    for name in found:
        if not isinstance(name, str):
            raise UsageError(f"{what} are a text or several; found {name!r}")
    return found


def suggestion(name: object, known: Iterable[str]) -> str:
    """The nearest name, for the end of an error; "" if none is near."""
    import difflib

    found = difflib.get_close_matches(str(name), list(known), 1)
    return f"; did you mean `{found[0]}`?" if found else ""


def near(name: object, known: Iterable[str]) -> str:
    """A suggestion, or all names that there are if they are few; "" otherwise."""
    every = list(known)
    return suggestion(name, every) or (f"; there are: {', '.join(every)}" if len(every) <= _FEW else "")


@contextlib.contextmanager
def listing(of: str = "") -> Iterator[None]:
    """Where the compiled part knows no name that is near, the error says how to list them."""
    try:
        yield
    except UsageError as error:
        text = str(error)
        for what, listed in LISTED.items():
            if text.startswith(f"the study has no {what} `") and text.endswith("`"):
                raise UsageError(text + listed.replace("; ", f"; {of}", 1)) from None
        raise
