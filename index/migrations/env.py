"""Alembic's way in: runs the migrations on the connection that `index.tables.opening` hands over, inside its transaction."""

from alembic import context

from index.tables.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
