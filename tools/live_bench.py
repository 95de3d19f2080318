"""Delay, frame rate and memory of the live view, measured through a browser.

A page with the real stream runs in a process of its own. Chromium opens it with
a fake camera whose pictures carry their number as a row of black and white
fields; a script in the page reads the numbers from the camera's own stream (with
the moment of capture) and from the returned video (with the moment of display),
so that the difference is the delay from glass to glass but for lens and screen.

    python tools/live_bench.py --seconds 600 --report docs/live.md
"""

from __future__ import annotations

import argparse
import json
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from string import Template
from typing import Any
from urllib.error import URLError

import cv2
import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from app.bench.machine import describe  # noqa: E402
from tests.browser.site import chromium  # noqa: E402
from vision.types import ImageBgr  # noqa: E402
from vision.video import frames  # noqa: E402

SIZE_WH = (640, 480)
FPS = 30
BITS, FIELD_PX = 10, 16
LOOP_S = 20  # of the fake camera: fewer pictures than numbers
START_S = 90.0
SETTLING_S = 15.0  # left out at the beginning: the connection's rate grows, the networks warm up
WARM_S = 60.0  # after that every network has been loaded by a first practice: memory is counted from there

WATCH_JS = Template("""
(() => {
  const BITS = $bits, FIELD = $field, WIDTH = $width, LOOP_MS = $loop;
  const store = window.__live = { captured: {}, delays: [], sizes: '' };
  const media = navigator.mediaDevices;
  if (!media || !media.getUserMedia) return;
  const ask = media.getUserMedia.bind(media);
  const canvas = document.createElement('canvas');
  canvas.width = BITS + 2; canvas.height = 1;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context.imageSmoothingEnabled = false;
  function read(video, mirrored) {
    const scale = video.videoWidth / WIDTH, span = (BITS + 2) * FIELD * scale;
    const left = mirrored ? video.videoWidth - span : 0;
    context.drawImage(video, left, 0, span, FIELD * scale, 0, 0, BITS + 2, 1);
    const data = context.getImageData(0, 0, BITS + 2, 1).data;
    const bits = [];
    for (let i = 0; i < BITS + 2; i++) bits.push(data[4 * i + 1] > 128 ? 1 : 0);
    if (mirrored) bits.reverse();
    let number = 0, ones = 0;
    for (let i = 0; i < BITS; i++) { number = number * 2 + bits[i]; ones += bits[i]; }
    return bits[BITS] === ones % 2 && bits[BITS + 1] === 1 - ones % 2 ? number : -1;
  }
  function follow(video, use) {
    const step = (now, frame) => { use(now, frame); video.requestVideoFrameCallback(step); };
    video.requestVideoFrameCallback(step);
  }
  media.getUserMedia = async (wanted) => {
    const stream = await ask(wanted);
    if (!store.own && stream.getVideoTracks().length) {
      const own = store.own = document.createElement('video');
      own.muted = true; own.style = 'position:fixed;width:2px;height:2px;bottom:0;right:0';
      own.srcObject = stream.clone();
      document.body.appendChild(own); own.play();
      follow(own, (now, frame) => {
        const number = read(own, false);
        if (number >= 0) store.captured[number] = frame.captureTime || frame.presentationTime;
      });
      const followed = new WeakSet([own]);
      setInterval(() => document.querySelectorAll('video').forEach((video) => {
        if (followed.has(video)) return;
        followed.add(video);
        follow(video, (now, frame) => {
          store.sizes = video.videoWidth + 'x' + video.videoHeight;
          const number = read(video, true);
          if (number < 0 || !(number in store.captured)) return;
          const delay = frame.expectedDisplayTime - store.captured[number];
          if (delay > 0 && delay < LOOP_MS / 2) store.delays.push([frame.expectedDisplayTime, delay, number]);
        });
      }), 200);
    }
    return stream;
  };
})();
""").substitute(bits=BITS, field=FIELD_PX, width=SIZE_WH[0], loop=1000 * LOOP_S)


def marked(image: ImageBgr, number: int) -> ImageBgr:
    """The picture with its number in the upper left corner: bits, parity, and parity's opposite."""
    bits = [(number >> (BITS - 1 - i)) & 1 for i in range(BITS)]
    parity = sum(bits) % 2
    result = image.copy()
    for i, bit in enumerate([*bits, parity, 1 - parity]):
        result[:FIELD_PX, i * FIELD_PX : (i + 1) * FIELD_PX] = 235 if bit else 16
    return result


def fake_camera(clip: Path, path: Path) -> None:
    """A .y4m of the clip at 640x480, played to and fro, every picture numbered."""
    with frames(clip) as stream:
        pictures = [middle(frame.image_bgr) for frame in stream]
    loop = [*pictures, *pictures[-2:0:-1]]
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{SIZE_WH[0]} H{SIZE_WH[1]} F{FPS}:1 Ip A1:1 C420jpeg\n".encode())
        for number in range(LOOP_S * FPS):
            picture = loop[number * 25 // FPS % len(loop)]
            file.write(b"FRAME\n")
            file.write(cv2.cvtColor(marked(picture, number), cv2.COLOR_BGR2YUV_I420).tobytes())


def middle(image: ImageBgr) -> ImageBgr:
    """The middle of the picture in 4:3, at the camera's size."""
    height, width = image.shape[:2]
    wide = height * SIZE_WH[0] // SIZE_WH[1]
    left = (width - wide) // 2
    return np.asarray(cv2.resize(image[:, left : left + wide], SIZE_WH, interpolation=cv2.INTER_AREA), np.uint8)


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def page(out: Path, drill: str, log: Path) -> Iterator[str]:
    """The bench page in a process of its own; gives its address and ends it afterwards."""
    port = free_port()
    command = [
        sys.executable, "-m", "streamlit", "run", str(ROOT / "tools" / "live_bench_page.py"),
        "--server.port", str(port), "--server.address", "127.0.0.1", "--server.headless", "true",
        "--server.fileWatcherType", "none", "--browser.gatherUsageStats", "false", "--", str(out), drill, "en",
    ]  # fmt: skip
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, cwd=ROOT)
        try:
            url = f"http://127.0.0.1:{port}"
            wait_for(url)
            yield url
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def wait_for(url: str) -> None:
    """Until the server answers."""
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.2)
    raise SystemExit("the page did not start")


def measure(seconds: float, clip: Path, drill: str, keep: Path | None) -> dict[str, Any]:
    """Run the page in Chromium for so long; what was found."""
    with tempfile.TemporaryDirectory() as folder:
        camera, out, log = (Path(folder) / name for name in ("camera.y4m", "worker.jsonl", "page.log"))
        fake_camera(clip, camera)
        with page(out, drill, log) as url, chromium(camera) as browser:
            tab = browser.new_context(viewport={"width": 1000, "height": 900}).new_page()
            tab.add_init_script(WATCH_JS)
            tab.goto(url)
            frame = connected(tab, log)
            tab.wait_for_timeout(seconds * 1000)
            seen = frame.evaluate("() => ({delays: window.__live.delays, sizes: window.__live.sizes})")
            if keep is not None:
                tab.screenshot(path=str(keep))
        rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    return summary(seen, rows, seconds)


def connected(tab, log: Path):  # type: ignore[no-untyped-def]
    """The frame of the page in which the returned video plays."""
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        for frame in tab.frames:
            if frame.evaluate("() => Boolean(window.__live && window.__live.delays.length)"):
                return frame
        tab.wait_for_timeout(500)
    raise SystemExit(f"no picture came back:\n{log.read_text(errors='replace')[-3000:]}")


def summary(seen: dict[str, Any], rows: list[dict[str, float]], seconds: float) -> dict[str, Any]:
    """Numbers over the whole run, and by minute."""
    shown = np.array(seen["delays"], dtype=np.float64)
    times_s = (shown[:, 0] - shown[0, 0]) / 1000
    kept = times_s >= min(SETTLING_S, seconds / 3)
    delays, times_s = shown[kept, 1], times_s[kept]
    fresh = np.concatenate([[True], np.diff(shown[kept, 2]) != 0])
    live = [row for row in rows if row["frames"]]
    settled = [row for row in live if row["t"] - live[0]["t"] >= min(SETTLING_S, seconds / 3)]
    first, last = settled[0], settled[-1]
    warm = next(row for row in settled if row["t"] - live[0]["t"] >= min(WARM_S, seconds / 2))
    passed_s = last["t"] - first["t"]
    minutes = [
        {
            "minute": m + 1,
            "delay_ms": round(float(np.median(delays[times_s // 60 == m])), 1),
            "delay_p95_ms": round(float(np.percentile(delays[times_s // 60 == m], 95)), 1),
            "rss_mb": round(max(row["rss_mb"] for row in live if (row["t"] - live[0]["t"]) // 60 == m), 1),
        }
        for m in range(int(times_s[-1] // 60) + 1)
        if (times_s // 60 == m).sum() > 10 and any((row["t"] - live[0]["t"]) // 60 == m for row in live)
    ]
    return {
        "machine": describe(),
        "seconds": round(float(times_s[-1] - times_s[0]), 1),
        "returned_size": seen["sizes"],
        "processed_fps": round((last["frames"] - first["frames"]) / passed_s, 1),
        "shown_fps": round(float(fresh.sum() / (times_s[-1] - times_s[0])), 1),
        "delay_ms_p50": round(float(np.median(delays)), 1),
        "delay_ms_p95": round(float(np.percentile(delays, 95)), 1),
        "delay_ms_max": round(float(delays.max()), 1),
        "inside_ms_p50": middle_of(settled, "delay_ms"),
        "inside_ms_p95": middle_of(settled, "delay_p95_ms"),
        "fits_hz": middle_of(settled, "fit_hz"),
        "server_cpu_share": round((last["cpu_s"] - first["cpu_s"]) / passed_s, 2),
        "rss_mb_first": round(warm["rss_mb"], 1),
        "rss_mb_last": round(last["rss_mb"], 1),
        "rss_growth_percent": round(100 * (last["rss_mb"] / warm["rss_mb"] - 1), 1),
        "by_minute": minutes,
    }


def middle_of(rows: list[dict[str, float]], name: str) -> float | None:
    """The median of a number that is not there in every row."""
    values = [row[name] for row in rows if row[name] is not None]
    return round(float(np.median(values)), 1) if values else None


PAGE = Template("""# The live view, measured

Written by `python tools/live_bench.py --report docs/live.md`; do not edit by hand.

Machine: $machine.
Browser, fake camera, server and drawing share it. Camera 640x480 at $rate pictures a second, returned as
$returned_size; drill practised over and over, body fit and closer looks running beside the video.

| | measured | wanted |
|---|--:|--:|
| processed pictures a second | $processed_fps | 20 |
| shown pictures a second | $shown_fps | |
| delay from glass to glass, median | $delay_ms_p50 ms | |
| delay from glass to glass, 95 % | $delay_ms_p95 ms | 200 ms |
| of which inside the program, median | $inside_ms_p50 ms | |
| body fits a second | $fits_hz | |
| processors used by the server | $server_cpu_share | |
| memory after the first minute (all networks loaded) | $rss_mb_first MB | |
| memory at the end, after $seconds s | $rss_mb_last MB ($rss_growth_percent %) | at most +5 % |

By minute:

| minute | delay, median (ms) | delay, 95 % (ms) | memory (MB) |
|--:|--:|--:|--:|
$minutes

The delay is the time between a picture's capture by the browser (its own time stamp) and the moment at which the
browser puts the returned picture on the screen. Each picture carries its number as black and white fields in a corner;
a script in the page reads the number from the camera's stream and from the returned video. What the lens and the
screen add is not in it.

How the delay is kept from growing: a picture that arrives while another is being worked on replaces the one that
waits (`app/live/stream.py`); the body fit takes the newest picture whenever it is free and never a queue
(`app/live/measuring.py`); a recording that cannot keep up loses pictures, and the page says how many
(`app/live/recording.py`).
""")


def page_of(found: dict[str, Any]) -> str:
    """The numbers as Markdown."""
    minutes = "\n".join(
        f"| {row['minute']} | {row['delay_ms']} | {row['delay_p95_ms']} | {row['rss_mb']} |"
        for row in found["by_minute"]
    )
    return PAGE.substitute({**found, "minutes": minutes, "rate": FPS})


def main() -> None:
    """Measure and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--clip", type=Path, default=ROOT / "sample_media" / "d05_guide45_right.mp4")
    parser.add_argument("--drill", default="guide")
    parser.add_argument("--screenshot", type=Path)
    parser.add_argument("--report", type=Path, help="write the numbers as a page")
    asked = parser.parse_args()
    found = measure(asked.seconds, asked.clip, asked.drill, asked.screenshot)
    print(json.dumps(found, indent=1))
    if asked.report is not None:
        asked.report.write_text(page_of(found), encoding="utf-8")


if __name__ == "__main__":
    main()
