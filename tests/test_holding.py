"""Which frames of a recording are judged: the stillest stretch, seen, and not longer than it must be."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.tracks import frames_of, track
from vision.holding import WINDOW_S, averaged, median_pose, nearest, phase_window, window_of, windows_of
from vision.phases import Found, Neutral, Phase
from vision.types import Drill, FloatArray, PoseObservation


def times(rate_hz: float = 25.0, length_s: float = 5.0) -> FloatArray:
    """Times of a recording."""
    return np.arange(0.0, length_s, 1.0 / rate_hz)


def test_the_stillest_stretch_is_taken() -> None:
    moving = np.where(np.abs(times() - 3.0) < 0.7, 0.0, 4.0)  # px per frame
    seen = track(times(), np.cumsum(moving))
    window = window_of(seen, 0.0, 5.0, Drill.STAND)
    assert window is not None
    inside = times()[list(window.frames)]
    assert inside.min() >= 2.2
    assert inside.max() <= 3.8
    assert inside.max() - inside.min() <= WINDOW_S + 1e-6


def test_a_window_stays_inside_what_it_was_asked_for() -> None:
    window = window_of(track(times()), 1.0, 1.6, Drill.STAND)
    assert window is not None
    inside = times()[list(window.frames)]
    assert inside.min() >= 1.0 - 1e-6
    assert inside.max() <= 1.6 + 1e-6
    assert len(window.frames) == 16


def test_frames_without_the_person_are_left_out() -> None:
    gone = (times() > 1.2) & (times() < 1.5)
    window = window_of(track(times(), unseen=gone), 1.0, 2.0, Drill.STAND)
    assert window is not None
    assert not gone[list(window.frames)].any()
    assert not gone[list(window.picture_frames)].any()


def test_where_nobody_is_seen_inside_the_nearest_sight_is_taken() -> None:
    gone = (times() >= 1.0) & (times() <= 2.0)
    window = window_of(track(times(), unseen=gone), 1.0, 1.4, Drill.STAND)
    assert window is not None
    assert times()[list(window.frames)] == pytest.approx([0.96])


def test_a_recording_without_anybody_has_no_window() -> None:
    assert window_of(track(times(), unseen=np.ones(len(times()), dtype=bool)), 0.0, 5.0, Drill.STAND) is None


def test_a_still_is_its_own_window() -> None:
    window = window_of(track(np.array([0.0])), 0.0, 0.0, Drill.GUIDE)
    assert window is not None
    assert window.frames == window.picture_frames == (0,)
    assert window.middle == 0


@pytest.mark.parametrize("rate_hz", [5.0, 12.0, 25.0, 60.0])
def test_pictures_are_few_different_and_inside_the_window(rate_hz: float) -> None:
    window = window_of(track(times(rate_hz)), 0.5, 4.5, Drill.STAND)
    assert window is not None
    assert 1 <= len(window.picture_frames) <= 3
    assert len(set(window.picture_frames)) == len(window.picture_frames)
    assert set(window.picture_frames) <= set(window.frames)
    assert window.middle in window.picture_frames


def test_uneven_times_are_measured_in_seconds_and_not_in_frames() -> None:
    uneven = np.concatenate([np.arange(0.0, 1.0, 0.2), np.arange(1.0, 4.0, 0.02)])
    window = window_of(track(uneven), 0.0, 4.0, Drill.STAND)
    assert window is not None
    inside = uneven[list(window.frames)]
    assert 0.8 < inside.max() - inside.min() <= WINDOW_S + 1e-6


def test_averaging_takes_out_a_frame_that_jumped() -> None:
    seen = track(times())
    pixels = seen.landmarks_px.copy()
    jumped = pixels.copy()
    jumped[30] += 200.0
    window = window_of(replace(seen, landmarks_px=jumped), 1.0, 1.6, Drill.STAND)
    assert window is not None
    assert averaged(replace(seen, landmarks_px=jumped), window).image_landmarks_px == pytest.approx(pixels[28])


def test_an_average_bears_the_time_of_the_picture_that_is_shown() -> None:
    seen = track(times())
    window = window_of(seen, 2.0, 3.0, Drill.STAND)
    assert window is not None
    assert averaged(seen, window).timestamp_s == pytest.approx(times()[window.middle])


def test_the_ends_of_a_bow_are_left_out_but_not_of_a_short_one() -> None:
    seen = track(times())
    held = phase_window(seen, Phase(Drill.BOW, 0.0, 4.0, 1.0, 2.0))
    stood = phase_window(seen, Phase(Drill.STAND, 0.0, 4.0, 1.0, 2.0))
    short = phase_window(seen, Phase(Drill.BOW, 0.0, 4.0, 1.0, 1.2))
    assert held is not None
    assert stood is not None
    assert short is not None
    assert times()[held.frames[0]] > times()[stood.frames[0]]
    assert times()[held.frames[-1]] < times()[stood.frames[-1]]
    assert times()[short.frames[0]] == pytest.approx(1.0)


def test_a_phase_without_a_hold_is_taken_as_a_whole() -> None:
    window = phase_window(track(times()), Phase(Drill.WALK, 1.0, 1.8))
    assert window is not None
    assert times()[window.frames[0]] == pytest.approx(1.0)


def test_only_a_bow_asks_for_the_neutral() -> None:
    seen, neutral = track(times()), Neutral(0.0, 0.8)
    stand, bow = Phase(Drill.STAND, 0.0, 1.0, 0.0, 1.0), Phase(Drill.BOW, 1.0, 4.0, 2.0, 3.0)
    windows, upright = windows_of(seen, Found((stand, bow), neutral))
    assert [window.drill for window in windows if window is not None] == [Drill.STAND, Drill.BOW]
    assert upright is not None
    assert times()[upright.frames[-1]] <= 0.8 + 1e-6
    assert windows_of(seen, Found((stand,), neutral))[1] is None
    assert windows_of(seen, Found((bow,), None))[1] is None


def test_frames_are_numbered_as_in_the_track() -> None:
    window = window_of(track(times()), 1.0, 1.2, Drill.STAND)
    assert window is not None
    assert window.frames == frames_of(times(), 1.0, 1.2)


def pose_at_px(centre_px: float, size_px: float = 400.0) -> PoseObservation:
    """A body of that height whose landmarks stand in a column at ``centre_px``."""
    landmarks = np.column_stack([np.full(33, centre_px), np.linspace(50, 50 + size_px, 33)])
    return PoseObservation(landmarks, np.zeros((33, 3)), np.ones(33))


def test_the_detection_on_the_tracked_person_is_taken_and_not_the_one_beside() -> None:
    beside, same = pose_at_px(260.0), pose_at_px(204.0)
    assert nearest([beside, same], pose_at_px(200.0)) is same
    assert nearest([beside], pose_at_px(200.0)) is None
    assert nearest([], pose_at_px(200.0)) is None


def test_one_wild_look_does_not_move_the_median_pose() -> None:
    pose = median_pose([pose_at_px(200.0), pose_at_px(900.0), pose_at_px(202.0)])
    assert pose.image_landmarks_px[:, 0] == pytest.approx(202.0)
