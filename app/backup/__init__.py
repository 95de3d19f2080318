"""Everything of a data folder in one file, and back: records, takes, recordings, packs, cameras, settings."""
