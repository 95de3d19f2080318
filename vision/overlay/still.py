"""The picture of one check: the frame at its time, cut round the evidence, drawn in."""

from __future__ import annotations

import cv2
import numpy as np

from vision.overlay.finding import Finding, FrameOverlay, seen_landmarks
from vision.overlay.labels import draw_labels
from vision.overlay.placement import LabelMemory
from vision.overlay.skeleton import draw_evidence, draw_skeleton
from vision.report.model import StillEvidence
from vision.types import FloatArray, ImageBgr

LONGEST_SIDE_PX = 640
JPEG_QUALITY = 82
_AIR = 1.45
_LEAST_SHARE = 0.34  # of the picture's shorter side: a smaller cut loses its surroundings


def crop_box(image: ImageBgr, points_px: FloatArray) -> tuple[int, int, int, int]:
    """Left, top, right, bottom round the points with air: 4:3 where the picture allows, always inside it."""
    height, width = image.shape[:2]
    low, high = points_px.min(axis=0), points_px.max(axis=0)
    centre = np.clip((low + high) / 2, 0, (width, height))
    tall = max(float(high[1] - low[1]) * _AIR, float(high[0] - low[0]) * _AIR * 0.75, min(width, height) * _LEAST_SHARE)
    tall = min(tall, height)
    wide = min(tall * 4 / 3, width)
    left = min(max(centre[0] - wide / 2, 0), width - wide)
    top = min(max(centre[1] - tall / 2, 0), height - tall)
    return int(left), int(top), int(left + wide), int(top + tall)


def make_still(
    image_bgr: ImageBgr, overlay: FrameOverlay, finding: Finding, time_s: float, segment: int, language: str
) -> StillEvidence:
    """The check's still: skeleton faintly, its own evidence and value, as JPEG of at most 640 px."""
    points = seen_landmarks(overlay)
    around = [] if finding.evidence is None else [*finding.evidence.lines_px, finding.evidence.anchor_px[None]]
    if not around and points is not None:
        around = [points]
    stacked = np.concatenate(around) if around else np.empty((0, 2))
    stacked = stacked[np.isfinite(stacked).all(axis=1)]
    whole = (0, 0, image_bgr.shape[1], image_bgr.shape[0])
    left, top, right, bottom = crop_box(image_bgr, stacked) if len(stacked) else whole
    cut = image_bgr[top:bottom, left:right]
    scale = LONGEST_SIDE_PX / max(cut.shape[:2])
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    scale = min(scale, 3.0)
    image = np.ascontiguousarray(cv2.resize(cut, None, fx=scale, fy=scale, interpolation=method), dtype=np.uint8)
    size = max(13, round(min(image.shape[:2]) * 0.055))
    offset = np.array([left, top], dtype=np.float64)
    if points is not None:
        draw_skeleton(image, (points - offset) * scale, round(size * 0.8))
    if finding.evidence is not None:
        moved = type(finding.evidence)(
            tuple((line - offset) * scale for line in finding.evidence.lines_px),
            (finding.evidence.anchor_px - offset) * scale,
        )
        draw_evidence(image, moved, finding.check.verdict, round(size * 0.8))
        shown = Finding(finding.check, moved, finding.text)
        kept = None if points is None else (points - offset) * scale
        draw_labels(image, [shown], kept, [], size, language, LabelMemory(), with_clause=False)
    done, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    if not done:
        raise ValueError("the picture could not be encoded")
    return StillEvidence(finding.check.rule, time_s, data.tobytes(), segment)
