"""What reports say of the maturity of smart manufacturing (GB/T 39116)."""

from decimal import Decimal

from linghang.report.content import Entry, Maturity
from linghang.report.figures import number
from linghang.usecases.report_sources import Sources
from linghang.usecases.report_unit import maturity as level_entry
from linghang.words import Text

WANTED = Text(
    "请完成成熟度自评（linghang maturity），或登记官方报告",
    "assess the maturity (linghang maturity), or register the official report",
)


def maturity_of(sources: Sources) -> Maturity:
    """The level as the evidence has it, and the scores of the self-assessment as far as it is answered."""
    from linghang.usecases.maturity import of_workspace, progress_of

    found = progress_of(of_workspace(sources.workspace))
    total, answered = found.score.total, len(found.opened.state.answers)
    unanswered = len(found.score.unanswered)
    if not answered:
        return Maturity(level_entry(sources), Entry(None, "maturity.jsonl", WANTED))
    low, high = number(Decimal(str(float(total.low)))), number(Decimal(str(float(total.high))))
    said = (
        Text(f"{low} 分", low)
        if low == high
        else Text(f"{low} 至 {high} 分（尚有 {unanswered} 题未答）", f"{low} to {high} ({unanswered} items unanswered)")
    )
    rows = [
        (
            one.sub_domain.code,
            one.sub_domain.name,
            Decimal(str(round(float(one.own.low), 4))) if any(one.answered.values()) else None,
        )
        for one in found.sub_domains
    ]
    return Maturity(level_entry(sources), Entry(said, "maturity.jsonl"), rows)
