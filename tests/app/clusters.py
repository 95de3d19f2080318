"""Schedulers, workers and an S3 server as processes of their own, for the tests of scoring on clusters."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PERSON = ROOT / "tests" / "data" / "person.jpg"
YITAI = [sys.executable, "-c", "import sys; from app.cli import main; sys.exit(main())"]
PATIENCE_S = 300.0  # for a process to be there, on a busy machine
KEYS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_DEFAULT_REGION": "us-east-1"}


def surroundings(**more: str) -> dict[str, str]:
    """The environment of a process of ours."""
    return {**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8", **KEYS, **more}


def free_port() -> int:
    """A port that nobody uses."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def process(command: Sequence[str], log: Path, env: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A command that is ended with the block."""
    with log.open("wb") as file:
        running = subprocess.Popen(command, stdout=file, stderr=file, env=dict(env), cwd=ROOT)
        try:
            yield running
        finally:
            running.terminate()
            try:
                running.wait(20)
            except subprocess.TimeoutExpired:
                running.kill()
                running.wait()


@dataclass(slots=True)
class Cluster:
    """A scheduler, its workers (each a `yitai worker` with one process) and an S3 server."""

    address: str
    endpoint: str
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    scheduler: subprocess.Popen[bytes] | None = None

    @property
    def env(self) -> dict[str, str]:
        """What programs need to know to reach the S3 server."""
        return surroundings(AWS_ENDPOINT_URL=self.endpoint, FSSPEC_S3_ENDPOINT_URL=self.endpoint)


@contextmanager
def cluster(
    folder: Path, workers: int, prefixes: Sequence[Sequence[str]] = (), host: str = "127.0.0.1"
) -> Iterator[Cluster]:
    """A cluster that listens at ``host``; ``prefixes``: commands in front of the server's and each worker's own."""
    inside = list(prefixes) or [[]] * (workers + 1)
    port, s3_port = free_port(), free_port()
    one = Cluster(f"tcp://{host}:{port}", f"http://{host}:{s3_port}")
    with ExitStack() as stack:
        scheduler = [sys.executable, "-m", "dask", "scheduler", "--host", host, "--port", str(port), "--no-dashboard"]
        scheduler += ["--scheduler-file", str(folder / "scheduler.json")]
        server = [sys.executable, "-m", "moto.server", "-H", host, "-p", str(s3_port)]
        one.scheduler = stack.enter_context(process([*inside[0], *scheduler], folder / "scheduler.log", one.env))
        stack.enter_context(process([*inside[0], *server], folder / "s3.log", one.env))
        for number in range(workers):
            command = [*inside[number + 1], *YITAI, "worker", one.address, "--jobs", "1"]
            scratch = ["--scratch", str(folder / f"scratch-{number}")]
            log = folder / f"worker-{number}.log"
            one.workers.append(stack.enter_context(process([*command, *scratch], log, one.env)))
        wait_for(folder / "scheduler.json")
        wait_for(folder / "scheduler.log", "Register worker", workers)
        yield one


def wait_for(path: Path, words: str = "", count: int = 0) -> None:
    """Until a process has made a file, and has written ``words`` into it ``count`` times."""
    until = time.monotonic() + PATIENCE_S
    while not path.exists() or path.read_text(encoding="utf-8").count(words) < count:
        assert time.monotonic() < until, f"{path} did not come"
        time.sleep(0.1)


def wait_for_http(endpoint: str) -> None:
    """Until the S3 server answers."""
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            with urllib.request.urlopen(endpoint, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


def what_counts(report: dict[str, Any]) -> dict[str, Any]:
    """A report without what differs from run to run by its nature: times, and the file's own name and content."""
    source = {key: value for key, value in report["source"].items() if key not in ("path", "sha256")}
    kept = {key: value for key, value in report.items() if key not in ("timing", "created")}
    return {**kept, "source": source}


def events(text: str) -> list[dict[str, Any]]:
    """The lines of ``--progress json``."""
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]
