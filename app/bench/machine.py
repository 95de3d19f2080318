"""On what a benchmark ran, in one line."""

from __future__ import annotations

import os
import platform
from pathlib import Path

from app.settings import default_jobs, program_version


def describe() -> str:
    """Processor, memory, system, Python and the program's version."""
    return (
        f"{_processor()}, {default_jobs()} processors, {_memory_gib():.0f} GiB, "
        f"{platform.system()} {platform.machine()}, Python {platform.python_version()}, Yitai {program_version()}"
    )


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or "unknown processor"


def _memory_gib() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30 if hasattr(os, "sysconf") else 0.0
