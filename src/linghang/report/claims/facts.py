"""What a draft says beside figures: levels, maturity, names, codes, industry, documents that it cites, use of AI."""

import re
from collections.abc import Iterator, Sequence

from linghang.report.claims.dates import Dated
from linghang.report.claims.figures import PLANNED
from linghang.report.claims.model import Claim, Paragraph
from linghang.report.claims.standards import GUIDE, NOTICE, STANDARD

LEVELS = {"基础级": "basic", "先进级": "advanced", "卓越级": "excellence", "领航级": "pioneer"}
_GRADES = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, **{str(at): at for at in range(1, 6)}}

_LEVEL = re.compile("|".join(LEVELS))
_CLAIMED = re.compile(r"申报|申请|拟报|项目类别|工厂等级|评价为|自评(?:价|估)?(?:为|达到|结果)|申报书|自评(?:为|达)")
_HELD = re.compile(r"获评|认定|评为|入选|获批|通过|荣获|已获|列入|备案|被评")
_LADDER = re.compile(r"基础级.{0,4}先进级|先进级.{0,4}卓越级|卓越级.{0,4}领航级|梯度培育")
_MATURITY = re.compile(
    r"(?:成熟度|CMMM)[^。；;，,]{0,30}?(?P<grade>[一二三四五1-5])\s?级(?P<more>及?以上|（含）以上)?"
    r"|(?:成熟度|CMMM)[^。；;]{0,60}?(?:等级|级别|为|达到|达|获得|评定为|评为|取得)[^。；;，,]{0,6}?(?P<late>[一二三四五1-5])\s?级(?!指标|要素|市)"
    r"|(?:成熟度|CMMM)[^。；;]{0,60}?[，,：:（(]\s?(?:等级)?(?:为|达到)?(?P<alone>[一二三四五1-5])\s?级(?=[，,。；;（()）]|$)"
    r"|(?P<early>[一二三四五1-5])\s?级[^。；;，,]{0,8}?智能制造能力成熟度"
)
_REQUIRED = re.compile(r"要求|应达到|须达到|需达到|应不低于|条件")
_NAME_LABEL = re.compile(
    r"(?:申报(?:单位|企业|主体)|企业|单位|公司|承诺单位)(?:全称|名称|（盖章）|\(盖章\)|（公章）)*\s*[：:]\s*"
)
_NAME_HEAD = re.compile(r"^(?:申报(?:单位|企业|主体)|企业|单位|公司)(?:名称|全称|（盖章）|\(盖章\))*$")
_FULL_NAME = re.compile(r"[一-鿿（）()A-Za-z·]{2,40}?(?:股份有限公司|有限责任公司|有限公司)(?:[一-鿿]{2,10}?分公司)?")
_LEAD = re.compile(
    r"^.*(?:申报单位为|申报单位|企业名称|单位名称|本公司|我公司|以下简称|委托|联合|供应商|[由与和为是向在系对及从把将被经于至])(?=[一-鿿]{2,}?(?:省|市|自治区|县|区|[一-鿿]{2}))"
)
_CODE_LABEL = re.compile(r"(?:统一社会)?信用代码(?:（[^）]{0,8}）)?\s*[：:]?\s*")
_CODE = re.compile(r"(?<![0-9A-Za-z])[0-9A-Za-z]{12,22}(?![0-9A-Za-z])")
_CODE_SHAPE = re.compile(r"(?<![0-9A-Za-z])[19ANY][0-9A-Z]\d{6}[0-9A-Z]{10}(?![0-9A-Za-z])")
_INDUSTRY = re.compile(
    r"(?:所属行业|行业类别|国民经济行业|行业代码|行业分类|所属国民经济行业)(?:（[^）]{0,20}）|分类|代码)*\s*[：:为]?\s*(?P<name>[A-Z]?\s?\d{2,4}|[一-鿿、]{2,24})?"
)
_INDUSTRY_HEAD = re.compile(r"行业")
_AI = re.compile(
    r"人工智能|(?<![A-Za-z])AI(?![A-Za-z])|大模型|机器学习|深度学习|神经网络|机器视觉|视觉检测|强化学习|智能体|知识图谱|图像识别"
)
MAX_SENTENCE = 400
"""Characters to each side of a place that are looked at for the ends of its sentence."""

_SENTENCE = re.compile(r"[^。；;！!？?\n]+")


def sentence_at(text: str, place: int) -> str:
    """The sentence of `text` that character `place` belongs to."""
    low, high = max(0, place - MAX_SENTENCE), min(len(text), place + MAX_SENTENCE)
    start = max(low, max(text.rfind(mark, low, place) for mark in "。；;！？\n") + 1)
    ends = [at for mark in "。；;！？\n" if (at := text.find(mark, place, high)) >= 0]
    return text[start : min(ends, default=high)].strip()


def levels(paragraph: Paragraph, text: str) -> Iterator[Claim]:
    """Levels that are named: applied for (`said` claimed), held already (held), or merely mentioned."""
    if paragraph.kind == "text" and _LADDER.search(text):
        return
    for one in _LEVEL.finditer(text):
        sentence = sentence_at(text, one.start())
        head = f"{paragraph.row_head} {paragraph.column_head}"
        lead = text[max(0, one.start() - 24) : one.start()]
        around = lead + text[one.end() : one.end() + 16]
        said = "mentioned"
        if _HELD.search(around) and not re.search("申报", lead[-6:]):
            said = "held"
        elif _CLAIMED.search(around) or re.search(r"申报.{0,2}(?:等级|级别|类型)|等级|级别", head):
            said = "claimed"
        if PLANNED.search(lead) and not re.search("申报|申请", lead):
            said = "planned"
        spot = paragraph.spot(one.start(), one.end())
        yield Claim("level", LEVELS[one[0]], one[0], spot, sentence, detail={"said": said})


def maturity(paragraph: Paragraph, text: str, dates: Sequence[Dated]) -> Iterator[Claim]:
    """Maturity levels that the plant says of itself, with the period of the sentence."""
    found = list(_MATURITY.finditer(text))
    if not found and re.search("成熟度", f"{paragraph.row_head}{paragraph.column_head}"):
        found = list(
            re.finditer(
                r"^\s*(?P<grade>[一二三四五1-5])\s?级(?P<more>)(?P<early>)(?P<late>)(?P<alone>)(?:\s*$|[，,；;（(\s])",
                text,
            )
        )
    for one in found:
        sentence = sentence_at(text, one.start())
        grade = next(filter(None, (one["grade"], one["late"], one["alone"], one["early"])))
        required = bool(one["more"]) or _REQUIRED.search(sentence) is not None
        planned = PLANNED.search(sentence) is not None
        period = next((each.period for each in dates if sentence and each.period.text in sentence), None)
        said = "required" if required else "stated"
        start = next(one.start(name) for name in ("grade", "late", "alone", "early") if one[name])
        spot = paragraph.spot(start, text.index("级", start) + 1)
        yield Claim("maturity", "maturity", _GRADES[grade], spot, sentence, period=period, planned=planned,
                    detail={"said": said})  # fmt: skip


def names(paragraph: Paragraph, text: str) -> Iterator[Claim]:
    """Names of enterprises: those behind a label, and full names inside the text."""
    labelled = _NAME_LABEL.search(text)
    for one in _FULL_NAME.finditer(text):
        start = one.start()
        if lead := _LEAD.match(one[0]):
            start += lead.end()
        value = text[start : one.end()].strip("（）()")
        start = text.find(value, start)
        said = "mentioned"
        if (labelled and labelled.end() <= start <= labelled.end() + 2) or (
            _NAME_HEAD.match(paragraph.row_head.strip()) and start <= 2
        ):
            said = "labelled"
        if len(value) >= 6:
            yield Claim("name", "enterprise", value, paragraph.spot(start, start + len(value)), text[:120],
                        detail={"said": said})  # fmt: skip


def credit_codes(paragraph: Paragraph, text: str) -> Iterator[Claim]:
    """Unified social credit codes: behind a label whatever is written, elsewhere what has their shape."""
    label = _CODE_LABEL.search(text)
    if label is not None or "信用代码" in paragraph.row_head:
        start = label.end() if label else 0
        for one in _CODE.finditer(text, start):
            if one.start() <= start + 4:
                yield Claim("credit_code", "enterprise", one[0], paragraph.spot(one.start(), one.end()), text[:80])
            return
    for one in _CODE_SHAPE.finditer(text):
        yield Claim("credit_code", "", one[0], paragraph.spot(one.start(), one.end()), text[:80])


def industries(paragraph: Paragraph, text: str) -> Iterator[Claim]:
    """The industry of GB/T 4754 that the draft gives."""
    one = _INDUSTRY.search(text)
    if one is not None and one["name"] and paragraph.kind != "heading" and "：" in text[one.start() : one.end()]:
        yield Claim("industry", "", one["name"].strip(), paragraph.spot(one.start("name"), one.end("name")), text[:80])
    elif paragraph.kind == "cell" and _INDUSTRY_HEAD.search(paragraph.row_head) and len(paragraph.row_head) <= 20:
        yield Claim("industry", "", text.strip(), paragraph.spot(), text[:80])


def documents(paragraph: Paragraph, text: str) -> list[Claim]:
    """Standards, notices and guides that are cited, each with its edition."""
    found = []
    for one in STANDARD.finditer(text):
        body = one["body"].replace("GBT", "GB/T")
        written = f"{body} {one['no']}"
        found.append(_document(paragraph, text, one, written, one["year"] or ""))
    for one in NOTICE.finditer(text):
        body = one["body"]
        at = max(
            (
                body.rfind(word) + len(word)
                for word in ("按照", "根据", "依据", "印发", "及", "和", "《")
                if word in body
            ),
            default=0,
        )
        found.append(_document(paragraph, text, one, f"{body[at:]}〔{one['year']}〕{one['no']}号", one["year"], at))
    for one in GUIDE.finditer(text):
        name = "智能制造典型场景参考指引" if "场景" in one["name"] else one["name"]
        if text[max(0, one.start() - 8) : one.start()].endswith(("自治区", "内蒙古自治区")):
            continue
        found.append(_document(paragraph, text, one, f"{name}（{one['year']}年版）", one["year"]))
    return found


def _document(paragraph: Paragraph, text: str, one: "re.Match[str]", name: str, edition: str, skip: int = 0) -> Claim:
    spot = paragraph.spot(one.start() + skip, one.end())
    return Claim("document", name, name, spot, sentence_at(text, one.start()), detail={"edition": edition})


def ai_uses(paragraph: Paragraph, text: str) -> Iterator[Claim]:
    """Sentences that speak of artificial intelligence, one claim each."""
    if paragraph.kind == "heading":
        return
    for sentence in _SENTENCE.finditer(text):
        if found := _AI.search(sentence[0]):
            start = sentence.start() + found.start()
            spot = paragraph.spot(start, start + len(found[0]))
            yield Claim(
                "ai", "ai", found[0], spot, sentence[0].strip(), planned=PLANNED.search(sentence[0]) is not None
            )
