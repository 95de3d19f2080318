"""The take on disk: frames as they came, encoded by a thread of its own. The view never waits for it."""

from __future__ import annotations

import queue
import threading
from dataclasses import replace
from pathlib import Path

from app.live.state import LiveState
from vision.errors import OutputError
from vision.types import ImageBgr, Notice
from vision.video import VideoWriter

BUFFER_FRAMES = 45  # 40 MB at 640x480: a second and a half that the encoder may fall behind
USUAL_FPS = 25.0


class Recorder:
    """Writes one take. `add` never blocks: a frame that finds the buffer full is left out and counted."""

    def __init__(self, path: Path, size_wh: tuple[int, int]) -> None:
        self._path, self._size_wh = path, size_wh
        self._frames: queue.Queue[tuple[ImageBgr, float] | None] = queue.Queue(BUFFER_FRAMES + 1)
        self._last_s: float | None = None
        self._finishing = False
        self.dropped = 0
        self.written = 0
        self.error: OutputError | None = None
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, name="live-recording", daemon=True)
        self._thread.start()

    @property
    def finished(self) -> Path | None:
        """The file, once it lies complete under its name."""
        return self._path if self._done.is_set() and self.error is None and self.written else None

    @property
    def ended(self) -> bool:
        """Nothing more will happen, well or badly."""
        return self._done.is_set()

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What a reader should know of the take: ``recording`` (there is none) or ``recording_dropped``."""
        if self.error is not None:
            return (Notice("recording", self.error.zh, self.error.en),)
        if self.dropped:
            missing = self.dropped
            zh, en = (
                f"电脑太忙，录像少了 {missing} 帧",
                f"the computer was busy: {missing} frames are missing from the recording",
            )
            return (Notice("recording_dropped", zh, en),)
        return ()

    def add(self, image_bgr: ImageBgr, time_s: float) -> None:
        """A frame (H, W, 3), which nobody may change afterwards, at its own time."""
        if self._finishing or (self._last_s is not None and time_s <= self._last_s):
            return
        if self._frames.qsize() >= BUFFER_FRAMES or self.error is not None:
            self.dropped += 1
            return
        self._last_s = time_s
        self._frames.put_nowait((image_bgr, time_s))

    def finish(self) -> None:
        """No more frames; the file appears when the last one is written."""
        if not self._finishing:
            self._finishing = True
            self._frames.put_nowait(None)

    def wait(self, timeout_s: float) -> bool:
        """Wait for the end of the file."""
        return self._done.wait(timeout_s)

    def _run(self) -> None:
        try:
            with VideoWriter(self._path, self._size_wh, USUAL_FPS) as writer:
                while (item := self._frames.get()) is not None:
                    writer.write(*item)
                    self.written += 1
        except OutputError as error:
            self.error = error
        finally:
            self._done.set()


def with_recording(state: LiveState, recorder: Recorder | None) -> LiveState:
    """The snapshot with what is known of its recording now."""
    if recorder is None:
        return state
    notices = (*state.notices, *recorder.notices)
    return replace(state, recording=recorder.finished, recording_dropped=recorder.dropped, notices=notices)
