"""The steps of the Calibrate page, one module a way."""
