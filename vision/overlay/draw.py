"""The annotated frame: skeleton, the measured angle where it lives, value +- u, verdict, clause.

Sizes follow the picture (the shorter side), from 360p to 4K, landscape or
portrait. Left and right are the person's own and have their own tints.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.landmarks import EDGES
from vision.overlay.lettering import badge, blend, line_height_px, shade, shorten, text_mask, text_width_px, write
from vision.overlay.placement import Box, LabelMemory, place_label
from vision.palette import (
    INK_RGB,
    MIDLINE_RGB,
    PERSON_LEFT_RGB,
    PERSON_RIGHT_RGB,
    SEVERITY,
    VERDICT_RGB,
    Rgb,
    bgr,
)
from vision.quantities import label_text
from vision.report.wording import (
    LEVEL_TEXT,
    check_value_text,
    clause_text,
    drill_text,
    seconds_text,
    verdict_text,
)
from vision.standard.score import units_of
from vision.types import Check, Drill, Evidence, FloatArray, ImageBgr, Verdict, frozen_array

SEEN_VISIBILITY = 0.4  # below it a landmark is not drawn
MOST_LABELS = 5  # on the body at once; the panel lists all
MOST_ROWS = 9
_CLAUSE_EMS = 8
_SHIFT = 4
_PLATE_OPACITY = 0.74
_DIM_RGB: Rgb = (188, 196, 204)
_WARNING_RGB: Rgb = (255, 214, 120)


@dataclass(frozen=True, slots=True)
class Finding:
    """A check with the place in the picture where it lives. ``text`` replaces the measurement's own name."""

    check: Check
    evidence: Evidence | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class FrameOverlay:
    """What to draw over one frame. Landmarks that are NaN or hardly visible are left out."""

    landmarks_px: FloatArray | None  # (33, 2)
    visibility: FloatArray | None  # (33,)
    findings: tuple[Finding, ...] = ()
    title: str = ""
    warnings: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        if self.landmarks_px is not None:
            object.__setattr__(self, "landmarks_px", frozen_array(self.landmarks_px, (33, 2), "landmarks_px"))
        if self.visibility is not None:
            object.__setattr__(self, "visibility", frozen_array(self.visibility, (33,), "visibility"))


def title_line(drill: Drill | None, time_s: float, level: str, language: str) -> str:
    """``鞠躬 · 3.2 秒 · 完整标定``."""
    parts = [] if drill is None else [drill_text(drill, language)]
    return " · ".join([*parts, seconds_text(time_s, language), LEVEL_TEXT[level][language]])


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
    ordered = sorted(_telling(overlay.findings), key=lambda finding: SEVERITY[finding.check.verdict])
    for finding in reversed(ordered):
        if finding.evidence is not None:
            draw_evidence(image, finding.evidence, finding.check.verdict, size)
    taken = [_draw_panel(image, overlay, ordered, points, size, language, places)]
    taken += _draw_warnings(image, overlay.warnings, size)
    draw_labels(image, ordered, points, taken, size, language, places)
    return image


def _telling(findings: Sequence[Finding]) -> list[Finding]:
    """What counts; of a group of alternatives only the option that decided it.

    While no option of a group is decided, none of its numbers is shown as passed.
    """
    units = units_of(finding.check for finding in findings)
    groups = {unit.group: unit for unit in units if unit.group is not None}
    told = []
    for finding in findings:
        check = finding.check
        unit = groups.get(check.alternative) if check.alternative is not None else None
        if check.weight <= 0 or (unit is not None and check.option != unit.option):
            continue
        if unit is not None and unit.verdict is Verdict.UNCERTAIN and check.verdict is Verdict.PASS:
            told.append(replace(finding, check=replace(check, verdict=Verdict.UNCERTAIN)))
        else:
            told.append(finding)
    return told


def seen_landmarks(overlay: FrameOverlay) -> FloatArray | None:
    """(33, 2) with NaN where a landmark is not to be drawn; None without landmarks."""
    if overlay.landmarks_px is None:
        return None
    points = overlay.landmarks_px.copy()
    if overlay.visibility is not None:
        points[~(overlay.visibility >= SEEN_VISIBILITY)] = np.nan
    return points


def _side_rgb(a: str, b: str) -> Rgb:
    if a.startswith("LEFT") and b.startswith("LEFT"):
        return PERSON_LEFT_RGB
    if a.startswith("RIGHT") and b.startswith("RIGHT"):
        return PERSON_RIGHT_RGB
    return MIDLINE_RGB


_COLOURED_EDGES: tuple[tuple[int, int, Rgb], ...] = tuple(
    (int(start), int(end), _side_rgb(start.name, end.name)) for start, end in EDGES
)


def _fixed(points: FloatArray) -> NDArray[np.int32]:
    """Pixel positions in OpenCV's fixed point; ours count from the corner, its from the first pixel's centre."""
    fixed: NDArray[np.int32] = np.round((np.clip(points, -1e4, 3e4) - 0.5) * (1 << _SHIFT)).astype(np.int32)
    return fixed


def draw_skeleton(image: ImageBgr, points_px: FloatArray, size_px: int) -> None:
    """Thin lines with a dark edge, in place; the person's left is bluish, the right sand-coloured."""
    thin = max(1, round(size_px / 11))
    fixed = _fixed(np.nan_to_num(points_px))
    seen = np.isfinite(points_px).all(axis=1)
    edges = [(fixed[a], fixed[b], rgb) for a, b, rgb in _COLOURED_EDGES if seen[a] and seen[b]]
    if edges:
        segments = [np.stack((start, end)) for start, end, _ in edges]
        cv2.polylines(image, segments, False, bgr(INK_RGB), thin + 2 * max(1, thin // 3), cv2.LINE_AA, _SHIFT)
    for start, end, rgb in edges:
        cv2.line(image, start.tolist(), end.tolist(), bgr(rgb), thin, cv2.LINE_AA, _SHIFT)
    for joint in sorted({joint for a, b, _ in _COLOURED_EDGES for joint in (a, b)}):
        if seen[joint]:
            centre = fixed[joint].tolist()
            cv2.circle(image, centre, (thin + 1) << _SHIFT, bgr(MIDLINE_RGB), -1, cv2.LINE_AA, _SHIFT)


def draw_evidence(image: ImageBgr, evidence: Evidence, verdict: Verdict, size_px: int) -> None:
    """The lines and arcs of a measurement in the verdict's colour, with a dark edge, in place."""
    width = max(2, round(size_px / 7.5))
    lines = [_fixed(line[np.isfinite(line).all(axis=1)]) for line in evidence.lines_px]
    lines = [line for line in lines if len(line) >= 2]
    cv2.polylines(image, lines, False, bgr(INK_RGB), width + max(2, width // 2), cv2.LINE_AA, _SHIFT)
    cv2.polylines(image, lines, False, bgr(VERDICT_RGB[verdict]), width, cv2.LINE_AA, _SHIFT)


def _body_boxes(points: FloatArray | None, size: int) -> list[Box]:
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


def finding_name(finding: Finding, language: str) -> str:
    """What the finding is about, in a few words."""
    return finding.text or label_text(finding.check.measurement, language)


def finding_value(check: Check, language: str) -> str:
    """``46.2 ± 3.9°``, or that nothing was measured."""
    if check.verdict is Verdict.NOT_MEASURED:
        return verdict_text(Verdict.NOT_MEASURED, language)
    return check_value_text(check, language)


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
    body = _body_boxes(points, size)
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
        small = max(9, round(size * 0.68))
        clause = shorten(clause_text(finding.check), small, size * _CLAUSE_EMS) if with_clause else ""
        width = max(text_width_px(text, size), text_width_px(clause, small)) + size * 2.3
        height = line_height_px(size) + bool(clause) * line_height_px(small) + size * 0.35
        found = place_label(
            (anchor_x, anchor_y), (width, height), frame_wh, taken, body, memory.places.get(finding.check.rule)
        )
        if found is None:
            continue
        box, memory.places[finding.check.rule] = found
        taken.append(box)
        _draw_leader(image, (anchor_x, anchor_y), box, finding.check.verdict, size)
        _draw_label(image, box, text, clause, finding.check.verdict, size, small)


def _one_each(findings: Iterable[Finding]) -> list[Finding]:
    """The first finding of each measurement: one number needs one label."""
    return list({finding.check.measurement: finding for finding in reversed(list(findings))}.values())[::-1]


def _draw_leader(image: ImageBgr, anchor: tuple[float, float], box: Box, verdict: Verdict, size: int) -> None:
    """A line from the label to what it speaks of."""
    end = (min(max(anchor[0], box[0]), box[2]), min(max(anchor[1], box[1]), box[3]))
    start, stop = _fixed(np.array((anchor, end))).tolist()
    thin = max(1, round(size / 12))
    cv2.line(image, start, stop, bgr(INK_RGB), thin + 2, cv2.LINE_AA, _SHIFT)
    cv2.line(image, start, stop, bgr(VERDICT_RGB[verdict]), thin, cv2.LINE_AA, _SHIFT)
    cv2.circle(image, start, (thin + 2) << _SHIFT, bgr(VERDICT_RGB[verdict]), -1, cv2.LINE_AA, _SHIFT)


def _draw_label(image: ImageBgr, box: Box, text: str, clause: str, verdict: Verdict, size: int, small: int) -> None:
    left, top, right, bottom = (round(edge) for edge in box)
    shade(image, left, top, right, bottom, INK_RGB, _PLATE_OPACITY + 0.08)
    stripe = max(2, size // 6)
    image[max(0, top) : bottom, max(0, left) : max(0, left) + stripe] = bgr(VERDICT_RGB[verdict])
    disc = round(size * 1.05)
    text_left = left + stripe + round(size * 1.6)
    badge(image, verdict, left + stripe + round(size * 0.32), top + round(size * 0.22), disc)
    write(image, text, text_left, top + round(size * 0.12), size)
    write(image, clause, text_left, top + round(size * 0.12) + line_height_px(size), small, _DIM_RGB)


def _panel_on_right(image: ImageBgr, points: FloatArray | None, memory: LabelMemory) -> bool:
    """The emptier side of the picture; kept until the person is clearly on it."""
    if points is None or not np.isfinite(points[:, 0]).any():
        return bool(memory.panel_right)
    middle = float(np.nanmean(points[:, 0])) / image.shape[1]
    if memory.panel_right is None or abs(middle - 0.5) > 0.12:
        memory.panel_right = middle < 0.5
    return memory.panel_right


def _draw_panel(
    image: ImageBgr,
    overlay: FrameOverlay,
    ordered: Sequence[Finding],
    points: FloatArray | None,
    size: int,
    language: str,
    memory: LabelMemory,
) -> Box:
    """Title and one row for each check, in a corner; returns its box."""
    frame_h, frame_w = image.shape[:2]
    row = line_height_px(size) + round(size * 0.35)
    margin, pad = round(size * 0.6), round(size * 0.6)
    room = int((frame_h * 0.62 - row - 2 * pad) / row)
    shown = list(ordered[: max(0, min(MOST_ROWS, room))])
    rows = [(finding_name(finding, language), finding_value(finding.check, language)) for finding in shown]
    widest = max([text_width_px(name, size) + text_width_px(value, size) for name, value in rows], default=0)
    limit = round(frame_w * (0.42 if frame_w >= frame_h else 0.62))
    title_width = text_width_px(overlay.title, size) if overlay.title else 0
    inner = min(limit, max(widest + round(size * 2.6), title_width))
    if not rows and not overlay.title:
        return (0.0, 0.0, 0.0, 0.0)
    left = frame_w - margin - inner - 2 * pad if _panel_on_right(image, points, memory) else margin
    title_height = row if overlay.title else 0
    bottom = margin + title_height + len(rows) * row + round(pad * 1.2)
    shade(image, left, margin, left + inner + 2 * pad, bottom, INK_RGB, _PLATE_OPACITY)
    write(image, shorten(overlay.title, size, inner), left + pad, margin + round(pad * 0.6), size, _DIM_RGB)
    for number, ((name, value), finding) in enumerate(zip(rows, shown, strict=True)):
        top = margin + round(pad * 0.6) + title_height + number * row
        _draw_row(image, finding.check.verdict, name, value, left + pad, top, inner, size)
    return (float(left), float(margin), float(left + inner + 2 * pad), float(bottom))


def _draw_row(
    image: ImageBgr, verdict: Verdict, name: str, value: str, left: int, top: int, width: int, size: int
) -> None:
    badge(image, verdict, left, top + round(size * 0.1), round(size * 1.05))
    start = left + round(size * 1.5)
    value_width = text_width_px(value, size)
    name_room = width - round(size * 2.0) - value_width
    write(image, shorten(name, size, name_room), start, top, size)
    muted = verdict is Verdict.NOT_MEASURED
    mask = text_mask(value, size)
    blend(image, mask, left + width - value_width, top, _DIM_RGB if muted else (255, 255, 255))


def _draw_warnings(image: ImageBgr, warnings: Sequence[str], size: int) -> list[Box]:
    """Warnings as lines along the bottom; returns their boxes."""
    frame_h, frame_w = image.shape[:2]
    margin, height = round(size * 0.6), line_height_px(size) + round(size * 0.3)
    boxes: list[Box] = []
    for number, warning in enumerate(reversed(warnings[:3])):
        text = shorten("! " + warning, size, frame_w - 4 * margin)
        bottom = frame_h - margin - number * height
        right = 3 * margin + text_width_px(text, size)
        shade(image, margin, bottom - height, right, bottom, INK_RGB, _PLATE_OPACITY)
        write(image, text, 2 * margin, bottom - height + round(size * 0.15), size, _WARNING_RGB)
        boxes.append((float(margin), float(bottom - height), float(right), float(bottom)))
    return boxes
