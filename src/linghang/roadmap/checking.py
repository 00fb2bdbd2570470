"""Check a catalogue: what it names is there, nothing waits for itself, nothing needs what it shuts out."""

from collections.abc import Iterable, Iterator, Mapping

from linghang.conditions.checks import fields_of
from linghang.conditions.model import DERIVED, Pack
from linghang.conditions.scenes import SceneGuide
from linghang.errors import BadInput, Place, nearest
from linghang.judge.case import MAX_MATURITY
from linghang.roadmap.actions import MATURITY, Action, Catalogue
from linghang.words import Listed


def check_catalogue(catalogue: Catalogue, file: str) -> list[BadInput]:
    """Return everything that is wrong with a catalogue by itself, each with its line."""
    problems = [*_duplicates(catalogue, file), *_exclusions(catalogue, file), *_circles(catalogue, file)]
    return problems or [*_shut_out(catalogue, file)]


def check_names(catalogue: Catalogue, packs: Iterable[Pack], guide: SceneGuide, file: str) -> list[BadInput]:
    """Return every name of a catalogue that neither it nor the packs nor the guide of scenes know."""
    packs = tuple(packs)
    elements = {element.id for pack in packs for element in pack.elements}
    goals = {element.id for pack in packs for element in pack.elements if element.part not in DERIVED}
    fields = {field.id for pack in packs for field in fields_of(pack)}
    scenes = {str(scene.number) for scene in guide.scenes}
    levels = {str(level) for level in range(1, MAX_MATURITY + 1)}
    known = {"element": goals, "field": fields, "scene": scenes, "maturity": levels}
    problems = []
    for action in catalogue.actions:
        names = [(goal.of, known[goal.kind]) for goal in action.goals]
        names += [(one, elements | catalogue.by_id.keys()) for one in action.requires]
        names += [(one, elements) for one in action.done_if]
        problems += [_unknown(catalogue, action, name, among, file) for name, among in names if name not in among]
    for row in catalogue.cannot:
        if row.element not in goals:
            near = nearest(row.element, sorted(goals))
            problems.append(BadInput("{name} is known to no pack; {near}", Place(file), name=row.element, near=near))
    return problems


def without_action(catalogue: Catalogue, pack: Pack) -> list[str]:
    """Return the elements of a pack that neither an action nor a row of what cannot be done speaks of."""
    spoken = {goal.of for action in catalogue.actions if action.kind == "build" for goal in action.of_kind("element")}
    spoken |= {row.element for row in catalogue.cannot}
    asked = (element for element in pack.elements if element.part not in DERIVED)
    return list(dict.fromkeys(element.id for element in asked if element.id not in spoken))


def _unknown(catalogue: Catalogue, action: Action, name: str, known: Iterable[str], file: str) -> BadInput:
    place = Place(file, catalogue.lines.get(action.id))
    near = nearest(name, sorted(known))
    return BadInput("{name} is known to no pack; {near}", place, action.id, name=name, near=near)


def _duplicates(catalogue: Catalogue, file: str) -> Iterator[BadInput]:
    for action in catalogue.actions:
        place = Place(file, catalogue.lines.get(action.id))
        named = [(goal.kind, goal.of) for goal in action.goals]
        listed = (*(of for _, of in named),) if len(set(named)) < len(named) else ()
        for names in (listed, action.requires, action.excludes, action.done_if):
            for name in sorted({name for name in names if names.count(name) > 1}):
                yield BadInput("names {name} twice", place, action.id, name=name)


def _exclusions(catalogue: Catalogue, file: str) -> Iterator[BadInput]:
    for action in catalogue.actions:
        place = Place(file, catalogue.lines.get(action.id))
        for other in action.excludes:
            if other not in catalogue.by_id:
                near = nearest(other, sorted(catalogue.by_id))
                yield BadInput("there is no action {name}; {near}", place, action.id, name=other, near=near)
            elif other == action.id:
                yield BadInput("excludes itself", place, action.id)


def providers(catalogue: Catalogue) -> Mapping[str, tuple[str, ...]]:
    """Return what may stand for a requirement: makers of an element; an action, or makers of what it brings about."""
    makers: dict[tuple[str, str], tuple[str, ...]] = {}
    for action in catalogue.by_id.values():
        for goal in action.goals:
            makers[goal.kind, goal.of] = (*makers.get((goal.kind, goal.of), ()), action.id)
    shown = makers.get(("field", MATURITY), ())
    found = {of: ids for (kind, of), ids in makers.items() if kind == "element"}
    for action in catalogue.by_id.values():
        others = [makers[goal.kind, goal.of] for goal in action.goals if goal.kind != "field"]
        others += [shown for _ in action.of_kind("maturity")]
        found[action.id] = tuple(dict.fromkeys([action.id, *(one for ids in others for one in ids)]))
    return found


def _circles(catalogue: Catalogue, file: str) -> Iterator[BadInput]:
    """Refuse requirements that lead back, through whichever action brings them about."""
    made_by = providers(catalogue)
    done: set[str] = set()

    def walk(name: str, path: tuple[str, ...]) -> tuple[str, ...] | None:
        if name in path:
            return (*path[path.index(name) :], name)
        if name in done:
            return None
        for need in catalogue.by_id[name].requires:
            for maker in made_by.get(need, ()):
                if maker == name and need in catalogue.by_id and need != name:
                    continue  # it cannot stand for what it requires itself
                if circle := walk(maker, (*path, name)):
                    return circle
        done.add(name)
        return None

    for action in catalogue.actions:
        if circle := walk(action.id, ()):
            place = Place(file, catalogue.lines.get(circle[0]))
            yield BadInput("the actions wait for each other in a circle: {circle}", place, circle[0],
                           circle=" → ".join(circle))  # fmt: skip
            return


def shut_out(catalogue: Catalogue) -> frozenset[frozenset[str]]:
    """Return the pairs of actions that are not done beside each other, whichever of them says so."""
    return frozenset(frozenset((one.id, other)) for one in catalogue.actions for other in one.excludes)


def _shut_out(catalogue: Catalogue, file: str) -> Iterator[BadInput]:
    """Refuse an action that cannot be done without one that it, or another of its needs, excludes."""
    pairs = shut_out(catalogue)
    made_by = providers(catalogue)
    needed: dict[str, frozenset[str]] = {}

    def closure(name: str) -> frozenset[str]:
        """The actions without which `name` cannot be done in a factory that has nothing yet."""
        if name not in needed:
            found = frozenset((name,))
            for need in catalogue.by_id[name].requires:
                makers = [one for one in made_by.get(need, ()) if one != name]
                if makers:
                    found |= frozenset.intersection(*(closure(maker) for maker in makers))
            needed[name] = found
        return needed[name]

    for action in catalogue.actions:
        clash = [pair for pair in pairs if pair <= closure(action.id)]
        if clash:
            names = Listed(sorted(min(clash, key=sorted)))
            place = Place(file, catalogue.lines.get(action.id))
            yield BadInput("cannot be done: it needs {names}, which exclude each other", place, action.id, names=names)
