"""comparators of the indicators."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this step."""
    op.create_table(
        "comparator",
        sa.Column("comparator_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("indicator", sa.String(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), autoincrement=False, nullable=False),
        sa.Column("statistic", sa.String(), autoincrement=False, nullable=False),
        sa.Column("industry_code", sa.String(), autoincrement=False, nullable=False),
        sa.Column("region", sa.String(), autoincrement=False, nullable=False),
        sa.Column("valid_from", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("valid_to", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("value", sa.Double(), autoincrement=False, nullable=False),
        sa.Column("unit", sa.String(), autoincrement=False, nullable=False),
        sa.Column("plants", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("source", sa.String(), autoincrement=False, nullable=False),
        sa.Column("document", sa.String(), autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("comparator_id", name=op.f("pk_comparator")),
    )


def downgrade() -> None:
    """Take this step back."""
    op.drop_table("comparator")
