"""The pose network: MediaPipe pose "full" through the Tasks API.

The vendor's types end here: what leaves is `PoseObservation` in pixels and
metres, with NaN where the network gives nothing.
"""

from __future__ import annotations

import math
from types import TracebackType
from typing import Any, Self

import cv2
import numpy as np

from vision.estimators.bundles import pose_bundle
from vision.estimators.vendor import import_mediapipe
from vision.types import FloatArray, ImageBgr, PoseObservation

BLANK = np.zeros((64, 64, 3), np.uint8)


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)


class PoseEstimator:
    """One per source: the network keeps state in video mode and wants rising timestamps.

    ``people``: how many it may find. ``video``: track between frames (faster);
    else every picture is seen afresh. ``masks``: also give the person's mask. ``whole``: run the network as its
    maker ships it, the mask's part too; slower, and the landmarks are the same.
    """

    def __init__(
        self,
        *,
        people: int = 1,
        video: bool = True,
        masks: bool = False,
        confidence: float = 0.5,
        whole: bool = False,
    ) -> None:
        import_mediapipe()
        from mediapipe.tasks.python import BaseOptions
        from mediapipe.tasks.python import vision as tasks

        self._video, self._people = video, people
        self._first_ms, self._last_ms = 0, -1
        self._landmarker = tasks.PoseLandmarker.create_from_options(
            tasks.PoseLandmarkerOptions(
                base_options=BaseOptions(model_asset_buffer=pose_bundle(masks or whole)),
                running_mode=tasks.RunningMode.VIDEO if video else tasks.RunningMode.IMAGE,
                num_poses=people,
                min_pose_detection_confidence=confidence,
                min_pose_presence_confidence=confidence,
                min_tracking_confidence=confidence,
                output_segmentation_masks=masks,
            )
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Free the network."""
        self._landmarker.close()

    def forget(self) -> None:
        """Be as new, for another recording. Only one that finds several people can: alone, the network smooths."""
        if not self._video:
            return
        if self._people == 1:
            raise ValueError("the single-person tracker cannot forget whom it followed: make another one")
        self._run(BLANK, 0.0)  # nobody is there to be followed any more
        self._first_ms = self._last_ms + 1

    def estimate(self, image_bgr: ImageBgr, timestamp_s: float = 0.0) -> tuple[PoseObservation, ...]:
        """Everybody found in the picture, in the network's order."""
        return tuple(observation for observation, _mask in self.estimate_with_masks(image_bgr, timestamp_s))

    def estimate_with_masks(
        self, image_bgr: ImageBgr, timestamp_s: float = 0.0
    ) -> tuple[tuple[PoseObservation, FloatArray | None], ...]:
        """As `estimate`, each with the share (H, W) of every pixel that is this person (None without masks)."""
        result = self._run(image_bgr, timestamp_s)
        height, width = image_bgr.shape[:2]
        masks: list[Any] = list(result.segmentation_masks or [])
        found = []
        for i, (image, world) in enumerate(zip(result.pose_landmarks, result.pose_world_landmarks, strict=True)):
            observation = PoseObservation(
                image_landmarks_px=np.array([[point.x * width, point.y * height] for point in image]),
                world_landmarks_m=np.array([[point.x, point.y, point.z] for point in world]),
                visibility=np.array([_number(point.visibility) for point in image]),
                timestamp_s=timestamp_s,
            )
            mask = np.array(masks[i].numpy_view(), dtype=np.float64) if i < len(masks) else None
            found.append((observation, mask))
        return tuple(found)

    def _run(self, image_bgr: ImageBgr, timestamp_s: float) -> Any:
        import mediapipe as mp

        image = mp.Image(image_format=mp.ImageFormat.SRGB, data=cv2.cvtColor(image_bgr, cv2.COLOR_BGR2RGB))
        if not self._video:
            return self._landmarker.detect(image)
        # The tracker refuses equal timestamps; two frames within a millisecond are one apart.
        self._last_ms = max(self._last_ms + 1, self._first_ms + round(timestamp_s * 1000))
        return self._landmarker.detect_for_video(image, self._last_ms)
