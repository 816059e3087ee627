"""Readers' opinions before the machine's result; none is ever changed."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the table and its trigger."""
    op.create_table(
        "opinions",
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reader", sa.String(length=200), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_opinions_case_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("case_id", "number", name=op.f("pk_opinions")),
        sa.UniqueConstraint("case_id", "reader", name=op.f("uq_opinions_case_id")),
    )
    refused = (
        "BEGIN SELECT RAISE(ABORT, 'what is written here does not change'); END"
        if op.get_bind().dialect.name == "sqlite"
        else "FOR EACH ROW EXECUTE FUNCTION refuse()"
    )
    op.execute(f"CREATE TRIGGER opinions_no_update BEFORE UPDATE ON opinions {refused}")
