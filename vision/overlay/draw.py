"""The annotated frame: skeleton, the measured angle where it lives, value +- u, verdict, clause.

Sizes follow the picture (the shorter side), from 360p to 4K, landscape or
portrait. Left and right are the person's own and have their own tints.
"""

from __future__ import annotations

from vision.overlay.finding import FrameOverlay, seen_landmarks, telling
from vision.overlay.labels import draw_labels
from vision.overlay.panel import draw_panel, draw_warnings
from vision.overlay.placement import LabelMemory
from vision.overlay.skeleton import draw_evidence, draw_skeleton
from vision.palette import SEVERITY
from vision.types import ImageBgr


def letter_size_px(image: ImageBgr) -> int:
    """Height of the letters: 2.8 % of the shorter side, never below 11 px."""
    return max(11, round(min(image.shape[:2]) * 0.028))


def draw_overlay(
    image_bgr: ImageBgr, overlay: FrameOverlay, language: str, memory: LabelMemory | None = None
) -> ImageBgr:
    """A new picture with the overlay drawn in. ``memory`` keeps labels of a video from jumping."""
    image = image_bgr.copy()
    size = letter_size_px(image)
    places = LabelMemory() if memory is None else memory
    points = seen_landmarks(overlay)
    if points is not None:
        draw_skeleton(image, points, size)
    ordered = sorted(telling(overlay.findings), key=lambda finding: SEVERITY[finding.check.verdict])
    for finding in reversed(ordered):
        if finding.evidence is not None:
            draw_evidence(image, finding.evidence, finding.check.verdict, size)
    taken = [draw_panel(image, overlay, ordered, points, size, language, places)]
    taken += draw_warnings(image, overlay.warnings, size)
    draw_labels(image, ordered, points, taken, size, language, places)
    return image
