"""Taking a restored data folder into use: decided by one rename, then carried out however often it is interrupted."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from app.files import remove
from app.store.media import settle

READY = ".restored"  # a whole restored folder: from its rename on, it is what holds
REPLACED = ".replaced"
RECORDS = "yitai.db"
SIDECARS = (f"{RECORDS}-wal", f"{RECORDS}-shm")


def decide(root: Path, stage: Path) -> None:
    """From here on the staged folder holds; `finish_restore` does the rest, now or at the next start."""
    os.rename(stage, root / READY)
    settle(root)


def finish_restore(root: Path, take_rows: Callable[[Path], object] | None = None) -> bool:
    """Put what was restored in place of what was there; whether there was anything to do.

    ``take_rows``: where the records are not a file of the folder, it takes them out of one, in one transaction.
    """
    ready, replaced = root / READY, root / REPLACED
    if not ready.is_dir():
        remove(replaced)  # only its removal was interrupted
        return False
    if take_rows is not None and (ready / RECORDS).is_file():
        take_rows(ready / RECORDS)
        remove(ready / RECORDS)
    if (ready / RECORDS).is_file():
        for name in SIDECARS:  # of the database that goes
            remove(root / name)
    replaced.mkdir(exist_ok=True)
    for new in sorted(ready.iterdir()):
        old, aside = root / new.name, replaced / new.name
        if old.exists() or old.is_symlink():
            remove(aside)
            os.rename(old, aside)
        os.rename(new, old)
    settle(root)
    ready.rmdir()
    remove(replaced)
    return True
