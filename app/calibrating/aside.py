"""Runs a piece of work in a worker process, so that what native libraries print never reaches a user's terminal."""

from __future__ import annotations

from typing import Any

from app.batch import pool
from vision.errors import MediaError


def aside(work: pool.Work, task: Any) -> Any:
    """What ``work(task, progress)`` returns; raises what it says went wrong. Both are pickled."""
    for event in pool.run(work, [task], 1):
        match event:
            case pool.Finished():
                return event.result
            case pool.Failed():
                raise event.error
            case pool.Died():
                last = " ".join(event.log.split()[-12:])
                raise MediaError(f"the worker ended unexpectedly: {last}", f"工作进程意外结束：{last}")
            case _:
                continue
    raise MediaError("the worker gave no result", "工作进程没有结果")
