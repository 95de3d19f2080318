"""``yitai account``: who may sign in where the page is served to others."""

from __future__ import annotations

import getpass
import sys
from dataclasses import dataclass
from pathlib import Path

from app.files import remove
from app.library.records import store_of
from app.places import PEOPLE, Places
from app.session import EXIT_OK, Session
from app.settings import choose_home, default_home
from app.store import accounts, audit
from app.store.viewers import Role
from app.texts import pick
from vision.errors import UsageError

ROLE_WORDS = {Role.TRAINEE: ("学员", "trainee"), Role.TRAINER: ("教练", "trainer"), Role.ADMIN: ("管理员", "admin")}


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What is asked for. ``from_stdin``: the password is the first line of standard input."""

    name: str
    role: Role
    trainee: str | None = None
    oidc: str | None = None
    from_stdin: bool = False


def places_of(home: Path | None) -> Places:
    """The data folder that was named, else the usual one."""
    if home is not None:
        choose_home(home)
    return Places(default_home())


def add(new: NewAccount, home: Path | None, session: Session) -> int:
    """Make an account; its password is asked for, unless the company's sign-in is enough."""
    store = store_of(places_of(home))
    password = None if new.oidc and not new.from_stdin else ask_password(session, from_stdin=new.from_stdin)
    made = accounts.add_account(store, new.name, new.role, password, trainee=new.trainee, oidc=new.oidc)
    session.say(f"已建立{ROLE_WORDS[made.role][0]}账号 {made.name}", f"added {made.role} account {made.name}")
    return EXIT_OK


def show(home: Path | None, session: Session) -> int:
    """All accounts, one a line."""
    for one in accounts.accounts(store_of(places_of(home))):
        ways_zh = "、".join((["密码"] if one.has_password else []) + ([one.oidc] if one.oidc else []))
        ways_en = ", ".join((["password"] if one.has_password else []) + ([one.oidc] if one.oidc else []))
        zh, en = ROLE_WORDS[one.role]
        session.say(
            f"{one.name}  {zh}  {ways_zh}{'' if one.active else '  已停用'}",
            f"{one.name}  {en}  {ways_en}{'' if one.active else '  disabled'}",
        )
    return EXIT_OK


def password(name: str, home: Path | None, session: Session, *, from_stdin: bool) -> int:
    """Give an account a new password."""
    store = store_of(places_of(home))
    accounts.set_password(store, name, ask_password(session, from_stdin=from_stdin))
    session.say(f"{name} 的密码已修改，已在各处退出登录", f"{name} has a new password and is signed out everywhere")
    return EXIT_OK


def role(name: str, wanted: Role, home: Path | None, session: Session) -> int:
    """Change what an account is for."""
    accounts.set_role(store_of(places_of(home)), name, wanted)
    session.say(f"{name} 现为{ROLE_WORDS[wanted][0]}", f"{name} is now {wanted}")
    return EXIT_OK


def enable(name: str, active: bool, home: Path | None, session: Session) -> int:
    """Let an account in, or keep it out."""
    accounts.set_active(store_of(places_of(home)), name, active)
    session.say(*((f"{name} 已启用", f"{name} is enabled") if active else (f"{name} 已停用", f"{name} is disabled")))
    return EXIT_OK


def delete(name: str, home: Path | None, session: Session) -> int:
    """Delete an account with its uploads, practices and settings; its takes stay."""
    places = places_of(home)
    number = accounts.remove_account(store_of(places), name)
    remove(places.root / PEOPLE / str(number))
    session.say(f"已删除账号 {name}；其录像仍在库中", f"deleted account {name}; its takes stay in the library")
    return EXIT_OK


def log(last: int, home: Path | None, session: Session) -> int:
    """The audit log, the newest lines first."""
    for entry in audit.entries(store_of(places_of(home)), last):
        who = entry.account or pick(session.language, "本机", "this computer")
        line = f"{entry.time:%Y-%m-%d %H:%M:%S}Z  {who}  {entry.action}  {entry.subject}  {entry.detail}".rstrip()
        session.say(line, line)
    return EXIT_OK


def ask_password(session: Session, *, from_stdin: bool) -> str:
    """The password: typed twice without being shown, or the first line of standard input."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise UsageError(
            "no terminal to ask for the password on; give --password-stdin", "没有终端可输入密码，请用 --password-stdin"
        )
    first = getpass.getpass(pick(session.language, "密码：", "Password: "))
    if getpass.getpass(pick(session.language, "再输一遍：", "Once more: ")) != first:
        raise UsageError("the two passwords differ", "两次输入的密码不一致")
    return first
