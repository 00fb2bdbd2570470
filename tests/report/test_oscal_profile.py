"""Overlays as OSCAL profiles: they resolve to the elements of the overlay, and every change has its basis."""

from pathlib import Path
from typing import Any

import pytest
from oscal_peer import accept, controls, resolved
from oscal_resolving import resolve

from linghang.conditions.model import Pack
from linghang.conditions.shelf import load_pack, pack_ids
from linghang.errors import BadInput
from linghang.report.oscal_catalog import catalog
from linghang.report.oscal_profile import PROFILE, tailoring
from linghang.report.oscal_reading import one_of

OVERLAYS = [name for name in pack_ids() if len(load_pack(name).lineage) > 1]
NAMES = ("element", "level", "document", "clause", "part", "kind", "force")


@pytest.fixture(params=OVERLAYS)
def overlay(request: pytest.FixtureRequest) -> Pack:
    return load_pack(request.param)


def base_of(overlay: Pack) -> Pack:
    return load_pack(overlay.lineage[-2])


def exactly(control: dict[str, Any]) -> dict[str, Any]:
    """What a control says, without the ids of parts and the order of properties."""
    props = sorted(tuple(sorted(one.items())) for one in control["props"])
    statement = next(one for one in control["parts"] if one["name"] == "statement")
    texts = sorted((one["class"], one["prose"]) for one in statement["parts"])
    rules = [(one["prose"], one["props"]) for one in control["parts"] if one["name"] == "rule"]
    return {"id": control["id"], "props": props, "texts": texts, "rules": rules, "statement": statement["id"]}


def last(control: dict[str, Any], element: Any) -> dict[str, Any]:
    """What a control says last of each thing: what holds where a resolver adds but does not remove."""
    statement = next(one for one in control["parts"] if one["name"] == "statement")
    texts = {one["class"]: one["prose"] for one in statement["parts"]}
    rules = [one["prose"] for one in control["parts"] if one["name"] == "rule"]
    attributes = {name: one_of(control["props"], name) for name in NAMES}
    return {**attributes, **texts, "rules": rules[-len(element.rules) :]}


def test_there_are_overlays_to_try() -> None:
    assert {"neimenggu-2025", "jiangsu-2025"} <= set(OVERLAYS)


def test_compliance_trestle_reads_the_profile_and_its_catalogs(overlay: Pack, tmp_path: Path) -> None:
    for document in tailoring(base_of(overlay), overlay).files.values():
        accept(document, tmp_path)


def test_the_profile_resolves_to_exactly_the_catalog_of_the_overlay(overlay: Pack) -> None:
    found = resolve(tailoring(base_of(overlay), overlay).files)
    wanted = controls(catalog(overlay))
    assert {one["id"]: exactly(one) for one in found} == {one["id"]: exactly(one) for one in wanted}


def test_trestle_resolves_it_to_the_same_elements_by_their_last_word(overlay: Pack, tmp_path: Path) -> None:
    found = {one["id"]: one for one in resolved(tailoring(base_of(overlay), overlay).files, tmp_path)}
    wanted = {one["id"]: one for one in controls(catalog(overlay))}
    elements = {one["id"]: element for one, element in zip(_in_order(overlay), overlay.elements, strict=True)}
    assert found.keys() == wanted.keys()
    for name, element in elements.items():
        assert last(found[name], element) == last(wanted[name], element), name


def _in_order(overlay: Pack) -> list[dict[str, Any]]:
    from linghang.report.oscal_catalog import control

    return [control(element) for element in overlay.elements]


def test_every_change_names_its_basis(overlay: Pack) -> None:
    profile = tailoring(base_of(overlay), overlay).profile["profile"]
    removed = [one for one in profile["metadata"]["props"] if one["name"] == "removed"]
    gone = [
        name for one in profile["imports"] for select in one.get("exclude-controls", ()) for name in select["with-ids"]
    ]
    assert [one["class"] for one in removed] == gone
    assert all(one["value"] != "-" and one["remarks"] for one in removed)
    elements = {one["id"]: element for one, element in zip(_in_order(overlay), overlay.elements, strict=True)}
    for alter in profile.get("modify", {}).get("alters", ()):
        for add in alter.get("adds", ()):
            if "by-id" not in add and any(one.basis for one in elements[alter["control-id"]].origins.values()):
                assert any(one["name"] == "basis" for one in add["props"])


def test_a_changed_interpretation_sets_its_parameter() -> None:
    overlay = load_pack("neimenggu-2025")
    base = base_of(overlay)
    values = {one.id: one.value for one in base.interpretations}
    changed = {
        f"interpretation.{one.id}" for one in overlay.interpretations if values.get(one.id, one.value) != one.value
    }
    profile = tailoring(base, overlay).profile["profile"]
    assert changed <= {one["param-id"] for one in profile.get("modify", {}).get("set-parameters", ())}


def test_a_pack_that_is_not_built_on_the_other_is_refused() -> None:
    with pytest.raises(BadInput, match="no overlay"):
        tailoring(load_pack("neimenggu-2025"), load_pack("national-2024"))


def test_the_profile_imports_the_files_beside_it(overlay: Pack) -> None:
    found = tailoring(base_of(overlay), overlay)
    hrefs = [one["href"] for one in found.profile["profile"]["imports"]]
    assert hrefs == [name for name in found.files if name != PROFILE]
    placed = tailoring(base_of(overlay), overlay, "https://example.org/oscal/")
    assert all(one["href"].startswith("https://example.org/oscal/") for one in placed.profile["profile"]["imports"])
