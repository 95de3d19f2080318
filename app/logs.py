"""The program's log: lines on standard error, from the level that the user asks for."""

from __future__ import annotations

import logging
import sys

LEVELS = ("debug", "info", "warning", "error")
OURS = ("app", "vision", "calibration")


def log_to_stderr(level: str) -> None:
    """Show what happens at ``level`` and above; of the cluster's own talk only what somebody asks for by ``info``."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    for name in OURS:
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.propagate = False
        logger.setLevel(level.upper())
