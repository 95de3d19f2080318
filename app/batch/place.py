"""Where reports go: a folder of this machine (or a disk that all share), or a folder behind a URL.

A report folder is complete when `resume.FILE` lies in it; that one is written last.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from app import remote
from app.files import part_folder, remove, replace_folder, writing_to
from vision.files import atomic_write

MARKER = "run.json"


class Place(Protocol):
    """A folder that takes reports. Names are relative, with ``/``."""

    def prepare(self) -> None:
        """Make it; OutputError when it cannot be."""

    def read(self, name: str) -> str | None:
        """A text file, or None."""

    def write(self, name: str, text: str) -> None:
        """A text file, whole or not at all."""

    def at(self, name: str) -> Place:
        """A folder in it."""

    def has(self, name: str) -> bool:
        """Whether there is such a file."""

    def fetch(self, name: str, goal: Path) -> bool:
        """Copy a file to ``goal``; False where there is none."""

    def put(self, file: Path, name: str) -> None:
        """Take a file, whole or not at all."""

    def growing(self, name: str, scratch: Path) -> Path:
        """A new folder of this machine in which the report ``name`` grows (in ``scratch`` where it is uploaded)."""

    def publish(self, grown: Path, name: str) -> None:
        """Make a grown folder the report ``name``, in place of an older one."""

    def remove(self, name: str) -> None:
        """Delete a file or folder, if it is there."""

    def tidy(self, names: list[str]) -> None:
        """Delete what dead workers left of these reports, and what was only kept meanwhile."""


def place_of(out: Path | str) -> Place:
    """The place that ``out`` names."""
    text = str(out)
    if isinstance(out, str) and remote.is_url(text):
        return RemotePlace(text.rstrip("/"))
    return LocalPlace(Path(remote.local_text(text)))


@dataclass(frozen=True, slots=True)
class LocalPlace:
    """A folder."""

    root: Path

    def prepare(self) -> None:
        with writing_to(self.root):
            self.root.mkdir(parents=True, exist_ok=True)

    def read(self, name: str) -> str | None:
        try:
            return (self.root / name).read_text(encoding="utf-8")
        except (OSError, ValueError):
            return None

    def write(self, name: str, text: str) -> None:
        atomic_write(self.root / name, text)

    def at(self, name: str) -> LocalPlace:
        return LocalPlace(self.root / name)

    def has(self, name: str) -> bool:
        return (self.root / name).is_file()

    def fetch(self, name: str, goal: Path) -> bool:
        if not (self.root / name).is_file():
            return False
        goal.parent.mkdir(parents=True, exist_ok=True)
        with writing_to(goal):
            shutil.copyfile(self.root / name, goal)
        return True

    def put(self, file: Path, name: str) -> None:
        goal = self.root / name
        part = goal.with_name(f".{goal.name}.part")
        with writing_to(goal):
            goal.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, part)
            part.replace(goal)

    def growing(self, name: str, scratch: Path) -> Path:
        part = part_folder(self.root / name)
        with writing_to(part):  # beside its goal: a rename makes it final
            part.parent.mkdir(parents=True, exist_ok=True)
            return Path(tempfile.mkdtemp(prefix=f"{part.name}.", dir=part.parent))

    def publish(self, grown: Path, name: str) -> None:
        grown.chmod(0o755)  # mkdtemp keeps others out
        with writing_to(self.root / name):
            replace_folder(grown, self.root / name)

    def remove(self, name: str) -> None:
        remove(self.root / name)

    def tidy(self, names: list[str]) -> None:
        for name in names:
            goal = part_folder(self.root / name)
            for left in goal.parent.glob(f"{_literal(goal.name)}*"):
                remove(left)


def _literal(name: str) -> str:
    """The name as a pattern that only it fits."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)


@dataclass(frozen=True, slots=True)
class RemotePlace:
    """A folder behind a URL. Workers grow reports on their own disk and upload them, the marker last."""

    url: str

    def prepare(self) -> None:
        fs, path = remote.open_fs(self.url)
        with remote.writing(self.url):
            fs.makedirs(path, exist_ok=True)

    def read(self, name: str) -> str | None:
        with tempfile.TemporaryDirectory(prefix="yitai-") as folder:
            goal = Path(folder) / "text"
            return goal.read_text(encoding="utf-8") if self.fetch(name, goal) else None

    def write(self, name: str, text: str) -> None:
        with tempfile.TemporaryDirectory(prefix="yitai-") as folder:
            file = Path(folder) / "text"
            atomic_write(file, text)
            self.put(file, name)

    def at(self, name: str) -> RemotePlace:
        return RemotePlace(remote.below(self.url, name))

    def has(self, name: str) -> bool:
        url = remote.below(self.url, name)
        fs, path = remote.open_fs(url)
        with remote.reading(url):
            return bool(fs.exists(path))

    def fetch(self, name: str, goal: Path) -> bool:
        if not self.has(name):
            return False
        remote.download(remote.below(self.url, name), goal)
        return True

    def put(self, file: Path, name: str) -> None:
        remote.upload(file, remote.below(self.url, name))

    def growing(self, name: str, scratch: Path) -> Path:
        scratch.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix="report-", dir=scratch))

    def publish(self, grown: Path, name: str) -> None:
        self.remove(f"{name}/{MARKER}")
        files = [path for path in grown.rglob("*") if path.is_file() and path != grown / MARKER]
        for file in sorted(files):
            self.put(file, f"{name}/{file.relative_to(grown).as_posix()}")
        self.put(grown / MARKER, f"{name}/{MARKER}")
        remove(grown)

    def remove(self, name: str) -> None:
        url = remote.below(self.url, name)
        fs, path = remote.open_fs(url)
        with remote.writing(url):
            if fs.exists(path):
                fs.rm(path, recursive=True)

    def tidy(self, names: list[str]) -> None:
        """Workers remove their own leavings; what a dead one left goes with its scratch folder."""
