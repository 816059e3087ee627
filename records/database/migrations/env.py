"""What Alembic runs: the migrations, inside the transaction that it was given."""

from alembic import context

from records.database.tables import Table

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    transactional_ddl=True,  # SQLite, too: its transactions are begun by us (`database.py`)
)
with context.begin_transaction():
    context.run_migrations()
