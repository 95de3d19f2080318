"""Sitting down: slowly passes, dropping fails; the side of entry is known of who came from beside the chair."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.overtime.moving import Noise, mirrored, take_of, times_of
from tests.synthetic import FORWARD, LEFT, SIT, STAND, body, camera_at
from vision.overtime.seating import measure_sitting_down
from vision.phases import Phase
from vision.standard import load_pack
from vision.standard.evaluate import judge
from vision.types import Drill, FloatArray, Measurement, Reason, Subject, Verdict, View

SECONDS, START_S = 6.0, 3.0
AS_SEEN = Noise(depth_share=0.006)


def sitting_down(down_s: float, from_left_m: float = 0.0) -> FloatArray:
    """Comes from beside the chair within the first 1.5 s, sits down from `START_S`: (T, 21, 3)."""
    t = times_of(SECONDS)
    stand, sit = body(STAND), body(replace(SIT, place_m=(0.0, 0.35)))
    share = np.clip((t - START_S) / down_s, 0, 1)
    share = share**3 * (10 - 15 * share + 6 * share**2)
    points = stand + share[:, None, None] * (sit - stand)
    aside = from_left_m * np.clip(1 - t / 1.5, 0, 1)
    return np.asarray(points + aside[:, None, None] * LEFT)


def measured(points_m: FloatArray, down_s: float, azimuth_deg: float = 90.0) -> dict[str, Measurement]:
    phase = Phase(Drill.SIT, START_S, SECONDS, START_S + down_s, SECONDS)
    take = take_of(points_m, camera_at(azimuth_deg, distance_m=4.5), AS_SEEN)
    return {m.name: m for m in measure_sitting_down(phase, take, View.SIDE)}


def verdict(found: dict[str, Measurement], rule: str) -> Verdict:
    checks = judge(load_pack("T2"), Drill.SIT, found, Subject(), None)
    return next(check.verdict for check in checks if check.rule == rule)


@pytest.mark.parametrize("azimuth_deg", [0.0, 45.0, 90.0])
@pytest.mark.parametrize("down_s", [0.7, 1.2, 2.0])
def test_the_speed_of_the_hips_comes_back_from_any_side(down_s: float, azimuth_deg: float) -> None:
    points = sitting_down(down_s)
    drop = float(points[0, 0, 2] - points[-1, 0, 2])
    found = measured(points, down_s, azimuth_deg)["hip_descent_speed"]
    assert isinstance(found.value, float)
    assert found.u is not None
    assert abs(found.value - 187.5 * drop / down_s) <= found.u  # the peak of a minimum-jerk movement


def test_sitting_down_slowly_passes_and_dropping_fails() -> None:
    assert verdict(measured(sitting_down(2.2), 2.2), "sit.down_up.speed") is Verdict.PASS
    assert verdict(measured(sitting_down(0.6), 0.6), "sit.down_up.speed") is Verdict.FAIL


def test_the_side_of_entry_is_the_sitters_own() -> None:
    for from_left_m, word, expected in ((0.9, "left", Verdict.PASS), (-0.9, "right", Verdict.FAIL)):
        found = measured(sitting_down(1.5, from_left_m), 1.5)
        assert found["entry_side"].value == word
        assert verdict(found, "sit.down_up.side") is expected


def test_the_mirror_image_comes_from_the_other_side() -> None:
    points = sitting_down(1.5, 0.9)
    assert measured(mirrored(points), 1.5, -90.0)["entry_side"].value == "right"


def test_who_already_stood_before_the_chair_came_from_nowhere() -> None:
    assert measured(sitting_down(1.5), 1.5)["entry_side"].reason is Reason.OUT_OF_FRAME


def test_who_sits_from_the_start_did_not_sit_down() -> None:
    points = np.repeat(body(SIT)[None], 101, axis=0) + 0.0 * FORWARD
    take = take_of(points, camera_at(90.0))
    found = measure_sitting_down(Phase(Drill.SIT, 0.0, 4.0, 0.0, 4.0), take, View.SIDE)
    assert {m.reason for m in found} == {Reason.OUT_OF_FRAME}
