"""`personas.csv`: who uses how much AI, and the reference population of each income group.

Surveys give use by age, by schooling and by status and occupation, one at a time. These margins are not
independent (students are young), so multiplying them would count the same difference twice. The factors
of intensity are instead fitted by iterative proportional fitting (Deming and Stephan 1940) over the
reference population of high-income economies: their product has the surveys' margins there, each relative
to its own mean. Everything else is read from `personas.toml` as it stands.
"""

from __future__ import annotations

import math
import tomllib
from pathlib import Path

from figures import DeriveError, Figure
from manifest import Sources

KEYS = ("subject",)
FITTED_ON = "high"
BANDS = ("age_18_29", "age_30_49", "age_50_64", "age_65_up")
ROUNDS = 500
Values = dict[str, dict[str, float]]
Cell = tuple[str, str, str]


def check_sums(block: dict) -> None:
    """Refuses shares that do not sum to one."""
    total = sum(block["values"].values())
    if block.get("sums") and abs(total - 1) > 1e-9:
        raise DeriveError(f"personas.toml: {block['subject']} sums to {total}")


def reference(values: Values, group: str) -> dict[Cell, float]:
    """Shares of adults by age band, schooling and occupation (status of those who do not work)."""
    ages = values[f"{group}.age"]
    adults = sum(ages[band] for band in BANDS)
    cells: dict[Cell, float] = {}
    for band in BANDS:
        for level, share in values[f"{group}.schooling.{band}"].items():
            for status, part in values[f"{group}.status.{band}"].items():
                here = ages[band] / adults * share * part
                split = values[f"{group}.isco.{level}"] if status == "employed" else {status: 1.0}
                for occupation, one in split.items():
                    cells[band, level, occupation] = here * one
    return cells


def margin(cells: dict[Cell, float], axis: int) -> dict[str, float]:
    """Sums of cells along one of their three names."""
    out: dict[str, float] = {}
    for cell, share in cells.items():
        out[cell[axis]] = out.get(cell[axis], 0.0) + share
    return out


def targets(values: Values, cells: dict[Cell, float]) -> list[dict[str, float]]:
    """Use by age, schooling and occupation, each relative to its mean over the cells."""
    at_work = {**values["survey.isco"], **values["survey.isco_rest"]}
    status = values["survey.status"]
    people = margin(cells, 2)
    employed = sum(people[o] for o in at_work)
    mean = sum(people[o] * use for o, use in at_work.items()) / employed
    occupation = {o: status["employed"] * use / mean for o, use in at_work.items()}
    occupation |= {s: use for s, use in status.items() if s != "employed"}
    out = []
    for axis, use in enumerate((values["survey.age"], values["survey.schooling"], occupation)):
        shares = margin(cells, axis)
        centre = sum(shares[name] * use[name] for name in shares)
        out.append({name: use[name] / centre for name in shares})
    return out


def fit(cells: dict[Cell, float], wanted: list[dict[str, float]]) -> list[dict[str, float]]:
    """Factors by age, schooling and occupation whose product has the wanted margins over the cells."""
    factors = [dict.fromkeys(w, 1.0) for w in wanted]
    shares = [margin(cells, axis) for axis in range(3)]
    for _ in range(ROUNDS):
        for axis in range(3):
            use = margin({c: share * math.prod(f[n] for f, n in zip(factors, c)) for c, share in cells.items()}, axis)
            for name, share in shares[axis].items():
                factors[axis][name] *= wanted[axis][name] * share / use[name]
    return factors


def fitted(values: Values, src: Sources) -> list[Figure]:
    """Factors of intensity, the factor of developers and the share of use that is for work."""
    cells = reference(values, FITTED_ON)
    factors = fit(cells, targets(values, cells))
    surveys = ("pew-chatgpt-2025", "oecd-genai-2025", "bick-2024")
    rule = "iterative proportional fitting to the survey margins over the reference population of high-income economies, where the product has mean one"
    out = [Figure((f"factor.{name}",), key, value, "1", src.vintage(surveys[0]), "calibrated", surveys, rule)
           for name, factor in zip(("age", "schooling", "occupation"), factors) for key, value in factor.items()]
    of_work = [o for o in factors[2] if o.startswith("isco_")]
    use = margin({c: share * math.prod(f[n] for f, n in zip(factors, c)) for c, share in cells.items()}, 2)
    purpose = values["survey.purpose"]
    share = purpose["work"] / sum(purpose.values()) / sum(use[o] for o in of_work)
    out.append(Figure(("use",), "work_share_of_employed", share, "1", src.vintage("eurostat-genai-2025"), "calibrated",
                      ("eurostat-genai-2025", *surveys), "mentions of work among mentions of work, private life and education, over the employed's share of use in the reference population"))
    employment = values["survey.coding"]["us_employment"]
    low, high = values["survey.coding_chatgpt"]["chatgpt_messages"] / employment, values["survey.coding"]["claude_queries"] / employment
    out.append(Figure(("factor.specialism",), "developer", math.sqrt(low * high), "1", src.vintage("anthropic-index-2025"), "calibrated",
                      ("anthropic-index-2025", "chatterji-2025"), "use per worker over the mean: geometric mean of what two providers see, which are low and high", low, high))
    return out


def build(src: Sources, facts: Path) -> tuple[tuple[str, ...], list[Figure]]:
    """Key columns and figures of `personas.csv`."""
    figures, values = [], {}
    for block in tomllib.loads(facts.read_text(encoding="utf-8"))["block"]:
        check_sums(block)
        values[block["subject"]] = block["values"]
        sources = () if block["source"] == "none" else (block["source"],)
        vintage = src.vintage(block["source"]) if sources else ""
        figures += [Figure((block["subject"],), key, float(value), "1", vintage, block.get("status", "assumed"), sources, block["rule"])
                    for key, value in block["values"].items()]
    return KEYS, figures + fitted(values, src)
