"""Our own network for grooming stills: what each pixel shows, where forehead and ears lie, where the head's points are.

A small U-Net (weights ``vision/data/grooming.onnx``, trained by ``tools/grooming`` on rendered people, figures in
``docs/accuracy-grooming.md``) looks at a window of the picture. Each window is also seen mirrored and the two answers
are averaged.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.grooming.seen import Facing, Kind, Mark, Zone
from vision.types import FloatArray, ImageBgr

INPUT_WH = (160, 192)
MAP_WH = (80, 96)
MIN_SPREAD = 8.0  # of a picture's values: a flat one is not blown up

_FACINGS = tuple(Facing)  # the order of the network's outputs
_MIRRORED_FACINGS = [0, 2, 1, 3]
_MIRRORED_ZONES = [Zone.FOREHEAD, Zone.EAR_RIGHT, Zone.EAR_LEFT]
_MIRRORED_MARKS = [0, 2, 1, 4, 3, 5, 6, 7, 9, 8]

Floats = NDArray[np.float32]


class Trait(IntEnum):
    """What the network says of the whole window."""

    SUNGLASSES = 0
    GLASSES = 1
    FULL_BEARD = 2
    STUBBLE = 3
    CLOTH_ON_HEAD = 4
    HAIR_BELOW_CHIN = 5
    HAIR_ON_COLLAR = 6
    BALD = 7


@dataclass(frozen=True, slots=True)
class Window:
    """An upright part of the picture with the input's aspect: its centre (2,) and height in pixels."""

    centre_px: FloatArray
    tall_px: float

    @property
    def scale(self) -> float:
        """Input pixels per picture pixel."""
        return INPUT_WH[1] / self.tall_px

    @property
    def origin_px(self) -> FloatArray:
        """Upper left corner in the picture (2,)."""
        aspect = INPUT_WH[0] / INPUT_WH[1]
        return np.asarray(self.centre_px - np.array([aspect, 1.0]) * self.tall_px / 2, np.float64)


@dataclass(frozen=True, slots=True)
class Sight:
    """What the network sees in a window; maps are (`MAP_WH`), half the input's size."""

    window: Window
    kinds: Floats  # (H, W, len(Kind)) sums to 1
    zones: Floats  # (H, W, len(Zone)) 0..1
    marks: Floats  # (H, W, len(Mark)) 0..1, a spot at each point
    facing: FloatArray  # (4,) probability in the order of `Facing`
    traits: FloatArray  # (len(Trait),) log odds

    @property
    def map_scale(self) -> float:
        """Map pixels per picture pixel."""
        return self.window.scale * MAP_WH[1] / INPUT_WH[1]


def cut(image_bgr: ImageBgr, window: Window) -> ImageBgr:
    """The window at the input's size; beyond the picture its edge is repeated."""
    if window.scale < 0.5:  # warpAffine does not average: shrink first
        factor = 2 * window.scale
        size = (max(1, round(image_bgr.shape[1] * factor)), max(1, round(image_bgr.shape[0] * factor)))
        image_bgr = np.asarray(cv2.resize(image_bgr, size, interpolation=cv2.INTER_AREA), np.uint8)
        window = Window(window.centre_px * factor, window.tall_px * factor)
    scale = window.scale
    shift = -window.origin_px * scale + 0.5 * scale - 0.5  # warpAffine counts from the first pixel's centre
    matrix = np.array([[scale, 0.0, shift[0]], [0.0, scale, shift[1]]])
    seen = cv2.warpAffine(image_bgr, matrix, INPUT_WH, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(seen, np.uint8)


def network_input(window_bgr: ImageBgr) -> Floats:
    """(3, H, W), mean 0 and spread 1 over the window: exposure drops out."""
    values = window_bgr.astype(np.float32).transpose(2, 0, 1)
    spread = max(float(values.std()), MIN_SPREAD)
    return np.asarray((values - float(values.mean())) / spread, np.float32)


@cache
def _weights() -> bytes:
    return (Path(__file__).parents[1] / "data" / "grooming.onnx").read_bytes()


class GroomingNetwork:
    """One per thread: OpenCV's network object keeps its buffers. Some 30 ms a window."""

    def __init__(self, weights: bytes | None = None) -> None:
        self._net = cv2.dnn.readNetFromONNX(np.frombuffer(weights or _weights(), np.uint8))

    def see(self, image_bgr: ImageBgr, window: Window) -> Sight:
        """Look at one window, as it is and mirrored."""
        straight = network_input(cut(image_bgr, window))
        self._net.setInput(np.ascontiguousarray(np.stack([straight, straight[:, :, ::-1]])))
        maps, whole = self._net.forward(["maps", "whole"])
        whole = np.asarray(whole, np.float32)
        one, two = np.asarray(maps, np.float32).transpose(0, 2, 3, 1)
        k, z = len(Kind), len(Kind) + len(Zone)
        two = two[:, ::-1]
        sides = len(_FACINGS)
        return Sight(
            window=window,
            kinds=(_softmax(one[..., :k]) + _softmax(two[..., :k])) / 2,
            zones=(_sigmoid(one[..., k:z]) + _sigmoid(two[..., k:z][..., _MIRRORED_ZONES])) / 2,
            marks=(_sigmoid(one[..., z:]) + _sigmoid(two[..., z:][..., _MIRRORED_MARKS])) / 2,
            facing=np.asarray(
                (_softmax(whole[0, :sides]) + _softmax(whole[1, :sides][_MIRRORED_FACINGS])) / 2, np.float64
            ),
            traits=np.asarray(whole[:, sides:].mean(axis=0), np.float64),
        )


def mark_points(sight: Sight, least: float = 0.2) -> tuple[FloatArray, FloatArray]:
    """The network's points in picture pixels (len(Mark), 2), NaN where weaker than ``least``; and their strengths."""
    points = np.full((len(Mark), 2), np.nan)
    strength = np.zeros(len(Mark))
    for mark in Mark:
        spot = sight.marks[..., mark]
        strength[mark] = float(spot.max())
        if strength[mark] < least:
            continue
        y, x = np.unravel_index(int(spot.argmax()), spot.shape)
        rows, columns = slice(max(0, y - 3), y + 4), slice(max(0, x - 3), x + 4)
        weight = spot[rows, columns].astype(np.float64) ** 2
        ys, xs = np.mgrid[: spot.shape[0], : spot.shape[1]]
        centre = [(weight * grid[rows, columns]).sum() / weight.sum() + 0.5 for grid in (xs, ys)]
        points[mark] = np.array(centre) / sight.map_scale + sight.window.origin_px
    return points, strength


def _softmax(values: NDArray[Any]) -> Floats:
    power = np.exp(values - values.max(axis=-1, keepdims=True))
    return np.asarray(power / power.sum(axis=-1, keepdims=True), np.float32)


def _sigmoid(values: NDArray[Any]) -> Floats:
    return np.asarray(1 / (1 + np.exp(-values)), np.float32)
