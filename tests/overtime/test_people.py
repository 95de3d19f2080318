"""Two people on the floor come back within u from any camera; alone, or with somebody who only walks past, nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from calibration.camera import LEVEL_SIGMA
from tests.overtime.moving import CLEAN, Noise, Walk, hold, mirrored, still, take_of, together, walk_phase
from tests.synthetic import FORWARD, LEFT, STAND, body, camera_at, seen
from vision.companion import Companion
from vision.moment import Moment
from vision.overtime import Take, over_time
from vision.overtime.people import measure_distance, measure_escort
from vision.quantities import quantities
from vision.types import Drill, FloatArray, PoseObservation, Reason, View

SECONDS = 3.0
STANDING = hold(Drill.STAND, SECONDS)
CUSTOMER = Walk(speed_m_s=0.9, cadence=100.0, seconds=SECONDS, start_m=2.2)


def take(points: FloatArray, other: FloatArray, seed: int, azimuth_deg: float = 0.0, height_m: float = 1.6) -> Take:
    camera = camera_at(azimuth_deg, distance_m=6.0, height_m=height_m)
    return together(*(take_of(one, camera, Noise(), seed + k) for k, one in enumerate((points, other))))


@pytest.mark.parametrize("azimuth_deg", [0.0, 35.0, 90.0])
@pytest.mark.parametrize("height_m", [1.2, 2.0])
@pytest.mark.parametrize("apart_m", [1.0, 2.2])
def test_the_distance_comes_back_from_any_camera(azimuth_deg: float, height_m: float, apart_m: float) -> None:
    points, other = still(SECONDS) + apart_m / 2 * LEFT, still(SECONDS) - apart_m / 2 * LEFT
    found = measure_distance(STANDING, take(points, other, 3, azimuth_deg, height_m), View.FRONT)
    assert isinstance(found.value, float)
    assert found.u is not None
    assert abs(found.value - 100 * apart_m) <= found.u


def test_in_depth_the_distance_is_less_sure_than_across() -> None:
    apart = still(SECONDS) + LEFT, still(SECONDS) - LEFT
    across, along = (measure_distance(STANDING, take(*apart, 3, azimuth), View.FRONT) for azimuth in (0.0, 90.0))
    assert across.u is not None
    assert along.u is not None
    assert along.u > 1.5 * across.u


def test_a_camera_less_known_makes_it_less_sure() -> None:
    points, other = still(SECONDS) + LEFT, still(SECONDS) - LEFT
    sharp = take(points, other, 3, 90.0)
    vague = replace(sharp, camera=replace(sharp.camera, sigma=LEVEL_SIGMA["person"]))
    known, assumed = (measure_distance(STANDING, one, View.SIDE) for one in (sharp, vague))
    assert known.u is not None
    assert assumed.u is None or assumed.u > known.u


@pytest.mark.parametrize("ahead_m", [-0.6, 1.0])
@pytest.mark.parametrize("left_m", [-0.5, 0.5])
@pytest.mark.parametrize("azimuth_deg", [0.0, 30.0])
def test_ahead_and_left_are_the_customers(ahead_m: float, left_m: float, azimuth_deg: float) -> None:
    own = replace(CUSTOMER, start_m=CUSTOMER.start_m - ahead_m, aside_m=left_m)
    found = measure_escort(walk_phase(own), take(own.bodies(), CUSTOMER.bodies(), 5, azimuth_deg), View.FRONT)
    for measurement, true in zip(found, (100 * ahead_m, 100 * left_m), strict=True):
        assert isinstance(measurement.value, float), measurement
        assert measurement.u is not None
        assert abs(measurement.value - true) <= measurement.u


def test_in_the_mirror_left_is_right() -> None:
    own = replace(CUSTOMER, start_m=1.2, aside_m=0.5)
    bodies = own.bodies(), CUSTOMER.bodies()
    camera = camera_at(0.0, distance_m=6.0, height_m=1.6)
    found = [
        measure_escort(walk_phase(own), together(*(take_of(one, camera, CLEAN) for one in pair)), View.FRONT)
        for pair in (bodies, tuple(mirrored(one) for one in bodies))
    ]
    (ahead, left), (ahead_image, left_image) = ([one.value for one in pair] for pair in found)
    assert ahead_image == pytest.approx(ahead, abs=1.0)
    assert isinstance(left, float)
    assert left_image == pytest.approx(-left, abs=1.0)


def test_alone_in_the_picture_there_is_no_other() -> None:
    alone = take_of(still(SECONDS), camera_at(0.0), CLEAN)
    assert measure_distance(STANDING, alone, View.FRONT).reason is Reason.NO_PERSON
    assert {one.reason for one in measure_escort(STANDING, alone, View.FRONT)} == {Reason.NO_PERSON}


def test_somebody_who_walks_past_is_not_greeted() -> None:
    passing = take(still(SECONDS), Walk(seconds=SECONDS, start_m=3.0, aside_m=1.0).bodies(), 1)
    assert measure_distance(STANDING, passing, View.FRONT).reason is Reason.NO_PERSON


def test_a_customer_who_stands_is_not_escorted() -> None:
    own = replace(CUSTOMER, aside_m=0.5)
    waiting = take(own.bodies(), still(SECONDS), 1)
    assert {one.reason for one in measure_escort(walk_phase(own), waiting, View.FRONT)} == {Reason.TOO_UNCERTAIN}


def test_feet_outside_the_picture_say_so() -> None:
    near = take(still(SECONDS), still(SECONDS) + 4.6 * FORWARD, 1)
    assert measure_distance(STANDING, near, View.FRONT).reason is Reason.OUT_OF_FRAME


def person(aside_m: float, scale: float = 1.0, visibility: float = 0.99) -> PoseObservation:
    look = seen(body(STAND) + aside_m * LEFT, camera_at(0.0), STAND)
    middle = look.landmarks_px.mean(axis=0)
    return PoseObservation(middle + scale * (look.landmarks_px - middle), look.world_m, np.full(33, visibility))


def test_the_other_person_is_kept_though_a_third_one_comes_nearer() -> None:
    companion, subject = Companion(), person(0.0)
    first = companion.landmarks_px((subject, person(1.0)), 0)
    then = companion.landmarks_px((person(1.05), subject, person(-1.2, 1.4)), 1)
    assert np.nanmedian(np.abs(then - first)) < 30.0
    assert np.isnan(companion.landmarks_px((subject,), 0)).all()
    assert np.isnan(companion.landmarks_px((subject, person(1.0)), None)).all()


def test_what_is_hardly_seen_of_the_other_is_not_taken() -> None:
    assert np.isnan(Companion().landmarks_px((person(0.0), person(1.0, visibility=0.2)), 0)).all()


@pytest.mark.parametrize("drill", [Drill.STAND, Drill.GUIDE, Drill.SIT, Drill.WALK])
def test_every_drill_gives_its_measures_or_reasons_by_name(drill: Drill) -> None:
    resting = take_of(still(SECONDS), camera_at(0.0), CLEAN)
    found = over_time(hold(drill, SECONDS), Moment({}, View.FRONT, 0.0), None, None, resting)
    assert all(name == one.name and one.unit == quantities()[name].unit for name, one in found.items())
    asked = {"people_distance", "gait", "escort_left", "hip_rise_speed"} & set(found)
    assert asked == {Drill.STAND: {"people_distance"}, Drill.WALK: {"gait", "escort_left"},
                     Drill.SIT: {"hip_rise_speed"}}.get(drill, set())  # fmt: skip
