"""The steps from an empty database to today's, run in order by `app.store.migrate`."""
