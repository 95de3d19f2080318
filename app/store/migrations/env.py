"""Run by Alembic: takes the open connection that `app.store.migrate` hands over, inside its transaction."""

from __future__ import annotations

from alembic import context

from app.store.schema import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
context.run_migrations()
