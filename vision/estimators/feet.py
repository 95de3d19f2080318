"""Our own network for the feet: seven points of each foot, with the covariance it expects of itself.

The pose network's heel sits high on the ankle and its foot index is the big
toe; too weak for the V angle. This network (weights ``vision/data/feet.onnx``,
trained by ``tools/train_feet``, figures in ``docs/feet.md``) looks at one crop
of both feet. Which foot is which it learns from the pose network's landmarks,
drawn as soft spots into two more input channels.

The points are anatomical points inside the shoe (heel: rear of the calcaneus;
toes: tips of the bare toes), except ``shoe_tip`` and ``shoe_back``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.landmarks import Landmark
from vision.types import FloatArray, ImageBgr, frozen_array

POINTS: tuple[str, ...] = ("heel", "toe2", "big_toe", "small_toe", "shoe_tip", "shoe_back", "ankle")
_AXIS = [POINTS.index("heel"), POINTS.index("toe2")]
INPUT_SIZE_WH = (192, 128)
MIN_SHOE_PX = 25.0
SHOE_PER_SHANK = 0.68  # outer length of a shoe over knee-ankle distance, both in metres (0.28 / 0.41)
HINT_SIGMA_PX = 5.0  # of a soft spot, in pixels of the network's input
# For whoever puts the points on the floor: mean and sd over the training crops' people and shoes, feet flat on the
# floor. The height itself depends on the sole; heel above toe hardly does, and only that turns the foot's axis.
HEEL_HEIGHT_M = (0.058, 0.012)
TOE2_HEIGHT_M = (0.030, 0.011)
HEEL_ABOVE_TOE_M = (0.0278, 0.0024)
FOOT_LENGTH_SHARE = (0.152, 0.0065)  # heel to second toe on the floor, share of the barefoot stature
# Errors go together: both feet wear the same shoes, and what is hidden in one is hidden in the other. Correlation of
# the errors of left heel, left toe2, right heel, right toe2 in x and in y, from the ``tune`` part of the crops.
_CORRELATION_X = ((1.0, -0.35, 0.0, 0.0), (-0.35, 1.0, 0.0, 0.0), (0.0, 0.0, 1.0, -0.35), (0.0, 0.0, -0.35, 1.0))
_CORRELATION_Y = ((1.0, 0.38, 0.72, 0.37), (0.38, 1.0, 0.37, 0.67), (0.72, 0.37, 1.0, 0.38), (0.37, 0.67, 0.38, 1.0))

_LEFT = (Landmark.LEFT_ANKLE, Landmark.LEFT_HEEL, Landmark.LEFT_FOOT_INDEX)
_RIGHT = (Landmark.RIGHT_ANKLE, Landmark.RIGHT_HEEL, Landmark.RIGHT_FOOT_INDEX)
_HINT_WEIGHTS = (1.0, 0.0, 0.6)  # ankle, heel, foot index: the heel's landmark says nothing that the ankle's does not

Box = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class FeetObservation:
    """Both feet in one picture, person's left foot first; points in the order of `POINTS`.

    A foot that lies outside the picture is NaN.
    """

    points_px: FloatArray  # (2, 7, 2)
    covariance_px2: FloatArray  # (2, 7, 2, 2) one-sigma, calibrated on people and shoes not trained on
    box_px: Box  # x, y, width, height of the crop that was looked at

    def __post_init__(self) -> None:
        n = len(POINTS)
        object.__setattr__(self, "points_px", frozen_array(self.points_px, (2, n, 2), "points_px"))
        object.__setattr__(self, "covariance_px2", frozen_array(self.covariance_px2, (2, n, 2, 2), "covariance_px2"))

    @property
    def sigma_px(self) -> FloatArray:
        """One-sigma error of each point, (2, 7): root of the mean variance over the two directions."""
        variance = np.einsum("spii->sp", self.covariance_px2) / 2
        return frozen_array(np.sqrt(variance), (2, len(POINTS)), "sigma_px")

    @property
    def axes_px(self) -> FloatArray:
        """Left heel, left toe2, right heel, right toe2: (4, 2)."""
        return frozen_array(self.points_px[:, _AXIS].reshape(4, 2), (4, 2), "axes_px")

    @property
    def axes_covariance_px2(self) -> FloatArray:
        """Joint covariance (8, 8) of `axes_px`, flat (x, y of each): `covariance_px2` and how the errors go together.

        To be used where angles matter; the single covariances alone make them look up to 40 % too uncertain.
        NaN in the rows and columns of a foot that was not seen.
        """
        single = self.covariance_px2[:, _AXIS].reshape(4, 2, 2)
        correlation = np.zeros((8, 8))
        correlation[0::2, 0::2], correlation[1::2, 1::2] = _CORRELATION_X, _CORRELATION_Y
        sigma = np.sqrt(np.einsum("pii->pi", single))
        for i in range(4):
            own = single[i, 0, 1] / (sigma[i, 0] * sigma[i, 1])
            correlation[2 * i, 2 * i + 1] = correlation[2 * i + 1, 2 * i] = own
        seen = np.isfinite(correlation).all(1)
        values, vectors = np.linalg.eigh(correlation[np.ix_(seen, seen)])
        repaired = np.full((8, 8), np.nan)  # a strong tilt can push the mixture out of the valid correlations
        repaired[np.ix_(seen, seen)] = vectors @ np.diag(np.maximum(values, 0.02)) @ vectors.T
        return frozen_array(repaired * np.outer(sigma, sigma), (8, 8), "axes_covariance_px2")


def foot_hints(landmarks_px: FloatArray) -> FloatArray:
    """The pose network's ankle, heel and foot index, (2, 3, 2): left foot first."""
    return np.stack([landmarks_px[list(_LEFT)], landmarks_px[list(_RIGHT)]])


def crop_box(hints_px: FloatArray) -> tuple[float, float, float, float]:
    """Box (x, y, width, height) round both feet with room for shoes and wrong landmarks; aspect of the input.

    ``hints_px`` (2, 3, 2) as from `foot_hints`.
    """
    low, high = hints_px.reshape(-1, 2).min(0), hints_px.reshape(-1, 2).max(0)
    extent_w, extent_h = high - low
    aspect = INPUT_SIZE_WH[0] / INPUT_SIZE_WH[1]
    width = max(1.8 * extent_w, aspect * 2.0 * extent_h, 8.0)
    centre_x, centre_y = (low + high) / 2
    return centre_x - width / 2, centre_y - width / aspect / 2, width, width / aspect


def hint_channels(hints_in: FloatArray, weights: tuple[float, ...] = _HINT_WEIGHTS) -> NDArray[np.float32]:
    """Soft spots at the hints (2, 3, 2) given in input pixels, one channel a foot: (2, H, W)."""
    width, height = INPUT_SIZE_WH
    xs, ys = np.arange(width) + 0.5, np.arange(height) + 0.5
    channels = np.zeros((2, height, width), np.float32)
    for side in range(2):
        for (x, y), weight in zip(hints_in[side], weights, strict=True):
            if weight:
                row = np.exp(-(((xs - x) / HINT_SIGMA_PX) ** 2) / 2)
                column = np.exp(-(((ys - y) / HINT_SIGMA_PX) ** 2) / 2)
                np.maximum(channels[side], weight * np.outer(column, row), out=channels[side])
    return channels


def cut(image_bgr: ImageBgr, box: Box) -> ImageBgr:
    """The box out of the picture at the network's input size; outside the picture its edge is repeated."""
    x, y, width, height = box
    picture_h, picture_w = image_bgr.shape[:2]
    xs = np.clip(np.arange(x, x + width), 0, picture_w - 1)
    ys = np.clip(np.arange(y, y + height), 0, picture_h - 1)
    inside = x >= 0 and y >= 0 and x + width <= picture_w and y + height <= picture_h
    region = image_bgr[y : y + height, x : x + width] if inside else image_bgr[np.ix_(ys, xs)]
    way = cv2.INTER_AREA if width > INPUT_SIZE_WH[0] else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(region, INPUT_SIZE_WH, interpolation=way), np.uint8)


def network_input(crop_bgr: ImageBgr, hints_in: FloatArray) -> NDArray[np.float32]:
    """(5, H, W): red, green, blue 0..1 and the hints of the left and the right foot."""
    colours = crop_bgr[:, :, ::-1].transpose(2, 0, 1).astype(np.float32) / 255.0
    return np.concatenate([colours, hint_channels(hints_in)])


def covariance(spread: NDArray[np.float32]) -> FloatArray:
    """(K, 2, 2) from log sigma_x, log sigma_y and the correlation before tanh (K, 3)."""
    sigma = np.exp(np.clip(spread[:, :2].astype(np.float64), -3.0, 4.0))
    correlation = 0.95 * np.tanh(spread[:, 2].astype(np.float64))
    cross = correlation * sigma[:, 0] * sigma[:, 1]
    return np.stack([np.stack([sigma[:, 0] ** 2, cross], 1), np.stack([cross, sigma[:, 1] ** 2], 1)], 1)


@cache
def _weights() -> bytes:
    return (Path(__file__).parents[1] / "data" / "feet.onnx").read_bytes()


class FeetEstimator:
    """One per thread: OpenCV's network object keeps its buffers."""

    def __init__(self) -> None:
        self._net = cv2.dnn.readNetFromONNX(np.frombuffer(_weights(), np.uint8))

    def estimate(self, image_bgr: ImageBgr, landmarks_px: FloatArray) -> FeetObservation | None:
        """Both feet of the person whose pose landmarks (33, 2) these are.

        None when neither foot lies in the picture or the shoes are smaller than `MIN_SHOE_PX`.
        """
        hints = foot_hints(np.asarray(landmarks_px, np.float64))
        if not np.isfinite(hints).all() or _shoe_px(landmarks_px) < MIN_SHOE_PX:
            return None
        seen = _in_picture(hints, image_bgr)
        return self.locate(image_bgr, hints, seen) if seen.any() else None

    def locate(self, image_bgr: ImageBgr, hints_px: FloatArray, seen: NDArray[np.bool_]) -> FeetObservation:
        """The feet at the hints (2, 3, 2) of `foot_hints`; a foot that is not ``seen`` (2,) comes back as NaN."""
        x, y, width, height = crop_box(hints_px)
        box = (round(x), round(y), max(round(width), 8), max(round(height), 8))
        scale = np.array([box[2] / INPUT_SIZE_WH[0], box[3] / INPUT_SIZE_WH[1]])
        points, spread = self._run(cut(image_bgr, box), (hints_px - np.array(box[:2])) / scale)
        points[~seen], spread[~seen] = np.nan, np.nan
        return FeetObservation(points * scale + np.array(box[:2]), spread * np.outer(scale, scale), box)

    def _run(self, crop_bgr: ImageBgr, hints_in: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Points (2, 7, 2) and covariances (2, 7, 2, 2) in input pixels."""
        self._net.setInput(network_input(crop_bgr, hints_in)[None])
        points, spread = self._net.forward(["points", "spread"])
        n = len(POINTS)
        return points[0].reshape(2, n, 2).astype(np.float64), covariance(spread[0]).reshape(2, n, 2, 2)


def _shoe_px(landmarks_px: FloatArray) -> float:
    """Length a shoe would have in the picture if seen from its side, from the longer shank."""
    left = landmarks_px[Landmark.LEFT_KNEE] - landmarks_px[Landmark.LEFT_ANKLE]
    right = landmarks_px[Landmark.RIGHT_KNEE] - landmarks_px[Landmark.RIGHT_ANKLE]
    return float(SHOE_PER_SHANK * np.nan_to_num([np.hypot(*left), np.hypot(*right)]).max())


def _in_picture(hints_px: FloatArray, image_bgr: ImageBgr) -> NDArray[np.bool_]:
    """(2,) whether ankle, heel and foot index of a foot all lie in the picture."""
    height, width = image_bgr.shape[:2]
    inside = (hints_px >= 0) & (hints_px <= np.array([width, height]))
    return np.asarray(inside.all((1, 2)), np.bool_)
