"""Standards, guides and notices that applications cite: what they are, and which of them were replaced."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Notice:
    """A document that a newer one replaced in the programme.

    Attributes
    ----------
    id
        Normalised: 工信厅通装函〔2024〕361号.
    until
        First day on which the newer one is there.
    newer
        What replaced it.
    sure
        Confidence of the replacement: H official or two sources, M one good source, L a lead.
    """

    id: str
    until: date
    newer: str
    sure: str


REPLACED: Mapping[str, Notice] = {
    one.id: one
    for one in (
        Notice("工信厅通装函〔2024〕361号", date(2025, 4, 26), "工信厅通装函〔2025〕155号《"
            "智能制造典型场景参考指引（2025年版）》", "H"),
        Notice("智能制造典型场景参考指引（2024年版）", date(2025, 4, 26), "《智能制造典型场景参考指引（"
            "2025年版）》（工信厅通装函〔2025〕155号）", "H"),
        Notice("智能制造典型场景参考指引（2021年版）", date(2024, 10, 1), "《智能制造典型场景参考指引（"
            "2025年版）》（工信厅通装函〔2025〕155号）", "M"),
        Notice("智能制造典型场景参考指引（2023年版）", date(2024, 10, 1), "《智能制造典型场景参考指引（"
            "2025年版）》（工信厅通装函〔2025〕155号）", "M"),
        Notice("工信厅联通装函〔2024〕399号", date(2025, 6, 1), "工信厅联通装函〔2025〕251号（2025年度行动）", "H"),
        Notice("智能工厂梯度培育要素条件（2024年版）", date(2025, 6, 1), "《智能工厂梯度培育要素条件（"
            "2025年版）》（工信厅联通装函〔2025〕251号）", "H"),
    )
}  # fmt: skip

EDITIONS: Mapping[str, str] = {"GB/T 39116": "2020", "GB/T 39117": "2020", "T/CAMS 182": "2024"}
"""Standards of the programme and the edition that it names."""

STANDARD = re.compile(
    r"(?<![A-Za-z])(?P<body>GB/Z|GB/T|GBT|GB|ISO/IEC|ISO|IEC|JB/T|YB/T|QB/T|T/[A-Z]{2,8})\s{0,2}(?P<no>\d{2,6}(?:\.\d{1,3})?)"
    r"(?:\s{0,1}[-—–]{1,2}\s{0,1}(?P<year>(?:19|20)\d\d))?(?!\d)"
)
NOTICE = re.compile(
    r"(?P<body>[一-鿿]{2,9}?)\s?[〔\[（(【]\s?(?P<year>20\d\d)\s?[〕\]）)】]\s?(?:第\s?)?(?P<no>\d{1,4})\s?号"
)
GUIDE = re.compile(
    r"(?P<name>智能制造典型场景参考指引|典型场景参考指引|智能工厂梯度培育要素条件)(?:》)?\s?[（(]?\s?(?P<year>20\d\d)\s?年?版?\s?[)）]?"
)
