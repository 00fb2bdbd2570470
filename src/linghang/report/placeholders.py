"""What is still missing in a report: one entry for each visible placeholder."""

from collections.abc import Iterator
from typing import NamedTuple

from linghang.report.content import Dossier, Entry
from linghang.words import Text


class Placeholder(NamedTuple):
    """A place of a report where something is missing, and what is wanted there."""

    where: Text
    wanted: Text


def placeholders(dossier: Dossier) -> list[Placeholder]:
    """List the placeholders of a report in its order; signatures are left to the pen."""
    return [Placeholder(where, entry.wanted or Text("", "")) for where, entry in _entries(dossier) if entry.missing]


def _entries(dossier: Dossier) -> Iterator[tuple[Text, Entry]]:
    unit, factory = Text("申报单位", "The unit"), Text("智能工厂", "The factory")
    for block, rows in ((unit, dossier.unit), (factory, dossier.factory)):
        for row in rows:
            yield Text(f"{block.zh}：{row.label.zh}", f"{block.en}: {row.label.en}"), row.entry
    if dossier.kind != "application":
        return
    yield Text("智能工厂：概况", "The factory: summary"), dossier.factory_summary
    yield Text("智能工厂：主要产品", "The factory: products"), dossier.products
    yield Text("场景建设总体情况", "Overview of the scenes"), dossier.scenes_overview
    for scene in dossier.scenes:
        head = Text(f"场景 {scene.number or ''} {scene.name.zh}", f"scene {scene.number or ''} {scene.name.en}")
        yield Text(f"{head.zh}：实例", f"{head.en}: instance"), scene.instance
        for row in scene.rows:
            yield Text(f"{head.zh}：{row.label.zh}", f"{head.en}: {row.label.en}"), row.entry
    for entry in dossier.features:
        yield Text("先进性与特色", "What is advanced and special"), entry
    for effect in dossier.effects:
        for entry in (effect.before, effect.after, effect.change):
            yield Text(f"实施成效：{effect.title.zh}", f"effect: {effect.title.en}"), entry
    yield Text("后续实施计划：目标", "Plan: goal"), dossier.plan_goal
    for step in dossier.plan:
        yield Text(f"后续实施计划：{step.title.zh}", f"plan: {step.title.en}"), step.cost_cny
