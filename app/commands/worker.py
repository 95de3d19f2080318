"""``yitai worker``: this machine's processors for the scheduler of a cluster."""

from __future__ import annotations

import asyncio
from pathlib import Path

from app.commands.score import interruptible
from app.session import EXIT_INTERRUPTED, EXIT_OK, Session
from vision.errors import UsageError


def run_worker(address: str, jobs: int, scratch: Path | None, memory_gib: float | None, session: Session) -> int:
    """Serve until the scheduler ends or somebody stops it."""
    from app.batch.crew import serve

    session.warn(
        f"{jobs} 个工作进程，调度器 {address}；按 Ctrl-C 结束", f"{jobs} workers for {address}; Ctrl-C ends them"
    )
    try:
        with interruptible():
            asyncio.run(serve(address, jobs, scratch, memory_gib))
    except (OSError, ValueError, TimeoutError) as error:
        raise UsageError(
            f"{address}: no scheduler answers ({error}); start one with: dask scheduler",
            f"{address}：调度器没有响应（{error}）；可用 dask scheduler 启动",
        ) from error
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    return EXIT_OK
