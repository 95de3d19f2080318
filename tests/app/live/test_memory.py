"""Keeping still, and the median of a still stretch."""

from __future__ import annotations

import numpy as np
import pytest

from app.live.memory import KEPT_S, LAG_S, PoseMemory
from tests.app.live.scenes import changed, pose_of
from vision.landmarks import Landmark
from vision.types import FloatArray

BASE = pose_of()
STEP_S = 0.04
RNG = np.random.default_rng(3)


def stand(memory: PoseMemory, from_s: float, seconds: float, noise_px: float = 0.6) -> float:
    """Somebody who stands, with the network's jitter; the time after it."""
    count = round(seconds / STEP_S)
    for k in range(count):
        jitter = RNG.normal(0, noise_px, (33, 2))
        memory.add(changed(BASE, lambda points, jitter=jitter: points + jitter, from_s + k * STEP_S))
    return from_s + count * STEP_S


def raised(share: float) -> FloatArray:
    """Landmarks with the right arm on its way."""
    points = BASE.image_landmarks_px.copy()
    points[Landmark.RIGHT_WRIST] += np.array([-160.0, -180.0]) * share
    points[Landmark.RIGHT_ELBOW] += np.array([-80.0, -60.0]) * share
    return points


def test_standing_is_still_from_its_beginning() -> None:
    memory = PoseMemory()
    stand(memory, 10.0, 2.0)
    assert memory.still_since_s == pytest.approx(10.0, abs=STEP_S)
    assert memory.feet_still_since_s == pytest.approx(10.0, abs=STEP_S)


def test_before_the_lag_nothing_is_known() -> None:
    memory = PoseMemory()
    stand(memory, 0.0, LAG_S - STEP_S)
    assert memory.still_since_s is None


def test_a_raised_arm_is_a_movement_while_the_feet_keep_still() -> None:
    memory = PoseMemory()
    now_s = stand(memory, 0.0, 1.0)
    for k in range(20):
        memory.add(changed(BASE, lambda _points, k=k: raised(k / 19), now_s + k * STEP_S))
    assert memory.still_since_s is None
    assert memory.feet_still_since_s == pytest.approx(0.0, abs=STEP_S)


def test_a_jump_to_another_person_forgets_what_was() -> None:
    memory = PoseMemory()
    now_s = stand(memory, 0.0, 1.0)
    memory.add(changed(BASE, lambda points: points + np.array([400.0, 0.0]), now_s))
    assert memory.still_since_s is None
    assert memory.feet_still_since_s is None
    assert memory.newest is not None
    assert memory.newest.timestamp_s == now_s


def test_the_median_of_a_still_stretch_averages_the_jitter_out() -> None:
    memory = PoseMemory()
    stand(memory, 0.0, KEPT_S, noise_px=2.0)
    steady = memory.steady()
    assert steady is not None
    off = np.abs(steady.image_landmarks_px - BASE.image_landmarks_px).mean()
    assert off < 0.6  # a single frame is 1.6 px off


def test_while_moving_the_newest_pose_counts() -> None:
    memory = PoseMemory()
    now_s = stand(memory, 0.0, 1.0)
    memory.add(changed(BASE, lambda _points: raised(1.0), now_s))
    assert memory.steady() is memory.newest


def test_nobody_is_nobody() -> None:
    assert PoseMemory().steady() is None
