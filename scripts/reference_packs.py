"""The reference page of the packs: what stands on the shelf, entry by entry."""

from collections import Counter
from collections.abc import Iterator, Sequence

from linghang.conditions.maturity import TAILORABLE, MaturityModel
from linghang.conditions.model import ALL_LEVELS, Element, Pack
from linghang.conditions.scenes import SceneGuide
from linghang.conditions.shape import Shape
from linghang.conditions.shelf import PACKS, sources_of
from linghang.judge import verdict
from linghang.judge.program import prepare
from linghang.usecases.packs import ShelfEntry, list_packs, load
from linghang.words import Text
from pages import MADE, code, table

PACK_SOURCES = "src/linghang/conditions/packs"


def packs_page() -> str:
    """Everything on the shelf: packs of conditions, scenes, maturity model."""
    listed = list_packs()
    parts = [
        MADE.format(source=PACK_SOURCES),
        "# Packs on the shelf\n",
        "What the product judges by, as the packs state it. Texts are our own wording, in Chinese and in English;",
        "clause numbers, figures and terms follow the documents. In a case file and in a table an element is named",
        "by its id. How packs and overlays work: [packs and overlays](../concepts/packs-and-overlays.md). What kind,",
        "force and proof do: [findings and proof](../concepts/findings-and-proof.md).\n",
        table(
            ("id", "what", "base", "in force from", "status", "zh", "en"),
            (
                (f"[`{one.id}`](#{one.id})", one.kind, code(one.base), one.valid_from, one.status, *one.title)
                for one in listed
            ),
        ),
        "A **complete** pack states a whole document. A **partial** pack holds only what could be confirmed; for",
        "the rest it asks what its base asks.\n",
    ]
    return "\n".join([*parts, *(_document(one) for one in listed)])


def _document(listed: ShelfEntry) -> str:
    found = load(listed.id)
    head = [f"## {listed.id}\n", *_heading(found)]
    if isinstance(found, Pack):
        return "\n".join([*head, *_pack(found, listed)])
    return "\n".join([*head, *(_scenes(found) if isinstance(found, SceneGuide) else _maturity(found))])


def _heading(found: Pack | SceneGuide | MaturityModel) -> Iterator[str]:
    number = found.document.get("number") or found.document.get("no") or ""
    until = f"to {found.valid_to}" if found.valid_to else "with no end"
    yield f"**{found.title.zh}**<br>{found.title.en}\n"
    yield f"- document: {number}\n- in force from {found.valid_from} {until}; {found.status}"
    yield f"- file: [`{found.id}.yaml`](../../{PACK_SOURCES}/{found.id}.yaml)"
    if found.note:
        yield f"- note: {found.note.zh}<br>{found.note.en}"
    yield ""


def _pack(pack: Pack, listed: ShelfEntry) -> Iterator[str]:
    if listed.base:
        yield f"### What {pack.id} changes in {listed.base}\n"
        yield _changes(pack)
    if listed.base and pack.status == "partial":
        yield f"Everything else is asked as in [`{listed.base}`](#{listed.base}).\n"
        return
    yield f"### What each level of {pack.id} ranges over\n"
    yield _ranges(pack)
    for level in (ALL_LEVELS, *pack.level_ids):
        title = next((one.title for one in pack.levels if one.id == level), Text("每一等级", "every level"))
        yield f"### {pack.id}: {title.zh} {title.en}\n"
        yield _elements(pack, [one for one in pack.elements if one.level == level])
    yield f"### Interpretations of {pack.id}\n"
    yield "What a text is taken to mean, apart from the text. `platform` says that the reading is ours.\n"
    yield table(
        ("id", "value", "choices", "source", "zh", "en"),
        (
            (code(one.id), code(one.value), ", ".join(one.choices), one.source, *one.text)
            for one in pack.interpretations
        ),
    )
    if pack.indicators:
        yield f"### Indicators of {pack.id}\n"
        yield "Named by the annex. `state` reports the present value, `change` the change to a baseline. Nothing in"
        yield "this version computes them and no rule reads them.\n"
        yield table(
            ("#", "id", "zh", "en", "group", "unit", "type", "better"),
            (
                (one.number, code(one.id), *one.title, f"{one.group.zh} {one.group.en}", one.unit, one.type, one.better)
                for one in pack.indicators
            ),
        )


def _changes(pack: Pack) -> str:
    source = sources_of(PACKS / f"{pack.id}.yaml")[-1]
    rows = []
    for change in Shape(source.content, source.file).items("changes"):
        verb = next(verb for verb in ("add", "remove", "replace") if verb in change.data)
        stated = change.shape("with").data if verb != "remove" else {}
        said = [f"{key}: {stated[key]}" for key in ("force", "rule", "value") if key in stated]
        if "text" in stated:
            said.append("<br>".join(change.shape("with").text("text")))
        rows.append((verb, code(change.data[verb]), "<br>".join(said), *change.text("basis")))
    return table(("change", "entry", "what it states now", "basis zh", "basis en"), rows)


def _ranges(pack: Pack) -> str:
    program = prepare(pack, pack.valid_from)
    head = ("level", "conditions", *verdict.PARTS, "links that coverage requires")
    rows = []
    for plan in program.plans:
        counts = [len(plan.parts[part] or ()) or "–" for part in verdict.PARTS]
        rows.append((code(plan.level.id), len(plan.conditions), *counts, ", ".join(plan.links)))
    return table(head, rows)


def _elements(pack: Pack, elements: Sequence[Element]) -> str:
    links = {link.id: link.title for link in pack.links}
    rows = []
    for one in elements:
        where = f"{links[one.link].zh} {one.link}" if one.link else one.part
        rule = "<br>".join(code(rule.source) for rule in one.rules)
        rows.append((one.cited, code(one.id), where, one.kind, one.force, *one.text, rule))
    return table(("clause", "id", "link or part", "kind", "force", "zh", "en", "rule"), rows)


def _scenes(guide: SceneGuide) -> Iterator[str]:
    yield "The judge reads numbers of scenes (`scenes_basic` …), not this list; it names the scenes for people.\n"
    yield table(("mark", "zh", "en"), ((code(mark), *text) for mark, text in guide.marks.items()))
    yield table(
        ("#", "zh", "en", "link", "sub-link", "name is sure", "text rests on"),
        (
            (one.number, *one.name, one.link, one.sub_link or "–", one.name_confidence, " ".join(one.basis))
            for one in guide.scenes
        ),
    )


def _maturity(model: MaturityModel) -> Iterator[str]:
    yield "How answers become a level: [maturity](../concepts/maturity.md). Each figure carries a mark:\n"
    yield table(("mark", "zh", "en"), ((code(mark), *text) for mark, text in model.marks.items()))
    yield table(
        ("level", "zh", "en", "total score from", "to", "mark"),
        ((one.level, *one.name, one.score_from, one.score_to, one.confidence) for one in model.levels),
    )
    yield table(("answer", "zh", "en"), ((value, *name) for value, name in model.answers.items()))
    yield f"A level is satisfied from {model.gate.value} of its score (mark {model.gate.confidence}). Domains that"
    yield f"may be left out: {', '.join(TAILORABLE)}. A weight is a share of the whole; items by level from 1 to 5.\n"
    per_cell = Counter((item.sub_domain, item.level) for item in model.items)
    rows = []
    for one in model.sub_domains:
        weights = [f"{each.sub_domains[one.code].value.normalize():f}" for each in model.weights.values()]
        marks = [each.sub_domains[one.code].confidence for each in model.weights.values()]
        items = " ".join(str(per_cell[one.code, level.level]) for level in model.levels)
        rows.append((code(one.code), *one.name, one.domain, *map(" ".join, zip(weights, marks, strict=True)), items))
    kinds = [f"weight {name}" for name in model.weights]
    yield table(("code", "zh", "en", "domain", *kinds, "items"), rows)
    yield "What we decided where the text was not at hand:\n"
    yield table(
        ("decision", "value", "zh", "en"),
        ((code(name), value, *text) for name, (value, text) in model.decisions.items()),
    )
