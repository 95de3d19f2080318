"""Drills, holds, sides, timing and the neutral come back from takes with known boundaries."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pytest

from vision.phases import Found, find_phases
from vision.phases.find import NAMES
from vision.types import Drill, Series, Side

TOLERANCE_S = 0.25
Build = Callable[[Any], Any]

TAKES: dict[str, tuple[str, Build]] = {
    "a bow of 15": ("folded", lambda t: t.rest(1.2).bow(15).rest(0.8)),
    "a bow of 40 with hanging arms": ("sides", lambda t: t.rest(1.2).bow(40, 1.3, 1.0, 1.6).rest(0.8)),
    "two bows with a pause": ("folded", lambda t: t.rest(1.2).bow(15).rest(0.8).bow(20, 0.8, 0.6, 1.0).rest(1.0)),
    "a low gesture from folded hands": ("folded", lambda t: t.rest(1.2).guide(25).rest(1.0)),
    "a low gesture from hanging arms": ("sides", lambda t: t.rest(1.2).guide(25, "left").rest(1.0)),
    "a gesture of 45": ("folded", lambda t: t.rest(1.2).guide(45).rest(1.0)),
    "a gesture of 100": ("folded", lambda t: t.rest(1.2).guide(100, "left").rest(1.0)),
    "a gesture with a bent elbow": ("folded", lambda t: t.rest(1.2).guide(60, "left", elbow_deg=105).rest(1.0)),
    "gestures of both arms in turn": (
        "folded",
        lambda t: t.rest(1.2).guide(45).rest(0.7).guide(60, "left").rest(0.7).guide(45).rest(0.7),
    ),
    "sitting down": ("sides", lambda t: t.rest(1.3).sit()),
    "sitting down and leaning back": ("sides", lambda t: t.rest(1.3).sit(lean_deg=-14)),
    "sitting, rising, bowing": ("sides", lambda t: t.rest(1.3).sit(rise=True).rest(1.0).bow(15).rest(0.8)),
    "walking between two stands": ("sides", lambda t: t.rest(1.1).walk().rest(1.0)),
    "walking in": ("sides", lambda t: t.walk().rest(1.0)),
    "a whole routine": (
        "sides",
        lambda t: (
            t.rest(1.0).walk().rest(1.2).bow(15).rest(0.9).guide(45).rest(0.8).sit(rise=True).rest(1).bow(30).rest(1)
        ),
    ),
    "standing with folded hands": ("folded", lambda t: t.rest(6)),
    "standing with hanging arms": ("sides", lambda t: t.rest(6)),
}


def standing(hands: str) -> dict[str, float]:
    sides = {"left": 1, "right": -1}
    arm, elbow, out = (29, 114, 1) if hands == "folded" else (12, 166, 26)
    posture = {"hip_left": 174.0, "hip_right": 174.0, "pelvis_z": 0.9, "trunk_flexion": 1.5, "pelvis_x": 0.0}
    posture |= {"pelvis_y": 0.0, "hands_gap": 3.0 if hands == "folded" else 52.0}
    for side, sign in sides.items():
        posture |= {f"arm_trunk_{side}": arm, f"elbow_{side}": elbow, f"hand_lateral_{side}": sign * out}
    return posture


def drills(found: Found) -> list[Drill]:
    return [phase.drill for phase in found.phases]


def boundary_errors(found: Found, take: Any) -> Iterable[float]:
    """Errors of all boundaries that lie inside the recording."""
    for phase, (_, *truth) in zip(found.phases, take.truth, strict=True):
        answers = (phase.start_s, phase.end_s, phase.hold_start_s, phase.hold_end_s)
        for answer, true in zip(answers, truth, strict=True):
            assert (answer is None) == (true is None)
            if answer is not None and true is not None and 0 < true < take.now_s - 1e-6:
                yield abs(answer - true)


@pytest.mark.parametrize("name", TAKES)
def test_every_drill_is_found_within_a_quarter_second_at_every_frame_rate(new_take: Any, name: str) -> None:
    hands, build = TAKES[name]
    errors: list[float] = []
    for rate_hz, seed in [(12.0, 0), (15.0, 1), (25.0, 2), (25.0, 3), (30.0, 4), (60.0, 5)]:
        take = build(new_take(seed, rate_hz, posture=standing(hands)))
        found = find_phases(take.series())
        assert drills(found) == [truth[0] for truth in take.truth], (rate_hz, seed)
        errors += boundary_errors(found, take)
    assert bool(errors) != name.startswith("standing")
    assert sum(error > TOLERANCE_S for error in errors) <= 0.05 * len(errors)


@pytest.mark.parametrize("name", ["a bow of 15", "a gesture of 45", "a whole routine", "standing with hanging arms"])
def test_slowly_changing_errors_do_not_invent_drills(new_take: Any, name: str) -> None:
    hands, build = TAKES[name]
    errors: list[float] = []
    for seed in range(3):
        take = build(new_take(seed, 25.0, correlated=True, posture=standing(hands)))
        found = find_phases(take.series())
        assert drills(found) == [truth[0] for truth in take.truth]
        errors += boundary_errors(found, take)
    assert sum(error > TOLERANCE_S for error in errors) <= 0.1 * len(errors)


@pytest.mark.parametrize("name", TAKES)
def test_exact_series_give_exact_boundaries(new_take: Any, name: str) -> None:
    hands, build = TAKES[name]
    take = build(new_take(noise=0.0, posture=standing(hands)))
    found = find_phases(take.series(offset=0.0))
    assert drills(found) == [truth[0] for truth in take.truth]
    assert max(boundary_errors(found, take), default=0.0) < 0.12


@pytest.mark.parametrize("depth", [8, 15, 25, 40])
def test_small_and_deep_bows_are_found_under_an_offset(new_take: Any, depth: float) -> None:
    for seed in range(4):
        take = new_take(seed, 25.0, 0.7).rest(1.5).bow(depth).rest(1.0)
        assert drills(find_phases(take.series())) == [Drill.STAND, Drill.BOW, Drill.STAND]


def test_a_hasty_bow_is_found(new_take: Any) -> None:
    take = new_take(1, 25.0, 0.5).rest(1.5).bow(8, 0.4, 0.15, 0.4).rest(1.0)
    found = find_phases(take.series(), Drill.BOW)
    assert drills(found) == [Drill.BOW]
    timing = found.phases[0].timing
    assert timing is not None
    assert timing.hold_s < 0.5


def test_the_timing_of_a_bow_comes_back(new_take: Any) -> None:
    take = new_take(0, 30.0, 0.3).rest(1.2).bow(20, 0.8, 1.4, 1.3).rest(1.0)
    (bow,) = find_phases(take.series(), Drill.BOW).phases
    assert bow.timing is not None
    assert bow.timing.down_s == pytest.approx(0.8, abs=0.2)
    assert bow.timing.hold_s == pytest.approx(1.4, abs=0.25)
    assert bow.timing.up_s == pytest.approx(1.3, abs=0.25)
    assert 1.8 <= bow.timing.deepest_s <= 3.6


@pytest.mark.parametrize("side", ["left", "right"])
def test_the_guiding_arm_is_named(new_take: Any, side: str) -> None:
    take = new_take(0).rest(1.2).guide(45, side).rest(1.0)
    (guide,) = find_phases(take.series(), Drill.GUIDE).phases
    assert guide.active_side is Side(side)


def test_folding_the_hands_is_not_guiding(new_take: Any) -> None:
    for seed in range(4):
        take = new_take(seed, posture=standing("sides")).rest(1.5).move(standing("folded"), 1.0).rest(1.5)
        assert drills(find_phases(take.series())) == [Drill.STAND]


def test_raising_both_arms_is_not_guiding(new_take: Any) -> None:
    both = standing("sides") | {"arm_trunk_left": 70.0, "arm_trunk_right": 70.0}
    both |= {"hand_lateral_left": 60.0, "hand_lateral_right": -60.0, "hands_gap": 120.0}
    take = new_take(0, posture=standing("sides")).rest(1.5).away_and_back(Drill.HAND_OVER, both, 0.8, 1.0, 0.8).rest(1)
    assert Drill.GUIDE not in drills(find_phases(take.series()))


def test_a_lean_during_the_gesture_belongs_to_it(new_take: Any) -> None:
    take = new_take(0).rest(1.2)
    leaning = standing("folded") | {"trunk_flexion": 12.0, "arm_trunk_right": 45.0, "elbow_right": 175.0}
    leaning |= {"hand_lateral_right": -49.0, "hands_gap": 50.0}
    take = take.away_and_back(Drill.GUIDE, leaning, 1.0, 1.5, 1.0).rest(1.0)
    assert drills(find_phases(take.series())) == [Drill.STAND, Drill.GUIDE, Drill.STAND]


def test_the_neutral_is_the_standing_before_the_bow(new_take: Any) -> None:
    take = new_take(0, posture=standing("sides")).walk().rest(1.2).bow(15).rest(2.0)
    neutral = find_phases(take.series()).neutral
    assert neutral is not None
    assert 3.0 - 0.1 <= neutral.start_s < neutral.end_s <= 4.2 + 0.1
    assert neutral.end_s - neutral.start_s >= 0.5


def test_a_bow_at_the_start_takes_its_neutral_from_afterwards(new_take: Any) -> None:
    take = new_take(0, noise=0.5).rest(0.1, None).bow(20).rest(2.0)
    found = find_phases(take.series(), Drill.BOW)
    assert drills(found) == [Drill.BOW]
    assert found.neutral is not None
    assert found.neutral.start_s >= 3.0


def test_only_the_drill_that_was_asked_for_is_reported(new_take: Any) -> None:
    hands, build = TAKES["a whole routine"]
    series = build(new_take(2, posture=standing(hands))).series()
    assert drills(find_phases(series, Drill.BOW)) == [Drill.BOW] * 2
    assert drills(find_phases(series, Drill.SIT)) == [Drill.SIT]
    assert drills(find_phases(series, Drill.SQUAT)) == []
    assert find_phases(series, Drill.SQUAT).neutral == find_phases(series).neutral
    assert drills(find_phases(series, Drill.ROUTINE)) == drills(find_phases(series))


def test_a_drill_that_is_not_there_is_not_found(new_take: Any) -> None:
    series = new_take(0).rest(1.2).bow(15).rest(1.0).series()
    for drill in (Drill.GUIDE, Drill.SIT, Drill.WALK):
        assert find_phases(series, drill).phases == ()
    still = new_take(0).rest(4.0).series()
    for drill in (Drill.BOW, Drill.GUIDE, Drill.SIT, Drill.WALK):
        assert find_phases(still, drill).phases == ()


def test_a_constant_posture_is_one_phase_of_the_asked_drill(new_take: Any) -> None:
    bowed = standing("folded") | {"trunk_flexion": 17.0, "hip_left": 158.0, "hip_right": 158.0}
    guiding = standing("folded") | {"arm_trunk_right": 45.0, "elbow_right": 170.0, "hand_lateral_right": -48.0}
    seated = standing("folded") | {"hip_left": 90.0, "hip_right": 90.0, "pelvis_z": 0.53}
    for posture, drill in ((bowed, Drill.BOW), (guiding, Drill.GUIDE), (seated, Drill.SIT)):
        take = new_take(0, noise=0.5, posture=posture).rest(3.0)
        (phase,) = find_phases(take.series(), drill).phases
        assert phase.drill is drill
        assert (phase.start_s, phase.end_s) == pytest.approx((0.0, 2.96))
        assert (phase.hold_start_s, phase.hold_end_s) == pytest.approx((0.0, 2.96))
    (auto,) = find_phases(new_take(0, posture=seated).rest(3.0).series()).phases
    assert auto.drill is Drill.SIT


@pytest.mark.parametrize("drill", [Drill.STAND, Drill.BOW, Drill.GUIDE])
def test_a_still_shows_the_drill_that_was_asked_for(drill: Drill) -> None:
    values = {name: np.array([value]) for name, value in standing("folded").items()}
    values |= {"knee_left": np.array([175.0]), "knee_right": np.array([175.0])}
    (phase,) = find_phases(Series(np.array([0.0]), values), drill).phases
    assert (phase.drill, phase.start_s, phase.end_s) == (drill, 0.0, 0.0)


def test_a_still_without_a_wish_is_standing_or_sitting() -> None:
    values = {name: np.array([value]) for name, value in standing("folded").items()}
    assert drills(find_phases(Series(np.array([0.0]), values))) == [Drill.STAND]
    knees = {"knee_left": np.array([92.0]), "knee_right": np.array([90.0]), "hip_left": np.array([95.0])}
    assert drills(find_phases(Series(np.array([0.0]), values | knees | {"hip_right": np.array([95.0])}))) == [Drill.SIT]


@pytest.mark.parametrize("count", [0, 1, 2, 3, 5])
def test_nothing_known_gives_nothing(count: int) -> None:
    times = np.arange(count) * 0.04
    for values in ({}, {"trunk_flexion": np.full(count, np.nan)}):
        found = find_phases(Series(times, values))
        assert found.phases == ()
        assert found.neutral is None


def test_a_person_out_of_the_picture_is_not_standing(new_take: Any) -> None:
    series = new_take(0).rest(6.0).series()
    visible = np.where((series.times_s > 2) & (series.times_s < 4), 0.0, 1.0)
    found = find_phases(Series(series.times_s, series.values | {"visible": visible}))
    assert drills(found) == [Drill.STAND, Drill.STAND]
    assert found.phases[0].end_s == pytest.approx(2.0, abs=0.1)
    assert found.phases[1].start_s == pytest.approx(4.0, abs=0.1)


@pytest.mark.parametrize("name", ["sitting down", "sitting, rising, bowing", "a bow of 15", "a gesture of 45"])
def test_without_a_floor_the_postures_are_still_found(new_take: Any, name: str) -> None:
    hands, build = TAKES[name]
    take = build(new_take(1, posture=standing(hands)))
    found = find_phases(take.series(without=("pelvis_x", "pelvis_y", "pelvis_z")))
    assert drills(found) == [truth[0] for truth in take.truth]


def test_without_hands_a_gesture_shows_in_arm_and_elbow(new_take: Any) -> None:
    take = new_take(1).rest(1.2).guide(45).rest(1.0)
    found = find_phases(take.series(without=("hand_lateral_left", "hand_lateral_right", "hands_gap")))
    assert drills(found) == [Drill.STAND, Drill.GUIDE, Drill.STAND]


def test_without_a_floor_walking_shows_in_the_knees(new_take: Any) -> None:
    take = new_take(0, noise=0.5, posture=standing("sides")).rest(1.5).walk(4.0).rest(1.5)
    found = find_phases(take.series(without=("pelvis_x", "pelvis_y", "pelvis_z")))
    assert drills(found) == [Drill.STAND, Drill.WALK, Drill.STAND]
    assert found.phases[1].start_s == pytest.approx(1.5, abs=0.6)


def test_irregular_times_and_dropouts_are_harmless(new_take: Any) -> None:
    rng = np.random.default_rng(3)
    take = new_take(3, 40.0).rest(1.2).bow(15).rest(1.0).guide(45).rest(1.0)
    series = take.series()
    kept = rng.random(len(series.times_s)) < 0.5
    kept[(series.times_s > 2.4) & (series.times_s < 2.7)] = False
    found = find_phases(Series(series.times_s[kept], {n: v[kept] for n, v in series.values.items()}))
    assert drills(found) == [truth[0] for truth in take.truth]
    assert sum(error > TOLERANCE_S for error in boundary_errors(found, take)) <= 1


def test_wild_samples_do_not_make_a_bow(new_take: Any) -> None:
    series = new_take(0).rest(6.0).series()
    series.values["trunk_flexion"][[30, 31, 90]] += 60
    assert drills(find_phases(series)) == [Drill.STAND]


def test_phases_come_in_order_and_never_overlap(new_take: Any) -> None:
    hands, build = TAKES["a whole routine"]
    for seed in range(3):
        phases = find_phases(build(new_take(seed, 15.0, 1.5, posture=standing(hands))).series()).phases
        for before, after in itertools.pairwise(phases):
            assert before.end_s <= after.start_s + 1e-9
        for phase in phases:
            assert phase.start_s <= phase.end_s
            if phase.hold_start_s is not None and phase.hold_end_s is not None:
                assert phase.start_s <= phase.hold_start_s <= phase.hold_end_s <= phase.end_s


def test_a_mirrored_person_guides_with_the_other_arm(new_take: Any) -> None:
    series = new_take(4).rest(1.2).guide(35, "left").rest(1.0).series()
    swap = {"left": "right", "right": "left"}
    mirrored = {}
    for name, values in series.values.items():
        stem, _, side = name.rpartition("_")
        other = f"{stem}_{swap[side]}" if side in swap else name
        mirrored[other] = -values if stem == "hand_lateral" else values
    (guide,) = find_phases(series, Drill.GUIDE).phases
    (twin,) = find_phases(Series(series.times_s, mirrored), Drill.GUIDE).phases
    assert (guide.active_side, twin.active_side) == (Side.LEFT, Side.RIGHT)
    assert (guide.start_s, guide.end_s) == pytest.approx((twin.start_s, twin.end_s), abs=1e-6)


def test_a_minute_of_swaying_is_standing(new_take: Any) -> None:
    series = new_take(5, correlated=True, posture=standing("sides")).rest(60.0).series()
    series.values["trunk_flexion"] += 1.5 * np.sin(2 * np.pi * 0.17 * series.times_s)
    assert drills(find_phases(series)) == [Drill.STAND]


@pytest.mark.parametrize("seed", range(30))
def test_odd_series_give_ordered_phases_inside_the_recording(seed: int) -> None:
    rng = np.random.default_rng(seed)
    count = int(rng.choice([1, 2, 3, 5, 20, 200]))
    times = np.sort(np.round(rng.uniform(0, count / 20, count), int(rng.integers(1, 5))))
    values = {}
    for name in rng.permutation(NAMES)[: int(rng.integers(3, len(NAMES)))]:
        usual = 130.0 if name.startswith(("knee", "hip", "elbow")) else 0.0
        step = 0.06 if name.startswith("pelvis") else 8.0
        values[str(name)] = usual + np.cumsum(rng.normal(0, step, count))
        values[str(name)][int(rng.integers(0, count)) :][: int(rng.integers(0, 40))] = np.nan
    now = times[0]
    for phase in find_phases(Series(times, values)).phases:
        assert now - 1e-9 <= phase.start_s <= phase.end_s <= times[-1] + 1e-9
        now = phase.end_s
