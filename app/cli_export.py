"""``yitai export``: a thin call of `app.commands.export`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli_options import LanguageOption, session_of


def export(
    context: typer.Context,
    out: Annotated[Path, typer.Option(metavar="DIR|FILE.zip", help="Where the files go. 输出文件夹或压缩包。")],
    takes: Annotated[
        list[str] | None, typer.Argument(metavar="TAKE|REPORT_FOLDER...", help="Takes by number, or report folders.")
    ] = None,
    trainee: Annotated[str | None, typer.Option(metavar="NAME", help="All takes of a trainee. 某位学员。")] = None,
    group: Annotated[
        str | None, typer.Option("--class", metavar="NAME", help="All takes of a class. 某个班级。")
    ] = None,
    formats: Annotated[
        str, typer.Option("--format", "--formats", help="pdf,xlsx,csv,json,vtt,series,trc,mot 输出格式。")
    ] = "pdf,xlsx,csv,json",
    home: Annotated[Path | None, typer.Option(metavar="DIR", help="The data folder. 数据文件夹。")] = None,
    language: LanguageOption = None,
) -> int:
    """Takes, a trainee or a class as PDF, workbook, tables, subtitles or OpenSim files. 导出。"""
    from app.commands.export import ExportRequest, run_export

    return run_export(ExportRequest(takes or (), trainee, group, formats, out, home), session_of(context, language))
