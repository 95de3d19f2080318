"""The name badge: is there one, on which side, how far below the shoulder, how upright.

The drop is a height difference between two points at different distances: the
garment's top above the shoulder joint and the badge on the chest, which is
nearer to the camera. Both are put on their own depth before they are compared.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from calibration.camera import Camera, known_or_assumed
from vision.grooming.cards import FEATURES, ZONE_CM, Card, CardModel, card_model, find_cards
from vision.grooming.decide import Torsos, decide, missing, torso_reason
from vision.grooming.plates import cluttered, unlike_a_plate
from vision.grooming.seen import Facing, Kind, Portrait, Region
from vision.grooming.torso import LEFT_CM, PATCH_PX_PER_CM, TOP_CM, Patch, Torso
from vision.grooming.trust import MAX_CONFUSION, confusion, strangeness
from vision.types import FloatArray, Measurement, Reason

# Rendered people from in front, true cameras: the badge's plane before that of the shoulder joints,
# and the highest class pixel within 3.5 cm of the joint against the garment's true top.
CHEST_FORWARD_CM, CHEST_FORWARD_SIGMA_CM = 11.2, 2.2
SHOULDER_REACH_CM, SHOULDER_TOP_BIAS_CM, SHOULDER_TOP_SIGMA_CM = 3.5, -0.35, 0.9
JOINT_BELOW_TOP_CM, JOINT_BELOW_TOP_SIGMA_CM = 8.4, 1.2  # what lies over a joint as a rule
CONTRADICTION_CM = 2.5
LEAST_SCALE_SIGMA_REL = 0.043  # of the pixels per cm, from shoulders and eyes, on the development portraits
BADGE_SIGMA_CM = 0.3
MAX_DROP_U_CM = 6.0
# Fitted on badges of known tilt: how far the chest at 20 cm is turned outwards, more for each cm lower, its spread.
CHEST_TURN_DEG, CHEST_TURN_PER_CM, CHEST_TURN_SIGMA_DEG = 13.3, 0.44, 9.0
TILT_SIGMA_DEG = 1.4
MIDLINE_CM = 2.5  # nearer to the middle a badge is on neither side
CHEST_DEPTH_CM = 34.0  # how much of the chest must be seen before "no badge" is said
MAX_COVERED = 0.3  # share of the left chest behind hair or hands
# A card of another make than the name plates learned on, upright in its holder perhaps: not a badge for sure, nor none.
CARD_LONG_CM, CARD_SHORT_CM, CARD_FILL, CARD_EDGE = (6.5, 11.5), (3.5, 8.0), 0.85, math.log1p(10.0)
DOUBTFUL_CM2 = 2.0
NAMES = ("badge_present", "badge_side", "badge_drop", "badge_tilt")


@dataclass(frozen=True, slots=True)
class BadgeFound:
    """The likeliest card (None: no candidate at all) and the log odds of its being a badge."""

    card: Card | None
    log_odds: float
    cards: tuple[Card, ...] = ()


def find_badge(patch: Patch, model: CardModel | None = None) -> BadgeFound:
    """The likeliest badge of a torso's patch."""
    model = model or card_model()
    cards = find_cards(patch, model)
    score = cards[0].score if cards else model.no_card
    return BadgeFound(cards[0] if cards else None, model.present_slope * score + model.present_bias, tuple(cards))


def measure_badge(
    portrait: Portrait,
    camera: Camera | None = None,
    torso: Torsos | None = None,
    model: CardModel | None = None,
) -> tuple[dict[str, Measurement], tuple[Region, ...]]:
    """`NAMES` by name, and the badge's outline with the line from the shoulder down to it."""
    torso = torso or Torsos.of(portrait)
    reason = torso_reason(portrait, torso, (Facing.FRONT,))
    if reason is not None or torso is None:
        return missing(NAMES, reason or Reason.NO_PERSON), ()
    confused = confusion(portrait)
    if confused > MAX_CONFUSION:
        return missing(NAMES, Reason.TOO_UNCERTAIN), ()
    found = find_badge(torso.patch, model)
    present = decide("badge_present", found.log_odds / strangeness(confused) ** 2)
    if present.value == "yes" and found.card is not None and unlike_a_plate(torso.patch, found.card, found.cards):
        present = Measurement("badge_present", None, None, "", Reason.TOO_UNCERTAIN)
    if present.value == "no":
        hidden = _not_all_seen(torso) or _something_there(torso.patch, found.cards)
        present = present if hidden is None else Measurement("badge_present", None, None, "", hidden)
    if present.value != "yes" or found.card is None:
        rest = Reason.OCCLUDED if present.value == "no" else (present.reason or Reason.TOO_UNCERTAIN)
        return {"badge_present": present, **missing(NAMES[1:], rest)}, ()
    card, risk = found.card, float(present.u or 0.0)
    known = known_or_assumed(camera, portrait.size_wh)
    drop, top_cm = _drop(portrait, torso, card, known)
    measured = {
        "badge_present": present,
        "badge_side": _side(card, risk, portrait),
        "badge_drop": drop,
        "badge_tilt": _tilt(portrait, torso.frame, card, known, drop),
    }
    return measured, _regions(torso.frame, card, top_cm)


def _not_all_seen(torso: Torsos) -> Reason | None:
    """Why a badge that was not found may still be there."""
    patch = torso.patch
    rows = slice(_row(0.0), _row(CHEST_DEPTH_CM))
    columns = slice(_column(3.0), _column(16.0))
    seen = patch.inside[rows, columns]
    if seen.mean() < 0.9:
        return Reason.OUT_OF_FRAME
    covered = np.isin(patch.classes[rows, columns], (Kind.HAIR, Kind.SKIN)).mean()
    return Reason.OCCLUDED if covered > MAX_COVERED else None


def _something_there(patch: Patch, cards: tuple[Card, ...]) -> Reason | None:
    """Why "no badge" is not sure: a card of another make, or a patch that the class map takes for a badge."""
    edge = FEATURES.index("worst_edge")
    other = any(
        card.fill > CARD_FILL
        and card.features[edge] > CARD_EDGE
        and CARD_LONG_CM[0] < card.long_cm < CARD_LONG_CM[1]
        and CARD_SHORT_CM[0] < card.short_cm < CARD_SHORT_CM[1]
        for card in cards
    )
    left, top, right, bottom = ZONE_CM
    classes = patch.classes[_row(top) : _row(bottom), _column(left) : _column(right)]
    seen_cm2 = float((classes == Kind.BADGE).sum()) / PATCH_PX_PER_CM**2
    doubtful = other or seen_cm2 > DOUBTFUL_CM2 or cluttered(patch, None)
    return Reason.TOO_UNCERTAIN if doubtful else None


def _row(y_cm: float) -> int:
    return round((y_cm - TOP_CM) * PATCH_PX_PER_CM)


def _column(x_cm: float) -> int:
    return round((x_cm - LEFT_CM) * PATCH_PX_PER_CM)


def _side(card: Card, risk: float, portrait: Portrait) -> Measurement:
    lateral = float(card.centre_cm[0])
    if abs(lateral) < MIDLINE_CM:
        return Measurement("badge_side", None, None, "", Reason.TOO_UNCERTAIN)
    wrong = max(risk, portrait.facing_wrong)
    return Measurement("badge_side", "left" if lateral > 0 else "right", wrong, "")


def _tilt(portrait: Portrait, frame: Torso, card: Card, camera: Camera, drop: Measurement) -> Measurement:
    """The badge's tilt in its own plane, own left end up +.

    A chest is turned outwards, the more so the lower; seen from above, the outer end of a level badge there
    looks lifted. That share is taken off.
    """
    level = np.array([-portrait.up_px[1], portrait.up_px[0]])  # to the picture's right
    own_left = 1.0 if frame.across @ level > 0 else -1.0
    line = frame.across * own_left
    seen_deg = card.tilt_deg + own_left * math.degrees(math.atan2(float(line @ portrait.up_px), float(line @ level)))
    steepness = _downwards(frame.to_picture_px(card.centre_cm), camera)
    side = 1.0 if card.centre_cm[0] > 0 else -1.0
    depth = drop.value - 20 if isinstance(drop.value, float) else 0.0
    turned_deg = CHEST_TURN_DEG + CHEST_TURN_PER_CM * depth
    pitch = math.radians(camera.sigma.pitch_deg)
    sigma = math.hypot(TILT_SIGMA_DEG, CHEST_TURN_SIGMA_DEG * steepness, turned_deg * pitch)
    return Measurement("badge_tilt", seen_deg - side * turned_deg * steepness, 2 * sigma, "deg")


def _downwards(point_px: FloatArray, camera: Camera) -> float:
    """Tangent of the angle by which the line of sight through a pixel goes down."""
    ray = np.linalg.inv(camera.matrix) @ np.array([*point_px, 1.0])
    down = -float(ray @ camera.up_camera)
    return down / math.sqrt(max(float(ray @ ray) - down * down, 1e-9))


@dataclass(frozen=True, slots=True)
class _Sight:
    """What the drop is computed from; each may be a little wrong."""

    px_per_cm: float
    forward_cm: float
    focal_px: float
    pitch_deg: float


def _drop(portrait: Portrait, torso: Torsos, card: Card, camera: Camera) -> tuple[Measurement, FloatArray]:
    """``badge_drop`` and the shoulder point in the torso's frame (2,)."""
    frame = torso.frame
    side = 1.0 if card.centre_cm[0] > 0 else -1.0
    top, top_sigma = shoulder_top_cm(torso, side)
    points_px = frame.to_picture_px(np.stack([top, card.centre_cm]))
    sight = _Sight(frame.px_per_cm, CHEST_FORWARD_CM, camera.focal_px, 0.0)
    value = _drop_cm(points_px, camera, sight)
    spread = [
        _drop_cm(points_px, camera, changed) - value
        for changed in (
            replace(sight, px_per_cm=sight.px_per_cm * (1 + max(portrait.px_per_cm_sigma_rel, LEAST_SCALE_SIGMA_REL))),
            replace(sight, forward_cm=sight.forward_cm + CHEST_FORWARD_SIGMA_CM),
            replace(sight, focal_px=sight.focal_px * (1 + camera.sigma.focal_rel)),
            replace(sight, pitch_deg=camera.sigma.pitch_deg),
        )
    ]
    u = 2 * math.hypot(*spread, top_sigma, BADGE_SIGMA_CM)
    if not math.isfinite(value) or u > MAX_DROP_U_CM:
        return Measurement("badge_drop", None, None, "cm", Reason.TOO_UNCERTAIN), top
    return Measurement("badge_drop", value, u, "cm"), top


def _drop_cm(points_px: FloatArray, camera: Camera, sight: _Sight) -> float:
    """Height of the first point over the second, each on its own depth."""
    focal = sight.focal_px
    centre = camera.matrix[:2, 2]
    rays = np.column_stack([(points_px - centre) / focal, np.ones(2)])
    depth_cm = focal / sight.px_per_cm
    points = rays * np.array([[depth_cm], [depth_cm - sight.forward_cm]])
    turn = math.radians(sight.pitch_deg)
    tilt = np.array([[1, 0, 0], [0, math.cos(turn), -math.sin(turn)], [0, math.sin(turn), math.cos(turn)]])
    up = tilt @ camera.up_camera
    return float((points[0] - points[1]) @ up)


def shoulder_top_cm(torso: Torsos, side: float) -> tuple[FloatArray, float]:
    """The garment's highest point straight above a shoulder joint (2,) in the frame, and its sigma in cm.

    ``side`` +1: the person's left. The class map's edge and what lies over a joint as a rule, together; where they
    contradict each other, or hair lies on the shoulder, the rule alone.
    """
    joint = side * torso.frame.half_width_cm
    edge = _garment_top_cm(torso, joint)
    if edge is None or abs(edge + JOINT_BELOW_TOP_CM) > CONTRADICTION_CM:
        return np.array([joint, -JOINT_BELOW_TOP_CM]), JOINT_BELOW_TOP_SIGMA_CM
    weights = np.array([SHOULDER_TOP_SIGMA_CM, JOINT_BELOW_TOP_SIGMA_CM]) ** -2.0
    y = float(np.average([edge, -JOINT_BELOW_TOP_CM], weights=weights))
    return np.array([joint, y]), float(weights.sum() ** -0.5)


def _garment_top_cm(torso: Torsos, joint_cm: float) -> float | None:
    """The highest garment of the class map near a joint; None where hair or nothing is there."""
    columns = slice(_column(joint_cm - SHOULDER_REACH_CM), _column(joint_cm + SHOULDER_REACH_CM))
    strip = torso.patch.classes[: _row(6.0), max(columns.start, 0) : columns.stop]
    garment = np.isin(strip, (Kind.TOP, Kind.SHIRT))
    if not garment.size or garment.any(axis=0).mean() <= 0.5:
        return None
    first = int(garment.argmax(axis=0)[garment.any(axis=0)].min())
    if np.mean(strip[max(first - 3, 0)] == Kind.HAIR) >= 0.3:
        return None
    return first / PATCH_PX_PER_CM + TOP_CM - SHOULDER_TOP_BIAS_CM


def _regions(frame: Torso, card: Card, top_cm: FloatArray) -> tuple[Region, ...]:
    ruler = np.stack([top_cm, [top_cm[0], card.centre_cm[1]], card.centre_cm])
    return (
        Region("badge", (frame.to_picture_px(card.corners_cm),)),
        Region("badge_drop", (frame.to_picture_px(ruler),)),
    )
