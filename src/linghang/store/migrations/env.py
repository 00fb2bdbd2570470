"""Alembic runs the steps of `versions/`; the connection comes from `linghang.store.migrate` or the step's writer."""

from alembic import context

attributes = context.config.attributes
if "connection" in attributes:
    context.configure(
        connection=attributes["connection"],
        target_metadata=attributes.get("target_metadata"),
        render_item=attributes.get("render_item"),
    )
    with context.begin_transaction():
        context.run_migrations()
