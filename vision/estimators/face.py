"""Face mesh: 478 points with iris, on enlarged crops round the pose network's head.

MediaPipe's face mesh does not fit the Tasks graph of the pinned release, so the
older interface is used. A head at three metres is 40 pixels wide; two crops of
different size are averaged, which takes a tenth off the error of the head's pose.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import cv2
import numpy as np

from vision.estimators.crops import inside, pixels_per_metre, square_crop
from vision.estimators.vendor import import_mediapipe
from vision.landmarks import Landmark
from vision.types import FloatArray, ImageBgr, frozen_array

CROP_PX = 256
CROP_SIDES_M = (0.36, 0.50)
MIN_SCALE_PX_PER_M = 80.0  # below it a face is narrower than a dozen pixels
HEAD = slice(Landmark.NOSE, Landmark.MOUTH_RIGHT + 1)
POINTS = 478


@dataclass(frozen=True, slots=True)
class FaceObservation:
    """The face mesh in the full picture; point numbers are MediaPipe's."""

    landmarks_px: FloatArray  # (478, 2)
    depth_px: FloatArray  # (478,) away from the camera +, in pixels, weak perspective, relative to the head

    def __post_init__(self) -> None:
        object.__setattr__(self, "landmarks_px", frozen_array(self.landmarks_px, (POINTS, 2), "landmarks_px"))
        object.__setattr__(self, "depth_px", frozen_array(self.depth_px, (POINTS,), "depth_px"))


class FaceEstimator:
    """Each picture is seen afresh: some 5 ms a crop, two crops."""

    def __init__(self, *, confidence: float = 0.3) -> None:
        import_mediapipe()
        from mediapipe.python.solutions import face_mesh

        self._mesh = face_mesh.FaceMesh(
            static_image_mode=True, max_num_faces=1, refine_landmarks=True, min_detection_confidence=confidence
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Free the network."""
        self._mesh.close()

    def estimate(self, image_bgr: ImageBgr, landmarks_px: FloatArray) -> FaceObservation | None:
        """The face of the person whose pose landmarks (33, 2) these are; None from behind and the side."""
        scale = pixels_per_metre(landmarks_px)
        centre = np.asarray(landmarks_px[HEAD], np.float64).mean(axis=0)
        if not scale >= MIN_SCALE_PX_PER_M or not inside(image_bgr, centre):
            return None
        meshes = [
            mesh for side_m in CROP_SIDES_M if (mesh := self._detect(image_bgr, centre, side_m * scale)) is not None
        ]
        if not meshes:
            return None
        mean = np.mean(meshes, axis=0)
        return FaceObservation(landmarks_px=mean[:, :2], depth_px=mean[:, 2])

    def _detect(self, image_bgr: ImageBgr, centre_px: FloatArray, side_px: float) -> FloatArray | None:
        """Mesh (478, 3): pixels of the full picture and depth in such pixels."""
        crop = square_crop(image_bgr, centre_px, side_px, CROP_PX)
        result: Any = self._mesh.process(cv2.cvtColor(crop.image_bgr, cv2.COLOR_BGR2RGB))
        if not result.multi_face_landmarks:
            return None
        marks = result.multi_face_landmarks[0].landmark
        points = np.array([[p.x, p.y, p.z] for p in marks], np.float64) * CROP_PX
        return np.column_stack([crop.to_picture_px(points[:, :2]), points[:, 2] / crop.scale])
