"""What a changed rule does to everybody, counted against each enterprise judged alone."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import linghang.programme.policy
from linghang.conditions.shelf import load_pack
from linghang.errors import BadInput
from linghang.judge.case import Case, Claim, Fact
from linghang.judge.findings import FLOORS, Floor
from linghang.judge.program import Program, prepare
from linghang.judge.reference import judge
from linghang.judge.verdict import FloorVerdict
from linghang.programme.policy import EVERYBODY, Group, Outcome, Simulation, Variant
from linghang.programme.synth import synthesise
from linghang.usecases import policy
from linghang.usecases.policy import PolicyReport, Tried, variants_of
from linghang.usecases.registry import write_registry

DAY = date(2026, 6, 30)
PACK = "national-2024"
HARDER = "base.maturity@basic=maturity_level >= 3; base.talent=remove"
VARIANTS = (HARDER, "link_covered=majority", "link_covered=any; basic.production.equipment-upgrade=remove")
ROWS = 1500


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("registry") / "synthetic.parquet"
    write_registry(path, enterprises=ROWS, seed=11, pack=PACK, as_of=DAY)
    return path


def simulate(registry: Path, *, sets: Sequence[str] = (), overlays: Sequence[str] = (), **options: Any) -> PolicyReport:
    return policy.simulate(registry, Tried(overlays, sets), pack=PACK, as_of=DAY, **options)


def alone(program: Program, row: dict[str, Any], floor: Floor) -> FloorVerdict:
    """One row of the registry, judged by the reference evaluator."""

    def proof(name: str) -> Any:
        return row.get(f"proof:{name}") or "declared"

    findings = {
        name: Claim("met" if row[name] else "unmet", proof(name))
        for name in program.claimable
        if row.get(name) is not None
    }
    facts = {name: Fact(row[name], proof(name)) for name in program.fields if row.get(name) is not None}
    return judge(program, Case(findings, facts)).floors[floor]


@pytest.mark.slow
@pytest.mark.parametrize("floor", FLOORS)
def test_moves_and_reasons_are_those_of_each_enterprise_alone(registry: Path, floor: Floor) -> None:
    base = prepare(load_pack(PACK), DAY)
    table = pq.read_table(registry)
    report = simulate(registry, sets=VARIANTS, by=["region", "size"], floor=floor)
    assert report.rows == ROWS
    before = [alone(base, row, floor) for row in table.to_pylist()]
    for outcome in report.outcomes:
        _check(outcome, before, table.to_pylist(), floor)


def _check(outcome: Outcome, before: list[FloorVerdict], rows: list[dict[str, Any]], floor: Floor) -> None:
    levels = [None, *outcome.variant.program.pack.level_ids]
    moves: Counter[tuple[str, Any, Any, Any]] = Counter()
    reasons: Counter[tuple[Any, ...]] = Counter()
    for was, row in zip(before, rows, strict=True):
        now = alone(outcome.variant.program, row, floor)
        if was.confirmed == now.confirmed:
            continue
        rises = levels.index(now.confirmed) > levels.index(was.confirmed)
        level = now.confirmed if rises else was.confirmed
        assert level is not None
        verdict = (was if rises else now).levels[level]
        for by, value in ((EVERYBODY, EVERYBODY), ("region", row["region"]), ("size", row["size"])):
            moves[by, value, was.confirmed, now.confirmed] += 1
            way = "rises" if rises else "falls"
            for state, ids in (("unmet", verdict.failing), ("unknown", verdict.missing)):
                for one in ids:
                    reasons[by, value, way, level, one, state] += 1
                    if len(verdict.failing) + len(verdict.missing) == 1:
                        reasons[by, value, way, level, one, "alone"] += 1
    groups = [(by, group) for by, several in outcome.groups.items() for group in several]
    assert moves == {(by, group.value, *pair): number for by, group in groups for pair, number in group.moves.items()}
    assert reasons == {
        (by, group.value, one.direction, one.level, one.condition.id, state): number
        for by, group in groups
        for one in group.reasons
        for state, number in (("unmet", one.unmet), ("unknown", one.unknown), ("alone", one.alone))
        if number
    }


def outcomes(batches: list[pa.RecordBatch], variants: list[Variant]) -> list[dict[str, Any]]:
    simulation = Simulation(prepare(load_pack(PACK), DAY), variants, ["region", "industry"])
    for batch in batches:
        simulation.add(batch)
    return [
        {
            (by, group.value): (group.rows, dict(group.moves), _counted(group))
            for by, several in one.groups.items()
            for group in several
        }
        for one in simulation.outcomes()
    ]


def _counted(group: Group) -> dict[tuple[str, str, str], int]:
    return {(one.direction, one.level, one.condition.id): one.count for one in group.reasons}


def test_batches_and_company_change_nothing() -> None:
    program = prepare(load_pack(PACK), DAY)
    whole = next(synthesise(program, ROWS, 3))
    parts = [whole.slice(start, 500) for start in range(0, ROWS, 500)]
    variants = variants_of(PACK, DAY, Tried(sets=VARIANTS))
    together = outcomes([whole], variants)
    assert outcomes(parts, variants) == together
    assert [outcomes([whole], [one])[0] for one in variants] == together


def test_groups_add_up_to_everybody(registry: Path) -> None:
    report = simulate(registry, sets=VARIANTS, by=["region", "industry", "size"])
    for outcome in report.outcomes:
        assert outcome.everybody.rises + outcome.everybody.falls > 0
        for groups in outcome.groups.values():
            assert sum(one.rows for one in groups) == ROWS
            assert sum(one.rises for one in groups) == outcome.everybody.rises
            assert sum(one.falls for one in groups) == outcome.everybody.falls


def test_a_variant_that_changes_nothing_moves_nobody(registry: Path) -> None:
    report = simulate(registry, sets=["link_covered=all"])
    assert not report.outcomes[0].everybody.moves
    assert not report.outcomes[0].everybody.reasons


def test_asking_for_more_lifts_nobody_and_asking_for_less_drops_nobody(registry: Path) -> None:
    sets = ["base.maturity@basic=maturity_level >= 4", "base.talent=remove"]
    harder, easier = simulate(registry, sets=sets).outcomes
    assert harder.everybody.rises == 0 < harder.everybody.falls
    assert easier.everybody.falls == 0


def test_an_overlay_is_a_variant(registry: Path) -> None:
    report = simulate(registry, overlays=["hainan-2025"], sets=["link_covered=any"])
    assert [one.variant.name for one in report.outcomes] == ["hainan-2025", "link_covered=any"]
    assert report.synthetic


def test_who_moves_is_written_with_the_reasons(registry: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy, "BATCH_ROWS", 1024)
    target = tmp_path / "changes.parquet"
    report = simulate(registry, sets=VARIANTS[:2], target=target)
    written = pq.read_table(target)
    assert written.num_rows == sum(one.everybody.rises + one.everybody.falls for one in report.outcomes)
    assert set(written.column_names) == {"id", "synthetic", "region", "industry", "size", *policy.OUTPUT}
    for outcome in report.outcomes:
        rows = [row for row in written.to_pylist() if row["variant"] == outcome.variant.name]
        assert Counter((row["level_before"], row["level_after"]) for row in rows) == dict(outcome.everybody.moves)
        named = Counter(name for row in rows for name in row["reasons"])
        counted: Counter[str] = Counter()
        for one in outcome.everybody.reasons:
            counted[one.condition.id] += one.count
        assert named == counted


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "no variant is named"),
        ({"sets": ["base.talnt=remove"]}, "did you mean base.talent"),
        ({"sets": ["base.talent"]}, "--set takes NAME=VALUE"),
        ({"sets": ["base.talent=found and"]}, "base.talent"),
        ({"sets": ["link_covered=most"]}, "is not one of all, majority, any"),
        ({"sets": ["base.maturity=maturity_level >= 3"]}, "stands at several levels"),
        ({"sets": ["link_covered=any", "link_covered=any"]}, "named twice"),
        ({"sets": ["link_covered=any"], "by": ["regoin"]}, "did you mean region"),
        ({"overlays": ["no-such-pack"]}, "there is no pack no-such-pack"),
    ],
)
def test_what_cannot_be_is_refused_by_name(registry: Path, options: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput) as refusal:
        simulate(registry, **options)
    assert message in str(refusal.value)


def test_a_column_with_too_many_values_groups_nothing(registry: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linghang.programme.policy, "MAX_GROUPS", 1000)
    with pytest.raises(BadInput, match="column id has more than 1000 values; it groups nothing"):
        simulate(registry, sets=["link_covered=any"], by=["id"])


def test_the_registry_is_not_overwritten(registry: Path) -> None:
    with pytest.raises(BadInput, match="write to another file"):
        simulate(registry, sets=["link_covered=any"], target=registry)
