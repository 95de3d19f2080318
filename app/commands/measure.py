"""``yitai measure``: numbers without rules, one JSON line for each still or frame."""

from __future__ import annotations

import sys
from pathlib import Path

from app.batch.measure import measure_all
from app.commands.score import Request, interruptible, prepare
from app.progress import Show
from app.session import EXIT_INPUT, EXIT_INTERRUPTED, EXIT_OK, Session
from vision.files import replacing


def run_measure(request: Request, out: Path | None, session: Session) -> int:
    """Measure everything to ``out`` (standard output when None) and return the exit code."""
    inputs = prepare(request)
    total = len(inputs.tasks) + len(inputs.nothing)
    try:
        with interruptible(), Show(session.err, total, session.language, quiet=request.quiet) as show:
            if out is None:
                failures = measure_all(inputs, request.choices, request.jobs, sys.stdout, show)
            else:
                with replacing(out) as partial, partial.open("w", encoding="utf-8") as file:
                    failures = measure_all(inputs, request.choices, request.jobs, file, show)
    except KeyboardInterrupt:
        session.warn("已停止，未写出结果", "stopped; nothing was written" if out else "stopped")
        return EXIT_INTERRUPTED
    return EXIT_INPUT if failures else EXIT_OK
