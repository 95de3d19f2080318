"""The database: people, recordings, assessments with their provenance, notes, accounts, shares and the audit log.

SQLite beside the recordings, or PostgreSQL. The files of a take (report,
series, notes, videos) stay what they are and lie in its folder; the database
says whose they are, who may see them, and what was found, so that it can be
asked without opening ten thousand reports. What can be read off the files is
indexed again whenever they changed: `app.store.repair` does it at every start.
"""
