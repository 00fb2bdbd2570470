"""What was switched on in the works and when: the true causes of the difference between its two years.

A capability goes live some months before the end of the complete months; the improved year are the last twelve. What
it does is declared here and nowhere else: factors on the flow, and named parameters that the other parts of the works
read (`Setting`). All of it goes into the truth file.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from linghang.kpi.period import months_after
from linghang.twin.works.span import Span, number_of


@dataclass(frozen=True, slots=True)
class Effect:
    """A factor on a quantity of the flow, at a machine's work centre, a segment's code, or everywhere."""

    what: str
    factor: float
    where: str = ""


@dataclass(frozen=True, slots=True)
class Capability:
    """One capability.

    Attributes
    ----------
    months_before
        Goes live this many months before the end of the complete months.
    day
        Day of that month, from 1.
    effects
        Factors on the flow.
    settings
        Parameter -> its value once the capability is on.
    """

    id: str
    name: str
    en: str
    months_before: int
    day: int
    effects: tuple[Effect, ...] = ()
    settings: Mapping[str, float] = field(default_factory=dict)

    def live_on(self, span: Span) -> date:
        """First day of use."""
        return months_after(span.complete_until, -self.months_before) + timedelta(self.day - 1)


BASELINE: Mapping[str, float] = MappingProxyType(
    {
        "dross_share": 0.036,
        "dross_recovered": 0.0,
        "gas_melt_factor": 1.0,
        "gas_heat_factor": 1.0,
        "idle_power_factor": 1.0,
        "air_leak_share": 0.24,
        "apc_share": 0.30,
        "plan_days": 4.0,
        "release_batch_days": 7.0,
        "planning_errors": 0.21,
        "supplier_delay_factor": 1.0,
        "stock_days": 13.0,
        "planned_interval_days": 28.0,
        "waste_utilised": 0.74,
        "water_reuse_factor": 1.0,
        "solar_kw": 0.0,
        "logistics_cost_factor": 1.0,
        "development_factor": 1.0,
        "spread": 1.0,
        "response_h": 16.0,
    }
)
"""Parameters of the baseline year. Shares are of 1, factors are relative to this year."""

CAPABILITIES: tuple[Capability, ...] = (
    Capability(
        "aps", "高级计划排程", "advanced planning and scheduling", 12, 1,
        (Effect("setup_time", 0.72),),
        {"release_batch_days": 1.0, "planning_errors": 0.02},
    ),
    Capability(
        "vision", "X光智能识别", "automatic defect recognition", 12, 1,
        (Effect("process_time", 0.90, "WC-XRAY"), Effect("scrap", 0.60, "030"), Effect("scrap", 0.65, "050"),
         Effect("scrap", 0.60, "060"), Effect("rework", 0.62, "080"), Effect("rework", 0.65, "100")),
        {"spread": 0.86},
    ),
    Capability(
        "energy", "能源管理", "energy management", 12, 1,
        settings={
            "idle_power_factor": 0.58, "air_leak_share": 0.12, "gas_heat_factor": 0.93, "water_reuse_factor": 1.9
        },
    ),
    Capability(
        "process_control", "先进过程控制", "advanced process control", 12, 8,
        (Effect("scrap", 0.60, "020"), Effect("process_time", 0.97, "WC-LPC")),
        {"apc_share": 0.93, "gas_melt_factor": 0.91, "dross_share": 0.029},
    ),
    Capability(
        "suppliers", "供应商协同", "supplier collaboration", 12, 1,
        settings={"supplier_delay_factor": 0.42, "stock_days": 8.5},
    ),
    Capability(
        "warehouse", "智能仓储与AGV", "warehouse management and AGV", 12, 1,
        (Effect("transport_time", 0.78),),
        {"logistics_cost_factor": 0.84},
    ),
    Capability(
        "predictive", "设备预测维护", "predictive maintenance", 11, 1,
        (Effect("time_to_failure", 1.75, "WC-LPC"), Effect("repair_time", 0.72, "WC-LPC"),
         Effect("time_to_failure", 1.70, "WC-CNC"), Effect("repair_time", 0.72, "WC-CNC"),
         Effect("time_to_failure", 1.40, "WC-HT"), Effect("repair_time", 0.80, "WC-HT")),
        {"planned_interval_days": 42.0},
    ),
    Capability(
        "recycling", "铝灰压榨与固废利用", "dross press and use of waste", 11, 10,
        settings={"dross_recovered": 0.38, "waste_utilised": 0.93},
    ),
    Capability("solar", "屋顶光伏", "rooftop photovoltaics", 10, 1, settings={"solar_kw": 2200.0}),
    Capability(
        "design", "一体化设计与仿真", "integrated design and simulation", 14, 1, settings={"development_factor": 0.68}
    ),
    Capability("service", "客户服务平台", "customer service platform", 11, 1, settings={"response_h": 3.5}),
)  # fmt: skip
"""In the order of the truth file. Design has been live since two months before the improved year."""

BY_ID = {one.id: one for one in CAPABILITIES}


def live_on(capability: str, span: Span) -> date:
    """Day on which a capability went live."""
    return BY_ID[capability].live_on(span)


def setting(name: str, span: Span, days: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Value of a parameter on days (days since 1970)."""
    numbers = np.asarray(days, dtype=np.int64)
    values = np.full(numbers.shape, BASELINE[name])
    for one in CAPABILITIES:
        if name in one.settings:
            values = np.where(numbers >= number_of(one.live_on(span)), one.settings[name], values)
    return values


def setting_on(name: str, span: Span, day: date) -> float:
    """Value of a parameter on one day."""
    return float(setting(name, span, [number_of(day)])[0])
