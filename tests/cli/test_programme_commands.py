"""What-if, sensitivity, synthetic registries and policies on the command line."""

from pathlib import Path

import pyarrow.parquet as pq
from command_line import EXAMPLE, Linghang


def test_what_if_shows_before_and_after(linghang: Linghang) -> None:
    said = linghang("whatif", EXAMPLE, "--set", "excellence.construction.virtual-factory=met")
    assert said.status == 0
    assert "excellence.construction.virtual-factory = met @measured" in said.out
    found = linghang("whatif", EXAMPLE, "--set", "maturity_level=1", "--json").document
    assert found["before"]["floors"]["declared"]["confirmed"] == "advanced"
    assert found["after"]["floors"]["declared"]["confirmed"] is None
    assert {one["id"] for one in found["differing"]} == {"maturity"}


def test_what_if_refuses_an_unknown_name(linghang: Linghang) -> None:
    said = linghang("whatif", EXAMPLE, "--set", "base.talnt=met")
    assert said.status == 2
    assert "did you mean base.talent" in said.err


def test_sensitivity_of_a_case(linghang: Linghang) -> None:
    found = linghang("sensitivity", EXAMPLE, "--json").document
    (link,) = found["thresholds"]
    assert [(one["from"], one["changes"]) for one in link["stretches"]] == [
        ("all", False),
        ("majority", True),
        ("any", True),
    ]


def test_a_registry_is_made_and_a_policy_simulated(linghang: Linghang, tmp_path: Path) -> None:
    registry, changes = tmp_path / "factories.parquet", tmp_path / "changes.parquet"
    made = linghang("registry", "synth", "-n", "2000", "-o", registry, "--as-of", "2026-06-30")
    assert made.status == 0
    assert "SYNTHETIC" in made.out
    assert "does not say that it is synthetic" in made.err
    sets = ("--set", "base.maturity@basic=maturity_level >= 3", "--set", "link_covered=majority")
    shown = linghang("policy", "simulate", registry, *sets, "--as-of", "2026-06-30", "-o", changes)
    assert shown.status == 0
    assert "SYNTHETIC" in shown.out
    found = linghang("policy", "simulate", registry, *sets, "--as-of", "2026-06-30", "--json").document
    assert found["synthetic"] is True
    moved = sum(one["everybody"]["rises"] + one["everybody"]["falls"] for one in found["variants"])
    assert pq.read_table(changes).num_rows == moved > 0
    assert set(found["variants"][0]["by"]) == {"region", "industry", "size"}


def test_a_policy_without_a_variant_is_refused(linghang: Linghang, tmp_path: Path) -> None:
    said = linghang("policy", "simulate", tmp_path / "none.parquet")
    assert said.status == 2
    assert "no variant is named" in said.err
