"""Scoring on a real cluster: scheduler and workers as processes of their own, recordings and reports on S3."""

from __future__ import annotations

import io
import json
import random
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
from PIL import Image, ImageEnhance

from app.cli import main
from tests.app.clusters import PERSON, YITAI, Cluster, cluster, events, wait_for_http, what_counts

pytestmark = [pytest.mark.model, pytest.mark.slow]

COUNT = 100
VARIANTS = 4
KILLS = 5
OPTIONS = ["--formats", "json", "--no-video", "--sample-fps", "2"]
CLIP = Path(__file__).parents[2] / "sample_media" / "d01_stand_v45.mp4"


def variant(number: int) -> bytes:
    """A picture of the person, a little brighter each time."""
    data = io.BytesIO()
    with Image.open(PERSON) as picture:
        ImageEnhance.Brightness(picture).enhance(1.0 + 0.05 * number).save(data, "JPEG", quality=92)
    return data.getvalue()


def inputs() -> dict[str, bytes]:
    """Names and contents, each of its own: what follows a JPEG's end is not looked at."""
    pictures = [variant(number) for number in range(VARIANTS)]
    many = {f"p{n:03d}.jpg": pictures[n % VARIANTS] + bytes([n]) for n in range(COUNT - 1)}
    return {**many, "clip.mp4": CLIP.read_bytes()}


def store(there: Cluster) -> Any:
    """The S3 server as a file system."""
    import s3fs

    wait_for_http(there.endpoint)
    return s3fs.S3FileSystem(
        key="testing",
        secret="testing",
        endpoint_url=there.endpoint,
        skip_instance_cache=True,
        use_listings_cache=False,
    )


def worker_processes(there: Cluster) -> list[psutil.Process]:
    """The processes that do the work: children of the nannies."""
    found = []
    for worker in there.workers:
        with suppress(psutil.Error):
            for child in psutil.Process(worker.pid).children(recursive=True):
                with suppress(psutil.Error):
                    if "spawn_main" in " ".join(child.cmdline()):
                        found.append(child)
    return found


def kill_now_and_then(there: Cluster, run: subprocess.Popen[str], lines: list[str], killed: list[int]) -> None:
    """Kill a worker at random after every dozen of recordings, and read what the run tells meanwhile."""
    choose, due = random.Random(8), 8
    assert run.stderr is not None
    for line in run.stderr:
        lines.append(line)
        done = json.loads(line)["done"] if line.startswith("{") else 0
        if done >= due and len(killed) < KILLS and (able := worker_processes(there)):
            victim = choose.choice(able)
            with suppress(psutil.Error):
                victim.kill()
                killed.append(victim.pid)
            due = done + 14


def test_workers_killed_at_random_cost_nothing_of_a_hundred_recordings(tmp_path: Path) -> None:
    with cluster(tmp_path, 2) as there:
        fs = store(there)
        for bucket in ("recordings", "reports"):
            fs.mkdir(bucket)
        for name, content in inputs().items():
            fs.pipe_file(f"recordings/day/{name}", content)
        command = [*YITAI, "score", "s3://recordings/day", "--out", "s3://reports/day", "--scheduler", there.address]
        run = subprocess.Popen(
            [*command, *OPTIONS, "--progress", "json"], stderr=subprocess.PIPE, text=True, env=there.env
        )
        lines: list[str] = []
        killed: list[int] = []
        thread = threading.Thread(target=kill_now_and_then, args=(there, run, lines, killed))
        thread.start()
        code = run.wait(timeout=1500)
        thread.join()
        assert run.stderr is not None
        run.stderr.close()
        assert code == 0, "".join(lines)[-3000:]
        assert len(killed) == KILLS
        assert events("".join(lines))[-1] | {"event": "end", "done": COUNT, "failed": 0} == events("".join(lines))[-1]
        summary = json.loads(fs.cat_file("reports/day/summary.json"))
        assert (summary["total"], summary["done"]) == (COUNT, COUNT)
        assert all(row["status"] == "scored" for row in summary["inputs"])
        reports = {
            Path(row["path"]).name: json.loads(fs.cat_file(f"reports/day/{row['report']}")) for row in summary["inputs"]
        }
        markers = [path for path in fs.find("reports/day") if path.endswith("run.json")]
        assert len(markers) == COUNT
        again = subprocess.run(
            [*command, *OPTIONS, "--resume"], env=there.env, capture_output=True, text=True, check=True
        )
        assert again.stderr.count("already done, skipped") == COUNT
    undisturbed = undisturbed_reports(tmp_path)
    for name, report in reports.items():
        number = None if name == "clip.mp4" else int(name[1:4]) % VARIANTS
        assert what_counts(report) == what_counts(undisturbed[number]), name
        assert report["source"]["path"] == f"s3://recordings/day/{name}"


def undisturbed_reports(folder: Path) -> dict[int | None, dict[str, Any]]:
    """The same contents scored by one worker of this machine; None is the clip."""
    source, out = folder / "in", folder / "out"
    source.mkdir()
    for number in range(VARIANTS):
        (source / f"p{number}.jpg").write_bytes(variant(number))
    shutil.copy(CLIP, source / "clip.mp4")
    assert main(["score", str(source), "--out", str(out), "--jobs", "1", "--quiet", *OPTIONS]) == 0
    names = {number: f"p{number}" for number in range(VARIANTS)}
    return {
        number: json.loads((out / name / "report.json").read_text(encoding="utf-8"))
        for number, name in ((None, "clip"), *names.items())
    }


def ip(*words: str) -> None:
    """`ip` with these words; CalledProcessError when it refuses."""
    subprocess.run(["ip", *words], check=True, capture_output=True)


@contextmanager
def two_networks() -> Iterator[tuple[str, str, str]]:
    """Two network namespaces with a cable between them: their names, and the first one's address."""
    if shutil.which("ip") is None:
        pytest.skip("no ip command here: network namespaces cannot be made")
    first, second = "yitai-test-1", "yitai-test-2"
    try:
        ip("netns", "add", first)
    except subprocess.CalledProcessError as error:
        pytest.skip(f"network namespaces are not permitted here: {error.stderr.decode().strip()}")
    try:
        ip("netns", "add", second)
        ip("link", "add", "yitai1", "netns", first, "type", "veth", "peer", "name", "yitai2", "netns", second)
        for name, device, address in ((first, "yitai1", "10.213.7.1"), (second, "yitai2", "10.213.7.2")):
            ip("-n", name, "addr", "add", f"{address}/24", "dev", device)
            ip("-n", name, "link", "set", device, "up")
            ip("-n", name, "link", "set", "lo", "up")
        yield first, second, "10.213.7.1"
    except subprocess.CalledProcessError as error:
        pytest.skip(f"network namespaces cannot be connected here: {error.stderr.decode().strip()}")
    finally:
        for name in (first, second):
            subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)


def test_workers_in_a_network_of_their_own_need_no_shared_disk(tmp_path: Path) -> None:
    with two_networks() as (first, second, host):
        here, away = ["ip", "netns", "exec", first], ["ip", "netns", "exec", second]
        with cluster(tmp_path, 2, [here, away, away], host) as there:
            script = (
                "import s3fs, sys, time\n"
                "fs = s3fs.S3FileSystem()\n"
                "for attempt in range(100):\n"
                "    try:\n"
                "        fs.mkdir('day')\n"
                "        break\n"
                "    except Exception:\n"
                "        time.sleep(1)\n"
                "for n in range(3):\n"
                f"    fs.pipe_file(f'day/p{{n}}.jpg', open({str(PERSON)!r}, 'rb').read() + bytes([n]))\n"
            )
            subprocess.run([*here, YITAI[0], "-c", script], env=there.env, check=True)
            camera = tmp_path / "only-here.json"  # workers get it with their task
            camera.write_text(CLIP.with_name("d01_stand_v45.camera.json").read_text(encoding="utf-8"))
            command = [*here, *YITAI, "score", "s3://day/*.jpg", "--out", "s3://day/out", "--scheduler", there.address]
            run = subprocess.run(
                [*command, *OPTIONS, "--calibration", str(camera)],
                env=there.env,
                capture_output=True,
                text=True,
                check=False,
            )
            assert run.returncode == 0, run.stderr
            read = "import s3fs, sys; sys.stdout.write(s3fs.S3FileSystem().cat_file('day/out/summary.json').decode())"
            told = subprocess.run([*here, YITAI[0], "-c", read], env=there.env, capture_output=True, text=True)
            rows = json.loads(told.stdout)["inputs"]
            assert [(row["path"], row["status"]) for row in rows] == [
                (f"s3://day/p{n}.jpg", "scored") for n in range(3)
            ]


def test_a_file_that_is_not_there_and_a_bucket_that_is_not_there_are_one_line_each(tmp_path: Path) -> None:
    with cluster(tmp_path, 1) as there:
        fs = store(there)
        fs.mkdir("recordings")
        fs.pipe_file("recordings/notes.txt", b"no recording")
        command = [*YITAI, "score", "s3://recordings", "s3://recordings/gone.mp4", "s3://nowhere/day/*.mp4"]
        run = subprocess.run(
            [*command, "--out", str(tmp_path / "out"), "--scheduler", there.address, "--language", "en", *OPTIONS],
            env=there.env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 1
        assert "Traceback" not in run.stderr
        rows = {row["path"]: row for row in json.loads((tmp_path / "out" / "summary.json").read_text())["inputs"]}
        assert "no such file" in rows["s3://recordings/gone.mp4"]["error"]
        assert "no videos or pictures" in rows["s3://recordings"]["error"]
        assert rows["s3://nowhere/day/*.mp4"]["status"] == "failed"
