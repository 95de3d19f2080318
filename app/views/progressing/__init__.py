"""The parts of the progress page."""
