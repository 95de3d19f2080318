"""Who asks: every function that loads or changes a take is given one of these, by way of `app.places.Places`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from vision.errors import UsageError, YitaiError


class Role(StrEnum):
    """What an account is for."""

    TRAINEE = "trainee"
    TRAINER = "trainer"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Viewer:
    """An account that is signed in. ``account`` None: whoever sits at this computer, where no login is needed."""

    account: int | None
    name: str
    role: Role
    trainee: int | None = None  # the person in the records that a trainee's account belongs to

    @property
    def local(self) -> bool:
        """Whether this is the user of the computer itself."""
        return self.account is None

    @property
    def trains(self) -> bool:
        """Whether this is a trainer or an administrator."""
        return self.role is not Role.TRAINEE

    @property
    def administers(self) -> bool:
        """Whether this is an administrator, or who has no need to be one."""
        return self.local or self.role is Role.ADMIN


LOCAL = Viewer(None, "", Role.ADMIN)


class NotSignedInError(YitaiError):
    """Nobody is signed in, or not any more."""


class NotAllowedError(UsageError):
    """The account may not do this."""


def not_allowed() -> NotAllowedError:
    """The one sentence of it."""
    return NotAllowedError("your account is not allowed to do this", "你的账号没有这项权限")


def require_trainer(viewer: Viewer) -> None:
    """NotAllowedError for a trainee."""
    if not viewer.trains:
        raise not_allowed()


def require_admin(viewer: Viewer) -> None:
    """NotAllowedError for everybody else."""
    if not viewer.administers:
        raise not_allowed()
