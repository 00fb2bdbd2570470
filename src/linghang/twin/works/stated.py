"""What the reference plant states of itself beside its records: nobody proved it, so all of it is declared."""

from linghang.twin.works.layout import NAME
from linghang.twin.works.span import Span

MATURITY = 3
STATED: tuple[str, ...] = (
    "base.enterprise-competitive",
    "base.product-competitive",
    "base.organisation",
    "base.cyber-risk-controllable",
    "base.data-risk-controllable",
    "base.digital-capability",
    "basic.construction.digital-planning",
    "basic.management.lean",
    "advanced.construction.digital-planning",
    "advanced.construction.broad-deployment",
    "advanced.rnd.design-simulation",
)
"""Elements that a pack asks for, that are true of the works, and that no record of it proves."""


def statements_yaml(span: Span) -> str:
    """Return the statements, signed on the last day of the records."""
    lines = [
        "# 参考工厂自述，均为宣称；工厂与企业为虚构。 Stated by the reference plant itself; all of it declared.",
        f"signed_by: {NAME}",
        f"signed_on: {span.until.isoformat()}",
        f"maturity: {{level: {MATURITY}, proof: declared}}",
        "findings:",
        *(f"  {name}: {{finding: met, proof: declared}}" for name in STATED),
    ]
    return "\n".join(lines) + "\n"
