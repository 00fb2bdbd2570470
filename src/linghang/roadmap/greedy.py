"""What a list of priorities gives: again and again the action with most conditions met for its cost. For comparison."""

from collections.abc import Iterable
from dataclasses import dataclass

from linghang.judge.reference import judge
from linghang.roadmap.actions import Action
from linghang.roadmap.checking import shut_out
from linghang.roadmap.closure import Closure
from linghang.roadmap.limits import Limits
from linghang.roadmap.situation import Situation


@dataclass(frozen=True, slots=True)
class Greedy:
    """The actions in the order in which the ranking takes them, and whether they reach the target.

    It keeps to nothing but what is left out and what must be in: a list of priorities knows no calendar.
    """

    actions: tuple[Action, ...]
    reached: bool

    @property
    def fen(self) -> int:
        """Likely cost in hundredths of a CNY."""
        return sum(one.fen for one in self.actions)


def greedy(situation: Situation, limits: Limits) -> Greedy:
    """Rank by conditions met for the cost, prerequisites included, until the target is met or nothing helps."""
    return _Ranking(situation, limits).run()


class _Ranking:
    def __init__(self, situation: Situation, limits: Limits) -> None:
        self.situation = situation
        self.closure = Closure(situation, limits.without)
        self.pairs = shut_out(situation.catalogue)
        self.chosen: dict[str, Action] = {}
        self.relevant = self.closure.relevant(limits.must)
        for name in limits.must:
            self._take(self._with_needs(self.closure.allowed[name], {}) if name in self.closure.allowed else None)

    def run(self) -> Greedy:
        while (left := self._left({})) > 0:
            best: tuple[float, str] | None = None
            bundles: dict[str, dict[str, Action]] = {}
            for action in self.relevant:
                bundle = None if action.id in self.chosen else self._with_needs(action, {})
                if bundle is None:
                    continue
                gain = left - self._left(bundle)
                if gain <= 0:
                    continue
                rank = (-gain / max(sum(one.fen for one in bundle.values()), 1), action.id)
                bundles[action.id] = bundle
                best = rank if best is None else min(best, rank)
            if best is None:
                return Greedy(tuple(self.chosen.values()), False)
            self._take(bundles[best[1]])
        return Greedy(tuple(self.chosen.values()), True)

    def _take(self, bundle: dict[str, Action] | None) -> None:
        self.chosen |= bundle or {}

    def _left(self, bundle: dict[str, Action]) -> float:
        """How much of the target is open: conditions, and of a count or a maturity level the part that is missing."""
        situation = self.situation
        chosen = {**self.chosen, **bundle}.values()
        level = judge(situation.program, situation.after(chosen)).floors[situation.floor].levels[situation.target]
        if level.finding == "met":
            return 0.0
        return len(level.failing) + len(level.missing) + 1 - self._numbers(chosen)

    def _numbers(self, chosen: Iterable[Action]) -> float:
        """Scenes and levels on the way count a little, so that the ranking sees a use in the first of many."""
        scenes = {goal.number for one in chosen for goal in one.of_kind("scene")} - self.situation.scenes
        levels = max((goal.number for one in chosen for goal in one.of_kind("maturity")), default=0)
        return min(len(scenes) / 50 + levels / 50, 0.9)

    def _with_needs(self, action: Action, bundle: dict[str, Action]) -> dict[str, Action] | None:
        """An action with the cheapest of what it requires and is not chosen yet; None where something is missing."""
        bundle = {**bundle, action.id: action}
        names = self.chosen.keys() | bundle.keys()
        if any(pair <= names for pair in self.pairs if action.id in pair):
            return None
        for need in self.closure.needs(action):
            parts = need.parts or ()
            if need.action is not None and need.action.id in names:
                continue
            if parts and all(any(one.id in names for one in part) for part in parts):
                continue
            ways = [self._with_needs(need.action, bundle)] if need.action is not None else []
            if parts:
                ways.append(self._cheapest(parts, bundle))
            fitting = [way for way in ways if way is not None]
            if not fitting:
                return None
            bundle = min(fitting, key=lambda way: sum(one.fen for one in way.values()))
            names = self.chosen.keys() | bundle.keys()
        return bundle

    def _cheapest(self, parts: Iterable[tuple[Action, ...]], bundle: dict[str, Action]) -> dict[str, Action] | None:
        for part in parts:
            if any(one.id in self.chosen or one.id in bundle for one in part):
                continue
            ways = [way for one in part if (way := self._with_needs(one, bundle)) is not None]
            if not ways:
                return None
            bundle = min(ways, key=lambda way: sum(one.fen for one in way.values()))
        return bundle
