"""A bundle from the outside: every changed byte is seen and its entry named, and no zip is trusted."""

import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from small_bundles import KEY, OTHER, PDF, contents, packed, parts, resigned, rezipped, write_bundle
from small_observations import observation

from linghang.errors import BadInput
from linghang.evidence import bundle_zip, ledger
from linghang.evidence.bundle import Opened, check_documents, digest_of, look_at, read_ledger
from linghang.evidence.bundle_format import Manifest, read_manifest, sane_name
from linghang.evidence.bundle_zip import Container


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundle")
    return write_bundle(folder / "b.zip", parts(folder))


@pytest.fixture
def copy(original: Path, tmp_path: Path) -> Path:
    path = tmp_path / "copy.zip"
    path.write_bytes(original.read_bytes())
    return path


def look(path: Path) -> tuple[BadInput, ...]:
    with Container(path) as container:
        return look_at(container).problems


def entries_named(problems: tuple[BadInput, ...]) -> list[str]:
    return [one.values.get("entry") or one.place.file for one in problems if one.place]  # type: ignore[misc]


def test_a_bundle_fits(original: Path) -> None:
    with Container(original) as container:
        opened = look_at(container)
        assert opened.problems == ()
        assert opened.signer == KEY.public
        assert list(container.entries)[:4] == ["manifest.json", "manifest.sig", "signer.pem", "README.md"]


def test_the_same_contents_give_the_same_bytes(original: Path, tmp_path: Path) -> None:
    again = {name: data for name, data in contents(original).items() if not name.startswith(("manifest", "signer"))}
    backwards = dict(reversed(again.items()))
    assert write_bundle(tmp_path / "c.zip", backwards).read_bytes() == original.read_bytes()


def test_common_programs_read_it(original: Path) -> None:
    with zipfile.ZipFile(original) as package:
        assert package.testzip() is None
        assert {one.date_time for one in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_openssl_finds_the_signature_good(original: Path, tmp_path: Path) -> None:
    for name in ("manifest.json", "manifest.sig", "signer.pem"):
        (tmp_path / name).write_bytes(contents(original)[name])
    command = [
        "pkeyutl",
        "-verify",
        "-pubin",
        "-inkey",
        "signer.pem",
        "-rawin",
        "-in",
        "manifest.json",
        "-sigfile",
        "manifest.sig",
    ]
    try:
        ran = subprocess.run(["openssl", *command], cwd=tmp_path, capture_output=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no openssl here")
    assert ran.returncode == 0, ran.stderr


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_changed_byte_of_any_entry_is_seen_and_the_entry_named(
    data: st.DataObject, original: Path, tmp_path: Path
) -> None:
    with Container(original) as container:
        entry = data.draw(st.sampled_from(list(container.entries)))
        begin = container.begin(entry)
        place = data.draw(st.integers(0, container.entries[entry].file_size - 1))
    changed = bytearray(original.read_bytes())
    changed[begin + place] ^= data.draw(st.integers(1, 255))
    path = tmp_path / "flipped.zip"
    path.write_bytes(changed)
    with Container(path) as container:
        try:
            problems = look_at(container).problems
        except BadInput as error:
            problems = (error,)
    assert entries_named(problems)[0] == entry


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_changed_byte_of_the_file_is_seen(data: st.DataObject, original: Path, tmp_path: Path) -> None:
    """Also those of the zip itself: heads, list of entries, end."""
    changed = bytearray(original.read_bytes())
    heads = [place for place in range(len(changed) - 4) if changed[place : place + 2] == b"PK"]
    near = st.sampled_from(heads).flatmap(lambda head: st.integers(head, min(head + 60, len(changed) - 1)))
    changed[data.draw(near | st.integers(0, len(changed) - 1))] ^= data.draw(st.integers(1, 255))
    path = tmp_path / "flipped.zip"
    path.write_bytes(changed)
    try:
        problems = look(path)
    except BadInput:
        return
    assert problems


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.floats(0, 1, exclude_max=True), more=st.binary(max_size=3))
def test_a_part_of_a_bundle_is_refused_or_does_not_fit(cut: float, more: bytes, original: Path, tmp_path: Path) -> None:
    whole = original.read_bytes()
    part = whole[: int(len(whole) * cut)] + more
    assume(part != whole)
    path = tmp_path / "part.zip"
    path.write_bytes(part)
    try:
        problems = look(path)
    except BadInput:
        return
    assert problems


def put(name: str, data: bytes) -> Callable[[dict[str, bytes]], object]:
    return lambda content: content.update({name: data})


def test_an_entry_that_was_swapped_is_named(copy: Path) -> None:
    content = contents(copy)
    content["judgement.json"] = b'{"level": "pioneer"}\n'
    (first,) = look(packed(copy, content))
    assert "judgement.json: is not the one that was signed" in str(first)


def test_entries_that_are_missing_or_more_are_named(copy: Path) -> None:
    content = contents(copy)
    del content["receipts.json"]
    content["more.json"] = b"{}"
    said = [str(one) for one in look(packed(copy, content))]
    assert said[0].startswith("receipts.json: is missing")
    assert said[1].startswith("more.json: was put in after signing")


def test_a_manifest_made_anew_without_signing_does_not_fit_its_signature(copy: Path) -> None:
    before = contents(copy)
    after = contents(resigned(copy, put("judgement.json", b'{"level": "pioneer"}\n')))
    (first,) = look(
        packed(copy, {**after, "manifest.sig": before["manifest.sig"], "signer.pem": before["signer.pem"]})
    )[:1]
    assert str(first).startswith("manifest.json: the signature in manifest.sig does not fit")


def test_signed_with_another_key_it_holds_together_but_the_key_is_another(copy: Path) -> None:
    with Container(resigned(copy, put("judgement.json", b'{"level": "pioneer"}\n'))) as container:
        opened = look_at(container)
        assert opened.problems == ()
        assert opened.signer == OTHER.public != KEY.public


def test_packed_anew_without_compression_it_is_readable_and_does_not_fit(copy: Path) -> None:
    copy.write_bytes(rezipped(copy))
    problems = look(copy)
    assert problems
    assert {one.values["entry"] for one in problems} == set(contents(copy))


def test_packed_anew_with_compression_it_is_refused(copy: Path) -> None:
    copy.write_bytes(rezipped(copy, compression=zipfile.ZIP_DEFLATED))
    with pytest.raises(BadInput, match="packed anew by another program"):
        look(copy)


def test_a_bomb_is_refused_before_anything_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("manifest.json", b"{}")
        package.writestr("ledger.jsonl", bytes(50 << 20))
    with pytest.raises(BadInput, match="is compressed to"):
        look(path)


def test_entries_over_each_other_are_refused(copy: Path) -> None:
    """Many entries on the same bytes unpack to more than the file holds."""
    data = bytearray(copy.read_bytes())
    with zipfile.ZipFile(copy) as package:
        second = package.infolist()[3]
        start = package.start_dir
    place = data.index(b"PK\x01\x02" + bytes(data[start + 4 : start + 10]), start + 1)
    while data[place + 46 : place + 46 + len(second.filename)] != second.filename.encode():
        place = data.index(b"PK\x01\x02", place + 4)
    data[place + 42 : place + 46] = struct.pack("<L", 0)
    copy.write_bytes(data)
    with pytest.raises(BadInput, match="lies over another entry"):
        look(copy)


@pytest.mark.parametrize(
    "name",
    ["../up.json", "/etc/passwd", "a/../../b", "C:/x", "a\\b", "a//b", "./a", "a/", "x" * 300, "tab\t", "中文", "a/."],
)
def test_names_that_lead_elsewhere_are_refused(name: str, tmp_path: Path) -> None:
    assert not sane_name(name)
    path = tmp_path / "path.zip"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr(zipfile.ZipInfo(name), b"x")
    with pytest.raises(BadInput, match="is a name that no entry of a bundle has"):
        look(path)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["ledger.jsonl", "ledger.jsonl"], "are one name"),
        (["ledger.jsonl", "LEDGER.jsonl"], "are one name"),
        (["packs", "packs/a.yaml"], "is a file and a folder"),
    ],
)
def test_names_that_meet_on_some_systems_are_refused(names: list[str], said: str, tmp_path: Path) -> None:
    path = tmp_path / "names.zip"
    with zipfile.ZipFile(path, "w") as package:
        for name in names:
            package.writestr(name, b"x")
    with pytest.raises(BadInput, match=said):
        look(path)


def test_links_and_secrets_are_refused(tmp_path: Path, copy: Path) -> None:
    path = tmp_path / "link.zip"
    with zipfile.ZipFile(path, "w") as package:
        info = zipfile.ZipInfo("manifest.json")
        info.create_system, info.external_attr = 3, 0o120777 << 16
        package.writestr(info, b"/etc/passwd")
    with pytest.raises(BadInput, match="is a link"):
        look(path)
    data = bytearray(copy.read_bytes())
    with zipfile.ZipFile(copy) as package:
        start = package.start_dir
    data[start + 8] |= 1
    copy.write_bytes(data)
    with pytest.raises(BadInput, match="is encrypted"):
        look(copy)


@pytest.mark.parametrize("limit", [20, 5_000, 50_000])
def test_sizes_of_64_bits_are_read_too(limit: int, original: Path, tmp_path: Path, monkeypatch: Any) -> None:
    """As with documents of 2 GB, of which a test would take minutes."""
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", limit)
    path = packed(tmp_path / "large.zip", contents(original))
    assert path.read_bytes() != original.read_bytes()
    assert look(path) == ()
    content = contents(path)
    content["judgement.json"] = b'{"level": "pioneer"}\n'
    (first,) = look(packed(path, content))
    assert "judgement.json: is not the one that was signed" in str(first)


def test_too_many_entries_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle_zip, "MAX_ENTRIES", 3)
    with pytest.raises(BadInput, match="has 4 entries; 3 are read at most"):
        look(packed(tmp_path / "many.zip", {f"{n}.json": b"" for n in range(4)}))


def test_a_huge_manifest_is_refused(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("linghang.evidence.bundle.MAX_MANIFEST_BYTES", 10)
    with pytest.raises(BadInput, match="are read at most"):
        look(copy)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"PK\x05\x06" + bytes(18), b"\x00" * 100, b"%PDF-1.7"])
def test_what_is_no_bundle_is_refused(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "no.zip"
    path.write_bytes(data)
    with pytest.raises(BadInput):
        look(path)


def test_another_zip_is_no_bundle(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"is no bundle: it has no manifest\.json"):
        look(packed(tmp_path / "z.zip", {"a.txt": b"x"}))


def test_a_newer_version_is_refused_and_said_what_to_do(copy: Path) -> None:
    content = contents(copy)
    content["manifest.json"] = content["manifest.json"].replace(b"linghang-bundle/1", b"linghang-bundle/2")
    with pytest.raises(
        BadInput, match=r"format 2, this program reads 1; verify it with the version that wrote it \(0\.1\.0\)"
    ):
        look(packed(copy, content))


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=80) | st.sampled_from([b"[]", b'{"format":"linghang-bundle/1"}', b"[" * 100_000]))
def test_no_manifest_is_refused_as_one(data: bytes) -> None:
    with pytest.raises(BadInput):
        read_manifest(data)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b'"left_out":[]', b'"left_out":[{"what":"table"}]'),
        (b'"left_out":[]', b'"left_out":[3]'),
        (b'"lineage":["packs/', b'"lineage":["packs/x","packs/'),
        (b'"records":4', b'"records":"4"'),
        (b'"records":4', b'"records": 4'),
        (b'"path":"case.json"', b'"path":"../case.json"'),
        (b'"entries":[{', b'"entries":[{},{'),
        (b'"lineage":["packs/0-national-2024.yaml"]', b'"lineage":[]'),
        ('"workspace":"北疆"'.encode(), b'"workspace":"\\ud800"'),
        (b'{"as_of"', b'{"as_of":"2026-06-01","as_of"'),
    ],
)
def test_a_manifest_with_nonsense_in_it_is_refused(original: Path, before: bytes, after: bytes) -> None:
    data = contents(original)["manifest.json"]
    assert before in data
    with pytest.raises(BadInput):
        read_manifest(data.replace(before, after))


@pytest.mark.slow
def test_every_bit_of_the_list_of_entries_counts(original: Path, tmp_path: Path) -> None:
    data, path = original.read_bytes(), tmp_path / "flipped.zip"
    with zipfile.ZipFile(original) as package:
        start = package.start_dir
    unseen = []
    for place in range(start, len(data)):
        for bit in (1, 2, 4, 8, 16, 32, 64, 128):
            changed = bytearray(data)
            changed[place] ^= bit
            path.write_bytes(changed)
            try:
                if not look(path):
                    unseen.append((place, bit))
            except BadInput:
                continue
    assert unseen == []


def test_a_manifest_is_read_back_as_it_was(original: Path) -> None:
    data = contents(original)["manifest.json"]
    found = read_manifest(data)
    assert isinstance(found, Manifest)
    assert found.to_bytes() == data


# --- the ledger inside ---


def lines(folder: Path) -> tuple[list[bytes], bytes]:
    path = folder / "ledger.jsonl"
    ledger.append(path, [observation(subject=f"line-{n}") for n in range(6)])
    return path.read_bytes().splitlines(keepends=True), ledger.anchor_of(path).read_bytes()


@pytest.mark.parametrize(
    ("change", "number"),
    [
        (lambda all: all[:2] + all[3:], 3),
        (lambda all: [*all[:2], all[3], all[2], *all[4:]], 3),
        (lambda all: [*all[:3], all[2], *all[3:]], 4),
        (lambda all: [all[0].replace(b"line-0", b"line-9"), *all[1:]], 1),
        (lambda all: [*all, b"\n"], 7),
    ],
    ids=["dropped", "reordered", "doubled", "changed", "more"],
)
def test_a_line_of_the_ledger_that_does_not_fit_is_named(
    change: Callable[[list[bytes]], list[bytes]], number: int, tmp_path: Path
) -> None:
    before, anchor = lines(tmp_path)
    after = change(before)
    entries, (problem,) = read_ledger(b"".join(after), anchor)
    assert len(entries) == number - 1
    assert problem.place
    assert (problem.place.file, problem.place.line) == ("ledger.jsonl", number)
    assert problem.values["offset"] == sum(map(len, after[: number - 1]))


def test_lines_that_are_missing_at_the_end_are_missed(tmp_path: Path) -> None:
    before, anchor = lines(tmp_path)
    _, (problem,) = read_ledger(b"".join(before[:-2]), anchor)
    assert "the last 2 are missing" in str(problem)
    _, (torn,) = read_ledger(b"".join(before) + b'{"hash"', anchor)
    assert "goes on behind its last whole record" in str(torn)


def test_an_anchor_that_is_none_is_named(tmp_path: Path) -> None:
    before, _ = lines(tmp_path)
    _, (problem,) = read_ledger(b"".join(before), b"{}")
    assert problem.place
    assert problem.place.file == "ledger.anchor"


# --- the documents inside ---


def documents_of(path: Path) -> list[str]:
    with Container(path) as container:
        opened: Opened = look_at(container)
        records, _ = read_ledger(opened.read("ledger.jsonl"), opened.read("ledger.anchor"))
        return [str(one) for one in check_documents(opened, records)]


def test_the_document_that_evidence_rests_on_is_inside(original: Path) -> None:
    assert documents_of(original) == []


def test_a_document_that_was_swapped_is_named_though_all_was_signed_anew(copy: Path) -> None:
    name = f"documents/{digest_of(PDF)}.pdf"
    (said,) = documents_of(resigned(copy, put(name, b"%PDF-1.7 a better licence")))
    assert said.startswith(f"{name}: is not the document E0001 (licence) of the register")


def test_a_document_that_was_swapped_with_its_row_is_missed_by_the_ledger(copy: Path) -> None:
    better = b"%PDF-1.7 a better licence"

    def swap(content: dict[str, bytes]) -> None:
        content["documents.json"] = content["documents.json"].replace(
            digest_of(PDF).encode(), digest_of(better).encode()
        )
        del content[f"documents/{digest_of(PDF)}.pdf"]
        content[f"documents/{digest_of(better)}.pdf"] = better

    (said,) = documents_of(resigned(copy, swap))
    assert "of base.licence rests on the document" in said


def test_a_document_without_a_row_is_named(copy: Path) -> None:
    said = documents_of(resigned(copy, put("documents/extra.pdf", b"x")))
    assert said == ["documents/extra.pdf: belongs to no row of the register"]


def test_a_writer_that_is_killed_leaves_no_file(tmp_path: Path) -> None:
    target = tmp_path / "killed.zip"
    script = (
        "import os, signal, sys; from pathlib import Path; from linghang.usecases.bundling import written_whole\n"
        "def write(file):\n    file.write(b'half'); file.flush(); os.kill(os.getpid(), signal.SIGKILL)\n"
        "written_whole(Path(sys.argv[1]), write)"
    )
    ran = subprocess.run([sys.executable, "-c", script, str(target)], check=False)
    assert ran.returncode == -9
    assert list(tmp_path.iterdir()) == []
