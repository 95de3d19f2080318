"""The few functions other programs call: score a video, measure one frame."""

from __future__ import annotations

from collections.abc import Mapping

from calibration.camera import Camera, known_or_assumed
from vision.options import ScoreOptions
from vision.perframe import measure_picture
from vision.pipeline import score_recording
from vision.report.model import Report
from vision.standard import DEFAULT_PACK, Pack, load_pack
from vision.types import Drill, Frame, ImageBgr, Measurement, Subject


def score_video(
    path: str,
    *,
    camera: Camera | None = None,
    pack: Pack | None = None,
    subject: Subject | None = None,
    drill: Drill | None = None,
) -> Report:
    """Measure and judge a recording or a still; MediaError, CameraError or NoPersonError when it cannot be."""
    options = ScoreOptions(
        pack=pack if pack is not None else load_pack(DEFAULT_PACK),
        camera=camera,
        subject=subject if subject is not None else Subject(),
        drill=drill,
    )
    return score_recording(path, options).report


def measure_frame(
    image_bgr: ImageBgr,
    *,
    camera: Camera | None = None,
    subject: Subject | None = None,
    drill: Drill | None = None,
) -> Mapping[str, Measurement]:
    """Measurements by name of the person in one picture (H, W, 3) BGR; without a camera one is assumed."""
    frame = Frame(image_bgr, 0, 0.0)
    known = known_or_assumed(camera, frame.size_wh)
    options = ScoreOptions(
        pack=load_pack(DEFAULT_PACK),
        camera=camera,
        subject=subject if subject is not None else Subject(),
        drill=drill,
    )
    return {m.name: m for m in measure_picture(frame, known, options).measurements}
