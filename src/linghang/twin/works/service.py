"""What customers ask for after the sale."""

import numpy as np
import pyarrow as pa

from linghang.twin.works.capabilities import setting
from linghang.twin.works.demand import CUSTOMERS
from linghang.twin.works.products import PRODUCTS
from linghang.twin.works.rows import rows_of
from linghang.twin.works.span import DAY_US, Span
from linghang.twin.works.streams import stream
from linghang.twin.works.words import chosen, days_as_text, joined, numbered, padded

REQUESTS_A_MONTH, FEWER = 9.0, 0.62
HOUR_US = 3_600_000_000
KINDS = ("complaint", "return", "repair", "enquiry")
TEXTS = ("轮辋漆面颗粒", "动平衡量偏大", "装饰面磕碰", "包装破损", "询问新品交期", "轮心孔偏紧", "气密复检不合格")


def service_rows(span: Span, seed: int) -> pa.Table:
    """Rows of service_request: fewer since defects are found in the works, answered sooner since the platform."""
    rng = stream(seed, "service")
    count = int(rng.poisson(REQUESTS_A_MONTH * (span.end_us - span.start_us) / DAY_US / 30.4))
    at = np.sort(span.start_us + rng.integers(0, (span.end_us - span.start_us) // 60_000_000, count) * 60_000_000)
    later = span.improved(span.day_of(at))
    at = at[~later | (rng.random(len(at)) < FEWER)]
    count, day = len(at), span.day_of(at)
    slow = setting("response_h", span, day)
    answered = at + np.round(rng.gamma(2.0, 0.5, count) * slow * HOUR_US).astype(np.int64)
    closed = answered + np.round(rng.gamma(2.0, 2.4, count) * (0.4 + slow / 27) * DAY_US).astype(np.int64)
    kind = rng.choice(len(KINDS), count, p=[0.6, 0.12, 0.08, 0.2])

    def moments(values: np.ndarray) -> pa.Array:
        known = [one if one < span.end_us else None for one in values.tolist()]
        return pa.array(known, pa.int64()).cast(pa.timestamp("us"))

    return rows_of(
        "service_request",
        count,
        request_id=joined("SR", days_as_text(day), padded(numbered(day), 2)),
        customer_id=chosen([one.id for one in CUSTOMERS], rng.integers(0, len(CUSTOMERS), count)),
        product_id=chosen([one.id for one in PRODUCTS], rng.integers(0, len(PRODUCTS), count)),
        kind=chosen(KINDS, kind),
        opened_at=at,
        responded_at=moments(answered),
        closed_at=moments(closed),
        quantity=np.where(kind == 3, 0, rng.integers(1, 9, count)).astype(np.float64),
        text=chosen(TEXTS, rng.integers(0, len(TEXTS), count)),
    )
