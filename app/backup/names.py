"""What a backup holds, and which names a backup file may have inside."""

from __future__ import annotations

import os
import re
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path

from app.places import PEOPLE
from app.privacy.handler import HANDLER_FILE
from app.store.database import DATABASE_FILE

MANIFEST = "manifest.json"
SCHEMA = "yitai.backup/1"
FOLDERS = ("library", "media", PEOPLE, "batches", "packs", "cameras", "neutrals")
FILES = ("preferences.json", HANDLER_FILE)
# On their way: uploads wait for their report under paths of this computer, practices that nobody kept are nobody's.
PASSING = frozenset({"uploads", "practice"})
LONGEST_NAME = 1000
ODD = "odd/"  # files inside whose names mean something else on another system; the manifest has their own
_PLAIN = re.compile(r"[^\x00-\x1f\x7f-\x9f\ud800-\udfff\\:*?\"<>|]+")
_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}


def kept_files(root: Path) -> Iterator[Path]:
    """Every file that is kept, the database apart. Links are left out: what they lead to is not ours."""
    for name in FILES:
        if (root / name).is_file() and not (root / name).is_symlink():
            yield root / name
    for name in FOLDERS:
        for folder, folders, files in os.walk(root / name, followlinks=False):
            place = Path(folder)
            folders[:] = sorted(one for one in folders if not _passing(root, place / one))
            for file in sorted(files):
                path = place / file
                if not file.endswith(".part") and not path.is_symlink() and path.is_file():
                    yield path


def _passing(root: Path, folder: Path) -> bool:
    parts = folder.relative_to(root).parts
    incoming = parts[0] == "library" and len(parts) == 2 and parts[1].startswith(".")
    own = parts[0] == PEOPLE and len(parts) == 3 and parts[2] in PASSING
    return incoming or own or folder.name.endswith(".part") or folder.is_symlink()


def is_portable(name: str) -> bool:
    """Whether a name means the same file on every system, also inside a ZIP."""
    return all(
        _PLAIN.fullmatch(part) and part[-1] not in " ." and part.split(".")[0].casefold() not in _DEVICES
        for part in name.split("/")
    )


def is_safe(name: str) -> bool:
    """Whether a name below the data folder leads to a file of ours and nowhere else."""
    if name == DATABASE_FILE:
        return True
    parts = name.split("/")
    if len(name) > LONGEST_NAME or "\0" in name or any(part in ("", ".", "..") for part in parts):
        return False
    if os.name == "nt" and not is_portable(name):
        return False
    return name in FILES if len(parts) == 1 else parts[0] in FOLDERS


def is_plain(entry: zipfile.ZipInfo) -> bool:
    """Whether an entry is an ordinary file, not a link, a folder or a device, and not encrypted."""
    kind = stat.S_IFMT(entry.external_attr >> 16)
    return not entry.is_dir() and kind in (0, stat.S_IFREG) and not entry.flag_bits & 1
