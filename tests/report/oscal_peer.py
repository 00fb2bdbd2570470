"""What compliance-trestle, the reference implementation in Python, says of our OSCAL documents."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trestle.core import validator_factory
from trestle.core.profile_resolver import ProfileResolver
from trestle.oscal.assessment_results import AssessmentResults
from trestle.oscal.catalog import Catalog
from trestle.oscal.profile import Profile

from linghang.report.oscal import written

MODELS = {"catalog": Catalog, "profile": Profile, "assessment-results": AssessmentResults}
Json = dict[str, Any]


def accept(document: Mapping[str, Any], folder: Path) -> Any:
    """Read a document with trestle's models and ask every validator that it has; return the model."""
    (kind,) = document
    path = folder / f"{kind}.json"
    path.write_bytes(written(document))
    model = MODELS[kind].oscal_read(path)
    assert model is not None, f"trestle does not read the {kind}"
    for validator in validator_factory.validator_factory.get_all():
        assert validator.model_is_valid(model, True, folder), validator.error_msg()
    return model


def resolved(files: Mapping[str, Json], folder: Path) -> list[Json]:
    """Resolve a profile with trestle; return the controls as they are written."""
    (folder / ".trestle").mkdir()
    for name, document in files.items():
        (kind,) = document
        place = folder / {"catalog": "catalogs", "profile": "profiles"}[kind] / name.removesuffix(".json")
        place.mkdir(parents=True)
        for import_ in document.get("profile", {}).get("imports", ()):
            import_["href"] = f"trestle://catalogs/{import_['href'].removesuffix('.json')}/catalog.json"
        (place / f"{kind}.json").write_bytes(written(document))
    path = folder / "profiles" / "profile" / "profile.json"
    found = ProfileResolver.get_resolved_profile_catalog(folder, path)
    return controls(found.oscal_dict())


def controls(document: Json) -> list[Json]:
    """Return all controls of a catalog, whatever groups they stand in."""

    def below(node: Json) -> list[Json]:
        return [*node.get("controls", ()), *(one for group in node.get("groups", ()) for one in below(group))]

    return below(document["catalog"])
