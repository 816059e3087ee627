"""Brings the tables up to date: Alembic's migrations, all of them in one transaction."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text
from sqlalchemy.orm import Session

from records.errors import StoreNewerError

MIGRATIONS = Path(__file__).parent / "migrations"
HEAD = "0003"
"""The latest migration."""
LOCK = 0x0C0FFEE
"""PostgreSQL's advisory lock that one who migrates holds."""


def migrate(session: Session) -> None:
    """Make the tables, or change them to what this version needs.

    Args:
        session: A write transaction; it is left open.

    Raises:
        StoreNewerError: A later version made the database.
    """
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
    found = _revision(connection)
    if found == HEAD:
        return
    if found is not None and found not in _known():
        raise StoreNewerError(revision=found)

    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", MIGRATIONS.as_posix().replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, HEAD)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def _known() -> set[str]:
    files = (MIGRATIONS / "versions").glob("[0-9]*.py")
    return {file.name.partition("_")[0] for file in files}
