"""``yitai people ...``: thin calls of `app.commands.people`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli_options import LanguageOption, session_of

people = typer.Typer(help="Trainees and groups. 学员与分组。", no_args_is_help=True)

Home = Annotated[Path | None, typer.Option(metavar="DIR", help="The data folder. 数据文件夹。")]


@people.command("list")
def show(context: typer.Context, home: Home = None, language: LanguageOption = None) -> int:
    """All trainees, with their groups. 列出学员。"""
    from app.commands.people import show

    return show(home, session_of(context, language))


@people.command("add")
def add(
    context: typer.Context,
    names: Annotated[list[str], typer.Argument(metavar="NAME...")],
    group: Annotated[str | None, typer.Option(metavar="NAME", help="Put them into this group. 分组。")] = None,
    home: Home = None,
    language: LanguageOption = None,
) -> int:
    """Enter trainees. 添加学员。"""
    from app.commands.people import add

    return add(tuple(names), group, home, session_of(context, language))


@people.command("groups")
def groups(context: typer.Context, home: Home = None, language: LanguageOption = None) -> int:
    """All groups, with their trainees. 列出分组。"""
    from app.commands.people import show_groups

    return show_groups(home, session_of(context, language))


@people.command("group")
def group(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="GROUP")],
    put: Annotated[list[str] | None, typer.Option("--put", metavar="NAME", help="Put in. 加入。")] = None,
    take: Annotated[list[str] | None, typer.Option("--take", metavar="NAME", help="Take out. 移出。")] = None,
    rename: Annotated[str | None, typer.Option(metavar="NAME", help="Give another name. 改名。")] = None,
    delete: Annotated[bool, typer.Option("--delete", help="Remove the group; its trainees stay. 移除分组。")] = False,
    home: Home = None,
    language: LanguageOption = None,
) -> int:
    """Make a group, or change who is in it. 建立或修改分组。"""
    from app.commands.people import GroupChange, change_group

    change = GroupChange(name, tuple(put or ()), tuple(take or ()), rename, delete)
    return change_group(change, home, session_of(context, language))
