"""An overlay as an OSCAL profile, resolved by compliance-trestle 5.2.0, the peer of ``linghang.conditions.build``.

*The same content.* The base is a catalogue with one control for each element: a statement with the text in both
languages and props for clause, level, link, kind, force and rule. The props carry no namespace of ours, which would
be tidier but slow trestle down. The overlay is a profile. It excludes the controls that it removes, imports what it
adds from a small second catalogue, and alters what it replaces.

*The clock.* "In memory" covers trestle's own filters Prune, Merge and Modify over models that were read and
validated before, as ``build`` starts from parsed documents. ``ProfileResolver`` offers no such start, because it
reads its files in every call; so the filters are joined here in the way that it joins them. "With loading" is
``ProfileResolver`` itself: it reads and validates the three JSON files each time, and takes its notes of inherited
props out of the result, where the filters alone leave them. Its counterpart is ``build`` with ``sources_of``, which
parses YAML. Writing the workspace is outside all clocks.

*What trestle does not do.* It appends: "removes" of an alter are skipped with a warning, so the old value stays in
the control and a reader takes the last of a name. It does not keep, for every value, the document that states it
and the basis; it parses no rules and runs none of the checks of ``build``. It sorts the controls of each import by
id instead of keeping their order. Only elements are in the catalogue; ``build`` also resolves levels, links,
interpretations, fields, tables and indicators.

*What trestle does more.* Its result is OSCAL, which other tools read. It copies the models so that the input stays
as it was, tracks the props that a profile adds, substitutes parameters in prose, and looks for the resources that
are still referred to. This workload has no parameters and no resources, but the search for them is on the clock.

Run the file to compare every resolved control with Linghang's elements and to see the times.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from trestle.core.pipeline import Pipeline
from trestle.core.profile_resolver import ProfileResolver
from trestle.core.resolver.merge import Merge
from trestle.core.resolver.modify import Modify
from trestle.core.resolver.prune import Prune
from trestle.oscal import OSCAL_VERSION, profile
from trestle.oscal.catalog import Catalog, Control
from trestle.oscal.common import Metadata, Part, Property

from linghang.conditions.build import build
from linghang.conditions.model import ALL_LEVELS, Element, Pack
from linghang.conditions.shelf import PACKS, sources_of

NAMESPACE = "https://linghang.example/ns/oscal"
BASE = "catalogs/base/catalog.json"
ADDITIONS = "catalogs/additions/catalog.json"
PROFILE = "profiles/overlay/profile.json"
RUNS = 20


class Loaded(Pipeline.Filter):
    """Stands where trestle's Import stands, with a catalogue that is already in memory."""

    def __init__(self, catalogue: Catalog) -> None:
        self._catalogue = catalogue

    def process(self, _: object = None) -> Iterator[Catalog]:
        """Yield the catalogue."""
        yield self._catalogue


def prepare(base: Pack, overlay: Pack, folder: Path, loading: bool = False) -> Callable[[], int]:
    """Write the workspace into `folder` and return a function that resolves the profile.

    Parameters
    ----------
    base
        The pack that the overlay changes.
    overlay
        The same pack with the changes applied; what changed is read from its elements and their origins.
    folder
        Where the trestle workspace goes.
    loading
        Whether the function reads the files in each call, as ``ProfileResolver`` does, or resolves from memory.

    Returns
    -------
    Callable
        Resolves once and returns the number of controls in the resolved catalogue.
    """
    resolve = resolver(base, overlay, folder, loading)
    return lambda: len(resolve().controls)


def resolver(base: Pack, overlay: Pack, folder: Path, loading: bool = False) -> Callable[[], Catalog]:
    """Do what `prepare` does, for a function that returns the resolved catalogue itself."""
    write(base, overlay, folder)
    if loading:
        return lambda: ProfileResolver.get_resolved_profile_catalog(folder, f"trestle://{PROFILE}")
    catalogues = [Catalog.oscal_read(folder / path) for path in (BASE, ADDITIONS)]
    differences = profile.Profile.oscal_read(folder / PROFILE)

    def resolve() -> Catalog:
        imports = [
            Pipeline([Loaded(catalogue), Prune(import_, differences)])
            for catalogue, import_ in zip(catalogues, differences.imports, strict=True)
        ]
        return next(Pipeline([Merge(differences), Modify(differences, change_prose=True)]).process(imports))

    return resolve


def write(base: Pack, overlay: Pack, folder: Path) -> None:
    """Write the base, the additions and the profile as a trestle workspace."""
    before = {element.key: element for element in base.elements}
    after = {element.key: element for element in overlay.elements}
    removed = [_control_id(element) for key, element in before.items() if key not in after]
    alters = [_alter(after[key], stated) for key in before if key in after and (stated := _stated(base, after[key]))]
    models = {
        BASE: _catalogue(base.id, base.elements),
        ADDITIONS: _catalogue(f"{overlay.id} additions", [after[key] for key in after if key not in before]),
        PROFILE: profile.Profile(
            uuid=_uuid(overlay.id),
            metadata=_metadata(overlay.id),
            imports=[_import(BASE, removed), _import(ADDITIONS, [])],
            modify=profile.Modify(alters=alters) if alters else None,
        ),
    }
    (folder / ".trestle").mkdir(parents=True, exist_ok=True)
    for path, model in models.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        model.oscal_write(folder / path)


def _catalogue(title: str, elements: Iterable[Element]) -> Catalog:
    controls = [
        Control(
            id=_control_id(element),
            class_=element.part,
            title=_control_id(element),
            props=_props(element),
            parts=[_statement(element, "smt")],
        )
        for element in elements
    ]
    return Catalog(uuid=_uuid(title), metadata=_metadata(title), controls=controls or None)


def _import(path: str, removed: list[str]) -> profile.Import1:
    excluded = [profile.SelectControl(with_ids=removed)] if removed else None
    return profile.Import1(href=f"trestle://{path}", include_all={}, exclude_controls=excluded)


def _stated(base: Pack, element: Element) -> set[str]:
    """Return the names of what the overlay states of an element, with a rule however it is written."""
    names = {name for name, origin in element.origins.items() if origin.pack not in base.lineage}
    return {"rule" if name == "rules" else name for name in names}


def _alter(element: Element, stated: set[str]) -> profile.Alter:
    """Add the stated values at the end of the control, after those that they replace."""
    add = profile.Add(
        position="ending",
        props=[prop for prop in _props(element) if prop.name in stated] or None,
        parts=[_statement(element, "smt.replaced")] if "text" in stated else None,
    )
    return profile.Alter(control_id=_control_id(element), adds=[add])


def _props(element: Element) -> list[Property]:
    return [Property(name=name, value=value) for name, value in _values(element)]


def _values(element: Element) -> Iterator[tuple[str, str]]:
    for name in ("clause", "level", "link", "kind", "force"):
        if (value := getattr(element, name)) is not None:
            yield name, value
    for rule in element.rules:
        yield "rule", " ".join(rule.source.split())


def _statement(element: Element, suffix: str) -> Part:
    return Part(id=f"{_control_id(element)}_{suffix}", name="statement", prose=_prose(element))


def _prose(element: Element) -> str:
    return f"{element.text.zh}\n\n{element.text.en}"


def _control_id(element: Element) -> str:
    """Return the id, with the level where it is not all, as in `base.maturity-basic`."""
    return element.id if element.level == ALL_LEVELS else f"{element.id}-{element.level}"


def _metadata(title: str) -> Metadata:
    return Metadata(
        title=title,
        last_modified=datetime(2025, 1, 1, tzinfo=UTC),
        version="1",
        oscal_version=OSCAL_VERSION,
    )


def _uuid(name: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"{NAMESPACE}/{name}"))


def agrees(catalogue: Catalog, overlay: Pack) -> bool:
    """Whether the controls say, in the last value of every name, what the elements of the resolved pack say."""
    controls = {control.id: control for control in catalogue.controls}
    elements = {_control_id(element): element for element in overlay.elements}
    return (
        len(catalogue.controls) == len(elements)
        and controls.keys() == elements.keys()
        and all(_says(controls[name], element) for name, element in elements.items())
    )


def _says(control: Control, element: Element) -> bool:
    expected = list(_values(element))
    statements = [part.prose for part in control.parts if part.name == "statement"]
    if control.class_ != element.part or statements[-1] != _prose(element):
        return False
    for name in {name for name, _ in expected}:
        wanted = [value for one, value in expected if one == name]
        if [prop.value for prop in control.props if prop.name == name][-len(wanted) :] != wanted:
            return False
    return True


def milliseconds(run: Callable[[], Any]) -> float:
    """Return the median of the runs after a first one."""
    run()
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return median(times) * 1e3


def main() -> None:
    """Compare with Linghang's resolved pack and print the times."""
    path = PACKS / "neimenggu-2025.yaml"
    sources = sources_of(path)
    base, overlay = build(sources[:-1]), build(sources)
    for loading, label in ((False, "in memory"), (True, "with loading")):
        with tempfile.TemporaryDirectory() as folder:
            resolve = resolver(base, overlay, Path(folder), loading)
            took = milliseconds(resolve)
            found = resolve()
            verdict = "agrees with" if agrees(found, overlay) else "DIFFERS from"
            print(f"trestle, {label}: {took:.2f} ms, {len(found.controls)} controls, {verdict} Linghang")
    print(f"Linghang, in memory: {milliseconds(lambda: build(sources)):.2f} ms, {len(overlay.elements)} elements")
    print(f"Linghang, with loading: {milliseconds(lambda: build(sources_of(path))):.2f} ms")


if __name__ == "__main__":
    main()
