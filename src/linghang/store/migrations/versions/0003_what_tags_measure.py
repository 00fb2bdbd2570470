"""what tags measure and how their values convert."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this step."""
    op.add_column("tag", sa.Column("quantity", sa.String(), autoincrement=False, nullable=True))
    op.add_column("tag", sa.Column("source_unit", sa.String(), autoincrement=False, nullable=True))
    op.add_column("tag", sa.Column("source_scale", sa.Double(), autoincrement=False, nullable=True))
    op.add_column("tag", sa.Column("source_offset", sa.Double(), autoincrement=False, nullable=True))


def downgrade() -> None:
    """Take this step back."""
    op.drop_column("tag", "source_offset")
    op.drop_column("tag", "source_scale")
    op.drop_column("tag", "source_unit")
    op.drop_column("tag", "quantity")
