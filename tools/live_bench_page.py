"""The smallest page with the real live stream; started by ``tools/live_bench.py``, not by hand.

Arguments: a file for measurements (a JSON line a second), a drill, a language.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from pathlib import Path

import streamlit as st

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from app.live.state import LiveSetup, Stage  # noqa: E402
from app.live.stream import show_stream  # noqa: E402
from app.live.worker import LiveWorker  # noqa: E402
from vision.standard import load_pack  # noqa: E402
from vision.types import Drill  # noqa: E402

KB_PER_MB = 1024.0


def rss_mb() -> float:
    """Resident memory of this process."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / KB_PER_MB


def watch(worker: LiveWorker, out: Path) -> None:
    """Write down once a second how the worker does, and let it begin again whenever it is done."""
    with out.open("a", encoding="utf-8") as file:
        while True:
            state = worker.state()
            speed = state.speed
            row = {
                "t": time.monotonic(), "stage": str(state.stage), "frames": state.frames, "fps": speed.fps,
                "delay_ms": speed.delay_ms, "delay_p95_ms": speed.delay_p95_ms, "fit_hz": speed.fit_hz,
                "rss_mb": rss_mb(), "threads": threading.active_count(), "hint": state.hint and state.hint.code,
                "cpu_s": time.process_time(),
            }  # fmt: skip
            file.write(json.dumps(row) + "\n")
            file.flush()
            if state.stage is Stage.DONE or not state.armed:
                worker.start()
            time.sleep(1.0)


@st.cache_resource
def made(out: str, drill: str, language: str) -> LiveWorker:
    """One worker for the whole run."""
    worker = LiveWorker(LiveSetup(load_pack("telecom"), Drill(drill), language=language))
    threading.Thread(target=watch, args=(worker, Path(out)), daemon=True).start()
    return worker


if __name__ == "__main__":
    st.set_page_config(layout="wide")
    st.title("live bench")
    show_stream(made(*sys.argv[1:4]), "bench", "en", playing=True)
