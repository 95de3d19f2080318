"""The live picture: skeleton and measured angle over the person, a bar with big words below.

The picture of the camera stays uncovered but for lines and two values: what is
said stands in the bar. Only the display is mirrored: everything is drawn after
mirroring, at mirrored places, in letters that read forwards.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from app.live.glyphs import draw_arrow, draw_ring, fitted
from app.live.state import Arrow, Cue, Hint, HintCode, LiveState, Stage
from calibration.camera import Camera
from vision.evidence import band_of, evidence_of
from vision.overlay import Finding, LabelMemory
from vision.overlay.finding import FrameOverlay, finding_value, seen_landmarks, telling
from vision.overlay.labels import body_boxes
from vision.overlay.lettering import Plate as Plate
from vision.overlay.lettering import badge, line_height_px, make_plate, paste, shade, text_width_px, write
from vision.overlay.placement import Box, place_label
from vision.overlay.skeleton import SHIFT, draw_evidence, draw_skeleton, fixed_point
from vision.palette import INK_RGB, PAPER_RGB, VERDICT_RGB, Rgb, bgr
from vision.quantities import label_text
from vision.report.wording import accept_text, band, check_value_text, verdict_text
from vision.types import Check, Drill, Evidence, FloatArray, ImageBgr, PoseObservation, Verdict

BAR_SHARE = 0.2  # height of the bar against the picture's shorter side
LETTER_SHARE = 0.058
BAND_OPACITY = 0.6
LABELS = 2
DIM_RGB: Rgb = (188, 196, 204)
TRACK_RGB: Rgb = (70, 78, 86)
READY_RGB: Rgb = (0, 158, 115)
ASK_RGB: Rgb = (255, 214, 120)
# The value of a drill that is always shown where it lives.
FOCUS: dict[Drill, tuple[str, ...]] = {
    Drill.STAND: ("v_angle",),
    Drill.BOW: ("bow_angle",),
    Drill.GUIDE: ("arm_trunk_left", "arm_trunk_right"),
    Drill.SIT: ("knee_left", "knee_right", "trunk_flexion"),
}


@dataclass(frozen=True, slots=True)
class Picture:
    """What is to be drawn over one frame."""

    state: LiveState
    drill: Drill
    language: str
    mirrored: bool
    skeleton: bool
    pose: PoseObservation | None
    points_m: FloatArray | None  # (21, 3) of the last fit
    camera: Camera
    taken: bool = True  # the posture that was measured is still there
    fitted: PoseObservation | None = None  # the pose that the fit is of: it may be some frames old


def bar_height_px(size_wh: tuple[int, int]) -> int:
    """Height of the bar below a picture of this size; even, as video wants it."""
    return 2 * round(min(size_wh) * BAR_SHARE / 2)


def draw(image_bgr: ImageBgr, picture: Picture, memory: LabelMemory) -> ImageBgr:
    """A new picture: the camera's with what was measured, and the bar below it."""
    height, width = image_bgr.shape[:2]
    bar = bar_height_px((width, height))
    canvas = np.empty((height + bar, width, 3), np.uint8)
    view = canvas[:height]
    if picture.mirrored:
        cv2.flip(image_bgr, 1, dst=view)
    else:
        view[:] = image_bgr
    _draw_person(view, picture, memory)
    canvas[height:] = bgr(INK_RGB)
    _draw_bar(canvas[height:], picture)
    if picture.state.stage is Stage.COUNTDOWN and picture.state.counting is not None:
        _draw_count(view, picture.state.counting, picture.state.share)
    return canvas


def _mirror(points: FloatArray, width: int) -> FloatArray:
    result = np.array(points, dtype=np.float64)
    result[..., 0] = width - result[..., 0]
    return result


def carried(points_px: FloatArray, then: PoseObservation, now: PoseObservation) -> FloatArray:
    """Points (N, 2) of a fit moved along with the body since: each as its nearest two landmarks have moved."""
    old, moved = then.image_landmarks_px, now.image_landmarks_px - then.image_landmarks_px
    away = np.linalg.norm(points_px[:, None] - old[None], axis=2)
    nearest = np.argsort(away, axis=1)[:, :2]
    weight = 1.0 / (np.take_along_axis(away, nearest, axis=1) + 1.0) ** 2
    weight /= weight.sum(axis=1, keepdims=True)
    return np.asarray(points_px + (moved[nearest] * weight[..., None]).sum(axis=1), dtype=np.float64)


def _as_shown(points_px: FloatArray, picture: Picture, width: int) -> FloatArray:
    """Points (N, 2) of the fit at their place in the picture as it is shown now."""
    if picture.fitted is not None and picture.pose is not None and np.isfinite(points_px).all():
        points_px = carried(points_px, picture.fitted, picture.pose)
    return _mirror(points_px, width) if picture.mirrored else points_px


def _draw_person(view: ImageBgr, picture: Picture, memory: LabelMemory) -> None:
    if picture.pose is None:
        return
    height, width = view.shape[:2]
    size = max(12, round(min(width, height) * LETTER_SHARE))
    pixels = picture.pose.image_landmarks_px
    points = seen_landmarks(
        FrameOverlay(_mirror(pixels, width) if picture.mirrored else pixels, picture.pose.visibility)
    )
    if picture.skeleton and points is not None:
        draw_skeleton(view, points, round(size * 0.8))
    findings = _shown(picture, width)
    for finding in reversed(findings):
        if finding.evidence is not None:
            _draw_band(view, finding.check, picture, round(size * 0.32))
            draw_evidence(view, finding.evidence, finding.check.verdict, round(size * 0.85))
    _draw_values(view, findings, points, size, picture.language, memory)


def _shown(picture: Picture, width: int) -> list[Finding]:
    """The drill's own value, and the worst of the others; each with its lines in the picture as shown."""
    if picture.points_m is None or picture.state.stage is Stage.DONE or not picture.taken:
        return []
    own = _own(picture)
    failed = {cue.rule for cue in picture.state.cues}
    others = [check for check in picture.state.findings if check.rule in failed and isinstance(check.value, float)]
    chosen: dict[str, Check] = {}
    for check in [*own[:1], *others, *own[1:]]:
        chosen.setdefault(check.measurement, check)
    findings = []
    for check in list(chosen.values())[:LABELS]:
        evidence = evidence_of(check.measurement, picture.points_m, picture.camera, {})
        if evidence is not None:
            lines = tuple(_as_shown(line, picture, width) for line in evidence.lines_px)
            evidence = Evidence(lines, _as_shown(evidence.anchor_px[None], picture, width)[0])
        findings.append(Finding(check, evidence))
    return findings


def _draw_band(view: ImageBgr, check: Check, picture: Picture, wide_px: int) -> None:
    """What is accepted, as a broad green arc where the measured leg should end."""
    low, high = band(check)
    if picture.points_m is None or not isinstance(check.value, float) or (low is None and high is None):
        return
    height, width = view.shape[:2]
    for arc in band_of(check.measurement, picture.points_m, picture.camera, check.value, low, high):
        line = arc[np.isfinite(arc).all(axis=1)]
        if len(line) < 2:
            continue
        line = _as_shown(line, picture, width)
        x0, y0 = np.clip(np.floor(line.min(axis=0)) - wide_px, 0, (width, height)).astype(int)
        x1, y1 = np.clip(np.ceil(line.max(axis=0)) + wide_px, 0, (width, height)).astype(int)
        if x1 <= x0 or y1 <= y0:
            continue
        part = view[y0:y1, x0:x1]
        painted = part.copy()
        cv2.polylines(painted, [fixed_point(line - (x0, y0))], False, bgr(READY_RGB), wide_px, cv2.LINE_AA, SHIFT)
        cv2.addWeighted(painted, BAND_OPACITY, part, 1 - BAND_OPACITY, 0, dst=part)


def _draw_values(
    view: ImageBgr, findings: list[Finding], points: FloatArray | None, size: int, language: str, memory: LabelMemory
) -> None:
    """Value with uncertainty, verdict and accepted band beside the place they speak of."""
    taken: list[Box] = []
    body = [*body_boxes(points, size), *_line_boxes(findings, size)]
    for finding in findings:
        if finding.evidence is None or not np.isfinite(finding.evidence.anchor_px).all():
            continue
        check = finding.check
        text = finding_value(check, language)
        plate = _value_plate(
            text, label_text(check.measurement, language), accept_text(check, language), check.verdict, size
        )
        anchor = float(finding.evidence.anchor_px[0]), float(finding.evidence.anchor_px[1])
        place = place_label(
            anchor, plate.size_wh, (view.shape[1], view.shape[0]), taken, body, memory.places.get(check.rule)
        )
        if place is None:
            continue
        box, memory.places[check.rule] = place
        taken.append(box)
        paste(view, plate, round(box[0]), round(box[1]))


def _line_boxes(findings: list[Finding], size: int) -> list[Box]:
    """Small boxes along the drawn lines, which labels rather keep off."""
    boxes: list[Box] = []
    for finding in findings:
        for line in () if finding.evidence is None else finding.evidence.lines_px:
            if not np.isfinite(line).all():
                continue
            for share in np.linspace(0.0, 1.0, 5):
                x, y = line[0] + share * (line[-1] - line[0])
                boxes.append((float(x - size), float(y - size), float(x + size), float(y + size)))
    return boxes


def _value_plate(text: str, name: str, band: str, verdict: Verdict, size: int) -> Plate:
    small = max(10, round(size * 0.6))
    below = f"{name}  {band}"
    stripe = max(3, size // 6)
    width = max(text_width_px(text, size) + round(size * 2.0), text_width_px(below, small) + round(size * 0.9)) + stripe
    height = line_height_px(size) + line_height_px(small) + round(size * 0.35)

    def paint(image: ImageBgr) -> None:
        shade(image, 0, 0, width, height, INK_RGB, 0.84)
        image[:, :stripe] = bgr(VERDICT_RGB[verdict])
        badge(image, verdict, stripe + round(size * 0.3), round(size * 0.2), round(size * 1.05))
        write(image, text, stripe + round(size * 1.6), round(size * 0.1), size)
        write(image, below, stripe + round(size * 0.35), round(size * 0.15) + line_height_px(size), small, DIM_RGB)

    return make_plate(width, height, paint)


def _draw_count(view: ImageBgr, number: int, share: float) -> None:
    """The count-down, in the middle of the picture."""
    height, width = view.shape[:2]
    radius = round(min(width, height) * 0.2)
    overlay = view.copy()
    cv2.circle(overlay, (width // 2, height // 2), radius, bgr(INK_RGB), -1, cv2.LINE_AA)
    cv2.addWeighted(overlay, 0.62, view, 0.38, 0, dst=view)
    draw_ring(view, (width // 2, height // 2), radius, share, str(number), READY_RGB, TRACK_RGB)


def _draw_bar(bar: ImageBgr, picture: Picture) -> None:
    """Sign, words and timer."""
    state = picture.state
    height, width = bar.shape[:2]
    pad = round(height * 0.12)
    sign = height - 2 * pad
    left, right = pad, width - pad
    ring = _ring(state)
    if ring is not None:
        share, text, rgb = ring
        radius = height // 2 - round(pad * 0.7)
        draw_ring(bar, (width - radius - pad, height // 2), radius, share, text, rgb, TRACK_RGB)
        right = width - 2 * radius - 2 * pad
    words, cue_verdict = _words(picture)
    if cue_verdict is not None:
        badge(bar, cue_verdict, left, pad, sign)
        left += sign + pad
    elif state.stage is Stage.COUNTDOWN or state.hint is None:
        pass
    elif state.hint.arrow is Arrow.GOOD:
        badge(bar, Verdict.PASS, left, pad, sign)
        left += sign + pad
    elif state.hint.arrow is not Arrow.NONE:
        draw_arrow(bar, state.hint.arrow, left, pad, sign, ASK_RGB)
        left += sign + pad
    size, lines = fitted(words, right - left, height - pad, round(height * 0.54), round(height * 0.22))
    top = (height - len(lines) * line_height_px(size)) // 2
    for number, line in enumerate(lines):
        write(bar, line, left, top + number * line_height_px(size), size, PAPER_RGB)


def _words(picture: Picture) -> tuple[str, Verdict | None]:
    """What the bar says, and the verdict whose sign stands before it."""
    state, language = picture.state, picture.language
    if state.stage in (Stage.PRACTISING, Stage.DONE) and state.cues:
        return _said(state.cues[0], language), Verdict.FAIL
    own = next(iter(_own(picture)), None)
    if state.stage is Stage.DONE:
        return ("完成" if language == "zh" else "Done", None) if own is None else (_outcome(own, language), own.verdict)
    if state.stage is Stage.COUNTDOWN:
        return ("准备" if language == "zh" else "Get ready", None)
    if state.hint is None:
        return "", None
    held = state.hint.code is HintCode.HOLD and own is not None
    return _said(state.hint, language), own.verdict if held and own is not None else None


def _own(picture: Picture) -> list[Check]:
    """The checks of the values that the drill is about, as far as they count and have a number."""
    told = [finding.check for finding in telling([Finding(check) for check in picture.state.findings])]
    focus = FOCUS.get(picture.drill, ())
    return [check for check in told if check.measurement in focus and isinstance(check.value, float)]


def _said(line: Hint | Cue, language: str) -> str:
    return line.zh if language == "zh" else line.en


def _outcome(check: Check, language: str) -> str:
    """The drill's own value, and what it came to."""
    name, value = label_text(check.measurement, language), check_value_text(check, language)
    verdict = verdict_text(check.verdict, language)
    return f"{name} {value}，{verdict}" if language == "zh" else f"{name[:1].upper()}{name[1:]} {value}: {verdict}"


def _ring(state: LiveState) -> tuple[float, str, Rgb] | None:
    """Share, text and colour of the timer."""
    if state.stage is Stage.NEUTRAL:
        return state.share, "", ASK_RGB
    if state.stage is Stage.PRACTISING and state.hold_of_s > 0:
        left_s = max(0.0, state.hold_of_s - state.held_s)
        return state.share, "✓" if state.reached else f"{math.ceil(left_s)}", READY_RGB
    return None
