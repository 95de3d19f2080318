"""``yitai packs ...``: thin calls of `app.commands.packs`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli_options import LanguageOption, session_of

packs = typer.Typer(help="The standard packs. 标准包。", no_args_is_help=True)


@packs.command("list")
def packs_list(context: typer.Context, language: LanguageOption = None) -> int:
    """The shipped packs. 列出。"""
    from app.commands.packs import show_packs

    return show_packs(session_of(context, language))


@packs.command("show")
def packs_show(
    context: typer.Context,
    pack: Annotated[str, typer.Argument(metavar="ID")],
    coverage: Annotated[
        bool, typer.Option("--coverage", help="Who decides each clause of the documents. 逐条说明由谁判定。")
    ] = False,
    language: LanguageOption = None,
) -> int:
    """Every clause of a pack. 显示。"""
    from app.commands.packs import show_coverage, show_pack

    session = session_of(context, language)
    return show_coverage(pack, session) if coverage else show_pack(pack, session)


@packs.command("validate")
def packs_validate(
    context: typer.Context, file: Annotated[Path, typer.Argument(metavar="FILE")], language: LanguageOption = None
) -> int:
    """Whether a pack file is sound. 检查。"""
    from app.commands.packs import validate_pack

    return validate_pack(file, session_of(context, language))
