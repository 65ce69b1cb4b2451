"""Both doors, Python and the command line, give the same numbers, words and errors."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import PRICE, SETS, WORDS, Command

import autarky as ak


def both(command: Command, folder: Path, results: ak.Results, *words: str) -> None:
    """The command makes the same study into a folder: digest, summary file and what is printed."""
    done = command(*words, "--out", folder, "--quiet")
    assert done.returncode == 0, done.stderr
    other = ak.open_results(folder)
    assert other.digest == results.digest
    assert (Path(other.path) / "summary.csv").read_bytes() == (Path(results.path) / "summary.csv").read_bytes()
    assert other.summary().to_dicts() == results.summary().to_dicts()
    assert done.stdout.rstrip("\n") in repr(other)
    assert repr(results).split("\n", 1)[1] == repr(other).split("\n", 1)[1]


def test_a_run_has_the_same_digest_summary_and_words(command: Command, tmp_path: Path, results: ak.Results) -> None:
    both(command, tmp_path / "run", results, "run", *WORDS, "-n", "3", "--seed", "7")


def test_a_factorial_sweep_has_the_same_digest_and_summary(command: Command, tmp_path: Path, swept: ak.Results) -> None:
    axis = f"{PRICE}={{0.05 USD/kWh, 0.3 USD/kWh}}"
    both(command, tmp_path / "sweep", swept, "sweep", *WORDS, "-n", "2", "--seed", "7", "--design", "factorial", "--axis", axis)


def test_a_saltelli_sweep_has_the_same_digest_and_sensitivities(command: Command, tmp_path: Path, scenario: ak.Scenario) -> None:
    axes: ak.design.Axes = {PRICE: ("0.05 USD/kWh", "0.3 USD/kWh"), "nation.EST.policy.coverage": ak.Uniform(0.1, 0.5)}
    design = ak.design.saltelli(axes, n=4, seed=3)
    found = scenario.sweep(design, replications=1, seed=5, out=tmp_path / "python")
    words = ["--design", "saltelli", "--points", "4", "--design-seed", "3", "--axis", f"{PRICE}=0.05 USD/kWh..0.3 USD/kWh"]
    words += ["--axis", "nation.EST.policy.coverage~uniform(0.1, 0.5)"]
    both(command, tmp_path / "command", found, "sweep", *WORDS, "-n", "1", "--seed", "5", *words)
    done = command("sensitivity", tmp_path / "command", "--outcome", "cost")
    assert done.returncode == 0, done.stderr
    assert repr(found.sensitivity("cost")) == done.stdout.rstrip("\n")


def test_uncertain_draws_are_the_same(command: Command, tmp_path: Path, scenario: ak.Scenario) -> None:
    found = scenario.run(1, seed=2, uncertain=3, out=tmp_path / "python")
    both(command, tmp_path / "command", found, "sweep", *WORDS, "-n", "1", "--seed", "2", "--uncertain", "3", "--design-seed", "2")


def test_until_stops_at_the_same_replication(command: Command, tmp_path: Path) -> None:
    """The half-width is so wide that the first look that may stop, at 40, does."""
    until = ak.Until("served_share", halfwidth=50.0, block=10)
    found = ak.load("small-state", set=SETS, policies=["base"]).run(60, seed=2, until=until, out=tmp_path / "python")
    words = ["--objective", "served_share", "--until-halfwidth", "50", "--block", "10"]
    both(command, tmp_path / "command", found, "run", *WORDS[:-1], "base", "-n", "60", "--seed", "2", *words)
    assert set(found.runs["replication"]) == set(range(40))


def test_the_command_of_results_makes_the_same_study(command: Command, tmp_path: Path, swept: ak.Results) -> None:
    import shlex

    program, *words = shlex.split(swept.command)
    assert program == "autarky"
    done = command(*words, "--out", tmp_path / "again", "--quiet")
    assert done.returncode == 0, done.stderr
    assert ak.open_results(tmp_path / "again").digest == swept.digest


def test_a_comparison_has_the_same_text(command: Command, tmp_path: Path, results: ak.Results) -> None:
    done = command("compare", *WORDS, "-n", "3", "--seed", "7", "--objective", "cost", "--out", tmp_path / "compare", "--quiet")
    assert done.returncode == 0, done.stderr
    comparison = results.compare(objectives=["cost"])
    assert repr(comparison) in done.stdout
    rows = comparison.table.to_dicts()
    assert {row["policy"] for row in rows} >= {"network"}
    assert {row["policy"] for row in results.compare("network", objectives="cost").table} == {"network"}
    with pytest.raises(ak.UsageError, match="did you mean `network`"):
        results.compare("netwrok")


def test_a_frontier_has_the_same_text(command: Command, results: ak.Results) -> None:
    done = command("frontier", results.path, "--objective", "cost", "--objective", "unserved")
    assert done.returncode == 0, done.stderr
    assert repr(results.frontier("cost", "unserved")) == done.stdout.rstrip("\n")


ERRORS = [
    {"nation.EST.polcy": 1},
    {PRICE: "9 USD/kWh"},
    {PRICE: 0.3},
    {"horizon.years": 0, "nation.EST.policy.coverage": -1},
    {"focus.nations": ["XXX"]},
]


@pytest.mark.parametrize("values", ERRORS, ids=lambda v: ",".join(v))
def test_a_refused_setting_is_refused_with_the_same_text(command: Command, values: dict[str, object]) -> None:
    with pytest.raises(ak.ScenarioError) as caught:
        ak.load("small-state", set=values)
    words = [word for path, value in values.items() for word in ("--set", f"{path}={value if isinstance(value, str) else json.dumps(value)}")]
    done = command("check", "small-state", *words)
    assert done.returncode == 3
    assert str(caught.value).strip() in done.stderr
    assert caught.value.diagnostics
    machine = command("check", "small-state", *words, "--message-format", "json")
    said = [json.loads(line) for line in machine.stdout.splitlines() if line.startswith("{")]
    assert [d["message"] for d in caught.value.diagnostics] == [d["message"] for d in said]


def test_all_errors_of_a_file_come_at_once_with_their_places(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('format = 1\ntitle = "Mine"\nextends = "catalog:small-state"\n[horizon]\nyears = -1\n[nation.EST]\npower_prise = 1\n')
    with pytest.raises(ak.ScenarioError) as caught:
        ak.load(file)
    assert {(d["line"], d["file"].endswith("mine.toml")) for d in caught.value.diagnostics} == {(5, True), (7, True)}
    assert "did you mean `power_price`" in str(caught.value)
    assert str(caught.value).strip() in command("check", file).stderr


def test_an_unknown_quantity_is_refused_with_the_same_text(command: Command, results: ak.Results) -> None:
    with pytest.raises(ak.UsageError) as caught:
        results.compare(objectives=["csot"])
    done = command("compare", *WORDS, "-n", "3", "--seed", "7", "--objective", "csot", "--out", results.path, "--quiet")
    assert done.returncode == 2
    assert str(caught.value) in done.stderr


def test_another_study_in_the_folder_is_a_mismatch_with_the_same_text(command: Command, tmp_path: Path, scenario: ak.Scenario) -> None:
    scenario.run(1, seed=1, out=tmp_path / "one")
    with pytest.raises(ak.MismatchError) as caught:
        scenario.run(1, seed=2, out=tmp_path / "one")
    done = command("run", *WORDS, "-n", "1", "--seed", "2", "--out", tmp_path / "one", "--quiet")
    assert done.returncode == 6
    assert str(caught.value) in done.stderr


def test_explanations_and_citations_are_the_same(command: Command, scenario: ak.Scenario) -> None:
    for path in ("nation.power_price", "horizon"):
        assert repr(ak.explain(path)) == command("explain", path).stdout.rstrip("\n")
    assert ak.cite("small-state").strip() == command("catalog", "cite", "small-state").stdout.strip()
    with pytest.raises(ak.UsageError) as caught:
        scenario.explain("nation.power_prise")
    assert str(caught.value).strip() in command("explain", "nation.power_prise").stderr


def test_the_catalogue_is_the_same(command: Command) -> None:
    listed = json.loads(command("catalog", "list", "--format", "json").stdout)
    assert list(ak.catalogue()) == listed


def test_a_scenario_written_out_loads_again_to_the_same(tmp_path: Path) -> None:
    scenario = ak.load("small-state", set=SETS)
    (tmp_path / "resolved.toml").write_text(scenario.to_toml(), encoding="utf-8")
    again = ak.load(tmp_path / "resolved.toml")
    assert again.hash == scenario.hash
    assert again.policies == scenario.policies
