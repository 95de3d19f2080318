"""The chosen person is kept through crossings and losses, and never swapped for another."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from vision.landmarks import MIRRORED
from vision.landmarks import Landmark as L
from vision.subject import SubjectTracker
from vision.types import PoseObservation

SIZE_WH = (1280, 720)
STEP_S = 0.04
UPRIGHT = {  # shares of the height, from the feet's middle: to the right of the picture, up
    L.NOSE: (0.0, 0.93), L.LEFT_SHOULDER: (0.11, 0.82), L.RIGHT_SHOULDER: (-0.11, 0.82),
    L.LEFT_ELBOW: (0.14, 0.64), L.RIGHT_ELBOW: (-0.14, 0.64), L.LEFT_WRIST: (0.15, 0.48),
    L.RIGHT_WRIST: (-0.15, 0.48), L.LEFT_HIP: (0.06, 0.52), L.RIGHT_HIP: (-0.06, 0.52),
    L.LEFT_KNEE: (0.06, 0.28), L.RIGHT_KNEE: (-0.06, 0.28), L.LEFT_ANKLE: (0.06, 0.05),
    L.RIGHT_ANKLE: (-0.06, 0.05), L.LEFT_HEEL: (0.06, 0.02), L.RIGHT_HEEL: (-0.06, 0.02),
    L.LEFT_FOOT_INDEX: (0.08, 0.0), L.RIGHT_FOOT_INDEX: (-0.08, 0.0),
}  # fmt: skip


def person(x_px: float, height_px: float = 400, y_px: float = 650, seed: int = 0) -> PoseObservation:
    shares = np.tile([0.0, 0.93], (33, 1))
    for landmark, share in UPRIGHT.items():
        shares[landmark] = share
    rng = np.random.default_rng(int(abs(x_px) * 31 + height_px + seed))
    points = np.array([x_px, y_px]) + shares * [height_px, -height_px] + rng.normal(0, 2, (33, 2))
    return PoseObservation(points, np.zeros((33, 3)), np.ones(33))


def shuffled(people: list[PoseObservation], seed: int) -> list[PoseObservation]:
    order = np.random.default_rng(seed).permutation(len(people))
    return [people[k] for k in order]


def follow(
    tracker: SubjectTracker, frames: list[list[PoseObservation | None]], *, shuffle: bool = True
) -> list[int | None]:
    """Which of the listed people (None = not detected) the tracker gave in each frame: person number, or None."""
    answers: list[int | None] = []
    for step, people in enumerate(frames):
        shown = [p for p in people if p is not None]
        shown = shuffled(shown, step) if shuffle else shown
        index = tracker.update(step * STEP_S, shown)
        answers.append(None if index is None else next(k for k, p in enumerate(people) if p is shown[index]))
    return answers


@pytest.mark.parametrize("passer_height", [330, 380, 450])
@pytest.mark.parametrize("start", [100, 1200])
def test_a_passer_by_does_not_take_over(passer_height: float, start: float) -> None:
    way = np.linspace(start, 1300 - start, 80)
    frames = [[person(640), person(x, passer_height, 640)] for x in way]
    answers = follow(SubjectTracker("center", SIZE_WH), frames)
    assert 1 not in answers
    assert answers.count(0) > 0.9 * len(answers)
    assert answers[-1] == 0


@pytest.mark.parametrize("hidden", [0, 1])
def test_when_one_hides_the_other_the_hidden_one_is_not_answered(hidden: int) -> None:
    frames: list[list[PoseObservation | None]] = []
    for x in np.linspace(200, 1080, 90):
        both: list[PoseObservation | None] = [person(640), person(x, 380)]
        if abs(x - 640) < 70:
            both[hidden] = None
        frames.append(both)
    answers = follow(SubjectTracker("center", SIZE_WH), frames)
    assert 1 not in answers
    assert answers[-1] == 0


def test_two_people_who_walk_past_each_other_are_told_apart() -> None:
    frames = [[person(300 + 8 * k, 400), person(980 - 8 * k, 420)] for k in range(80)]
    answers = follow(SubjectTracker(1, SIZE_WH), frames)
    assert 1 not in answers
    assert answers[-1] == 0


def test_the_largest_is_kept_when_another_becomes_larger() -> None:
    frames = [[person(400, 400), person(900, 300 + 3 * k)] for k in range(80)]
    assert set(follow(SubjectTracker("largest", SIZE_WH), frames)) == {0}


@pytest.mark.parametrize(("number", "expected"), [(1, 1), (2, 2), (3, 0)])
def test_people_are_counted_from_the_left_of_the_first_full_frame(number: int, expected: int) -> None:
    alone: list[PoseObservation | None] = [None, None, person(500)]
    everyone: list[PoseObservation | None] = [person(1000), person(200), person(500)]
    answers = follow(SubjectTracker(number, SIZE_WH), [alone] * 2 + [everyone] * 5)
    assert answers[2:] == [expected] * 5
    assert answers[:2] == ([2, 2] if number == 1 else [None, None])


def test_a_short_loss_is_survived_without_a_new_choice() -> None:
    frames: list[list[PoseObservation | None]] = [[person(640), person(1000, 430)] for _ in range(20)]
    frames += [[None, person(1000, 430)]] * 22 + [[person(655), person(1000, 430)]] * 10
    tracker = SubjectTracker("center", SIZE_WH)
    answers = follow(tracker, frames)
    assert answers[:20] == [0] * 20
    assert answers[20:42] == [None] * 22
    assert answers[42:] == [0] * 10
    assert not any(loss.chosen_anew for loss in tracker.losses)


def test_a_bystander_is_not_taken_while_the_person_is_away() -> None:
    frames: list[list[PoseObservation | None]] = [[person(640), person(1000, 430)]] * 20
    frames += [[None, person(1000, 430)]] * 75 + [[person(300), person(1000, 430)]] * 10
    tracker = SubjectTracker("center", SIZE_WH)
    answers = follow(tracker, frames)
    assert 1 not in answers
    assert answers[-1] == 0
    assert [n.code for n in tracker.notices] == ["subject_lost", "several_people"]
    assert "0.8-3.8" in tracker.notices[0].en
    assert "perhaps another person" in tracker.notices[0].en


def test_after_a_long_loss_a_newcomer_is_chosen_and_it_is_said() -> None:
    frames: list[list[PoseObservation | None]] = [[person(640)]] * 10 + [[None]] * 50 + [[person(200, 350)]] * 5
    tracker = SubjectTracker("largest", SIZE_WH)
    seen = []
    for step, people in enumerate(frames):
        tracker.update(step * STEP_S, [p for p in people if p is not None])
        seen.append((tracker.lost_since_s, tracker.reacquired))
    assert seen[30] == (pytest.approx(0.36), False)
    assert seen[60] == (None, True)
    assert seen[61] == (None, False)
    assert tracker.losses[0].chosen_anew


def test_a_bystander_may_step_in_after_a_very_long_loss() -> None:
    frames: list[list[PoseObservation | None]] = [[person(640), person(1000)]] * 10 + [[None, person(1000)]] * 140
    answers = follow(SubjectTracker("center", SIZE_WH), frames)
    assert 1 not in answers[:130]
    assert answers[-1] == 1


def test_a_loss_at_the_end_is_reported_too() -> None:
    frames: list[list[PoseObservation | None]] = [[person(640)]] * 10 + [[None]] * 30
    tracker = SubjectTracker("largest", SIZE_WH)
    follow(tracker, frames)
    assert [n.code for n in tracker.notices] == ["subject_lost"]
    assert tracker.losses[0].end_s == pytest.approx(39 * STEP_S)


def test_one_person_gives_no_notice() -> None:
    tracker = SubjectTracker("largest", SIZE_WH)
    assert follow(tracker, [[person(640)]] * 10) == [0] * 10
    assert tracker.notices == ()
    assert tracker.people_max == 1


def test_a_person_found_twice_counts_once() -> None:
    tracker = SubjectTracker("largest", SIZE_WH)
    assert tracker.update(0.0, [person(640, seed=1), person(640, seed=2)]) == 0
    assert tracker.people == 1


def test_exchanged_sides_are_still_the_same_person() -> None:
    usual = person(640)
    turned = PoseObservation(usual.image_landmarks_px[list(MIRRORED)], np.zeros((33, 3)), np.ones(33))
    frames: list[list[PoseObservation | None]] = [[usual, person(760, 400)]] * 5 + [[turned, person(760, 400)]] * 5
    assert follow(SubjectTracker("center", SIZE_WH), frames) == [0] * 10


def test_a_slow_recording_keeps_a_walking_person() -> None:
    tracker = SubjectTracker("largest", SIZE_WH)
    for step in range(6):
        people = [person(300, 380), person(500 + 70 * step, 420)]
        assert tracker.update(step * 0.5, people) == 1


@pytest.mark.parametrize("interval_s", [2.0, 4.0])
def test_one_picture_every_few_seconds_still_works(interval_s: float) -> None:
    tracker = SubjectTracker("largest", SIZE_WH)
    assert [tracker.update(step * interval_s, [person(640)]) for step in range(5)] == [0] * 5


def test_no_people_at_all_is_a_loss_from_the_start() -> None:
    tracker = SubjectTracker("largest", SIZE_WH)
    assert [tracker.update(k * 0.5, []) for k in range(4)] == [None] * 4
    assert tracker.lost_since_s == 0.0


@pytest.mark.parametrize("mode", ["biggest", 0, -1])
def test_an_unknown_mode_is_an_error(mode: object) -> None:
    with pytest.raises(ValueError, match="mode"):
        SubjectTracker(mode, SIZE_WH)  # type: ignore[arg-type]


NAMES = {"nose": L.NOSE, "left_eye": L.LEFT_EYE, "right_eye": L.RIGHT_EYE, "left_ear": L.LEFT_EAR} | {
    f"{side}_{joint}": L[f"{side}_{joint}".upper()]
    for side in ("left", "right")
    for joint in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle", "heel")
}


@pytest.mark.devset
@pytest.mark.parametrize("noise_px", [0.0, 3.0])
@pytest.mark.parametrize("dropped", [0.0, 0.2])
def test_the_walker_of_the_development_clip_is_kept(devset: Path, noise_px: float, dropped: float) -> None:
    path = devset / "clips/d10_walk_in_second_person.json"
    rng = np.random.default_rng(0)
    frames: list[list[PoseObservation | None]] = []
    for frame in json.loads(path.read_text())["frames"]:
        people: list[PoseObservation | None] = []
        for one in frame["persons"]:
            points = np.tile(np.array(one["joints_px"]["nose"], dtype=float), (33, 1))
            for name, landmark in NAMES.items():
                points[landmark] = one["joints_px"][name]
            points += rng.normal(0, noise_px, points.shape)
            kept = rng.random() >= dropped
            people.append(PoseObservation(points, np.zeros((33, 3)), np.ones(33)) if kept else None)
        frames.append(people)
    answers = follow(SubjectTracker("largest", (960, 540)), frames)
    shown = [people[0] is not None for people in frames]
    settled = 13  # half a second: before that the walker may not have been seen at all
    assert 1 not in answers[settled:]
    assert answers.count(0) > 0.95 * sum(shown)
