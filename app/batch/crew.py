"""Where the workers of a cluster come from: started here for one run, or joined where somebody else started them."""

from __future__ import annotations

import logging
import os
import signal
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dask
from distributed import Client, LocalCluster, Nanny, Worker, WorkerPlugin

from app.settings import WORKER_ENVIRONMENT, prepare_for_workers
from vision.errors import UsageError

TALKERS = ("distributed", "distributed.client", "distributed.worker", "distributed.nanny", "tornado")
JOIN_S = 20.0  # to reach a scheduler
WORKERS_S = 120.0  # for a first worker to be there
# A worker's memory is the pose network's and the pictures', nothing that dask could spill to disk; a paused worker
# would never go on. One that takes nearly all its share is ended, and its recording tried again.
CONFIG: dict[str, Any] = {
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.terminate": 0.95,
    "distributed.scheduler.worker-saturation": 1.0,  # nothing waits with a worker that may die
    "distributed.worker.memory.monitor-interval": "1s",
    "distributed.worker.profile.enabled": False,  # looks at the work's stack a hundred times a second, for nobody
    "distributed.admin.system-monitor.gil.enabled": False,
    # Not dask's own MALLOC_TRIM_THRESHOLD_, either: giving every picture's memory back takes a third of all time.
    "distributed.nanny.pre-spawn-environ": WORKER_ENVIRONMENT,
}


class Quiet(WorkerPlugin):
    """Workers on this machine: native noise goes to a log, and Ctrl-C is the parent's to decide about."""

    def __init__(self, logs: str) -> None:
        self._logs = logs

    def setup(self, worker: Worker) -> None:
        """Called in every worker before its first task, in new ones too."""
        descriptor = os.open(f"{self._logs}/{worker.name}.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(descriptor, 2)
        os.close(descriptor)
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def started_here(jobs: int) -> Iterator[Client]:
    """A cluster of this machine's processors, for as long as the block."""
    prepare_for_workers()
    _quiet()
    with (
        tempfile.TemporaryDirectory(prefix="yitai-", ignore_cleanup_errors=True) as folder,
        dask.config.set(CONFIG),
        LocalCluster(
            n_workers=jobs,
            threads_per_worker=1,
            processes=True,
            dashboard_address="127.0.0.1:0",
            host="127.0.0.1",
            local_directory=folder,
            silence_logs=False if _talks() else logging.CRITICAL,
        ) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        client.register_plugin(Quiet(folder))
        try:
            yield client
        finally:
            end_workers(cluster)


def end_workers(cluster: LocalCluster) -> None:
    """End workers at once: what they hold is not wanted any more, and a network in native code hears no request."""
    for nanny in cluster.workers.values():
        process = nanny.process and nanny.process.process
        if process is not None and process.pid is not None:
            nanny.auto_restart = False
            os.kill(process.pid, signal.SIGKILL)


@contextmanager
def joined(address: str) -> Iterator[Client]:
    """The cluster of a scheduler that runs already."""
    _quiet()
    try:
        client = Client(address, timeout=JOIN_S, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise UsageError(
            f"--scheduler {address}: no scheduler answers; start one with: dask scheduler",
            f"--scheduler {address}：调度器没有响应；可用 dask scheduler 启动",
        ) from error
    with client:
        try:
            client.wait_for_workers(1, timeout=WORKERS_S)
        except TimeoutError:
            raise UsageError(
                f"--scheduler {address}: no worker has joined; start some with: yitai worker {address}",
                f"--scheduler {address}：还没有工作进程；可用 yitai worker {address} 启动",
            ) from None
        yield client


def _talks() -> bool:
    """Whether somebody asked for details: else what dask says of its workers is told in our own words."""
    return logging.getLogger("app").getEffectiveLevel() <= logging.INFO


def _quiet() -> None:
    for name in TALKERS:
        logging.getLogger(name).setLevel(logging.INFO if _talks() else logging.CRITICAL)


async def serve(address: str, jobs: int, scratch: Path | None, memory_gib: float | None) -> None:
    """``jobs`` workers of a scheduler somewhere, each replaced when it dies; until somebody stops them."""
    import asyncio

    prepare_for_workers()
    _quiet()
    limit: Any = "auto" if memory_gib is None else int(memory_gib * (1 << 30))
    with dask.config.set(CONFIG):
        nannies = [
            Nanny(address, nthreads=1, memory_limit=limit, local_directory=scratch and str(scratch))
            for _ in range(jobs)
        ]
        try:
            await asyncio.gather(*nannies)
            await asyncio.gather(*(nanny.finished() for nanny in nannies))
        finally:
            await asyncio.gather(*(nanny.close() for nanny in nannies), return_exceptions=True)
