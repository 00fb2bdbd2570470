"""`bundle` and `verify` on a small plant: round trip, the same bytes, and every kind of tampering with its answer."""

import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from linghang.cli.main import run
from linghang.conditions.shelf import PACKS
from linghang.errors import BadInput
from linghang.evidence import bundle_zip
from linghang.evidence.bundle import assemble
from linghang.evidence.bundle_format import read_manifest
from linghang.evidence.ledger import append, read
from linghang.evidence.observation import Observation, Source
from linghang.evidence.signing import PrivateKey
from linghang.plant.tables import TABLES
from linghang.store.documents import Description, DocumentRegister
from linghang.store.workspace import open_workspace
from linghang.usecases import bundling, inside_tables
from linghang.usecases.assessing import STATEMENTS, assess
from linghang.usecases.bundling import Bundled, Request, bundle
from linghang.usecases.engines import Request as RunRequest
from linghang.usecases.engines import run_engine
from linghang.usecases.signing_keys import export_key, own_key
from linghang.usecases.verifying import Verified, verify
from linghang.usecases.workspaces import make_workspace

AS_OF = date(2025, 4, 15)
NOW = datetime(2025, 4, 15, 3, 0, tzinfo=UTC)
NATIONAL = "national-2024"
OTHER = PrivateKey(bytes(range(32)))


@pytest.fixture
def plant(tmp_path: Path) -> Path:
    """A workspace that holds the example rows of every table."""
    return filled(tmp_path / "works")


def filled(folder: Path) -> Path:
    engine = make_workspace(folder, "北疆铝轮毂", "Asia/Shanghai", None).engine()
    with engine.begin() as connection:
        for table in TABLES.values():
            connection.execute(table.insert(), list(table.info["examples"]))
    return folder


@pytest.fixture(scope="module")
def originals(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Bundles of one plant, without inputs and with small ones; nobody writes to them."""
    folder = tmp_path_factory.mktemp("originals") / "works"
    filled(folder)
    return {inputs: written(folder, f"{inputs}.zip", inputs=inputs).file for inputs in ("none", "small")}


@pytest.fixture
def bare(originals: dict[str, Path], tmp_path: Path) -> Path:
    """A bundle without inputs, to tamper with."""
    return Path(shutil.copy(originals["none"], tmp_path / "bare.zip"))


@pytest.fixture
def small(originals: dict[str, Path], tmp_path: Path) -> Path:
    """A bundle with small inputs, to tamper with."""
    return Path(shutil.copy(originals["small"], tmp_path / "small.zip"))


def written(folder: Path, name: str = "b.zip", pack: str = NATIONAL, **asked: Any) -> Bundled:
    return bundle(folder, folder.parent / name, Request(pack, asked.pop("as_of", AS_OF), **asked), now=NOW)


def contents(path: Path) -> dict[str, bytes]:
    with bundle_zip.Container(path) as container:
        return {name: container.read(name, 1 << 30) for name in container.entries}


def forged(path: Path, change: Callable[[dict[str, bytes]], object], **head: Any) -> Path:
    """Change what is inside and sign it with another key."""
    content = contents(path)
    manifest = read_manifest(content.pop("manifest.json"))
    del content["manifest.sig"], content["signer.pem"]
    change(content)
    with path.open("wb") as file:
        bundle_zip.write(file, assemble(replace(manifest, entries=(), **head), content, OTHER))
    return path


def said(found: Verified) -> list[str]:
    return [str(one) for one in found.problems]


def stated(about: str, value: Any, **changes: Any) -> Observation:
    given: dict[str, Any] = {
        "unit": "",
        "window_from": AS_OF - timedelta(1),
        "window_to": AS_OF,
        "subject": "plant",
        "proof": "documented",
        "source": Source("document", "d" * 64),
        "made_at": NOW,
    }
    return Observation(about, value, **{**given, **changes})


# --- round trip ---


@pytest.mark.parametrize("pack", [NATIONAL, "neimenggu-2025"])
def test_what_was_bundled_is_judged_the_same_anew(plant: Path, pack: str) -> None:
    (plant / STATEMENTS).write_text("maturity: {level: 3}\nfindings:\n  base.organisation: {finding: met}\n")
    made = written(plant, pack=pack, inputs="small", interpretation={"key_equipment_share": Decimal("0.8")})
    found = verify(made.file)
    assert said(found) == []
    expected = assess(
        plant, pack=pack, now=NOW, as_of=AS_OF, record=False, interpretation={"key_equipment_share": Decimal("0.8")}
    ).judged.verdict
    assert found.verdict
    assert found.verdict.to_dict() == expected.to_dict()
    assert found.records == made.manifest.records == len(list(read(plant / "ledger.jsonl")))


def test_a_waiver_goes_along(plant: Path) -> None:
    (plant / STATEMENTS).write_text("waivers:\n  excellence.coverage: 合同加工\n")
    found = verify(written(plant).file)
    assert found.fits
    assert found.verdict
    assert found.verdict.floors["declared"].levels["excellence"].waived


def test_the_same_workspace_and_day_give_the_same_bytes(plant: Path) -> None:
    first, second = written(plant, "a.zip", inputs="all"), written(plant, "b.zip", inputs="all")
    assert first.recorded > 0
    assert second.recorded == 0
    assert first.sha256 == second.sha256
    assert first.file.read_bytes() == second.file.read_bytes()


@pytest.mark.slow
def test_two_processes_elsewhere_give_the_same_bytes(plant: Path) -> None:
    files = []
    for zone, locale, seed in (("UTC", "C", "1"), ("America/New_York", "zh_CN.UTF-8", "77")):
        file = plant.parent / f"{seed}.zip"
        environment = {**os.environ, "TZ": zone, "LC_ALL": locale, "PYTHONHASHSEED": seed}
        command = ["bundle", str(plant), "-o", str(file), "--as-of", "2025-04-15", "--inputs", "all"]
        subprocess.run(
            [sys.executable, "-m", "linghang", *command], env=environment, check=True, stdout=subprocess.DEVNULL
        )
        files.append(file.read_bytes())
    assert files[0] == files[1]


def test_no_clock_and_no_path_of_the_machine_is_inside(plant: Path) -> None:
    inside = b"".join(contents(written(plant, inputs="all").file).values())
    assert str(plant.parent).encode() not in inside
    assert os.uname().nodename.encode() not in inside or len(os.uname().nodename) < 6


def test_an_empty_workspace_has_nothing_to_bundle(tmp_path: Path) -> None:
    make_workspace(tmp_path / "empty", None, "Asia/Shanghai", None)
    with pytest.raises(BadInput, match="there is no evidence to bundle, the ledger is empty"):
        written(tmp_path / "empty")
    assert not (tmp_path / "b.zip").exists()


def test_contradicted_and_stale_evidence_stays_unknown(plant: Path) -> None:
    one = stated("base.organisation", "met")
    two = replace(one, value="unmet", source=Source("document", "e" * 64))
    old = stated("base.cyber-risk-controllable", "met", valid_until=AS_OF)
    append(plant / "ledger.jsonl", [one, two, old])
    found = verify(written(plant).file)
    assert found.fits
    assert found.verdict
    elements = {one.asked.id: one.finding for one in found.verdict.floors["declared"].elements}
    assert elements["base.organisation"] == elements["base.cyber-risk-controllable"] == "unknown"


def test_a_ledger_that_somebody_else_writes_meanwhile_is_not_signed(
    plant: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def meanwhile(*given: Any, **more: Any) -> Any:
        found = assess(*given, **more)
        append(plant / "ledger.jsonl", [stated("base.organisation", "met")])
        return found

    monkeypatch.setattr(bundling, "assess", meanwhile)
    with pytest.raises(BadInput, match="the ledger changed while the bundle was made"):
        written(plant)


# --- computed again ---


def outcomes(found: Verified) -> dict[str, str]:
    return {one.source: one.outcome for one in found.reruns}


def test_everything_derived_is_computed_again_from_the_tables_inside(small: Path) -> None:
    found = verify(small)
    assert set(outcomes(found).values()) == {"same"}
    assert len(found.reruns) > 10


def test_without_inputs_nothing_is_computed_again_and_that_is_said(bare: Path) -> None:
    found = verify(bare)
    assert found.fits
    assert {(one.outcome, str(one.why)) for one in found.reruns} == {("not_rerun", "its inputs are not inside")}


def test_a_table_that_was_made_prettier_gives_something_else(plant: Path) -> None:
    file = written(plant, inputs="small").file
    change(plant, "update person set person_id = 'E' || person_id")
    people = contents(written(plant, "other.zip", inputs="small").file)["inputs/tables/person.parquet"]
    found = verify(forged(file, lambda content: content.update({"inputs/tables/person.parquet": people})))
    assert not found.fits
    assert "computed again: it was not made from the inputs that are inside" in said(found)[0]


def change(folder: Path, statement: str) -> None:
    with sa.create_engine(f"sqlite:///{folder / 'records.sqlite'}").begin() as connection:
        connection.execute(sa.text("PRAGMA foreign_keys=off"))
        connection.execute(sa.text(statement))


def test_a_derivation_left_out_of_the_ledger_is_missed(plant: Path) -> None:
    file = written(plant, inputs="small").file
    kept = [one.record for one in read(plant / "ledger.jsonl") if one.record.about != "base.talent"]
    ledger = plant.parent / "l" / "ledger.jsonl"
    ledger.parent.mkdir()
    append(ledger, kept)
    new = {"ledger.jsonl": ledger.read_bytes(), "ledger.anchor": ledger.with_suffix(".anchor").read_bytes()}
    found = verify(forged(file, lambda content: content.update(new), records=len(kept)))
    assert any("of which the ledger says nothing" in one for one in said(found))


@pytest.mark.parametrize("inputs", ["small", "none"])
def test_an_engine_is_run_again_where_its_tables_are_inside(plant: Path, inputs: str) -> None:
    change(plant, "update lot set made_on = '2025-04-10'")
    ran = run_engine(plant, "quality.traceability", RunRequest({}, as_of=AS_OF), now=NOW)
    assert ran.recorded == 1
    found = verify(written(plant, inputs=inputs).file)
    assert said(found) == []
    assert outcomes(found)["quality.traceability"] == ("same" if inputs == "small" else "not_rerun")


def test_an_engine_of_another_version_is_not_run_again(plant: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    change(plant, "update lot set made_on = '2025-04-10'")
    run_engine(plant, "quality.traceability", RunRequest({}, as_of=AS_OF), now=NOW)
    file = written(plant, inputs="small").file
    from linghang.engines.quality import traceability

    monkeypatch.setattr(traceability, "CARD", replace(traceability.CARD, version="99"))
    (one,) = [each for each in verify(file).reruns if each.kind == "engine"]
    assert (one.outcome, str(one.why)) == ("not_rerun", "version 1 of the engine made it, installed is 99")


def test_a_table_of_endless_rows_is_not_read(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inside_tables, "MAX_CELLS", 1)
    assert "would be read into more than 1 cells" in said(verify(small))[0]


@pytest.mark.parametrize("data", [b"", b"PAR1", b"no Parquet"])
def test_what_is_no_table_is_named(small: Path, data: bytes) -> None:
    found = verify(forged(small, lambda content: content.update({"inputs/tables/person.parquet": data})))
    assert said(found)[0].startswith("inputs/tables/person.parquet: is no Parquet that can be read")


# --- tampering ---


def pioneer(content: dict[str, bytes]) -> None:
    document = json.loads(content["judgement.json"])
    document["floors"]["measured"]["confirmed"] = "pioneer"
    content["judgement.json"] = json.dumps(document).encode()


def test_a_better_judgement_is_named_with_its_key(bare: Path) -> None:
    found = verify(forged(bare, pioneer))
    assert said(found) == [
        'judgement.json, key floors.measured.confirmed: says "pioneer"; judged anew from the ledger it is null'
    ]


def rewritten(entry: str, change: Callable[[Any], object]) -> Callable[[dict[str, bytes]], None]:
    def write(content: dict[str, bytes]) -> None:
        said = json.loads(content[entry])
        change(said)
        content[entry] = json.dumps(said).encode()

    return write


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (lambda said: said["elements"].insert(0, dict(said["elements"][0], finding="met")), "twice"),
        (lambda said: said["fields"].update(maturity_level={"value": "9"}), "fields.maturity_level"),
        (lambda said: said["fields"].pop("maturity_level"), "fields"),
        (lambda said: said["elements"][0].update(clause="another clause"), "clause"),
    ],
    ids=["an element twice", "a field", "no field", "clause"],
)
def test_whatever_of_the_judgement_follows_from_the_ledger_is_held_against_it(
    bare: Path, change: Callable[[Any], object], key: str
) -> None:
    first, *_ = said(verify(forged(bare, rewritten("judgement.json", change))))
    assert "judgement.json" in first
    assert key in first


def test_a_page_for_people_that_claims_more_is_named(bare: Path) -> None:
    def claim(content: dict[str, bytes]) -> None:
        content["README.md"] = content["README.md"].replace("未确认".encode(), "领航级".encode())

    (problem,) = said(verify(forged(bare, claim)))
    assert problem.startswith("README.md: tells people something else")


def test_a_bundle_that_names_no_pack_is_judged_by_nothing_and_does_not_pass(bare: Path) -> None:
    with pytest.raises(BadInput, match="no manifest of a bundle"):
        verify(forged(bare, lambda _: None, lineage=()))


def test_what_a_bundle_says_steers_no_terminal(bare: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A name in a forged bundle must not clear the screen and write a better last line."""

    def change(said: Any) -> None:
        said["elements"][0]["finding"] = "\x1b[2Jmet\u202e"

    path = forged(bare, rewritten("judgement.json", change), workspace="\x1b[2J\x1b[HFITS\u202e\x9b1m")
    assert run(["verify", str(path)]) == 1
    out = capsys.readouterr().out
    assert "FITS" in out
    assert not {"\x1b", "\x9b", "\u202e"} & set(out)


def test_signed_with_another_key_it_is_refused_by_whoever_knows_the_right_one(plant: Path) -> None:
    file = forged(written(plant).file, pioneer)
    own = own_key(plant).public.fingerprint
    found = verify(file, trusted={own: "the works"})
    assert found.signer == OTHER.public.fingerprint
    assert said(found)[0].startswith(f"signer.pem: was signed by the key {OTHER.public.fingerprint}, which is none")
    assert verify(written(plant, "c.zip").file, trusted={own: "the works"}).known_as == "the works"


def better_proof(content: dict[str, bytes]) -> None:
    content["ledger.jsonl"] = content["ledger.jsonl"].replace(b'"proof":"declared"', b'"proof":"measured"', 1)


def test_a_changed_record_is_named_by_its_number_and_nothing_is_judged(bare: Path) -> None:
    found = verify(forged(bare, better_proof))
    assert found.verdict is None
    assert "the ledger does not fit the one before it" in said(found)[0]
    assert found.problems[0].place
    assert found.problems[0].place.file == "ledger.jsonl"


def test_a_waiver_of_a_must_is_no_waiver(bare: Path) -> None:
    def waive(content: dict[str, bytes]) -> None:
        case = json.loads(content["case.json"])
        case["waivers"]["basic.management.lean"] = "because"
        content["case.json"] = json.dumps(case).encode()

    assert "waives basic.management.lean, which is no should" in said(verify(forged(bare, waive)))[0]


@pytest.mark.parametrize(
    ("entry", "data"),
    [(name, data) for name in ("case.json", "judgement.json", "receipts.json", "documents.json") for data in
     (b"", b"{}", b"[]", b"null", b'[{"n": []}]', b'{"pack": 3}', b"[" * 100_000)
     if (name, data) != ("documents.json", b"[]")],  # that is what is there
)  # fmt: skip
def test_nonsense_is_named_and_never_a_crash(bare: Path, entry: str, data: bytes) -> None:
    found = verify(forged(bare, lambda content: content.update({entry: data})))
    assert entry in said(found)[0]


def test_a_receipt_that_says_something_else_is_named(bare: Path) -> None:
    def change_receipt(content: dict[str, bytes]) -> None:
        rows = json.loads(content["receipts.json"])
        rows[0]["source"]["version"] = "7"
        content["receipts.json"] = json.dumps(rows[:-1]).encode()

    first, second = said(verify(forged(bare, change_receipt)))
    assert "does not fit record" in first
    assert "has no receipt" in second


# --- packs ---


@pytest.fixture
def own_pack(tmp_path: Path) -> Path:
    path = tmp_path / "of-our-own.yaml"
    text = (PACKS / f"{NATIONAL}.yaml").read_text(encoding="utf-8")
    path.write_text(text.replace(f"id: {NATIONAL}\n", "id: of-our-own\n", 1), encoding="utf-8")
    return path


def test_a_pack_unknown_to_the_verifier_is_refused_unless_trusted(plant: Path, own_pack: Path) -> None:
    file = written(plant, pack=str(own_pack)).file
    with pytest.raises(BadInput, match="the pack of-our-own is unknown to this program"):
        verify(file)
    found = verify(file, trust_pack=True)
    assert said(found) == []
    assert found.trusted_packs == ("of-our-own",)


def test_an_edition_that_was_changed_is_not_the_published_one(bare: Path) -> None:
    entry = f"packs/0-{NATIONAL}.yaml"
    file = forged(bare, lambda all: all.update({entry: all[entry] + b"# harmless\n"}))
    found = verify(file)
    assert found.verdict is None
    assert said(found)[0].startswith(f"{entry}: is not the edition of {NATIONAL}")


# --- documents ---


def register(folder: Path, name: str, data: bytes, **said: Any) -> str:
    path = folder.parent / name
    path.write_bytes(data)
    workspace = open_workspace(folder)
    document = DocumentRegister.of(workspace).add(path, Description(title=name, **said), NOW)
    append(workspace.ledger, [stated("base.organisation", "met", source=Source("document", document.sha256))])
    return document.sha256


@pytest.mark.parametrize("asked", [(), ("all", "none")])
def test_a_choice_of_documents_that_contradicts_itself_is_refused(plant: Path, asked: tuple[str, ...]) -> None:
    with pytest.raises(BadInput, match="not several or nothing"):
        written(plant, documents=asked)


def test_chosen_documents_go_in_and_confidential_ones_only_when_named(plant: Path) -> None:
    licence = register(plant, "licence.pdf", b"%PDF licence")
    contract = register(plant, "contract.PDF", b"%PDF contract", confidentiality="confidential")
    made = written(plant)
    assert [one["id"] for one in made.manifest.left_out if one["what"] == "document"] == ["E0002"]
    assert f"documents/{licence}.pdf" in contents(made.file)
    assert b"contract" not in b"".join(contents(made.file).values())
    asked = written(plant, "c.zip", documents=("all", "E0002"))
    assert contents(asked.file)[f"documents/{contract}.pdf"] == b"%PDF contract"
    none = written(plant, "d.zip", documents=("none",))
    assert {one["reason"] for one in none.manifest.left_out if one["what"] == "document"} == {"not_chosen"}
    assert verify(made.file).fits
    assert verify(asked.file).fits
    assert verify(none.file).fits
    with pytest.raises(BadInput, match=r"not “E0009”; .*E0001"):
        written(plant, "e.zip", documents=("E0009",))


def test_documents_that_were_left_out_can_be_held_against_their_digests(plant: Path, tmp_path: Path) -> None:
    register(plant, "contract.pdf", b"%PDF contract", confidentiality="confidential")
    file, folder = written(plant).file, tmp_path / "given"
    folder.mkdir()
    (folder / "c.pdf").write_bytes(b"%PDF another contract")
    assert "the document E0001, which was left out, is not in" in said(verify(file, documents=folder))[0]
    (folder / "c.pdf").write_bytes(b"%PDF contract")
    assert verify(file, documents=folder).fits


def test_a_file_that_was_swapped_on_the_disk_is_not_signed(plant: Path) -> None:
    digest = register(plant, "licence.pdf", b"%PDF licence")
    path = DocumentRegister.of(open_workspace(plant)).path(digest)
    path.chmod(0o644)
    path.write_bytes(b"%PDF another")
    with pytest.raises(BadInput, match="was changed after it was registered"):
        written(plant)
    assert not (plant.parent / "b.zip").exists()


def test_a_document_that_a_statement_names_goes_in(plant: Path) -> None:
    (plant / "documents" / "report.pdf").write_bytes(b"%PDF maturity")
    (plant / STATEMENTS).write_text("maturity: {level: 3, proof: documented, document: {file: report.pdf}}\n")
    made = written(plant)
    assert b"%PDF maturity" in contents(made.file).values()
    assert verify(made.file).fits


# --- the disk, keys, the command line ---


def test_a_full_disk_leaves_what_was_there(plant: Path) -> None:
    made = written(plant)
    before = made.file.read_bytes()
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, limit[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            bundling.written_whole(made.file, lambda file: file.writelines([bytes(1000)] * 60))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert made.file.read_bytes() == before
    assert [one.name for one in made.file.parent.iterdir() if one.suffix == ".part"] == []


def test_a_folder_that_is_not_there_is_said(plant: Path) -> None:
    with pytest.raises(BadInput, match="cannot be written: it is not there"):
        written(plant, "nowhere/b.zip")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_commands(plant: Path, capsys: pytest.CaptureFixture[str], language: str) -> None:
    file, key = plant.parent / "b.zip", plant.parent / "key.pem"
    at = ["--lang", language]
    assert run([*at, "bundle", str(plant), "-o", str(file), "--as-of", "2025-04-15", "--inputs", "small"]) == 0
    assert run([*at, "keys", "export", str(plant), "-o", str(key)]) == 0
    assert run([*at, "verify", str(file)]) == 0
    assert run([*at, "verify", str(file), "--key", str(key)]) == 0
    capsys.readouterr()
    assert run([*at, "verify", str(file), "--key", str(key), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["fits"]
    assert document["signer"]["known_as"] == "key"
    assert run([*at, "verify", str(file), "--key", "0" * 64]) == 1
    assert run([*at, "verify", str(forged(file, pioneer))]) == 1
    assert ("DOES NOT FIT" if language == "en" else "judgement.json") in capsys.readouterr().out
    file.write_bytes(b"nothing")
    assert run([*at, "verify", str(file)]) == 2
    assert run([*at, "verify", str(plant.parent / "not-there.zip")]) == 2
    assert run([*at, "bundle", str(plant), "-o", str(file), "--inputs", "some"]) == 2


def test_the_last_line_says_what_a_signature_is_worth(plant: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = str(written(plant).file)
    run(["--lang", "en", "verify", file])
    without = capsys.readouterr().out
    assert "not who signed" in " ".join(without.split())
    assert without.rstrip().endswith("FITS: nothing changed after signing, and judged anew the same")
    run(["--lang", "en", "verify", file, "--key", own_key(plant).public.fingerprint])
    assert "FITS: every byte as signed by a key that you know" in capsys.readouterr().out
    export_key(plant, plant.parent / "k.pem")
