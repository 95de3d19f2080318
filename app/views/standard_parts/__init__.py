"""The standards page in parts: editing tolerances, the versions so far."""
