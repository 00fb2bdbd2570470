"""What a synthetic registry is drawn from: how many factories stand where, and who tends to be ahead.

The counts per level are published, each with its page. Everything else here is an estimate of ours, round on purpose:
it gives a registry the shape of one (large firms and some trades ahead, much unknown), and forecasts nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

SOURCE = "platform"
"""The source of all shares and shifts below: estimates of ours."""


@dataclass(frozen=True, slots=True)
class Published:
    """How many factories a page says have reached at least a level ("more than" taken as that many)."""

    level: str
    factories: int
    on: date
    url: str


PUBLISHED = (
    Published("basic", 35_000, date(2026, 2, 2), "https://www.ceweekly.cn/cewsel/2026/0202/488688.html"),
    Published("advanced", 8_200, date(2026, 2, 2), "https://www.ceweekly.cn/cewsel/2026/0202/488688.html"),
    Published("excellence", 504, date(2025, 11, 27), "https://www.globaltimes.cn/page/202511/1349272.shtml"),
    Published("pioneer", 15, date(2025, 11, 27), "https://www.globaltimes.cn/page/202511/1349272.shtml"),
)
"""Lowest level first. Who has a level is counted among those of the levels below."""

ENTERPRISES = 500_000
"""How many enterprises the published counts are set against: about those above designated size (our round figure)."""


class Weight(NamedTuple):
    """How common a code is (only the ratios count), and how far its enterprises are ahead, in standard deviations."""

    common: float
    ahead: float


SIZES: Mapping[str, Weight] = {"large": Weight(2, 1.2), "medium": Weight(9, 0.6), "small": Weight(89, -0.1)}

REGIONS: Mapping[str, Weight] = {
    "11": Weight(7, 0.4),
    "12": Weight(12, 0.2),
    "13": Weight(35, 0.0),
    "14": Weight(15, -0.2),
    "15": Weight(8, -0.1),
    "21": Weight(18, 0.0),
    "22": Weight(7, -0.2),
    "23": Weight(9, -0.2),
    "31": Weight(20, 0.4),
    "32": Weight(130, 0.4),
    "33": Weight(115, 0.3),
    "34": Weight(45, 0.1),
    "35": Weight(45, 0.1),
    "36": Weight(35, 0.0),
    "37": Weight(80, 0.3),
    "41": Weight(50, 0.0),
    "42": Weight(35, 0.1),
    "43": Weight(40, 0.1),
    "44": Weight(140, 0.3),
    "45": Weight(17, -0.2),
    "46": Weight(1, -0.2),
    "50": Weight(15, 0.1),
    "51": Weight(35, 0.0),
    "52": Weight(10, -0.2),
    "53": Weight(10, -0.3),
    "54": Weight(0.4, -0.6),
    "61": Weight(15, 0.0),
    "62": Weight(5, -0.3),
    "63": Weight(1.5, -0.4),
    "64": Weight(3, -0.1),
    "65": Weight(9, -0.2),
}
"""First two digits of GB/T 2260."""

INDUSTRIES: Mapping[str, Weight] = {
    "13": Weight(45, -0.2),
    "14": Weight(18, 0.0),
    "15": Weight(11, 0.0),
    "16": Weight(0.3, 0.6),
    "17": Weight(38, -0.2),
    "18": Weight(26, -0.2),
    "19": Weight(16, -0.3),
    "20": Weight(20, -0.5),
    "21": Weight(13, 0.0),
    "22": Weight(14, 0.0),
    "23": Weight(12, -0.3),
    "24": Weight(18, -0.3),
    "25": Weight(4, 0.5),
    "26": Weight(44, 0.2),
    "27": Weight(16, 0.4),
    "28": Weight(4, 0.3),
    "29": Weight(42, -0.1),
    "30": Weight(80, -0.4),
    "31": Weight(11, 0.5),
    "32": Weight(17, 0.3),
    "33": Weight(58, -0.2),
    "34": Weight(60, 0.1),
    "35": Weight(46, 0.1),
    "36": Weight(35, 0.5),
    "37": Weight(10, 0.3),
    "38": Weight(62, 0.3),
    "39": Weight(52, 0.5),
    "40": Weight(12, 0.3),
    "41": Weight(4, -0.3),
    "42": Weight(6, -0.5),
    "43": Weight(2, -0.3),
}
"""Divisions 13 to 43 of GB/T 4754 (manufacturing)."""

MET: tuple[tuple[float, float], ...] = ((0.80, 0.40), (0.50, 0.15), (0.25, 0.05), (0.08, 0.01))
"""Level by level, lowest first: share that meets the easiest and the hardest element. Higher levels as the last."""

MET_BY_ALL = (0.98, 0.75)
"""The same of what every level asks."""

MATURITY = (0.60, 0.25, 0.06, 0.008, 0.0005)
"""Share that reaches maturity level 1, 2, …"""


def published_counts(enterprises: int) -> dict[str, int]:
    """Level -> how many of so many enterprises have at least that level, in the published proportion.

    Of 500,000 enterprises that is the published count itself; else rounded to whole ones, half upwards.
    """
    return {one.level: (2 * one.factories * enterprises + ENTERPRISES) // (2 * ENTERPRISES) for one in PUBLISHED}
