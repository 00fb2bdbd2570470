"""Registering documents in a workspace: what is refused, what the judgement takes up, and what a stop mends."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from linghang.errors import BadInput, ManyProblems
from linghang.evidence.ledger import read
from linghang.plant.tables import TABLES
from linghang.store.documents import Description, DocumentRegister
from linghang.store.workspace import open_workspace
from linghang.usecases import evidence_register
from linghang.usecases.assessing import assess
from linghang.usecases.evidence_descriptions import list_of, parts_of
from linghang.usecases.evidence_looking import (
    check_documents,
    export_document,
    list_documents,
    show_document,
)
from linghang.usecases.evidence_register import (
    add_document,
    add_documents,
    restore_document,
    retire_document,
    revise_document,
)
from linghang.usecases.workspaces import make_workspace

NOW = datetime(2026, 11, 22, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = date(2026, 11, 22)
ROLE = "advanced.outcome.provincial-role"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_workspace(tmp_path / "works", "北疆铝轮毂", "Asia/Shanghai", None).folder


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "证明.txt"
    path.write_text("省级示范工厂证明", encoding="utf-8")
    return path


def said_of(folder: Path, element: str = ROLE, now: datetime = NOW, **options: Any) -> tuple[str, str | None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("linghang.usecases.assessing.compute", lambda *_: ())  # indicators take most of the time
        found = assess(folder, pack="national-2024", now=now, as_of=DAY, **options).to_dict()
    return next((one["finding"], one["proof"]) for one in found["elements"] if one["id"] == element)


def records(folder: Path) -> list[Any]:
    return [one.record for one in read(folder / "ledger.jsonl")]


def stating(value: str = "met", **more: Any) -> Description:
    return Description("证明", kind="certificate", states=(f"{ROLE}={value}",), **more)


def test_what_a_document_states_counts_until_it_is_retired(folder: Path, file: Path) -> None:
    made = add_document(folder, file, stating(), now=NOW)
    assert (made.told, made.document.proves, made.extraction.state) == (1, (ROLE,), "text")
    assert said_of(folder) == ("met", "documented")
    retire_document(folder, "E0001", "撤销", now=NOW + HOUR)
    assert said_of(folder, now=NOW + HOUR) == ("unknown", None)
    restore_document(folder, "E0001", now=NOW + 2 * HOUR)
    assert said_of(folder, now=NOW + 2 * HOUR) == ("met", "documented")
    revise_document(folder, "E0001", None, {"states": (f"{ROLE}=unmet",)}, now=NOW + 3 * HOUR)
    assert said_of(folder, now=NOW + 3 * HOUR) == ("unmet", "documented")
    assert list(check_documents(folder, now=NOW + 3 * HOUR)) == []


def test_a_document_that_only_links_says_nothing_in_the_ledger(folder: Path, file: Path) -> None:
    assert add_document(folder, file, Description("证明", proves=(ROLE, "scene:28")), now=NOW).told == 0
    assert said_of(folder, record=False) == ("unknown", None)


def test_an_expired_document_no_longer_counts(folder: Path, file: Path) -> None:
    ended = stating(issued_on=date(2025, 1, 1), valid_until=date(2026, 1, 1))
    add_document(folder, file, ended, now=NOW)
    assert said_of(folder) == ("unknown", None)
    assert [one.state for one in list_documents(folder, now=NOW)] == ["expired"]


def test_a_maturity_report_gives_the_level_of_its_year(
    folder: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = Description("评估", kind="maturity_report", states=("maturity_level=3",), issued_on=date(2026, 3, 1))
    made = add_document(folder, file, report, now=NOW)
    assert (made.ends_with_year, made.document.valid_until) == (True, date(2027, 1, 1))
    assert made.document.proves == ("field:maturity_level",)
    monkeypatch.setattr("linghang.usecases.assessing.compute", lambda *_: ())
    found = assess(folder, pack="national-2024", now=NOW, as_of=DAY).to_dict()
    assert (found["fields"]["maturity_level"]["value"], found["fields"]["maturity_level"]["proof"]) == (3, "documented")
    moved = revise_document(folder, "E0001", None, {"issued_on": date(2025, 3, 1)}, now=NOW + HOUR)
    assert moved.document.valid_until == date(2026, 1, 1)  # the end that was set by us follows


@pytest.mark.parametrize("recording", [True, False])
def test_a_stop_between_register_and_ledger_is_mended_by_the_next_assessment(
    folder: Path, file: Path, monkeypatch: pytest.MonkeyPatch, recording: bool
) -> None:
    def stop(*_: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(evidence_register, "append", stop)
        with pytest.raises(KeyboardInterrupt):
            add_document(folder, file, stating(), now=NOW)
    assert [one.id for one in DocumentRegister(folder).all()] == ["E0001"]
    assert records(folder) == []
    assert [one.what for one in check_documents(folder, now=NOW)] == ["ledger"]
    assert said_of(folder, record=recording) == ("met", "documented")
    assert len(records(folder)) == int(recording)


def test_the_next_change_mends_a_stop_too_and_reads_texts_that_wait(
    folder: Path, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(evidence_register, "append", stop)
        with pytest.raises(KeyboardInterrupt):
            add_document(folder, file, stating(), now=NOW)
    other = tmp_path / "other.txt"
    other.write_text("other")
    assert add_document(folder, other, Description("other"), now=NOW).told == 1
    assert list(check_documents(folder, now=NOW)) == []
    assert [one.document.id for one in list_documents(folder, now=NOW, search="示范工厂")] == ["E0001"]


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"proves": ("advanced.outcome.provincial-rol",)}, "did you mean advanced.outcome.provincial-role"),
        ({"proves": ("scene:41",)}, "scenes 1 to 40"),
        ({"proves": ("indicator:oeee",)}, "asked for by no pack"),
        ({"proves": ("maturity:x",)}, "asked for by no pack"),
        ({"proves": ("scenes:1",)}, "did you mean scene:…"),
        ({"proves": ("field:name",)}, "known are maturity_level"),
        ({"states": (ROLE,)}, "states nothing"),
        ({"states": (f"{ROLE}=yes",)}, "is no finding; known are met, unmet, not_applicable"),
        ({"states": (f"{ROLE}=not_applicable",)}, "needs a written reason"),
        ({"states": ("base.maturity=met",)}, "cannot be stated"),
        ({"states": ("maturity_level=6",)}, "from 0 to 5"),
        ({"states": ("maturity_level=2.5",)}, "whole number"),
        ({"states": ("scenes_advance=2",)}, "did you mean advanced"),
        ({"states": (f"{ROLE}=met", f"{ROLE}=unmet")}, "once, not several times"),
        ({"links": ("record:softwear/1",)}, "did you mean software"),
        ({"links": ("record:software",)}, "names no row"),
        ({"links": ("observation:abc",)}, "64 hexadecimal digits"),
        ({"links": ("https://x",)}, "is no link"),
        ({"issued_on": date(2026, 11, 23)}, "today is 2026-11-22"),
    ],
)
def test_what_no_pack_asks_for_is_refused_with_what_looks_like_it(
    folder: Path, file: Path, said: dict[str, Any], message: str
) -> None:
    with pytest.raises(BadInput, match=message):
        add_document(folder, file, Description(**({"title": "证明"} | said)), now=NOW)
    assert list_documents(folder, now=NOW) == ()
    assert records(folder) == []


def test_everything_that_can_be_proved_is_taken(folder: Path, file: Path) -> None:
    proves = ("base.talent", "indicator:ai_scene_share", "scene:40", "field:maturity_level")
    links = ("record:software/MES-01", f"observation:{'a' * 64}", "telemetry:F1.T")
    made = add_document(folder, file, Description("x", proves=proves, links=links, states=("scenes_basic=4",)), now=NOW)
    assert (made.document.proves, made.document.links) == (proves, links)
    assert [one.value for one in records(folder)] == [Decimal(4)]


def test_one_file_does_not_state_the_same_thing_under_two_numbers(folder: Path, file: Path) -> None:
    add_document(folder, file, stating(), now=NOW)
    with pytest.raises(BadInput, match="already, as E0001; revise that"):
        add_document(folder, file, stating("unmet"), now=NOW)
    retire_document(folder, "E0001", "x", now=NOW + HOUR)
    add_document(folder, file, stating("unmet"), now=NOW + HOUR)
    with pytest.raises(BadInput, match="already, as E0002"):
        restore_document(folder, "E0001", now=NOW + 2 * HOUR)


def test_office_files_that_do_more_than_show_are_refused_by_their_own_name(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "方案.doc"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    with pytest.raises(BadInput, match=r"方案.doc: is in an old binary format.*print it to PDF"):
        add_document(folder, path, Description("方案"), now=NOW)
    assert not list((folder / "documents" / "incoming").iterdir())


def test_a_text_that_cannot_be_read_never_stops_the_adding(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF-1.7 broken")
    made = add_document(folder, path, Description("扫描件"), now=NOW)
    assert made.extraction.state == "failed"
    assert "damaged PDF" in evidence_register.remark_of(made.extraction)


def test_another_writer_is_waited_for_and_then_named(folder: Path, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence_register, "WAIT_S", 0.001)
    with open_workspace(folder).writing(), pytest.raises(BadInput, match="another process is writing"):
        add_document(folder, file, stating(), now=NOW)
    assert list_documents(folder, now=NOW) == ()
    assert add_document(folder, file, stating(), now=NOW).document.id == "E0001"


# --- looking ---


def test_links_that_lead_nowhere_are_named_by_the_check(folder: Path, file: Path) -> None:
    with open_workspace(folder).engine().begin() as connection:
        for table in TABLES.values():
            connection.execute(table.insert(), list(table.info["examples"]))
    software = TABLES["software"].info["examples"][0]["software_id"]
    state = TABLES["software_function"].info["examples"][0]
    add_document(folder, file, stating(), now=NOW)
    said = records(folder)[0].digest
    good = (f"record:software/{software}", f"record:software_function/{state['software_id']}/{state['function']}")
    links = (*good, f"observation:{said}", "record:software/NONE", "telemetry:NONE", f"observation:{'0' * 64}")
    revise_document(folder, "E0001", None, {"links": links}, now=NOW)
    assert [(one.what, one.remark) for one in check_documents(folder, now=NOW)] == [("link", one) for one in links[3:]]


def test_the_list_tells_states_and_what_ends_soon(folder: Path, file: Path) -> None:
    for end in (date(2026, 12, 1), date(2026, 11, 1), date(2028, 1, 1), None):
        add_document(folder, file, Description("证", valid_until=end), now=NOW)
    add_document(folder, file, Description("证", valid_until=date(2026, 12, 1)), now=NOW)
    retire_document(folder, "E0005", "x", now=NOW)
    assert [one.state for one in list_documents(folder, now=NOW)] == [
        "current",
        "expired",
        "current",
        "current",
        "retired",
    ]
    soon = list_documents(folder, now=NOW, expiring_days=30)
    assert [(one.document.id, one.days_left) for one in soon] == [("E0001", 9), ("E0002", -21)]
    assert [one.state for one in list_documents(folder, now=NOW, as_of=date(2026, 10, 1))][:2] == ["current"] * 2


def test_a_document_shows_its_revisions_and_what_it_said(folder: Path, file: Path) -> None:
    add_document(folder, file, stating(), now=NOW)
    revise_document(folder, "E0001", None, {"states": (), "title": "新"}, now=NOW + HOUR)
    found = show_document(folder, "E0001", now=NOW)
    assert [one.title for one in found.revisions] == ["证明", "新"]
    assert [one.to_dict().get("value") for one in found.records] == ["met", None]
    assert (found.text, found.extraction.state, found.state) == ("省级示范工厂证明", "text", "current")


def test_a_file_is_given_back_as_it_came_and_never_over_another(folder: Path, file: Path, tmp_path: Path) -> None:
    add_document(folder, file, stating(), now=NOW)
    out = tmp_path / "out"
    out.mkdir()
    document, target = export_document(folder, "E0001", out)
    assert (target.name, target.read_bytes()) == ("证明.txt", file.read_bytes())
    with pytest.raises(BadInput, match="is there already"):
        export_document(folder, "E0001", out)
    kept = DocumentRegister(folder).path(document.sha256)
    kept.chmod(0o644)
    kept.write_text("swapped")
    with pytest.raises(BadInput, match="was changed in the workspace"):
        export_document(folder, "E0001", tmp_path / "b.txt")
    assert not (tmp_path / "b.txt").exists()
    assert sorted(one.name for one in tmp_path.iterdir()) == ["out", "works", "证明.txt"]


# --- lists and pairs ---


def test_pairs_become_a_description() -> None:
    given = ["supports=2025-01-01:2026-01-01", "link=record:software/M", "link=telemetry:T", "issued-on=2026/3/1"]
    assert parts_of(given) == {
        "supports_from": date(2025, 1, 1),
        "supports_to": date(2026, 1, 1),
        "links": ("record:software/M", "telemetry:T"),
        "issued_on": date(2026, 3, 1),
    }
    for bad, message in (("x", "NAME=VALUE"), ("isuer=x", "did you mean issuer"), ("issued_on=x", "is no day")):
        with pytest.raises(BadInput, match=message):
            parts_of([bad])
    with pytest.raises(BadInput, match="is no period"):
        parts_of(["supports=2025"])


CSV = "file,title,kind,proves,states,issued_on\n证明.txt,证明,certificate,base.talent; scene:3,{states},2026-03-01\n"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_list_is_registered_once(folder: Path, file: Path, encoding: str) -> None:
    path = file.with_name("list.csv")
    path.write_bytes(CSV.format(states=f"{ROLE}=met").encode(encoding))
    (made,) = add_documents(folder, path, now=NOW)
    assert made.document.proves == ("base.talent", "scene:3", ROLE)
    assert add_documents(folder, path, now=NOW) == ()
    assert said_of(folder) == ("met", "documented")


def test_a_list_in_yaml_is_the_same(file: Path) -> None:
    path = file.with_name("list.yaml")
    path.write_text("documents:\n  - {file: 证明.txt, kind: licence, proves: [base.talent], valid_until: 2027-01-01}\n")
    (one,) = list_of(path)
    assert one.description == Description("证明", "licence", ("base.talent",), valid_until=date(2027, 1, 1))


def test_everything_wrong_in_a_list_is_said_and_nothing_is_registered(folder: Path, file: Path) -> None:
    path = file.with_name("list.csv")
    path.write_text("file,title,proves\n证明.txt,a,base.talent\nnone.txt,b,\n证明.txt,c,base.talnt\n,d,\n")
    with pytest.raises(ManyProblems) as told:
        list_of(path)
    assert [one.place.line for one in told.value.problems if one.place] == [3, 5]
    path.write_text("file,title,proves\n证明.txt,a,base.talent\n证明.txt,c,base.talnt\n")
    with pytest.raises(BadInput, match=r"list.csv:3: .*did you mean base.talent"):
        add_documents(folder, path, now=NOW)
    assert list_documents(folder, now=NOW) == ()


def test_statements_name_documents_of_the_register(folder: Path, file: Path) -> None:
    made = add_document(folder, file, Description("证明"), now=NOW).document
    statement = "findings:\n  base.talent: {{finding: met, document: {{number: {}}}}}\n"
    (folder / "statements.yaml").write_text(statement.format("E0001"), encoding="utf-8")
    assert said_of(folder, "base.talent") == ("met", "documented")
    assert records(folder)[-1].source.input_digest == made.sha256
    (folder / "statements.yaml").write_text(statement.format("E0009"), encoding="utf-8")
    with pytest.raises(BadInput, match="there is no document E0009 in the register; did you mean E0001"):
        said_of(folder, "base.talent")
    (folder / "statements.yaml").write_text(statement.format("E0001"), encoding="utf-8")
    retire_document(folder, "E0001", "x", now=NOW)
    with pytest.raises(BadInput, match="E0001 is retired"):
        said_of(folder, "base.talent")
