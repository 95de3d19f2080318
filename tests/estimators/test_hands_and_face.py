"""The hand, face and hand-on-top networks on three crops of rendered people, and the assignment of hands to sides."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from vision.estimators.crops import pixels_per_metre, square_crop
from vision.estimators.face import FaceEstimator
from vision.estimators.hand_top import HandTopEstimator
from vision.estimators.hands import Detection, HandsEstimator, assign
from vision.landmarks import MIRRORED, Landmark
from vision.measures import hand_evidence, head_pose
from vision.types import FloatArray, ImageBgr, Side, View

_FOLDER = Path(__file__).parents[1] / "data" / "hands"
_CROPS: dict[str, dict[str, Any]] = {
    crop["file"].split("_")[0]: crop for crop in json.loads((_FOLDER / "hands.json").read_text(encoding="utf-8"))
}


def picture(crop: dict[str, Any]) -> ImageBgr:
    return np.asarray(cv2.imread(str(_FOLDER / crop["file"])), np.uint8)


def landmarks(crop: dict[str, Any]) -> FloatArray:
    return np.array(crop["landmarks_px"])


@pytest.fixture(scope="module")
def hands() -> Iterator[HandsEstimator]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # the vendor's metadata writer leaves files open
        estimator = HandsEstimator()
    with estimator:
        yield estimator


@pytest.fixture(scope="module")
def face() -> Iterator[FaceEstimator]:
    with FaceEstimator() as estimator:
        yield estimator


@pytest.mark.model
def test_both_hands_of_a_guiding_person_are_found_within_two_centimetres(hands: HandsEstimator) -> None:
    crop = _CROPS["guide"]
    found = {h.side: h for h in hands.estimate(picture(crop), landmarks(crop), np.array(crop["visibility"]))}
    assert set(found) == {Side.LEFT, Side.RIGHT}
    scale = pixels_per_metre(landmarks(crop))
    for side, hand in found.items():
        true = np.mean(list(crop["hands_px"][side].values()), axis=0)
        centre = hand_evidence.hand_centre(hand.landmarks_px, scale)
        assert np.hypot(*(centre.position_px - true)) < 0.02 * scale


@pytest.mark.model
def test_the_guiding_palm_is_measured_within_its_uncertainty(hands: HandsEstimator) -> None:
    crop = _CROPS["guide"]
    found = {h.side: h for h in hands.estimate(picture(crop), landmarks(crop))}
    hand = found[Side.RIGHT]
    measured = hand_evidence.measure_palm_up(
        Side.RIGHT,
        hand.world_m,
        hand.second_world_m,
        hand.landmarks_px[9],
        hand.handedness_score,
        np.array(crop["up_camera"]),
        np.array(crop["k"]),
    )
    assert isinstance(measured.value, float)
    assert measured.u is not None
    assert abs(measured.value - crop["truth"]["palm_up_right"]) <= measured.u


@pytest.mark.parametrize("name", ["hands", "vstance"])
@pytest.mark.parametrize("mirrored", [False, True])
def test_the_upper_hand_is_named_and_changes_side_in_the_mirror(name: str, mirrored: bool) -> None:
    crop = _CROPS[name]
    image, points, word = picture(crop), landmarks(crop), crop["truth"]["hand_on_top"]
    if mirrored:
        points = (points * [-1, 1] + [image.shape[1], 0])[list(MIRRORED)]
        image = np.ascontiguousarray(image[:, ::-1])
        word = "left" if word == "right" else "right"
    odds = HandTopEstimator().log_odds_right(image, points)
    assert hand_evidence.measure_hand_on_top(odds, place="abdomen", view=View.FRONT).value == word


def test_hands_apart_have_no_upper_one() -> None:
    crop = _CROPS["guide"]
    assert HandTopEstimator().log_odds_right(picture(crop), landmarks(crop)) is None


@pytest.mark.model
@pytest.mark.parametrize("name", sorted(_CROPS))
def test_the_head_is_measured_within_its_uncertainty(face: FaceEstimator, name: str) -> None:
    crop = _CROPS[name]
    k, up, front = (np.array(crop[key]) for key in ("k", "up_camera", "forward_camera"))
    seen = face.estimate(picture(crop), landmarks(crop))
    assert seen is not None
    mesh = head_pose.head_from_mesh(seen.landmarks_px, seen.depth_px, k)
    pose = head_pose.head_from_pose(np.array(crop["world_m"]), landmarks(crop), k)
    assert mesh is not None
    assert pose is not None
    for estimate in (mesh, pose, head_pose.combine(mesh, pose)):
        for measured in head_pose.measure_head(estimate, up, front):
            assert isinstance(measured.value, float)
            assert measured.u is not None
            assert abs(measured.value - crop["truth"][measured.name]) <= measured.u


@pytest.mark.model
def test_no_person_in_the_picture_gives_no_hands_and_no_face(hands: HandsEstimator, face: FaceEstimator) -> None:
    grey = np.full((240, 320, 3), 128, np.uint8)
    inside = landmarks(_CROPS["guide"]) * 0.7
    assert hands.estimate(grey, inside) == ()
    assert face.estimate(grey, inside) is None


@pytest.mark.model
def test_unknown_landmarks_are_not_looked_at(hands: HandsEstimator, face: FaceEstimator) -> None:
    nowhere = np.full((33, 2), np.nan)
    image = picture(_CROPS["guide"])
    assert hands.estimate(image, nowhere) == ()
    assert face.estimate(image, nowhere) is None


def body() -> FloatArray:
    """Pose landmarks of somebody with both forearms hanging, 300 pixels a metre, left wrist at (400, 300)."""
    points = np.full((33, 2), np.nan)
    for side, x in ((0, 400.0), (1, 250.0)):
        points[Landmark.LEFT_ELBOW + side] = (x, 225.0)
        points[Landmark.LEFT_WRIST + side] = (x, 300.0)
    return points


def detection(wrist_px: tuple[float, float], right_score: float, down: float = 1.0) -> Detection:
    pixels = np.tile(np.array(wrist_px), (21, 1)) + np.arange(21)[:, None] * np.array([0.2, 2.0 * down])
    return Detection(pixels, np.zeros((21, 3)), right_score)


def test_a_hand_goes_to_the_nearer_wrist() -> None:
    found = assign([detection((402, 303), 0.5), detection((251, 298), 0.5)], body(), list(Side), 300.0)
    assert [h.side for h in found] == [Side.LEFT, Side.RIGHT]
    assert found[0].landmarks_px[0, 0] == pytest.approx(402)


def test_between_two_wrists_the_shape_decides() -> None:
    points = body()
    points[Landmark.RIGHT_WRIST] = (396, 300)
    points[Landmark.RIGHT_ELBOW] = (330, 250)
    (found,) = assign([detection((398, 300), 0.95)], points, list(Side), 300.0)
    assert found.side is Side.RIGHT
    assert found.handedness_score == pytest.approx(0.95)


def test_the_same_hand_found_twice_counts_once() -> None:
    points = body()
    points[Landmark.RIGHT_WRIST] = (396, 300)
    points[Landmark.RIGHT_ELBOW] = (396, 225)
    assert len(assign([detection((398, 300), 0.9), detection((399, 301), 0.2)], points, list(Side), 300.0)) == 1


def test_a_hand_far_from_both_wrists_or_bent_backwards_is_nobody_s() -> None:
    assert assign([detection((600, 300), 0.5)], body(), list(Side), 300.0) == ()
    assert assign([detection((400, 300), 0.1, down=-1.0)], body(), list(Side), 300.0) == ()


def test_a_crop_maps_back_to_the_picture() -> None:
    image = np.zeros((100, 120, 3), np.uint8)
    image[40:44, 60:64] = 255
    crop = square_crop(image, np.array([62.0, 42.0]), 20.0, 200)
    bright = np.argwhere(crop.image_bgr[..., 0] > 127)[:, ::-1] + 0.5
    np.testing.assert_allclose(crop.to_picture_px(bright.mean(axis=0)), [62.0, 42.0], atol=0.05)
