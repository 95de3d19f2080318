"""The panel that lists every check, and the warnings along the bottom."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from vision.overlay.finding import Finding, FrameOverlay, finding_name, finding_value
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
from vision.overlay.placement import Box, LabelMemory
from vision.palette import INK_RGB, PAPER_RGB, Rgb
from vision.types import FloatArray, ImageBgr, Verdict

MOST_ROWS = 9
ROWS_OVER_A_FACE = 3
_OPACITY = 0.74
_DIM_RGB: Rgb = (188, 196, 204)
_WARNING_RGB: Rgb = (255, 214, 120)
_HEAD = slice(0, 11)
Row = tuple[Verdict, str, str]  # verdict, name, value


def _panel_on_right(image: ImageBgr, points: FloatArray | None, memory: LabelMemory) -> bool:
    """The emptier side of the picture; kept until the person is clearly on it."""
    if points is None or not np.isfinite(points[:, 0]).any():
        return bool(memory.panel_right)
    middle = float(np.nanmean(points[:, 0])) / image.shape[1]
    if memory.panel_right is None or abs(middle - 0.5) > 0.12:
        memory.panel_right = middle < 0.5
    return memory.panel_right


def draw_panel(
    image: ImageBgr,
    overlay: FrameOverlay,
    ordered: Sequence[Finding],
    points: FloatArray | None,
    size: int,
    language: str,
    memory: LabelMemory,
) -> Box:
    """Title and one row for each check, in a corner, in place; returns its box.

    Fewer rows where it would lie over the person's face.
    """
    frame_h, frame_w = image.shape[:2]
    height = _row_height(size)
    room = int((frame_h * 0.62 - 2 * height) / height)
    rows = tuple(
        (finding.check.verdict, finding_name(finding, language), finding_value(finding.check, language))
        for finding in ordered[: max(0, min(MOST_ROWS, room))]
    )
    if not rows and not overlay.title:
        return (0.0, 0.0, 0.0, 0.0)
    margin = pad = round(size * 0.6)
    limit = round(frame_w * (0.42 if frame_w >= frame_h else 0.62))
    right = _panel_on_right(image, points, memory)
    title_width = text_width_px(overlay.title, size) if overlay.title else 0
    inner = min(limit, max(_widest(rows, size), title_width))
    left = frame_w - margin - inner - 2 * pad if right else margin
    title_height = height if overlay.title else 0
    box = (left, margin, left + inner + 2 * pad, margin + title_height + len(rows) * height + 2 * pad)
    if _covers_head(box, points):
        rows = rows[:ROWS_OVER_A_FACE]
    if overlay.title:
        shade(image, left, margin, box[2], margin + height, INK_RGB, _OPACITY)
        title = shorten(overlay.title, size, inner)
        write(image, title, left + pad, margin + round(pad * 0.5), size, _DIM_RGB)
    bottom = margin + title_height
    if rows:
        plate = _rows_plate(rows, inner, pad, size)
        paste(image, plate, left, bottom)
        bottom += plate.size_wh[1]
    return (float(left), float(margin), float(box[2]), float(bottom))


def _row_height(size: int) -> int:
    return line_height_px(size) + round(size * 0.35)


def _widest(rows: Sequence[Row], size: int) -> int:
    widths = [text_width_px(name, size) + text_width_px(value, size) for _, name, value in rows]
    return max(widths, default=0) + round(size * 2.6)


def _covers_head(box: tuple[int, int, int, int], points: FloatArray | None) -> bool:
    if points is None:
        return False
    inside = (points[_HEAD] > box[:2]) & (points[_HEAD] < box[2:])
    return bool(inside.all(axis=1).any())


@lru_cache(maxsize=32)
def _rows_plate(rows: tuple[Row, ...], inner: int, pad: int, size: int) -> Plate:
    height = _row_height(size)
    total = (inner + 2 * pad, len(rows) * height + pad)

    def paint(image: ImageBgr) -> None:
        shade(image, 0, 0, *total, INK_RGB, _OPACITY)
        for number, (verdict, name, value) in enumerate(rows):
            top = round(pad * 0.5) + number * height
            value_width = text_width_px(value, size)
            badge(image, verdict, pad, top + round(size * 0.1), round(size * 1.05))
            name_room = inner - round(size * 2.0) - value_width
            write(image, shorten(name, size, name_room), pad + round(size * 1.5), top, size)
            rgb = _DIM_RGB if verdict is Verdict.NOT_MEASURED else PAPER_RGB
            write(image, value, pad + inner - value_width, top, size, rgb)

    return make_plate(*total, paint)


def draw_warnings(image: ImageBgr, warnings: Sequence[str], size: int) -> list[Box]:
    """Warnings as lines along the bottom, in place; returns their boxes."""
    frame_h, frame_w = image.shape[:2]
    margin, height = round(size * 0.6), line_height_px(size) + round(size * 0.3)
    boxes: list[Box] = []
    for number, warning in enumerate(reversed(warnings[:3])):
        text = shorten("! " + warning, size, frame_w - 4 * margin)
        bottom = frame_h - margin - number * height
        right = 3 * margin + text_width_px(text, size)
        shade(image, margin, bottom - height, right, bottom, INK_RGB, _OPACITY)
        write(image, text, 2 * margin, bottom - height + round(size * 0.15), size, _WARNING_RGB)
        boxes.append((float(margin), float(bottom - height), float(right), float(bottom)))
    return boxes
