"""The skeleton and the evidence lines, drawn into the picture."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.landmarks import EDGES
from vision.palette import INK_RGB, MIDLINE_RGB, PERSON_LEFT_RGB, PERSON_RIGHT_RGB, VERDICT_RGB, Rgb, bgr
from vision.types import Evidence, FloatArray, ImageBgr, Verdict

SHIFT = 4  # OpenCV draws in sixteenths of a pixel


def _side_rgb(a: str, b: str) -> Rgb:
    if a.startswith("LEFT") and b.startswith("LEFT"):
        return PERSON_LEFT_RGB
    if a.startswith("RIGHT") and b.startswith("RIGHT"):
        return PERSON_RIGHT_RGB
    return MIDLINE_RGB


_COLOURED_EDGES: tuple[tuple[int, int, Rgb], ...] = tuple(
    (int(start), int(end), _side_rgb(start.name, end.name)) for start, end in EDGES
)
_JOINTS: tuple[int, ...] = tuple(sorted({joint for a, b, _ in _COLOURED_EDGES for joint in (a, b)}))


def fixed_point(points: FloatArray) -> NDArray[np.int32]:
    """Pixel positions in OpenCV's fixed point; ours count from the corner, its from the first pixel's centre."""
    fixed: NDArray[np.int32] = np.round((np.clip(points, -1e4, 3e4) - 0.5) * (1 << SHIFT)).astype(np.int32)
    return fixed


def draw_skeleton(image: ImageBgr, points_px: FloatArray, size_px: int) -> None:
    """Thin lines with a dark edge, in place; the person's left is bluish, the right sand-coloured."""
    thin = max(1, round(size_px / 11))
    fixed = fixed_point(np.nan_to_num(points_px))
    seen = np.isfinite(points_px).all(axis=1)
    edges = [(fixed[a], fixed[b], rgb) for a, b, rgb in _COLOURED_EDGES if seen[a] and seen[b]]
    if edges:
        segments = [np.stack((start, end)) for start, end, _ in edges]
        cv2.polylines(image, segments, False, bgr(INK_RGB), thin + 2 * max(1, thin // 3), cv2.LINE_AA, SHIFT)
    for start, end, rgb in edges:
        cv2.line(image, start.tolist(), end.tolist(), bgr(rgb), thin, cv2.LINE_AA, SHIFT)
    for joint in _JOINTS:
        if seen[joint]:
            centre = fixed[joint].tolist()
            cv2.circle(image, centre, (thin + 1) << SHIFT, bgr(MIDLINE_RGB), -1, cv2.LINE_AA, SHIFT)


def draw_evidence(image: ImageBgr, evidence: Evidence, verdict: Verdict, size_px: int) -> None:
    """The lines and arcs of a measurement in the verdict's colour, with a dark edge, in place."""
    width = max(2, round(size_px / 7.5))
    lines = [fixed_point(line[np.isfinite(line).all(axis=1)]) for line in evidence.lines_px]
    lines = [line for line in lines if len(line) >= 2]
    cv2.polylines(image, lines, False, bgr(INK_RGB), width + max(2, width // 2), cv2.LINE_AA, SHIFT)
    cv2.polylines(image, lines, False, bgr(VERDICT_RGB[verdict]), width, cv2.LINE_AA, SHIFT)
