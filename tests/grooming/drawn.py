"""A torso drawn flat: a jacket, a shirt's V, perhaps a tie and a badge of known size in a known place."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.camera import LEVEL_SIGMA, Camera, level_rotation
from vision.grooming.seen import Facing, Kind, Mark, Portrait, class_map_from_labels
from vision.grooming.torso import JOINT_SHIFT_CM
from vision.landmarks import Landmark
from vision.types import FloatArray

PX_PER_CM = 8.0
SIZE_WH = (560, 720)
MIDDLE_CM = (35.0, 38.0)  # of the picture: half way between the shoulder joints
HALF_WIDTH_CM = 17.0
GARMENT_TOP_CM = 8.0  # above the joints
JACKET, SHIRT, SKIN, TIE = (60, 52, 48), (205, 200, 196), (120, 150, 190), (40, 30, 150)
WALL, CARD, INK = (150, 160, 165), (225, 225, 222), (35, 32, 30)
FOCAL_PX = 1000.0


@dataclass(frozen=True)
class Badge:
    """Centre aside (own left +) and below the joints, size, tilt (own left end up +); cm and deg."""

    aside_cm: float = 9.0
    below_cm: float = 12.0
    size_cm: tuple[float, float] = (7.0, 2.2)
    tilt_deg: float = 0.0


@dataclass(frozen=True)
class Dress:
    """What the drawn person wears."""

    badge: Badge | None = Badge()
    tie: bool = False
    coat: str = "closed"  # closed, open, no_coat
    jacket: tuple[int, int, int] = JACKET


def to_px(points_cm: FloatArray | list[list[float]] | tuple[float, float]) -> FloatArray:
    """Pixels of points (..., 2) aside (own left +, which is the picture's right) and below the joints' middle."""
    return np.asarray((np.asarray(points_cm, np.float64) + MIDDLE_CM) * PX_PER_CM, np.float64)


def draw(dress: Dress) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """The picture and its labels."""
    picture = np.full((SIZE_WH[1], SIZE_WH[0], 3), WALL, np.uint8)
    labels = np.zeros(picture.shape[:2], np.uint8)

    def fill(points: list[list[float]], colour: tuple[int, int, int], kind: Kind) -> None:
        outline = np.rint(to_px(points)).astype(np.int32)
        cv2.fillPoly(picture, [outline], colour, cv2.LINE_AA)
        cv2.fillPoly(labels, [outline], int(kind))

    fill([[-7, -30], [7, -30], [6, -6], [-6, -6]], SKIN, Kind.SKIN)
    cloth = (SHIRT, Kind.SHIRT) if dress.coat == "no_coat" else (dress.jacket, Kind.TOP)
    top = -GARMENT_TOP_CM
    fill([[-6, top - 3], [6, top - 3], [20, top], [24, 4], [25, 60], [-25, 60], [-24, 4], [-20, top]], *cloth)
    if dress.coat != "no_coat":
        bottom = [[3.2, 60], [-3.2, 60]] if dress.coat == "open" else [[0, 20]]
        fill([[-6, top - 3], [6, top - 3], [5, 2], *bottom, [-5, 2]], SHIRT, Kind.SHIRT)
    if dress.tie:
        fill([[-2, -7], [2, -7], [2.4, 10], [0, 18], [-2.4, 10]], TIE, Kind.TIE_SCARF)
    if dress.badge is not None:
        corners, ink = badge_corners(dress.badge), badge_corners(dress.badge, 0.6)
        fill(corners.tolist(), CARD, Kind.BADGE)
        fill(ink.tolist(), INK, Kind.BADGE)
    noise = np.random.default_rng(0).normal(0, 2, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8), labels


def badge_corners(badge: Badge, share: float = 1.0) -> FloatArray:
    """Corners (4, 2) in cm; of the print on it with a smaller share."""
    half = np.array(badge.size_cm) / 2 * [share, share if share == 1 else 0.35]
    turn = np.radians(badge.tilt_deg)
    across, down = np.array([np.cos(turn), -np.sin(turn)]), np.array([np.sin(turn), np.cos(turn)])
    signs = np.array([[1, 1], [1, -1], [-1, -1], [-1, 1]]) * half
    return np.asarray(signs @ np.stack([across, down]) + [badge.aside_cm, badge.below_cm], np.float64)


def portrait(dress: Dress | None = None, *, facing: Facing = Facing.FRONT, wrong: float = 0.0) -> Portrait:
    """The drawn torso as a portrait."""
    picture, labels = draw(dress or Dress())
    marks = np.full((33, 2), np.nan)
    marks[:] = to_px((0.0, -30.0))
    outwards, up = JOINT_SHIFT_CM
    for mark, side in ((Landmark.LEFT_SHOULDER, 1), (Landmark.RIGHT_SHOULDER, -1)):
        marks[mark] = to_px((side * (HALF_WIDTH_CM + outwards), -up))
    return Portrait(
        image_bgr=picture,
        facing=facing,
        facing_wrong=wrong,
        body=class_map_from_labels(labels),
        head=None,
        landmarks_px=marks,
        visibility=np.ones(33),
        face_px=None,
        marks_px=np.full((len(Mark), 2), np.nan),
        px_per_cm=PX_PER_CM,
        px_per_cm_sigma_rel=0.03,
        brightness=90.0,
        sharpness=1.0,
    )


def repainted(given: Portrait, kind: Kind, colour: tuple[int, int, int], left: float, top: float, right: float,
              bottom: float) -> Portrait:  # fmt: skip
    """The same with a rectangle (cm, as `to_px`) of another kind and colour."""
    picture, labels = given.image_bgr.copy(), given.body.classes.copy()
    (x0, y0), (x1, y1) = np.rint(to_px([[left, top], [right, bottom]])).astype(int).clip(0)
    picture[y0:y1, x0:x1], labels[y0:y1, x0:x1] = colour, int(kind)
    return replace(given, image_bgr=picture, body=class_map_from_labels(labels))


def level_camera() -> Camera:
    """A camera of known focal length that looks level at the drawn torso."""
    rotation = level_rotation()
    matrix = np.array([[FOCAL_PX, 0, SIZE_WH[0] / 2], [0, FOCAL_PX, SIZE_WH[1] / 2], [0, 0, 1.0]])
    return Camera(
        image_size=SIZE_WH,
        matrix=matrix,
        distortion=np.zeros(5),
        rotation_cam_from_floor=rotation,
        translation_m=-rotation @ np.array([0.0, 0.0, 1.3]),
        sigma=LEVEL_SIGMA["full"],
        level="full",
    )
