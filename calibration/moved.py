"""Has the camera moved? Compares the background of two pictures by its features.

A fingerprint (corners with their binary descriptors, people left out) is small enough to live in the camera file, so
that a recording can be held against the picture that the camera was calibrated with. ORB: Rublee et al. 2011.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.errors import CameraError

FloatArray = NDArray[np.float64]
Gray = NDArray[np.uint8]

FEATURES = 400
WORKING_WIDTH = 960
FEWEST_MATCHES = 12
RATIO = 0.8  # Lowe's test
INLIER_PX = 3.0  # at working width
# What focus, compression and matching do by themselves stays below this (measured on clips with a fixed camera).
STILL_SHARE = 0.003  # of the picture's width


@dataclass(frozen=True, slots=True)
class Background:
    """Corners (N, 2) as shares of the picture's width, descriptors (N, 32)."""

    points: FloatArray
    descriptors: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Movement:
    """``moved`` None: cannot be told. ``shift_deg``: by how much the view turned, about."""

    moved: bool | None
    shift_deg: float
    matches: int
    zoom: float = 1.0


def background(gray: Gray, hide: NDArray[np.bool_] | None = None) -> Background:
    """The fingerprint of a picture; ``hide`` (H, W) covers people."""
    scale = WORKING_WIDTH / gray.shape[1]
    size = (WORKING_WIDTH, max(1, round(gray.shape[0] * scale)))
    small = cv2.resize(gray, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    mask = np.full(small.shape, 255, dtype=np.uint8)
    if hide is not None:
        covered = cv2.resize(hide.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
        mask[cv2.dilate(covered, np.ones((15, 15), np.uint8)) > 0] = 0
    corners, descriptors = cv2.ORB.create(nfeatures=FEATURES, fastThreshold=10).detectAndCompute(small, mask)
    if descriptors is None:
        return Background(np.zeros((0, 2)), np.zeros((0, 32), dtype=np.uint8))
    points = np.array([corner.pt for corner in corners], dtype=np.float64)
    return Background(points / WORKING_WIDTH, np.asarray(descriptors, dtype=np.uint8))


def movement(before: Background, after: Background, field_of_view_deg: float) -> Movement:
    """How the view changed between two fingerprints; ``field_of_view_deg`` is across the picture's width."""
    pairs = _matches(before.descriptors, after.descriptors)
    if len(pairs) < FEWEST_MATCHES:
        return Movement(None, 0.0, len(pairs))
    source, target = before.points[pairs[:, 0]], after.points[pairs[:, 1]]
    found, inliers = cv2.estimateAffinePartial2D(
        source, target, method=cv2.RANSAC, ransacReprojThreshold=INLIER_PX / WORKING_WIDTH, maxIters=2000
    )
    count = 0 if inliers is None else int(inliers.sum())
    if found is None or count < FEWEST_MATCHES or count < 0.3 * len(pairs):
        return Movement(None, 0.0, count)
    # Felt in the corners of the picture too, so that a turn about its middle does not escape.
    probes = np.array([[0.5, 0.28], [0.1, 0.05], [0.9, 0.05], [0.1, 0.5], [0.9, 0.5]])
    shift = float(np.linalg.norm(probes @ found[:, :2].T + found[:, 2] - probes, axis=1).max())
    degrees = math.degrees(math.atan(shift * 2 * math.tan(math.radians(field_of_view_deg / 2))))
    zoom = float(np.sqrt(abs(np.linalg.det(found[:, :2]))))
    return Movement(shift > STILL_SHARE, degrees, count, zoom)


def _matches(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Index pairs (M, 2) that pass the ratio test both ways."""
    if len(before) < 2 or len(after) < 2:
        return np.zeros((0, 2), dtype=np.int64)
    matcher = cv2.BFMatcher(cv2.NORM_HAMMING)
    there = {m.queryIdx: m.trainIdx for m, n in matcher.knnMatch(before, after, k=2) if m.distance < RATIO * n.distance}
    back = {m.queryIdx: m.trainIdx for m, n in matcher.knnMatch(after, before, k=2) if m.distance < RATIO * n.distance}
    return np.array([(i, j) for i, j in there.items() if back.get(j) == i], dtype=np.int64).reshape(-1, 2)


def background_to_dict(value: Background) -> dict[str, Any]:
    """For the key ``background`` of a camera file."""
    return {
        "points": base64.b64encode(np.round(value.points * 65535).astype("<u2").tobytes()).decode(),
        "descriptors": base64.b64encode(value.descriptors.tobytes()).decode(),
    }


def background_from_dict(data: Mapping[str, Any]) -> Background:
    """The fingerprint of a camera file; CameraError when it is broken."""
    try:
        points = np.frombuffer(base64.b64decode(data["points"]), dtype="<u2").astype(np.float64).reshape(-1, 2) / 65535
        descriptors = np.frombuffer(base64.b64decode(data["descriptors"]), dtype=np.uint8).reshape(-1, 32)
    except (KeyError, TypeError, ValueError) as error:
        raise CameraError(
            "key 'background' of the camera file is damaged", "相机文件的键 'background' 已损坏"
        ) from error
    if len(points) != len(descriptors):
        raise CameraError("key 'background' of the camera file is damaged", "相机文件的键 'background' 已损坏")
    return Background(points, descriptors)
