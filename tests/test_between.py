"""Frames passed over are filled in by what is known of them: rest until the picture changed, then a smooth path."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from vision.between import filled
from vision.types import PoseObservation, Skipped
from vision.watch import Looked

FPS = 30.0
Path = Callable[[float], float]


def pose(place: float, time_s: float) -> PoseObservation:
    return PoseObservation(np.full((33, 2), place), np.full((33, 3), place / 100), np.full(33, 0.9), time_s)


def looks(path: Path, seconds: float, every: int, unchanged: Callable[[float], bool] = lambda t: False) -> list[Looked]:
    """A person whose every landmark lies at ``path(t)``, looked at in every so-manyeth frame."""
    found: list[Looked] = []
    skipped: list[Skipped] = []
    for index in range(round(seconds * FPS) + 1):
        time_s = index / FPS
        if index % every:
            skipped.append(Skipped(index, time_s, unchanged(time_s)))
            continue
        found.append(Looked(time_s, index, ((pose(path(time_s), time_s),),), 0, 100.0, tuple(skipped)))
        skipped = []
    return found


def places(every: tuple[Looked, ...]) -> np.ndarray:
    return np.array([np.nan if one.subject is None else one.subject.image_landmarks_px[0, 0] for one in every])


def test_without_anything_passed_over_nothing_changes() -> None:
    given = looks(lambda t: 100 * t, 2.0, 1)
    assert filled(given) == tuple(given)


def test_a_movement_of_the_drills_comes_back_from_every_third_frame() -> None:
    """A bow's course, 90 px in a second: looked at ten times a second it is known to half a pixel."""

    def bow(t: float) -> float:
        return 500 + 90 * (1 - np.cos(np.pi * np.clip(t - 0.5, 0, 1))) / 2

    every = filled(looks(bow, 2.0, 3))
    assert [one.index for one in every] == list(range(61))
    times = np.array([one.time_s for one in every])
    assert np.abs(places(every) - [bow(t) for t in times]).max() < 0.5


def test_who_rested_until_the_picture_changed_did_not_move_before() -> None:
    def jump(t: float) -> float:
        return 100.0 if t < 0.95 else 150.0

    every = filled(looks(jump, 1.0, 10, unchanged=lambda t: 0.67 < t < 0.95))
    assert places(every)[:29] == pytest.approx(100.0)
    assert every[29].time_s == pytest.approx(29 / FPS)


def test_where_a_look_lost_the_subject_the_frames_beside_it_have_lost_them() -> None:
    given = looks(lambda t: 100 * t, 1.0, 5)
    given[3] = Looked(given[3].time_s, given[3].index, ((),), None, 100.0, given[3].skipped)
    every = filled(given)
    lost = {one.index for one in every if one.subject is None}
    assert lost == set(range(11, 20))
    assert [one.index for one in every] == list(range(31))


def test_the_others_stay_where_they_were() -> None:
    given = looks(lambda t: 100 * t, 1.0, 5)
    other = pose(900.0, 0.0)
    crowded = [Looked(o.time_s, o.index, ((other, *o.tries[-1]),), 1, o.brightness, o.skipped) for o in given]
    every = filled(crowded)
    assert {len(one.tries[-1]) for one in every} == {2}
    assert {one.tries[-1][0].image_landmarks_px[0, 0] for one in every} == {900.0}
    assert places(every) == pytest.approx([100 * one.time_s for one in every])


def test_the_jitter_of_looks_at_somebody_who_rests_is_averaged_out() -> None:
    rng = np.random.default_rng(4)
    given = looks(lambda t: 100.0 + rng.normal(0, 1.0), 20.0, 8)
    every = places(filled(given))
    raw = np.array([one.subject.image_landmarks_px[0, 0] for one in given if one.subject is not None])
    assert np.abs(np.diff(every)).sum() < 0.5 * np.abs(np.diff(raw)).sum()
    assert every.mean() == pytest.approx(raw.mean(), abs=0.1)


def test_a_slow_sway_of_somebody_who_rests_is_kept() -> None:
    def sway(t: float) -> float:
        return 100.0 + 5.0 * np.sin(2 * np.pi * 0.2 * t)

    every = filled(looks(sway, 10.0, 8))
    times = np.array([one.time_s for one in every])
    assert np.abs(places(every) - [sway(t) for t in times]).max() < 0.2


def test_a_frame_that_was_filled_in_says_so() -> None:
    every = filled(looks(lambda t: 100 * t, 1.0, 3))
    assert [one.passed_over for one in every] == [bool(index % 3) for index in range(31)]
