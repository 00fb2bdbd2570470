"""An overlay as an OSCAL profile of its base: what it removes, adds and alters, each with its legal basis.

Source: NIST OSCAL 1.2.1, profile model. A profile cannot state controls of its own, so what an overlay adds stands in
a second catalog that the profile imports beside the base. An alteration is two `alter` entries, one that removes
and one that adds, in this order: resolvers that cannot remove still give what holds as the last value of its name.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from linghang.conditions.model import Element, Interpretation, Pack
from linghang.errors import BadInput
from linghang.report.oscal import NAMESPACE as NS
from linghang.report.oscal import (
    Json,
    about_document,
    about_pack,
    both,
    control_id,
    metadata,
    moment,
    said,
    statement_id,
    uuid_of,
    without_empty,
)
from linghang.report.oscal_catalog import (
    catalog,
    catalog_of,
    parameter,
    parameter_id,
    properties,
    rules,
    statement,
    value_of,
)

BASE = "base-catalog.json"
ADDITIONS = "additions-catalog.json"
PROFILE = "profile.json"
REPLACED = ".replaced"
"""Suffix of the ids of parts that stand in the place of others."""


@dataclass(frozen=True, slots=True)
class Tailoring:
    """An overlay as three documents that lie side by side; `additions` is None where it adds nothing."""

    base: Json
    additions: Json | None
    profile: Json

    @property
    def files(self) -> dict[str, Json]:
        """File name -> document."""
        found = {BASE: self.base, ADDITIONS: self.additions, PROFILE: self.profile}
        return {name: document for name, document in found.items() if document is not None}


def tailoring(base: Pack, overlay: Pack, address: str = "") -> Tailoring:
    """Write an overlay as a profile of its base.

    Parameters
    ----------
    base, overlay
        The pack before the overlay's changes, and after them.
    address
        What stands before the file names in the profile's imports: empty for files side by side, or the place where
        they are published.

    Raises
    ------
    BadInput
        The second pack is not built on the first.
    """
    if base.id not in overlay.lineage[:-1]:
        raise BadInput("pack {pack} is no overlay of {base}", pack=overlay.id, base=base.id)
    before = {one.key: one for one in base.elements}
    known = {one.id for one in base.interpretations}
    added = [one for one in overlay.elements if one.key not in before]
    new = [one for one in overlay.interpretations if one.id not in known]
    additions = None
    if added or new:
        additions = catalog_of(overlay, added, new, f"{both(overlay.title)}: +", "additions")
    profile = {
        "uuid": uuid_of("profile", overlay.id, overlay.digest),
        "metadata": metadata(
            both(overlay.title),
            moment(overlay.valid_from),
            overlay.valid_from.isoformat(),
            props=about_pack(overlay) + about_document(overlay) + _removed(base, overlay),
        ),
        "imports": list(_imports(base, overlay, additions, address)),
        "merge": {"as-is": True},
        "modify": _modify(base, overlay),
    }
    return Tailoring(catalog(base), additions, {"profile": without_empty(profile.items())})


def _removed(base: Pack, overlay: Pack) -> list[Json]:
    """Say what was taken out on what basis; `exclude-controls` has no place for a reason."""
    after = {one.key for one in overlay.elements}
    return [
        said("removed", overlay.removed[one.key].basis, control_id(one))  # type: ignore[arg-type]
        for one in base.elements
        if one.key not in after
    ]


def _imports(base: Pack, overlay: Pack, additions: Json | None, address: str) -> Iterator[Json]:
    after = {one.key for one in overlay.elements}
    removed = [control_id(one) for one in base.elements if one.key not in after]
    first: Json = {"href": f"{address}{BASE}", "include-all": {}}
    if removed:
        first["exclude-controls"] = [{"with-ids": removed}]
    yield first
    if additions:
        yield {"href": f"{address}{ADDITIONS}", "include-all": {}}


def _modify(base: Pack, overlay: Pack) -> Json:
    before = {one.key: one for one in base.elements}
    values = {one.id: one for one in base.interpretations}
    changed = [one for one in overlay.interpretations if one.id in values and _differs(values[one.id], one)]
    alters = [alter for one in overlay.elements if one.key in before for alter in _alters(before[one.key], one)]
    found = {"set-parameters": [_set(one) for one in changed], "alters": alters}
    return without_empty(found.items())


def _differs(before: Interpretation, after: Interpretation) -> bool:
    return parameter(before) != parameter(after)


def _set(one: Interpretation) -> Json:
    stated = parameter(one)
    return {"param-id": parameter_id(one), **{name: stated[name] for name in ("props", "label", "usage")}} | {
        "values": [value_of(one)]
    }


def _alters(before: Element, after: Element) -> Iterator[Json]:
    """Yield what removes the values that were replaced, and what adds those that hold now, with their basis."""
    removes, adds = [], []
    was, now = properties(before), properties(after)
    names = [
        name for name in dict.fromkeys(one["name"] for one in (*was, *now)) if _named(name, was) != _named(name, now)
    ]
    props = [one for name in names for one in _named(name, now)]
    removes += [{"by-name": name, "by-item-name": "prop", "by-ns": NS} for name in names if _named(name, was)]
    parts = []
    if rules(before) != rules(after):
        removes += [{"by-id": one["id"]} for one in rules(before)]
        parts = rules(after, REPLACED)
    if props or parts:
        adds.append(without_empty([("position", "ending"), ("props", props), ("parts", parts)]))
    if before.text != after.text:
        removes += [{"by-id": one["id"]} for one in statement(before)]
        adds.append({"by-id": statement_id(after), "position": "ending", "parts": statement(after, REPLACED)})
    if removes:
        yield {"control-id": control_id(after), "removes": removes}
    if adds:
        yield {"control-id": control_id(after), "adds": adds}


def _named(name: str, props: list[Json]) -> list[Json]:
    return [one for one in props if one["name"] == name]
