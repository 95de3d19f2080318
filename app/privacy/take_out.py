"""Everything held about a person in one ZIP: takes, recordings, reports, notes, consents, audit lines, account."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from pathlib import Path

from app.library.records import read_card, recording_path, store_of
from app.places import Places
from app.privacy.holdings import Holdings, holdings, rows_of
from app.privacy.people import Someone
from app.store import audit
from app.texts import pick
from vision.files import replacing

SCHEMA = "yitai.take-out/1"
INDEX = "index.html"
STORED = {".mp4", ".mov", ".webm", ".jpg", ".jpeg", ".png", ".heic", ".parquet", ".mkv"}  # packed already
TABLES: dict[str, tuple[str, str]] = {
    "trainees": ("学员信息", "You as a trainee"),
    "accounts": ("账号（不含密码）", "Account (without the password)"),
    "sign_ins": ("登录时间", "Sign-ins"),
    "attempts": ("失败的登录", "Failed sign-ins"),
    "groups": ("班组", "Groups"),
    "consents": ("同意记录", "Consents"),
    "recordings": ("录像", "Takes"),
    "assessments": ("评测", "Assessments"),
    "checks": ("逐项结论", "Checks"),
    "notes": ("评语、改判和签字", "Comments, overrides and signatures"),
    "shares": ("分享", "Shares"),
    "audit": ("审计日志中与你有关的行", "Lines of the audit log about you"),
}


@dataclass(frozen=True, slots=True)
class TakenOut:
    """What was put into a ZIP."""

    path: Path
    takes: int
    files: int
    rows: int


def take_out(places: Places, person: Someone, goal: Path, language: str) -> TakenOut:
    """Write the ZIP, whole or not at all; OutputError when the disk refuses. Stands in the audit log."""
    store = store_of(places)
    held = holdings(places, person)
    rows = rows_of(store, held)
    files = list(_files(places, held))
    with replacing(goal) as partial, zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, name in files:
            kept = zipfile.ZIP_STORED if path.suffix.lower() in STORED else zipfile.ZIP_DEFLATED
            archive.write(path, name, kept)
        for table, found in rows.items():
            archive.writestr(f"records/{table}.json", json.dumps(found, ensure_ascii=False, indent=1) + "\n")
        archive.writestr(INDEX, index_html(held, rows, [name for _, name in files], places, language))
    with store.writing() as session:
        audit.write(session, places.viewer, "data taken out", person.name)
    return TakenOut(goal, len(held.takes), len(files), sum(map(len, rows.values())))


def _files(places: Places, held: Holdings) -> Iterator[tuple[Path, str]]:
    for take in held.takes:
        folder = places.library / take
        yield from _below(folder, f"takes/{take}")
        recording = recording_path(places.root, read_card(folder).media)
        if recording is not None:
            yield recording, f"takes/{take}/recording{recording.suffix}"
    for folder in held.folders:
        yield from ((path, name) for path, name in _below(folder, "own") if "/exports/" not in name)
    for folder in held.orders:
        yield from _below(folder, f"waiting/{folder.name}")
    for part in held.batches:
        for path in part.reports:
            yield from _below(path, f"batches/{part.folder.name}/{path.name}")
        yield from ((path, f"batches/{part.folder.name}/recordings/{path.name}") for path in part.recordings)


def _below(folder: Path, name: str) -> Iterator[tuple[Path, str]]:
    if folder.is_file():
        yield folder, f"{name}/{folder.name}"
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        if path.is_file() and not path.is_symlink() and not path.name.endswith(".part"):
            yield path, f"{name}/{path.relative_to(folder).as_posix()}"


def index_html(
    held: Holdings, rows: dict[str, list[dict[str, object]]], names: list[str], places: Places, language: str
) -> str:
    """The page that says what is in the ZIP, with links."""

    def say(zh: str, en: str) -> str:
        return pick(language, zh, en)

    title = say(f"{held.person.name}：本系统保存的全部数据", f"Everything held about {held.person.name}")
    made = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    takes = "".join(_take_html(places, take, names, language) for take in held.takes)
    tables = "".join(
        f'<li><a href="records/{table}.json">{escape(pick(language, *TABLES[table]))}</a>: {len(found)}</li>'
        for table, found in rows.items()
    )
    rest = [name for name in names if not name.startswith("takes/")]
    files = "".join(f'<li><a href="{escape(name)}">{escape(name)}</a></li>' for name in rest)
    none = f"<li>{say('没有', 'none')}</li>"
    return (
        f'<!doctype html><html lang="{language}"><meta charset="utf-8"><title>{escape(title)}</title>'
        "<style>body{font:16px/1.6 sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem}</style>"
        f"<h1>{escape(title)}</h1><p>{made}</p>"
        f"<h2>{say('录像和报告', 'Takes and reports')}</h2><ul>{takes or none}</ul>"
        f"<h2>{say('记录', 'Records')}</h2><ul>{tables}</ul>"
        f"<h2>{say('其他文件', 'Other files')}</h2><ul>{files or none}</ul>"
        f"<p>{say('视频和报告可直接打开；.json 和 .csv 可用任何表格或文本程序打开。', _OPENS)}</p></html>\n"
    )


_OPENS = "Videos and reports open as they are; .json and .csv open in any text or spreadsheet program."


def _take_html(places: Places, take: str, names: list[str], language: str) -> str:
    card = read_card(places.library / take)
    links = ", ".join(
        f'<a href="{escape(name)}">{escape(name.rpartition("/")[2])}</a>'
        for name in names
        if name.startswith(f"takes/{take}/")
    )
    return f"<li><b>{escape(card.title)}</b> · {escape(card.created[:10])}<br>{links}</li>"
