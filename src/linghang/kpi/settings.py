"""What indicators are computed with beside records and periods: thresholds of ours, and the coefficients."""

from collections.abc import Mapping
from decimal import Decimal

from linghang.kpi import factors

REGION = "region_code"
COEFFICIENTS = "coefficients"

THRESHOLDS: Mapping[str, Decimal] = {
    "meter_covered_share": Decimal("0.95"),
    "model_called_days": Decimal(90),
}
"""Where no pack gives them; none stands in an official text.

meter_covered_share
    Share of a period that the readings of its meters have to cover: a gap would look like a saving.
model_called_days
    A decision model counts as used if it was called in so many days before the end of the period.
"""

Given = Mapping[str, Decimal | str]
"""Name -> a threshold, the region code (empty if it is not known), or the digest of the coefficients."""


def given(thresholds: Mapping[str, Decimal | str | bool] | None = None, region_code: str | None = None) -> Given:
    """Put the thresholds that a pack gives in place of ours; names that no indicator reads are left out.

    Parameters
    ----------
    thresholds
        The interpretations of a pack.
    region_code
        GB/T 2260, for the grid factor.
    """
    chosen = {name: value for name, value in (thresholds or {}).items() if name in THRESHOLDS}
    numbers = {name: value for name, value in chosen.items() if isinstance(value, Decimal)}
    return {**THRESHOLDS, **numbers, REGION: region_code or "", COEFFICIENTS: factors.DIGEST}
