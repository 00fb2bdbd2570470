"""Profile resolution as the OSCAL specification has it, for what our profiles use: removes, adds, by id or name."""

from copy import deepcopy
from typing import Any

from oscal_peer import controls

Json = dict[str, Any]


def resolve(files: dict[str, Json]) -> list[Json]:
    """Return the controls of a resolved profile."""
    profile = files["profile.json"]["profile"]
    found: dict[str, Json] = {}
    for import_ in profile["imports"]:
        gone = {name for select in import_.get("exclude-controls", ()) for name in select["with-ids"]}
        for control in controls(files[import_["href"]]):
            if control["id"] not in gone:
                assert control["id"] not in found, "imported twice"
                found[control["id"]] = deepcopy(control)
    for alter in profile.get("modify", {}).get("alters", ()):
        control = found[alter["control-id"]]
        for remove in alter.get("removes", ()):
            _remove(control, remove)
        for add in alter.get("adds", ()):
            target = _part(control, add["by-id"]) if "by-id" in add else control
            for kind in ("props", "parts"):
                target.setdefault(kind, []).extend(deepcopy(add.get(kind, [])))
    return list(found.values())


def _remove(node: Json, remove: Json) -> None:
    if "by-id" in remove:
        node["parts"] = [one for one in node.get("parts", ()) if one.get("id") != remove["by-id"]]
        for part in node["parts"]:
            _remove(part, remove)
        return
    assert remove["by-item-name"] == "prop"
    node["props"] = [
        one for one in node["props"] if (one["name"], one.get("ns")) != (remove["by-name"], remove["by-ns"])
    ]


def _part(node: Json, name: str) -> Json:
    return next(part for part in node["parts"] if part["id"] == name)
