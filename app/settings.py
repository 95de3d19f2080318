"""What the surroundings decide: language, number of workers, the program's version. Read here and nowhere else."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

LANGUAGES = ("zh", "en")
# One thread a worker: the pool fills the machine, and results do not depend on how many threads summed them. And few
# heaps: the networks' many threads would each keep one, together as large again as what is in use (glibc).
WORKER_ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",
}


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


def home_of(environment: Mapping[str, str], platform: str) -> Path:
    """Where the program keeps its library: YITAI_HOME, or the platform's place for the data of programs."""
    if environment.get("YITAI_HOME"):
        return Path(environment["YITAI_HOME"])
    if platform == "win32" and environment.get("LOCALAPPDATA"):
        return Path(environment["LOCALAPPDATA"]) / "Yitai"
    if platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "Yitai"
    return Path(environment.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "yitai"


def default_home() -> Path:
    """The library's place on this machine."""
    return home_of(os.environ, sys.platform)


def choose_home(home: Path) -> None:
    """Keep everything in ``home`` from now on, in this process and those it starts."""
    os.environ["YITAI_HOME"] = str(home.resolve())


@dataclass(frozen=True, slots=True)
class IceServer:
    """A TURN or STUN server for cameras behind firewalls."""

    url: str
    user: str = ""
    password: str = ""


def default_ice_server() -> IceServer | None:
    """The server set by YITAI_TURN_URL, YITAI_TURN_USER and YITAI_TURN_PASSWORD; None: the local network is enough."""
    url = os.environ.get("YITAI_TURN_URL", "")
    if not url:
        return None
    return IceServer(url, os.environ.get("YITAI_TURN_USER", ""), os.environ.get("YITAI_TURN_PASSWORD", ""))


def batch_root() -> Path | None:
    """The folder of recordings that a page served to others may name (YITAI_BATCH_ROOT); None: none."""
    folder = os.environ.get("YITAI_BATCH_ROOT", "")
    return Path(folder).expanduser() if folder else None


def most_upload_bytes() -> int | None:
    """The largest file that may be uploaded, set in gigabytes by YITAI_UPLOAD_GB; None: what the program allows."""
    try:
        wanted = float(os.environ.get("YITAI_UPLOAD_GB", ""))
    except ValueError:
        return None
    return round(wanted * 1e9) if 0 < wanted < 1e9 else None


def database_url() -> str:
    """The database of the records, set by YITAI_DATABASE_URL; "": a file in the data folder."""
    return os.environ.get("YITAI_DATABASE_URL", "")


def default_jobs() -> int:
    """The processors this process may use."""
    return max(1, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


def prepare_for_workers() -> None:
    """Set the `WORKER_ENVIRONMENT` for the processes that this one starts, unless the user chose otherwise."""
    for name, value in WORKER_ENVIRONMENT.items():
        os.environ.setdefault(name, value)


def program_version() -> str:
    """The installed version of Yitai."""
    return version("yitai")
