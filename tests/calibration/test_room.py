"""Gravity and focal length from straight edges."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from calibration.camera import assumed_camera
from calibration.room import Segments, find_segments, read_room, undistorted
from tests.calibration.scenes import SIZE, camera, recovered, room_segments

ASSUMED = assumed_camera(SIZE)
BROAD = np.diag(np.square([10.0, 3.0, 0.18]))
MEAN = np.array([-8.0, 0.0, 0.0])


def test_a_right_angled_room_gives_pitch_roll_and_focal_length_honestly() -> None:
    off = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        truth = camera(rng.uniform(-18, 2), rng.normal(0, 2), 1.3, ASSUMED.focal_px * np.exp(rng.normal(0, 0.12)))
        view = read_room(room_segments(truth, rng), ASSUMED.matrix, MEAN, BROAD)
        assert view is not None
        expected = np.array([*recovered(truth, camera(0, 0, 1.3, ASSUMED.focal_px))[0][:3]])
        off.append((view.values - expected) / np.sqrt(np.diag(view.covariance)))
    assert (np.abs(off) < 2).mean() >= 0.93
    assert np.median(np.abs(off)) > 0.05


def test_edges_that_point_anywhere_give_no_confident_wrong_answer() -> None:
    for seed in range(8):
        rng = np.random.default_rng(seed)
        truth = camera(-6.0, 0.0, 1.3, ASSUMED.focal_px)
        view = read_room(room_segments(truth, rng, (0, 0, 0), 40), ASSUMED.matrix, MEAN, BROAD)
        if view is not None:
            off = (view.values - [-6.0, 0.0, 0.0]) / np.sqrt(np.diag(view.covariance))
            assert np.abs(off).max() < 3.0


def test_a_few_edges_say_nothing() -> None:
    segments = Segments(np.full((5, 2), 100.0), np.tile([1.0, 0.0], (5, 1)), np.full(5, 80.0))
    assert read_room(segments, ASSUMED.matrix, MEAN, BROAD) is None


def test_edges_are_found_where_they_are_and_hidden_where_people_stand() -> None:
    picture = np.full((720, 1280), 200, dtype=np.uint8)
    cv2.rectangle(picture, (200, 100), (500, 600), 60, -1)
    found = find_segments(picture)
    assert len(found) == 4
    assert sorted(np.abs(found.directions[:, 1]).round().tolist()) == [0.0, 0.0, 1.0, 1.0]
    vertical = found.middles_px[np.abs(found.directions[:, 1]) > 0.9, 0]
    assert sorted(vertical.tolist()) == pytest.approx([200.0, 501.0], abs=1.0)
    hide = np.zeros(picture.shape, dtype=bool)
    hide[:, 150:550] = True
    assert len(find_segments(picture, hide)) == 0


def test_a_bent_edge_is_straightened_by_the_lens() -> None:
    truth = camera(distortion=(-0.2, 0.0, 0.0, 0.0, 0.0))
    from calibration.camera import project, undistort_points

    line = project(truth, np.array([[-1.5, 3.0, 0.2], [-1.5, 3.0, 2.2]]))
    segments = Segments(
        line.mean(axis=0)[None], (np.diff(line, axis=0) / np.linalg.norm(line[1] - line[0])), np.array([1.0])
    )
    length = float(np.linalg.norm(line[1] - line[0]))
    segments = Segments(segments.middles_px, segments.directions, np.array([length]))
    straight = undistorted(segments, truth.matrix, truth.distortion)
    ends = undistort_points(truth, line)
    assert straight.lengths_px[0] == pytest.approx(np.linalg.norm(ends[1] - ends[0]), rel=1e-3)
    assert undistorted(segments, truth.matrix, np.zeros(5)) is segments
