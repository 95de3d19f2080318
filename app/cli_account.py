"""``yitai account ...``: thin calls of `app.commands.account`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli_options import LanguageOption, session_of
from app.store.viewers import Role

account = typer.Typer(help="Accounts, for a page that others use. 账号。", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME")]
Home = Annotated[Path | None, typer.Option(metavar="DIR", help="The data folder. 数据文件夹。")]
FromStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input. 从标准输入读密码。")
]
RoleOption = Annotated[Role, typer.Option(help="What the account is for. 角色。")]


@account.command("add")
def add(
    context: typer.Context,
    name: Name,
    role: RoleOption,
    trainee: Annotated[
        str | None, typer.Option(metavar="NAME", help="The trainee it belongs to; by default NAME. 所属学员。")
    ] = None,
    oidc: Annotated[
        str | None, typer.Option(metavar="ID", help="Company account: verified e-mail, or issuer#subject. 单位账号。")
    ] = None,
    from_stdin: FromStdin = False,
    home: Home = None,
    language: LanguageOption = None,
) -> int:
    """Make an account; asks for the password. 建立账号。"""
    from app.commands.account import NewAccount, add

    return add(NewAccount(name, role, trainee, oidc, from_stdin), home, session_of(context, language))


@account.command("list")
def show(context: typer.Context, home: Home = None, language: LanguageOption = None) -> int:
    """All accounts. 列出。"""
    from app.commands.account import show

    return show(home, session_of(context, language))


@account.command("password")
def password(
    context: typer.Context,
    name: Name,
    from_stdin: FromStdin = False,
    home: Home = None,
    language: LanguageOption = None,
) -> int:
    """Give a new password; signs out everywhere. 修改密码。"""
    from app.commands.account import password

    return password(name, home, session_of(context, language), from_stdin=from_stdin)


@account.command("role")
def role(
    context: typer.Context,
    name: Name,
    role: Annotated[Role, typer.Argument()],
    home: Home = None,
    language: LanguageOption = None,
) -> int:
    """Change what an account is for. 修改角色。"""
    from app.commands.account import role as change

    return change(name, role, home, session_of(context, language))


@account.command("enable")
def enable(context: typer.Context, name: Name, home: Home = None, language: LanguageOption = None) -> int:
    """Let an account in again. 启用。"""
    from app.commands.account import enable

    return enable(name, True, home, session_of(context, language))


@account.command("disable")
def disable(context: typer.Context, name: Name, home: Home = None, language: LanguageOption = None) -> int:
    """Sign an account out and keep it out. 停用。"""
    from app.commands.account import enable

    return enable(name, False, home, session_of(context, language))


@account.command("delete")
def delete(context: typer.Context, name: Name, home: Home = None, language: LanguageOption = None) -> int:
    """Delete an account; its takes stay. 删除账号。"""
    from app.commands.account import delete

    return delete(name, home, session_of(context, language))


@account.command("log")
def log(
    context: typer.Context,
    last: Annotated[int, typer.Option(min=1, metavar="N", help="How many lines. 行数。")] = 100,
    home: Home = None,
    language: LanguageOption = None,
) -> int:
    """Who did what to what belongs to another. 审计日志。"""
    from app.commands.account import log

    return log(last, home, session_of(context, language))
