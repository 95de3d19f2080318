"""The command line ``yitai`` (仪态). Each command is a thin call of a function in `app.commands`."""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from app.cli_account import account
from app.cli_bench import bench
from app.cli_calibrate import calibrate
from app.cli_export import export
from app.cli_options import Jobs, LanguageOption, Sex, session_of
from app.cli_packs import packs
from app.cli_people import people
from app.cli_privacy import privacy
from app.cli_upkeep import backup, doctor, restore
from app.session import EXIT_INPUT, EXIT_INTERRUPTED, EXIT_OK, EXIT_USAGE, Session
from app.settings import LANGUAGES, default_jobs, default_language, program_version
from app.texts import line_of
from app.usage import usage_line
from calibration.errors import CameraError
from vision.errors import ManifestError, PackError, UsageError, YitaiError
from vision.types import Drill

app = typer.Typer(
    help="Yitai 仪态: measures posture against written service standards with one ordinary camera.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(account, name="account")
app.add_typer(calibrate, name="calibrate")
app.add_typer(packs, name="packs")
app.add_typer(people, name="people")
app.add_typer(privacy, name="privacy")
app.add_typer(bench, name="bench")
app.command()(export)
app.command()(backup)
app.command()(restore)
app.command()(doctor)


class ProgressStyle(StrEnum):
    """For people or for programs."""

    TEXT = "text"
    JSON = "json"


class LogLevel(StrEnum):
    """From which level on the log is shown."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


Inputs = Annotated[
    list[str] | None, typer.Argument(metavar="INPUT...", help="Videos, pictures, folders, globs. 输入。")
]
Manifest = Annotated[Path | None, typer.Option(metavar="FILE.csv", help="Who is in which recording. 清单。")]
Calibration = Annotated[Path | None, typer.Option(metavar="FILE", help="Camera file for all inputs. 相机文件。")]
Height = Annotated[float | None, typer.Option(metavar="CM", help="The person's height. 身高（厘米）。")]
SexOption = Annotated[Sex | None, typer.Option(help="Selects clauses that differ. 性别。")]
Standard = Annotated[str, typer.Option(metavar="ID", help="Standard pack or .toml file. 标准。")]
DrillOption = Annotated[str, typer.Option(metavar="|".join(("auto", *Drill)), help="What is performed. 动作。")]
Person = Annotated[str, typer.Option(metavar="largest|center|N", help="Who is measured. 被测者。")]
Fast = Annotated[
    bool,
    typer.Option(
        "--fast/--exact", help="Look at fewer frames; what is unsure stays undecided. 快速/精确（默认精确）。"
    ),
]
SampleFps = Annotated[float | None, typer.Option(metavar="F", help="Frames a second to look at. 取样帧率。")]
Timeout = Annotated[
    float, typer.Option(min=1, metavar="S", help="Seconds of silence after which a worker is replaced. 超时（秒）。")
]
ProgressOption = Annotated[ProgressStyle, typer.Option(help="json: one object a line on standard error. 进度格式。")]
LogLevelOption = Annotated[LogLevel, typer.Option(help="What to log on standard error. 日志级别。")]
BlurFaces = Annotated[bool, typer.Option("--blur-faces", help="Cover faces in videos and pictures. 遮盖人脸。")]
BlurredCopy = Annotated[
    bool, typer.Option("--blurred-copy", help="The recording itself, too, with faces covered. 另存遮脸录像。")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress. 不显示进度。")]


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"yitai {program_version()}")
        raise typer.Exit


@app.callback()
def root(
    context: typer.Context,
    language: LanguageOption = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version. 版本。")
    ] = False,
) -> None:
    """Yitai 仪态: measures posture against written service standards with one ordinary camera."""
    session_of(context, language)


@app.command()
def score(
    context: typer.Context,
    out: Annotated[str, typer.Option(metavar="DIR|URL", help="Where the report folders go. 输出文件夹。")],
    inputs: Inputs = None,
    manifest: Manifest = None,
    calibration: Calibration = None,
    height_cm: Height = None,
    sex: SexOption = None,
    standard: Standard = "telecom",
    drill: DrillOption = "auto",
    person: Person = "largest",
    jobs: Jobs = None,
    sample_fps: SampleFps = None,
    fast: Fast = False,
    no_video: Annotated[bool, typer.Option("--no-video", help="Leave out annotated.mp4. 不输出标注视频。")] = False,
    formats: Annotated[str, typer.Option(help="json,html,pdf,csv,xlsx,vtt,trc,mot 输出格式。")] = "json,html,csv",
    blur_faces: BlurFaces = False,
    blurred_copy: BlurredCopy = False,
    neutral: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Own upright, for bows without one in the recording. 自然站姿文件。"),
    ] = None,
    routine: Annotated[
        Path | None,
        typer.Option(metavar="FILE.toml", help="The order to be shown, with --drill routine. 流程文件。"),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Skip what is done and unchanged. 续做。")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit code 3 when a check failed. 严格。")] = False,
    watch: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Score what appears in a folder, until Ctrl-C. 监视文件夹。")
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option(metavar="tcp://HOST:8786", help="Use a cluster that runs already. 集群调度器。")
    ] = None,
    timeout: Timeout = 900.0,
    progress: ProgressOption = ProgressStyle.TEXT,
    log_level: LogLevelOption = LogLevel.WARNING,
    quiet: Quiet = False,
    language: LanguageOption = None,
) -> int:
    """Score recordings: one report folder for each, and a summary. 评分。"""
    from app.commands.score import (
        Request,
        ScoreRequest,
        parse_drill,
        parse_faces,
        parse_formats,
        parse_routine_file,
        run_score,
    )
    from app.engine import Choices
    from app.inputs import Defaults
    from app.logs import log_to_stderr

    log_to_stderr(log_level.value)
    session = session_of(context, language)
    asked = parse_drill(drill)
    order = parse_routine_file(routine, asked)
    faces = parse_faces(blur=blur_faces, copy=blurred_copy)
    request = Request(
        inputs or (),
        manifest,
        Defaults(calibration, height_cm, sex and sex.value, standard, asked),
        Choices(
            person, sample_fps, parse_formats(formats), not no_video, session.language, neutral, fast, order, faces
        ),
        jobs or default_jobs(),
        quiet,
        progress.value,
    )
    return run_score(request, ScoreRequest(out, resume, strict, scheduler, timeout, watch), session)


@app.command()
def worker(
    context: typer.Context,
    scheduler: Annotated[str, typer.Argument(metavar="tcp://HOST:8786")],
    jobs: Jobs = None,
    scratch: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where fetched recordings lie meanwhile. 临时文件夹。")
    ] = None,
    memory_gib: Annotated[
        float | None, typer.Option(min=0.5, metavar="GIB", help="A worker that takes more is replaced. 内存上限。")
    ] = None,
    log_level: LogLevelOption = LogLevel.WARNING,
    language: LanguageOption = None,
) -> int:
    """Lend this machine's processors to a cluster. 加入集群。"""
    from app.commands.worker import run_worker
    from app.logs import log_to_stderr

    log_to_stderr(log_level.value)
    return run_worker(scheduler, jobs or default_jobs(), scratch, memory_gib, session_of(context, language))


@app.command()
def views(
    context: typer.Context,
    standard: Standard = "telecom",
    out: Annotated[
        Path | None, typer.Option(metavar="FILE.md", help="Write the guide for recording. 输出文件。")
    ] = None,
    language: LanguageOption = None,
) -> int:
    """From where each clause can be seen, and what else it needs. 拍摄指南。"""
    from app.commands.views import show_views

    return show_views(standard, out, session_of(context, language))


@app.command()
def measure(
    context: typer.Context,
    inputs: Inputs = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE.jsonl", help="Instead of standard output. 输出文件。")
    ] = None,
    manifest: Manifest = None,
    calibration: Calibration = None,
    height_cm: Height = None,
    sex: SexOption = None,
    standard: Standard = "telecom",
    drill: DrillOption = "auto",
    person: Person = "largest",
    jobs: Jobs = None,
    sample_fps: SampleFps = None,
    fast: Fast = False,
    quiet: Quiet = False,
    language: LanguageOption = None,
) -> int:
    """Raw measurements without rules: one JSON line per still or frame. 测量。"""
    from app.commands.measure import run_measure
    from app.commands.score import Request, parse_drill
    from app.engine import Choices
    from app.inputs import Defaults

    session = session_of(context, language)
    request = Request(
        inputs or (),
        manifest,
        Defaults(calibration, height_cm, sex and sex.value, standard, parse_drill(drill)),
        Choices(person, sample_fps, language=session.language, fast=fast),
        jobs or default_jobs(),
        quiet,
    )
    return run_measure(request, out, session)


@app.command()
def rejudge(
    context: typer.Context,
    reports: Annotated[
        list[str] | None,
        typer.Argument(metavar="REPORT_FOLDER...", help="Report folders, or folders of them. 报告文件夹。"),
    ] = None,
    standard: Standard = "telecom",
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Instead of beside the earlier reports, which stay. 输出文件夹。"),
    ] = None,
    formats: Annotated[str, typer.Option(help="json,html,csv,pdf,xlsx,vtt 输出格式。")] = "json,html,csv",
    jobs: Jobs = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit code 3 when a check failed. 严格。")] = False,
    quiet: Quiet = False,
    language: LanguageOption = None,
) -> int:
    """Judge kept reports by another standard, without video or network. 重新评判。"""
    from app.commands.rejudge import RejudgeRequest, run_rejudge

    session = session_of(context, language)
    request = RejudgeRequest(reports or (), standard, out, formats, jobs or default_jobs(), strict, quiet)
    return run_rejudge(request, session)


@app.command("app")
def start_app(
    context: typer.Context,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Where the page listens. 端口。")] = 8501,
    address: Annotated[
        str, typer.Option("--address", "--host", metavar="IP", help="0.0.0.0 serves others, who sign in. 监听地址。")
    ] = "127.0.0.1",
    browser: Annotated[bool, typer.Option(help="Open the browser. 打开浏览器。")] = True,
    home: Annotated[Path | None, typer.Option(metavar="DIR", help="Where takes are kept. 数据文件夹。")] = None,
    cert: Annotated[Path | None, typer.Option(metavar="FILE", help="TLS certificate, for HTTPS. 证书。")] = None,
    key: Annotated[Path | None, typer.Option(metavar="FILE", help="Its private key. 私钥。")] = None,
    login: Annotated[
        bool, typer.Option("--login", help="Ask for a login here, too: behind a proxy. 要求登录。")
    ] = False,
    check: Annotated[bool, typer.Option("--check", help="Test camera, network and model. 自检。")] = False,
    language: LanguageOption = None,
) -> int:
    """Start the page: practise, review, score. 启动网页。"""
    from app.commands.app import AppRequest, check_app, run_app

    request = AppRequest(address, port, browser, home, cert, key, login)
    session = session_of(context, language)
    return check_app(request, session) if check else run_app(request, session)


def _asked_language(arguments: list[str]) -> str:
    """The language of messages before the arguments are parsed."""
    for place, argument in enumerate(arguments):
        following = arguments[place + 1] if place + 1 < len(arguments) else ""
        value = following if argument == "--language" else argument.removeprefix("--language=")
        if argument.startswith("--language") and value in LANGUAGES:
            return value
    return default_language()


def main(argv: list[str] | None = None) -> int:
    """Run one command; every error a user can cause is one line on stderr."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    session = Session(_asked_language(arguments), arguments)
    command = typer.main.get_command(app)
    try:
        code = command.main(arguments, prog_name="yitai", standalone_mode=False, obj=session)
    except typer.TyperException as error:
        return _wrong_usage(error, session)
    except (ManifestError, PackError, UsageError, CameraError) as error:
        line = line_of(error, session.language)
        session.warn(line, line)
        return EXIT_USAGE
    except YitaiError as error:
        line = line_of(error, session.language)
        session.warn(line, line)
        return EXIT_INPUT
    except BrokenPipeError:  # `yitai measure ... | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_INPUT
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    return code if isinstance(code, int) else EXIT_OK


def _wrong_usage(error: typer.TyperException, session: Session) -> int:
    if type(error).__name__ == "NoArgsIsHelpError":
        print(error.format_message())
        return EXIT_USAGE
    line = usage_line(error.format_message(), session.language)
    session.warn(line, line)
    return EXIT_USAGE


if __name__ == "__main__":
    sys.exit(main())
