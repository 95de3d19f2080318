"""Everything of a batch as one ZIP, written to disk piece by piece, in a thread of its own."""

from __future__ import annotations

import threading
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vision.errors import OutputError
from vision.files import replacing

PIECE_BYTES = 1 << 20
COMPRESSED_ALREADY = frozenset({".mp4", ".jpg", ".png", ".pdf", ".xlsx"})


@dataclass(frozen=True, slots=True)
class Packed:
    """How far an archive is."""

    share: float = 0.0
    finished: bool = False
    error: OutputError | None = None


class Archive:
    """Packs ``files`` (below ``root``) into ``goal``, which appears whole."""

    def __init__(self, root: Path, files: Sequence[Path], goal: Path) -> None:
        self._root, self._files, self._goal = root, tuple(files), goal
        self._total = max(1, sum(file.stat().st_size for file in self._files))
        self._written = 0
        self._stopped = threading.Event()
        self._error: OutputError | None = None
        self._thread = threading.Thread(target=self._run, name="archive", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Give up and leave nothing behind."""
        self._stopped.set()
        self._thread.join()

    @property
    def state(self) -> Packed:
        """How far it is."""
        finished = not self._thread.is_alive() and self._thread.ident is not None
        return Packed(min(1.0, self._written / self._total), finished, self._error if finished else None)

    def _run(self) -> None:
        try:
            with replacing(self._goal) as part, zipfile.ZipFile(part, "x") as archive:
                for file in self._files:
                    self._add(archive, file)
        except OutputError as error:
            self._error = error
        except _StoppedError:
            return

    def _add(self, archive: zipfile.ZipFile, file: Path) -> None:
        entry = zipfile.ZipInfo.from_file(file, file.relative_to(self._root).as_posix(), strict_timestamps=False)
        done = file.suffix.lower() in COMPRESSED_ALREADY
        entry.compress_type = zipfile.ZIP_STORED if done else zipfile.ZIP_DEFLATED
        with file.open("rb") as source, archive.open(entry, "w", force_zip64=entry.file_size > 1 << 30) as goal:
            while piece := source.read(PIECE_BYTES):
                if self._stopped.is_set():
                    raise _StoppedError
                goal.write(piece)
                self._written += len(piece)


class _StoppedError(Exception):
    """Somebody gave up."""
