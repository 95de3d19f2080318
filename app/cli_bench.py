"""``yitai bench ...``: thin calls of `app.commands.bench`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from app.cli_options import Jobs, LanguageOption, session_of
from app.settings import default_jobs
from vision.errors import UsageError

bench = typer.Typer(help="Measure the program itself. 测量程序自身。", no_args_is_help=True)


class CameraSource(StrEnum):
    """Cameras of a benchmark: those of the truth set, or found from the people in its recordings."""

    TRUE = "true"
    PERSON = "person"


PageOption = Annotated[Path | None, typer.Option(metavar="FILE.md", help="Instead of standard output. 输出文件。")]


@bench.command("accuracy")
def bench_accuracy(
    context: typer.Context,
    truth: Annotated[Path | None, typer.Option(metavar="DIR", help="Recordings whose truth is known. 真值集。")] = None,
    out: PageOption = None,
    calibration: Annotated[CameraSource, typer.Option(help="Whose cameras to use. 相机来源。")] = CameraSource.TRUE,
    grooming: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Portraits whose truth is known, instead. 仪容人像真值集。")
    ] = None,
    jobs: Jobs = None,
    language: LanguageOption = None,
) -> int:
    """Errors, coverage and verdicts on recordings whose truth is known. 精度。"""
    from app.commands.bench import bench_accuracy, bench_grooming, bench_person

    if grooming is not None:
        return bench_grooming(grooming, out, session_of(context, language))
    if truth is None:
        raise UsageError("give --truth DIR or --grooming DIR", "请用 --truth 或 --grooming 指定真值集")
    if calibration is CameraSource.PERSON:
        return bench_person(truth, out, jobs or default_jobs(), session_of(context, language))
    return bench_accuracy(truth, out, jobs or default_jobs(), session_of(context, language))


@bench.command("speed")
def bench_speed(
    context: typer.Context,
    recording: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="By default a sample. 录像。")] = None,
    clips: Annotated[
        Path, typer.Option(metavar="DIR", help="Recordings with a manifest, to hold fast against exact. 对比录像。")
    ] = Path("sample_media"),
    recordings: Annotated[
        int, typer.Option(min=1, metavar="N", help="How many make up the folder that is scored. 文件夹中录像数。")
    ] = 40,
    jobs: Jobs = None,
    out: PageOption = None,
    language: LanguageOption = None,
) -> int:
    """Seconds by stage beside the bare pose network, and what --fast changes. 速度。"""
    from app.commands.bench import bench_speed

    return bench_speed(recording, clips, recordings, jobs or default_jobs(), out, session_of(context, language))
