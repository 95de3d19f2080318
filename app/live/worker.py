"""The live worker: the latest picture in, the drawn picture and a snapshot out. No Streamlit."""

from __future__ import annotations

from app.live.state import LiveSetup, LiveState
from vision.types import ImageBgr


class LiveWorker:
    """Measures, judges and draws the latest picture of a person who practises one drill.

    `process` is called by the thread of the video, the others by any thread.
    """

    def __init__(self, setup: LiveSetup) -> None:
        self._setup = setup

    def process(self, image_bgr: ImageBgr, time_s: float) -> ImageBgr:
        """The drawn picture; ``time_s`` is the picture's own time, rising."""
        raise NotImplementedError

    def state(self) -> LiveState:
        """What is known now."""
        raise NotImplementedError

    def start(self) -> None:
        """Go on through neutral, count-down and practice as soon as the person stands well."""
        raise NotImplementedError

    def again(self) -> None:
        """The same drill once more, with the neutral pose that was taken."""
        raise NotImplementedError

    def stop(self) -> None:
        """End the practice; what was found stays."""
        raise NotImplementedError

    def close(self) -> None:
        """Free networks, threads and files."""
        raise NotImplementedError

    def change(
        self, *, language: str | None = None, mirrored: bool | None = None, skeleton: bool | None = None
    ) -> None:
        """Change what is shown, at once."""
        raise NotImplementedError
