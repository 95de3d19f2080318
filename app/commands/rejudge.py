"""``yitai rejudge``: kept reports judged by another standard, without video or network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.commands.score import exit_code, interruptible, parse_formats
from app.library.again import Plan, find_reports, judge_again
from app.progress import Show
from app.session import EXIT_INTERRUPTED, Session, require


@dataclass(frozen=True, slots=True)
class RejudgeRequest:
    """What stands on the command line."""

    inputs: Sequence[str]
    standard: str
    out: Path | None
    formats: str
    jobs: int
    strict: bool = False
    quiet: bool = False


def run_rejudge(request: RejudgeRequest, session: Session) -> int:
    """Judge every report again and return the exit code."""
    require(bool(request.inputs), "没有输入：请给出报告文件夹", "nothing to do: name report folders")
    out = request.out
    require(
        out is None or not out.exists() or out.is_dir(),
        f"--out {out} 是文件，应为文件夹",
        f"--out {out} is a file, expected a folder",
    )
    formats = parse_formats(request.formats)
    for kind in ("trc", "mot"):
        require(kind not in formats, f"rejudge 不输出 {kind}", f"rejudge writes no {kind}: nothing in it is judged")
    kept, nothing = find_reports(request.inputs)
    plan = Plan(kept, nothing, request.standard, out, formats, session.language, request.jobs)
    try:
        with interruptible(), Show(session.err, plan.total, session.language, quiet=request.quiet) as show:
            rows = judge_again(plan, show)
    except KeyboardInterrupt:
        session.warn("已停止；已评判的报告保留", "stopped; what was judged again stays")
        return EXIT_INTERRUPTED
    if not request.quiet:
        failed = sum(row.status == "failed" for row in rows)
        session.say(
            f"已重新评判 {len(rows) - failed} 份，失败 {failed} 份",
            f"{len(rows) - failed} judged again, {failed} failed",
        )
    return exit_code(rows, strict=request.strict)
