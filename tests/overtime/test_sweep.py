"""The guiding sweep: a smooth one from below is told from one that halts or comes down, whichever arm makes it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.overtime.moving import Noise, covered, mirrored, take_of, times_of
from tests.synthetic import STAND, Arm, body, camera_at
from vision.overtime.sweep import measure_sweep, spectral_arc_length
from vision.phases import Phase
from vision.reconstruct.skeleton import PARTS
from vision.standard import load_pack
from vision.standard.evaluate import judge
from vision.types import Drill, FloatArray, Measurement, Reason, Side, Subject, Verdict, View

SECONDS, START_S, HOLD_S = 4.0, 1.0, 2.0
FRONT = camera_at(0.0)
AS_SEEN = Noise()
HANGING, GUIDING = Arm(8.0, 20.0, 170.0), Arm(50.0, 15.0, 172.0)
FOLDED = Arm(10.0, 70.0, 125.0)
PHASE = Phase(Drill.GUIDE, START_S, SECONDS, HOLD_S, SECONDS, Side.RIGHT)


def minimum_jerk(share: FloatArray) -> FloatArray:
    share = np.clip(share, 0, 1)
    return np.asarray(share**3 * (10 - 15 * share + 6 * share**2))


def smooth_share() -> FloatArray:
    return minimum_jerk((times_of(SECONDS) - START_S) / (HOLD_S - START_S))


def halting_share() -> FloatArray:
    """Three short moves with rests between."""
    t = times_of(SECONDS) - START_S
    return np.asarray(sum(minimum_jerk((t - begin) / 0.24) for begin in (0.0, 0.38, 0.76)) / 3)


def gesture(share: FloatArray, start: Arm = HANGING, end: Arm = GUIDING) -> FloatArray:
    """The right arm goes from one posture to another: (T, 21, 3)."""

    def between(s: float) -> Arm:
        pairs = zip(
            (start.raise_deg, start.turn_deg, start.elbow_deg),
            (end.raise_deg, end.turn_deg, end.elbow_deg),
            strict=True,
        )
        return Arm(*(a + s * (b - a) for a, b in pairs))

    return np.stack([body(replace(STAND, right_arm=between(float(s)))) for s in share])


def measured(
    points_m: FloatArray, noise: Noise = AS_SEEN, seed: int = 0, phase: Phase = PHASE
) -> dict[str, Measurement]:
    return {m.name: m for m in measure_sweep(phase, take_of(points_m, FRONT, noise, seed), View.FRONT)}


def verdict(found: dict[str, Measurement], rule: str, pack: str = "T1", side: Side = Side.RIGHT) -> Verdict:
    checks = judge(load_pack(pack), Drill.GUIDE, found, Subject(), None, active_side=side)
    return next(check.verdict for check in checks if check.rule == rule)


def test_a_minimum_jerk_reach_has_the_papers_arc_length() -> None:
    t = np.arange(0, 1.0001, 0.01)
    assert spectral_arc_length(t, 30 * t**2 - 60 * t**3 + 30 * t**4) == pytest.approx(-1.41, abs=0.02)


def test_the_arc_length_does_not_depend_on_size_or_frame_rate() -> None:
    fine, coarse = np.arange(0, 1.5001, 0.01), np.arange(0, 1.5001, 0.04)

    def bell(t: FloatArray) -> FloatArray:
        return np.asarray(np.exp(-(((t - 0.75) / 0.2) ** 2)))

    first = spectral_arc_length(fine, bell(fine))
    assert spectral_arc_length(coarse, 7 * bell(coarse)) == pytest.approx(first, abs=0.02)


def test_a_smooth_sweep_passes_and_a_halting_one_fails() -> None:
    assert verdict(measured(gesture(smooth_share())), "guide.sweep.smooth") is Verdict.PASS
    assert verdict(measured(gesture(halting_share())), "guide.sweep.smooth") is Verdict.FAIL


def test_a_hand_from_below_or_from_the_abdomen_passes_and_one_from_above_fails() -> None:
    for start, expected in ((HANGING, Verdict.PASS), (Arm(120.0, 15.0, 172.0), Verdict.FAIL)):
        assert verdict(measured(gesture(smooth_share(), start)), "guide.sweep.rise") is expected
    assert verdict(measured(gesture(smooth_share(), FOLDED)), "guide.sweep.rise") is not Verdict.FAIL


def test_the_rise_comes_back() -> None:
    points = gesture(smooth_share())
    hand = points[:, 2 * PARTS.index("hand") + 1, 2]

    def one(seed: int) -> tuple[float, float | None, float | None]:
        found = measured(points, seed=seed)["sweep_rise_right"]
        return 100 * float(hand[-1] - hand[0]), found.value if isinstance(found.value, float) else None, found.u

    assert covered(one, 20) >= 0.95


def test_a_forearm_that_swings_about_the_elbow_passes_and_a_whole_arm_fails() -> None:
    folded, opened = Arm(5.0, 60.0, 60.0), Arm(9.0, 60.0, 165.0)
    pivot = measured(gesture(smooth_share(), folded, opened))
    whole = measured(gesture(smooth_share(), Arm(5.0, 20.0, 172.0), Arm(95.0, 15.0, 172.0)))
    assert verdict(pivot, "guide.elbow_pivot", "U1") is Verdict.PASS
    assert verdict(whole, "guide.elbow_pivot", "U1") is Verdict.FAIL


def test_the_mirror_image_guides_with_the_other_arm() -> None:
    points = gesture(smooth_share())
    own = measured(points, Noise(0.0, 0.0))
    other = measured(mirrored(points), Noise(0.0, 0.0), phase=replace(PHASE, active_side=Side.LEFT))
    for name in ("sweep_rise", "sweep_smooth", "upper_arm_share"):
        assert own[f"{name}_right"].value == pytest.approx(other[f"{name}_left"].value, abs=1e-6)


@pytest.mark.parametrize("azimuth_deg", [0.0, 30.0, -30.0])
@pytest.mark.parametrize("distance_m", [2.8, 4.5])
def test_another_camera_never_turns_pass_into_fail(azimuth_deg: float, distance_m: float) -> None:
    take = take_of(gesture(smooth_share()), camera_at(azimuth_deg, distance_m=distance_m), AS_SEEN)
    found = {m.name: m for m in measure_sweep(PHASE, take, View.FRONT)}
    for rule in ("guide.sweep.rise", "guide.sweep.smooth"):
        assert verdict(found, rule) is not Verdict.FAIL


def test_a_gesture_that_was_already_there_has_no_sweep() -> None:
    found = measured(gesture(smooth_share()), phase=Phase(Drill.GUIDE, 0.0, SECONDS, 0.0, SECONDS, Side.RIGHT))
    assert {m.reason for m in found.values()} == {Reason.OUT_OF_FRAME}
