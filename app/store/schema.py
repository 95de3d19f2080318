"""The tables. Changes of them are migrations in `app.store.migrations`; a test holds both against each other."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    DateTime,
    Dialect,
    Double,
    ForeignKey,
    Index,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

_NEVER_AGAIN: dict[str, Any] = {"sqlite_autoincrement": True}  # the number of who was removed is given to nobody else
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Utc(TypeDecorator[datetime]):
    """A time in UTC: SQLite keeps no zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Only times that say their zone are taken."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a time without a zone")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """UTC, whatever the database made of it."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """All tables."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: Utc, dict[str, Any]: JSON, float: Double}  # noqa: RUF012 (read by SQLAlchemy)


class Trainee(Base):
    """A person who is trained; named as the reports name them."""

    __tablename__ = "trainees"
    __table_args__ = _NEVER_AGAIN
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    sex: Mapped[str | None] = mapped_column(String(1))
    height_cm: Mapped[float | None]
    created: Mapped[datetime]


class Group(Base):
    """A class or a team."""

    __tablename__ = "groups"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    created: Mapped[datetime]


class GroupMember(Base):
    """Who is in a group."""

    __tablename__ = "group_members"
    group_id: Mapped[int] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True)
    trainee_id: Mapped[int] = mapped_column(ForeignKey("trainees.id", ondelete="CASCADE"), primary_key=True, index=True)


class Account(Base):
    """Who can sign in. ``login`` is the name in small letters; ``oidc`` the address or subject of a company account."""

    __tablename__ = "accounts"
    __table_args__ = _NEVER_AGAIN
    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(200), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(16))
    password_hash: Mapped[str | None] = mapped_column(String(400))
    oidc: Mapped[str | None] = mapped_column(String(400), unique=True)
    trainee_id: Mapped[int | None] = mapped_column(ForeignKey("trainees.id", ondelete="SET NULL"), index=True)
    active: Mapped[bool] = mapped_column(Boolean)
    created: Mapped[datetime]


class SignIn(Base):
    """A session of an account; the token itself is known to the browser alone."""

    __tablename__ = "sign_ins"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    created: Mapped[datetime]
    seen: Mapped[datetime]
    expires: Mapped[datetime]


class Attempt(Base):
    """A try to sign in that failed; what the rate limit counts."""

    __tablename__ = "attempts"
    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(200), index=True)
    address: Mapped[str] = mapped_column(String(64), index=True)
    time: Mapped[datetime]


class Recording(Base):
    """A take. ``state``: present, missing (its folder is not there) or deleting (a removal that has begun).

    ``private``: made by a trainee; others see it only where it was shared.
    """

    __tablename__ = "recordings"
    id: Mapped[str] = mapped_column(String(120), primary_key=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), index=True)
    trainee_id: Mapped[int | None] = mapped_column(ForeignKey("trainees.id", ondelete="SET NULL"), index=True)
    title: Mapped[str] = mapped_column(Text)
    origin: Mapped[str] = mapped_column(String(40))
    created: Mapped[datetime] = mapped_column(index=True)
    media: Mapped[str | None] = mapped_column(String(80), index=True)  # SHA-256 and suffix
    state: Mapped[str] = mapped_column(String(16))
    private: Mapped[bool] = mapped_column(Boolean)
    intake: Mapped[str | None] = mapped_column(String(40), unique=True)  # the order that it came from


class PackVersion(Base):
    """A standard as it judged: one row for each content."""

    __tablename__ = "pack_versions"
    id: Mapped[int] = mapped_column(primary_key=True)
    pack: Mapped[str] = mapped_column(String(120))
    version: Mapped[str] = mapped_column(String(60))
    sha256: Mapped[str] = mapped_column(String(64))
    first_used: Mapped[datetime]
    __table_args__ = (UniqueConstraint("pack", "version", "sha256"),)


class Calibration(Base):
    """What was known of a camera: one row for each level, file and method."""

    __tablename__ = "calibrations"
    id: Mapped[int] = mapped_column(primary_key=True)
    level: Mapped[str] = mapped_column(String(16))
    file_hash: Mapped[str] = mapped_column(String(64))  # "" without a file
    method: Mapped[str] = mapped_column(String(200))
    sigma: Mapped[dict[str, Any]]
    first_used: Mapped[datetime]
    __table_args__ = (UniqueConstraint("level", "file_hash", "method"),)


class Assessment(Base):
    """The report of a recording as it stands, and what it was made with.

    ``report_mtime_ns`` and ``report_bytes`` tell whether the file is still the one that was indexed.
    """

    __tablename__ = "assessments"
    id: Mapped[int] = mapped_column(primary_key=True)
    recording_id: Mapped[str] = mapped_column(ForeignKey("recordings.id", ondelete="CASCADE"), unique=True)
    created: Mapped[datetime]
    report_sha256: Mapped[str] = mapped_column(String(64))
    report_mtime_ns: Mapped[int] = mapped_column(BigInteger)
    report_bytes: Mapped[int] = mapped_column(BigInteger)
    program_version: Mapped[str] = mapped_column(String(60))
    model: Mapped[str] = mapped_column(Text)
    pack_version_id: Mapped[int] = mapped_column(ForeignKey("pack_versions.id"), index=True)
    calibration_id: Mapped[int] = mapped_column(ForeignKey("calibrations.id"), index=True)
    source_sha256: Mapped[str] = mapped_column(String(64))
    duration_s: Mapped[float | None]
    trainee: Mapped[str | None] = mapped_column(Text)
    drills: Mapped[str] = mapped_column(Text)  # with commas, in the order of the recording
    verdict: Mapped[str] = mapped_column(String(16))
    score: Mapped[float | None]
    unmeasured_share: Mapped[float]


class CheckRow(Base):
    """A check of an assessment: what progress and agreement are counted from."""

    __tablename__ = "checks"
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessments.id", ondelete="CASCADE"), primary_key=True)
    segment: Mapped[int] = mapped_column(primary_key=True)  # counts the report's segments from 0
    rule: Mapped[str] = mapped_column(String(120), primary_key=True)
    drill: Mapped[str] = mapped_column(String(24))
    source: Mapped[str] = mapped_column(String(120))  # document and section of the clause
    section: Mapped[str] = mapped_column(String(200))
    measurement: Mapped[str] = mapped_column(String(80))
    verdict: Mapped[str] = mapped_column(String(16))
    value: Mapped[float | None]
    word: Mapped[str | None] = mapped_column(String(80))  # of a value that is a word
    u: Mapped[float | None]
    unit: Mapped[str] = mapped_column(String(16))
    low: Mapped[float | None]
    high: Mapped[float | None]
    weight: Mapped[float]
    alternative: Mapped[str | None] = mapped_column(String(120))  # the group that it shares with other options
    option: Mapped[str | None] = mapped_column(String(120))
    __table_args__ = (Index("ix_checks_rule_verdict", "rule", "verdict"),)


class Outcome(Base):
    """What a demand of a segment came to, overrides included; follows from the rest (`app.store.outcomes`)."""

    __tablename__ = "outcomes"
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessments.id", ondelete="CASCADE"), primary_key=True)
    segment: Mapped[int] = mapped_column(primary_key=True)
    demand: Mapped[str] = mapped_column(String(120), primary_key=True)  # `app.store.demands`
    drill: Mapped[str] = mapped_column(String(24))
    verdict: Mapped[str] = mapped_column(String(16))
    weight: Mapped[float]
    __table_args__ = (Index("ix_outcomes_drill", "drill", "assessment_id", "demand", "verdict"),)


class Note(Base):
    """An entry of the trainer's layer (`app.library.layer.Entry`): override, comment, tick, sign-off and so on."""

    __tablename__ = "notes"
    recording_id: Mapped[str] = mapped_column(ForeignKey("recordings.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), index=True)
    who: Mapped[str] = mapped_column(Text)
    time: Mapped[datetime]
    text: Mapped[str] = mapped_column(Text)
    segment: Mapped[int | None]
    rule: Mapped[str] = mapped_column(String(120))
    verdict: Mapped[str | None] = mapped_column(String(16))
    tick: Mapped[str | None] = mapped_column(String(16))
    time_s: Mapped[float | None]
    drill: Mapped[str] = mapped_column(String(24))
    target: Mapped[int | None]  # the number of the entry that is erased


class Consent(Base):
    """What a person agreed to: for which purpose, kept for how long; ``withdrawn`` ends it.

    ``trainee_id`` None: an account that is no trainee's, or (both None) the user of the computer itself.
    ``how``: self, local, or vouched (a trainer says that the person agreed; without a trainee: everybody in it).
    """

    __tablename__ = "consents"
    id: Mapped[int] = mapped_column(primary_key=True)
    trainee_id: Mapped[int | None] = mapped_column(ForeignKey("trainees.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[str] = mapped_column(Text)
    wording: Mapped[str] = mapped_column(Text)  # what was shown, word for word
    version: Mapped[str] = mapped_column(String(40))  # of the wording
    language: Mapped[str] = mapped_column(String(8))
    how: Mapped[str] = mapped_column(String(16))
    retention_days: Mapped[int | None]  # None: without an end
    given: Mapped[datetime]
    withdrawn: Mapped[datetime | None]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))  # who pressed


class Retention(Base):
    """How long a kind of data is kept (`app.privacy.periods`), where it is not the default; None: without an end."""

    __tablename__ = "retention"
    kind: Mapped[str] = mapped_column(String(24), primary_key=True)
    days: Mapped[int | None]
    changed: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(200))


class Share(Base):
    """A private recording shown to somebody on purpose; ``account_id`` None: to all trainers."""

    __tablename__ = "shares"
    id: Mapped[int] = mapped_column(primary_key=True)
    recording_id: Mapped[str] = mapped_column(ForeignKey("recordings.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    created: Mapped[datetime]


class Audit(Base):
    """Who did what to what belongs to somebody else. No foreign keys: it outlives what it tells of."""

    __tablename__ = "audit"
    id: Mapped[int] = mapped_column(primary_key=True)
    time: Mapped[datetime] = mapped_column(index=True)
    account_id: Mapped[int | None] = mapped_column(index=True)
    account: Mapped[str] = mapped_column(String(200))
    action: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(200), index=True)  # the take, or the account that was changed
    detail: Mapped[str] = mapped_column(Text)
