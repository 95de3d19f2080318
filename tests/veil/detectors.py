"""Face detectors of other kinds than the one that covers: what they still find was not covered."""

from __future__ import annotations

from dataclasses import dataclass

import cv2

from vision.types import FloatArray, ImageBgr


@dataclass
class Detectors:
    """OpenCV's cascades and MediaPipe's detector of near and far faces, asked on an enlarged cut round a head."""

    cascades: list[cv2.CascadeClassifier]
    near: object
    far: object

    def find(self, image: ImageBgr, circle: FloatArray) -> bool:
        x, y, radius = circle
        height, width = image.shape[:2]
        left, top = max(0, int(x - 3 * radius)), max(0, int(y - 3 * radius))
        cut = image[top : min(height, int(y + 3 * radius)), left : min(width, int(x + 3 * radius))]
        large = cv2.resize(cut, None, fx=400 / cut.shape[1], fy=400 / cut.shape[1], interpolation=cv2.INTER_CUBIC)
        grey = cv2.cvtColor(large, cv2.COLOR_BGR2GRAY)
        rgb = cv2.cvtColor(large, cv2.COLOR_BGR2RGB)
        seen = [bool(one.process(rgb).detections) for one in (self.near, self.far)]  # type: ignore[attr-defined]
        return any(seen) or any(len(one.detectMultiScale(grey, 1.1, 4)) for one in self.cascades)
