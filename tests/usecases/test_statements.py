"""Statements of a workspace: what a signature can claim, which document it names, what is refused with its line."""

import hashlib
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url

from linghang.conditions.shelf import load_pack
from linghang.errors import BadInput, ManyProblems
from linghang.evidence.observation import Observation
from linghang.judge.program import Program, prepare
from linghang.store.workspace import Workspace
from linghang.usecases.statements import STATEMENTS, Statements, read_statements

DAY = date(2025, 4, 15)
NOW = datetime(2025, 4, 15, 3, tzinfo=UTC)
NUMBERED = "{number: 2025-17}"


@pytest.fixture
def plant(tmp_path: Path) -> Workspace:
    """A workspace of which only the folders are there."""
    (tmp_path / "documents").mkdir()
    return Workspace(tmp_path, "wheel works", "Asia/Shanghai", make_url("sqlite://"))


def program(pack: str = "national-2024", day: date = DAY, **chosen: Any) -> Program:
    return prepare(load_pack(pack), day, chosen)


def stated(plant: Workspace, text: str, **options: Any) -> Statements:
    (plant.folder / STATEMENTS).write_text(text, encoding="utf-8")
    return read_statements(plant, program(**options), NOW)


def by_name(found: Statements) -> dict[str, Observation]:
    return {one.about: one for one in found.observations}


def refusals(plant: Workspace, text: str, **options: Any) -> list[str]:
    with pytest.raises(BadInput) as refused:
        stated(plant, text, **options)
    problems = refused.value.problems if isinstance(refused.value, ManyProblems) else (refused.value,)
    return [str(one).removeprefix(f"{plant.folder / STATEMENTS}:") for one in problems]


def test_without_the_file_nothing_is_stated(plant: Workspace) -> None:
    assert read_statements(plant, program(), NOW) == Statements()


# --- what a signature can claim ---


def test_a_signature_declares(plant: Workspace) -> None:
    found = by_name(stated(plant, "findings:\n  base.talent: {finding: met}\nmaturity: {level: 2}\n"))
    assert {name: (one.value, one.proof) for name, one in found.items()} == {
        "base.talent": ("met", "declared"),
        "maturity_level": (Decimal(2), "declared"),
    }
    one = found["base.talent"]
    assert (one.source.kind, one.source.id, one.subject) == ("signatory", "wheel works", "plant")
    assert (one.window_from, one.window_to, one.valid_until) == (DAY - timedelta(1), DAY, DAY + timedelta(365))


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("findings:\n  base.talent: {finding: met, proof: measured}\n", "2: base.talent"),
        ("findings:\n  base.talent:\n    finding: met\n    proof: measured\n", "4: base.talent"),
        (f"findings:\n  base.talent: {{finding: met, proof: measured, document: {NUMBERED}}}\n", "2: base.talent"),
        ("maturity: {level: 2, proof: measured}\n", "1: maturity"),
        ("scenes: {count: {basic: 5}, proof: measured}\n", "1: scenes"),
    ],
)
def test_a_signature_cannot_measure(plant: Workspace, text: str, place: str) -> None:
    (said,) = refusals(plant, text)
    assert said.startswith(f"{place}: a signature cannot measure; what is measured comes from records or an engine")
    assert said.endswith("state it as documented with its document, or as declared")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("findings:\n  base.talent: {finding: met, proof: documented}\n", "2: base.talent"),
        ("maturity: {level: 2, proof: documented}\n", "1: maturity"),
        ("scenes: {count: {basic: 5}, proof: documented}\n", "1: scenes"),
    ],
)
def test_documented_needs_the_document(plant: Workspace, text: str, place: str) -> None:
    (said,) = refusals(plant, text)
    assert said.startswith(f"{place}: documented by what? Name the document: document: {{file: …}}")


def test_a_document_that_is_named_documents(plant: Workspace) -> None:
    text = (
        f"findings:\n  base.talent: {{finding: met, document: {NUMBERED}}}\n"
        f"  base.organisation: {{finding: met, proof: documented, document: {NUMBERED}}}\n"
        f"  base.finance-sound: {{finding: met, proof: declared, document: {NUMBERED}}}\n"
        f"maturity: {{level: 2, document: {NUMBERED}}}\n"
    )
    found = by_name(stated(plant, text))
    proofs = {name: one.proof for name, one in found.items()}
    assert proofs.pop("base.finance-sound") == "declared"
    assert set(proofs.values()) == {"documented"}
    assert all(one.detail["document"] == {"number": "2025-17"} for one in found.values())


def test_a_document_among_the_documents_is_kept_by_its_sha256(plant: Workspace) -> None:
    path = plant.documents / "证书" / "成熟度.pdf"
    path.parent.mkdir()
    path.write_bytes(b"certificate")
    digest = hashlib.sha256(b"certificate").hexdigest()
    text = "maturity: {level: 3, document: {file: 证书/成熟度.pdf, number: C-1}}\n"
    one = by_name(stated(plant, text))["maturity_level"]
    assert one.detail["document"] == {"file": "证书/成熟度.pdf", "number": "C-1", "sha256": digest}
    assert one.source.input_digest == digest
    path.write_bytes(b"another certificate")
    assert by_name(stated(plant, text))["maturity_level"].digest != one.digest


def test_a_document_with_a_sha256_has_to_be_that_document(plant: Workspace) -> None:
    (plant.documents / "a.pdf").write_bytes(b"signed for")
    digest = hashlib.sha256(b"signed for").hexdigest()
    text = f"maturity:\n  level: 2\n  document:\n    file: a.pdf\n    sha256: {digest}\n"
    assert by_name(stated(plant, text))["maturity_level"].proof == "documented"
    (plant.documents / "a.pdf").write_bytes(b"something else")
    (said,) = refusals(plant, text)
    assert said.startswith("5: maturity: a.pdf has another sha256: ")
    assert said.endswith("it is not the document that was signed for")


def test_a_sha256_alone_names_a_document_that_is_kept_elsewhere(plant: Workspace) -> None:
    one = by_name(stated(plant, f"maturity: {{level: 2, document: {{sha256: {'ab' * 32}}}}}\n"))["maturity_level"]
    assert (one.proof, one.source.input_digest) == ("documented", "ab" * 32)


REFUSED_DOCUMENTS = {
    "{}": "a document is named by its file, its number or its sha256",
    "certificate": "keys and values are needed here",
    "[a.pdf]": "keys and values are needed here",
    "{file: nowhere.pdf}": "the document nowhere.pdf cannot be read in {folder}: it is not there",
    "{file: .}": "the document . cannot be read in {folder}: it is a folder",
    "{file: ../statements.yaml}": "“../statements.yaml” lies outside of {folder}; put the document there",
    "{file: /etc/hostname}": "“/etc/hostname” lies outside of {folder}; put the document there",
    "{sha256: abc}": "“abc” is no sha256: 64 hexadecimal digits in small letters",
    "{number: 17}": "“number” must be text, not “17”",
    "{numbr: x}": "the key “numbr” is not known here; did you mean number?",
}


@pytest.mark.parametrize(("document", "said"), REFUSED_DOCUMENTS.items(), ids=list(REFUSED_DOCUMENTS))
def test_a_document_that_is_none_is_refused_once_and_with_its_line(plant: Workspace, document: str, said: str) -> None:
    text = f"findings:\n  base.talent: {{finding: met, document: {document}}}\n"
    assert refusals(plant, text) == [f"2: base.talent: {said.format(folder=plant.documents)}"]


def test_a_link_out_of_the_documents_is_not_followed(plant: Workspace, tmp_path: Path) -> None:
    outside = tmp_path / "outside.pdf"
    outside.write_bytes(b"x")
    (plant.documents / "inside.pdf").symlink_to(outside)
    (said,) = refusals(plant, "maturity: {level: 2, document: {file: inside.pdf}}\n")
    assert "lies outside of" in said


# --- keys ---


def test_pack_and_day_are_the_commands(plant: Workspace) -> None:
    assert refusals(plant, "pack: national-2024\nas_of: 2025-04-15\nsigned_by: x\n") == [
        "1: “pack” has no place here: the command names the pack (--pack)",
        "2: “as_of” has no place here: the command names the day of judgement (--as-of); the day of the signature is "
        "signed_on",
    ]


def test_unknown_keys_are_refused_with_the_nearest_one(plant: Workspace) -> None:
    assert refusals(plant, "sigend_by: x\nfinding: {}\nzzz: 1\n") == [
        "1: the key “sigend_by” is not known here; did you mean signed_by, signed_on?",
        "2: the key “finding” is not known here; did you mean findings?",
        "3: the key “zzz” is not known here; known are signed_by, signed_on, findings, maturity, scenes, facts, "
        "waivers",
    ]


def test_everything_that_is_wrong_is_said_at_once(plant: Workspace) -> None:
    text = (
        "pack: x\nsigned_by: 3\nfindings:\n  base.talent: {finding: met, proof: measured}\n"
        "  base.organisatio: {finding: met}\n  base.finance-sound: {finding: perhaps}\nmaturity: {level: 9}\n"
    )
    assert [said.partition(":")[0] for said in refusals(plant, text)] == ["1", "2", "4", "5", "6", "7"]


def test_who_signs_is_a_name(plant: Workspace) -> None:
    assert refusals(plant, "signed_by: 3\n") == ["1: “signed_by” must be text, not “3”"]
    found = stated(plant, "signed_by: 总经理\nmaturity: {level: 2}\n")
    assert found.observations[0].source.id == "总经理"


def test_what_is_unknown_is_not_stated_and_waivers_are_kept(plant: Workspace) -> None:
    text = "findings:\n  base.talent: {finding: unknown}\nwaivers:\n  excellence.coverage: no design at this site\n"
    found = stated(plant, text)
    assert found.observations == ()
    assert found.waivers == {"excellence.coverage": "no design at this site"}


def test_a_reason_goes_into_the_observation(plant: Workspace) -> None:
    text = "findings:\n  base.talent: {finding: not_applicable, reason: none here}\n"
    assert stated(plant, text).observations[0].detail == {"reason": "none here"}


# --- the day of the signature ---


def test_a_signature_ages_from_its_day(plant: Workspace) -> None:
    text = "signed_on: 2025-01-10\nmaturity: {level: 2}\n"
    (one,) = stated(plant, text).observations
    assert (one.window_from, one.window_to) == (date(2025, 1, 10), DAY)
    assert one.valid_until == date(2025, 1, 10) + timedelta(365)
    (later,) = stated(plant, text, day=date(2027, 1, 1)).observations
    assert later.valid_until == one.valid_until


def test_before_the_day_of_the_signature_nothing_is_stated(plant: Workspace) -> None:
    text = "signed_on: 2025-04-15\nmaturity: {level: 2}\n"
    assert stated(plant, text, day=date(2025, 4, 14)).observations == ()
    (one,) = stated(plant, text).observations
    assert (one.window_from, one.window_to) == (DAY - timedelta(1), DAY)


def test_a_day_of_the_signature_that_is_none_is_refused(plant: Workspace) -> None:
    assert refusals(plant, "signed_on: yesterday\n") == [
        "1: “signed_on” must be a date such as 2026-06-30, not “yesterday”"
    ]


def test_how_long_a_statement_counts_is_an_interpretation(plant: Workspace) -> None:
    (one,) = stated(plant, "maturity: {level: 2}\n", statement_valid_days=Decimal(10)).observations
    assert one.valid_until == DAY + timedelta(10)
