"""What workers of a benchmark return; the first failure ends it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.batch import pool
from vision.errors import YitaiError


def results_of(work: pool.Work, tasks: Sequence[Any], jobs: int) -> list[Any]:
    """``work(task, progress)`` for every task, in their order."""
    found: dict[int, Any] = {}
    for event in pool.run(work, tasks, jobs):
        match event:
            case pool.Finished():
                found[event.index] = event.result
            case pool.Failed():
                raise event.error
            case pool.Died():
                last = " ".join(event.log.split()[-20:])
                raise YitaiError(f"the benchmark stopped: {last}", f"测速中断：{last}")
    return [found[index] for index in sorted(found)]
