"""``yitai privacy ...``: thin calls of `app.commands.privacy`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli_options import LanguageOption, session_of

privacy = typer.Typer(help="What is kept of people, and for how long. 个人信息。", no_args_is_help=True)

Person = Annotated[str, typer.Argument(metavar="PERSON", help="Name of a trainee or an account. 姓名或账号。")]
Home = Annotated[Path | None, typer.Option(metavar="DIR", help="The data folder. 数据文件夹。")]


@privacy.command("retention")
def retention(
    context: typer.Context,
    kind: Annotated[str | None, typer.Argument(metavar="KIND", help="Leave out to see all. 类别。")] = None,
    days: Annotated[str | None, typer.Argument(metavar="DAYS|none", help="For how long. 天数。")] = None,
    home: Home = None,
    language: LanguageOption = None,
) -> int:
    """How long each kind of data is kept; changes it. 保存期限。"""
    from app.commands.privacy import Change, retention

    return retention(Change(kind, days), home, session_of(context, language))


@privacy.command("purge")
def purge(
    context: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go. 只列出。")] = False,
    home: Home = None,
    language: LanguageOption = None,
) -> int:
    """Remove what has been kept for long enough. 到期清除。"""
    from app.commands.privacy import purge

    return purge(home, session_of(context, language), dry_run=dry_run)


@privacy.command("export")
def export(
    context: typer.Context,
    person: Person,
    out: Annotated[Path, typer.Option(metavar="ZIP", help="Where to. 输出文件。")],
    home: Home = None,
    language: LanguageOption = None,
) -> int:
    """Everything held about a person, as a ZIP. 取出个人数据。"""
    from app.commands.privacy import export

    return export(person, out, home, session_of(context, language))


@privacy.command("erase")
def erase(
    context: typer.Context,
    person: Person,
    receipt: Annotated[
        Path | None, typer.Option(metavar="FILE", help="By default erasure-receipt.json here. 凭证文件。")
    ] = None,
    home: Home = None,
    language: LanguageOption = None,
) -> int:
    """Erase a person, with a receipt and a search for what is left. 彻底删除。"""
    from app.commands.privacy import erase

    return erase(person, receipt, home, session_of(context, language))


@privacy.command("verify")
def verify(
    context: typer.Context,
    receipt: Annotated[Path, typer.Argument(metavar="FILE")],
    name: Annotated[str | None, typer.Option(metavar="PERSON", help="Search for the name, too. 同时查找姓名。")] = None,
    home: Home = None,
    language: LanguageOption = None,
) -> int:
    """Check a receipt's seal and search again. 核对凭证。"""
    from app.commands.privacy import verify

    return verify(receipt, name, home, session_of(context, language))


@privacy.command("consents")
def consents(
    context: typer.Context,
    person: Annotated[str | None, typer.Argument(metavar="PERSON")] = None,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="The person asked to end it. 代为撤回。")] = False,
    home: Home = None,
    language: LanguageOption = None,
) -> int:
    """Who agreed to what, and until when. 同意记录。"""
    from app.commands.privacy import consent

    return consent(person, home, session_of(context, language), withdraw=withdraw)
