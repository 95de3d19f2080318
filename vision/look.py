"""Closer looks at one picture: feet, hands, face. Only where a moment is judged, because they cost time."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import numpy as np

from vision.estimators.face import FaceEstimator
from vision.estimators.feet import FeetEstimator
from vision.estimators.hand_top import HandTopEstimator
from vision.estimators.hands import HandObservation, HandsEstimator
from vision.estimators.shelf import SHELF
from vision.measures.head_pose import HeadEstimate, combine, head_from_mesh, head_from_pose
from vision.measures.mouth import Mouth, mean_mouth, mouth_of
from vision.types import Drill, FloatArray, ImageBgr, PoseObservation, Side

FEET, HAND_TOP, HANDS, HEAD = "feet", "hand_top", "hands", "head"
ALL = frozenset({FEET, HAND_TOP, HANDS, HEAD})
# What the clauses of a drill ask about.
NEEDED: dict[Drill, frozenset[str]] = {
    Drill.STAND: frozenset({FEET, HAND_TOP, HEAD}),
    Drill.BOW: frozenset({FEET, HAND_TOP, HEAD}),
    Drill.GUIDE: frozenset({FEET, HANDS, HEAD}),
    Drill.SIT: frozenset({FEET, HEAD}),
    Drill.WALK: frozenset({HEAD}),
    Drill.HAND_OVER: frozenset({HEAD}),
}


@dataclass(frozen=True, slots=True)
class Look:
    """What closer looks found; None or empty where nothing was found or looked for."""

    feet_px: FloatArray | None = None  # (4, 2) left heel, left second toe, right heel, right second toe
    feet_covariance_px2: FloatArray | None = None  # (8, 8)
    log_odds_right: float | None = None
    hands: tuple[HandObservation, ...] = ()
    head: HeadEstimate | None = None
    mouth: Mouth | None = None

    def hand(self, side: Side) -> HandObservation | None:
        """The hand of a side."""
        return next((hand for hand in self.hands if hand.side is side), None)


class Looker:
    """The closer-looking networks, taken from the shelf when first needed. Close it."""

    def __init__(self) -> None:
        self._feet: FeetEstimator | None = None
        self._top: HandTopEstimator | None = None
        self._hands: HandsEstimator | None = None
        self._face: FaceEstimator | None = None
        self._lent = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Put the networks back."""
        self._lent.close()
        self._hands, self._face = None, None

    def look(self, image_bgr: ImageBgr, pose: PoseObservation, matrix: FloatArray, what: frozenset[str] = ALL) -> Look:
        """Look at feet, hands and face of the person of this pose; ``matrix`` (3, 3) is the camera's."""
        landmarks_px = pose.image_landmarks_px
        feet_px, feet_covariance = self._look_at_feet(image_bgr, landmarks_px) if FEET in what else (None, None)
        odds = None
        if HAND_TOP in what:
            self._top = self._top or HandTopEstimator()
            odds = self._top.log_odds_right(image_bgr, landmarks_px)
        hands: tuple[HandObservation, ...] = ()
        if HANDS in what:
            self._hands = self._hands or self._lent.enter_context(SHELF.lent("hands", HandsEstimator))
            hands = self._hands.estimate(image_bgr, landmarks_px, pose.visibility)
        head, mouth = None, None
        if HEAD in what:
            self._face = self._face or self._lent.enter_context(SHELF.lent("face", FaceEstimator))
            mesh = self._face.estimate(image_bgr, landmarks_px)
            from_mesh = None if mesh is None else head_from_mesh(mesh.landmarks_px, mesh.depth_px, matrix)
            if mesh is not None and from_mesh is not None:
                mouth = mouth_of(mesh.landmarks_px, mesh.depth_px, from_mesh.turn_deg)
            head = combine(from_mesh, head_from_pose(pose.world_landmarks_m, landmarks_px, matrix))
        return Look(feet_px, feet_covariance, odds, hands, head, mouth)

    def _look_at_feet(
        self, image_bgr: ImageBgr, landmarks_px: FloatArray
    ) -> tuple[FloatArray, FloatArray] | tuple[None, None]:
        self._feet = self._feet or FeetEstimator()
        found = self._feet.estimate(image_bgr, landmarks_px)
        return (None, None) if found is None else (found.axes_px, found.axes_covariance_px2)


def merged(looks: Sequence[Look]) -> Look:
    """Several looks at the same held posture as one: means of points and odds, the surest hand and head.

    Errors of neighbouring frames are alike, so the feet's covariance stays that of one look.
    """
    feet = [look.feet_px for look in looks if look.feet_px is not None]
    spreads = [look.feet_covariance_px2 for look in looks if look.feet_covariance_px2 is not None]
    odds = [look.log_odds_right for look in looks if look.log_odds_right is not None]
    heads = [look.head for look in looks if look.head is not None]
    hands = []
    for side in Side:
        own = [hand for look in looks if (hand := look.hand(side)) is not None]
        if own:
            hands.append(max(own, key=lambda hand: hand.score))
    return Look(
        feet_px=np.mean(feet, axis=0) if feet else None,
        feet_covariance_px2=np.mean(spreads, axis=0) if spreads else None,
        log_odds_right=float(np.mean(odds)) if odds else None,
        hands=tuple(hands),
        head=min(heads, key=lambda head: float(head.u_deg.sum())) if heads else None,
        mouth=mean_mouth([look.mouth for look in looks if look.mouth is not None]),
    )
