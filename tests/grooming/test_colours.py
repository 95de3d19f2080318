"""Colours that speak against the network: a bald head in shadow, a dark ear, a fair beard."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.grooming.painted import HEIGHT, WIDTH, bare_head, painted
from vision.grooming.face_checks import MOST_UNLIKE as APART
from vision.grooming.face_checks import beard_features, lower_face
from vision.grooming.hair import MOST_UNLIKE, crown, unlike_skin
from vision.grooming.seen import Kind, Zone
from vision.grooming.shares import zone_share

SKIN, HAIR = (60, 85, 125), (25, 28, 32)
Picture = NDArray[np.uint8]


def haired() -> tuple[Picture, NDArray[np.float32], Picture]:
    """Labels, zones and picture of a head with dark hair above the brows."""
    labels, zones = bare_head()
    y = np.mgrid[:HEIGHT, :WIDTH][0]
    labels[(y < 0.27 * HEIGHT) & (labels == Kind.SKIN)] = Kind.HAIR
    image = np.full((*labels.shape, 3), 90, np.uint8)
    image[labels == Kind.SKIN], image[labels == Kind.HAIR] = SKIN, HAIR
    return labels, zones, image


@pytest.mark.parametrize(("colour", "low", "high"), [(HAIR, 2.0, MOST_UNLIKE), ((52, 74, 110), 0.0, 0.8)])
def test_a_shaded_skull_taken_for_hair_is_still_of_the_skin_s_colour(
    colour: tuple[int, int, int], low: float, high: float
) -> None:
    labels, zones, image = haired()
    image[labels == Kind.HAIR] = colour
    portrait = painted(labels, zones, image_bgr=image)
    upper = crown(portrait)
    assert upper is not None
    assert low <= unlike_skin(portrait, upper) <= high


@pytest.mark.parametrize(("colour", "sign"), [(SKIN, -1), (HAIR, 1)])
def test_an_ear_s_colours_say_whether_hair_covers_it_whatever_the_network_says(
    colour: tuple[int, int, int], sign: int
) -> None:
    labels, zones, image = haired()
    ear = zones[..., Zone.EAR_RIGHT] > 0
    labels[ear] = Kind.HAIR if colour == SKIN else Kind.SKIN
    image[ear] = colour
    share = zone_share(painted(labels, zones, image_bgr=image), Zone.EAR_RIGHT)
    assert share is not None
    assert np.sign(share.hint) == sign


def test_colours_say_nothing_where_hair_is_as_fair_as_the_skin() -> None:
    labels, zones, image = haired()
    image[labels == Kind.HAIR] = SKIN
    share = zone_share(painted(labels, zones, image_bgr=image), Zone.EAR_LEFT)
    assert share is not None
    assert share.hint == 0.0


def test_a_fair_beard_that_the_network_takes_for_skin_differs_from_the_cheeks() -> None:
    labels, zones, image = haired()
    plain = painted(labels, zones, image_bgr=image)
    lower = lower_face(plain)
    assert lower is not None
    shaven = beard_features(plain, lower)
    image[lower] = (150, 175, 190)
    bearded = beard_features(painted(labels, zones, image_bgr=image), lower)
    assert shaven[5] < 0.3
    assert 2.0 < bearded[5] <= APART
