"""Verdicts hold when the person is mirrored or the camera is moved: sides swap, u changes, pass never becomes fail."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from tests.overtime.moving import Noise, Walk, mirrored, take_of, walk_phase
from tests.postures import look_at
from tests.synthetic import camera_at
from tests.test_every_posture_rule import SCENES
from vision.moment import Moment
from vision.overtime.gait import measure_gait
from vision.standard import judge, load_pack
from vision.types import Check, Drill, Measurement, Side, Subject, Verdict

DRILLS = {"slouched": Drill.STAND, "guide": Drill.GUIDE, "sit bent": Drill.SIT}
# Of these the sign is the side; everything else keeps its value when the sides are swapped.
SIGNED = ("trunk_lateral", "shoulder_tilt", "head_yaw", "head_roll", "hand_lateral", "pair_lateral")
CAMERAS = ((0.0, 3.6, 1.3), (22.0, 3.0, 1.0), (-35.0, 4.4, 1.7), (60.0, 3.6, 1.2), (90.0, 3.4, 1.4), (-90.0, 4.0, 1.0))
MOVED = {
    "folded": Drill.STAND,
    "slouched": Drill.STAND,
    "parallel": Drill.STAND,
    "guide": Drill.GUIDE,
    "guide too high": Drill.GUIDE,
    "sit": Drill.SIT,
    "sit back": Drill.SIT,
}
OF_THE_CAMERA = ("face.gaze",)  # the camera stands for the customer there: moving it moves the customer
# The stances ask for a front or oblique view. From the side a foot turned in looks like one turned out, and what is
# read of such noisy feet lies outside u too often.
NOT_FROM_THE_SIDE = ("stand.feet",)


class Silence(np.random.Generator):
    """No noise at all, so that a mirror image is exact."""

    def __init__(self) -> None:
        super().__init__(np.random.PCG64(0))

    def normal(self, *_given: object, size: object = None) -> np.ndarray:  # type: ignore[override,type-arg]
        """Zeros."""
        return np.zeros(size)  # type: ignore[call-overload,no-any-return]


@cache
def both_ways(name: str) -> tuple[Moment, Moment]:
    """A scene and its mirror image."""
    scene = SCENES[name]
    turned = replace(scene, on_top=None if scene.on_top is None else -scene.on_top)
    return look_at(scene, Silence()), look_at(turned, Silence(), mirrored=True)


def swapped(name: str) -> str:
    """The same quantity of the other side."""
    if name.endswith("_left"):
        return name.removesuffix("left") + "right"
    return name.removesuffix("right") + "left" if name.endswith("_right") else name


def word(value: str) -> str:
    return {"left": "right", "right": "left"}.get(value, value)


@pytest.mark.parametrize("name", sorted(DRILLS))
def test_a_mirrored_person_has_mirrored_sides(name: str) -> None:
    seen, image = both_ways(name)
    told = 0
    for quantity, own in seen.measurements.items():
        other = image.measurements[swapped(quantity)]
        if isinstance(own.value, str) and isinstance(other.value, str):
            assert other.value == word(own.value), quantity
        elif isinstance(own.value, float) and isinstance(other.value, float) and own.u is not None:
            sign = -1.0 if quantity.startswith(SIGNED) else 1.0
            assert abs(other.value - sign * own.value) <= own.u, quantity
            told += 1
    assert told > 25


@pytest.mark.parametrize("name", sorted(DRILLS))
def test_a_mirrored_person_gets_the_same_verdicts_on_the_other_side(name: str) -> None:
    seen, image = both_ways(name)
    side = Side.RIGHT if DRILLS[name] is Drill.GUIDE else None
    other_side = Side.LEFT if side is not None else None
    found = {check.rule: check for check in checks_of(seen, DRILLS[name], side)}
    for check in checks_of(image, DRILLS[name], other_side):
        if check.measurement == "hand_on_top":
            continue  # right over left is asked for, so the mirror image is the other way round
        own = found[_swapped_rule(check.rule)]
        assert {own.verdict, check.verdict} != {Verdict.PASS, Verdict.FAIL}, check.rule


def _swapped_rule(rule: str) -> str:
    if rule.endswith(".left"):
        return rule.removesuffix("left") + "right"
    return rule.removesuffix("right") + "left" if rule.endswith(".right") else rule


def checks_of(moment: Moment, drill: Drill, active: Side | None) -> tuple[Check, ...]:
    return judge(load_pack("telecom"), drill, moment.measurements, Subject(), None, active_side=active, role="serving")


@pytest.mark.parametrize("name", sorted(MOVED))
def test_moving_the_camera_never_turns_a_pass_into_a_fail(name: str) -> None:
    verdicts: dict[str, set[Verdict]] = {}
    us: dict[str, set[float]] = {}
    for number, (azimuth, distance, height) in enumerate(CAMERAS):
        scene = replace(SCENES[name], azimuth_deg=azimuth, distance_m=distance, height_m=height)
        moment = look_at(scene, np.random.default_rng(number))
        active = Side.RIGHT if MOVED[name] is Drill.GUIDE else None
        for check in checks_of(moment, MOVED[name], active):
            if abs(azimuth) > 65 and check.rule.startswith(NOT_FROM_THE_SIDE):
                continue
            verdicts.setdefault(check.rule, set()).add(check.verdict)
            if check.u is not None:
                us.setdefault(check.rule, set()).add(round(check.u, 3))
    both = [rule for rule, found in verdicts.items() if {Verdict.PASS, Verdict.FAIL} <= found]
    assert not [rule for rule in both if not rule.startswith(OF_THE_CAMERA)]
    assert any(len(found) > 1 for found in us.values())


@pytest.mark.parametrize("azimuth_deg", [0.0, 40.0, 90.0])
@pytest.mark.parametrize("height_m", [0.9, 1.3, 1.8])
@pytest.mark.parametrize("rise_cm", [-1.8, 3.5])
def test_walking_and_running_are_told_apart_from_everywhere(
    azimuth_deg: float, height_m: float, rise_cm: float
) -> None:
    runs = rise_cm > 0
    walk = Walk(2.6, 165.0, 2.0, start_m=2.6, stance=0.35) if runs else Walk(seconds=3.0, start_m=1.6)
    walk = replace(walk, rise_cm=rise_cm)
    camera = camera_at(azimuth_deg, distance_m=7.0, height_m=height_m)
    for points in (walk.bodies(), mirrored(walk.bodies())):
        found: Measurement = measure_gait(walk_phase(walk), take_of(points, camera, Noise()))
        assert found.value in ("run" if runs else "walk", None)
