"""What the surroundings decide: language, number of workers, the program's version. Read here and nowhere else."""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib.metadata import version

LANGUAGES = ("zh", "en")
# One thread a worker: the pool fills the machine, and results do not depend on how many threads summed them.
SINGLE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


def language_of(environment: Mapping[str, str]) -> str:
    """``zh`` when the locale starts with zh, else ``en``; LC_ALL before LC_MESSAGES before LANG, as in POSIX."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = environment.get(name, "")
        if value:
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"


def default_language() -> str:
    """The language of this machine."""
    return language_of(os.environ)


def default_jobs() -> int:
    """The processors this process may use."""
    return max(1, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


def keep_workers_single_threaded() -> None:
    """Set for this process and those it starts, unless the user chose otherwise."""
    for name, value in SINGLE_THREAD.items():
        os.environ.setdefault(name, value)


def program_version() -> str:
    """The installed version of Yitai."""
    return version("yitai")
