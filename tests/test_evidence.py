"""Where a number is drawn: on the limb it belongs to, through the camera, in perspective."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from calibration.camera import project
from tests.synthetic import BOW, GUIDE, SIT, STAND, Posture, body, camera_at, seat_under
from vision.evidence import band_of, evidence_of
from vision.moment import GIVEN
from vision.reconstruct.skeleton import UP, Point, middle, unit
from vision.types import Evidence, FloatArray

CAMERA = camera_at(20.0)
# Numbers without a place of their own in the picture.
PLACELESS = ("person_height", "stature_used", "hand_lateral", "hand_up", "wrist_forward", "ankle_behind_seat")


def drawn(name: str, posture: Posture = STAND, **values: float) -> Evidence:
    """The lines for a measure of a posture."""
    found = evidence_of(name, body(posture), CAMERA, values)
    assert found is not None
    return found


@pytest.mark.parametrize("name", sorted(GIVEN))
@pytest.mark.parametrize("posture", [STAND, BOW, GUIDE, SIT])
def test_every_measure_has_finite_lines_near_the_body_or_none(name: str, posture: Posture) -> None:
    points = body(posture)
    camera = replace(CAMERA, seat=seat_under(SIT, body(SIT)))
    found = evidence_of(name, points, camera, {name: 0.5})
    if found is None:
        assert name.startswith(PLACELESS) or name.rsplit("_", 1)[0] in ("thigh_horizontal",) or name == "ankles_apart"
        return
    pixels = project(camera, points)
    low, high = pixels.min(axis=0) - 150, pixels.max(axis=0) + 150
    for line in (*found.lines_px, found.anchor_px[None]):
        assert np.isfinite(line).all()
        assert (line > low).all()
        assert (line < high).all()


@pytest.mark.parametrize(
    ("name", "points"),
    [
        ("heel_dist", (Point.LEFT_HEEL, Point.RIGHT_HEEL)),
        ("toe_dist", (Point.LEFT_TOE, Point.RIGHT_TOE)),
        ("shoulder_tilt", (Point.LEFT_SHOULDER, Point.RIGHT_SHOULDER)),
        ("knee_gap", (Point.LEFT_KNEE, Point.RIGHT_KNEE)),
    ],
)
def test_a_distance_is_the_line_between_its_points(name: str, points: tuple[Point, Point]) -> None:
    line = drawn(name).lines_px[0]
    assert line == pytest.approx(project(CAMERA, body(STAND)[list(points)]))


@pytest.mark.parametrize(
    ("name", "vertex"),
    [("elbow_right", Point.RIGHT_ELBOW), ("knee_left", Point.LEFT_KNEE), ("arm_trunk_right", Point.RIGHT_SHOULDER)],
)
def test_an_angle_has_two_legs_from_its_joint_and_an_arc_between_them(name: str, vertex: Point) -> None:
    first, second, arc = drawn(name, GUIDE).lines_px
    at = project(CAMERA, body(GUIDE)[vertex])
    assert first[0] == pytest.approx(at)
    assert second[0] == pytest.approx(at)
    for end, leg in ((arc[0], first), (arc[-1], second)):
        (x, y), (dx, dy) = leg[1] - leg[0], end - leg[0]
        assert abs(x * dy - y * dx) / np.hypot(x, y) < 0.5  # px: the arc ends on the legs


def test_the_trunk_is_drawn_against_the_vertical_through_the_hips() -> None:
    trunk, vertical, _ = drawn("bow_angle", BOW).lines_px
    points = body(BOW)
    hip, shoulder = middle(points, "hip"), middle(points, "shoulder")
    assert trunk == pytest.approx(project(CAMERA, np.stack([hip, shoulder])))
    above = hip + UP * float(np.linalg.norm(shoulder - hip))
    assert vertical[1] == pytest.approx(project(CAMERA, above))


def test_the_v_between_the_feet_lies_on_the_floor() -> None:
    points = body(STAND)
    left, right, arc = drawn("v_angle").lines_px
    for leg, heel in ((left, Point.LEFT_HEEL), (right, Point.RIGHT_HEEL)):
        assert leg[0] == pytest.approx(project(CAMERA, points[heel] * [1.0, 1.0, 0.0]))
    start = points[[Point.LEFT_HEEL, Point.RIGHT_HEEL]].mean(axis=0) * [1.0, 1.0, 0.0]
    along = (points[Point.LEFT_TOE] - points[Point.LEFT_HEEL]) * [1.0, 1.0, 0.0]
    assert arc[0] == pytest.approx(project(CAMERA, start + 0.24 * along / np.linalg.norm(along)))


def test_a_straight_arm_is_drawn_although_its_arc_has_no_plane() -> None:
    for line in drawn("elbow_right", GUIDE).lines_px:
        assert np.isfinite(line).all()


def test_the_share_of_the_seat_is_drawn_on_the_seat() -> None:
    seat = seat_under(SIT, body(SIT))
    camera = replace(CAMERA, seat=seat)
    found = evidence_of("seat_depth_used", body(SIT), camera, {"seat_depth_used": 0.0})
    assert found is not None
    front, used, _ = found.lines_px
    assert front == pytest.approx(used)
    assert front == pytest.approx(project(camera, np.stack([seat.front_left, seat.front_right])))


def test_without_a_seat_or_a_value_no_seat_is_drawn() -> None:
    assert evidence_of("seat_depth_used", body(SIT), CAMERA, {"seat_depth_used": 0.5}) is None
    assert evidence_of("seat_depth_used", body(SIT), replace(CAMERA, seat=seat_under(SIT, body(SIT))), {}) is None


def test_what_has_no_place_is_not_drawn() -> None:
    assert evidence_of("stature_used", body(STAND), CAMERA, {}) is None
    assert evidence_of("no_such_measure", body(STAND), CAMERA, {}) is None


def test_left_and_right_are_drawn_on_their_own_side() -> None:
    left, right = drawn("knee_left"), drawn("knee_right")
    assert left.anchor_px[0] > right.anchor_px[0]  # the person's left is on the right of the picture


def off_the_line(point: FloatArray, line: FloatArray) -> float:
    """Distance (px) of a point from the line through the first and the last point of another."""
    along = unit(line[-1] - line[0])
    apart = point - line[0]
    return float(np.linalg.norm(apart - along * (apart @ along)))


@pytest.mark.parametrize(
    ("name", "posture", "leg"),
    [
        ("arm_trunk_right", GUIDE, 0),
        ("bow_angle", BOW, 0),
        ("knee_left", SIT, 0),
        ("v_angle", STAND, 0),
        ("v_angle", STAND, 1),
    ],
)
def test_the_accepted_band_begins_at_the_leg_when_the_value_is_its_limit(name: str, posture: Posture, leg: int) -> None:
    legs = drawn(name, posture).lines_px
    bands = band_of(name, body(posture), CAMERA, 40.0, 40.0, 60.0)
    band = bands[leg if name == "v_angle" else 0]
    if name == "v_angle":  # the arc stands between the heels, the leg at one of them
        turned = band_of(name, body(posture), CAMERA, 40.0, 20.0, 40.0)[leg]
        assert turned[-1] == pytest.approx(band[0])
        assert np.linalg.norm(band[-1] - band[0]) > 3.0
    else:
        assert off_the_line(band[0], legs[leg]) < 0.5
        assert off_the_line(band[-1], legs[leg]) > 3.0


def test_a_higher_value_leaves_the_band_behind_on_the_side_of_the_trunk() -> None:
    points = body(GUIDE)
    legs = drawn("arm_trunk_right", GUIDE).lines_px
    (too_high,) = band_of("arm_trunk_right", points, CAMERA, 80.0, 35.0, 55.0)
    (too_low,) = band_of("arm_trunk_right", points, CAMERA, 10.0, 35.0, 55.0)
    down = legs[1][-1]
    assert np.linalg.norm(too_high.mean(axis=0) - down) < np.linalg.norm(too_low.mean(axis=0) - down)


def test_what_is_no_angle_has_no_band() -> None:
    assert band_of("heel_dist", body(STAND), CAMERA, 5.0, None, 10.0) == ()
