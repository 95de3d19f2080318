"""Following one person: who is counted once, what a mode means, what a track says."""

from __future__ import annotations

import numpy as np
import pytest

from tests.synthetic import STAND, body, camera_at, seen
from tests.tracks import track
from vision.series import RATE_HZ, body_series, chosen_frames, shown
from vision.types import Frame, PoseObservation, Subject
from vision.watch import brightness, distinct, subject_mode, without_gaps


def person(x_px: float = 0.0, visibility: float = 0.9, scale: float = 1.0) -> PoseObservation:
    """Somebody who stands ``x_px`` to the right."""
    look = seen(body(STAND), camera_at(0.0), STAND)
    pixels = look.landmarks_px * scale + [x_px, 0.0]
    return PoseObservation(pixels, look.world_m, np.full(33, visibility))


def test_a_body_found_twice_is_one_person_and_the_better_seen_one_stays() -> None:
    worse, better = person(5.0, 0.6), person(0.0, 0.9)
    assert distinct([worse, better]) == (better,)


def test_people_side_by_side_are_several() -> None:
    assert len(distinct([person(-300.0), person(0.0), person(300.0)])) == 3


def test_nobody_is_nobody() -> None:
    assert distinct([]) == ()


def test_a_small_person_behind_a_large_one_is_another() -> None:
    assert len(distinct([person(), person(200.0, scale=0.5)])) == 2


@pytest.mark.parametrize(("text", "mode"), [("largest", "largest"), ("center", "center"), ("1", 1), ("12", 12)])
def test_the_person_is_chosen_by_a_word_or_a_number(text: str, mode: str | int) -> None:
    assert subject_mode(text) == mode


@pytest.mark.parametrize("text", ["", "first", "-1", "1.5", "²"])
def test_another_word_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="person"):
        subject_mode(text)


def test_brightness_is_the_mean_level() -> None:
    assert brightness(Frame(np.full((720, 1280, 3), 40, dtype=np.uint8), 0, 0.0)) == pytest.approx(40.0)
    assert brightness(Frame(np.zeros((64, 64, 3), dtype=np.uint8), 0, 0.0)) == 0.0


def test_a_track_knows_when_the_person_is_there() -> None:
    gone = np.array([False, True, False])
    assert track(np.array([0.0, 0.1, 0.2]), unseen=gone).seen.tolist() == [True, False, True]


@pytest.mark.parametrize("rate_hz", [5.0, 25.0, 30.0, 60.0])
def test_frames_are_fitted_at_a_modest_rate_and_the_last_one_always(rate_hz: float) -> None:
    times = np.arange(0.0, 3.0, 1.0 / rate_hz)
    chosen = chosen_frames(track(times))
    assert chosen == sorted(set(chosen))
    assert chosen[0] == 0
    assert chosen[-1] == len(times) - 1
    assert len(chosen) <= 3.0 * min(rate_hz, RATE_HZ) + 2


def test_the_body_over_time_is_nan_where_nobody_is_seen() -> None:
    times = np.arange(0.0, 2.0, 0.1)
    gone = (times > 0.75) & (times < 1.25)
    bodies = body_series(track(times, unseen=gone), camera_at(0.0), Subject(height_cm=168.0, sex="f"))
    unseen = np.isin(bodies.times_s, times[gone])
    assert unseen.any()
    assert np.isnan(bodies.points_m[unseen]).all()
    assert np.isfinite(bodies.points_m[~unseen]).all()
    for name, values in bodies.series.values.items():
        if name != "visible":
            assert np.isnan(values[unseen]).all(), name


def test_over_time_a_person_who_stands_stands() -> None:
    bodies = body_series(track(np.arange(0.0, 1.0, 0.1)), camera_at(0.0), Subject(height_cm=168.0, sex="f"))
    assert np.abs(bodies.azimuth_deg).max() < 10.0
    values, spread = bodies.series.values["trunk_lateral"], bodies.series.u["trunk_lateral"]
    assert (np.abs(values) < 2 * spread).all()
    assert np.ptp(values) < 0.1  # nothing moves
    assert "pelvis_x" in bodies.series.values
    assert not {"pelvis_x", "visible"} & set(shown(bodies.series).values)


def test_a_gated_landmark_is_put_back_and_does_not_cost_the_frame() -> None:
    times = np.array([0.0, 0.2, 0.4, 0.6])
    raw = np.array([[90.0, 1.0], [2.0, 2.0], [3.0, 3.0], [4.0, 80.0]])
    smooth = np.array([[np.nan, 1.0], [2.0, 2.0], [3.0, 3.0], [4.0, np.nan]])
    assert without_gaps(times, smooth, raw).tolist() == [[2.0, 1.0], [2.0, 2.0], [3.0, 3.0], [4.0, 3.0]]


def test_a_landmark_far_from_others_in_time_keeps_its_raw_value() -> None:
    raw = np.array([[1.0], [5.0]])
    assert without_gaps(np.array([0.0, 9.0]), np.array([[1.0], [np.nan]]), raw).tolist() == [[1.0], [5.0]]


def test_frames_without_the_person_stay_empty() -> None:
    raw = np.array([[1.0], [np.nan], [3.0]])
    filled = without_gaps(np.array([0.0, 0.1, 0.2]), raw.copy(), raw)
    assert np.isnan(filled[1, 0])
    assert filled[[0, 2], 0].tolist() == [1.0, 3.0]


def test_a_landmark_that_was_never_kept_keeps_its_raw_values() -> None:
    raw = np.array([[1.0], [7.0]])
    assert without_gaps(np.array([0.0, 0.1]), np.full((2, 1), np.nan), raw).tolist() == raw.tolist()
