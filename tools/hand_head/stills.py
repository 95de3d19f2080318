"""Stills of the development set with what the networks see in them, for `fit_hand_head`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from vision.estimators.face import FaceEstimator, FaceObservation
from vision.estimators.hand_top import HandTopEstimator
from vision.estimators.hands import HandObservation, HandsEstimator
from vision.estimators.pose import PoseEstimator
from vision.measures import head_pose
from vision.types import FloatArray, PoseObservation


@dataclass(frozen=True)
class Still:
    """A still with what the networks see in it and the truth."""

    name: str
    person: str
    view: str
    hard: str | None
    k: FloatArray
    up_camera: FloatArray
    forward_camera: FloatArray
    measurements: dict[str, Any]
    joints_px: dict[str, list[float]]
    pose: PoseObservation
    hands: tuple[HandObservation, ...]
    face: FaceObservation | None
    log_odds_right: float | None

    @property
    def head_deg(self) -> FloatArray:
        """True pitch, yaw, roll."""
        return np.array([self.measurements[name] for name in head_pose.NAMES])

    @property
    def head_rotation(self) -> FloatArray:
        """True ``R_cam_from_head``."""
        return head_pose.head_rotation(self.head_deg.tolist(), self.up_camera, self.forward_camera)


def collect(devset: Path) -> list[Still]:
    """Run the networks over the stills."""
    found = []
    top = HandTopEstimator()
    with PoseEstimator(video=False) as pose, HandsEstimator() as hands, FaceEstimator() as face:
        for path in sorted((devset / "stills").glob("*.jpg")):
            image = cv2.imread(str(path))
            people = pose.estimate(image)
            if not people:
                continue
            points = people[0].image_landmarks_px
            seen = (
                people[0],
                hands.estimate(image, points, people[0].visibility),
                face.estimate(image, points),
                top.log_odds_right(image, points),
            )
            found.append(with_truth(json.loads(path.with_suffix(".json").read_text()), *seen))
    return found


def with_truth(
    truth: dict[str, Any],
    pose: PoseObservation,
    hands: tuple[HandObservation, ...],
    face: FaceObservation | None,
    log_odds: float | None,
) -> Still:
    """The truth file's camera and directions beside what was seen."""
    person, camera = truth["persons"][0], truth["camera"]
    rotation, world = np.array(camera["R"]), person["joints_world"]
    left = (np.array(world["left_hip"]) - np.array(world["right_hip"])) * [1, 1, 0]
    forward = np.cross(left / np.linalg.norm(left), [0, 0, 1])
    return Still(
        name=truth["id"],
        person=person["identity"],
        view=truth["view"],
        hard=truth.get("hard"),
        k=np.array(camera["K"], float),
        up_camera=rotation[:, 2],
        forward_camera=rotation @ forward,
        measurements=person["measurements"],
        joints_px=person["joints_px"],
        pose=pose,
        hands=hands,
        face=face,
        log_odds_right=log_odds,
    )


def folds(stills: Sequence[Still]) -> Iterator[tuple[list[Still], list[Still]]]:
    """(others, one person's) for every person."""
    for person in sorted({s.person for s in stills}):
        yield [s for s in stills if s.person != person], [s for s in stills if s.person == person]
