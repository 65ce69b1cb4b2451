"""What the catalogue holds, and what parameters mean."""

from __future__ import annotations

import html
from typing import Any

from . import _autarky
from ._answer import Answer


class Catalogue(list[dict[str, Any]]):
    """What the catalogue holds, a dict each."""

    def __repr__(self) -> str:
        width = max(len(entry["id"]) for entry in self)
        return "\n".join(f"{entry['id']:<{width}}  {entry['question'] or entry['title']}" for entry in self)

    def _repr_html_(self) -> str:
        e = html.escape
        rows = "".join(
            f"<tr><td><code>{e(x['id'])}</code></td><td style='text-align:left'>{e(x['title'])}</td>"
            f"<td style='text-align:left'>{e(x['question'])}</td></tr>"
            for x in self
        )
        return f"<table><thead><tr><th>id</th><th>title</th><th>question</th></tr></thead><tbody>{rows}</tbody></table>"


def catalogue() -> Catalogue:
    """The scenarios that come with autarky: identifier, title, question, policies, claim. ``load(id)`` loads one."""
    return Catalogue(_autarky.catalogue())


def cite(id: str) -> str:
    """BibTeX of a scenario of the catalogue and of the works that it rests on."""
    return _autarky.cite(id)


def explain(path: str) -> Answer:
    """What a parameter ("nation.power_price"), a group ("nation.policy") or a root ("nation") means: unit, allowed values, default, source.

    UsageError with a suggestion for unknown paths.
    """
    text, data = _autarky.explain(path)
    return Answer(text, data)
