"""A camera that moved is told from one that did not."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
import pytest

from calibration.errors import CameraError
from calibration.moved import background, background_from_dict, background_to_dict, movement


@cache
def room(seed: int = 0) -> np.ndarray:
    """A picture with much to hold on to, larger than what the camera shows of it."""
    rng = np.random.default_rng(seed)
    picture = np.full((900, 1500), 180, dtype=np.uint8)
    for _ in range(160):
        x, y, w, h = rng.integers([0, 0, 20, 20], [1450, 850, 140, 140])
        cv2.rectangle(picture, (int(x), int(y)), (int(x + w), int(y + h)), int(rng.integers(30, 240)), -1)
    return cv2.GaussianBlur(picture, (0, 0), 1.0)


def view(picture: np.ndarray, dx: int = 0, dy: int = 0, turn_deg: float = 0.0, seed: int = 1) -> np.ndarray:
    matrix = cv2.getRotationMatrix2D((750, 450), turn_deg, 1.0)
    moved = cv2.warpAffine(picture, matrix, (1500, 900))[100 + dy : 820 + dy, 110 + dx : 1390 + dx]
    noise = np.random.default_rng(seed).normal(0, 3, moved.shape)
    return np.clip(moved + noise, 0, 255).astype(np.uint8)


def test_noise_and_a_person_walking_through_are_not_movement() -> None:
    before, after = view(room()), view(room(), seed=2)
    after[100:700, 500:700] = 90
    change = movement(background(before), background(after), 65.0)
    assert change.moved is False
    assert change.shift_deg < 0.1


@pytest.mark.parametrize(("dx", "dy", "turn_deg"), [(20, 0, 0.0), (0, -12, 0.0), (0, 0, 1.5), (60, 30, 2.0)])
def test_a_shifted_or_turned_camera_is_noticed(dx: int, dy: int, turn_deg: float) -> None:
    change = movement(background(view(room())), background(view(room(), dx, dy, turn_deg, seed=3)), 65.0)
    assert change.moved is True


def test_the_size_of_the_movement_is_told_in_degrees() -> None:
    change = movement(background(view(room())), background(view(room(), dx=40, seed=3)), 65.0)
    expected = np.degrees(np.arctan(40 / 1280 * 2 * np.tan(np.radians(32.5))))
    assert change.shift_deg == pytest.approx(expected, rel=0.1)


def test_another_room_cannot_be_compared() -> None:
    assert movement(background(view(room(0))), background(view(room(9))), 65.0).moved is None


def test_people_leave_no_fingerprint() -> None:
    hide = np.zeros((720, 1280), dtype=bool)
    hide[:, 400:900] = True
    points = background(view(room()), hide).points * 1280
    assert len(points) > 50
    assert not ((points[:, 0] > 405) & (points[:, 0] < 895)).any()


def test_a_blank_wall_has_no_fingerprint() -> None:
    blank = background(np.full((720, 1280), 128, dtype=np.uint8))
    assert len(blank.points) == 0
    assert movement(blank, blank, 65.0).moved is None


def test_a_fingerprint_survives_its_camera_file() -> None:
    whole = background(view(room()))
    read = background_from_dict(background_to_dict(whole))
    assert read.points == pytest.approx(whole.points, abs=2e-5)
    assert (read.descriptors == whole.descriptors).all()


@pytest.mark.parametrize("broken", [{}, {"points": "x", "descriptors": ""}, {"points": 3, "descriptors": None}])
def test_a_damaged_fingerprint_is_one_clear_error(broken: dict[str, object]) -> None:
    with pytest.raises(CameraError, match="background"):
        background_from_dict(broken)
