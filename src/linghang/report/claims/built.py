"""What a draft says was built: software systems with go-live, vendor and version; scenes; links."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise

from linghang.conditions.scenes import SceneGuide, load_scenes
from linghang.conditions.shelf import PACKS
from linghang.report.claims.dates import Dated
from linghang.report.claims.facts import sentence_at
from linghang.report.claims.figures import PLANNED
from linghang.report.claims.model import Claim, Paragraph, Period
from linghang.report.claims.systems import BY_WORD, GO_LIVE
from linghang.report.claims.terms import Term, Vocabulary

LINKS = {
    "工厂建设": "factory_construction", "研发设计": "rnd_design", "生产作业": "production",
    "生产管理": "production_management",
    "运营管理": "operations", "经营管理": "operations",
}  # fmt: skip
SUB_LINKS = (
    "信息基础设施", "产品设计", "工艺设计", "质量管控", "设备管理", "计划调度", "仓储物流", "安全管控", "能碳管理",
    "环保管理", "营销与售后",
    "供应链管理", "产品研发", "产品服务", "模式创新",
)  # fmt: skip
_OF_SUB_LINK = {
    "信息基础设施": "factory_construction", "产品设计": "rnd_design", "工艺设计": "rnd_design",
    "产品研发": "rnd_design",
    "质量管控": "production", "设备管理": "production", "计划调度": "production_management",
    "仓储物流": "production_management",
    "安全管控": "production_management", "能碳管理": "production_management", "环保管理": "production_management",
    "营销与售后": "operations", "供应链管理": "operations", "产品服务": "operations",
}  # fmt: skip

MAX_MENTIONS = 200
"""Systems and dates of one paragraph that are looked at together."""

_LIVE = re.compile("|".join(sorted(GO_LIVE, key=len, reverse=True)))
_LATER = re.compile(r"升级|改造|二期|三期|扩展|迭代|优化|验收|再次|切换|迁移")
_BRACKET = 40
"""Characters of a bracket that are looked at to each side of a date."""

_LEADS = re.compile(r"[\s并且也均都已后]{0,3}(?:于|自|在|从|截至)?\s?")
_SEGMENT = re.compile(r"[，,；;。！!\n]")
_TOGETHER = re.compile(r"\s?(?:、|和|及|与|以及|/|（[^（）]{0,20}）|\([^()]{0,20}\)|系统|平台|等|\s){0,4}")
_VERSION = re.compile(r"(?:系统|平台)?\s?(?:版本[：:为]?\s?)?[（(]?[Vv](?P<v>\d{1,3}(?:\.\d{1,3}){0,3})")
_VENDOR = re.compile(
    r"(?:由|采用|选用|引进|引入)(?P<v>[一-鿿A-Za-z]{2,12}?)(?:公司)?(?:提供|开发|承建|实施|的(?=[A-Z]))"
)
_LIVE_HEAD = re.compile(r"上线|投用|启用|投运|建成|时间|日期")
_SCENE_HEAD = re.compile(r"(?:智能制造)?(?:典型|智能)?场景(?:名称?)?")
_SCENE_NAME = re.compile(r"[一-鿿A-Za-z]{4,16}")
_PLAN_HEAD = re.compile(r"环节\s?[—\-–―·]+\s?场景")
_DASH = r"\s?[—\-–―]{1,3}\s?"
_TRIPLE = re.compile(
    rf"(?P<link>[一-鿿]{{4,6}}){_DASH}(?P<scene>[一-鿿]{{4,14}}){_DASH}(?P<instance>[^—\-–―，。；\n]{{2,40}})"
)


@cache
def guide() -> SceneGuide:
    """The guide of scenes that drafts are read by."""
    return load_scenes(PACKS / "scenes-2025.yaml")


@cache
def _systems() -> Vocabulary:
    return Vocabulary({word: (kind,) for word, kind in BY_WORD.items()})


@cache
def _scenes() -> Vocabulary:
    words: dict[str, tuple[str, ...]] = {}
    for scene in guide().scenes:
        for name in (scene.name.zh, *scene.variants):
            words[name] = (str(scene.number),)
    return Vocabulary(words)


@cache
def _links() -> Vocabulary:
    return Vocabulary({**{name: (name,) for name in LINKS}, **{name: (name,) for name in SUB_LINKS}})


def mentions(text: str) -> list[Term]:
    """Software systems that are named; an abbreviation inside another word is none."""
    found = []
    for one in _systems().find(text):
        before, after = text[one.start - 1 : one.start], text[one.end : one.end + 1]
        if text[one.start].isascii() and (_letter(before) or _letter(after)):
            continue
        found.append(one)
    return found


def _letter(one: str) -> bool:
    return one.isascii() and one.isalpha()


def systems(paragraph: Paragraph, text: str, dates: Sequence[Dated]) -> Iterator[Claim]:
    """Systems, each mention one claim; with the period of going live where the sentence says it."""
    named = mentions(text)[:MAX_MENTIONS]
    live = _live_dates(text, named, dates[:MAX_MENTIONS])
    for place, one in enumerate(named):
        sentence = sentence_at(text, one.start)
        detail = {"name": text[one.start : one.end]}
        if version := _VERSION.match(text, one.end):
            detail["version"] = version["v"]
        if vendor := _VENDOR.search(sentence):
            detail["vendor"] = vendor["v"]
        planned = PLANNED.search(sentence) is not None
        spot = paragraph.spot(one.start, one.end)
        yield Claim("system", one.ids[0], detail["name"], spot, sentence, period=live.get(place), planned=planned,
                    detail=detail)  # fmt: skip
    if paragraph.kind == "cell" and not named and dates and _LIVE_HEAD.search(paragraph.column_head):
        of_row = mentions(paragraph.row_head)
        if of_row and dates[0].precision in ("day", "month", "year", "part", "quarter", "half"):
            spot = paragraph.spot(dates[0].start, dates[0].end)
            detail = {"name": paragraph.row_head, "dated": "1"}
            yield Claim("system", of_row[0].ids[0], paragraph.row_head, spot, f"{paragraph.row_head} {text}",
                        period=dates[0].period, planned="计划" in paragraph.column_head, detail=detail)  # fmt: skip


def _live_dates(text: str, named: Sequence[Term], dates: Sequence[Dated]) -> dict[int, Period]:
    """Place of a mention -> the period in which it went live."""
    found: dict[int, Period] = {}
    if not named or not dates:
        return found
    borders = [0, *(one.end() for one in _SEGMENT.finditer(text)), len(text) + 1]
    segments = list(pairwise(borders))
    for one in dates:
        if one.precision in ("span", "reversed"):
            continue
        at = next(index for index, (start, end) in enumerate(segments) if start <= one.start < end)
        start, end = segments[at]
        said = text[start : segments[min(at + 1, len(segments) - 1)][1]]
        if bracketed := _bracketed(text, named, one):
            found.setdefault(bracketed[0], one.period)
            continue
        if not _LIVE.search(said) or _LATER.search(text[start:end]):
            continue
        inside = [place for place, term in enumerate(named) if start <= term.start < end]
        group = _group(text, named, inside, one)
        if not group and at > 0 and not _ends_sentence(text, start) and _LEADS.fullmatch(text, start, one.start):
            earlier = [place for place, term in enumerate(named) if segments[at - 1][0] <= term.start < start]
            group = _group(text, named, earlier, one)
        alone = _LEADS.fullmatch(text, start, one.start) and len(text[one.end : end].strip(" ，,起")) == 0
        if not group and alone and at + 1 < len(segments) and not _ends_sentence(text, end):
            later = [place for place, term in enumerate(named) if end <= term.start < segments[at + 1][1]]
            group = _group(text, named, later, one)
        for place in group:
            found.setdefault(place, one.period)
    return found


def _bracketed(text: str, named: Sequence[Term], at: Dated) -> list[int]:
    """MES（2023年4月上线）: a date in brackets speaks of the system right before them, unless one stands inside."""
    opened = max(
        text.rfind("（", max(0, at.start - _BRACKET), at.start), text.rfind("(", max(0, at.start - _BRACKET), at.start)
    )
    if opened < 0 or re.search("[）)]", text[opened : at.start]):
        return []
    closed = min((place for mark in "）)" if (place := text.find(mark, at.end)) >= 0), default=len(text))
    if closed - at.end > _BRACKET or not _LIVE.search(text, at.end, closed):
        return []
    if any(opened < term.start < closed for term in named):
        return []
    return [place for place, term in enumerate(named) if 0 <= opened - term.end <= 4][-1:]


def _ends_sentence(text: str, place: int) -> bool:
    return place > 0 and text[place - 1 : place] in ("。", "；", ";", "！", "!", "\n")


def _group(text: str, named: Sequence[Term], inside: Sequence[int], at: Dated) -> list[int]:
    """The mentions next to a date, with those that are enumerated beside them."""
    if not inside:
        return []
    ahead = [place for place in inside if named[place].end <= at.start]
    behind = [place for place in inside if named[place].start >= at.end]
    pool, nearest = (ahead[::-1], ahead[-1]) if ahead else (behind, behind[0]) if behind else ([], -1)
    if ahead and behind and named[behind[0]].start - at.end < at.start - named[ahead[-1]].end:
        pool, nearest = behind, behind[0]
    group = [nearest] if pool else []
    for place in pool[1:]:
        low, high = sorted((place, group[-1]))
        if not _TOGETHER.fullmatch(text, named[low].end, named[high].start):
            break
        group.append(place)
    return group


def scenes(paragraph: Paragraph, text: str) -> Iterator[Claim]:
    """Scenes: names of the guide, and what is written as 环节—场景—实例 whether the guide has it or not."""
    named = _scenes().find(text)
    triples = list(_TRIPLE.finditer(text))[:MAX_MENTIONS] if not _PLAN_HEAD.search(text) else []
    links = (*LINKS, *SUB_LINKS)
    for one in triples:
        if one["link"] not in links:
            continue
        inside = [term for term in named if one.start("scene") <= term.start < one.end("scene")]
        number = inside[0].ids[0] if inside and text[inside[0].start : inside[0].end] == one["scene"] else ""
        detail = {"link": one["link"], "instance": one["instance"].strip(), "listed": "1"}
        yield Claim("scene", number, one["scene"], paragraph.spot(one.start(), one.end()), text[:120], detail=detail)
    in_list = paragraph.kind == "cell" and _SCENE_HEAD.fullmatch(paragraph.column_head.strip())
    if in_list and not named and _SCENE_NAME.fullmatch(text.strip()):
        yield Claim("scene", "", text.strip(), paragraph.spot(), text, detail={"listed": "1"})
    for term in named:
        if any(one.start() <= term.start < one.end() and one["link"] in links for one in triples):
            continue
        beside = re.search(rf"({'|'.join(links)})[\s—\-–―·]{{0,4}}$", text[max(0, term.start - 12) : term.start])
        if paragraph.kind == "heading" and beside and text[term.end :].strip(" —-–―"):
            detail = {"link": beside[1], "instance": text[term.end :].strip(" —-–―"), "listed": "1"}
            spot = paragraph.spot(term.start, term.end)
            yield Claim("scene", term.ids[0], text[term.start : term.end], spot, text[:120], detail=detail)
            continue
        listed = paragraph.kind == "heading" or (paragraph.kind == "cell" and term.end - term.start + 6 >= len(text))
        detail = {"listed": "1"} if listed else {}
        yield Claim("scene", term.ids[0], text[term.start : term.end], paragraph.spot(term.start, term.end),
                    sentence_at(text, term.start), planned=PLANNED.search(sentence_at(text, term.start)) is not None,
                    detail=detail)  # fmt: skip


def links(paragraph: Paragraph, text: str) -> Iterator[Claim]:
    """Links and sub-links that are named; `said` is covered where the sentence says so."""
    for term in _links().find(text):
        name = term.ids[0]
        sentence = sentence_at(text, term.start)
        covered = re.search(r"覆盖|涵盖|涉及|围绕|贯穿|包括", sentence) is not None
        detail = {"name": name, "said": "covered" if covered else "named"}
        subject = LINKS.get(name) or _OF_SUB_LINK.get(name, "")
        yield Claim("link", subject, name, paragraph.spot(term.start, term.end), sentence, detail=detail)
