"""Labels: value, verdict and clause of a finding, beside the place it speaks of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

import cv2
import numpy as np

from vision.overlay.finding import Finding, finding_value
from vision.overlay.lettering import (
    Plate,
    badge,
    line_height_px,
    make_plate,
    paste,
    shade,
    shorten,
    text_width_px,
    write,
)
from vision.overlay.placement import Box, LabelMemory, place_label
from vision.overlay.skeleton import SHIFT, fixed_point
from vision.palette import INK_RGB, VERDICT_RGB, Rgb, bgr
from vision.report.wording import clause_text
from vision.types import FloatArray, ImageBgr, Verdict

MOST_LABELS = 5  # on the body at once; the panel lists all
_CLAUSE_EMS = 8
_OPACITY = 0.82
_DIM_RGB: Rgb = (188, 196, 204)


def body_boxes(points: FloatArray | None, size: int) -> list[Box]:
    """Head and trunk boxes that labels rather keep off."""
    if points is None:
        return []
    boxes = []
    for group in (range(0, 11), (11, 12, 23, 24), (23, 24, 25, 26, 27, 28), range(27, 33)):
        part = points[list(group)]
        part = part[np.isfinite(part).all(axis=1)]
        if len(part):
            low, high = part.min(axis=0) - size * 0.6, part.max(axis=0) + size * 0.6
            boxes.append((float(low[0]), float(low[1]), float(high[0]), float(high[1])))
    return boxes


def draw_labels(
    image: ImageBgr,
    ordered: Sequence[Finding],
    points: FloatArray | None,
    taken: list[Box],
    size: int,
    language: str,
    memory: LabelMemory,
    with_clause: bool = True,
) -> None:
    """Value, verdict and clause beside what they speak of, in place; at most `MOST_LABELS`, worst first."""
    body = body_boxes(points, size)
    frame_wh = (image.shape[1], image.shape[0])
    located = _one_each(
        finding for finding in ordered if finding.evidence is not None and finding.check.value is not None
    )
    for finding in located[:MOST_LABELS]:
        assert finding.evidence is not None
        anchor_x, anchor_y = (float(number) for number in finding.evidence.anchor_px)
        if not (np.isfinite(anchor_x) and np.isfinite(anchor_y)):
            continue
        text = finding_value(finding.check, language)
        clause = clause_text(finding.check) if with_clause else ""
        clause = shorten(clause, small_px(size), size * _CLAUSE_EMS)
        plate = _label_plate(text, clause, finding.check.verdict, size)
        found = place_label(
            (anchor_x, anchor_y), plate.size_wh, frame_wh, taken, body, memory.places.get(finding.check.rule)
        )
        if found is None:
            continue
        box, memory.places[finding.check.rule] = found
        taken.append(box)
        _draw_leader(image, (anchor_x, anchor_y), box, finding.check.verdict, size)
        paste(image, plate, round(box[0]), round(box[1]))


def _one_each(findings: Iterable[Finding]) -> list[Finding]:
    """The first finding of each measurement: one number needs one label."""
    return list({finding.check.measurement: finding for finding in reversed(list(findings))}.values())[::-1]


def _draw_leader(image: ImageBgr, anchor: tuple[float, float], box: Box, verdict: Verdict, size: int) -> None:
    """A line from the label to what it speaks of."""
    end = (min(max(anchor[0], box[0]), box[2]), min(max(anchor[1], box[1]), box[3]))
    start, stop = fixed_point(np.array((anchor, end))).tolist()
    thin = max(1, round(size / 12))
    cv2.line(image, start, stop, bgr(INK_RGB), thin + 2, cv2.LINE_AA, SHIFT)
    cv2.line(image, start, stop, bgr(VERDICT_RGB[verdict]), thin, cv2.LINE_AA, SHIFT)
    cv2.circle(image, start, (thin + 2) << SHIFT, bgr(VERDICT_RGB[verdict]), -1, cv2.LINE_AA, SHIFT)


@lru_cache(maxsize=256)
def _label_plate(text: str, clause: str, verdict: Verdict, size: int) -> Plate:
    small = small_px(size)
    stripe = max(2, size // 6)
    width = max(text_width_px(text, size), text_width_px(clause, small)) + round(size * 2.3)
    height = line_height_px(size) + bool(clause) * line_height_px(small) + round(size * 0.35)
    text_left, text_top = stripe + round(size * 1.6), round(size * 0.12)

    def paint(image: ImageBgr) -> None:
        shade(image, 0, 0, width, height, INK_RGB, _OPACITY)
        image[:, :stripe] = bgr(VERDICT_RGB[verdict])
        badge(image, verdict, stripe + round(size * 0.32), round(size * 0.22), round(size * 1.05))
        write(image, text, text_left, text_top, size)
        write(image, clause, text_left, text_top + line_height_px(size), small, _DIM_RGB)

    return make_plate(width, height, paint)


def small_px(size: int) -> int:
    """The size of the clause under a value."""
    return max(9, round(size * 0.68))
