"""Signs of the live view that are read from three metres away: arrows, the ring of the hold timer, big words."""

from __future__ import annotations

import math
from functools import lru_cache

import cv2
import numpy as np

from app.live.state import Arrow
from vision.overlay.lettering import Mask, blend, line_height_px, text_width_px, write
from vision.palette import PAPER_RGB, Rgb, bgr
from vision.types import ImageBgr

_SHIFT = 4
_OVER = 4  # signs are drawn this much larger and shrunk: soft edges
Point = tuple[float, float]

# Outlines on a square of side 1, y down.
_RIGHT_ARROW: tuple[Point, ...] = (
    (0.06, 0.36),
    (0.5, 0.36),
    (0.5, 0.12),
    (0.94, 0.5),
    (0.5, 0.88),
    (0.5, 0.64),
    (0.06, 0.64),
)
_FAR_ARROW: tuple[Point, ...] = (
    (0.5, 0.06), (0.84, 0.44), (0.61, 0.44), (0.72, 0.94), (0.28, 0.94), (0.39, 0.44), (0.16, 0.44),
)  # fmt: skip
_NEAR_ARROW: tuple[Point, ...] = (
    (0.5, 0.94),
    (0.06, 0.46),
    (0.28, 0.46),
    (0.40, 0.06),
    (0.60, 0.06),
    (0.72, 0.46),
    (0.94, 0.46),
)


@lru_cache(maxsize=64)
def arrow_mask(arrow: Arrow, size_px: int) -> Mask:
    """The coverage of an arrow, (size, size)."""
    side = size_px * _OVER
    mask = np.zeros((side, side), np.uint8)
    if arrow in (Arrow.TURN_LEFT, Arrow.TURN_RIGHT):
        _turn(mask, arrow is Arrow.TURN_RIGHT)
    elif arrow not in (Arrow.NONE, Arrow.GOOD):
        _fill(mask, _outline(arrow))
    small = np.asarray(cv2.resize(mask, (size_px, size_px), interpolation=cv2.INTER_AREA), np.uint8)
    small.setflags(write=False)
    return small


def _outline(arrow: Arrow) -> tuple[Point, ...]:
    if arrow is Arrow.BACK:
        return _FAR_ARROW
    if arrow is Arrow.CLOSER:
        return _NEAR_ARROW
    points = np.array(_RIGHT_ARROW)
    if arrow in (Arrow.UP, Arrow.DOWN):
        points = points[:, ::-1]
    if arrow is Arrow.LEFT:
        points = points * (-1, 1) + (1, 0)
    if arrow is Arrow.UP:
        points = points * (1, -1) + (0, 1)
    return tuple((float(x), float(y)) for x, y in points)


def _fill(mask: Mask, outline: tuple[Point, ...]) -> None:
    side = mask.shape[0]
    cv2.fillPoly(mask, [np.round(np.array(outline) * side).astype(np.int32)], (255,))


def _turn(mask: Mask, to_right: bool) -> None:
    """An arc seen from above in front of the person, with its head on the side to turn to."""
    side = mask.shape[0]
    angles = np.radians(np.linspace(205, 20, 40))
    arc = np.stack([0.5 + 0.36 * np.cos(angles), 0.42 + 0.30 * np.sin(angles)], axis=1)
    tip = arc[-1]
    head = tip + np.array([(0.02, -0.26), (-0.20, 0.02), (0.16, 0.10)])
    if not to_right:
        arc[:, 0], head[:, 0] = 1 - arc[:, 0], 1 - head[:, 0]
    points = np.round(arc * side).astype(np.int32)
    cv2.polylines(mask, [points], False, (255,), round(side * 0.13), cv2.LINE_AA)
    cv2.fillPoly(mask, [np.round(head * side).astype(np.int32)], (255,))


def draw_arrow(image: ImageBgr, arrow: Arrow, left_px: int, top_px: int, size_px: int, rgb: Rgb) -> None:
    """Paint an arrow in place."""
    blend(image, arrow_mask(arrow, size_px), left_px, top_px, rgb)


def draw_ring(
    image: ImageBgr, centre: tuple[int, int], radius_px: int, share: float, text: str, rgb: Rgb, back_rgb: Rgb
) -> None:
    """A ring filled clockwise from the top to ``share`` (0..1), with a short text inside, in place."""
    wide = max(3, round(radius_px * 0.2))
    middle = radius_px - wide // 2
    cv2.circle(image, centre, middle, bgr(back_rgb), wide, cv2.LINE_AA)
    if share > 0:
        end = -90 + 360 * min(share, 1.0)
        cv2.ellipse(image, centre, (middle, middle), 0, -90, end, bgr(rgb), wide, cv2.LINE_AA)
    size = max(8, round(radius_px * (0.95 if len(text) < 3 else 0.72)))
    left = centre[0] - text_width_px(text, size) // 2
    write(image, text, left, round(centre[1] - size * 0.6), size, PAPER_RGB)


@lru_cache(maxsize=256)
def fitted(text: str, width_px: int, height_px: int, largest_px: int, smallest_px: int) -> tuple[int, tuple[str, ...]]:
    """The largest letters with which the text fits into the box, and its lines."""
    for size in range(largest_px, smallest_px - 1, -1):
        most = max(1, height_px // line_height_px(size))
        lines = _lines(text, width_px, size)
        if len(lines) <= most:
            return size, tuple(lines)
    lines = _lines(text, width_px, smallest_px)
    most = max(1, height_px // line_height_px(smallest_px))
    kept = lines[:most]
    if len(lines) > most:
        kept[-1] = kept[-1][:-1] + "…"
    return smallest_px, tuple(kept)


_CLOSING = "，。；：、！？）…"


def _lines(text: str, width_px: int, size: int) -> list[str]:
    """Broken between words, or between Chinese characters (never before a closing mark)."""
    lines, line = [], ""
    for piece in _pieces(text):
        if line and text_width_px(line + piece.rstrip(), size) > width_px:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    return [*lines, line.rstrip()]


def _pieces(text: str) -> list[str]:
    pieces: list[str] = []
    for character in text:
        wide = ord(character) > 0x2E80
        joins = pieces and (
            character in _CLOSING
            or character == " "
            or not (wide or pieces[-1].endswith(" ") or ord(pieces[-1][-1]) > 0x2E80)
        )
        if joins:
            pieces[-1] += character
        else:
            pieces.append(character)
    return pieces


def breathing(time_s: float, period_s: float = 1.2) -> float:
    """0..1..0 in time, for a sign that is to be noticed."""
    return 0.5 - 0.5 * math.cos(2 * math.pi * time_s / period_s)
