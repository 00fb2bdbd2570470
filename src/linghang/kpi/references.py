"""Published averages, shown beside the indicators for orientation.

They are references only: averages of programmes, most of them changes, from press conferences. None of them is a
threshold of any level, and nothing is judged by them. What a level compares with (the average or the leading value of
an industry in a region) has to be supplied, with its source: `linghang.kpi.comparators`.
"""

from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any, Literal

from linghang.kpi.factors import Confidence
from linghang.words import Text


@dataclass(frozen=True, slots=True)
class Published:
    """One number that was published.

    Attributes
    ----------
    indicator
        Id of an indicator, or None for a related number that is no indicator of the annex.
    value
        As published; a change is positive where it is better, as in `IndicatorValue.value`.
    bound
        "over" where only a lower bound was published.
    as_of
        Year and month of the publication.
    """

    indicator: str | None
    of: Text
    value: Decimal
    unit: str
    as_of: str
    source: str
    confidence: Confidence
    bound: Literal["", "over"] = ""

    def to_dict(self) -> dict[str, Any]:
        """The reference as JSON has it, marked as what it is."""
        document = {one.name: getattr(self, one.name) for one in fields(self) if one.name != "indicator"}
        return document | {"of": self.of.to_dict(), "use": "reference_only"}


_EXCELLENCE = Text("卓越级智能工厂平均（230余家）", "average of over 230 excellence-level factories")
_EXCELLENCE_LATE = Text("卓越级智能工厂平均", "average of excellence-level factories")
_PIONEER = Text("领航级智能工厂平均", "average of pioneer-level factories")
_PILOT = Text("国家智能制造试点示范项目平均", "average of national pilot projects")
_NATION = Text("全国一般工业固废", "national general industrial solid waste")
_KEY_PROCESSES = Text("全国关键工序数控化率", "national rate of controlled key processes")
_TARGET = Text("内蒙古2025年关键工序数控化率目标", "Inner Mongolia, target of 2025 for key processes")
_ABOVE_SCALE = Text("全国规模以上工业", "national industry above scale")
_315 = "http://m.315866.com/html/hgzhfw/gnxw/2025/0219/38430.html"
_CEW = "https://www.ceweekly.cn/cewsel/2026/0202/488688.html"
_DIG = "http://www.digipub.cc/dy/article/KJSBP4E005535IDK.html"
_NIC = "http://nicole-eric.com/xwzx/znzz/202206/t20220621_64262.html"
_203 = "http://203.86.80.142/mobile/_470527/_1577340/_1577444/7376882/index.html"
_EASY = "http://www.easyfang.com/a/2022/0228/06449746.html"
_STD = "http://digitalpaper.stdaily.com/http_www.kjrb.com/kjrb/html/2022-03/12/content_531955.htm"
_ZGC = "http://zgcsb.com/news/pinDao/2022-07/06/ma_377948.html"
_ZFXF = "http://new.zfxf.com/index/show/catid/20/id/315462.html"
_PPM = "http://ppmcn.cn/company_b00114068/news_48689.html"
PUBLISHED: tuple[Published, ...] = (
    Published("development_cycle", _EXCELLENCE, Decimal("28.4"), "%", "2025-02", _315, "H"),
    Published("production_efficiency", _EXCELLENCE, Decimal("22.3"), "%", "2025-02", _315, "H"),
    Published("defect_rate", _EXCELLENCE, Decimal("50.2"), "%", "2025-02", _315, "H"),
    Published("unit_co2", _EXCELLENCE, Decimal("20.4"), "%", "2025-02", _315, "H"),
    Published("development_cycle", _EXCELLENCE_LATE, Decimal("29"), "%", "2025-11", _CEW, "H"),
    Published("development_cycle", _PIONEER, Decimal("38"), "%", "2025-11", _CEW, "H"),
    Published("ai_scene_share", _EXCELLENCE_LATE, Decimal("45"), "%", "2025-11", _DIG, "H", "over"),
    Published("ai_scene_share", _PIONEER, Decimal("70"), "%", "2025-11", _DIG, "H", "over"),
    Published("production_efficiency", _PILOT, Decimal("48"), "%", "2022-06", _NIC, "H"),
    Published("development_cycle", _PILOT, Decimal("38"), "%", "2022-06", _NIC, "H"),
    Published("defect_rate", _PILOT, Decimal("35"), "%", "2022-06", _NIC, "H"),
    Published(None, _KEY_PROCESSES, Decimal("66.2"), "%", "2025-03", _203, "H"),
    Published(None, _KEY_PROCESSES, Decimal("55.3"), "%", "2022-02", _EASY, "H"),
    Published(None, _TARGET, Decimal("68"), "%", "2022-03", _STD, "H"),
    Published("water_reuse", _ABOVE_SCALE, Decimal("92.9"), "%", "2021", _ZGC, "H"),
    Published("water_reuse", _ABOVE_SCALE, Decimal("93"), "%", "2023", _ZFXF, "H", "over"),
    Published("solid_waste_utilisation", _NATION, Decimal("55"), "%", "2019", _PPM, "M"),
)
"""Published averages, marked as references; numbers that name no period or scope were left out."""


def published(indicator: str | None) -> tuple[Published, ...]:
    """Return what was published of an indicator, or (None) of related numbers, the newest first."""
    found = (one for one in PUBLISHED if one.indicator == indicator)
    return tuple(sorted(found, key=lambda one: one.as_of, reverse=True))
