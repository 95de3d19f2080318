"""The lens from synthetic boards: recovered, honest, and refused where it cannot be known."""

from __future__ import annotations

import numpy as np
import pytest

from calibration.board import calibrate_lens, pick_views
from calibration.errors import CameraError
from tests.calibration.scenes import SIZE, board_views, camera

DISTORTION = (-0.12, 0.05, 0.0005, -0.0004, 0.0)


def test_focal_length_and_distortion_come_back_within_half_a_percent() -> None:
    truth = camera(focal_px=930.0, distortion=DISTORTION)
    lens = calibrate_lens(board_views(truth, 30, seed=1), SIZE)
    assert lens.matrix[0, 0] == pytest.approx(930.0, rel=0.005)
    assert lens.matrix[:2, 2] == pytest.approx([640.0, 360.0], abs=6.0)
    assert lens.distortion[0] == pytest.approx(-0.12, abs=0.02)
    assert lens.rms_px == pytest.approx(0.2 * np.sqrt(2), rel=0.15)
    assert lens.held_out_rms_px < 1.3 * lens.rms_px
    assert lens.coverage.sum() == pytest.approx(1.0)


def test_the_stated_uncertainty_of_the_focal_length_covers_the_truth() -> None:
    off = []
    for seed in range(24):
        truth = camera(focal_px=800.0 + 15 * seed, distortion=DISTORTION)
        lens = calibrate_lens(board_views(truth, 12, seed=100 + seed, noise_px=0.5), SIZE)
        off.append((lens.matrix[0, 0] / truth.matrix[0, 0] - 1) / lens.focal_sigma_rel)
    assert np.mean(np.abs(off) < 2) >= 0.9
    assert np.std(off) > 0.4, "not blown up either"


def test_a_wrong_square_size_does_not_touch_the_focal_length() -> None:
    views = board_views(camera(), 20, seed=4)
    assert calibrate_lens(views, SIZE, 0.95).matrix[0, 0] == pytest.approx(calibrate_lens(views, SIZE).matrix[0, 0])


def test_a_board_always_held_alike_is_refused_with_advice() -> None:
    with pytest.raises(CameraError, match="tilt it by 30 to 45 deg"):
        calibrate_lens(board_views(camera(), 20, seed=2, tilt_deg=3.0), SIZE)


def test_too_few_views_are_refused_with_advice() -> None:
    with pytest.raises(CameraError, match="only 3 different sharp views"):
        calibrate_lens(board_views(camera(), 3, seed=2), SIZE)


def test_a_board_in_one_corner_only_is_refused() -> None:
    views = [view for view in board_views(camera(), 150, seed=3) if view.corners_px[:, 0].max() < 0.5 * SIZE[0]]
    assert len(views) >= 6
    with pytest.raises(CameraError, match="of the picture"):
        calibrate_lens(views, SIZE)


def test_a_hundred_equal_views_count_as_one() -> None:
    view = board_views(camera(), 1, seed=5)
    assert len(pick_views(view * 100, SIZE)) == 1
