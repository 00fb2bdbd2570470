"""Packs as OSCAL catalogs: accepted by compliance-trestle, and nothing of an element lost."""

from pathlib import Path
from typing import Any

import pytest
from oscal_peer import accept, controls

from linghang.conditions.model import Pack
from linghang.conditions.shelf import load_pack, pack_ids
from linghang.report.oscal import NAMESPACE, control_id, written
from linghang.report.oscal_catalog import catalog, parameter_id, value_of
from linghang.report.oscal_reading import one_of, values_of


@pytest.fixture(params=pack_ids())
def pack(request: pytest.FixtureRequest) -> Pack:
    return load_pack(request.param)


def test_compliance_trestle_reads_every_shipped_pack_and_all_its_validators_agree(pack: Pack, tmp_path: Path) -> None:
    accept(catalog(pack), tmp_path)


def test_the_pinned_version_is_the_one_that_trestle_validates(pack: Pack) -> None:
    from trestle.oscal import OSCAL_VERSION

    assert catalog(pack)["catalog"]["metadata"]["oscal-version"] == OSCAL_VERSION


def test_every_element_is_one_control_with_text_rule_and_attributes(pack: Pack) -> None:
    found = {one["id"]: one for one in controls(catalog(pack))}
    assert len(found) == len(pack.elements)
    for element in pack.elements:
        control = found[control_id(element)]
        for name in ("level", "clause", "document", "part", "kind", "force"):
            assert one_of(control["props"], name) == getattr(element, name)
        assert one_of(control["props"], "element") == element.id
        assert values_of(control["props"], "link") == ([element.link] if element.link else [])
        statement, *rules = control["parts"]
        assert {one["class"]: one["prose"] for one in statement["parts"]} == element.text.to_dict()
        assert [one["prose"] for one in rules] == [" ".join(rule.source.split()) for rule in element.rules]
        assert all(one["ns"] == NAMESPACE for one in rules)


def test_interpretations_are_parameters_with_their_source(pack: Pack) -> None:
    found = {one["id"]: one for one in catalog(pack)["catalog"]["params"]}
    assert len(found) == len(pack.interpretations)
    for one in pack.interpretations:
        parameter = found[parameter_id(one)]
        assert parameter["values"] == [value_of(one)]
        assert one_of(parameter["props"], "source") == one.source
        assert tuple(values_of(parameter["props"], "choice")) == one.choices


def test_controls_stand_in_the_group_of_their_level_and_link(pack: Pack) -> None:
    for level in catalog(pack)["catalog"]["groups"]:
        for section in level["groups"]:
            kind, _, name = section["id"].removeprefix(f"{level['id']}.").partition("-")
            for control in section["controls"]:
                assert f"level-{one_of(control['props'], 'level')}" == level["id"]
                assert one_of(control["props"], kind) == name


def test_what_an_overlay_changed_names_its_basis() -> None:
    pack = load_pack("neimenggu-2025")
    found = {one["id"]: one for one in controls(catalog(pack))}
    bases = [one for one in found["base.legal-person"]["props"] if one["name"] == "basis"]
    assert bases
    assert all(one["group"] == "neimenggu-2025" for one in bases)
    assert bases[0]["value"] == "NM25 一.1"


def test_the_official_document_is_named() -> None:
    props = catalog(load_pack("national-2024"))["catalog"]["metadata"]["props"]
    assert one_of(props, "document-number") == "工信厅联通装函〔2024〕399号 附件2"


def test_the_same_pack_gives_the_same_bytes_and_another_pack_other_ids(pack: Pack) -> None:
    assert written(catalog(pack)) == written(catalog(pack))
    others = {catalog(load_pack(name))["catalog"]["uuid"] for name in pack_ids()}
    assert len(others) == len(pack_ids())


def test_ids_are_unique_in_the_whole_document(pack: Pack) -> None:
    ids: list[str] = []

    def collect(node: Any) -> None:
        if isinstance(node, dict):
            ids.extend([node["id"]] if "id" in node else [])
            for value in node.values():
                collect(value)
        elif isinstance(node, list):
            for value in node:
                collect(value)

    collect(catalog(pack))
    assert len(ids) == len(set(ids))
