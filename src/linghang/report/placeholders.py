"""What is still missing in a report: one entry for each visible placeholder."""

from collections.abc import Iterator
from typing import NamedTuple

from linghang.report.content import Dossier, Entry
from linghang.words import Text

UNIT, FACTORY = Text("申报单位", "The unit"), Text("智能工厂", "The factory")
SCENES = Text("场景建设", "Scenes")
RESULTS = Text("先进性与成效", "What is special, and effects")
PLAN = Text("后续实施计划", "Plan")


class Placeholder(NamedTuple):
    """A place of a report where something is missing, and what is wanted there."""

    where: Text
    wanted: Text


class Placed(NamedTuple):
    """One entry of a report with its chapter and place, whether it is missing or not."""

    chapter: Text
    where: Text
    entry: Entry


def placeholders(dossier: Dossier) -> list[Placeholder]:
    """List the placeholders of a report in its order; signatures are left to the pen."""
    return [Placeholder(one.where, one.entry.wanted or Text("", "")) for one in entries(dossier) if one.entry.missing]


def entries(dossier: Dossier) -> Iterator[Placed]:
    """Give every entry that may be missing, in the order of the report."""
    for block, rows in ((UNIT, dossier.unit), (FACTORY, dossier.factory)):
        for row in rows:
            yield Placed(block, Text(f"{block.zh}：{row.label.zh}", f"{block.en}: {row.label.en}"), row.entry)
    if dossier.kind != "application":
        return
    yield Placed(FACTORY, Text("智能工厂：概况", "The factory: summary"), dossier.factory_summary)
    yield Placed(FACTORY, Text("智能工厂：主要产品", "The factory: products"), dossier.products)
    yield from _scenes(dossier)
    for entry in dossier.features:
        yield Placed(RESULTS, Text("先进性与特色", "What is advanced and special"), entry)
    for effect in dossier.effects:
        for entry in (effect.before, effect.after, effect.change):
            yield Placed(RESULTS, Text(f"实施成效：{effect.title.zh}", f"effect: {effect.title.en}"), entry)
    yield Placed(PLAN, Text("后续实施计划：目标", "Plan: goal"), dossier.plan_goal)
    for step in dossier.plan:
        yield Placed(PLAN, Text(f"后续实施计划：{step.title.zh}", f"plan: {step.title.en}"), step.cost_cny)


def _scenes(dossier: Dossier) -> Iterator[Placed]:
    yield Placed(SCENES, Text("场景建设总体情况", "Overview of the scenes"), dossier.scenes_overview)
    for scene in dossier.scenes:
        head = Text(f"场景 {scene.number or ''} {scene.name.zh}", f"scene {scene.number or ''} {scene.name.en}")
        yield Placed(SCENES, Text(f"{head.zh}：实例", f"{head.en}: instance"), scene.instance)
        for row in scene.rows:
            yield Placed(SCENES, Text(f"{head.zh}：{row.label.zh}", f"{head.en}: {row.label.en}"), row.entry)
