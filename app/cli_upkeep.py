"""``yitai backup``, ``restore`` and ``doctor``: thin calls of `app.commands`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli_options import LanguageOption, session_of

Home = Annotated[Path | None, typer.Option(metavar="DIR", help="The data folder. 数据文件夹。")]


def backup(
    context: typer.Context,
    out: Annotated[Path, typer.Argument(metavar="OUT.zip")],
    home: Home = None,
    language: LanguageOption = None,
) -> int:
    """Everything of the data folder in one file, also while the page is served. 备份。"""
    from app.commands.backup import run_backup

    return run_backup(out, home, session_of(context, language))


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.zip")],
    home: Home = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace all data that is there. 替换已有的全部数据。")
    ] = False,
    check: Annotated[bool, typer.Option("--check", help="Only look whether the file is sound. 只检查文件。")] = False,
    language: LanguageOption = None,
) -> int:
    """A backup back into a data folder, all of it or nothing. 恢复。"""
    from app.commands.backup import run_restore

    return run_restore(file, home, force, check, session_of(context, language))


def doctor(
    context: typer.Context,
    home: Home = None,
    quick: Annotated[bool, typer.Option("--quick", help="Without reading every recording. 不逐个核对录像。")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs. 机器可读。")] = False,
    language: LanguageOption = None,
) -> int:
    """Checks records, takes, recordings, fonts, models, packs, camera files and the disk. 体检。"""
    from app.commands.doctor import run_doctor

    return run_doctor(home, quick=quick, as_json=as_json, session=session_of(context, language))
