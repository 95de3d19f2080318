"""Chinese and English text as bitmaps: OpenCV's own letters know no Chinese.

Letters come from the shipped font through Pillow and are cached one by one,
because a number on a video frame changes all the time while its digits do not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from vision.font import font_file
from vision.palette import PAPER_RGB, VERDICT_RGB, VERDICT_SYMBOL, Rgb, bgr
from vision.types import ImageBgr, Verdict

Mask = NDArray[np.uint8]  # (H, W) 0..255
_BASELINE_SHARE = 0.88  # of the letter height, from the top of the line
_SHIFT = 4  # OpenCV draws in sixteenths of a pixel


@lru_cache(maxsize=16)
def _font(size_px: int) -> ImageFont.FreeTypeFont:
    with font_file() as path:
        return ImageFont.truetype(str(path), size_px)


@lru_cache(maxsize=4096)
def _letter(character: str, size_px: int) -> tuple[Mask, int, float]:
    """Mask of one letter over the full line height, its left bearing in px, its advance in px."""
    font = _font(size_px)
    left, _, right, _ = font.getbbox(character, anchor="ls")
    width = max(1, round(right - left))
    picture = Image.new("L", (width, line_height_px(size_px)))
    position = (-left, size_px * _BASELINE_SHARE)
    ImageDraw.Draw(picture).text(position, character, font=font, fill=255, anchor="ls")
    return np.asarray(picture), round(left), font.getlength(character)


def line_height_px(size_px: int) -> int:
    """Height of one line of text."""
    return round(size_px * 1.2)


@lru_cache(maxsize=2048)
def text_width_px(text: str, size_px: int) -> int:
    """Width that `text_mask` will need."""
    return max(1, round(sum(_letter(character, size_px)[2] for character in text)) + 2)


@lru_cache(maxsize=512)
def text_mask(text: str, size_px: int) -> Mask:
    """The text's coverage, shape (line height, width); read-only."""
    canvas = np.zeros((line_height_px(size_px), text_width_px(text, size_px)), np.uint8)
    pen = 0.0
    for character in text:
        mask, bearing, advance = _letter(character, size_px)
        start = max(0, round(pen) + bearing)
        width = min(mask.shape[1], canvas.shape[1] - start)
        if width > 0:
            area = canvas[:, start : start + width]
            np.maximum(area, mask[:, :width], out=area)
        pen += advance
    canvas.setflags(write=False)
    return canvas


def shorten(text: str, size_px: int, width_px: int) -> str:
    """The text, cut with an ellipsis where it is wider than ``width_px``."""
    if text_width_px(text, size_px) <= width_px:
        return text
    while text and text_width_px(text + "…", size_px) > width_px:
        text = text[:-1]
    return text.rstrip() + "…"


def blend(image: ImageBgr, mask: Mask, left_px: int, top_px: int, rgb: Rgb) -> None:
    """Paint ``rgb`` through ``mask`` in place; parts outside the picture are dropped."""
    height, width = image.shape[:2]
    x0, y0 = max(0, left_px), max(0, top_px)
    x1, y1 = (
        min(width, left_px + mask.shape[1]),
        min(height, top_px + mask.shape[0]),
    )
    if x0 >= x1 or y0 >= y1:
        return
    area = image[y0:y1, x0:x1]
    share = mask[y0 - top_px : y1 - top_px, x0 - left_px : x1 - left_px]
    opaque = cv2.merge((share, share, share))
    painted = cv2.multiply(opaque, np.array((*bgr(rgb), 0), dtype=np.float64), scale=1 / 255)
    kept = cv2.multiply(area, 255 - opaque, scale=1 / 255)
    area[:] = cv2.add(painted, kept)


def shade(
    image: ImageBgr,
    left_px: int,
    top_px: int,
    right_px: int,
    bottom_px: int,
    rgb: Rgb,
    opacity: float,
) -> None:
    """Lay a translucent rectangle over the picture in place."""
    height, width = image.shape[:2]
    x0, y0, x1, y1 = (
        max(0, left_px),
        max(0, top_px),
        min(width, right_px),
        min(height, bottom_px),
    )
    if x0 >= x1 or y0 >= y1:
        return
    area = image[y0:y1, x0:x1]
    tint = np.array((*bgr(rgb), 0), dtype=np.float64) * opacity
    area[:] = cv2.add(cv2.convertScaleAbs(area, alpha=1 - opacity), tint)


@dataclass(frozen=True, slots=True)
class Plate:
    """A finished piece of overlay: its colours over black, and what share of the picture shines through."""

    colour_bgr: ImageBgr
    kept: ImageBgr  # 0..255 for each channel

    @property
    def size_wh(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return int(self.kept.shape[1]), int(self.kept.shape[0])


def make_plate(width: int, height: int, paint: Callable[[ImageBgr], None]) -> Plate:
    """What ``paint`` draws, to be pasted many times: over black and white it shows what it lets through."""
    black = np.zeros((height, width, 3), np.uint8)
    white = np.full((height, width, 3), 255, np.uint8)
    paint(black)
    paint(white)
    kept = cv2.subtract(white, black)
    return Plate(black, np.asarray(kept, dtype=np.uint8))


def paste(image: ImageBgr, plate: Plate, left_px: int, top_px: int) -> None:
    """Lay a plate over the picture in place; parts outside the picture are dropped."""
    height, width = image.shape[:2]
    plate_w, plate_h = plate.size_wh
    x0, y0, x1, y1 = max(0, left_px), max(0, top_px), min(width, left_px + plate_w), min(height, top_px + plate_h)
    if x0 >= x1 or y0 >= y1:
        return
    part = (slice(y0 - top_px, y1 - top_px), slice(x0 - left_px, x1 - left_px))
    area = image[y0:y1, x0:x1]
    area[:] = cv2.add(cv2.multiply(area, plate.kept[part], scale=1 / 255), plate.colour_bgr[part])


def write(
    image: ImageBgr,
    text: str,
    left_px: int,
    top_px: int,
    size_px: int,
    rgb: Rgb = PAPER_RGB,
) -> None:
    """Write one line of text in place, its box's corner at (left, top)."""
    if text:
        blend(image, text_mask(text, size_px), left_px, top_px, rgb)


def badge(image: ImageBgr, verdict: Verdict, left_px: int, top_px: int, size_px: int) -> None:
    """Draw the verdict's disc with its symbol in place, ``size_px`` across."""
    blend(image, _disc(size_px), left_px, top_px, VERDICT_RGB[verdict])
    blend(image, _symbol(verdict, size_px), left_px, top_px, PAPER_RGB)


@lru_cache(maxsize=32)
def _disc(size_px: int) -> Mask:
    mask = np.zeros((size_px, size_px), np.uint8)
    centre = ((size_px - 1) << _SHIFT) // 2
    cv2.circle(mask, (centre, centre), centre, (255,), -1, cv2.LINE_AA, _SHIFT)
    return mask


_STROKES: dict[Verdict, tuple[tuple[tuple[float, float], ...], ...]] = {
    Verdict.PASS: (((0.27, 0.52), (0.44, 0.69), (0.75, 0.34)),),
    Verdict.FAIL: (((0.31, 0.31), (0.69, 0.69)), ((0.69, 0.31), (0.31, 0.69))),
    Verdict.NOT_MEASURED: (((0.29, 0.5), (0.71, 0.5)),),
}


@lru_cache(maxsize=64)
def _symbol(verdict: Verdict, size_px: int) -> Mask:
    mask = np.zeros((size_px, size_px), np.uint8)
    strokes = _STROKES.get(verdict)
    if strokes is None:
        letters = text_mask(VERDICT_SYMBOL[verdict], max(6, round(size_px * 0.78)))
        top, left = (
            (size_px - letters.shape[0]) // 2,
            (size_px - letters.shape[1]) // 2,
        )
        top, left = max(0, top), max(0, left)
        part = letters[: size_px - top, : size_px - left]
        mask[top : top + part.shape[0], left : left + part.shape[1]] = part
        return mask
    for stroke in strokes:
        points = np.round(np.multiply(stroke, size_px << _SHIFT)).astype(np.int32)
        cv2.polylines(
            mask,
            [points],
            False,
            (255,),
            max(1, round(size_px * 0.11)),
            cv2.LINE_AA,
            _SHIFT,
        )
    return mask
