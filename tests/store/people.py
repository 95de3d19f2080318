"""The people and takes of the store's tests: two trainees, a trainer, an administrator; one take of each kind."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from app.library.desk import share
from app.library.records import store_of
from app.library.takes import Take, add_take
from app.places import Places
from app.store.accounts import AccountInfo, add_account
from app.store.viewers import Role, Viewer
from tests.report.conftest import example_report
from vision.report import write_reports
from vision.types import Subject

PASSWORD = "correct horse 42"
ROLES = {"Li": Role.TRAINEE, "Wang": Role.TRAINEE, "Coach": Role.TRAINER, "Root": Role.ADMIN}
PRIVATE, TO_TRAINERS, TO_ONE = "private", "private, shared with the trainers", "private, shared with one account"
OF_LI, OF_NOBODY = "made by a trainer, showing the trainee", "made by a trainer, showing nobody known"
KINDS = (PRIVATE, TO_TRAINERS, TO_ONE, OF_LI, OF_NOBODY)


@dataclass(frozen=True)
class Cast:
    """Who there is, and their takes: all of them Li's, but for the one that shows nobody known."""

    places: Places
    viewers: dict[str, Viewer]
    takes: dict[str, Take]

    def seen_by(self, name: str) -> Places:
        return replace(self.places, viewer=self.viewers[name])


def viewer(info: AccountInfo) -> Viewer:
    return Viewer(info.id, info.name, info.role, info.trainee)


def scored(folder: Path, trainee: str | None) -> Path:
    """A report folder."""
    write_reports(replace(example_report(), subject=Subject(trainee)), None, (), folder, {"json"})
    return folder


def recorded(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def taken(places: Places, tmp: Path, name: str, trainee: str | None = None, content: bytes = b"") -> Take:
    """A take in the library, its recording unlike any other's unless ``content`` is given."""
    file = recorded(tmp / name / "clip.mp4", content or name.encode())
    return add_take(places, scored(tmp / name / "report", trainee), file, "upload", title=name)


def cast(places: Places, tmp: Path) -> Cast:
    """Everybody and everything. The account that one take is shared with is Wang's."""
    store = store_of(places)
    viewers = {name: viewer(add_account(store, name, role, PASSWORD)) for name, role in ROLES.items()}
    li, coach = replace(places, viewer=viewers["Li"]), replace(places, viewer=viewers["Coach"])
    takes = {kind: taken(li, tmp, kind) for kind in (PRIVATE, TO_TRAINERS, TO_ONE)}
    share(li, takes[TO_TRAINERS])
    share(li, takes[TO_ONE], viewers["Wang"].account)
    takes[OF_LI] = taken(coach, tmp, OF_LI, "Li")
    takes[OF_NOBODY] = taken(coach, tmp, OF_NOBODY)
    return Cast(places, viewers, takes)
