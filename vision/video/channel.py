"""A bounded hand-over of frames from the reader thread to the consumer."""

from __future__ import annotations

import threading
from collections import deque

from vision.types import Frame


class Channel:
    """Holds at most ``capacity`` frames; either side can end it.

    The writer is held while it is full, the reader while it is empty. An error
    given to `finish` is raised in the reader after the frames before it.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._frames: deque[Frame] = deque()
        self._changed = threading.Condition()
        self._finished = False
        self._abandoned = False
        self._error: BaseException | None = None

    def put(self, frame: Frame) -> bool:
        """Hand ``frame`` over; False when the reader has gone and the writer should stop."""
        with self._changed:
            self._changed.wait_for(lambda: self._abandoned or len(self._frames) < self._capacity)
            if self._abandoned:
                return False
            self._frames.append(frame)
            self._changed.notify_all()
            return True

    def finish(self, error: BaseException | None = None) -> None:
        """No more frames will come; ``error`` says why when it is not the end."""
        with self._changed:
            self._finished, self._error = True, error
            self._changed.notify_all()

    def abandon(self) -> None:
        """The reader goes: frames in flight are dropped and the writer is told to stop."""
        with self._changed:
            self._abandoned = True
            self._frames.clear()
            self._changed.notify_all()

    def get(self) -> Frame | None:
        """The next frame, or None at the end (or after `abandon`); raises the writer's error once."""
        with self._changed:
            self._changed.wait_for(lambda: self._frames or self._finished or self._abandoned)
            if self._frames:
                frame = self._frames.popleft()
                self._changed.notify_all()
                return frame
            error, self._error = self._error, None
        if error is not None and not self._abandoned:
            raise error
        return None
