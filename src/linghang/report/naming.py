"""What reports call findings, proofs, floors, parts and kinds, in both languages at once."""

from collections.abc import Mapping

from linghang.words import Language, Text

FINDINGS: Mapping[str, Text] = {
    "met": Text("符合", "met"),
    "unmet": Text("不符合", "unmet"),
    "unknown": Text("待证", "unknown"),
    "not_applicable": Text("不适用", "not applicable"),
}
PROOFS: Mapping[str, Text] = {
    "measured": Text("实测", "measured"),
    "documented": Text("有据", "documented"),
    "declared": Text("宣称", "declared"),
    "none": Text("无", "none"),
}
FLOORS: Mapping[str, Text] = {
    "declared": Text("宣称即可", "declared"),
    "documented": Text("须有据", "documented"),
    "measured": Text("能力须实测", "measured"),
}
PARTS: Mapping[str, Text] = {
    "eligibility": Text("基本条件", "eligibility"),
    "maturity": Text("成熟度", "maturity"),
    "build": Text("建设内容", "construction"),
    "coverage": Text("环节覆盖", "coverage of links"),
    "scenario_count": Text("场景数量", "number of scenes"),
    "outcome": Text("建设成效", "outcome"),
}
KINDS: Mapping[str, Text] = {
    "fact": Text("事实", "fact"),
    "attested": Text("证明", "attested"),
    "measured": Text("测得性质", "measured property"),
    "maturity": Text("成熟度", "maturity"),
    "coverage": Text("覆盖", "coverage"),
    "count": Text("数量", "count"),
    "capability": Text("能力", "capability"),
    "benchmark": Text("对标", "benchmark"),
}
FORCES: Mapping[str, Text] = {
    "must": Text("必须", "must"),
    "should": Text("原则上", "should"),
    "encouraged": Text("鼓励", "encouraged"),
}
STATES: Mapping[str, Text] = {
    "current": Text("有效", "current"),
    "expired": Text("过期", "expired"),
    "not_yet": Text("尚未生效", "not yet in force"),
    "stale": Text("陈旧", "stale"),
    "retired": Text("作废", "retired"),
}
CONFIDENTIALITY: Mapping[str, Text] = {
    "public": Text("公开", "public"),
    "internal": Text("内部", "internal"),
    "confidential": Text("保密", "confidential"),
}
CONFIDENCE: Mapping[str, Text] = {
    "H": Text("高", "high"),
    "M": Text("中", "medium"),
    "L": Text("低", "low"),
}
SEVERITIES: Mapping[str, Text] = {
    "error": Text("错误", "error"),
    "warning": Text("警告", "warning"),
    "hint": Text("提示", "hint"),
}
REASONS: Mapping[str, Text] = {
    "not_stated": Text("没有任何证据", "nothing says so"),
    "below_floor": Text("证明力不足", "the proof is too weak here"),
    "waived": Text("已书面豁免", "waived with a reason"),
    "unknown": Text("现有证据不能判定", "what is there does not decide it"),
    "needs": Text("缺少记录或引擎运行结果", "records or a run of an engine are lacking"),
    "stale": Text("证据已陈旧", "the evidence is stale"),
    "contradicted": Text("证据互相矛盾", "the evidence contradicts itself"),
    "withdrawn": Text("证据已撤回", "the evidence was withdrawn"),
    "unmet": Text("证据表明不符合", "the evidence says that it is not met"),
}
AREAS: Mapping[str, Text] = {
    "province": Text("本省同行业", "the industry of the province"),
    "country": Text("全国同行业", "the industry of the country"),
    "world": Text("全球同行业", "the industry worldwide"),
}
STATISTICS: Mapping[str, Text] = {"average": Text("平均水平", "average"), "leading": Text("领先水平", "leading value")}
REPORTS: Mapping[str, Text] = {
    "application": Text("智能工厂申报书", "Application as a smart factory"),
    "self-assessment": Text("智能工厂自评估报告", "Self-assessment of a smart factory"),
    "gap": Text("智能工厂差距分析报告", "Gap report of a smart factory"),
    "annual-review": Text("智能工厂年度复核报告", "Annual review of a smart factory"),
}


def said(text: Text | str, language: Language) -> str:
    """Say a text in a language; a plain one is the same in both."""
    if isinstance(text, Text):
        return text.zh if language == "zh" else text.en
    return text


def named(names: Mapping[str, Text], word: str | None) -> Text:
    """Name a word; one that is not in the list stays as it is, and none is a dash."""
    return names.get(word, Text(word, word)) if word else Text("—", "–")
