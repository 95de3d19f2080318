"""How much of a region is hair: forehead, ears, brows, the collar at the nape, the height below the chin.

Regions come from our own network (forehead and ears, also where hair hides them), from the face mesh (brows) or
from the network's points (collar, below the chin). Nothing is judged here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.grooming.classes import Trait
from vision.grooming.seen import ClassMap, Facing, Kind, Mark, Portrait, Probability, Zone
from vision.grooming.tones import nearer_to_hair
from vision.types import FloatArray

HEAD_CM = 22.5  # chin to the top of the skull: the ruler of everything here
ZONE_LEAST = 0.35  # of a zone's probability, to belong to the region
BELOW_CM, DOWN_TO_CM = 1.0, 9.0  # below the chin: from where hair counts as hanging, and the shoulders
STRAND_CM = 0.8  # a row holds hair when this much of it is hair
COLLAR_HALF_CM = 5.0
TOUCH_CM = 0.5  # hair as near as this to the cloth lies on it
CHIN_RADIUS, BEARD_LEAST = 0.1, 0.3  # in heads; of hair and skin round the chin
EDGE_SIGMA_CM = 0.35  # how well the edges of hair and cloth are seen
NAPE_CM = (9.0, 16.0)  # above and below the chin: where the collar is looked for
LEAST_ROWS = 8  # of the map
BEHIND_CM = (0.5, 6.5)  # of the neck, seen from the side: where the nape is
BROWS = (  # face mesh, upper and lower edge of both brows
    (70, 63, 105, 66, 107, 55, 65, 52, 53, 46),
    (300, 293, 334, 296, 336, 285, 295, 282, 283, 276),
)
_HAIR, _SKIN, _OTHER = Kind.HAIR, Kind.SKIN, Kind.OTHER
_CLOTH = [Kind.TOP, Kind.SHIRT, Kind.TIE_SCARF]


@dataclass(frozen=True, slots=True)
class Share:
    """A share of a region that is hair, 0..1.

    ``doubt`` is the network's own: the mean of 4p(1-p) over the region. ``covered`` is the share hidden by cloth.
    """

    value: float
    doubt: float
    area_cm2: float
    covered: float
    outlines_px: tuple[FloatArray, ...]
    hint: float = 0.0  # log odds that hair is there, from the head as a whole or from colours; 0 where there are none


def zone_share(portrait: Portrait, zone: Zone) -> Share | None:
    """Hair over forehead or ear; None when the region is nowhere to be seen."""
    seen = portrait.nearest
    weight = np.where(seen.zones[..., zone] >= ZONE_LEAST, seen.zones[..., zone], 0.0).astype(np.float64)
    found = _share(seen, weight, _cm_px(portrait, seen))
    return None if found is None else replace(found, hint=_clipped_log_odds(nearer_to_hair(portrait, weight)))


def _clipped_log_odds(share: float | None) -> float:
    inner = 0.5 if share is None else min(max(share, 0.05), 0.95)
    return float(np.log(inner / (1 - inner)))


def brow_share(portrait: Portrait) -> Share | None:
    """Hair over the brows; None without a face mesh."""
    if portrait.face_px is None:
        return None
    seen = portrait.nearest
    weight = np.zeros(seen.classes.shape, np.uint8)
    for side in BROWS:
        outline = seen.to_map_px(portrait.face_px[list(side)])
        cv2.fillPoly(weight, [_fixed(outline)], (1.0,), shift=4)
    return _share(seen, weight.astype(np.float64), _cm_px(portrait, seen))


def below_chin(portrait: Portrait) -> Share | None:
    """Share of the height from 1 to 9 cm below the chin at which hair hangs beside or behind the neck."""
    box = below_chin_box(portrait)
    if box is None:
        return None
    seen = portrait.body
    rows, columns = box
    hair = seen.probability[rows, columns, _HAIR]
    strand = max(1.5, STRAND_CM * _cm_px(portrait, seen))
    there = np.clip(np.sort(hair, axis=1)[:, ::-1][:, : round(2 * strand)].sum(axis=1) / strand, 0, 1)
    solid = np.clip((there - 0.4) / 0.2, 0, 1)
    cloth = float((seen.probability[rows, columns, _OTHER] > 0.5).mean())
    outline = _corners(seen, rows, columns)
    doubt, hint = float((4 * there * (1 - there)).mean()), float(portrait.traits[Trait.HAIR_BELOW_CHIN])
    return Share(float(solid.mean()), doubt, 0.0, cloth, (outline,), hint)


def collar_share(portrait: Portrait) -> Share | None:
    """Share of the collar's width at the nape that hair touches or hangs over."""
    columns = collar_columns(portrait)
    if columns is None:
        return None
    edges = collar_gaps(portrait, columns)
    if edges is None:
        return None
    gap_cm, edge = edges
    touches = 1 / (1 + np.exp(-np.clip((TOUCH_CM - gap_cm) / EDGE_SIGMA_CM, -20, 20)))
    line = np.stack([np.arange(columns.start, columns.stop) + 0.5, edge], axis=1)
    outline = portrait.body.to_picture_px(line)
    doubt, hint = float((4 * touches * (1 - touches)).mean()), float(portrait.traits[Trait.HAIR_ON_COLLAR])
    return Share(float(touches.mean()), doubt, 0.0, 0.0, (outline,), hint)


def collar_gaps(portrait: Portrait, columns: slice) -> tuple[FloatArray, FloatArray] | None:
    """From the lowest hair down to the collar's edge, cm (N,), for map columns; negative where hair hangs over it.

    And the edge's map rows (N,): where least speaks against nothing but skin and hair above and cloth and hair below,
    so that a patch of neck taken for a shirt moves it little. None where the picture ends before the nape.
    """
    seen, cm_px = portrait.body, _cm_px(portrait, portrait.body)
    chin = float(seen.to_map_px(portrait.marks_px[Mark.CHIN])[1])
    top = max(0, int(chin - NAPE_CM[0] * cm_px))
    bottom = min(seen.classes.shape[0], int(chin + NAPE_CM[1] * cm_px))
    if bottom - top < LEAST_ROWS:
        return None
    part = seen.probability[top:bottom, columns].astype(np.float64)
    hair, cloth = part[..., _HAIR], part[..., _CLOTH].sum(axis=2)
    neither = np.clip(1 - hair - cloth, 0, 1)
    none = np.zeros((1, hair.shape[1]))
    above = np.concatenate([none, cloth.cumsum(axis=0)])
    below = np.concatenate([neither[::-1].cumsum(axis=0)[::-1], none])
    edge = (above + below).argmin(axis=0)
    rows = np.arange(1, len(hair) + 1)[:, None]
    lowest = np.where(hair > 0.5, rows, -len(hair)).max(axis=0)
    return (edge - lowest) / cm_px, np.asarray(edge + top, np.float64)


def collar_columns(portrait: Portrait) -> slice | None:
    """Map columns of the nape: round the neck from behind, behind it from the side; None from in front."""
    seen = portrait.body
    neck = seen.to_map_px(portrait.marks_px[Mark.NECK])[0]
    cm_px = _cm_px(portrait, seen)
    if not np.isfinite(neck) or portrait.facing is Facing.FRONT:
        return None
    if portrait.facing is Facing.BACK:
        low, high = neck - COLLAR_HALF_CM * cm_px, neck + COLLAR_HALF_CM * cm_px
    else:
        backward = 1.0 if portrait.facing is Facing.LEFT else -1.0
        low, high = sorted(neck + backward * cm_px * np.array(BEHIND_CM))
    low, high = max(0, round(low)), min(seen.classes.shape[1], round(high))
    return slice(low, high) if high - low >= 3 else None


def below_chin_box(portrait: Portrait) -> tuple[slice, slice] | None:
    """Map rows from 1 to 9 cm below the chin, and columns beside and behind the neck.

    None from in front, where hair behind the shoulders is hidden.
    """
    seen, cm_px = portrait.body, _cm_px(portrait, portrait.body)
    chin, neck = (seen.to_map_px(portrait.marks_px[mark]) for mark in (Mark.CHIN, Mark.NECK))
    if not np.isfinite([chin, neck]).all() or portrait.facing is Facing.FRONT:
        return None
    height, width = seen.classes.shape
    rows = slice(max(0, round(chin[1] + BELOW_CM * cm_px)), min(height, round(chin[1] + DOWN_TO_CM * cm_px)))
    wide = 14 * cm_px
    low, high = neck[0] - wide, neck[0] + wide
    edge = neck[0] if bearded(portrait) else (chin[0] + 2 * neck[0]) / 3
    if portrait.facing is Facing.LEFT:  # the face points to the picture's left: hair hangs right of the jaw
        low = edge
    elif portrait.facing is Facing.RIGHT:
        high = edge
    columns = slice(max(0, round(low)), min(width, round(high)))
    return (rows, columns) if rows.stop - rows.start >= 6 and columns.stop - columns.start >= 6 else None


def bearded(portrait: Portrait) -> bool:
    """Whether what grows on the chin is hair to the network: a beard, which may hang below the chin too."""
    chin = portrait.marks_px[Mark.CHIN]
    if portrait.facing is Facing.BACK or not np.isfinite(chin).all():
        return False
    seen, radius = portrait.nearest, CHIN_RADIUS * portrait.head_px
    front = inside_ellipse(seen, chin, (radius, radius))
    hair, skin = (mean_of(seen.probability[..., kind], front) for kind in (_HAIR, _SKIN))
    return hair > BEARD_LEAST * (hair + skin)


def _cm_px(portrait: Portrait, seen: ClassMap) -> float:
    """Map pixels per cm at the head."""
    return portrait.head_px / HEAD_CM * seen.scale


def _share(seen: ClassMap, weight: FloatArray, cm_px: float) -> Share | None:
    total = float(weight.sum())
    if total < 3:
        return None
    hair, skin, cloth = (seen.probability[..., kind].astype(np.float64) for kind in (_HAIR, _SKIN, _OTHER))
    decided = hair + skin + seen.probability[..., Kind.GLASSES] + cloth + 1e-3
    part = hair / decided
    value = float((weight * part).sum() / total)
    doubt = float((weight * 4 * part * (1 - part)).sum() / total)
    covered = float((weight * cloth / decided).sum() / total)
    return Share(value, doubt, total / cm_px**2, covered, outlines(seen, weight > 0))


def outlines(seen: ClassMap, inside: NDArray[np.bool_]) -> tuple[FloatArray, ...]:
    """Closed outlines in picture pixels of the parts of a map that are ``inside``, largest first."""
    found, _ = cv2.findContours(inside.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    parts = sorted((part[:, 0] for part in found if len(part) >= 6), key=len, reverse=True)
    return tuple(seen.to_picture_px(part.astype(np.float64) + 0.5) for part in parts[:3])


def _corners(seen: ClassMap, rows: slice, columns: slice) -> FloatArray:
    x0, x1, y0, y1 = columns.start, columns.stop, rows.start, rows.stop
    return seen.to_picture_px(np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], np.float64))


def _fixed(points: FloatArray) -> NDArray[np.int32]:
    """For OpenCV's drawing with 4 binary digits; its pixels count from their centres."""
    return np.asarray(np.round((points - 0.5) * 16), np.int32)


def inside_ellipse(seen: ClassMap, centre_px: FloatArray, radii_px: tuple[float, float]) -> NDArray[np.bool_]:
    """Map pixels (H, W) inside an upright ellipse given in picture pixels."""
    centre = seen.to_map_px(centre_px)
    y, x = np.mgrid[: seen.classes.shape[0], : seen.classes.shape[1]] + 0.5
    away = ((x - centre[0]) / (radii_px[0] * seen.scale)) ** 2 + ((y - centre[1]) / (radii_px[1] * seen.scale)) ** 2
    return np.asarray(away < 1, np.bool_)


def mean_of(probability: Probability, inside: NDArray[np.bool_]) -> float:
    """Mean over the pixels inside; 0 where there are none."""
    return float(probability[inside].mean()) if inside.any() else 0.0
