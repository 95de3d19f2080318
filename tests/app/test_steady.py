"""A camera that moved is reported; one that stayed is not, whoever walks through its picture."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from app.calibrating.steady import camera_notices
from calibration.files import save_camera
from calibration.moved import background, background_to_dict
from tests.calibration.scenes import camera
from tests.calibration.test_moved import room, view
from vision.video import VideoWriter


def film(path: Path, shifts: list[int]) -> Path:
    """A few seconds of a room; each frame is shifted by so many pixels, and somebody walks through."""
    with VideoWriter(path, (1280, 720), 4) as writer:
        for i, shift in enumerate(shifts):
            picture = view(room(), dx=shift, seed=i)
            x = 40 + 80 * i
            picture[80:700, x : x + 150] = 70
            writer.write(cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR), i / 4)
    return path


@pytest.fixture
def calibrated(tmp_path: Path) -> Path:
    path = tmp_path / "camera.json"
    save_camera(path, camera(), "", {"background": background_to_dict(background(view(room())))})
    return path


def test_a_camera_that_stayed_gives_no_notice(tmp_path: Path, calibrated: Path) -> None:
    assert camera_notices(film(tmp_path / "a.mp4", [0] * 10), calibrated) == ()
    assert camera_notices(film(tmp_path / "a.mp4", [0] * 10), None) == ()


def test_a_camera_moved_since_its_calibration_is_reported(tmp_path: Path, calibrated: Path) -> None:
    (notice,) = camera_notices(film(tmp_path / "a.mp4", [45] * 10), calibrated)
    assert notice.code == "camera_moved"
    assert "2." in notice.en


def test_a_camera_that_moves_during_the_recording_is_reported(tmp_path: Path) -> None:
    shifts = np.linspace(0, 60, 10).astype(int).tolist()
    (notice,) = camera_notices(film(tmp_path / "a.mp4", shifts), None)
    assert notice.code == "camera_moves"


def test_a_still_is_held_against_its_calibration(tmp_path: Path, calibrated: Path) -> None:
    for shift, expected in ((0, ()), (40, ("camera_moved",))):
        path = tmp_path / f"{shift}.png"
        cv2.imwrite(str(path), view(room(), dx=shift, seed=9))
        assert tuple(notice.code for notice in camera_notices(path, calibrated)) == expected
