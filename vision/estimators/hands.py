"""Hands: 21 landmarks of each hand, looked for in enlarged crops round the pose network's wrists.

At three metres a hand is some 40 pixels long: too small for the hand network in
the full picture, well placed in a crop. Which hand is whose is decided from the
pose: nearness to its wrists, direction of the forearm, and the network's own
word on the hand's shape.

Folded hands hide each other; the network then returns either of them, and both
its words (left or right) are equally likely whatever hand is on top. So nothing
about "on top" is taken from here: see `vision.estimators.hand_top`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Any, Self

import cv2
import numpy as np

from vision.estimators.bundles import hand_bundle
from vision.estimators.crops import inside, pixels_per_metre, square_crop
from vision.estimators.vendor import import_mediapipe
from vision.landmarks import Landmark
from vision.types import FloatArray, ImageBgr, Side, frozen_array

CROP_PX = 256
HAND_CROP_M = 0.40  # side of the square round one hand
SECOND_CROP_M = 0.32  # of the second look at a raised hand
JOINT_CROP_M = 0.45  # side of the square round both
JOINT_GAP_M = 0.16  # hands nearer than this share one crop
MAX_WRIST_DISTANCE_M = 0.12  # between the hand network's wrist and the pose network's
MAX_BEND_DEG = 115.0  # of the hand against its forearm, in the picture
MIN_SCALE_PX_PER_M = 60.0  # below it a hand has fewer than 12 pixels
_SAME_PLACE_M = 0.04  # mean distance of the landmarks of two looks at one hand
_DISAGREEMENT_M = 0.06  # distance that a wrong word on left or right costs
_HANGING = 0.95  # share of the hand's length that points down the picture
_ARMS = {
    Side.LEFT: (Landmark.LEFT_ELBOW, Landmark.LEFT_WRIST, Landmark.LEFT_PINKY, Landmark.LEFT_INDEX),
    Side.RIGHT: (Landmark.RIGHT_ELBOW, Landmark.RIGHT_WRIST, Landmark.RIGHT_PINKY, Landmark.RIGHT_INDEX),
}
WRIST, MIDDLE_KNUCKLE = 0, 9


def _not_seen() -> FloatArray:
    return np.full((21, 3), np.nan)


@dataclass(frozen=True, slots=True)
class HandObservation:
    """One hand of the subject."""

    side: Side  # the person's own
    landmarks_px: FloatArray  # (21, 2) in the full picture
    world_m: FloatArray  # (21, 3) centred on the hand, camera axes of its own line of sight, a typical hand's scale
    score: float  # 0..1, nearness of its wrist to the pose network's
    handedness_score: float  # 0..1, how much the hand's shape speaks for ``side``, mean of the looks
    second_world_m: FloatArray = field(
        default_factory=_not_seen
    )  # (21, 3) of a second look at another crop; NaN where there was none

    def __post_init__(self) -> None:
        object.__setattr__(self, "second_world_m", frozen_array(self.second_world_m, (21, 3), "second_world_m"))
        object.__setattr__(self, "landmarks_px", frozen_array(self.landmarks_px, (21, 2), "landmarks_px"))
        object.__setattr__(self, "world_m", frozen_array(self.world_m, (21, 3), "world_m"))


@dataclass(frozen=True, slots=True)
class Detection:
    """A hand the network found, before it is somebody's."""

    landmarks_px: FloatArray
    world_m: FloatArray
    right_score: float  # 0 = surely left, 1 = surely right


def hand_centre_guess_px(landmarks_px: FloatArray, side: Side) -> FloatArray:
    """Where the pose landmarks (33, 2) expect the middle of a hand."""
    _elbow, wrist, pinky, index = (landmarks_px[i] for i in _ARMS[side])
    return np.asarray(0.5 * wrist + 0.25 * (pinky + index), np.float64)


class HandsEstimator:
    """Pictures are seen afresh each time: meant for holds, some 15 ms a crop.

    One crop a hand, or one for both together; a hand that is raised is looked at
    twice, because two looks that agree are what tells a trustworthy palm.
    """

    def __init__(self, *, confidence: float = 0.15) -> None:
        import_mediapipe()
        from mediapipe.tasks.python import BaseOptions
        from mediapipe.tasks.python import vision as tasks

        self._landmarker = tasks.HandLandmarker.create_from_options(
            tasks.HandLandmarkerOptions(
                base_options=BaseOptions(model_asset_buffer=hand_bundle()),
                running_mode=tasks.RunningMode.IMAGE,
                num_hands=2,
                min_hand_detection_confidence=confidence,
                min_hand_presence_confidence=0.5,
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

    def estimate(
        self, image_bgr: ImageBgr, landmarks_px: FloatArray, visibility: FloatArray | None = None
    ) -> tuple[HandObservation, ...]:
        """At most one hand a side of the person whose pose landmarks (33, 2) these are.

        ``visibility`` (33,) of the same: wrists below 0.1 are not looked at.
        """
        scale = pixels_per_metre(landmarks_px)
        if not scale >= MIN_SCALE_PX_PER_M:
            return ()
        sides = [
            side
            for side, (_elbow, wrist, _pinky, _index) in _ARMS.items()
            if inside(image_bgr, landmarks_px[wrist]) and (visibility is None or not visibility[wrist] < 0.1)
        ]
        detections = [
            detection
            for centre, side_m in _crops(landmarks_px, sides, scale)
            for detection in self._detect(image_bgr, centre, side_m * scale)
        ]
        hands = assign(detections, landmarks_px, sides, scale)
        apart = len(hands) < 2 or _mean_distance(hands[0].landmarks_px, hands[1].landmarks_px) > JOINT_GAP_M * scale
        return tuple(
            self._looked_at_again(image_bgr, hand, scale) if apart and _downward_share(hand) < _HANGING else hand
            for hand in hands
        )

    def _looked_at_again(self, image_bgr: ImageBgr, hand: HandObservation, scale: float) -> HandObservation:
        """The hand with a second look's world landmarks, where that look finds the same hand."""
        centre = hand.landmarks_px.mean(axis=0)
        for detection in self._detect(image_bgr, centre, SECOND_CROP_M * scale):
            if _mean_distance(detection.landmarks_px, hand.landmarks_px) < _SAME_PLACE_M * scale:
                word = (hand.handedness_score + _agreement(detection, hand.side)) / 2
                return replace(hand, second_world_m=detection.world_m, handedness_score=word)
        return hand

    def _detect(self, image_bgr: ImageBgr, centre_px: FloatArray, side_px: float) -> list[Detection]:
        import mediapipe as mp

        crop = square_crop(image_bgr, centre_px, side_px, CROP_PX)
        rgb = cv2.cvtColor(crop.image_bgr, cv2.COLOR_BGR2RGB)
        result: Any = self._landmarker.detect(mp.Image(image_format=mp.ImageFormat.SRGB, data=rgb))
        found = []
        for image, world, words in zip(
            result.hand_landmarks, result.hand_world_landmarks, result.handedness, strict=True
        ):
            in_crop = np.array([[point.x, point.y] for point in image], np.float64) * CROP_PX
            # the Tasks interface speaks of the unmirrored picture; the older interface swaps the words
            score = float(words[0].score)
            found.append(
                Detection(
                    landmarks_px=crop.to_picture_px(in_crop),
                    world_m=np.array([[point.x, point.y, point.z] for point in world]),
                    right_score=score if words[0].category_name == "Right" else 1.0 - score,
                )
            )
        return found


def _crops(landmarks_px: FloatArray, sides: list[Side], scale: float) -> list[tuple[FloatArray, float]]:
    """Centre and side length (metres) of the squares to look at: one for both hands when they are together."""
    centres = [hand_centre_guess_px(landmarks_px, side) for side in sides]
    centres = [centre for centre in centres if np.isfinite(centre).all()]
    if len(centres) == 2 and np.hypot(*(centres[0] - centres[1])) < JOINT_GAP_M * scale:
        return [((centres[0] + centres[1]) / 2, JOINT_CROP_M)]
    return [(centre, HAND_CROP_M) for centre in centres]


def assign(
    detections: list[Detection], landmarks_px: FloatArray, sides: list[Side], scale: float
) -> tuple[HandObservation, ...]:
    """The best detection for each side; one detection serves one side only, the cheapest pairing first."""
    costs = [
        (cost, i, side)
        for i, detection in enumerate(detections)
        for side in sides
        if math.isfinite(cost := _cost_m(detection, landmarks_px, side, scale))
    ]
    taken: set[int] = set()
    hands: dict[Side, HandObservation] = {}
    for _cost, i, side in sorted(costs):
        if i in taken or side in hands:
            continue
        detection = detections[i]
        if any(_same_hand(detection, other, scale) for other in hands.values()):
            continue
        taken.add(i)
        distance = _wrist_distance_m(detection, landmarks_px, side, scale)
        hands[side] = HandObservation(
            side=side,
            landmarks_px=detection.landmarks_px,
            world_m=detection.world_m,
            score=math.exp(-((distance / MAX_WRIST_DISTANCE_M) ** 2) * 2),
            handedness_score=_agreement(detection, side),
        )
    return tuple(hands[side] for side in Side if side in hands)


def _agreement(detection: Detection, side: Side) -> float:
    return detection.right_score if side is Side.RIGHT else 1.0 - detection.right_score


def _wrist_distance_m(detection: Detection, landmarks_px: FloatArray, side: Side, scale: float) -> float:
    wrist = landmarks_px[_ARMS[side][1]]
    return float(np.hypot(*(detection.landmarks_px[WRIST] - wrist)) / scale)


def _cost_m(detection: Detection, landmarks_px: FloatArray, side: Side, scale: float) -> float:
    """How badly a detection suits a side, in metres; infinite when it cannot be that hand."""
    distance = _wrist_distance_m(detection, landmarks_px, side, scale)
    if not distance < MAX_WRIST_DISTANCE_M or _bend_deg(detection, landmarks_px, side, scale) > MAX_BEND_DEG:
        return math.inf
    return distance + _DISAGREEMENT_M * (1.0 - _agreement(detection, side))


def _bend_deg(detection: Detection, landmarks_px: FloatArray, side: Side, scale: float) -> float:
    """Angle in the picture between forearm and hand; 0 where the forearm points at the camera."""
    elbow, wrist = landmarks_px[_ARMS[side][0]], landmarks_px[_ARMS[side][1]]
    forearm = wrist - elbow
    hand = detection.landmarks_px[MIDDLE_KNUCKLE] - detection.landmarks_px[WRIST]
    if not np.hypot(*forearm) > 0.08 * scale or not np.hypot(*hand) > 0.03 * scale:
        return 0.0
    cross = forearm[0] * hand[1] - forearm[1] * hand[0]
    return abs(math.degrees(math.atan2(cross, float(forearm @ hand))))


def _same_hand(detection: Detection, hand: HandObservation, scale: float) -> bool:
    return _mean_distance(detection.landmarks_px, hand.landmarks_px) < 0.03 * scale


def _mean_distance(a_px: FloatArray, b_px: FloatArray) -> float:
    return float(np.hypot(*(a_px - b_px).T).mean())


def _downward_share(hand: HandObservation) -> float:
    """How far the hand points down the picture: 1 = hangs, -1 = points up."""
    x, y = hand.landmarks_px[MIDDLE_KNUCKLE] - hand.landmarks_px[WRIST]
    return float(y / max(math.hypot(x, y), 1e-9))
