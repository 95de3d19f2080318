"""A recording in which the camera is knocked says so in its report; a steady one does not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from app.calibrating.steady import camera_notices
from vision.video import VideoWriter, frames

SAMPLES = Path(__file__).parents[1] / "sample_media"
CLIP, CAMERA = SAMPLES / "d01_stand_v45.mp4", SAMPLES / "d01_stand_v45.camera.json"


@pytest.mark.parametrize(("shift_px", "codes"), [(40, ["camera_moves"]), (0, [])])
def test_a_knocked_camera_is_noticed(tmp_path: Path, shift_px: int, codes: list[str]) -> None:
    path = tmp_path / "take.mp4"
    with frames(CLIP) as stream, VideoWriter(path, stream.info.size_wh, 25.0) as writer:
        for frame in stream:
            by = shift_px if frame.timestamp_s > 1.2 else 0
            writer.write(np.ascontiguousarray(np.roll(frame.image_bgr, by, axis=1)), frame.timestamp_s)
    assert [notice.code for notice in camera_notices(path, CAMERA)] == codes
