"""One still, read: pose, face mesh, facing, class map and scale. Nothing is judged here."""

from __future__ import annotations

import math
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import cv2
import numpy as np

from calibration.camera import Camera
from vision.errors import NoPersonError
from vision.estimators.face import FaceEstimator, FaceObservation
from vision.estimators.pose import PoseEstimator
from vision.grooming.facing import facing_probability
from vision.grooming.head import measure_head
from vision.grooming.seeded import seeded_map
from vision.grooming.seen import ClassMap, Facing, Kind, Mark, Portrait, Region, Zone
from vision.grooming.size import chest_scale
from vision.types import FloatArray, ImageBgr, PoseObservation, Subject

__all__ = [
    "ClassMap",
    "Facing",
    "Kind",
    "Mark",
    "Portrait",
    "PortraitReader",
    "Region",
    "Zone",
    "measure_head",
    "read_portrait",
]

POSE_CONFIDENCE = 0.2  # heads and shoulders without legs, often from the side: the usual 0.5 misses one in five
MARGINS = (0.0, 0.25)  # shares of the picture added round it when nobody is found: a head that fills it is too large
KNOWN_FACING_WRONG = 0.005


@dataclass(frozen=True, slots=True)
class _Person:
    pose: PoseObservation
    mask: FloatArray  # (H, W) of the picture


class PortraitReader:
    """The networks of a grooming station, kept between stills. Close it."""

    def __init__(self) -> None:
        self._pose = PoseEstimator(video=False, masks=True, confidence=POSE_CONFIDENCE)
        self._face: FaceEstimator | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Free the networks."""
        self._pose.close()
        if self._face is not None:
            self._face.close()

    def read(
        self,
        image_bgr: ImageBgr,
        *,
        camera: Camera | None = None,
        subject: Subject | None = None,
        facing: Facing | None = None,
    ) -> Portrait:
        """Read one still; ``facing`` where the caller asked the person to turn. NoPersonError when nobody is seen."""
        person = self._find(image_bgr)
        if person is None:
            raise NoPersonError(
                "nobody is seen; head and shoulders should fill the picture", "画面中没有看到人；请让头和肩部占满画面"
            )
        self._face = self._face or FaceEstimator()
        mesh = self._face.estimate(image_bgr, person.pose.image_landmarks_px)
        chances = facing_probability(person.pose)
        side = facing or max(chances, key=lambda each: chances[each])
        wrong = KNOWN_FACING_WRONG if facing is not None else 1 - chances[side]
        face = None if mesh is None or side is not Facing.FRONT else mesh
        marks = person.pose.image_landmarks_px
        px_per_cm, sigma = chest_scale(side, marks, _points_and_depth(face), subject)
        grey = cv2.cvtColor(image_bgr, cv2.COLOR_BGR2GRAY)
        return Portrait(
            image_bgr=image_bgr,
            facing=side,
            facing_wrong=wrong,
            body=seeded_map(image_bgr, marks, person.mask),
            head=None,
            landmarks_px=marks,
            visibility=person.pose.visibility,
            face_px=None if face is None else face.landmarks_px,
            marks_px=np.full((len(Mark), 2), np.nan),
            px_per_cm=px_per_cm,
            px_per_cm_sigma_rel=sigma,
            brightness=float(np.median(grey[person.mask > 0.5])) if (person.mask > 0.5).any() else 0.0,
            sharpness=math.nan,
            up_px=up_in_picture(camera),
        )

    def _find(self, image_bgr: ImageBgr) -> _Person | None:
        """The largest person, with room added round the picture when need be."""
        height, width = image_bgr.shape[:2]
        for margin in MARGINS:
            x, y = round(width * margin), round(height * margin)
            wide = cv2.copyMakeBorder(image_bgr, y, y, x, x, cv2.BORDER_REPLICATE) if margin else image_bgr
            found = self._pose.estimate_with_masks(np.asarray(wide, np.uint8))
            if found:
                pose, mask = found[0]
                assert mask is not None  # asked for in __init__
                moved = PoseObservation(
                    image_landmarks_px=pose.image_landmarks_px - np.array([x, y]),
                    world_landmarks_m=pose.world_landmarks_m,
                    visibility=pose.visibility,
                )
                return _Person(moved, mask[y : y + height, x : x + width])
        return None


def _points_and_depth(mesh: FaceObservation | None) -> tuple[FloatArray, FloatArray] | None:
    return None if mesh is None else (mesh.landmarks_px, mesh.depth_px)


def up_in_picture(camera: Camera | None) -> FloatArray:
    """Against gravity in the middle of the picture, unit (2,); straight up without a camera."""
    up = np.array([0.0, -1.0]) if camera is None else camera.up_camera[:2]
    return np.asarray(up / max(float(np.hypot(*up)), 1e-9), np.float64)


def read_portrait(
    image_bgr: ImageBgr,
    *,
    camera: Camera | None = None,
    subject: Subject | None = None,
    facing: Facing | None = None,
    reader: PortraitReader | None = None,
) -> Portrait:
    """As `PortraitReader.read`, with a reader of its own when none is given."""
    if reader is not None:
        return reader.read(image_bgr, camera=camera, subject=subject, facing=facing)
    with PortraitReader() as own:
        return own.read(image_bgr, camera=camera, subject=subject, facing=facing)
