"""A head painted as class map: known regions, known scale, no network."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vision.grooming.seen import ClassMap, Facing, Kind, Mark, Portrait, Zone
from vision.types import FloatArray

WIDTH, HEIGHT = 160, 200
HEAD = 0.36 * HEIGHT  # chin to the top of the skull, in map pixels
CM = HEAD / 22.5  # map pixels
CHIN_Y, TOP_Y = 0.5 * HEIGHT, 0.14 * HEIGHT


def bare_head() -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Labels (H, W) of a bald head over a jacket, and zones (H, W, 3) of forehead and both ears."""
    y, x = np.mgrid[:HEIGHT, :WIDTH] + 0.5
    labels = np.full((HEIGHT, WIDTH), Kind.BACKGROUND, np.uint8)
    middle = WIDTH / 2
    labels[(np.abs(x - middle) < 6 * CM) & (y > CHIN_Y - 8 * CM) & (y < CHIN_Y + 9 * CM)] = Kind.SKIN
    labels[((x - middle) / (0.4 * HEAD)) ** 2 + ((y - (CHIN_Y + TOP_Y) / 2) / (0.5 * HEAD)) ** 2 < 1] = Kind.SKIN
    labels[(y > CHIN_Y + 8 * CM) & (np.abs(x - middle) < 0.45 * WIDTH)] = Kind.TOP
    zones = np.zeros((HEIGHT, WIDTH, len(Zone)), np.float32)
    forehead = (np.abs(x - middle) < 5 * CM) & (np.abs(y - (TOP_Y + 7 * CM)) < 2.2 * CM)
    zones[..., Zone.FOREHEAD] = forehead
    for zone, sign in ((Zone.EAR_LEFT, 1), (Zone.EAR_RIGHT, -1)):
        zones[..., zone] = (np.abs(x - middle - sign * 7 * CM) < 1.5 * CM) & (np.abs(y - CHIN_Y + 11 * CM) < 3 * CM)
    labels[zones.any(axis=2)] = Kind.SKIN
    return labels, zones


def marks() -> FloatArray:
    """The network's points (len(Mark), 2) of that head, in map pixels."""
    middle = WIDTH / 2
    points = np.full((len(Mark), 2), np.nan)
    points[Mark.CHIN], points[Mark.HEAD_TOP] = (middle, CHIN_Y), (middle, TOP_Y)
    points[Mark.NOSE] = (middle, CHIN_Y - 7 * CM)
    points[Mark.LEFT_EYE], points[Mark.RIGHT_EYE] = (
        (middle + 3 * CM, CHIN_Y - 11 * CM),
        (middle - 3 * CM, CHIN_Y - 11 * CM),
    )
    points[Mark.NECK] = (middle, CHIN_Y + 6 * CM)
    return points


def painted(
    labels: NDArray[np.uint8],
    zones: NDArray[np.float32],
    facing: Facing = Facing.FRONT,
    *,
    zoom: float = 1.0,
    image_bgr: NDArray[np.uint8] | None = None,
    **changes: object,
) -> Portrait:
    """A portrait of that head; ``zoom`` is picture pixels per map pixel."""
    probability = (labels[..., None] == np.arange(len(Kind))).astype(np.float32)
    seen = ClassMap(probability, zones.copy(), np.zeros(2), 1 / zoom)
    size = (round(HEIGHT * zoom), round(WIDTH * zoom), 3)
    facts = {
        "image_bgr": np.full(size, 120, np.uint8) if image_bgr is None else image_bgr,
        "facing": facing,
        "facing_wrong": 0.01,
        "body": seen,
        "head": seen,
        "landmarks_px": None,
        "visibility": None,
        "face_px": None,
        "marks_px": marks() * zoom,
        "traits": np.full(8, -5.0),
        "head_px": HEAD * zoom,
        "px_per_cm": CM * zoom,
        "px_per_cm_sigma_rel": 0.05,
        "brightness": 120.0,
        "sharpness": 1.0,
    }
    return Portrait(**(facts | changes))  # type: ignore[arg-type]
