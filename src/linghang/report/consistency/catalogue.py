"""The catalogue of consistency checks: every row, in the order of the codes."""

from collections.abc import Mapping

from linghang.report.consistency import (
    application,
    counts,
    dates,
    draft,
    effects,
    identity,
    indicators,
    money,
    papers,
    people,
    proof,
    registered,
    scenes,
)
from linghang.report.consistency.catalogue_row import Row
from linghang.words import Text

GROUPS: Mapping[str, Text] = {
    "C1": Text("身份", "identity"),
    "C2": Text("日期与期间", "dates and periods"),
    "C3": Text("人数", "people"),
    "C4": Text("比率与数量", "rates and counts"),
    "C5": Text("金额", "money"),
    "C6": Text("指标与成效", "indicators and effects"),
    "C7": Text("证据", "evidence"),
    "C8": Text("场景", "scenes"),
    "C9": Text("草稿与记录", "draft against records"),
}
"""First two characters of a code -> what its checks are about."""

CATALOGUE: tuple[Row, ...] = tuple(
    sorted(
        (
            *identity.ROWS,
            *dates.ROWS,
            *papers.ROWS,
            *people.ROWS,
            *counts.ROWS,
            *money.ROWS,
            *indicators.ROWS,
            *effects.ROWS,
            *proof.ROWS,
            *registered.ROWS,
            *scenes.ROWS,
            *application.ROWS,
            *draft.ROWS,
        ),
        key=lambda row: row.check.code,
    )
)
"""Every check by its code. Codes stay: waivers and reports name them."""
