"""What gets a badge's odds but is none: buckles, patches, cards in the hand, a chest full of things."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from tests.grooming.drawn import CARD, Badge, Dress, portrait, repainted, to_px
from vision.grooming.badge import find_badge, measure_badge
from vision.grooming.decide import Torsos
from vision.grooming.plates import cluttered, unlike_a_plate
from vision.grooming.seen import Kind, Portrait, class_map_from_labels
from vision.grooming.trust import disorder


def torso(given: Portrait) -> Torsos:
    found = Torsos.of(given)
    assert found is not None
    return found


def strange(given: Portrait) -> bool:
    patch = torso(given).patch
    found = find_badge(patch)
    assert found.card is not None
    return unlike_a_plate(patch, found.card, found.cards)


@pytest.mark.parametrize(
    "badge", [Badge(), Badge(-9.0), Badge(below_cm=24.0), Badge(tilt_deg=20.0), Badge(size_cm=(8, 3))]
)
def test_a_plain_plate_on_even_cloth_is_as_learned(badge: Badge) -> None:
    assert not strange(portrait(Dress(badge)))


def test_a_round_patch_is_unlike_a_plate() -> None:
    given = portrait(Dress(badge=None))
    picture = given.image_bgr.copy()
    x, y = np.rint(to_px((9.0, 12.0))).astype(int)
    cv2.ellipse(picture, (int(x), int(y)), (34, 26), 0, 0, 360, CARD, -1, cv2.LINE_AA)
    assert strange(replace(given, image_bgr=picture))


def test_on_the_hand_or_beside_the_person_nothing_is_a_badge() -> None:
    held = repainted(portrait(), Kind.SKIN, (120, 150, 190), 3, 6, 16, 20)
    card = repainted(held, Kind.BADGE, CARD, 5.5, 11, 12.5, 13.4)
    assert measure_badge(card)[0]["badge_present"].value != "yes"


def test_with_two_plates_neither_is_called_the_badge() -> None:
    two = repainted(portrait(), Kind.BADGE, CARD, -12.5, 10.9, -5.5, 13.1)
    assert measure_badge(two)[0]["badge_present"].value is None


def test_a_chest_full_of_things_is_left_undecided_with_and_without_a_badge() -> None:
    rng = np.random.default_rng(3)
    for dress in (Dress(), Dress(badge=None)):
        given = portrait(dress)
        for _ in range(40):
            left, top = rng.uniform(-17, 15), rng.uniform(2, 32)
            kind = Kind(int(rng.choice([Kind.TOP, Kind.SHIRT, Kind.OTHER])))
            colour = (int(rng.integers(256)), int(rng.integers(256)), int(rng.integers(256)))
            given = repainted(given, kind, colour, left, top, left + rng.uniform(1, 4), top + rng.uniform(1, 4))
        assert cluttered(torso(given).patch, None)
        assert measure_badge(given)[0]["badge_present"].value is None


def test_a_class_map_in_pieces_is_disorder_and_one_even_cloth_is_none() -> None:
    given = portrait(Dress(coat="no_coat", badge=None))
    rng = np.random.default_rng(5)
    labels = given.body.classes.copy()
    cells = rng.choice([Kind.TOP, Kind.SHIRT, Kind.OTHER], (45, 35)).astype(np.uint8)
    labels[:] = cv2.resize(cells, labels.shape[::-1], interpolation=cv2.INTER_NEAREST)
    assert disorder(torso(given).patch) < 0.03
    assert disorder(torso(replace(given, body=class_map_from_labels(labels))).patch) > 0.15
