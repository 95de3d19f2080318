"""Covering circles of a picture so that nothing of what was there can be read back or found by a face detector.

What is left of a circle is a blot of a few colours, blurred: fewer numbers than a face has features.
"""

from __future__ import annotations

import cv2
import numpy as np

from vision.types import FloatArray, ImageBgr

CELLS = 2  # colours along a side: three and more still look like a face to a detector
EDGE = 0.06  # of the radius: the rim fades outwards


def covered(image_bgr: ImageBgr, circles: FloatArray) -> ImageBgr:
    """The picture with the circles (K, 3) covered, the rest untouched; itself where there are none."""
    if not len(circles):
        return image_bgr
    image = image_bgr.copy()
    for x, y, radius in circles:
        _cover(image, float(x), float(y), float(radius))
    return image


def _cover(image: ImageBgr, x: float, y: float, radius: float) -> None:
    height, width = image.shape[:2]
    rim = max(1.0, EDGE * radius)
    left, top = max(0, int(x - radius - rim)), max(0, int(y - radius - rim))
    right, bottom = min(width, int(x + radius + rim) + 1), min(height, int(y + radius + rim) + 1)
    if left >= right or top >= bottom:
        return
    part = image[top:bottom, left:right]
    few = cv2.resize(part, (CELLS, CELLS), interpolation=cv2.INTER_AREA)
    blot = cv2.resize(few, (right - left, bottom - top), interpolation=cv2.INTER_LINEAR)
    rows, columns = np.mgrid[top:bottom, left:right]
    away = np.hypot(columns + 0.5 - x, rows + 0.5 - y)
    share = np.clip((radius + rim - away) / rim, 0.0, 1.0)[..., None]
    image[top:bottom, left:right] = np.rint(part * (1 - share) + blot * share).astype(np.uint8)
