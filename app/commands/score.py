"""``yitai score``: a report folder for each recording and a summary."""

from __future__ import annotations

import shlex
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType
from typing import NoReturn

from rich.table import Table

from app.batch.drop import LOOK_EVERY_S, DropFolder, named_by
from app.batch.run import SILENT_S, Batch
from app.batch.summary import SummaryRow, read_rows
from app.engine import Choices, check_beforehand
from app.inputs import Defaults, Inputs, gather
from app.manifest import HEIGHT_RANGE_CM, read_manifest
from app.progress import Shown, show
from app.remote import below, is_url, local_text
from app.session import EXIT_CHECK_FAILED, EXIT_INPUT, EXIT_INTERRUPTED, EXIT_OK, Session, require
from app.texts import pick, verdict_word
from vision.routine.files import parse_routine, read_text
from vision.standard import load_pack
from vision.types import Drill, Verdict


@dataclass(frozen=True, slots=True)
class Request:
    """What ``score`` and ``measure`` share."""

    inputs: Sequence[str]
    manifest: Path | None
    defaults: Defaults
    choices: Choices
    jobs: int
    quiet: bool = False
    progress: str = "text"


@dataclass(frozen=True, slots=True)
class ScoreRequest:
    """What ``score`` adds. ``out``: a folder or the URL of one; ``watch``: a drop folder, instead of inputs."""

    out: Path | str
    resume: bool = False
    strict: bool = False
    scheduler: str | None = None
    silent_s: float = SILENT_S
    watch: Path | None = None


def check_request(request: Request) -> None:
    """UsageError when options do not fit, or there is no input."""
    require(
        bool(request.inputs) or request.manifest is not None,
        "没有输入：请给出视频、图片、文件夹，或 --manifest FILE.csv",
        "nothing to do: give videos, pictures, folders, or --manifest FILE.csv",
    )
    check_options(request)


def check_options(request: Request) -> None:
    """UsageError when options do not fit."""
    person = request.choices.person
    require(
        person in ("largest", "center") or (person.isdecimal() and int(person) >= 1),
        f"--person 应为 largest、center 或从 1 开始的序号，实为 {person}",
        f"--person: expected largest, center or a number from 1, got {person}",
    )
    fps = request.choices.sample_fps
    require(fps is None or fps > 0, f"--sample-fps 应大于 0，实为 {fps}", f"--sample-fps: expected above 0, got {fps}")
    height, (low, high) = request.defaults.height_cm, HEIGHT_RANGE_CM
    require(
        height is None or low <= height <= high,
        f"--height-cm 应在 {low:g} 到 {high:g} 之间，实为 {height}",
        f"--height-cm: expected {low:g} to {high:g}, got {height}",
    )


def parse_formats(text: str) -> frozenset[str]:
    """``json,html`` as a set; ``json`` is always in it. UsageError for a name that is none."""
    from vision.report.write import FORMATS

    names = [name.strip().lower() for name in text.split(",") if name.strip()]
    unknown = [name for name in names if name not in FORMATS]
    known = ", ".join(FORMATS)
    require(
        not unknown,
        f"--formats 中有未知格式 {', '.join(unknown)}；可用：{known}",
        f"--formats: unknown {', '.join(unknown)}; known: {known}",
    )
    return frozenset({"json", *names})


def parse_faces(*, blur: bool, copy: bool) -> str:
    """What becomes of faces in pictures (`vision.outputs.Faces`); a copy of the recording has them covered always."""
    return "covered_and_copy" if copy else "covered" if blur else "shown"


def parse_drill(text: str) -> Drill | None:
    """The drill of that name, None for ``auto``. UsageError for a name that is none."""
    words = ("auto", *Drill)
    known = ", ".join(words)
    require(text in words, f"--drill 应为 {known} 之一，实为 {text}", f"--drill: expected one of {known}, got {text}")
    return None if text == "auto" else Drill(text)


def parse_routine_file(path: Path | None, drill: Drill | None) -> str | None:
    """The text of a routine file that is sound; UsageError where the drill leaves no room for it."""
    if path is None:
        return None
    require(
        drill in (None, Drill.ROUTINE),
        f"--routine 需要 --drill routine，实为 {drill}",
        f"--routine needs --drill routine, got {drill}",
    )
    text = read_text(path)
    parse_routine(text, str(path))
    return text


def prepare(request: Request) -> Inputs:
    """What there is to do; raises whatever is wrong with options, manifest, cameras or packs."""
    check_request(request)
    rows = read_manifest(request.manifest) if request.manifest else None
    inputs = gather(request.inputs, rows, request.defaults)
    check_beforehand(inputs.tasks, request.choices.neutral)
    return inputs


def run_score(request: Request, score: ScoreRequest, session: Session) -> int:
    """Score everything and return the exit code."""
    out = place_for(score.out)
    if score.scheduler is not None:
        reach(score.scheduler)
    if score.watch is not None:
        return _score_as_they_come(request, score, score.watch, out, session)
    batch = _batch(prepare(request), request, score, out)
    try:
        with interruptible(), _shown(request, batch.total, session) as shown:
            rows = batch.run(shown)
    except KeyboardInterrupt:
        _say_how_to_go_on(batch, session)
        return EXIT_INTERRUPTED
    if not request.quiet and request.progress == "text":
        _show_result(rows, out, session)
    return exit_code(rows, strict=score.strict)


def reach(scheduler: str) -> None:
    """UsageError, before anything is written, where no cluster answers."""
    from app.batch.crew import joined

    with joined(scheduler):
        return


def place_for(out: Path | str) -> Path | str:
    """A folder, or a URL as it stands; UsageError where a file is in the way."""
    if is_url(str(out)):
        return str(out)
    folder = Path(local_text(str(out)))
    require(
        not folder.exists() or folder.is_dir(),
        f"--out {folder} 是文件，应为文件夹",
        f"--out {folder} is a file, expected a folder",
    )
    return folder


def _batch(inputs: Inputs, request: Request, score: ScoreRequest, out: Path | str) -> Batch:
    return Batch(
        inputs,
        request.choices,
        out,
        request.jobs,
        score.resume,
        scheduler=score.scheduler,
        silent_s=score.silent_s,
    )


def _shown(request: Request, total: int, session: Session) -> Shown:
    return show(session.err, total, session.language, quiet=request.quiet, style=request.progress)


def _score_as_they_come(request: Request, score: ScoreRequest, folder: Path, out: Path | str, session: Session) -> int:
    """Score what appears in a drop folder until Ctrl-C. Between recordings that ends it; within one it interrupts."""
    require(
        not request.inputs and request.manifest is None,
        "--watch 不能与其他输入同时使用",
        "--watch takes the place of inputs and of --manifest",
    )
    require(folder.is_dir(), f"--watch {folder} 不是文件夹", f"--watch {folder}: no such folder")
    require(isinstance(out, Path), "--watch 时 --out 应为本机文件夹", "--watch needs a folder of this machine as --out")
    assert isinstance(out, Path)
    check_options(request)
    load_pack(request.defaults.standard)
    kept = {row.path: row for row in read_rows(out)}
    drop = DropFolder(folder, request.defaults, named=named_by(list(kept.values())))
    if not request.quiet:
        session.warn(f"等待 {folder} 中的录像；按 Ctrl-C 结束", f"waiting for recordings in {folder}; Ctrl-C ends it")
    busy: Batch | None = None
    try:
        with interruptible():
            while True:
                inputs = drop.ready()
                if inputs.tasks:
                    check_beforehand(inputs.tasks, request.choices.neutral)
                    busy = _batch(inputs, request, replace(score, resume=True), out)
                    busy.earlier = _others(kept, inputs)
                    with _shown(request, busy.total, session) as shown:
                        kept.update((row.path, row) for row in busy.run(shown))
                    busy = None
                time.sleep(LOOK_EVERY_S)
    except KeyboardInterrupt:
        if busy is not None:
            _say_how_to_go_on(busy, session)
            return EXIT_INTERRUPTED
    return exit_code(list(kept.values()), strict=score.strict)


def _others(kept: dict[str, SummaryRow], inputs: Inputs) -> tuple[SummaryRow, ...]:
    """Rows of recordings that are not scored now."""
    now = {task.path for task in inputs.tasks}
    return tuple(row for path, row in kept.items() if path not in now)


def exit_code(rows: Sequence[SummaryRow], *, strict: bool) -> int:
    """1 when a recording could not be scored; else, if strict, 3 when a check failed."""
    if any(row.status == "failed" for row in rows):
        return EXIT_INPUT
    return EXIT_CHECK_FAILED if strict and any(map(_falls_short, rows)) else EXIT_OK


def _falls_short(row: SummaryRow) -> bool:
    return bool(row.failed) or row.routine == Verdict.FAIL


@contextmanager
def interruptible() -> Iterator[None]:
    """Let a polite SIGTERM end a run like Ctrl-C does."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _say_how_to_go_on(batch: Batch, session: Session) -> None:
    resume = [] if {"--resume", "--watch"} & set(session.argv) else ["--resume"]
    command = shlex.join(["yitai", *session.argv, *resume])
    count = f"{len(batch.rows)}/{batch.total}"
    session.warn(f"已停止，完成 {count}；继续：{command}", f"stopped, {count} done; go on with: {command}")


def _show_result(rows: Sequence[SummaryRow], out: Path | str, session: Session) -> None:
    language = session.language
    if session.out.is_terminal:
        table = Table(box=None)
        for zh, en in (
            ("录像", "recording"),
            ("动作", "drills"),
            ("结论", "verdict"),
            ("得分", "score"),
            ("报告", "report"),
        ):
            table.add_column(pick(language, zh, en), overflow="fold")
        for row in rows:
            verdict = verdict_word(language, row.verdict) if row.verdict else pick(language, "出错", "error")
            score = "" if row.score is None else f"{row.score:.0f}"
            report = row.html or row.report
            table.add_row(row.path, " ".join(row.drills), verdict, score, below(str(out), report) if report else "")
        session.out.print(table)
    failed = sum(row.status == "failed" for row in rows)
    summary = below(str(out), "summary.csv")
    session.say(
        f"已评分 {len(rows) - failed} 个，失败 {failed} 个；汇总：{summary}",
        f"{len(rows) - failed} scored, {failed} failed; summary: {summary}",
    )
