"""``yitai backup`` and ``yitai restore``."""

from __future__ import annotations

from pathlib import Path

from app.backup.make import Backup, make_backup
from app.backup.restore import check_backup, restore
from app.commands.account import places_of
from app.session import EXIT_OK, Session, require
from app.settings import database_url


def run_backup(goal: Path, home: Path | None, session: Session) -> int:
    """Everything of the data folder into one ZIP, also while the page is served."""
    require(
        goal.suffix.lower() == ".zip", f"{goal}：文件名应以 .zip 结尾", f"{goal}: give a file name that ends in .zip"
    )
    require(not goal.is_dir(), f"{goal} 是文件夹，应为文件名", f"{goal} is a folder, expected a file name")
    places = places_of(home)
    made = make_backup(places, goal)
    _say(session, made, "已备份", "backed up", f"{goal}")
    session.warn(
        "备份未加密，内有人像和姓名，请妥善保管",
        "the backup is not encrypted and shows people: keep it where few can read",
    )
    return EXIT_OK


def run_restore(file: Path, home: Path | None, force: bool, check: bool, session: Session) -> int:
    """A backup back into a data folder; with ``check`` it is only looked at."""
    if check:
        _say(session, check_backup(file), "备份完好", "the backup is sound", f"{file}")
        return EXIT_OK
    root = places_of(home).root
    done = restore(file, root, database_url(), force=force)
    _say(session, done.backup, "已恢复", "restored", f"{root}")
    if done.before is not None:
        session.say(f"数据库已从 {done.before} 升级", f"the records were brought up to date from {done.before}")
    return EXIT_OK


def _say(session: Session, backup: Backup, zh: str, en: str, where: str) -> None:
    size = f"{backup.size / 1e6:.1f} MB"
    session.say(
        f"{zh}：{where}（{len(backup.files)} 个文件，{size}，{backup.created}）",
        f"{en}: {where} ({len(backup.files)} files, {size}, {backup.created})",
    )
