"""The shipped feet network on a few crops of people, shoes' colours and floors that it was not trained on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from vision.estimators.feet import INPUT_SIZE_WH, POINTS, FeetEstimator, crop_box, foot_hints
from vision.landmarks import COUNT, MIRRORED, Landmark
from vision.types import FloatArray

_FOLDER = Path(__file__).parents[1] / "data" / "feet"
_CROPS: list[dict[str, Any]] = json.loads((_FOLDER / "feet.json").read_text(encoding="utf-8"))
_AXIS = [POINTS.index("heel"), POINTS.index("toe2")]


@pytest.fixture(scope="module")
def estimator() -> FeetEstimator:
    return FeetEstimator()


def _picture(crop: dict[str, Any]) -> NDArray[np.uint8]:
    image = cv2.imread(str(_FOLDER / crop["file"]))
    assert image is not None
    return np.asarray(image, np.uint8)


def _truth(crop: dict[str, Any]) -> FloatArray:
    return np.array([[crop[side][name] for name in POINTS] for side in ("left", "right")], dtype=np.float64)


def _landmarks(crop: dict[str, Any]) -> FloatArray:
    """A pose network's landmarks with its usual faults: heel too low, foot index the big toe, all a little off."""
    truth, shoe = _truth(crop), crop["shoe_px"]
    landmarks = np.full((COUNT, 2), np.nan)
    for side, ankle, heel, toe, knee in (
        (0, Landmark.LEFT_ANKLE, Landmark.LEFT_HEEL, Landmark.LEFT_FOOT_INDEX, Landmark.LEFT_KNEE),
        (1, Landmark.RIGHT_ANKLE, Landmark.RIGHT_HEEL, Landmark.RIGHT_FOOT_INDEX, Landmark.RIGHT_KNEE),
    ):
        landmarks[ankle] = truth[side, POINTS.index("ankle")] + [0.03 * shoe, -0.04 * shoe]
        landmarks[heel] = truth[side, POINTS.index("heel")] + [-0.05 * shoe, 0.06 * shoe]
        landmarks[toe] = truth[side, POINTS.index("big_toe")] + [0.02 * shoe, -0.05 * shoe]
        landmarks[knee] = landmarks[ankle] - [0, 1.45 * shoe]
    return landmarks


@pytest.mark.parametrize("crop", _CROPS, ids=lambda crop: crop["file"])
def test_heel_and_second_toe_lie_within_a_tenth_of_a_shoe_of_the_truth(
    estimator: FeetEstimator, crop: dict[str, Any]
) -> None:
    found = estimator.estimate(_picture(crop), _landmarks(crop))
    assert found is not None
    error = np.linalg.norm(found.points_px - _truth(crop), axis=-1) / crop["shoe_px"]
    assert error[:, _AXIS].max() < 0.10
    assert error.mean() < 0.06


def test_the_errors_are_as_large_as_the_network_says(estimator: FeetEstimator) -> None:
    ratios = []
    for crop in _CROPS:
        found = estimator.estimate(_picture(crop), _landmarks(crop))
        assert found is not None
        sigma = np.sqrt(np.einsum("spii->spi", found.covariance_px2))
        ratios.append(np.abs(found.points_px - _truth(crop)) / sigma)
        assert np.linalg.eigvalsh(found.covariance_px2).min() > 0
        assert found.sigma_px.max() < 0.25 * crop["shoe_px"]
    assert 0.5 < np.mean(np.array(ratios) <= 1) < 0.95
    assert np.mean(np.array(ratios) <= 2) > 0.85


@pytest.mark.parametrize("crop", _CROPS, ids=lambda crop: crop["file"])
def test_a_mirrored_picture_gives_mirrored_feet_with_the_sides_exchanged(
    estimator: FeetEstimator, crop: dict[str, Any]
) -> None:
    picture, landmarks = _picture(crop), _landmarks(crop)
    width = picture.shape[1]
    plain = estimator.estimate(picture, landmarks)
    mirrored_landmarks = landmarks[list(MIRRORED)] * [-1, 1] + [width, 0]
    mirrored = estimator.estimate(np.ascontiguousarray(picture[:, ::-1]), mirrored_landmarks)
    assert plain is not None
    assert mirrored is not None
    back = mirrored.points_px[::-1] * [-1, 1] + [width, 0]
    difference = np.linalg.norm(back - plain.points_px, axis=-1) / crop["shoe_px"]
    assert difference.mean() < 0.06
    away = np.linalg.norm(back[::-1] - plain.points_px, axis=-1) / crop["shoe_px"]
    assert difference.mean() < 0.5 * away.mean()


def test_a_covered_foot_is_less_certain(estimator: FeetEstimator) -> None:
    crop = _CROPS[0]
    picture, landmarks = _picture(crop), _landmarks(crop)
    plain = estimator.estimate(picture, landmarks)
    low, high = _truth(crop)[0].min(0).astype(int) - 6, _truth(crop)[0].max(0).astype(int) + 6
    covered_picture = picture.copy()
    covered_picture[max(low[1], 0) : high[1], max(low[0], 0) : high[0]] = 128
    covered = estimator.estimate(covered_picture, landmarks)
    assert plain is not None
    assert covered is not None
    assert covered.sigma_px[0].mean() > 1.3 * plain.sigma_px[0].mean()


def test_feet_outside_the_picture_give_nothing(estimator: FeetEstimator) -> None:
    crop = _CROPS[0]
    picture = _picture(crop)
    assert estimator.estimate(picture, _landmarks(crop) + np.array([0, 2 * picture.shape[0]])) is None
    assert estimator.estimate(picture, np.full((COUNT, 2), np.nan)) is None


def test_one_foot_outside_the_picture_is_nan_and_the_other_is_not(estimator: FeetEstimator) -> None:
    crop = _CROPS[0]
    landmarks = _landmarks(crop)
    right = [Landmark.RIGHT_ANKLE, Landmark.RIGHT_HEEL, Landmark.RIGHT_FOOT_INDEX]
    landmarks[right, 0] -= landmarks[right, 0].max() + 5
    found = estimator.estimate(_picture(crop), landmarks)
    assert found is not None
    assert np.isfinite(found.points_px[0]).all()
    assert np.isnan(found.points_px[1]).all()
    assert np.isnan(found.covariance_px2[1]).all()
    assert np.isfinite(found.axes_covariance_px2[:4, :4]).all()
    assert np.isnan(found.axes_covariance_px2[4:]).all()


def test_shoes_of_a_few_pixels_give_nothing(estimator: FeetEstimator) -> None:
    crop = _CROPS[0]
    picture = _picture(crop)
    share = 15 / crop["shoe_px"]
    small = np.asarray(cv2.resize(picture, None, fx=share, fy=share), np.uint8)
    assert estimator.estimate(small, _landmarks(crop) * share) is None


def test_the_crop_box_holds_all_hints_and_has_the_inputs_aspect() -> None:
    for crop in _CROPS:
        hints = foot_hints(_landmarks(crop))
        x, y, width, height = crop_box(hints)
        assert width / height == pytest.approx(INPUT_SIZE_WH[0] / INPUT_SIZE_WH[1])
        inside = (hints > [x, y]) & (hints < [x + width, y + height])
        assert inside.all()


def test_the_result_does_not_depend_on_where_the_crop_lies_in_the_picture(estimator: FeetEstimator) -> None:
    crop = _CROPS[0]
    picture, landmarks = _picture(crop), _landmarks(crop)
    larger = cv2.copyMakeBorder(picture, 40, 60, 70, 50, cv2.BORDER_REPLICATE)
    plain = estimator.estimate(picture, landmarks)
    moved = estimator.estimate(np.asarray(larger, np.uint8), landmarks + np.array([70, 40]))
    assert plain is not None
    assert moved is not None
    np.testing.assert_allclose(moved.points_px - [70, 40], plain.points_px, atol=1e-3)


def test_the_joint_covariance_keeps_the_points_own_and_is_one(estimator: FeetEstimator) -> None:
    for crop in _CROPS:
        found = estimator.estimate(_picture(crop), _landmarks(crop))
        assert found is not None
        joint = found.axes_covariance_px2
        assert np.linalg.eigvalsh(joint).min() > 0
        own = np.diagonal(found.covariance_px2[:, _AXIS], axis1=2, axis2=3).ravel()
        np.testing.assert_allclose(np.diag(joint), own, rtol=0.1)
        np.testing.assert_allclose(found.axes_px[3], found.points_px[1, _AXIS[1]])
