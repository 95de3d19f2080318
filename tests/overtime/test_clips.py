"""The development clips, from the video to numbers over time: true values lie inside u."""

from __future__ import annotations

import gc
import warnings
from pathlib import Path

import pytest

from tools.over_time.measure import rows_of
from vision.estimators.bundles import hand_bundle, pose_bundle
from vision.standard import load_pack
from vision.standard.evaluate import judge
from vision.types import Drill, Subject, Verdict

pytestmark = [pytest.mark.devset, pytest.mark.model]


@pytest.fixture(scope="module", autouse=True)
def bundles() -> None:
    """The networks' files, made once: the vendor's metadata writer leaves its folders to the garbage collector."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        pose_bundle()
        hand_bundle()
        gc.collect()


def test_the_walk_of_the_development_set_comes_back_and_passes(devset: Path) -> None:
    rows = [row for row in rows_of(devset / "clips" / "d10_walk_in_second_person.mp4") if row.drill == "walk"]
    measured = {row.found.name: row for row in rows if row.found.value is not None}
    assert {"walk_deviation", "walk_speed", "cadence", "stride_length", "walk_speed_cv"} <= set(measured)
    assert measured.pop("gait").found.value == "walk"
    for name, row in measured.items():
        assert isinstance(row.found.value, float)
        assert row.found.u is not None
        assert abs(row.found.value - row.truth) <= row.found.u, name
    found = {name: row.found for name, row in measured.items()}
    verdicts = {
        check.rule: check.verdict for check in judge(load_pack("T2"), Drill.WALK, found, Subject(sex="m"), None)
    }
    assert verdicts["walk.straight"] is Verdict.PASS
    assert verdicts["walk.even.cadence"] is Verdict.PASS
    assert verdicts["walk.even.step"] is not Verdict.FAIL


@pytest.mark.parametrize("clip", ["d02_stand_too_wide", "d03_bow15_side", "d05_guide45_right", "d07_sit_shallow"])
def test_true_values_of_gestures_and_stillness_lie_inside_u(devset: Path, clip: str) -> None:
    rows = list(rows_of(devset / "clips" / f"{clip}.mp4"))
    assert rows
    for row in rows:
        if isinstance(row.found.value, float) and row.found.u is not None:
            assert abs(row.found.value - row.truth) <= row.found.u, (row.drill, row.found)
