"""Files that come over the network, what documents are about, what expires, and answers that are kept."""

import io
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linghang.errors import BadInput, Place
from linghang.store.documents import Description
from linghang.usecases import consistency_kept
from linghang.usecases.consistency_kept import accept_remark, consistency_before, consistency_document
from linghang.usecases.consistency_waivers import take_back
from linghang.usecases.evidence_expiry import endings, losses
from linghang.usecases.evidence_files import bare_name, file_of, is_registered, keep, under_bare_names
from linghang.usecases.evidence_matrix import matrix_before, matrix_document
from linghang.usecases.evidence_register import (
    add_document,
    add_documents,
    changes_of,
    check_described,
    retire_document,
    revise_document,
)
from linghang.usecases.evidence_targets import check_description
from linghang.usecases.evidence_titles import every_target, find_targets, titled
from linghang.usecases.workspaces import make_workspace

NOW = datetime(2026, 11, 22, 1, tzinfo=UTC)
PACK = "national-2024"
ROLE = "advanced.outcome.provincial-role"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_workspace(tmp_path / "works", "北疆铝轮毂", "Asia/Shanghai", None).folder


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "证明.txt"
    path.write_text("省级示范工厂证明", encoding="utf-8")
    return path


# --- names and files ---


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\wang\\证书.pdf", "证书.pdf"),
        ("..", "file"),
        ("a/..", "file"),
        ("", "file"),
        ("one\ntwo\u2028three\x00.pdf", "one_two_three_.pdf"),
        ("<img src=x onerror=alert(1)>.pdf", "<img src=x onerror=alert(1)>.pdf"),
    ],
)
def test_a_name_that_was_sent_leads_nowhere(given_name: str, kept: str) -> None:
    assert bare_name(given_name) == kept


@given(st.text(max_size=400))
def test_every_name_can_be_a_file_of_a_folder(name: str) -> None:
    bare = bare_name(name)
    assert bare
    assert "/" not in bare
    assert "\x00" not in bare
    assert bare not in (".", "..")
    assert len(bare.encode()) <= 200
    assert bare_name(bare) == bare


def test_a_long_name_keeps_its_ending() -> None:
    assert bare_name("报" * 300 + ".docx").endswith("报.docx")


def test_what_was_sent_is_kept_under_its_name_and_not_twice(tmp_path: Path) -> None:
    assert keep(io.BytesIO(b"one"), tmp_path, "../a.txt").read_bytes() == b"one"
    with pytest.raises(BadInput, match="two files"):
        keep(io.BytesIO(b"two"), tmp_path, "a.txt")
    assert (tmp_path / "a.txt").read_bytes() == b"one"


def test_refusals_do_not_name_our_folder(tmp_path: Path) -> None:
    inner = BadInput("there is no file {file}", Place(str(tmp_path / "list.csv"), 2), file=tmp_path / "x.pdf")
    with pytest.raises(BadInput) as refused, under_bare_names(tmp_path):
        raise BadInput("{file}: {said}", file="x", said=inner)
    assert str(tmp_path) not in str(refused.value)
    assert "list.csv:2" in str(refused.value)


def test_the_file_of_a_document_is_given_only_while_it_is_the_one_that_was_registered(folder: Path, file: Path) -> None:
    add_document(folder, file, Description("证明"), now=NOW)
    document, path = file_of(folder, "E0001")
    assert path.read_bytes() == file.read_bytes()
    path.chmod(0o644)
    path.write_bytes(b"x" * document.size_bytes)
    with pytest.raises(BadInput, match=r"E0001|E0001"):
        file_of(folder, "E0001")
    path.unlink()
    with pytest.raises(BadInput):
        file_of(folder, "E0001")


def test_documents_and_revisions_that_are_not_there_are_not(folder: Path, file: Path) -> None:
    assert not is_registered(folder, "E0001")
    add_document(folder, file, Description("证明"), now=NOW)
    assert is_registered(folder, "E0001")
    assert is_registered(folder, "E0001", 1)
    assert not is_registered(folder, "E0001", 2)
    assert not is_registered(folder, "../E0001")


# --- lists ---


@pytest.mark.parametrize("named", ["/etc/passwd", "../secret.txt", "sub/inner.txt", "..", "/no/such/file"])
def test_a_list_from_the_network_names_no_other_file_of_this_machine(folder: Path, tmp_path: Path, named: str) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    ours = tmp_path / "ours"
    ours.mkdir()
    listed = ours / "list.csv"
    listed.write_text(f"file,title\n{named},t\n", encoding="utf-8")
    with pytest.raises(BadInput) as refused:
        add_documents(folder, listed, now=NOW, beside=True)
    assert "by its name alone" in refused.value.message  # whether such a file is there is not told either
    assert not is_registered(folder, "E0001")


def test_a_list_from_the_network_registers_the_files_beside_it(folder: Path, tmp_path: Path, file: Path) -> None:
    listed = tmp_path / "list.csv"
    listed.write_text(f"file,title,proves\n{file.name},证明,scene:28\n", encoding="utf-8")
    made = add_documents(folder, listed, now=NOW, beside=True)
    assert [one.document.proves for one in made] == [("scene:28",)]
    assert add_documents(folder, listed, now=NOW, beside=True) == ()


# --- what documents are about ---


def test_everything_that_is_offered_can_be_proved_and_stated() -> None:
    for one in every_target().values():
        says = tuple(value.replace("N", "3") for value in one.says)
        if one.kind != "count":
            check_description(Description("x", proves=(one.name,)))
        for value in says:
            check_description(Description("x", states=(f"{one.about}={value}",), note="reason"))
    assert {one.kind for one in every_target().values()} == {
        "element",
        "indicator",
        "scene",
        "maturity",
        "field",
        "count",
    }


def test_what_a_document_is_about_is_found_by_any_of_its_words() -> None:
    assert [one.name for one in find_targets("scene:28", 9)] == ["scene:28"]
    wanted = titled(ROLE)
    assert wanted is not None
    assert ROLE in [one.name for one in find_targets(wanted.title.zh, 50)]
    assert ROLE in [one.name for one in find_targets(f"PROVINCIAL {wanted.cited}", 50)]
    assert len(find_targets("", 7)) == 7
    assert find_targets("no such thing at all", 5) == []


def test_a_description_is_refused_before_there_is_a_file(folder: Path) -> None:
    check_described(folder, {"title": "证明"}, NOW)
    with pytest.raises(BadInput, match=r"title|标题|名称"):
        check_described(folder, {"title": " "}, NOW)
    with pytest.raises(BadInput):
        check_described(folder, {"title": "证明", "issued_on": date(2027, 1, 1)}, NOW)


def test_only_what_is_said_otherwise_is_a_change(folder: Path, file: Path) -> None:
    said = Description("证明", issuer="某局", valid_until=date(2027, 1, 1), proves=("scene:28",))
    document = add_document(folder, file, said, now=NOW).document
    assert changes_of(document, {"title": "证明", "issuer": "某局", "proves": ("scene:28",)}) == {"valid_until": None}
    assert changes_of(document, {"title": "证明"}) == {"issuer": "", "valid_until": None, "proves": ()}
    assert revise_document(folder, "E0001", None, {"valid_until": None}, now=NOW).document.valid_until is None


# --- what expires ---


def test_the_calendar_has_what_ended_and_what_will(folder: Path, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("linghang.usecases.assessing.compute", lambda *_: ())
    for until in (date(2026, 11, 22), date(2027, 1, 31), date(2027, 12, 1), None):
        add_document(folder, file, Description("证明", valid_until=until, proves=("scene:28",)), now=NOW)
    add_document(folder, file, Description("旧", valid_until=date(2026, 12, 1)), now=NOW)
    retire_document(folder, "E0005", "旧", now=NOW)
    found = endings(folder, pack=PACK, now=NOW, months=12)
    assert [(one.source, one.day, one.ended) for one in found] == [
        ("E0001", date(2026, 11, 22), True),
        ("E0002", date(2027, 1, 31), False),
    ]
    assert [one.source for one in endings(folder, pack=PACK, now=NOW, months=14)] == ["E0001", "E0002", "E0003"]
    for months in (0, 61):
        with pytest.raises(BadInput):
            endings(folder, pack=PACK, now=NOW, months=months)


def test_what_rests_on_a_document_alone_is_judged(
    folder: Path, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("linghang.usecases.assessing.compute", lambda *_: ())
    until = date(2027, 1, 1)
    alone = Description("证明", states=(f"{ROLE}=met", "maturity_level=3"), valid_until=until)
    add_document(folder, file, alone, now=NOW)
    found = losses(folder, pack=PACK, now=NOW)
    assert set(found["documents"]["E0001"]["elements"]) == {ROLE, "maturity_level"}
    assert found["documents"]["E0001"]["confirmed"] == {"documented": None, "measured": None}
    other = tmp_path / "other.txt"
    other.write_text("other")
    add_document(folder, other, Description("另一证明", states=(f"{ROLE}=met",)), now=NOW)
    assert losses(folder, pack=PACK, now=NOW)["documents"]["E0001"]["elements"] == ["maturity_level"]


# --- what is kept ---


def test_the_matrix_is_kept_until_a_document_comes(folder: Path, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("linghang.usecases.assessing.compute", lambda *_: ())
    assert matrix_before(folder, pack=PACK, now=NOW) is None
    made = matrix_document(folder, pack=PACK, now=NOW)
    assert matrix_before(folder, pack=PACK, now=NOW) == made
    add_document(folder, file, Description("证明", states=(f"{ROLE}=met",)), now=NOW)
    assert matrix_before(folder, pack=PACK, now=NOW) is None
    row = next(one for one in matrix_document(folder, pack=PACK, now=NOW)["rows"] if one["id"] == ROLE)
    assert (row["gap"], [one["id"] for one in row["documents"]]) == ("proved", ["E0001"])


def test_an_accepted_remark_stands_apart_without_checking_again(
    folder: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("linghang.usecases.assessing.compute", lambda *_: ())
    add_document(folder, file, Description("证书", proves=(ROLE,), valid_until=date(2026, 1, 1)), now=NOW)
    before = consistency_document(folder, pack=PACK, now=NOW)
    name = before["remarks"][0]["name"]

    def never(*_: object, **__: object) -> None:
        raise AssertionError("the checks were made again")

    monkeypatch.setattr(consistency_kept, "check_consistency", never)
    made = accept_remark(folder, before, name, "已续办", NOW + timedelta(hours=1))
    after = consistency_before(folder, pack=PACK, now=NOW)
    assert after is not None
    assert name not in [one["name"] for one in after["remarks"]]
    assert [one["waiver"]["reason"] for one in after["accepted"]] == ["已续办"] * len(made)
    assert after["counts"]["accepted"] == len(made)
    severity = before["remarks"][0]["severity"]
    assert after["counts"][severity] == before["counts"][severity] - len(made)
    take_back(folder, name)
    assert consistency_document(folder, pack=PACK, now=NOW) == before


def test_the_checks_are_made_again_when_the_application_changes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("linghang.usecases.assessing.compute", lambda *_: ())
    consistency_document(folder, pack=PACK, now=NOW)
    assert consistency_before(folder, pack=PACK, now=NOW) is not None
    assert consistency_before(folder, pack=PACK, now=NOW, level="advanced") is None
    (folder / "application.yaml").write_text("{}\n")
    assert consistency_before(folder, pack=PACK, now=NOW) is None
