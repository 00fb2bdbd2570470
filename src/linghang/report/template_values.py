"""A dossier as named, plain values in one language: what the templates of the PDF and of the DOCX see."""

from collections import Counter

from linghang.report import naming
from linghang.report.content import Dossier, Effect
from linghang.report.drawing_map import LAYERS
from linghang.report.figures import day
from linghang.report.labels import LABELS, MARKS
from linghang.report.template_annexes import annexes, plan_steps
from linghang.report.template_speaker import CLOSES, NOTHING, OPENS, Speaker, Values, clean, day_text
from linghang.words import Language

FIGURES = ("system_map", "coverage", "scenes", "indicators", "trend", "plan", "plan_cost", "maturity")
"""Names of figures; one that has nothing to show is empty."""
PLACED = ("system_map", "coverage", "scenes", "plan", "plan_cost", "maturity")
"""Figures with a place of their own; the others follow the effects."""


def template_values(dossier: Dossier, language: Language) -> Values:
    """Return everything that a dossier says under the names that templates use."""
    speaker = Speaker(dossier, language)
    head: Values = {
        "kind": dossier.kind,
        "language": language,
        "title": speaker.say(dossier.title),
        "factory_name": clean(dossier.factory_name),
        "pack": {"id": dossier.pack_id, "title": speaker.say(dossier.pack_title), "digest": dossier.pack_digest},
        "level": speaker.say(dossier.level_title),
        "level_id": dossier.level,
        "as_of": speaker.say(day(dossier.as_of)),
        "sentences": [speaker.say(one) for one in dossier.sentences],
        "interpretations": [speaker.say(one) for one in dossier.interpretations],
    }
    values = head | _blocks(speaker) | annexes(speaker) | {"placeholders": speaker.wanting}
    return values | {"cover": cover_values(values)}


def cover_values(values: Values) -> Values:
    """Return what the cover says beside the level: title, applicant and recommender."""
    unit = values["unit"].get("name") or values["factory_name"]
    recommender = values["signature"].get("recommender") or values["unit"].get("recommender") or NOTHING
    level, title = values["level"], values["title"]
    return {
        "title": title.removesuffix(f"（{level}）").removesuffix(f" ({level})"),
        "unit": unit,
        "unit_plain": unit.replace(OPENS, "").replace(CLOSES, ""),
        "recommender": " " if recommender == NOTHING else recommender,
    }


def template_names(dossier: Dossier) -> list[str]:
    """Return every name that a template may use: `unit.name`, `scenes[].instance` …, sorted."""
    found: set[str] = set()

    def walk(value: object, path: str) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                walk(inner, f"{path}.{key}" if path else key)
        elif isinstance(value, list):
            found.add(f"{path}[]")
            for inner in value:
                walk(inner, f"{path}[]")
        else:
            found.add(path)

    walk(template_values(dossier, "en"), "")
    drawn = dict.fromkeys((*FIGURES, *(name for name in dossier.charts if name != "ladder")))
    found |= {f"figures.{name}.{part}" for name in drawn for part in ("image", "title", "alt")}
    found |= {f"figures_more[].{part}" for part in ("image", "title", "alt")}
    return sorted(found)


def _blocks(speaker: Speaker) -> Values:
    one = speaker.dossier
    unit, unit_rows = speaker.rows(one.unit, "unit")
    factory, factory_rows = speaker.rows(one.factory, "factory")
    values: Values = {
        "unit": unit,
        "unit_rows": unit_rows,
        "factory": factory,
        "factory_rows": factory_rows,
        "factory_summary": speaker.entry(one.factory_summary, speaker.place("factory_summary")),
        "products": speaker.entry(one.products, speaker.place("products")),
        "scenes_overview": speaker.entry(one.scenes_overview, speaker.place("scenes_overview")),
    }
    values |= _scenes(speaker) | _systems(speaker)
    values["features"] = [speaker.entry(each, speaker.place("features")) for each in one.features]
    values["effects"] = _effects(speaker)
    common = _common_periods(speaker)
    values["effects_periods"] = speaker.say(LABELS["n_periods"]) + common if common else ""
    values["plan_goal"] = speaker.entry(one.plan_goal, speaker.place("plan_goal"))
    values["plan"] = plan_steps(speaker, one.plan)
    values["letter"] = [speaker.say(each) for each in one.letter]
    values["signature"], values["signatures"] = speaker.rows(one.signatures, "signatures")
    keys = [each["key"] for each in values["signatures"]]
    cut = keys.index("recommender") if "recommender" in keys else len(keys)
    values["signatures_own"], values["signatures_recommender"] = values["signatures"][:cut], values["signatures"][cut:]
    return values


def _scenes(speaker: Speaker) -> Values:
    listed, links = [], list(dict.fromkeys(speaker.say(one.link) for one in speaker.dossier.scenes))
    for place, one in enumerate(speaker.dossier.scenes, 1):
        name, link = speaker.say(one.name), speaker.say(one.link)
        where = speaker.place("scene", name)
        instance = speaker.entry(one.instance, where)
        rows = []
        for row in one.rows:
            label = speaker.say(row.label)
            rows.append({"label": label, "text": speaker.entry(row.entry, f"{where} {label}")})
        listed.append(
            {
                "place": str(place),
                "number": str(one.number) if one.number is not None else NOTHING,
                "link": link,
                "name": name,
                "instance": instance,
                "heading": f"{link}—{name}—{instance}" if speaker.language == "zh" else f"{link} – {name} – {instance}",
                "finding": speaker.name(naming.FINDINGS, one.finding),
                "proof": speaker.name(naming.PROOFS, one.proof),
                "rows": rows,
                "evidence": speaker.comma.join(map(clean, one.evidence)) or NOTHING,
                "marks": [_mark(one.finding, one.proof) if link == each else "" for each in links],
            }
        )
    matrix = [
        {
            "link": link,
            "count": str(sum(one["link"] == link for one in listed)),
            "names": speaker.comma.join(f"{one['number']} {one['name']}" for one in listed if one["link"] == link),
            "found": str(sum(1 for one, each in zip(speaker.dossier.scenes, listed, strict=True)
                             if each["link"] == link and one.finding == "met")),
        }
        for link in links
    ]  # fmt: skip
    return {"scenes": listed, "scene_links": links, "coverage": matrix}


def _systems(speaker: Speaker) -> Values:
    names = {one.id: clean(one.name) for one in speaker.dossier.systems}
    systems = [
        {
            "id": clean(one.id),
            "name": clean(one.name),
            "kind": clean(one.kind),
            "layer": str(one.layer),
            "layer_title": speaker.say(LAYERS.get(one.layer, str(one.layer))),
            "live_since": day_text(one.live_since),
            "functions": speaker.comma.join(speaker.say(each) for each in one.functions) or NOTHING,
        }
        for one in sorted(speaker.dossier.systems, key=lambda each: -each.layer)
    ]
    links = [
        {
            "number": str(place),
            "source": clean(names.get(one.source, one.source)),
            "target": clean(names.get(one.target, one.target)),
            "kind": speaker.say(one.kind),
            "content": speaker.say(one.content),
            "live_since": day_text(one.live_since),
        }
        for place, one in enumerate(speaker.dossier.system_links, 1)
    ]
    return {"systems": systems, "system_links": links}


def _effects(speaker: Speaker) -> list[Values]:
    found = []
    common = _common_periods(speaker)
    for one in speaker.dossier.effects:
        title = speaker.say(one.title)
        where = speaker.place("effects", title)
        periods = _periods(one)
        found.append(
            {
                "title": title,
                "title_and_periods": title if periods in (common, "") else f"{title}\n{periods}",
                "unit": speaker.say(one.unit),
                "before": speaker.entry(one.before, where),
                "after": speaker.entry(one.after, where),
                "change": speaker.entry(one.change, where),
                "periods": periods or NOTHING,
                "source": speaker.say(one.source),
            }
        )
    return found


def _periods(one: Effect) -> str:
    return " → ".join(clean(each) for each in (one.before_period, one.after_period) if each)


def _common_periods(speaker: Speaker) -> str:
    """Return the periods that most effects share: said once, under their table."""
    counted = Counter(_periods(one) for one in speaker.dossier.effects)
    return counted.most_common(1)[0][0] if counted else ""


def _mark(finding: str, proof: str | None) -> str:
    return MARKS[finding] if finding != "met" else {"measured": "●", "documented": "◐"}.get(proof or "", "○")
