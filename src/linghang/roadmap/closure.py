"""What an action requires, spelled out: what is there already, and which actions would bring it about."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from linghang.roadmap.actions import MATURITY, Action, Goal
from linghang.roadmap.situation import Situation


@dataclass(frozen=True, slots=True)
class Need:
    """One requirement that is not there yet.

    Attributes
    ----------
    of
        The action or element that is required.
    action
        The required action itself, if it may be in the plan.
    parts
        What it takes without that action: one set of actions a goal, any of which brings it about; None where
        nothing else would do.
    """

    of: str
    action: Action | None
    parts: tuple[tuple[Action, ...], ...] | None


class Closure:
    """Requirements of the actions of a situation.

    Parameters
    ----------
    situation
        Where the factory stands.
    forbidden
        Ids of actions that no plan may hold.
    """

    def __init__(self, situation: Situation, forbidden: Iterable[str] = ()) -> None:
        self.situation = situation
        barred = {*forbidden, *situation.catalogue.disabled}
        self.allowed: Mapping[str, Action] = {
            one.id: one
            for one in situation.catalogue.by_id.values()
            if one.id not in barred and (one.kind != "evidence" or self._answers(one))
        }

    def _answers(self, action: Action) -> bool:
        """Whether evidence answers anything here, or is what other evidence rests on."""
        situation = self.situation
        return not action.goals or any(
            (situation.field_answer(goal.of) if goal.kind == "field" else situation.answer(goal.of)) is not None
            for goal in action.goals
        )

    @cached_property
    def makers(self) -> Mapping[tuple[str, str], tuple[Action, ...]]:
        """What there is to be there -> the allowed actions that bring it about."""
        found: dict[tuple[str, str], tuple[Action, ...]] = {}
        for action in self.allowed.values():
            for goal in action.goals:
                for key in self._serves(action, goal):
                    found[key] = (*found.get(key, ()), action)
        return found

    def _serves(self, action: Action, goal: Goal) -> Iterable[tuple[str, str]]:
        situation = self.situation
        if goal.kind == "field":
            shown = situation.field_answer(goal.of) if goal.of == MATURITY else None
            return (("maturity", str(level)) for level in range(1, int(shown or 0) + 1))
        if goal.kind == "element" and action.kind == "evidence" and situation.answer(goal.of) != "met":
            return ()
        return ((goal.kind, goal.of),)

    def there(self, kind: str, of: str) -> bool:
        """Whether a goal is there before the plan begins."""
        if kind == "element":
            return self.situation.there(of)
        if kind == "scene":
            return int(of) in self.situation.scenes
        fact = self.situation.known(MATURITY)
        if fact is None and self.situation.hopes(MATURITY):
            fact = self.situation.case.facts.get(MATURITY)
        return fact is not None and fact.value >= int(of)  # type: ignore[operator]

    def needs(self, action: Action) -> tuple[Need, ...]:
        """Return what an action requires and is not there yet."""
        if action.id not in self._needs:
            found = (self._need(name, action.id) for name in action.requires)
            self._needs[action.id] = tuple(one for one in found if one is not None)
        return self._needs[action.id]

    @cached_property
    def _needs(self) -> dict[str, tuple[Need, ...]]:
        return {}

    def _need(self, name: str, asking: str) -> Need | None:
        required = self.situation.catalogue.by_id.get(name)
        if required is None:
            return None if self.there("element", name) else Need(name, None, (self.makers.get(("element", name), ()),))
        goals = [(goal.kind, goal.of) for goal in required.goals if goal.kind != "field"]
        missing = [key for key in goals if not self.there(*key)]
        if self.situation.done(required) or (goals and not missing):
            return None
        parts = tuple(tuple(one for one in self.makers.get(key, ()) if one.id not in (name, asking)) for key in missing)
        return Need(name, self.allowed.get(name), parts or None)

    def relevant(self, must: Iterable[str]) -> list[Action]:
        """Return the actions that can matter to the target, in the catalogue's order: others only cost."""
        waiting = [self.allowed[name] for name in must if name in self.allowed] + list(self._toward_target())
        kept: dict[str, Action] = {}
        while waiting:
            action = waiting.pop()
            if action.id in kept:
                continue
            kept[action.id] = action
            for need in self.needs(action):
                waiting += [need.action] if need.action else []
                waiting += [one for part in need.parts or () for one in part]
        return [one for name, one in self.allowed.items() if name in kept]

    def _toward_target(self) -> Iterable[Action]:
        """The actions of which a goal is read, directly or by another element's rule, for the target level."""
        from linghang.conditions.rules import names

        rules = {one.id: names(one.rule) for one in self.situation.program.asked}
        read: set[str] = set()
        todo = [one.asked.id for one in self.situation.plan.conditions]
        fields: set[str] = set()
        while todo:
            name = todo.pop()
            if name in read:
                continue
            read.add(name)
            for asked in self.situation.asked.get(name, ()):
                inside = names(asked.rule)
                fields |= inside
                todo += [one for one in inside if one in rules]
        scenes = any(name.startswith("scenes_") for name in fields)
        for action in self.allowed.values():
            for goal in action.goals:
                if (
                    (goal.kind == "element" and goal.of in read)
                    or (goal.kind == "field" and goal.of in fields)
                    or (goal.kind == "maturity" and MATURITY in fields)
                    or (goal.kind == "scene" and scenes and goal.number not in self.situation.scenes)
                ):
                    yield action
                    break
