"""Settings of the energy engine: what is learnt from when, from what share on something counts, and the tariff."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from linghang.engines.settings import DAYS, setting
from linghang.errors import BadInput
from linghang.words import Text


@dataclass(frozen=True)
class Settings:
    """How the energy of the plant is looked at."""

    parents: tuple[str, ...] = setting(
        (),
        Text("计量表上级关系", "Meters above"),
        Text(
            "记录中没有的计量表上下级关系，每条写作“下级表>上级表”（“>”后留空表示没有上级）。",
            "Links of the tree that the records do not tell, each as “child meter>meter above” (nothing after “>”: "
            "none).",
        ),
    )
    baseline_start: str = setting(
        "",
        Text("基准期首日", "First day of the baseline"),
        Text(
            "写作YYYY-MM-DD；留空则为有读数的第一天。能源基准在企业更改之前保持不变（ISO 50006 4.5），不随窗口移动。",
            "Written as YYYY-MM-DD; empty: the first day with readings. A baseline is kept until the plant changes it "
            "(ISO 50006 4.5), so it does not move with the window.",
        ),
    )
    baseline_days: int = setting(
        365,
        Text("基准期天数", "Length of the baseline"),
        Text(
            "默认一年，以包含所有季节。无论如何都在窗口之前结束。",
            "A year, so that all seasons are in it. It ends before the window in any case.",
        ),
        DAYS,
    )
    reference_days: int = setting(
        120,
        Text("预期用能学习天数", "Days learnt from"),
        Text(
            "用窗口之前多少天学习窗口内的预期用能。默认四个月（平台取值）：足以建模，又反映工厂现状。"
            "没有相关变量的用能按一年学习，以免把入冬第一周的采暖当作浪费。",
            "Days before the window from which it is learnt what is expected in it: four months (ours), long enough "
            "for a model, short enough to know the present plant. A use without a relevant variable is learnt from a "
            "year, so that a heated hall is not taken for waste in the first cold week.",
        ),
        DAYS,
    )
    seu_share: float = setting(
        0.8,
        Text("主要能源使用占比", "Share of the significant uses"),
        Text(
            "主要能源使用合计占能耗的比例。默认 0.8（平台取值；ISO 50001由企业自定）。",
            "Share of the energy that the significant uses make up together: 0.8 (ours; ISO 50001 leaves it to the "
            "plant).",
        ),
    )
    covered_share: float = setting(
        0.9,
        Text("读数完整天数占比下限", "Least share of whole days"),
        Text(
            "窗口内读数完整的天数占比达到此值，该用能才算已分析。默认 0.9（平台取值）。",
            "Share of the days of the window with whole readings from which a use counts as analysed: 0.9 (ours).",
        ),
    )
    meter_class_percent: float = setting(
        1.0,
        Text("计量器具准确度等级", "Class of the meters"),
        Text(
            "默认 1 %（平台取值；GB 17167对电能按规模要求 0.5～2 级，对气体要求 1.5～2 级）。",
            "1 % (ours; GB 17167 asks 0.5 to 2 for electricity by its size, 1.5 to 2 for gas).",
        ),
        "%",
    )
    estimated_error_percent: float = setting(
        10.0,
        Text("估算读数的标准不确定度", "Uncertainty of estimated readings"),
        Text("默认 10 %（平台取值）。", "Standard uncertainty of estimated readings: 10 % (ours)."),
        "%",
    )
    cv_rmse_percent: float = setting(
        25.0,
        Text("CV(RMSE)上限", "Highest CV(RMSE)"),
        Text(
            "日模型可用时均方根误差变异系数CV(RMSE)的最大值。默认 25 %（平台取值；ASHRAE 14对月模型为 15 %，"
            "对小时模型为 30 %）。",
            "Highest CV(RMSE) with which a daily model may speak: 25 % (ours; ASHRAE 14 has 15 monthly and 30 hourly).",
        ),
        "%",
    )
    confidence: float = setting(
        0.9,
        Text("置信水平", "Level of confidence"),
        Text(
            "节约量区间的置信水平。默认 0.9（ASHRAE 14要求至少 68 %，IPMVP通常给出 90 %）。",
            "Level of the interval of savings: 0.9 (ASHRAE 14 asks 68 % at least, IPMVP is usually shown at 90 %).",
        ),
    )
    history_days: int = setting(
        180,
        Text("负荷预测学习天数", "Days the forecast learns from"),
        Text(
            "负荷预测学习窗口之前多少天。默认 180（平台取值）。",
            "Days before the window that the load forecast learns from: 180 (ours).",
        ),
        DAYS,
    )
    flexible_share: float = setting(
        0.1,
        Text("可转移负荷占比", "Share that could be moved"),
        Text(
            "当日之内可以转移的负荷占比，属于假设分析。默认 0.1（平台取值；企业自己更清楚）。",
            "Share of the load that could be moved within its day, a what-if: 0.1 (ours; the plant knows better).",
        ),
    )
    price_periods: tuple[str, ...] = setting(
        (),
        Text("分时电价", "Prices by time of day"),
        Text(
            "每段写作“08:00-11:30=0.62”；仅用于某些月份的写作“08:00-11:30@7+8=0.9”。全天每一分钟都须有价格。"
            "留空则不计算费用。",
            "Each as “08:00-11:30=0.62”, or “08:00-11:30@7+8=0.9” for single months; every minute of the day needs a "
            "price. Empty: nothing is said about money.",
        ),
        Text("元/kWh", "CNY/kWh"),
    )
    demand_price_cny_kw: float = setting(
        0.0,
        Text("需量电价", "Price of demand"),
        Text(
            "两部制电价按最大需量计收的基本电费；与按容量计收二者选一。0 表示没有。",
            "Basic charge of a two-part tariff by the highest demand of the month; a plant pays by demand or by "
            "capacity. 0: none.",
        ),
        Text("元/(kW·月)", "CNY/(kW·month)"),
    )
    capacity_price_cny_kva: float = setting(
        0.0,
        Text("容量电价", "Price of capacity"),
        Text(
            "两部制电价按变压器容量计收的基本电费；与按需量计收二者选一。0 表示没有。",
            "Basic charge of a two-part tariff by the capacity of the transformers; a plant pays by demand or by "
            "capacity. 0: none.",
        ),
        Text("元/(kVA·月)", "CNY/(kVA·month)"),
    )
    capacity_kva: float = setting(
        0.0,
        Text("变压器容量", "Capacity of the transformers"),
        Text("按容量计收基本电费时的变压器总容量。", "What the basic charge by capacity is paid for."),
        "kVA",
    )

    def __post_init__(self) -> None:
        shares = (self.seu_share, self.covered_share)
        if not all(0 < one <= 1 for one in shares) or not 0 <= self.flexible_share <= 1 or not 0 < self.confidence < 1:
            raise BadInput("shares lie between 0 and 1")
        if min(self.baseline_days, self.reference_days, self.history_days) < 1:
            raise BadInput("baseline, reference and history last at least a day")
        if self.meter_class_percent <= 0 or self.estimated_error_percent < 0 or self.cv_rmse_percent <= 0:
            raise BadInput("uncertainties and limits are above 0")
        if any(one.count(">") != 1 or not one.partition(">")[0].strip() for one in self.parents):
            raise BadInput("a link of the tree is written as meter>meter above")
        self.baseline_from()
        if self.price_periods:
            self.tariff()
        elif max(self.demand_price_cny_kw, self.capacity_price_cny_kva) > 0:
            raise BadInput("a tariff has prices by time of day; give them as price_periods")

    def baseline_from(self) -> date | None:
        """Return the first day of the baseline; None if it is the first with readings."""
        try:
            return date.fromisoformat(self.baseline_start) if self.baseline_start else None
        except ValueError:
            raise BadInput("“{day}” is no day; write it as 2025-01-31", day=self.baseline_start) from None

    def tariff(self) -> Any:
        """Return the tariff; None if none is given."""
        from linghang.engines.energy_carbon.energy_tariff import tariff_of

        if not self.price_periods:
            return None
        return tariff_of(self.price_periods, self.demand_price_cny_kw, self.capacity_price_cny_kva, self.capacity_kva)
