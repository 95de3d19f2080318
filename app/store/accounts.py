"""Accounts, passwords, and who is signed in.

Passwords are kept as argon2id hashes. A browser holds a random token; the
database holds its hash, so that a copy of the database signs nobody in.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from sqlalchemy import ColumnElement, delete, func, select, text
from sqlalchemy.orm import Session

from app.store import audit
from app.store.database import Store
from app.store.people import clean_name, trainee_row
from app.store.schema import Account, Attempt, SignIn
from app.store.viewers import LOCAL, Role, Viewer
from vision.errors import UsageError, YitaiError

SHORTEST_PASSWORD, LONGEST_PASSWORD = 10, 256
IDLE = timedelta(hours=12)
LONGEST = timedelta(days=7)
SEEN_EVERY = timedelta(minutes=5)
WINDOW = timedelta(minutes=15)
FAILURES_HERE = 5  # of a name from an address
FAILURES_NAME = 30  # of a name from anywhere
FAILURES_ADDRESS = 50  # of all names from an address


class SignInError(YitaiError):
    """The name or the password is wrong, or there were too many tries."""


@dataclass(frozen=True, slots=True)
class AccountInfo:
    """An account as lists show it."""

    id: int
    name: str
    role: Role
    trainee: int | None
    active: bool
    oidc: str | None
    has_password: bool


def add_account(
    store: Store,
    name: str,
    role: Role,
    password: str | None,
    *,
    trainee: str | None = None,
    oidc: str | None = None,
    by: Viewer = LOCAL,
) -> AccountInfo:
    """Make an account. ``trainee`` is the person that a trainee's account belongs to, by default of the same name.

    UsageError when the name is taken, the password too weak, or there is no way to sign in.
    """
    name = clean_name(name)
    if password is None and not oidc:
        raise UsageError("give a password, or the company account that signs in", "请设置密码，或填写单位账号")
    hashed = None if password is None else password_hash(password, name)
    with store.writing() as session:
        if session.scalar(select(Account.id).where(Account.login == _login(name))) is not None:
            raise UsageError(f"there is an account named {name} already", f"账号 {name} 已存在")
        if oidc and session.scalar(select(Account.id).where(Account.oidc == oidc.strip().casefold())) is not None:
            raise UsageError(f"{oidc} belongs to another account", f"{oidc} 已属于另一个账号")
        person = trainee_row(session, trainee or name).id if role is Role.TRAINEE else None
        row = Account(
            login=_login(name),
            name=name,
            role=role.value,
            password_hash=hashed,
            oidc=oidc.strip().casefold() if oidc else None,
            trainee_id=person,
            active=True,
            created=datetime.now(UTC),
        )
        session.add(row)
        audit.write(session, by, "account added", name, role.value)
        session.flush()
        return _info(row)


def accounts(store: Store) -> tuple[AccountInfo, ...]:
    """All, by name."""
    with store.reading() as session:
        return tuple(_info(row) for row in session.scalars(select(Account).order_by(Account.login)))


def has_admin(store: Store) -> bool:
    """Whether somebody can administer."""
    asked = select(Account.id).where(Account.role == Role.ADMIN.value, Account.active.is_(True)).limit(1)
    with store.reading() as session:
        return session.scalar(asked) is not None


def set_password(store: Store, name: str, password: str, by: Viewer = LOCAL) -> None:
    """Give a new password and sign the account out everywhere."""
    hashed = password_hash(password, name)
    with store.writing() as session:
        row = _named(session, name)
        row.password_hash = hashed
        session.execute(delete(SignIn).where(SignIn.account_id == row.id))
        session.execute(delete(Attempt).where(Attempt.login == row.login))
        audit.write(session, by, "password set", row.name)


def set_role(store: Store, name: str, role: Role, by: Viewer = LOCAL) -> None:
    """Change what the account is for; UsageError when no administrator would be left."""
    with store.writing() as session:
        row = _named(session, name)
        if role is not Role.ADMIN:
            require_other_admin(session, row)
        row.role = role.value
        if role is Role.TRAINEE and row.trainee_id is None:
            row.trainee_id = trainee_row(session, row.name).id
        if role is not Role.TRAINEE:
            row.trainee_id = None
        audit.write(session, by, "role set", row.name, role.value)


def set_active(store: Store, name: str, active: bool, by: Viewer = LOCAL) -> None:
    """Let the account in, or sign it out everywhere and keep it out."""
    with store.writing() as session:
        row = _named(session, name)
        if not active:
            require_other_admin(session, row)
            session.execute(delete(SignIn).where(SignIn.account_id == row.id))
        row.active = active
        audit.write(session, by, "account enabled" if active else "account disabled", row.name)


def remove_account(store: Store, name: str, by: Viewer = LOCAL) -> int:
    """Delete an account; its number. Its recordings stay and belong to nobody; those of a trainee stay private."""
    with store.writing() as session:
        row = _named(session, name)
        require_other_admin(session, row)
        audit.write(session, by, "account removed", row.name, row.role)
        session.delete(row)
        return row.id


def require_other_admin(session: Session, row: Account) -> None:
    """UsageError when nobody could administer without this account."""
    if row.role != Role.ADMIN.value:
        return
    others = select(Account.id).where(Account.role == Role.ADMIN.value, Account.active.is_(True), Account.id != row.id)
    if session.scalar(others.limit(1)) is None:
        raise UsageError("this is the last administrator", "这是最后一个管理员账号")


def password_hash(password: str, name: str) -> str:
    """The argon2id hash; UsageError for a password that is too short, too long, or the name itself."""
    if len(password) < SHORTEST_PASSWORD:
        raise UsageError(
            f"the password needs at least {SHORTEST_PASSWORD} characters", f"密码至少 {SHORTEST_PASSWORD} 个字符"
        )
    if len(password) > LONGEST_PASSWORD:
        raise UsageError(f"the password is longer than {LONGEST_PASSWORD}", f"密码超过 {LONGEST_PASSWORD} 个字符")
    if password.casefold() == name.casefold() or len(set(password)) < 4:
        raise UsageError("this password is too easy to guess", "这个密码太容易被猜到")
    from argon2 import PasswordHasher

    return PasswordHasher().hash(password)


def sign_in(store: Store, name: str, password: str, address: str) -> str:
    """A token for the browser. SignInError, with the same words whether the name or the password is wrong.

    A try counts as failed until it succeeded, so that tries at the same moment are counted, too.
    """
    login = _login(name)[:200]
    now = datetime.now(UTC)
    with store.writing() as session:
        if not store.sqlite:  # which lets one writer in at a time anyway
            session.execute(text("LOCK TABLE attempts IN SHARE ROW EXCLUSIVE MODE"))
        session.execute(delete(Attempt).where(Attempt.time < now - WINDOW))
        _require_patience(session, login, address)
        session.add(Attempt(login=login, address=address[:64], time=now))
        row = session.scalar(select(Account).where(Account.login == login))
        found = None if row is None or not row.active else (row.id, row.password_hash)
    right = _verified(_nobodys_hash() if found is None or found[1] is None else found[1], password)
    if found is None or found[1] is None or not right:
        raise SignInError("name or password is wrong", "用户名或密码不正确")
    with store.writing() as session:
        session.execute(delete(Attempt).where(Attempt.login == login, Attempt.address == address[:64]))
        return _token(session, found[0])


def sign_in_by_oidc(store: Store, identities: tuple[str, ...]) -> str:
    """A token for who was signed in by the company's server as one of these; SignInError when none has an account."""
    wanted = [identity.strip().casefold() for identity in identities if identity.strip()]
    with store.writing() as session:
        row = session.scalar(select(Account).where(Account.oidc.in_(wanted), Account.active.is_(True)))
        if row is None:
            raise no_account()
        return _token(session, row.id)


def no_account() -> SignInError:
    """What is said to somebody whom the company knows and this installation does not."""
    return SignInError(
        "this company account has no account here; ask the administrator", "该单位账号未开通，请联系管理员"
    )


def viewer_of(store: Store, token: str | None) -> Viewer | None:
    """Who holds a token; None when it is unknown, expired, or the account is disabled."""
    if not token:
        return None
    hashed, now = _token_hash(token), datetime.now(UTC)
    asked = select(SignIn, Account).join(Account).where(SignIn.token_hash == hashed)
    with store.reading() as session:
        found = session.execute(asked).first()
    if found is None:
        return None
    signed, account = found
    if not account.active or now >= signed.expires or now - signed.seen >= IDLE:
        return None
    if now - signed.seen >= SEEN_EVERY:
        with store.writing() as session:
            row = session.get(SignIn, hashed)
            if row is not None:
                row.seen = now
    return Viewer(account.id, account.name, Role(account.role), account.trainee_id)


def sign_out(store: Store, token: str) -> None:
    """The token is worth nothing any more."""
    with store.writing() as session:
        session.execute(delete(SignIn).where(SignIn.token_hash == _token_hash(token)))


def forget_expired(store: Store) -> int:
    """Remove sign-ins that have ended; how many."""
    now = datetime.now(UTC)
    with store.writing() as session:
        gone = session.scalars(select(SignIn).where((SignIn.expires <= now) | (SignIn.seen <= now - IDLE))).all()
        for row in gone:
            session.delete(row)
        return len(gone)


def _require_patience(session: Session, login: str, address: str) -> None:
    def failures(*where: ColumnElement[bool]) -> int:
        return session.scalar(select(func.count()).select_from(Attempt).where(*where)) or 0

    by_name, by_address = Attempt.login == login, Attempt.address == address[:64]
    if (
        failures(by_name, by_address) >= FAILURES_HERE
        or failures(by_name) >= FAILURES_NAME
        or failures(by_address) >= FAILURES_ADDRESS
    ):
        minutes = int(WINDOW.total_seconds() / 60)
        raise SignInError(f"too many tries; wait {minutes} minutes", f"尝试次数过多，请 {minutes} 分钟后再试")


def _token(session: Session, account: int) -> str:
    token, now = secrets.token_urlsafe(32), datetime.now(UTC)
    session.add(SignIn(token_hash=_token_hash(token), account_id=account, created=now, seen=now, expires=now + LONGEST))
    return token


def _token_hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", errors="replace")).hexdigest()


def _verified(hashed: str, password: str) -> bool:
    from argon2 import PasswordHasher
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return PasswordHasher().verify(hashed, password[: LONGEST_PASSWORD + 1])
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys_hash() -> str:
    """Checked where there is no account, so that the time taken does not tell which names exist."""
    from argon2 import PasswordHasher

    return PasswordHasher().hash(secrets.token_hex(16))


def _login(name: str) -> str:
    return " ".join(name.split()).casefold()


def _named(session: Session, name: str) -> Account:
    row = session.scalar(select(Account).where(Account.login == _login(name)))
    if row is None:
        raise UsageError(f"there is no account named {name}", f"没有名为 {name} 的账号")
    return row


def _info(row: Account) -> AccountInfo:
    has_password = row.password_hash is not None
    return AccountInfo(row.id, row.name, Role(row.role), row.trainee_id, row.active, row.oidc, has_password)
